"""Every non-trivial read of annual reports, set-based."""

from gongkai.reports.queries.changes import (
    CellChange,
    SectionChange,
    VersionDiff,
    changed_since_return,
    compare_text,
    diff_versions,
    moved_since_frozen,
)
from gongkai.reports.queries.overview import (
    OverviewRow,
    overview,
    problems_of,
    texts_and_answers,
    years_with_reports,
)
from gongkai.reports.queries.records import Behind, behind, source_behind
from gongkai.reports.queries.stored import (
    HEAVY,
    as_sent,
    awaiting_publication,
    awaiting_review,
    history,
    newest,
    published,
    published_report,
    returned_to,
    versions,
)

__all__ = [
    "HEAVY",
    "Behind",
    "CellChange",
    "OverviewRow",
    "SectionChange",
    "VersionDiff",
    "as_sent",
    "awaiting_publication",
    "awaiting_review",
    "behind",
    "changed_since_return",
    "compare_text",
    "diff_versions",
    "history",
    "moved_since_frozen",
    "newest",
    "overview",
    "problems_of",
    "published",
    "published_report",
    "returned_to",
    "source_behind",
    "texts_and_answers",
    "versions",
    "years_with_reports",
]

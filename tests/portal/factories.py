"""Published reports for tests, written straight to the table as the publishing service leaves them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from gongkai.organs.models import Organ, OrganKind
from gongkai.reports import content, values
from gongkai.reports.models import AnnualReport, Scope, State
from gongkai.statute.formats import fill_totals, format_for_year

SHANGHAI = ZoneInfo("Asia/Shanghai")
Number = int | str | Decimal | None


def publish(
    organ: Organ,
    year: int,
    cells: dict[str, Number] | None = None,
    *,
    scope: str | None = None,
    supersedes: AnnualReport | None = None,
    change_note: str = "",
    published_at: datetime | None = None,
    sections: dict[str, str] | None = None,
) -> AnnualReport:
    """A published report; cells not given are 0, and totals are added up."""
    report_format = format_for_year(year)
    leaves = {
        cell: Decimal(given) if isinstance(given, str) else given
        for cell in report_format.leaf_cells
        for given in [(cells or {}).get(cell, 0)]
    }
    filled = fill_totals(report_format, leaves)
    government = organ.kind == OrganKind.GOVERNMENT
    report = AnnualReport(
        organ=organ,
        year=year,
        scope=scope or (Scope.AGGREGATE if government else Scope.OWN),
        format_id=report_format.id,
        version=supersedes.version + 1 if supersedes else 1,
        supersedes=supersedes,
        change_note=change_note,
        state=State.PUBLISHED,
        cells=values.store_cells(report_format, filled),
        sections=sections
        or {"s1": "<p>总体情况。</p>", "s5": "<p>存在的问题。</p>", "s6": "<p>无。</p>"},
        published_at=published_at or datetime(year + 1, 3, 20, 9, 30, tzinfo=SHANGHAI),
    )
    report.checksum = content.seal(report)
    report.save(force_insert=True)
    return report

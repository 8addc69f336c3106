"""What this room contributes to the search: the annual reports in force, with their text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.utils import timezone

from gongkai.reports.content import sections_plain
from gongkai.reports.queries import published
from gongkai.search.documents import Document

NAME = "report"


class Reports:
    """Published annual reports; a corrected one gives way to its correction."""

    name = NAME

    def keys(self) -> Iterator[int]:
        yield from published().order_by("pk").values_list("pk", flat=True).iterator(10_000)

    def documents(self, keys: Sequence[int]) -> Iterable[Document]:
        reports = published().filter(pk__in=keys).defer("cells", "evidence")
        return [
            Document(
                source=NAME,
                key=report.pk,
                title=report.title,
                published_at=report.published_at,
                body="\n".join(sections_plain(report.sections).values()),
                keywords=(report.organ.name, report.organ.short_name, f"{report.year}年"),
                facets={
                    "organ": (report.organ.code,),
                    "year": (str(timezone.localtime(report.published_at).year),),
                },
            )
            for report in reports
            if report.published_at is not None
        ]


sources = (Reports(),)

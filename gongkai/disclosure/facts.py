"""What the annual report's text says of publications: items published in the year.

Counted is the first publication, whatever became of the item later: the sentence tells what the
body did in the year. The kinds of columns are those of the website's annual statement
(国办函〔2018〕12号: 概况类、政务动态、信息公开目录), which parts some of the whole and not all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Count, QuerySet
from django.utils import timezone

from gongkai.catalogue.models import ColumnKind
from gongkai.disclosure.links import staff_url
from gongkai.disclosure.models import DisclosedItem
from gongkai.statute.facts import FactRow, FactSource, Measure
from gongkai.statute.formats import ReportFormat

CHUNK: Final = 2000
TOTAL: Final = "m.items.published"
MEASURES: Final = {f"m.items.{kind}": kind for kind in ColumnKind.values}
"""Measure → kind of column."""


def _year(year: int) -> tuple[datetime, datetime]:
    """The first instant of the year in China and that of the next."""
    zone = timezone.get_default_timezone()
    return (
        datetime(year, 1, 1, tzinfo=zone).astimezone(UTC),
        datetime(year + 1, 1, 1, tzinfo=zone).astimezone(UTC),
    )


def published_in(year: int, organs: Any | None) -> QuerySet[DisclosedItem]:
    """Items first published in the year, of these bodies (all for None)."""
    first, after = _year(year)
    items: QuerySet[DisclosedItem] = DisclosedItem.objects.filter(
        published_at__gte=first, published_at__lt=after
    )
    if organs is None:
        return items
    return items.filter(organ__in=organs.order_by().values("pk"))


def item_measures(fmt: ReportFormat) -> frozenset[str]:
    """Every format has a text in which publications are told."""
    return frozenset({TOTAL, *MEASURES})


def item_rows(fmt: ReportFormat, year: int, organs: Any | None) -> Iterator[FactRow]:
    """Publications of the year by body and kind of column, and their total. One statement."""
    totals: dict[int, int] = {}
    counts = (
        published_in(year, organs)
        .order_by("organ_id", "column__kind")
        .values_list("organ_id", "column__kind")
        .annotate(number=Count("pk"))
    )
    for organ_id, kind, number in counts.iterator(CHUNK):
        totals[organ_id] = totals.get(organ_id, 0) + number
        yield FactRow(organ_id, f"m.items.{kind}", number)
    for organ_id, number in totals.items():
        yield FactRow(organ_id, TOTAL, number)


def item_records(fmt: ReportFormat, year: int, cell: str, organs: Any) -> QuerySet[DisclosedItem]:
    """The items behind a measure."""
    items = published_in(year, organs).select_related("organ", "column").defer("body")
    if cell != TOTAL:
        items = items.filter(column__kind=MEASURES[cell])
    return items.order_by("published_at", "pk")


def _address(record: DisclosedItem) -> str:
    return staff_url(record)


sources: tuple[FactSource, ...] = (
    FactSource(
        name="disclosure.items",
        label="主动公开的信息",
        cells=item_measures,
        rows=item_rows,
        records=item_records,
        columns=(
            ("organ", "机关"),
            ("index_number", "索引号"),
            ("title", "标题"),
            ("column", "栏目"),
            ("published_at", "发布时间"),
        ),
        permission="disclosure.view",
        record_url=_address,
        measures={
            TOTAL: Measure(TOTAL, "本年主动公开的政府信息", "条"),
            **{
                cell: Measure(cell, f"本年主动公开的政府信息·{ColumnKind(kind).label}", "条")
                for cell, kind in MEASURES.items()
            },
        },
    ),
)

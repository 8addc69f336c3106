"""Tables three and four of the annual report, counted from requests and remedy cases.

Each source is one SQL statement for all bodies, read in the order of the bodies' numbers and
held one body at a time; a cell that counts nothing is not yielded (it is 0).

Table three. Of the requests that were open on at least one day of the year, every one came in
this year or before it (一 or 二) and was decided this year or not by its end (三 or 四). So
一 + 二 = 三（七） + 四 holds in every column whatever the records say, and 二 of a year is 四
of the year before. A request is counted once, under its final result, on the day on which
that result was issued (`decided_on`); one decided in January is 结转 of the year that ended,
also when the report of that year is built later.

Table four. Two readings, chosen by the setting REMEDY_CASES_COUNTED:
- "handled" (default): concluded in the year whenever filed, and pending at its end;
- "filed": only cases filed in the year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count, F, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse

from gongkai.foi.models import CaseLink, FoiEvent, FoiRequest, RemedyCase
from gongkai.statute.facts import FactRow, FactSource, Measure
from gongkai.statute.formats import ReportFormat

CHUNK = 5_000
REMEDY_READINGS = ("handled", "filed")

Record = TypeVar("Record", bound=Model)


def _first(year: int) -> date:
    return date(year, 1, 1)


def _last(year: int) -> date:
    return date(year, 12, 31)


def _within(records: QuerySet[Record], organs: QuerySet[Any] | None) -> QuerySet[Record]:
    if organs is None:
        return records
    return records.filter(organ__in=organs.order_by().values("pk"))


class Tally(Count):
    """A count as the database gives it: an integer already, so no conversion row by row.

    Over a million requests these conversions cost as much as the counting itself.
    """

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []


# -- table three -----------------------------------------------------------------------------


def open_in(first: date, last: date) -> Q:
    """Requests that were received by the end of the period and not decided before it."""
    return Q(received_on__lte=last) & (Q(decided_on=None) | Q(decided_on__gte=first))


def open_after(day: date) -> Q:
    """Requests without a result when the day was over: what is carried over from it."""
    return Q(received_on__lte=day) & (Q(decided_on=None) | Q(decided_on__gt=day))


def received_in(first: date, last: date) -> Q:
    """Requests that came in the period."""
    return Q(received_on__range=(first, last))


def decided_in(first: date, last: date) -> Q:
    """Requests whose (first) result is of the period."""
    return Q(decided_on__range=(first, last))


def counting_parts_once() -> bool:
    """Reading REQUEST_SPLIT_COUNTING (一事一申请): whether a split request counts as one.

    "children" counts each part, "parent" the whole once, by the result of the part that kept the
    number; in 新收 as in 结果, so that the table still adds up.
    """
    return bool(settings.REQUEST_SPLIT_COUNTING == "parent")


def counted(requests: QuerySet[FoiRequest]) -> QuerySet[FoiRequest]:
    """Those of the requests that table three counts at all (see `counting_parts_once`)."""
    if not counting_parts_once():
        return requests
    parts = CaseLink.objects.filter(kind=CaseLink.Kind.SPLIT)
    return requests.exclude(pk__in=parts.order_by().values("later"))


def years_carried(request: FoiRequest, today: date) -> tuple[int, ...]:
    """The years that ended without a result of the request: it is carried over out of each.

    Row 四 of each of these years and row 二 of the one after it count it. Empty for a request that
    is answered (for the first time) in the year in which it came, for one that came this year, and
    for a part of a split request where the whole counts once.
    """
    first, until = request.received_on.year, (request.decided_on or today).year
    if first >= until:
        return ()
    split = CaseLink.objects.filter(later=request.pk, kind=CaseLink.Kind.SPLIT)
    if counting_parts_once() and split.exists():
        return ()
    return tuple(range(first, until))


def _counted_requests(year: int) -> QuerySet[FoiRequest]:
    """The requests that table three of the year looks at."""
    return counted(FoiRequest.objects.filter(open_in(_first(year), _last(year))))


def _received(year: int) -> Q:
    return received_in(_first(year), _last(year))


def _carried_in(year: int) -> Q:
    return Q(received_on__lt=_first(year))


def _decided(year: int) -> Q:
    return decided_in(_first(year), _last(year))


def _carried_out(year: int) -> Q:
    return Q(decided_on=None) | Q(decided_on__gt=_last(year))


def request_cells(fmt: ReportFormat) -> frozenset[str]:
    """All leaf cells of table three."""
    return frozenset(cell for cell in fmt.table_cells("t3") if not fmt.cells[cell].derived)


def request_rows(fmt: ReportFormat, year: int, organs: Any | None) -> Iterator[FactRow]:
    """Table three of every body. Raises KeyError for an outcome that the format cannot place."""
    counts = (
        _within(_counted_requests(year), organs)
        .order_by("organ_id", "applicant_kind", "outcome")  # as the index has them: nothing to sort
        .values_list("organ_id", "applicant_kind", "outcome")
        .annotate(
            counted=Tally("organ_id"),
            new=Tally("organ_id", filter=_received(year)),
            decided=Tally("organ_id", filter=_decided(year)),
        )
    )
    result_row = {code: row.id for row in fmt.t3.rows for code in row.outcomes}
    current: int | None = None
    tally: defaultdict[str, int] = defaultdict(int)
    for organ_id, kind, outcome, counted, new, decided in counts.iterator(CHUNK):
        if organ_id != current:
            yield from _figures(current, tally)
            current = organ_id
            tally.clear()
        tally[f"t3.new.{kind}"] += new
        # What was open in the year and did not come in it came before; what was not decided
        # in it goes on: the two conditions of `request_records` leave no third.
        tally[f"t3.carried_in.{kind}"] += counted - new
        tally[f"t3.carried_out.{kind}"] += counted - decided
        if decided:
            tally[f"t3.{result_row[outcome]}.{kind}"] += decided
    yield from _figures(current, tally)


def _figures(organ_id: int | None, tally: Mapping[str, int]) -> Iterator[FactRow]:
    if organ_id is not None:
        for cell, value in tally.items():
            if value:
                yield FactRow(organ_id, cell, value)


def request_records(
    fmt: ReportFormat, year: int, cell: str, organs: Any | None
) -> QuerySet[FoiRequest]:
    """The requests behind a cell, also behind a total (row （七）or column 总计)."""
    _table, row, column = cell.split(".")
    requests = _within(_counted_requests(year), organs)
    if column != "total":
        requests = requests.filter(applicant_kind=column)
    conditions = {
        "new": _received(year),
        "carried_in": _carried_in(year),
        "carried_out": _carried_out(year),
        "result_total": _decided(year),
    }
    if row in conditions:
        return requests.filter(conditions[row])
    codes = next(r.outcomes for r in fmt.t3.rows if r.id == row)
    return requests.filter(_decided(year), outcome__in=codes)


# -- table four ------------------------------------------------------------------------------


def remedy_reading() -> str:
    """The setting REMEDY_CASES_COUNTED; ImproperlyConfigured when it is neither reading."""
    reading = str(settings.REMEDY_CASES_COUNTED)
    if reading not in REMEDY_READINGS:
        raise ImproperlyConfigured(
            f"REMEDY_CASES_COUNTED 只能是 {' 或 '.join(REMEDY_READINGS)}，现为“{reading}”。"
        )
    return reading


def _counted_cases(year: int) -> Q:
    """The cases that table four of the year looks at."""
    if remedy_reading() == "filed":
        return Q(filed_on__range=(_first(year), _last(year)))
    return Q(filed_on__lte=_last(year)) & (Q(concluded_on=None) | Q(concluded_on__gte=_first(year)))


def _concluded(year: int) -> Q:
    return Q(concluded_on__range=(_first(year), _last(year)))


def _pending(year: int) -> Q:
    return Q(concluded_on=None) | Q(concluded_on__gt=_last(year))


def remedy_cells(fmt: ReportFormat) -> frozenset[str]:
    """All leaf cells of table four."""
    return frozenset(cell for cell in fmt.table_cells("t4") if not fmt.cells[cell].derived)


def remedy_rows(fmt: ReportFormat, year: int, organs: Any | None) -> Iterator[FactRow]:
    """Table four of every body."""
    counts = (
        _within(RemedyCase.objects.filter(_counted_cases(year), voided_at=None), organs)
        .order_by("organ_id")
        .values_list("organ_id", "kind", "result")
        .annotate(
            concluded=Count("organ_id", filter=_concluded(year)),
            pending=Count("organ_id", filter=_pending(year)),
        )
    )
    current: int | None = None
    tally: defaultdict[str, int] = defaultdict(int)
    for organ_id, kind, result, concluded, pending in counts.iterator(CHUNK):
        if organ_id != current:
            yield from _figures(current, tally)
            current = organ_id
            tally.clear()
        tally[f"t4.{kind}.pending"] += pending
        if concluded:
            tally[f"t4.{kind}.{result}"] += concluded
    yield from _figures(current, tally)


def remedy_records(
    fmt: ReportFormat, year: int, cell: str, organs: Any | None
) -> QuerySet[RemedyCase]:
    """The cases behind a cell, also behind a total."""
    _table, group, column = cell.split(".")
    counted = RemedyCase.objects.filter(_counted_cases(year), voided_at=None, kind=group)
    cases = _within(counted, organs)
    if column == "total":
        return cases
    if column == "pending":
        return cases.filter(_pending(year))
    return cases.filter(_concluded(year), result=column)


# -- processing fees -------------------------------------------------------------------------


def payments(first: date, last: date, organs: Any | None) -> QuerySet[FoiEvent]:
    """Payments of processing fees in the period, each with its `amount` in 元.

    A payment in part names its amount; one without is of the whole sum last noticed.
    """
    noticed = (
        FoiEvent.objects.filter(
            request=OuterRef("request"), type="fee_noticed", seq__lt=OuterRef("seq")
        )
        .order_by("-seq")
        .annotate(amount=Cast(KeyTextTransform("amount", "data"), IntegerField()))
    )
    paid = FoiEvent.objects.filter(type="fee_paid", on__range=(first, last))
    if organs is not None:
        # "+ 0" keeps the database from starting with all requests of these bodies: it starts
        # with the few payments of the period, which have an index of their own.
        paid = paid.annotate(of_organ=F("request__organ_id") + 0).filter(
            of_organ__in=organs.order_by().values("pk")
        )
    own = Cast(KeyTextTransform("amount", "data"), IntegerField())
    return paid.annotate(amount=Coalesce(own, Subquery(noticed.values("amount")[:1])))


def _payments(year: int, organs: Any | None) -> QuerySet[FoiEvent]:
    return payments(_first(year), _last(year), organs)


def fee_measures(fmt: ReportFormat) -> frozenset[str]:
    """What the text of the report says of processing fees, where its form asks for it.

    《政府信息公开信息处理费管理办法》 applies from 2021; the form of 2019 has no such paragraph.
    """
    if fmt.section("s6").must_contain:
        return frozenset(("m.fee.requests", "m.fee.amount"))
    return frozenset()


def fee_rows(fmt: ReportFormat, year: int, organs: Any | None) -> Iterator[FactRow]:
    """Requests whose processing fee was paid in the year, and the sum in 元."""
    if not fee_measures(fmt):
        return
    counts = (
        _payments(year, organs)
        .order_by("request__organ_id")
        .values_list("request__organ_id")
        .annotate(requests=Count("request_id", distinct=True), paid=Sum("amount"))
    )
    for organ_id, requests, paid in counts.iterator(CHUNK):
        yield FactRow(organ_id, "m.fee.requests", requests)
        yield FactRow(organ_id, "m.fee.amount", paid or 0)


def fee_records(fmt: ReportFormat, year: int, cell: str, organs: Any | None) -> QuerySet[FoiEvent]:
    """The payments behind the paragraph."""
    return _payments(year, organs).select_related("request__organ")


def _payment_address(record: FoiEvent) -> str:
    return reverse("foi:request_detail", args=[record.request_id])


def _request_address(record: FoiRequest) -> str:
    return reverse("foi:request_detail", args=[record.pk])


def _case_address(record: RemedyCase) -> str:
    return reverse("foi:case_detail", args=[record.pk])


sources: tuple[FactSource, ...] = (
    FactSource(
        name="foi.requests",
        label="政府信息公开申请",
        cells=request_cells,
        rows=request_rows,
        records=request_records,
        columns=(
            ("organ", "机关"),
            ("number", "申请编号"),
            ("get_applicant_kind_display", "申请人类别"),
            ("received_on", "收到日期"),
            ("outcome_label", "办理结果"),
            ("decided_on", "办结日期"),
        ),
        permission="foi.view",
        record_url=_request_address,
    ),
    FactSource(
        name="foi.remedies",
        label="行政复议、行政诉讼案件",
        cells=remedy_cells,
        rows=remedy_rows,
        records=remedy_records,
        columns=(
            ("organ", "机关"),
            ("number", "案号"),
            ("get_kind_display", "类型"),
            ("authority", "复议机关或者法院"),
            ("filed_on", "受理（立案）日期"),
            ("get_result_display", "结果"),
            ("concluded_on", "审结日期"),
        ),
        permission="foi.view",
        record_url=_case_address,
    ),
    FactSource(
        name="foi.fees",
        label="信息处理费",
        cells=fee_measures,
        rows=fee_rows,
        records=fee_records,
        columns=(
            ("request.organ", "机关"),
            ("request.number", "申请编号"),
            ("on", "缴清日期"),
            ("amount", "金额（元）"),
        ),
        permission="foi.view",
        record_url=_payment_address,
        measures={
            "m.fee.requests": Measure("m.fee.requests", "本年缴纳信息处理费的申请", "件"),
            "m.fee.amount": Measure("m.fee.amount", "本年收取的信息处理费", "元"),
        },
    ),
)

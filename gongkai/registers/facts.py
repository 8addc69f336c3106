"""Table two of the annual report, counted from the registers (Article 20, Article 50(1)(1)).

Every source is one SQL statement for all bodies and yields leaf cells only, in the order of
the bodies' numbers; a cell that counts nothing is not yielded (it is 0). The condition that
counts a record is the condition that lists it: `records` and `rows` share one `Q` a column,
so the list behind a figure cannot drift from the figure.

Readings, where the forms are silent:
- 上一年项目数量 are the items valid on 31 December of the year before, 本年增/减 is the number
  valid on 31 December of the year less that number. An item whose last day is 31 December is
  still valid on it [reading].
- 对外公开总数量 counts documents published by the end of the year and still in force then
  [reading]: what was repealed has left the public stock.
- 本年废止件数 counts documents that were repealed or whose term ended in the year [reading];
  only so does 现行有效 = last year's 现行有效 + 制发 − 废止.
- Amounts are added as whole 分 and then given in 万元, so no figure is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.urls import reverse

from gongkai.registers.models import (
    ActItem,
    Decision,
    DecisionKind,
    DocumentKind,
    FeeIncome,
    ItemKind,
    NormativeDocument,
    ProcurementProject,
    RegisterRecord,
)
from gongkai.registers.registry import register_of
from gongkai.statute.facts import FactRow, FactSource
from gongkai.statute.formats import ReportFormat

FEN_PER_WAN_YUAN = 1_000_000
CHUNK = 5_000

Condition = Callable[[int], Q]
Record = TypeVar("Record", bound=RegisterRecord)


class Fen(Func):
    """An amount in 元 as a whole number of 分: integers add up exactly on both databases."""

    output_field = BigIntegerField()
    template = "CAST(ROUND(%(expressions)s * 100) AS BIGINT)"
    arity = 1


def _first(year: int) -> date:
    return date(year, 1, 1)


def _last(year: int) -> date:
    return date(year, 12, 31)


def _valid_on(on: date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_until=None) | Q(valid_until__gte=on))


def _began(year: int) -> Q:
    """The item was not yet valid on 31 December before `year` and began within it."""
    return Q(valid_from__range=(_first(year), _last(year)))


def _stopped(year: int) -> Q:
    """The item's last day lies in `year` so that it no longer stood on 31 December.

    The last day of the year before belongs here: the item was valid on it and is so no more.
    """
    return Q(valid_until__range=(_last(year - 1), date(year, 12, 30)))


def _ended_by(on: date) -> Q:
    return Q(repealed_on__lte=on) | Q(expires_on__lte=on)


def _open_on(on: date) -> Q:
    return (Q(repealed_on=None) | Q(repealed_on__gt=on)) & (
        Q(expires_on=None) | Q(expires_on__gt=on)
    )


def _issued(year: int) -> Q:
    return Q(issued_on__range=(_first(year), _last(year)))


DOCUMENT_CONDITIONS: Mapping[str, Condition] = {
    "made": _issued,
    "published": lambda year: Q(published_on__range=(_first(year), _last(year))),
    "open_total": lambda year: Q(published_on__lte=_last(year)) & _open_on(_last(year)),
    "issued": _issued,
    "repealed": lambda year: (
        Q(issued_on__lte=_last(year)) & _ended_by(_last(year)) & _open_on(_last(year - 1))
    ),
    "in_force": lambda year: Q(issued_on__lte=_last(year)) & _open_on(_last(year)),
}
"""Column of table two → which documents it counts."""


def _within(records: QuerySet[Record], organs: QuerySet[Any] | None) -> QuerySet[Record]:
    """Records that count, of these bodies (a subquery, never a list of numbers)."""
    counted = records.filter(voided_at=None)
    if organs is None:
        return counted
    return counted.filter(organ__in=organs.order_by().values("pk"))


def _present(fmt: ReportFormat, rows: Iterable[str], columns: Iterable[str]) -> frozenset[str]:
    """Those of the cells t2.<row>.<column> that the format has."""
    wanted = list(columns)
    return frozenset(
        cell for row in rows for column in wanted if (cell := f"t2.{row}.{column}") in fmt.cells
    )


def _split(cell: str) -> tuple[str, str]:
    _table, row, column = cell.split(".")
    return row, column


# -- items: matters that may be decided or charged for --------------------------------------


def item_cells(fmt: ReportFormat) -> frozenset[str]:
    """Cells counted from `ActItem`: 上一年项目数量 and 本年增/减."""
    return _present(fmt, ItemKind.values, ("prev_items", "change"))


def item_rows(fmt: ReportFormat, year: int, organs: Any | None) -> Iterator[FactRow]:
    """Items valid at the end of the year before, and how their number changed."""
    cells = item_cells(fmt)
    if not cells:
        return
    counts = (
        _within(ActItem.objects.all(), organs)
        .filter(Q(valid_from__lte=_last(year)))
        .filter(Q(valid_until=None) | Q(valid_until__gte=_last(year - 1)))
        .order_by("organ_id", "kind")
        .values_list("organ_id", "kind")
        .annotate(
            before=Count("organ_id", filter=_valid_on(_last(year - 1))),
            after=Count("organ_id", filter=_valid_on(_last(year))),
        )
    )
    for organ_id, kind, before, after in counts.iterator(CHUNK):
        for column, value in (("prev_items", before), ("change", after - before)):
            cell = f"t2.{kind}.{column}"
            if value and cell in cells:
                yield FactRow(organ_id, cell, value)


def item_records(fmt: ReportFormat, year: int, cell: str, organs: Any) -> QuerySet[Any]:
    """The items behind a cell, each with `effect`: what it adds to the cell (+1, −1 or 0).

    Behind 本年增/减 stand the items that began or ended in the year; one that did both has
    effect 0.
    """
    kind, column = _split(cell)
    items = _within(ActItem.objects.filter(kind=kind), organs)
    if column == "prev_items":
        return items.filter(_valid_on(_last(year - 1))).annotate(
            effect=Value(1, output_field=IntegerField())
        )
    return items.filter(_began(year) | _stopped(year)).annotate(
        effect=Case(
            When(_began(year), then=Value(1)), default=Value(0), output_field=IntegerField()
        )
        - Case(When(_stopped(year), then=Value(1)), default=Value(0), output_field=IntegerField())
    )


# -- decisions -------------------------------------------------------------------------------


def _decided(year: int) -> Q:
    return Q(decided_on__range=(_first(year), _last(year)))


def decision_cells(fmt: ReportFormat) -> frozenset[str]:
    """Cells counted from `Decision`: （本年）处理决定数量."""
    return _present(fmt, DecisionKind.values, ("decisions",))


def decision_rows(fmt: ReportFormat, year: int, organs: Any | None) -> Iterator[FactRow]:
    """Decisions made in the year."""
    cells = decision_cells(fmt)
    counts = (
        _within(Decision.objects.filter(_decided(year)), organs)
        .order_by("organ_id", "kind")
        .values_list("organ_id", "kind")
        .annotate(number=Count("*"))
    )
    for organ_id, kind, number in counts.iterator(CHUNK):
        cell = f"t2.{kind}.decisions"
        if cell in cells:
            yield FactRow(organ_id, cell, number)


def decision_records(fmt: ReportFormat, year: int, cell: str, organs: Any) -> QuerySet[Decision]:
    """The decisions behind a cell."""
    kind, _column = _split(cell)
    return _within(Decision.objects.filter(_decided(year), kind=kind), organs)


# -- regulations and normative documents ---------------------------------------------------


def document_cells(fmt: ReportFormat) -> frozenset[str]:
    """Cells counted from `NormativeDocument`; the two formats ask for different columns."""
    return _present(fmt, DocumentKind.values, DOCUMENT_CONDITIONS)


def document_rows(fmt: ReportFormat, year: int, organs: Any | None) -> Iterator[FactRow]:
    """Documents issued, published, ended and in force, as the format asks."""
    cells = document_cells(fmt)
    columns = sorted({_split(cell)[1] for cell in cells})
    counts = (
        _within(NormativeDocument.objects.filter(issued_on__lte=_last(year)), organs)
        .order_by("organ_id", "kind")
        .values_list("organ_id", "kind")
        .annotate(
            **{
                f"in_{column}": Count("organ_id", filter=DOCUMENT_CONDITIONS[column](year))
                for column in columns
            }
        )
    )
    for organ_id, kind, *numbers in counts.iterator(CHUNK):
        for column, number in zip(columns, numbers, strict=True):
            cell = f"t2.{kind}.{column}"
            if number and cell in cells:
                yield FactRow(organ_id, cell, number)


def document_records(
    fmt: ReportFormat, year: int, cell: str, organs: Any
) -> QuerySet[NormativeDocument]:
    """The documents behind a cell."""
    kind, column = _split(cell)
    condition = DOCUMENT_CONDITIONS[column](year)
    return _within(NormativeDocument.objects.filter(condition, kind=kind), organs)


# -- fees and procurement --------------------------------------------------------------------


def _collected(year: int) -> Q:
    return Q(collected_on__range=(_first(year), _last(year)))


def _contracted(year: int) -> Q:
    return Q(contracted_on__range=(_first(year), _last(year)))


def wan_yuan(fen: int) -> Decimal:
    """`fen` in 万元, exact, without trailing zeros (375970050000 分 → 37597.005 万元)."""
    amount = (Decimal(fen) / FEN_PER_WAN_YUAN).normalize()
    # normalize() would write 300 as 3E+2.
    return amount.quantize(Decimal(1)) if amount == amount.to_integral() else amount


def fee_cells(fmt: ReportFormat) -> frozenset[str]:
    """The cell counted from `FeeIncome`: 本年收费金额 (2021 format)."""
    return _present(fmt, ("fee",), ("amount",))


def fee_rows(fmt: ReportFormat, year: int, organs: Any | None) -> Iterator[FactRow]:
    """Fees collected in the year, in 万元."""
    if not fee_cells(fmt):
        return
    sums = (
        _within(FeeIncome.objects.filter(_collected(year)), organs)
        .order_by("organ_id")
        .values_list("organ_id")
        .annotate(fen=Sum(Fen(F("amount"))))
    )
    for organ_id, fen in sums.iterator(CHUNK):
        if fen:
            yield FactRow(organ_id, "t2.fee.amount", wan_yuan(int(fen)))


def fee_records(fmt: ReportFormat, year: int, cell: str, organs: Any) -> QuerySet[FeeIncome]:
    """The fees behind the amount."""
    return _within(FeeIncome.objects.filter(_collected(year)), organs)


def procurement_cells(fmt: ReportFormat) -> frozenset[str]:
    """Cells counted from `ProcurementProject` (2019 format)."""
    return _present(fmt, ("procurement",), ("items", "amount"))


def procurement_rows(fmt: ReportFormat, year: int, organs: Any | None) -> Iterator[FactRow]:
    """Projects whose contract was signed in the year, and their sum in 万元."""
    cells = procurement_cells(fmt)
    if not cells:
        return
    sums = (
        _within(ProcurementProject.objects.filter(_contracted(year)), organs)
        .order_by("organ_id")
        .values_list("organ_id")
        .annotate(number=Count("*"), fen=Sum(Fen(F("amount"))))
    )
    for organ_id, number, fen in sums.iterator(CHUNK):
        yield FactRow(organ_id, "t2.procurement.items", number)
        if fen:
            yield FactRow(organ_id, "t2.procurement.amount", wan_yuan(int(fen)))


def procurement_records(
    fmt: ReportFormat, year: int, cell: str, organs: Any
) -> QuerySet[ProcurementProject]:
    """The projects behind the number and the sum."""
    return _within(ProcurementProject.objects.filter(_contracted(year)), organs)


def _address(record: RegisterRecord) -> str:
    """The staff page of a record."""
    return reverse(f"registers:{register_of(record).name}_detail", args=[record.pk])


sources: tuple[FactSource, ...] = (
    FactSource(
        name="registers.items",
        label="行政事项",
        cells=item_cells,
        rows=item_rows,
        records=item_records,
        columns=(
            ("organ", "机关"),
            ("code", "事项编码"),
            ("name", "事项名称"),
            ("valid_from", "生效日期"),
            ("valid_until", "失效日期"),
            ("effect_label", "增减"),
        ),
        permission="registers.view",
        record_url=_address,
    ),
    FactSource(
        name="registers.decisions",
        label="处理决定",
        cells=decision_cells,
        rows=decision_rows,
        records=decision_records,
        columns=(
            ("organ", "机关"),
            ("document_number", "决定文号"),
            ("title", "决定名称"),
            ("decided_on", "决定日期"),
        ),
        permission="registers.view",
        record_url=_address,
    ),
    FactSource(
        name="registers.documents",
        label="规章、规范性文件",
        cells=document_cells,
        rows=document_rows,
        records=document_records,
        columns=(
            ("organ", "机关"),
            ("document_number", "发文字号"),
            ("title", "标题"),
            ("issued_on", "制发日期"),
            ("published_on", "公开日期"),
            ("repealed_on", "废止日期"),
            ("expires_on", "有效期届满日期"),
        ),
        permission="registers.view",
        record_url=_address,
    ),
    FactSource(
        name="registers.fees",
        label="收费收入",
        cells=fee_cells,
        rows=fee_rows,
        records=fee_records,
        columns=(
            ("organ", "机关"),
            ("receipt_number", "票据号"),
            ("collected_on", "收费日期"),
            ("amount", "金额（元）"),
        ),
        permission="registers.view",
        record_url=_address,
    ),
    FactSource(
        name="registers.procurement",
        label="政府集中采购项目",
        cells=procurement_cells,
        rows=procurement_rows,
        records=procurement_records,
        columns=(
            ("organ", "机关"),
            ("project_number", "项目编号"),
            ("title", "项目名称"),
            ("contracted_on", "合同签订日期"),
            ("amount", "合同金额（元）"),
        ),
        permission="registers.view",
        record_url=_address,
    ),
)

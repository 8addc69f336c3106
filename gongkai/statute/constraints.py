"""Checks a report's figures against the arithmetic of its format (勾稽关系) and explains each.

The relation printed on the form of table three (“第一项加第二项之和，等于第三项加第四项之和”) and the
meaning of its totals come from 国办公开办函〔2019〕60号 and 〔2021〕30号; which relation weighs how
much is said in the format's data file. Algorithm page: ``docs/algorithms/constraints.md``.

Blank cells: a blank is ``None``, never 0. Inside a sum it counts as 0; when the total itself is
blank, or nothing was filled in that could be added, the relation is *unknown*, not failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal

from gongkai.statute.formats import (
    TABLE_NAMES,
    CellSpec,
    CellValue,
    Constraint,
    ReportFormat,
    Severity,
    Term,
)

Status = Literal["passed", "failed", "unknown"]

#: How many cells a message names before it only counts them.
NAMED_CELLS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one constraint on one report.

    ``message`` is a Chinese sentence: what should hold and, when it does not, the two figures and
    their difference. ``cells`` are the cells of this report that take part, the total last.
    """

    constraint: str
    kind: str
    severity: Severity
    status: Status
    message: str
    cells: tuple[str, ...]


def evaluate(
    fmt: ReportFormat,
    cells: Mapping[str, CellValue],
    *,
    previous: Mapping[str, CellValue] | None = None,
    narrative: Mapping[str, int | None] | None = None,
    children: Sequence[Mapping[str, CellValue]] | None = None,
) -> list[Finding]:
    """One finding for each relation that can be asked, in the order of the format.

    ``cells``: the figures by cell id, ``None`` for a blank; a cell that is *absent* is a row or
    column that the report does not have (V.missing).
    ``previous``: the same body's figures one year earlier, with the same scope; without it the
    cross-year relations (X.*) are not asked.
    ``narrative``: figures read in section one (``requests_received``, ``reviews``,
    ``litigation``); a relation is asked only where its figure is given.
    ``children``: for an aggregate, the figures of every report added up in it, that of the
    government's own office included; without it A.* is not asked.

    Raises ``TypeError`` for figures that are neither ``int``, ``Decimal`` nor ``None``: a binary
    fraction cannot be compared exactly with a printed amount.
    """
    program = _program(fmt)
    figures: dict[str, CellValue] = dict.fromkeys(fmt.cells)
    figures.update(cells)
    spoken = {key: value for key, value in (narrative or {}).items() if value is not None}
    # A term's place says whose figure it is, so one dictionary answers for all three.
    if previous is not None:
        figures.update((f"prev.{key}", value) for key, value in previous.items())
    figures.update((f"narrative.{key}", value) for key, value in spoken.items())

    findings: list[Finding] = []
    for check in program:
        if isinstance(check, _Relation):
            if check.scope == "cross_year" and previous is None:
                continue
            if check.scope == "narrative" and not check.spoken <= spoken.keys():
                continue
            findings.append(check.run(figures))
        elif check.kind == "type":
            findings.append(_check_values(fmt, check, figures))
        elif check.kind == "completeness":
            findings.append(_check_rows(fmt, check, cells))
        elif children is not None:
            findings.extend(_check_aggregate(fmt, check, figures, children))
    return findings


def format_figure(value: CellValue) -> str:
    """A figure as it is printed: no exponent, decimals as stored, a blank as 空白."""
    if value is None:
        return "空白"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


class _Relation:
    """One relation, compiled: where its figures stand, and its two quiet results ready-made."""

    def __init__(self, fmt: ReportFormat, constraint: Constraint) -> None:
        self.fmt = fmt
        self.constraint = constraint
        self.scope = constraint.scope
        self.left = tuple(str(term) for term in constraint.left)
        self.right = tuple(str(term) for term in constraint.right)
        self.signed = any(term.sign < 0 for term in (*constraint.left, *constraint.right))
        self.required = _required(constraint)
        terms = (*constraint.left, *constraint.right)
        self.spoken = {term.name for term in terms if term.source == "narrative"}
        names = (*self.left, *self.right)
        self.fetch = itemgetter(*names)
        self.cells = tuple(term.name for term in terms if term.source == "cell")
        text = constraint.text
        self.passed = self._finding("passed", f"{text}。")
        self.unknown = self._finding("unknown", f"{text}；有关单元格未填报或表样不同，无法判断。")

    def _finding(self, status: Status, message: str) -> Finding:
        one = self.constraint
        return Finding(one.id, one.kind, one.severity, status, message, self.cells)

    def run(self, figures: Mapping[str, CellValue]) -> Finding:
        try:
            values: tuple[Any, ...] = self.fetch(figures)
        except KeyError:
            # Cells of another format (composed reports, last year's form) are blank here.
            values = tuple(figures.get(name) for name in (*self.left, *self.right))
        split = len(self.left)
        left, right = values[:split], values[split:]
        if None in values and self._undecided(figures, left, right):
            return self.unknown
        left_sum, right_sum = (
            self._sum(left, self.constraint.left),
            self._sum(right, self.constraint.right),
        )
        relation = self.constraint.relation
        if relation == "==":
            holds = left_sum == right_sum
        elif relation == "<=":
            holds = left_sum <= right_sum
        else:
            holds = left_sum >= right_sum
        if holds:
            return self.passed
        return self._finding("failed", self._explain(figures, left_sum, right_sum))

    def _undecided(
        self, figures: Mapping[str, CellValue], left: Sequence[Any], right: Sequence[Any]
    ) -> bool:
        if any(figures.get(name) is None for name in self.required):
            return True
        return any(side and all(value is None for value in side) for side in (left, right))

    def _sum(self, values: Sequence[Any], terms: Sequence[Term]) -> Any:
        if self.signed:
            return sum(
                value * term.sign
                for value, term in zip(values, terms, strict=True)
                if value is not None
            )
        return sum(filter(None, values))

    def _explain(self, figures: Mapping[str, CellValue], left_sum: Any, right_sum: Any) -> str:
        message = _EXPLAIN[self.constraint.kind](self, figures, left_sum, right_sum)
        blanks = sum(figures.get(name) is None for name in (*self.left, *self.right))
        return message + (f"（{blanks}个空白单元格按0计）。" if blanks else "。")

    def spec(self, side: tuple[Term, ...], place: int = 0) -> CellSpec:
        return self.fmt.cells[side[place].name]


def _required(constraint: Constraint) -> tuple[str, ...]:
    """The figures without which the relation says nothing, whatever the others are."""
    left = tuple(str(term) for term in constraint.left)
    right = tuple(str(term) for term in constraint.right)
    if constraint.kind in ("row_total", "column_total", "balance"):
        return right[:1]
    if constraint.kind in ("carry_over", "stock") or constraint.relation == "<=":
        return left[:1] + right[:1]
    return ()


def _row_total(one: _Relation, figures: Mapping[str, CellValue], left: Any, right: Any) -> str:
    spec = one.spec(one.constraint.right)
    addends = "六类申请人之和" if spec.table == "t3" else "四种结果之和"
    parts = " + ".join(
        f"{one.fmt.cells[name].column_label} {format_figure(value)}"
        for name in one.left
        if (value := figures.get(name))
    )
    return (
        f"{TABLE_NAMES[spec.table]}“{spec.row_label}”行：总计 {format_figure(right)} ≠ "
        f"{addends} {format_figure(left)}，相差 {format_figure(abs(right - left))}"
        + (f"；各列为 {parts}" if parts else "")
    )


def _column_total(one: _Relation, figures: Mapping[str, CellValue], left: Any, right: Any) -> str:
    column = one.spec(one.constraint.right).column_label
    return (
        f"（七）总计 {format_figure(right)} ≠ 各分项之和 {format_figure(left)}，"
        f"相差 {format_figure(abs(right - left))}（{column}列）"
    )


def _balance(one: _Relation, figures: Mapping[str, CellValue], left: Any, right: Any) -> str:
    new, carried_in = (format_figure(figures.get(name)) for name in one.left)
    total, carried_out = (format_figure(figures.get(name)) for name in one.right)
    column = one.spec(one.constraint.left).column_label
    return (
        f"本年新收 {new} + 上年结转 {carried_in} = {format_figure(left)} ≠ "
        f"（七）总计 {total} + 结转下年度 {carried_out} = {format_figure(right)}，"
        f"相差 {format_figure(abs(right - left))}（{column}列）"
    )


def _carry_over(one: _Relation, figures: Mapping[str, CellValue], left: Any, right: Any) -> str:
    column = one.spec(one.constraint.left).column_label
    return (
        f"上年结转 {format_figure(left)} ≠ 上一年报告的结转下年度 {format_figure(right)}，"
        f"相差 {format_figure(abs(right - left))}（{column}列）"
    )


def _stock(one: _Relation, figures: Mapping[str, CellValue], left: Any, right: Any) -> str:
    spec = one.spec(one.constraint.left)
    sum_text = ""
    for term in one.constraint.right:
        label = _column_of(one.fmt, term)
        if sum_text:
            sum_text += " − " if term.sign < 0 else " + "
        sum_text += f"{label} {format_figure(figures.get(str(term)))}"
    return (
        f"“{spec.row_label}”行：{spec.column_label} {format_figure(left)} ≠ {sum_text} = "
        f"{format_figure(right)}，相差 {format_figure(abs(right - left))}"
    )


def _sanity(one: _Relation, figures: Mapping[str, CellValue], left: Any, right: Any) -> str:
    spec = one.spec(one.constraint.left)
    if one.right:
        other = one.spec(one.constraint.right)
        return (
            f"“{spec.row_label}”行：{spec.column_label} {format_figure(left)} 大于"
            f"{other.column_label} {format_figure(right)}"
        )
    parts = " + ".join(
        f"{one.fmt.cells[name].column_label} {format_figure(figures.get(name))}"
        for name in one.left
    )
    return f"“{spec.row_label}”行：{parts} = {format_figure(left)}，不应为负"


#: What section one speaks of, by the name of its figure.
_SPOKEN = {"requests_received": "收到申请", "reviews": "行政复议", "litigation": "行政诉讼"}


def _narrative(one: _Relation, figures: Mapping[str, CellValue], left: Any, right: Any) -> str:
    what = _SPOKEN[one.constraint.left[0].name]
    table = TABLE_NAMES[one.spec(one.constraint.right).table]
    return (
        f"第一部分写{what} {format_figure(left)} 件，{table}为 {format_figure(right)} 件，"
        f"相差 {format_figure(abs(right - left))}"
    )


def _column_of(fmt: ReportFormat, term: Term) -> str:
    label = fmt.cells[term.name].column_label
    return f"上年报告的{label}" if term.source == "prev" else label


_EXPLAIN = {
    "row_total": _row_total,
    "column_total": _column_total,
    "balance": _balance,
    "carry_over": _carry_over,
    "stock": _stock,
    "sanity": _sanity,
    "narrative": _narrative,
}


@lru_cache(maxsize=64)
def _program(fmt: ReportFormat) -> tuple[_Relation | Constraint, ...]:
    return tuple(
        _Relation(fmt, constraint) if constraint.relation else constraint
        for constraint in fmt.constraints
    )


def _check_values(
    fmt: ReportFormat, constraint: Constraint, figures: Mapping[str, CellValue]
) -> Finding:
    """V.int: counts are whole and not negative, save 本年增/减; amounts are not negative."""
    wrong: list[tuple[str, str]] = []
    for cell_id, spec in fmt.cells.items():
        value = figures[cell_id]
        if value is None or (type(value) is int and value >= 0):
            continue
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise TypeError(f"{cell_id}: {value!r} is neither int, Decimal nor None")
        if isinstance(value, Decimal) and not value.is_finite():
            wrong.append((cell_id, "不是数"))
        elif spec.type == "int" and value != int(value):
            wrong.append((cell_id, "应为整数"))
        elif value < 0 and not spec.signed:
            wrong.append((cell_id, "不应为负"))
    if not wrong:
        return _result(constraint, "passed", f"{constraint.text}。", ())
    cell_ids = tuple(cell_id for cell_id, _ in wrong)
    named = "；".join(
        f"{fmt.cells[cell_id].label}为 {format_figure(figures[cell_id])}，{why}"
        for cell_id, why in wrong[:NAMED_CELLS]
    )
    return _result(constraint, "failed", f"{named}{_more(wrong)}。", cell_ids)


def _check_rows(
    fmt: ReportFormat, constraint: Constraint, cells: Mapping[str, CellValue]
) -> Finding:
    """V.missing: the form's rows and columns are all there, and no others.

    A copy that breaks off inside a table (nothing after one row) is not a report with a row taken
    out: whether rows are missing is then unknown.
    """
    missing = tuple(cell_id for cell_id in fmt.cells if cell_id not in cells)
    foreign = tuple(cell_id for cell_id in cells if cell_id not in fmt.cells)
    if not missing and not foreign:
        return _result(constraint, "passed", f"{constraint.text}。", ())
    if missing and not foreign and (last := _broken_off(fmt, missing)):
        message = (
            f"文件到{TABLE_NAMES[last.table]}“{last.row_label}”行为止，其后的行没有读到，"
            "可能是节选，无法判断是否缺行。"
        )
        return _result(constraint, "unknown", message, missing)
    messages = []
    if missing:
        rows = list(dict.fromkeys(_row_of(fmt.cells[cell_id]) for cell_id in missing))
        named = "、".join(rows[:NAMED_CELLS])
        messages.append(f"缺少表样规定的行或列：{named}{_more(rows)}（共{len(missing)}格）")
    if foreign:
        named = "、".join(foreign[:NAMED_CELLS])
        messages.append(f"有表样以外的单元格：{named}{_more(foreign)}")
    return _result(constraint, "failed", "；".join(messages) + "。", missing + foreign)


def _broken_off(fmt: ReportFormat, missing: tuple[str, ...]) -> CellSpec | None:
    """The last cell read, when all missing cells follow it and it does not end its table."""
    ids = tuple(fmt.cells)
    present = len(ids) - len(missing)
    if not present or ids[present:] != missing:
        return None
    last, following = fmt.cells[ids[present - 1]], fmt.cells[missing[0]]
    return last if last.table == following.table else None


def _check_aggregate(
    fmt: ReportFormat,
    constraint: Constraint,
    figures: Mapping[str, CellValue],
    children: Sequence[Mapping[str, CellValue]],
) -> Iterable[Finding]:
    """A.<cell>: each cell of an aggregate is the sum of that cell over all reports in it."""
    for cell_id, spec in fmt.cells.items():
        parts = [Decimal(value) for child in children if (value := child.get(cell_id)) is not None]
        name = constraint.id.replace("<cell>", cell_id)
        own = figures[cell_id]
        status: Status
        if own is None or not parts:
            status, message = "unknown", f"{spec.label}：有关单元格未填报，无法判断。"
        elif sum(parts) == own:
            status, message = "passed", f"{constraint.text}。"
        else:
            status = "failed"
            total = sum(parts, start=Decimal(0))
            message = (
                f"{spec.label}：汇总 {format_figure(own)} ≠ {len(children)}份报告之和 "
                f"{format_figure(total)}，相差 {format_figure(abs(own - total))}。"
            )
        yield Finding(name, constraint.kind, constraint.severity, status, message, (cell_id,))


def _result(
    constraint: Constraint, status: Status, message: str, cells: tuple[str, ...]
) -> Finding:
    return Finding(constraint.id, constraint.kind, constraint.severity, status, message, cells)


def _row_of(spec: CellSpec) -> str:
    return f"{TABLE_NAMES[spec.table]}“{spec.row_label}”"


def _more(items: Sequence[object]) -> str:
    return f"等{len(items)}处" if len(items) > NAMED_CELLS else ""

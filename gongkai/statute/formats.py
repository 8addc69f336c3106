"""The statutory formats of the annual report, as data (条例第四十九条、第五十条).

A format says which rows and columns the report's three tables have, what a cell holds and which
arithmetic relations (勾稽关系) its figures obey. Formats live in ``formats/*.json``; nothing in
the code knows a year. Published reports mix the formats table by table, so ``compose`` joins the
second table of one with the third of another.

Cell ids (``t2.<row>.<column>``, ``t3.<row>.<column>``, ``t4.<group>.<column>``) are the platform's
vocabulary: rooms count into them, renderers draw them, readers find them again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, cast

CellValue = int | Decimal | None
TableId = Literal["t2", "t3", "t4"]
Severity = Literal["error", "warning"]
Relation = Literal["", "==", "<=", ">="]

#: The six kinds of applicant of table three, in the order of its columns.
APPLICANT_KINDS = ("natural", "enterprise", "research", "welfare", "legal", "other")

TABLE_NAMES: Mapping[str, str] = MappingProxyType({"t2": "表二", "t3": "表三", "t4": "表四"})


class UnknownFormat(LookupError):
    """No format of that name, or none for that year. The message is Chinese and says why."""


@dataclass(frozen=True, slots=True)
class Section:
    """One of the six parts of the report; ``table`` names the table that fills it, if any."""

    id: str
    no: str
    title: str
    table: str | None = None
    aliases: tuple[str, ...] = ()
    must_contain: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["text", "table"]:
        return "table" if self.table else "text"

    @property
    def heading(self) -> str:
        return f"{self.no}、{self.title}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures. ``unit_printed`` is false where the form leaves the unit to custom."""

    id: str
    label: str
    type: Literal["int", "decimal"] = "int"
    unit: str = "件"
    signed: bool = False
    unit_printed: bool = True
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of figures. ``path`` holds the heads above it, outermost first.

    ``role`` (table three): ``flow`` rows say what came in and went on, ``result`` rows are the
    final answers, ``total`` is （七）总计. ``outcomes`` are the codes counted in the row.
    """

    id: str
    label: str
    path: tuple[str, ...] = ()
    role: Literal["", "flow", "result", "total"] = ""
    aliases: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One block of table two: the rows of one item of Article 20 under columns of their own."""

    id: str
    label: str
    head: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class RequestTable:
    """Table three. ``corner`` is the printed note in the empty corner of its head."""

    corner: str
    column_header: str
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def leaf_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.id != "total")

    @property
    def result_rows(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.role == "result")


@dataclass(frozen=True, slots=True)
class RemedyTable:
    """Table four: groups (复议, two kinds of 诉讼) side by side over the same five columns."""

    unit: str
    groups: tuple[Row, ...]
    columns: tuple[Column, ...]

    @property
    def leaf_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.id != "total")


@dataclass(frozen=True, slots=True)
class CellSpec:
    """What one cell holds.

    ``row_label`` names the row so that it cannot be confused with another (the head is put before
    sub-items: “（三）不予公开 1.属于国家秘密”); ``derived`` cells are sums of other cells.
    """

    id: str
    table: TableId
    row: str
    column: str
    type: Literal["int", "decimal"]
    signed: bool
    unit: str
    row_label: str
    column_label: str
    derived: bool = False
    unit_printed: bool = True

    @property
    def label(self) -> str:
        return f"{TABLE_NAMES[self.table]}“{self.row_label}”·{self.column_label}"


@dataclass(frozen=True, slots=True)
class Term:
    """``sign`` × one figure: of this report, of last year's (``prev``) or of the text."""

    sign: Literal[1, -1]
    source: Literal["cell", "prev", "narrative"]
    name: str

    def __str__(self) -> str:
        prefix = "" if self.source == "cell" else f"{self.source}."
        return prefix + self.name


@dataclass(frozen=True, slots=True)
class Constraint:
    """One relation between figures: ``left relation right`` over terms.

    ``expr`` is empty for the two constraints that look at cells one by one (V.int, V.missing) and
    a template for A.<cell>, which applies to every cell of an aggregate report. ``printed`` marks
    the relation that stands on the form itself.
    """

    id: str
    kind: str
    severity: Severity
    scope: Literal["single", "cross_year", "narrative", "aggregate"]
    text: str
    expr: str = ""
    left: tuple[Term, ...] = ()
    relation: Relation = ""
    right: tuple[Term, ...] = ()
    printed: bool = False


@dataclass(frozen=True)
class ReportFormat:
    """A statutory format: its sections, tables, cells (in printed order) and constraints.

    ``first_year``/``last_year`` bound the report years it is for (``None``: still in force);
    ``table_formats`` names the format of each table, which differ in a composed format only.
    """

    id: str
    title: str
    basis: str
    source: str
    mark: str
    first_year: int
    last_year: int | None
    sections: tuple[Section, ...]
    t2: tuple[Part, ...]
    t3: RequestTable
    t4: RemedyTable
    constraints: tuple[Constraint, ...]
    table_formats: Mapping[str, str]
    cells: Mapping[str, CellSpec] = field(default_factory=dict)

    def section(self, section_id: str) -> Section:
        """The section of that id; ``KeyError`` when the format has none."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)

    def table_cells(self, table: str) -> tuple[str, ...]:
        """The ids of one table's cells, in printed order."""
        return tuple(cell_id for cell_id, spec in self.cells.items() if spec.table == table)

    def row_for_outcome(self, code: str) -> str:
        """The row of table three in which an outcome of that code is counted."""
        for row in self.t3.rows:
            if code in row.outcomes:
                return row.id
        raise KeyError(code)

    @property
    def leaf_cells(self) -> frozenset[str]:
        """The cells that records are counted into; the others are sums of these."""
        return frozenset(cell_id for cell_id, spec in self.cells.items() if not spec.derived)

    def __hash__(self) -> int:
        return hash(self.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ReportFormat) and other.id == self.id


_FILES = files(__package__) / "formats"
_SEPARATOR = "/"


@cache
def format_ids() -> tuple[str, ...]:
    """The ids of all formats of the package, oldest first."""
    names = (entry.name for entry in _FILES.iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@cache
def get_format(format_id: str) -> ReportFormat:
    """The format of that id, also of a composed one (“2021/2019”: table two, table three).

    Raises ``UnknownFormat`` with a Chinese message.
    """
    if _SEPARATOR in format_id:
        t2, _, t3 = format_id.partition(_SEPARATOR)
        return compose(t2=t2, t3=t3)
    if format_id not in format_ids():
        known = "、".join(format_ids())
        raise UnknownFormat(f"没有名为“{format_id}”的年度报告格式，现有格式：{known}。")
    return _load(json.loads((_FILES / f"{format_id}.json").read_text(encoding="utf-8")))


def format_for_year(year: int) -> ReportFormat:
    """The format in which the report on ``year`` must be made (国办公开办函〔2019〕60号, 〔2021〕30号).

    A format without a last year serves every later year until a newer one is added. Raises
    ``UnknownFormat`` for years before the first format.
    """
    for format_id in reversed(format_ids()):
        report_format = get_format(format_id)
        last_year = report_format.last_year
        if report_format.first_year <= year and (last_year is None or year <= last_year):
            return report_format
    first_year = min(get_format(format_id).first_year for format_id in format_ids())
    raise UnknownFormat(
        f"{year}年没有可用的年度报告格式：现行法定格式自{first_year}年度报告起适用，"
        f"请选择{first_year}年及以后的年度。"
    )


@cache
def compose(t2: str = "2021", t3: str = "2019", t4: str = "2021") -> ReportFormat:
    """A mixed format as found in published reports: table two of one, table three of another.

    Its constraints are those of table three's format; relations over cells that the other table
    two lacks stay undecided. Table four is the same in all formats, so ``t4`` changes nothing but
    the record of where it was found.
    """
    request_format, proactive_format = get_format(t3), get_format(t2)
    get_format(t4)
    if t2 == t3:
        return request_format
    newer = max(request_format, proactive_format, key=lambda one: one.first_year)
    return _with_cells(
        id=f"{t2}{_SEPARATOR}{t3}",
        title=f"表二为{t2}年格式、表三为{t3}年格式的混合格式",
        basis=f"表二：{proactive_format.basis}；表三：{request_format.basis}",
        source=newer.source,
        mark=newer.mark,
        first_year=newer.first_year,
        last_year=newer.last_year,
        sections=newer.sections,
        t2=proactive_format.t2,
        t3=request_format.t3,
        t4=get_format(t4).t4,
        constraints=request_format.constraints,
        table_formats=MappingProxyType({"t2": t2, "t3": t3, "t4": t4}),
    )


def fill_totals(
    report_format: ReportFormat, cells: Mapping[str, CellValue]
) -> dict[str, CellValue]:
    """All cells of the format, derived ones computed from the leaves; blanks stay blank.

    A sum over leaves of which none is filled in is blank (``None``), not 0. Cells the format does
    not have are left out.
    """
    filled: dict[str, CellValue] = {cell_id: cells.get(cell_id) for cell_id in report_format.cells}
    for row in (
        *report_format.t3.result_rows,
        *(r for r in report_format.t3.rows if r.role == "flow"),
    ):
        leaves = (f"t3.{row.id}.{column.id}" for column in report_format.t3.leaf_columns)
        filled[f"t3.{row.id}.total"] = _sum(filled, leaves)
    for column in report_format.t3.columns:
        results = (f"t3.{row.id}.{column.id}" for row in report_format.t3.result_rows)
        filled[f"t3.result_total.{column.id}"] = _sum(filled, results)
    for group in report_format.t4.groups:
        leaves = (f"t4.{group.id}.{column.id}" for column in report_format.t4.leaf_columns)
        filled[f"t4.{group.id}.total"] = _sum(filled, leaves)
    return filled


def _sum(cells: Mapping[str, CellValue], ids: Iterator[str]) -> CellValue:
    values = [value for cell_id in ids if (value := cells[cell_id]) is not None]
    return sum(values) if values else None


def _load(data: Mapping[str, Any]) -> ReportFormat:
    """A format from its data file."""
    t2 = tuple(
        Part(
            part["id"],
            part["label"],
            part["head"],
            tuple(Column(**column) for column in part["columns"]),
            tuple(_row(row) for row in part["rows"]),
        )
        for part in data["t2"]
    )
    t3 = RequestTable(
        data["t3"]["corner"],
        data["t3"]["column_header"],
        data["t3"]["unit"],
        tuple(Column(unit=data["t3"]["unit"], **column) for column in data["t3"]["columns"]),
        tuple(_flatten(data["t3"]["rows"], ())),
    )
    t4 = RemedyTable(
        data["t4"]["unit"],
        tuple(_row(group) for group in data["t4"]["groups"]),
        tuple(Column(unit=data["t4"]["unit"], **column) for column in data["t4"]["columns"]),
    )
    return _with_cells(
        id=data["id"],
        title=data["title"],
        basis=data["basis"],
        source=data["source"],
        mark=data["mark"],
        first_year=data["first_year"],
        last_year=data["last_year"],
        sections=tuple(
            Section(
                section["id"],
                section["no"],
                section["title"],
                section.get("table"),
                tuple(section.get("aliases", ())),
                tuple(section.get("must_contain", ())),
            )
            for section in data["sections"]
        ),
        t2=t2,
        t3=t3,
        t4=t4,
        constraints=tuple(_constraints(data["constraints"], t2, t3, t4)),
        table_formats=MappingProxyType({"t2": data["id"], "t3": data["id"], "t4": data["id"]}),
    )


def _row(row: Mapping[str, Any], path: tuple[str, ...] = (), role: Any = "") -> Row:
    return Row(
        row["id"],
        row["label"],
        path or tuple(row.get("path", ())),
        row.get("role", role),
        tuple(row.get("aliases", ())),
        tuple(row.get("outcomes", ())),
    )


def _flatten(rows: list[Mapping[str, Any]], path: tuple[str, ...]) -> Iterator[Row]:
    for row in rows:
        if "head" in row:
            yield from _flatten(row["rows"], (*path, row["head"]))
        else:
            yield _row(row, path, "result")


def _with_cells(**attributes: Any) -> ReportFormat:
    cells = {spec.id: spec for spec in _cell_specs(**attributes)}
    return ReportFormat(**attributes, cells=MappingProxyType(cells))


def _cell_specs(
    *, t2: tuple[Part, ...], t3: RequestTable, t4: RemedyTable, **_: Any
) -> Iterator[CellSpec]:
    for part in t2:
        for row in part.rows:
            for column in part.columns:
                yield _cell("t2", row, column, derived=False)
    for row in t3.rows:
        for column in t3.columns:
            yield _cell("t3", row, column, derived=column.id == "total" or row.role == "total")
    for group in t4.groups:
        for column in t4.columns:
            yield _cell("t4", group, column, derived=column.id == "total")


def _cell(table: TableId, row: Row, column: Column, *, derived: bool) -> CellSpec:
    # The outermost head of table three adds nothing: it holds every result row.
    heads = row.path[1:] if table == "t3" else row.path
    return CellSpec(
        id=f"{table}.{row.id}.{column.id}",
        table=table,
        row=row.id,
        column=column.id,
        type=column.type,
        signed=column.signed,
        unit=column.unit,
        row_label=" ".join((*heads, row.label)),
        column_label=column.label,
        derived=derived,
        unit_printed=column.unit_printed,
    )


def _constraints(
    groups: list[Mapping[str, Any]], t2: tuple[Part, ...], t3: RequestTable, t4: RemedyTable
) -> Iterator[Constraint]:
    """Constraints written out from their templates: one of each per row, column or group."""
    labels = {row.id: row.label for part in t2 for row in part.rows}
    lists: dict[str, list[tuple[str, str]]] = {
        "t3.rows": [(row.id, row.label) for row in t3.rows],
        "t3.columns": [(column.id, column.label) for column in t3.columns],
        "t4.groups": [(group.id, group.label) for group in t4.groups],
    }
    for group in groups:
        each = group.get("each")
        if each is None:
            items = [("", "")]
        elif isinstance(each, str):
            items = lists[each]
        else:
            items = [(row_id, labels[row_id]) for row_id in each]
        for item_id, label in items:
            for template in group["make"]:
                yield _constraint(template, item_id, label, t3, t4)


def _constraint(
    template: Mapping[str, Any], item_id: str, label: str, t3: RequestTable, t4: RemedyTable
) -> Constraint:
    def fill(text: str) -> str:
        return text.replace("{id}", item_id).replace("{label}", label)

    severity = template.get("severity_for", {}).get(item_id, template.get("severity", "error"))
    common = {
        "id": fill(template["id"]),
        "kind": template["kind"],
        "severity": severity,
        "scope": template.get("scope", "single"),
        "text": fill(template["text"]),
        "printed": template.get("printed", False),
    }
    expr = _expand(fill(template.get("expr", "")), t3, t4)
    if not expr or "<cell>" in expr:
        return Constraint(**common, expr=expr)
    left, relation, right = re.split(r" (==|<=|>=) ", expr)
    return Constraint(
        **common,
        expr=expr,
        left=_terms(left),
        relation=cast("Relation", relation),
        right=_terms(right),
    )


def _expand(expr: str, t3: RequestTable, t4: RemedyTable) -> str:
    """Write ``@leaves`` out: the columns, or the result rows, whose sum is the total."""

    def replace(match: re.Match[str]) -> str:
        before, after = match[1], match[2]
        if before.startswith("t3.") and not after:
            names = [f"{before}{column.id}" for column in t3.leaf_columns]
        elif before == "t3.":
            names = [f"{before}{row.id}{after}" for row in t3.result_rows]
        else:
            names = [f"{before}{column.id}" for column in t4.leaf_columns]
        return " + ".join(names)

    return re.sub(r"(t[34]\.(?:\w+\.)?)@leaves(\.\w+)?", replace, expr)


def _terms(side: str) -> tuple[Term, ...]:
    if side == "0":
        return ()
    terms = []
    for sign, name in re.findall(r"([+-]?) ?([\w.]+)", side):
        source, _, rest = name.partition(".")
        if source in ("prev", "narrative"):
            terms.append(Term(-1 if sign == "-" else 1, source, rest))
        else:
            terms.append(Term(-1 if sign == "-" else 1, "cell", name))
    return tuple(terms)

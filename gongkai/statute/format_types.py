"""What a statutory format of the annual report is made of (see ``formats``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

CellValue = int | Decimal | None
TableId = Literal["t2", "t3", "t4"]
Severity = Literal["error", "warning"]
Relation = Literal["", "==", "<=", ">="]

#: The six kinds of applicant of table three, in the order of its columns.
APPLICANT_KINDS = ("natural", "enterprise", "research", "welfare", "legal", "other")

TABLE_NAMES: Mapping[str, str] = MappingProxyType({"t2": "表二", "t3": "表三", "t4": "表四"})


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

"""A report's figures as they are counted, declared and checked: the result of `build`.

One figure has up to four values, all kept apart and all shown:

* ``computed``: what the records count to (0 when a source counted and found nothing, None
  when no source counts this cell);
* ``adjustment``: in a sum, by how much the bodies below declared more or less than their
  records show;
* ``declared``: what the body itself states, with a note and a name;
* ``value``: what stands in the report: declared if declared, else computed + adjustment.

Totals are never declared: they are the sums of their parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from gongkai.reports import registry
from gongkai.reports.tree import Body
from gongkai.reports.values import plain
from gongkai.statute.constraints import Finding, evaluate
from gongkai.statute.formats import CellSpec, CellValue, ReportFormat, fill_totals

Sparse = dict[str, Any]
"""Cell → number (int or Decimal), with only the cells that are not 0."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A figure that the body states, with the reason."""

    value: CellValue
    note: str
    by: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell with everything known about it."""

    spec: CellSpec
    value: CellValue
    computed: CellValue
    adjustment: Any
    declared: Declared | None
    previous: CellValue
    source: str
    source_label: str

    @property
    def cell(self) -> str:
        return self.spec.id

    @property
    def note(self) -> str:
        """Why the figure is not the counted one."""
        return self.declared.note if self.declared else ""

    @property
    def counted(self) -> CellValue:
        """What would stand there without a declaration."""
        if not self.adjustment:
            return self.computed
        total: CellValue = (self.computed or 0) + self.adjustment
        return total

    @property
    def difference(self) -> Any:
        """Declared minus counted; None when nothing is declared or one of them is blank."""
        if self.declared is None or self.declared.value is None or self.counted is None:
            return None
        return self.declared.value - self.counted

    @property
    def change(self) -> Any:
        """This year minus last year; None when one of them is not known."""
        if self.value is None or self.previous is None:
            return None
        return self.value - self.previous

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources that count it."""
        return (self.source,) if self.source else ()

    @property
    def is_blank(self) -> bool:
        """Not filled in: neither counted nor declared."""
        return self.value is None


@dataclass(frozen=True, slots=True)
class PartReport:
    """One report that is added up in an aggregate: as sent, and as the records say now."""

    body: Body
    cells: Mapping[str, CellValue]
    live: Mapping[str, CellValue]
    state: str

    @property
    def is_sent(self) -> bool:
        """Whether ``cells`` are those of a report that was submitted."""
        return self.state in ("submitted", "accepted", "published")


@dataclass
class BuiltReport:
    """One body's report of one year, built from records and declarations. Never saved as such.

    ``cells`` holds every cell of the format, totals included. ``previous`` are last year's
    cells (of the published report, else of the one sent, else counted); ``previous_basis``
    says which. ``parts`` are the reports added up in an aggregate.
    """

    organ: Body
    year: int
    scope: str
    format: ReportFormat
    recorded: Sparse
    adjustments: Sparse
    declared: Mapping[str, Declared]
    cells: dict[str, CellValue]
    measures: Mapping[str, Any] = field(default_factory=dict)
    previous: Mapping[str, CellValue] | None = None
    previous_basis: str = ""
    previous_sections: Mapping[str, str] | None = None
    parts: Sequence[PartReport] | None = None
    state: str = ""
    narrative: Mapping[str, int | None] | None = None

    @property
    def title(self) -> str:
        """The name under which such reports are published."""
        return f"{self.organ.name}{self.year}年政府信息公开工作年度报告"

    @property
    def is_aggregate(self) -> bool:
        """Whether bodies below are added up in it."""
        return self.scope == "aggregate"

    @cached_property
    def computed(self) -> dict[str, CellValue]:
        """What the records alone count to, totals included."""
        filled = fill_totals(self.format, {**zeros(self.format), **self.recorded})
        return without_zeros(self.format, filled)

    @cached_property
    def adjustment(self) -> dict[str, CellValue]:
        """What declarations below add to or take from each cell, totals included."""
        if not self.adjustments:
            return {}
        filled = fill_totals(self.format, self.adjustments)
        return {cell: value for cell, value in filled.items() if value}

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """Every cell of the format with all that is known about it, in printed order."""
        return {cell: self.figure(cell) for cell in self.format.cells}

    def figure(self, cell: str) -> Figure:
        """One cell with all that is known about it; KeyError for a cell the format lacks."""
        source = registry.source_of(self.format, cell)
        previous = self.previous.get(cell) if self.previous is not None else None
        return Figure(
            spec=self.format.cells[cell],
            value=self.cells.get(cell),
            computed=self.computed[cell],
            adjustment=self.adjustment.get(cell, 0),
            declared=self.declared.get(cell),
            previous=previous,
            source=source.name if source else "",
            source_label=source.label if source else "",
        )

    @cached_property
    def findings(self) -> list[Finding]:
        """Every relation of the format that can be asked, passed ones included."""
        return evaluate(
            self.format,
            self.cells,
            previous=self.previous,
            narrative=self.narrative,
            children=[part.cells for part in self.parts] if self.parts is not None else None,
        )

    @property
    def violations(self) -> list[Finding]:
        """Relations of severity "error" that do not hold: they stop the submission."""
        return [one for one in self.findings if one.status == "failed" and one.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        """Relations of severity "warning" that do not hold: to be looked at."""
        return [
            one for one in self.findings if one.status == "failed" and one.severity == "warning"
        ]

    @property
    def blanks(self) -> list[CellSpec]:
        """Cells not filled in."""
        return [spec for cell, spec in self.format.cells.items() if self.cells.get(cell) is None]


_ZEROS: dict[tuple[str, frozenset[str]], dict[str, CellValue]] = {}


def zeros(report_format: ReportFormat) -> dict[str, CellValue]:
    """Every leaf cell as it stands when nothing was recorded: 0 if counted, else blank.

    Do not change the result; copy it.
    """
    sourced = registry.sourced_cells(report_format)
    key = (report_format.id, sourced)
    if key not in _ZEROS:
        _ZEROS[key] = {cell: 0 if cell in sourced else None for cell in report_format.leaf_cells}
    return _ZEROS[key]


def effective(
    report_format: ReportFormat,
    recorded: Mapping[str, Any],
    adjustments: Mapping[str, Any],
    declared: Mapping[str, Declared],
) -> dict[str, CellValue]:
    """What stands in the report: every cell of the format, totals filled in."""
    leaves = dict(zeros(report_format))
    leaves.update(recorded)
    for cell, value in adjustments.items():
        leaves[cell] = (leaves.get(cell) or 0) + value
    for cell, one in declared.items():
        if cell in leaves:
            leaves[cell] = one.value
    return without_zeros(report_format, fill_totals(report_format, leaves))


def without_zeros(report_format: ReportFormat, cells: dict[str, CellValue]) -> dict[str, CellValue]:
    """Amounts without the noughts that adding leaves at their end (37597.0050)."""
    for cell in _amounts(report_format):
        value = cells.get(cell)
        if isinstance(value, Decimal):
            cells[cell] = Decimal(plain(value))
    return cells


@cache
def _amounts(report_format: ReportFormat) -> tuple[str, ...]:
    return tuple(cell for cell, spec in report_format.cells.items() if spec.type == "decimal")


def own_adjustments(
    recorded: Mapping[str, Any], declared: Mapping[str, Declared], leaves: frozenset[str]
) -> Sparse:
    """By how much a body's declared figures differ from its records: what its sum must add.

    A figure declared as "not filled in" takes the counted one out of the sum.
    """
    adjustments: Sparse = {}
    for cell, one in declared.items():
        if cell in leaves:
            difference = (one.value or 0) - recorded.get(cell, 0)
            if difference or (one.value is not None and cell not in recorded):
                adjustments[cell] = difference
    return adjustments


def add_into(total: Sparse, values: Mapping[str, Any]) -> None:
    """Add cell by cell."""
    known = total.get
    for cell, value in values.items():
        total[cell] = known(cell, 0) + value

"""The statutory tables as the workbench shows them: every figure with what is known about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gongkai.reports.figures import BuiltReport, Figure
from gongkai.reports.grid import Grid, GridCell, tables
from gongkai.reports.queries import CellChange
from gongkai.reports.review import Change, change_of
from gongkai.reports.values import show
from gongkai.statute.constraints import Finding


@dataclass(frozen=True)
class CellView:
    """One printed cell. ``figure`` is None for heads and labels."""

    grid: GridCell
    figure: Figure | None = None
    url: str = ""
    text: str = ""
    previous: str = ""
    change: Change | None = None
    declared: str = ""
    findings: tuple[str, ...] = ()
    moved: str = ""

    @property
    def tag(self) -> str:
        """The element to draw it with."""
        return "td" if self.figure else "th"

    @property
    def classes(self) -> str:
        """The classes of the cell."""
        names = [f"rp-{self.grid.kind}"]
        if self.figure is not None:
            if self.findings:
                names.append("rp-figure--bad")
            elif self.declared:
                names.append("rp-figure--declared")
            if self.figure.is_blank:
                names.append("rp-figure--blank")
        return " ".join(names)


@dataclass(frozen=True)
class TableView:
    """One statutory table, ready to be drawn."""

    id: str
    grid: Grid
    rows: list[list[CellView]]

    @property
    def is_wide(self) -> bool:
        """Whether the table needs a frame of its own to scroll in."""
        return self.grid.column_count > 5


def table_views(
    built: BuiltReport,
    url: Callable[[str], str],
    *,
    failed: Iterable[Finding] = (),
    moved: Iterable[CellChange] = (),
) -> dict[str, TableView]:
    """The tables by id. ``url`` gives the address of the records behind a cell."""
    found: dict[str, list[str]] = {}
    for finding in failed:
        for cell in finding.cells:
            found.setdefault(cell, []).append(finding.constraint)
    since = {one.spec.id: one for one in moved}

    def view(cell: GridCell) -> CellView:
        if cell.cell is None:
            return CellView(cell, text=cell.text)
        figure = built.figure(cell.cell)
        later = since.get(cell.cell)
        return CellView(
            grid=cell,
            figure=figure,
            url=url(cell.cell),
            text=signed(figure),
            previous=_before(figure),
            change=change_of(figure.value, figure.previous),
            declared=_declared(figure),
            findings=tuple(found.get(cell.cell, ())),
            moved="" if later is None else f"现有记录为{show(later.new)}",
        )

    return {
        name: TableView(name, grid, [[view(cell) for cell in row] for row in grid.rows()])
        for name, grid in tables(built.format).items()
    }


def signed(figure: Figure) -> str:
    """The figure as it is shown; 本年增/减 with its sign."""
    if figure.value is None:
        return "未填"
    if figure.spec.signed and figure.value > 0:
        return f"+{show(figure.value)}"
    return show(figure.value)


def _before(figure: Figure) -> str:
    """Last year's figure; nothing where both are 0, or the page would be full of noughts."""
    if figure.previous is None or (not figure.previous and not figure.value):
        return ""
    return show(figure.previous)


def _declared(figure: Figure) -> str:
    parts = []
    if figure.declared is not None:
        counted = "没有统计数" if figure.counted is None else f"统计{show(figure.counted)}"
        parts.append(f"填报，{counted}")
        if figure.difference:
            parts.append(f"相差{figure.difference:+}")
    elif figure.adjustment:
        parts.append(f"统计{show(figure.computed)}，所属单位填报差额{figure.adjustment:+}")
    return "，".join(parts)

"""The statutory tables as cells with spans: the one picture that every renderer draws.

A grid says where each head, label and figure of a table stands on the printed form (国办公开办函
〔2019〕60号、〔2021〕30号) and how far it reaches; it holds no figures. Web page, DOCX, PDF and XLSX
are drawn from the same grid, so no two of them can disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from gongkai.statute.formats import Column, Part, RemedyTable, ReportFormat, RequestTable, Row

#: ``part``: the band naming an item of Article 20; ``corner``: the note in the corner of a head;
#: ``head``: names columns; ``group``: names the rows beside it; ``label``: names one row.
CellKind = Literal["part", "corner", "head", "group", "label", "figure"]
Scope = Literal["col", "colgroup", "row", "rowgroup", ""]


@dataclass(frozen=True, slots=True)
class GridCell:
    """One printed cell. ``row``/``col`` count from 0; ``cell`` is the id of a figure's cell."""

    text: str
    row: int
    col: int
    rowspan: int = 1
    colspan: int = 1
    kind: CellKind = "figure"
    scope: Scope = ""
    cell: str | None = None

    @property
    def header(self) -> bool:
        return self.kind != "figure"

    @property
    def paired(self) -> bool:
        """Whether a narrow head breaks after every second character: 商业/企业, 社会/公益/组织."""
        return self.kind == "head" and self.colspan == 1 and len(self.text) in (4, 6)


@dataclass(frozen=True, slots=True)
class Grid:
    """One table. ``header_rows`` repeat on every page; ``bodies`` are the rows at which a block
    with heads of its own begins (table two); ``widths`` are shares of the width, adding up to 100;
    ``label_columns`` stay in view when the table scrolls sideways.
    """

    table: str
    caption: str
    row_count: int
    column_count: int
    cells: tuple[GridCell, ...]
    widths: tuple[float, ...]
    header_rows: int = 0
    bodies: tuple[int, ...] = (0,)
    label_columns: int = 0

    def rows(self) -> list[list[GridCell]]:
        """The cells that begin in each row, from left to right."""
        rows: list[list[GridCell]] = [[] for _ in range(self.row_count)]
        for cell in self.cells:
            rows[cell.row].append(cell)
        for row in rows:
            row.sort(key=lambda cell: cell.col)
        return rows


@lru_cache(maxsize=64)
def tables(fmt: ReportFormat) -> Mapping[str, Grid]:
    """The three tables of a format by id, in printed order: ``t2``, ``t3``, ``t4``."""
    captions = {section.table: section.title for section in fmt.sections if section.table}
    return MappingProxyType(
        {
            "t2": _proactive(fmt.t2, captions["t2"]),
            "t3": _requests(fmt.t3, captions["t3"]),
            "t4": _remedies(fmt.t4, captions["t4"]),
        }
    )


def _proactive(parts: tuple[Part, ...], caption: str) -> Grid:
    """Table two: the blocks of Article 20 one below the other, each under its own heads."""
    width = 1 + max(len(part.columns) for part in parts)
    cells: list[GridCell] = []
    bodies: list[int] = []
    row = 0
    for part in parts:
        bodies.append(row)
        cells.append(GridCell(part.label, row, 0, 1, width, "part", "rowgroup"))
        row += 1
        cells.append(GridCell(part.head, row, 0, kind="head", scope="col"))
        # The last column of a narrower block takes what is left of the width.
        spans = [1] * (len(part.columns) - 1) + [width - len(part.columns)]
        starts = [1 + index for index in range(len(part.columns))]
        for column, start, span in zip(part.columns, starts, spans, strict=True):
            cells.append(GridCell(column.label, row, start, 1, span, "head", "col"))
        for line in part.rows:
            row += 1
            cells.append(GridCell(line.label, row, 0, kind="label", scope="row"))
            for column, start, span in zip(part.columns, starts, spans, strict=True):
                cell_id = f"t2.{line.id}.{column.id}"
                cells.append(GridCell("", row, start, 1, span, cell=cell_id))
        row += 1
    share = 72 / (width - 1)
    widths = (28.0, *(share,) * (width - 1))
    return Grid("t2", caption, row, width, tuple(cells), widths, 0, tuple(bodies), label_columns=1)


def _requests(table: RequestTable, caption: str) -> Grid:
    """Table three: heads of rows stand beside their rows, 法人或其他组织 over its five columns."""
    labels = 1 + max(len(row.path) for row in table.rows)
    width = labels + len(table.columns)
    cells = [
        GridCell(table.corner, 0, 0, 3, labels, "corner"),
        GridCell(table.column_header, 0, labels, 1, len(table.columns), "head", "colgroup"),
    ]
    for index, column in enumerate(table.columns):
        place = labels + index
        if column.group is None:
            cells.append(GridCell(column.label, 1, place, 2, 1, "head", "col"))
            continue
        if index == 0 or table.columns[index - 1].group != column.group:
            span = sum(other.group == column.group for other in table.columns)
            cells.append(GridCell(column.group, 1, place, 1, span, "head", "colgroup"))
        cells.append(GridCell(column.label, 2, place, kind="head", scope="col"))

    previous: tuple[str, ...] = ()
    for index, line in enumerate(table.rows):
        row = 3 + index
        for depth, head in enumerate(line.path):
            path = line.path[: depth + 1]
            if previous[: depth + 1] != path:
                span = sum(other.path[: depth + 1] == path for other in table.rows)
                cells.append(GridCell(head, row, depth, span, 1, "group", "rowgroup"))
        previous = line.path
        depth = len(line.path)
        cells.append(GridCell(line.label, row, depth, 1, labels - depth, "label", "row"))
        for place, column in enumerate(table.columns, start=labels):
            cells.append(GridCell("", row, place, cell=f"t3.{line.id}.{column.id}"))
    # Heads are narrow, the labels of single rows need most, figures share the rest.
    head_widths = [7.5, 10.0][: labels - 1]
    label_width = 50.5 - sum(head_widths)
    figure_width = (100 - label_width - sum(head_widths)) / len(table.columns)
    return Grid(
        "t3",
        caption,
        3 + len(table.rows),
        width,
        tuple(cells),
        (*head_widths, label_width, *(figure_width,) * len(table.columns)),
        header_rows=3,
        bodies=(3,),
        label_columns=labels,
    )


def _remedies(table: RemedyTable, caption: str) -> Grid:
    """Table four: one row of figures under three rows of heads."""
    width = len(table.groups) * len(table.columns)
    size = len(table.columns)
    cells: list[GridCell] = []
    for index, group in enumerate(table.groups):
        start = index * size
        if not group.path:
            cells.append(GridCell(group.label, 0, start, 1, size, "head", "colgroup"))
            cells += _heads(table.columns, row=1, start=start, rowspan=2)
        else:
            if index == 0 or table.groups[index - 1].path != group.path:
                span = size * sum(other.path == group.path for other in table.groups)
                cells.append(GridCell(group.path[0], 0, start, 1, span, "head", "colgroup"))
            cells.append(GridCell(group.label, 1, start, 1, size, "head", "colgroup"))
            cells += _heads(table.columns, row=2, start=start, rowspan=1)
        cells += _figures(group, table.columns, row=3, start=start)
    share = 100 / width
    return Grid("t4", caption, 4, width, tuple(cells), (share,) * width, 3, (3,))


def _heads(columns: tuple[Column, ...], row: int, start: int, rowspan: int) -> list[GridCell]:
    return [
        GridCell(column.label, row, start + place, rowspan, 1, "head", "col")
        for place, column in enumerate(columns)
    ]


def _figures(group: Row, columns: tuple[Column, ...], row: int, start: int) -> list[GridCell]:
    return [
        GridCell("", row, start + place, cell=f"t4.{group.id}.{column.id}")
        for place, column in enumerate(columns)
    ]

"""Ruled lines on a page → grids.

Lines are drawn as strokes, as thin filled rectangles, in pieces, doubled, or with the outer sides
left out. They are put together on a raster of all their positions; fields of the raster with no
line between them are one cell.
"""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from gongkai.reports.reading.document import Cell, Grid, Piece
from gongkai.reports.reading.sources.pdf_text import Char, Placed, cell_text, pieces_of, rows_of

THIN = 2.6
SHORT = 2.0
NEAR = 2.6
TOUCH = 3.5
COVERED = 0.6
MAX_SEGMENTS = 6000
MAX_DEPTH = 6
MAX_RASTER = 120
_FIGURE = re.compile(r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d{1,12}(?:\.\d+)?")


@dataclass(slots=True)
class Segment:
    """A ruled line, from its lower left to its upper right end."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def horizontal(self) -> bool:
        return self.x1 - self.x0 >= self.y1 - self.y0


@dataclass(slots=True)
class Rules:
    """The lines of a page."""

    segments: list[Segment]
    horizontals: list[Segment] = field(init=False)
    verticals: list[Segment] = field(init=False)

    def __post_init__(self) -> None:
        self.horizontals = [one for one in self.segments if one.horizontal]
        self.verticals = [one for one in self.segments if not one.horizontal]


# --- reading paths ---------------------------------------------------------------------------------

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def read_rules(page: pypdfium2.PdfPage) -> tuple[list[Segment], bool]:
    """(lines of the page, whether it holds pictures)."""
    segments: list[Segment] = []
    images = False
    raw: Any = page.raw
    stack: list[tuple[Any, int, int, Matrix, int]] = [
        (raw, 0, pdfium.FPDFPage_CountObjects(raw), _IDENTITY, 0)
    ]
    while stack:
        holder, start, count, outer, depth = stack.pop()
        for index in range(start, count):
            found = (
                pdfium.FPDFPage_GetObject(holder, index)
                if depth == 0
                else pdfium.FPDFFormObj_GetObject(holder, index)
            )
            kind = pdfium.FPDFPageObj_GetType(found)
            if kind == pdfium.FPDF_PAGEOBJ_PATH:
                segments.extend(_path(found, outer))
                if len(segments) > MAX_SEGMENTS:
                    return [], images  # a drawing, not a table
            elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                images = True
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
                inner = _times(_matrix(found), outer)
                stack.append((holder, index + 1, count, outer, depth))
                stack.append((found, 0, pdfium.FPDFFormObj_CountObjects(found), inner, depth + 1))
                break
    return segments, images


def _matrix(found: Any) -> Matrix:
    made = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(found, ctypes.byref(made)):
        return _IDENTITY
    return (made.a, made.b, made.c, made.d, made.e, made.f)


def _times(one: Matrix, two: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def _path(found: Any, outer: Matrix) -> Iterator[Segment]:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(found, ctypes.byref(mode), ctypes.byref(stroke)):
        return
    if not mode.value and not stroke.value:
        return
    if not stroke.value and _is_white(found):
        return
    a, b, c, d, e, f = _times(_matrix(found), outer)
    x, y = ctypes.c_float(), ctypes.c_float()
    outlines: list[list[tuple[float, float]]] = []
    count = pdfium.FPDFPath_CountSegments(found)
    for index in range(min(count, 4 * MAX_SEGMENTS)):
        part = pdfium.FPDFPath_GetPathSegment(found, index)
        kind = pdfium.FPDFPathSegment_GetType(part)
        pdfium.FPDFPathSegment_GetPoint(part, ctypes.byref(x), ctypes.byref(y))
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        if kind == pdfium.FPDF_SEGMENT_MOVETO or not outlines:
            outlines.append([point])
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            outlines[-1].append(point)
        else:
            outlines[-1] = [point]  # a curve is no ruled line
        if pdfium.FPDFPathSegment_GetClose(part) and len(outlines[-1]) > 1:
            outlines[-1].append(outlines[-1][0])
    for points in outlines:
        if stroke.value:
            yield from _stroked(points)
        else:
            yield from _filled(points)


def _is_white(found: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    parts = (ctypes.byref(red), ctypes.byref(green), ctypes.byref(blue), ctypes.byref(alpha))
    if not pdfium.FPDFPageObj_GetFillColor(found, *parts):
        return False
    return alpha.value == 0 or min(red.value, green.value, blue.value) >= 250


def _stroked(points: Sequence[tuple[float, float]]) -> Iterator[Segment]:
    for (ax, ay), (bx, by) in pairwise(points):
        width, height = abs(ax - bx), abs(ay - by)
        if (width <= 1.2 and height >= SHORT) or (height <= 1.2 and width >= SHORT):
            yield Segment(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def _filled(points: Sequence[tuple[float, float]]) -> Iterator[Segment]:
    if len(points) < 4:
        return
    x0, x1 = min(x for x, _ in points), max(x for x, _ in points)
    y0, y1 = min(y for _, y in points), max(y for _, y in points)
    width, height = x1 - x0, y1 - y0
    if width <= THIN and height >= SHORT and height > width:
        middle = (x0 + x1) / 2
        yield Segment(middle, y0, middle, y1)
    elif height <= THIN and width >= SHORT:
        middle = (y0 + y1) / 2
        yield Segment(x0, middle, x1, middle)


# --- from lines to grids ---------------------------------------------------------------------------


def find_grids(rules: Rules, chars: Sequence[Char], page: int) -> tuple[list[Placed], list[Char]]:
    """(grids, characters outside them)."""
    placed: list[Placed] = []
    rest = list(chars)
    for group in _connected(rules):
        raster = _Raster(group)
        if not raster.is_table:
            continue
        inside = [char for char in rest if raster.holds(char)]
        grid = raster.grid(inside, page)
        if grid is None:
            continue
        taken = set(map(id, inside))
        rest = [char for char in rest if id(char) not in taken]
        placed.append(Placed(grid, raster.ys[0], raster.ys[-1]))
    return placed, rest


def _connected(rules: Rules) -> list[Rules]:
    """Lines that touch belong to one table."""
    lines = [*rules.horizontals, *rules.verticals]
    if not rules.horizontals or not rules.verticals:
        return []
    parent = list(range(len(lines)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    # Lines are compared only within the bands of height that they share.
    bands: dict[int, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        for band in range(int((line.y0 - TOUCH) // 40), int((line.y1 + TOUCH) // 40) + 1):
            bands[band].append(number)
    for members in bands.values():
        across = [number for number in members if lines[number].horizontal]
        down = [number for number in members if not lines[number].horizontal]
        for one in across:
            first = lines[one]
            for two in down:
                second = lines[two]
                if (
                    first.x0 - TOUCH <= second.x0 <= first.x1 + TOUCH
                    and second.y0 - TOUCH <= first.y0 <= second.y1 + TOUCH
                ):
                    parent[root(one)] = root(two)
    groups: dict[int, list[Segment]] = defaultdict(list)
    for number, line in enumerate(lines):
        groups[root(number)].append(line)
    made = [Rules(group) for group in groups.values()]
    made = [one for one in made if one.horizontals and one.verticals]
    made.sort(key=lambda one: -max(line.y1 for line in one.segments))
    return made


def _positions(values: Sequence[float]) -> list[float]:
    """Positions nearer to each other than a line is thick are one."""
    found: list[list[float]] = []
    for value in sorted(values):
        if found and value - found[-1][-1] <= NEAR:
            found[-1].append(value)
        else:
            found.append([value])
    return [sum(group) / len(group) for group in found]


class _Raster:
    """The fields between all lines of a table. Rows count from the top."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        xs = _positions([line.x0 for line in rules.verticals])
        ys = _positions([line.y0 for line in rules.horizontals])
        # Tables drawn without their outer sides, or cut by the page's end.
        left = min(line.x0 for line in rules.horizontals)
        right = max(line.x1 for line in rules.horizontals)
        low = min(line.y0 for line in rules.verticals)
        high = max(line.y1 for line in rules.verticals)
        xs = [*([left] if left < xs[0] - 8 else []), *xs, *([right] if right > xs[-1] + 8 else [])]
        ys = [*([low] if low < ys[0] - 6 else []), *ys, *([high] if high > ys[-1] + 6 else [])]
        self.xs = xs
        self.ys = ys[::-1]

    @property
    def is_table(self) -> bool:
        columns, rows = len(self.xs) - 1, len(self.ys) - 1
        return (
            columns >= 1
            and rows >= 1
            and columns * rows >= 2
            and columns <= MAX_RASTER
            and rows <= 4 * MAX_RASTER
        )

    def holds(self, char: Char) -> bool:
        return (
            self.xs[0] - 1 <= char.xc <= self.xs[-1] + 1
            and self.ys[-1] - 1 <= char.yc <= self.ys[0] + 1
        )

    def grid(self, chars: Sequence[Char], page: int) -> Grid | None:
        """The table with its text; ``None`` when the lines are only a frame around text."""
        owner = self._merge()
        columns = len(self.xs) - 1
        texts: dict[int, list[Char]] = defaultdict(list)
        downwards = [-y for y in self.ys]
        for char in chars:
            column = min(max(bisect_right(self.xs, char.xc) - 1, 0), columns - 1)
            row = min(max(bisect_right(downwards, -char.yc) - 1, 0), len(self.ys) - 2)
            texts[owner[row][column]].append(char)
        fields: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row, owners in enumerate(owner):
            for column, one in enumerate(owners):
                fields[one].append((row, column))
        if len(fields) < 3 or self._is_frame(fields, texts, len(chars)) or _unruled(texts):
            return None
        cells: list[Cell] = []
        for one, places in fields.items():
            rows = [row for row, _ in places]
            cols = [column for _, column in places]
            height, width = max(rows) - min(rows) + 1, max(cols) - min(cols) + 1
            text = cell_text(texts.get(one, ()))
            if height * width == len(places):
                cells.append(Cell(text, min(rows), min(cols), height, width))
            else:  # not a rectangle: its rows stand for themselves
                cells.extend(self._ragged(places, text))
        cells.sort(key=lambda cell: (cell.row, cell.col))
        return Grid(cells, page)

    def _ragged(self, places: Sequence[tuple[int, int]], text: str) -> Iterator[Cell]:
        by_row: dict[int, list[int]] = defaultdict(list)
        for row, column in places:
            by_row[row].append(column)
        for number, (row, columns) in enumerate(sorted(by_row.items())):
            yield Cell(
                text if number == 0 else "", row, min(columns), 1, max(columns) - min(columns) + 1
            )

    def _is_frame(
        self, fields: dict[int, list[tuple[int, int]]], texts: dict[int, list[Char]], count: int
    ) -> bool:
        """A border around a page of text: one field holds nearly everything, in many lines."""
        most = max((texts.get(one, []) for one in fields), key=len)
        return count > 150 and len(most) > 0.8 * count

    def _merge(self) -> list[list[int]]:
        """Row → column → number of the cell that the field belongs to."""
        rows, columns = len(self.ys) - 1, len(self.xs) - 1
        parent = list(range(rows * columns))

        def root(number: int) -> int:
            while parent[number] != number:
                parent[number] = parent[parent[number]]
                number = parent[number]
            return number

        down = _spans(self.rules.verticals, self.xs, vertical=True)
        across = _spans(self.rules.horizontals, self.ys, vertical=False)
        for row in range(rows):
            for column in range(columns):
                here = row * columns + column
                if column + 1 < columns and not _covered(
                    down.get(column + 1, ()), self.ys[row + 1], self.ys[row]
                ):
                    parent[root(here + 1)] = root(here)
                if row + 1 < rows and not _covered(
                    across.get(row + 1, ()), self.xs[column], self.xs[column + 1]
                ):
                    parent[root(here + columns)] = root(here)
        return [[root(row * columns + column) for column in range(columns)] for row in range(rows)]


Span = tuple[float, float]


def _spans(
    lines: Sequence[Segment], positions: Sequence[float], *, vertical: bool
) -> dict[int, list[Span]]:
    """Position number → the stretches along it that are ruled."""
    found: dict[int, list[Span]] = defaultdict(list)
    for line in lines:
        at = (line.x0 + line.x1) / 2 if vertical else (line.y0 + line.y1) / 2
        number = min(range(len(positions)), key=lambda place: abs(positions[place] - at))
        if abs(positions[number] - at) <= 2 * NEAR:
            found[number].append((line.y0, line.y1) if vertical else (line.x0, line.x1))
    return found


def _covered(spans: Sequence[Span], low: float, high: float) -> bool:
    """Whether most of a side is ruled. Dashes close to each other count as a line."""
    reached, length = low, 0.0
    for start, end in sorted(spans):
        start, end = max(start - 2, reached), min(end + 2, high)
        if end > start:
            length += end - start
            reached = end
    return length >= COVERED * (high - low)


def _one_figure(rows: Sequence[Sequence[Piece]]) -> bool:
    """Whether the lines of a cell are one long figure, broken because the column is narrow."""
    texts = ["".join(piece.text for piece in row) for row in rows]
    return len(texts) <= 4 and texts[0] != "0" and bool(_FIGURE.fullmatch("".join(texts)))


def _unruled(texts: dict[int, list[Char]]) -> bool:
    """Whether rules between rows or columns are missing, so that cells hold several figures."""
    wide = tall = 0
    for chars in texts.values():
        if not any(char.text.isdigit() for char in chars):
            continue
        rows = [pieces_of(row) for row in rows_of(chars)]
        figures = [
            [piece for piece in row if re.fullmatch(r"[\d,.，．０-９/—-]+", piece.text)]
            for row in rows
        ]
        wide += any(len(row) >= 2 for row in figures)
        tall += sum(bool(row) for row in figures) >= 3 and not _one_figure(rows)
    return wide >= 2 or tall >= 2

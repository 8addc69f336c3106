"""The document as rows: labels on the left, figures on the right.

Grids, lines of cells, lines of spaced pieces and single lines all become ``FoundRow``s, so that
everything after this works on one thing. What a row is *called* is not decided here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from gongkai.reports.reading.document import Block, Cell, Deadline, Document, Grid, Line, TooLarge
from gongkai.reports.reading.forms import is_head, resembles
from gongkai.reports.reading.headings import heading_of
from gongkai.reports.reading.normalise import Label, label, tidy
from gongkai.reports.reading.values import Kind, Value, read_value

MAX_EXPANDED = 250_000
_DIGIT_BREAK = re.compile(r"[\d０-９]\s*\n\s*[\d０-９]")
_UNITS = frozenset(("元", "万元", "亿元", "件", "项", "个", "条", "宗"))
_BROKEN_FIGURE = re.compile(r"[\d０-９]+(?:[,，.．][\d０-９]*)+")
_VERTICAL = frozenset("三、本年度办理结果")
_SENTENCE = re.compile(r"[，。；：？！]")
_TAIL_START = re.compile(r"[\d０-９+\-－−–—/／“\"增减无]")


class Mode(Enum):
    """How a row's cells were kept apart.

    ``GRID``: a table with columns; ``CELLS``: marks between cells; ``LAYOUT``: space between
    pieces, whose places on the page are known; ``STREAM``: one cell a line; ``TEXT``: prose.
    """

    GRID = "grid"
    CELLS = "cells"
    LAYOUT = "layout"
    STREAM = "stream"
    TEXT = "text"


@dataclass(slots=True)
class FoundCell:
    """A cell of a row, from ``x0`` to ``x1``. ``above``: it belongs to a row above (rowspan)."""

    text: str
    x0: float
    x1: float
    value: Value
    above: bool = False

    @property
    def is_text(self) -> bool:
        return self.value.kind is Kind.TEXT


@dataclass(slots=True)
class FoundRow:
    """``labels`` left of the figures, ``values`` right of the last label, blanks included.

    ``aligned``: its cells stand in the columns of a grid; ``spaced``: its pieces stand where they
    were printed. ``width``: how many cells it had, blanks included.
    """

    mode: Mode
    segment: int
    labels: list[FoundCell] = field(default_factory=list)
    values: list[FoundCell] = field(default_factory=list)
    line: Line | None = None
    page: int = 0
    aligned: bool = False
    spaced: bool = False
    width: int = 0
    gap: int = 0
    _own: Label | None = None

    @property
    def numbers(self) -> int:
        """How many cells hold a number or a mark for “nothing”."""
        return sum(cell.value.kind in (Kind.NUMBER, Kind.MARK) for cell in self.values)

    @property
    def figures(self) -> int:
        return sum(cell.value.kind is Kind.NUMBER for cell in self.values)

    @property
    def own(self) -> Label:
        """The row's own label: the one nearest to the figures."""
        if self._own is None:
            self._own = label(self.labels[-1].text) if self.labels else label("")
        return self._own

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in (*self.labels, *self.values) if cell.text)


def found_rows(document: Document, deadline: Deadline) -> list[FoundRow]:
    """All rows of a document in reading order."""
    rows: list[FoundRow] = []
    segment = 0
    lines: list[Line] = []
    blocks: list[Block | None] = [*document.blocks, None]
    for block in blocks:
        if isinstance(block, Line):
            lines.append(block)
            continue
        if lines:
            segment = _text_rows(lines, rows, segment)
            lines = []
        if isinstance(block, Grid):
            deadline.check()
            segment += 1
            rows.extend(_grid_rows(block, segment, pdf=document.kind == "pdf"))
    return rows


# --- grids ---------------------------------------------------------------------------------------


def _grid_rows(grid: Grid, segment: int, *, pdf: bool) -> Iterator[FoundRow]:
    by_row: list[list[tuple[Cell, bool]]] = [[] for _ in range(grid.height)]
    expanded = 0
    for cell in grid.cells:
        for number in range(cell.row, cell.row + cell.rowspan):
            by_row[number].append((cell, number > cell.row))
            expanded += 1
        if expanded > MAX_EXPANDED:
            raise TooLarge("表格的合并单元格过多，不像年度报告；请提供只含年度报告正文的文件。")
    made = [
        sorted((_grid_cell(cell, above, pdf) for cell, above in cells), key=lambda one: one.x0)
        for cells in by_row
    ]
    figures = _figure_columns(made)
    for cells in made:
        if prose := _prose(cells):
            for text in prose:
                yield FoundRow(Mode.TEXT, segment, [_text_cell(text)], page=grid.page)
            continue
        yield from _split(cells, Mode.GRID, segment, figures, page=grid.page, aligned=True)


def _grid_cell(cell: Cell, above: bool, pdf: bool) -> FoundCell:
    text = cell.text
    if "\n" in text:
        parts = [part.strip() for part in text.split("\n") if part.strip(" \u00a0\u3000")]
        if _DIGIT_BREAK.search("\n".join(parts)) and not pdf:
            text = tidy(" / ".join(parts))
        elif sum(map(len, parts)) <= 120 or above:
            text = "".join(parts)
    if above:
        # A figure merged over several rows belongs to the first; below it only labels count.
        value = read_value(text) if len(text) < 200 else Value(Kind.TEXT, printed=text[:120])
        if value.kind is Kind.TEXT:
            return FoundCell(text, cell.col, cell.col + cell.colspan, value, above=True)
        return FoundCell("", cell.col, cell.col + cell.colspan, read_value(""), above=True)
    value = read_value(text) if len(text) < 200 else Value(Kind.TEXT, printed=text[:120])
    return FoundCell(text, cell.col, cell.col + cell.colspan, value)


def _figure_columns(rows: Iterable[list[FoundCell]]) -> set[float]:
    """Columns in which, among rows that hold figures, figures are more frequent than text."""
    figures: Counter[float] = Counter()
    texts: Counter[float] = Counter()
    for cells in rows:
        if not any(cell.value.kind is Kind.NUMBER for cell in cells):
            continue
        for cell in cells:
            if cell.value.kind is Kind.NUMBER:
                figures[cell.x0] += 1
            elif cell.is_text:
                texts[cell.x0] += 1
    return {column for column, count in figures.items() if count > texts[column]}


def _prose(cells: list[FoundCell]) -> list[str]:
    """The paragraphs of a row that is a single long cell (a report typed into a table)."""
    filled = [cell for cell in cells if cell.text.strip()]
    if len(filled) != 1 or filled[0].above or not filled[0].is_text:
        return []
    text = filled[0].text
    if len(text) <= 40 and "\n" not in text:
        return []
    return [part.strip() for part in text.split("\n") if part.strip()]


# --- lines ---------------------------------------------------------------------------------------


def _text_rows(lines: list[Line], rows: list[FoundRow], segment: int) -> int:
    """Rows from consecutive lines; returns the last segment used."""
    usual = _usual_gap(lines)
    segment += 1
    block: list[Line] = []
    for line in [*lines, None]:
        if line is not None and line.cells:
            block.append(line)
            continue
        if block:
            segment += 1
            rows.extend(_cell_lines(block, segment))
            block = []
            segment += 1
        if line is not None:
            _plain_line(line, rows, segment, usual)
    return segment


def _cell_lines(lines: list[Line], segment: int) -> Iterator[FoundRow]:
    """Rows from lines of cells. Their columns correspond when all have the same number of cells."""
    widths = Counter(len(line.pieces) for line in lines)
    aligned = len(lines) > 2 and len(widths) == 1 and next(iter(widths)) > 2
    made = [
        [FoundCell(piece.text, piece.x0, piece.x1, read_value(piece.text)) for piece in line.pieces]
        for line in lines
    ]
    figures = _figure_columns(made) if aligned else set()
    for line, cells in zip(lines, made, strict=True):
        yield from _split(
            cells, Mode.CELLS, segment, figures, line=line, page=line.page, aligned=aligned
        )


def _plain_line(line: Line, rows: list[FoundRow], segment: int, usual: int) -> None:
    cells: list[FoundCell] = []
    for piece in line.pieces:
        before = "".join(cell.text for cell in cells)
        cells.extend(_loosen(piece.text, piece.x0, piece.x1, before))
    pieces = _spelled(cells)
    before_it = rows[-1] if rows else None
    if (
        before_it is not None
        and before_it.mode is Mode.STREAM
        and before_it.values
        and pieces
        and pieces[0].is_text
        and line.gap > usual
    ):
        _add_blanks(before_it, line.gap, usual)
    if len(pieces) > 1:
        # Only pieces that stand apart say by their places which column they are in.
        spaced = len(line.pieces) > 1 and len(pieces) <= len(line.pieces)
        for row in _split(pieces, Mode.LAYOUT, segment, set(), line=line, page=line.page):
            row.spaced = spaced
            row.labels = _without_vertical(row)
            rows.append(row)
        return
    if not pieces:  # an explicit empty cell
        pieces = [FoundCell("", 0.0, 1.0, read_value(""))]
    cell = pieces[0]
    last = rows[-1] if rows else None
    if cell.is_text:
        mode = Mode.STREAM if len(cell.text.replace(" ", "")) <= 60 else Mode.TEXT
        rows.append(FoundRow(mode, segment, [cell], line=line, page=line.page, gap=line.gap))
        return
    attach = (
        last is not None
        and (last.mode is Mode.STREAM or (last.mode is Mode.LAYOUT and not last.values))
        and last.segment == segment
        and last.page == line.page
        and not (last.labels and heading_of(last.labels[0].text))
    )
    if not attach or last is None:
        last = FoundRow(Mode.STREAM, segment, line=line, page=line.page, gap=line.gap)
        rows.append(last)
    elif line.gap > usual:
        _add_blanks(last, line.gap, usual)
    last.mode = Mode.STREAM
    last.values.append(cell)


def _without_vertical(row: FoundRow) -> list[FoundCell]:
    """Labels without a character of 三、本年度办理结果 printed downwards beside them."""
    labels = row.labels
    while labels and labels[0].text in _VERTICAL and (len(labels) > 1 or row.values):
        labels = labels[1:]
    return labels


def _add_blanks(row: FoundRow, gap: int, usual: int) -> None:
    """Blank lines beyond the usual distance are cells in which nothing stands."""
    for _ in range(min((gap - usual) // (usual + 1), 20)):
        row.values.append(FoundCell("", 0.0, 1.0, read_value("")))


def _usual_gap(lines: list[Line]) -> int:
    """How many blank lines usually stand between two figures that have a line each."""
    gaps: Counter[int] = Counter()
    previous = False
    for line in lines:
        figure = (
            not line.cells
            and len(line.pieces) == 1
            and read_value(line.pieces[0].text).kind is Kind.NUMBER
        )
        if figure and previous:
            gaps[line.gap] += 1
        previous = figure
    total = sum(gaps.values())
    for gap in sorted(gaps):
        if gaps[gap] >= 0.2 * total or gaps[gap] >= 6:
            return gap
    return 0


def _loosen(text: str, x0: float, x1: float, before: str = "") -> Iterator[FoundCell]:
    """A piece whose label and figures stand only one space apart, taken apart.

    ``before``: what stands left of it on the line.
    """
    if " " in text and len(text) < 160:
        tokens = _with_units(text.split(" "))
        tail = 0
        for token in reversed(tokens):
            if not _TAIL_START.match(token) or read_value(token).kind is Kind.TEXT:
                break
            tail += 1
        head = " ".join(tokens[: len(tokens) - tail])
        if tail and ((not head and tail > 1) or (head and _labels(before + head, tail))):
            step = (x1 - x0) / max(len(text), 1)
            position = x0
            if head:
                yield FoundCell(head, x0, x0 + step * len(head), read_value(head))
                position = x0 + step * (len(head) + 1)
            for token in tokens[len(tokens) - tail :]:
                yield FoundCell(token, position, position + step * len(token), read_value(token))
                position += step * (len(token) + 1)
            return
        if words := _head_words(tokens):
            step = (x1 - x0) / max(len(text), 1)
            position = x0
            for word in words:
                yield FoundCell(word, position, position + step * len(word), read_value(word))
                position += step * (len(word) + 1)
            return
    if text:
        yield FoundCell(text, x0, x1, read_value(text) if len(text) < 160 else _long(text))


def _with_units(tokens: list[str]) -> list[str]:
    """“79000.1 元”: a unit set apart from its figure belongs to it."""
    made: list[str] = []
    for token in tokens:
        if token in _UNITS and made and made[-1][-1:].isdigit():
            made[-1] += token
        else:
            made.append(token)
    return made


def _head_words(tokens: list[str]) -> list[str]:
    """Words of the tables' heads that a line consists of (also spaced out), at least two."""
    words: list[str] = []
    position = 0
    while position < len(tokens):
        for end in range(min(position + 9, len(tokens)), position, -1):
            word = "".join(tokens[position:end])
            if len(word) > 1 and is_head(label(word)):
                words.append(word)
                position = end
                break
        else:
            return []
    return words if len(words) > 1 else []


def _spelled(cells: list[FoundCell]) -> list[FoundCell]:
    """Labels spaced out so far that they came apart (规　章, 总　计) put together."""
    if sum(cell.is_text for cell in cells) < 2:
        return cells
    made: list[FoundCell] = []
    position = 0
    while position < len(cells):
        joined = None
        if cells[position].is_text:
            for end in range(min(position + 24, len(cells)), position + 1, -1):
                run = cells[position:end]
                text = "".join(cell.text for cell in run)
                if not all(cell.is_text for cell in run) or not _close(run) or not _known(text):
                    continue
                if not _same(text, run[-1].text):
                    joined = FoundCell(text, run[0].x0, run[-1].x1, _long(text))
                    position = end
                    break
        if joined is None:
            joined = cells[position]
            position += 1
        made.append(joined)
    return made


def _close(run: list[FoundCell]) -> bool:
    """Whether no piece stands further from the next than a few characters."""
    width = sum(cell.x1 - cell.x0 for cell in run) / max(sum(len(cell.text) for cell in run), 1)
    return all(b.x0 - a.x1 <= 3.5 * width for a, b in pairwise(run))


def _same(text: str, last: str) -> bool:
    """Whether the last piece alone is already the line of the form that all pieces are."""
    whole, part = resembles(label(text)), resembles(label(last))
    return (
        bool(part) and max(part.values()) >= 0.9 and max(part, key=lambda one: part[one]) in whole
    )


def _known(text: str) -> bool:
    parts = label(text)
    return is_head(parts) or max(resembles(parts).values(), default=0.0) >= 0.9


def _labels(head: str, tail: int) -> bool:
    """Whether text before ``tail`` figures may be a row's label (or the end of one)."""
    if tail >= 5 or (tail >= 2 and len(head) <= 24 and not _SENTENCE.search(head)):
        return True
    return max(resembles(label(head)).values(), default=0.0) >= (0.72 if tail == 1 else 0.6)


def _long(text: str) -> Value:
    return Value(Kind.TEXT, printed=text[:120])


def _text_cell(text: str) -> FoundCell:
    return FoundCell(text, 0.0, float(len(text)), _long(text))


# --- labels and figures --------------------------------------------------------------------------


def _split(
    cells: list[FoundCell],
    mode: Mode,
    segment: int,
    figures: set[float],
    *,
    line: Line | None = None,
    page: int = 0,
    aligned: bool = False,
) -> Iterator[FoundRow]:
    """Labels and figures of a row; two rows when two stand side by side."""

    def fresh() -> FoundRow:
        return FoundRow(mode, segment, line=line, page=page, aligned=aligned, width=len(cells))

    row = fresh()
    has_number = any(cell.value.kind is Kind.NUMBER for cell in cells)
    seen = 0
    for cell in cells:
        if not cell.is_text or _BROKEN_FIGURE.fullmatch(cell.text):
            row.values.append(cell)
            seen += cell.value.kind is Kind.NUMBER
            continue
        if _stands_for_figure(cell, row, figures, has_number):
            row.values.append(cell)
            continue
        if seen:
            if not _is_label(cell, 0.75):
                row.values.append(cell)  # a remark
                continue
            before = [value for value in row.values if value.value.kind is Kind.NUMBER]
            numbering = len(before) == 1 and _is_numbering(before[0], row.values[-1])
            if not numbering:
                yield row
                row = fresh()
            seen = 0
        row.labels.append(cell)
        row.values = []
    yield row


def _stands_for_figure(
    cell: FoundCell, row: FoundRow, figures: set[float], has_number: bool
) -> bool:
    """Whether text stands where a figure belongs (“见附件”, “3-5”)."""
    expected = cell.x0 in figures and not cell.above
    after_label = bool(row.labels) and _is_row(row.labels[-1])
    if not (expected and (has_number or after_label)) and not (
        after_label and cell.text[:1].isdecimal()
    ):
        return False
    return not _is_label(cell, 0.75)


def _is_row(cell: FoundCell) -> bool:
    """Whether a cell holds the whole label of a row that has figures, and no head of a column."""
    parts = label(cell.text)
    return not is_head(parts) and any(
        value >= 0.97 and ":head:" not in key and ":part:" not in key
        for key, value in resembles(parts).items()
    )


def _is_label(cell: FoundCell, least: float) -> bool:
    """Whether a cell holds the label of a row of the forms."""
    return max(resembles(label(cell.text)).values(), default=0.0) >= least


def _is_numbering(number: FoundCell, last: FoundCell) -> bool:
    """A small number in a cell of its own right before a label is the label's number."""
    value = number.value.number
    return number is last and isinstance(value, int) and 0 < value < 30


def is_head_row(row: FoundRow) -> bool:
    """Whether a row without figures only holds words of the tables' heads."""
    if row.figures or not row.labels:
        return False
    return all(is_head(label(cell.text)) for cell in row.labels if not cell.above)

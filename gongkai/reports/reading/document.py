"""The neutral document: what every source (text, HTML, DOCX, XLSX, PDF) is turned into.

Blocks in reading order: lines of text and grids. A grid keeps the spans that were in the file; a
line keeps where its pieces stood, so that columns without rules can be found again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field


class NotAReport(ValueError):
    """The file is no annual report, or cannot be read. The message is Chinese and says why."""


class TooLarge(NotAReport):
    """The file is larger or more intricate than any report; it is not read to the end."""


MAX_BYTES = 40 * 1024 * 1024
MAX_BLOCKS = 60_000
MAX_CELLS = 120_000
MAX_COLUMNS = 400
MAX_ROWSPAN = 400
MAX_COLSPAN = 60
MAX_PAGES = 300
MAX_SECONDS = 8.0


class Deadline:
    """A time limit that loops over the file's content ask now and then."""

    def __init__(self, seconds: float = MAX_SECONDS) -> None:
        self.end = time.monotonic() + seconds

    def check(self) -> None:
        if time.monotonic() > self.end:
            raise TooLarge("文件内容过于复杂，无法在限定时间内读完；请提供只含年度报告正文的文件。")


@dataclass(slots=True)
class Cell:
    """A cell of a grid at its upper left place."""

    text: str
    row: int
    col: int
    rowspan: int = 1
    colspan: int = 1


@dataclass(slots=True)
class Grid:
    """A table. ``page`` is the page it begins on (0 where there are no pages)."""

    cells: list[Cell]
    page: int = 0

    @property
    def height(self) -> int:
        return max((cell.row + cell.rowspan for cell in self.cells), default=0)

    @property
    def width(self) -> int:
        return max((cell.col + cell.colspan for cell in self.cells), default=0)


@dataclass(slots=True)
class Piece:
    """A piece of a line and where it stands: columns of characters, or points on a page."""

    text: str
    x0: float
    x1: float


@dataclass(slots=True)
class Line:
    """A line or paragraph.

    ``cells``: the pieces are cells that were separated by a mark (“|”, TAB), blanks included;
    otherwise they are only set apart by space. ``whole``: a paragraph of its own, never to be
    joined with the next line. ``gap``: blank lines before it. ``width``: how much of the page's
    text width it fills (0…1), to find where paragraphs end.
    """

    pieces: list[Piece]
    cells: bool = False
    whole: bool = True
    page: int = 0
    gap: int = 0
    indent: float = 0.0
    width: float = 0.0
    heading: bool = False

    @property
    def text(self) -> str:
        return " ".join(piece.text for piece in self.pieces if piece.text)


Block = Line | Grid


@dataclass(slots=True)
class Document:
    """What was read. ``kind`` names the source; ``titles`` are candidates from its metadata."""

    kind: str
    blocks: list[Block] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def paragraph(text: str, *, page: int = 0, heading: bool = False) -> Line:
    """A line of one piece that is a paragraph of its own."""
    return Line([Piece(text, 0.0, float(len(text)))], page=page, heading=heading)


def place(rows: Iterable[Iterable[tuple[str, int, int]]], page: int = 0) -> Grid:
    """A grid from rows of (text, rowspan, colspan), as HTML and Word lay tables out.

    Spans are cut at a limit and at the last row, so no file can ask for a giant table.
    Raises ``TooLarge``.
    """
    content = [list(row) for row in rows]
    height = len(content)
    taken: dict[int, int] = {}  # column → first row in which it is free again
    cells: list[Cell] = []
    for number, row in enumerate(content):
        col = 0
        for text, rowspan, colspan in row:
            while taken.get(col, 0) > number:
                col += 1
            if col >= MAX_COLUMNS:
                break
            rowspan = min(max(rowspan, 1), height - number, MAX_ROWSPAN)
            colspan = min(max(colspan, 1), MAX_COLSPAN, MAX_COLUMNS - col)
            cells.append(Cell(text, number, col, rowspan, colspan))
            if rowspan > 1:
                for column in range(col, col + colspan):
                    taken[column] = number + rowspan
            col += colspan
        if len(cells) > MAX_CELLS:
            raise TooLarge("表格的单元格过多，不像年度报告；请提供只含年度报告正文的文件。")
    return Grid(cells, page)

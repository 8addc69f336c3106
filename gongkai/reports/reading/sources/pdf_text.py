"""Characters on a page → lines of pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from gongkai.reports.reading.document import Block, Line, Piece
from gongkai.reports.reading.normalise import tidy

#: Distances in heights of a character. Figures of neighbouring columns may stand close together,
#: words of a spaced-out label far apart.
FIGURE_GAP = 0.45
WORD_GAP = 0.95
SAME_LINE = 0.42


@dataclass(slots=True)
class Char:
    """A character and its box; y grows upwards. ``turned``: it runs another way than the page."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    turned: bool = False

    @property
    def xc(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def yc(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def size(self) -> float:
        return max(self.y1 - self.y0, 1.0)


@dataclass(slots=True)
class Placed:
    """A block and how high on its page it stands."""

    block: Block
    top: float
    bottom: float


def rows_of(chars: Iterable[Char]) -> list[list[Char]]:
    """Characters by lines, from top to bottom, each from left to right."""
    rows: list[list[Char]] = []
    centre = 0.0
    for char in sorted(chars, key=lambda one: -one.yc):
        if rows and abs(centre - char.yc) <= SAME_LINE * min(char.size, rows[-1][0].size):
            rows[-1].append(char)
            centre += (char.yc - centre) / len(rows[-1])
        else:
            rows.append([char])
            centre = char.yc
    for row in rows:
        row.sort(key=lambda one: one.x0)
    return rows


def pieces_of(row: Sequence[Char]) -> list[Piece]:
    """The parts of a line that stand apart."""
    size = median(char.size for char in row)
    pieces: list[Piece] = []
    text, start, end = "", 0.0, 0.0
    for number, char in enumerate(row):
        if number:
            gap = char.x0 - end
            figures = _figure(text[-1]) and _figure(char.text)
            if gap > (FIGURE_GAP if figures else WORD_GAP) * size:
                pieces.append(Piece(tidy(text), start, end))
                text = ""
            elif gap > 0.2 * size and _word(text[-1:]) and _word(char.text):
                text += " "
        if not text:
            start = char.x0
        text += char.text
        end = max(char.x1, end) if text != char.text else char.x1
    if text:
        pieces.append(Piece(tidy(text), start, end))
    return pieces


def _figure(char: str) -> bool:
    return char in "0123456789０１２３４５６７８９/／—－-"


def _word(char: str) -> bool:
    return bool(char) and char.isascii() and char.isalnum()


def lines_of(chars: Sequence[Char], page: int) -> list[Placed]:
    """The lines of text of a page."""
    rows = rows_of(chars)
    long = [row for row in rows if len(row) >= 10]
    left = min((row[0].x0 for row in long), default=0.0)
    right = max((row[-1].x1 for row in long), default=0.0)
    placed: list[Placed] = []
    for row in rows:
        size = median(char.size for char in row)
        line = Line(
            pieces_of(row),
            whole=False,
            page=page,
            indent=max(0.0, (row[0].x0 - left) / size),
            width=(row[-1].x1 - left) / (right - left) if right > left else 0.0,
        )
        placed.append(Placed(line, max(c.y1 for c in row), min(c.y0 for c in row)))
    return placed


def cell_text(chars: Sequence[Char]) -> str:
    """The text of a cell: its lines from top to bottom.

    Characters set one under the other (a label printed vertically) come out in reading order.
    """
    lines: list[str] = []
    for row in rows_of(chars):
        pieces = pieces_of(row)
        lines.append(_joined(pieces))
    return "\n".join(lines)


def _joined(pieces: Sequence[Piece]) -> str:
    text = ""
    for piece in pieces:
        if text and _figure(text[-1]) and _figure(piece.text[0]):
            text += " "
        text += piece.text
    return text

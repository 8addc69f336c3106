"""The text of an item as paragraphs and tables, from its cleaned HTML.

Whatever reached the table, only text leaves here: drawers print strings and know no markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from lxml import html as lxml_html

from gongkai.disclosure import richtext
from gongkai.portal.finding.papers.anchors import Anchors
from gongkai.reports.richtext import Run, printable, tidy

Kind = Literal["p", "heading", "li", "quote", "caption"]
Align = Literal["", "left", "center", "right"]

MOST_COLUMNS: Final = 60
"""Columns of a table; Word allows 63."""

_HEADINGS: Final = {"h2": 1, "h3": 2, "h4": 3, "h5": 3, "h6": 3}
_STRONG: Final = frozenset({"b", "strong"})
_EMPHASIS: Final = frozenset({"em", "i"})
_SPACES: Final = re.compile(r"[ \t\r\n\f]+")
_ALIGNS: Final = frozenset({"center", "right"})


@dataclass(frozen=True)
class Text:
    """A paragraph, a heading (`level` 1–3), an item of a list (`level` counts the lists)."""

    kind: Kind
    runs: tuple[Run, ...]
    level: int = 0
    marker: str = ""
    align: Align = ""
    anchor: str = ""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Cell:
    """A cell at its place; spans never reach beyond the table or over another cell."""

    row: int
    col: int
    runs: tuple[Run, ...]
    rowspan: int = 1
    colspan: int = 1
    header: bool = False
    align: Align = ""


@dataclass(frozen=True)
class Table:
    """A table whose every place belongs to exactly one cell. `head`: rows of headings on top."""

    rows: int
    cols: int
    cells: tuple[Cell, ...]
    head: int = 0
    caption: str = ""


Block = Text | Table


def blocks_of(body: str) -> tuple[Block, ...]:
    """The blocks of an item's HTML, cleaned once more."""
    source = printable(richtext.clean(body))
    if not source:
        return ()
    parser = lxml_html.HTMLParser(huge_tree=True)
    root = lxml_html.fragment_fromstring(source, create_parent="div", parser=parser)
    reader = _Reader()
    reader.children(root)
    reader.end()
    anchors = Anchors()
    return tuple(_anchored(block, anchors) for block in reader.blocks)


def _anchored(block: Block, anchors: Anchors) -> Block:
    if isinstance(block, Table) or block.kind not in ("p", "heading", "li"):
        return block
    anchor = anchors.at(block.text)
    return replace(block, anchor=anchor.name) if anchor else block


@dataclass
class _Reader:
    """Walks the tree, whose depth the cleaner limits, and cuts it into blocks."""

    blocks: list[Block] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    kind: Kind = "p"
    level: int = 0
    marker: str = ""
    align: Align = ""
    lists: list[int | None] = field(default_factory=list)
    quotes: int = 0
    strong: int = 0
    emphasis: int = 0

    def children(self, parent: Any) -> None:
        self.say(parent.text)
        for child in parent:
            if isinstance(child.tag, str):
                self.element(child)
            self.say(child.tail)

    def say(self, text: str | None) -> None:
        if text:
            words = _SPACES.sub(" ", text)
            self.runs.append(Run(words, self.strong > 0, self.emphasis > 0))

    def end(self) -> None:
        """What was said so far is a block."""
        runs = tuple(tidy(self.runs))
        if runs:
            kind: Kind = "quote" if self.quotes and self.kind == "p" else self.kind
            self.blocks.append(Text(kind, runs, self.level, self.marker, self.align))
        self.runs, self.kind, self.level, self.marker, self.align = [], "p", 0, "", ""

    def element(self, element: Any) -> None:
        tag = element.tag
        if tag in _STRONG or tag in _EMPHASIS:
            name = "strong" if tag in _STRONG else "emphasis"
            setattr(self, name, getattr(self, name) + 1)
            self.children(element)
            setattr(self, name, getattr(self, name) - 1)
        elif tag == "br":
            self.runs.append(Run("\n"))
        elif tag == "img":
            # Pictures stay on the page; the file says that there is one.
            self.say(f"〔图：{element.get('alt')}〕" if element.get("alt") else "〔图见网页〕")
        elif tag == "table":
            self.end()
            table = _table(element)
            if table.cols:
                self.blocks.append(table)
        elif tag in ("ul", "ol"):
            self.list(element)
        elif tag == "blockquote":
            self.end()
            self.quotes += 1
            self.children(element)
            self.end()
            self.quotes -= 1
        elif tag == "p" and self.kind == "li" and not self.runs:
            self.children(element)  # word processors put a paragraph into each item
        elif tag in _HEADINGS or tag in ("p", "dt", "dd", "figcaption", "figure", "dl", "hr"):
            self.end()
            if tag in _HEADINGS:
                self.kind, self.level = "heading", _HEADINGS[tag]
            elif tag == "figcaption":
                self.kind = "caption"
            if element.get("align") in _ALIGNS:
                self.align = element.get("align")
            self.children(element)
            self.end()
        else:
            self.children(element)

    def list(self, element: Any) -> None:
        self.end()
        start = element.get("start") or "1"
        self.lists.append(int(start) if element.tag == "ol" else None)
        for item in element:
            if item.tag != "li":
                if isinstance(item.tag, str):
                    self.element(item)
                continue
            self.end()
            number = self.lists[-1]
            self.kind, self.level = "li", len(self.lists)
            self.marker = "•" if number is None else f"{number}."
            if number is not None:
                self.lists[-1] = number + 1
            self.children(item)
            self.end()
        self.lists.pop()


def _table(element: Any) -> Table:
    """The table with every cell at its place (the rule of HTML), cut off where it ends."""
    caption = element.find("caption")
    lines = [row for row in element.iter("tr") if _table_of(row) is element]
    taken: dict[tuple[int, int], None] = {}
    cells: list[Cell] = []
    for row, line in enumerate(lines):
        col = 0
        for one in line:
            if one.tag not in ("td", "th"):
                continue
            while (row, col) in taken:
                col += 1
            if col >= MOST_COLUMNS:
                break
            rowspan = min(_span(one, "rowspan"), len(lines) - row)
            colspan = 1
            while (
                colspan < min(_span(one, "colspan"), MOST_COLUMNS - col)
                and (row, col + colspan) not in taken
            ):
                colspan += 1
            for down in range(rowspan):
                for right in range(colspan):
                    taken[row + down, col + right] = None
            align: Align = one.get("align") if one.get("align") in _ALIGNS else ""
            runs = _cell_runs(one)
            cells.append(Cell(row, col, runs, rowspan, colspan, one.tag == "th", align))
            col += colspan
    width = max((col for _row, col in taken), default=-1) + 1
    cells += [
        Cell(row, col, ())
        for row in range(len(lines))
        for col in range(width)
        if (row, col) not in taken
    ]
    cells.sort(key=lambda cell: (cell.row, cell.col))
    return Table(
        len(lines),
        width,
        tuple(cells),
        _heads(cells, len(lines)),
        " ".join(caption.text_content().split()) if caption is not None else "",
    )


def _table_of(row: Any) -> Any:
    return next(parent for parent in row.iterancestors() if parent.tag == "table")


def _span(cell: Any, name: str) -> int:
    value = cell.get(name) or "1"
    return max(int(value), 1) if value.isdigit() else 1


def _heads(cells: list[Cell], rows: int) -> int:
    """How many rows on top hold headings alone; never all of them, never cut by a cell."""
    heads = 0
    for row in range(rows - 1):
        line = [cell for cell in cells if cell.row == row]
        if not line or not all(cell.header for cell in line):
            break
        heads = row + 1
    while heads and any(cell.row < heads < cell.row + cell.rowspan for cell in cells):
        heads -= 1
    return heads


def _cell_runs(cell: Any) -> tuple[Run, ...]:
    """The words of a cell; its paragraphs, and the cells of a table within, as lines."""
    reader = _Reader()
    reader.children(cell)
    reader.end()
    runs: list[Run] = []
    for words in _lines(reader.blocks):
        if runs:
            runs.append(Run("\n"))
        runs.extend(words)
    return tuple(runs)


def _lines(blocks: list[Block]) -> Iterator[tuple[Run, ...]]:
    for block in blocks:
        if isinstance(block, Table):
            for row in range(block.rows):
                line = [cell for cell in block.cells if cell.row == row and cell.runs]
                yield tuple(run for cell in line for run in (*cell.runs, Run("　")))
        elif block.marker:
            yield (Run(f"{block.marker} "), *block.runs)
        else:
            yield block.runs

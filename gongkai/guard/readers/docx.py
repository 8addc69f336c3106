"""Word files, read from their XML: body, tables, boxes, notes, comments, changes and all the rest.

Each paragraph is read as it shows; where something in it does not show (deleted by a tracked
change, hidden, the code of a field) it is read a second time as it was, so that neither a number
that the visible text completes nor one that it has lost goes unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from gongkai.guard.readers.document import BROKEN, Collector, Unreadable
from gongkai.guard.readers.lines import spelled
from gongkai.guard.readers.office import (
    read_common,
    read_loose,
)
from gongkai.guard.readers.package import Package, attribute, local

_SKIPPED = frozenset(
    ("pPr", "sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "txbxContent", "Fallback")
)
_WRAPPERS = frozenset(
    (
        "sdt",
        "sdtContent",
        "ins",
        "del",
        "moveTo",
        "moveFrom",
        "customXml",
        "smartTag",
        "AlternateContent",
        "Choice",
        "body",
    )
)
#: Relation of the main part → what people call the part, in reading order.
_PARTS = (
    ("header", "页眉"),
    ("footer", "页脚"),
    ("footnotes", "脚注"),
    ("endnotes", "尾注"),
    ("comments", "批注"),
)
#: Parts without text of the author, or read otherwise.
_QUIET = (
    "word/styles",
    "word/theme/",
    "word/fonttable",
    "word/websettings",
    "word/stylewitheffects",
    "word/settings",
    "word/people",
    "word/numbering",
)


def read(stream: BinaryIO, name: str, found: Collector) -> None:
    """Collect the text of a Word file. Raises ``Unreadable``, ``Full``."""
    package = Package(stream)
    main = package.target("", "officeDocument") or "word/document.xml"
    root = package.xml(main)
    body = None if root is None else next((one for one in root if local(one) == "body"), None)
    if body is None:
        raise Unreadable(BROKEN)
    reader = _Reader(package, main, found)
    reader.blocks(body, "")
    empty = not found.segments
    done = {main.lower()}
    counts: dict[str, int] = {}
    relations = package.relations(main)
    for kind, label in _PARTS:
        for relation in relations:
            if relation.type != kind or relation.external or relation.target.lower() in done:
                continue
            done.add(relation.target.lower())
            part = package.xml(relation.target)
            if part is None:
                continue
            inner = _Reader(package, relation.target, found)
            if kind in ("header", "footer"):
                counts[kind] = counts.get(kind, 0) + 1
                inner.blocks(part, f"{label}{counts[kind]}")
            else:
                inner.notes(part, label)
    _settings(package, main, found)
    read_common(package, main, found)
    read_loose(package, found, done, _QUIET)
    found.blank = empty and found.pictures > 0


def _settings(package: Package, main: str, found: Collector) -> None:
    """Document variables: texts that fields show and that nobody sees otherwise."""
    target = package.target(main, "settings")
    root = package.xml(target) if target else None
    if root is not None:
        for element in root.iter("{*}docVar"):
            found.add(f"文档变量“{attribute(element, 'name')}”", attribute(element, "val"))


@dataclass(slots=True)
class _Piece:
    text: str
    deleted: bool = False
    inserted: bool = False
    hidden: bool = False
    code: bool = False


class _Reader:
    """One pass over a part of a Word file."""

    def __init__(self, package: Package, part: str, found: Collector) -> None:
        self.package = package
        self.part = part
        self.found = found

    def blocks(self, parent: Any, prefix: str) -> None:
        """Paragraphs and tables below an element, counted as a reader counts them."""
        counts = {"p": 0, "tbl": 0}
        for child in self._blocks(parent):
            if local(child) == "p":
                pieces = list(_pieces(child))
                boxes = _boxes(child)
                if boxes or any(piece.text.strip() for piece in pieces):
                    counts["p"] += 1
                where = f"{prefix}第{counts['p']}段"
                self._add(where, pieces)
                for number, box in enumerate(boxes, 1):
                    which = str(number) if len(boxes) > 1 else ""
                    self.blocks(box, f"{where}文本框{which}")
            elif local(child) == "tbl":
                counts["tbl"] += 1
                self._table(child, f"{prefix}表{counts['tbl']}")
            else:
                self._chunk(child, prefix)

    def _blocks(self, parent: Any) -> Iterator[Any]:
        for child in parent:
            kind = local(child)
            if kind in ("p", "tbl", "altChunk"):
                yield child
            elif kind in _WRAPPERS:
                yield from self._blocks(child)

    def notes(self, root: Any, label: str) -> None:
        """Footnotes, endnotes or comments, each with its number."""
        count = 0
        for note in root:
            if attribute(note, "type") in ("separator", "continuationSeparator"):
                continue
            count += 1
            self.blocks(note, f"{label}{count}")

    def _table(self, table: Any, where: str) -> None:
        for number, row in enumerate(_within(table, "tr"), 1):
            singles: list[tuple[int, str]] = []
            column = 1 + _grid(row, "trPr", "gridBefore", 0)
            for cell in _within(row, "tc"):
                place = f"{where}第{number}行第{column}列"
                text = self._cell(cell, place)
                singles.append((column, text))
                column += _grid(cell, "tcPr", "gridSpan", 1)
            for first, last, text in spelled(singles):
                self.found.add(f"{where}第{number}行第{first}至{last}列", text)

    def _cell(self, cell: Any, where: str) -> str:
        """Collect a cell's text as one piece, and what stands in it besides; its visible text."""
        pieces: list[_Piece] = []
        tables = 0
        for child in self._blocks(cell):
            if local(child) == "p":
                if pieces:
                    pieces.append(_Piece("\n"))
                pieces.extend(_pieces(child))
                for box in _boxes(child):
                    self.blocks(box, f"{where}文本框")
            elif local(child) == "tbl":
                tables += 1
                self._table(child, f"{where}内表{tables}")
            else:
                self._chunk(child, where)
        self._add(where, pieces)
        return _visible(pieces).strip()

    def _add(self, where: str, pieces: list[_Piece]) -> None:
        self.found.add(where, _visible(pieces))
        if any(piece.deleted for piece in pieces):
            before = (
                piece.text
                for piece in pieces
                if not ((piece.inserted and not piece.deleted) or piece.hidden or piece.code)
            )
            self.found.add(f"{where}（修订前的文字）", "".join(before))
        if any(piece.hidden for piece in pieces):
            whole = (piece.text for piece in pieces if not (piece.deleted or piece.code))
            self.found.add(f"{where}（含隐藏文字）", "".join(whole))
        if any(piece.code for piece in pieces):
            self.found.add(f"{where}（域代码）", "".join(p.text for p in pieces if p.code))

    def _chunk(self, chunk: Any, prefix: str) -> None:
        """A document that a converter put inside, to be merged when the file is opened."""
        from gongkai.guard.readers.inner import read_inner

        number = attribute(chunk, "id")
        for relation in self.package.relations(self.part):
            if relation.id == number and not relation.external:
                data = self.package.read(relation.target)
                if data:
                    read_inner(data, relation.target, f"{prefix}嵌入内容", self.found)


def _visible(pieces: list[_Piece]) -> str:
    return "".join(p.text for p in pieces if not (p.deleted or p.hidden or p.code))


def _pieces(
    node: Any, deleted: bool = False, inserted: bool = False, hidden: bool = False
) -> Iterator[_Piece]:
    """The text below an element with what keeps it from showing. Boxes are left out."""
    for child in node:
        kind = local(child)
        if kind in _SKIPPED:
            continue
        if kind == "rPr":
            continue
        if kind in ("t", "delText"):
            gone = deleted or kind == "delText"
            yield _Piece(child.text or "", gone, inserted, hidden)
        elif kind in ("instrText", "delInstrText"):
            yield _Piece(child.text or "", deleted, inserted, hidden, code=True)
        elif kind in ("tab", "ptab"):
            yield _Piece("\t", deleted, inserted, hidden)
        elif kind in ("br", "cr"):
            yield _Piece("\n", deleted, inserted, hidden)
        elif kind == "noBreakHyphen":
            yield _Piece("-", deleted, inserted, hidden)
        elif kind == "textpath":  # letters drawn as a shape: most watermarks
            yield _Piece(attribute(child, "string"), deleted, inserted, hidden)
        else:
            if kind == "docPr":  # what a picture says to those who cannot see it
                for name in ("title", "descr"):
                    if attribute(child, name):
                        yield _Piece(f"［{attribute(child, name)}］", deleted, inserted, hidden)
            if kind == "fldSimple":
                yield _Piece(attribute(child, "instr"), deleted, inserted, hidden, code=True)
            yield from _pieces(
                child,
                deleted or kind in ("del", "moveFrom"),
                inserted or kind in ("ins", "moveTo"),
                hidden or (kind == "r" and _is_hidden(child)),
            )


def _is_hidden(run: Any) -> bool:
    for properties in run:
        if local(properties) == "rPr":
            return any(
                local(one) == "vanish" and attribute(one, "val") not in ("0", "false", "off")
                for one in properties
            )
    return False


def _boxes(element: Any) -> list[Any]:
    """The outermost text boxes, each once (the fallback for old programs repeats them)."""
    boxes = []
    stack = list(reversed(element))
    while stack:
        node = stack.pop()
        kind = local(node)
        if kind == "txbxContent":
            boxes.append(node)
        elif kind != "Fallback":
            stack.extend(reversed(node))
    return boxes


def _within(parent: Any, wanted: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, through whatever wraps them."""
    for child in parent:
        kind = local(child)
        if kind == wanted:
            yield child
        elif kind in _WRAPPERS:
            yield from _within(child, wanted)


def _grid(element: Any, properties: str, name: str, default: int) -> int:
    for child in element:
        if local(child) == properties:
            for one in child:
                value = attribute(one, "val") if local(one) == name else ""
                if value.isdecimal() and len(value) < 4:
                    return int(value)
    return default

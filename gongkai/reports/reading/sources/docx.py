"""Word files (OOXML), as Word, WPS, LibreOffice and converters write them.

Read from the XML itself: merged cells, nested tables, text boxes, tracked changes (as accepted) and
HTML that a converter embedded are not all within reach of a library.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from gongkai.reports.reading.document import (
    MAX_BLOCKS,
    MAX_CELLS,
    Block,
    Deadline,
    Document,
    NotAReport,
    TooLarge,
    paragraph,
    place,
)
from gongkai.reports.reading.normalise import tidy
from gongkai.reports.reading.sources.encoding import decode
from gongkai.reports.reading.sources.xmlsafe import attribute, local, member, parse
from gongkai.reports.reading.words import only_arranges, table_words

_DELETED = frozenset(("del", "moveFrom", "Fallback", "rPr", "pPr", "instrText", "delText"))
_HEADING = re.compile(r"(?:heading|标题|title)", re.IGNORECASE)
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def read_docx(archive: zipfile.ZipFile, deadline: Deadline) -> Document:
    """The document of a Word file. Raises ``NotAReport``."""
    name = _main_part(archive)
    data = member(archive, name)
    if data is None:
        raise NotAReport("Word 文件里没有正文，可能已损坏；请另存后再试。")
    root = parse(data)
    body = next((child for child in root if local(child) == "body"), None)
    if body is None:
        raise NotAReport("Word 文件里没有正文，可能已损坏；请另存后再试。")
    reader = _Reader(archive, name, deadline)
    document = Document("docx")
    document.blocks = list(reader.blocks(body))
    core = member(archive, "docProps/core.xml")
    if core is not None:
        document.titles = [
            tidy(element.text)
            for element in parse(core)
            if local(element) in ("title", "subject") and element.text
        ]
    return document


def _main_part(archive: zipfile.ZipFile) -> str:
    """The part that the package names as its document; usually word/document.xml."""
    relations = member(archive, "_rels/.rels")
    if relations is not None:
        for relation in parse(relations):
            if (attribute(relation, "Type") or "").endswith("/officeDocument"):
                return (attribute(relation, "Target") or "").lstrip("/")
    return "word/document.xml"


class _Reader:
    """One pass over a body."""

    def __init__(self, archive: zipfile.ZipFile, name: str, deadline: Deadline) -> None:
        self.archive = archive
        self.name = name
        self.deadline = deadline
        self.count = 0
        self.cells = 0

    def blocks(self, parent: etree._Element) -> Iterator[Block]:
        """Paragraphs and tables below an element, in order."""
        for child in parent:
            self.count += 1
            if self.count % 1000 == 0:
                self.deadline.check()
                if self.count > MAX_BLOCKS:
                    raise TooLarge("文档内容过多，不像年度报告；请提供只含年度报告的文件。")
            kind = local(child)
            if kind == "p":
                yield from self._paragraph(child)
            elif kind == "tbl":
                yield from self._table(child)
            elif kind == "altChunk":
                yield from self._embedded(child)
            elif kind in (
                "sdt",
                "sdtContent",
                "ins",
                "moveTo",
                "customXml",
                "smartTag",
                "AlternateContent",
                "Choice",
            ):
                yield from self.blocks(child)

    def _paragraph(self, element: etree._Element) -> Iterator[Block]:
        text = tidy_lines(self.text(element))
        for line in text.split("\n"):
            if line.strip():
                made = paragraph(tidy(line), heading=_is_heading(element))
                yield made
        for box in _boxes(element):
            yield from self.blocks(box)

    def _table(self, table: etree._Element) -> Iterator[Block]:
        rows = list(_rows(table))
        nested = [inner for row in rows for inner in _nested(row)]
        if nested:
            own = table_words(" ".join(self.text(cell) for row in rows for cell in _cells(row)))
            inner = [table_words("".join(one.itertext())) for one in nested]
            if only_arranges(own, inner):
                # The table only arranges the page; what it holds is read in order.
                for row in rows:
                    for cell in _cells(row):
                        yield from self.blocks(cell)
                return
        yield place(self._grid(rows))

    def _grid(self, rows: list[etree._Element]) -> list[list[tuple[str, int, int]]]:
        """(text, rowspan, colspan) by rows; vertical merges become spans of their first cell."""
        laid: list[list[tuple[int, str, int, str]]] = []  # column, text, colspan, merge
        for row in rows:
            self.deadline.check()
            column = _grid_before(row)
            cells: list[tuple[int, str, int, str]] = [(0, "", column, "")] if column else []
            for cell in _cells(row):
                span, merge = _cell_spans(cell)
                parts = self._row_inside(cell)
                if merge == "across" and cells:
                    start, text, width, mark = cells[-1]
                    cells[-1] = (start, text, width + span, mark)
                elif parts:
                    cells.extend((column + n, part, 1, "") for n, part in enumerate(parts))
                    span = max(span, len(parts))
                else:
                    cells.append((column, self._cell_text(cell), span, merge))
                column += span
                self.cells += 1
                if self.cells > MAX_CELLS:
                    raise TooLarge("表格的单元格过多，不像年度报告；请提供只含年度报告的文件。")
            laid.append(cells)
        made: list[list[tuple[str, int, int]]] = []
        for number, cells in enumerate(laid):
            line: list[tuple[str, int, int]] = []
            for column, text, span, merge in cells:
                if merge == "continue" and _begun(laid, number, column):
                    continue
                height = 1
                if merge in ("restart", "continue"):
                    for below in laid[number + 1 :]:
                        if not any(c == column and m == "continue" for c, _, _, m in below):
                            break
                        height += 1
                line.append((text, height, span))
            made.append(line)
        return made

    def _cell_text(self, cell: etree._Element) -> str:
        parts = []
        for child in cell.iter():
            if local(child) == "p" and not any(
                local(one) in ("del", "moveFrom") for one in child.iterancestors()
            ):
                text = self.text(child)
                if text.strip():
                    parts.append(text.strip())
        return "\n".join(parts)

    def _row_inside(self, cell: etree._Element) -> list[str]:
        tables = _nested(cell)
        if len(tables) != 1:
            return []
        rows = list(_rows(tables[0]))
        if len(rows) != 1:
            return []
        parts = [self._cell_text(one) for one in _cells(rows[0])]
        return parts if len(parts) > 1 else []

    def text(self, element: etree._Element) -> str:
        """The text of a paragraph (or of the paragraphs of a cell) as if changes were accepted."""
        parts: list[str] = []
        stack: list[etree._Element] = [element]
        while stack:
            node = stack.pop()
            kind = local(node)
            if kind in _DELETED or (
                kind in ("p", "tbl", "txbxContent") and node is not element and kind != "p"
            ):
                continue
            if kind == "r":
                parts.append(_run(node))
                stack.extend(
                    child
                    for child in reversed(node)
                    if local(child) in ("AlternateContent", "ruby") and not _boxes(child)
                )
                continue
            if kind == "p" and node is not element:
                parts.append("\n")
            stack.extend(reversed(node))
        return "".join(parts)

    def _embedded(self, chunk: etree._Element) -> Iterator[Block]:
        """HTML (or another text) that a converter left inside the file."""
        from gongkai.reports.reading.sources.html import read_html, read_mhtml

        target = self._target(attribute(chunk, "id") or "")
        data = member(self.archive, target) if target else None
        if not data:
            return
        if re.match(rb"\s*(?:MIME-Version|From|Content-Type):", data[:2000], re.IGNORECASE):
            yield from read_mhtml(data, self.deadline).blocks
        elif b"<" in data[:2000]:
            yield from read_html(decode(data), self.deadline).blocks

    def _target(self, relation_id: str) -> str | None:
        folder, _, base = self.name.rpartition("/")
        data = member(self.archive, f"{folder}/_rels/{base}.rels")
        if data is None:
            return None
        for relation in parse(data):
            if attribute(relation, "Id") == relation_id:
                target = attribute(relation, "Target") or ""
                return (
                    target.lstrip("/")
                    if target.startswith("/")
                    else posixpath.normpath(f"{folder}/{target}")
                )
        return None


def tidy_lines(text: str) -> str:
    """Form feeds and line tabulations as new lines."""
    return re.sub(r"[\r\f\v]", "\n", text)


def _run(run: etree._Element) -> str:
    parts: list[str] = []
    raised = False
    for child in run:
        kind = local(child)
        if kind == "rPr":
            for style in child:
                name = local(style)
                value = attribute(style, "val")
                if name == "vanish" and value not in ("0", "false"):
                    return ""
                if name in ("strike", "dstrike") and value not in ("0", "false"):
                    return ""
                raised = raised or (name == "vertAlign" and value == "superscript")
        elif kind == "t":
            parts.append(child.text or "")
        elif kind in ("tab", "ptab"):
            parts.append("\t")
        elif kind in ("br", "cr"):
            parts.append("\n")
        elif kind == "noBreakHyphen":
            parts.append("-")
    text = "".join(parts)
    return text.translate(_SUPERSCRIPT) if raised else text


def _boxes(element: etree._Element) -> list[etree._Element]:
    """The contents of text boxes, each once (the fallback for old programs repeats them)."""
    found = []
    for box in element.iter():
        if local(box) != "txbxContent":
            continue
        ancestors = [local(one) for one in box.iterancestors()]
        if "Fallback" not in ancestors and ancestors.count("txbxContent") == 0:
            found.append(box)
    return found


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        kind = local(child)
        if kind == "tr":
            properties = next((one for one in child if local(one) == "trPr"), None)
            deleted = properties is not None and any(local(one) == "del" for one in properties)
            hidden = properties is not None and any(local(one) == "hidden" for one in properties)
            if not deleted and not hidden:
                yield child
        elif kind in ("sdt", "sdtContent", "ins", "customXml", "moveTo"):
            yield from _rows(child)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for child in row:
        kind = local(child)
        if kind == "tc":
            properties = next((one for one in child if local(one) == "tcPr"), None)
            if properties is None or not any(local(one) == "cellDel" for one in properties):
                yield child
        elif kind in ("sdt", "sdtContent", "ins", "customXml", "moveTo"):
            yield from _cells(child)


def _nested(element: etree._Element) -> list[etree._Element]:
    """The outermost tables below an element."""
    found: list[etree._Element] = []
    stack = list(reversed(element))
    while stack:
        node = stack.pop()
        kind = local(node)
        if kind == "tbl":
            found.append(node)
        elif kind not in _DELETED:
            stack.extend(reversed(node))
    return found


def _grid_before(row: etree._Element) -> int:
    for properties in row:
        if local(properties) == "trPr":
            for one in properties:
                if local(one) == "gridBefore":
                    return _number(attribute(one, "val"), 0)
    return 0


def _cell_spans(cell: etree._Element) -> tuple[int, str]:
    """(columns, merge): ``restart`` or ``continue`` down, ``across`` for a cell merged leftwards."""
    span, merge = 1, ""
    for properties in cell:
        if local(properties) != "tcPr":
            continue
        for one in properties:
            kind, value = local(one), attribute(one, "val")
            if kind == "gridSpan":
                span = max(_number(value, 1), 1)
            elif kind == "vMerge":
                merge = "restart" if value == "restart" else "continue"
            elif kind == "hMerge" and value != "restart":
                merge = "across"
    return span, merge


def _begun(laid: list[list[tuple[int, str, int, str]]], number: int, column: int) -> bool:
    """Whether a continued cell has a first cell above it."""
    return number > 0 and any(
        start == column and merge in ("restart", "continue")
        for start, _, _, merge in laid[number - 1]
    )


def _number(text: str | None, default: int) -> int:
    return min(int(text), 60) if text and text.isdecimal() and len(text) < 9 else default


def _is_heading(element: etree._Element) -> bool:
    for properties in element:
        if local(properties) == "pPr":
            for one in properties:
                if local(one) == "pStyle" and _HEADING.search(attribute(one, "val") or ""):
                    return True
    return False

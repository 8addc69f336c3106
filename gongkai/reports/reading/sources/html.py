"""HTML as government sites write it.

The browser's rules for broken markup come from Lexbor; here the tree becomes blocks. Tables that
only arrange the page are looked through, tables that hold figures become grids with their spans.
Nothing recurses, so no depth of nesting can exhaust the stack.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Generator, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

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
from gongkai.reports.reading.words import only_arranges, table_words

_SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "head",
        "nav",
        "footer",
        "aside",
        "select",
        "option",
        "button",
        "iframe",
        "object",
        "embed",
        "video",
        "audio",
        "canvas",
        "map",
        "textarea",
        "del",
        "s",
        "strike",
        "datalist",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "menu",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "ul",
        "ucapcontent",
        "tr",
        "td",
        "th",
        "table",
        "tbody",
        "thead",
        "tfoot",
    ]
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE
)
_WHITE = re.compile(r"[ \t\r\n\f]+")
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_META_TITLES = ("articletitle", "og:title", "title")


def read_html(text: str, deadline: Deadline) -> Document:
    """The document of a page. What is hidden by style is left out, unless that leaves nothing."""
    tree = LexborHTMLParser(text)
    document = Document("html", titles=_titles(tree))
    root = tree.root
    if root is None:
        return document
    document.blocks = list(_Walk(deadline, show_hidden=False).blocks(root))
    if not any(table_words(block_text(block)) for block in document.blocks):
        shown = list(_Walk(deadline, show_hidden=True).blocks(root))
        if any(table_words(block_text(block)) for block in shown):
            document.blocks = shown
    return document


def read_fragment(text: str, deadline: Deadline) -> list[Block]:
    """The blocks of a piece of HTML inside another text."""
    root = LexborHTMLParser(text).root
    return list(_Walk(deadline, show_hidden=True).blocks(root)) if root is not None else []


def read_mhtml(data: bytes, deadline: Deadline) -> Document:
    """A page saved with its images in one file (.mht): the first HTML part."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return read_html(decode(payload), deadline)
    raise NotAReport("网页归档文件（.mht）里没有网页正文。")


def block_text(block: Block) -> str:
    """All text of a block."""
    if hasattr(block, "cells") and not isinstance(block.cells, bool):
        return " ".join(cell.text for cell in block.cells)
    return getattr(block, "text", "")


def _titles(tree: LexborHTMLParser) -> list[str]:
    found: list[str] = []
    for meta in tree.css("meta"):
        name = (meta.attributes.get("name") or meta.attributes.get("property") or "").lower()
        content = meta.attributes.get("content")
        if name in _META_TITLES and content:
            found.append(tidy(content))
    title = tree.css_first("title")
    if title is not None:
        found.append(tidy(title.text()))
    return found


class _Walk:
    """One pass over a tree."""

    def __init__(self, deadline: Deadline, *, show_hidden: bool) -> None:
        self.deadline = deadline
        self.show_hidden = show_hidden
        self.seen = 0
        self.cells = 0

    def _skipped(self, node: LexborNode) -> bool:
        if node.tag in _SKIPPED:
            return True
        if self.show_hidden:
            return False
        attributes = node.attributes
        if not attributes:
            return False
        if "hidden" in attributes:
            return True
        style = attributes.get("style")
        return bool(style and _HIDDEN.search(style))

    def _steps(self, root: LexborNode) -> Generator[tuple[str, LexborNode], bool | None, None]:
        """("open" | "close" | "text", node) below ``root``; skipped elements do not appear.

        A consumer that has dealt with an element itself sends ``True`` to pass over its inside.
        """
        node = root.child
        if node is None:
            return
        depth = 0
        while True:
            self.seen += 1
            if self.seen % 2000 == 0:
                self.deadline.check()
            child: LexborNode | None = None
            if node.is_text_node:
                yield "text", node
            elif node.is_element_node and not self._skipped(node):
                passed = yield "open", node
                if passed:
                    yield "passed", node
                else:
                    child = node.child
                    if child is None:
                        yield "close", node
            if child is not None:
                node, depth = child, depth + 1
                continue
            following = node.next
            while following is None:
                parent = node.parent
                if depth == 0 or parent is None:
                    return
                node, depth = parent, depth - 1
                yield "close", node
                following = node.next
            node = following

    def blocks(self, root: LexborNode) -> Iterator[Block]:
        """The blocks below a node, in reading order."""
        self._find_arranging(root)
        buffer: list[str] = []
        heading = False
        gap = 0
        count = 0

        def flush() -> Iterator[Block]:
            nonlocal gap, count
            text = "".join(buffer)
            buffer.clear()
            for part in text.split("\n"):
                if part.strip(" \u00a0\u3000\u200b\ufeff"):
                    line = paragraph(tidy(part), heading=heading)
                    line.gap, gap = gap, 0
                    count += 1
                    yield line
                elif "\u00a0" in part:
                    gap += 1
            if count > MAX_BLOCKS:
                raise TooLarge("网页段落过多，不像年度报告；请提供只含年度报告正文的文件。")

        steps = self._steps(root)
        event = next(steps, None)
        while event is not None:
            what, node = event
            passed: bool | None = None
            tag = node.tag or ""
            if what == "text":
                buffer.append(_WHITE.sub(" ", node.text_content or ""))
            elif what == "open":
                if tag == "table" and node.mem_id not in self.arranging:
                    yield from flush()
                    yield place(self._rows(node))
                    passed = True
                elif tag == "pre":
                    yield from flush()
                    yield from self._preformatted(node)
                    passed = True
                elif tag == "br":
                    buffer.append("\n")
                elif tag == "input":
                    buffer.append(_input(node))
                elif tag in _BLOCKS:
                    yield from flush()
                    heading = tag in ("h1", "h2", "h3")
            elif what == "close" and tag in _BLOCKS:
                if node.child is None and not buffer:
                    gap += 1  # an empty element: a cell in which nothing stands
                yield from flush()
                heading = False
            try:
                event = steps.send(passed) if passed else next(steps, None)
            except StopIteration:
                break
            if passed and event is not None and event[0] == "passed":
                event = next(steps, None)
        yield from flush()

    def _preformatted(self, node: LexborNode) -> Iterator[Block]:
        from gongkai.reports.reading.sources.text import read_text

        text = node.text(deep=True)
        if "\n" not in text.strip():
            yield paragraph(tidy(text))
            return
        yield from read_text(text, "", self.deadline).blocks

    def _find_arranging(self, root: LexborNode) -> None:
        """Which tables only arrange the page: the figures stand in tables inside them.

        One pass over the tree, however deeply tables are nested.
        """
        self.arranging: set[int] = set()
        if not root.css_matches("table table"):
            return
        texts: list[tuple[int, list[str]]] = [(0, [])]  # the open tables and their own text
        inner: list[list[set[str]]] = [[]]  # the words of each table inside them
        for what, node in self._steps(root):
            if what == "text":
                if len(texts[-1][1]) < 20_000:
                    texts[-1][1].append(node.text_content or "")
            elif node.tag == "table":
                if what == "open":
                    texts.append((node.mem_id, []))
                    inner.append([])
                elif what == "close" and len(texts) > 1:
                    table, parts = texts.pop()
                    nested = inner.pop()
                    own = table_words("".join(parts))
                    if only_arranges(own, nested):
                        self.arranging.add(table)
                    inner[-1].append(own.union(*nested))

    def _rows(self, table: LexborNode) -> Iterator[list[tuple[str, int, int]]]:
        """(text, rowspan, colspan) of each cell of each row that belongs to this table itself."""
        for row in self._own(table, ("thead", "tbody", "tfoot"), ("tr", "caption")):
            if row.tag == "caption":
                yield [(self._text(row), 1, 1)]
                continue
            cells: list[tuple[str, int, int]] = []
            for cell in self._own(row, (), ("td", "th")):
                rowspan, colspan = _span(cell, "rowspan"), _span(cell, "colspan")
                parts = self._row_inside(cell)
                if parts:
                    cells.extend((part, rowspan, 1) for part in parts)
                else:
                    cells.append((self._text(cell), rowspan, colspan))
                self.cells += 1
            if self.cells > MAX_CELLS:
                raise TooLarge("表格的单元格过多，不像年度报告；请提供只含年度报告正文的文件。")
            yield cells

    def _own(
        self, node: LexborNode, through: tuple[str, ...], wanted: tuple[str, ...]
    ) -> Iterator[LexborNode]:
        child = node.child
        while child is not None:
            self.seen += 1
            if self.seen % 2000 == 0:
                self.deadline.check()
            if child.is_element_node and not self._skipped(child):
                if child.tag in wanted:
                    yield child
                elif child.tag in through:
                    yield from self._own(child, (), wanted)
            child = child.next

    def _row_inside(self, cell: LexborNode) -> list[str]:
        """The cells of a table of one row that stands inside a cell; else nothing."""
        inner = cell.css("table")
        if len(inner) != 1:
            return []
        rows = inner[0].css("tr")
        if len(rows) != 1:
            return []
        parts = [self._text(part) for part in self._own(rows[0], (), ("td", "th"))]
        return parts if len(parts) > 1 else []

    def _text(self, node: LexborNode, *, inside_tables: bool = True) -> str:
        """The text below a node; blocks and line breaks as new lines."""
        parts: list[str] = []
        steps = self._steps(node)
        event = next(steps, None)
        raised = 0
        while event is not None:
            what, inner = event
            passed: bool | None = None
            tag = inner.tag or ""
            if what == "text":
                text = _WHITE.sub(" ", inner.text_content or "")
                parts.append(text.translate(_SUPERSCRIPT) if raised else text)
            elif what == "open":
                if tag == "table" and not inside_tables:
                    passed = True
                elif tag == "sup":
                    raised += 1
                elif tag == "br" or tag in _BLOCKS:
                    parts.append("\n")
                elif tag == "input":
                    parts.append(_input(inner))
            elif what == "close":
                if tag == "sup":
                    raised -= 1
                elif tag in _BLOCKS:
                    parts.append("\n")
            try:
                event = steps.send(passed) if passed else next(steps, None)
            except StopIteration:
                break
            if passed and event is not None and event[0] == "passed":
                event = next(steps, None)
        return "".join(parts).strip(" \n")


def _input(node: LexborNode) -> str:
    """What is typed into a field of a form that was published as a report."""
    kind = (node.attributes.get("type") or "text").lower()
    return node.attributes.get("value") or "" if kind in ("text", "number") else ""


def _span(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "").strip()[:9]
    if not value.isdecimal():
        return 1
    number = int(value)
    if name == "rowspan" and number == 0:  # “to the end of the table”
        return 10_000
    return max(number, 1)

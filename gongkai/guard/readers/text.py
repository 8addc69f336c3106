"""Text files, CSV and web pages, in whatever encoding Chinese offices write."""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import Any, BinaryIO

from gongkai.guard.nesting import PAGE_NESTING, TOO_DEEP, too_deep
from gongkai.guard.readers.document import MAX_TEXT, Collector, Unreadable
from gongkai.guard.readers.lines import spelled, unwrapped

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "button",
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
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "iframe",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "script",
        "section",
        "select",
        "style",
        "summary",
        "table",
        "tbody",
        "td",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_SAID = ("alt", "title", "value", "placeholder", "content", "label", "summary")
_CELL_LIMIT = 1024 * 1024
_CLIMB = 200


def decode(data: bytes) -> str:
    """The text of bytes: by their mark, else UTF-8, UTF-16 by its zeros, else GB18030.

    Bytes that are valid UTF-8 throughout are practically never GB18030.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if b"\x00" in data[:4096]:
        even, odd = data[0:4096:2].count(0), data[1:4096:2].count(0)
        return data.decode("utf-16-le" if odd >= even else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _whole(stream: BinaryIO) -> str:
    data = stream.read(MAX_TEXT + 1)
    if len(data) > MAX_TEXT:
        raise Unreadable("文本过大，无法检查。请拆分为几个文件后重新上传。")
    return decode(data)


def read_text(stream: BinaryIO, name: str, found: Collector) -> None:
    """Collect the lines of a text, lines that were only wrapped as one. Raises ``Full``."""
    lines = re.split(r"\r\n|[\r\n\f\v]", _whole(stream))
    usual = _usual_width(lines)
    full = [bool(usual) and _width(line) >= usual - 3 for line in lines]
    for first, last, text in unwrapped(lines, full):
        where = f"第{first + 1}行" if first == last else f"第{first + 1}至{last + 1}行"
        found.add(where, text)


def _width(line: str) -> int:
    return sum(2 if char >= "\u1100" else 1 for char in line)


def _usual_width(lines: list[str]) -> int:
    """The width at which a text was wrapped; 0 when each line is a paragraph of its own."""
    widths = sorted(_width(line) for line in lines[:5_000] if len(line) > 15)
    if len(widths) < 3:
        return 0
    widest = widths[-1]
    near = sum(width >= widest - 3 for width in widths)
    return widest if widest <= 160 and near * 2 >= len(widths) else 0


def read_csv(stream: BinaryIO, name: str, found: Collector) -> None:
    """Collect the cells of a CSV or TSV. Raises ``Full``."""
    text = _whole(stream).replace("\x00", "")
    sample = text[:20_000]
    delimiter = max(",\t;|，", key=sample.count)
    csv.field_size_limit(_CELL_LIMIT)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), 1):
            for column, cell in enumerate(row, 1):
                found.add(f"第{number}行第{column}列", cell)
            singles = [(column, cell.strip()) for column, cell in enumerate(row, 1)]
            for first, last, word in spelled(singles):
                found.add(f"第{number}行第{first}至{last}列", word)
    except csv.Error:
        # Quotes that do not pair: as lines it can still be read.
        found.segments.clear()
        found.chars = 0
        for number, line in enumerate(text.splitlines(), 1):
            found.add(f"第{number}行", line)


def read_html(stream: BinaryIO, name: str, found: Collector) -> None:
    """Collect the text of a web page block by block, with what stands in attributes and comments.

    A page too deep for a parser is unreadable; its words are collected all the same. Raises
    ``Full`` and ``Unreadable``.
    """
    from selectolax.lexbor import LexborHTMLParser

    source = _whole(stream)
    if too_deep(source, PAGE_NESTING):
        found.add("全文", re.sub(r"<[^<>]*>", "", source))
        raise Unreadable(TOO_DEEP)
    root = LexborHTMLParser(source).root
    if root is None:
        return
    said: list[str] = []
    comments: list[str] = []
    parts: list[str] = []
    block: int | None = None
    count = 0

    def flush() -> None:
        nonlocal count
        text = "".join(parts)
        parts.clear()
        if text.strip():
            count += 1
            found.add(f"第{count}段", text.strip())

    for node in root.traverse(include_text=True):
        if node.is_text_node:
            here = _block_of(node)
            if here != block:
                flush()
                block = here
            parts.append(node.text_content or "")
        elif node.is_comment_node:
            comments.append(node.comment_content or "")
        elif node.is_element_node:
            if node.tag in _BLOCKS:
                flush()
            said.extend(value for key, value in node.attributes.items() if key in _SAID and value)
    flush()
    found.add("提示文字", "\n".join(said))
    found.add("网页注释", "\n".join(comments))


def _block_of(node: Any) -> int:
    """Which block a text stands in."""
    above = node.parent
    for _ in range(_CLIMB):
        if above is None or above.tag in _BLOCKS:
            break
        above = above.parent
    return 0 if above is None else int(above.mem_id)

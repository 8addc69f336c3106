"""PDF: the text layer and the ruled lines of each page, by pypdfium2.

A table with rules becomes a grid with the spans its rules show; text without rules becomes lines
whose pieces keep their places. Text that runs upwards or downwards on the page is turned first.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from gongkai.reports.reading.document import (
    MAX_PAGES,
    Deadline,
    Document,
    Grid,
    Line,
    NotAReport,
    TooLarge,
)
from gongkai.reports.reading.sources.pdf_rules import Rules, Segment, find_grids, read_rules
from gongkai.reports.reading.sources.pdf_text import Char, Placed, lines_of
from gongkai.reports.reading.sources.text import is_page_number

MAX_CHARS = 60_000
_LARGEST = 60.0
_UNSEEN = frozenset((0xA0, 0x3000, 0xFEFF, 0xFFFE, 0xFFFF, 0x200B))
_MARGIN = 0.09


@dataclass(slots=True)
class _Page:
    number: int
    chars: list[Char]
    segments: list[Segment]
    top: float
    bottom: float


def read_pdf(data: bytes, deadline: Deadline) -> Document:
    """The document of a PDF. Raises ``NotAReport`` (encrypted, scanned, damaged, too long)."""
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as problem:
        if "password" in str(problem).lower():
            raise NotAReport("文件有密码保护，无法读取；请取消密码后再试。") from problem
        raise NotAReport("PDF 文件已损坏，无法打开；请重新下载或另存后再试。") from problem
    try:
        return _read(pdf, deadline)
    except pypdfium2.PdfiumError as problem:
        raise NotAReport("PDF 文件已损坏，有的页面无法读取；请重新下载或另存后再试。") from problem
    finally:
        pdf.close()


def _read(pdf: pypdfium2.PdfDocument, deadline: Deadline) -> Document:
    count = len(pdf)
    if count > MAX_PAGES:
        raise TooLarge(f"PDF 有{count}页，不像年度报告；请提供只含年度报告的文件。")
    pages: list[_Page] = []
    images = False
    for number in range(count):
        deadline.check()
        page = pdf[number]
        try:
            made, has_images = _read_page(page, number + 1)
        finally:
            page.close()
        images = images or has_images
        pages.append(made)
    _readable(pages, images=images)
    document = Document("pdf", titles=_titles(pdf))
    laid = [_lay_out(page, deadline) for page in pages]
    running = _running_lines(laid)
    for page, blocks in zip(pages, laid, strict=True):
        document.blocks += [
            placed.block for placed in blocks if not _furniture(placed, page, running)
        ]
    return document


def _readable(pages: list[_Page], *, images: bool) -> None:
    chars = [char.text for page in pages for char in page.chars]
    if len(chars) < 20:
        if images:
            raise NotAReport("PDF 没有文字层，可能是扫描件；请提供可复制文字的文件。")
        raise NotAReport("PDF 里没有文字。")
    strange = sum(char == "\ufffd" or "\ue000" <= char <= "\uf8ff" or char < " " for char in chars)
    if strange > 0.3 * len(chars):
        raise NotAReport("PDF 的文字层无法识别（字体没有编码表）；请提供可复制文字的文件。")


def _titles(pdf: pypdfium2.PdfDocument) -> list[str]:
    try:
        title = pdf.get_metadata_value("Title")
    except (pypdfium2.PdfiumError, ValueError, UnicodeDecodeError):
        return []
    return [title] if title else []


# --- one page --------------------------------------------------------------------------------------


def _read_page(page: pypdfium2.PdfPage, number: int) -> tuple[_Page, bool]:
    width, height = page.get_size()
    textpage = page.get_textpage()
    try:
        chars, turn = _chars(textpage)
    finally:
        textpage.close()
    rules, has_images = read_rules(page)
    segments = [_turned_segment(one, turn) for one in rules]
    left, bottom, right, top = _bounds(page, width, height, turn)
    chars = [
        char
        for char in chars
        if left - 2 <= char.xc <= right + 2 and bottom - 2 <= char.yc <= top + 2
    ]
    return _Page(number, chars, segments, top, bottom), has_images


def _chars(textpage: pypdfium2.PdfTextPage) -> tuple[list[Char], int]:
    """The characters that are seen, upright, and by how many quarter turns they were turned."""
    count = min(textpage.count_chars(), MAX_CHARS)
    box = pdfium.FS_RECTF()
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    tight = tuple(ctypes.byref(one) for one in (left, right, bottom, top))
    found: list[tuple[str, float, float, float, float]] = []
    turns: Counter[int] = Counter()
    handle: Any = textpage.raw
    high = ""
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(handle, index)
        if code <= 32 or code in _UNSEEN:
            continue
        if 0xD800 <= code < 0xDC00:
            high = chr(code)
            continue
        text = chr(code)
        if 0xDC00 <= code < 0xE000:
            text = (high + text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        angle = pdfium.FPDFText_GetCharAngle(handle, index)
        turned = round(angle / (math.pi / 2)) % 4 if angle > 0 else 0
        # The loose box has the height of the font, so that a comma stands on its line; of turned
        # characters only the tight box can be trusted.
        loose = turned == 0 and pdfium.FPDFText_GetLooseCharBox(handle, index, ctypes.byref(box))
        # Fonts for vertical writing report boxes many times too large.
        if loose and abs(box.top - box.bottom) <= _LARGEST:
            x0, x1, y0, y1 = box.left, box.right, box.bottom, box.top
        elif pdfium.FPDFText_GetCharBox(handle, index, *tight):
            x0, x1, y0, y1 = left.value, right.value, bottom.value, top.value
        else:
            continue
        turns[turned] += 1
        found.append((text, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    turn = turns.most_common(1)[0][0] if turns else 0
    return [_turned_char(one, turn) for one in _once(found)], turn


def _once(
    chars: list[tuple[str, float, float, float, float]],
) -> Iterator[tuple[str, float, float, float, float]]:
    """Characters without those printed twice on the same place (bold, shadows)."""
    seen: dict[str, list[tuple[float, float]]] = {}
    for char in chars:
        text, x0, y0, x1, y1 = char
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        near_x, near_y = 0.15 * max(x1 - x0, 0.5), 0.15 * max(y1 - y0, 0.5)
        places = seen.setdefault(text, [])
        if any(abs(x - px) < near_x and abs(y - py) < near_y for px, py in places[-60:]):
            continue
        places.append((x, y))
        yield char


def _turn(x: float, y: float, turn: int) -> tuple[float, float]:
    """A point after the page is turned so that its text runs from left to right."""
    if turn == 1:
        return -y, x
    if turn == 2:
        return -x, -y
    if turn == 3:
        return y, -x
    return x, y


def _turned_char(one: tuple[str, float, float, float, float], turn: int) -> Char:
    text, x0, y0, x1, y1 = one
    (ax, ay), (bx, by) = _turn(x0, y0, turn), _turn(x1, y1, turn)
    return Char(text, min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def _turned_segment(one: Segment, turn: int) -> Segment:
    (ax, ay), (bx, by) = _turn(one.x0, one.y0, turn), _turn(one.x1, one.y1, turn)
    return Segment(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def _bounds(
    page: pypdfium2.PdfPage, width: float, height: float, turn: int
) -> tuple[float, float, float, float]:
    """The visible part of the page, turned like its text."""
    try:
        left, bottom, right, top = page.get_cropbox()
    except pypdfium2.PdfiumError:
        left, bottom, right, top = 0.0, 0.0, width, height
    (ax, ay), (bx, by) = _turn(left, bottom, turn), _turn(right, top, turn)
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _lay_out(page: _Page, deadline: Deadline) -> list[Placed]:
    """The blocks of a page from top to bottom."""
    rules = Rules(page.segments)
    grids, rest = find_grids(rules, page.chars, page.number)
    deadline.check()
    placed = [*grids, *lines_of(rest, page.number)]
    placed.sort(key=lambda one: -one.top)
    return placed


def _furniture(placed: Placed, page: _Page, running: set[str]) -> bool:
    """Page numbers, and lines that stand on every page."""
    block = placed.block
    if isinstance(block, Grid):
        return False
    text = block.text
    height = page.top - page.bottom
    edge = (
        placed.top > page.top - _MARGIN * height or placed.bottom < page.bottom + _MARGIN * height
    )
    if is_page_number(text):
        return True
    return edge and (bool(re.fullmatch(r"\d{1,3}", text)) or _bare(text) in running)


def _running_lines(laid: list[list[Placed]]) -> set[str]:
    """First and last lines that come again on three pages or more."""
    seen: Counter[str] = Counter()
    for blocks in laid:
        lines = [one.block for one in blocks if isinstance(one.block, Line)]
        seen.update({_bare(one.text) for one in (*lines[:2], *lines[-2:])})
    return {text for text, count in seen.items() if count >= 3 and 1 < len(text) < 60}


def _bare(text: str) -> str:
    return re.sub(r"[\d\s]", "", text)

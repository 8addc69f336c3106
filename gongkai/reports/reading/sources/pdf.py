"""PDF: the text layer and the ruled lines of each page, by pypdfium2.

A table with rules becomes a grid with the spans its rules show; text without rules becomes lines
whose pieces keep their places. Text that runs upwards or downwards on the page is turned first.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

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
    handle: Any = textpage.raw
    found: list[tuple[str, _Box, int]] = []
    turns: Counter[int] = Counter()
    boxes = _Boxes(handle)
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
        quarters = angle / (math.pi / 2) if angle > 0 else 0.0
        if abs(quarters - round(quarters)) > 0.1:
            continue  # a watermark across the page
        turned = round(quarters) % 4
        box = boxes.of(index, turned)
        if box is not None:
            turns[turned] += 1
            found.append((text, box, turned))
    turn = turns.most_common(1)[0][0] if turns else 0
    upright = (_upright(text, box, turn, main=turned == turn) for text, box, turned in found)
    return list(_once(upright)), turn


_Box = tuple[float, float, float, float, float]  # left, bottom, right, top, height of the font
_WIDE = ("W", "F")


class _Boxes:
    """Boxes of a page's characters."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.loose = pdfium.FS_RECTF()
        self.matrix = pdfium.FS_MATRIX()
        self.sides = tuple(ctypes.c_double() for _ in range(4))
        self.origin = (ctypes.c_double(), ctypes.c_double())

    def of(self, index: int, turned: int) -> _Box | None:
        """A character's box as high as its font, so that a comma stands on its line.

        The loose box is that, but not for turned text and not in fonts for vertical writing (there
        it is many times too large); then the height comes from the size of the font, and stands
        for “not known” (0) in characters whose tight box is all there is.
        """
        if turned == 0 and pdfium.FPDFText_GetLooseCharBox(
            self.handle, index, ctypes.byref(self.loose)
        ):
            box = self.loose
            if abs(box.top - box.bottom) <= _LARGEST:
                return (box.left, box.bottom, box.right, box.top, 0.0)
        left, right, bottom, top = self.sides
        if not pdfium.FPDFText_GetCharBox(
            self.handle, index, *(ctypes.byref(one) for one in self.sides)
        ):
            return None
        x0, y0, x1, y1 = left.value, bottom.value, right.value, top.value
        if turned == 0 or not pdfium.FPDFText_GetMatrix(
            self.handle, index, ctypes.byref(self.matrix)
        ):
            return (x0, y0, x1, y1, 0.0)
        pdfium.FPDFText_GetCharOrigin(
            self.handle, index, ctypes.byref(self.origin[0]), ctypes.byref(self.origin[1])
        )
        size = pdfium.FPDFText_GetFontSize(self.handle, index)
        size *= math.hypot(self.matrix.a, self.matrix.b)
        x, y = self.origin[0].value, self.origin[1].value
        # Along the line from the origin to the end of the ink, across it only the base line.
        along = {1: (x, min(y, y0), x, y), 2: (min(x, x0), y, x, y), 3: (x, y, x, max(y, y1))}
        return (*along[turned], size)


def _upright(text: str, box: _Box, turn: int, *, main: bool) -> Char:
    """A character after the page is turned so that most of its text runs from left to right."""
    x0, y0, x1, y1, size = box
    (ax, ay), (bx, by) = _turn(x0, y0, turn), _turn(x1, y1, turn)
    left, right, low, high = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
    if size and main:
        if east_asian_width(text[0]) in _WIDE:
            right = max(right, left + 0.95 * size)
        return Char(text, left, low - 0.12 * size, right, low + 0.88 * size)
    if size:  # turned against the page: a box around its base line
        left, right = min(left, right - 0.9 * size), max(right, left + 0.9 * size)
        return Char(text, left, low, right, max(high, low + 1.0), turned=True)
    return Char(text, left, low, right, high, turned=not main)


def _once(chars: Iterable[Char]) -> Iterator[Char]:
    """Characters without those printed twice on the same place (bold, shadows)."""
    seen: dict[str, list[tuple[float, float]]] = {}
    for char in chars:
        x, y = char.xc, char.yc
        near_x = 0.15 * max(char.x1 - char.x0, 0.5)
        near_y = 0.15 * max(char.y1 - char.y0, 0.5)
        places = seen.setdefault(char.text, [])
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
    # Outside tables, text that runs another way is a page number or a mark in the margin.
    placed = [*grids, *lines_of([char for char in rest if not char.turned], page.number)]
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

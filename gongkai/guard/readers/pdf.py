"""PDF: the text of each page with its lines joined, notes, form fields, links and attachments."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from gongkai.guard.readers.document import (
    BROKEN,
    LOCKED,
    MAX_INNER,
    MAX_PAGES,
    Collector,
    Unreadable,
)
from gongkai.guard.readers.inner import read_inner
from gongkai.guard.readers.lines import unwrapped
from gongkai.guard.readers.pdfsafe import MAX_NESTING, open_pdf

#: pdfium is one for the process and knows no threads: whoever calls it holds this.
PDFIUM = threading.Lock()
_PROPERTIES = (
    ("/Title", "标题"),
    ("/Author", "作者"),
    ("/Subject", "主题"),
    ("/Keywords", "关键词"),
)
_MAX_FIELDS = 20_000
_MAX_PAGE_CHARS = 500_000
#: Share of characters without meaning from which on a page's text counts as not there.
_GARBLED = 0.3


def read(stream: BinaryIO, name: str, found: Collector) -> None:
    """Collect the text of a PDF. Raises ``Unreadable``, ``Full``."""
    with open_pdf(stream) as pdf:
        stream.seek(0)
        _pages(stream.read(), found)
        for key, label in _PROPERTIES:
            found.add(f"文档属性“{label}”", _text(pdf.docinfo.get(key)))
        for number, page in enumerate(pdf.pages, 1):
            _annotations(page.obj, number, found)
        form = pdf.Root.get("/AcroForm")
        if isinstance(form, pikepdf.Dictionary):
            for label, value in _fields(form.get("/Fields")):
                found.add(f"表单字段“{label}”", value)
        _outline(pdf, found)
        _attachments(pdf, found)


# --- pages -----------------------------------------------------------------------------------------


def _pages(data: bytes, found: Collector) -> None:
    with PDFIUM:
        try:
            pdf = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as problem:
            locked = "password" in str(problem).lower()
            raise Unreadable(LOCKED if locked else BROKEN) from None
        try:
            _read_pages(pdf, found)
        except pypdfium2.PdfiumError:
            raise Unreadable(BROKEN) from None
        finally:
            pdf.close()


def _read_pages(pdf: pypdfium2.PdfDocument, found: Collector) -> None:
    count = len(pdf)
    without: list[int] = []
    garbled: list[int] = []
    for number in range(1, min(count, MAX_PAGES) + 1):
        page = pdf[number - 1]
        try:
            text, strange = _page(page)
            if strange:
                garbled.append(number)
            if text.strip():
                found.add(f"第{number}页", text)
            elif any(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
                without.append(number)
        finally:
            page.close()
    if without:
        found.note(f"第{_numbers(without)}页没有文字层（多为扫描件），未检查。")
    if garbled:
        found.note(f"第{_numbers(garbled)}页的文字层无法识别（字体没有编码表），未能检查。")
    found.blank = len(without) + len(garbled) > 0 and not any(
        one.text for one in found.segments if int(one.where[1:-1]) not in garbled
    )
    if count > MAX_PAGES:
        raise Unreadable(f"PDF 有{count}页，只检查了前{MAX_PAGES}页。请拆分后重新上传。")


def _numbers(pages: list[int]) -> str:
    text = "、".join(map(str, pages[:10]))
    return f"{text}等{len(pages)}个" if len(pages) > 10 else text


def _page(page: pypdfium2.PdfPage) -> tuple[str, bool]:
    """The text of a page with wrapped lines joined, and whether it makes no sense."""
    textpage = page.get_textpage()
    try:
        if textpage.count_chars() > _MAX_PAGE_CHARS:
            raise Unreadable("PDF 的一页文字过多，无法检查。请另存后重新上传。")
        raw = textpage.get_text_range()
        lines = raw.split("\r\n")
        full = _full(textpage, lines, len(raw))
    finally:
        textpage.close()
    text = "\n".join(joined for _, _, joined in unwrapped(lines, full))
    text = text.replace("\ufffe", "-").replace("\x02", "-").replace("\x00", "")
    return text, _is_garbled(text)


def _is_garbled(text: str) -> bool:
    strange = sum(
        char == "\ufffd" or "\ue000" <= char <= "\uf8ff" or (char < " " and char not in "\n\t\r")
        for char in text
    )
    return strange > _GARBLED * max(len(text.strip()), 1)


def _full(textpage: pypdfium2.PdfTextPage, lines: list[str], length: int) -> list[bool]:
    """Which lines reach as far to the right as the longest."""
    if textpage.count_chars() != length:
        return [False] * len(lines)  # places of characters are not known then
    edges: list[tuple[float, float]] = []  # right edge, size of the last character
    place = 0
    for line in lines:
        last = place + len(line.rstrip()) - 1
        if line.strip():
            left, _, right, _ = textpage.get_charbox(last, loose=True)
            edges.append((right, abs(right - left)))
        else:
            edges.append((0.0, 0.0))
        place += len(line) + 2
    margin = max((right for right, _ in edges), default=0.0)
    return [right > 0 and right >= margin - 1.6 * max(size, 4.0) for right, size in edges]


# --- what lies over and beside the pages -----------------------------------------------------------


def _text(value: Any) -> str:
    """A text of a PDF; "" for whatever is none."""
    if isinstance(value, pikepdf.String | pikepdf.Name | str | bytes):
        return str(value) if not isinstance(value, bytes) else value.decode("utf-8", "replace")
    if isinstance(value, pikepdf.Array):
        return "\n".join(_text(one) for one in value if isinstance(one, pikepdf.String))
    return ""


def _annotations(page: Any, number: int, found: Collector) -> None:
    annotations = page.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return
    for count, one in enumerate(annotations, 1):
        if not isinstance(one, pikepdf.Dictionary):
            continue
        found.add(f"第{number}页批注{count}", _text(one.get("/Contents")))
        found.add(f"第{number}页批注{count}", _text(one.get("/RC")))
        action = one.get("/A")
        if isinstance(action, pikepdf.Dictionary):
            found.add(f"第{number}页链接{count}", _text(action.get("/URI")))


def _fields(fields: Any) -> Iterator[tuple[str, str]]:
    """(name, value) of form fields, those below other fields included."""
    stack: list[tuple[Any, str, int]] = [(fields, "", 0)]
    seen: set[tuple[int, int]] = set()
    while stack and len(seen) < _MAX_FIELDS:
        value, above, depth = stack.pop()
        if isinstance(value, pikepdf.Array):
            stack.extend((one, above, depth + 1) for one in reversed(list(value)))
        elif isinstance(value, pikepdf.Dictionary) and depth < MAX_NESTING:
            if value.is_indirect:
                if value.objgen in seen:
                    continue
                seen.add(value.objgen)
            label = ".".join(filter(None, (above, _text(value.get("/T")))))
            for key in ("/V", "/DV", "/TU"):
                if text := _text(value.get(key)):
                    yield label, text
            stack.append((value.get("/Kids"), label, depth + 1))


def _outline(pdf: pikepdf.Pdf, found: Collector) -> None:
    """Bookmarks. Each is visited once, however they are linked."""
    root = pdf.Root.get("/Outlines")
    stack = [root.get("/First")] if isinstance(root, pikepdf.Dictionary) else []
    seen: set[tuple[int, int]] = set()
    while stack and len(seen) < _MAX_FIELDS:
        one = stack.pop()
        if not isinstance(one, pikepdf.Dictionary) or one.objgen in seen:
            continue
        seen.add(one.objgen)
        found.add(f"书签{len(seen)}", _text(one.get("/Title")))
        stack.extend((one.get("/Next"), one.get("/First")))


def _attachments(pdf: pikepdf.Pdf, found: Collector) -> None:
    for key in list(pdf.attachments):
        spec = pdf.attachments[key]
        label = spec.filename or key
        found.add(f"PDF 附件名《{label}》", label)
        attached = spec.get_file()
        if attached.obj.get("/Length", 0) > MAX_INNER:
            found.note(f"PDF 附件《{label}》过大，未读取。")
            continue
        read_inner(attached.read_bytes(), label, f"PDF 附件《{label}》", found)

"""The templates that come with the platform, built from `packaged.toml` as Word files.

Laid out after GB/T 9704—2012: A4, a text area of 156 × 225 mm, 22 lines of 28 points, the issuer in
red above a red rule, the title in 小标宋 22 points, text in 仿宋 16 points, issuer and date on the
right with the seal over them, the contact in brackets below, the page number between dashes. The
typefaces are named, not embedded: they are on every office computer and may not be passed on.
"""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from gongkai.foi.notices.fields import ADDRESSEE, CONTACT, DATE, ISSUER, NUMBER, SEAL
from gongkai.foi.notices.kinds import FILE, NoticeKind, kind_of

TITLE_FONT, BODY_FONT, QUOTE_FONT, HEAD_FONT = (
    "方正小标宋简体",
    "仿宋_GB2312",
    "楷体_GB2312",
    "黑体",
)
LATIN: Final = "Times New Roman"
RED: Final = RGBColor(0xFF, 0, 0)
PAGE: Final = (210, 297)
MARGINS: Final = {"top": 37, "bottom": 35, "left": 28, "right": 26}
TEXT_WIDTH: Final = 156
LINE: Final = 28
BODY_SIZE: Final = 16
SIGN_LEFT, SIGN_RIGHT = 190, 20
"""Indents of issuer and date in points: a block on the right in whose middle the seal stands."""

_FIELD = re.compile(r"(\{\{[^}]+\}\})")
_OPTIONAL = re.compile(r"^\?([^|]+)\|(.*)$", re.DOTALL)


@cache
def packaged_template(code: str) -> bytes:
    """The packaged template of that kind as the bytes of a .docx file."""
    kind = kind_of(code)
    word = Document()
    _page(word)
    _styles(word)
    properties = word.core_properties
    properties.title, properties.author, properties.comments = kind.title, "", ""
    properties.language = "zh-CN"
    _head(word, kind)
    if kind.table:
        _receipt_table(word, kind)
    _paragraphs(word, kind.paragraphs)
    if kind.addressee != FILE:
        # Issuer and date never stand alone on a page: the end of the text goes with them.
        word.paragraphs[-1].paragraph_format.keep_with_next = True
        _signature(word)
    if kind.slip:
        _slip(word, kind.slip)
    stream = BytesIO()
    word.save(stream)
    return stream.getvalue()


# -- the page ----------------------------------------------------------------------------------


def _page(word: Any) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    section.top_margin, section.bottom_margin = Mm(MARGINS["top"]), Mm(MARGINS["bottom"])
    section.left_margin, section.right_margin = Mm(MARGINS["left"]), Mm(MARGINS["right"])
    section.footer_distance = Mm(25)
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.first_line_indent = Pt(0)
    for text in ("— ", None, " —"):
        run = paragraph.add_run(text or "")
        _font(run, "宋体", 14)
        if text is None:
            for kind in ("begin", "instr", "separate", "end"):
                _field_part(run, kind)


def _field_part(run: Any, kind: str) -> None:
    if kind == "instr":
        part = OxmlElement("w:instrText")
        part.set(qn("xml:space"), "preserve")
        part.text = " PAGE "
    else:
        part = OxmlElement("w:fldChar")
        part.set(qn("w:fldCharType"), kind)
    run._r.append(part)


def _styles(word: Any) -> None:
    normal, title = word.styles["Normal"], word.styles["Title"]
    _style_font(normal, BODY_FONT, BODY_SIZE)
    _style_paragraph(normal, indent=2 * BODY_SIZE)
    _style_font(title, TITLE_FONT, 22)
    _style_paragraph(title, line=34, align=WD_ALIGN_PARAGRAPH.CENTER, before=22, after=16)
    title.paragraph_format.keep_with_next = True
    for border in title.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _style_font(style: Any, font: str, size: float) -> None:
    style.font.size, style.font.bold, style.font.italic = Pt(size), False, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    _set_fonts(properties.get_or_add_rFonts(), font)
    for old in properties.findall(qn("w:spacing")) + properties.findall(qn("w:kern")):
        properties.remove(old)


def _set_fonts(fonts: Any, east: str) -> None:
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), LATIN)
    fonts.set(qn("w:eastAsia"), east)


def _style_paragraph(
    style: Any,
    *,
    line: float = LINE,
    indent: float = 0,
    align: Any = WD_ALIGN_PARAGRAPH.JUSTIFY,
    before: float = 0,
    after: float = 0,
) -> None:
    layout = style.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    layout.first_line_indent, layout.alignment = Pt(indent), align
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    layout.widow_control = True


def _font(run: Any, east: str, size: float, *, red: bool = False) -> None:
    run.font.size = Pt(size)
    _set_fonts(run._r.get_or_add_rPr().get_or_add_rFonts(), east)
    if red:
        run.font.color.rgb = RED


# -- the parts ---------------------------------------------------------------------------------


def _head(word: Any, kind: NoticeKind) -> None:
    """Issuer in red, number, red rule, title; a form for the file has a plain head."""
    if kind.addressee == FILE:
        issuer = _plain(word, f"{{{{{ISSUER}}}}}", align=WD_ALIGN_PARAGRAPH.CENTER)
        _font(issuer.runs[0], TITLE_FONT, 18)
        _text(word.add_paragraph(style="Title"), kind.title)
        return
    issuer = _plain(word, f"{{{{{ISSUER}}}}}", align=WD_ALIGN_PARAGRAPH.CENTER)
    _font(issuer.runs[0], TITLE_FONT, 34, red=True)
    issuer.paragraph_format.line_spacing = Pt(46)
    issuer.paragraph_format.space_after = Pt(16 if kind.numbered else 6)
    last = issuer
    if kind.numbered:
        last = _plain(word, f"{{{{{NUMBER}}}}}", align=WD_ALIGN_PARAGRAPH.CENTER)
    _red_rule(last)
    _text(word.add_paragraph(style="Title"), kind.title)


def _red_rule(paragraph: Any) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "8"), ("color", "FF0000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    properties = paragraph._p.get_or_add_pPr()
    # The schema wants the border before the spacing.
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _paragraphs(word: Any, texts: tuple[str, ...]) -> None:
    for text in texts:
        optional = _OPTIONAL.match(text)
        if optional:
            _plain(word, f"{{%p if {optional[1]} %}}")
            _body(word, optional[2])
            _plain(word, "{%p endif %}")
        else:
            _body(word, text)


def _body(word: Any, text: str) -> None:
    if text == f"{{{{{ADDRESSEE}}}}}：":
        _plain(word, text)
        return
    paragraph = word.add_paragraph()
    _text(paragraph, text)
    if text.startswith("“{{"):
        for run in paragraph.runs:
            _font(run, QUOTE_FONT, BODY_SIZE)
    elif re.match(r"[一二三四五六七八九十]、", text):
        for run in paragraph.runs:
            _font(run, HEAD_FONT, BODY_SIZE)
        paragraph.paragraph_format.keep_with_next = True


def _plain(word: Any, text: str, *, align: Any = None) -> Any:
    """A paragraph without indent."""
    paragraph = word.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(0)
    if align is not None:
        paragraph.alignment = align
    _text(paragraph, text)
    return paragraph


def _text(paragraph: Any, text: str) -> None:
    """Words and fields; a field is a run of its own, so that nothing tears it apart."""
    for part in _FIELD.split(text):
        if part:
            paragraph.add_run(part)


def _signature(word: Any) -> None:
    issuer = _plain(word, f"{{{{{ISSUER}}}}}", align=WD_ALIGN_PARAGRAPH.CENTER)
    issuer.paragraph_format.space_before = Pt(1.5 * LINE)
    dated = _plain(word, f"{{{{{SEAL}}}}}{{{{{DATE}}}}}", align=WD_ALIGN_PARAGRAPH.CENTER)
    for paragraph in (issuer, dated):
        layout = paragraph.paragraph_format
        layout.left_indent, layout.right_indent = Pt(SIGN_LEFT), Pt(SIGN_RIGHT)
        layout.keep_with_next = True
    _plain(word, f"{{%p if {CONTACT} %}}")
    note = word.add_paragraph()
    note.paragraph_format.space_before = Pt(0.8 * LINE)
    note.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _text(note, f"（{{{{{CONTACT}}}}}）")
    _plain(word, "{%p endif %}")


def _slip(word: Any, lines: tuple[str, ...]) -> None:
    title = word.add_paragraph(style="Title")
    title.paragraph_format.page_break_before = True
    _text(title, lines[0])
    _plain(word, lines[1])
    for line in lines[2:]:
        _text(word.add_paragraph(), line)


def _receipt_table(word: Any, kind: NoticeKind) -> None:
    table = word.add_table(rows=0, cols=2)
    table.style = word.styles["Table Grid"]
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    widths = (Mm(52), Mm(TEXT_WIDTH - 52))
    for texts in kind.table:
        row = table.add_row()
        row.height = Mm(13)
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.first_line_indent = Pt(0)
            paragraph.paragraph_format.line_spacing = Pt(22)
            paragraph.paragraph_format.space_before = Pt(5)
            paragraph.paragraph_format.space_after = Pt(5)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
            _text(paragraph, text)
            for run in paragraph.runs:
                _font(run, BODY_FONT, 14)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width

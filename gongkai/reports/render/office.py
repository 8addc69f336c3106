"""What the Word files of this system have in common: the page of GB/T 9704, styles, runs.

The typefaces of the standard (仿宋, 黑体, 宋体) are named, not embedded: they are on every office
computer and may not be passed on.
"""

from __future__ import annotations

from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from gongkai.reports.richtext import Run

#: GB/T 9704: A4, 37 mm above, 28 mm left, a text area of 156 × 225 mm.
PAGE = (210, 297)
MARGINS = {"top": 37, "bottom": 35, "left": 28, "right": 26}
TEXT_WIDTH = 156


def page(word: Any) -> None:
    """A4 with the margins of the standard and a page number."""
    section = word.sections[0]
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    section.top_margin, section.bottom_margin = Mm(MARGINS["top"]), Mm(MARGINS["bottom"])
    section.left_margin, section.right_margin = Mm(MARGINS["left"]), Mm(MARGINS["right"])
    section.footer_distance = Mm(28)
    page_number(section.footer.paragraphs[0])


def styles(word: Any) -> None:
    """Text, title and three levels of headings as the standard wants them."""
    found = word.styles
    style(found["Normal"], "仿宋", 16)
    paragraphs(found["Normal"], line=28, indent=32)
    style(found["Title"], "宋体", 22, bold=True)
    paragraphs(found["Title"], line=34, align=WD_ALIGN_PARAGRAPH.CENTER, after=12)
    style(found["Heading 1"], "黑体", 16)
    paragraphs(found["Heading 1"], line=28, indent=32, before=8, after=4)
    style(found["Heading 2"], "楷体", 16)
    paragraphs(found["Heading 2"], line=28, indent=32)
    style(found["Heading 3"], "仿宋", 16, bold=True)
    paragraphs(found["Heading 3"], line=28, indent=32)
    # The rule under the title of the library's template is no part of an official document.
    for border in found["Title"].element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def style(one: Any, font: str, size: float, *, bold: bool = False) -> None:
    one.font.size = Pt(size)
    one.font.bold = bold
    one.font.italic = False
    one.font.color.rgb = RGBColor(0, 0, 0)
    properties = one.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{name}"), "Times New Roman")
    fonts.set(qn("w:eastAsia"), font)
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)


def paragraphs(
    one: Any,
    *,
    line: float,
    indent: float = 0,
    before: float = 0,
    after: float = 0,
    align: Any = None,
) -> None:
    layout = one.paragraph_format
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    layout.line_spacing = Pt(line)
    layout.first_line_indent = Pt(indent)
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    layout.alignment = align
    layout.widow_control = True


def page_number(paragraph: Any) -> None:
    """— 1 — in the middle, as on official documents."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.first_line_indent = Pt(0)
    for kind in ("— ", "begin", "PAGE", "separate", "1", "end", " —"):
        run = paragraph.add_run()
        run_font(run, "宋体", 14)
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif kind == "PAGE":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = " PAGE "
            run._r.append(code)
        else:
            run.text = kind


def add_run(paragraph: Any, run: Run) -> None:
    # A line feed in the text of a run becomes a line break of its own.
    written = paragraph.add_run(run.text)
    if run.strong:
        written.bold = True
    if run.emphasis:
        run_font(written, "楷体", None)


def run_font(run: Any, font: str, size: float | None) -> None:
    if size is not None:
        run.font.size = Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)

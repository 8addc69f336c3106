"""The document as a Word file after GB/T 9704, its articles as bookmarks."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from gongkai.portal.finding.papers.blocks import Cell, Table, Text
from gongkai.portal.finding.papers.paper import Paper
from gongkai.reports.render import office
from gongkai.reports.render.zipped import repack
from gongkai.reports.richtext import Run, printable

_DXA = 1440 / 25.4
_ALIGN = {"center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
_RED = RGBColor(0xB3, 0x26, 0x1E)


def draw(paper: Paper) -> bytes:
    """The bytes of a .docx file; the same paper gives the same bytes."""
    word = Document()
    office.page(word)
    office.styles(word)
    _properties(word, paper)
    if paper.ended:
        _banner(word, paper)
    _opening(word, paper)
    for place, block in enumerate(paper.blocks):
        if isinstance(block, Table):
            _table(word, block)
        else:
            _text(word, block, place)
    _closing(word, paper)
    stream = BytesIO()
    word.save(stream)
    return repack(stream.getvalue(), paper.stamped_on)


def _properties(word: Any, paper: Paper) -> None:
    properties = word.core_properties
    properties.title = printable(paper.title)
    properties.subject = printable(paper.number)
    # The format allows 255 characters.
    properties.author = properties.last_modified_by = printable(paper.issuers)[:255]
    properties.language = "zh-CN"
    properties.comments = paper.ended
    stamped = datetime(paper.stamped_on.year, paper.stamped_on.month, paper.stamped_on.day)  # noqa: DTZ001 - the property has no time zone
    properties.created = properties.modified = stamped


def _banner(word: Any, paper: Paper) -> None:
    """The word of its end on top of every page, and the sentence above the title."""
    header = word.sections[0].header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    header.paragraph_format.first_line_indent = Pt(0)
    _coloured(header.add_run(f"〔{paper.ended}〕"), 22)
    paragraph = word.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(0)
    _coloured(paragraph.add_run(printable(paper.notice)), 14)
    _boxed(paragraph)


def _coloured(run: Any, size: float) -> None:
    office.run_font(run, "黑体", size)
    run.font.color.rgb = _RED


def _boxed(paragraph: Any) -> None:
    borders = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "8"), ("space", "4"), ("color", "B3261E")):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    properties = paragraph._p.get_or_add_pPr()
    # The schema wants the borders before spacing and indents.
    at = next((child for child in properties if child.tag in _AFTER_BORDERS), None)
    if at is None:
        properties.append(borders)
    else:
        at.addprevious(borders)


_AFTER_BORDERS = frozenset(qn(f"w:{name}") for name in ("shd", "tabs", "spacing", "ind", "jc"))


def _opening(word: Any, paper: Paper) -> None:
    word.add_paragraph(printable(paper.title), style="Title")
    if paper.number:
        _middle(word, paper.number, "仿宋", 16)
    for place, line in enumerate(paper.note):
        first, last = place == 0, place == len(paper.note) - 1
        _middle(word, f"{'（' if first else ''}{line}{'）' if last else ''}", "楷体", 14)
    _thin(word)


def _middle(word: Any, text: str, font: str, size: float) -> None:
    paragraph = word.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.first_line_indent = Pt(0)
    office.run_font(paragraph.add_run(printable(text)), font, size)


def _thin(word: Any) -> None:
    """A thin line: it parts what stands around it, and two tables must not run into one."""
    word.add_paragraph().paragraph_format.line_spacing = Pt(10)


def _text(word: Any, block: Text, place: int) -> None:
    style = f"Heading {block.level}" if block.kind == "heading" else "Normal"
    paragraph = word.add_paragraph(style=style)
    layout = paragraph.paragraph_format
    if block.kind == "li":
        layout.left_indent = Pt(32 + 24 * block.level)
        layout.first_line_indent = Pt(-24)
        layout.tab_stops.add_tab_stop(Pt(32 + 24 * block.level))
        paragraph.add_run(f"{block.marker}\t")
    elif block.kind == "quote":
        layout.left_indent = Pt(32)
    if block.kind == "caption" or block.align == "center":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        layout.first_line_indent = Pt(0)
    elif block.align == "right":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        layout.right_indent = Pt(32)
    for run in block.runs:
        office.add_run(paragraph, run)
    if block.anchor:
        _bookmark(paragraph, block.anchor, place)


def _bookmark(paragraph: Any, name: str, number: int) -> None:
    """Word's names of bookmarks know no hyphen."""
    begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (begin, end):
        mark.set(qn("w:id"), str(number))
    begin.set(qn("w:name"), name.replace("-", "_"))
    paragraph.runs[0]._r.addprevious(begin)
    paragraph._p.append(end)


def _closing(word: Any, paper: Paper) -> None:
    if paper.attachments:
        _thin(word)
        for number, name in enumerate(paper.attachments, 1):
            word.add_paragraph(f"附件{number}：{printable(name)}")
    _thin(word)
    for term, text in paper.origin:
        paragraph = word.add_paragraph()
        paragraph.paragraph_format.first_line_indent = Pt(0)
        paragraph.paragraph_format.line_spacing = Pt(14)
        office.run_font(paragraph.add_run(f"{term}：{printable(text)}"), "宋体", 9)


# -- tables --------------------------------------------------------------------------------------
def _table(word: Any, block: Table) -> None:
    """A ``w:tbl`` written row by row: every cell that covers a place is written in that row."""
    if block.caption:
        _middle(word, block.caption, "黑体", 14)
    width = round(office.TEXT_WIDTH * _DXA / block.cols)
    table = OxmlElement("w:tbl")
    table.append(_table_properties(block, width * block.cols))
    columns = OxmlElement("w:tblGrid")
    for _col in range(block.cols):
        columns.append(_with(OxmlElement("w:gridCol"), w=str(width)))
    table.append(columns)
    covering = {
        (cell.row + down, cell.col): cell for cell in block.cells for down in range(cell.rowspan)
    }
    for row in range(block.rows):
        line = OxmlElement("w:tr")
        properties = OxmlElement("w:trPr")
        properties.append(OxmlElement("w:cantSplit"))
        if row < block.head:
            properties.append(OxmlElement("w:tblHeader"))
        line.append(properties)
        for col in range(block.cols):
            cell = covering.get((row, col))
            if cell is not None:
                line.append(_cell(cell, row, width))
        table.append(line)
    word.element.body.insert(-1, table)
    _thin(word)


def _with(element: Any, **attributes: str) -> Any:
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _table_properties(block: Table, width: int) -> Any:
    properties = OxmlElement("w:tblPr")
    properties.append(_with(OxmlElement("w:tblW"), w=str(width), type="dxa"))
    properties.append(_with(OxmlElement("w:jc"), val="center"))
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(
            _with(OxmlElement(f"w:{side}"), val="single", sz="4", space="0", color="000000")
        )
    properties.append(borders)
    properties.append(_with(OxmlElement("w:tblLayout"), type="fixed"))
    if block.caption:
        properties.append(_with(OxmlElement("w:tblCaption"), val=printable(block.caption)))
    return properties


def _cell(cell: Cell, row: int, width: int) -> Any:
    written = OxmlElement("w:tc")
    properties = OxmlElement("w:tcPr")
    properties.append(_with(OxmlElement("w:tcW"), w=str(width * cell.colspan), type="dxa"))
    if cell.colspan > 1:
        properties.append(_with(OxmlElement("w:gridSpan"), val=str(cell.colspan)))
    first = row == cell.row
    if cell.rowspan > 1:
        merge = OxmlElement("w:vMerge")
        properties.append(_with(merge, val="restart") if first else merge)
    if cell.header:
        properties.append(_with(OxmlElement("w:shd"), val="clear", color="auto", fill="F2F2F2"))
    properties.append(_with(OxmlElement("w:vAlign"), val="center"))
    written.append(properties)
    paragraph = OxmlElement("w:p")
    layout = OxmlElement("w:pPr")
    layout.append(
        _with(OxmlElement("w:spacing"), before="0", after="0", line="260", lineRule="auto")
    )
    layout.append(_with(OxmlElement("w:ind"), firstLine="0"))
    align = cell.align or ("center" if cell.header else "left")
    layout.append(_with(OxmlElement("w:jc"), val=align))
    paragraph.append(layout)
    for run in cell.runs if first else ():
        _cell_run(paragraph, run, strong=cell.header)
    written.append(paragraph)
    return written


def _cell_run(paragraph: Any, run: Run, *, strong: bool) -> None:
    """The words of a cell, smaller than the text; a line feed becomes a line break."""
    written = OxmlElement("w:r")
    style = OxmlElement("w:rPr")
    style.append(_with(OxmlElement("w:rFonts"), eastAsia="宋体"))
    if strong or run.strong:
        style.append(OxmlElement("w:b"))
    for name in ("sz", "szCs"):
        style.append(_with(OxmlElement(f"w:{name}"), val="21"))
    written.append(style)
    for place, words in enumerate(printable(run.text).split("\n")):
        if place:
            written.append(OxmlElement("w:br"))
        text = OxmlElement("w:t")
        text.set(qn("xml:space"), "preserve")
        text.text = words
        written.append(text)
    paragraph.append(written)

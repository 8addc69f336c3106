"""The report as a Word file, laid out after GB/T 9704 (党政机关公文格式).

Merged cells are written as ``gridSpan`` and ``vMerge``, which LibreOffice and WPS read alike. The
typefaces of the standard (仿宋, 黑体, 宋体) are named, not embedded: they are on every office
computer and may not be passed on.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from gongkai.reports.document import NOTHING_WRITTEN, ReportDocument
from gongkai.reports.grid import Grid, GridCell
from gongkai.reports.render import office
from gongkai.reports.render.zipped import repack
from gongkai.reports.richtext import Block, printable

#: Twentieths of a point to a millimetre.
_DXA = 1440 / 25.4
#: Space beside the text of a cell; heads of two characters a line get more, so that they break there.
_CELL_MARGIN, _PAIRED_MARGIN = 40, 110
_SHADES = {"part": "DCE6F1", "head": "F2F2F2", "group": "F2F2F2"}
_FONT_SIZES = {"t2": 10.5, "t3": 9, "t4": 9}


def draw(document: ReportDocument) -> bytes:
    """The bytes of a .docx file."""
    word = Document()
    _set_up(word, document)
    _opening(word, document)
    for part in document.outline:
        heading = word.add_heading(part.heading, level=1)
        heading.paragraph_format.keep_with_next = True
        if part.grid:
            word.element.body.insert(-1, _table(document, part.grid))
            _spacer(word)
        elif part.blocks:
            for block in part.blocks:
                _block(word, block)
        else:
            word.add_paragraph(NOTHING_WRITTEN)
    _closing(word, document)
    stream = BytesIO()
    word.save(stream)
    return repack(stream.getvalue(), document.stamped_on)


def _set_up(word: Any, document: ReportDocument) -> None:
    office.page(word)
    properties = word.core_properties
    properties.title = document.title
    properties.author = document.issuer
    properties.last_modified_by = document.issuer
    properties.language = "zh-CN"
    properties.comments = document.status_text
    properties.version = str(document.version)
    stamped = datetime(document.stamped_on.year, document.stamped_on.month, document.stamped_on.day)  # noqa: DTZ001 - the property has no time zone
    properties.created = properties.modified = stamped
    office.styles(word)


def _opening(word: Any, document: ReportDocument) -> None:
    word.add_paragraph("\n".join(document.title_lines), style="Title")
    for term, text in document.imprint:
        paragraph = word.add_paragraph()
        office.run_font(paragraph.add_run(f"{term}："), "黑体", 12)
        office.run_font(paragraph.add_run(text), "仿宋", 12)
        paragraph.paragraph_format.line_spacing = Pt(20)
        paragraph.paragraph_format.first_line_indent = Pt(0)
    if document.correction_note:
        paragraph = word.add_paragraph()
        office.run_font(paragraph.add_run("更正说明："), "黑体", 16)
        paragraph.add_run(document.correction_note)


def _closing(word: Any, document: ReportDocument) -> None:
    for text in (document.issuer, document.date_text):
        if text:
            paragraph = word.add_paragraph(text)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.paragraph_format.right_indent = Pt(32)
    lines = [document.status_text]
    if document.checksum:
        lines.append(f"数据校验码（SM3）：{document.checksum}")
    for line in lines:
        paragraph = word.add_paragraph()
        office.run_font(paragraph.add_run(line), "宋体", 9)
        paragraph.paragraph_format.first_line_indent = Pt(0)
        paragraph.paragraph_format.line_spacing = Pt(14)


def _spacer(word: Any) -> None:
    """A thin line between a table and what follows: two tables must not run into one."""
    paragraph = word.add_paragraph()
    paragraph.paragraph_format.line_spacing = Pt(10)


def _block(word: Any, block: Block) -> None:
    styles = {"h3": "Heading 2", "h4": "Heading 3"}
    paragraph = word.add_paragraph(style=styles.get(block.kind, "Normal"))
    layout = paragraph.paragraph_format
    if block.kind == "li":
        layout.left_indent = Pt(32 + 24 * block.level)
        layout.first_line_indent = Pt(-24)
        layout.tab_stops.add_tab_stop(Pt(32 + 24 * block.level))
        paragraph.add_run(f"{block.marker}\t")
    elif block.kind == "quote":
        layout.left_indent = Pt(32)
    for run in block.runs:
        office.add_run(paragraph, run)


def _table(document: ReportDocument, grid: Grid) -> Any:
    """A ``w:tbl`` written row by row: every cell that covers a place is written in that row."""
    table = OxmlElement("w:tbl")
    widths = [round(share / 100 * office.TEXT_WIDTH * _DXA) for share in grid.widths]
    table.append(_table_properties(grid, sum(widths)))
    columns = OxmlElement("w:tblGrid")
    for width in widths:
        column = OxmlElement("w:gridCol")
        column.set(qn("w:w"), str(width))
        columns.append(column)
    table.append(columns)
    covering = {
        (cell.row + down, cell.col): cell for cell in grid.cells for down in range(cell.rowspan)
    }
    for row in range(grid.row_count):
        line = OxmlElement("w:tr")
        line.append(_row_properties(repeat=row < grid.header_rows))
        for col in range(grid.column_count):
            cell = covering.get((row, col))
            if cell is not None:
                width = sum(widths[col : col + cell.colspan])
                # A table that fits on a page is not divided.
                keep = row < grid.row_count - 1
                line.append(_cell(document, grid, cell, row, width, keep))
        table.append(line)
    return table


def _table_properties(grid: Grid, width: int) -> Any:
    properties = OxmlElement("w:tblPr")
    total = OxmlElement("w:tblW")
    total.set(qn("w:w"), str(width))
    total.set(qn("w:type"), "dxa")
    properties.append(total)
    centred = OxmlElement("w:jc")
    centred.set(qn("w:val"), "center")
    properties.append(centred)
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    properties.append(borders)
    layout = OxmlElement("w:tblLayout")
    layout.set(qn("w:type"), "fixed")
    properties.append(layout)
    properties.append(_margins("w:tblCellMar", _CELL_MARGIN))
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), grid.caption)
    properties.append(caption)
    return properties


def _margins(name: str, width: int) -> Any:
    margins = OxmlElement(name)
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(width))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    return margins


def _row_properties(*, repeat: bool) -> Any:
    properties = OxmlElement("w:trPr")
    properties.append(OxmlElement("w:cantSplit"))
    height = OxmlElement("w:trHeight")
    height.set(qn("w:val"), "340")
    height.set(qn("w:hRule"), "atLeast")
    properties.append(height)
    if repeat:
        properties.append(OxmlElement("w:tblHeader"))
    return properties


def _cell(
    document: ReportDocument, grid: Grid, cell: GridCell, row: int, width: int, keep: bool
) -> Any:
    written = OxmlElement("w:tc")
    properties = OxmlElement("w:tcPr")
    size = OxmlElement("w:tcW")
    size.set(qn("w:w"), str(width))
    size.set(qn("w:type"), "dxa")
    properties.append(size)
    if cell.colspan > 1:
        span = OxmlElement("w:gridSpan")
        span.set(qn("w:val"), str(cell.colspan))
        properties.append(span)
    first = row == cell.row
    if cell.rowspan > 1:
        merge = OxmlElement("w:vMerge")
        if first:
            merge.set(qn("w:val"), "restart")
        properties.append(merge)
    if cell.kind in _SHADES:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:color"), "auto")
        shade.set(qn("w:fill"), _SHADES[cell.kind])
        properties.append(shade)
    if cell.paired and grid.table != "t2":
        properties.append(_margins("w:tcMar", _PAIRED_MARGIN))
    middle = OxmlElement("w:vAlign")
    middle.set(qn("w:val"), "center")
    properties.append(middle)
    written.append(properties)
    text = ""
    if first:
        text = document.figure(cell.cell) if cell.cell else cell.text
    left = cell.kind in ("part", "corner", "label")
    written.append(_cell_paragraph(text, _FONT_SIZES[grid.table], left=left, keep=keep))
    return written


def _cell_paragraph(text: str, size: float, *, left: bool, keep: bool) -> Any:
    paragraph = OxmlElement("w:p")
    properties = OxmlElement("w:pPr")
    if keep:
        properties.append(OxmlElement("w:keepNext"))
    spacing = OxmlElement("w:spacing")
    for name, value in (("before", "0"), ("after", "0"), ("line", "240"), ("lineRule", "auto")):
        spacing.set(qn(f"w:{name}"), value)
    properties.append(spacing)
    indent = OxmlElement("w:ind")
    indent.set(qn("w:firstLine"), "0")
    properties.append(indent)
    align = OxmlElement("w:jc")
    align.set(qn("w:val"), "left" if left else "center")
    properties.append(align)
    paragraph.append(properties)
    if text:
        run = OxmlElement("w:r")
        style = OxmlElement("w:rPr")
        fonts = OxmlElement("w:rFonts")
        fonts.set(qn("w:eastAsia"), "宋体")
        style.append(fonts)
        for name in ("sz", "szCs"):
            points = OxmlElement(f"w:{name}")
            points.set(qn("w:val"), str(round(size * 2)))
            style.append(points)
        run.append(style)
        words = OxmlElement("w:t")
        words.text = printable(text)
        run.append(words)
        paragraph.append(run)
    return paragraph

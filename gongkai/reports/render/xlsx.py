"""The report as an Excel workbook: its sections in order, a sheet for each table.

Figures are numbers, amounts keep their decimals by number format, blanks stay empty. Text is
written as text whatever it begins with, so that none of it can run as a formula.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gongkai.reports.document import NOTHING_WRITTEN, Part, ReportDocument
from gongkai.reports.grid import Grid, GridCell
from gongkai.reports.render.zipped import repack
from gongkai.reports.richtext import printable
from gongkai.statute.formats import TABLE_NAMES, CellValue

_LINE = Side(style="thin", color="000000")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SHADES = {"part": "DCE6F1", "head": "F2F2F2", "group": "F2F2F2"}
#: Characters across each sheet, shared out by the grid's widths.
_SHEET_WIDTHS = {"t2": 84, "t3": 112, "t4": 112}
_LONGEST_TEXT = 32_767  # what a cell of a workbook may hold
_TEXT_WIDTH = 72


def draw(document: ReportDocument) -> bytes:
    """The bytes of an .xlsx file."""
    book = Workbook()
    book.remove(book.active)
    opening, closing = book.create_sheet("总体情况"), None
    row = _imprint(opening, document)
    for part in document.outline:
        if part.grid:
            sheet = book.create_sheet(TABLE_NAMES[part.grid.table])
            _table_sheet(sheet, document, part.heading, part.grid)
        elif len(book.sheetnames) == 1:
            _section(opening, row, part)
        else:
            if closing is None:
                closing, row = book.create_sheet("问题和其他事项"), 1
            row = _section(closing, row, part)
    _signature(closing or opening, row, document)
    for sheet in (opening, closing):
        if sheet is not None:
            sheet.column_dimensions["A"].width = _TEXT_WIDTH
            _print_setup(sheet)
    # The file opens at the figures.
    book.active = 1
    properties = book.properties
    properties.title, properties.creator = document.title, document.issuer
    properties.lastModifiedBy = document.issuer
    properties.language, properties.version = "zh-CN", str(document.version)
    stamp = document.stamped_on
    properties.created = datetime(stamp.year, stamp.month, stamp.day)  # noqa: DTZ001 - has no zone
    stream = BytesIO()
    book.save(stream)
    return repack(stream.getvalue(), stamp)


def _print_setup(sheet: Worksheet, *, landscape: bool = False) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.6
    sheet.page_margins.top = sheet.page_margins.bottom = 0.8
    sheet.oddFooter.center.text = "— &P —"


def _write(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """Text as text: the type is set by hand, so a leading “=” starts no formula."""
    cell = sheet.cell(row, column)
    cell.value = printable(text)[:_LONGEST_TEXT]
    cell.data_type = "s"
    cell.quotePrefix = text[:1] in ("=", "+", "-", "@")
    return cell


def _table_sheet(sheet: Worksheet, document: ReportDocument, heading: str, grid: Grid) -> None:
    width = grid.column_count
    for row, (text, size) in enumerate(((document.title, 14), (heading, 12)), start=1):
        title = _write(sheet, row, 1, text)
        title.font = Font(name="黑体", size=size)
        title.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
        sheet.row_dimensions[row].height = 30 if row == 1 else 24
    top = 3
    characters = [share / 100 * _SHEET_WIDTHS[grid.table] for share in grid.widths]
    for index, count in enumerate(characters, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = count
    for cell in grid.cells:
        _table_cell(sheet, document, grid, cell, top)
    for row, line in enumerate(grid.rows(), start=top):
        # Spreadsheets do not grow rows around merged cells: count the lines of each label.
        lines = max(
            (
                -(-_width(cell.text) // _room(characters, cell))
                for cell in line
                if cell.rowspan == 1
            ),
            default=1,
        )
        sheet.row_dimensions[row].height = 6 + 13 * max(1, lines)
    _print_setup(sheet, landscape=grid.table == "t4")
    if grid.header_rows:
        sheet.print_title_rows = f"{top}:{top + grid.header_rows - 1}"
        labels = get_column_letter(grid.label_columns + 1)
        sheet.freeze_panes = f"{labels}{top + grid.header_rows}"


def _table_cell(
    sheet: Worksheet, document: ReportDocument, grid: Grid, cell: GridCell, top: int
) -> None:
    row, column = top + cell.row, 1 + cell.col
    last_row, last_column = row + cell.rowspan - 1, column + cell.colspan - 1
    if cell.cell is None:
        written = _write(sheet, row, column, cell.text)
    else:
        written = sheet.cell(row, column)
        value = document.cells.get(cell.cell)
        written.value = value
        written.number_format = _number_format(value)
    left = cell.kind in ("part", "corner", "label")
    written.alignment = Alignment(
        horizontal="left" if left else "center", vertical="center", wrap_text=cell.header
    )
    written.font = Font(name="宋体", size=10)
    for inner_row in range(row, last_row + 1):
        for inner_column in range(column, last_column + 1):
            inner = sheet.cell(inner_row, inner_column)
            inner.border = _BORDER
            if cell.kind in _SHADES:
                inner.fill = PatternFill("solid", fgColor=_SHADES[cell.kind])
    if (last_row, last_column) != (row, column):
        sheet.merge_cells(
            start_row=row, end_row=last_row, start_column=column, end_column=last_column
        )


def _number_format(value: CellValue) -> str:
    """As many decimals as the amount is stored with."""
    if not isinstance(value, Decimal):
        return "0"
    _, _, decimals = f"{value:f}".partition(".")
    return "0." + "0" * len(decimals) if decimals else "0"


def _width(text: str) -> int:
    """The width of text in the characters that columns are measured in: a Chinese one is two."""
    return sum(2 if ord(character) > 0x2E7F or character in "“”" else 1 for character in text)


def _room(characters: list[float], cell: GridCell) -> int:
    return max(2, int(sum(characters[cell.col : cell.col + cell.colspan]) - 1))


def _imprint(sheet: Worksheet, document: ReportDocument) -> int:
    row = _line(sheet, 1, document.title, font="黑体", size=14, centred=True)
    for term, text in document.imprint:
        row = _line(sheet, row, f"{term}：{text}")
    if document.correction_note:
        row = _line(sheet, row, f"更正说明：{document.correction_note}")
    return row


def _section(sheet: Worksheet, row: int, part: Part) -> int:
    row = _line(sheet, row, part.heading, font="黑体", size=12)
    for block in part.blocks:
        indent = "    " * block.level
        row = _line(sheet, row, f"{indent}{block.marker} {block.text}" if indent else block.text)
    return row if part.blocks else _line(sheet, row, NOTHING_WRITTEN)


def _signature(sheet: Worksheet, row: int, document: ReportDocument) -> None:
    for text in (document.issuer, document.date_text, document.status_text):
        if text:
            row = _line(sheet, row, text)
    if document.checksum:
        _line(sheet, row, f"数据校验码（SM3）：{document.checksum}")


def _line(
    sheet: Worksheet,
    row: int,
    text: str,
    *,
    font: str = "宋体",
    size: int = 11,
    centred: bool = False,
) -> int:
    written = _write(sheet, row, 1, text)
    written.font = Font(name=font, size=size)
    written.alignment = Alignment(
        horizontal="center" if centred else "left", vertical="top", wrap_text=True
    )
    lines = sum(
        max(1, -(-_width(line) * size // (11 * (_TEXT_WIDTH - 2)))) for line in text.split("\n")
    )
    sheet.row_dimensions[row].height = min(409, lines * size * 1.4 + 4)
    return row + 1

"""The empty workbook that people fill in: headings, what belongs there, an example."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gongkai.registers.registry import Register

_HEAD = PatternFill("solid", fgColor="E8EEF7")


def template_workbook(register: Register) -> bytes:
    """An XLSX whose first sheet is to be filled in; the second explains every column."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = register.label[:31]
    sheet.freeze_panes = "A2"
    for number, column in enumerate(register.columns, start=1):
        cell = sheet.cell(row=1, column=number, value=column.label)
        _as_head(cell)
        words = "必填。" if column.required else "可不填。"
        cell.comment = Comment(words + column.help, register.label, width=240, height=80)
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = max(16, 2 * len(column.label) + 4)
        # Text, so that a spreadsheet does not turn numbers and dates into something else.
        sheet.column_dimensions[letter].number_format = "@"
    notes = book.create_sheet("填写说明")
    for number, head in enumerate(("列名", "是否必填", "说明", "示例"), start=1):
        _as_head(notes.cell(row=1, column=number, value=head))
    for row, column in enumerate(register.columns, start=2):
        values = (
            column.label,
            "必填" if column.required else "可不填",
            column.help,
            column.example,
        )
        for number, value in enumerate(values, start=1):
            notes.cell(row=row, column=number, value=value)
    notes.cell(
        row=len(register.columns) + 3,
        column=1,
        value="台账不得记录个人信息：姓名、身份证号码、手机号码等请勿填写。",
    )
    for letter, width in zip("ABCD", (18, 12, 44, 40), strict=True):
        notes.column_dimensions[letter].width = width
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _as_head(cell: Cell) -> None:
    cell.font = Font(bold=True)
    cell.fill = _HEAD
    cell.alignment = Alignment(vertical="center", wrap_text=True)

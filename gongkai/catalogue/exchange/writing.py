"""Writing entries: the official table with its two-level header, and the plain table."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final

from gongkai.catalogue.exchange.channels import channels_text
from gongkai.catalogue.exchange.plain import DAY_TYPES, HEADS, PLAIN_COLUMNS, SPECIFIC
from gongkai.catalogue.exchange.reading import EXTRA_SHEET
from gongkai.catalogue.models import CatalogueEntry
from gongkai.organs.staff_views.export import csv_text
from gongkai.statute.duties import CYCLE_LABELS

TOP: Final = (
    ("序号", 1), ("公开事项", 2), ("公开内容（要素）", 1), ("公开依据", 1), ("公开时限", 1),
    ("公开主体", 1), ("公开渠道和载体", 1), ("公开对象", 2), ("公开方式", 2), ("公开层级", 2),
)  # fmt: skip
"""The upper row of the official header and how many columns each head covers."""
BELOW: Final = {
    "公开事项": ("一级事项", "二级事项"),
    "公开对象": ("全社会", "特定群体"),
    "公开方式": ("主动", "依申请"),
    "公开层级": ("县级", "乡级"),
}
WIDTHS: Final = (6, 14, 18, 36, 28, 22, 18, 40, 8, 12, 8, 8, 8, 8)
_NUMERALS: Final = "零一二三四五六七八九"


def official_workbook(title: str, entries: Iterable[CatalogueEntry]) -> bytes:
    """A workbook with a sheet a field in the official layout, and one with the rest.

    `entries` come in the order of fields and numbers, with their field at hand. What the official
    table has no column for (codes, rules) stands in the last sheet, so that an import gives back
    what was exported.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    listed = list(entries)
    groups = [(field, list(rows)) for field, rows in groupby(listed, key=lambda e: e.field)]
    names: set[str] = set()
    for number, (field, rows) in enumerate(groups, start=1):
        name = _sheet_name(field.name, names)
        caption = f"（{_chinese(number)}）{field.name}领域{title}"
        _official_sheet(book.create_sheet(name), caption, rows)
    extra = book.create_sheet(EXTRA_SHEET)
    _put(extra, 1, 1, [column.label for column in PLAIN_COLUMNS], bold=True)
    for line, entry in enumerate(listed, start=2):
        _put(extra, line, 1, plain_row(entry))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _official_sheet(sheet: Any, caption: str, rows: Sequence[CatalogueEntry]) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    width = sum(number for _, number in TOP)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    _put(sheet, 1, 1, [caption], bold=True)
    sheet["A1"].font = Font(bold=True, size=16)
    sheet["A1"].alignment = Alignment(horizontal="center")
    column = 1
    for head, number in TOP:
        _put(sheet, 2, column, [head], bold=True)
        if number == 1:
            sheet.merge_cells(start_row=2, start_column=column, end_row=3, end_column=column)
        else:
            sheet.merge_cells(
                start_row=2, start_column=column, end_row=2, end_column=column + number - 1
            )
            _put(sheet, 3, column, BELOW[head], bold=True)
        column += number
    for line, entry in enumerate(rows, start=4):
        _put(sheet, line, 1, official_row(entry))
    _merge_level1(sheet, rows)
    thin = Side(style="thin")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    for row in sheet.iter_rows(min_row=2, max_row=3 + len(rows), max_col=width):
        for cell in row:
            cell.border = border
            centre = cell.row < 4 or cell.column == 1 or cell.column > 8
            cell.alignment = Alignment(
                wrap_text=True, vertical="center", horizontal="center" if centre else None
            )
    for number, size in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = size
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "2:3"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def official_row(entry: CatalogueEntry) -> list[Any]:
    """The cells of a row of the official table. A dash is nothing; a blank would be "as above"."""

    def tick(chosen: bool) -> str:
        return "√" if chosen else ""

    specific = entry.audience_specific
    return [
        entry.seq,
        entry.level1,
        entry.level2 or "—",
        entry.elements or "—",
        entry.basis or "—",
        entry.time_limit_text or "—",
        entry.subject or "—",
        channels_text(entry.channels),
        tick(entry.audience_all),
        "√" if specific == SPECIFIC else specific,
        tick(entry.mode_proactive),
        tick(entry.mode_on_request),
        tick(entry.level_county),
        tick(entry.level_township),
    ]


def _merge_level1(sheet: Any, rows: Sequence[CatalogueEntry]) -> None:
    line = 4
    for _, same in groupby(rows, key=lambda entry: entry.level1):
        number = len(list(same))
        if number > 1:
            sheet.merge_cells(start_row=line, start_column=2, end_row=line + number - 1,
                              end_column=2)  # fmt: skip
        line += number


def plain_row(entry: CatalogueEntry) -> list[str]:
    """The cells of a row of the plain table, in the order of `PLAIN_COLUMNS`."""
    values: dict[str, Any] = {
        "field_code": entry.field.code,
        "field": entry.field.name,
        "day_type": DAY_TYPES.get(entry.day_type, ""),
        "cycle": CYCLE_LABELS.get(entry.cycle, ""),
        "channels": ";".join(entry.channels),
        "audience_specific": (
            "1" if entry.audience_specific == SPECIFIC else entry.audience_specific or "0"
        ),
    }
    return [_plain(values.get(c.name, getattr(entry, c.name, ""))) for c in PLAIN_COLUMNS]


def plain_csv(entries: Iterable[CatalogueEntry]) -> bytes:
    """The plain table as CSV, headed as the packaged catalogue is."""
    return csv_text([HEADS, *(plain_row(entry) for entry in entries)])


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def _put(sheet: Any, row: int, column: int, values: Iterable[Any], *, bold: bool = False) -> None:
    from openpyxl.styles import Font

    for offset, value in enumerate(values):
        if value in (None, ""):
            continue
        cell = sheet.cell(row=row, column=column + offset, value=value)
        if isinstance(value, str):
            cell.data_type = "s"  # never a formula
        if bold:
            cell.font = Font(bold=True)


def _sheet_name(name: str, used: set[str]) -> str:
    plain = "".join("_" if c in "[]:*?/\\" else c for c in name)[:28] or "领域"
    found, number = plain, 2
    while found in used or found == EXTRA_SHEET:
        found, number = f"{plain}{number}", number + 1
    used.add(found)
    return found


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")

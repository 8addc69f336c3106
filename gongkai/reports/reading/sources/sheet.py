"""Spreadsheets (XLSX, XLS, XLSB, ODS): cached values with merged cells; hidden rows left out."""

from __future__ import annotations

import datetime
import io
import posixpath
import re
import zipfile
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import python_calamine
from lxml import etree

from gongkai.reports.reading.document import (
    MAX_CELLS,
    MAX_COLUMNS,
    Cell,
    Deadline,
    Document,
    Grid,
    NotAReport,
    TooLarge,
)
from gongkai.reports.reading.sources.xmlsafe import attribute, local, member, parse

MAX_ROWS = 20_000
_VISIBLE = python_calamine.SheetVisibleEnum.Visible


def read_sheet(data: bytes, archive: zipfile.ZipFile | None, deadline: Deadline) -> Document:
    """One grid for each sheet that shows. Raises ``NotAReport``."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError as problem:
        raise NotAReport("文件有密码保护，无法读取；请取消密码后再试。") from problem
    except Exception as problem:  # the library raises its own and plain ones
        raise NotAReport("表格文件已损坏，无法读取；请重新下载或另存为 xlsx 后再试。") from problem
    hidden = _hidden(archive) if archive is not None else {}
    document = Document("sheet")
    sheets = [
        one
        for one in workbook.sheets_metadata
        if one.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    shown = [one for one in sheets if one.visible == _VISIBLE] or sheets
    for metadata in shown[:60]:
        deadline.check()
        try:
            sheet = workbook.get_sheet_by_name(metadata.name)
            grid = _grid(sheet, hidden.get(metadata.name, (set(), set())))
        except NotAReport:
            raise
        except Exception as problem:
            raise NotAReport(
                "表格文件已损坏，无法读取；请重新下载或另存为 xlsx 后再试。"
            ) from problem
        if grid.cells:
            document.blocks.append(grid)
    return document


def _grid(sheet: Any, hidden: tuple[set[int], set[int]]) -> Grid:
    if sheet.height > MAX_ROWS:
        raise TooLarge("工作表行数过多，不像年度报告；请提供只含年度报告的文件。")
    if sheet.height * min(sheet.width, MAX_COLUMNS) > 20 * MAX_CELLS:
        raise TooLarge("工作表过大，不像年度报告；请提供只含年度报告的文件。")
    top, left = sheet.start or (0, 0)
    hidden_rows, hidden_columns = hidden
    rows = _kept(range(top, top + sheet.height), hidden_rows)
    columns = _kept(range(left, left + min(sheet.width, MAX_COLUMNS)), hidden_columns)
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for (row, col), (last_row, last_col) in sheet.merged_cell_ranges or ():
        last_row, last_col = (
            min(last_row, top + sheet.height - 1),
            min(last_col, left + MAX_COLUMNS),
        )
        inside = [
            (r, c)
            for r in range(row, last_row + 1)
            for c in range(col, last_col + 1)
            if r in rows and c in columns
        ]
        if not inside:
            continue
        spans[row, col] = (
            len({rows[r] for r, _ in inside}),
            len({columns[c] for _, c in inside}),
        )
        covered.update(inside)
        covered.discard((row, col))
        if len(covered) > MAX_CELLS:
            raise TooLarge("工作表的合并单元格过多，不像年度报告。")
    cells: list[Cell] = []
    filled = 0
    for offset, values in enumerate(sheet.iter_rows()):
        row = top + offset
        if row not in rows:
            continue
        for place, value in enumerate(values[: len(columns) + len(hidden_columns) + 1]):
            col = left + place
            if col not in columns or (row, col) in covered:
                continue
            text = _text(value)
            filled += bool(text)
            height, width = spans.get((row, col), (1, 1))
            cells.append(Cell(text, rows[row], columns[col], height, width))
        if len(cells) > 20 * MAX_CELLS or filled > MAX_CELLS:
            raise TooLarge("工作表的单元格过多，不像年度报告。")
    return Grid(_trim(cells))


def _kept(numbers: Iterable[int], hidden: set[int]) -> dict[int, int]:
    """Number in the file → number among those that show."""
    shown = [number for number in numbers if number not in hidden]
    return {number: place for place, number in enumerate(shown)}


def _trim(cells: list[Cell]) -> list[Cell]:
    """Without the blank cells right of and below everything that is filled."""
    last_row = max((cell.row + cell.rowspan for cell in cells if cell.text), default=0)
    last_col = max((cell.col + cell.colspan for cell in cells if cell.text), default=0)
    return [cell for cell in cells if cell.row < last_row and cell.col < last_col]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        # Twelve digits: what a person typed, without the dust of binary fractions.
        number = Decimal(f"{value:.12g}")
        return str(int(number)) if number == number.to_integral_value() else f"{number:f}"
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return str(value)
    return str(value)


# --- what is hidden ----------------------------------------------------------------------------------


def _hidden(archive: zipfile.ZipFile) -> dict[str, tuple[set[int], set[int]]]:
    """Sheet → (rows, columns) that are hidden, counted from 0."""
    found: dict[str, tuple[set[int], set[int]]] = {}
    for name, target in _sheet_parts(archive):
        data = member(archive, target)
        if data is None or b'hidden="' not in data:
            continue
        found[name] = _hidden_in(parse(data))
    return found


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    book = member(archive, "xl/workbook.xml")
    relations = member(archive, "xl/_rels/workbook.xml.rels")
    if book is None or relations is None:
        return []
    targets = {attribute(one, "Id"): attribute(one, "Target") or "" for one in parse(relations)}
    found: list[tuple[str, str]] = []
    for element in parse(book).iter():
        if local(element) == "sheet":
            target = targets.get(attribute(element, "id"), "")
            path = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            )
            found.append((attribute(element, "name") or "", path))
    return found


def _hidden_in(root: etree._Element) -> tuple[set[int], set[int]]:
    rows: set[int] = set()
    columns: set[int] = set()
    for element in root.iter():
        kind = local(element)
        if kind in ("row", "col") and (attribute(element, "hidden") or "") in ("1", "true"):
            if kind == "row":
                number = attribute(element, "r") or ""
                if re.fullmatch(r"\d{1,7}", number):
                    rows.add(int(number) - 1)
            else:
                first, last = attribute(element, "min") or "", attribute(element, "max") or ""
                if re.fullmatch(r"\d{1,5}", first) and re.fullmatch(r"\d{1,5}", last):
                    columns.update(range(int(first) - 1, min(int(last), MAX_COLUMNS * 2)))
    return rows, columns

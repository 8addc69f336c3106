"""Excel 文件：数字是数字，文字永远是文字，合并单元格与表样一致。"""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from gongkai.reports.document import ReportDocument
from gongkai.reports.grid import tables
from gongkai.reports.render import render
from gongkai.statute.formats import TABLE_NAMES, get_format
from tests.reports.render.documents import NASTY, distinct, with_blanks, yima

TOP = 3


def read(document: ReportDocument) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(render(document, "xlsx")))


def test_every_cell_stands_where_the_form_has_it(document: ReportDocument) -> None:
    book = read(document)
    for table, grid in tables(document.format).items():
        sheet = book[TABLE_NAMES[table]]
        for cell in grid.cells:
            written = sheet.cell(TOP + cell.row, 1 + cell.col).value
            if cell.cell is None:
                assert written == cell.text
            else:
                value = document.cells[cell.cell]
                assert written == (None if value is None else pytest.approx(float(value)))


def test_merges_are_those_of_the_form(document: ReportDocument) -> None:
    book = read(document)
    for table, grid in tables(document.format).items():
        sheet = book[TABLE_NAMES[table]]
        merged = {
            (area.min_row - TOP, area.min_col - 1, area.size["rows"], area.size["columns"])
            for area in sheet.merged_cells.ranges
            if area.min_row >= TOP
        }
        assert merged == {
            (cell.row, cell.col, cell.rowspan, cell.colspan)
            for cell in grid.cells
            if (cell.rowspan, cell.colspan) != (1, 1)
        }


def test_figures_are_numbers_with_the_decimals_they_are_stored_with() -> None:
    sheet = read(yima())["表二"]
    amount = next(cell for row in sheet for cell in row if cell.value == 37597.005)
    assert (amount.data_type, amount.number_format) == ("n", "0.000")
    permits = next(cell for row in sheet for cell in row if cell.value == 5292)
    assert (permits.data_type, permits.number_format) == ("n", "0")


def test_a_cell_not_filled_in_stays_empty_and_is_not_zero() -> None:
    sheet = read(with_blanks(get_format("2021")))["表四"]
    values = [cell.value for cell in sheet[TOP + 3]]
    assert values[:4] == [1186, None, 1188, None]


def test_text_that_looks_like_a_formula_stays_text() -> None:
    book = read(yima())
    texts = (book["总体情况"], book["问题和其他事项"])
    written = {cell.value: cell.data_type for sheet in texts for (cell,) in sheet if cell.value}
    assert written["=1+1"] == "s"
    assert written["@SUM(A1)"] == "s"
    assert NASTY in written
    for sheet in book:
        assert not [cell for row in sheet for cell in row if cell.data_type == "f"]


def test_the_title_of_a_body_cannot_run_as_a_formula() -> None:
    document = distinct(get_format("2021"))
    attack = ReportDocument(**{**document.__dict__, "title": '=HYPERLINK("x")'})
    for sheet in read(attack).worksheets[:4]:
        assert sheet["A1"].value == '=HYPERLINK("x")'
        assert sheet["A1"].data_type == "s"
        assert sheet["A1"].quotePrefix


def test_each_table_prints_on_a4_under_its_own_heads() -> None:
    book = read(yima())
    assert book.sheetnames == ["总体情况", "表二", "表三", "表四", "问题和其他事项"]
    assert book.active.title == "表二"
    for sheet in book:
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert book["表三"].print_title_rows == "$3:$5"
    assert book["表三"].freeze_panes == "D6"
    assert book["表四"].page_setup.orientation == "landscape"


def test_a_very_long_text_and_large_amounts_are_kept_within_what_a_cell_holds() -> None:
    document = distinct(get_format("2021"))
    cells = {**document.cells, "t2.fee.amount": Decimal("99999999999.99")}
    long = ReportDocument(
        **{**document.__dict__, "cells": cells, "sections": {"s1": "<p>" + "长" * 40_000 + "</p>"}}
    )
    book = read(long)
    assert max(len(cell.value) for row in book["总体情况"] for cell in row if cell.value) == 32_767
    assert 99999999999.99 in [cell.value for row in book["表二"] for cell in row]

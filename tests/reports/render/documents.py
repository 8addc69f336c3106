"""Reports to draw: Yima 2020, and reports in which no two cells hold the same figure."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from gongkai.reports.document import ReportDocument
from gongkai.statute.formats import CellValue, ReportFormat, compose, get_format

FIXTURE = Path(__file__).with_name("yima_2020.json")

#: Text that a careless renderer would take for markup, a formula or a list.
NASTY = "0. 不能丢 #set page() $x$ *重* _斜_ @引 <b>&amp;</b> // 注 /* 注 */ \\ ` [链] {码}"
NASTY_HTML = NASTY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def yima_cells() -> dict[str, CellValue]:
    data = json.loads(FIXTURE.read_text(encoding="utf-8"), parse_float=Decimal)
    return {**dict.fromkeys(get_format("2019").cells, data["other_cells"]), **data["cells"]}


def yima() -> ReportDocument:
    return ReportDocument(
        title="义马市人民政府2020年政府信息公开工作年度报告",
        issuer="义马市人民政府",
        issuer_code="411281",
        year=2020,
        format=get_format("2019"),
        scope="aggregate",
        cells=yima_cells(),
        sections={
            "s1": f"<h3>（一）主动公开</h3><p>本年发布信息。</p><p>{NASTY_HTML}</p>"
            "<ol><li>甲项</li><li>乙项<ul><li>乙项之一</li></ul></li></ol>"
            "<p>其中<strong>重点</strong>和<em>强调</em>。</p>",
            "s5": "<h4>存在问题</h4><p>=1+1</p><p>@SUM(A1)</p><blockquote>引文一段</blockquote>",
        },
        contact="义马市人民政府办公室",
        published_on=date(2021, 1, 28),
        checksum="0123456789abcdef" * 4,
    )


def distinct_cells(fmt: ReportFormat) -> dict[str, CellValue]:
    """1001, 1002, …: four digits each, amounts with decimals of their own."""
    return {
        cell_id: Decimal(f"{number}.250") if spec.type == "decimal" else number
        for number, (cell_id, spec) in enumerate(fmt.cells.items(), start=1001)
    }


def distinct(fmt: ReportFormat) -> ReportDocument:
    return ReportDocument(
        title="某县审计局2024年政府信息公开工作年度报告",
        issuer="某县审计局",
        year=2024,
        format=fmt,
        scope="own",
        cells=distinct_cells(fmt),
        sections={"s1": "<p>总体。</p>", "s5": "<p>问题。</p>", "s6": "<p>未收取。</p>"},
    )


def with_blanks(fmt: ReportFormat) -> ReportDocument:
    """Every second cell not filled in."""
    cells = distinct_cells(fmt)
    cells.update(dict.fromkeys(list(cells)[::2]))
    document = distinct(fmt)
    return ReportDocument(**{**document.__dict__, "cells": cells})


DOCUMENTS = {
    "yima-2020": yima(),
    "2019": distinct(get_format("2019")),
    "2021": distinct(get_format("2021")),
    "mixed": distinct(compose("2021", "2019")),
    "blanks": with_blanks(get_format("2021")),
}


def expected_tables(document: ReportDocument) -> dict[str, list[list[str]]]:
    """Each table as a rectangle of printed words, spanning cells repeated in every place."""
    result = {}
    for part in document.outline:
        if part.grid is None:
            continue
        rows = [[""] * part.grid.column_count for _ in range(part.grid.row_count)]
        for cell in part.grid.cells:
            for row in range(cell.row, cell.row + cell.rowspan):
                for column in range(cell.col, cell.col + cell.colspan):
                    words = document.figure(cell.cell) if cell.cell else cell.text
                    rows[row][column] = words
        result[part.grid.table] = rows
    return result

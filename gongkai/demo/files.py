"""The files that hang on some of the sample city's items: a few, small, made here."""

from __future__ import annotations

import io
import zipfile
from typing import Final

import typst
from docx import Document
from openpyxl import Workbook

from gongkai.reports.render.pdf import FONTS

FORM: Final = "演示申请表.docx"
TABLE: Final = "演示统计表.xlsx"
BUDGET: Final = "演示收支总表.xlsx"
DRAWING: Final = "演示办理流程.pdf"
NOTES: Final = "演示填报说明.docx"
BY_COLUMN: Final = {
    "tzgg": (FORM, NOTES),
    "sjfb": (TABLE,),
    "zcwjk": (NOTES,),
    "bsfw": (DRAWING, FORM),
    "zdly-czyjs": (BUDGET,),
    "gfxwj": (DRAWING,),
}
"""Column → the files of some of its items."""


def archive() -> bytes:
    """All files in one ZIP, as they would be handed in beside a table."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in (
            (FORM, _document("演示申请表", ["申请事项：", "申请单位（盖章）：", "申请日期：　　年　　月　　日"])),
            (NOTES, _document("演示填报说明", ["一、本表用黑色墨水填写，也可以在网上填报。",
                                             "二、没有的栏目填写“无”。", "三、本文件为演示文件。"])),
            (TABLE, _sheet("统计表", [["指标", "本期", "上期"], ["受理（件）", 128, 117],
                                    ["办结（件）", 121, 110], ["按时办结率（%）", 98.4, 97.6]])),
            (BUDGET, _sheet("收支总表", [["项目", "预算数（万元）"], ["一般公共预算拨款收入", 1250.6],
                                      ["基本支出", 830.2], ["项目支出", 420.4]])),
            (DRAWING, _drawing()),
        ):  # fmt: skip
            packed.writestr(name, data)
    return out.getvalue()


def _document(title: str, lines: list[str]) -> bytes:
    document = Document()
    document.add_heading(title, level=1)
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _sheet(title: str, rows: list[list[str | int | float]]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _drawing() -> bytes:
    """A page in the fonts of the reports."""
    source = """
#set document(title: "演示办理流程")
#set text(font: "Noto Sans SC", lang: "zh", size: 14pt)
= 演示办理流程
申请 → 受理 → 审查 → 决定 → 送达

各环节的时限见办事指南。本文件为演示文件。
"""
    return typst.compile(
        source.encode(), format="pdf", font_paths=[str(FONTS)], ignore_system_fonts=True
    )

"""The files that hang on some of the sample city's items: a few, small, made here."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

import typst
from docx import Document
from openpyxl import Workbook

from gongkai.demo.city import City
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


TABLED: Final = ("sjfb", "fdzdgknr")
"""Columns whose items come with the table of their body, in a share of the cases."""
TABLED_SHARE: Final = 0.12
DISTRICTS: Final = ("中心社区", "银杏社区", "矿务社区", "滨河社区", "育才社区", "新建社区")


def tables(city: City) -> dict[str, tuple[str, bytes]]:
    """Code of a body → name and content of the table that goes with its figures.

    What they say stands in no page: whoever searches for it finds the file.
    """
    made = {}
    for number, body in enumerate(city.bodies):
        if body.kind == "department":
            rows: list[list[str | int | float]] = [
                ["业务类别", "受理（件）", "办结（件）", "平均用时（工作日）"]
            ]
            rows += [
                [
                    f"{noun}（分项）",
                    40 + 7 * place + number,
                    38 + 7 * place + number,
                    2.5 + place / 2,
                ]
                for place, noun in enumerate(body.nouns)
            ]
            rows.append(
                ["口径说明：台账编号以业务系统流水号为准，跨月办结的计入办结当月", "", "", ""]
            )
            made[body.code] = (f"{body.short_name}业务分项统计表.xlsx", _sheet("分项统计", rows))
        else:
            lines = [
                f"{body.short_name}{one}便民服务点：可以代办社会保障卡激活、老年证年审、生育服务登记。"
                for one in DISTRICTS[: 3 + number % 4]
            ]
            lines.append("代办员职责：登记、代交材料、送达结果，不得收取费用。")
            made[body.code] = (
                f"{body.short_name}社区便民服务点一览.docx",
                _document(f"{body.name}社区便民服务点一览", lines),
            )
    return made


def archive(
    own: Sequence[dict[str, Any]] = (), tables: Mapping[str, tuple[str, bytes]] | None = None
) -> bytes:
    """All files of a year in one ZIP, as they would be handed in beside a table.

    ``own`` are files described in the data (`writings`), ``tables`` those of the bodies.
    """
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
            (DRAWING, _page("演示办理流程", ["申请 → 受理 → 审查 → 决定 → 送达",
                                          "各环节的时限见办事指南。本文件为演示文件。"])),
            *((one["name"], described(one)) for one in own),
            *(tables or {}).values(),
        ):  # fmt: skip
            packed.writestr(name, data)
    return out.getvalue()


def described(one: Mapping[str, Any]) -> bytes:
    """The file that an entry of the data describes."""
    title = one["name"].rpartition(".")[0]
    if one["kind"] == "xlsx":
        return _sheet("Sheet1", one["rows"])
    if one["kind"] == "pdf":
        return _page(title, one["lines"])
    return _document(title, one["lines"])


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


def _page(title: str, lines: list[str]) -> bytes:
    """A page in the fonts of the reports; the text is data, never markup."""
    source = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set text(font: "Noto Sans SC", lang: "zh", size: 12pt)
#heading(data.title)
#for line in data.lines { par(line) }
"""
    return typst.compile(
        source.encode(),
        format="pdf",
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps({"title": title, "lines": lines}, ensure_ascii=False)},
    )

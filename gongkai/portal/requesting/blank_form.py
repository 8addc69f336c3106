"""The blank form (政府信息公开申请表) of a body as DOCX: to be printed, filled in and posted.

The fields of Article 29 and no others.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table

from gongkai.foi.persons import LABELS, SUPPLY_FORMS, SUPPLY_WAYS
from gongkai.organs.models import Organ

_BOX: Final = "□"
_FONT: Final = "仿宋"

PERSON_ROWS: Final = (
    "公民姓名",
    "证件名称和号码",
    LABELS["phone"],
    LABELS["email"],
    f"{LABELS['address']}和{LABELS['postcode']}",
)
ORGANISATION_ROWS: Final = (
    "单位名称",
    "统一社会信用代码",
    LABELS["representative"],
    f"{LABELS['contact_name']}和联系电话",
    f"{LABELS['address']}和{LABELS['postcode']}",
)


def build(organ: Organ) -> bytes:
    """The form of this body as a DOCX file."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin = section.bottom_margin = Cm(2.2)
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(f"{organ.name}\n政府信息公开申请表")
    run.bold, run.font.size = True, Pt(18)
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    _group(table, "申请人（公民）", PERSON_ROWS)
    _group(table, "申请人（法人或者其他组织）", ORGANISATION_ROWS)
    _group(table, "委托代理人（没有委托的不填）", ("姓名、证件号码和电话",))
    _group(
        table,
        "所需政府信息",
        ("名称", "文号（知道的话）", "或者便于查询的其他特征性描述"),
        tall=True,
    )
    _choices(table, LABELS["supply_form"], list(SUPPLY_FORMS.values()))
    _choices(table, LABELS["supply_way"], list(SUPPLY_WAYS.values()))
    _choices(table, "需要帮助（条例第四十三条）", ["有阅读困难或者视听障碍"])
    _group(table, "申请人签名（盖章）和日期", ("",))
    document.add_paragraph()
    for line in _notes(organ):
        document.add_paragraph(line).paragraph_format.space_after = Pt(2)
    document.core_properties.title = f"{organ.name}政府信息公开申请表"
    document.core_properties.author = organ.name
    document.core_properties.comments = ""
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _notes(organ: Organ) -> list[str]:
    lines = ["请附身份证明（身份证、营业执照等）的复印件；委托办理的，附授权委托书。"]
    if organ.address:
        to = organ.office_name or organ.name
        lines.append(f"邮寄地址：{organ.address}，{to}收，信封注明“政府信息公开申请”。")
    contact = [text for text in (organ.phone, organ.email) if text]
    if contact:
        lines.append(f"咨询：{'，'.join(contact)}。")
    lines.append("依据《中华人民共和国政府信息公开条例》第二十九条；申请不需要说明理由。")
    return lines


def _group(table: Table, heading: str, rows: tuple[str, ...], *, tall: bool = False) -> None:
    cells = table.add_row().cells
    cells[0].merge(cells[1]).text = heading
    cells[0].paragraphs[0].runs[0].bold = True
    for label in rows:
        row = table.add_row()
        row.cells[0].text = label
        row.height = Cm(1.6 if tall else 0.9)
        row.cells[0].width, row.cells[1].width = Cm(5), Cm(11)


def _choices(table: Table, label: str, choices: list[str]) -> None:
    row = table.add_row()
    row.cells[0].text = label
    row.cells[1].text = "　".join(f"{_BOX}{choice}" for choice in choices)
    row.cells[0].width, row.cells[1].width = Cm(5), Cm(11)

"""JSON：数字照存，空白为 null，勾稽结果同行。"""

import json
from dataclasses import replace
from decimal import Decimal

from gongkai.reports.document import ReportDocument
from gongkai.reports.render import render
from tests.reports.render.documents import NASTY, yima


def read(document: ReportDocument) -> dict:
    return json.loads(render(document, "json"), parse_float=Decimal)


def test_the_figures_are_exactly_those_stored(document: ReportDocument) -> None:
    cells = read(document)["cells"]
    assert list(cells) == list(document.format.cells)
    assert cells == {cell_id: document.cells[cell_id] for cell_id in document.format.cells}
    assert all(str(cells[cell]) == document.figure(cell) for cell in cells if document.figure(cell))


def test_the_head_says_whose_report_it_is_and_by_which_form() -> None:
    data = read(yima())
    assert data["schema"] == "gongkai-annual-report/1"
    assert (data["issuer"], data["issuer_code"], data["year"]) == ("义马市人民政府", "411281", 2020)
    assert data["scope"] == "aggregate"
    assert data["format"]["tables"] == {"t2": "2019", "t3": "2019", "t4": "2019"}
    assert data["period"] == {"from": "2020-01-01", "to": "2020-12-31"}
    assert data["published_on"] == "2021-01-28"
    assert data["checksum"] == {"algorithm": "SM3", "value": "0123456789abcdef" * 4}
    assert data["correction_note"] is None


def test_the_written_sections_are_plain_text() -> None:
    sections = read(yima())["sections"]
    assert list(sections) == ["s1", "s5", "s6"]
    assert NASTY in sections["s1"]["text"].splitlines()
    assert sections["s6"] == {"heading": "六、其他需要报告的事项", "text": ""}


def test_what_the_arithmetic_says_is_part_of_the_data() -> None:
    document = replace(
        yima(), previous={"t3.carried_out.total": 2, "t2.fee.amount": Decimal("1.50")}
    )
    data = read(document)
    failed = [one for one in data["constraints"] if one["status"] == "failed"]
    assert [(one["id"], one["severity"]) for one in failed] == [("X.carry.total", "error")]
    assert failed[0]["message"] == "上年结转 0 ≠ 上一年报告的结转下年度 2，相差 2（总计列）。"
    assert data["previous"] == document.previous
    assert "previous" not in read(yima())


def test_a_draft_has_no_date_and_no_seal() -> None:
    data = read(replace(yima(), published_on=None, checksum="", contact=""))
    assert (data["published_on"], data["checksum"], data["contact"]) == (None, None, None)

"""交给各种版式的同一份报告。"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from gongkai.reports.document import chinese_date, format_value
from gongkai.statute.formats import get_format
from tests.reports.render.documents import distinct, yima


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (None, ""),
        (0, "0"),
        (-417, "-417"),
        (Decimal("37597.005"), "37597.005"),
        (Decimal("59237.2440"), "59237.2440"),
        (Decimal("1E+4"), "10000"),
    ],
)
def test_a_blank_prints_nothing_and_an_amount_its_own_decimals(value, printed: str) -> None:
    assert format_value(value) == printed


def test_the_six_sections_stand_in_printed_order_with_their_tables() -> None:
    outline = yima().outline
    assert [part.heading for part in outline] == [
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ]
    tables = [part.grid.table if part.grid else None for part in outline]
    assert tables == [None, "t2", "t3", "t4", None, None]
    assert [bool(part.blocks) for part in outline] == [True, False, False, False, True, False]


def test_the_imprint_names_the_rule_the_period_the_scope_and_the_contact() -> None:
    assert yima().imprint == (
        ("编制依据", "《中华人民共和国政府信息公开条例》；国办公开办函〔2019〕60号"),
        ("统计期限", "2020年1月1日至2020年12月31日"),
        ("统计范围", "汇总（本级机关、所属部门和下级政府）"),
        ("联系方式", "义马市人民政府办公室"),
    )
    half_year = replace(yima(), period=(date(2020, 7, 1), date(2020, 12, 31)), contact="")
    assert half_year.imprint[1] == ("统计期限", "2020年7月1日至2020年12月31日")
    assert len(half_year.imprint) == 3


def test_a_draft_says_that_it_is_not_published() -> None:
    assert yima().status_text == "2021年1月28日发布，第1版"
    assert yima().stamped_on == date(2021, 1, 28)
    draft = replace(yima(), published_on=None, version=3)
    assert draft.status_text == "未发布稿（第3版）"
    assert draft.date_text == ""
    assert draft.stamped_on == date(2021, 1, 1)


def test_a_long_title_breaks_after_the_name_of_the_body() -> None:
    assert yima().title_lines == ("义马市人民政府", "2020年政府信息公开工作年度报告")
    short = replace(yima(), title="义马市2020年年度报告")
    assert short.title_lines == ("义马市2020年年度报告",)
    other = replace(yima(), title="关于印发义马市人民政府2020年政府信息公开工作年度报告的通知")
    assert other.title_lines == (other.title,)


def test_findings_are_those_of_the_arithmetic_with_last_year_beside() -> None:
    document = replace(yima(), previous={"t3.carried_out.total": 2})
    failed = [one.constraint for one in document.findings if one.status == "failed"]
    assert failed == ["X.carry.total"]
    alone = {one.constraint for one in yima().findings}
    assert not [one for one in alone if one.startswith("X.")]


def test_figures_of_last_year_show_only_where_there_are_any() -> None:
    document = replace(distinct(get_format("2021")), previous={"t3.new.natural": 7})
    assert document.previous_figure("t3.new.natural") == "7"
    assert document.previous_figure("t3.new.total") == ""
    assert distinct(get_format("2021")).previous_figure("t3.new.natural") == ""


def test_control_characters_are_taken_out_of_every_line() -> None:
    document = replace(yima(), title="报\x00告", contact="电\x0b话", correction_note="更\x1f正")
    assert (document.title, document.contact, document.correction_note) == ("报告", "电话", "更正")


def test_dates_are_written_in_chinese_without_zeros() -> None:
    assert chinese_date(date(2021, 1, 8)) == "2021年1月8日"

"""Review flags: what a careful reader asks about a report, and what is left in peace."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gongkai.reports.flags import review_flags
from gongkai.statute.formats import get_format

OLD, NEW = get_format("2019"), get_format("2021")
TEXT = {
    "s1": "开展了工作考核、社会评议，未发生责任追究。共收到政府信息公开申请3件。",
    "s5": "存在两个问题：一是甲；二是乙。",
    "s6": "本年度未收取信息处理费。",
}


def ids(fmt=NEW, cells=None, **more):
    cells = dict.fromkeys(fmt.cells, 1) if cells is None else cells
    more.setdefault("narrative", TEXT)
    return [flag.id for flag in review_flags(fmt, cells, **more)]


def test_report_without_oddities_raises_no_flag():
    assert (
        ids(
            issuer="某县人民政府",
            year=2023,
            preamble="统计期限自2023年1月1日起至2023年12月31日，联系电话……",
        )
        == []
    )


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (
            "发布信息5505条，其中概况类信息2条，政务动态信息450条，信息公开目录更新979条，访问550136次。",
            True,
        ),
        ("发布信息 1431 条，其中概况类信息 2 条，政务动态信息 450 条，目录更新 979 条。", False),
        (
            "行政复议351件，其中结果维持72件，结果纠正64件，其他结果178件，尚未审结37件；诉讼46件。",
            False,
        ),
        ("发布信息100条，其中重点领域30条。", False),
    ],
)
def test_parts_that_do_not_make_up_their_whole_are_asked_about(text, asked):
    assert ("parts_not_total" in ids(narrative={**TEXT, "s1": TEXT["s1"] + text})) is asked


def test_difference_of_the_parts_is_named():
    text = "发布信息5505条，其中概况类信息2条，动态450条，目录979条。"
    (flag,) = [
        f for f in review_flags(NEW, {}, narrative={"s1": text}) if f.id == "parts_not_total"
    ]
    assert "2 + 450 + 979 = 1431，相差 4074" in flag.message


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("主要有以下四个方面：一是甲；二是乙；三是丙。", True),
        ("主要有以下三个方面：一是甲；二是乙；三是丙。", False),
        ("存在三个问题：（一）甲。（二）乙。", True),
        ("以下两点：1.甲。2.乙。", False),
        ("做好3项工作：1、甲；2、乙；3、丙；4、丁。", True),
        ("从三个方面推进，成效明显。", False),
        ("存在两个问题：一是甲；二是乙。下一步做好三项工作：一是丙；二是丁；三是戊。", False),
    ],
)
def test_points_announced_are_counted(text, asked):
    assert ("points_announced" in ids(narrative={**TEXT, "s5": text})) is asked


def test_government_reports_assessment_evaluation_and_accountability_article_50():
    silent = {**TEXT, "s1": "公开了信息。"}
    duties = {"no_assessment", "no_public_evaluation", "no_accountability"}
    assert duties <= set(ids(narrative=silent, issuer="某县人民政府"))
    assert not duties & set(ids(narrative=silent, issuer="某县财政局"))
    assert not duties & set(ids(narrative={}, issuer="某县人民政府"))


def test_duty_named_only_in_a_heading_is_not_reported():
    text = "（六）工作考核、社会评议和责任追究结果情况。\n每半年考核一次，对落后单位通报批评。"
    assert ids(narrative={**TEXT, "s1": text}, issuer="某县人民政府") == ["no_public_evaluation"]


def test_processing_fee_is_reported_from_2021_on():
    silent = {**TEXT, "s6": "无"}
    assert "fee_not_reported" in ids(narrative=silent, year=2021)
    assert "fee_not_reported" not in ids(narrative=silent, year=2020)
    assert "fee_not_reported" not in ids(narrative=TEXT, year=2023)
    assert "fee_not_reported" not in ids(narrative={}, year=2023)


def test_period_and_contact_are_asked_for_where_the_preamble_is_known():
    assert {"no_period", "no_contact"} <= set(ids(preamble="本报告由办公室编制。"))
    assert not {"no_period", "no_contact"} & set(ids(preamble=None))


def test_blank_cells_are_named_by_table_and_are_not_zero():
    cells = dict.fromkeys(NEW.cells, 1) | {"t3.new.research": None, "t2.fee.amount": None}
    flags = [flag for flag in review_flags(NEW, cells, narrative=TEXT) if flag.id == "blank_cells"]
    assert [flag.cells for flag in flags] == [("t2.fee.amount",), ("t3.new.research",)]
    assert "空白不等于0" in flags[0].message
    assert "blank_cells" not in ids(cells={})  # rows that are not there are no blanks


def test_row_with_nothing_but_its_total():
    cells = dict.fromkeys(NEW.cells, 1)
    cells |= {cell: None for cell in cells if cell.startswith("t3.granted.")} | {
        "t3.granted.total": 5
    }
    (flag,) = [f for f in review_flags(NEW, cells, narrative=TEXT) if f.id == "only_total"]
    assert flag.cells == ("t3.granted.total",)


def test_government_without_any_normative_document():
    cells = dict.fromkeys(OLD.cells, 1)
    cells |= {cell: 0 for cell in cells if cell.split(".")[1] in ("regulation", "normative")}
    assert "no_normative_documents" in ids(OLD, cells, issuer="某市人民政府")
    assert "no_normative_documents" not in ids(OLD, cells, issuer="某市财政局")
    cells["t2.normative.open_total"] = 1
    assert "no_normative_documents" not in ids(OLD, cells, issuer="某市人民政府")


@pytest.mark.parametrize(
    ("before", "change", "asked"),
    [
        (129, 498, True),
        (3, 20, True),
        (167, 136, False),
        (0, 5, False),
        (10, -11, True),
        (None, 5, False),
    ],
)
def test_change_larger_than_what_there_was(before, change, asked):
    cells = {"t2.penalty.prev_items": before, "t2.penalty.change": change}
    assert ("change_beyond_stock" in ids(OLD, cells)) is asked


@pytest.mark.parametrize(
    ("now", "before", "asked"),
    [
        (300, 100, True),
        (100, 300, True),
        (199, 100, False),
        (5, 1, False),
        (None, 100, False),
        (Decimal("90.5"), 30, True),
    ],
)
def test_figure_that_more_than_doubled_or_halved(now, before, asked):
    cells, previous = {"t2.permit.decisions": now}, {"t2.permit.decisions": before}
    assert ("jump" in ids(cells=cells, previous=previous)) is asked


def test_jumps_within_table_three_are_asked_of_totals_only():
    cells, previous = (
        {"t3.new.natural": 300, "t3.new.total": 300},
        {"t3.new.natural": 10, "t3.new.total": 10},
    )
    flags = [f for f in review_flags(NEW, cells, previous=previous) if f.id == "jump"]
    assert [flag.cells for flag in flags] == [("t3.new.total",)]


def test_more_reviews_than_requests():
    cells = {"t3.new.total": 3, "t3.carried_in.total": 0, "t4.review.total": 11}
    assert "reviews_beyond_requests" in ids(cells=cells)
    assert "reviews_beyond_requests" not in ids(cells=cells | {"t3.carried_in.total": 9})


def test_text_copied_from_last_year():
    long = "我局认真贯彻落实政府信息公开条例的各项规定，" * 3 + "".join(
        map(chr, range(0x4E00, 0x4E80))
    )
    now = {"s1": long + "2023年公开120条。"}
    assert "copied_text" in ids(narrative=now, previous_narrative={"s1": long + "2022年公开98条。"})
    assert "copied_text" not in ids(narrative=now, previous_narrative={"s1": "另一篇文字。" * 30})
    assert "copied_text" not in ids(narrative=now)


def test_text_may_be_html():
    html = {**TEXT, "s5": "<p>存在<strong>四个方面</strong>：</p><p>一是甲；</p><p>二是乙。</p>"}
    assert "points_announced" in ids(narrative=html)

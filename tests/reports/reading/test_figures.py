"""Figures stated in words: taken where they stand right behind their noun, else left out."""

from __future__ import annotations

import pytest

from gongkai.reports.reading.figures import read_figures


@pytest.mark.parametrize(
    ("text", "requests"),
    [
        ("今年收到依申请公开0件。", 0),
        ("2023年度我局共收到依申请信息公开26件，及时回复申请人。", 26),
        ("区政府办代表区政府受理政府信息公开申请 17 件，均已答复。", 17),
        (
            "2024 年，全市共受理政府信息公开申请 3119 件，答复 3050 件（含上年度结转申请 34 件）。",
            3119,
        ),
        ("全年共收到政府信息公开申请12件，其中网上申请8件，信函申请4件。", 12),
        ("共收到政府信息公开申请1,234件", 1234),
        ("本年度未收到政府信息公开申请。", 0),
        ("没有收到公民、法人或其他组织关于政府信息公开的申请。", 0),
        ("新收政府信息公开申请5件，上年结转1件", 5),
        ("收到公民、法人和其他组织政府信息公开申请3件", 3),
        ("依申请公开方面，全年共收到申请8件。", 8),
        ("全市共收到政府信息公开申请321件，其中市政府收到政府信息公开申请15件", 321),
        ("本年度收到政府信息公开申请总数为20件", 20),
        ("收到信息公开申请６件", 6),
    ],
)
def test_requests_received(text, requests):
    assert read_figures({"s1": text}) == {"requests_received": requests}


@pytest.mark.parametrize(
    "text",
    [
        "收到信息公开申请6件（含上年结转2件）",
        "主动公开政府信息2428条。",
        "局机关收到政府信息公开申请3件。下属单位收到政府信息公开申请5件。",
        "全年办理依申请公开3件。",
        "收到群众来信30件。",
        "",
    ],
)
def test_requests_are_left_out_where_the_text_leaves_a_doubt(text):
    assert "requests_received" not in read_figures({"s1": text})


@pytest.mark.parametrize(
    ("text", "reviews", "litigation"),
    [
        (
            "政府信息公开行政复议 351 件，其中结果维持 72 件；政府信息公开行政诉讼 46 件，其中结果维持 25件。",
            351,
            46,
        ),
        ("因政府信息公开被申请行政复议3件，被提起行政诉讼1件", 3, 1),
        ("未发生因政府信息公开引起的行政复议、行政诉讼案件", 0, 0),
        ("全年未发生政府信息公开行政复议和行政诉讼", 0, 0),
        ("本局办理行政复议案件200件。", None, None),
    ],
)
def test_reviews_and_suits(text, reviews, litigation):
    found = read_figures({"s1": text})
    assert (found.get("reviews"), found.get("litigation")) == (reviews, litigation)


@pytest.mark.parametrize(
    ("text", "fee"),
    [
        ("全年收取政府信息公开信息处理费 3940 元。", 3940),
        ("全年收取政府信息公开信息处理费 0 元。", 0),
        ("2023年度，县发展和改革局政府信息公开未发生收费情况。", 0),
        ("本年度未收取信息处理费。", 0),
        ("信息处理费收取金额为0.3万元", 3000),
        ("信息处理费：未收取", 0),
        ("未对申请人收取任何费用", 0),
        ("应收信息处理费100元，实收80元", 80),
        ("本年度发出收费通知的件数为0件，总金额为0元，实际收取的总金额为0元。", 0),
        ("全年按件收费20000元，按量收费1300元", None),
        ("无", None),
        ("没有其他需要报告的事项。", None),
    ],
)
def test_processing_fee(text, fee):
    assert read_figures({"s6": text}).get("handling_fee_yuan") == fee

"""What stands in a cell is one number, a blank, or text: never a guess."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.reports.reading.values import Kind, in_ten_thousands, read_value


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("0", 0),
        ("1,234", 1234),
        ("1，234", 1234),
        ("12,345,678", 12345678),
        ("1 234", 1234),
        ("１２３", 123),
        ("３７５９７．００５", Decimal("37597.005")),
        ("12件", 12),
        ("5 项", 5),
        ("“0 ”", 0),
        ("+12", 12),
        ("-417", -417),
        ("－417", -417),
        ("−5", -5),
        ("减4", -4),
        ("减少4项", -4),
        ("增136", 136),
        ("增加0", 0),
        ("4（减）", -4),
        ("22（其中上年结转2件）", 22),
        ("22（其中…）", 22),
        ("22①", 22),
        ("22²", 22),
        ("22*", 22),
        ("12.0", 12),
        ("96171.6", Decimal("96171.6")),
        ("9 5", 95),
        ("零", 0),
        ("十二", 12),
        ("约5000", 5000),
        ("0。", 0),
        ("251000元", 251000),
    ],
)
def test_number(printed, number):
    value = read_value(printed)
    assert value.kind is Kind.NUMBER
    assert value.number == number
    assert value.printed == printed.strip()


@pytest.mark.parametrize(
    "printed", ["/", "／", "—", "-", "－", "--", "——", "无", "无。", "…", "N/A", "\\", " - ", "“/”"]
)
def test_mark_for_nothing_is_a_blank_and_not_zero(printed):
    value = read_value(printed)
    assert value.kind is Kind.MARK
    assert value.number is None


@pytest.mark.parametrize("printed", ["", " ", "\u3000", "\u00a0\u200b", "\n"])
def test_nothing_is_an_empty_cell(printed):
    assert read_value(printed).kind is Kind.EMPTY


@pytest.mark.parametrize(
    "printed",
    [
        "见附件",
        "3-5",
        "3+2",
        "5%",
        "一",
        "三",
        "1.属于国家秘密",
        "2020年",
        "3/4",
        "行政许可",
        "12 / 34",
    ],
)
def test_anything_else_stays_text(printed):
    assert read_value(printed).kind is Kind.TEXT


@pytest.mark.parametrize("printed", ["O", "约5", "5余件", "9 5", "十二"])
def test_number_that_had_to_be_interpreted_is_doubtful(printed):
    assert read_value(printed).doubtful


@pytest.mark.parametrize(
    ("number", "unit", "amount"),
    [
        (251000, "元", Decimal("25.1")),
        (Decimal("79000.1"), "元", Decimal("7.90001")),
        (20000, "元", 2),
        (3, "亿元", 30000),
        (Decimal("37597.005"), "", Decimal("37597.005")),
        (25, "万元", 25),
    ],
)
def test_amount_is_in_ten_thousand_yuan_only_when_its_unit_says_so(number, unit, amount):
    assert in_ten_thousands(number, unit) == amount


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_every_whole_number_is_read_however_it_is_grouped(number):
    assert read_value(str(number)).number == number
    assert read_value(f"{number:,}").number == number
    assert read_value(f"{number}件").number == number


@given(st.decimals(min_value=0, max_value=10**9, places=3))
def test_amount_keeps_its_decimals(number):
    assert read_value(str(number)).number == number


@given(st.text(max_size=40))
def test_any_text_has_one_kind(text):
    value = read_value(text)
    assert (value.number is not None) == (value.kind is Kind.NUMBER)

"""The information processing fee: 信息处理费管理办法, by item and by page, marginal brackets."""

import itertools
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute.fees import (
    FeeError,
    fee_by_items,
    fee_by_pages,
    rate_of_item,
    rate_of_page,
)

ON = date(2026, 3, 6)
COUNTS = st.integers(min_value=0, max_value=5_000)


# Each row: count, rate of the last one, total. Art. 4: boundaries belong to the lower bracket.
@pytest.mark.parametrize(
    ("n", "last_rate", "total"),
    [
        (0, 0, 0),
        (9, 0, 0),
        (10, 0, 0),
        (11, 100, 100),
        (12, 100, 200),
        (20, 100, 1_000),
        (29, 100, 1_900),
        (30, 100, 2_000),
        (31, 200, 2_200),
        (39, 200, 3_800),
        (40, 200, 4_000),
        (41, 300, 4_300),
        (45, 300, 5_500),
        (50, 300, 7_000),
        (51, 400, 7_400),
        (60, 400, 11_000),
        (61, 500, 11_500),
        (100, 800, 37_000),
    ],
)
def test_article_4_by_item_the_worked_examples(n: int, last_rate: int, total: int) -> None:
    reading = fee_by_items(n, ON)
    assert reading.amount == Decimal(total)
    assert reading.last_rate == last_rate


@pytest.mark.parametrize(
    ("n", "total"),
    [
        (0, 0),
        (25, 0),
        (29, 0),
        (30, 0),
        (31, 10),
        (32, 20),
        (50, 200),
        (68, 380),
        (99, 690),
        (100, 700),
        (101, 720),
        (150, 1_700),
        (199, 2_680),
        (200, 2_700),
        (201, 2_740),
        (250, 4_700),
        (300, 6_700),
        (350, 8_700),
        (500, 14_700),
        (1_000, 34_700),
        # Notices the press reported.
        (1_500, 54_700),
        (2_219, 83_460),
    ],
)
def test_article_5_by_page_the_worked_examples_and_two_real_notices(n: int, total: int) -> None:
    assert fee_by_pages(n, ON).amount == Decimal(total)


def test_the_mixed_example_item_11_costs_100_or_its_250_pages_cost_4700() -> None:
    assert rate_of_item(11, ON) == 100
    assert rate_of_item(12, ON) == 100
    assert fee_by_pages(250, ON).amount == Decimal(4_700)


def test_the_calculation_is_printed_line_by_line_with_its_basis() -> None:
    assert fee_by_pages(250, ON).lines() == [
        "第1至30页：30页，不收费",
        "第31至100页：70页 × 10元/页 = 700元",
        "第101至200页：100页 × 20元/页 = 2000元",
        "第201至250页：50页 × 40元/页 = 2000元",
        "按量计收，共250页，合计4700元",
        "依据：信息处理费管理办法第五条（自2021-01-01起施行）",
    ]
    assert fee_by_items(11, ON).lines()[:2] == [
        "第1至10件：10件，不收费",
        "第11件：1件 × 100元/件 = 100元",
    ]
    assert fee_by_items(0, ON).lines()[0] == "按件计收，共0件，合计0元"


def test_as_data_every_bracket_says_from_to_count_rate_and_amount() -> None:
    data = fee_by_items(45, ON).as_json()
    assert data["amount"] == 5_500
    assert data["method"] == "item"
    assert data["rule_version"] == "2021-01-01"
    assert [
        (line["from"], line["to"], line["count"], line["rate"], line["amount"])
        for line in data["brackets"]
    ] == [
        (1, 10, 10, 0, 0),
        (11, 30, 20, 100, 2_000),
        (31, 40, 10, 200, 2_000),
        (41, 45, 5, 300, 1_500),
    ]


@pytest.mark.parametrize("fee", [fee_by_items, fee_by_pages])
def test_before_2021_there_was_no_rate(fee) -> None:
    assert fee(31, date(2021, 1, 1)).amount > 0
    with pytest.raises(FeeError, match=r"2020-12-31 没有信息处理费标准.*2021年1月1日"):
        fee(31, date(2020, 12, 31))


@pytest.mark.parametrize("fee", [fee_by_items, fee_by_pages])
@pytest.mark.parametrize("wrong", [-1, 1.0, 2.5, "31", None, True])
def test_a_count_must_be_a_whole_number_not_below_zero(fee, wrong) -> None:
    with pytest.raises(FeeError, match=r"应为整数|不能为负数"):
        fee(wrong, ON)


def test_a_count_nobody_can_have_filed_is_questioned() -> None:
    assert fee_by_items(1_000_000, ON).amount > 0
    with pytest.raises(FeeError, match="多打了数字"):
        fee_by_items(1_000_001, ON)
    assert fee_by_pages(10**12, ON).amount == 40 * (Decimal(10**12) - 200) + 2_700


@pytest.mark.parametrize("rate", [rate_of_item, rate_of_page])
def test_items_and_pages_are_numbered_from_one(rate) -> None:
    assert rate(1, ON) == 0
    with pytest.raises(FeeError, match="从1数起"):
        rate(0, ON)


def closed_item_rate(k: int) -> int:
    return 0 if k <= 10 else 100 if k <= 30 else 200 + 100 * ((k - 31) // 10)


def closed_page_fee(p: int) -> int:
    return 10 * min(max(p - 30, 0), 70) + 20 * min(max(p - 100, 0), 100) + 40 * max(p - 200, 0)


@given(COUNTS)
def test_the_brackets_equal_the_closed_formula(n: int) -> None:
    assert fee_by_items(n, ON).amount == sum(closed_item_rate(k) for k in range(1, n + 1))
    assert fee_by_pages(n, ON).amount == closed_page_fee(n)


@given(COUNTS)
def test_one_more_costs_exactly_its_own_rate_never_less(n: int) -> None:
    for fee, rate in ((fee_by_items, rate_of_item), (fee_by_pages, rate_of_page)):
        step = fee(n + 1, ON).amount - fee(n, ON).amount
        assert step == rate(n + 1, ON)
        assert step >= 0


@given(COUNTS)
def test_the_lines_cover_every_unit_once_and_add_up(n: int) -> None:
    for fee in (fee_by_items, fee_by_pages):
        reading = fee(n, ON)
        lines = reading.brackets
        assert sum(line.count for line in lines) == n
        assert sum(line.amount for line in lines) == reading.amount
        assert all(b.first == a.last + 1 for a, b in itertools.pairwise(lines))
        assert all(b.rate > a.rate for a, b in itertools.pairwise(lines))


@given(COUNTS, COUNTS)
def test_pages_of_two_requests_never_cost_more_apart_than_together(a: int, b: int) -> None:
    apart = fee_by_pages(a, ON).amount + fee_by_pages(b, ON).amount
    assert apart <= fee_by_pages(a + b, ON).amount

"""What charts say in words, and which figures can be compared."""

from decimal import Decimal

import pytest
from django.utils import translation

from gongkai.portal import figures
from gongkai.portal.comparison import _spans

NEW = figures.catalogue()["t3.new.total"]
FEE = figures.catalogue()["t2.fee.amount"]


@pytest.mark.parametrize(
    ("series", "sentence"),
    [
        (
            [(2021, 12), (2022, 20), (2025, 31)],
            "2021—2025年，新收公开申请由12件增至31件",
        ),
        (
            [(2021, 12), (2022, 40), (2023, 31)],
            "2021—2023年，新收公开申请由12件增至31件，最高为2022年的40件",
        ),
        ([(2021, 5292), (2022, 300)], "2021—2022年，新收公开申请由5,292件减至300件"),
        ([(2021, 7), (2022, 7)], "2021—2022年，新收公开申请每年均为7件"),
        ([(2021, 7), (2022, 5), (2023, 7)], "新收公开申请在2021年和2023年均为7件"),
        ([(2021, None), (2022, 7)], "2022年新收公开申请7件"),
        ([(2021, None)], "新收公开申请：没有已公布的数据"),
        ([], "新收公开申请：没有已公布的数据"),
    ],
)
def test_a_line_says_its_finding(series, sentence):
    assert figures.finding(NEW, series) == sentence


def test_amounts_keep_the_digits_as_published():
    sentence = figures.finding(FEE, [(2021, Decimal("4068.208")), (2022, Decimal("59237.2449"))])
    assert sentence == "2021—2022年，行政事业性收费金额由4,068.208万元增至59,237.2449万元"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (5, 8, "比上年增加3件"),
        (8, 5, "比上年减少3件"),
        (5, 5, "与上年持平"),
        (None, 5, ""),
        (5, None, ""),
    ],
)
def test_the_movement_against_last_year_is_said_in_words(before, after, words):
    assert figures.change(before, after, "件") == words


def test_the_largest_body_is_named_with_its_share():
    rows = [("公安局", 30), ("民政局", 10), ("司法局", None)]
    assert (
        figures.ranking_finding(NEW, 2024, rows)
        == "2024年新收公开申请最多的是公安局，30件，占各机关合计的75%"
    )


def test_bodies_with_the_same_number_share_the_first_place():
    rows = [("公安局", 7), ("民政局", 7), ("司法局", 1)]
    assert (
        figures.ranking_finding(NEW, 2024, rows)
        == "2024年新收公开申请最多的是公安局等2个机关，各7件"
    )


def test_a_ranking_of_noughts_names_nobody():
    assert (
        figures.ranking_finding(NEW, 2024, [("公安局", 0), ("民政局", None)])
        == "2024年各机关新收公开申请均为零或未填写"
    )


def test_findings_are_translated():
    with translation.override("en"):
        said = figures.finding(NEW, [(2021, 12), (2025, 31)])
    assert said == "2021–2025: requests received rose from 12 to 31"


def test_table_three_is_compared_by_its_totals_and_the_others_whole():
    catalogue = figures.catalogue()
    assert "t3.granted.total" in catalogue
    assert "t3.granted.natural" not in catalogue
    assert "t4.direct.pending" in catalogue
    assert catalogue["t2.procurement.amount"].formats == {"2019"}
    assert catalogue["t2.fee.amount"].formats == {"2021"}
    assert catalogue["t3.new.total"].formats == {"2019", "2021"}


def test_names_drop_the_numbering_of_the_form():
    catalogue = figures.catalogue()
    assert catalogue["t3.denied_secret.total"].label == "不予公开：属于国家秘密"
    assert catalogue["t3.partial.total"].label == "部分公开"
    assert catalogue["t4.direct.pending"].label == "行政诉讼：未经复议直接起诉 尚未审结"


def test_every_name_is_unique_so_that_a_choice_is_a_choice():
    names = [figure.name for figure in figures.catalogue().values()]
    assert len(names) == len(set(names))


def test_defaults_and_headlines_are_figures():
    assert {*figures.DEFAULT, *figures.HEADLINES} <= figures.catalogue().keys()


def test_a_small_line_runs_from_lowest_to_highest():
    assert figures.sparkline([0, 10], width=100, height=20) == "0.0,18.0 100.0,2.0"


def test_a_small_line_leaves_out_years_without_a_number():
    assert figures.sparkline([0, None, 10], width=100, height=20) == "0.0,18.0 100.0,2.0"


@pytest.mark.parametrize("numbers", [[], [1], [None, 1], [None, None]])
def test_one_year_makes_no_line(numbers):
    assert figures.sparkline(numbers) == ""


def test_years_are_told_in_spans():
    assert _spans([2019, 2020, 2022]) == "2019—2020、2022"
    assert _spans([2020]) == "2020"

"""Texts of the column 公开时限, as catalogues write them."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute.time_limits import TimeLimit, number_of, parse_time_limit

SAMPLE = Path(__file__).parents[3] / "shared/reference/catalogue_sample.csv"


@pytest.mark.parametrize(
    ("text", "days", "kind", "cycle", "by", "notice"),
    [
        ("信息形成或者变更之日起20个工作日内", 20, "workday", "event", "", None),
        ("自信息形成或变更之日起 20 个工作日内予以公开", 20, "workday", "event", "", None),
        ("自该信息形成之日起二十个工作日内", 20, "workday", "event", "", None),
        ("制定或获取信息之日起10个工作日内,公示7个工作日", 10, "workday", "event", "", 7),
        ("形成或变更之日起7个工作日内公开，公示期不少于5个工作日", 7, "workday", "event", "", 5),
        ("本级人民代表大会或其常务委员会批准后20日内", 20, "calendar", "event", "", None),
        ("本级政府财政部门批复后二十日内", 20, "calendar", "event", "", None),
        ("信息形成后３个工作日内", 3, "workday", "event", "", None),
        ("每季度结束后10个工作日内", 10, "workday", "quarterly", "", None),
        ("每年9月底前", None, "", "yearly", "09-31", None),
        ("9月底前", None, "", "yearly", "09-31", None),
        ("每年1月31日前", None, "", "yearly", "01-31", None),
        ("每月10日前", None, "", "monthly", "10", None),
        ("次月10日前", 10, "calendar", "monthly", "", None),
        ("每季度首月15日前", None, "", "quarterly", "01-15", None),
        ("每季度末月二十日前", None, "", "quarterly", "03-20", None),
        ("每半年", None, "", "half_yearly", "", None),
        ("每学年", None, "", "school_year", "", None),
        ("实时公开", None, "", "realtime", "", None),
        ("长期公开", None, "", "long_term", "", None),
        ("事前公开", None, "", "event", "", None),
    ],
)
def test_what_is_written_is_read(text, days, kind, cycle, by, notice):
    found = parse_time_limit(text)
    assert (found.limit_days, found.day_type, found.cycle, found.by, found.notice_days) == (
        days, kind, cycle, by, notice,
    )  # fmt: skip
    assert found.warnings == ()


@pytest.mark.parametrize("text", ["", "  ", "同上", "—", "无"])
def test_nothing_written_is_nothing_read(text):
    assert parse_time_limit(text) == TimeLimit()


@pytest.mark.parametrize("text", ["按有关规定执行", "适时", "13月40日前", "见附件"])
def test_what_nobody_understands_is_named_and_not_guessed(text):
    found = parse_time_limit(text)
    assert (found.limit_days, found.cycle) == (None, "event")
    assert text in found.warnings[0]


def test_two_numbers_of_days_are_pointed_out():
    found = parse_time_limit("形成之日起20个工作日内，紧急的3个工作日内")
    assert found.limit_days == 20
    assert "有几个天数" in found.warnings[0]


def test_a_cycle_for_a_part_only_is_pointed_out():
    found = parse_time_limit("批准后20日内;部分事项按月公开")
    assert (found.limit_days, found.cycle) == (20, "event")
    assert "部分内容" in found.warnings[0]


@pytest.mark.parametrize(
    ("words", "number"),
    [("20", 20), ("十", 10), ("十五", 15), ("二十", 20), ("三十一", 31), ("两", 2), ("百", 0)],
)
def test_numbers_in_characters(words, number):
    assert number_of(words) == number


@given(
    st.text(
        st.sampled_from("信息形成变更每月季年第一二十日工作前内公示0123456789个，。"), max_size=40
    )
)
def test_no_text_breaks_the_reader(text):
    found = parse_time_limit(text)
    assert found.limit_days is None or found.limit_days > 0
    assert found.day_type in ("", "workday", "calendar")


@pytest.mark.skipif(not SAMPLE.exists(), reason="the shared reference is not here")
def test_every_limit_of_the_reference_is_read_as_it_is_stored_there():
    kinds = {"工作日": "workday", "日": "calendar"}
    for row in csv.DictReader(SAMPLE.read_text("utf-8-sig").splitlines()):
        found = parse_time_limit(row["time_limit_text"])
        assert found.limit_days == int(row["limit_days"]), row["item_code"]
        assert found.day_type == kinds[row["day_type"]], row["item_code"]
        assert str(found.notice_days or "") == row["notice_days"], row["item_code"]

"""Document numbers (发文字号): one form for all the ways of writing, and doubts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute import document_numbers as numbers

PAIRS = ["[]", "()", "（）", "【】", "［］", "﹝﹞", "〖〗", "〔〕", "{}", "｛｝"]


@pytest.mark.parametrize("pair", PAIRS)
def test_every_form_of_bracket_becomes_the_one_of_the_standard(pair: str) -> None:
    assert numbers.normalise(f"义政办{pair[0]}2020{pair[1]}5号") == "义政办〔2020〕5号"


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("义政〔2020〕５号", "义政〔2020〕5号"),
        ("义政〔２０２０〕5号", "义政〔2020〕5号"),
        ("义政〔2020〕第5号", "义政〔2020〕5号"),
        ("义政〔2020〕005号", "义政〔2020〕5号"),
        ("义政〔2020〕第005号", "义政〔2020〕5号"),
        (" 义政 〔2020〕 5 号 ", "义政〔2020〕5号"),
        ("义政\u200b〔2020〕5号\ufeff", "义政〔2020〕5号"),
        ("义政〔2020年〕5号", "义政〔2020〕5号"),
        ("义政〔2020〕5", "义政〔2020〕5号"),
        ("豫发改（价调）〔2021〕18号", "豫发改（价调）〔2021〕18号"),
        ("豫发改（价调）（2021）18号", "豫发改（价调）〔2021〕18号"),
        ("国务院令第711号", "国务院令第711号"),
        ("国务院令 第 711 号", "国务院令第711号"),
        ("义马市人民政府令3号", "义马市人民政府令第3号"),
        ("义马市人民政府令第０３号", "义马市人民政府令第3号"),
        ("", ""),
        ("无", ""),
        ("—", ""),
        ("2020年第3期", "2020年第3期"),
    ],
)
def test_a_number_has_one_form(raw: str, normal: str) -> None:
    assert numbers.normalise(raw) == normal


def test_the_parts_of_a_number_are_known() -> None:
    found = numbers.parse("义政办〔2020〕12号")
    assert found is not None
    assert (found.prefix, found.year, found.serial, found.is_order) == ("义政办", 2020, 12, False)
    order = numbers.parse("国务院令第711号")
    assert order is not None
    assert (order.prefix, order.year, order.serial, order.is_order) == ("国务院", None, 711, True)


def test_what_is_no_number_keeps_its_text_and_raises_a_doubt() -> None:
    found = numbers.parse("会议纪要三")
    assert found is not None
    assert not found.recognised
    assert [doubt.code for doubt in numbers.doubts("会议纪要三")] == ["form"]
    assert "机关代字" in numbers.doubts("会议纪要三")[0].message


def test_a_year_that_is_not_that_of_the_signature_is_doubted() -> None:
    doubts = numbers.doubts("义政〔2021〕1号", formed_on=date(2020, 12, 30))
    assert [doubt.code for doubt in doubts] == ["year"]
    assert numbers.doubts("义政〔2020〕1号", formed_on=date(2020, 12, 30)) == []


def test_a_prefix_that_the_body_has_not_registered_is_doubted() -> None:
    doubts = numbers.doubts("三政〔2020〕1号", prefixes={"义政", "义政办"})
    assert [doubt.code for doubt in doubts] == ["prefix"]
    assert "义政、义政办" in doubts[0].message
    assert numbers.doubts("义政办〔2020〕1号", prefixes={"义政", "义政办"}) == []
    assert numbers.doubts("三政〔2020〕1号") == []
    assert numbers.doubts("义马市人民政府令第1号", prefixes={"义政"}) == []


def test_gaps_are_ranges_from_one_to_the_highest() -> None:
    assert numbers.gaps([]) == []
    assert numbers.gaps([1, 2, 3]) == []
    assert numbers.gaps([2, 3, 7, 7]) == [(1, 1), (4, 6)]


@given(st.lists(st.integers(1, 60)))
def test_gaps_and_numbers_together_are_all_numbers(serials: list[int]) -> None:
    missing = {n for first, last in numbers.gaps(serials) for n in range(first, last + 1)}
    assert missing.isdisjoint(serials)
    assert missing | set(serials) == set(range(1, max(serials, default=0) + 1))


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_and_never_fails(raw: str) -> None:
    once = numbers.normalise(raw)
    assert numbers.normalise(once) == once
    numbers.doubts(raw, formed_on=date(2020, 1, 1), prefixes={"义政"})


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=20),
    st.integers(1950, 2099),
    st.integers(1, 99999),
    st.sampled_from(PAIRS),
)
def test_every_number_of_the_standard_is_read_back(
    prefix: str, year: int, serial: int, pair: str
) -> None:
    found = numbers.parse(f"{prefix}{pair[0]}{year}{pair[1]}第{serial:03d}号")
    assert found is not None
    assert (found.prefix, found.year, found.serial) == (prefix, year, serial)

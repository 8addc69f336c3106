"""Index numbers (索引号, Art. 12): the scheme, and numbers of other makers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute import index_numbers as index

CREDIT = "11440000MB2D012345"
ON = date(2020, 3, 5)


def number(pattern: str, serial: int, code: str = "411281-003", credit: str = CREDIT) -> str:
    return index.compose(index.series(pattern, code=code, credit_code=credit, on=ON), serial)


def test_the_default_is_the_credit_code_the_year_and_five_figures() -> None:
    assert number(index.DEFAULT_PATTERN, 17) == f"{CREDIT}/2020-00017"


def test_a_body_without_a_credit_code_goes_by_its_code() -> None:
    assert number(index.DEFAULT_PATTERN, 17, credit="") == "411281-003/2020-00017"


def test_a_city_may_keep_the_nine_figures_of_the_organisation_code() -> None:
    assert number("{organization}/{year}-{serial}", 110) == "MB2D01234/2020-00110"


def test_a_city_may_count_by_month() -> None:
    assert number("{body}/{year}{month}-{serial}", 85) == f"{CREDIT}/202003-00085"


def test_after_99999_the_serial_grows_and_does_not_start_again() -> None:
    assert number(index.DEFAULT_PATTERN, 99_999).endswith("-99999")
    assert number(index.DEFAULT_PATTERN, 100_000).endswith("-100000")


def test_there_is_no_serial_before_the_first() -> None:
    with pytest.raises(ValueError, match="序号从 1 开始"):
        index.compose("a/2020-", 0)


@pytest.mark.parametrize(
    "pattern",
    [
        index.DEFAULT_PATTERN,
        "{organization}/{year}-{serial}",
        "{code}-{year}-{serial}",
        "{body}/{year}{month}-{serial}",
        "义马/{code}/{year}-{serial}",
    ],
)
def test_usable_patterns(pattern: str) -> None:
    assert index.problems(pattern) == []


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("{body}/{year}", "以 {serial} 结尾"),
        ("{serial}-{body}/{year}", "以 {serial} 结尾"),
        ("{year}-{serial}", "机关占位符"),
        ("{body}{code}/{year}-{serial}", "机关占位符"),
        ("{body}/{serial}", "{year}"),
        ("{body}/{jahr}-{serial}", "jahr"),
        ("{body}/{year}-{serial:06d}", "不写格式"),
        ("{body}/{year}{serial}", "分隔符"),
        ("{body}{year}-{serial}", "分隔符"),
        ("{body}/{year}-A{serial}", "分隔符"),
        ("{body/{year}-{serial}", "花括号"),
        ("{body}/{year}-{serial", "花括号"),
        ("义马市人民政府信息公开平台索引/{body}/{year}-{serial}", "最多14个字"),
        ("{body}/{year} <b>-{serial}", "只能用"),
    ],
)
def test_a_bad_pattern_is_explained(pattern: str, word: str) -> None:
    assert word in "".join(index.problems(pattern))


@pytest.mark.parametrize(
    ("text", "year", "serial"),
    [
        ("000014349/2017-00110", 2017, 110),
        ("011336909/2020-12335", 2020, 12335),
        ("11441700007280420Y/2021-00050", 2021, 50),
        ("11341702730007167P/202311-00085", 2023, 85),
        ("01527918X-2020-153077", 2020, 153077),
    ],
)
def test_numbers_seen_on_other_sites_are_read(text: str, year: int, serial: int) -> None:
    found = index.parse(text)
    assert found is not None
    assert (found.year, found.serial) == (year, serial)


@pytest.mark.parametrize("text", ["", "null02D/01A/D3C20190807", "无", "2020-1"])
def test_what_is_of_another_system_is_not_read(text: str) -> None:
    assert index.parse(text) is None


@given(
    st.sampled_from(["{body}/{year}-{serial}", "{code}-{year}-{serial}"]),
    st.tuples(st.integers(1, 200_000), st.integers(1, 200_000)),
    st.tuples(st.dates(date(2000, 1, 1)), st.dates(date(2000, 1, 1))),
    st.tuples(st.from_regex(r"\A[0-9A-Z]{1,8}\Z"), st.from_regex(r"\A[0-9A-Z]{1,8}\Z")),
)
def test_two_numbers_are_equal_only_for_one_body_year_and_serial(
    pattern: str, serials: tuple[int, int], days: tuple[date, date], codes: tuple[str, str]
) -> None:
    made = [
        index.compose(index.series(pattern, code=code, credit_code="", on=day), serial)
        for code, day, serial in zip(codes, days, serials, strict=True)
    ]
    same = codes[0] == codes[1] and days[0].year == days[1].year and serials[0] == serials[1]
    assert (made[0] == made[1]) is same

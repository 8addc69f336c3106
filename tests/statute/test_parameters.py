"""Legal numbers are dated data: chosen by date, marked, and never literals in statute code."""

import ast
import textwrap
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gongkai.statute
from gongkai.statute import parameters
from gongkai.statute.parameters import (
    MARKS,
    NoParameterValue,
    ParameterFileError,
    UnknownParameter,
    all_parameters,
    number,
    parameter,
    read_parameter_file,
)

STATUTE = Path(gongkai.statute.__file__).parent


@pytest.mark.parametrize(
    ("key", "on", "value", "mark"),
    [
        ("foi.answer_days", "2019-05-14", 15, "from knowledge"),
        ("foi.answer_days", "2019-05-15", 20, "verified"),
        ("foi.extension_days_max", "2019-05-14", 15, "from knowledge"),
        ("foi.extension_days_max", "2026-01-01", 20, "verified"),
        ("foi.correction_notice_days", "2026-01-01", 7, "verified"),
        ("foi.correction_period_days", "2026-01-01", 15, "reading"),
        ("foi.third_party_days", "2026-01-01", 15, "verified"),
        ("foi.organ_consult_days", "2026-01-01", 15, "verified"),
        ("fee.payment_days", "2021-01-01", 20, "verified"),
        ("publication.days", "2026-01-01", 20, "verified"),
        ("review.days", "2026-01-01", 60, "verified"),
        ("suit.months", "2015-04-30", 3, "from knowledge"),
        ("suit.months", "2026-01-01", 6, "verified"),
        ("suit_after_review.days", "2026-01-01", 15, "verified"),
        ("report.department_due", "2019-05-14", "03-31", "from knowledge"),
        ("report.department_due", "2026-01-01", "01-31", "verified"),
        ("report.government_due", "2026-01-01", "03-31", "verified"),
        ("review.mandatory_first", "2023-12-31", False, "from knowledge"),
        ("review.mandatory_first", "2024-01-01", True, "verified"),
    ],
)
def test_the_value_is_the_one_in_force_on_the_day(
    key: str, on: str, value: object, mark: str
) -> None:
    found = parameter(key, date.fromisoformat(on))
    assert (found.value, found.mark) == (value, mark)
    assert found.article


def test_holidays_of_all_citizens_are_thirteen_days_since_2025_and_eleven_before() -> None:
    def total(on: date) -> int:
        return sum(day["days"] for day in parameter("holiday.statutory", on).value)

    assert total(date(2025, 1, 1)) == 13
    assert total(date(2024, 12, 31)) == 11
    labour_day = parameter("holiday.statutory", date(2026, 1, 1)).value[3]
    assert labour_day["dates"] == ("05-01", "05-02")


def test_a_key_nobody_knows_is_named_with_the_nearest_ones() -> None:
    with pytest.raises(UnknownParameter, match=r"没有名为“foi\.answer_day”.*foi\.answer_days"):
        parameter("foi.answer_day", date(2026, 1, 1))
    with pytest.raises(UnknownParameter) as several:
        parameter("foi.period_days", date(2026, 1, 1))
    assert str(several.value).count("foi.") == 4, "the key asked for and the three nearest"
    with pytest.raises(UnknownParameter, match="all_parameters"):
        parameter("zzz", date(2026, 1, 1))


def test_before_the_fee_rules_there_is_no_payment_period() -> None:
    with pytest.raises(NoParameterValue, match=r"2020-12-31 尚无规定.*2021-01-01.*第六条"):
        parameter("fee.payment_days", date(2020, 12, 31))


def test_a_number_asked_for_as_a_number_must_be_one() -> None:
    assert number("foi.answer_days", date(2026, 1, 1)) == 20
    with pytest.raises(TypeError, match=r"review\.mandatory_first"):
        number("review.mandatory_first", date(2026, 1, 1))


@given(st.sampled_from(all_parameters()), st.integers(0, 40_000))
def test_a_value_holds_from_its_day_until_the_next_one(
    row: parameters.Parameter, days: int
) -> None:
    on = row.valid_from + timedelta(days=days)
    found = parameter(row.key, on)
    assert row.valid_from <= found.valid_from <= on
    later = [p for p in all_parameters() if p.key == row.key and p.valid_from > found.valid_from]
    assert all(p.valid_from > on for p in later)


def test_every_value_has_an_article_a_source_and_a_mark() -> None:
    for row in all_parameters():
        assert row.mark in MARKS
        assert row.article.strip()
        assert row.source.strip()
        assert row.label.strip()


def test_values_cannot_be_changed_by_their_readers() -> None:
    brackets = parameter("fee.by_page", date(2026, 1, 1)).value
    with pytest.raises(TypeError):
        brackets[0]["rate"] = 99


GOOD = """
[a.b]
label = "期限"
unit = "日"
[[a.b.values]]
valid_from = 2019-05-15
value = 1
article = "第一条"
source = "文本"
mark = "verified"
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('mark = "verified"', 'mark = "sure"'), "mark 应为"),
        (("2019-05-15", '"2019-05-15"'), "valid_from 应为日期"),
        (("2019-05-15", "2019-05-15T00:00:00"), "valid_from 应为日期"),
        (('article = "第一条"', 'article = " "'), "缺少 article"),
        (('source = "文本"', ""), "缺少 source"),
        (("value = 1", ""), "缺少 value"),
        (('unit = "日"', ""), "缺少 unit"),
        (('label = "期限"', 'label = ""'), "缺少 label"),
        (('label = "期限"', 'label = "期限"\ncolour = 1'), "colour"),
        (("value = 1", "value = 1\ncolour = 1"), "colour"),
        (("[[a.b.values]]", "[a.b.value]"), "没有任何取值|不认识的字段"),
        (("[a.b]", "[a.B]"), "小写英文|不是参数表"),
        (("[a.b]", "[a.b"), "TOML"),
        (("[a.b]", "x = 1\n[a.b]"), "不是参数表"),
    ],
)
def test_a_faulty_data_file_is_refused_with_the_key_and_the_mistake(
    change: tuple[str, str], message: str
) -> None:
    assert read_parameter_file(GOOD, "x.toml")["a.b"][0].value == 1
    with pytest.raises(ParameterFileError, match=message) as caught:
        read_parameter_file(GOOD.replace(*change), "x.toml")
    assert "x.toml" in str(caught.value)


def test_values_out_of_order_or_twice_from_the_same_day_are_refused() -> None:
    again = GOOD[GOOD.index("[[a.b.values]]") :]
    with pytest.raises(ParameterFileError, match="先后排列"):
        read_parameter_file(GOOD + again, "x.toml")
    with pytest.raises(ParameterFileError, match="先后排列"):
        read_parameter_file(GOOD + again.replace("2019-05-15", "2018-05-15"), "x.toml")
    rows = read_parameter_file(GOOD + again.replace("2019-05-15", "2020-05-15"), "x.toml")["a.b"]
    assert [row.valid_from.year for row in rows] == [2019, 2020]


def test_a_third_value_is_compared_with_the_second() -> None:
    again = GOOD[GOOD.index("[[a.b.values]]") :]
    later, between = again.replace("2019", "2021"), again.replace("2019", "2020")
    with pytest.raises(ParameterFileError, match="先后排列"):
        read_parameter_file(GOOD + later + between, "x.toml")


@pytest.mark.parametrize("values", ["", "values = []", "values = 15"])
def test_a_parameter_without_any_value_is_refused(values: str) -> None:
    text = f'[a.b]\nlabel = "期限"\nunit = "日"\n{values}\n'
    with pytest.raises(ParameterFileError, match="没有任何取值"):
        read_parameter_file(text, "x.toml")


def test_a_key_that_two_files_define_is_refused_and_other_files_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "parameters"
    folder.mkdir()
    monkeypatch.setattr(parameters, "files", lambda _: tmp_path)
    (folder / "README").write_text("not a data file", "utf-8")
    (folder / "one.toml").write_text(GOOD, "utf-8")
    assert set(parameters._registry.__wrapped__()) == {"a.b"}
    (folder / "two.toml").write_text(GOOD, "utf-8")
    with pytest.raises(ParameterFileError, match=r"two\.toml.*“a\.b”在别的文件里已有定义"):
        parameters._registry.__wrapped__()


def test_a_value_that_is_not_a_table_is_refused() -> None:
    text = textwrap.dedent('[a.b]\nlabel = "x"\nunit = "日"\nvalues = [15]\n')
    with pytest.raises(ParameterFileError, match="每个取值应是一张表"):
        read_parameter_file(text, "x.toml")


# Left out of the search: the numbers with which code counts and slices anyway.
EVERYDAY = {0, 1, 2, 3, 10}
LEGAL_NUMBERS = (
    {p.value for p in all_parameters() if type(p.value) is int}
    | {
        amount
        for key in ("fee.by_item", "fee.by_page")
        for bracket in parameter(key, date(2026, 1, 1)).value
        for amount in bracket.values()
    }
) - EVERYDAY
# (file, number): why it is no legal number there.
ALLOWED: dict[tuple[str, int], str] = {
    ("duties.py", 6): "a half-year has six months",
    ("duties.py", 31): "the longest month",
    ("time_limits.py", 6): "a half-year has six months",
    ("time_limits.py", 31): "the longest month",
    ("time_limits.py", 60): "how much of a text a message repeats",
    **{
        ("identity.py", number): "places, weights and provinces of GB 11643, a number's form"
        for number in (6, 7, 11, 15, 31)
    },
}
"""Numbers that happen to equal a legal one and are none, each with its reason."""


def test_no_legal_number_is_a_literal_in_statute_code() -> None:
    assert {6, 7, 15, 20, 60, 100, 200} <= LEGAL_NUMBERS
    found = [
        f"{name}:{node.lineno}: {node.value}"
        for path in sorted(STATUTE.rglob("*.py"))
        for name in [path.relative_to(STATUTE).as_posix()]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and type(node.value) is int
        and node.value in LEGAL_NUMBERS
        and (name, node.value) not in ALLOWED
    ]
    assert found == [], "法定数字应写进 parameters/*.toml，以 parameter(…) 按日期取用"

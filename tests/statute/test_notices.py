"""The State Council's yearly holiday notice, read from its text."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute.notices import HolidayNoticeReading, parse_holiday_notice
from gongkai.statute.workdays import ChineseCalendarPackage, DayStatus, LayeredCalendar

TEXTS = Path(__file__).parent / "notices"
PACKAGE = ChineseCalendarPackage()
OF_2026 = (TEXTS / "2026.txt").read_text("utf-8")


def read(name: str) -> HolidayNoticeReading:
    return parse_holiday_notice((TEXTS / f"{name}.txt").read_text("utf-8"))


def calendar_of(*readings: HolidayNoticeReading) -> LayeredCalendar:
    """A calendar that knows these notices and nothing else; later ones override."""
    table = {
        entry.date: DayStatus(entry.working, False, "notice", entry.name)
        for reading in readings
        for entry in reading.entries
    }
    years = {reading.year for reading in readings if reading.year}
    return LayeredCalendar(table, years=years, package=None)


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range(365 + (year % 4 == 0))]


def kinds(text: str, year: int | None = None) -> set[str]:
    return {problem.kind for problem in parse_holiday_notice(text, year).blocking}


@pytest.mark.parametrize("year", [2014, 2017, 2021, 2022, 2023, 2024, 2025, 2026])
def test_every_day_of_the_year_equals_the_published_table(year: int) -> None:
    reading = read(str(year))
    assert reading.blocking == ()
    assert reading.year == year
    calendar = calendar_of(reading)
    assert [
        on for on in days_of(year) if calendar.day(on).is_working != PACKAGE.is_working(on)
    ] == []


@pytest.mark.parametrize(("year", "amendment"), [(2019, "labour-day"), (2020, "spring-festival")])
def test_a_year_amended_in_its_course_equals_the_table_after_both_notices(
    year: int, amendment: str
) -> None:
    original, change = read(str(year)), read(f"{year}-{amendment}")
    assert original.blocking == change.blocking == ()
    assert change.amendment
    assert not original.amendment
    calendar = calendar_of(original, change)
    assert [
        on for on in days_of(year) if calendar.day(on).is_working != PACKAGE.is_working(on)
    ] == []


def test_new_years_arrangement_reaches_into_the_december_before() -> None:
    for year, working in ((2019, date(2018, 12, 29)), (2023, None)):
        reading = read(str(year))
        assert date(year - 1, 12, 31) in reading.rest_days
        assert (working in reading.make_up_days) == (working is not None)
    implied = parse_holiday_notice("2027年元旦：12月31日（周四）至1月2日（周六）放假，共3天。")
    assert min(implied.rest_days) == date(2026, 12, 31)
    assert max(implied.rest_days) == date(2027, 1, 2)


def test_title_number_and_date_of_signing_are_found() -> None:
    text = OF_2026.replace("关于2026", "国务院办公厅关于2026").replace(
        "各有关单位", "国办发明电〔２０２５〕７号\n\n各有关单位"
    )
    reading = parse_holiday_notice(text)
    assert reading.title == "国务院办公厅关于2026年部分节假日安排的通知"
    assert reading.document_number == "国办发明电〔2025〕7号"
    assert reading.published_on == date(2025, 11, 4)
    assert date(2025, 11, 4) not in reading.rest_days


def test_every_day_quotes_its_sentence_and_its_holiday() -> None:
    by_date = {entry.date: entry for entry in read("2025").entries}
    assert by_date[date(2025, 2, 8)].sentence == "1月26日（周日）、2月8日（周六）上班。"
    assert by_date[date(2025, 2, 8)].name == "春节"
    assert by_date[date(2025, 10, 6)].name == "国庆节、中秋节"


def test_a_recommended_rest_is_no_holiday_but_is_mentioned() -> None:
    reading = read("2024")
    assert date(2024, 2, 9) not in reading.rest_days
    assert [problem.kind for problem in reading.problems] == ["unread"]
    assert reading.problems[0].sentence.startswith("鼓励")


WORDINGS = [
    ("1月1日（周四）至3日（周六）放假调休，共3天。", "1月1日(周四)至3日(周六)放假调休,共3天。"),
    (
        "1月1日（周四）至3日（周六）放假调休，共3天。",
        "１月１日（周四）至３日（周六）放假调休，共３天。",
    ),
    ("1月1日（周四）至3日（周六）放假调休，共3天。", "1月1日—3日放假调休，共3天。"),
    ("1月1日（周四）至3日（周六）放假调休，共3天。", "1月1日～1月3日放假，共三天。"),
    ("1月1日（周四）至3日（周六）放假调休，共3天。", "2026年1月1日到3日放假公休，共3天。"),
    (
        "1月1日（周四）至3日（周六）放假调休，共3天。",
        "1 月 1 日（周四）至\n3 日（周六）\n放假调休，共 3 天。",
    ),
    (
        "1月1日（周四）至3日（周六）放假调休，共3天。",
        "1月1日放假，1月2日（星期五）、3日（星期六）补休。",
    ),
    ("1月1日（周四）至3日（周六）放假调休，共3天。", "1月1号至3号放假"),
    (
        "1月1日（周四）至3日（周六）放假调休，共3天。",
        "1月1日至3日放假，共3天。其中，1月1日（星期四）为法定节假日，1月3日（星期六）照常公休，"
        "1月4日（星期日）公休日调至1月2日（星期五）。",
    ),
    ("1月4日（周日）上班", "1月4日（星期天）上班"),
    ("1月4日（周日）上班", "1月4日（星期日）调休上班"),
    ("1月4日（周日）上班", "1月4日（礼拜天）正常上班"),
    ("2月14日（周六）、2月28日（周六）上班", "2月14日（周六）、28日（周六）上班"),
    ("2月14日（周六）、2月28日（周六）上班", "2月14日（周六），2月28日（周六）上班"),
    ("2月14日（周六）、2月28日（周六）上班", "2月14日（农历腊月二十七，星期六）和2月28日上班"),
    ("四、劳动节：", "四、“五一”国际劳动节："),
    ("四、劳动节：", "（四）劳动节假期:"),
    ("四、劳动节：", "4.劳动节 "),
    ("五、端午节：", "五、端午："),
    ("上班。\n七、国庆节：", "上班。七、国庆："),
    ("共5天。5月9日（周六）上班。\n", "共5天\n5月9日（周六）上班\n"),
    ("放假，共3天。\n六、", "放假，共3天；六、"),
]


@pytest.mark.parametrize(("usual", "other"), WORDINGS, ids=[other for _, other in WORDINGS])
def test_the_same_days_in_another_wording(usual: str, other: str) -> None:
    usual = usual if usual in OF_2026 else usual.removeprefix("上班。\n")
    assert usual in OF_2026
    if "国庆：" in other and not usual.startswith("上班"):
        other = "七、国庆："
    text = OF_2026.replace(usual, other, 1)
    reading = parse_holiday_notice(text)
    assert [problem.message for problem in reading.problems] == []
    assert reading.rest_days == read("2026").rest_days
    assert reading.make_up_days == read("2026").make_up_days


def test_the_whole_notice_on_one_line() -> None:
    reading = parse_holiday_notice(re.sub(r"\s+", "", OF_2026))
    assert reading.blocking == ()
    assert reading.rest_days == read("2026").rest_days


def test_the_special_holiday_of_2015_has_a_name_of_its_own_and_says_its_days_twice() -> None:
    reading = parse_holiday_notice(
        "关于2015年纪念日调休放假的通知\n\n"
        "一、纪念日：9月3日至5日调休放假，共3天。其中9月3日（星期四）放假，9月4日（星期五）调休，"
        "9月6日（星期日）上班。\n"
    )
    assert sorted(reading.rest_days) == [date(2015, 9, 3), date(2015, 9, 4), date(2015, 9, 5)]
    assert reading.make_up_days == {date(2015, 9, 6)}
    assert reading.entries[0].name == "纪念日"
    assert reading.amendment
    assert reading.blocking == ()


def test_days_without_a_heading_are_named_by_the_law_where_the_date_is_fixed() -> None:
    reading = read("2019-labour-day")
    assert {entry.name for entry in reading.entries} == {"劳动节"}
    untitled = parse_holiday_notice("2019年5月1日至4日放假。4月28日（星期日）上班。")
    assert [entry.name for entry in untitled.entries] == ["放假", "劳动节", "放假", "放假", "放假"]


PROBLEMS = [
    ("1月4日（周日）", "1月4日（周六）", "weekday", "2026-01-04 写作“周六”，而该日是周日"),
    ("共9天", "共8天", "count", "写的是“共8天”，读到的放假日期是9天"),
    ("共5天", "共四天", "count", "写的是“共四天”"),
    ("5月9日（周六）", "5月8日（周五）", "weekend", "2026-05-08（周五）写作上班，但不是周末"),
    ("5月9日（周六）", "5月4日", "twice", "2026-05-04 出现了2次（放假、上班）"),
    ("6月19日（周五）至21日", "4月5日（周日）至6日", "twice", "2026-04-05 出现了2次（放假、放假）"),
    ("五、端午节：6月19日（周五）至21日（周日）放假，共3天。\n", "", "missing", "没有读到端午节"),
    ("2月28日", "2月30日", "date", "2026年没有2月30日"),
    ("2月14日（周六）、", "14日、", "date", "“14日”没有写月份"),
    ("至7日（周三）", "至11月7日（周六）", "range", "长达38天"),
    ("至7日（周三）", "至9月7日（周一）", "range", "长达342天|结束早于开始"),
    (
        "1日（周五）至5日（周二）放假调休，共5天",
        "4日至5日放假",
        "statutory",
        "2026-05-01、2026-05-02 是法定的劳动节",
    ),
    ("10月10日（周六）上班", "10月10日（周六）照常", "unread", "看不出是放假还是上班"),
    ("5月9日（周六）上班", "5月9日（周六）不上班", "unread", "“不上班”有日期"),
    ("5月9日（周六）上班。", "5月9日（周六）。", "unread", "看不出"),
    ("4月4日（周六）至6日（周一）放假，共3天", "延长清明假期至4月6日", "open", "没有写从哪一天起"),
]


@pytest.mark.parametrize(
    ("right", "wrong", "kind", "read_"), PROBLEMS, ids=[f"{k}-{w}" for _, w, k, _ in PROBLEMS]
)
def test_what_does_not_fit_is_a_problem_with_what_was_read_and_what_to_do(
    right: str, wrong: str, kind: str, read_: str
) -> None:
    assert right in OF_2026
    reading = parse_holiday_notice(OF_2026.replace(right, wrong, 1))
    problems = [problem for problem in reading.blocking if problem.kind == kind]
    assert problems
    assert re.search(read_, problems[0].read)
    assert problems[0].advice.startswith(("请", "没有采用", "调休上班"))
    assert problems[0].message == f"{problems[0].read}。{problems[0].advice}"


def test_a_missing_make_up_day_is_noticed_by_the_balance_but_does_not_block() -> None:
    reading = parse_holiday_notice(OF_2026.replace("5月9日（周六）上班。", ""))
    assert reading.blocking == ()
    [problem] = reading.problems
    assert problem.kind == "balance"
    assert "休息的有19天，周末改为上班的有5天，相差14天，而法定节日共13天" in problem.read


def test_without_a_year_nothing_is_read_until_it_is_given() -> None:
    text = OF_2026.replace("2026年", "")
    reading = parse_holiday_notice(text)
    assert (reading.year, reading.entries) == (None, ())
    assert kinds(text) == {"year"}
    assert "指定年度" in reading.problems[0].advice
    assert parse_holiday_notice(text, 2026).rest_days == read("2026").rest_days


def test_a_year_that_contradicts_the_text_is_a_problem() -> None:
    assert parse_holiday_notice(OF_2026, 2026).problems == ()
    reading = parse_holiday_notice(OF_2026, 2025)
    assert reading.year == 2025
    assert "通知写的是2026年，而指定的年度是2025年" in reading.problems[0].read


def test_last_years_notice_under_this_years_title_is_recognised_by_its_weekdays() -> None:
    reading = parse_holiday_notice(OF_2026.replace("2026", "2027"))
    [problem] = reading.problems
    assert problem.kind == "year"
    assert "20处与2027年不符" in problem.read
    assert "与2026年全部相符" in problem.read


def test_the_year_comes_from_the_title_then_the_holiday_then_the_dates() -> None:
    body = "元旦：1月1日放假。"
    for text, year in (
        ("关于2026年部分节假日安排的通知\n2025年11月4日\n" + body, 2026),
        ("现将2026年元旦放假安排通知如下。" + body + "\n2025年11月4日", 2026),
        ("元旦：2025年12月31日至2026年1月1日放假。\n\n2025年11月4日\n", 2026),
    ):
        assert parse_holiday_notice(text).year == year
    assert parse_holiday_notice(body + "\n2025年11月4日").year is None


@pytest.mark.parametrize("text", ["", "   \n", "你好", "关于2026年部分节假日安排的通知"])
def test_a_text_without_days_says_what_to_paste(text: str) -> None:
    reading = parse_holiday_notice(text, 2026)
    assert reading.entries == ()
    assert "nothing" in {problem.kind for problem in reading.blocking}


def test_a_day_read_twice_is_kept_as_first_said() -> None:
    reading = parse_holiday_notice(OF_2026.replace("5月9日（周六）上班", "5月4日上班"))
    assert date(2026, 5, 4) in reading.rest_days
    assert [e.date for e in reading.entries] == sorted({e.date for e in reading.entries})


@given(
    st.text(
        alphabet="元旦春节：一、月日至（周四）放假上班共天，。0123456789年关于通知\n", max_size=200
    )
)
def test_no_text_makes_the_reader_fail(text: str) -> None:
    reading = parse_holiday_notice(text)
    assert (reading.year is None) <= (reading.entries == ())
    for problem in reading.problems:
        assert problem.read
        assert problem.advice


@given(st.integers(2009, 2040), st.integers(1, 12), st.integers(1, 28), st.integers(0, 6))
def test_every_range_that_is_written_is_read_back(
    year: int, month: int, day: int, extra: int
) -> None:
    first = date(year, month, day)
    last = first + timedelta(days=extra)
    week = "一二三四五六日"
    text = (
        f"关于调整{year}年假期安排的通知\n假日：{first.month}月{first.day}日（周{week[first.weekday()]}）"
        f"至{last.month}月{last.day}日（星期{week[last.weekday()]}）放假，共{extra + 1}天。"
    )
    reading = parse_holiday_notice(text)
    assert reading.blocking == ()
    assert sorted(reading.rest_days) == [first + timedelta(days=n) for n in range(extra + 1)]

"""Holiday notices at the edges: one day more or less, half a date, a sentence out of place."""

from datetime import date
from pathlib import Path

import pytest

from gongkai.statute.notices import HolidayNoticeReading, NoticeProblem, parse_holiday_notice

OF_2026 = (Path(__file__).parent / "notices" / "2026.txt").read_text("utf-8")


def arranged(sentences: str, year: int = 2026) -> HolidayNoticeReading:
    """The reading of a notice that changes only what `sentences` say."""
    return parse_holiday_notice(f"关于调整{year}年假期安排的通知\n假日：{sentences}")


def only(reading: HolidayNoticeReading) -> NoticeProblem:
    (problem,) = reading.problems
    return problem


# -- the year ------------------------------------------------------------------------------


@pytest.mark.parametrize("title", [2024, 2025, 2027, 2028])
def test_a_notice_under_the_title_of_a_year_nearby_is_known_by_its_weekdays(title: int) -> None:
    problem = only(parse_holiday_notice(OF_2026.replace("2026", str(title))))
    assert problem.kind == "year"
    assert "与2026年全部相符" in problem.read
    assert f"如 {title}-01-01 写作“周四”" in problem.read
    assert problem.sentence.startswith("1月1日（周四）至3日")


def test_four_weekdays_tell_another_year_and_three_may_be_a_slip() -> None:
    # Days of 2026 under the title of 2027.
    three = "5月1日（周五）放假。5月2日（周六）放假。5月3日（周日）放假。"
    assert [problem.kind for problem in arranged(three, 2027).problems] == ["weekday"] * 3
    problem = only(arranged(f"{three}5月4日（周一）放假。", 2027))
    assert problem.kind == "year"
    assert problem.sentence.endswith("5月1日（周五）放假。")


def test_before_the_first_rule_on_holidays_no_holiday_is_missing_or_named() -> None:
    reading = parse_holiday_notice("1月1日放假。", 1940)
    assert reading.problems == ()
    assert [(entry.date, entry.name) for entry in reading.entries] == [(date(1940, 1, 1), "放假")]


# -- days ----------------------------------------------------------------------------------


def test_a_holiday_of_fourteen_days_is_read_and_one_of_fifteen_is_a_slip() -> None:
    assert len(arranged("2月1日至14日放假。").rest_days) == 14
    assert "长达15天" in arranged("2月1日至15日放假。").blocking[0].read


def test_a_holiday_that_ends_the_day_before_it_begins_is_a_slip() -> None:
    reading = arranged("5月3日至2日放假。")
    assert reading.rest_days == frozenset()
    assert reading.blocking[0].read == "“5月3日至2日”结束早于开始"


def test_a_holiday_whose_last_day_does_not_exist_is_not_read_halfway() -> None:
    reading = arranged("2月27日至30日放假。")
    assert reading.rest_days == frozenset()
    assert [problem.read for problem in reading.blocking] == [
        "2026年没有2月30日",
        "没有读到任何放假或上班的日期",
    ]


def test_a_day_without_a_month_is_one_problem_and_the_days_after_it_are_read() -> None:
    reading = arranged("14日、2月28日上班。")
    assert only(reading).read == "“14日”没有写月份"
    assert reading.make_up_days == {date(2026, 2, 28)}


def test_a_day_from_which_work_goes_on_as_usual_hides_no_other_day() -> None:
    reading = arranged("2月23日起、2月28日上班。")
    assert reading.make_up_days == {date(2026, 2, 28)}


def test_an_explanation_within_a_sentence_ends_at_the_comma() -> None:
    reading = arranged("1月1日至3日放假，1月1日为法定节假日，1月4日上班。")
    assert reading.make_up_days == {date(2026, 1, 4)}
    assert reading.blocking == ()


def test_a_day_said_again_quotes_the_last_sentence_that_says_it() -> None:
    twice = arranged("5月1日放假。5月1日上班。")
    assert twice.blocking[0].sentence == "5月1日上班。"
    thrice = arranged("5月1日放假。5月1日为期一天放假。5月1日休息。")
    assert thrice.blocking[0].read == "2026-05-01 出现了3次（放假、放假、放假）"
    assert thrice.blocking[0].sentence == "5月1日休息。"


def test_a_notice_without_days_is_asked_for_its_text_and_for_nothing_else() -> None:
    problem = only(parse_holiday_notice("关于2026年部分节假日安排的通知"))
    assert problem.kind == "nothing"


def test_advice_without_a_date_is_passed_over() -> None:
    assert arranged("5月1日放假。鼓励错峰出行。").problems == ()


# -- counts --------------------------------------------------------------------------------


def test_a_friday_and_its_weekend_are_three_days() -> None:
    assert arranged("6月19日（周五）放假，与周末连休，共3天。").problems == ()
    assert only(arranged("6月19日（周五）放假，与周末连休，共4天。")).kind == "count"


def test_a_thursday_does_not_adjoin_the_weekend() -> None:
    assert only(arranged("6月18日（周四）放假，与周末连休，共2天。")).kind == "count"


def test_a_wrong_count_shows_the_days_that_were_read() -> None:
    problem = only(arranged("5月1日至5日放假，共6天。"))
    assert problem.read == ("写的是“共6天”，读到的放假日期是5天（2026-05-01 至 2026-05-05）")


# -- where a notice begins -----------------------------------------------------------------


def test_a_text_may_begin_with_the_name_of_a_holiday() -> None:
    reading = parse_holiday_notice("春节：2月16日放假。", 2026)
    assert [entry.name for entry in reading.entries] == ["春节"]


def test_a_text_may_begin_with_a_day() -> None:
    reading = parse_holiday_notice("5月1日放假。", 2026)
    assert reading.rest_days == {date(2026, 5, 1)}


def test_the_sentence_quoted_begins_after_the_words_as_follows() -> None:
    reading = parse_holiday_notice("关于调整2019年放假的通知\n现将安排通知如下：5月1日放假。")
    assert [entry.sentence.lstrip("：") for entry in reading.entries] == ["5月1日放假。"]


def test_every_digit_may_be_full_width() -> None:
    assert arranged("９月５日上班。").make_up_days == {date(2026, 9, 5)}
    assert arranged("１月１日至３日放假。４月６日、７月８日放假。").rest_days == {
        *(date(2026, 1, day) for day in (1, 2, 3)),
        date(2026, 4, 6),
        date(2026, 7, 8),
    }
    numbered = parse_holiday_notice("国办发明电〔２０１９〕９号\n元旦：１月１日放假。", 2019)
    assert numbered.document_number == "国办发明电〔2019〕9号"

"""Due dates of publication duties (Art. 26 and the standard catalogues)."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute.duties import (
    CYCLE_DAYS,
    MONTHS,
    Cycle,
    Period,
    Rule,
    Trigger,
    due,
    notice_until,
    opens_on,
    period_due,
    periods,
    stated_day,
    trigger_of,
)
from gongkai.statute.parameters import NoParameterValue
from gongkai.statute.workdays import LayeredCalendar, add_working_days, working_days_between

CALENDAR = LayeredCalendar()
DAYS = st.dates(date(2019, 5, 15), date(2030, 12, 31))


def day(rule, on):
    return due(rule, on, CALENDAR).date


def test_article_26_twenty_working_days_the_day_itself_not_counted():
    """Given a document of Monday 2 March 2020, then it is due on Monday 30 March."""
    found = due(Rule(), date(2020, 3, 2), CALENDAR)
    assert found.date == date(2020, 3, 30)
    assert "条例第二十六条" in found.explanation
    assert "第20个工作日" in found.explanation


def test_a_make_up_sunday_counts_as_a_working_day():
    """26 April 2020 (Sunday) was worked for the May holiday."""
    assert day(Rule(limit_days=1), date(2020, 4, 25)) == date(2020, 4, 26)


@pytest.mark.parametrize(("limit", "expected"), [(3, date(2020, 3, 5)), (7, date(2020, 3, 11)),
                                                 (10, date(2020, 3, 16))])  # fmt: skip
def test_a_catalogue_may_set_a_shorter_limit(limit, expected):
    assert day(Rule(limit_days=limit), date(2020, 3, 2)) == expected


def test_a_budget_is_due_twenty_calendar_days_after_its_approval_even_on_a_sunday():
    rule = Rule(20, "calendar", Trigger.APPROVED)
    found = due(rule, date(2020, 2, 10), CALENDAR)
    assert found.date == date(2020, 3, 1)
    assert found.date.weekday() == 6
    assert "批准" in found.explanation
    assert "不顺延" in found.explanation


def test_what_is_published_in_real_time_is_due_on_the_day():
    assert day(Rule(cycle=Cycle.REALTIME), date(2020, 3, 7)) == date(2020, 3, 7)
    assert day(Rule(limit_days=2, cycle=Cycle.REALTIME), date(2020, 3, 2)) == date(2020, 3, 4)


def test_what_must_be_public_before_the_act_is_due_before_it():
    advance = Trigger.ADVANCE
    assert day(Rule(trigger=advance), date(2020, 6, 10)) == date(2020, 6, 9)
    assert day(Rule(15, "calendar", advance), date(2020, 6, 16)) == date(2020, 6, 1)
    assert day(Rule(10, "workday", advance), date(2020, 3, 16)) == date(2020, 3, 2)


def test_before_the_regulation_there_was_no_limit():
    with pytest.raises(NoParameterValue):
        due(Rule(), date(2008, 4, 30), CALENDAR)


def test_a_due_date_beyond_the_known_holidays_is_provisional():
    far = due(Rule(), date(2090, 3, 2), CALENDAR)
    assert far.provisional
    assert "暂定" in far.explanation


@pytest.mark.parametrize(
    ("words", "trigger"),
    [
        ("信息形成或变更", Trigger.FORMED),
        ("制定或获取信息", Trigger.FORMED),
        ("本级人大或其常委会批准", Trigger.APPROVED),
        ("本级财政部门批复", Trigger.APPROVED),
        ("每季度结束", Trigger.PERIOD_END),
        ("事前公开", Trigger.ADVANCE),
        ("", Trigger.FORMED),
    ],
)
def test_the_words_of_the_catalogue_say_what_starts_the_limit(words, trigger):
    assert trigger_of(words) == trigger


# -- periods -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cycle", "labels"),
    [
        (Cycle.YEARLY, ["2020年"]),
        (Cycle.HALF_YEARLY, ["2020年上半年", "2020年下半年"]),
        (Cycle.QUARTERLY, [f"2020年第{n}季度" for n in "一二三四"]),
        (Cycle.MONTHLY, [f"2020年{n}月" for n in range(1, 13)]),
        (Cycle.SCHOOL_YEAR, ["2020—2021学年"]),
        (Cycle.EVENT, []),
        (Cycle.LONG_TERM, []),
    ],
)
def test_periods_of_a_year(cycle, labels):
    assert [period.label for period in periods(cycle, 2020)] == labels


def test_a_school_year_runs_from_september_to_august():
    (period,) = periods(Cycle.SCHOOL_YEAR, 2020)
    assert (period.start, period.end) == (date(2020, 9, 1), date(2021, 8, 31))


def test_a_period_is_due_on_its_last_day_and_never_moved():
    (year,) = periods(Cycle.YEARLY, 2022)
    found = period_due(Rule(cycle=Cycle.YEARLY), year, CALENDAR)
    assert found.date == date(2022, 12, 31)
    assert found.date.weekday() == 5
    assert opens_on(Rule(cycle=Cycle.YEARLY), year) == date(2022, 1, 1)


def test_ten_working_days_after_the_quarter():
    first = periods(Cycle.QUARTERLY, 2020)[0]
    rule = Rule(10, "workday", Trigger.PERIOD_END, Cycle.QUARTERLY)
    found = period_due(rule, first, CALENDAR)
    assert found.date == date(2020, 4, 15)
    assert "周期结束，当日不计" in found.explanation
    assert opens_on(rule, first) == date(2020, 3, 31)


@pytest.mark.parametrize(
    ("cycle", "number", "by", "expected"),
    [
        (Cycle.YEARLY, 0, "09-30", date(2020, 9, 30)),
        (Cycle.YEARLY, 0, "09-31", date(2020, 9, 30)),
        (Cycle.YEARLY, 0, "02-31", date(2020, 2, 29)),
        (Cycle.SCHOOL_YEAR, 0, "09-30", date(2020, 9, 30)),
        (Cycle.SCHOOL_YEAR, 0, "06-30", date(2021, 6, 30)),
        (Cycle.MONTHLY, 1, "10", date(2020, 2, 10)),
        (Cycle.MONTHLY, 1, "31", date(2020, 2, 29)),
        (Cycle.QUARTERLY, 1, "01-15", date(2020, 4, 15)),
        (Cycle.QUARTERLY, 1, "20", date(2020, 6, 20)),
        (Cycle.HALF_YEARLY, 1, "06-10", date(2020, 12, 10)),
    ],
)
def test_a_stated_day_within_the_period(cycle, number, by, expected):
    period = periods(cycle, 2020)[number]
    assert stated_day(by, period) == expected
    assert period_due(Rule(cycle=cycle, by=by), period, CALENDAR).date == expected


def test_without_a_stated_day_there_is_none():
    assert stated_day("", Period("2020年", date(2020, 1, 1), date(2020, 12, 31))) is None


def test_a_notice_stays_up_for_its_working_days():
    """公示7个工作日 from Monday 2 March 2020 ends on Wednesday 11 March."""
    found = notice_until(Rule(notice_days=7), date(2020, 3, 2), CALENDAR)
    assert found.date == date(2020, 3, 11)
    assert "满7个工作日" in found.explanation
    assert notice_until(Rule(), date(2020, 3, 2), CALENDAR) is None


# -- properties --------------------------------------------------------------------------------


@given(DAYS, st.integers(1, 60))
def test_the_due_date_has_exactly_so_many_working_days_after_the_occasion(on, limit):
    found = day(Rule(limit_days=limit), on)
    assert working_days_between(on, found, CALENDAR).days == limit
    assert CALENDAR.day(found).is_working


@given(DAYS)
def test_the_legal_default_is_what_the_calendar_says_of_twenty_days(on):
    assert day(Rule(), on) == add_working_days(on, 20, CALENDAR).date


@given(DAYS, st.integers(1, 60), st.integers(0, 40))
def test_what_came_about_later_is_never_due_earlier(on, limit, later):
    for kind in ("workday", "calendar"):
        rule = Rule(limit, kind)
        assert day(rule, on) <= day(rule, on + timedelta(days=later))


@given(DAYS, st.integers(1, 60))
def test_a_working_day_limit_is_never_shorter_than_the_same_number_of_days(on, limit):
    assert day(Rule(limit, "workday"), on) >= day(Rule(limit, "calendar"), on)


@given(DAYS, st.integers(1, 60), st.sampled_from(["workday", "calendar"]))
def test_before_the_act_mirrors_after_it(on, limit, kind):
    """Counting back from the act and forward again never passes the act."""
    rule = Rule(limit, kind, Trigger.ADVANCE)
    early = day(rule, on)
    assert early < on
    if kind == "calendar":
        assert day(Rule(limit, kind), early) == on
    else:
        assert working_days_between(early - timedelta(days=1), on - timedelta(days=1),
                                    CALENDAR).days == limit  # fmt: skip


@given(st.sampled_from(sorted(MONTHS)), st.integers(2010, 2060))
def test_periods_follow_one_another_without_gap_and_fit_the_cycle(cycle, year):
    found = [*periods(cycle, year), *periods(cycle, year + 1)]
    for period, following in itertools.pairwise(found):
        assert period.end + timedelta(days=1) == following.start
    for period in found:
        assert (period.end - period.start).days + 1 <= CYCLE_DAYS[cycle]


@given(
    st.sampled_from(sorted(MONTHS)),
    st.integers(2010, 2060),
    st.one_of(st.just(""), st.from_regex(r"\A((0[1-9]|1[0-2])-)?(0[1-9]|[12]\d|3[01])\Z")),
)
def test_a_period_without_an_after_is_due_within_itself(cycle, year, by):
    rule = Rule(cycle=cycle, by=by)
    for period in periods(cycle, year):
        found = period_due(rule, period, CALENDAR)
        assert period.start <= found.date <= period.end
        assert not found.provisional

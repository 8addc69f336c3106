"""What must hold of every count of days, whatever the calendar."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute.workdays import (
    Pause,
    add_calendar_days,
    add_months,
    add_working_days,
    last_working_day,
    roll_to_working_day,
    working_days_between,
)
from tests.statute.calendars import CALENDAR, InventedCalendar, days_after

START = date(2026, 1, 1)
DAY = timedelta(days=1)

day = days_after(START, 400)
calendars = st.builds(InventedCalendar, st.sets(day, max_size=40), st.sets(day, max_size=40))
pauses = st.lists(st.builds(Pause, day, day), max_size=5)
numbers = st.integers(0, 60)


@given(day, numbers, calendars, pauses)
def test_the_last_day_is_a_working_day_outside_every_pause(start, n, calendar, pauses) -> None:
    end = add_working_days(start, n, calendar, pauses).date
    if n:
        assert calendar.day(end).is_working
        assert not any(pause.covers(end) for pause in pauses)
    else:
        assert end == start


@given(day, numbers, calendars, pauses)
def test_counting_up_to_the_last_day_gives_the_number_again(start, n, calendar, pauses) -> None:
    end = add_working_days(start, n, calendar, pauses).date
    assert working_days_between(start, end, calendar, pauses).days == n
    if n:
        assert working_days_between(start, end - DAY, calendar, pauses).days == n - 1


@given(day, day, day, calendars, pauses)
def test_a_count_is_the_sum_of_its_parts(a, b, c, calendar, pauses) -> None:
    a, b, c = sorted((a, b, c))
    whole = working_days_between(a, c, calendar, pauses).days
    first = working_days_between(a, b, calendar, pauses).days
    assert whole == first + working_days_between(b, c, calendar, pauses).days


@given(day, numbers, calendars, pauses, day)
def test_a_new_holiday_never_makes_a_deadline_earlier(start, n, calendar, pauses, off) -> None:
    before = add_working_days(start, n, calendar, pauses).date
    after = InventedCalendar(calendar.rest | {off}, calendar.work - {off})
    assert add_working_days(start, n, after, pauses).date >= before


@given(day, numbers, calendars, pauses, day)
def test_a_new_make_up_day_never_makes_a_deadline_later(start, n, calendar, pauses, on) -> None:
    before = add_working_days(start, n, calendar, pauses).date
    after = InventedCalendar(calendar.rest, calendar.work | {on})
    assert add_working_days(start, n, after, pauses).date <= before


@given(day, day, numbers, calendars, pauses)
def test_a_later_event_never_has_an_earlier_deadline(a, b, n, calendar, pauses) -> None:
    a, b = sorted((a, b))
    earlier = add_working_days(a, n, calendar, pauses).date
    assert earlier <= add_working_days(b, n, calendar, pauses).date


@given(day, numbers, calendars, st.builds(Pause, day, day), pauses)
def test_a_further_pause_never_makes_a_deadline_earlier(start, n, calendar, one, more) -> None:
    without = add_working_days(start, n, calendar, more).date
    assert add_working_days(start, n, calendar, [one, *more]).date >= without


@given(day, numbers, calendars, pauses, st.randoms())
def test_pauses_are_a_union_in_any_order_and_any_overlap(
    start, n, calendar, pauses, random
) -> None:
    excluded = {
        pause.after + DAY * k
        for pause in pauses
        for k in range(1, (pause.until - pause.after).days + 1)
    }
    day_by_day = [Pause(on - DAY, on) for on in excluded]
    expected = add_working_days(start, n, calendar, day_by_day)
    shuffled = random.sample(pauses, len(pauses))
    assert add_working_days(start, n, calendar, pauses) == expected
    assert add_working_days(start, n, calendar, shuffled + pauses) == expected


@given(day, st.integers(1, 60), calendars)
def test_a_rest_day_starts_the_same_period_as_the_working_day_before_it(start, n, calendar) -> None:
    working = last_working_day(start, calendar).date
    same = add_working_days(working, n, calendar)
    assert add_working_days(start, n, calendar) == same


@given(day, calendars)
def test_rolling_moves_only_off_rest_days_and_no_further_than_needed(on, calendar) -> None:
    rolled, last = roll_to_working_day(on, calendar).date, last_working_day(on, calendar).date
    assert calendar.day(rolled).is_working
    assert calendar.day(last).is_working
    assert working_days_between(on - DAY, rolled, calendar).days == 1
    assert working_days_between(last, on, calendar).days == 0
    assert last <= on <= rolled
    assert add_calendar_days(on - 60 * DAY, 60, calendar).date == rolled


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(0, 60))
def test_months_keep_the_day_or_take_the_last_one(start, n) -> None:
    every_day = InventedCalendar(work=_month_ends(start, n))
    end = add_months(start, n, every_day).date
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == n
    assert end.day == start.day or ((end + DAY).day == 1 and end.day < start.day)


def _month_ends(start: date, n: int) -> list[date]:
    year, month = divmod(start.year * 12 + start.month - 1 + n, 12)
    first = date(year, month + 1, 1)
    return [first + DAY * k for k in range(31)]


@given(st.dates())
def test_the_calendar_has_an_answer_for_every_date(on) -> None:
    status = CALENDAR.day(on)
    assert status.provisional is (
        not 2004 <= on.year <= 2026 or (on.year == 2026 and on >= date(2026, 12, 25))
    )
    assert status.source == ("package" if 2004 <= on.year <= 2026 else "fallback")

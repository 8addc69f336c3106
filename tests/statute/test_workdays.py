"""The layered calendar and the counts over it; the dates of the law are in the scenarios."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from gongkai.statute.workdays import (
    DayStatus,
    LayeredCalendar,
    Pause,
    add_calendar_days,
    add_months,
    add_working_days,
    date_in_china,
    last_working_day,
    roll_to_working_day,
    working_days_between,
)
from tests.statute.calendars import CALENDAR, PACKAGE, InventedCalendar


def rest(name: str = "节日") -> DayStatus:
    return DayStatus(False, False, "notice", name)


def work(name: str = "") -> DayStatus:
    return DayStatus(True, False, "notice", name)


# -- which source speaks -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (date(2026, 3, 6), DayStatus(True, False, "package", "")),
        (date(2026, 3, 7), DayStatus(False, False, "package", "周末")),
        (date(2026, 2, 17), DayStatus(False, False, "package", "春节")),
        (date(2026, 2, 14), DayStatus(True, False, "package", "春节调休上班")),
        (
            date(2015, 9, 3),
            DayStatus(
                False, False, "package", "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日"
            ),
        ),
        (date(2027, 3, 5), DayStatus(True, True, "fallback", "")),
        (date(2027, 3, 6), DayStatus(False, True, "fallback", "周末")),
        (date(2027, 1, 1), DayStatus(False, True, "fallback", "元旦")),
        (date(2028, 5, 2), DayStatus(False, True, "fallback", "劳动节")),
        (date(2027, 10, 1), DayStatus(False, True, "fallback", "国庆节")),
        (date(2027, 10, 4), DayStatus(True, True, "fallback", "")),
        (date(1999, 5, 3), DayStatus(True, True, "fallback", "")),
        (date(1949, 10, 3), DayStatus(True, True, "fallback", "")),
    ],
)
def test_calendar_without_notices_asks_the_package_then_the_rule(
    on: date, status: DayStatus
) -> None:
    assert CALENDAR.day(on) == status


def test_the_fixed_holidays_are_those_of_the_rule_in_force_that_year() -> None:
    # 2025年起劳动节两天；此前一天。
    without_package = LayeredCalendar(package=None)
    assert not without_package.day(date(2025, 5, 2)).is_working
    assert without_package.day(date(2024, 5, 2)).is_working


def test_an_accepted_notice_overrides_the_package() -> None:
    calendar = LayeredCalendar(
        {date(2026, 3, 6): rest(), date(2026, 3, 7): work("调休")}, package=PACKAGE
    )
    assert calendar.day(date(2026, 3, 6)) == rest()
    assert calendar.day(date(2026, 3, 7)) == work("调休")
    assert calendar.day(date(2026, 3, 9)).source == "package"


def test_a_day_the_years_notice_does_not_name_is_an_ordinary_day() -> None:
    calendar = LayeredCalendar({date(2027, 1, 1): rest("元旦")}, package=PACKAGE)
    assert calendar.day(date(2027, 3, 5)) == DayStatus(True, False, "notice", "")
    assert calendar.day(date(2027, 3, 6)) == DayStatus(False, False, "notice", "周末")
    assert calendar.day(date(2027, 10, 1)).is_working, "this invented notice names no 国庆节"


def test_an_amendment_without_new_year_does_not_stand_for_its_year() -> None:
    amendment = {date(2027, 2, 1): rest("延长春节假期")}
    calendar = LayeredCalendar(amendment, package=PACKAGE)
    assert not calendar.day(date(2027, 2, 1)).provisional
    assert calendar.day(date(2027, 2, 2)).provisional
    assert (
        not LayeredCalendar(amendment, years=[2027], package=PACKAGE)
        .day(date(2027, 2, 2))
        .provisional
    )


@pytest.mark.parametrize(
    ("on", "provisional"),
    [
        (date(2026, 12, 24), False),
        (date(2026, 12, 25), True),
        (date(2026, 12, 31), True),
        (date(2025, 12, 31), False),
        (date(2026, 11, 30), False),
    ],
)
def test_late_december_of_the_last_known_year_may_still_change(on: date, provisional: bool) -> None:
    assert CALENDAR.day(on).provisional is provisional
    assert not LayeredCalendar(years=[2027], package=PACKAGE).day(on).provisional


def test_late_december_of_a_year_known_from_its_notice_may_change_as_well() -> None:
    calendar = LayeredCalendar(years=[2027], package=PACKAGE)
    assert not calendar.day(date(2027, 12, 24)).provisional
    assert calendar.day(date(2027, 12, 27)) == DayStatus(True, True, "notice", "")


def test_which_years_are_known() -> None:
    calendar = LayeredCalendar(years=[2028], package=PACKAGE)
    assert [year for year in range(2002, 2030) if calendar.knows_year(year)] == [
        *range(2004, 2027),
        2028,
    ]
    assert not LayeredCalendar(package=None).knows_year(2026)


def test_an_instant_is_not_a_day() -> None:
    with pytest.raises(TypeError, match="date_in_china"):
        CALENDAR.day(datetime(2026, 3, 6, tzinfo=UTC))


# -- counting ------------------------------------------------------------------------------


def test_a_count_that_touches_a_provisional_day_is_provisional() -> None:
    calendar = CALENDAR
    assert add_working_days(date(2026, 12, 3), 15, calendar) == (date(2026, 12, 24), False)
    assert add_working_days(date(2026, 12, 3), 16, calendar) == (date(2026, 12, 25), True)
    # The day of the event itself does not count, and its own status does not matter.
    assert add_working_days(date(2027, 1, 1), 0, calendar) == (date(2027, 1, 1), False)
    assert working_days_between(date(2026, 12, 3), date(2026, 12, 24), calendar) == (15, False)
    assert working_days_between(date(2026, 12, 3), date(2026, 12, 25), calendar) == (16, True)
    assert working_days_between(date(2027, 1, 4), date(2026, 12, 25), calendar) == (0, False)


def test_a_provisional_day_taints_a_roll_and_the_last_working_day() -> None:
    calendar = LayeredCalendar({date(2027, 1, 4): work()}, package=PACKAGE)
    assert roll_to_working_day(date(2027, 1, 2), calendar) == (date(2027, 1, 4), True)
    assert roll_to_working_day(date(2027, 1, 4), calendar) == (date(2027, 1, 4), False)
    assert last_working_day(date(2027, 1, 4), calendar) == (date(2027, 1, 4), False)
    assert last_working_day(date(2026, 10, 7), calendar) == (date(2026, 9, 30), False)
    assert last_working_day(date(2027, 1, 3), calendar) == (date(2026, 12, 31), True)


def test_a_negative_number_of_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="不能为负"):
        add_working_days(date(2026, 3, 6), -1, InventedCalendar())


def test_a_pause_is_open_at_its_beginning_and_closed_at_its_end() -> None:
    pause = Pause(date(2026, 3, 9), date(2026, 3, 11))
    assert [pause.covers(date(2026, 3, day)) for day in (9, 10, 11, 12)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_period_of_calendar_days_rolls_off_a_rest_day() -> None:
    friday_off = InventedCalendar(rest=[date(2026, 3, 20)])
    assert add_calendar_days(date(2026, 3, 5), 15, friday_off).date == date(2026, 3, 23)
    assert add_calendar_days(date(2026, 3, 5), 15, InventedCalendar()).date == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 30), 1, date(2026, 2, 28)),
        (date(2024, 1, 30), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 12, 31), 14, date(2028, 2, 29)),
        (date(2026, 8, 12), 3, date(2026, 11, 12)),
        (date(2026, 8, 31), 3, date(2026, 11, 30)),
        (date(2026, 3, 10), 0, date(2026, 3, 10)),
    ],
)
def test_months_end_on_the_same_day_or_on_the_last(start: date, months: int, end: date) -> None:
    every_day = InventedCalendar(work=[end])
    assert add_months(start, months, every_day).date == end


# -- the date in China ---------------------------------------------------------------------


def test_the_instant_is_converted_before_the_date_is_taken() -> None:
    late = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    assert date_in_china(late) == date(2026, 3, 7)
    assert date_in_china(late - timedelta(seconds=1)) == date(2026, 3, 6)
    new_york = timezone(timedelta(hours=-5))
    assert date_in_china(datetime(2026, 3, 6, 12, 0, tzinfo=new_york)) == date(2026, 3, 7)


def test_an_instant_without_a_time_zone_has_no_date_in_china() -> None:
    with pytest.raises(ValueError, match="没有时区"):
        date_in_china(datetime(2026, 3, 6, 12, 0))


# -- the notice of one year beside the package's next --------------------------------------


class _AllRest:
    """A package that has every day of its years as a rest day, so that its answers show."""

    first_year = 2025

    def __init__(self, last_year: int) -> None:
        self.last_year = last_year

    def is_working(self, on: date) -> bool:
        return False

    def name(self, on: date) -> str:
        return "元旦"


@pytest.mark.parametrize(
    ("on", "years", "last_year", "status"),
    [
        # 2026 is known from the package alone: it may have arranged the end of December 2025.
        (date(2025, 12, 30), {2025}, 2026, DayStatus(False, False, "package", "元旦")),
        # Any other day of a year whose notice is accepted is what that notice leaves it.
        (date(2025, 12, 24), {2025}, 2026, DayStatus(True, False, "notice", "")),
        # Both notices are accepted: what neither names is an ordinary day.
        (date(2025, 12, 30), {2025, 2026}, 2026, DayStatus(True, False, "notice", "")),
        # Nobody knows 2026 yet.
        (date(2025, 12, 30), {2025}, 2025, DayStatus(True, True, "notice", "")),
        # The notice before says nothing about the year after.
        (date(2025, 12, 30), {2024, 2025}, 2026, DayStatus(False, False, "package", "元旦")),
    ],
)
def test_the_end_of_december_belongs_to_the_next_years_arrangement(
    on: date, years: set[int], last_year: int, status: DayStatus
) -> None:
    calendar = LayeredCalendar(years=years, package=_AllRest(last_year))
    assert calendar.day(on) == status

"""Working days (工作日) and calendar periods: every count of days the law asks for.

Three kinds of periods that must never be mixed:

* **working days**: day 0 is the day of the event, day 1 the next working day (民诉法第八十五条:
  the day on which a period begins is not counted). The last day is a working day by nature.
* **calendar periods** (60 日, 6 个月, 15 日): when the last day is a rest day the period ends on
  the first working day after it (same article).
* **fixed dates** (31 January, 31 March): never moved; `last_working_day` says when to be done.

The calendar is injected, never global. `LayeredCalendar` answers for *every* date: from the
accepted yearly notices of the State Council, else from the `chinese_calendar` package, else by
a provisional rule, and says in each answer which of them spoke. A result that touches one
provisional day is itself provisional.

Dates are dates of China. `date_in_china` converts an instant *before* the date is taken.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Final, Literal, NamedTuple, Protocol

import chinese_calendar

from gongkai.statute.parameters import NoParameterValue, parameter

DaySource = Literal["notice", "package", "fallback"]

#: 北京时间, all year (no summer time since 1991).
CHINA: Final = timezone(timedelta(hours=8), "Asia/Shanghai")

_ONE_DAY: Final = timedelta(days=1)


class DayStatus(NamedTuple):
    """What a calendar knows of one day.

    `provisional` means that no notice of the State Council settles the day yet. `name` is
    Chinese and may be empty: the holiday, `周末`, or the holiday a make-up day (调休上班) is for.
    """

    is_working: bool
    provisional: bool
    source: DaySource
    name: str


class WorkCalendar(Protocol):
    """Whatever can say of a date whether people work on it. Must answer for every date."""

    def day(self, on: date) -> DayStatus: ...


class HolidayPackage(Protocol):
    """A published table of whole years; `first_year` to `last_year` are complete."""

    @property
    def first_year(self) -> int: ...

    @property
    def last_year(self) -> int: ...

    def is_working(self, on: date) -> bool: ...

    def name(self, on: date) -> str: ...


class Pause(NamedTuple):
    """A half-open interval of days that do not count: every `d` with `after < d <= until`.

    `after` is the day something was sent (it still counts), `until` the day it was answered.
    An interval whose end is not later than its beginning excludes nothing.
    """

    after: date
    until: date

    def covers(self, on: date) -> bool:
        return self.after < on <= self.until


class WorkingDayResult(NamedTuple):
    """A date that was computed, and whether a provisional day took part in it."""

    date: date
    provisional: bool


class WorkingDayCount(NamedTuple):
    """A number of working days, and whether a provisional day took part in it."""

    days: int
    provisional: bool


class ChineseCalendarPackage:
    """The `chinese_calendar` package, asked only for days it has data for.

    It raises `NotImplementedError` for other years, and for a wrong type as well, so the range
    is checked before and never guessed from the error. Its `find_workday` is not used: it moves
    a start on a rest day forward first and so gives such requests two days too many.
    """

    def __init__(self) -> None:
        years = {on.year for on in chinese_calendar.holidays}
        self.first_year = min(years)
        self.last_year = max(years)
        self._chinese = {item.value: str(item.chinese) for item in chinese_calendar.Holiday}

    def is_working(self, on: date) -> bool:
        return bool(chinese_calendar.is_workday(on))

    def name(self, on: date) -> str:
        """The Chinese name of the holiday, `春节调休上班`, `周末`, or nothing."""
        resting, holiday = chinese_calendar.get_holiday_detail(on)
        if holiday is None:
            return "周末" if resting else ""
        chinese = self._chinese.get(holiday, str(holiday))
        return chinese if resting else f"{chinese}调休上班"


_PACKAGE: Final = ChineseCalendarPackage()

#: The arrangement of 元旦 is published with the *next* year's notice and has reached back to
#: 29 December (2018). A week covers any weekend beside the holiday. [reading]
LATE_DECEMBER: Final = (12, 25)


class LayeredCalendar:
    """The calendar of a site: local table, then package, then a provisional rule.

    `table` holds the days that accepted notices name: rest days and make-up working days. It
    overrides everything. `years` are the years whose yearly notice is in the table: a day of
    such a year that the notice does not name is an ordinary weekday or weekend and is settled,
    also where the package has it otherwise.
    When `years` is not given, it is every year whose 1 January is in the table, because every
    yearly notice begins with 元旦. An amendment (as in January 2020) needs no `years`.

    A day nobody has data for is provisional: Monday to Friday are working days except the
    holidays of fixed date (元旦, 劳动节, 国庆节) by the rule of that year. Lunar holidays are not
    guessed, so a deadline of the organ is never shown later than it may turn out to be because
    of a holiday. The last week of December is provisional as well until the next year's
    arrangement is known, although data for its own year exist.
    """

    def __init__(
        self,
        table: Mapping[date, DayStatus] | None = None,
        *,
        years: Collection[int] | None = None,
        package: HolidayPackage | None = _PACKAGE,
    ) -> None:
        self._table = dict(table or {})
        self._package = package
        if years is None:
            years = {on.year for on in self._table if (on.month, on.day) == (1, 1)}
        self._years = frozenset(years)
        self._answers: dict[date, DayStatus] = {}

    def day(self, on: date) -> DayStatus:
        """The status of `on`; never fails for a date. Raises `TypeError` for an instant."""
        answer = self._answers.get(on)
        if answer is None:
            if isinstance(on, datetime):
                raise TypeError("工作日按日期计算，请先用 date_in_china() 把时刻换成日期")
            answer = self._answers[on] = self._look_up(on)
        return answer

    def knows_year(self, year: int) -> bool:
        """Whether the arrangement of `year` is known, from a notice or from the package."""
        return year in self._years or self._packaged(year)

    def _look_up(self, on: date) -> DayStatus:
        if (entry := self._table.get(on)) is not None:
            return DayStatus(entry.is_working, entry.provisional, entry.source, entry.name)
        if not self.knows_year(on.year):
            return _by_rule(on)
        late = (on.month, on.day) >= LATE_DECEMBER
        may_change = late and not self.knows_year(on.year + 1)
        # An accepted notice decides its year alone, whatever the package has; only the last days
        # of December may be arranged by the next year's notice, which the package may hold.
        next_from_package = on.year + 1 not in self._years and self._packaged(on.year + 1)
        settled = on.year in self._years and not (late and next_from_package)
        if not settled and self._package is not None and self._packaged(on.year):
            name = self._package.name(on)
            return DayStatus(self._package.is_working(on), may_change, "package", name)
        weekday = on.weekday() < 5
        return DayStatus(weekday, may_change, "notice", "" if weekday else "周末")

    def _packaged(self, year: int) -> bool:
        package = self._package
        return package is not None and package.first_year <= year <= package.last_year


def _by_rule(on: date) -> DayStatus:
    if on.weekday() >= 5:
        return DayStatus(False, True, "fallback", "周末")
    name = _fixed_holidays(on).get((on.month, on.day), "")
    return DayStatus(not name, True, "fallback", name)


def _fixed_holidays(on: date) -> dict[tuple[int, int], str]:
    try:
        holidays = parameter("holiday.statutory", on).value
    except NoParameterValue:
        return {}
    return {
        (int(day[:2]), int(day[3:])): holiday["name"]
        for holiday in holidays
        for day in holiday.get("dates", ())
    }


def add_working_days(
    start: date, n: int, calendar: WorkCalendar, pauses: Iterable[Pause] = ()
) -> WorkingDayResult:
    """The `n`-th working day after `start` that lies in no pause (条例第三十三条第二款、第三款).

    `start` is day 0 and does not count, whether it is a working day or not. Overlapping pauses
    are a union. `n` = 0 gives `start` itself. Raises `ValueError` for a negative `n`.
    """
    if n < 0:
        raise ValueError("工作日数不能为负")
    excluded = [pause for pause in pauses if pause.after < pause.until]
    on, left, provisional = start, n, False
    while left:
        on += _ONE_DAY
        status = calendar.day(on)
        provisional = provisional or status.provisional
        if status.is_working and not any(pause.covers(on) for pause in excluded):
            left -= 1
    return WorkingDayResult(on, provisional)


def working_days_between(
    start: date, end: date, calendar: WorkCalendar, pauses: Iterable[Pause] = ()
) -> WorkingDayCount:
    """How many working days `d` with `start < d <= end` lie in no pause; 0 if `end <= start`."""
    excluded = [pause for pause in pauses if pause.after < pause.until]
    on, days, provisional = start, 0, False
    while on < end:
        on += _ONE_DAY
        status = calendar.day(on)
        provisional = provisional or status.provisional
        if status.is_working and not any(pause.covers(on) for pause in excluded):
            days += 1
    return WorkingDayCount(days, provisional)


def roll_to_working_day(on: date, calendar: WorkCalendar) -> WorkingDayResult:
    """`on`, or the first working day after it when it is a rest day (民诉法第八十五条)."""
    provisional = False
    while True:
        status = calendar.day(on)
        provisional = provisional or status.provisional
        if status.is_working:
            return WorkingDayResult(on, provisional)
        on += _ONE_DAY


def last_working_day(on: date, calendar: WorkCalendar) -> WorkingDayResult:
    """`on`, or the last working day before it: when to be done with a fixed date (条例第四十九条)."""
    provisional = False
    while True:
        status = calendar.day(on)
        provisional = provisional or status.provisional
        if status.is_working:
            return WorkingDayResult(on, provisional)
        on -= _ONE_DAY


def add_calendar_days(start: date, n: int, calendar: WorkCalendar) -> WorkingDayResult:
    """The end of a period of `n` calendar days (自然日) from `start`, rolled off rest days.

    复议法第二十条 with 第八十八条; 行诉法第四十五条 with 第一百零一条.
    """
    return roll_to_working_day(start + n * _ONE_DAY, calendar)


def add_months(start: date, n: int, calendar: WorkCalendar) -> WorkingDayResult:
    """The end of a period of `n` months from `start`, rolled off rest days.

    The same day of the month, or the month's last day where it has no such day (行诉法第四十六条;
    the rule on missing days is [from knowledge]).
    """
    year, month = divmod(start.year * 12 + start.month - 1 + n, 12)
    month += 1
    following = date(year + month // 12, month % 12 + 1, 1)
    end = min(following - _ONE_DAY, date(year, month, 1) + (start.day - 1) * _ONE_DAY)
    return roll_to_working_day(end, calendar)


def date_in_china(moment: datetime) -> date:
    """The date in China of an instant; raises `ValueError` for one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("时刻没有时区，无法确定是中国的哪一天")
    return moment.astimezone(CHINA).date()

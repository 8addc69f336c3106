"""Calendars for tests: one as published, an invented one, and days for Hypothesis to draw."""

from collections.abc import Collection
from datetime import date, timedelta

from hypothesis import strategies as st

from gongkai.statute.workdays import ChineseCalendarPackage, DayStatus, LayeredCalendar


class _KnownTo2026(ChineseCalendarPackage):
    """The package as it was published in November 2025, whatever version is installed."""

    def __init__(self) -> None:
        super().__init__()
        self.last_year = 2026


PACKAGE = _KnownTo2026()
CALENDAR = LayeredCalendar(package=PACKAGE)


class InventedCalendar:
    """Monday to Friday, without the `rest` days, with the `work` days; nothing provisional."""

    def __init__(self, rest: Collection[date] = (), work: Collection[date] = ()) -> None:
        self.rest, self.work = frozenset(rest), frozenset(work)

    def day(self, on: date) -> DayStatus:
        working = on in self.work or (on.weekday() < 5 and on not in self.rest)
        return DayStatus(working, False, "notice", "")


def days_after(start: date, most: int) -> st.SearchStrategy[date]:
    return st.integers(0, most).map(lambda n: start + timedelta(days=n))

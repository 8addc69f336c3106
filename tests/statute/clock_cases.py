"""The case that most tests of the clock begin with: handed in on Friday, 6 March 2026."""

from datetime import date
from typing import Any

from gongkai.statute.clock import ClockReading, Event, Received, read_clock
from tests.statute.calendars import CALENDAR

RECEIVED = Received(date(2026, 3, 6), "counter")


def day(month: int, of_month: int) -> date:
    return date(2026, month, of_month)


def read(*events: Event, today: date, **options: Any) -> ClockReading:
    return read_clock([RECEIVED, *events], CALENDAR, today, **options)

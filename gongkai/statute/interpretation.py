"""Interpretation of policies (政策解读): which documents need one, and until when.

国办发〔2016〕80号, known at second hand: planned, approved and published together with the document,
at the latest within three working days. That every 规章 and 行政规范性文件 needs one is a reading;
for other documents the drafting body says so itself. Numbers and marks stand in
`parameters/policy.toml`.
"""

from __future__ import annotations

from datetime import date, timedelta

from gongkai.statute.parameters import NoParameterValue, number, parameter
from gongkai.statute.workdays import WorkCalendar, WorkingDayResult, add_working_days

DAYS = "policy.interpretation_days"
KINDS = "policy.interpretation_kinds"


def kinds_on(published_on: date) -> frozenset[str]:
    """Kinds of documents that needed an interpretation when published on this day."""
    try:
        return frozenset(parameter(KINDS, published_on).value)
    except NoParameterValue:
        return frozenset()


def first_day() -> date:
    """The day from which documents need an interpretation at all."""
    return parameter(DAYS, date.max).valid_from


def due_on(published_on: date, calendar: WorkCalendar) -> WorkingDayResult:
    """The last day for publishing the interpretation of a document of this day."""
    return add_working_days(published_on, number(DAYS, published_on), calendar)


def late_before(today: date, calendar: WorkCalendar) -> date:
    """Documents published before this day, and not interpreted yet, are late on `today`.

    So that a database finds the late ones by one comparison.
    """
    day = today
    while due_on(day, calendar).date >= today:
        day -= timedelta(days=1)
    return day + timedelta(days=1)

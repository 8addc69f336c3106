"""How the scenarios about days and the clock are read; the runner asks `HANDLERS`.

`kind: clock`: `given` holds `events` and `today`, as `gongkai clock` reads them, and may hold
`options` of `read_clock` and an invented `calendar` (`years`, `rest`, `work`). `expect` names
figures of the reading, or `error` with the `article` that forbids the sequence (null when the
file itself is wrong) and words that the message `says`. Whatever a scenario expects, the plain
count of `plain_count` must agree with the reading.

`kind: working_days`: from `start`, `deadlines` says which date is the n-th working day, or `days`
how many there are up to `until`; `pauses` are pairs of dates, of which the first still counts.

`kind: calendar_period`: `days` or `months` from `start`, rolled off rest days; or a `fixed` date
and the last working day not after it.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from gongkai.statute.clock import (
    ClockReading,
    EventError,
    IllegalSequence,
    case_from_json,
    read_clock,
)
from gongkai.statute.workdays import (
    DayStatus,
    LayeredCalendar,
    Pause,
    WorkingDayResult,
    add_calendar_days,
    add_months,
    add_working_days,
    last_working_day,
    working_days_between,
)
from tests.statute import plain_count
from tests.statute.calendars import CALENDAR, PACKAGE

FIGURES: dict[str, Callable[[ClockReading], Any]] = {
    "due_on": lambda reading: reading.due_on,
    "state": lambda reading: str(reading.state),
    "days_used": lambda reading: reading.days_used,
    "days_left": lambda reading: reading.days_left,
    "provisional": lambda reading: reading.provisional,
    "overdue": lambda reading: reading.overdue,
    "answered_late": lambda reading: reading.answered_late,
    "deadline": lambda reading: reading.deadline,
    "strict_due_on": lambda reading: reading.strict_due_on,
    "other_due": lambda reading: reading.other_due and reading.other_due.on,
    "later_events": lambda reading: reading.later_events,
    "explanation": lambda reading: reading.explanation,
}


def check_clock(given: dict[str, Any], expect: dict[str, Any]) -> None:
    assert given.keys() <= {"events", "today", "options", "calendar"}
    if "error" in expect:
        assert expect.keys() == {"error"}, "a refused case shows no figures"
        refusal, wanted = _refusal(given), expect["error"]
        assert wanted["says"] in str(refusal), str(refusal)
        if wanted["article"] is None:
            assert isinstance(refusal, EventError)
        else:
            assert isinstance(refusal, IllegalSequence)
            assert wanted["article"] in refusal.article
        return
    reading = _read(given)
    assert {name: FIGURES[name](reading) for name in expect} == expect, reading.explanation
    counted = [part for part in reading.segments if part.counts and not part.future]
    assert sum(part.working_days for part in counted) == reading.days_used
    if "calendar" not in given and not reading.case.deadline.provisional:
        events, today = _case(given)
        assert plain_count.count(events, today, **given.get("options", {})) == (
            reading.due_on,
            reading.days_used,
            reading.days_left,
        ), "the plain count differs"


def check_working_days(given: dict[str, Any], expect: dict[str, Any]) -> None:
    assert given.keys() <= {"start", "until", "pauses"}
    assert expect.keys() <= {"deadlines", "days"}
    start = given["start"]
    pauses = [Pause(*pair) for pair in given.get("pauses", ())]
    for days, deadline in expect.get("deadlines", {}).items():
        assert add_working_days(start, days, CALENDAR, pauses) == (deadline, False), days
        # Counting up to the deadline gives the number again.
        assert working_days_between(start, deadline, CALENDAR, pauses).days == days
    if "days" in expect:
        count = working_days_between(start, given["until"], CALENDAR, pauses)
        assert count == (expect["days"], False)


def check_calendar_period(given: dict[str, Any], expect: dict[str, Any]) -> None:
    assert expect.keys() == {"date", "provisional"}
    assert _period(**given) == (expect["date"], expect["provisional"])


def _period(
    start: date | None = None,
    days: int | None = None,
    months: int | None = None,
    fixed: date | None = None,
) -> WorkingDayResult:
    if fixed is not None:
        return last_working_day(fixed, CALENDAR)
    if days is not None:
        return add_calendar_days(start, days, CALENDAR)
    return add_months(start, months, CALENDAR)


def _refusal(given: dict[str, Any]) -> ValueError:
    try:
        reading = _read(given)
    except (IllegalSequence, EventError) as error:
        return error
    raise AssertionError(f"not refused: {reading.explanation}")


def _read(given: dict[str, Any]) -> ClockReading:
    events, today = _case(given)
    return read_clock(events, _calendar(given), today, **given.get("options", {}))


def _case(given: dict[str, Any]) -> Any:
    return case_from_json(_as_json({"events": given["events"], "today": given["today"]}))


def _as_json(value: Any) -> Any:
    """YAML reads dates, JSON holds their text."""
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _calendar(given: dict[str, Any]) -> LayeredCalendar:
    if "calendar" not in given:
        return CALENDAR
    notice = given["calendar"]
    table = {
        on: DayStatus(is_working, False, "notice", "")
        for key, is_working in (("rest", False), ("work", True))
        for on in notice.get(key, ())
    }
    return LayeredCalendar(table, years=notice["years"], package=PACKAGE)


HANDLERS: dict[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    "clock": check_clock,
    "working_days": check_working_days,
    "calendar_period": check_calendar_period,
}

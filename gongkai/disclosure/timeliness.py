"""Article 26: proactive information is published within 20 working days of coming about.

The limit runs from the day of formation, or of the last change. Entries of the standard catalogue
may set other limits, which the catalogue computes; this is the general one, for every draft.
"""

from __future__ import annotations

from datetime import date, timedelta

from gongkai.disclosure.models import DisclosedItem
from gongkai.statute.parameters import number
from gongkai.statute.workdays import WorkCalendar, WorkingDayResult, add_working_days

LIMIT = "publication.days"


def came_about(item: DisclosedItem) -> date | None:
    """The day from which the limit runs: the last change, or else the formation."""
    return item.changed_on or item.formed_on


def due_on(start: date, calendar: WorkCalendar) -> WorkingDayResult:
    """The last day for publishing what came about on `start` (Art. 26)."""
    return add_working_days(start, number(LIMIT, start), calendar)


def late_before(today: date, calendar: WorkCalendar) -> date:
    """What came about before this day and is not yet public is late on `today` (Art. 26).

    So that a database finds the late ones by one comparison instead of counting days for each.
    """
    left, day = number(LIMIT, today), today
    while left:
        left -= calendar.day(day).is_working
        day -= timedelta(days=1)
    # `day + 1` is the 20th working day back: its limit ends today, that of the day before it
    # (whatever its kind) has ended on or before the last working day.
    while due_on(day, calendar).date >= today:
        day -= timedelta(days=1)
    return day + timedelta(days=1)

"""When a report is due (条例第四十九条), and when somebody should be reminded.

Departments send and publish by 31 January, governments publish by 31 March of the next year:
dated parameters of `statute`. A place may set earlier days (settings ``REPORT_DUE_DEPARTMENTS``
and ``REPORT_DUE_GOVERNMENTS``, as "01-28"); a later one is refused by the system check
``reports.E002``, because a notice cannot lengthen a term of the Regulations. Sub-district
offices and other bodies are not named in Article 49 and follow the departments [reading].

These are days of the calendar and are not rolled over when they fall on a weekend; so people
are reminded of the last working day up to then, on which the work has to be done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.conf import settings
from django.utils import timezone

from gongkai.reports.models import Scope
from gongkai.statute.parameters import parameter
from gongkai.statute.workdays import WorkCalendar, last_working_day
from gongkai.workdays.queries import current_calendar

Urgency = Literal["done", "overdue", "soon", "open"]
SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day for a report, why, and the last working day on which it can be met."""

    on: date
    working_day: date
    article: str
    local: bool

    def days_left(self, today: date | None = None) -> int:
        """Calendar days until the last day; negative when it has passed."""
        return (self.on - (today or timezone.localdate())).days

    def urgency(self, *, done: bool, today: date | None = None) -> Urgency:
        """How it stands: done, overdue, soon (within a fortnight), open."""
        if done:
            return "done"
        left = self.days_left(today)
        if left < 0:
            return "overdue"
        return "soon" if left <= SOON_DAYS else "open"


def due_date(scope: str, year: int, calendar: WorkCalendar | None = None) -> DueDate:
    """The last day for a report on ``year``: an aggregate is a government's report."""
    government = scope == Scope.AGGREGATE
    key = "report.government_due" if government else "report.department_due"
    rule = parameter(key, date(year + 1, 1, 1))
    statutory = month_day(rule.value, year + 1)
    local = local_day(government, year + 1)
    on = local if local is not None and local < statutory else statutory
    return DueDate(
        on=on,
        working_day=last_working_day(on, calendar or current_calendar()).date,
        article=rule.article,
        local=on != statutory,
    )


def month_day(text: str, year: int) -> date:
    """ "01-31" in ``year``; ValueError for anything else."""
    month, day = text.split("-")
    return date(year, int(month), int(day))


def local_day(government: bool, year: int) -> date | None:
    """The day set by the place, if there is one."""
    name = "REPORT_DUE_GOVERNMENTS" if government else "REPORT_DUE_DEPARTMENTS"
    text = str(getattr(settings, name, "") or "")
    return month_day(text, year) if text else None

"""Reading the site's calendar.

The calendar is asked for single days by the thousand, so it is read once and kept for as long
as no notice is accepted: each call of `current_calendar` costs one small statement (the version),
and the days themselves cost none.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils import timezone

from gongkai.statute.parameters import parameter
from gongkai.statute.workdays import DayStatus, LayeredCalendar, WorkCalendar
from gongkai.workdays.models import CalendarDay, HolidayNotice

#: The banner, word for word.
PROVISIONAL: str = "下一年度节假日安排未导入，期限为暂定"


@dataclass(frozen=True)
class CalendarWarning:
    """That a year's arrangement is missing. `banner`: shown on every staff screen."""

    level: Literal["reminder", "banner"]
    year: int
    text: str

    def __str__(self) -> str:
        return self.text


_lock = Lock()
_kept: tuple[tuple[int, datetime] | None, LayeredCalendar] | None = None


def current_calendar() -> LayeredCalendar:
    """The calendar in force: accepted notices, then the package, then the provisional rule."""
    global _kept
    version = HolidayNotice.objects.order_by("-version").values_list("version", "accepted_at")[:1]
    latest = next(iter(version), None)
    with _lock:
        if _kept is not None and _kept[0] == latest:
            return _kept[1]
    calendar = LayeredCalendar(table_in_force(), years=years_in_force())
    with _lock:
        _kept = (latest, calendar)
    return calendar


def calendar_version() -> int:
    """The number of the calendar in force; 0 while no notice was ever accepted."""
    latest = HolidayNotice.objects.order_by("-version").values_list("version", flat=True).first()
    return latest or 0


def table_in_force() -> dict[date, DayStatus]:
    """The days that accepted notices name."""
    return {
        on: day_status(is_working, name)
        for on, is_working, name in CalendarDay.objects.values_list("date", "is_working", "name")
    }


def years_in_force() -> set[int]:
    """The years whose whole arrangement was accepted."""
    return set(notices_in_force().filter(is_amendment=False).values_list("year", flat=True))


def notices_in_force() -> QuerySet[HolidayNotice]:
    """Accepted notices that no later one replaced, in the order in which they apply."""
    return HolidayNotice.objects.filter(successor=None).order_by("year", "is_amendment", "version")


def notices_with_successor() -> QuerySet[HolidayNotice]:
    """All notices ever accepted, newest first, each with the one that replaced it."""
    return HolidayNotice.objects.select_related("successor", "replaces").order_by("-version")


@dataclass(frozen=True)
class Holiday:
    """What a notice says of one holiday."""

    name: str
    rest: tuple[date, ...]
    work: tuple[date, ...]
    sentences: tuple[str, ...]


def holidays_of(notice: HolidayNotice) -> list[Holiday]:
    """The notice's days by holiday, in the order of their first day off."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for day in notice.days:
        groups.setdefault(day["name"], []).append(day)
    holidays = [
        Holiday(
            name=name,
            rest=tuple(date.fromisoformat(day["date"]) for day in days if not day["working"]),
            work=tuple(date.fromisoformat(day["date"]) for day in days if day["working"]),
            sentences=tuple(
                dict.fromkeys(
                    day["sentence"] for day in sorted(days, key=lambda day: bool(day["working"]))
                )
            ),
        )
        for name, days in groups.items()
    ]
    return sorted(holidays, key=lambda holiday: holiday.rest or holiday.work)


def day_status(is_working: bool, name: str) -> DayStatus:
    """A day as a notice settles it; a make-up day says what it makes up for."""
    return DayStatus(is_working, False, "notice", f"{name}调休上班" if is_working else name)


def fold(notices: Iterable[HolidayNotice]) -> Mapping[date, tuple[bool, str, HolidayNotice]]:
    """The days of the notices, later ones over earlier: date → (working, holiday, notice)."""
    return {
        date.fromisoformat(day["date"]): (day["working"], day["name"], notice)
        for notice in notices
        for day in notice.days
    }


@dataclass(frozen=True)
class CalendarDate:
    """One day of a year as the calendar in force has it."""

    date: date
    status: DayStatus

    @property
    def is_special(self) -> bool:
        """A weekday off, or a weekend day on which people work: what a notice decides."""
        weekday = self.date.weekday() < 5
        return self.status.is_working != weekday or self.is_holiday

    @property
    def is_holiday(self) -> bool:
        """A day off that has a name of its own, also when it falls on a weekend."""
        return not self.status.is_working and self.status.name not in ("", "周末")


@dataclass(frozen=True)
class Month:
    """A month of the calendar."""

    year: int
    month: int
    days: tuple[CalendarDate, ...]

    @property
    def working_days(self) -> int:
        return sum(day.status.is_working for day in self.days)

    @property
    def weeks(self) -> list[list[CalendarDate | None]]:
        """Rows from Monday to Sunday; None where the month has no day."""
        cells: list[CalendarDate | None] = [*[None] * self.days[0].date.weekday(), *self.days]
        cells += [None] * (-len(cells) % 7)
        return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def months_of(year: int, calendar: WorkCalendar | None = None) -> list[Month]:
    """The twelve months of a year, by the calendar in force or the one given."""
    calendar = calendar or current_calendar()
    return [
        Month(
            year,
            month,
            tuple(
                CalendarDate(on, calendar.day(on))
                for on in (
                    date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)
                )
            ),
        )
        for month in range(1, 13)
    ]


def calendar_warning(today: date | None = None) -> CalendarWarning | None:
    """What to say about a missing arrangement: from 1 October a reminder, then the banner.

    The banner also stands when the arrangement of the current year itself is missing.
    """
    today = today or timezone.localdate()
    calendar = current_calendar()
    if not calendar.knows_year(today.year):
        text = f"{today.year}年节假日安排未导入，期限为暂定"
        return CalendarWarning("banner", today.year, text)
    if calendar.knows_year(today.year + 1):
        return None
    day = today.strftime("%m-%d")
    if day >= parameter("calendar.banner_from", today).value:
        return CalendarWarning("banner", today.year + 1, PROVISIONAL)
    if day >= parameter("calendar.warn_from", today).value:
        text = f"{today.year + 1}年节假日安排尚未导入。通知发布后请尽快导入，跨年的期限在此之前为暂定。"
        return CalendarWarning("reminder", today.year + 1, text)
    return None

"""When something must be published (主动公开的期限): due dates of publication duties.

Article 26: within 20 working days from the day on which the information came about or changed,
unless a law or regulation sets another period. The standard catalogues (基层政务公开标准目录)
write such periods matter by matter: 10 working days, 20 calendar days from the approval of a
budget, every quarter, by the end of September. A `Rule` holds one of them; `due` and `period_due`
say the day and why.

* Day 0 is the day of the occasion; counting starts on the next day (as in `workdays`).
* Working days come from an injected calendar, never a global one.
* Calendar days are not moved when the last one is a rest day: nothing says that the duty to
  publish waits for a working day, and the earlier day is the safe one. [reading]
* A period (每月、每季度、每年) has a fixed last day, which is never moved.
* Without the day on which the information came about there is no due date: whether it was
  published in time is then *unknown*, never "in time".
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from gongkai.statute.parameters import parameter
from gongkai.statute.workdays import WorkCalendar, add_working_days


class DayType(StrEnum):
    """In which days a limit counts."""

    WORKDAY = "workday"
    CALENDAR = "calendar"


class Cycle(StrEnum):
    """How often the matter must be published anew."""

    EVENT = "event"
    REALTIME = "realtime"
    LONG_TERM = "long_term"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    SCHOOL_YEAR = "school_year"


class Trigger(StrEnum):
    """What starts the limit."""

    FORMED = "formed"
    APPROVED = "approved"
    PERIOD_END = "period_end"
    ADVANCE = "advance"


CYCLE_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Cycle.EVENT: "事件触发",
        Cycle.REALTIME: "实时",
        Cycle.LONG_TERM: "长期公开",
        Cycle.MONTHLY: "每月",
        Cycle.QUARTERLY: "每季度",
        Cycle.HALF_YEARLY: "每半年",
        Cycle.YEARLY: "每年",
        Cycle.SCHOOL_YEAR: "每学年",
    }
)

MONTHS: Final[Mapping[str, int]] = MappingProxyType(
    {
        Cycle.MONTHLY: 1,
        Cycle.QUARTERLY: 3,
        Cycle.HALF_YEARLY: 6,
        Cycle.YEARLY: 12,
        Cycle.SCHOOL_YEAR: 12,
    }
)
"""Periodic cycles and how many months a period has."""

CYCLE_DAYS: Final[Mapping[str, int]] = MappingProxyType(
    {
        Cycle.MONTHLY: 31,
        Cycle.QUARTERLY: 92,
        Cycle.HALF_YEARLY: 184,
        Cycle.YEARLY: 366,
        Cycle.SCHOOL_YEAR: 366,
    }
)
"""The longest a period of the cycle lasts, in days: what freshness and gaps are held against."""

SCHOOL_YEAR_STARTS: Final = 9
"""A school year is counted from 1 September. [from knowledge]"""

_BY: Final = re.compile(r"(?:(\d{1,2})-)?(\d{1,2})")
_APPROVAL: Final = ("批准", "批复", "审议通过", "审查通过")
_PERIOD_END: Final = ("季度结束", "季度终了", "月度结束", "月结束", "月度终了", "年度结束",
                      "年度终了", "期末", "周期结束", "学年结束", "半年结束")  # fmt: skip
_ADVANCE: Final = ("事前", "实施前", "开展前", "组织实施之前", "作出前", "决策前")


class DueDate(NamedTuple):
    """A due date with the steps that lead to it; `provisional` as the calendar's days are."""

    date: date
    provisional: bool
    explanation: str


@dataclass(frozen=True)
class Rule:
    """When one matter must be published.

    `limit_days` None is the legal default of the day on which it starts (Art. 26). `by` is the
    last day within a period: "20" (the 20th of its last month … for a month: of the month), or
    "09-30" (in a year: 30 September; in a quarter or half-year: of its nth month).
    """

    limit_days: int | None = None
    day_type: str = DayType.WORKDAY
    trigger: str = Trigger.FORMED
    cycle: str = Cycle.EVENT
    by: str = ""
    notice_days: int | None = None

    @property
    def is_periodic(self) -> bool:
        """Whether the matter must be published anew in every period."""
        return self.cycle in MONTHS


class Period(NamedTuple):
    """A period of a cycle, both days inclusive."""

    label: str
    start: date
    end: date


def trigger_of(text: str) -> Trigger:
    """What starts the limit, by the words of the catalogue (起算事由)."""
    if any(word in text for word in _APPROVAL):
        return Trigger.APPROVED
    if any(word in text for word in _PERIOD_END):
        return Trigger.PERIOD_END
    if any(word in text for word in _ADVANCE):
        return Trigger.ADVANCE
    return Trigger.FORMED


def due(rule: Rule, on: date, calendar: WorkCalendar) -> DueDate:
    """The last day for publishing what came about, changed or was approved on `on` (Art. 26).

    For `Trigger.ADVANCE` `on` is the day of the act itself, before which it must be public.
    """
    if rule.cycle == Cycle.REALTIME and rule.limit_days is None:
        return DueDate(on, False, f"{on:%Y-%m-%d}形成，实时公开，当日公开。")
    if rule.trigger == Trigger.ADVANCE:
        return _before(rule, on, calendar)
    article = ""
    days, workdays = rule.limit_days, rule.day_type != DayType.CALENDAR
    if days is None:
        legal = parameter("publication.days", on)
        days, workdays, article = int(legal.value), True, f"（{legal.article}）"
    verb = "批准（批复）" if rule.trigger == Trigger.APPROVED else "形成或变更"
    start = f"{on:%Y-%m-%d}{verb}，当日不计，"
    if workdays:
        found = add_working_days(on, days, calendar)
        words = f"{start}其后第{days}个工作日{article}为{found.date:%Y-%m-%d}"
        return DueDate(found.date, found.provisional, words + _doubt(found.provisional))
    end = on + timedelta(days=days)
    return DueDate(end, False, f"{start}其后第{days}日为{end:%Y-%m-%d}（按自然日，不顺延）。")


def _before(rule: Rule, on: date, calendar: WorkCalendar) -> DueDate:
    days = rule.limit_days or 1
    if rule.limit_days is None or rule.day_type == DayType.CALENDAR:
        end = on - timedelta(days=days)
        return DueDate(
            end, False, f"事前公开：{on:%Y-%m-%d}实施，至迟提前{days}日，即{end:%Y-%m-%d}。"
        )
    end, provisional, left = on, False, days
    while left:
        end -= timedelta(days=1)
        status = calendar.day(end)
        provisional = provisional or status.provisional
        left -= status.is_working
    words = f"事前公开：{on:%Y-%m-%d}实施，至迟提前{days}个工作日，即{end:%Y-%m-%d}"
    return DueDate(end, provisional, words + _doubt(provisional))


def periods(cycle: str, year: int) -> tuple[Period, ...]:
    """The periods of a cycle that begin in `year`; none for a cycle that is not periodic."""
    months = MONTHS.get(cycle)
    if months is None:
        return ()
    first = SCHOOL_YEAR_STARTS if cycle == Cycle.SCHOOL_YEAR else 1
    found = []
    for number in range(12 // months):
        start = _month(year, first + number * months)
        end = _month(year, first + (number + 1) * months) - timedelta(days=1)
        found.append(Period(_label(cycle, year, number), start, end))
    return tuple(found)


def _label(cycle: str, year: int, number: int) -> str:
    if cycle == Cycle.MONTHLY:
        return f"{year}年{number + 1}月"
    if cycle == Cycle.QUARTERLY:
        return f"{year}年第{'一二三四'[number]}季度"
    if cycle == Cycle.HALF_YEARLY:
        return f"{year}年{'上下'[number]}半年"
    if cycle == Cycle.SCHOOL_YEAR:
        return f"{year}—{year + 1}学年"
    return f"{year}年"


def _month(year: int, month: int) -> date:
    """The first day of a month; month 13 is the next year's January."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def period_due(rule: Rule, period: Period, calendar: WorkCalendar) -> DueDate:
    """The last day for publishing what belongs to `period`.

    Counted from the period's end when the catalogue says so (季度结束后10个工作日内), by a stated
    day within the period (每月10日前, 9月底前), else the period's last day.
    """
    if rule.trigger == Trigger.PERIOD_END:
        after = due(Rule(rule.limit_days, rule.day_type, Trigger.FORMED), period.end, calendar)
        words = after.explanation.replace("形成或变更，当日不计", "周期结束，当日不计", 1)
        return DueDate(after.date, after.provisional, f"{period.label}：{words}")
    stated = stated_day(rule.by, period)
    if stated is not None:
        return DueDate(
            stated, False, f"{period.label}：至迟{stated:%Y-%m-%d}（固定日期，不顺延）。"
        )
    end = period.end
    return DueDate(end, False, f"{period.label}：本周期内公开，至迟{end:%Y-%m-%d}（不顺延）。")


def opens_on(rule: Rule, period: Period) -> date:
    """The first day on which a publication can be the one of `period`.

    What is counted from the period's end cannot exist before it.
    """
    return period.end if rule.trigger == Trigger.PERIOD_END else period.start


def stated_day(by: str, period: Period) -> date | None:
    """The day that `by` means within a period; None without one.

    A month is a calendar month in a yearly cycle (09-30 of a school year from September 2024
    is in 2024, 06-30 in 2025), else the nth month of the period. Days a month does not have are
    its last day.
    """
    match = _BY.fullmatch(by)
    if match is None:
        return None
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
    day = int(match[2])
    if match[1] is None:
        first = date(period.end.year, period.end.month, 1)
    elif months == 12:
        month = int(match[1])
        year = period.start.year + (month < period.start.month)
        first = date(year, min(max(month, 1), 12), 1)
    else:
        number = min(max(int(match[1]), 1), months)
        first = _month(period.start.year, period.start.month + number - 1)
    return first.replace(day=min(max(day, 1), monthrange(first.year, first.month)[1]))


def notice_until(rule: Rule, published_on: date, calendar: WorkCalendar) -> DueDate | None:
    """Until which day a public notice (公示) must stay up; None when none is prescribed.

    The day of posting is not counted.
    """
    if not rule.notice_days:
        return None
    found = add_working_days(published_on, rule.notice_days, calendar)
    words = f"{published_on:%Y-%m-%d}公示，当日不计，满{rule.notice_days}个工作日至{found.date:%Y-%m-%d}"
    return DueDate(found.date, found.provisional, words + _doubt(found.provisional))


def _doubt(provisional: bool) -> str:
    return "（节假日安排未定，暂定）。" if provisional else "。"

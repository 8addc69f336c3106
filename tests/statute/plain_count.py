"""A second opinion on the clock: the rules written once more, as plainly as they can be.

Nothing of `gongkai.statute` is used but the events of a case: days are asked one by one of the
package, the numbers of the law stand here as figures, and there is no machinery to share a
mistake with. It knows nothing of refusals, explanations or provisional days.
"""

from datetime import date, timedelta
from typing import Any, NamedTuple

import chinese_calendar

DAY = timedelta(days=1)


class Count(NamedTuple):
    due_on: date | None
    days_used: int
    days_left: int | None


def count(
    events: list[Any],
    today: date,
    fee_payment_effect: str = "restart",
    answered_by: str = "delivered",
) -> Count:
    start = stopped = ended = decided = delayed = None
    total, until, paid, owed = 20, None, 0, 0
    asked: dict[tuple[str, str], list[date]] = {}
    fee_pauses: list[tuple[date, date]] = []
    happened = [event for event in events if event.on <= today]
    for event in sorted(happened, key=lambda item: (item.on, item.type != "received")):
        kind, on = event.type, event.on
        if kind == "received":
            start, total = on, (20 if on >= date(2019, 5, 15) else 15)
        elif kind == "correction_requested":
            stopped = on
        elif kind == "correction_received":
            start, total, stopped, ended, until, delayed = on, 20, None, None, None, None
            fee_pauses = []
        elif kind.endswith("_consulted"):
            lapse = working_day_after(event.received_on or on, 15)
            asked[kind.removesuffix("_consulted"), event.ref] = [on, lapse]
        elif kind.endswith("_answered"):
            interval = asked[kind.removesuffix("_answered"), event.ref]
            interval[1] = min(interval[1], on)
        elif kind == "extended":
            total += event.days
        elif kind == "delay_stated":
            until, delayed = event.until, delayed or on
        elif kind == "fee_noticed":
            owed, stopped = event.amount, stopped or on
        elif kind == "fee_paid":
            paid += event.amount or owed
            if paid >= owed and fee_payment_effect == "restart":
                start, total, stopped, until, delayed = on, 20, None, None, None
            elif paid >= owed:
                fee_pauses, stopped = [*fee_pauses, (stopped, on)], None
        elif kind == "decided" and ended is None:
            decided = on
            ended = on if answered_by == "decided" else None
        elif kind == "reopened":
            for interval in asked.values():
                interval[1] = min(interval[1], decided or ended)
            start, total, until, stopped, ended, decided = on, 20, event.until, None, None, None
            delayed, fee_pauses = (on if until else None), []
        elif kind in ("correction_lapsed", "fee_lapsed", "delivered", "withdrawn"):
            ended = ended or on
    pauses = [
        (a, min(day for day in (b, decided, delayed) if day)) for a, b in asked.values()
    ] + fee_pauses
    due = until or working_day_after(start, total, pauses)
    counted = [pause for pause in pauses if pause[0] < due]
    used = working_days(start, stopped or ended or today, counted)
    if stopped or ended:
        return Count(None, used, None)
    if until:
        left = working_days(today, due) - working_days(due, today)
    elif today <= due:
        left = working_days(today, due, counted)
    else:
        left = -working_days(due, today)
    return Count(due, used, left)


def working_days(after: date, until: date, pauses: list[tuple[date, date]] = ()) -> int:
    days = (after + DAY * n for n in range(1, (until - after).days + 1))
    return sum(1 for day in days if _counts(day, pauses))


def working_day_after(start: date, n: int, pauses: list[tuple[date, date]] = ()) -> date:
    day = start
    while n:
        day += DAY
        n -= _counts(day, pauses)
    return day


def _counts(day: date, pauses: list[tuple[date, date]]) -> bool:
    return chinese_calendar.is_workday(day) and not any(a < day <= b for a, b in pauses)

"""Reads of this room that are more than a filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from gongkai.foi.caseclock import read, to_event
from gongkai.foi.facts import years_carried
from gongkai.foi.models import Channel, FoiEvent, FoiRequest, RemedyKind
from gongkai.organs import policy
from gongkai.statute.clock import CHANNELS, EVENT_TYPES, ClockReading, ClockState, IllegalSequence
from gongkai.statute.outcomes import OUTCOMES
from gongkai.statute.workdays import WorkCalendar, last_working_day, working_days_between
from gongkai.workdays.queries import current_calendar

URGENT_DAYS: Final = 3
"""A deadline with no more working days than this is shown as pressing."""

OWN_CLOCK: Final = (ClockState.RUNNING, ClockState.PAUSED, ClockState.DECIDED)
"""Only the body's own clock can be overdue; others' time to act merely runs out."""

_WAITS: Final = {
    ClockState.AWAITING_CORRECTION: "待补正",
    ClockState.AWAITING_PAYMENT: "待缴费",
}


@dataclass(frozen=True)
class DueInWords:
    """How a due date is said: the words, and whether it presses or has passed."""

    text: str
    is_urgent: bool = False
    is_overdue: bool = False


def waiting_requests(user: Any, action: str = "foi.handle") -> QuerySet[FoiRequest]:
    """Requests within the user's reach that still wait for somebody, most pressing first."""
    waiting = FoiRequest.objects.filter(due_on__isnull=False).select_related("organ")
    return policy.scope(waiting, user, action).order_by("due_on", "pk")


def overdue(today: date) -> Q:
    """Requests whose body should have answered before `today`, as a condition on their rows."""
    return Q(due_on__lt=today, state__in=OWN_CLOCK)


def late_intakes(today: date) -> Q:
    """Waiting intakes whose day of confirmation has passed, as a condition on their rows.

    `services.intake.confirm_by` says the same of one of them: letters on the working day they come,
    the rest until the working day after.
    """
    calendar = current_calendar()
    last = last_working_day(today - timedelta(days=1), calendar).date
    before = last_working_day(last - timedelta(days=1), calendar).date
    letter = Q(channel=Channel.ORDINARY_MAIL)
    return (letter & Q(arrived_on__lte=last)) | (~letter & Q(arrived_on__lte=before))


def due_in_words(request: FoiRequest, calendar: WorkCalendar, today: date) -> DueInWords:
    """The due date of a request in words, from the index columns alone (no SQL).

    While others are asked (征求意见) the clock stands still and only the date is said.
    """
    due = request.due_on
    if due is None:
        return DueInWords("")
    about = "（暂定）" if request.due_provisional else ""
    wait = _WAITS.get(ClockState(request.state))
    if wait is not None:
        if due < today:
            return DueInWords(f"{wait}期限已过，请处理", is_urgent=True)
        return DueInWords(f"{wait}，至{_day(due)}{about}")
    if due < today:
        days = working_days_between(due, today, calendar).days
        passed = f"已逾期{days}个工作日" if days else "已逾期"
        return DueInWords(passed + about, is_urgent=True, is_overdue=True)
    if request.state == ClockState.PAUSED:
        return DueInWords(f"征求意见中，暂停计算{about}")
    if due == today:
        return DueInWords(f"今天到期{about}", is_urgent=True)
    days = working_days_between(today, due, calendar).days
    return DueInWords(f"还剩{days}个工作日{about}", is_urgent=days <= URGENT_DAYS)


def events_of(requests: Sequence[FoiRequest]) -> QuerySet[FoiEvent]:
    """The events of several cases, in their order. One statement."""
    return FoiEvent.objects.filter(request__in=[r.pk for r in requests]).order_by(
        "request_id", "seq"
    )


def reading_of(
    events: Sequence[FoiEvent], calendar: WorkCalendar, today: date
) -> ClockReading | IllegalSequence:
    """The clock's reading of a case today, or why its events are not lawful any more."""
    try:
        return read(map(to_event, events), calendar, today)
    except IllegalSequence as error:
        return error


@dataclass(frozen=True)
class BarPart:
    """Working days of one kind in the bar: used, left, over, pause."""

    kind: str
    days: int
    title: str


def clock_bar(reading: ClockReading) -> list[BarPart]:
    """The stretches of a reading that hold working days, for drawing."""
    deadline = reading.deadline
    parts = []
    for part in reading.segments:
        if not part.working_days:
            continue
        if not part.counts:
            kind = "pause"
        elif deadline is not None and part.first > deadline:
            kind = "over"
        else:
            kind = "left" if part.future else "used"
        title = f"{part.first}至{part.last}：{part.why}（{part.working_days}个工作日）"
        parts.append(BarPart(kind, part.working_days, title))
    return parts


@dataclass(frozen=True)
class TimelineEntry:
    """One event as it is shown: what happened, and its particulars as (name, text)."""

    seq: int
    on: date
    label: str
    details: tuple[tuple[str, str], ...]
    recorded_at: Any
    recorded_by: str


def timeline(events: Sequence[FoiEvent]) -> list[TimelineEntry]:
    """The events in the order of their days, those of one day as they were recorded."""
    return [
        TimelineEntry(
            seq=event.seq,
            on=event.on,
            label=EVENT_TYPES[event.type].label,
            details=tuple(_details(event.data)),
            recorded_at=event.recorded_at,
            recorded_by=event.recorded_by,
        )
        for event in sorted(events, key=lambda e: (e.on, e.seq))
    ]


def outcome_words(code: str, subtype: str = "") -> str:
    """The result in the words of table three, with the variety where there is one."""
    outcome = OUTCOMES.get(code)
    if outcome is None:
        return code
    known = outcome.subtypes.get(subtype)
    return f"{outcome.label}（{known.label}）" if known else outcome.label


def carried_in_words(request: FoiRequest, today: date) -> str:
    """Which years' tables count the request as 结转, or will; "" for one that is no such case.

    What has been carried over stands in both rows of table three; what is open and due only in the
    next year will be, unless it is answered before the year is over.
    """
    carried = years_carried(request, today)
    said = []
    if carried:
        out = "、".join(str(year) for year in carried)
        into = "、".join(str(year + 1) for year in carried)
        said.append(f"计入{out}年度报告表三“结转下年度继续办理”和{into}年度报告表三“上年结转”。")
    due = request.due_on
    if request.decided_on is None and due is not None and due.year > today.year:
        said.append(
            f"当前期限在{due.year}年：{today.year}年12月31日前没有办结的，结转{today.year + 1}年度。"
        )
    return "".join(said)


def remedy_doubt(kind: str, request: FoiRequest | None) -> str:
    """What should make one look again before a case is entered in this group; "" for nothing.

    A refusal under Articles 14 to 16 that was decided since 2024 goes to review first
    (复议法第二十三条), so that a direct lawsuit about it is doubtful.
    """
    if kind != RemedyKind.DIRECT or request is None or request.decided_on is None:
        return ""
    outcome = OUTCOMES.get(request.outcome)
    if outcome is None or not outcome.is_decision:
        return ""
    # On 行政查询事项 courts may differ, so the reading under which a direct suit is open.
    if outcome.remedy(request.decided_on, query_remedy="A") != "B":
        return ""
    return (
        f"{request.number} 的结果是“{outcome.label}”，2024年1月1日起作出的不予公开决定应当先行复议"
        "（复议法第二十三条）。请核对是否确为未经复议直接起诉。"
    )


_NAMES: Final = {
    "channel": "渠道",
    "arrived_on": "到达日期",
    "until": "截止日期",
    "days": "工作日数",
    "justified": "有正当理由",
    "ref": "对象",
    "received_on": "对方收到日期",
    "amount": "金额（元）",
    "outcome": "结果",
    "subtype": "细目",
}


def _details(data: dict[str, Any]) -> list[tuple[str, str]]:
    shown = []
    for name, value in data.items():
        if name == "subtype":
            continue
        if name == "channel":
            text = CHANNELS.get(value, str(value))
        elif name == "outcome":
            text = outcome_words(str(value), str(data.get("subtype", "")))
        elif value is None:
            text = "未知"
        elif isinstance(value, bool):
            text = "是" if value else "否"
        else:
            text = str(value)
        shown.append((_NAMES.get(name, name), text))
    return shown


def _day(on: date) -> str:
    return f"{on.month}月{on.day}日"

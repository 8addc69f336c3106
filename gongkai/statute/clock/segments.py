"""The explanation of a count: which days count, which do not, why, and by which article."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from gongkai.statute.clock.case import Case, ClockState, Consultation, Period
from gongkai.statute.clock.events import (
    CHANNELS,
    CorrectionReceived,
    CorrectionRequested,
    Decided,
    Reopened,
    ThirdPartyConsulted,
)
from gongkai.statute.clock.rules import ANSWERING, CORRECTION, DELAY, FEE, RECEIPT, REMEDY
from gongkai.statute.parameters import parameter
from gongkai.statute.workdays import working_days_between

CONSULTING = "条例第三十三条第三款"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Segment:
    """The days `first` to `last`, both included, which are of one kind.

    `counts` says whether their `working_days` are part of the current answer period; `future`
    marks days after the reading's day. Over the segments of a reading, the counting days that
    are not in the future add up to `days_used`.
    """

    first: date
    last: date
    counts: bool
    working_days: int
    why: str
    article: str
    future: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "counts": self.counts,
            "working_days": self.working_days,
            "why": self.why,
            "article": self.article,
            "future": self.future,
        }


def segments(case: Case) -> tuple[Segment, ...]:
    """Every day from the receipt to the answer or the end, in order and without gaps.

    While the case is open they go on to the due date, the days to come marked `future`.
    """
    received = case.received
    channel = CHANNELS[received.channel]
    found = [
        Segment(received.on, received.on, False, 0, f"收到申请之日（{channel}），不计入", RECEIPT)
    ]
    for period, following in pairwise((*case.earlier, case.period)):
        # A period that a later one replaced: its days are shown, and no longer count.
        found += _stopped_period(case, period, following.start, discarded=following)
    if case.period.stopped_on is not None:
        found += _stopped_period(case, case.period, _wait_end(case))
    else:
        found += _running_period(case)
    return tuple(found)


def _running_period(case: Case) -> Iterator[Segment]:
    period, deadline = case.period, case.deadline.date
    end = case.answered_on or case.ended_on
    if end is None:
        end = max(case.today, deadline)
    yield from _sliced(case, period, period.start, end)


def _stopped_period(
    case: Case, period: Period, wait_end: date, *, discarded: Period | None = None
) -> Iterator[Segment]:
    stopped_on = period.stopped_on
    assert stopped_on is not None
    for part in _sliced(case, period, period.start, stopped_on):
        if discarded is None or not part.counts:
            yield part
        else:
            what, article = _what_began(discarded)
            why = f"{what}后答复期限重新计算，此前已用的工作日不再计入"
            yield Segment(part.first, part.last, False, part.working_days, why, article)
    if isinstance(period.stopped, CorrectionRequested):
        why, article = "待申请人补正，答复期限不计算", CORRECTION
    elif isinstance(period.stopped, Decided | Reopened):
        why, article = "已经答复或者结案，答复期限不计算", ANSWERING
    else:
        why, article = "待申请人缴纳信息处理费，答复期限不计算", FEE
    cuts = [stopped_on, min(case.today, wait_end), wait_end]
    for after, until in pairwise(cuts):
        if after < until:
            yield _segment(case, after, until, False, why, article)


def _what_began(period: Period) -> tuple[str, str]:
    """What began a period that put an earlier one aside, and its basis."""
    if isinstance(period.opened, CorrectionReceived):
        return "收到补正", CORRECTION
    if isinstance(period.opened, Reopened):
        return "责令重新答复", REMEDY
    return "缴费完毕", FEE


def _wait_end(case: Case) -> date:
    """Up to when a stopped clock waits: what ended it, else the due date of the one waited for."""
    if case.decision is not None:
        return case.decision.on
    if case.ended_on is not None:
        return case.ended_on
    other = (
        case.correction_due()
        if case.stage is ClockState.AWAITING_CORRECTION
        else case.payment_due()
    )
    return max(case.today, other.on)


def _sliced(case: Case, period: Period, start: date, end: date) -> Iterator[Segment]:
    """The days `start < d <= end`, cut wherever their kind changes."""
    pauses = case.pauses_of(period)
    base, deadline = case.base_deadline_of(period).date, case.deadline_of(period).date
    cuts = {start, end, base, deadline, case.today}
    cuts |= {edge for pause in pauses for edge in pause}
    inside = sorted(cut for cut in cuts if start <= cut <= end)
    for after, until in pairwise(inside):
        if any(pause.covers(until) for pause in pauses):
            yield _segment(case, after, until, False, *_why_paused(case, period, until))
        elif until <= base and period.set_until is not None:
            yield _segment(case, after, until, True, "复议决定、裁判限定的期限内", REMEDY)
        elif until <= base:
            yield _segment(case, after, until, True, "答复期限内", ANSWERING + "第二款")
        elif until > deadline:
            yield _segment(case, after, until, True, "超过答复期限", ANSWERING + "第二款")
        elif period.delays:
            yield _segment(case, after, until, True, "延迟答复的合理期限内", DELAY)
        else:
            yield _segment(case, after, until, True, "延长的答复期限内", ANSWERING + "第二款")


def _segment(case: Case, after: date, until: date, counts: bool, why: str, article: str) -> Segment:
    days = working_days_between(after, until, case.calendar).days
    return Segment(after + _ONE_DAY, until, counts, days, why, article, after >= case.today)


def _why_paused(case: Case, period: Period, on: date) -> tuple[str, str]:
    reasons = []
    for item in case.consultations:
        if item.pause().covers(on):
            reasons.append(_consulting(item))
    if not reasons:
        paid = parameter("fee.payment_days", on).article
        return "待申请人缴纳信息处理费，不计入", paid
    return "、".join(reasons) + "，不计入", CONSULTING


def _consulting(item: Consultation) -> str:
    whom = "第三方" if isinstance(item.sent, ThirdPartyConsulted) else "其他机关"
    ref = f"（{item.sent.ref}）" if item.sent.ref else ""
    return f"征求{whom}{ref}意见"

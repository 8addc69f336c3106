"""Reading the clock: from the events of a case to its due date, its state and the reasons."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, get_args

from gongkai.statute.clock.case import (
    AnsweredBy,
    Case,
    ClockState,
    FeePaymentEffect,
    OtherDue,
    Period,
)
from gongkai.statute.clock.events import Event, Received
from gongkai.statute.clock.nexts import NextEvent, next_events
from gongkai.statute.clock.rules import ANSWERING, RECEIPT, IllegalSequence
from gongkai.statute.clock.rules import apply as apply_event
from gongkai.statute.clock.segments import Segment, segments
from gongkai.statute.clock.wording import chinese_date, explain
from gongkai.statute.parameters import NoParameterValue, parameter
from gongkai.statute.workdays import WorkCalendar, working_days_between


@dataclass(frozen=True)
class ClockReading:
    """What the clock shows on `today`.

    * `due_on`: the last day for the answer; `None` while no answer clock runs (awaiting a
      correction or a payment) and after the end. During a consultation it is the date that
      follows if nobody replies: the latest it can be.
    * `days_used`: counted working days of the current period up to today or its stop or end.
    * `days_left`: counted working days still to come up to `due_on`; negative when overdue;
      `None` when `due_on` is.
    * `provisional`: some day that took part is not settled by a notice yet.
    * `deadline`: the due date that applied, also once the case has ended; `None` when the clock
      was stopped.
    * `strict_due_on`: the same on the strictest view of pauses and receipt. [reading]
    * `other_due`: whom the case waits for when it is not the organ's own clock, and until when.
    * `answered_late`: compared with the deadline once there is an answer; `None` before, and
      when it was answered while no clock ran.
    * `later_events`: events dated after `today`, which this reading leaves out.
    """

    today: date
    state: ClockState
    due_on: date | None
    days_used: int
    days_left: int | None
    provisional: bool
    deadline: date | None
    strict_due_on: date | None
    other_due: OtherDue | None
    answered_late: bool | None
    later_events: int
    case: Case = field(repr=False, compare=False)

    @property
    def overdue(self) -> bool:
        """The due date has passed and there is no answer yet."""
        return self.due_on is not None and self.today > self.due_on

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Which days count, which do not, why, and by which article."""
        return segments(self.case)

    @cached_property
    def next_events(self) -> tuple[NextEvent, ...]:
        """What may happen today, and why a common step may not."""
        return next_events(self.case)

    @cached_property
    def explanation(self) -> str:
        """The reading in one Chinese sentence."""
        return explain(
            self.case,
            self.state,
            self.segments,
            self.other_due,
            days_left=self.days_left,
            late=self.answered_late,
            provisional=self.provisional,
            later_events=self.later_events,
        )

    def as_json(self) -> dict[str, Any]:
        """The stable form that `gongkai clock --json` prints."""
        other = self.other_due
        return {
            "due_on": _iso(self.due_on),
            "state": self.state.value,
            "state_label": self.state.label,
            "days_used": self.days_used,
            "days_left": self.days_left,
            "provisional": self.provisional,
            "overdue": self.overdue,
            "answered_late": self.answered_late,
            "deadline": _iso(self.deadline),
            "strict_due_on": _iso(self.strict_due_on),
            "other_due": other
            and {"on": _iso(other.on), "label": other.label, "article": other.article},
            "explanation": self.explanation,
            "segments": [part.as_json() for part in self.segments],
            "next_events": [step.as_json() for step in self.next_events],
        }


def read_clock(
    events: Iterable[Event],
    calendar: WorkCalendar,
    today: date,
    *,
    fee_payment_effect: FeePaymentEffect = "restart",
    answered_by: AnsweredBy = "delivered",
) -> ClockReading:
    """The reading of the statutory clock on `today` (条例第三十条至第三十六条, table C1–C17).

    The events are taken in the order of their days, those of one day as given, whatever the
    order in which they were recorded. Events after `today` have not happened yet: they are left
    out and counted in `later_events`, so the clock can be read as of any earlier day.

    `fee_payment_effect`: a full payment starts the period anew (`restart`) or lets it go on
    (`resume`). `answered_by`: the answer counts when it is delivered or posted (235号函), or,
    for registers that kept nothing else, on the day it was `decided`.

    Raises `IllegalSequence` naming the event and the article when the law does not allow what
    the events say, and `ValueError` for an unknown reading.
    """
    if fee_payment_effect not in get_args(FeePaymentEffect):
        raise ValueError(f"fee_payment_effect 应为 restart 或 resume，现为“{fee_payment_effect}”")
    if answered_by not in get_args(AnsweredBy):
        raise ValueError(f"answered_by 应为 delivered 或 decided，现为“{answered_by}”")
    if isinstance(today, datetime):
        raise TypeError("today 应为日期：先用 date_in_china() 把时刻换成中国的日期")
    numbered = sorted(
        enumerate(events, 1), key=lambda item: (item[1].on, not isinstance(item[1], Received))
    )
    happened = [(number, event) for number, event in numbered if event.on <= today]
    if not happened:
        raise IllegalSequence(
            RECEIPT,
            f"截至{chinese_date(today)}没有收到申请的登记：第一项事件应为收到申请（received）。",
        )
    case: Case | None = None
    for number, event in happened:
        try:
            if case is None:
                case = _open(event, calendar, today, fee_payment_effect, answered_by)
            else:
                case = apply_event(case, event)
        except IllegalSequence as error:
            where = f"第 {number} 项（{event.on} {event.label}）："
            raise IllegalSequence(error.article, where + error.message) from error
    assert case is not None
    return _read(case, len(numbered) - len(happened))


def _open(
    event: Event,
    calendar: WorkCalendar,
    today: date,
    fee_payment_effect: FeePaymentEffect,
    answered_by: AnsweredBy,
) -> Case:
    if not isinstance(event, Received):
        raise IllegalSequence(
            RECEIPT, "在收到申请之前不会有别的事项。请登记收到申请，并核对各项日期。"
        )
    try:
        parameter("foi.answer_days", event.on)
    except NoParameterValue as error:
        raise IllegalSequence("条例第五十六条", str(error)) from error
    return Case(
        calendar=calendar,
        today=today,
        fee_payment_effect=fee_payment_effect,
        answered_by=answered_by,
        received=event,
        period=Period(event),
    )


def _read(case: Case, later_events: int) -> ClockReading:
    state = ClockState.PAUSED if case.pausing else case.stage
    stopped = case.period.stopped_on is not None
    due = case.deadline if case.clock_runs else None
    other = _other_due(case, state)
    counted = case.deadline.provisional and not stopped and not case.stage.is_final
    provisional = case.used.provisional or counted or (other is not None and other.provisional)
    return ClockReading(
        today=case.today,
        state=state,
        due_on=due.date if due else None,
        days_used=case.used.days,
        days_left=_days_left(case) if due else None,
        provisional=provisional,
        deadline=None if stopped else case.deadline.date,
        strict_due_on=case.strict_deadline.date if due else None,
        other_due=other,
        answered_late=case.answered_late,
        later_events=later_events,
        case=case,
    )


def _days_left(case: Case) -> int:
    if not case.period.delays and case.period.set_until is None:
        return case.total_days() - case.used.days
    # A stated date has no number of days of its own: count towards it, or past it.
    until, today = case.deadline.date, case.today
    ahead = working_days_between(today, until, case.calendar).days
    return ahead or -working_days_between(until, today, case.calendar).days


def _other_due(case: Case, state: ClockState) -> OtherDue | None:
    """Every state without a running clock has a date of its own: nothing waits for ever."""
    if case.pausing:
        last = max(case.pausing, key=lambda item: item.lapse.date)
        return OtherDue(last.lapse.date, "答复意见截止", last.days.article, last.lapse.provisional)
    if state.is_final:
        return None
    if case.period.stopped_on is not None:
        waits_for_fee = case.fee is not None and not case.fee_settled
        return case.payment_due() if waits_for_fee else case.correction_due()
    if not case.clock_runs:
        return OtherDue(case.deadline.date, "送达截止", ANSWERING, case.deadline.provisional)
    return None


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on else None

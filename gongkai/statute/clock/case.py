"""What a case has come to: periods of the answer clock, consultations, and where it stands.

`Case` is immutable; `gongkai.statute.clock.rules` makes the next one from an event. The answer
clock lives in a `Period`: there is always exactly one current period, so two clocks can never
run at once. A period that was stopped for good (补正, 收费) is kept in `earlier` for the
explanation only, and nothing of it enters the count of the next one.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal

from gongkai.statute.clock.events import (
    CorrectionRequested,
    Decided,
    DelayStated,
    Event,
    Extended,
    FeeNoticed,
    OrganConsulted,
    Received,
    ThirdPartyConsulted,
)
from gongkai.statute.parameters import Parameter, parameter
from gongkai.statute.workdays import (
    Pause,
    WorkCalendar,
    WorkingDayCount,
    WorkingDayResult,
    add_working_days,
    working_days_between,
)

FeePaymentEffect = Literal["restart", "resume"]
AnsweredBy = Literal["delivered", "decided"]


class ClockState(StrEnum):
    """Where a request stands. The values are stable: they are stored and printed."""

    RUNNING = "running"
    PAUSED = "paused"
    AWAITING_CORRECTION = "awaiting_correction"
    AWAITING_PAYMENT = "awaiting_payment"
    DECIDED = "decided"
    DELIVERED = "delivered"
    CLOSED_NO_CORRECTION = "closed_no_correction"
    CLOSED_NO_PAYMENT = "closed_no_payment"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The Chinese name shown on screens."""
        return _LABELS[self]

    @property
    def is_final(self) -> bool:
        """Whether the request needs no further act of the organ."""
        return self in _FINAL


_LABELS = {
    ClockState.RUNNING: "办理中",
    ClockState.PAUSED: "征求意见中",
    ClockState.AWAITING_CORRECTION: "待补正",
    ClockState.AWAITING_PAYMENT: "待缴费",
    ClockState.DECIDED: "已作出答复，待送达",
    ClockState.DELIVERED: "已送达",
    ClockState.CLOSED_NO_CORRECTION: "逾期不补正，不再处理",
    ClockState.CLOSED_NO_PAYMENT: "逾期未缴费，不再处理",
    ClockState.WITHDRAWN: "申请人已撤回",
}
_FINAL = frozenset(
    {
        ClockState.DELIVERED,
        ClockState.CLOSED_NO_CORRECTION,
        ClockState.CLOSED_NO_PAYMENT,
        ClockState.WITHDRAWN,
    }
)


@dataclass(frozen=True)
class Period:
    """One answer period: from the event that started it (day 0) to the one that stopped it.

    `fee_pauses` is filled under the reading that a payment resumes the clock instead of
    starting it anew. `stopped` is the notice (or, before a reopening, the answer) that stopped
    the clock, `stopped_on` its day. `set_until` is the last day that a review or a court has set.
    """

    opened: Event
    extension: Extended | None = None
    delays: tuple[DelayStated, ...] = ()
    fee_pauses: tuple[Pause, ...] = ()
    stopped: Event | None = None
    stopped_on: date | None = None
    set_until: date | None = None

    @property
    def start(self) -> date:
        return self.opened.on


@dataclass(frozen=True)
class Consultation:
    """A third party or another organ that was asked, and what came of it.

    `lapse` is the last day of its time to reply, counted from the day it received the letter,
    or, while that day is unknown, from the day of sending (the earlier, safe date).
    """

    sent: ThirdPartyConsulted | OrganConsulted
    days: Parameter
    lapse: WorkingDayResult
    answered_on: date | None = None
    closed_on: date | None = None
    """The day of the answer to the request, once a reopening has begun another period."""

    @property
    def ends(self) -> date:
        """The last day that does not count: the reply, the lapse or the answer before."""
        days = [self.lapse.date, self.answered_on, self.closed_on]
        return min(day for day in days if day is not None)

    def pause(self, *, strict: bool = False) -> Pause:
        """The excluded interval; the strict reading begins it when the letter was received."""
        begins = self.sent.received_on if strict else None
        return Pause(begins or self.sent.on, self.ends)


@dataclass(frozen=True)
class OtherDue:
    """The due date of a state that waits for somebody else than the organ."""

    on: date
    label: str
    article: str
    provisional: bool


@dataclass(frozen=True)
class Case:
    """A request after the events so far, as of `today`."""

    calendar: WorkCalendar
    today: date
    fee_payment_effect: FeePaymentEffect
    answered_by: AnsweredBy
    received: Received
    period: Period
    stage: ClockState = ClockState.RUNNING
    earlier: tuple[Period, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    correction: CorrectionRequested | None = None
    fee: FeeNoticed | None = None
    fee_received: int = 0
    fee_settled: bool = False
    decision: Decided | None = None
    closing: Decided | None = None
    closing_delivered: bool = False
    ended_on: date | None = None
    reopened_from: "Case | None" = None
    """The case as it had ended before a review or a court had it answered anew."""

    # -- numbers of the law -----------------------------------------------------------------
    def days(self, key: str) -> Parameter:
        """The legal number that governs this request: the one in force when it was received."""
        return parameter(key, self.received.on)

    # -- the current period -----------------------------------------------------------------
    @cached_property
    def deadline(self) -> WorkingDayResult:
        """The last day on which this period's answer is in time (条例第三十三条、第三十五条)."""
        return self._deadline(self.period)

    @cached_property
    def strict_deadline(self) -> WorkingDayResult:
        """The deadline on the strictest view (保守期限), for the organ's own caution.

        Consultations pause only from the day the letter was received, and a request that came
        unconfirmed runs from its arrival. [reading]
        """
        return self._deadline(self.period, strict=True)

    @cached_property
    def pauses(self) -> tuple[Pause, ...]:
        """The days that do not count in the current period."""
        return self.pauses_of(self.period)

    @cached_property
    def used(self) -> WorkingDayCount:
        """Counted working days of the current period, up to its stop, its end or today."""
        end = self.period.stopped_on or self.answered_on or self.ended_on or self.today
        return working_days_between(self.period.start, end, self.calendar, self.pauses)

    @property
    def clock_runs(self) -> bool:
        """Whether an answer clock runs (or is paused): the only time there is a due date."""
        if self.period.stopped_on is not None or self.stage.is_final:
            return False
        return self.decision is None or self.answered_by == "delivered"

    @property
    def answered_on(self) -> date | None:
        """The day that counts as the answer's, once there is one."""
        if self.answered_by == "decided":
            return self.decision.on if self.decision else None
        return self.ended_on if self.stage is ClockState.DELIVERED else None

    @property
    def answered_late(self) -> bool | None:
        """Whether the answer came after the deadline; `None` before it, and while no clock ran."""
        answered = self.answered_on
        if answered is None or self.period.stopped_on is not None:
            return None
        return answered > self.deadline.date

    def total_days(self) -> int:
        """How many working days the current period has: 20, or 20 and the extension."""
        days = int(self.days("foi.answer_days").value)
        return days + (self.period.extension.days if self.period.extension else 0)

    def pauses_of(self, period: Period) -> tuple[Pause, ...]:
        """The pauses that bear on `period`: a clock that has run out can no longer be paused."""
        end = self._deadline(period).date
        return tuple(p for p in self._all_pauses(period) if p.after < end)

    def deadline_of(self, period: Period) -> WorkingDayResult:
        """The deadline of any period, with the consultations as they are known now."""
        return self._deadline(period)

    def base_deadline_of(self, period: Period) -> WorkingDayResult:
        """The deadline without the extension and without a stated delay."""
        if period.set_until is not None:
            return WorkingDayResult(period.set_until, False)
        return self._end(period, extended=False)

    @property
    def first_result(self) -> "Case":
        """The case when it ended for the first time: what the yearly figures count."""
        case = self
        while case.reopened_from is not None:
            case = case.reopened_from
        return case

    # -- consultations ----------------------------------------------------------------------
    @property
    def open_consultations(self) -> tuple[Consultation, ...]:
        """Those still within their time and without a reply."""
        return tuple(
            item
            for item in self.consultations
            if item.answered_on is None and item.closed_on is None and self.today <= item.lapse.date
        )

    @property
    def pausing(self) -> tuple[Consultation, ...]:
        """The open consultations that keep the answer clock from counting."""
        fixed = self.period.delays or self.period.set_until
        if not self.clock_runs or self.decision or fixed:
            return ()
        return tuple(item for item in self.open_consultations if item.sent.on < self.deadline.date)

    # -- the dates of those the organ waits for ---------------------------------------------
    def correction_due(self) -> OtherDue:
        """The last day to supplement (条例第三十条): as stated, else the default [reading]."""
        asked = self.correction
        assert asked is not None
        if asked.until is not None:
            return OtherDue(asked.until, "补正截止", "条例第三十条", False)
        period = self.days("foi.correction_period_days")
        end = add_working_days(asked.on, asked.days or int(period.value), self.calendar)
        return OtherDue(end.date, "补正截止", period.article, end.provisional)

    def payment_due(self) -> OtherDue:
        """The last day to pay: 20 working days from the day after receipt of the notice."""
        notice = self.fee
        assert notice is not None
        period = parameter("fee.payment_days", notice.on)
        end = add_working_days(notice.received_on or notice.on, int(period.value), self.calendar)
        return OtherDue(end.date, "缴费截止", period.article, end.provisional)

    # -- arithmetic -------------------------------------------------------------------------
    def _all_pauses(self, period: Period, *, strict: bool = False) -> tuple[Pause, ...]:
        pauses = [item.pause(strict=strict) for item in self.consultations]
        # A decision shows that no more time was needed; a stated delay has replaced the period.
        cuts = [self.decision.on] if self.decision else []
        cuts += [period.delays[0].on] if period.delays else []
        cuts += [period.start] if period.set_until else []
        ended = (Pause(after, min([until, *cuts])) for after, until in pauses)
        return tuple(p for p in ended if p.after < p.until) + period.fee_pauses

    def _deadline(self, period: Period, *, strict: bool = False) -> WorkingDayResult:
        if period.delays:
            return WorkingDayResult(period.delays[-1].until, False)
        if period.set_until is not None:
            return WorkingDayResult(period.set_until, False)
        return self._end(period, strict=strict)

    def _end(
        self, period: Period, *, strict: bool = False, extended: bool = True
    ) -> WorkingDayResult:
        days = int(self.days("foi.answer_days").value)
        if extended and period.extension:
            days += period.extension.days
        start = period.start
        if strict and period.opened is self.received:
            start = self.received.arrived_on or start
        end = add_working_days(start, days, self.calendar, self._all_pauses(period, strict=strict))
        open_lapse = any(
            item.lapse.provisional
            and item.ends == item.lapse.date
            and (self.decision is None or item.lapse.date <= self.decision.on)
            and item.sent.on < end.date
            and item.ends > start
            for item in self.consultations
        )
        return WorkingDayResult(end.date, end.provisional or open_lapse)

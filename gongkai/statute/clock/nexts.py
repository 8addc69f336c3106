"""What may lawfully happen next, and why a step that is often wanted is not open any more.

Every candidate is put to `rules.apply` as if it happened today, so a button that is offered
cannot be refused and a refusal shown here is the one the rule itself gives.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gongkai.statute.clock.case import Case, ClockState
from gongkai.statute.clock.events import (
    CorrectionLapsed,
    CorrectionReceived,
    CorrectionRequested,
    Decided,
    DelayStated,
    Delivered,
    Event,
    Extended,
    FeeLapsed,
    FeeNoticed,
    FeePaid,
    OrganAnswered,
    OrganConsulted,
    Reopened,
    ThirdPartyAnswered,
    ThirdPartyConsulted,
    Withdrawn,
)
from gongkai.statute.clock.rules import (
    ANSWERING,
    CORRECTION,
    DELAY,
    FEE,
    ORGAN,
    REMEDY,
    THIRD_PARTY,
    IllegalSequence,
    apply,
)
from gongkai.statute.workdays import add_working_days

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NextEvent:
    """A step and whether it may be taken today.

    `until` is the last day for it; `reason` is the refusal when it may not, and
    otherwise what to mind; `ref` is the consultation that an answer would belong to.
    """

    type: str
    label: str
    allowed: bool
    article: str
    reason: str = ""
    until: date | None = None
    ref: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "label": self.label,
            "allowed": self.allowed,
            "article": self.article,
            "reason": self.reason,
            "until": self.until.isoformat() if self.until else None,
            "ref": self.ref,
        }


def next_events(case: Case) -> tuple[NextEvent, ...]:
    """The steps that belong to the state of `case`, each with today's verdict."""
    return tuple(_verdict(case, *candidate) for candidate in _candidates(case))


Candidate = tuple[Event, str, date | None, str]


def _verdict(case: Case, event: Event, article: str, until: date | None, mind: str) -> NextEvent:
    ref = event.ref if isinstance(event, ThirdPartyAnswered | OrganAnswered) else ""
    try:
        apply(case, event)
    except IllegalSequence as error:
        return NextEvent(event.type, event.label, False, error.article, error.message, until, ref)
    if refusal := _too_early(case, event):
        return NextEvent(event.type, event.label, False, article, refusal, until, ref)
    return NextEvent(event.type, event.label, True, article, mind, until, ref)


def _candidates(case: Case) -> Iterator[Candidate]:
    today, stage = case.today, case.stage
    if stage is ClockState.RUNNING:
        yield from _while_running(case)
    elif stage is ClockState.AWAITING_CORRECTION:
        due = case.correction_due().on
        yield CorrectionReceived(today), CORRECTION, due, "收到之日起答复期限重新计算"
        yield CorrectionLapsed(today), CORRECTION, None, "须申请人无正当理由"
    elif stage is ClockState.AWAITING_PAYMENT:
        due = case.payment_due().on
        yield FeePaid(today), FEE, due, "以足额缴纳为准"
        yield FeeLapsed(today), FEE, None, "须有收费通知的送达凭证"
    elif stage is ClockState.DECIDED:
        until = case.deadline.date if case.clock_runs else None
        yield Delivered(today), ANSWERING, until, "邮寄送达的，以交邮之日为准"
    elif stage is ClockState.CLOSED_NO_CORRECTION:
        reopening = CorrectionReceived(today, justified=True)
        yield reopening, CORRECTION, None, "仅限申请人有正当理由"
    if stage.is_final and stage is not ClockState.WITHDRAWN:
        mind = "仅限行政复议决定、法院裁判责令重新答复"
        yield Reopened(today), REMEDY, None, mind
    if not stage.is_final:
        yield Withdrawn(today), ANSWERING, None, ""


def _while_running(case: Case) -> Iterator[Candidate]:
    today, deadline = case.today, case.deadline.date
    yield Decided(today, "GRANT"), ANSWERING, deadline, "并应在期限内送达或者交邮"
    notice_days = int(case.days("foi.correction_notice_days").value)
    limit = add_working_days(case.received.on, notice_days, case.calendar).date
    yield CorrectionRequested(today), CORRECTION, limit, "一次性告知全部补正事项和合理期限"
    fresh, mind = _fresh_ref(case), "所需时间不计入答复期限"
    if today >= deadline or case.period.delays or case.period.set_until:
        mind = "答复期限不因此顺延"
    yield ThirdPartyConsulted(today, fresh), THIRD_PARTY, None, mind
    yield OrganConsulted(today, fresh), ORGAN, None, mind
    for item in case.open_consultations:
        if isinstance(item.sent, ThirdPartyConsulted):
            mind = "逾期不答复不等于同意，由机关决定是否公开"
            yield ThirdPartyAnswered(today, item.sent.ref), THIRD_PARTY, item.lapse.date, mind
        else:
            mind = "逾期不答复视为同意公开"
            yield OrganAnswered(today, item.sent.ref), ORGAN, item.lapse.date, mind
    most = case.days("foi.extension_days_max").value
    mind = f"须经工作机构负责人同意并告知申请人，最长 {most} 个工作日，只能一次"
    yield Extended(today, 1), ANSWERING, deadline, mind
    mind = "仅限申请数量、频次明显超过合理范围，且申请人已说明理由、理由合理"
    later = max(deadline, today) + _ONE_DAY
    yield DelayStated(today, later), DELAY, deadline, mind
    mind = "仅限申请数量、频次明显超过合理范围"
    yield FeeNoticed(today, 1), FEE, deadline, mind


def _fresh_ref(case: Case) -> str:
    """A reference that no consultation of the case has."""
    return "#".join(item.sent.ref for item in case.consultations) + "#"


def _too_early(case: Case, event: Event) -> str:
    """Why a case is better not closed against the applicant yet, or nothing.

    The rules accept what was recorded; here nobody is invited to close a case on a date that may
    still move, or before the default period where the notice's own period was not recorded.
    """
    if isinstance(event, CorrectionLapsed):
        due = case.correction_due()
    elif isinstance(event, FeeLapsed):
        due = case.payment_due()
    else:
        return ""
    if due.provisional:
        return f"{due.label}（{due.on}）依暂定的日历推算，不得据以结案：请先导入节假日安排。"
    if case.today <= due.on:
        return f"补正告知载明的期限未登记，按默认期限至 {due.on} 届满，此前不宜结案。"
    return ""

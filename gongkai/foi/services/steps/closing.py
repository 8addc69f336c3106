"""The end of a case: lapsed, withdrawn, put on file (Articles 30, 42 and 45)."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.models import Delivery, FoiRequest, Notice
from gongkai.foi.services.archiving import archive_gaps
from gongkai.foi.services.notices import draft_notice, issue_notice
from gongkai.foi.services.requests import HANDLE, record_event
from gongkai.foi.services.steps.common import locked, reading_now, stated
from gongkai.foi.services.steps.deciding import proofs_on_file
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.statute.clock import (
    ClockState,
    CorrectionLapsed,
    CorrectionRequested,
    FeeLapsed,
    Withdrawn,
)
from gongkai.statute.clock.rules import CORRECTION, FEE
from gongkai.statute.workdays import add_working_days
from gongkai.workdays.queries import current_calendar


def lapse(actor: Actor, request: FoiRequest, *, facts: str, seen: int | None = None) -> Notice:
    """The applicant has not supplemented, or not paid, in time: the case is closed and he is told.

    Needs the proof that the notice reached him; `facts` is what N22 says. Raises ValidationError
    without it and `IllegalSequence` before the last day is over. A correction notice that gives
    working days counts them from its receipt (N02: “自收到本告知书之日起”), so the day of receipt must
    be known and those days be over, whatever the clock, which knows the day of issue alone, says.
    """
    authorise(actor, HANDLE, request.organ)
    today = timezone.localdate()
    if not facts.strip():
        raise ValidationError({"facts": "请写明逾期的事实和日期。"})
    with transaction.atomic():
        case = locked(request)
        reading = reading_now(case)
        for_fee = reading.state is ClockState.AWAITING_PAYMENT
        event = FeeLapsed(today) if for_fee else CorrectionLapsed(today)
        if not for_fee and reading.state is not ClockState.AWAITING_CORRECTION:
            # Nobody is waited for: the rule itself says so.
            reading_now(case, event)
        key = "fee_notice_delivered" if for_fee else "correction_delivered"
        if key not in proofs_on_file(case):
            name, article = ("收费通知", FEE) if for_fee else ("补正告知书", CORRECTION)
            raise ValidationError(
                f"没有{name}的送达凭证，不能以逾期结案。请先登记送达（{article}）。"
            )
        step = next((one for one in reading.next_events if one.type == event.type), None)
        if step is not None and not step.allowed:
            raise ValidationError(f"{step.reason}（{step.article}）")
        if not for_fee and reading.case.correction is not None:
            _refuse_before_the_stated_period(case, reading.case.correction, today)
        closed = record_event(actor, case, event, seen=seen)
        draft = draft_notice(actor, closed, "N22", extra={"facts": facts})
        return issue_notice(actor, draft, on=today)


def _refuse_before_the_stated_period(
    request: FoiRequest, asked: CorrectionRequested, today: date
) -> None:
    """Raise ValidationError while the period that the notice gives is not over, or not begun.

    Sent electronically, it is taken as received on the day of sending [reading].
    """
    if asked.days is None:
        return
    sent = Delivery.objects.filter(
        notice__request=request, notice__kind="N02", failed_on=None, counts_on__isnull=False
    )
    known = [
        one.received_on or one.sent_on
        for one in sent
        if one.received_on is not None or one.way == Delivery.Way.ELECTRONIC
    ]
    if not known:
        raise ValidationError(
            "补正期限自申请人收到补正告知书之日起计算，收到的日期还没有登记。"
            f"请先在送达记录中登记签收日期（{CORRECTION}）。"
        )
    last = add_working_days(min(known), asked.days, current_calendar())
    if today <= last.date:
        raise ValidationError(
            f"申请人于 {min(known)} 收到补正告知书，补正期限至 {last.date} 届满，"
            f"当日仍可补正，最早次日才能以逾期不补正结案（{CORRECTION}）。"
        )
    if last.provisional:
        raise ValidationError("补正期限依暂定的日历推算，不得据以结案：请先导入节假日安排。")


def withdraw(actor: Actor, request: FoiRequest, *, on: date, seen: int | None = None) -> FoiRequest:
    """The applicant took the request back by letter or at the counter."""
    authorise(actor, HANDLE, request.organ)
    return record_event(actor, request, Withdrawn(on), seen=seen)


def archive(actor: Actor, request: FoiRequest, *, on: date | None = None) -> FoiRequest:
    """The file is complete and put away (归档, Article 45)."""
    authorise(actor, HANDLE, request.organ)
    with transaction.atomic():
        case = locked(request)
        if case.archived_on is not None:
            raise ValidationError(f"已于 {case.archived_on} 归档。")
        gaps = archive_gaps(case)
        if gaps:
            raise ValidationError([f"{gap.stage}：{gap.text}" for gap in gaps])
        case.archived_on = on or timezone.localdate()
        case.save(update_fields=["archived_on"])
        record(
            actor,
            "foi.archive",
            chain=case.organ.code,
            obj=case,
            changes={"on": case.archived_on},
        )
    return case


def reopen_file(actor: Actor, request: FoiRequest, *, reason: str) -> FoiRequest:
    """The file was put away too early and is taken out again."""
    authorise(actor, HANDLE, request.organ)
    reason = stated(reason, "reason", "请写明取消归档的原因。", limit=200)
    with transaction.atomic():
        case = locked(request)
        if case.archived_on is None:
            raise ValidationError("这件申请还没有归档。")
        before, case.archived_on = case.archived_on, None
        case.save(update_fields=["archived_on"])
        record(
            actor,
            "foi.unarchive",
            chain=case.organ.code,
            obj=case,
            changes={"archived_on": [before, None], "reason": reason},
        )
    return case

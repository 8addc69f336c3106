"""The end of a case: lapsed, withdrawn, put on file (Articles 30, 42 and 45)."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.models import FoiRequest, Notice
from gongkai.foi.services.archiving import archive_gaps
from gongkai.foi.services.notices import draft_notice, issue_notice
from gongkai.foi.services.requests import HANDLE, record_event
from gongkai.foi.services.steps.common import locked, reading_now, stated
from gongkai.foi.services.steps.deciding import proofs_on_file
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.statute.clock import ClockState, CorrectionLapsed, FeeLapsed, Withdrawn


def lapse(actor: Actor, request: FoiRequest, *, facts: str, seen: int | None = None) -> Notice:
    """The applicant has not supplemented, or not paid, in time: the case is closed and he is told.

    Needs the proof that the notice reached him; `facts` is what N22 says. Raises ValidationError
    without it and `IllegalSequence` before the last day is over.
    """
    authorise(actor, HANDLE, request.organ)
    today = timezone.localdate()
    if not facts.strip():
        raise ValidationError({"facts": "请写明逾期的事实和日期。"})
    with transaction.atomic():
        case = locked(request)
        state = reading_now(case).state
        for_fee = state is ClockState.AWAITING_PAYMENT
        key = "fee_notice_delivered" if for_fee else "correction_delivered"
        if key not in proofs_on_file(case):
            name = "收费通知" if for_fee else "补正告知书"
            raise ValidationError(f"没有{name}的送达凭证，不能以逾期结案。请先登记送达。")
        step = next(
            (
                one
                for one in reading_now(case).next_events
                if one.type == (FeeLapsed.type if for_fee else CorrectionLapsed.type)
            ),
            None,
        )
        if step is not None and not step.allowed:
            raise ValidationError(f"{step.reason}（{step.article}）")
        event = FeeLapsed(today) if for_fee else CorrectionLapsed(today)
        closed = record_event(actor, case, event, seen=seen)
        draft = draft_notice(actor, closed, "N22", extra={"facts": facts})
        return issue_notice(actor, draft, on=today)


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

"""How notices reach people (送达), and the day that counts (国办公开办函〔2016〕235号).

Decisions are official documents: handed over, through another body, by the postal enterprise (not
by a courier), or electronically where the applicant asked for that. Handed over, the day of the
signature counts; by post the day of posting; electronically the day of sending [reading].
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.caseclock import to_event
from gongkai.foi.models import CaseFile, Delivery, FoiRequest, Notice
from gongkai.foi.notice_queries import waits_for_delivery
from gongkai.foi.notices.kinds import kind_of
from gongkai.foi.services.messages import queue
from gongkai.foi.services.requests import HANDLE, append_event, record_event
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.statute.clock import ClockState, Delivered, FeeNoticed

Way = Delivery.Way
_TRACKING: Final = re.compile(r"[0-9A-Za-z-]{6,40}")


def counts_on(way: str, sent_on: date, received_on: date | None) -> date | None:
    """The day that counts for the time limit (235号函); None while a signature is missing."""
    if way in (Way.POST, Way.ELECTRONIC):
        return sent_on
    return received_on


def record_delivery(
    actor: Actor,
    notice: Notice,
    *,
    way: str,
    sent_on: date,
    tracking_number: str = "",
    received_on: date | None = None,
    proof: CaseFile | None = None,
) -> Delivery:
    """The notice went out that way. Post needs the number of the letter, as the proof of posting;
    handing over needs the day of the signature."""
    authorise(actor, HANDLE, notice.request.organ)
    tracking_number = "".join(tracking_number.split())
    with transaction.atomic():
        locked = (
            Notice.objects.select_for_update(of=("self",))
            .select_related("organ", "request__organ")
            .get(pk=notice.pk)
        )
        _check(locked, way, sent_on, tracking_number, received_on, proof)
        delivery = Delivery.objects.create(
            notice=locked,
            way=way,
            tracking_number=tracking_number,
            sent_on=sent_on,
            received_on=received_on,
            counts_on=counts_on(way, sent_on, received_on),
            proof=proof,
            recorded_at=timezone.now(),
            recorded_by=actor.name[:150],
        )
        _keep_undelivered(locked)
        _note(
            actor,
            delivery,
            "record",
            {
                "notice": locked.number or locked.kind,
                "way": way,
                "sent_on": sent_on,
                "received_on": received_on,
                "counts_on": delivery.counts_on,
            },
        )
    return delivery


def complete_delivery(
    actor: Actor, delivery: Delivery, *, received_on: date, proof: CaseFile | None = None
) -> Delivery:
    """The recipient signed on that day: from then on his own periods run."""
    authorise(actor, HANDLE, delivery.notice.request.organ)
    with transaction.atomic():
        locked = _locked(delivery)
        if locked.received_on is not None:
            raise ValidationError(f"签收日期已登记为 {locked.received_on}。")
        if locked.failed_on is not None:
            raise ValidationError("这次送达已登记为未送达，请另行登记送达。")
        _check_received(locked.sent_on, received_on)
        _check_proof(locked.notice, proof)
        locked.received_on = received_on
        locked.counts_on = counts_on(locked.way, locked.sent_on, received_on)
        locked.proof = proof or locked.proof
        locked.save(update_fields=["received_on", "counts_on", "proof"])
        _keep_undelivered(locked.notice)
        _note(
            actor, locked, "complete", {"received_on": received_on, "counts_on": locked.counts_on}
        )
    return locked


def record_failed_delivery(
    actor: Actor, delivery: Delivery, *, on: date, reason: str, proof: CaseFile | None = None
) -> Delivery:
    """The paper came back or was refused: the notice stands among the undelivered again.

    The day of posting remains the day that counts for the time limit (235号函).
    """
    authorise(actor, HANDLE, delivery.notice.request.organ)
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": "请写明未送达的原因，例如“地址不详，退回”。"})
    if len(reason) > 200:
        raise ValidationError({"reason": f"原因有{len(reason)}个字，最多200个字，请缩短。"})
    with transaction.atomic():
        locked = _locked(delivery)
        if locked.received_on is not None:
            raise ValidationError(f"这次送达已于 {locked.received_on} 签收，不能登记为未送达。")
        if locked.failed_on is not None:
            raise ValidationError(f"已于 {locked.failed_on} 登记为未送达。")
        if on < locked.sent_on or on > timezone.localdate():
            raise ValidationError({"on": "退回日期应在发出日期与今天之间，请核对。"})
        _check_proof(locked.notice, proof)
        locked.failed_on, locked.failure, locked.proof = on, reason, proof or locked.proof
        locked.save(update_fields=["failed_on", "failure", "proof"])
        _keep_undelivered(locked.notice)
        _note(actor, locked, "fail", {"failed_on": on})
    return locked


def deliver_notice(actor: Actor, notice: Notice, **values: Any) -> Delivery:
    """`record_delivery`, and what follows from it: the clock of the case, a word to the applicant."""
    with transaction.atomic():
        delivery = record_delivery(actor, notice, **values)
        note_delivered(actor, delivery)
        intake = getattr(delivery.notice.request, "intake", None)
        if (
            delivery.way == Way.ELECTRONIC
            and notice.addressee == Notice.Addressee.APPLICANT
            and intake is not None
        ):
            queue(intake, "notice")
    return delivery


def sign_for_delivery(actor: Actor, delivery: Delivery, **values: Any) -> Delivery:
    """`complete_delivery`, and the clock of the case where it waited for the signature."""
    with transaction.atomic():
        completed = complete_delivery(actor, delivery, **values)
        note_delivered(actor, completed)
    return completed


def note_delivered(actor: Actor, delivery: Delivery) -> bool:
    """The case's clock hears that its answer was delivered (Article 33; 235号函).

    Only for an answer, on a day that counts, while the case waits for it; else nothing happens.
    Whether it did.
    """
    notice = delivery.notice
    request = FoiRequest.objects.select_related("organ").get(pk=notice.request_id)
    note_received(actor, delivery, request)
    if notice.kind == "N08" and delivery.counts_on is not None:
        # The third party was told in writing what is disclosed and why (Article 32).
        asked = request.consultations.filter(ref=notice.consultation_ref, told_on=None)
        asked.update(told_on=delivery.counts_on)
    if (
        delivery.counts_on is None
        or not kind_of(notice.kind).is_decision
        or notice.state != Notice.State.ISSUED
        or request.state != ClockState.DECIDED
        or notice.pk != _answer_in_force(request)
    ):
        return False
    record_event(actor, request, Delivered(on=delivery.counts_on))
    return True


def _answer_in_force(request: FoiRequest) -> int | None:
    """The notice of the answer that the case rests on: the last one that was issued.

    An answer that a review or a court has set aside may still be on its way.
    """
    issued = request.notices.filter(state=Notice.State.ISSUED).order_by("-issued_on", "-pk")
    kinds = issued.values_list("pk", "kind")
    return next((pk for pk, kind in kinds if kind_of(kind).is_decision), None)


def note_received(actor: Actor, delivery: Delivery, request: FoiRequest) -> None:
    """What is known of a receipt is known everywhere.

    A third party's or another body's time to reply (Articles 32, 34) and the time to pay
    (信息处理费) run from the day on which the letter came.
    """
    notice, on = delivery.notice, delivery.received_on
    if on is None:
        return
    if notice.kind in ("N05", "N07") and notice.consultation_ref:
        asked = request.consultations.filter(
            ref=notice.consultation_ref, received_on=None, reply="", sent_on__lte=on
        )
        asked.update(received_on=on)
    if notice.kind == "N09" and request.state == ClockState.AWAITING_PAYMENT:
        events = request.events.filter(type=FeeNoticed.type).order_by("-seq")
        latest = events.first()
        noticed = to_event(latest) if latest is not None else None
        if (
            isinstance(noticed, FeeNoticed)
            and noticed.receipt_unknown
            and noticed.on <= on
            and notice.approval_id is not None
            and notice.issued_on == noticed.on
        ):
            append_event(actor, request, FeeNoticed(noticed.on, noticed.amount, received_on=on))


def _check(
    notice: Notice,
    way: str,
    sent_on: date,
    tracking_number: str,
    received_on: date | None,
    proof: CaseFile | None,
) -> None:
    problems: dict[str, str] = {}
    today = timezone.localdate()
    if notice.state not in (Notice.State.ISSUED, Notice.State.REPLACED) or notice.issued_on is None:
        raise ValidationError("文书还没有印发，不能登记送达。")
    if way not in Way.values:
        problems["way"] = "没有这种送达方式，请从列表中选择。"
    if sent_on < notice.issued_on:
        problems["sent_on"] = f"发出日期早于印发日期（{notice.issued_on}），请核对。"
    elif sent_on > today:
        problems["sent_on"] = f"发出日期晚于今天（{today}），请核对。"
    if way == Way.POST and not tracking_number:
        problems["tracking_number"] = (
            "邮寄送达必须填写邮件编号。请通过邮政企业寄送，不能使用其他快递"
            "（国办公开办函〔2016〕235号）。"
        )
    elif tracking_number and not _TRACKING.fullmatch(tracking_number):
        problems["tracking_number"] = "邮件编号应为6至40位数字、字母，请核对。"
    if way == Way.IN_PERSON and received_on is None:
        problems["received_on"] = "当面送达以签收之日为准，请填写签收日期。"
    if problems:
        raise ValidationError(problems)
    if received_on is not None:
        _check_received(sent_on, received_on)
    _check_proof(notice, proof)


def _check_received(sent_on: date, received_on: date) -> None:
    today = timezone.localdate()
    if received_on < sent_on:
        raise ValidationError({"received_on": f"签收日期早于发出日期（{sent_on}），请核对。"})
    if received_on > today:
        raise ValidationError({"received_on": f"签收日期晚于今天（{today}），请核对。"})


def _check_proof(notice: Notice, proof: CaseFile | None) -> None:
    if proof is not None and proof.request_id != notice.request_id:
        raise ValidationError({"proof": "送达凭证不属于这件申请。"})


def _keep_undelivered(notice: Notice) -> None:
    Notice.objects.filter(pk=notice.pk).update(undelivered=waits_for_delivery(notice))


def _locked(delivery: Delivery) -> Delivery:
    return (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("notice", "notice__organ", "notice__request__organ")
        .get(pk=delivery.pk)
    )


def _note(actor: Actor, delivery: Delivery, verb: str, facts: dict[str, Any]) -> None:
    record(
        actor,
        f"foi.delivery.{verb}",
        chain=delivery.notice.request.organ.code,
        obj=delivery,
        changes=facts,
    )

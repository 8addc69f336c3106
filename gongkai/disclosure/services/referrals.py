"""Asking the competent department (提请确定, Art. 17) what the body cannot decide itself."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.disclosure.models import DisclosedItem, Referral, Step
from gongkai.disclosure.services.common import locked, note, stated
from gongkai.disclosure.services.standing import round_of
from gongkai.ledger.actor import Actor
from gongkai.organs import policy

MAX_REPLY: Final = 500


def record_reply(
    actor: Actor, referral: Referral, *, conclusion: str, reply: str, replied_on: date
) -> Referral:
    """The competent department has answered; the secrecy review may go on (Art. 17)."""
    policy.authorise(actor, "disclosure.secrecy", referral.item.organ)
    reply = stated(reply, "请摘要写明答复内容和文号。", field="reply", limit=MAX_REPLY)
    with transaction.atomic():
        current = locked(referral.item)
        found = Referral.objects.select_for_update().get(pk=referral.pk)
        if not found.is_open:
            raise ValidationError("这次提请已经答复或终止，无需再次登记。")
        if conclusion not in Referral.Conclusion.values:
            raise ValidationError({"conclusion": "请选择答复结论。"})
        asked_on = timezone.localtime(found.decision.decided_at).date()
        if not asked_on <= replied_on <= timezone.localdate():
            raise ValidationError({"replied_on": f"答复日期应在提请之日（{asked_on}）与今天之间。"})
        found.conclusion, found.reply, found.replied_on = conclusion, reply, replied_on
        found.save(update_fields=["conclusion", "reply", "replied_on"])
        note(
            actor,
            current,
            "refer.reply",
            {"to": found.referred_to, "conclusion": conclusion, "replied_on": replied_on},
        )
    return found


def refuse_unanswered(item: DisclosedItem) -> None:
    open_referral = Referral.objects.filter(item=item, replied_on=None, closed_on=None).first()
    if open_referral is not None:
        raise ValidationError(
            f"已提请{open_referral.referred_to}确定，尚未登记答复"
            f"（答复期限{open_referral.reply_due_on}），不能通过（条例第十七条）。"
        )
    last = (
        Referral.objects.filter(item=item, decision__round=round_of(item), replied_on__isnull=False)
        .order_by("-pk")
        .first()
    )
    if last is not None and last.conclusion == Referral.Conclusion.MAY_NOT:
        raise ValidationError(
            f"{last.referred_to}答复不得公开，不能通过。请退回，由起草人改为不予公开并写明依据。"
        )


def asked(item: DisclosedItem, refer_to: str, reply_due_on: date | None) -> tuple[str, date]:
    """Whom a referral asks and by when; raises ValidationError where it may not be."""
    if item.step != Step.SECRECY:
        raise ValidationError("提请确定在保密审查环节办理（条例第十七条）。")
    if Referral.objects.filter(item=item, replied_on=None, closed_on=None).exists():
        raise ValidationError("已有一次提请尚未答复，请先登记答复。")
    refer_to = stated(
        refer_to, "请写明向哪个主管部门或者保密行政管理部门提请。", field="refer_to", limit=120
    )
    if reply_due_on is None or reply_due_on < timezone.localdate():
        raise ValidationError({"reply_due_on": "请填写答复期限，不早于今天。"})
    return refer_to, reply_due_on

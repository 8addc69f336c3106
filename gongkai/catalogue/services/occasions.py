"""Obligations that a person enters: a budget was approved, a leader changed, a fee was raised."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.catalogue.models import CatalogueEntry, Duty, Occasion, OccasionKind
from gongkai.catalogue.obligations import KIND_BY_TRIGGER, due_of, opening
from gongkai.catalogue.services.settling import settle
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise
from gongkai.statute.duties import Trigger
from gongkai.workdays.queries import current_calendar

ADOPT: Final = "catalogue.adopt"
BY_HAND: Final = (
    OccasionKind.FORMED,
    OccasionKind.CHANGED,
    OccasionKind.APPROVED,
    OccasionKind.ACT,
)


def kinds_for(entry: CatalogueEntry) -> tuple[str, ...]:
    """What can be entered for the entry, the usual one first."""
    usual = KIND_BY_TRIGGER.get(Trigger(entry.rule.trigger))
    if usual is None:
        return (OccasionKind.FORMED, OccasionKind.CHANGED)
    return (usual, OccasionKind.CHANGED)


def record_occasion(
    actor: Actor,
    organ: Organ,
    entry: CatalogueEntry,
    *,
    kind: str,
    happened_on: date,
    label: str,
) -> Occasion:
    """Something happened on `happened_on` that must be published; the due date follows the entry.

    What was published already meets it at once, and a publication whose day was unknown gets it.
    """
    authorise(actor, ADOPT, organ)
    label = label.strip()
    complaints = {}
    if kind not in kinds_for(entry):
        words = "、".join(OccasionKind(k).label for k in kinds_for(entry))
        complaints["kind"] = f"这个事项可以登记的是：{words}。"
    if not label or len(label) > 200:
        complaints["label"] = "请写明是什么，例如“2024年部门预算批复”，不超过200个字。"
    today = timezone.localdate()
    if kind != OccasionKind.ACT and happened_on > today:
        complaints["happened_on"] = f"发生日期不能晚于今天（{today}），请核对。"
    if not Duty.objects.filter(organ=organ, matter_id=entry.matter_id).exists():
        complaints["entry"] = "本机关还没有认领这个事项，请先认领。"
    if complaints:
        raise ValidationError(complaints)
    with transaction.atomic():
        occasion = _known(organ, entry, kind, happened_on) or Occasion(
            organ=organ, matter_id=entry.matter_id, entry=entry, kind=kind
        )
        occasion.label, occasion.happened_on = label, happened_on
        occasion.opens_on = opening(kind, happened_on)
        found = due_of(kind, entry.rule, happened_on, None, current_calendar())
        assert found is not None
        occasion.due_on, occasion.due_provisional = found.date, found.provisional
        occasion.save()
        settle(organ_id=organ.pk, matter_id=entry.matter_id)
        record(
            actor,
            "catalogue.occasion.create",
            chain=organ.code,
            obj=occasion,
            changes={"kind": kind, "happened_on": happened_on, "due_on": occasion.due_on},
        )
    occasion.refresh_from_db()
    return occasion


def _known(organ: Organ, entry: CatalogueEntry, kind: str, happened_on: date) -> Occasion | None:
    """A publication's own occasion of that day, or one whose day was unknown until now."""
    if kind not in (OccasionKind.FORMED, OccasionKind.CHANGED):
        return None
    same = Occasion.objects.filter(
        organ=organ, matter_id=entry.matter_id, kind=kind, voided_at=None
    )
    if same.filter(happened_on=happened_on, fulfilled_on=None).exists():
        raise ValidationError({"happened_on": "这一天的这件事已经登记过，不必重复登记。"})
    return (
        same.filter(happened_on=None, fulfilled_on__gte=happened_on)
        .order_by("fulfilled_on", "pk")
        .first()
    )


def void_occasion(actor: Actor, occasion: Occasion, *, reason: str) -> Occasion:
    """An obligation entered by mistake counts no more; it stays, with the reason."""
    authorise(actor, ADOPT, occasion.organ)
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise ValidationError({"reason": "请写明作废原因，不超过200个字。"})
    with transaction.atomic():
        current = _locked(occasion)
        if current.voided_at is not None:
            raise ValidationError("这一条已经作废，无需再次作废。")
        if current.kind == OccasionKind.PERIOD:
            raise ValidationError("周期更新不能作废。本期没有信息的，请登记“本期无此类信息”。")
        if current.publication_id is not None and current.kind in (
            OccasionKind.FORMED,
            OccasionKind.CHANGED,
        ):
            raise ValidationError("这一条随已公开的信息产生，不能作废。请到该信息中更正形成日期。")
        current.voided_at, current.void_reason = timezone.now(), reason
        current.fulfilled_on = current.publication = None
        current.save()
        settle(organ_id=current.organ_id, matter_id=current.matter_id)
        record(
            actor,
            "catalogue.occasion.void",
            chain=current.organ.code,
            obj=current,
            changes={"reason": reason},
        )
    return current


def close_period(actor: Actor, occasion: Occasion, *, reason: str) -> Occasion:
    """There was nothing to publish in this period (本期无); it is counted apart."""
    authorise(actor, ADOPT, occasion.organ)
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise ValidationError({"reason": "请写明理由，例如“本季度没有新的补贴”，不超过200个字。"})
    with transaction.atomic():
        current = _locked(occasion)
        if current.kind != OccasionKind.PERIOD or not current.is_open:
            raise ValidationError("只有尚未公开的周期更新可以登记“本期无此类信息”。")
        current.empty_reason = reason
        current.save(update_fields=["empty_reason"])
        record(
            actor,
            "catalogue.occasion.empty",
            chain=current.organ.code,
            obj=current,
            changes={"reason": reason},
        )
    return current


def reopen_period(actor: Actor, occasion: Occasion) -> Occasion:
    """The period waits for a publication again."""
    authorise(actor, ADOPT, occasion.organ)
    with transaction.atomic():
        current = _locked(occasion)
        if not current.empty_reason:
            raise ValidationError("这一期没有登记过“本期无此类信息”。")
        former, current.empty_reason = current.empty_reason, ""
        current.save(update_fields=["empty_reason"])
        settle(organ_id=current.organ_id, matter_id=current.matter_id)
        record(
            actor,
            "catalogue.occasion.reopen",
            chain=current.organ.code,
            obj=current,
            changes={"reason": [former, ""]},
        )
    return current


def _locked(occasion: Occasion) -> Occasion:
    found: Occasion = (
        Occasion.objects.select_for_update(of=("self",))
        .select_related("organ", "entry")
        .get(pk=occasion.pk)
    )
    return found

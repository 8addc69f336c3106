"""Policy ↔ interpretation: linked both ways, owed within days, or not needed for a reason.

The link lies on the interpretation (`interprets`) and is read from both ends. A policy owes an
interpretation when its kind always needs one, or when its body said so; until one is public, or
an exemption is stated, it stands on its body's task list. History brought in from an old site
owes nothing anew, unless somebody flags it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from gongkai.disclosure.bulk.versions import patch_versions
from gongkai.disclosure.models import DisclosedItem, DocumentKind, InterpretationForm
from gongkai.disclosure.services.common import (
    EDIT,
    locked,
    note,
    refuse_personal,
    stated,
    user_of,
)
from gongkai.disclosure.services.drafting import refuse_closed
from gongkai.disclosure.signals import items_published
from gongkai.ledger.actor import Actor
from gongkai.organs import policy
from gongkai.statute import interpretation as rule


def link_interpretation(
    actor: Actor, interpretation: DisclosedItem, policy_item: DisclosedItem, *, form: str = ""
) -> DisclosedItem:
    """`interpretation` interprets `policy_item`; both pages show the other.

    A link says nothing new to the public, so a published interpretation needs no new review.
    """
    policy.authorise(actor, EDIT, interpretation.organ)
    if form and form not in InterpretationForm.values:
        raise ValidationError({"form": "没有这种解读形式，请重新选择。"})
    with transaction.atomic():
        current = locked(interpretation)
        refuse_closed(current)
        target = DisclosedItem.objects.get(pk=policy_item.pk)
        if current.document_kind != DocumentKind.INTERPRETATION:
            raise ValidationError("只有文件类别为“政策解读”的信息才能链接到所解读的文件。")
        if target.pk == current.pk:
            raise ValidationError("信息不能解读自己，请选择所解读的文件。")
        if target.document_kind == DocumentKind.INTERPRETATION:
            raise ValidationError("所选的信息本身就是政策解读，请选择被解读的文件。")
        if current.interprets_id == target.pk and form in ("", current.interpretation_form):
            raise ValidationError("这份解读已经链接到该文件。")
        values: dict[str, Any] = {"interprets": target.pk}
        if form:
            values["interpretation_form"] = form
        before = current.interprets_id
        _patch(actor, current, values)
        note(actor, current, "interpretation.link", {"interprets": [before, target.pk]})
    return current


def unlink_interpretation(
    actor: Actor, interpretation: DisclosedItem, *, reason: str
) -> DisclosedItem:
    """The interpretation belongs to no document; a policy that needs one owes it again."""
    reason = stated(reason, "请写明取消链接的原因，例如“链接到了错误的文件”。")
    policy.authorise(actor, EDIT, interpretation.organ)
    with transaction.atomic():
        current = locked(interpretation)
        refuse_closed(current)
        before = current.interprets_id
        if before is None:
            raise ValidationError("这份解读没有链接到任何文件。")
        _patch(actor, current, {"interprets": None})
        note(
            actor,
            current,
            "interpretation.unlink",
            {"interprets": [before, None], "reason": reason},
        )
    return current


def exempt_interpretation(actor: Actor, item: DisclosedItem, *, reason: str) -> DisclosedItem:
    """The policy needs no interpretation, for this reason; it leaves the task list."""
    reason = stated(reason, "请写明不解读的理由，例如“只涉及内部管理”。")
    return _require(actor, item, {"interpretation_exemption": reason}, "interpretation.exempt")


def require_interpretation(actor: Actor, item: DisclosedItem, *, reason: str) -> DisclosedItem:
    """The policy needs an interpretation, whatever its kind; an exemption is taken back."""
    reason = stated(reason, "请写明需要解读的原因，例如“涉及群众切身利益”。")
    values = {"needs_interpretation": True, "interpretation_exemption": ""}
    return _require(actor, item, values, "interpretation.require", reason)


def _require(
    actor: Actor, item: DisclosedItem, values: Mapping[str, Any], verb: str, reason: str = ""
) -> DisclosedItem:
    policy.authorise(actor, EDIT, item.organ)
    with transaction.atomic():
        current = locked(item)
        refuse_closed(current)
        if current.document_kind == DocumentKind.INTERPRETATION:
            raise ValidationError("政策解读本身不需要解读。")
        refuse_personal(reason, "reason")
        before = {name: getattr(current, name) for name in values}
        if before == dict(values):
            raise ValidationError("已经是这样，无需再次办理。")
        _patch(actor, current, values)
        facts: dict[str, Any] = {name: [before[name], values[name]] for name in values}
        note(actor, current, verb, facts | ({"reason": reason} if reason else {}))
    return current


def _patch(actor: Actor, item: DisclosedItem, values: Mapping[str, Any]) -> None:
    """The row and the newest version hold the values."""
    for name, value in values.items():
        setattr(item, "interprets_id" if name == "interprets" else name, value)
    item.updated_at = timezone.now()
    patch_versions([(item, values)], user_of(actor), item.updated_at)
    item.save(update_fields=[*values, "latest_revision", "live_revision", "updated_at"])
    if item.live:
        items_published.send(sender=DisclosedItem, keys=[item.pk])


# -- what is owed ------------------------------------------------------------------------------
def owed(today: date) -> QuerySet[DisclosedItem]:
    """Published policies that need an interpretation and have none in public, oldest first."""
    always = rule.kinds_on(today)
    since = timezone.make_aware(datetime.combine(rule.first_day(), time()))
    public = DisclosedItem.objects.filter(interprets=OuterRef("pk"), live=True)
    history = Q(imported__batch__as_published=True)
    found: QuerySet[DisclosedItem] = (
        DisclosedItem.objects.filter(live=True, published_at__gte=since)
        .filter(Q(needs_interpretation=True) | (Q(document_kind__in=always) & ~history))
        .filter(interpretation_exemption="")
        .exclude(document_kind=DocumentKind.INTERPRETATION)
        .exclude(repealed_on__lte=today)
        .exclude(valid_until__lte=today)
        .filter(~Exists(public))
        .order_by("published_at", "pk")
    )
    return found


def with_draft(items: QuerySet[DisclosedItem]) -> QuerySet[DisclosedItem]:
    """Each item with `interpretation_drafted`: whether one is being written already."""
    drafts = DisclosedItem.objects.filter(interprets=OuterRef("pk"), live=False)
    found: QuerySet[DisclosedItem] = items.annotate(interpretation_drafted=Exists(drafts))
    return found


def exempted() -> QuerySet[DisclosedItem]:
    """Policies that were said not to need one, with their reasons; the latest first."""
    said = DisclosedItem.objects.exclude(interpretation_exemption="")
    found: QuerySet[DisclosedItem] = said.order_by("-updated_at", "-pk")
    return found


def needs(item: DisclosedItem, today: date) -> bool:
    """Whether this item owes an interpretation (published or not)."""
    if item.document_kind == DocumentKind.INTERPRETATION or item.interpretation_exemption:
        return False
    return item.needs_interpretation or item.document_kind in rule.kinds_on(today)

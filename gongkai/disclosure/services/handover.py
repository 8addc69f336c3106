"""What happens to the items of a body that was abolished.

What is public stays readable where it is, under its number. What is under way moves to the
successor, whose people finish it: their review begins anew, because other people answer for it.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from gongkai.disclosure.models import UNPUBLISHED, DisclosedItem
from gongkai.disclosure.services.common import CONFIGURE, EDIT, locked, note
from gongkai.disclosure.services.publishing import tell_catalogue
from gongkai.disclosure.services.standing import close
from gongkai.ledger.actor import Actor
from gongkai.organs import policy
from gongkai.organs.models import Organ

UNDER_WAY = (
    Q(status__in=UNPUBLISHED)
    | Q(has_unpublished_changes=True)
    | ~Q(step="")
    | Q(scheduled_for__isnull=False)
)
"""Drafts, reviews, schedules, and published items with a new version."""


def under_way(organ: Organ) -> QuerySet[DisclosedItem]:
    """The body's items on which somebody still has to do something."""
    items: QuerySet[DisclosedItem] = DisclosedItem.objects.filter(UNDER_WAY, organ=organ)
    return items


def hand_over_items(actor: Actor, organ: Organ, *, published: bool = False) -> int:
    """What the abolished body had under way is its successor's; returns the number of items.

    With `published` the successor also answers for what is public (九个函复: after a reform the
    body that received the powers answers). By those who draft for the successor, or who configure
    the abolished body. Raises ValidationError while there is no successor.
    """
    successor = _successor(organ)
    _authorise(actor, organ, successor)
    wanted = DisclosedItem.objects.filter(organ=organ)
    if not published:
        wanted = wanted.filter(UNDER_WAY)
    with transaction.atomic():
        keys = list(wanted.order_by("pk").values_list("pk", flat=True))
        for key in keys:
            item = locked(DisclosedItem(pk=key))
            if item.step or item.scheduled_for is not None:
                close(item)
            item.organ = successor
            item.save(update_fields=["organ", "updated_at"])
            if item.live:
                tell_catalogue(item)
            note(actor, item, "hand_over", {"organ": [organ.name, successor.name]})
    return len(keys)


def _successor(organ: Organ) -> Organ:
    """The body that exists today and took over, through however many reforms."""
    if organ.is_active():
        raise ValidationError(f"{organ.name}没有撤销，信息仍由本机关办理。")
    seen = {organ.pk}
    current: Organ | None = organ
    while current is not None and not current.is_active():
        current = current.successor
        if current is not None and current.pk in seen:
            break
        if current is not None:
            seen.add(current.pk)
    if current is None or not current.is_active():
        raise ValidationError(f"{organ.name}没有填写承继机构，请先在机构管理中填写，再移交信息。")
    return current


def _authorise(actor: Actor, organ: Organ, successor: Organ) -> None:
    if actor.user is not None and policy.allows(actor.user, EDIT, successor):
        policy.authorise(actor, EDIT, successor)
        return
    policy.authorise(actor, CONFIGURE, organ)

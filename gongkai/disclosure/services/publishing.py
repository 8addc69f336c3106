"""What an approved version does: goes live at once or at its hour, and comes down at its hour.

A version goes live in one transaction with its index number, its public trace, its catalogue
duties and its ledger entry. What is not to be published is *decided*: approved, kept, never live.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from wagtail.models import Revision
from wagtail.signals import published, unpublished

from gongkai.catalogue.services import record_publication, withdraw_publication
from gongkai.disclosure import richtext
from gongkai.disclosure.content import content_hash
from gongkai.disclosure.links import public_url, staff_url
from gongkai.disclosure.models import (
    DisclosedItem,
    DisclosureAttribute,
    PublicTrace,
    Status,
    TraceKind,
)
from gongkai.disclosure.services import checking, numbering
from gongkai.disclosure.services.common import locked, newest, note
from gongkai.ledger.actor import Actor
from gongkai.statute.assessment import next_assessment

SOURCE: Final = "disclosure"
"""The room's name towards the catalogue."""


@dataclass(frozen=True)
class DueReport:
    """What a run of `publish_due` did: numbers of items, and what could not be done."""

    published: int
    expired: int
    failed: tuple[tuple[int, str], ...]


def take_effect(actor: Actor, item: DisclosedItem, version: DisclosedItem) -> None:
    """The approved newest version of a locked item takes effect, now or at its hour."""
    now = timezone.now()
    if version.disclosure_attribute != DisclosureAttribute.PROACTIVE:
        _decide(actor, item, version)
    elif version.go_live_at is not None and version.go_live_at > now:
        _schedule(actor, item, version)
    else:
        go_live(actor, item, version, now)


def go_live(actor: Actor, item: DisclosedItem, version: DisclosedItem, now: datetime) -> None:
    """The version is public. `item` is the locked row, `version` its newest version."""
    if version.expire_at is not None and version.expire_at <= now:
        raise ValidationError("定时下架的时间已过，不能发布。请退回修改下架时间。")
    first = item.published_at is None
    was_live = item.live
    if item.index_number is None:
        (item.index_number,) = numbering.issue(item.organ, timezone.localtime(now).date())
    was_changed_on = item.changed_on
    _become(item, version)
    version.live = True
    version.status = Status.PUBLISHED
    version.published_at = item.published_at or now
    version.first_published_at = item.first_published_at or now
    version.last_published_at = now
    version.live_revision = item.latest_revision
    version.withdrawn_at, version.withdraw_reason = None, ""
    version.save()
    item.revisions.update(approved_go_live_at=None)
    if not first:
        kind, text = TraceKind.RESTORED, "重新发布。"
        if was_live:
            # A change of the information itself (变更, Art. 26) is told from mending a mistake.
            updated = version.changed_on != was_changed_on
            kind = TraceKind.UPDATED if updated else TraceKind.CORRECTED
            text = version.correction_note
        trace(version, kind, version.correction_note or text, version.latest_revision)
    tell_catalogue(version)
    published.send(sender=DisclosedItem, instance=version, revision=version.latest_revision)
    note(
        actor,
        version,
        "publish",
        {
            "index_number": version.index_number,
            "sm3": content_hash(version),
            "revision": version.latest_revision_id,
        },
    )


def publish_due(actor: Actor, now: datetime | None = None) -> DueReport:
    """Publish what was approved for an hour that has come, take down what is to come down.

    For the schedule (actor `system` or `command`). Each item is a transaction of its own; one
    that fails is reported and tried again at the next run.
    """
    if actor.user is not None:
        raise PermissionDenied("定时发布由系统办理。")
    now = now or timezone.now()
    failed: list[tuple[int, str]] = []
    live = _each(
        DisclosedItem.objects.filter(scheduled_for__lte=now).order_by("scheduled_for", "pk"),
        lambda item: _publish_scheduled(actor, item, now),
        failed,
        # By itself, so that what was found is kept when it holds the item back.
        before=checking.look,
    )
    down = _each(
        DisclosedItem.objects.filter(live=True, expire_at__lte=now).order_by("expire_at", "pk"),
        lambda item: _expire(actor, item, now),
        failed,
    )
    return DueReport(live, down, tuple(failed))


def publish_revision(revision: Revision, user: Any) -> None:
    """Wagtail asks to publish a revision: only what was approved and is due goes live."""
    del user
    with transaction.atomic():
        item = locked(DisclosedItem.objects.get(pk=revision.object_id))
        now = timezone.now()
        if (
            item.scheduled_for is None
            or item.scheduled_for > now
            or item.latest_revision_id != revision.pk
        ):
            raise PermissionDenied("信息须经审核、保密审查和审批才能发布，请送审。")
        _publish_scheduled(Actor.system("定时发布"), item, now)


def expire_now(item: DisclosedItem) -> None:
    """Wagtail asks to take down an item whose hour has come."""
    with transaction.atomic():
        current = locked(item)
        now = timezone.now()
        if not current.live or current.expire_at is None or current.expire_at > now:
            raise PermissionDenied("已发布的信息请用“撤回”下架，并写明原因。")
        _expire(Actor.system("定时下架"), current, now)


def take_down(item: DisclosedItem, status: str, on: date) -> None:
    """A locked item is no longer public; its content stays in its row, its number its own."""
    item.live = False
    item.status = status
    item.save(
        update_fields=[
            "live", "status", "withdrawn_at", "withdraw_reason", "expired", "updated_at",
        ]
    )  # fmt: skip
    withdraw_publication(SOURCE, str(item.pk), on)
    unpublished.send(sender=DisclosedItem, instance=item)


def trace(
    item: DisclosedItem, kind: TraceKind, text: str, revision: Revision | None = None
) -> PublicTrace:
    """A line that everybody reads under the item."""
    return PublicTrace.objects.create(item=item, kind=kind, note=text, revision=revision)


def tell_catalogue(item: DisclosedItem) -> None:
    """The entries that this item fulfils know when it was formed, changed and published."""
    record_publication(
        organ=item.organ,
        entry_ids=[entry.pk for entry in item.entries.all()],
        source=SOURCE,
        source_id=str(item.pk),
        title=item.title,
        url=public_url(item) or staff_url(item),
        formed_on=item.formed_on,
        changed_on=item.changed_on,
        published_on=timezone.localtime(item.last_published_at or item.published_at).date(),
        text=richtext.plain_text(item.body),
    )


# -- how it is done --------------------------------------------------------------------------


def _become(item: DisclosedItem, version: DisclosedItem) -> None:
    """The version is the row from now on, with what belongs to the item as a whole."""
    version.index_number = item.index_number
    version.step = ""
    version.returned = False
    version.scheduled_for = None
    version.has_unpublished_changes = False
    version.expired = False


def _decide(actor: Actor, item: DisclosedItem, version: DisclosedItem) -> None:
    """Decided not to publish (Arts. 13–16): kept for the catalogue and assessed anew (Art. 18)."""
    was_live = item.live
    today = timezone.localdate()
    _become(item, version)
    version.status = Status.DECIDED
    version.live = False
    if version.next_assessment_on is None:
        version.next_assessment_on = next_assessment(today)
    version.save()
    if was_live:
        withdraw_publication(SOURCE, str(version.pk), today)
        trace(version, TraceKind.WITHDRAWN, version.correction_note)
        unpublished.send(sender=DisclosedItem, instance=version)
    note(
        actor,
        version,
        "decide",
        {
            "attribute": version.disclosure_attribute,
            "exemption": version.exemption,
            "next_assessment_on": version.next_assessment_on,
            "sm3": content_hash(version),
        },
    )


def _schedule(actor: Actor, item: DisclosedItem, version: DisclosedItem) -> None:
    """Approved, and public from the hour that it names."""
    item.step = ""
    item.scheduled_for = version.go_live_at
    if item.holds_draft:
        item.status = Status.SCHEDULED
    item.save(update_fields=["step", "scheduled_for", "status", "updated_at"])
    Revision.objects.filter(pk=item.latest_revision_id).update(
        approved_go_live_at=version.go_live_at
    )
    note(actor, item, "schedule", {"go_live_at": version.go_live_at})


def _publish_scheduled(actor: Actor, item: DisclosedItem, now: datetime) -> bool:
    if item.scheduled_for is None or item.scheduled_for > now:
        return False
    version = newest(item)
    if content_hash(version) != item.submitted_hash:
        raise ValidationError("内容与审批时不一致，没有发布。请收回后重新送审（条例第十七条）。")
    checking.refuse_blocked(item, version, "发布")
    go_live(actor, item, version, now)
    return True


def _expire(actor: Actor, item: DisclosedItem, now: datetime) -> bool:
    if not item.live or item.expire_at is None or item.expire_at > now:
        return False
    item.expired = True
    take_down(item, Status.EXPIRED, timezone.localtime(now).date())
    trace(item, TraceKind.EXPIRED, "已到设定的下架时间。")
    note(actor, item, "expire", {"expire_at": item.expire_at})
    return True


def _each(
    items: Any,
    act: Callable[[DisclosedItem], bool],
    failed: list[tuple[int, str]],
    before: Callable[[DisclosedItem], Any] | None = None,
) -> int:
    done = 0
    for key in list(items.values_list("pk", flat=True)):
        try:
            if before is not None:
                before(DisclosedItem(pk=key))
            with transaction.atomic():
                done += act(locked(DisclosedItem(pk=key)))
        except ValidationError as error:
            failed.append((key, " ".join(error.messages)))
    return done

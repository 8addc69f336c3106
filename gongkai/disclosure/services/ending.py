"""The end of what was published, and what is told of it: withdrawn, restored, repealed, amended.

Everything leaves a public trace; nothing that was public is deleted, and no index number is given
twice.
"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from wagtail.signals import published

from gongkai.disclosure.content import content_hash
from gongkai.disclosure.models import (
    Decision,
    DisclosedItem,
    DisclosureAttribute,
    Status,
    TraceKind,
)
from gongkai.disclosure.services import checking, common, publishing
from gongkai.disclosure.services.common import EDIT, WITHDRAW, locked, stated
from gongkai.disclosure.services.standing import close
from gongkai.ledger.actor import Actor
from gongkai.organs import policy
from gongkai.statute.assessment import next_assessment

CLEAN = "disclosure.clean"


def withdraw(actor: Actor, item: DisclosedItem, reason: str) -> DisclosedItem:
    """The item is no longer public; the reason is. A version under review is a draft again."""
    reason = stated(reason, "请写明撤回原因，将向公众公布，例如“信息有误，更正后重新发布”。")
    policy.authorise(actor, WITHDRAW, item.organ)
    with transaction.atomic():
        current = locked(item)
        if not current.live:
            raise ValidationError("这条信息现在没有公开，无需撤回。")
        if current.step or current.scheduled_for is not None:
            close(current)
        now = timezone.now()
        current.withdrawn_at, current.withdraw_reason = now, reason
        publishing.take_down(current, Status.WITHDRAWN, timezone.localtime(now).date())
        publishing.trace(current, TraceKind.WITHDRAWN, reason)
        common.note(actor, current, "withdraw", {"reason": reason})
    return current


def restore(actor: Actor, item: DisclosedItem, reason: str) -> DisclosedItem:
    """What was withdrawn or had come down is public again, word for word as it was reviewed."""
    reason = stated(reason, "请写明恢复原因，将向公众公布，例如“核实无误，恢复发布”。")
    policy.authorise(actor, WITHDRAW, item.organ)
    with transaction.atomic():
        current = locked(item)
        if current.status not in (Status.WITHDRAWN, Status.EXPIRED):
            raise ValidationError("只有已撤回或已到期下架的信息才能恢复发布。")
        if current.step or current.scheduled_for is not None:
            raise ValidationError("这条信息的新版本正在办理，请待其发布，或先收回。")
        if current.disclosure_attribute != DisclosureAttribute.PROACTIVE:
            raise ValidationError("公开属性已不是主动公开，不能恢复发布。")
        if not _as_reviewed(current):
            raise ValidationError(
                "内容与审核时不一致，不能恢复发布。请修改后重新送审（条例第十七条）。"
            )
        blocking = checking.blocking(current, checking.run(current, current))
        if blocking:
            raise ValidationError(
                f"内容审查发现{len(blocking)}处严重问题，不能恢复发布。请修改后重新送审。"
            )
        now = timezone.now()
        if current.expire_at is not None and current.expire_at <= now:
            current.expire_at = None
        current.live, current.expired = True, False
        current.status = Status.PUBLISHED
        current.withdrawn_at, current.withdraw_reason = None, ""
        current.last_published_at = now
        current.save(
            update_fields=[
                "live", "expired", "status", "withdrawn_at", "withdraw_reason", "expire_at",
                "last_published_at", "updated_at",
            ]
        )  # fmt: skip
        publishing.tell_catalogue(current)
        publishing.trace(current, TraceKind.RESTORED, reason)
        published.send(sender=DisclosedItem, instance=current, revision=current.live_revision)
        common.note(actor, current, "restore", {"reason": reason})
    return current


def repeal(
    actor: Actor,
    item: DisclosedItem,
    on: date,
    *,
    successor: DisclosedItem | None = None,
    note: str,
) -> DisclosedItem:
    """From `on` on the document no longer holds; the original stays public and is marked.

    `successor` is the document that replaces or repeals it. Whoever withdraws items may do it,
    and whoever holds the yearly review of normative documents.
    """
    return _mark(actor, item, on, successor, note, TraceKind.REPEALED)


def amend(
    actor: Actor,
    item: DisclosedItem,
    on: date,
    *,
    successor: DisclosedItem | None = None,
    note: str,
) -> DisclosedItem:
    """On `on` the document was amended, by `successor`; it holds as amended and is marked."""
    return _mark(actor, item, on, successor, note, TraceKind.AMENDED)


def reassess(actor: Actor, item: DisclosedItem, reason: str) -> DisclosedItem:
    """What was withheld was assessed anew and stays withheld (Art. 18); next year again.

    To publish it after all, or on request, a new version goes through the review.
    """
    reason = stated(reason, "请写明评估结论和理由，例如“保密期限未满，维持不予公开”。")
    policy.authorise(actor, EDIT, item.organ)
    with transaction.atomic():
        current = locked(item)
        if current.status != Status.DECIDED:
            raise ValidationError("只有已定为不主动公开的信息需要定期评估（条例第十八条）。")
        before = current.next_assessment_on
        current.next_assessment_on = next_assessment(timezone.localdate())
        current.save(update_fields=["next_assessment_on", "updated_at"])
        common.note(
            actor,
            current,
            "reassess",
            {"reason": reason, "next_assessment_on": [before, current.next_assessment_on]},
        )
    return current


def _mark(
    actor: Actor,
    item: DisclosedItem,
    on: date,
    successor: DisclosedItem | None,
    text: str,
    kind: TraceKind,
) -> DisclosedItem:
    word = kind.label
    text = stated(text, f"请写明{word}依据，将向公众公布。", field="note", limit=240)
    _authorise_mark(actor, item)
    column = "repealed_on" if kind == TraceKind.REPEALED else "amended_on"
    with transaction.atomic():
        current = locked(item)
        if current.published_at is None:
            raise ValidationError(f"没有发布过的信息不能{word}，请直接修改草稿。")
        if current.formed_on is not None and on < current.formed_on:
            raise ValidationError(
                {"on": f"{word}日期不能早于成文日期（{current.formed_on}），请核对。"}
            )
        if kind == TraceKind.REPEALED and current.repealed_on is not None:
            raise ValidationError(f"这份文件已于{current.repealed_on}废止，无需再次办理。")
        if kind == TraceKind.AMENDED and current.repealed_on and current.repealed_on <= on:
            raise ValidationError(f"这份文件已于{current.repealed_on}废止，不能再修改。")
        if successor is not None and successor.pk == current.pk:
            raise ValidationError({"successor": f"文件不能由它自己{word}，请另选文件。"})
        if successor is not None and _leads_to(successor, current.pk):
            raise ValidationError({"successor": "所选文件本身由这份文件替代，请核对先后。"})
        before = {column: getattr(current, column), "successor": current.successor_id}
        setattr(current, column, on)
        if successor is not None:
            current.successor = successor
        current.save(update_fields=[column, "successor", "updated_at"])
        by = f"（见《{successor.title}》）" if successor is not None and successor.live else ""
        publishing.trace(
            current, kind, f"自{on.year}年{on.month}月{on.day}日起{word}。{text}{by}"[:300]
        )
        common.note(
            actor,
            current,
            "repeal" if kind == TraceKind.REPEALED else "amend",
            {
                column: [before[column], on],
                "successor": [before["successor"], current.successor_id],
                "note": text,
            },
        )
    return current


def _as_reviewed(item: DisclosedItem) -> bool:
    """Whether the row says what was approved, but for the hour of its end, which may be over.

    Items taken over from an old site had no review here.
    """
    decided = item.decisions.filter(revision=item.live_revision, decision=Decision.APPROVED)
    hashes = set(decided.values_list("content_hash", flat=True))
    if not hashes or item.live_revision is None:
        return True
    end, approved = item.expire_at, item.with_content_json(item.live_revision.content).expire_at
    try:
        item.expire_at = approved
        return content_hash(item) in hashes
    finally:
        item.expire_at = end


def _authorise_mark(actor: Actor, item: DisclosedItem) -> None:
    """By the right to withdraw, or by that to hold the yearly review."""
    try:
        policy.authorise(actor, WITHDRAW, item.organ)
    except PermissionDenied:
        if actor.user is None or not policy.allows(actor.user, CLEAN, item.organ):
            raise
        policy.authorise(actor, CLEAN, item.organ)


def _leads_to(item: DisclosedItem, key: int) -> bool:
    """Whether the chain of successors from `item` reaches `key` (at most 50 steps)."""
    current: int | None = item.pk
    for _ in range(50):
        current = DisclosedItem.objects.values_list("successor_id", flat=True).get(pk=current)
        if current is None or current == key:
            return current == key
    return True

"""The guard in the way of an item: before each submission and approval, and when asked.

What was found is kept for one content and one state of the word lists (`GuardRun`), masked; the
numbers themselves are never stored. A serious finding blocks until it is gone, or until a person
whom the policy allows lets it through by name and with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from gongkai.disclosure import guarding
from gongkai.disclosure.content import TEXT_FIELDS, content_hash
from gongkai.disclosure.models import DisclosedItem, GuardOverride, GuardRun
from gongkai.disclosure.services.common import (
    EDIT,
    ensure_version,
    locked,
    newest,
    note,
    person,
    save_version,
    stated,
    user_of,
)
from gongkai.disclosure.services.drafting import refuse_closed
from gongkai.guard.engine import mask_html, mask_text, scan_html, scan_text
from gongkai.ledger.actor import Actor
from gongkai.organs.policy import authorise

OVERRIDE: Final = "guard.override"
VIEW: Final = "disclosure.view"
SHOWN: Final = 5


class GuardBlocked(ValidationError):
    """Serious findings stop the act; the first message says so, the others name them (masked)."""


@dataclass(frozen=True)
class Masked:
    """What masking did. `attachments`: files with personal data, which people must change."""

    item: DisclosedItem
    replaced: int
    attachments: tuple[str, ...]

    @property
    def message(self) -> str:
        done = (
            f"已脱敏{self.replaced}处。"
            if self.replaced
            else "正文和各栏中没有需要脱敏的个人信息。"
        )
        if self.attachments:
            names = "、".join(f"《{name}》" for name in self.attachments)
            done += f"附件不能自动脱敏，请修改后重新上传：{names}。"
        return done


def check_item(actor: Actor, item: DisclosedItem) -> GuardRun:
    """What the guard finds in the newest version; looked through anew only when something changed.

    Raises PermissionDenied for those who may not see the item.
    """
    authorise(actor, VIEW, item.organ)
    return look(item)


def look(item: DisclosedItem) -> GuardRun:
    """The guard's findings for the newest version, kept whatever becomes of the caller's act."""
    current = DisclosedItem.objects.select_related("organ", "latest_revision").get(pk=item.pk)
    return run(current, newest(current))


def run(item: DisclosedItem, version: DisclosedItem) -> GuardRun:
    """The guard's findings for a version, and the item's `blocking` with them.

    A run holds for one content and one state of the word lists and is then found again. Files are
    read before anything is written, so that a long PDF keeps nobody waiting for the lock.
    """
    fingerprint = content_hash(version)
    lexicon = guarding.lexicon_for(item.organ)
    key = {"item": item, "content_hash": fingerprint, "lexicon_version": lexicon.version}
    found = GuardRun.objects.filter(**key).order_by("-pk").first()
    if found is None:
        result = guarding.scan(version, lexicon)
        found = GuardRun.objects.create(
            **key,
            findings=[finding.stored() for finding in result.findings],
            unread=[
                {"name": name, "state": state, "note": why} for name, state, why in result.unread
            ],
        )
    number = len(blocking(item, found))
    if item.blocking != number:
        item.blocking = version.blocking = number
        DisclosedItem.objects.filter(pk=item.pk).update(blocking=number)
    return found


def blocking(item: DisclosedItem, checked: GuardRun) -> list[dict[str, str]]:
    """The serious findings of a run that nobody let through."""
    serious = [finding for finding in checked.findings if finding["severity"] == "serious"]
    if not serious:
        return []
    passed = set(GuardOverride.objects.filter(item=item).values_list("finding_key", flat=True))
    return [finding for finding in serious if finding["key"] not in passed]


def refuse_blocked(item: DisclosedItem, version: DisclosedItem, what: str) -> GuardRun:
    """Raise GuardBlocked naming what blocks the version; the run otherwise."""
    checked = run(item, version)
    found = blocking(item, checked)
    if found:
        lines = [
            f"{finding['where']}：{finding['label']}“{finding['masked']}”。{finding['message']}"
            for finding in found[:SHOWN]
        ]
        if len(found) > SHOWN:
            lines.append(f"……共{len(found)}处。")
        raise GuardBlocked(
            [
                f"内容审查发现{len(found)}处严重问题，不能{what}。请修改；确需保留的，"
                "由有放行权限的人员写明理由后放行。",
                *lines,
            ]
        )
    return checked


def override_finding(
    actor: Actor, item: DisclosedItem, finding_key: str, reason: str
) -> GuardOverride:
    """One serious finding no longer blocks; who let it through and why is in the ledger.

    It holds for the same value in the same kind of place of this item, in later versions too.
    Whoever drafted the version may not let its findings through.
    """
    reason = stated(reason, "请写明放行理由，例如“属依法公示的单位账号”。")
    authorise(actor, OVERRIDE, item.organ)
    user = person(actor)
    with transaction.atomic():
        current = locked(item)
        version = newest(current)
        if user.pk in writers(current):
            raise PermissionDenied("起草人不能放行自己起草的内容，请由其他有放行权限的人员办理。")
        checked = run(current, version)
        finding = next((f for f in checked.findings if f["key"] == finding_key), None)
        if finding is None:
            raise ValidationError("当前版本中没有这一问题，可能已经修改。请重新检查后再办理。")
        if finding["severity"] != "serious":
            raise ValidationError("这一问题不影响送审和发布，无需放行。")
        override, created = GuardOverride.objects.get_or_create(
            item=current,
            finding_key=finding_key,
            defaults={
                "check_id": finding["check"][:32],
                "masked": finding["masked"][:120],
                "reason": reason,
                "overridden_by": user,
            },
        )
        if not created:
            raise ValidationError("这一问题已经放行，无需再次办理。")
        run(current, version)
        note(
            actor,
            current,
            "guard.override",
            {
                "check": finding["check"],
                "masked": finding["masked"],
                "where": finding["where"],
                "reason": reason,
            },
        )
    return override


def mask_item(actor: Actor, item: DisclosedItem) -> Masked:
    """Persons' numbers in the texts are masked, as a new version; files are named, not changed."""
    authorise(actor, EDIT, item.organ)
    with transaction.atomic():
        current = locked(item)
        refuse_closed(current)
        ensure_version(current)
        version = newest(current)
        lexicon = guarding.lexicon_for(current.organ)
        replaced = 0
        for name in TEXT_FIELDS:
            text = getattr(version, name)
            found = [f for f in scan_text(text, lexicon) if f.is_personal] if text else []
            if found:
                setattr(version, name, mask_text(text, found))
                replaced += len(found)
        words = []
        for word in version.keywords:
            found = [f for f in scan_text(word, lexicon) if f.is_personal]
            words.append(mask_text(word, found) if found else word)
            replaced += len(found)
        version.keywords = words
        found = [f for f in scan_html(version.body, lexicon) if f.is_personal]
        if found:
            version.body = mask_html(version.body, found)
            replaced += len(found)
        if replaced:
            save_version(current, version, user_of(actor))
            note(actor, version, "mask", {"replaced": replaced, "sm3": content_hash(version)})
        scan = guarding.scan(version, lexicon)
        run(current, version)
    left = dict.fromkeys(
        attachment.name
        for attachment in version.attachments.all()
        for finding in scan.findings
        if finding.is_personal and f"《{attachment.name}》" in finding.where
    )
    return Masked(version, replaced, tuple(left))


def writers(item: DisclosedItem) -> set[int]:
    """Who wrote what is (to be) reviewed: the drafter, who sent it, and every author since the
    version that is public."""
    authors = {item.submitted_by_id}
    revisions = item.revisions
    if item.live_revision_id is not None:
        revisions = revisions.filter(pk__gt=item.live_revision_id)
    else:
        authors.add(item.drafted_by_id)
    authors.update(revisions.order_by().values_list("user_id", flat=True).distinct())
    return {author for author in authors if author is not None}

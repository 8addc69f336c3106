"""What every service of this room needs: locks, versions, conflicts, notes in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.models import Revision

from gongkai.disclosure import guarding
from gongkai.disclosure.models import DisclosedItem
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.models import User

EDIT: Final = "disclosure.edit"
WITHDRAW: Final = "disclosure.withdraw"
CONFIGURE: Final = "disclosure.configure"
CHANGED_MESSAGE: Final = (
    "这条信息在您打开之后已被他人修改，您的修改没有保存。请另开一页查看最新内容，再决定是否改写。"
)
MAX_REASON: Final = 300


def locked(item: DisclosedItem) -> DisclosedItem:
    """The item as it is now, its row locked until the end of the transaction."""
    found: DisclosedItem = (
        DisclosedItem.objects.select_for_update(of=("self",))
        .select_related("organ", "latest_revision")
        .get(pk=item.pk)
    )
    return found


def newest(item: DisclosedItem) -> DisclosedItem:
    """The newest version of a locked item, as an object that may be changed and saved.

    While the item was never published its row is the newest version; afterwards a draft lives
    in its revision.
    """
    if item.holds_draft or not item.has_unpublished_changes or item.latest_revision is None:
        return item
    version: DisclosedItem = item.with_content_json(item.latest_revision.content)
    return version


def ensure_version(item: DisclosedItem) -> None:
    """What a locked item says now is a version that can be reviewed and compared.

    Items that came by the thousand have no revision until somebody works on them.
    """
    if item.latest_revision is not None:
        return
    revision = item.save_revision(clean=False, changed=False)
    if not item.holds_draft:
        item.live_revision = revision
        DisclosedItem.objects.filter(pk=item.pk).update(live_revision=revision)


def refuse_conflict(item: DisclosedItem, seen: int | str | None) -> None:
    """Raise when somebody saved a newer version since the form was drawn.

    `seen` is what `queries.seen_of` gave the form: the number of the newest revision.
    """
    if seen in (None, ""):
        return
    if str(seen) not in (str(item.latest_revision_id), item.updated_at.isoformat()):
        raise ValidationError(CHANGED_MESSAGE, code="changed")


def save_version(item: DisclosedItem, version: DisclosedItem, user: User | None) -> Revision:
    """`version` is the newest version of `item`, as a revision and, before publication, the row."""
    version.updated_at = timezone.now()
    if item.holds_draft:
        version.live = False
        version.save()
    revision = version.save_revision(user=user, clean=False)
    # `save_revision` writes two columns only.
    DisclosedItem.objects.filter(pk=version.pk).update(updated_at=version.updated_at)
    return revision


def stated(reason: str, message: str, *, field: str = "reason", limit: int = MAX_REASON) -> str:
    """The reason as it is kept; ValidationError when there is none, too long or personal."""
    text = reason.strip()
    if not text:
        raise ValidationError({field: message})
    if len(text) > limit:
        raise ValidationError({field: f"写了{len(text)}个字，最多{limit}个字，请缩短。"})
    refuse_personal(text, field)
    return text


def refuse_personal(text: str, field: str) -> None:
    """Nothing that goes into the ledger or under an item may hold a person's numbers."""
    if not text:
        return
    for finding in guarding.personal_in(text):
        raise ValidationError({field: f"含有{finding.label}（{finding.masked}），请删去后再提交。"})


def person(actor: Actor) -> User:
    """The person who acts; the console cannot answer for a decision."""
    if not isinstance(actor.user, User):
        raise ValidationError("审核意见须由本人登录后签署，不能由命令行代办。")
    return actor.user


def user_of(actor: Actor) -> User | None:
    """The person who acts, if it is one."""
    return actor.user if isinstance(actor.user, User) else None


def note(
    actor: Actor, item: DisclosedItem, verb: str, changes: Mapping[str, Any] | None = None
) -> None:
    """The act is in the ledger of the item's body."""
    record(
        actor,
        f"disclosure.{verb}",
        chain=item.organ.code,
        obj=item,
        changes=dict(changes or {}),
    )

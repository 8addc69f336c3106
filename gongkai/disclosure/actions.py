"""What a person may do with an item as it stands now: only that is offered as a button.

The services ask again; nothing here grants a right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from gongkai.disclosure import queries
from gongkai.disclosure.models import DisclosedItem, DocumentKind, Status
from gongkai.disclosure.services import checking
from gongkai.organs import policy

WITH_END: Final = frozenset(
    {DocumentKind.REGULATION, DocumentKind.NORMATIVE, DocumentKind.POLICY, DocumentKind.WORK}
)
"""Kinds that are repealed or amended by another document."""


@dataclass(frozen=True)
class Lawful:
    """Which acts are open to one person upon one item."""

    edit: bool
    submit: bool
    recall: bool
    review: bool
    withdraw: bool
    restore: bool
    repeal: bool
    reassess: bool
    discard: bool
    delete: bool
    mask: bool
    override: bool
    reply: bool


def lawful(user: Any, item: DisclosedItem) -> Lawful:
    """What `user` may do with `item` now. A constant number of statements."""
    organ = item.organ
    editor = policy.allows(user, "disclosure.edit", organ)
    withdrawer = policy.allows(user, "disclosure.withdraw", organ)
    cleaner = policy.allows(user, "disclosure.clean", organ)
    free = item.is_editable
    under_way = bool(item.step) or item.scheduled_for is not None
    draft = item.holds_draft or item.has_unpublished_changes
    closed = organ.abolished_on is not None and not organ.is_active()
    return Lawful(
        edit=editor and free and not closed,
        submit=editor and free and draft and not closed,
        recall=editor and under_way and user.pk in checking.writers(item),
        review=bool(item.step) and queries.may_decide(user, item),
        withdraw=withdrawer and item.live,
        restore=withdrawer and not under_way and item.status in (Status.WITHDRAWN, Status.EXPIRED),
        repeal=(withdrawer or cleaner)
        and item.published_at is not None
        and item.repealed_on is None
        and item.document_kind in WITH_END,
        reassess=editor and item.status == Status.DECIDED,
        discard=editor and free and not item.holds_draft and item.has_unpublished_changes,
        delete=editor and free and item.holds_draft and not item.decisions.exists(),
        mask=editor and free and draft,
        override=policy.allows(user, "guard.override", organ)
        and user.pk not in checking.writers(item),
        reply=policy.allows(user, "disclosure.secrecy", organ)
        and item.referrals.filter(replied_on=None, closed_on=None).exists(),
    )

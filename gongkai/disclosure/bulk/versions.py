"""A change of metadata that goes past the review is in the newest version too.

Otherwise the next version that somebody writes would bring the old value back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from wagtail.models import Revision

from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.models import User


def patch_versions(
    changed: Sequence[tuple[DisclosedItem, Mapping[str, Any]]], user: User | None, now: datetime
) -> None:
    """A new revision of each item's newest version with these values (as JSON holds them).

    `latest_revision`, and `live_revision` where the newest version is the public one, are set on
    the items; the caller saves them. Two statements.
    """
    made: list[tuple[DisclosedItem, Revision, bool]] = []
    for item, values in changed:
        newest = item.latest_revision
        if newest is None:
            continue
        revision = Revision(
            content_type_id=newest.content_type_id,
            base_content_type_id=newest.base_content_type_id,
            object_id=newest.object_id,
            created_at=now,
            user=user,
            object_str=newest.object_str,
            content={**newest.content, **values},
        )
        made.append((item, revision, newest.pk == item.live_revision_id))
    Revision.objects.bulk_create([revision for _, revision, _ in made], batch_size=500)
    for item, revision, public in made:
        item.latest_revision = revision
        if public:
            item.live_revision = revision

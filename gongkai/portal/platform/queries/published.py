"""What bodies have published."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from gongkai.disclosure.models import DisclosedItem
from gongkai.disclosure.presenting import WITH_VALIDITY
from gongkai.organs.models import Organ
from gongkai.portal import items
from gongkai.portal.platform.queries.bodies import MANY_BODIES


def of_organ(body: Organ) -> QuerySet[DisclosedItem]:
    """What the body has published."""
    return items.live().filter(organ=body.pk)


def in_part(slug: str, organs: Sequence[int]) -> list[DisclosedItem]:
    """What these bodies have in a column of the platform, newest first."""
    found = items.listed(items.live().filter(column__slug=slug, organ__in=organs))
    return list(found[:MANY_BODIES])


def whole(key: int) -> DisclosedItem | None:
    """One public item with its text and its files."""
    return _with_files(items.live().filter(pk=key))


def _with_files(found: QuerySet[DisclosedItem]) -> DisclosedItem | None:
    first: DisclosedItem | None = (
        found.select_related("organ", "column").prefetch_related("attachments__stored").first()
    )
    return first


def newest_in(slug: str, body: Organ) -> DisclosedItem | None:
    """The newest item of a body in a column, with its files."""
    found = items.live().filter(column__slug=slug, organ=body.pk)
    return _with_files(found.order_by("-published_at", "-pk"))


def policies_of(body: Organ) -> QuerySet[DisclosedItem]:
    """The body's documents whose validity is shown."""
    return items.listed(of_organ(body).filter(document_kind__in=sorted(WITH_VALIDITY)))

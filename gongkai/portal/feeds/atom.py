"""Atom feeds (RFC 4287) of published items.

An entry's id is a tag URI (RFC 4151) made from the authority of the site, a year and the item's
number. It stays whatever becomes of the item: of its title, its column, even of the site's domain
as long as `GONGKAI_FEED_AUTHORITY` keeps the old one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

import gongkai
from gongkai.disclosure import richtext
from gongkai.disclosure.models import DisclosedItem

NEWEST: Final = 50
EXCERPT: Final = 160
MINTED: Final = "2025"
"""The year in which the authority was the site's, part of every id: it never changes."""
NEVER: Final = datetime(2025, 1, 1, tzinfo=UTC)
"""When a feed without entries was last updated."""
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Channel:
    """What a feed is of: its own address and that of the page it belongs to, both local.

    `key` is the last part of its id: "columns/tzgg".
    """

    key: str
    title: str
    subtitle: str
    page: str
    address: str
    author: str


class _Writer(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """A feed without entries does not change with every reading."""
        return super().latest_post_date() if self.items else NEVER

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("generator", "Gongkai", {"version": gongkai.__version__})


def authority(request: HttpRequest) -> str:
    """The host in whose name the ids are given out."""
    host: str = settings.FEED_AUTHORITY or urlsplit(request.build_absolute_uri("/")).hostname or ""
    return host


def tag(request: HttpRequest, key: str) -> str:
    """A name for ever."""
    return f"tag:{authority(request)},{MINTED}:{key}"


def write(request: HttpRequest, channel: Channel, items: QuerySet[DisclosedItem]) -> bytes:
    """The feed of the newest of `items`. One statement."""
    feed = _Writer(
        title=clean(channel.title),
        link=request.build_absolute_uri(channel.page),
        description=None,
        subtitle=clean(channel.subtitle),
        language="zh-Hans",
        author_name=clean(channel.author),
        feed_url=request.build_absolute_uri(channel.address),
        feed_guid=tag(request, channel.key),
    )
    for item in newest(items):
        address = request.build_absolute_uri(reverse("portal:item", args=[item.pk]))
        topic = item.topic.label if item.topic else ""
        feed.add_item(
            title=clean(item.title),
            link=address,
            description=escape(clean(summary_of(item))),
            author_name=clean(item.organ.name),
            pubdate=timezone.localtime(item.published_at),
            updateddate=timezone.localtime(item.last_published_at or item.published_at),
            unique_id=tag(request, f"info/{item.pk}"),
            categories=[clean(one) for one in (item.column.title, topic) if one],
        )
    written: str = feed.writeString("utf-8")
    return written.encode()


def newest(items: QuerySet[DisclosedItem]) -> QuerySet[DisclosedItem]:
    """The newest first, with what an entry tells and only the beginning of the text."""
    found: QuerySet[DisclosedItem] = (
        items.select_related("organ", "column", "topic")
        .only(
            "title", "summary", "published_at", "last_published_at", "organ__name",
            "column__title", "topic__name", "topic__alias",
        )
        .annotate(beginning=Substr("body", 1, 4_000))
        .order_by("-published_at", "-pk")[:NEWEST]
    )  # fmt: skip
    return found


def summary_of(item: Any) -> str:
    """What the publisher summed up, or how the text begins."""
    if item.summary:
        return str(item.summary)
    text = " ".join(richtext.plain_text(item.beginning).split())
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


def clean(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _FORBIDDEN.sub("", text)

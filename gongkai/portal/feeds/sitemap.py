"""The site map (sitemaps.org): an index, one part of pages, and parts of items by their numbers.

A part holds the items whose numbers fall in its range, so that an item never wanders from part to
part, none is counted through to find the next, and old parts stay as they are for years.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from xml.sax.saxutils import escape

from django.db.models import Count, F, Max
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from gongkai.catalogue.models import Column, Field, Topic
from gongkai.disclosure import leaders
from gongkai.disclosure.models import DisclosedItem, PublicTrace
from gongkai.organs.models import Organ
from gongkai.portal import items
from gongkai.reports.models import AnnualReport, State

PART: Final = 45_000
"""Addresses in a part; the protocol allows 50,000."""
CHUNK: Final = 2_000
NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
PLAIN: Final = (
    "home", "item_list", "catalogue", "organ_list", "topic_list", "field_list", "leader_list",
    "policy_list", "interpretation_list", "normative_list", "normative_ended", "disclosure",
    "report_list", "catalogue_bodies", "catalogue_audiences", "catalogue_table",
    "report_data_fields",
)  # fmt: skip
PARTS: Final = ("zfxxgkzn", "zfxxgkzd", "fdzdgknr", "zfxxgknb", "ysqgk")


@dataclass(frozen=True)
class Part:
    """One part of items: its number, how many it holds, when one of them last changed."""

    number: int
    items: int
    changed: datetime | None


def parts() -> list[Part]:
    """The parts that hold anything. Two statements, whatever the number of items.

    Both read from indexes: the newest publication of each range, and, since what changes later
    leaves a public trace, the newest trace in it.
    """
    found = (
        items.live()
        .order_by()
        .annotate(part=(F("pk") - 1) / PART)
        .values("part")
        .annotate(number=Count("pk"), newest=Max("published_at"))
        .order_by("part")
    )
    traces = dict(
        PublicTrace.objects.order_by()
        .annotate(part=(F("item_id") - 1) / PART)
        .values("part")
        .annotate(newest=Max("at"))
        .values_list("part", "newest")
    )
    return [
        Part(
            row["part"] + 1,
            row["number"],
            max(moment for moment in (row["newest"], traces.get(row["part"])) if moment),
        )
        for row in found
    ]


def write_index(request: HttpRequest, found: Iterable[Part]) -> str:
    """The index of all parts."""
    rows = [_row("sitemap", request.build_absolute_uri(reverse("portal:sitemap_pages")))]
    rows += [
        _row(
            "sitemap",
            request.build_absolute_uri(reverse("portal:sitemap_items", args=[part.number])),
            part.changed,
        )
        for part in found
    ]
    return f"{_head('sitemapindex')}{''.join(rows)}</sitemapindex>\n"


def write_items(request: HttpRequest, number: int) -> Iterator[str]:
    """A part of items, line by line, as it is read."""
    base = request.build_absolute_uri("/")[:-1]
    yield _head("urlset")
    last = (number - 1) * PART
    end = number * PART
    while True:
        rows = list(
            items.live()
            .filter(pk__gt=last, pk__lte=end)
            .order_by("pk")
            .values_list("pk", "last_published_at", "published_at")[:CHUNK]
        )
        yield "".join(
            _row("url", f"{base}{reverse('portal:item', args=[pk])}", changed or published)
            for pk, changed, published in rows
        )
        if len(rows) < CHUNK:
            break
        last = rows[-1][0]
    yield "</urlset>\n"


def mark_of(number: int) -> tuple[str, datetime | None]:
    """What stands for all of a part, and when it last changed."""
    found = (
        DisclosedItem.objects.filter(pk__gt=(number - 1) * PART, pk__lte=number * PART, live=True)
        .order_by()
        .aggregate(number=Count("pk"), newest=Max("last_published_at"))
    )
    return f"{number}|{found['number']}|{found['newest']}", found["newest"]


def write_pages(request: HttpRequest) -> str:
    """Everything that is not an item: columns, bodies, topics, fields, leaders, reports."""
    absolute = request.build_absolute_uri
    rows = [_row("url", absolute(address), changed) for address, changed in _pages()]
    return f"{_head('urlset')}{''.join(rows)}</urlset>\n"


def _pages() -> Iterator[tuple[str, datetime | None]]:
    def at(name: str, *args: Any) -> str:
        return reverse(f"portal:{name}", args=args)

    for name in PLAIN:
        yield at(name), None
    for part in PARTS:
        yield at("disclosure_part", part), None
    for slug in Column.objects.order_by("order", "slug").values_list("slug", flat=True):
        yield at("column", slug), None
    for code in Organ.objects.order_by("path").values_list("code", flat=True):
        yield at("organ", code), None
    for code in Topic.objects.order_by("code").values_list("code", flat=True):
        yield at("topic", code), None
    for code in Field.objects.order_by("order", "code").values_list("code", flat=True):
        yield at("field", code), None
    for pk, changed in leaders.in_office().values_list("pk", "current__decided_at"):
        yield at("leader", pk), changed
    reports = (
        AnnualReport.objects.filter(state=State.PUBLISHED)
        .order_by("organ__path", "year")
        .values("organ__code", "year")
        .annotate(newest=Max("published_at"))
    )
    for row in reports:
        yield at("report", row["organ__code"], row["year"]), row["newest"]


def _head(kind: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} xmlns="{NAMESPACE}">\n'


def _row(kind: str, address: str, changed: datetime | None = None) -> str:
    when = (
        f"<lastmod>{timezone.localtime(changed).isoformat(timespec='seconds')}</lastmod>"
        if changed
        else ""
    )
    return f"<{kind}><loc>{escape(address)}</loc>{when}</{kind}>\n"

"""What the copy holds: the addresses of every kind of page, from the database.

Items, columns, bodies and whatever else there may be a million of are enumerated here, a portion at
a time. What belongs to a page (its further pages, its years, its files) is found in the page itself
(`exporting`): the view alone knows which of them there are, and what it links must be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from django.db.models import Max, Min
from django.urls import Resolver404, URLPattern, URLResolver, resolve, reverse
from django.utils import timezone

from gongkai.catalogue.models import Column, Field, Topic
from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.models import Organ
from gongkai.portal import items
from gongkai.portal.delivery import tags
from gongkai.portal.platform.tree import ColumnTree
from gongkai.reports.models import AnnualReport, State

CHUNK: Final = 2_000
SERVER_ONLY: Final = frozenset(
    {
        "search", "search_suggestions", "display", "organ_reports", "favicon", "leave",
        "calculator", "request_start", "request_step", "request_published", "request_receipt",
        "request_form", "request_track", "request_track_number", "request_case", "request_close",
        "request_notice", "request_notice_received", "request_file", "request_act",
        "account", "account_attach", "account_case", "account_close", "account_code",
        "account_contact", "account_forgotten", "account_password", "account_password_new",
        "account_register", "account_settings", "account_sign_in", "account_sign_out",
    }
)  # fmt: skip
"""Addresses that answer a question, remember a choice, lead on, or are for one reader alone:
nothing to keep on disk."""
SINGLE: Final = (
    "home", "robots", "sitemap", "sitemap_pages", "feed", "item_list", "disclosure", "organ_list",
    "topic_list", "field_list", "leader_list", "policy_list", "normative_list", "normative_ended",
    "interpretation_list", "catalogue", "report_list", "report_data_fields", "opensearch", "colours",
    "dark_colours",
)  # fmt: skip
"""Pages of which there is one each. A name that this version has not is passed over."""


def at(name: str, *args: Any) -> str:
    """A public address, as a path of readable letters."""
    return unquote(reverse(f"portal:{name}", args=args))


def public_names() -> frozenset[str]:
    """The names in the portal's namespace."""
    from gongkai.portal.urls import urlpatterns

    def walk(patterns: Iterable[Any]) -> Iterator[str]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns)
            elif isinstance(one, URLPattern) and one.name:
                yield one.name

    return frozenset(walk(urlpatterns))


def _single() -> Iterator[str]:
    names = public_names()
    return (at(name) for name in SINGLE if name in names)


def _reports() -> Iterator[str]:
    found = AnnualReport.objects.filter(state=State.PUBLISHED).order_by("organ__path", "year")
    last = None
    for code, year in found.values_list("organ__code", "year").iterator(CHUNK):
        if (code, year) != last:
            yield at("report", code, year)
            last = (code, year)


def _column_years() -> Iterator[str]:
    """The years of every column with all below it, also where its page leads to one only."""
    spans: dict[int, list[tuple[datetime, datetime]]] = {}
    mounts = DisclosedItem.mounts.through.objects.filter(discloseditem__live=True)
    for rows in (
        items.live().order_by().values_list("column_id").annotate(
            Min("published_at"), Max("published_at")
        ),
        mounts.order_by().values_list("column_id").annotate(
            Min("discloseditem__published_at"), Max("discloseditem__published_at")
        ),
    ):  # fmt: skip
        for key, first, last in rows:
            spans.setdefault(key, []).append((first, last))
    tree = ColumnTree()
    for column in tree.by_slug.values():
        found = [span for one in tree.subtree(column) for span in spans.get(one.pk, ())]
        if found:
            first = timezone.localtime(min(first for first, _ in found)).year
            last = timezone.localtime(max(last for _, last in found)).year
            yield from (at("column_year", column.slug, year) for year in range(first, last + 1))


def _by(model: Any, field: str, *names: str) -> Callable[[], Iterator[str]]:
    def find() -> Iterator[str]:
        for key in model.objects.order_by("pk").values_list(field, flat=True).iterator(CHUNK):
            for name in names:
                yield at(name, key)

    return find


PLACES: Final[tuple[Callable[[], Iterator[str]], ...]] = (
    _single,
    _by(Column, "slug", "column", "column_feed"),
    _column_years,
    _by(Organ, "code", "organ", "organ_disclosure", "organ_feed"),
    _by(Topic, "code", "topic", "topic_feed"),
    _by(Field, "code", "field"),
    _reports,
)


def places() -> Iterator[str]:
    """Everything but items: hundreds or thousands, whatever the number of items."""
    for find in PLACES:
        yield from find()


def item_pages(after: int = 0) -> Iterator[str]:
    """Every item that is or was public, in the order of keys. What was taken down has a page too:
    it says so."""
    last = after
    while True:
        keys = list(
            DisclosedItem.objects.filter(pk__gt=last, published_at__isnull=False)
            .order_by("pk")
            .values_list("pk", flat=True)[:CHUNK]
        )
        yield from (at("item", key) for key in keys)
        if len(keys) < CHUNK:
            return
        last = keys[-1]


def items_published_in(year: int) -> Iterator[str]:
    """The items published in the year, oldest first."""
    found = items.in_year(items.live(), year).order_by("published_at", "pk")
    for key in found.values_list("pk", flat=True).iterator(CHUNK):
        yield at("item", key)


@lru_cache(maxsize=50_000)
def name_of(path: str) -> tuple[str, dict[str, Any]] | None:
    """Which kind of public page an address is, and its parts; None for what is not public."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if match.namespaces != ["portal"]:
        return None
    return match.url_name or match.func.__name__, dict(match.kwargs)


ANYTHING: Final = frozenset({tags.ITEMS, tags.REPORTS, tags.CATALOGUE, tags.LEADERS})


def tags_of_file(name: str, kwargs: dict[str, Any]) -> frozenset[str]:
    """What a file is made from whose view does not say it: anything, unless the address tells."""
    if name.startswith("item_") and "number" in kwargs:
        return frozenset({tags.item(int(kwargs["number"]))})
    if name.startswith("report"):
        return frozenset({tags.REPORTS})
    if name == "column_feed":
        return frozenset({tags.column(kwargs["slug"])})
    if name == "organ_feed":
        return frozenset({tags.organ(kwargs["code"])})
    if name == "topic_feed":
        return frozenset({tags.topic(kwargs["code"])})
    if name in ("robots", "colours", "dark_colours", "emblem"):
        return frozenset()
    if name.startswith("catalogue"):
        return frozenset({tags.CATALOGUE})
    return ANYTHING

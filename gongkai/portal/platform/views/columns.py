"""The columns: one list for each, with those below it beside it, by page and by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.catalogue.models import Column, ColumnKind
from gongkai.disclosure.models import DisclosedItem
from gongkai.portal import items, paging
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.navigation import section_of
from gongkai.portal.pages import Crumb, Page, column_of
from gongkai.portal.platform import lists, queries
from gongkai.portal.platform.entrances import ENTRANCES
from gongkai.portal.platform.parts import BY_SLUG, address
from gongkai.portal.platform.tree import MANY, ColumnTree
from gongkai.portal.platform.views.disclosure import content_of

IN_A_BLOCK = 4


@dataclass(frozen=True)
class Block:
    """A column below a special topic, or the like, with its newest items."""

    column: Column
    newest: tuple[DisclosedItem, ...]


@require_safe
def column(
    request: HttpRequest, slug: str, year: int | None = None, number: int = 1
) -> HttpResponseBase:
    """What stands in a column, below it and what is mounted there; twenty a page."""
    tree = ColumnTree()
    found = tree.by_slug.get(slug)
    if found is None:
        raise Http404
    shelf = lists.in_columns(tree.subtree(found), year)
    whole = shelf if year is None else lists.in_columns(tree.subtree(found))
    years = whole.years
    if year is not None and year not in years:
        raise Http404
    base = reverse("portal:column", args=[slug])
    first_page = year is None and number == 1
    listed = paging.by_path(
        shelf, number, base if year is None else reverse("portal:column_year", args=[slug, year])
    )
    today = timezone.localdate()
    page = listed["found"]
    page.object_list = items.marked(page.object_list, today)
    gallery = _gallery(tree, found) if first_page and found.kind == ColumnKind.SPECIAL else []
    whole_text = _in_full(found, page.object_list) if first_page else None
    part = BY_SLUG.get(slug)
    context = {
        "page": _page(tree, found, year),
        "column": found,
        "root": tree.root(found),
        "rail": _rail(tree, found),
        "chosen": {found.pk, *(one.pk for one in tree.ancestors(found))},
        "children": tree.children(found),
        "entrance": ENTRANCES.get(slug) if first_page else None,
        "part": part,
        "part_address": address(part, None) if part is not None else "",
        "gallery": gallery,
        "document": whole_text,
        "years": years,
        "year": year,
        "today": today,
        "note": found.empty_note if found.empty_note_valid(today) else "",
        "base": base,
        **listed,
    }
    made_from = {tags.COLUMNS, tags.ORGANS, tags.column(slug)}
    if whole_text is not None:
        made_from.add(tags.item(whole_text["item"].pk))
    return deliver(
        request,
        "gongkai/portal/platform/column.html",
        context,
        tags=made_from,
    )


def _page(tree: ColumnTree, found: Column, year: int | None) -> Page:
    above = [
        Crumb(one.title, reverse("portal:column", args=[one.slug])) for one in tree.ancestors(found)
    ]
    own = [Crumb(found.title)]
    title = found.title
    if year is not None:
        own = [
            Crumb(found.title, reverse("portal:column", args=[found.slug])),
            Crumb(_("%(year)s年") % {"year": year}),
        ]
        title = _("%(column)s（%(year)s年）") % {"column": found.title, "year": year}
    return Page(
        title=title,
        description=found.description or column_of(found).description,
        section=section_of(tree.root(found)),
        crumbs=(*above, *own),
        column=column_of(found),
        feed=reverse("portal:column_feed", args=[found.slug]),
    )


def _rail(tree: ColumnTree, found: Column) -> list[tuple[Column, list[Column]]]:
    """The columns of the same branch: those of the second level, and below the chosen one more."""
    root = tree.root(found)
    line = {one.pk for one in tree.ancestors(found)} | {found.pk}
    return [
        (one, tree.children(one) if one.pk in line else []) for one in tree.children(root)[:MANY]
    ]


def _gallery(tree: ColumnTree, found: Column) -> list[Block]:
    """The columns directly below with the newest items of each. Two statements."""
    children = tree.children(found)[:MANY]
    if not children:
        return []
    newest = lists.newest_of_each([tree.subtree(one) for one in children], IN_A_BLOCK)
    return [Block(one, tuple(rows)) for one, rows in zip(children, newest, strict=True)]


def _in_full(found: Column, rows: list[DisclosedItem]) -> dict[str, Any] | None:
    """A column of facts about the place shows its newest item itself, not only its title."""
    if found.kind != ColumnKind.OVERVIEW or not rows or rows[0].column_id != found.pk:
        return None
    item = queries.whole(rows[0].pk)
    return content_of(item) if item is not None else None

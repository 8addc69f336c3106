"""The one way in which a public view answers with a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from gongkai.portal import conditional
from gongkai.portal.delivery import tags as all_tags


class Shown:
    """What a view says of the page it has drawn, for those that keep pages.

    `pages` is how many pages the list on it has, as the static copy wants to know.
    """

    def __init__(self, tags: frozenset[str], last_modified: datetime | None, pages: int) -> None:
        self.tags = tags
        self.last_modified = last_modified
        self.pages = pages


ALWAYS = frozenset({all_tags.SITE, all_tags.ORGANS, all_tags.COLUMNS})
"""On every page: the site's name and facts, names of bodies, titles of columns. They change rarely,
and a list of every page that names a body would be longer than the site."""


def deliver(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    tags: Iterable[str],
    last_modified: datetime | None = None,
    private: bool = False,
) -> HttpResponseBase:
    """The page drawn from `template`, or 304 when the reader already has it.

    `tags` (see `delivery.tags`) name everything the page shows, so that a change of any of it
    purges the page and nothing else. `private` for what depends on who is logged in. A page whose
    form asked for a token of the visitor's own is private whatever the view says.
    """
    response = render(request, template, context)
    private = private or bool(request.META.get("CSRF_COOKIE_NEEDS_UPDATE"))
    answer = conditional.page(request, response, last_modified=last_modified, private=private)
    if not private:
        found = context.get("found")
        pages = found.paginator.num_pages if isinstance(found, Page) else 1
        answer.shown = Shown(ALWAYS.union(tags), last_modified, pages)  # type: ignore[attr-defined]
    return answer

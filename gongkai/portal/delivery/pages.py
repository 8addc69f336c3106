"""The one way in which a public view answers with a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from gongkai.portal import conditional


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
    purges the page and nothing else. `private` for what depends on who is logged in.
    """
    response = render(request, template, context)
    return conditional.page(request, response, last_modified=last_modified, private=private)

"""The parts of the site map as they are asked for."""

from __future__ import annotations

import hashlib

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.views.decorators.http import require_safe

from gongkai.portal import conditional
from gongkai.portal.feeds import sitemap

XML = "application/xml; charset=utf-8"


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponseBase:
    """The index: robots.txt names it."""
    return _whole(request, sitemap.write_index(request, sitemap.parts()))


@require_safe
def sitemap_pages(request: HttpRequest) -> HttpResponseBase:
    """Everything that is not an item."""
    return _whole(request, sitemap.write_pages(request))


@require_safe
def sitemap_items(request: HttpRequest, number: int) -> HttpResponseBase:
    """A part of items, sent as it is read: it may hold forty-five thousand."""
    if not 0 < number < 1_000_000:
        raise Http404
    mark, changed = sitemap.mark_of(number)
    if changed is None:
        raise Http404
    return conditional.file(
        request,
        f"sitemap|{request.get_host()}|{mark}",
        lambda: StreamingHttpResponse(sitemap.write_items(request, number), content_type=XML),
        last_modified=changed,
    )


def _whole(request: HttpRequest, text: str) -> HttpResponseBase:
    content = text.encode()
    return conditional.file(
        request,
        f"sitemap|{hashlib.sha256(content).hexdigest()}",
        lambda: HttpResponse(content, content_type=XML),
    )

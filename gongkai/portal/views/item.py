"""One item: its page, its files, and what is told of it once it is no longer public."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.disclosure import presenting
from gongkai.disclosure.models import DisclosedItem, StoredFile
from gongkai.portal import conditional, items
from gongkai.portal.feeds import structured
from gongkai.portal.pages import Crumb, Page, article_of, column_of
from gongkai.portal.views.items import trail_to

INLINE = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"}
)
"""What a browser shows by itself without running anything; everything else is downloaded."""


@require_safe
def item(request: HttpRequest, number: int) -> HttpResponseBase:
    """The item as it is public now; 410 with the public notice for what was taken down."""
    found = items.once_public(number)
    if found is None:
        raise Http404
    if not found.live:
        return _gone(request, found)
    source = found.source or found.organ.name
    content = presenting.public_page(
        found,
        found,
        file_url=lambda stored: reverse("portal:item_file", args=[found.pk, stored]),
        item_url=lambda other: reverse("portal:item", args=[other.pk]),
    )
    context = {
        "page": Page(
            title=found.title,
            description=found.summary
            or _("%(organ)s公开：%(title)s") % {"organ": found.organ.name, "title": found.title},
            section="info",
            crumbs=(*trail_to(found.column), Crumb(found.title)),
            column=column_of(found.column),
            article=article_of(found, source),
            data=(structured.item(request, found, content),),
        ),
        "item": found,
        "content": content,
        "source": source,
    }
    response = render(request, "gongkai/portal/item.html", context)
    return conditional.page(request, response, last_modified=found.last_published_at)


def _gone(request: HttpRequest, found: DisclosedItem) -> HttpResponseBase:
    """That and why it was taken down. Neither title nor text: they may be the very reason."""
    context = {
        "page": Page(
            title=_("这条信息已不再公开"),
            description=_("原发布机关已将这条信息下架，原因见说明"),
            section="info",
            crumbs=(*trail_to(found.column), Crumb(found.index_number or "")),
            robots="noindex",
        ),
        "item": found,
        "traces": list(found.traces.all()),
    }
    response = render(request, "gongkai/portal/item_gone.html", context, status=410)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def item_file(request: HttpRequest, number: int, stored: int) -> HttpResponseBase:
    """A file of a public item, under an address that stays; never anything that can run."""
    found = items.live().filter(pk=number, attachments__stored=stored).values("attachments__name")
    row = found.order_by("attachments__order").first()
    kept = StoredFile.objects.filter(pk=stored).first() if row else None
    if row is None or kept is None:
        raise Http404
    name = row["attachments__name"]

    def make() -> HttpResponseBase:
        inline = kept.media_type in INLINE
        answer = FileResponse(
            kept.file.open("rb"),
            content_type=kept.media_type if inline else "application/octet-stream",
        )
        answer.headers["Content-Disposition"] = content_disposition_header(not inline, name)
        return answer

    response = conditional.file(request, f"item-file|{kept.sha256}|{name}", make)
    response.headers["X-Content-Type-Options"] = "nosniff"
    limits = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'"
    if kept.media_type != "application/pdf":
        # A PDF viewer of the browser does not start in a sandbox.
        limits += "; sandbox"
    response.headers["Content-Security-Policy"] = limits
    return response

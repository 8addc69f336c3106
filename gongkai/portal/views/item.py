"""One item: its page, its files, and what is told of it once it is no longer public."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.catalogue.models import Column
from gongkai.disclosure import presenting
from gongkai.disclosure.models import Attachment, DisclosedItem, StoredFile
from gongkai.organs.staff_views.base import MAX_KEY
from gongkai.portal import conditional, items, previews, reading
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.cache import COPYING
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.feeds import structured
from gongkai.portal.finding.papers import is_offered, papers_of
from gongkai.portal.finding.papers.anchors import with_anchors
from gongkai.portal.navigation import section_of
from gongkai.portal.pages import Crumb, Page, article_of, column_of

log = logging.getLogger(__name__)

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
    today = timezone.localdate()
    content = presenting.public_page(
        found,
        found,
        file_url=lambda stored: reverse("portal:item_file", args=[found.pk, stored]),
        item_url=lambda other: reverse("portal:item", args=[other.pk]),
        on=today,
    )
    if is_offered(found):
        content["body"] = with_anchors(content["body"])
    made = reading.page_of(
        found,
        content,
        on=today,
        notice=request.META.get(COPYING) != "alone",
        address=request.build_absolute_uri(reverse("portal:item", args=[found.pk])),
    )
    context = {
        "page": Page(
            title=found.title,
            description=found.summary
            or _("%(organ)s公开：%(title)s") % {"organ": found.organ.name, "title": found.title},
            section=_section(found.column),
            crumbs=(*trail_to(found.column), Crumb(found.title)),
            column=column_of(found.column),
            article=article_of(found, source),
            data=(structured.item(request, found, content),),
        ),
        "item": found,
        "content": content,
        "reading": made,
        "papers": papers_of(found),
        "source": source,
    }
    return deliver(
        request,
        "gongkai/portal/item.html",
        context,
        tags=_shown(found, made["related"]),
        last_modified=found.last_published_at,
    )


def _shown(found: DisclosedItem, related: list[DisclosedItem]) -> set[str]:
    """Whatever changes the page: the item itself, those it names, those that may come to it."""
    named = {found.pk, *(one.pk for one in related)}
    named.update(key for key in (found.interprets_id, found.successor_id) if key)
    shown = {tags.item(key) for key in named}
    if found.document_kind in presenting.WITH_VALIDITY and found.topic_id:
        shown.add(tags.topic(found.topic.code))
    else:
        shown.add(tags.column(found.column.slug))
    return shown


def trail_to(column: Column) -> tuple[Crumb, ...]:
    """The way to the items of a column."""
    steps = [column.parent, column] if column.parent_id else [column]
    return tuple(Crumb(one.title, reverse("portal:column", args=[one.slug])) for one in steps)


def _section(column: Column) -> str:
    return section_of(column.parent or column)


def _gone(request: HttpRequest, found: DisclosedItem) -> HttpResponse:
    """That and why it was taken down. Neither title nor text: they may be the very reason."""
    context = {
        "page": Page(
            title=_("这条信息已不再公开"),
            description=_("原发布机关已将这条信息下架，原因见说明"),
            section=_section(found.column),
            crumbs=(*trail_to(found.column), Crumb(found.index_number or "")),
            robots="noindex",
        ),
        "item": found,
        "traces": list(found.traces.all()),
    }
    response = render(request, "gongkai/portal/item_gone.html", context, status=410)
    response.headers["Cache-Control"] = "no-store"
    return response


@dataclass(frozen=True)
class Attached:
    """A file of a public item under the name that it has there."""

    item: DisclosedItem
    name: str
    stored: StoredFile


def _attached(request: HttpRequest, number: int, stored: int) -> Attached | HttpResponse:
    """The file of the address, or the page that says why there is none. Two statements."""
    if max(number, stored) > MAX_KEY:
        raise Http404
    found = (
        Attachment.objects.filter(item=number, stored=stored, item__published_at__isnull=False)
        .select_related("stored", "item__organ", "item__column__parent")
        .order_by("order")
        .first()
    )
    if found is None:
        raise Http404
    if not found.item.live:
        return _gone(request, found.item)
    return Attached(found.item, found.name, found.stored)


def _missing(request: HttpRequest, file: Attached) -> HttpResponse:
    """The item is public and its file is not where it should be: said plainly, and noted."""
    log.error("the content of stored file %s of item %s is missing", file.stored.pk, file.item.pk)
    context = {
        "page": Page(
            title=_("附件暂时打不开"),
            description=_("这条信息仍然公开，但附件“%(name)s”的内容暂时缺失。")
            % {"name": file.name},
            section=_section(file.item.column),
            crumbs=(*trail_to(file.item.column), Crumb(_("附件"))),
            robots="noindex",
        ),
        "item": file.item,
        "organ": file.item.organ,
    }
    response = render(request, "gongkai/portal/file_missing.html", context, status=404)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def item_preview(request: HttpRequest, number: int, stored: int) -> HttpResponseBase:
    """An attachment to look at: in a frame, as a picture, or as text and tables of ours."""
    file = _attached(request, number, stored)
    if isinstance(file, HttpResponse):
        return file
    kept = file.stored
    if not kept.file.storage.exists(kept.file.name):
        return _missing(request, file)
    preview = previews.of(kept)
    item = file.item
    context = {
        "page": Page(
            title=file.name,
            description=_("附件预览：%(title)s") % {"title": item.title},
            section=_section(item.column),
            crumbs=(
                *trail_to(item.column),
                Crumb(item.title, reverse("portal:item", args=[item.pk])),
                Crumb(_("附件预览")),
            ),
            robots="noindex",
        ),
        "item": item,
        "name": file.name,
        "kind": kept.extension.lstrip(".").upper(),
        "size": kept.size,
        "file_url": reverse("portal:item_file", args=[item.pk, kept.pk]),
        "preview": preview,
    }
    return deliver(request, "gongkai/portal/preview.html", context, tags=(tags.item(item.pk),))


@require_safe
def item_file(request: HttpRequest, number: int, stored: int) -> HttpResponseBase:
    """A file of a public item, under an address that stays; never anything that can run."""
    file = _attached(request, number, stored)
    if isinstance(file, HttpResponse):
        return file
    kept, name = file.stored, file.name
    if not kept.file.storage.exists(kept.file.name):
        return _missing(request, file)

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

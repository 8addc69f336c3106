"""The feeds, and the description by which browsers offer the site's search."""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from gongkai.catalogue.models import Column, Topic
from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.models import Organ
from gongkai.portal import conditional, items
from gongkai.portal.context import current_site
from gongkai.portal.feeds import atom

ATOM = "application/atom+xml; charset=utf-8"
OPENSEARCH = "application/opensearchdescription+xml; charset=utf-8"
DAY = "public, max-age=86400"


@require_safe
def site_feed(request: HttpRequest) -> HttpResponseBase:
    """Everything that is published."""
    name = current_site(request).name
    channel = atom.Channel(
        key="feed",
        title=name,
        subtitle="各行政机关最新公开的政府信息",
        page=reverse("portal:home"),
        address=reverse("portal:feed"),
        author=current_site(request).operator or name,
    )
    return _answer(request, channel, items.live())


@require_safe
def column_feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What is published in a column and below it."""
    column = Column.objects.select_related("owner").filter(slug=slug).first()
    if column is None:
        raise Http404
    channel = atom.Channel(
        key=f"columns/{column.pk}",
        title=f"{column.title} – {current_site(request).name}",
        subtitle=f"“{column.title}”栏目最新公开的政府信息",
        page=reverse("portal:column", args=[column.slug]),
        address=reverse("portal:column_feed", args=[column.slug]),
        author=column.owner.name,
    )
    return _answer(request, channel, items.in_column(items.live(), column))


@require_safe
def organ_feed(request: HttpRequest, code: str) -> HttpResponseBase:
    """What a body publishes."""
    organ = Organ.objects.filter(code=code).only("code", "name").first()
    if organ is None:
        raise Http404
    channel = atom.Channel(
        key=f"organs/{organ.code}",
        title=f"{organ.name} – {current_site(request).name}",
        subtitle=f"{organ.name}最新公开的政府信息",
        page=reverse("portal:organ", args=[organ.code]),
        address=reverse("portal:organ_feed", args=[organ.code]),
        author=organ.name,
    )
    return _answer(request, channel, items.live().filter(organ=organ.pk))


@require_safe
def topic_feed(request: HttpRequest, code: str) -> HttpResponseBase:
    """What is published on a topic and those below it."""
    topic = Topic.objects.filter(code=code).first()
    if topic is None:
        raise Http404
    name = current_site(request).name
    channel = atom.Channel(
        key=f"topics/{topic.code}",
        title=f"{topic.label} – {name}",
        subtitle=f"“{topic.label}”主题最新公开的政府信息",
        page=reverse("portal:topic", args=[topic.code]),
        address=reverse("portal:topic_feed", args=[topic.code]),
        author=current_site(request).operator or name,
    )
    return _answer(request, channel, items.on_topic(items.live(), topic))


def _answer(
    request: HttpRequest, channel: atom.Channel, found: QuerySet[DisclosedItem]
) -> HttpResponseBase:
    """The feed, or 304 when the reader already has these bytes. The reader's choices of language
    and display change nothing in it."""
    content = atom.write(request, channel, found)
    return conditional.file(
        request,
        f"feed|{hashlib.sha256(content).hexdigest()}",
        lambda: HttpResponse(content, content_type=ATOM),
    )


@require_safe
def opensearch(request: HttpRequest) -> HttpResponseBase:
    """How a browser asks our search (OpenSearch 1.1)."""
    absolute = request.build_absolute_uri
    content = render_to_string(
        "gongkai/portal/feeds/opensearch.xml",
        {
            "name": current_site(request).name,
            "icon": absolute(static("gongkai/favicon.ico")),
            "search": absolute(reverse("portal:search")),
        },
    )
    response = HttpResponse(content, content_type=OPENSEARCH)
    response.headers["Cache-Control"] = DAY
    return response

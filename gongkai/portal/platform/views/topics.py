"""Topics: the two-level tree with its numbers, and the list of each."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.catalogue.models import Topic
from gongkai.portal import items, paging
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.pages import Column, Crumb, Page
from gongkai.portal.platform import lists, queries


def _column(name: str) -> Column:
    return Column(
        name=name,
        description="按国务院文件主题分类查找各行政机关公开的政府信息",
        keywords=("主题分类", "政府信息公开"),
        kind="政府信息公开",
    )


@require_safe
def topic_list(request: HttpRequest) -> HttpResponseBase:
    """All topics; those without items are named at the end and lead nowhere."""
    nodes = queries.topic_tree()
    context = {
        "page": Page(
            title=_("主题分类"),
            description=_("按主题查找各行政机关公开的政府信息"),
            section="info",
            crumbs=(Crumb(_("政府信息公开"), reverse("portal:disclosure")), Crumb(_("主题分类"))),
            column=_column("主题分类"),
        ),
        "nodes": nodes,
        "bare": [node for node in nodes if not node.items],
    }
    return deliver(
        request,
        "gongkai/portal/platform/topic_list.html",
        context,
        tags={tags.ITEMS, tags.COLUMNS},
    )


@require_safe
def topic(request: HttpRequest, code: str, number: int = 1) -> HttpResponseBase:
    """What is classified under a topic, or under one below it."""
    found = Topic.objects.select_related("parent").filter(code=code).first()
    if found is None:
        raise Http404
    above = found.parent or found
    siblings = list(Topic.objects.filter(parent=above).order_by("code"))
    covered = [found, *siblings] if found.parent_id is None else [found]
    listed = paging.by_path(lists.on_topics(covered), number, reverse("portal:topic", args=[code]))
    page = listed["found"]
    page.object_list = items.marked(page.object_list, timezone.localdate())
    steps = [] if found.parent_id is None else [above]
    context = {
        "page": Page(
            title=found.label,
            description=_("“%(topic)s”主题下各行政机关公开的政府信息") % {"topic": found},
            section="info",
            crumbs=(
                Crumb(_("政府信息公开"), reverse("portal:disclosure")),
                Crumb(_("主题分类"), reverse("portal:topic_list")),
                *(Crumb(one.label, reverse("portal:topic", args=[one.code])) for one in steps),
                Crumb(found.label),
            ),
            column=_column(found.label),
            feed=reverse("portal:topic_feed", args=[code]),
        ),
        "topic": found,
        "above": above,
        "siblings": siblings,
        **listed,
    }
    return deliver(
        request,
        "gongkai/portal/platform/topic.html",
        context,
        tags={tags.topic(code), tags.COLUMNS, tags.ORGANS},
    )

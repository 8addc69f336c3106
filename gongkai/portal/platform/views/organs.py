"""The bodies: the directory, and the page of each with all that is known of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from gongkai.disclosure import leaders
from gongkai.organs.models import Organ
from gongkai.portal import items, paging
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.feeds import structured
from gongkai.portal.pages import Column, Crumb, Page
from gongkai.portal.platform import queries
from gongkai.portal.platform.views.disclosure import content_of, rail

NEWEST = 8
LATEST_REPORTS = 6


def _column(name: str) -> Column:
    return Column(
        name=name,
        description="各级人民政府、部门和街道办事处的职能、联系方式、负责人和公开的信息",
        keywords=("机构职能", "机关", "联系方式"),
        kind="机构职能",
    )


@require_safe
def organ_list(request: HttpRequest) -> HttpResponseBase:
    """Governments, departments, sub-districts: by kind, in the order of the tree."""
    found = queries.directory()
    context = {
        "page": Page(
            title=pgettext("list", "机关"),
            description=_("政府、部门和街道办事处的职能、联系方式和公开的信息"),
            section="organs",
            crumbs=(Crumb(pgettext("list", "机关")),),
            column=_column("机构职能"),
        ),
        "kinds": queries.by_kind(found),
        "former": [one for one in found if not one.is_active()],
    }
    return deliver(request, "gongkai/portal/platform/organ_list.html", context, tags={tags.ORGANS})


def _found(code: str) -> Organ:
    found = queries.organ(code)
    if found is None:
        raise Http404
    return found


def _crumbs(body: Organ, *last: Crumb) -> tuple[Crumb, ...]:
    above = (
        (Crumb(body.parent.label, reverse("portal:organ", args=[body.parent.code])),)
        if body.parent
        else ()
    )
    own = (
        Crumb(body.label, reverse("portal:organ", args=[body.code])) if last else Crumb(body.label)
    )
    return (Crumb(pgettext("list", "机关"), reverse("portal:organ_list")), *above, own, *last)


@require_safe
def organ(request: HttpRequest, code: str) -> HttpResponseBase:
    """How to reach the body, what it is for, who leads it, what it has published."""
    body = _found(code)
    today = timezone.localdate()
    functions = queries.newest_in("jgzn", body)
    relations = queries.relations(body)
    newest = items.listed(queries.of_organ(body))[:NEWEST]
    context: dict[str, Any] = {
        "page": Page(
            title=body.name,
            description=_("%(name)s的职能、联系方式、负责人和公开的政府信息") % {"name": body.name},
            section="organs",
            crumbs=_crumbs(body),
            column=_column(body.name),
            feed=reverse("portal:organ_feed", args=[body.code]),
            data=(structured.organ(request, body),),
        ),
        "body": body,
        "facts": queries.facts_of(body),
        "former": not body.is_active(),
        "took_over": relations.took_over,
        "functions": content_of(functions) if functions else None,
        "leaders": list(leaders.of_organ(body)),
        "newest": items.marked(newest, today),
        "rail": rail(body, None),
        "fields": queries.fields_of(body),
        "reports": queries.latest_reports(body, LATEST_REPORTS),
        "kinds": queries.by_kind(relations.below),
        "former_below": [one for one in relations.below if not one.is_active()],
    }
    made_from = {
        tags.ORGANS, tags.LEADERS, tags.CATALOGUE, tags.REPORTS, tags.organ(body.code),
    }  # fmt: skip
    if functions is not None:
        made_from.add(tags.item(functions.pk))
    return deliver(request, "gongkai/portal/platform/organ.html", context, tags=made_from)


@require_safe
def organ_items(request: HttpRequest, code: str, number: int = 1) -> HttpResponseBase:
    """All that the body has published, newest first."""
    body = _found(code)
    base = reverse("portal:organ_items", args=[body.code])
    listed = paging.by_path(items.listed(queries.of_organ(body)), number, base)
    page = listed["found"]
    page.object_list = items.marked(page.object_list, timezone.localdate())
    title = _("%(name)s公开的信息") % {"name": body.name}
    context = {
        "page": Page(
            title=title,
            description=_("%(name)s主动公开的全部政府信息") % {"name": body.name},
            section="organs",
            crumbs=_crumbs(body, Crumb(_("公开的信息"))),
            column=_column(body.name),
            feed=reverse("portal:organ_feed", args=[body.code]),
        ),
        "body": body,
        **listed,
    }
    return deliver(
        request,
        "gongkai/portal/platform/organ_items.html",
        context,
        tags={tags.ORGANS, tags.COLUMNS, tags.organ(body.code)},
    )

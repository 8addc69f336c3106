"""The disclosure platform: the same fixed parts for the city and for every body.

专栏姓专: nothing stands here but what the law wants disclosed; no news.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from gongkai.disclosure import presenting
from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.models import Organ
from gongkai.portal import items, paging
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.pages import Column, Crumb, Page
from gongkai.portal.platform import applying, queries
from gongkai.portal.platform.parts import BY_SLUG, PARTS, POLICIES, Part, address
from gongkai.statute import proactive

NEWEST = 10


@dataclass(frozen=True)
class Entry:
    """A part in the rail."""

    part: Part
    url: str
    current: bool


@dataclass(frozen=True)
class Shown:
    """What a part draws: its template, what goes into it, and what it is made from."""

    template: str
    context: dict[str, Any]
    tags: frozenset[str]
    title: str = ""
    crumbs: tuple[Crumb, ...] = ()
    feed: str = ""


def content_of(item: DisclosedItem) -> dict[str, Any]:
    """A document as it stands inside another page: its text, its files."""
    return {
        "item": item,
        "body": presenting.body(item),
        "files": presenting.files(
            item, lambda stored: reverse("portal:item_file", args=[item.pk, stored])
        ),
        "updated": item.last_published_at or item.published_at,
    }


def rail(body: Organ | None, current: Part | None) -> list[Entry]:
    """The parts in the norm's order."""
    return [Entry(part, address(part, body), part is current) for part in PARTS]


def _front_url(body: Organ | None) -> str:
    if body is None:
        return reverse("portal:disclosure")
    return reverse("portal:organ_disclosure", args=[body.code])


def trail(body: Organ | None) -> tuple[Crumb, ...]:
    """The way to the platform of the city or of a body."""
    if body is None:
        return (Crumb(_("政府信息公开"), reverse("portal:disclosure")),)
    return (
        Crumb(pgettext("list", "机关"), reverse("portal:organ_list")),
        Crumb(body.label, reverse("portal:organ", args=[body.code])),
        Crumb(_("政府信息公开"), _front_url(body)),
    )


def _named(body: Organ | None) -> str:
    return body.name if body is not None else ""


def _tags(body: Organ | None, *slugs: str) -> frozenset[str]:
    made_from = {tags.ORGANS, tags.COLUMNS, *(tags.column(slug) for slug in slugs)}
    if body is not None:
        made_from.add(tags.organ(body.code))
    return frozenset(made_from)


# -- the front -------------------------------------------------------------------------------------
@require_safe
def front(request: HttpRequest, code: str = "") -> HttpResponseBase:
    """The parts beside each other, the newest of what must be published, and other bodies."""
    body = _body(code)
    public = items.listed(queries.of_organ(body) if body else items.live())
    newest = public.exclude(statutory_item="")[:NEWEST]
    title = _("政府信息公开")
    context = {
        "page": Page(
            title=_("%(body)s%(title)s") % {"body": body.name, "title": title}
            if body
            # The column of that name has a page of its own.
            else _("政府信息公开平台"),
            description=_("指南、制度、法定主动公开内容、年报和依申请公开，按统一的次序排列"),
            section="info",
            crumbs=(*trail(body)[:-1], Crumb(title)),
            column=Column(
                name="政府信息公开",
                description="政府信息公开平台：指南、制度、法定主动公开内容、年报、依申请公开",
                keywords=("政府信息公开", "主动公开", "依申请公开"),
                kind="政府信息公开",
            ),
        ),
        "body": body,
        "rail": rail(body, None),
        "newest": items.marked(newest, timezone.localdate()),
        "kinds": queries.by_kind(queries.directory() if body is None else []),
    }
    made_from = {tags.ITEMS, tags.ORGANS} if body is None else _tags(body)
    return deliver(request, "gongkai/portal/platform/front.html", context, tags=made_from)


def _body(code: str) -> Organ | None:
    """The body of an address; None for the city's own platform."""
    if not code:
        return None
    found = queries.organ(code)
    if found is None:
        raise Http404
    return found


# -- a part ----------------------------------------------------------------------------------------
@require_safe
def part(
    request: HttpRequest, part: str, code: str = "", heading: str = "", number: int = 1
) -> HttpResponseBase:
    """One fixed part of the city's platform, or of a body's."""
    body, found = _body(code), BY_SLUG.get(part)
    if found is None or (body is None and part == POLICIES):
        raise Http404
    if heading and part != "fdzdgknr":
        raise Http404
    if number > 1 and not (heading or part in (POLICIES, "fdzdgknr")):
        raise Http404
    shown = (
        _statutory(body, heading, number)
        if part == "fdzdgknr"
        else _policies(body, number)
        if part == POLICIES and body is not None
        else _PLAIN[part](body)
    )
    label = str(found.label)
    title = shown.title or label
    crumbs = (Crumb(label, address(found, body)), *shown.crumbs) if shown.crumbs else ()
    context = {
        "page": Page(
            title=_("%(body)s%(title)s") % {"body": body.name, "title": title} if body else title,
            description=found.description,
            section="info",
            crumbs=(*trail(body), *(crumbs or (Crumb(label),))),
            column=Column(
                name=label,
                description=found.description,
                keywords=("政府信息公开", label),
                kind="政府信息公开",
            ),
        ),
        "body": body,
        "part": found,
        "heading_title": title,
        "rail": rail(body, found),
        "today": timezone.localdate(),
        **shown.context,
    }
    return deliver(
        request,
        f"gongkai/portal/platform/{shown.template}.html",
        context,
        tags=shown.tags,
    )


def _government(body: Organ | None) -> Organ:
    """The body whose own documents the part shows: for the city its government."""
    found = body or queries.city()
    if found is None:
        raise Http404
    return found


def _guide(body: Organ | None) -> Shown:
    """指南: one document in full with the day of its last change; older ones below it."""
    own = _government(body)
    found = queries.in_part("zfxxgkzn", [own.pk])
    newest = queries.newest_in("zfxxgkzn", own) if found else None
    return Shown(
        "guide",
        {
            "own": own,
            "document": content_of(newest) if newest else None,
            "older": items.marked(found[1:], timezone.localdate()),
            "facts": queries.facts_of(own),
        },
        _tags(own, "zfxxgkzn") | ({tags.item(newest.pk)} if newest else set()),
    )


def _rules(body: Organ | None) -> Shown:
    """制度: one's own and those of the bodies above."""
    own = _government(body)
    above = own.parent
    found = queries.in_part("zfxxgkzd", [own.pk, *([above.pk] if above else [])])
    today = timezone.localdate()
    made_from = set(_tags(own, "zfxxgkzd"))
    if above is not None:
        made_from.add(tags.organ(above.code))
    return Shown(
        "rules",
        {
            "own": own,
            "above": above,
            "rules": items.marked((one for one in found if one.organ_id == own.pk), today),
            "superior": items.marked((one for one in found if one.organ_id != own.pk), today),
        },
        frozenset(made_from),
    )


def _statutory(body: Organ | None, heading: str, number: int) -> Shown:
    """法定主动公开内容: the law's items with their numbers, and the list of one or of all."""
    one = proactive.ITEMS.get(heading) if heading else None
    if heading and one is None:
        raise Http404
    tree = queries.headings(body)
    args = [*([body.code] if body else []), *([heading] if heading else [])]
    name = ("organ_" if body else "disclosure_") + ("statutory" if heading else "part")
    base = reverse(f"portal:{name}", args=args) if heading else address(BY_SLUG["fdzdgknr"], body)
    records = paging.Counted(queries.under(heading, body), tree.count(heading))
    listed = paging.by_path(records, number, base)
    page = listed["found"]
    page.object_list = items.marked(page.object_list, timezone.localdate())
    made_from = set(_tags(body)) | ({tags.ITEMS} if body is None else set())
    return Shown(
        "statutory",
        {"tree": tree, "one": one, "heading": heading, **listed},
        frozenset(made_from),
        title=one.label if one else "",
        crumbs=(Crumb(one.label),) if one else (),
    )


def _reports(body: Organ | None) -> Shown:
    """年报: every year of the body itself and of those below; what is missing is said."""
    own = _government(body)
    today = timezone.localdate()
    (chain,) = queries.report_chains([own], today)
    return Shown(
        "reports",
        {"own": own, "chain": chain, "table": queries.report_table(own, today)},
        _tags(own, "zfxxgknb") | {tags.REPORTS},
    )


def _request(body: Organ | None) -> Shown:
    """依申请公开: who may ask, how, how long it takes, what it costs, what one can do after."""
    own = _government(body)
    return Shown(
        "request",
        {
            "own": own,
            "guide": applying.guide(timezone.localdate()),
            "ways": applying.ways(own),
            "facts": queries.facts_of(own),
        },
        _tags(own),
    )


def _policies(body: Organ, number: int) -> Shown:
    """政策 of one body; the library of all is the city's."""
    base = address(BY_SLUG[POLICIES], body)
    listed = paging.by_path(queries.policies_of(body), number, base)
    page = listed["found"]
    page.object_list = items.marked(page.object_list, timezone.localdate())
    return Shown("policies", {"own": body, **listed}, _tags(body))


_PLAIN: dict[str, Callable[[Organ | None], Shown]] = {
    "zfxxgkzn": _guide,
    "zfxxgkzd": _rules,
    "zfxxgknb": _reports,
    "ysqgk": _request,
}

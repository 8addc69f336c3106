"""The list of all public items, and where its older addresses lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q
from django.http import (
    HttpRequest,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    QueryDict,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.catalogue.models import Column as CatalogueColumn
from gongkai.organs.models import Organ
from gongkai.portal import items, paging
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.finding import facets, searching
from gongkai.portal.finding.questions import MANY_VALUES, Question, asked
from gongkai.portal.pages import Column, Crumb, Page
from gongkai.search.documents import Query

FACETS: Final = ("column", "topic", "organ", "year", "kind", "genre", "validity", "field")
_WITHIN: Final[Mapping[str, tuple[str, ...]]] = {"source": (searching.ITEMS,)}
#: A facet with one value alone has a page of its own.
_PAGES: Final = {"column": "portal:column", "organ": "portal:organ"}


@require_safe
def item_list(request: HttpRequest, number: int = 1) -> HttpResponseBase:
    """Everything that is public, newest first, twenty a page, or what the facets leave of it."""
    question = asked(request.GET, FACETS)
    elsewhere = _elsewhere(request.GET, question)
    if elsewhere:
        return HttpResponsePermanentRedirect(elsewhere)
    context: dict[str, Any] = {
        "page": Page(
            title=_("主动公开的政府信息"),
            description=_("各行政机关主动公开的政府信息，可按栏目、机关、年度、主题和有效性查找"),
            section="info",
            crumbs=(
                Crumb(_("信息公开"), reverse("portal:disclosure")),
                Crumb(_("全部公开的信息")),
            ),
            column=Column(
                name="政府信息公开",
                description="各行政机关主动公开的政府信息",
                keywords=("政府信息公开", "主动公开"),
                kind="政府信息公开",
            ),
            feed=reverse("portal:feed"),
            # Robots follow the whole list, not each way of narrowing it.
            robots="" if question.is_empty else "noindex",
        ),
        "question": question,
        "cleared": reverse("portal:item_list"),
    }
    if question.is_empty:
        context |= paging.by_path(items.listed(items.live()), number, reverse("portal:item_list"))
        page = context["found"]
        page.object_list = items.marked(page.object_list, timezone.localdate())
        results = searching.ask(Query(facets=_WITHIN, per_page=0, counted=FACETS))
        found = list(page.object_list)
    else:
        answer = searching.answer(question, FACETS, _WITHIN)
        results = answer.results
        found = [hit.record for hit in answer.page.object_list]
        context |= {"answer": answer, "found": answer.page, "pages": answer.pages}
    groups, chips = facets.drawn(question, results.facets, FACETS)
    context |= {"results": results, "items": found, "groups": groups, "chips": chips}
    return deliver(request, "gongkai/portal/item_list.html", context, tags=(tags.ITEMS, tags.INDEX))


def _elsewhere(data: QueryDict, question: Question) -> str:
    """Where an address of the list leads that has, or always had, a page of its own."""
    if question.words:
        return f"{reverse('portal:search')}{question.url()}"
    entry = data.get("entry", "").strip()[:40]
    if entry and entry.isprintable():
        return reverse("portal:catalogue_entry", args=[entry])
    if (name := data.get("name", "").strip()[:60]) and name.isprintable():
        return f"{reverse('portal:item_list')}{_of_bodies(question, name).url()}".rstrip("?")
    alone = [(facet, values[0]) for facet, values in question.chosen.items() if len(values) == 1]
    if len(question.chosen) == 1 and alone and alone[0][0] in _PAGES:
        facet, value = alone[0]
        return reverse(_PAGES[facet], args=[value])
    if question.is_empty and data.get("page"):
        return paging.page_address(reverse("portal:item_list"), question.page)
    return ""


def _of_bodies(question: Question, name: str) -> Question:
    """The bodies that were once asked for by a part of their name, as a facet."""
    named = Organ.objects.filter(Q(name__icontains=name) | Q(short_name__icontains=name))
    for code in named.order_by("path").values_list("code", flat=True)[:MANY_VALUES]:
        question = question.with_value("organ", code)
    return question


def trail_to(column: CatalogueColumn, *, whole: bool = True) -> tuple[Crumb, ...]:
    """The way to a column's items; with ``whole`` the column itself is a link too."""
    steps = [column.parent] if column.parent else []
    if whole:
        steps.append(column)
    return (
        Crumb(_("信息公开"), reverse("portal:disclosure")),
        *(Crumb(one.title, reverse("portal:column", args=[one.slug])) for one in steps),
    )

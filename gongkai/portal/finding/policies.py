"""The policy library (政策文件库): policy documents with their interpretations beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from django.core.paginator import Page as PageOfList
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.disclosure.models import DisclosedItem, DocumentKind
from gongkai.portal import items, paging
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.finding import facets, normative, searching
from gongkai.portal.finding.questions import LONGEST, Question, asked
from gongkai.portal.pages import Column, Crumb, Page
from gongkai.portal.platform.lists import Merged
from gongkai.search.documents import Query
from gongkai.statute.validity import Validity

KINDS: Final = (
    DocumentKind.REGULATION, DocumentKind.NORMATIVE, DocumentKind.POLICY, DocumentKind.WORK,
)  # fmt: skip
"""What the library holds: documents, neither their interpretations nor other information."""
FACETS: Final = ("topic", "organ", "year", "kind", "genre", "series", "validity")
_WITHIN: Final = {"kind": tuple(kind.value for kind in KINDS)}


@require_safe
def policy_list(request: HttpRequest, number: int = 1) -> HttpResponseBase:
    """All policy documents, newest first, or what words and facets leave of them."""
    question = asked(request.GET, FACETS)
    within = frozenset(_WITHIN["kind"])
    if not within.issuperset(question.chosen.get("kind", ())):
        return _moved("portal:policy_list", question.without("kind"))
    context: dict[str, Any] = {
        "page": _page(
            _("政策文件库"),
            _("规章、行政规范性文件和其他政策文件，可按主题、机关、年份和有效性查找"),
            None,
            narrowed=not question.is_empty,
        ),
        "question": question,
        "longest": LONGEST,
        "tab": "library",
        "cleared": Question(words=question.words).url(),
    }
    if question.is_empty:
        if early := _by_path(request, "portal:policy_list"):
            return early
        rows = _all_documents()
        context |= paging.by_path(rows, number, reverse("portal:policy_list"))
        found = context["found"]
        found.object_list = items.marked(found.object_list, timezone.localdate())
        results = searching.ask(Query(facets=_WITHIN, per_page=0, counted=FACETS))
        documents = list(found.object_list)
    else:
        answer = searching.answer(question, FACETS, _WITHIN)
        results = answer.results
        documents = [_marked_up(hit) for hit in answer.page.object_list]
        context |= {"answer": answer, "found": answer.page, "pages": answer.pages}
    groups, chips = facets.drawn(question, _of_library(results.facets), FACETS)
    context |= {
        "results": results,
        "documents": with_interpretations(documents),
        "groups": groups,
        "chips": chips,
        "as_typed": question.but(exact=True).url(),
        "kept": [pair for pair in question.pairs() if pair[0] != "q"],
    }
    return deliver(
        request,
        "gongkai/portal/finding/policy_list.html",
        context,
        tags=(tags.ITEMS, tags.INDEX),
        private=bool(question.words),
    )


@require_safe
def interpretation_list(request: HttpRequest, number: int = 1) -> HttpResponseBase:
    """All interpretations, newest first, each with the document that it explains."""
    rows = (
        items.listed(items.live().filter(document_kind=DocumentKind.INTERPRETATION))
        .select_related("organ", "column", "interprets")
        .only(
            *items.LISTED,
            "interpretation_form",
            "interprets__title",
            "interprets__document_number",
            "interprets__live",
        )
    )
    context = {
        "page": _page(
            _("全部政策解读"), _("对政策文件的解读，每篇都可以看到所解读的文件"), _("政策解读")
        ),
        "tab": "interpretations",
        **paging.by_path(rows, number, reverse("portal:interpretation_list")),
    }
    return deliver(
        request,
        "gongkai/portal/finding/interpretation_list.html",
        context,
        tags=(tags.ITEMS, tags.INDEX),
    )


@require_safe
def normative_list(request: HttpRequest, number: int = 1) -> HttpResponseBase:
    """行政规范性文件 in force, and those that come into force."""
    return _register(
        request, number, "portal:normative_list", "normative_list.html", normative.CURRENT
    )


@require_safe
def normative_ended(request: HttpRequest, number: int = 1) -> HttpResponseBase:
    """行政规范性文件 that were repealed or have lapsed, each with what took its place."""
    return _register(
        request, number, "portal:normative_ended", "normative_ended.html", normative.ENDED
    )


def _register(
    request: HttpRequest,
    number: int,
    url_name: str,
    template: str,
    states: Collection[Validity],
) -> HttpResponseBase:
    today = timezone.localdate()
    question = asked(request.GET, normative.FACETS)
    sort = request.GET.get("sort", "")
    sort = sort if sort in normative.SORTS and sort != normative.SORTS[0] else ""
    ended = states is normative.ENDED
    found = normative.register(question, today, states, sort)
    context: dict[str, Any] = {
        "page": _page(
            _("废止、失效的行政规范性文件") if ended else _("现行有效的行政规范性文件"),
            _("已经废止或者有效期届满的行政规范性文件，仍可查阅")
            if ended
            else _("现行有效的行政规范性文件，可按主题、机关、年份和有效性查找，并下载Word和PDF文本"),
            _("废止失效") if ended else _("行政规范性文件"),
            narrowed=bool(question.chosen or sort),
        ),
        "question": question,
        "tab": "ended" if ended else "normative",
        "states": [
            (facets.STATE_NAMES[state], found.states[state])
            for state in states
            if found.states.get(state)
        ],
        "today": today,
        "sort": sort or normative.SORTS[0],
        "sorts": _sorts(question, sort),
        "cleared": f"?{urlencode({'sort': sort})}" if sort else reverse(url_name),
    }  # fmt: skip
    if question.chosen or sort:
        context |= paging.by_query(found.keys, request.GET.get("page"))
    else:
        if early := _by_path(request, url_name):
            return early
        context |= paging.by_path(Paginator(found.keys, paging.PER_PAGE), number, reverse(url_name))
    page: PageOfList[int] = context["found"]
    documents = normative.documents(list(page.object_list), today)
    groups, chips = facets.drawn(question, found.counts, normative.FACETS, {"sort": sort})
    context |= {
        "documents": with_interpretations(documents),
        "groups": groups,
        "chips": chips,
    }
    return deliver(
        request, f"gongkai/portal/finding/{template}", context, tags=(tags.ITEMS, tags.INDEX)
    )


def _all_documents() -> Merged:
    """The whole library: each kind is read from its own end of an index, and merged."""
    return Merged(
        everything=items.live().filter(document_kind__in=KINDS),
        branches=[items.live().filter(document_kind=kind) for kind in KINDS],
    )


# -- parts ---------------------------------------------------------------------------------------
def with_interpretations(documents: Iterable[DisclosedItem]) -> list[DisclosedItem]:
    """The documents with `told_by`: their public interpretations. One statement for all rows."""
    rows = list(documents)
    told: dict[int, list[DisclosedItem]] = {}
    if rows:
        found = items.live().filter(interprets__in=[row.pk for row in rows])
        for one in found.only("title", "interprets_id", "interpretation_form", "published_at"):
            told.setdefault(one.interprets_id, []).append(one)
    for row in rows:
        row.told_by = sorted(told.get(row.pk, []), key=lambda one: (one.published_at, one.pk))
    return rows


def _marked_up(hit: searching.Found) -> DisclosedItem:
    """The document of a hit, with the title as the index highlights it."""
    record: DisclosedItem = hit.record
    record.highlighted = hit.title
    return record


def _of_library(counts: Any) -> dict[str, Any]:
    """The counts without kinds that the library does not hold."""
    own = {kind.value for kind in KINDS}
    return {
        name: tuple(one for one in values if name != "kind" or one.value in own)
        for name, values in counts.items()
    }


def _by_path(request: HttpRequest, url_name: str) -> HttpResponseBase | None:
    """Where `?page=3` of the whole list has its own address, lead there."""
    wanted = request.GET.get("page", "")
    if not (wanted.isascii() and wanted.isdigit()):
        return None
    return HttpResponsePermanentRedirect(paging.page_address(reverse(url_name), int(wanted[:9])))


def _moved(url_name: str, question: Question) -> HttpResponseBase:
    return HttpResponsePermanentRedirect(f"{reverse(url_name)}{question.url()}".rstrip("?"))


def _sorts(question: Question, current: str) -> dict[str, tuple[str, str]]:
    """Column → (address that sorts by it or turns the order around, aria-sort)."""
    found = {}
    now = current or normative.SORTS[0]
    for column, first in (("formed", "-formed"), ("number", "number"), ("validity", "validity")):
        sorted_by = now.removeprefix("-") == column
        other = column if first.startswith("-") else f"-{column}"
        wanted = other if now == first and other in normative.SORTS else first
        direction = "descending" if now.startswith("-") else "ascending"
        pairs = [*question.pairs(), ("sort", wanted)]
        found[column] = (f"?{urlencode(pairs)}", direction if sorted_by else "none")
    return found


def _page(title: str, description: str, step: str | None, *, narrowed: bool = False) -> Page:
    library = _("政策文件库")
    crumbs = (
        (Crumb(library, reverse("portal:policy_list")), Crumb(step)) if step else (Crumb(library),)
    )
    return Page(
        title=title,
        description=description,
        section="policies",
        crumbs=crumbs,
        column=Column(
            name=title, description=description, keywords=(title, "政策文件"), kind="政策文件"
        ),
        # Robots follow the whole list, not each way of narrowing it.
        robots="noindex" if narrowed else "",
    )

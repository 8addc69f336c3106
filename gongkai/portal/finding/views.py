"""The search page and the suggestions under the search box."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.finding import facets, helping, searching
from gongkai.portal.finding.questions import FACETS, LONGEST, Question, asked
from gongkai.portal.finding.searching import or_else
from gongkai.portal.pages import Column, Crumb, Page
from gongkai.search import queries, services

COUNTED: Final = ("topic", "organ", "year", "kind", "genre", "validity")
"""The facets beside the hits, in their order."""
ASKED_MOST: Final = 10
SUGGESTED: Final = 8
KEEP_SUGGESTIONS: Final = 60
"""Seconds for which suggestions are kept, here and by readers' browsers."""
LONGEST_SUGGESTED: Final = 40
"""Longer beginnings are not looked up."""

_ROBOT: Final = re.compile(r"bot|spider|crawl|slurp|curl|wget|python|java/|http-?client", re.I)


@require_safe
def search(request: HttpRequest) -> HttpResponseBase:
    """Everything public that has the words, twenty hits a page, facets beside them."""
    question = asked(request.GET, FACETS)
    context: dict[str, Any] = {
        "page": Page(
            title=_("“%(words)s”的搜索结果") % {"words": question.words}
            if question.words
            else _("搜索"),
            description=_("在全部公开的政府信息和年度报告中搜索"),
            section="search",
            crumbs=(Crumb(_("搜索")),),
            column=Column(
                name="搜索",
                description="在全部公开的政府信息和年度报告中搜索",
                keywords=("搜索", "政府信息公开"),
                kind="其他",
            ),
            robots="noindex",
        ),
        "question": question,
        "longest": LONGEST,
        "cleared": Question(words=question.words).url(),
        "anywhere": question.but(titles=False).url(),
        "freely": question.but(exact=False).url(),
    }
    if question.is_empty:
        context["asked_most"] = _most_asked()
    else:
        context |= _answered(request, question)
    # What people type is theirs alone: no cache on the way may keep it.
    return deliver(
        request,
        "gongkai/portal/finding/search.html",
        context,
        tags=(tags.ITEMS, tags.REPORTS),
        private=True,
    )


def _answered(request: HttpRequest, question: Question) -> dict[str, Any]:
    answer = searching.answer(question, COUNTED)
    results = answer.results
    groups, chips = facets.drawn(question, results.facets, COUNTED)
    if question.is_first and not answer.limited and _is_read_by_a_person(request):
        or_else(
            None,
            lambda: services.note_search(question.words, 0 if results.partial else results.total),
        )
    return {
        "answer": answer,
        "results": results,
        "found": answer.page,
        "pages": answer.pages,
        "groups": groups,
        "chips": chips,
        "switches": _switches(question),
        "as_typed": question.but(exact=True).url(),
        "help": None if results.total else helping.help_with(question),
    }


def _switches(question: Question) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """(heading, [(label, address, is on)]): order, where the words stand."""
    found = []
    if question.words:
        found.append(
            (
                _("排序"),
                [
                    (_("相关度"), question.but(newest=False).url(), not question.newest),
                    (_("最新发布"), question.but(newest=True).url(), question.newest),
                ],
            )
        )
        found.append(
            (
                _("范围"),
                [
                    (_("全文和附件"), question.but(titles=False).url(), not question.titles),
                    (_("只在标题中"), question.but(titles=True).url(), question.titles),
                ],
            )
        )
    return found


def _is_read_by_a_person(request: HttpRequest) -> bool:
    """Not a robot, and not a browser that fetches ahead of its reader."""
    if "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
        return False
    agent = request.headers.get("User-Agent", "")
    return request.method == "GET" and bool(agent) and not _ROBOT.search(agent)


def _most_asked() -> list[tuple[str, str]]:
    """(words, address) of what is searched for most."""
    found: list[str] = or_else([], lambda: queries.most_asked(ASKED_MOST))
    return [(words, Question(words=words).url()) for words in found]


def _suggested(words: str) -> list[str]:
    return [suggestion.text for suggestion in queries.suggest(words, SUGGESTED)]


@require_safe
def search_suggestions(request: HttpRequest) -> HttpResponseBase:
    """What a question that begins so may be. Kept for a minute: many people begin alike."""
    words = " ".join(request.GET.get("q", "").split())
    found: list[str] = []
    if 0 < len(words) <= LONGEST_SUGGESTED:
        # The key says nothing of what was typed.
        key = f"suggestions:{hashlib.sha256(words.encode()).hexdigest()}"
        kept = cache.get(key)
        if kept is None:
            kept = or_else(found, lambda: _suggested(words))
            cache.set(key, kept, KEEP_SUGGESTIONS)
        found = kept
    response = JsonResponse({"suggestions": [{"text": text} for text in found]})
    response.headers["Cache-Control"] = f"private, max-age={KEEP_SUGGESTIONS}"
    response.headers["X-Robots-Tag"] = "noindex"
    return response

"""Asking the index, and what is answered where it cannot be asked.

The search room may be rebuilding its index, or fail altogether: a reader then still finds titles
and numbers in the records themselves. No question is ever written to a log, for people type
names and numbers into search boxes: what failed is logged by its kind alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString

from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.staff_views.lists import LateJoinPaginator
from gongkai.portal import items, paging
from gongkai.portal.addresses import report_url
from gongkai.portal.finding.questions import DEEPEST, PER_PAGE, Question
from gongkai.reports.queries import HEAVY, published
from gongkai.search import queries
from gongkai.search.documents import Hit, Query, Results, State

log = logging.getLogger(__name__)

T = TypeVar("T")

ITEMS: Final = "item"
REPORTS: Final = "report"


@dataclass(frozen=True)
class Found:
    """One hit as it is drawn. `record` is the item or the report."""

    record: Any
    title: SafeString
    excerpt: SafeString
    url: str
    is_report: bool
    in_attachment: bool

    @property
    def organ(self) -> Any:
        """The body whose it is."""
        return self.record.organ


@dataclass(frozen=True)
class Answer:
    """The index's answer with the page's hits."""

    results: Results
    page: Page[Found]
    pages: list[int | str]

    @property
    def limited(self) -> bool:
        """Titles and numbers only."""
        return self.results.state == State.LIMITED

    @property
    def rebuilding(self) -> bool:
        return self.results.state == State.REBUILDING


class HitPaginator(Paginator[Any]):
    """Pages of an answer that holds one page of hits and the number of all."""

    def __init__(self, total: int) -> None:
        super().__init__((), PER_PAGE)
        self.total = min(total, DEEPEST * PER_PAGE)

    @property
    def count(self) -> int:
        return self.total

    def of(self, hits: Sequence[Any], number: int) -> Page[Any]:
        """The page `number` with these hits."""
        return Page(hits, min(max(number, 1), max(self.num_pages, 1)), self)


def answer(
    question: Question,
    counted: tuple[str, ...] = (),
    within: Mapping[str, tuple[str, ...]] | None = None,
) -> Answer:
    """The answer to the question, with the records of its hits; past the end the last page."""
    query = question.query(counted, within or {})
    results = ask(query)
    if counted and question.chosen:
        chosen = tuple(question.chosen)
        results = or_else(results, lambda: queries.with_siblings(query, results, chosen))
    paginator = HitPaginator(results.total)
    page = paginator.of(found(results.hits), query.page)
    return Answer(results, page, paging.window(paginator, page))


def ask(query: Query) -> Results:
    """What the index answers; titles and numbers of the records where it does not."""
    state = State.LIMITED
    try:
        results = queries.search(query)
    except Exception as error:  # whatever is wrong with the index, the page is not
        log.error("search does not answer: %s", type(error).__name__)
    else:
        heeds_facets = bool(results.facets) or not (query.facets or query.counted)
        if results.state == State.READY or (results.total and heeds_facets):
            return results
        state = results.state
    if query.per_page < 1:
        return Results((), 0, state=state)  # numbers alone, and there are none
    # Without an index nothing is narrowed; the records themselves can be.
    return replace(by_title(query), state=state)


def or_else(default: T, ask_for: Callable[[], T]) -> T:
    """What the search room answers, or `default`: an aid that fails takes no page with it."""
    try:
        return ask_for()
    except Exception as error:  # as in `ask`
        log.error("search does not help: %s", type(error).__name__)
        return default


def by_title(query: Query) -> Results:
    """Items with the words in their title, or with that number, straight from the records."""
    rows = narrowed(items.live(), query.facets)
    if query.text:
        rows = items.matching(rows, query.text)
    paginator = LateJoinPaginator(items.listed(rows), query.per_page, cap=items.SEARCH_CAP)
    page = paginator.get_page(query.page)
    hits = tuple(Hit(ITEMS, row.pk, escape(row.title), SafeString("")) for row in page.object_list)
    return Results(hits, paginator.count, capped=paginator.is_capped, state=State.LIMITED)


def narrowed(
    rows: QuerySet[DisclosedItem], facets: Mapping[str, Sequence[str]]
) -> QuerySet[DisclosedItem]:
    """The items that the facets leave: those of the index, asked of the records."""
    for name, values in facets.items():
        if name == "validity":
            today = timezone.localdate()
            keys = [items.with_validity(rows, value, today).values("pk") for value in values]
            rows = rows.filter(_any(Q(pk__in=one) for one in keys))
        elif name == "year":
            keys = [items.in_year(items.live(), int(value)).values("pk") for value in values]
            rows = rows.filter(_any(Q(pk__in=one) for one in keys))
        elif name in _CONDITIONS:
            rows = rows.filter(_any(_CONDITIONS[name](value) for value in values))
    return rows


_CONDITIONS: Final[Mapping[str, Callable[[str], Q]]] = {
    "organ": lambda code: Q(organ__code=code),
    "topic": lambda code: Q(topic__code=code) | Q(topic__parent__code=code),
    "kind": lambda kind: Q(document_kind=kind),
    "genre": lambda genre: Q(genre=genre),
    "series": lambda prefix: Q(document_number__startswith=f"{prefix}〔"),
    # The tree of columns is four deep at most (`catalogue.services.columns`).
    "column": lambda slug: (
        Q(column__slug=slug)
        | Q(column__parent__slug=slug)
        | Q(column__parent__parent__slug=slug)
        | Q(column__parent__parent__parent__slug=slug)
    ),
    "field": lambda code: Q(entries__field__code=code),
}


def _any(conditions: Iterable[Q]) -> Q:
    joined = Q(pk__in=[])
    for condition in conditions:
        joined |= condition
    return joined


def found(hits: Sequence[Hit]) -> list[Found]:
    """The hits with their records, one statement a source; what is no longer public is dropped."""
    keys: dict[str, list[int]] = {}
    for hit in hits:
        keys.setdefault(hit.source, []).append(hit.key)
    records: dict[str, dict[int, Any]] = {}
    if ITEMS in keys:
        rows = items.listed(items.live()).filter(pk__in=keys[ITEMS])
        records[ITEMS] = {row.pk: row for row in items.marked(rows, timezone.localdate())}
    if REPORTS in keys:
        reports = published().filter(pk__in=keys[REPORTS]).defer(*HEAVY)
        records[REPORTS] = {row.pk: row for row in reports}
    drawn = []
    for hit in hits:
        record = records.get(hit.source, {}).get(hit.key)
        if record is None:
            continue
        is_report = hit.source == REPORTS
        url = report_url(record) if is_report else reverse("portal:item", args=[record.pk])
        drawn.append(Found(record, hit.title, hit.excerpt, url, is_report, hit.in_attachment))
    return drawn

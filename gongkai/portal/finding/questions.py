"""What a reader asks a list: words, chosen facets, order. Read from the address, written to it.

Nothing that a person may type makes a page fail: what is too long is cut, what no facet knows is
left out, and both are told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from django.http import QueryDict
from django.utils.http import urlencode

from gongkai.disclosure.models import DocumentKind, Genre
from gongkai.search.documents import Order, Query
from gongkai.statute.validity import Validity

LONGEST: Final = 100
"""Characters of a question that are searched for; what comes after is cut."""
MANY_VALUES: Final = 20
"""Values of one facet that are heeded."""
DEEPEST: Final = 500
"""Pages of hits that can be reached; nobody reads so far, and each costs more than the last."""
PER_PAGE: Final = 20

_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_CODE: Final = re.compile(r"[0-9A-Za-z_-]{1,60}")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_SERIES: Final = re.compile(r"[^\s<>&\"']{1,40}")

FACETS: Final[Mapping[str, re.Pattern[str] | Collection[str]]] = {
    "topic": _CODE,
    "organ": _CODE,
    "year": _YEAR,
    "kind": frozenset(DocumentKind.values),
    "genre": frozenset(Genre.values),
    "series": _SERIES,
    "validity": frozenset(state.value for state in Validity),
    "column": _CODE,
    "field": _CODE,
}
"""Facet → what its values look like."""


@dataclass(frozen=True)
class Question:
    """`cut`: the words were too long; `unknown`: something in the address means nothing."""

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    newest: bool = False
    titles: bool = False
    exact: bool = False
    page: int = 1
    cut: bool = False
    unknown: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing is asked: neither words nor facets."""
        return not (self.words or self.chosen)

    @property
    def is_first(self) -> bool:
        """Words alone, as they come from a search box: not a page further on, nor a facet."""
        return bool(self.words) and not (
            self.chosen or self.newest or self.titles or self.exact or self.page != 1
        )

    def query(self, counted: tuple[str, ...], within: Mapping[str, tuple[str, ...]]) -> Query:
        """The question as the index takes it; `within` holds whatever is chosen."""
        return Query(
            text=self.words,
            facets={**within, **self.chosen},
            titles_only=self.titles,
            order=Order.NEWEST if self.newest or not self.words else Order.RELEVANCE,
            page=self.page,
            per_page=PER_PAGE,
            counted=counted,
            verbatim=self.exact,
        )

    def without(self, name: str) -> Question:
        """The question without a facet."""
        return replace(self, chosen={k: v for k, v in self.chosen.items() if k != name}, page=1)

    def but(
        self, *, newest: bool | None = None, titles: bool | None = None, exact: bool | None = None
    ) -> Question:
        """The same question from its first page, with other switches."""
        changes = {"newest": newest, "titles": titles, "exact": exact}
        given = {name: value for name, value in changes.items() if value is not None}
        return replace(self, page=1, **given)  # type: ignore[arg-type]

    # -- the question in an address ----------------------------------------------------------
    def pairs(self) -> list[tuple[str, str]]:
        """What the address says, always in one order."""
        found = [("q", self.words)] if self.words else []
        found += [(name, value) for name in FACETS for value in self.chosen.get(name, ())]
        switches = {"titles": self.titles, "exact": self.exact}
        found += [("order", "newest")] if self.newest else []
        return found + [(name, "1") for name, on in switches.items() if on]

    def url(self) -> str:
        """The query part of the address of this question's first page."""
        return f"?{urlencode(self.pairs())}"

    def with_value(self, name: str, value: str, instead_of: str = "") -> Question:
        """The question with one more value of a facet chosen, maybe in the place of another."""
        values = tuple(sorted({*self.chosen.get(name, ()), value} - ({instead_of} - {value})))
        return replace(self, chosen={**self.chosen, name: values}, page=1)

    def without_value(self, name: str, value: str) -> Question:
        """The question with one value less; for a topic those below it go as well."""
        left = tuple(
            one
            for one in self.chosen.get(name, ())
            if one != value and not (name == "topic" and one.startswith(f"{value}-"))
        )
        chosen = {key: values for key, values in self.chosen.items() if key != name}
        return replace(self, chosen={**chosen, name: left} if left else chosen, page=1)


def asked(data: QueryDict, facets: Collection[str]) -> Question:
    """What the address asks; of `facets` only."""
    typed = " ".join(_UNSEEN.sub(" ", data.get("q", "")).split())
    chosen: dict[str, tuple[str, ...]] = {}
    unknown = False
    for name in facets:
        values = {value.strip() for value in data.getlist(name)} - {""}
        known = sorted(value for value in values if _is_known(name, value))[:MANY_VALUES]
        unknown = unknown or len(known) < len(values)
        if known:
            chosen[name] = tuple(known)
    return Question(
        words=typed[:LONGEST].strip(),
        chosen=chosen,
        newest=data.get("order") == "newest",
        titles=data.get("titles") == "1",
        exact=data.get("exact") == "1",
        page=page_number(data.get("page")),
        cut=len(typed) > LONGEST,
        unknown=unknown,
    )


def page_number(raw: str | None) -> int:
    """The page that is asked for: the first for what is no number, never one out of reach."""
    text = raw or ""
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(int(text[:9]), 1), DEEPEST)


def _is_known(name: str, value: str) -> bool:
    shape = FACETS[name]
    if not value.isprintable():
        return False
    if isinstance(shape, re.Pattern):
        return shape.fullmatch(value) is not None
    return value in shape

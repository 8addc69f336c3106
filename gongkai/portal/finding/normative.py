"""规范性文件: those in force and those that ended, as the records say on the day.

A province has some thousands of them, so the narrow rows of all are read in one statement, and
narrowed, counted and sorted here: numbers by their parts (2号 before 12号), states by the very
function of the statute. So the counts on the page cannot differ from the list under them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Case, When

from gongkai.disclosure.models import DisclosedItem, DocumentKind
from gongkai.portal import items
from gongkai.portal.finding.questions import Question
from gongkai.search.documents import FacetValue
from gongkai.statute import document_numbers
from gongkai.statute.validity import Validity, ends_on, validity_on

FACETS: Final = ("topic", "organ", "year", "validity")
SORTS: Final = ("-formed", "formed", "number", "-number", "validity")
"""How the list may be sorted; the first is the usual one."""

CURRENT: Final = (Validity.IN_FORCE, Validity.AMENDED, Validity.PENDING)
ENDED: Final = (Validity.REPEALED, Validity.EXPIRED)

_ROW: Final = (
    "pk", "document_number", "formed_on", "published_at", "effective_from", "valid_until",
    "repealed_on", "amended_on", "organ__code", "topic__code",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What is known of a document without reading it. `facets` as of the index."""

    pk: int
    number: str
    day: date
    state: Validity
    facets: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Register:
    """The documents of a list: `keys` in order, `states` of all, `counts` of the facets."""

    keys: list[int]
    states: Mapping[Validity, int]
    counts: Mapping[str, tuple[FacetValue, ...]]


def register(
    question: Question, today: date, states: Collection[Validity], sort: str = ""
) -> Register:
    """The documents in one of `states` that the question leaves. One statement."""
    rows = [row for row in _rows(today) if row.state in states]
    left = [row for row in rows if _answers(row, question.chosen)]
    counts = {}
    for name in FACETS:
        # What else could be chosen of a facet is what the other facets leave.
        others = {other: values for other, values in question.chosen.items() if other != name}
        found = Counter(
            value for row in rows if _answers(row, others) for value in row.facets.get(name, ())
        )
        counts[name] = tuple(FacetValue(value, count) for value, count in found.most_common())
    left.sort(key=lambda row: (row.day, row.pk), reverse=True)
    if sort in SORTS and sort != SORTS[0]:
        left.sort(key=_KEYS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return Register([row.pk for row in left], Counter(row.state for row in rows), counts)


def documents(keys: list[int], today: date) -> list[DisclosedItem]:
    """The documents of a page in its order, with what took their place. One statement."""
    rows = (
        items.listed(items.live())
        .filter(pk__in=keys)
        .select_related("organ", "column", "successor")
        .annotate(has_text=Case(When(body="", then=False), default=True))
        .only(
            *items.LISTED, "formed_on", "successor__title", "successor__document_number",
            "successor__live",
        )
    )  # fmt: skip
    by_key = {row.pk: row for row in items.marked(rows, today)}
    for row in by_key.values():
        row.ended_on = ends_on(valid_until=row.valid_until, repealed_on=row.repealed_on)
    return [by_key[key] for key in keys if key in by_key]


def _rows(today: date) -> list[Row]:
    found = items.live().filter(document_kind=DocumentKind.NORMATIVE).values(*_ROW)
    return [_row(values, today) for values in found]


def _row(values: dict[str, Any], today: date) -> Row:
    state = validity_on(
        today,
        effective_from=values["effective_from"],
        valid_until=values["valid_until"],
        repealed_on=values["repealed_on"],
        amended_on=values["amended_on"],
    )
    day = values["formed_on"] or values["published_at"].date()
    topic = values["topic__code"] or ""
    return Row(
        values["pk"],
        values["document_number"],
        day,
        state,
        {
            "organ": (values["organ__code"],),
            "topic": tuple(dict.fromkeys((topic.split("-")[0], topic))) if topic else (),
            "year": (str(day.year),),
            "validity": (state.value,),
        },
    )


def _answers(row: Row, chosen: Mapping[str, tuple[str, ...]]) -> bool:
    return all(set(values) & set(row.facets.get(name, ())) for name, values in chosen.items())


def _by_number(row: Row) -> tuple[bool, str, int, int]:
    """By prefix, year and serial; what has no number stands last."""
    number = document_numbers.parse(row.number)
    if number is None:
        return (True, "", 0, 0)
    return (False, number.prefix or number.text, number.year or 0, number.serial or 0)


_KEYS: Final[Mapping[str, Callable[[Row], Any]]] = {
    "formed": lambda row: (row.day, row.pk),
    "number": _by_number,
    "validity": lambda row: (*CURRENT, *ENDED).index(row.state),
}

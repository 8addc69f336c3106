"""Facets as a reader sees them: named, counted, each value an address.

The index knows codes. Their names come from bodies, topics, columns and fields in one statement,
however many values there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, CharField, F, Model, QuerySet, Value, When
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from gongkai.catalogue.models import Column, Field, Topic
from gongkai.disclosure.models import DocumentKind, Genre
from gongkai.organs.models import Organ
from gongkai.portal.finding.questions import Question
from gongkai.search.documents import FacetValue
from gongkai.statute.validity import Validity

SHORT: Final = 7
"""Values of a facet that stand open; the others are folded away."""
MOST: Final = 60
"""Values of a facet that are offered at all."""

HEADINGS: Final[Mapping[str, str | Promise]] = {
    "topic": _("主题"),
    "organ": _("机关"),
    "year": _("年份"),
    "kind": _("文件类别"),
    "genre": _("体裁"),
    "series": _("发文字号系列"),
    "validity": _("有效性"),
    "column": _("栏目"),
    "field": _("领域"),
}

STATE_NAMES: Final[Mapping[Validity, str | Promise]] = {
    Validity.PENDING: _("尚未施行"),
    Validity.IN_FORCE: _("有效"),
    Validity.AMENDED: _("已修改"),
    Validity.EXPIRED: _("失效"),
    Validity.REPEALED: _("废止"),
}


@dataclass(frozen=True)
class Choice:
    """One value: its address leads to the list with it, or without it when it is chosen."""

    label: str
    count: int | None
    url: str
    chosen: bool
    below: bool = False
    """A sub-topic, drawn under its topic."""


@dataclass(frozen=True)
class Group:
    """One facet with its values, the first ones and those that are folded away."""

    name: str
    heading: str
    shown: tuple[Choice, ...]
    folded: tuple[Choice, ...]
    open: bool


@dataclass(frozen=True)
class Chip:
    """A chosen value; its address is the list without it."""

    heading: str
    label: str
    url: str


class Names:
    """The printed names of values: one statement for those that are kept in tables."""

    def __init__(self, wanted: Mapping[str, Sequence[str]]) -> None:
        self._known: dict[str, dict[str, str]] = {
            "kind": {kind.value: str(kind.label) for kind in DocumentKind},
            "genre": {genre.value: str(genre.label) for genre in Genre},
            "validity": {state.value: str(STATE_NAMES[state]) for state in Validity},
        }
        parts = [_KEPT[name](values) for name, values in wanted.items() if values and name in _KEPT]
        if parts:
            for facet, value, label in parts[0].union(*parts[1:], all=True):
                self._known.setdefault(facet, {})[value] = label

    def of(self, facet: str, value: str) -> str:
        """The name, or empty for a code that names nothing (any more)."""
        if facet in ("year", "series"):
            return value
        return self._known.get(facet, {}).get(value, "")


def _kept(facet: str, model: type[Model], code: str, label: str, short: str = "") -> _Kept:
    """The rows (facet, value, name) of a table; the short name where there is one."""

    def rows(values: Sequence[str]) -> QuerySet[Any]:
        name: Any = F(label)
        if short:
            name = Case(When(**{short: ""}, then=F(label)), default=F(short))
        found = model._default_manager.filter(**{f"{code}__in": values}).order_by()
        named: QuerySet[Any] = found.annotate(
            facet=Value(facet, CharField()), label=Cast(name, CharField())
        ).values_list("facet", code, "label")
        return named

    return rows


_Kept = Callable[[Sequence[str]], QuerySet[Any]]
_KEPT: Final[Mapping[str, _Kept]] = {
    "organ": _kept("organ", Organ, "code", "name", "short_name"),
    "topic": _kept("topic", Topic, "code", "name", "alias"),
    "column": _kept("column", Column, "slug", "title"),
    "field": _kept("field", Field, "code", "name"),
}


def drawn(
    question: Question,
    counts: Mapping[str, Sequence[FacetValue]],
    order: Sequence[str],
    kept: Mapping[str, str] | None = None,
) -> tuple[list[Group], list[Chip]]:
    """The facets of `order` with their counts, and what is chosen of them.

    `kept` is what the addresses go on saying besides the question.
    """
    more = "".join(f"&{urlencode({name: value})}" for name, value in (kept or {}).items() if value)
    wanted = {
        name: sorted({*question.chosen.get(name, ()), *(one.value for one in counts.get(name, ()))})
        for name in dict.fromkeys((*order, *question.chosen))
    }
    names = Names(wanted)
    groups = []
    for place, name in enumerate(order):
        choices = _choices(question, name, counts.get(name, ()), names, more)
        if not choices:
            continue
        chosen = any(choice.chosen for choice in choices)
        # What is chosen is never folded away.
        shown = [one for at, one in enumerate(choices) if at < SHORT or one.chosen]
        folded = [one for at, one in enumerate(choices) if at >= SHORT and not one.chosen]
        groups.append(
            Group(name, str(HEADINGS[name]), tuple(shown), tuple(folded), chosen or place < 3)
        )
    chips = [
        Chip(str(HEADINGS[name]), label, question.without_value(name, value).url() + more)
        for name in wanted
        for value in question.chosen.get(name, ())
        if (label := names.of(name, value) or value)
    ]
    return groups, chips


def _choices(
    question: Question, name: str, counts: Sequence[FacetValue], names: Names, more: str
) -> list[Choice]:
    chosen = question.chosen.get(name, ())
    # Siblings of what is chosen come with the number 0 where nobody can count them.
    numbers = {one.value: one.count for one in counts if one.count or chosen}
    values = sorted({*numbers, *chosen}, key=_order(name, numbers))
    if name == "topic":
        values = _as_tree(values, chosen)
    choices = []
    for value in values[:MOST]:
        label = names.of(name, value)
        if not label:
            continue
        is_chosen = value in chosen
        if is_chosen:
            asked = question.without_value(name, value)
        elif name == "topic":
            # A sub-topic narrows its topic: both together would show the whole topic.
            asked = question.with_value(name, value, instead_of=value.split("-")[0])
        else:
            asked = question.with_value(name, value)
        choices.append(
            Choice(
                label,
                numbers.get(value) or None,
                asked.url() + more,
                is_chosen,
                below=name == "topic" and "-" in value,
            )
        )
    return choices


def _order(name: str, numbers: Mapping[str, int]) -> Any:
    """Years newest first; kinds, genres and states in the order of the norm; the rest by number."""
    fixed = {
        "kind": list(DocumentKind.values),
        "genre": list(Genre.values),
        "validity": ["in_force", "amended", "pending", "expired", "repealed"],
    }.get(name)
    if fixed is not None:
        return fixed.index
    if name == "year":
        return lambda value: -int(value)
    return lambda value: (-numbers.get(value, 0), value)


def _as_tree(values: list[str], chosen: Sequence[str]) -> list[str]:
    """Topics by number; of those below only the ones of a topic that is chosen."""
    open_tops = {value.split("-")[0] for value in chosen}
    tops = [value for value in values if "-" not in value]
    below: dict[str, list[str]] = {}
    for value in values:
        top = value.split("-")[0]
        if "-" in value and top in open_tops:
            below.setdefault(top, []).append(value)
    tops += [top for top in below if top not in tops]
    return [one for top in tops for one in (top, *below.get(top, ()))]

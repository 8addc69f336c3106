"""What is offered to a reader who found nothing: other words, columns, bodies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from gongkai.catalogue.models import Column
from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.models import Organ
from gongkai.portal.finding.policies import KINDS
from gongkai.portal.finding.questions import Question
from gongkai.portal.finding.searching import or_else
from gongkai.search import language

MANY: Final = 5
"""Columns and bodies that are offered."""
WORDS: Final = 8
"""Words of the question that are looked for in names."""
_NUMBER: Final = re.compile(r"(?P<series>[^〔]+)〔(?P<year>\d{4})〕")


@dataclass(frozen=True)
class Help:
    """Ways on. `corrected` is the question as it may have been meant, empty if nothing is near.

    Who asked for a document number that is not public is led to the others of its `series` and
    `year`, where there are any; `example` is a number that is.
    """

    corrected: str
    corrected_url: str
    columns: list[Column]
    organs: list[Organ]
    series: str
    year: str
    series_url: str
    example: str


def help_with(question: Question) -> Help:
    """What else might have been meant; three statements, four for a document number."""
    nothing: list[str] = []
    numbers = or_else(nothing, lambda: list(language.parse(question.words).numbers))
    # A number is never a misspelt word: 义政 is not 义诊.
    corrected = "" if numbers else or_else("", lambda: language.correct(question.words) or "")
    series, year = _series(numbers)
    words = or_else(nothing, lambda: _words(f"{question.words} {corrected}"))
    return Help(
        corrected,
        Question(words=corrected).url() if corrected else "",
        _columns(words),
        _organs(words),
        series,
        year,
        f"{reverse('portal:policy_list')}?{urlencode({'series': series, 'year': year})}",
        _example(),
    )


def _series(numbers: list[str]) -> tuple[str, str]:
    """机关代字 and year of the first number asked for, if others of theirs are public."""
    found = next(filter(None, map(_NUMBER.match, numbers)), None)
    if found is None:
        return "", ""
    library = DisclosedItem.objects.filter(live=True, document_kind__in=KINDS)
    public = library.filter(document_number__startswith=found[0]).exists()
    return (found["series"], found["year"]) if public else ("", "")


def _example() -> str:
    """The number of the newest document that has one."""
    rows = DisclosedItem.objects.filter(live=True, document_number__gt="")
    return rows.order_by("-published_at").values_list("document_number", flat=True).first() or ""


def _words(text: str) -> list[str]:
    """The words of two characters and more, the longest first."""
    found = {token for token in language.tokens(text) if len(token) > 1}
    found |= {word for word in text.split() if 1 < len(word) <= 20}
    return sorted(found, key=lambda word: (-len(word), word))[:WORDS]


def _columns(words: list[str]) -> list[Column]:
    if not words:
        return []
    named = Q()
    for word in words:
        named |= Q(title__icontains=word)
    return list(Column.objects.filter(named, closed_on=None).order_by("order", "slug")[:MANY])


def _organs(words: list[str]) -> list[Organ]:
    if not words:
        return []
    named = Q()
    for word in words:
        named |= Q(name__icontains=word) | Q(short_name__icontains=word)
    rows = Organ.objects.filter(named).only("code", "name", "short_name", "path", "depth")
    # The body whose name says most of what was asked stands first.
    found = sorted(
        rows.order_by("path")[:200],
        key=lambda row: -sum(len(word) for word in words if word in row.name),
    )
    return found[:MANY]

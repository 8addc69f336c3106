"""What is offered to a reader who found nothing: other words, columns, bodies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from gongkai.catalogue.models import Column
from gongkai.organs.models import Organ
from gongkai.portal.finding.questions import Question
from gongkai.portal.finding.searching import or_else
from gongkai.search import language

MANY: Final = 5
"""Columns and bodies that are offered."""
WORDS: Final = 8
"""Words of the question that are looked for in names."""


@dataclass(frozen=True)
class Help:
    """Ways on. `corrected` is the question as it may have been meant, empty if nothing is near."""

    corrected: str
    corrected_url: str
    columns: list[Column]
    organs: list[Organ]


def help_with(question: Question) -> Help:
    """What else might have been meant; two statements."""
    corrected = or_else("", lambda: language.correct(question.words) or "")
    nothing: list[str] = []
    words = or_else(nothing, lambda: _words(f"{question.words} {corrected}"))
    return Help(
        corrected,
        Question(words=corrected).url() if corrected else "",
        _columns(words),
        _organs(words),
    )


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

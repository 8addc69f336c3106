"""Which body to ask: by name, by what it does, or the government's office, which passes it on."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from gongkai.catalogue.models import Duty
from gongkai.organs.models import Organ, OrganKind
from gongkai.portal.platform.queries import city

FEW: Final = 24
"""So many bodies are shown at once; beyond, a word is asked for."""


def receiving() -> QuerySet[Organ]:
    """The bodies that receive requests today (Article 55 leaves public utilities out)."""
    return Organ.objects.active_on(timezone.localdate()).exclude(kind=OrganKind.PUBLIC_UTILITY)


def government() -> Organ | None:
    """The government itself: who does not know whom to ask, asks its office."""
    found = city()
    return found if found is not None and found.is_active() else receiving().first()


def find(word: str) -> tuple[list[Organ], bool]:
    """Bodies with the word in their name or in what they must publish, and whether there are more.

    One statement.
    """
    word = printable(word)[:60]
    rows = receiving()
    if word:
        doing = Duty.objects.filter(
            Q(entry__level1__icontains=word) | Q(entry__level2__icontains=word)
        ).values("organ")
        rows = rows.filter(
            Q(name__icontains=word) | Q(short_name__icontains=word) | Q(pk__in=doing)
        )
    found = list(rows.order_by("path")[: FEW + 1])
    return found[:FEW], len(found) > FEW


def by_code(code: str) -> Organ | None:
    """The body of that code, also one that was abolished meanwhile: the service says what then."""
    return Organ.objects.select_related("successor").filter(code=printable(code)[:40]).first()


def printable(text: str) -> str:
    """One line without what no database looks for."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())

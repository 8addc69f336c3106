"""Catalogues and entries: which are in force, and whose they are."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from gongkai.catalogue.models import CatalogueEntry, Duty, DutyState, StandardCatalogue
from gongkai.organs.models import Organ


def in_force() -> QuerySet[StandardCatalogue]:
    """The catalogues in force, one a government."""
    return StandardCatalogue.objects.filter(state=StandardCatalogue.State.IN_FORCE)


def government_of(organ: Organ) -> StandardCatalogue | None:
    """The catalogue in force that binds the body: that of the nearest government above it."""
    codes = [code for code in organ.path.split("/") if code]
    found = in_force().filter(organ__code__in=codes).select_related("organ")
    return found.order_by("-organ__depth").first()


def valid_statement(on: date, state: str | None = None) -> Q:
    """Duties whose statement (of `state`, or any) holds on the day."""
    states = [state] if state else [DutyState.EMPTY, DutyState.NOT_APPLICABLE]
    return Q(state__in=states, valid_until__gte=on)


def duties_in_force() -> QuerySet[Duty]:
    """Answers of all bodies to entries in force."""
    return Duty.objects.filter(entry__catalogue__state=StandardCatalogue.State.IN_FORCE)


def entries_for(organ: Organ, on: date | None = None) -> QuerySet[CatalogueEntry]:
    """Entries in force that the body has taken on: what its items may answer.

    本期无 does not exclude an entry (something may come up), 不涉及 does while it holds.
    """
    day = on or timezone.localdate()
    taken = duties_in_force().filter(organ=organ)
    taken = taken.exclude(valid_statement(day, DutyState.NOT_APPLICABLE))
    return CatalogueEntry.objects.filter(pk__in=taken.values("entry")).select_related("field")

"""The standard catalogue: its entries, and who answered them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from gongkai.catalogue.models import CatalogueEntry, Duty, DutyState, StandardCatalogue
from gongkai.organs.models import Organ
from gongkai.portal import items
from gongkai.portal.platform.queries.bodies import SLIM


@dataclass(frozen=True)
class BodyRow:
    """A body with its answers to the catalogue."""

    organ: Organ
    taken: int
    empty: int
    outside: int


def answering_bodies(standard: StandardCatalogue) -> list[BodyRow]:
    """The bodies that answered, with their numbers. Two statements."""
    rows = (
        Duty.objects.filter(entry__catalogue=standard)
        .order_by()
        .values("organ")
        .annotate(
            taken=Count("pk", filter=Q(state=DutyState.APPLICABLE)),
            empty=Count("pk", filter=Q(state=DutyState.EMPTY)),
            outside=Count("pk", filter=Q(state=DutyState.NOT_APPLICABLE)),
        )
    )
    counted = {row["organ"]: row for row in rows}
    organs = Organ.objects.filter(pk__in=list(counted)).defer(*SLIM).order_by("path")
    return [
        BodyRow(one, counted[one.pk]["taken"], counted[one.pk]["empty"], counted[one.pk]["outside"])
        for one in organs
    ]


def entry(code: str) -> CatalogueEntry | None:
    """The entry in force of that code; the highest government's where several have it."""
    return (
        items.entries_in_force()
        .select_related("field", "catalogue__organ")
        .filter(code=code)
        .order_by("catalogue__organ__depth", "pk")
        .first()
    )


def duties_of(one: CatalogueEntry) -> list[Duty]:
    """Who answered the entry, in the order of the tree."""
    return list(Duty.objects.filter(entry=one).select_related("organ").order_by("organ__path"))

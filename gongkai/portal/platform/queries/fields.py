"""Key fields (重点领域): their matters, and what was published of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Max

from gongkai.catalogue.models import (
    CatalogueEntry,
    Duty,
    DutyState,
    Field,
    Publication,
    PublicationLink,
    StandardCatalogue,
)
from gongkai.disclosure.models import DisclosedItem
from gongkai.organs.models import Organ
from gongkai.portal import items
from gongkai.portal.platform.queries.bodies import SLIM

FEW: Final = 5
"""So many items of each matter stand on the page of a key field."""


@dataclass(frozen=True)
class FieldTile:
    """A key field with the numbers of its matters and of what was published on them."""

    field: Field
    matters: int
    items: int
    latest: date | None


def field_tiles(standard: StandardCatalogue | None, body: Organ | None = None) -> list[FieldTile]:
    """The fields in their order. Three statements; with a body what it took on."""
    entries = CatalogueEntry.objects.filter(catalogue=standard) if standard else None
    if entries is None:
        return [FieldTile(one, 0, 0, None) for one in Field.objects.all()]
    if body is not None:
        taken = Duty.objects.filter(organ=body.pk, entry__catalogue=standard)
        entries = entries.filter(
            pk__in=taken.exclude(state=DutyState.NOT_APPLICABLE).values("entry")
        )
    place = dict(entries.order_by().values_list("matter_id", "field_id"))
    links = PublicationLink.objects.filter(withdrawn_on=None)
    links = links.filter(organ=body.pk) if body is not None else links
    numbers: dict[int, int] = {}
    latest: dict[int, date] = {}
    rows = (
        links.order_by().values("matter").annotate(number=Count("pk"), day=Max("last_published_on"))
    )
    for row in rows:
        if (key := place.get(row["matter"])) is not None:
            numbers[key] = numbers.get(key, 0) + row["number"]
            latest[key] = max(latest.get(key, row["day"]), row["day"])
    matters: dict[int, int] = {}
    for key in place.values():
        matters[key] = matters.get(key, 0) + 1
    return [
        FieldTile(one, matters.get(one.pk, 0), numbers.get(one.pk, 0), latest.get(one.pk))
        for one in Field.objects.all()
        if body is None or matters.get(one.pk)
    ]


@dataclass(frozen=True)
class Statement:
    """That a body has nothing of a matter: what it said, and until when that stands."""

    organ: str
    word: str
    reason: str
    on: date
    until: date


@dataclass(frozen=True)
class MatterRow:
    """One matter of the catalogue beside what was published of it."""

    entry: CatalogueEntry
    items: int
    newest: tuple[DisclosedItem, ...]
    bodies: tuple[Organ, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class MatterGroup:
    """The matters of the second level below one of the first."""

    level1: str
    rows: tuple[MatterRow, ...]


def field_matters(
    standard: StandardCatalogue, one: Field, body: Organ | None, today: date
) -> list[MatterGroup]:
    """Level 1 → level 2 of a field with everything beside it. Five statements."""
    entries = list(
        CatalogueEntry.objects.filter(catalogue=standard, field=one)
        .select_related("field")
        .order_by("seq", "pk")
    )
    duties: dict[int, list[Duty]] = {}
    for duty in (
        Duty.objects.filter(entry__in=[entry.pk for entry in entries])
        .select_related("organ")
        .order_by("organ__path")
    ):
        duties.setdefault(duty.entry_id, []).append(duty)
    if body is not None:
        entries = [e for e in entries if any(d.organ_id == body.pk for d in duties.get(e.pk, []))]
    matters = [entry.matter_id for entry in entries]
    links = PublicationLink.objects.filter(withdrawn_on=None, matter__in=matters)
    if body is not None:
        links = links.filter(organ=body.pk)
    counted = {
        row["matter"]: row["number"]
        for row in links.order_by().values("matter").annotate(number=Count("pk"))
    }
    newest = _newest_of_matters(matters, body)
    groups: dict[str, list[MatterRow]] = {}
    for entry in entries:
        said = duties.get(entry.pk, [])
        if body is not None:
            said = [duty for duty in said if duty.organ_id == body.pk]
        groups.setdefault(entry.level1, []).append(
            MatterRow(
                entry,
                counted.get(entry.matter_id, 0),
                tuple(newest.get(entry.matter_id, ())),
                tuple(duty.organ for duty in said if not _stands(duty, today, final=True)),
                tuple(statements(said, today)),
            )
        )
    return [MatterGroup(level1, tuple(rows)) for level1, rows in groups.items()]


def _stands(duty: Duty, today: date, *, final: bool = False) -> bool:
    """Whether a statement holds today; with `final` only that the matter is none of the body's."""
    stated = duty.state != DutyState.APPLICABLE
    if final:
        stated = duty.state == DutyState.NOT_APPLICABLE
    return stated and duty.valid_until is not None and duty.valid_until >= today


def statements(duties: Iterable[Duty], today: date) -> list[Statement]:
    """What bodies have said of having nothing, as far as it stands."""
    return [
        Statement(
            duty.organ.label,
            str(duty.get_state_display()),
            duty.reason,
            duty.stated_on,
            duty.valid_until,
        )
        for duty in duties
        if _stands(duty, today) and duty.stated_on and duty.valid_until
    ]


def _newest_of_matters(
    matters: Sequence[int], body: Organ | None
) -> dict[int, list[DisclosedItem]]:
    """The newest few items of each matter, each from the end of its index. Two statements."""
    if not matters:
        return {}
    parts: list[str] = []
    values: list[Any] = []
    for number, matter in enumerate(matters):
        links = PublicationLink.objects.filter(matter=matter, withdrawn_on=None)
        if body is not None:
            links = links.filter(organ=body.pk)
        query = links.order_by("-last_published_on", "-pk").values_list("matter", "publication")[
            :FEW
        ]
        sql, given = query.query.sql_with_params()
        parts.append(f"SELECT * FROM ({sql}) AS b{number}")  # noqa: S608
        values.extend(given)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        found = cursor.fetchall()
    told = dict(
        Publication.objects.filter(
            pk__in=[publication for _matter, publication in found], source="disclosure"
        ).values_list("pk", "source_id")
    )
    keys = [int(key) for key in told.values()]
    shown = items.listed(items.live().filter(pk__in=keys)).in_bulk()
    rows: dict[int, list[DisclosedItem]] = {}
    for matter, publication in found:
        item = shown.get(int(told.get(publication, 0)))
        if item is not None:
            rows.setdefault(matter, []).append(item)
    return rows


def bodies_of_field(standard: StandardCatalogue, one: Field) -> list[Organ]:
    """The bodies that have taken matters of the field on, in the order of the tree."""
    taken = Duty.objects.filter(entry__catalogue=standard, entry__field=one)
    taken = taken.exclude(state=DutyState.NOT_APPLICABLE)
    return list(Organ.objects.filter(pk__in=taken.values("organ")).defer(*SLIM).order_by("path"))

"""Catalogues, entries, duties and publications for tests, written straight to the tables."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from gongkai.catalogue.models import (
    CatalogueEntry,
    Column,
    Duty,
    Field,
    Matter,
    Occasion,
    Publication,
    PublicationLink,
    StandardCatalogue,
    Topic,
)
from gongkai.organs.models import Organ
from tests.factories.organs import make_organ

_numbers = count(1)


def make_topic(code: str | None = None, *, parent: Topic | None = None, **fields: Any) -> Topic:
    """A topic of the two-level classification."""
    number = next(_numbers)
    return Topic.objects.create(
        code=code or f"T{number}", parent=parent, **{"name": f"测试主题{number}", **fields}
    )


def make_column(owner: Organ | None = None, **fields: Any) -> Column:
    """A column of the portal."""
    number = next(_numbers)
    return Column.objects.create(
        owner=owner or make_organ(),
        **{"slug": f"column-{number}", "title": f"测试栏目{number}", "kind": "notice", **fields},
    )


def make_field(code: str | None = None, **fields: Any) -> Field:
    number = next(_numbers)
    return Field.objects.create(
        code=code or f"F{number}", **{"name": f"测试领域{number}", "order": number, **fields}
    )


def make_catalogue(government: Organ | None = None, **fields: Any) -> StandardCatalogue:
    """A draft of 2020 of a government; `put_in_force` it when its entries are there."""
    defaults = {"year": 2020, "version": 1, "title": "测试市基层政务公开标准目录"}
    return StandardCatalogue.objects.create(
        organ=government or make_organ(), **{**defaults, **fields}
    )


def put_in_force(catalogue: StandardCatalogue, on: date = date(2020, 1, 1)) -> StandardCatalogue:
    """The version is in force; its entries can no longer be changed."""
    catalogue.state, catalogue.in_force_from = StandardCatalogue.State.IN_FORCE, on
    catalogue.save()
    return catalogue


def make_entry(
    catalogue: StandardCatalogue | None = None, *, field: Field | None = None, **fields: Any
) -> CatalogueEntry:
    """An entry of a draft: 20 working days from formation, county level."""
    number = next(_numbers)
    catalogue = catalogue or make_catalogue()
    defaults: dict[str, Any] = {
        "code": f"E-{number:04d}",
        "seq": number,
        "level1": "政策文件",
        "level2": f"测试事项{number}",
        "elements": "文件全文、有效性、解读",
        "basis": "政府信息公开条例",
        "time_limit_text": "信息形成或者变更之日起20个工作日内",
        "limit_days": 20,
        "day_type": "workday",
        "trigger": "信息形成或变更",
        "subject": "教育行政部门",
        "channels": ["政府网站"],
    }
    return CatalogueEntry.objects.create(
        catalogue=catalogue,
        field=field or make_field(),
        matter=Matter.objects.create(organ_id=catalogue.organ_id),
        **{**defaults, **fields},
    )


def make_duty(entry: CatalogueEntry, organ: Organ, **fields: Any) -> Duty:
    """The body has taken the entry on."""
    return Duty.objects.create(entry=entry, matter_id=entry.matter_id, organ=organ, **fields)


def make_adopted_entries(organ: Organ, number: int = 1, **fields: Any) -> list[CatalogueEntry]:
    """Entries in force of the catalogue of `organ`'s parent (or its own), taken on by it.

    Once a government: entries in force are fixed, and there is one catalogue in force.
    """
    catalogue = make_catalogue(organ.parent or organ)
    entries = [make_entry(catalogue, **fields) for _ in range(number)]
    put_in_force(catalogue)
    for entry in entries:
        make_duty(entry, organ)
    return entries


def make_adopted_entry(organ: Organ, **fields: Any) -> CatalogueEntry:
    """The one entry of such a catalogue."""
    return make_adopted_entries(organ, 1, **fields)[0]


def make_publication(
    organ: Organ, entry: CatalogueEntry, published_on: date, **fields: Any
) -> Publication:
    """A publication that answers one entry; no occasion is made or met by it."""
    number = next(_numbers)
    last = fields.pop("last_published_on", published_on)
    publication = Publication.objects.create(
        organ=organ,
        published_on=published_on,
        last_published_on=last,
        **{
            "source": "test",
            "source_id": str(number),
            "title": f"测试信息{number}",
            "formed_on": published_on,
            **fields,
        },
    )
    PublicationLink.objects.create(
        publication=publication,
        matter_id=entry.matter_id,
        organ=organ,
        published_on=published_on,
        last_published_on=last,
        withdrawn_on=publication.withdrawn_on,
    )
    return publication


def make_occasion(organ: Organ, entry: CatalogueEntry, **fields: Any) -> Occasion:
    """A document that came about on 2 March 2020 and is due on 30 March."""
    defaults: dict[str, Any] = {
        "kind": "formed",
        "label": "测试文件",
        "happened_on": date(2020, 3, 2),
        "opens_on": date(2020, 3, 2),
        "due_on": date(2020, 3, 30),
    }
    return Occasion.objects.create(
        organ=organ, matter_id=entry.matter_id, entry=entry, **{**defaults, **fields}
    )

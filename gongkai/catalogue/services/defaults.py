"""What a new city begins with: topics, fields, columns, and a standard catalogue to revise.

The packaged data (`gongkai/catalogue/data`) are a start, not the ministry guides: rows marked
待核 in 核对情况 must be held against them before the catalogue is put in force.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from gongkai.catalogue.models import CatalogueEntry, Column, Field, StandardCatalogue, Topic
from gongkai.catalogue.services.importing import import_entries
from gongkai.catalogue.services.versions import MANAGE, create_catalogue
from gongkai.catalogue.signals import column_changed
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise

DATA: Final = resources.files("gongkai.catalogue") / "data"
FIELD_COLUMN_AGE: Final = 366


@dataclass(frozen=True)
class Installed:
    """How many were added; what was there stays as it was."""

    topics: int
    fields: int
    columns: int
    entries: int
    catalogue: StandardCatalogue | None


def install_defaults(actor: Actor, government: Organ, *, year: int | None = None) -> Installed:
    """Topics, the 26 fields, the default columns and a draft catalogue are there. Idempotent.

    Columns belong to the government; those whose address is taken stay. The draft is made only
    where the government has no catalogue at all; its entries lead to the columns of their fields.
    """
    authorise(actor, MANAGE, government)
    with transaction.atomic():
        topics = _topics()
        fields = _fields()
        columns = _columns(government)
        catalogue, entries = _catalogue(actor, government, year or timezone.localdate().year)
        record(
            actor,
            "catalogue.defaults",
            chain=SITE_CHAIN,
            obj=government,
            changes={"topics": topics, "fields": fields, "columns": columns, "entries": entries},
        )
    return Installed(topics, fields, columns, entries, catalogue)


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text("utf-8"))


def _topics() -> int:
    known = {topic.code: topic for topic in Topic.objects.all()}
    before = len(known)
    for row in _toml("topics.toml")["topics"]:
        parent = known.get(row["code"])
        if parent is None:
            parent = known[row["code"]] = Topic.objects.create(code=row["code"], name=row["name"])
        new = [
            Topic(code=f"{row['code']}-{number:02d}", name=name, parent=parent)
            for number, name in enumerate(row["children"], start=1)
            if f"{row['code']}-{number:02d}" not in known
        ]
        Topic.objects.bulk_create(new)
        known.update({topic.code: topic for topic in new})
    return len(known) - before


def _fields() -> int:
    known = set(Field.objects.values_list("code", flat=True))
    rows = list(enumerate(_toml("fields.toml")["fields"], start=1))
    new = [Field(order=number, **row) for number, row in rows if row["code"] not in known]
    Field.objects.bulk_create(new)
    return len(new)


def _columns(government: Organ) -> int:
    known = {column.slug: column for column in Column.objects.all()}
    before = len(known)
    for number, row in enumerate(_toml("columns.toml")["columns"], start=1):
        parent = _column(known, government, row, None, number * 10, row["kind"])
        children = row.get("children", [])
        if children == "fields":
            children = [
                {
                    "slug": f"{row['slug']}-{field.code.lower()}",
                    "title": field.name,
                    "max_age_days": FIELD_COLUMN_AGE,
                    "description": row["child_description"].format(field=field.name),
                }
                for field in Field.objects.all()
            ]
        for place, child in enumerate(children, start=1):
            kind = child.get("kind", row["kind"])
            _column(known, government, child, parent, place * 10, kind)
    return len(known) - before


def _column(
    known: dict[str, Column],
    owner: Organ,
    row: dict[str, Any],
    parent: Column | None,
    order: int,
    kind: str,
) -> Column:
    column = known.get(row["slug"])
    if column is None:
        column = known[row["slug"]] = Column.objects.create(
            slug=row["slug"],
            title=row["title"],
            kind=kind,
            parent=parent,
            owner=owner,
            order=order,
            max_age_days=row.get("max_age_days"),
            description=row["description"],
        )
        column_changed.send(Column, column=column, old_slug="")
    return column


def _catalogue(actor: Actor, government: Organ, year: int) -> tuple[StandardCatalogue | None, int]:
    if StandardCatalogue.objects.filter(organ=government).exists():
        return None, 0
    catalogue = create_catalogue(actor, government, year=year)
    with resources.as_file(DATA / "catalogue.csv") as path:
        report = import_entries(actor, catalogue, Path(path), "catalogue.csv")
    columns = dict(Column.objects.filter(slug__startswith="zdly-").values_list("slug", "pk"))
    through = CatalogueEntry.columns.through
    through.objects.bulk_create(
        [
            through(catalogueentry_id=pk, column_id=columns[f"zdly-{code.lower()}"])
            for pk, code in catalogue.entries.values_list("pk", "field__code")
            if f"zdly-{code.lower()}" in columns
        ],
        batch_size=400,
    )
    return catalogue, report.created

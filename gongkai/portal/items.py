"""What the public reads of disclosed items. Only what is live is ever listed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from gongkai.catalogue.models import (
    CatalogueEntry,
    Column,
    Duty,
    DutyState,
    PublicationLink,
    StandardCatalogue,
    Topic,
)
from gongkai.disclosure.models import DisclosedItem
from gongkai.disclosure.presenting import WITH_VALIDITY
from gongkai.organs.models import Organ
from gongkai.statute import document_numbers
from gongkai.statute.validity import Validity, validity_on

SEARCH_CAP: Final = 1_000
"""A search for words shows no more than so many items: no index can count them."""
EVER: Final = datetime(1900, 1, 1, tzinfo=UTC)
LISTED: Final = (
    "title", "document_number", "document_kind", "published_at", "effective_from", "valid_until",
    "repealed_on", "amended_on", "organ__name", "organ__short_name", "column__title",
    "column__slug",
)  # fmt: skip


def live() -> QuerySet[DisclosedItem]:
    """Every item that is public now.

    Each of them has been published at some moment; saying so leads SQLite to the indexes over
    what is public, which answer a count or the newest few without looking at a row. Of two
    indexes on the same column it would take the plain one, and read every row for `live`.
    """
    found: QuerySet[DisclosedItem] = DisclosedItem.objects.filter(live=True, published_at__gt=EVER)
    return found


def listed(items: QuerySet[DisclosedItem]) -> QuerySet[DisclosedItem]:
    """Newest first, with what a row of a list shows and nothing more."""
    rows = items.select_related("organ", "column").only(*LISTED)
    return rows.order_by("-published_at", "-pk")


def once_public(key: int) -> DisclosedItem | None:
    """An item that is public, or was: what was never published does not exist here."""
    found: DisclosedItem | None = (
        DisclosedItem.objects.filter(pk=key, published_at__isnull=False)
        .select_related("organ", "column__parent", "topic__parent", "successor", "interprets")
        .prefetch_related("attachments__stored", "issuers", "traces")
        .first()
    )
    return found


# -- what narrows a list -------------------------------------------------------------------------
def in_column(items: QuerySet[DisclosedItem], column: Column) -> QuerySet[DisclosedItem]:
    """Items that stand in the column or one below it, or are mounted there."""
    # The tree of columns is four deep at most (`catalogue.services.columns`).
    above = Q(pk=column.pk) | Q(parent=column.pk)
    above |= Q(parent__parent=column.pk) | Q(parent__parent__parent=column.pk)
    columns = Column.objects.filter(above).values("pk")
    mounted = DisclosedItem.mounts.through.objects.filter(column__in=columns)
    return items.filter(Q(column__in=columns) | Q(pk__in=mounted.values("discloseditem_id")))


def in_year(items: QuerySet[DisclosedItem], year: int) -> QuerySet[DisclosedItem]:
    """Items published in the year."""
    zone = timezone.get_default_timezone()
    return items.filter(
        published_at__gte=datetime(year, 1, 1, tzinfo=zone),
        published_at__lt=datetime(year + 1, 1, 1, tzinfo=zone),
    )


def on_topic(items: QuerySet[DisclosedItem], topic: Topic) -> QuerySet[DisclosedItem]:
    """Items of the topic or of one below it."""
    return items.filter(Q(topic=topic.pk) | Q(topic__parent=topic.pk))


def with_validity(
    items: QuerySet[DisclosedItem], state: str, today: date
) -> QuerySet[DisclosedItem]:
    """Documents that stand so today: the rule of `statute.validity`, asked of the database."""
    repealed, expired = Q(repealed_on__lte=today), Q(valid_until__lte=today)
    by_expiry = expired & (~repealed | Q(valid_until__lt=F("repealed_on")))
    ended = repealed | expired
    pending, amended = Q(effective_from__gt=today), Q(amended_on__lte=today)
    conditions = {
        Validity.REPEALED: repealed & ~by_expiry,
        Validity.EXPIRED: by_expiry,
        Validity.PENDING: ~ended & pending,
        Validity.AMENDED: ~ended & ~pending & amended,
        Validity.IN_FORCE: ~ended & ~pending & ~amended,
    }
    return items.filter(conditions[Validity(state)], document_kind__in=WITH_VALIDITY)


def matching(items: QuerySet[DisclosedItem], words: str) -> QuerySet[DisclosedItem]:
    """Items with the words in their title, or with that document or index number."""
    number = document_numbers.normalise(words)
    found = Q(title__icontains=words) | Q(index_number__iexact=words)
    if number:
        found |= Q(document_number__contains=number)
    return items.filter(found)


def answering(items: QuerySet[DisclosedItem], code: str) -> QuerySet[DisclosedItem]:
    """Items that answer the matter which an entry in force has under this code."""
    matters = entries_in_force().filter(code=code).order_by().values("matter")
    answers = DisclosedItem.entries.through.objects.filter(catalogueentry__matter__in=matters)
    return items.filter(pk__in=answers.values("discloseditem_id"))


# -- what readers may choose ---------------------------------------------------------------------
def years() -> list[int]:
    """The years from the latest publication back to the first. One statement."""
    ends = live().aggregate(first=Min("published_at"), last=Max("published_at"))
    if ends["first"] is None:
        return []
    first, last = (timezone.localtime(ends[name]).year for name in ("first", "last"))
    return list(range(last, first - 1, -1))


def publishers(limit: int) -> list[Organ]:
    """Bodies with public items in the order of the tree; at most ``limit``."""
    items = live().filter(organ=OuterRef("pk")).order_by()
    return list(
        Organ.objects.filter(Exists(items))
        .select_related("parent")
        .defer("address", "phone", "email", "office_hours")
        .order_by("path")[:limit]
    )


def columns() -> list[Column]:
    """All columns, each top one before those below it. One statement."""
    rows = list(Column.objects.select_related("parent").order_by("order", "slug"))
    below: dict[int | None, list[Column]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    return [one for top in below.get(None, []) for one in (top, *below.get(top.pk, []))]


def topics() -> list[Topic]:
    """All topics with their superior ones, in the order of their codes."""
    return list(Topic.objects.select_related("parent").order_by("code"))


def marked(items: Iterable[DisclosedItem], today: date) -> list[DisclosedItem]:
    """The items with ``mark``: what a list says of a document that does not simply hold."""
    rows = list(items)
    for item in rows:
        state = validity_on(
            today,
            effective_from=item.effective_from,
            valid_until=item.valid_until,
            repealed_on=item.repealed_on,
            amended_on=item.amended_on,
        )
        item.mark = "" if state == Validity.IN_FORCE else state.label
    return rows


# -- the standard catalogue ----------------------------------------------------------------------
@dataclass(frozen=True)
class EntryRow:
    """One matter of the catalogue as the public reads it.

    ``bodies`` have taken it on, ``items`` answer it; ``latest`` is the day of the last one. With
    a body chosen all three are of that body, ``answer`` is what it said of the matter, and
    ``stated`` its statement that there is none of it, as far as that holds today.
    """

    entry: CatalogueEntry
    bodies: int
    items: int
    latest: date | None
    answer: str = ""
    stated: Duty | None = None


def catalogue_in_force() -> StandardCatalogue | None:
    """The catalogue of the highest government that has one in force."""
    return (
        StandardCatalogue.objects.filter(state=StandardCatalogue.State.IN_FORCE)
        .select_related("organ")
        .order_by("organ__depth", "organ__path")
        .first()
    )


def entries_in_force() -> QuerySet[CatalogueEntry]:
    """Entries of every catalogue in force, in the order of the official table."""
    return (
        CatalogueEntry.objects.filter(catalogue__state=StandardCatalogue.State.IN_FORCE)
        .select_related("field")
        .order_by("field__order", "seq", "pk")
    )


def catalogue_rows(catalogue: StandardCatalogue, organ: Organ | None = None) -> list[EntryRow]:
    """Every entry with what was published of it; three statements."""
    duties = Duty.objects.filter(entry__catalogue=catalogue)
    links = PublicationLink.objects.filter(
        withdrawn_on=None, matter__in=catalogue.entries.order_by().values("matter")
    )
    if organ is not None:
        duties, links = duties.filter(organ=organ), links.filter(organ=organ)
    taken: dict[int, list[str]] = {}
    stated: dict[int, Duty] = {}
    today = timezone.localdate()
    for duty in duties.only("entry_id", "state", "reason", "stated_on", "valid_until"):
        holds = duty.valid_until is None or duty.valid_until >= today
        taken.setdefault(duty.entry_id, []).append(
            duty.state if holds else str(DutyState.APPLICABLE)
        )
        if organ is not None and holds and duty.state != DutyState.APPLICABLE:
            stated[duty.entry_id] = duty
    published: dict[int, Any] = {
        row["matter"]: row
        for row in links.order_by()
        .values("matter")
        .annotate(number=Count("pk"), latest=Max("last_published_on"))
    }
    labels = dict(DutyState.choices)
    rows = []
    for entry in entries_in_force().filter(catalogue=catalogue):
        states = taken.get(entry.pk, [])
        if organ is not None and not states:
            continue
        found = published.get(entry.matter_id, {"number": 0, "latest": None})
        rows.append(
            EntryRow(
                entry,
                sum(state != DutyState.NOT_APPLICABLE for state in states),
                found["number"],
                found["latest"],
                labels[states[0]] if organ is not None else "",
                stated.get(entry.pk),
            )
        )
    return rows


def by_field(rows: Iterable[EntryRow]) -> list[tuple[str, list[EntryRow]]]:
    """The rows by field, in their order."""
    found: dict[str, list[EntryRow]] = {}
    for row in rows:
        found.setdefault(row.entry.field.name, []).append(row)
    return list(found.items())


def adopting(catalogue: StandardCatalogue) -> list[Organ]:
    """Bodies that have answered the catalogue, in the order of the tree."""
    duties = Duty.objects.filter(entry__catalogue=catalogue, organ=OuterRef("pk")).order_by()
    return list(Organ.objects.filter(Exists(duties)).select_related("parent").order_by("path"))

"""What was published, as the rooms above tell it.

These services are called inside the transaction in which the other room publishes or withdraws;
that room asked the policy and leaves the ledger entry. They are idempotent by (source, source_id).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gongkai.catalogue.models import (
    CatalogueEntry,
    Occasion,
    OccasionKind,
    Publication,
    PublicationLink,
)
from gongkai.catalogue.obligations import due_of, own_occasion
from gongkai.catalogue.services.settling import settle
from gongkai.organs.models import Organ
from gongkai.statute.workdays import WorkCalendar
from gongkai.workdays.queries import current_calendar

PORTION: Final = 1_000
"""Rows written together."""
OWN: Final = (OccasionKind.FORMED, OccasionKind.CHANGED)
"""What a publication itself is; the other kinds are met by it (`settle`)."""
_ELEMENTS = re.compile(r"[、;；,，/\n]+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True)
class PublicationRow:
    """The information of `source_id` is public since `published_on` and answers these entries.

    For a change `published_on` is the day on which the changed version went live; when it is told
    as the first day still, today counts. `text` is looked through for the entries' elements and
    not kept.
    """

    organ: Organ
    entry_ids: Iterable[int]
    source: str
    source_id: str
    title: str
    url: str = ""
    formed_on: date | None
    changed_on: date | None = None
    published_on: date
    text: str | None = None


@dataclass
class _Known:
    """A row with what the database has, or gets, for it."""

    row: PublicationRow
    publication: Publication
    former_organ: int | None
    entries: dict[int, CatalogueEntry]
    """By matter."""
    changed_on: date | None
    """The day of a change that is told for the first time."""
    changed_live: date | None


def record_publication(
    *,
    organ: Organ,
    entry_ids: Iterable[int],
    source: str,
    source_id: str,
    title: str,
    url: str = "",
    formed_on: date | None,
    changed_on: date | None = None,
    published_on: date,
    text: str | None = None,
) -> Publication:
    """One publication is told, or told again; see `PublicationRow` and `record_publications`."""
    row = PublicationRow(
        organ=organ,
        entry_ids=entry_ids,
        source=source,
        source_id=source_id,
        title=title,
        url=url,
        formed_on=formed_on,
        changed_on=changed_on,
        published_on=published_on,
        text=text,
    )
    return record_publications([row])[0]


def record_publications(rows: Iterable[PublicationRow]) -> list[Publication]:
    """The rows are public and answer their entries, as if told one after the other.

    What is told again corrects what is known: the first day of publication stays the earliest
    told, a new `changed_on` is a change with its own limit (Art. 26), entries no longer named are
    unlinked, a withdrawal is taken back. The number of statements does not grow with the rows
    of a portion.
    """
    found: list[Publication] = []
    organs: set[int] = set()
    matters: set[int] = set()
    with transaction.atomic():
        for portion in _portions(rows):
            known = _publications(portion)
            matters |= _link(known)
            moved = _follow(known)
            _own_occasions(known)
            organs |= moved | {one.row.organ.pk for one in known}
            found += [one.publication for one in known]
        if found:
            settle(organ_id__in=organs, matter_id__in=matters)
    return found


def withdraw_publication(source: str, source_id: str, on: date) -> None:
    """The information is no longer public from `on`; what it met in time stays met.

    Nothing happens when it was never told (an item without entries), or is withdrawn already.
    """
    with transaction.atomic():
        publication = (
            Publication.objects.select_for_update()
            .filter(source=source, source_id=str(source_id), withdrawn_on=None)
            .first()
        )
        if publication is None:
            return
        if on < publication.published_on:
            raise ValidationError("撤回日期不能早于公开日期，请核对。")
        publication.withdrawn_on = on
        publication.save(update_fields=["withdrawn_on"])
        publication.links.update(withdrawn_on=on)
        matters = list(publication.links.values_list("matter_id", flat=True))
        settle(organ_id=publication.organ_id, matter_id__in=matters)


def _portions(rows: Iterable[PublicationRow]) -> Iterator[list[PublicationRow]]:
    """Portions in which nothing is told twice: the second telling corrects the first."""
    portion: dict[tuple[str, str], PublicationRow] = {}
    for row in rows:
        key = row.source, str(row.source_id)
        if key in portion or len(portion) == PORTION:
            yield list(portion.values())
            portion = {}
        portion[key] = row
    if portion:
        yield list(portion.values())


def _publications(rows: Sequence[PublicationRow]) -> list[_Known]:
    """The rows' publications, written."""
    present = {
        (one.source, one.source_id): one
        for one in Publication.objects.select_for_update()
        .filter(
            source__in={row.source for row in rows},
            source_id__in={str(row.source_id) for row in rows},
        )
        .order_by("pk")
    }
    wanted = [list(row.entry_ids) for row in rows]
    entries = _entries_by_matter(wanted)
    known = [
        _corrected(row, present.get((row.source, str(row.source_id))), those)
        for row, those in zip(rows, entries, strict=True)
    ]
    Publication.objects.bulk_create(
        [one.publication for one in known if one.publication.pk is None]
    )
    Publication.objects.bulk_update(
        [one.publication for one in known if one.former_organ is not None],
        ["organ", "title", "url", "formed_on", "changed_on", "withdrawn_on", "published_on",
         "last_published_on"],
        batch_size=500,
    )  # fmt: skip
    return known


def _corrected(
    row: PublicationRow, known: Publication | None, entries: dict[int, CatalogueEntry]
) -> _Known:
    """The publication as the row tells it; nothing is written."""
    publication = known or Publication(
        source=row.source,
        source_id=str(row.source_id),
        published_on=row.published_on,
        last_published_on=row.published_on,
    )
    former_organ = known.organ_id if known else None
    changed_on = row.changed_on
    if known is not None and known.changed_on == changed_on:
        changed_on = None
    publication.organ = row.organ
    publication.title, publication.url = row.title[:200], row.url[:500]
    publication.formed_on = row.formed_on
    publication.changed_on = row.changed_on
    publication.withdrawn_on = None
    publication.published_on = min(publication.published_on, row.published_on)
    changed_live = None
    if known is not None and changed_on is not None:
        changed_live = row.published_on if row.published_on >= changed_on else timezone.localdate()
        publication.last_published_on = max(publication.last_published_on, changed_live)
    publication.last_published_on = max(publication.last_published_on, row.published_on)
    return _Known(row, publication, former_organ, entries, changed_on, changed_live)


def _entries_by_matter(wanted: Sequence[Sequence[int]]) -> list[dict[int, CatalogueEntry]]:
    """For each list the named entries as the catalogues in force have them now, one a matter."""
    named = {pk for those in wanted for pk in those}
    matters = CatalogueEntry.objects.filter(pk__in=named).values("matter")
    by_matter: dict[int, list[CatalogueEntry]] = defaultdict(list)
    matter_of: dict[int, int] = {}
    for entry in CatalogueEntry.objects.filter(matter__in=matters).select_related("catalogue"):
        by_matter[entry.matter_id].append(entry)
        matter_of[entry.pk] = entry.matter_id
    return [
        {
            matter: max(by_matter[matter], key=lambda entry: _rank(entry, those))
            for matter in dict.fromkeys(matter_of[pk] for pk in those if pk in matter_of)
        }
        for those in wanted
    ]


def _rank(entry: CatalogueEntry, wanted: Sequence[int]) -> tuple[bool, bool, int]:
    in_force = entry.catalogue.state == entry.catalogue.State.IN_FORCE
    return in_force, entry.pk in wanted, entry.pk


def _link(known: Sequence[_Known]) -> set[int]:
    """The links say what the publications say; returns every matter touched."""
    told_before = [one.publication.pk for one in known if one.former_organ is not None]
    former: dict[int, dict[int, PublicationLink]] = defaultdict(dict)
    if told_before:
        for link in PublicationLink.objects.filter(publication__in=told_before):
            former[link.publication_id][link.matter_id] = link
    gone: dict[tuple[int, int], PublicationLink] = {}
    links: list[PublicationLink] = []
    for one in known:
        publication = one.publication
        had = former.get(publication.pk, {})
        gone |= {
            (publication.pk, matter): link
            for matter, link in had.items()
            if matter not in one.entries
        }
        plain = None if one.row.text is None else _SPACES.sub("", one.row.text)
        for matter, entry in one.entries.items():
            found, total = _elements(entry, plain)
            if plain is None and matter in had:
                found, total = had[matter].elements_found, had[matter].elements_total
            links.append(
                PublicationLink(
                    publication=publication,
                    matter_id=matter,
                    organ_id=publication.organ_id,
                    published_on=publication.published_on,
                    last_published_on=publication.last_published_on,
                    withdrawn_on=None,
                    elements_found=found,
                    elements_total=total,
                )
            )
    if gone:
        _unlink(gone)
    PublicationLink.objects.bulk_create(
        links,
        update_conflicts=True,
        unique_fields=["publication", "matter"],
        update_fields=[
            "organ",
            "published_on",
            "last_published_on",
            "withdrawn_on",
            "elements_found",
            "elements_total",
        ],
    )
    return {matter for _, matter in gone} | {link.matter_id for link in links}


def _unlink(gone: dict[tuple[int, int], PublicationLink]) -> None:
    """These publications answer these matters no more, and are no occasions of theirs."""
    PublicationLink.objects.filter(pk__in=[link.pk for link in gone.values()]).delete()
    occasions = Occasion.objects.filter(
        publication__in={publication for publication, _ in gone}, kind__in=OWN
    ).values_list("pk", "publication_id", "matter_id")
    Occasion.objects.filter(
        pk__in=[pk for pk, publication, matter in occasions if (publication, matter) in gone]
    ).delete()


def _follow(known: Sequence[_Known]) -> set[int]:
    """What became another body's takes its own occasions along; returns the former bodies."""
    moved: dict[int, list[int]] = defaultdict(list)
    former: set[int] = set()
    for one in known:
        if one.former_organ not in (None, one.publication.organ_id):
            moved[one.publication.organ_id].append(one.publication.pk)
            former.add(one.former_organ)
    for organ, publications in moved.items():
        Occasion.objects.filter(publication__in=publications, kind__in=OWN).update(organ=organ)
    return former


def elements_of(entry: CatalogueEntry) -> list[str]:
    """The elements (要素) that the entry names, one by one."""
    return [part.strip() for part in _ELEMENTS.split(entry.elements) if part.strip()]


def _elements(entry: CatalogueEntry, plain: str | None) -> tuple[int | None, int | None]:
    """How many elements stand in a text without spaces, and of how many."""
    names = elements_of(entry)
    if plain is None or not names:
        return None, None
    return sum(_SPACES.sub("", name) in plain for name in names), len(names)


def _own_occasions(known: Sequence[_Known]) -> None:
    """The occasions that publications themselves are: they came about, they changed (Art. 26)."""
    calendar = current_calendar()
    existing: dict[tuple[int, int], list[Occasion]] = defaultdict(list)
    told_before = [one.publication.pk for one in known if one.former_organ is not None]
    for occasion in Occasion.objects.filter(
        Q(publication__in=told_before) | Q(fulfilled_on=None, empty_reason=""),
        organ__in={one.publication.organ_id for one in known},
        matter__in={matter for one in known for matter in one.entries},
        voided_at=None,
        kind__in=OWN,
    ).order_by("pk"):
        existing[occasion.organ_id, occasion.matter_id].append(occasion)
    met: list[Occasion] = []
    for one in known:
        publication = one.publication
        for matter, entry in one.entries.items():
            here = existing[publication.organ_id, matter]
            if own_occasion(entry.rule):
                formed = _find(here, OccasionKind.FORMED, publication, publication.formed_on)
                met.append(_met(formed, publication, entry, OccasionKind.FORMED,
                                publication.formed_on, publication.published_on,
                                calendar))  # fmt: skip
            if one.changed_on is not None:
                changed = _find(here, OccasionKind.CHANGED, publication, one.changed_on)
                if changed is None or changed.fulfilled_on is None:
                    live = one.changed_live or publication.published_on
                    met.append(_met(changed, publication, entry, OccasionKind.CHANGED,
                                    one.changed_on, live, calendar))  # fmt: skip
    Occasion.objects.bulk_create([occasion for occasion in met if occasion.pk is None])
    Occasion.objects.bulk_update(
        [occasion for occasion in met if occasion.pk is not None],
        ["label", "happened_on", "opens_on", "due_on", "due_provisional", "publication",
         "fulfilled_on"],
        batch_size=500,
    )  # fmt: skip


def _find(
    occasions: list[Occasion], kind: str, publication: Publication, happened_on: date | None
) -> Occasion | None:
    """The occasion that this publication is already, or one typed in before it and still open."""
    own = [o for o in occasions if o.kind == kind and o.publication_id == publication.pk]
    if kind == OccasionKind.CHANGED:
        own = [o for o in own if o.happened_on == happened_on]
    if own:
        return own[0]
    waiting = [
        o
        for o in occasions
        if o.kind == kind
        and o.is_open
        and o.happened_on is not None
        and o.happened_on <= publication.published_on
    ]
    same = [o for o in waiting if o.happened_on == happened_on]
    if same:
        return same[0]
    if happened_on is None and waiting:
        return min(waiting, key=lambda o: (o.happened_on or date.max, o.pk))
    return None


def _met(
    occasion: Occasion | None,
    publication: Publication,
    entry: CatalogueEntry,
    kind: str,
    happened_on: date | None,
    live: date,
    calendar: WorkCalendar,
) -> Occasion:
    """The occasion as the publication of that day has met it; nothing is written."""
    occasion = occasion or Occasion(
        organ=publication.organ, matter_id=entry.matter_id, entry=entry, kind=kind
    )
    occasion.label = occasion.label or publication.title
    occasion.happened_on = happened_on or occasion.happened_on
    occasion.opens_on = occasion.happened_on
    found = due_of(kind, entry.rule, occasion.happened_on, None, calendar)
    occasion.due_on = found.date if found else None
    occasion.due_provisional = bool(found and found.provisional)
    occasion.publication, occasion.fulfilled_on = publication, live
    return occasion

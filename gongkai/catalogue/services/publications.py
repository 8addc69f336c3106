"""What was published, as the rooms above tell it.

These two services are called inside the transaction in which the other room publishes or
withdraws; that room asked the policy and leaves the ledger entry. They are idempotent by
(source, source_id).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
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

_ELEMENTS = re.compile(r"[、;；,，/\n]+")


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
    """The information of `source_id` is public since `published_on` and answers these entries.

    Called again it corrects what is known: the first day of publication stays the earliest told,
    a new `changed_on` is a change with its own limit (Art. 26), entries no longer named are
    unlinked, a withdrawal is taken back. For a change `published_on` is the day on which the
    changed version went live; when it is told as the first day still, today counts. `text` is
    looked through for the entries' elements and not kept.
    """
    source_id = str(source_id)
    with transaction.atomic():
        known = (
            Publication.objects.select_for_update()
            .filter(source=source, source_id=source_id)
            .first()
        )
        publication = known or Publication(
            source=source,
            source_id=source_id,
            published_on=published_on,
            last_published_on=published_on,
        )
        former_organ = known.organ_id if known else None
        is_change = changed_on is not None and (known is None or known.changed_on != changed_on)
        publication.organ = organ
        publication.title, publication.url = title[:200], url[:500]
        publication.formed_on = formed_on
        publication.changed_on = changed_on
        publication.withdrawn_on = None
        publication.published_on = min(publication.published_on, published_on)
        changed_live = None
        if is_change and known is not None and changed_on is not None:
            changed_live = published_on if published_on >= changed_on else timezone.localdate()
            publication.last_published_on = max(publication.last_published_on, changed_live)
        publication.last_published_on = max(publication.last_published_on, published_on)
        publication.save()
        entries = _entries_by_matter(entry_ids)
        touched = _link(publication, entries, text)
        if former_organ not in (None, organ.pk):
            Occasion.objects.filter(
                publication=publication, kind__in=[OccasionKind.FORMED, OccasionKind.CHANGED]
            ).update(organ=organ)
            settle(organ_id=former_organ, matter_id__in=touched)
        _own_occasions(publication, entries, changed_on if is_change else None, changed_live)
        settle(organ_id=organ.pk, matter_id__in=touched)
    return publication


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


def _entries_by_matter(entry_ids: Iterable[int]) -> dict[int, CatalogueEntry]:
    """The named entries as the catalogues in force have them now, one a matter."""
    wanted = list(entry_ids)
    matters = CatalogueEntry.objects.filter(pk__in=wanted).values("matter")
    entries = CatalogueEntry.objects.filter(matter__in=matters).select_related("catalogue")
    found: dict[int, CatalogueEntry] = {}
    for entry in entries:
        best = found.get(entry.matter_id)
        if best is None or _rank(entry, wanted) > _rank(best, wanted):
            found[entry.matter_id] = entry
    return found


def _rank(entry: CatalogueEntry, wanted: list[int]) -> tuple[bool, bool, int]:
    in_force = entry.catalogue.state == entry.catalogue.State.IN_FORCE
    return in_force, entry.pk in wanted, entry.pk


def _link(
    publication: Publication, entries: dict[int, CatalogueEntry], text: str | None
) -> list[int]:
    """The links say what the publication says; returns every matter touched."""
    former = {link.matter_id: link for link in publication.links.all()}
    gone = set(former) - set(entries)
    if gone:
        PublicationLink.objects.filter(publication=publication, matter_id__in=gone).delete()
        Occasion.objects.filter(publication=publication, matter_id__in=gone).filter(
            kind__in=[OccasionKind.FORMED, OccasionKind.CHANGED]
        ).delete()
    links = []
    for matter_id, entry in entries.items():
        old = former.get(matter_id)
        found, total = _elements(entry, text)
        if text is None and old is not None:
            found, total = old.elements_found, old.elements_total
        links.append(
            PublicationLink(
                publication=publication,
                matter_id=matter_id,
                organ_id=publication.organ_id,
                published_on=publication.published_on,
                last_published_on=publication.last_published_on,
                withdrawn_on=None,
                elements_found=found,
                elements_total=total,
            )
        )
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
    return sorted(gone | set(entries))


def elements_of(entry: CatalogueEntry) -> list[str]:
    """The elements (要素) that the entry names, one by one."""
    return [part.strip() for part in _ELEMENTS.split(entry.elements) if part.strip()]


def _elements(entry: CatalogueEntry, text: str | None) -> tuple[int | None, int | None]:
    names = elements_of(entry)
    if text is None or not names:
        return None, None
    plain = re.sub(r"\s+", "", text)
    return sum(re.sub(r"\s+", "", name) in plain for name in names), len(names)


def _own_occasions(
    publication: Publication,
    entries: dict[int, CatalogueEntry],
    changed_on: date | None,
    changed_live: date | None,
) -> None:
    """The occasions that the publication itself is: it came about, it changed (Art. 26)."""
    calendar = current_calendar()
    existing = list(
        Occasion.objects.filter(
            organ=publication.organ, matter_id__in=entries, voided_at=None
        ).filter(kind__in=[OccasionKind.FORMED, OccasionKind.CHANGED])
    )
    for matter_id, entry in entries.items():
        here = [o for o in existing if o.matter_id == matter_id]
        if own_occasion(entry.rule):
            formed = _find(here, OccasionKind.FORMED, publication, publication.formed_on)
            _meet(formed, publication, entry, OccasionKind.FORMED, publication.formed_on,
                  publication.published_on, calendar)  # fmt: skip
        if changed_on is not None:
            changed = _find(here, OccasionKind.CHANGED, publication, changed_on)
            if changed is None or changed.fulfilled_on is None:
                live = changed_live or publication.published_on
                _meet(changed, publication, entry, OccasionKind.CHANGED, changed_on, live,
                      calendar)  # fmt: skip


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


def _meet(
    occasion: Occasion | None,
    publication: Publication,
    entry: CatalogueEntry,
    kind: str,
    happened_on: date | None,
    live: date,
    calendar: WorkCalendar,
) -> None:
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
    occasion.save()

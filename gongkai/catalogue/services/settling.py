"""Which publication meets which obligation, computed anew from the rows.

Assumption: the caller holds a transaction. Three statements read and one writes, whatever the
number of bodies and matters in the scope.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from gongkai.catalogue.models import CatalogueEntry, Occasion, OccasionKind, PublicationLink
from gongkai.catalogue.obligations import MATCHED, Published, Waiting, assign
from gongkai.statute.duties import Trigger

_Key = tuple[int, int]
UNKNOWN_REACH = timedelta(days=366)
"""A publication this long after the last approval needs another one to be judged by."""


def settle(**scope: Any) -> int:
    """Approvals, acts and periods of the scope are met by what was published; returns changes.

    `scope` filters on `organ_id` and `matter_id`, which occasions and links both have.
    """
    published = _published(scope)
    occasions: dict[_Key, list[Waiting]] = defaultdict(list)
    before: dict[int, tuple[date | None, int | None]] = {}
    unknown: dict[_Key, dict[int | None, int]] = defaultdict(dict)
    rows = Occasion.objects.filter(
        kind__in=MATCHED, voided_at=None, empty_reason="", **scope
    ).values_list(
        "pk", "organ_id", "matter_id", "kind", "opens_on", "due_on", "period_end",
        "fulfilled_on", "publication_id",
    )  # fmt: skip
    for pk, organ, matter, kind, opens, due_on, end, fulfilled, publication in rows.iterator():
        if opens is None:
            unknown[organ, matter][publication] = pk
            continue
        occasions[organ, matter].append(Waiting(pk, kind, opens, due_on, end))
        before[pk] = (fulfilled, publication)
    changed = []
    for key, those in occasions.items():
        assign(those, published.get(key, ()))
        for one in those:
            if before[one.pk] != (one.fulfilled_on, one.publication):
                changed.append(
                    Occasion(
                        pk=one.pk, fulfilled_on=one.fulfilled_on, publication_id=one.publication
                    )
                )
    Occasion.objects.bulk_update(changed, ["fulfilled_on", "publication"], batch_size=500)
    return len(changed) + _unknown_approvals(published, occasions, unknown)


def _published(scope: dict[str, Any]) -> dict[_Key, list[Published]]:
    found: dict[_Key, list[Published]] = defaultdict(list)
    links = PublicationLink.objects.filter(**scope).values_list(
        "organ_id", "matter_id", "publication_id", "published_on", "publication__formed_on",
        "withdrawn_on",
    )  # fmt: skip
    withdrawn: dict[int, date | None] = {}
    for organ, matter, publication, on, formed_on, withdrawn_on in links.iterator():
        found[organ, matter].append(Published(publication, on, formed_on, withdrawn_on))
        withdrawn[publication] = withdrawn_on
    versions = Occasion.objects.filter(
        kind=OccasionKind.CHANGED, voided_at=None, fulfilled_on__isnull=False, **scope
    ).values_list("organ_id", "matter_id", "publication_id", "fulfilled_on", "happened_on")
    for organ, matter, publication, live, happened_on in versions.iterator():
        if publication is not None and live is not None:
            found[organ, matter].append(
                Published(publication, live, happened_on, withdrawn.get(publication))
            )
    return found


def _unknown_approvals(
    published: dict[_Key, list[Published]],
    occasions: dict[_Key, list[Waiting]],
    unknown: dict[_Key, dict[int | None, int]],
) -> int:
    """Publications whose approval or act nobody entered: in time or not, nobody knows.

    They stand as occasions without a date, so that reports can count them apart.
    """
    matters = {matter for _, matter in (*published, *unknown)}
    by_matter = {
        entry.matter_id: entry
        for entry in CatalogueEntry.objects.filter(matter__in=matters).order_by("pk")
        if entry.rule.trigger in (Trigger.APPROVED, Trigger.ADVANCE)
    }
    wanted: list[Occasion] = []
    gone: list[int] = []
    for key in {*published, *unknown}:
        entry = by_matter.get(key[1])
        present = unknown.get(key, {})
        needed = _without_approval(published.get(key, []), occasions.get(key, [])) if entry else {}
        gone += [pk for publication, pk in present.items() if publication not in needed]
        for publication, on in needed.items():
            if publication not in present and entry is not None:
                is_act = entry.rule.trigger == Trigger.ADVANCE
                wanted.append(
                    Occasion(
                        organ_id=key[0],
                        matter_id=key[1],
                        entry=entry,
                        kind=OccasionKind.ACT if is_act else OccasionKind.APPROVED,
                        label="未登记实施日期" if is_act else "未登记批准（批复）日期",
                        publication_id=publication,
                        fulfilled_on=on,
                    )
                )
    Occasion.objects.filter(pk__in=gone).delete()
    Occasion.objects.bulk_create(wanted, batch_size=500)
    return len(gone) + len(wanted)


def _without_approval(published: list[Published], occasions: list[Waiting]) -> dict[int, date]:
    entered = [o for o in occasions if o.kind != OccasionKind.PERIOD]
    found: dict[int, date] = {}
    for one in published:
        near = any(
            o.publication == one.publication
            or o.opens_on <= one.on <= max(o.opens_on, o.due_on or o.opens_on) + UNKNOWN_REACH
            for o in entered
        )
        if not near and one.withdrawn_on is None:
            found[one.publication] = min(one.on, found.get(one.publication, one.on))
    return found

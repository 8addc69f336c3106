"""What a change of the calendar does to publication duties (contribution to `workdays`)."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from gongkai.catalogue.models import Occasion
from gongkai.catalogue.services.periods import due_asker, recompute_due_dates
from gongkai.ledger.actor import Actor
from gongkai.statute.workdays import WorkCalendar
from gongkai.workdays.moves import MovedDeadline


def moved(old: WorkCalendar, new: WorkCalendar) -> Iterator[MovedDeadline]:
    """Open obligations whose due date is not the same under both calendars; writes nothing."""
    waiting = (
        Occasion.objects.filter(voided_at=None, empty_reason="", fulfilled_on=None)
        .exclude(due_on=None)
        .select_related("entry", "organ")
        .order_by("pk")
    )
    before, after = due_asker(old), due_asker(new)
    for occasion in waiting.iterator(chunk_size=2000):
        was, becomes = before(occasion), after(occasion)
        if was is not None and becomes is not None and was.date != becomes.date:
            yield MovedDeadline(
                label=f"主动公开 {occasion.entry}",
                organ_name=occasion.organ.label,
                old=was.date,
                new=becomes.date,
                url=reverse("catalogue:occasion_detail", args=[occasion.pk]),
            )


def refresh(actor: Actor) -> int:
    """The due dates follow the calendar in force; returns how many rows changed."""
    return recompute_due_dates(actor)


sources = (moved,)
refreshers = (refresh,)

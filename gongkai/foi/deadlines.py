"""What a change of the calendar does to open requests (contribution to `workdays`)."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from gongkai.foi.caseclock import columns_of, read, to_event
from gongkai.foi.models import FoiRequest
from gongkai.foi.services import recompute_due_dates
from gongkai.ledger.actor import Actor
from gongkai.statute.clock import IllegalSequence
from gongkai.statute.workdays import WorkCalendar
from gongkai.workdays.moves import MovedDeadline


def moved(old: WorkCalendar, new: WorkCalendar) -> Iterator[MovedDeadline]:
    """Open requests whose due date is not the same under both calendars; writes nothing."""
    today = timezone.localdate()
    waiting = (
        FoiRequest.objects.filter(due_on__isnull=False)
        .select_related("organ")
        .prefetch_related("events")
        .order_by("pk")
    )
    for request in waiting.iterator(chunk_size=500):
        events = [to_event(event) for event in request.events.all()]
        try:
            before, after = (columns_of(read(events, c, today)).due_on for c in (old, new))
        except IllegalSequence:
            continue
        if before is not None and after is not None and before != after:
            yield MovedDeadline(
                label=f"政府信息公开申请 {request.number}",
                organ_name=request.organ.label,
                old=before,
                new=after,
                url=reverse("foi:request_detail", args=[request.pk]),
            )


def refresh(actor: Actor) -> int:
    """The index columns follow the calendar in force; returns how many rows changed."""
    return recompute_due_dates(actor).rows


sources = (moved,)
refreshers = (refresh,)

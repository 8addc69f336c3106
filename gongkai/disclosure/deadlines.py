"""What a change of the calendar does to the limits of drafts (contribution to `workdays`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from gongkai.disclosure import timeliness
from gongkai.disclosure.links import staff_url
from gongkai.disclosure.models import DisclosedItem
from gongkai.disclosure.queries import OPEN
from gongkai.statute.workdays import WorkCalendar
from gongkai.workdays.moves import MovedDeadline


def moved(old: WorkCalendar, new: WorkCalendar) -> Iterator[MovedDeadline]:
    """Drafts whose 20 working days (Art. 26) end on another day; writes nothing.

    Nothing is stored of these limits, so nothing has to be rebuilt. One statement.
    """
    ends: dict[date, tuple[date, date]] = {}
    running = (
        DisclosedItem.objects.filter(OPEN)
        .select_related("organ")
        .only("pk", "title", "formed_on", "changed_on", "organ__name", "organ__short_name")
        .order_by("pk")
    )
    for item in running.iterator(chunk_size=1000):
        start = timeliness.came_about(item)
        if start is None:
            continue
        if start not in ends:
            ends[start] = tuple(timeliness.due_on(start, each).date for each in (old, new))
        before, after = ends[start]
        if before != after:
            yield MovedDeadline(
                label=f"待公开：{item.title}",
                organ_name=item.organ.label,
                old=before,
                new=after,
                url=staff_url(item),
            )


sources = (moved,)

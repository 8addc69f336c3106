"""Rebuilding the index columns of open requests from their events, and of waiting intakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from gongkai.foi.caseclock import CHUNK, apply_columns, columns_from, read, readings
from gongkai.foi.models import FoiRequest, Intake
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import Act, record_many
from gongkai.organs.policy import authorise
from gongkai.statute.clock import IllegalSequence, Received
from gongkai.statute.workdays import WorkCalendar
from gongkai.workdays.queries import current_calendar


class MovedDue(NamedTuple):
    """One open request whose due date is another than the index said."""

    request_id: int
    organ_code: str
    organ_name: str
    number: str
    old: date | None
    new: date | None


class Unreadable(NamedTuple):
    """One open request whose events are not lawful by the calendar in force."""

    request_id: int
    organ_code: str
    organ_name: str
    number: str
    reason: str


@dataclass(frozen=True)
class Recomputed:
    """What a recomputation found. `rows`: how many index rows it changed in all.

    `shadows`: waiting intakes whose deadline, had the clock begun on arrival, is another now
    (`request_id` is the intake's).
    """

    moved: tuple[MovedDue, ...]
    unreadable: tuple[Unreadable, ...]
    rows: int
    looked_at: int
    shadows: tuple[MovedDue, ...] = ()


def recompute_due_dates(actor: Actor, *, dry_run: bool = False, ended: bool = False) -> Recomputed:
    """The index of every request that still waits follows from its events again.

    With `ended` also of those that wait for nothing any more: after an upgrade that brought a
    column, or when a calendar of the past was put right.

    A state that aged is brought up to date in silence; for due dates that moved there is one
    ledger entry a body. Whoever may change the calendar, the console and the system may do it.
    """
    authorise(actor, "calendar.manage")
    calendar, today = current_calendar(), timezone.localdate()
    moved: list[MovedDue] = []
    unreadable: list[Unreadable] = []
    rows = looked_at = 0
    with transaction.atomic():
        waiting = FoiRequest.objects.select_for_update(of=("self",)).order_by("pk")
        if not ended:
            waiting = waiting.filter(due_on__isnull=False)
        for request, reading in readings(waiting, calendar, today):
            looked_at += 1
            place = (request.pk, request.organ.code, request.organ.label, request.number)
            if isinstance(reading, IllegalSequence):
                unreadable.append(Unreadable(*place, str(reading)))
                continue
            old = request.due_on
            changed = apply_columns(request, columns_from(request, reading))
            if not changed:
                continue
            rows += 1
            if not dry_run:
                request.save(update_fields=changed)
            if "due_on" in changed:
                moved.append(MovedDue(*place, old, request.due_on))
        shadows = tuple(_shadows(calendar, today, keep=not dry_run))
        if not dry_run:
            numbers = Counter(move.organ_code for move in moved)
            intakes = Counter(move.organ_code for move in shadows)
            record_many(
                actor,
                [
                    Act(
                        "foi.recompute",
                        code,
                        changes={"moved": numbers[code]}
                        | ({"intakes": intakes[code]} if intakes[code] else {}),
                    )
                    for code in sorted({*numbers, *intakes})
                ],
            )
    return Recomputed(tuple(moved), tuple(unreadable), rows + len(shadows), looked_at, shadows)


def _shadows(calendar: WorkCalendar, today: date, *, keep: bool) -> Iterator[MovedDue]:
    """Waiting intakes whose shadow deadline moved; none of them is a request yet."""
    waiting = (
        Intake.objects.filter(state=Intake.State.WAITING)
        .select_for_update(of=("self",))
        .select_related("organ")
        .order_by("pk")
    )
    for intake in waiting.iterator(chunk_size=CHUNK):
        event = Received(on=intake.arrived_on, channel=intake.channel)
        due = read([event], calendar, today).due_on
        if due == intake.shadow_due_on:
            continue
        organ, old = intake.organ, intake.shadow_due_on
        if keep:
            intake.shadow_due_on = due
            intake.save(update_fields=["shadow_due_on"])
        yield MovedDue(intake.pk, organ.code, organ.label, intake.number, old, due)

"""From a request's events to the clock's reading, and from the reading to the index columns.

The only place where stored events meet `gongkai.statute.clock`: services write what
`columns_of` says, queries show what `read` gives.

The index columns are as of the day they were written. One of them can age by itself: a
consultation whose time has run out leaves the state "paused" until the request is touched or
`gongkai foi recompute` has run (daily); the due date does not depend on the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.db.models import QuerySet

from gongkai.foi.models import FoiEvent, FoiRequest
from gongkai.statute.clock import (
    ClockReading,
    ClockState,
    Decided,
    Event,
    FeePaymentEffect,
    IllegalSequence,
    event_from_json,
    read_clock,
)
from gongkai.statute.workdays import WorkCalendar, working_days_between

CHUNK = 500
WITHDRAWN_SUBTYPE = "withdrawn"
SUBTYPE = "subtype"
"""Key of an event's data: which variety of the outcome was decided."""

_CLOSING = {
    ClockState.CLOSED_NO_CORRECTION: ("OTHER_NO_SUPPLEMENT", ""),
    ClockState.CLOSED_NO_PAYMENT: ("OTHER_NO_PAYMENT", ""),
    ClockState.WITHDRAWN: ("OTHER_MISC", WITHDRAWN_SUBTYPE),
}


class IndexColumns(NamedTuple):
    """The columns of `FoiRequest` that follow from its events."""

    state: str
    outcome: str
    outcome_subtype: str
    decided_on: date | None
    due_on: date | None
    due_provisional: bool
    answered_late: bool | None
    result_days: int | None


def fee_payment_effect() -> FeePaymentEffect:
    """The site's reading of what a payment does to the clock (setting FEE_PAYMENT_EFFECT)."""
    return cast(FeePaymentEffect, settings.FEE_PAYMENT_EFFECT)


def to_event(stored: FoiEvent) -> Event:
    """The stored event as the clock's."""
    return event_from_json({**stored.data, "type": stored.type, "on": stored.on.isoformat()})


def read(events: Iterable[Event], calendar: WorkCalendar, today: date) -> ClockReading:
    """The clock's reading on `today`. Raises `IllegalSequence`."""
    return read_clock(events, calendar, today, fee_payment_effect=fee_payment_effect())


def columns_of(reading: ClockReading, subtype: str = "") -> IndexColumns:
    """What the index says of a case with this reading.

    The day that counts for table three is the day of the decision, of the lapse or of the
    withdrawal; a request withdrawn after its decision but before delivery ends as withdrawn
    [reading]. Where a review or a court had it answered anew, the first result stays the one
    that counts [reading]; `state` and `due_on` are those of the new answer. `subtype` is the
    variety that the first decision named.

    `answered_late` and `result_days` are of that first result: an answer is in time by the day on
    which it was delivered or posted (235号函), and the days run to the day that counts for the
    table, with those of 补正、征求意见 and 缴费 among them [reading].
    """
    case = reading.case.first_result
    outcome, decided_on = "", None
    if case.stage in _CLOSING:
        (outcome, subtype), decided_on = _CLOSING[case.stage], case.ended_on
    elif case.decision is not None:
        outcome, decided_on = case.decision.outcome, case.decision.on
    else:
        subtype = ""
    due_on = reading.due_on
    if due_on is None and reading.other_due is not None:
        due_on = reading.other_due.on
    return IndexColumns(
        state=reading.state.value,
        outcome=outcome,
        outcome_subtype=subtype,
        decided_on=decided_on,
        due_on=due_on,
        due_provisional=due_on is not None and reading.provisional,
        answered_late=case.answered_late,
        result_days=None
        if decided_on is None
        else working_days_between(case.received.on, decided_on, case.calendar).days,
    )


def subtype_in(events: Iterable[Mapping[str, Any]]) -> str:
    """The variety that the first decision among these events' data names."""
    return next((str(data[SUBTYPE]) for data in events if SUBTYPE in data), "")


def latest_result(events: Sequence[FoiEvent], reading: ClockReading) -> tuple[str, str]:
    """Outcome and variety of the answer in force: after a reopening the new one, "" while none.

    Screens and remedies go by it; the yearly figures go by the columns (`columns_of`).
    """
    case = reading.case
    if case.stage in _CLOSING:
        return _CLOSING[case.stage]
    if case.decision is None:
        return "", ""
    named = [event for event in events if event.type == Decided.type]
    return case.decision.outcome, str(named[-1].data.get(SUBTYPE, "")) if named else ""


def columns_now(request: FoiRequest) -> IndexColumns:
    """The index as it stands in the row."""
    return IndexColumns(*(getattr(request, name) for name in IndexColumns._fields))


def apply_columns(request: FoiRequest, columns: IndexColumns) -> Sequence[str]:
    """Set the columns on the object; the names of those that changed."""
    changed = [
        name for name in IndexColumns._fields if getattr(request, name) != getattr(columns, name)
    ]
    for name in changed:
        setattr(request, name, getattr(columns, name))
    return changed


def readings(
    requests: QuerySet[FoiRequest], calendar: WorkCalendar, today: date
) -> Iterator[tuple[FoiRequest, ClockReading | IllegalSequence]]:
    """Each request with its reading, or with the reason why its events are not lawful.

    Events that were lawful when they were recorded can stop being so when the calendar
    changes (a 补正 notice on what has become the eighth working day): such a case needs a
    person, not a crash. Streams; one statement for every 500 requests' events.
    """
    found = requests.select_related("organ").prefetch_related("events")
    for request in found.iterator(chunk_size=CHUNK):
        try:
            yield request, read(map(to_event, request.events.all()), calendar, today)
        except IllegalSequence as error:
            yield request, error


def columns_from(request: FoiRequest, reading: ClockReading) -> IndexColumns:
    """The index of a stored request (its events fetched) with this reading."""
    return columns_of(reading, subtype_in(event.data for event in request.events.all()))

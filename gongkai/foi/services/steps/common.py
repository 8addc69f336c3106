"""What the steps share: the case locked, the clock asked beforehand, texts checked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar, cast

from django.core.exceptions import ValidationError
from django.utils import timezone

from gongkai.foi.caseclock import read, to_event
from gongkai.foi.models import FoiRequest
from gongkai.foi.persons import refuse_personal
from gongkai.ledger.actor import Actor
from gongkai.organs.models import User
from gongkai.statute.clock import ClockReading, Event, EventError
from gongkai.workdays.queries import current_calendar

_E = TypeVar("_E", bound=Event)


def locked(request: FoiRequest) -> FoiRequest:
    """The case as it is now, its row locked until the transaction ends."""
    return (
        FoiRequest.objects.select_for_update(of=("self",))
        .select_related("organ")
        .get(pk=request.pk)
    )


def reading_now(request: FoiRequest, *more: Event, today: date | None = None) -> ClockReading:
    """The clock's reading, as if `more` had happened as well. Raises `IllegalSequence`."""
    events = [*map(to_event, request.events.order_by("seq")), *more]
    return read(events, current_calendar(), today or timezone.localdate())


def stated(text: str, name: str, message: str, *, limit: int = 500) -> str:
    """A reason that is kept in clear: there, short enough, and naming nobody's numbers."""
    text = " ".join(text.split())
    if not text:
        raise ValidationError({name: message})
    if len(text) > limit:
        raise ValidationError({name: f"有{len(text)}个字，最多{limit}个字，请精简。"})
    refuse_personal(**{name: text})
    return text


def user_of(actor: Actor) -> User | None:
    """The account behind an act; None at the console."""
    return cast("User | None", actor.user)


def made(event: Callable[[], _E], name: str) -> _E:
    """The event, or a ValidationError of that field where its days or numbers cannot be."""
    try:
        return event()
    except EventError as error:
        raise ValidationError({name: f"{error}。请核对。"}) from error


def not_in_future(on: date, name: str = "on") -> None:
    """Raise ValidationError for a day after today."""
    today = timezone.localdate()
    if on > today:
        raise ValidationError({name: f"日期 {on} 晚于今天（{today}），请核对。"})

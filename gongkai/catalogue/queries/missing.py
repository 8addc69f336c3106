"""The lists behind the figures: what is missing, late, and soon due."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import (
    Case,
    DateField,
    Exists,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from gongkai.catalogue.models import (
    Duty,
    DutyState,
    Occasion,
    PublicationLink,
    StandardCatalogue,
)
from gongkai.catalogue.queries.coverage import Window, catalogues_on

UNMET = Q(fulfilled_on=None, voided_at=None, empty_reason="")
"""Obligations that still wait for a publication."""


def duties_on(day: date) -> QuerySet[Duty]:
    """Answers to the entries of the catalogues that were in force on the day."""
    return Duty.objects.filter(
        entry__catalogue__in=StandardCatalogue.objects.filter(catalogues_on(day)).values("pk")
    )


def with_latest(duties: QuerySet[Duty], day: date) -> QuerySet[Duty]:
    """Each duty with `latest`, the day of the last valid publication; None without one."""
    links = _valid_links(day).filter(organ=OuterRef("organ"), matter=OuterRef("matter"))
    latest = links.order_by().values("matter").annotate(last=Max("last_published_on"))
    return duties.annotate(latest=Subquery(latest.values("last")))


def missing_duties(window: Window) -> QuerySet[Duty]:
    """Duties that apply, and are neither published in the window nor stated to be empty.

    The same rows that `coverage` counts as missing.
    """
    day = window.as_of
    holds = Q(stated_on__lte=day, valid_until__gte=day)
    cutoff = Case(
        *(When(entry__cycle=c, then=Value(d)) for c, d in window.cutoffs().items()),
        default=Value(date.min),
        output_field=DateField(),
    )
    published = _valid_links(day).filter(
        organ=OuterRef("organ"),
        matter=OuterRef("matter"),
        last_published_on__gte=OuterRef("cutoff"),
    )
    return (
        duties_on(day)
        .exclude(holds, state__in=[DutyState.EMPTY, DutyState.NOT_APPLICABLE])
        .annotate(cutoff=cutoff)
        .exclude(Exists(published))
    )


def _valid_links(day: date) -> QuerySet[PublicationLink]:
    return PublicationLink.objects.filter(
        Q(withdrawn_on=None) | Q(withdrawn_on__gt=day), published_on__lte=day
    )


def obligations(window: Window, state: str = "") -> QuerySet[Occasion]:
    """Obligations of the period, those of a state: overdue, late, on_time, pending, unknown, closed.

    The same rows that `coverage` counts.
    """
    found = Occasion.objects.filter(voided_at=None).filter(
        Q(due_on__range=(window.start, window.end))
        | Q(due_on=None, fulfilled_on__range=(window.start, window.end))
    )
    return found.filter(state_filter(state, window.today)) if state else found


def state_filter(state: str, today: date) -> Q:
    """The condition of a state of obligations. Raises ValueError for an unknown one."""
    from django.db.models import F

    conditions: dict[str, Q] = {
        "overdue": UNMET & Q(due_on__lt=today),
        "pending": UNMET & Q(due_on__gte=today),
        "late": Q(fulfilled_on__gt=F("due_on"), empty_reason=""),
        "on_time": Q(fulfilled_on__lte=F("due_on"), empty_reason=""),
        "unknown": Q(due_on=None, voided_at=None),
        "closed": ~Q(empty_reason=""),
    }
    try:
        return conditions[state]
    except KeyError:
        raise ValueError(f"未知的状态：{state}") from None


STATES = {
    "overdue": "逾期未公开",
    "pending": "未到期",
    "late": "逾期公开",
    "on_time": "按时公开",
    "unknown": "是否按时不明",
    "closed": "本期无",
}
"""States of obligations in words."""


def state_of(occasion: Occasion, today: date) -> str:
    """The state of one obligation, as `STATES` names it."""
    if occasion.voided_at is not None:
        return "voided"
    if occasion.empty_reason:
        return "closed"
    if occasion.due_on is None:
        return "unknown"
    if occasion.fulfilled_on is None:
        return "overdue" if occasion.due_on < today else "pending"
    return "late" if occasion.fulfilled_on > occasion.due_on else "on_time"


def state_words(occasion: Any, today: date) -> str:
    """The state in words, with the days late."""
    state = state_of(occasion, today)
    days = occasion.days_late(today)
    words = STATES.get(state, "已作废")
    return f"{words}{days}天" if days else words

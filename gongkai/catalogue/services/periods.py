"""Obligations that recur: every period of a periodic entry is one, and has its due date.

They are rows, not truth: `open_periods` makes those that are missing, `recompute_due_dates`
rebuilds due dates after the calendar changed. Statements are counted by cycles and periods, never
by bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from gongkai.catalogue.models import (
    CatalogueEntry,
    Duty,
    DutyState,
    Occasion,
    OccasionKind,
    StandardCatalogue,
)
from gongkai.catalogue.obligations import due_of
from gongkai.catalogue.services.settling import settle
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.statute.duties import MONTHS, DueDate, Period, Rule, opens_on, period_due, periods
from gongkai.statute.workdays import WorkCalendar
from gongkai.workdays.queries import current_calendar

NEXT_YEAR_FROM: Final = (12, 1)
"""From this day on next year's periods are opened as well."""


def open_periods(actor: Actor, today: date | None = None) -> int:
    """Every periodic duty in force has its periods of this year; returns how many were opened."""
    authorise(actor, "catalogue.manage")
    with transaction.atomic():
        number = open_periods_of(Duty.objects.all(), today or timezone.localdate())
        record(actor, "catalogue.periods", chain=SITE_CHAIN, changes={"opened": number})
    return number


def open_periods_of(duties: QuerySet[Duty], today: date) -> int:
    """The periods of these duties from the day their catalogue came into force to this year's end.

    Assumption: the caller holds a transaction, authorised and records. A period due before the
    catalogue was in force makes no obligation. While a statement 不涉及 holds none is opened;
    under 本期无 it is opened as closed with that reason.
    """
    calendar = current_calendar()
    in_force = duties.filter(
        entry__catalogue__state=StandardCatalogue.State.IN_FORCE, entry__cycle__in=list(MONTHS)
    )
    rules = _rules(in_force)
    if not rules:
        return 0
    opened = 0
    since: date | None = None
    for year in range(_first_year(in_force, today), _last_year(today) + 1):
        for cycle in sorted({rule.cycle for rule in rules.values()}):
            for period in periods(cycle, year):
                number, first = _open(in_force, rules, cycle, period, calendar)
                opened += number
                since = min(filter(None, (since, first)), default=None)
    if opened and since is not None:
        _settle_since(in_force, since)
    return opened


def _first_year(duties: QuerySet[Duty], today: date) -> int:
    first = (
        duties.order_by("entry__catalogue__in_force_from")
        .values_list("entry__catalogue__in_force_from", flat=True)
        .first()
    )
    # A school year begins in the year before.
    return (first or today).year - 1


def _last_year(today: date) -> int:
    return today.year + ((today.month, today.day) >= NEXT_YEAR_FROM)


def _rules(duties: QuerySet[Duty]) -> dict[int, Rule]:
    """Entry → rule, for the entries that some of the duties are about."""
    entries = CatalogueEntry.objects.filter(pk__in=duties.values("entry"))
    return {entry.pk: entry.rule for entry in entries}


def _open(
    duties: QuerySet[Duty],
    rules: dict[int, Rule],
    cycle: str,
    period: Period,
    calendar: WorkCalendar,
) -> tuple[int, date | None]:
    there = Occasion.objects.filter(
        organ=OuterRef("organ"),
        matter=OuterRef("matter"),
        kind=OccasionKind.PERIOD,
        period_start=period.start,
        period_end=period.end,
    )
    rows = (
        duties.filter(entry__cycle=cycle)
        .exclude(Exists(there))
        .values_list(
            "organ_id", "matter_id", "entry_id", "state", "stated_on", "valid_until", "reason",
            "entry__catalogue__in_force_from", "organ__established_on", "organ__abolished_on",
        )
    )  # fmt: skip
    dues: dict[Rule, DueDate] = {}
    made: list[Occasion] = []
    for (organ, matter, entry, state, stated_on, valid_until, reason, in_force_from, established,
         abolished) in rows.iterator():  # fmt: skip
        rule = rules[entry]
        found = dues.get(rule)
        if found is None:
            found = dues[rule] = period_due(rule, period, calendar)
        if (in_force_from and found.date < in_force_from) or (
            established and found.date < established
        ):
            continue
        if abolished is not None and found.date >= abolished:
            continue
        covered = (
            state != DutyState.APPLICABLE
            and stated_on is not None
            and valid_until is not None
            and stated_on <= found.date <= valid_until
        )
        if covered and state == DutyState.NOT_APPLICABLE:
            continue
        made.append(
            Occasion(
                organ_id=organ,
                matter_id=matter,
                entry_id=entry,
                kind=OccasionKind.PERIOD,
                label=period.label,
                opens_on=opens_on(rule, period),
                period_start=period.start,
                period_end=period.end,
                due_on=found.date,
                due_provisional=found.provisional,
                empty_reason=reason if covered else "",
            )
        )
    Occasion.objects.bulk_create(made, batch_size=1000, ignore_conflicts=True)
    first = min((o.opens_on for o in made if o.opens_on), default=None)
    return len(made), first


def _settle_since(duties: QuerySet[Duty], since: date) -> None:
    """Publications that came before the periods were opened meet them now."""
    organs = duties.values("organ")
    matters = duties.values("matter")
    settle(organ_id__in=organs, matter_id__in=matters)


# -- due dates -------------------------------------------------------------------------------


def recompute_due_dates(actor: Actor) -> int:
    """Due dates of open and of provisional obligations follow the calendar in force.

    Whoever may change the calendar, the console and the system may do it.
    """
    authorise(actor, "calendar.manage")
    with transaction.atomic():
        changed = [
            occasion
            for occasion, found in dues_under(current_calendar())
            if _apply(occasion, found)
        ]
        Occasion.objects.bulk_update(changed, ["due_on", "due_provisional"], batch_size=500)
        if changed:
            record(actor, "catalogue.recompute", chain=SITE_CHAIN, changes={"rows": len(changed)})
    return len(changed)


def dues_under(calendar: WorkCalendar) -> Iterator[tuple[Occasion, DueDate]]:
    """Obligations that a change of the calendar may move, with their due date under `calendar`."""
    rows = (
        Occasion.objects.filter(voided_at=None, empty_reason="")
        .filter(Q(fulfilled_on=None) | Q(due_provisional=True))
        .exclude(due_on=None)
        .select_related("entry")
        .order_by("pk")
    )
    ask = due_asker(calendar)
    for occasion in rows.iterator(chunk_size=2000):
        found = ask(occasion)
        if found is not None:
            yield occasion, found


def due_asker(calendar: WorkCalendar) -> Callable[[Occasion], DueDate | None]:
    """`due_of` for occasions, each distinct question asked once."""
    known: dict[tuple[object, ...], DueDate | None] = {}

    def ask(occasion: Occasion) -> DueDate | None:
        period = None
        if occasion.period_start is not None and occasion.period_end is not None:
            period = Period(occasion.label, occasion.period_start, occasion.period_end)
        rule = occasion.entry.rule
        key = (occasion.kind, rule, occasion.happened_on, period)
        if key not in known:
            known[key] = due_of(occasion.kind, rule, occasion.happened_on, period, calendar)
        return known[key]

    return ask


def _apply(occasion: Occasion, found: DueDate) -> bool:
    if (occasion.due_on, occasion.due_provisional) == (found.date, found.provisional):
        return False
    occasion.due_on, occasion.due_provisional = found.date, found.provisional
    return True

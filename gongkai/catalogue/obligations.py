"""From a row of this room to the law: the due date of an occasion, and which publication meets it.

No database here: `services` reads, asks these functions, and writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gongkai.catalogue.models import OccasionKind
from gongkai.statute.duties import (
    DueDate,
    Period,
    Rule,
    Trigger,
    due,
    period_due,
)
from gongkai.statute.workdays import WorkCalendar

KIND_BY_TRIGGER = {Trigger.APPROVED: OccasionKind.APPROVED, Trigger.ADVANCE: OccasionKind.ACT}
"""What a person enters by hand for matters whose limit does not start with the text itself."""

MATCHED = (OccasionKind.APPROVED, OccasionKind.ACT, OccasionKind.PERIOD)
"""Occasions that exist before the publication that meets them."""

ACT_LEAD = timedelta(days=366)
"""How long before an act its announcement may have been published."""


@dataclass
class Waiting:
    """An occasion that a publication may meet."""

    pk: int
    kind: str
    opens_on: date
    due_on: date | None
    period_end: date | None = None
    fulfilled_on: date | None = None
    publication: int | None = None


@dataclass(frozen=True)
class Published:
    """A publication, or a later version of one, on its day."""

    publication: int
    on: date
    formed_on: date | None = None
    withdrawn_on: date | None = None


def due_of(
    kind: str,
    rule: Rule,
    happened_on: date | None,
    period: Period | None,
    calendar: WorkCalendar,
) -> DueDate | None:
    """The due date of an occasion under the rule of its entry; None while its day is unknown."""
    if kind == OccasionKind.PERIOD:
        return period_due(rule, period, calendar) if period is not None else None
    if happened_on is None:
        return None
    if kind == OccasionKind.ACT:
        ahead = rule if rule.trigger == Trigger.ADVANCE else Rule(trigger=Trigger.ADVANCE)
        return due(ahead, happened_on, calendar)
    if rule.trigger in (Trigger.PERIOD_END, Trigger.ADVANCE):
        # What is entered beside the rule of the entry follows the law itself (Art. 26).
        return due(Rule(), happened_on, calendar)
    if kind == OccasionKind.CHANGED and rule.trigger == Trigger.APPROVED:
        return due(Rule(), happened_on, calendar)
    return due(rule, happened_on, calendar)


def own_occasion(rule: Rule) -> bool:
    """Whether a new publication is itself the occasion (信息形成), by the rule of its entry."""
    return rule.trigger == Trigger.FORMED


def opening(kind: str, happened_on: date | None) -> date | None:
    """The first day on which a publication can meet an occasion entered by hand."""
    if happened_on is None:
        return None
    return happened_on - ACT_LEAD if kind == OccasionKind.ACT else happened_on


def assign(occasions: Sequence[Waiting], published: Iterable[Published]) -> None:
    """Set `fulfilled_on` and `publication` of the occasions of one body and matter.

    Each publication meets at most one occasion of a kind: the earliest open one that is not yet
    due, else the latest open one that is overdue. It reaches back behind one that is already met
    only when it came about before the end of that earlier period: otherwise a second item of the
    new quarter would pass for the missing one of the last. The outcome depends on the rows alone,
    not on the order in which they were entered.
    """
    for kind in MATCHED:
        those = sorted(
            (o for o in occasions if o.kind == kind), key=lambda o: (o.due_on or date.max, o.pk)
        )
        for occasion in those:
            occasion.fulfilled_on = occasion.publication = None
        if those:
            for one in sorted(published, key=lambda p: (p.on, p.publication)):
                target = _target(those, one)
                if target is not None:
                    target.fulfilled_on, target.publication = one.on, one.publication


def _target(occasions: Sequence[Waiting], one: Published) -> Waiting | None:
    reachable = [
        o
        for o in occasions
        if o.opens_on <= one.on
        and (one.withdrawn_on is None or (o.due_on is not None and one.withdrawn_on > o.due_on))
    ]
    not_due = [o for o in reachable if o.due_on is not None and o.due_on >= one.on]
    for occasion in not_due:
        if occasion.fulfilled_on is None:
            return occasion
    late = [o for o in reachable if o not in not_due and o.fulfilled_on is None]
    if not_due or (late and late[-1] is not reachable[-1]):
        late = [
            o
            for o in late
            if one.formed_on is not None and one.formed_on <= (o.period_end or o.opens_on)
        ]
    return late[-1] if late else None

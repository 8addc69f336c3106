"""What must hold of every lawful case: the invariants of the statutory clock.

Cases are walks: a receipt, then events drawn at random, of which the rules keep the lawful ones.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gongkai.statute.clock import (
    CHANNELS,
    EVENT_TYPES,
    ClockReading,
    ClockState,
    CorrectionLapsed,
    CorrectionReceived,
    CorrectionRequested,
    Decided,
    DelayStated,
    Delivered,
    Event,
    Extended,
    FeeLapsed,
    FeeNoticed,
    FeePaid,
    IllegalSequence,
    OrganAnswered,
    OrganConsulted,
    Received,
    Reopened,
    ThirdPartyAnswered,
    ThirdPartyConsulted,
    Withdrawn,
    event_from_json,
    event_to_json,
    read_clock,
)
from gongkai.statute.workdays import DayStatus, WorkCalendar
from tests.statute import plain_count
from tests.statute.calendars import CALENDAR

DAY = timedelta(days=1)
REFS = st.sampled_from(["甲", "乙", "丙"])
SMALL = st.integers(1, 40)

DRAWN: dict[type[Event], Callable[[date, Any], Event]] = {
    CorrectionRequested: lambda on, draw: CorrectionRequested(
        on, days=draw(st.none() | st.integers(1, 20))
    ),
    CorrectionReceived: lambda on, draw: CorrectionReceived(on, draw(st.booleans())),
    CorrectionLapsed: lambda on, draw: CorrectionLapsed(on),
    ThirdPartyConsulted: lambda on, draw: ThirdPartyConsulted(
        on, draw(REFS), draw(st.none() | st.integers(0, 6).map(lambda n: on + DAY * n))
    ),
    ThirdPartyAnswered: lambda on, draw: ThirdPartyAnswered(on, draw(REFS)),
    OrganConsulted: lambda on, draw: OrganConsulted(on, draw(REFS)),
    OrganAnswered: lambda on, draw: OrganAnswered(on, draw(REFS)),
    Extended: lambda on, draw: Extended(on, draw(st.integers(1, 20))),
    DelayStated: lambda on, draw: DelayStated(on, on + DAY * draw(SMALL)),
    FeeNoticed: lambda on, draw: FeeNoticed(on, draw(st.sampled_from([100, 500]))),
    FeePaid: lambda on, draw: FeePaid(on, draw(st.none() | st.sampled_from([60, 500]))),
    FeeLapsed: lambda on, draw: FeeLapsed(on),
    Decided: lambda on, draw: Decided(on, "GRANT"),
    Delivered: lambda on, draw: Delivered(on),
    Withdrawn: lambda on, draw: Withdrawn(on),
    Reopened: lambda on, draw: Reopened(on, draw(st.none() | SMALL.map(lambda n: on + DAY * n))),
}
#: The last ones end a case: drawn less often, so that walks grow long.
KINDS = st.sampled_from([*list(DRAWN)[:12] * 2, *DRAWN])


@dataclass(frozen=True)
class Walk:
    events: tuple[Event, ...]
    today: date
    effect: Any

    def read(self, **changes: Any) -> ClockReading:
        other = replace(self, **changes)
        return read_clock(other.events, CALENDAR, other.today, fee_payment_effect=other.effect)


@st.composite
def walks(draw: st.DrawFn, *, strictly_later: bool = False) -> Walk:
    on = draw(st.dates(date(2021, 1, 1), date(2025, 6, 30)))
    effect = draw(st.sampled_from(["restart", "resume"]))
    arrived = draw(st.none() | st.integers(0, 4).map(lambda n: on - DAY * n))
    events: list[Event] = [Received(on, draw(st.sampled_from(list(CHANNELS))), arrived)]
    for kind in draw(st.lists(KINDS, max_size=14)):
        on += DAY * draw(st.integers(1 if strictly_later else 0, 9))
        event = DRAWN[kind](on, draw)
        try:
            read_clock([*events, event], CALENDAR, on, fee_payment_effect=effect)
        except IllegalSequence:
            continue
        events.append(event)
    return Walk(tuple(events), on + DAY * draw(st.integers(0, 60)), effect)


@given(walks())
def test_a_plain_count_comes_to_the_same_figures(walk: Walk) -> None:
    reading = walk.read()
    assert plain_count.count(list(walk.events), walk.today, walk.effect) == (
        reading.due_on,
        reading.days_used,
        reading.days_left,
    )


@given(walks())
def test_a_plain_count_agrees_where_the_answer_counts_from_its_decision(walk: Walk) -> None:
    reading = read_clock(
        walk.events,
        CALENDAR,
        walk.today,
        fee_payment_effect=walk.effect,
        answered_by="decided",
    )
    assert plain_count.count(list(walk.events), walk.today, walk.effect, "decided") == (
        reading.due_on,
        reading.days_used,
        reading.days_left,
    )


@given(walks())
def test_nothing_waits_for_ever(walk: Walk) -> None:
    reading = walk.read()
    if not reading.state.is_final:
        assert reading.due_on or reading.other_due
    if reading.state in (ClockState.AWAITING_CORRECTION, ClockState.AWAITING_PAYMENT):
        assert reading.due_on is None
        assert reading.other_due
    if reading.state in (ClockState.RUNNING, ClockState.PAUSED):
        assert reading.due_on
    assert (reading.days_left is None) is (reading.due_on is None)


@given(walks())
def test_used_and_left_are_the_whole_period(walk: Walk) -> None:
    reading = walk.read()
    period = reading.case.period
    if reading.due_on and not period.delays:
        extension = period.extension.days if period.extension else 0
        assert reading.days_left is not None
        assert reading.days_used + reading.days_left == 20 + extension
        assert CALENDAR.day(reading.due_on).is_working


@given(walks())
def test_segments_are_every_day_once_and_add_up(walk: Walk) -> None:
    reading = walk.read()
    parts = reading.segments
    assert parts[0].first == parts[0].last == walk.events[0].on
    for before, after in pairwise(parts):
        assert before.last + DAY == after.first
        assert after.first <= after.last
    counted = [part for part in parts if part.counts and not part.future]
    assert sum(part.working_days for part in counted) == reading.days_used
    assert all(part.future is (part.first > walk.today) for part in parts)
    if not reading.state.is_final and reading.case.decision is None:
        assert parts[-1].last >= walk.today
    if reading.due_on and reading.due_on >= walk.today and not reading.case.period.delays:
        ahead = [part for part in parts if part.counts and part.future]
        assert sum(part.working_days for part in ahead) == reading.days_left
        assert parts[-1].last == reading.due_on
    assert all(part.why and part.article for part in parts)


@given(walks(strictly_later=True), st.randoms())
def test_the_order_of_recording_does_not_matter(walk: Walk, random: Any) -> None:
    shuffled = tuple(random.sample(walk.events, len(walk.events)))
    assert walk.read(events=shuffled) == walk.read()


@given(walks(), st.integers(0, 120))
def test_the_clock_of_an_earlier_day_knows_nothing_of_later_events(walk: Walk, n: int) -> None:
    then = walk.events[0].on + DAY * n
    known = tuple(event for event in walk.events if event.on <= then)
    reading = walk.read(today=then)
    assert replace(reading, later_events=0) == walk.read(events=known, today=then)
    assert reading.later_events == len(walk.events) - len(known)


@given(walks())
def test_days_used_never_shrink_while_nothing_happens(walk: Walk) -> None:
    today, later = walk.read(), walk.read(today=walk.today + DAY)
    assert today.days_used <= later.days_used <= today.days_used + 1
    if today.due_on and today.days_left is not None and later.days_left is not None:
        assert later.due_on == today.due_on
        assert today.days_left - 1 <= later.days_left <= today.days_left


class WithHoliday:
    """Another calendar with one more day off."""

    def __init__(self, other: WorkCalendar, off: date) -> None:
        self.other, self.off = other, off

    def day(self, on: date) -> DayStatus:
        status = self.other.day(on)
        return status._replace(is_working=status.is_working and on != self.off)


@given(walks(), st.integers(1, 150))
def test_a_new_holiday_never_makes_a_deadline_earlier(walk: Walk, n: int) -> None:
    before = walk.read()
    calendar = WithHoliday(CALENDAR, walk.events[0].on + DAY * n)
    try:
        after = read_clock(walk.events, calendar, walk.today, fee_payment_effect=walk.effect)
    except IllegalSequence:
        assume(False)
    if before.due_on and after.due_on:
        assert after.due_on >= before.due_on
    if before.other_due and after.other_due and before.state is after.state:
        assert after.other_due.on >= before.other_due.on


@given(st.dates(date(2021, 1, 1), date(2025, 6, 30)), st.lists(st.integers(0, 9), min_size=5))
def test_a_consultation_within_another_changes_no_date(received: date, gaps: list[int]) -> None:
    """C6 and C8: pauses are a union, not a sum."""
    sent, inner_sent, inner_answered, answered, today = (
        received + DAY * sum(gaps[:n]) for n in range(1, 6)
    )
    events = [
        Received(received, "counter"),
        ThirdPartyConsulted(sent, "甲"),
        ThirdPartyAnswered(answered, "甲"),
    ]
    inner = [OrganConsulted(inner_sent, "乙"), OrganAnswered(inner_answered, "乙")]
    one, two = read_clock(events, CALENDAR, today), read_clock(events + inner, CALENDAR, today)
    assert (one.due_on, one.days_used, one.state) == (two.due_on, two.days_used, two.state)


TAIL = st.sampled_from([ThirdPartyConsulted, ThirdPartyAnswered, Extended, DelayStated, Decided])


@given(st.dates(date(2021, 1, 1), date(2025, 6, 30)), st.data())
def test_a_correction_starts_the_same_period_whatever_was_before(received: date, data: Any) -> None:
    """C3: days used and an extension are gone; the period is that of a request received anew."""
    asked = received + DAY * data.draw(st.integers(0, 7))
    supplied = on = asked + DAY * data.draw(st.integers(0, 30))
    before: list[Event] = [Received(received, "counter"), CorrectionRequested(asked)]
    if data.draw(st.booleans()):
        before.insert(1, Extended(received, 20))
    fresh: list[Event] = [Received(supplied, "counter")]
    for kind in data.draw(st.lists(TAIL, max_size=6)):
        on += DAY * data.draw(st.integers(0, 9))
        event = DRAWN[kind](on, data.draw)
        try:
            read_clock([*fresh, event], CALENDAR, on)
        except IllegalSequence:
            continue
        fresh.append(event)
    today = on + DAY * data.draw(st.integers(0, 40))
    anew = read_clock(fresh, CALENDAR, today)
    again = read_clock([*before, CorrectionReceived(supplied), *fresh[1:]], CALENDAR, today)
    assert (again.due_on, again.days_used, again.days_left, again.state, again.other_due) == (
        anew.due_on,
        anew.days_used,
        anew.days_left,
        anew.state,
        anew.other_due,
    )


@given(walks())
def test_the_strict_date_is_never_later(walk: Walk) -> None:
    reading = walk.read()
    if reading.due_on and reading.strict_due_on:
        assert reading.strict_due_on <= reading.due_on


@given(walks())
def test_what_is_offered_is_not_refused_and_what_is_refused_says_why(walk: Walk) -> None:
    reading = walk.read()
    steps = reading.next_events
    assert bool(steps) is (not reading.state.is_final or reading.state is not ClockState.WITHDRAWN)
    assert all(step.allowed or step.reason for step in steps)
    assert all(step.article and step.label and step.type in EVENT_TYPES for step in steps)
    plain = {
        "decided": Decided,
        "withdrawn": Withdrawn,
        "delivered": Delivered,
        "fee_paid": FeePaid,
        "reopened": Reopened,
    }
    for step in steps:
        if step.allowed and step.type in plain:
            arguments = ("GRANT",) if step.type == "decided" else ()
            done = plain[step.type](walk.today, *arguments)
            walk.read(events=(*walk.events, done))


@given(walks())
def test_events_survive_being_written_down(walk: Walk) -> None:
    assert tuple(event_from_json(event_to_json(event)) for event in walk.events) == walk.events


@given(walks())
def test_every_reading_is_explained_in_one_chinese_sentence(walk: Walk) -> None:
    sentence = walk.read().explanation
    assert sentence.endswith("。")
    assert sentence.count("。") == 1
    assert "None" not in sentence


@pytest.mark.parametrize("kind", list(DRAWN))
def test_the_walks_know_every_kind_of_event(kind: type[Event]) -> None:
    assert kind in EVENT_TYPES.values()
    assert len(DRAWN) == len(EVENT_TYPES) - 1

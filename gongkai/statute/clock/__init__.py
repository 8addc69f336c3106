"""The statutory clock (答复期限): from the events of a request to its due date and the reasons.

    reading = read_clock(events, calendar, today)
    reading.due_on, reading.state, reading.days_used, reading.days_left

`events` holds the vocabulary, `case` what a case has come to, `rules` which event may follow
and what it does (table C1–C17), `segments`, `nexts` and `wording` the explanation, `reading`
the entrance. The method is described for officers and citizens in `docs/algorithms/clock.md`.
"""

from gongkai.statute.clock.case import (
    AnsweredBy,
    Case,
    ClockState,
    FeePaymentEffect,
    OtherDue,
)
from gongkai.statute.clock.events import (
    CHANNELS,
    EVENT_TYPES,
    CorrectionLapsed,
    CorrectionReceived,
    CorrectionRequested,
    Decided,
    DelayStated,
    Delivered,
    Event,
    EventError,
    Extended,
    FeeLapsed,
    FeeNoticed,
    FeePaid,
    OrganAnswered,
    OrganConsulted,
    Received,
    Reopened,
    ThirdPartyAnswered,
    ThirdPartyConsulted,
    Withdrawn,
    case_from_json,
    event_from_json,
    event_to_json,
    events_from_json,
)
from gongkai.statute.clock.nexts import NextEvent
from gongkai.statute.clock.reading import ClockReading, read_clock
from gongkai.statute.clock.rules import IllegalSequence
from gongkai.statute.clock.segments import Segment

__all__ = [
    "CHANNELS",
    "EVENT_TYPES",
    "AnsweredBy",
    "Case",
    "ClockReading",
    "ClockState",
    "CorrectionLapsed",
    "CorrectionReceived",
    "CorrectionRequested",
    "Decided",
    "DelayStated",
    "Delivered",
    "Event",
    "EventError",
    "Extended",
    "FeeLapsed",
    "FeeNoticed",
    "FeePaid",
    "FeePaymentEffect",
    "IllegalSequence",
    "NextEvent",
    "OrganAnswered",
    "OrganConsulted",
    "OtherDue",
    "Received",
    "Reopened",
    "Segment",
    "ThirdPartyAnswered",
    "ThirdPartyConsulted",
    "Withdrawn",
    "case_from_json",
    "event_from_json",
    "event_to_json",
    "events_from_json",
    "read_clock",
]

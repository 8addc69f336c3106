"""The whole life of a case as a state machine, against a model and a second opinion on the clock.

Steps are taken at random, lawful or not, as days go by. What is accepted must lead where the plain
model below says; what is refused must have changed nothing at all; and after every step the stored
columns, the clock read anew, the plain count of days and the ledger must agree.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gongkai.foi import services
from gongkai.foi.caseclock import columns_from, columns_now, to_event
from gongkai.foi.models import FoiRequest
from gongkai.foi.queries import reading_of
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.statute.clock import (
    CHANNELS,
    ClockReading,
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
    Reopened,
    ThirdPartyAnswered,
    ThirdPartyConsulted,
    Withdrawn,
)
from gongkai.workdays.queries import current_calendar
from tests.factories.organs import make_organ
from tests.statute import plain_count

CONSOLE = Actor.command("测试")
FINAL = {"delivered", "closed_no_correction", "closed_no_payment", "withdrawn"}
_codes = count(1)


class Life(RuleBasedStateMachine):
    """One request from its receipt to wherever it goes."""

    @initialize(
        on=st.dates(date(2021, 1, 1), date(2025, 6, 30)), channel=st.sampled_from(list(CHANNELS))
    )
    def receive(self, on: date, channel: str) -> None:
        self.patch = pytest.MonkeyPatch()
        self.today = on
        self.patch.setattr(timezone, "localdate", lambda *_: self.today)
        organ = make_organ(f"LIFE-{next(_codes)}")
        self.request = services.receive_request(
            CONSOLE,
            organ,
            channel=channel,
            applicant_kind="natural",
            subject="某文件",
            received_on=on,
        )
        self.state = "running"
        self.asked_to_correct = False
        self.extended = False
        self.owed = self.paid = 0
        self.settled = False
        self.first: tuple[str, date] | None = None

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            self.patch.undo()

    # -- time and events -----------------------------------------------------------------------

    @rule(days=st.integers(0, 12))
    def days_go_by(self, days: int) -> None:
        self.today += timedelta(days)

    def happens(self, event: Event, leads_to: str) -> bool:
        """Whether the event was accepted; then the model is where `leads_to` says."""
        before = self.row()
        events, acts = self.request.events.count(), LedgerEntry.objects.count()
        try:
            services.record_event(CONSOLE, self.request, event)
        except (IllegalSequence, ValidationError):
            assert self.row() == before
            assert self.request.events.count() == events
            assert LedgerEntry.objects.count() == acts
            return False
        assert self.request.events.count() == events + 1
        assert LedgerEntry.objects.count() == acts + 1
        self.state = leads_to
        return True

    def row(self) -> tuple:
        row = FoiRequest.objects.get(pk=self.request.pk)
        return columns_now(row)

    @rule(days=st.none() | st.integers(1, 20))
    def correction_requested(self, days: int | None) -> None:
        told_before, was = self.asked_to_correct, self.state
        done = self.happens(CorrectionRequested(self.today, days=days), "awaiting_correction")
        if done:
            assert not told_before, "补正只能一次"
            assert was == "running"
            self.asked_to_correct = True

    @rule(justified=st.booleans())
    def correction_received(self, justified: bool) -> None:
        was = self.state
        if self.happens(CorrectionReceived(self.today, justified), "running"):
            assert was == "awaiting_correction" or (was == "closed_no_correction" and justified)
            self.extended = False
            self.first = None

    @rule()
    def correction_lapsed(self) -> None:
        was = self.state
        if self.happens(CorrectionLapsed(self.today), "closed_no_correction"):
            assert was == "awaiting_correction"
            self.first = self.first or ("OTHER_NO_SUPPLEMENT", self.today)

    @rule(
        kind=st.sampled_from([ThirdPartyConsulted, OrganConsulted]), ref=st.sampled_from("甲乙丙")
    )
    def consulted(self, kind: type[Event], ref: str) -> None:
        was = self.state
        if self.happens(kind(self.today, ref), was):
            assert was not in FINAL | {"decided"}

    @rule(kind=st.sampled_from([ThirdPartyAnswered, OrganAnswered]), ref=st.sampled_from("甲乙丙"))
    def answered(self, kind: type[Event], ref: str) -> None:
        self.happens(kind(self.today, ref), self.state)

    @rule(days=st.integers(1, 25))
    def extension(self, days: int) -> None:
        was = self.state
        if self.happens(Extended(self.today, days), "running"):
            assert was == "running"
            assert days <= 20
            assert not self.extended, "一个期限内只能延长一次"
            self.extended = True

    @rule(later=st.integers(1, 60))
    def delay(self, later: int) -> None:
        self.happens(DelayStated(self.today, self.today + timedelta(later)), self.state)

    @rule(amount=st.sampled_from([100, 500]))
    def fee(self, amount: int) -> None:
        was = self.state
        if self.happens(FeeNoticed(self.today, amount), "awaiting_payment"):
            assert was in ("running", "awaiting_payment")
            assert not self.settled
            self.owed = amount

    @rule(amount=st.none() | st.sampled_from([60, 500]))
    def payment(self, amount: int | None) -> None:
        was = self.state
        paid = self.owed if amount is None else self.paid + amount
        full = paid >= self.owed
        if self.happens(FeePaid(self.today, amount), "running" if full else was):
            assert was == "awaiting_payment"
            self.paid, self.settled = paid, full
            self.extended = self.extended and not full

    @rule()
    def fee_lapsed(self) -> None:
        was = self.state
        if self.happens(FeeLapsed(self.today), "closed_no_payment"):
            assert was == "awaiting_payment"
            self.first = self.first or ("OTHER_NO_PAYMENT", self.today)

    @rule(outcome=st.sampled_from(["GRANT", "DENY_INTERNAL", "UNABLE_CREATE"]))
    def decision(self, outcome: str) -> None:
        was = self.state
        if self.happens(Decided(self.today, outcome), "decided"):
            assert was not in FINAL | {"decided"}
            self.first = self.first or (outcome, self.today)

    @rule()
    def delivery(self) -> None:
        was = self.state
        if self.happens(Delivered(self.today), "delivered" if was == "decided" else was):
            assert was in FINAL | {"decided"}
            assert was != "delivered"

    @rule()
    def withdrawal(self) -> None:
        was, reopened = self.state, self.was_reopened()
        if self.happens(Withdrawn(self.today), "withdrawn"):
            assert was not in FINAL
            if not reopened:
                self.first = ("OTHER_MISC", self.today)

    @rule(later=st.none() | st.integers(1, 30))
    def reopened(self, later: int | None) -> None:
        was = self.state
        until = None if later is None else self.today + timedelta(later)
        if self.happens(Reopened(self.today, until), "running"):
            assert was in FINAL | {"decided"}
            assert was != "withdrawn"
            self.extended = False

    def was_reopened(self) -> bool:
        return self.request.events.filter(type="reopened").exists()

    # -- what always holds ---------------------------------------------------------------------

    @invariant()
    def everything_agrees(self) -> None:
        if not hasattr(self, "request"):
            return
        events = list(self.request.events.order_by("seq"))
        reading = reading_of(events, current_calendar(), self.today)
        assert isinstance(reading, ClockReading)
        said = reading.state.value
        assert ("running" if said == "paused" else said) == self.state
        plain = plain_count.count([to_event(event) for event in events], self.today)
        assert (reading.due_on, reading.days_used, reading.days_left) == tuple(plain)
        row = FoiRequest.objects.prefetch_related("events").get(pk=self.request.pk)
        fresh = columns_from(row, reading)
        # Only the state of a consultation ages without an event.
        assert columns_now(row)._replace(state="") == fresh._replace(state="")
        if self.first is not None:
            assert (row.outcome, row.decided_on) == self.first
        else:
            assert (row.outcome, row.decided_on) == ("", None)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))


Life.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=20,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
class TestLife(Life.TestCase):
    """Run by pytest in one transaction; every example has a body of its own."""

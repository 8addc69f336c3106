"""The clock at its edges: the yuan still owed, the day a letter took, a second delay."""

from datetime import date

import pytest

from gongkai.statute.clock import (
    ClockState,
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
    IllegalSequence,
    OrganAnswered,
    OrganConsulted,
    Received,
    ThirdPartyConsulted,
    Withdrawn,
    case_from_json,
    read_clock,
)
from gongkai.statute.workdays import DayStatus, LayeredCalendar
from tests.statute.calendars import CALENDAR, PACKAGE
from tests.statute.clock_cases import RECEIVED, day, read

# -- what an answered case no longer allows ------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        CorrectionRequested(day(3, 12)),
        CorrectionReceived(day(3, 12)),
        CorrectionLapsed(day(3, 12)),
        ThirdPartyConsulted(day(3, 12)),
        OrganConsulted(day(3, 12)),
        Extended(day(3, 12), 5),
        DelayStated(day(3, 12), day(5, 29)),
        FeeNoticed(day(3, 12), 700),
        FeePaid(day(3, 12)),
        FeeLapsed(day(3, 12)),
        Decided(day(3, 12), "GRANT"),
    ],
    ids=lambda event: event.type,
)
def test_after_the_answer_the_clock_is_not_set_again(event: Event) -> None:
    decided = Decided(day(3, 11), "GRANT")
    with pytest.raises(IllegalSequence, match="已于 2026-03-11 作出答复，不能再登记"):
        read(decided, event, today=day(3, 12))
    with pytest.raises(IllegalSequence, match="已于 2026-03-11 办结（已送达），不能再登记"):
        read(decided, Delivered(day(3, 11)), event, today=day(3, 12))


def test_a_case_taken_up_again_has_an_end_to_deliver_again() -> None:
    reading = read(
        CorrectionRequested(day(3, 12), until=day(3, 20)),
        CorrectionLapsed(day(3, 23)),
        Delivered(day(3, 24)),
        CorrectionReceived(day(3, 26), justified=True),
        Withdrawn(day(3, 27)),
        Delivered(day(3, 30)),
        today=day(3, 30),
    )
    assert reading.state is ClockState.WITHDRAWN


# -- fees ----------------------------------------------------------------------------------


def test_one_yuan_short_is_no_payment() -> None:
    notice = FeeNoticed(day(3, 20), 700)
    short = read(notice, FeePaid(day(3, 24), 699), today=day(3, 25))
    assert short.state is ClockState.AWAITING_PAYMENT
    full = read(notice, FeePaid(day(3, 24), 699), FeePaid(day(3, 25), 1), today=day(3, 25))
    assert full.state is ClockState.RUNNING


def test_a_fee_that_was_paid_cannot_lapse() -> None:
    with pytest.raises(IllegalSequence, match="没有待缴的收费通知"):
        read(
            FeeNoticed(day(3, 20), 700),
            FeePaid(day(4, 10)),
            FeeLapsed(day(4, 30)),
            today=day(4, 30),
        )


# -- consultations -------------------------------------------------------------------------


def test_of_two_open_consultations_the_later_end_is_shown() -> None:
    reading = read(
        OrganConsulted(day(3, 16), "甲"), OrganConsulted(day(3, 18), "乙"), today=day(3, 20)
    )
    assert reading.other_due is not None
    assert reading.other_due.on == day(4, 9)


def test_the_days_a_letter_travels_are_explained_by_the_consultation() -> None:
    sent = OrganConsulted(day(3, 16), received_on=day(3, 20))
    paused = [part for part in read(sent, today=day(3, 18)).segments if not part.counts][1:]
    assert {part.why for part in paused} == {"征求其他机关意见，不计入"}


def test_a_reply_on_the_day_of_the_letter_leaves_no_trace_in_the_count() -> None:
    plain = read(today=day(3, 20))
    same_day = read(OrganConsulted(day(3, 16)), OrganAnswered(day(3, 16)), today=day(3, 20))
    assert same_day.segments == plain.segments


class _OneDayOpen:
    """The calendar as published, but for one day that no notice has settled."""

    def __init__(self, on: date) -> None:
        self.on = on

    def day(self, on: date) -> DayStatus:
        return CALENDAR.day(on)._replace(provisional=on == self.on)


def test_a_deadline_is_provisional_where_the_end_of_a_pause_in_it_is() -> None:
    """The letter of 9 March lapses on the 30th, counted over the 12th, which is not settled.

    A correction on the 20th begins the period anew: the 12th is not in it, the pause's end is.
    """
    until_the_20th = [CorrectionRequested(day(3, 10)), CorrectionReceived(day(3, 20))]

    def provisional(*events: Event) -> bool:
        reading = read_clock([RECEIVED, *events], _OneDayOpen(day(3, 12)), day(3, 30))
        return reading.case.deadline.provisional

    sent = OrganConsulted(day(3, 9))
    assert provisional(sent, *until_the_20th)
    # The reply settled when the pause ended.
    assert not provisional(sent, *until_the_20th, OrganAnswered(day(3, 24)))
    # A period that begins as the pause ends has no day of it.
    until_the_30th = [CorrectionRequested(day(3, 10)), CorrectionReceived(day(3, 30))]
    assert not provisional(sent, *until_the_30th)


def test_a_letter_on_the_last_day_neither_pauses_nor_makes_the_deadline_provisional() -> None:
    received = Received(date(2026, 11, 20), "counter")
    last = date(2026, 12, 18)
    alone = read_clock([received], CALENDAR, last)
    assert (alone.due_on, alone.provisional) == (last, False)
    reading = read_clock([received, OrganConsulted(last)], CALENDAR, last)
    assert (reading.due_on, reading.provisional) == (last, False)


def test_a_decision_before_the_lapse_settles_when_the_pause_ended() -> None:
    """Received on 23 November; the letter of 14 December would lapse in a January not arranged."""
    received, sent = Received(date(2026, 11, 23), "counter"), OrganConsulted(date(2026, 12, 14))
    today = date(2026, 12, 15)
    assert read_clock([received, sent], CALENDAR, today).provisional
    reading = read_clock([received, sent, Decided(today, "GRANT")], CALENDAR, today)
    assert (reading.due_on, reading.provisional) == (date(2026, 12, 22), False)


def test_a_decision_on_the_day_of_the_lapse_or_after_it_settles_nothing() -> None:
    """The period that 20 March began holds the end of the pause, counted over the 12th."""
    events = [
        OrganConsulted(day(3, 9)),
        CorrectionRequested(day(3, 10)),
        CorrectionReceived(day(3, 20)),
    ]
    for decided_on, provisional in ((27, False), (30, True), (31, True)):
        decided = Decided(day(3, decided_on), "GRANT")
        reading = read_clock([RECEIVED, *events, decided], _OneDayOpen(day(3, 12)), day(3, 31))
        assert reading.case.deadline.provisional is provisional


# -- longer periods ------------------------------------------------------------------------


def test_a_second_delay_is_the_one_that_is_told_and_brings_no_pause_back() -> None:
    events = [
        OrganConsulted(day(3, 16)),
        DelayStated(day(3, 18), day(5, 29)),
        DelayStated(day(3, 24), day(6, 5)),
    ]
    reading = read(*events, today=day(3, 25))
    assert reading.due_on == day(6, 5)
    # 13 working days since 6 March, without the two (17 and 18 March) before the first delay.
    assert reading.days_used == 11
    assert "2026年3月24日告知延迟至2026年6月5日答复" in reading.explanation


def test_a_correction_may_be_asked_for_within_one_working_day() -> None:
    reading = read(CorrectionRequested(day(3, 12), days=1), today=day(3, 12))
    assert reading.other_due is not None
    assert reading.other_due.on == day(3, 13)


def test_one_working_day_late_is_said_to_be_one() -> None:
    assert "已逾期 1 个工作日" in read(today=day(4, 7)).explanation


# -- what is offered -----------------------------------------------------------------------


def test_the_answer_is_the_first_step_offered_until_the_deadline() -> None:
    first = read(today=day(3, 20)).next_events[0]
    assert (first.type, first.allowed, first.until) == ("decided", True, day(4, 3))


def test_on_the_last_day_a_consultation_is_offered_with_the_word_that_it_moves_nothing() -> None:
    offered = {step.type: step.reason for step in read(today=day(4, 3)).next_events}
    assert offered["third_party_consulted"] == "答复期限不因此顺延"


def test_a_lapsed_correction_may_be_taken_up_for_good_reason() -> None:
    reading = read(
        CorrectionRequested(day(3, 12), until=day(3, 20)),
        CorrectionLapsed(day(3, 23)),
        today=day(3, 24),
    )
    step, anew = reading.next_events
    assert (step.type, step.allowed) == ("correction_received", True)
    assert anew.type == "reopened"
    assert step.reason == "仅限申请人有正当理由"


def test_on_the_last_day_a_delay_may_still_be_stated() -> None:
    offered = {step.type: step for step in read(today=day(4, 3)).next_events}
    assert offered["delay_stated"].allowed


# -- what a reading is ---------------------------------------------------------------------


def test_without_an_extension_every_day_that_counts_lies_in_the_ordinary_period() -> None:
    sent = ThirdPartyConsulted(day(3, 16), received_on=day(3, 20))
    counting = [part for part in read(sent, today=day(3, 25)).segments if part.counts]
    assert {part.why for part in counting} == {"答复期限内"}


def test_two_readings_that_show_the_same_are_equal() -> None:
    one = read_clock([RECEIVED], LayeredCalendar(package=PACKAGE), day(3, 20))
    other = read_clock([RECEIVED], LayeredCalendar(package=PACKAGE), day(3, 20))
    assert one == other
    assert "case=" not in repr(one)


@pytest.mark.parametrize("year", [2000, 2299])
def test_the_first_and_the_last_year_an_event_may_have(year: int) -> None:
    assert Received(date(year, 12, 31), "counter").on.year == year


@pytest.mark.parametrize("year", [1999, 2300])
def test_a_year_that_is_a_slip_of_the_pen_is_refused(year: int) -> None:
    with pytest.raises(EventError, match=f"年份 {year} 不合理"):
        Received(date(year, 1, 1), "counter")


@pytest.mark.parametrize(("year", "reads"), [(1999, 0), (2000, 1), (2199, 1), (2200, 0)])
def test_the_first_and_the_last_year_the_clock_is_read_in(year: int, reads: int) -> None:
    data = {"events": [], "today": f"{year}-06-01"}
    if reads:
        assert case_from_json(data) == ((), date(year, 6, 1))
    else:
        with pytest.raises(EventError, match="today 的年份"):
            case_from_json(data)

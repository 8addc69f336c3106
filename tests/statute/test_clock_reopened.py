"""责令重新答复: a review decision or a judgment puts an answered case back on the clock (Art. 51)."""

from itertools import pairwise

import pytest

from gongkai.statute.clock import (
    ClockState,
    CorrectionLapsed,
    CorrectionRequested,
    Decided,
    DelayStated,
    Delivered,
    EventError,
    Extended,
    IllegalSequence,
    Reopened,
    ThirdPartyConsulted,
    Withdrawn,
)
from tests.statute.clock_cases import day, read

ANSWERED = (Decided(day(3, 10), "DENY_INTERNAL"), Delivered(day(3, 11)))


def test_article_51_an_order_without_a_day_gives_the_whole_period_anew() -> None:
    reading = read(*ANSWERED, Reopened(day(3, 20)), today=day(3, 23))
    assert reading.state is ClockState.RUNNING
    # Twenty working days after Friday 20 March 2026; 6 April is a holiday.
    assert (reading.due_on, reading.days_used, reading.days_left) == (day(4, 20), 1, 19)
    assert "收到责令重新答复的决定后答复期限重新计算" in reading.explanation


def test_article_51_a_day_that_the_decision_sets_is_the_deadline() -> None:
    reading = read(*ANSWERED, Reopened(day(3, 20), until=day(4, 3)), today=day(3, 23))
    assert (reading.due_on, reading.days_left) == (day(4, 3), 9)
    assert "限定于2026年4月3日前重新答复" in reading.explanation
    late = read(*ANSWERED, Reopened(day(3, 20), until=day(4, 3)), today=day(4, 7))
    assert late.overdue
    assert late.days_left == -1


@pytest.mark.parametrize("event", [Extended(day(3, 24), 5), DelayStated(day(3, 24), day(5, 8))])
def test_a_day_set_by_a_decision_cannot_be_put_off(event) -> None:
    with pytest.raises(IllegalSequence, match="限定于 2026-04-03 前重新答复"):
        read(*ANSWERED, Reopened(day(3, 20), until=day(4, 3)), event, today=day(3, 24))


def test_without_a_day_set_the_new_period_may_be_extended_once() -> None:
    events = (*ANSWERED, Reopened(day(3, 20)), Extended(day(3, 24), 5))
    assert read(*events, today=day(3, 24)).due_on == day(4, 27)
    with pytest.raises(IllegalSequence, match="只能延长一次"):
        read(*events, Extended(day(3, 25), 5), today=day(3, 25))


def test_asking_others_does_not_move_a_day_that_was_set() -> None:
    events = (*ANSWERED, Reopened(day(3, 20), until=day(4, 3)), ThirdPartyConsulted(day(3, 23)))
    reading = read(*events, today=day(3, 25))
    assert (reading.state, reading.due_on) == (ClockState.RUNNING, day(4, 3))


def test_a_letter_of_the_first_round_does_not_stop_the_second() -> None:
    asked = ThirdPartyConsulted(day(3, 9), "甲")
    reading = read(asked, *ANSWERED, Reopened(day(3, 20)), today=day(3, 23))
    assert (reading.state, reading.due_on) == (ClockState.RUNNING, day(4, 20))


def test_an_open_case_needs_no_order_and_a_withdrawn_one_takes_none() -> None:
    with pytest.raises(IllegalSequence, match="尚未办结，不必恢复办理"):
        read(Reopened(day(3, 12)), today=day(3, 12))
    with pytest.raises(IllegalSequence, match="申请人已于 2026-03-10 撤回申请"):
        read(Withdrawn(day(3, 10)), Reopened(day(3, 12)), today=day(3, 12))


def test_a_case_closed_for_want_of_correction_can_be_ordered_to_be_answered() -> None:
    closed = (CorrectionRequested(day(3, 9), until=day(3, 13)), CorrectionLapsed(day(3, 16)))
    reading = read(*closed, Reopened(day(3, 20)), today=day(3, 20))
    assert reading.state is ClockState.RUNNING
    with pytest.raises(IllegalSequence, match="补正只能一次性告知"):
        read(
            *closed,
            Reopened(day(3, 20)),
            CorrectionRequested(day(3, 23)),
            today=day(3, 23),
        )


def test_the_first_answer_stays_the_one_that_is_counted() -> None:
    events = (*ANSWERED, Reopened(day(3, 20)), Decided(day(4, 1), "GRANT"), Delivered(day(4, 2)))
    reading = read(*events, today=day(4, 7))
    assert reading.state is ClockState.DELIVERED
    assert reading.case.decision is not None
    assert reading.case.decision.outcome == "GRANT"
    first = reading.case.first_result
    assert first.decision is not None
    assert (first.decision.outcome, first.decision.on) == ("DENY_INTERNAL", day(3, 10))


def test_every_day_from_receipt_to_the_second_answer_is_explained() -> None:
    events = (*ANSWERED, Reopened(day(3, 20)), Decided(day(4, 1), "GRANT"), Delivered(day(4, 2)))
    parts = read(*events, today=day(4, 7)).segments
    assert parts[0].first == day(3, 6)
    for before, after in pairwise(parts):
        assert (after.first - before.last).days == 1
    assert any("责令重新答复后答复期限重新计算" in part.why for part in parts)
    assert any(part.why == "已经答复或者结案，答复期限不计算" for part in parts)


def test_the_day_set_does_not_come_before_the_order() -> None:
    with pytest.raises(EventError, match="不应早于"):
        Reopened(day(3, 20), until=day(3, 19))

"""What the clock offers as the next step, and why a step is not open any more."""

from datetime import date
from typing import Any

from gongkai.statute.clock import (
    ClockReading,
    CorrectionRequested,
    Decided,
    DelayStated,
    FeeNoticed,
    OrganConsulted,
    Received,
    ThirdPartyConsulted,
    event_from_json,
    read_clock,
)
from gongkai.statute.workdays import LayeredCalendar
from tests.statute.calendars import CALENDAR, PACKAGE
from tests.statute.clock_cases import day, read


def steps(reading: ClockReading) -> dict[str, Any]:
    return {step.type: step for step in reading.next_events}


def test_article_30_the_correction_button_is_open_until_working_day_7() -> None:
    before = steps(read(today=day(3, 17)))["correction_requested"]
    assert before.allowed
    assert before.until == day(3, 17)
    after = steps(read(today=day(3, 18)))["correction_requested"]
    assert not after.allowed
    assert after.article == "条例第三十条"
    assert "2026-03-17 为止" in after.reason


def test_article_33_the_extension_is_open_until_the_deadline() -> None:
    last_day = steps(read(today=day(4, 3)))
    assert last_day["extended"].allowed
    assert last_day["extended"].until == day(4, 3)
    assert "最长 20 个工作日" in last_day["extended"].reason
    late = steps(read(today=day(4, 7)))
    closed = {name for name, step in late.items() if not step.allowed}
    assert closed == {"correction_requested", "extended", "delay_stated", "fee_noticed"}
    assert late["third_party_consulted"].reason == "答复期限不因此顺延"
    assert steps(read(today=day(4, 2)))["organ_consulted"].reason == "所需时间不计入答复期限"


def test_articles_32_and_34_each_open_consultation_offers_its_answer() -> None:
    reading = read(
        ThirdPartyConsulted(day(3, 16), "甲"), OrganConsulted(day(3, 16), "乙"), today=day(3, 20)
    )
    answers = [step for step in reading.next_events if step.type.endswith("_answered")]
    assert [(step.type, step.ref, step.until) for step in answers] == [
        ("third_party_answered", "甲", day(4, 7)),
        ("organ_answered", "乙", day(4, 7)),
    ]
    assert answers[1].reason == "逾期不答复视为同意公开"
    assert "第三方答复意见" not in [step.label for step in read(today=day(3, 20)).next_events]


def test_a_stated_delay_leaves_no_extension_and_no_pause() -> None:
    found = steps(read(DelayStated(day(4, 1), day(5, 29)), today=day(4, 10)))
    assert not found["extended"].allowed
    assert found["organ_consulted"].reason == "答复期限不因此顺延"
    assert found["delay_stated"].until == day(5, 29)


def test_a_case_that_waits_for_a_correction_offers_its_two_ends() -> None:
    waiting = CorrectionRequested(day(3, 12), until=day(4, 10))
    on_the_last_day = read(waiting, today=day(4, 10)).next_events
    assert [(step.type, step.allowed) for step in on_the_last_day] == [
        ("correction_received", True),
        ("correction_lapsed", False),
        ("withdrawn", True),
    ]
    assert on_the_last_day[0].until == day(4, 10)
    assert steps(read(waiting, today=day(4, 11)))["correction_lapsed"].allowed


def test_without_a_recorded_period_the_default_is_kept_before_closing_is_offered() -> None:
    waiting = CorrectionRequested(day(3, 17))
    early = steps(read(waiting, today=day(4, 8)))["correction_lapsed"]
    assert not early.allowed
    assert "默认期限至 2026-04-08" in early.reason
    assert steps(read(waiting, today=day(4, 9)))["correction_lapsed"].allowed


def test_no_case_is_closed_against_the_applicant_on_a_provisional_date() -> None:
    events = [
        Received(date(2026, 12, 10), "online"),
        FeeNoticed(date(2026, 12, 14), 700),
    ]
    offered = steps(read_clock(events, CALENDAR, date(2027, 1, 20)))["fee_lapsed"]
    assert not offered.allowed
    assert "请先导入节假日安排" in offered.reason
    imported = LayeredCalendar(years=[2027], package=PACKAGE)
    assert steps(read_clock(events, imported, date(2027, 1, 20)))["fee_lapsed"].allowed


def test_a_case_that_waits_for_a_payment_offers_its_two_ends() -> None:
    notice = FeeNoticed(day(3, 20), 700)
    found = read(notice, today=day(4, 21)).next_events
    assert [(step.type, step.allowed) for step in found] == [
        ("fee_paid", True),
        ("fee_lapsed", True),
        ("withdrawn", True),
    ]
    assert found[0].until == day(4, 20)
    assert not steps(read(notice, today=day(4, 20)))["fee_lapsed"].allowed


def test_a_decision_is_still_to_be_delivered() -> None:
    found = read(Decided(day(3, 20), "GRANT"), today=day(3, 20)).next_events
    assert [(step.type, step.until) for step in found] == [
        ("delivered", day(4, 3)),
        ("withdrawn", None),
    ]
    by_decision = read(Decided(day(3, 20), "GRANT"), today=day(3, 20), answered_by="decided")
    assert by_decision.next_events[0].until is None


def test_after_the_end_a_lapsed_correction_or_an_order_takes_the_case_up_again() -> None:
    ends = {
        "correction_lapsed": ["correction_received", "reopened"],
        "withdrawn": [],
    }
    for name, offered in ends.items():
        reading = read(
            CorrectionRequested(day(3, 12), until=day(3, 20)),
            event_from_json({"type": name, "on": "2026-03-23"}),
            today=day(3, 24),
        )
        assert [step.type for step in reading.next_events] == offered

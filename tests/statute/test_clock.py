"""The clock's interface: refusals, readings, states, segments.

The dates are in the scenarios and the invariants in the property tests.
"""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from gongkai.statute.clock import (
    ClockReading,
    ClockState,
    CorrectionRequested,
    Decided,
    DelayStated,
    Extended,
    FeeNoticed,
    FeePaid,
    IllegalSequence,
    OrganConsulted,
    Received,
    ThirdPartyConsulted,
    event_from_json,
    read_clock,
)
from tests.statute.calendars import CALENDAR
from tests.statute.clock_cases import RECEIVED, day, read

# -- reading -------------------------------------------------------------------------------


def test_an_illegal_sequence_is_a_value_error_that_names_article_event_and_way_out() -> None:
    with pytest.raises(ValueError, match="条例第三十条") as caught:
        read(CorrectionRequested(day(3, 18)), today=day(3, 20))
    error = caught.value
    assert isinstance(error, IllegalSequence)
    assert error.article == "条例第三十条"
    assert error.message.startswith("第 2 项（2026-03-18 补正告知）：补正告知应当")
    assert str(error) == f"{error.message}（条例第三十条）"


def test_the_position_named_is_that_in_the_list_as_given() -> None:
    events = [Decided(day(3, 18), "GRANT"), Decided(day(3, 17), "GRANT"), RECEIVED]
    with pytest.raises(IllegalSequence, match=r"^第 1 项（2026-03-18 作出答复）"):
        read_clock(events, CALENDAR, day(3, 20))


def test_a_receipt_stands_before_the_other_events_of_its_day() -> None:
    events = [Decided(day(3, 6), "GRANT"), RECEIVED]
    assert read_clock(events, CALENDAR, day(3, 6)).state is ClockState.DECIDED


def test_a_refusal_on_a_provisional_date_says_so() -> None:
    events = [Received(date(2026, 12, 22), "counter"), CorrectionRequested(date(2027, 1, 8))]
    with pytest.raises(IllegalSequence, match="暂定日期，请先核对"):
        read_clock(events, CALENDAR, date(2027, 1, 8))


@pytest.mark.parametrize("options", [{"fee_payment_effect": "continue"}, {"answered_by": "signed"}])
def test_a_reading_nobody_knows_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        read(today=day(3, 9), **options)


def test_today_is_a_date_of_china_not_an_instant() -> None:
    with pytest.raises(TypeError, match="date_in_china"):
        read(today=datetime(2026, 3, 9, tzinfo=UTC))


def test_states_have_chinese_names_and_know_the_end() -> None:
    assert [state.label for state in ClockState if state.is_final] == [
        "已送达",
        "逾期不补正，不再处理",
        "逾期未缴费，不再处理",
        "申请人已撤回",
    ]
    assert ClockState("paused").label == "征求意见中"


def test_as_json_a_reading_holds_what_the_command_promises() -> None:
    reading = read(ThirdPartyConsulted(day(3, 16), "甲"), today=day(3, 20))
    data = reading.as_json()
    assert data["due_on"] == data["strict_due_on"] == data["deadline"] == "2026-04-27"
    assert (data["state"], data["state_label"]) == ("paused", "征求意见中")
    assert (data["days_used"], data["days_left"], data["provisional"]) == (6, 14, False)
    assert data["other_due"] == {
        "on": "2026-04-07",
        "label": "答复意见截止",
        "article": "条例第三十二条",
    }
    assert data["segments"] == [
        {
            "from": "2026-03-06",
            "to": "2026-03-06",
            "counts": False,
            "working_days": 0,
            "why": "收到申请之日（当面提交），不计入",
            "article": "条例第三十一条",
            "future": False,
        },
        {
            "from": "2026-03-07",
            "to": "2026-03-16",
            "counts": True,
            "working_days": 6,
            "why": "答复期限内",
            "article": "条例第三十三条第二款",
            "future": False,
        },
        {
            "from": "2026-03-17",
            "to": "2026-03-20",
            "counts": False,
            "working_days": 4,
            "why": "征求第三方（甲）意见，不计入",
            "article": "条例第三十三条第三款",
            "future": False,
        },
        {
            "from": "2026-03-21",
            "to": "2026-04-07",
            "counts": False,
            "working_days": 11,
            "why": "征求第三方（甲）意见，不计入",
            "article": "条例第三十三条第三款",
            "future": True,
        },
        {
            "from": "2026-04-08",
            "to": "2026-04-27",
            "counts": True,
            "working_days": 14,
            "why": "答复期限内",
            "article": "条例第三十三条第二款",
            "future": True,
        },
    ]
    answer = next(step for step in data["next_events"] if step["type"] == "third_party_answered")
    assert answer == {
        "type": "third_party_answered",
        "label": "第三方答复意见",
        "allowed": True,
        "article": "条例第三十二条",
        "reason": "逾期不答复不等于同意，由机关决定是否公开",
        "until": "2026-04-07",
        "ref": "甲",
    }


# -- segments ------------------------------------------------------------------------------


def whys(reading: ClockReading) -> list[tuple[str, int, bool]]:
    return [(part.why, part.working_days, part.counts) for part in reading.segments]


def test_days_before_a_correction_are_shown_and_no_longer_count() -> None:
    reading = read(
        CorrectionRequested(day(3, 17)),
        event_from_json({"type": "correction_received", "on": "2026-03-27"}),
        today=day(3, 27),
    )
    assert whys(reading)[1:] == [
        ("收到补正后答复期限重新计算，此前已用的工作日不再计入", 7, False),
        ("待申请人补正，答复期限不计算", 8, False),
        ("答复期限内", 20, True),
    ]
    assert [part.article for part in reading.segments][1:3] == ["条例第三十条"] * 2


def test_a_payment_that_resumes_the_clock_is_a_pause() -> None:
    paid = (FeeNoticed(day(3, 20), 700), FeePaid(day(4, 10)))
    anew = whys(read(*paid, today=day(4, 10)))
    assert anew[1:] == [
        ("缴费完毕后答复期限重新计算，此前已用的工作日不再计入", 10, False),
        ("待申请人缴纳信息处理费，答复期限不计算", 14, False),
        ("答复期限内", 20, True),
    ]
    resumed = read(*paid, today=day(4, 10), fee_payment_effect="resume")
    assert whys(resumed)[1:] == [
        ("答复期限内", 10, True),
        ("待申请人缴纳信息处理费，不计入", 14, False),
        ("答复期限内", 10, True),
    ]
    assert resumed.segments[2].article == "信息处理费管理办法第六条"


def test_extension_delay_and_lateness_are_told_apart() -> None:
    extended = read(Extended(day(4, 1), 10), today=day(4, 21))
    assert whys(extended)[1:] == [
        ("答复期限内", 20, True),
        ("延长的答复期限内", 10, True),
        ("超过答复期限", 1, True),
    ]
    delayed = read(DelayStated(day(4, 1), day(4, 20)), today=day(4, 21))
    assert whys(delayed)[1:] == [
        ("答复期限内", 20, True),
        ("延迟答复的合理期限内", 10, True),
        ("超过答复期限", 1, True),
    ]
    assert delayed.segments[2].article == "条例第三十五条"


def test_two_reasons_for_the_same_days_are_both_named() -> None:
    reading = read(
        ThirdPartyConsulted(day(3, 16), "甲"), OrganConsulted(day(3, 18)), today=day(3, 20)
    )
    assert "征求第三方（甲）意见、征求其他机关意见，不计入" in [why for why, _, _ in whys(reading)]


def test_a_wait_ends_with_what_ended_it() -> None:
    waiting = (CorrectionRequested(day(3, 12), until=day(4, 10)),)
    lapsed = read(
        *waiting,
        event_from_json({"type": "correction_lapsed", "on": "2026-04-13"}),
        today=day(5, 6),
    )
    assert lapsed.segments[-1].last == day(4, 13)
    decided = read(*waiting, Decided(day(3, 20), "GRANT"), today=day(5, 6))
    assert decided.segments[-1].last == day(3, 20)
    assert read(*waiting, today=day(3, 20)).segments[-1].last == day(4, 10)
    assert read(*waiting, today=day(5, 6)).segments[-1].last == day(5, 6)

"""The clock's interface: events in and out of JSON, refusals, next steps, the explanation.

The dates are in the scenarios and the invariants in the property tests.
"""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from gongkai.statute.clock import (
    EVENT_TYPES,
    ClockReading,
    ClockState,
    CorrectionRequested,
    Decided,
    DelayStated,
    Delivered,
    Event,
    EventError,
    Extended,
    FeeNoticed,
    FeePaid,
    IllegalSequence,
    OrganConsulted,
    Received,
    ThirdPartyConsulted,
    case_from_json,
    event_from_json,
    event_to_json,
    events_from_json,
    read_clock,
)
from gongkai.statute.workdays import LayeredCalendar
from tests.statute.calendars import CALENDAR, PACKAGE

RECEIVED = Received(date(2026, 3, 6), "counter")


def day(month: int, of_month: int) -> date:
    return date(2026, month, of_month)


def read(*events: Event, today: date, **options: Any) -> ClockReading:
    return read_clock([RECEIVED, *events], CALENDAR, today, **options)


# -- events as data ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        {"type": "received", "on": "2026-03-06", "channel": "online", "arrived_on": "2026-03-05"},
        {"type": "correction_requested", "on": "2026-03-06", "until": "2026-03-20"},
        {"type": "correction_requested", "on": "2026-03-06", "days": 366},
        {"type": "correction_received", "on": "2026-03-06", "justified": True},
        {
            "type": "third_party_consulted",
            "on": "2026-03-06",
            "ref": "甲",
            "received_on": "2026-03-06",
        },
        {"type": "organ_answered", "on": "2026-03-06"},
        {"type": "extended", "on": "2026-03-06", "days": 1},
        {"type": "delay_stated", "on": "2026-03-06", "until": "2026-03-06"},
        {"type": "fee_noticed", "on": "2026-03-06", "amount": 1},
        {"type": "fee_noticed", "on": "2026-03-06", "amount": 40, "received_on": None},
        {"type": "fee_noticed", "on": "2026-03-06", "amount": 40, "received_on": "2026-03-09"},
        {"type": "fee_paid", "on": "2026-03-06", "amount": 1},
        {"type": "decided", "on": "2026-03-06", "outcome": "GRANT"},
        {"type": "withdrawn", "on": "2026-03-06"},
    ],
)
def test_an_event_read_and_written_is_the_same_data(data: dict[str, Any]) -> None:
    event = event_from_json(data)
    assert event.type == data["type"]
    assert event_to_json(event) == data


def test_fields_an_event_does_not_have_are_left_to_the_record() -> None:
    data = {"type": "withdrawn", "on": "2026-03-06", "note": "电话告知", "days": None}
    assert event_to_json(event_from_json(data)) == {"type": "withdrawn", "on": "2026-03-06"}


def test_a_blank_date_of_receipt_means_unknown_for_a_fee_and_nothing_elsewhere() -> None:
    fee = event_from_json(
        {"type": "fee_noticed", "on": "2026-03-06", "amount": 4, "received_on": None}
    )
    assert isinstance(fee, FeeNoticed)
    assert fee.receipt_unknown
    letter = {"type": "organ_consulted", "on": "2026-03-06", "received_on": None, "ref": 7}
    assert event_from_json(letter) == OrganConsulted(day(3, 6), "7")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("received", "应为对象"),
        (None, "应为对象"),
        ({"on": "2026-03-06"}, "缺少 type"),
        ({"type": "recieved", "on": "2026-03-06"}, "类型“recieved”不认识，应为 received、"),
        ({"type": ["received"], "on": "2026-03-06"}, "不认识"),
        ({"type": "withdrawn"}, "（撤回申请 withdrawn）：缺少 on"),
        ({"type": "withdrawn", "on": "2026-3-6"}, "on “2026-3-6”不是有效的日期"),
        ({"type": "withdrawn", "on": "20260306"}, "不是有效的日期"),
        ({"type": "withdrawn", "on": "2026-02-30"}, "不是有效的日期"),
        ({"type": "withdrawn", "on": "2026-03-06\n"}, "不是有效的日期"),
        ({"type": "withdrawn", "on": 20260306}, "不是有效的日期"),
        ({"type": "withdrawn", "on": "0206-03-06"}, "年份 206 不合理"),
        ({"type": "withdrawn", "on": "1999-12-31"}, "年份 1999 不合理"),
        ({"type": "withdrawn", "on": "2300-01-01"}, "年份 2300 不合理"),
        ({"type": "received", "on": "2026-03-06"}, "缺少 channel"),
        ({"type": "received", "on": "2026-03-06", "channel": "email"}, "channel “email”不认识"),
        ({"type": "received", "on": "2026-03-06", "channel": 1.5}, "应为文字"),
        ({"type": "received", "on": "2026-03-06", "channel": True}, "应为文字"),
        ({"type": "extended", "on": "2026-03-06"}, "缺少 days"),
        ({"type": "extended", "on": "2026-03-06", "days": "20"}, "days “20”不是整数"),
        ({"type": "extended", "on": "2026-03-06", "days": True}, "不是整数"),
        ({"type": "extended", "on": "2026-03-06", "days": 0}, "应为正整数，现为 0"),
        ({"type": "delay_stated", "on": "2026-03-06"}, "缺少 until"),
        ({"type": "delay_stated", "on": "2026-03-06", "until": "2026-03-05"}, "不应早于"),
        ({"type": "fee_noticed", "on": "2026-03-06"}, "缺少 amount"),
        ({"type": "fee_noticed", "on": "2026-03-06", "amount": 0}, "应为正整数（元），现为 0"),
        (
            {"type": "fee_noticed", "on": "2026-03-06", "amount": 5, "received_on": "2026-03-05"},
            "不应早于",
        ),
        ({"type": "fee_paid", "on": "2026-03-06", "amount": 0}, "应为正整数（元），现为 0"),
        ({"type": "decided", "on": "2026-03-06"}, "缺少 outcome"),
        ({"type": "decided", "on": "2026-03-06", "outcome": " "}, "outcome 不能为空"),
        ({"type": "correction_received", "on": "2026-03-06", "justified": "是"}, "应为 true 或"),
        ({"type": "correction_requested", "on": "2026-03-06", "days": 0}, "应为 1 至 366"),
        ({"type": "correction_requested", "on": "2026-03-06", "days": 367}, "应为 1 至 366"),
        ({"type": "correction_requested", "on": "2026-03-06", "until": "2026-03-06"}, "应晚于"),
    ],
)
def test_an_event_that_cannot_be_read_is_explained_and_its_position_named(
    data: object, says: str
) -> None:
    with pytest.raises(EventError) as alone:
        event_from_json(data)
    assert says in str(alone.value)
    with pytest.raises(EventError, match="第 2 项事件") as in_list:
        events_from_json([{"type": "withdrawn", "on": "2026-03-06"}, data])
    assert says in str(in_list.value)


def test_events_built_in_code_are_checked_like_those_read() -> None:
    with pytest.raises(EventError, match="不应带时刻"):
        Delivered(datetime(2026, 3, 6, tzinfo=UTC))
    with pytest.raises(EventError, match="未知"):
        FeeNoticed(day(3, 6), 40, day(3, 9), receipt_unknown=True)
    with pytest.raises(EventError, match="不应早于"):
        ThirdPartyConsulted(day(3, 6), "甲", day(3, 5))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "每件申请应为对象"),
        ({"today": "2026-03-06"}, "缺少 events"),
        ({"events": {}, "today": "2026-03-06"}, "应为事件的列表"),
        ({"events": "received", "today": "2026-03-06"}, "应为事件的列表"),
        ({"events": []}, "缺少 today"),
        ({"events": [], "today": "明天"}, "today “明天”不是有效的日期"),
        ({"events": [], "today": "2200-01-01"}, "today 的年份 2200 不合理"),
        ({"events": [], "today": "1999-12-31"}, "today 的年份 1999 不合理"),
    ],
)
def test_a_case_that_cannot_be_read_is_explained(data: object, says: str) -> None:
    with pytest.raises(EventError) as error:
        case_from_json(data)
    assert says in str(error.value)


def test_the_day_of_a_case_may_be_given_beside_it() -> None:
    case = {"events": [event_to_json(RECEIVED)]}
    assert case_from_json(case, today=day(3, 9)) == ((RECEIVED,), day(3, 9))
    assert case_from_json(case | {"today": "2026-03-10"}, today=day(3, 9))[1] == day(3, 10)


def test_every_event_has_a_chinese_name_of_its_own() -> None:
    labels = [kind.label for kind in EVENT_TYPES.values()]
    assert len(set(labels)) == len(labels) == 16


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


# -- next steps ----------------------------------------------------------------------------


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


def test_after_the_end_only_a_lapsed_correction_can_be_taken_up_again() -> None:
    ends = {
        "correction_lapsed": ["correction_received"],
        "withdrawn": [],
    }
    for name, offered in ends.items():
        reading = read(
            CorrectionRequested(day(3, 12), until=day(3, 20)),
            event_from_json({"type": name, "on": "2026-03-23"}),
            today=day(3, 24),
        )
        assert [step.type for step in reading.next_events] == offered


# -- the sentence --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "today", "sentence"),
    [
        ([], day(3, 24), "第 12 个工作日，还剩 8 个，应在2026年4月3日（含当日）前答复。"),
        ([], day(3, 28), "已用 15 个工作日，还剩 5 个，应在2026年4月3日（含当日）前答复。"),
        ([], day(3, 6), "尚未计入工作日，还剩 20 个，应在2026年4月3日（含当日）前答复。"),
        ([], day(4, 3), "第 20 个工作日，今日为答复期限的最后一日，应在今日内答复。"),
        ([], day(4, 4), "答复期限已于2026年4月3日届满，尚未答复，应立即答复。"),
        ([], day(4, 8), "答复期限已于2026年4月3日届满，已逾期 2 个工作日，尚未答复，应立即答复。"),
        (
            [
                {"type": "third_party_consulted", "on": "2026-03-16", "ref": "甲"},
                {"type": "third_party_answered", "on": "2026-04-03", "ref": "甲"},
            ],
            day(4, 14),
            "第 12 个工作日，还剩 8 个，应在2026年4月24日（含当日）前答复；"
            "2026年3月17日至2026年4月3日征求第三方（甲）意见，不计入（14 个工作日）。",
        ),
        (
            [
                {"type": "third_party_consulted", "on": "2026-03-16", "ref": "甲"},
                {"type": "third_party_answered", "on": "2026-03-18", "ref": "甲"},
            ],
            day(3, 18),
            "已用 6 个工作日，还剩 14 个，应在2026年4月8日（含当日）前答复；"
            "2026年3月17日至2026年3月18日征求第三方（甲）意见，不计入（2 个工作日）。",
        ),
        (
            [{"type": "third_party_consulted", "on": "2026-03-16"}],
            day(3, 16),
            "征求意见期间暂停计算：已用 6 个工作日，还剩 14 个，答复意见截止 2026年4月7日，"
            "最迟应在2026年4月27日（含当日）前答复，提前收到意见的相应提前。",
        ),
        (
            [{"type": "correction_requested", "on": "2026-03-17", "until": "2026-04-10"}],
            day(3, 20),
            "待申请人补正，答复期限不计算，补正截止 2026年4月10日，收到补正后重新计算。",
        ),
        (
            [{"type": "fee_noticed", "on": "2026-03-20", "amount": 7, "received_on": None}],
            day(3, 23),
            "待申请人缴费，答复期限不计算，缴费截止 2026年4月20日（送达凭证未到，"
            "暂按发出之日推算），足额缴纳后重新计算。",
        ),
        (
            [
                {"type": "correction_requested", "on": "2026-03-17"},
                {"type": "correction_received", "on": "2026-03-27"},
                {"type": "extended", "on": "2026-03-31", "days": 10},
            ],
            day(3, 31),
            "第 2 个工作日，还剩 28 个，应在2026年5月13日（含当日）前答复；"
            "2026年3月27日收到补正后答复期限重新计算；2026年3月31日延长答复期限 10 个工作日。",
        ),
        (
            [
                {"type": "fee_noticed", "on": "2026-03-20", "amount": 7},
                {"type": "fee_paid", "on": "2026-04-10"},
            ],
            day(4, 13),
            "第 1 个工作日，还剩 19 个，应在2026年5月12日（含当日）前答复；"
            "2026年4月10日缴费后答复期限重新计算。",
        ),
        (
            [{"type": "delay_stated", "on": "2026-04-02", "until": "2026-05-29"}],
            day(4, 3),
            "第 20 个工作日，还剩 37 个，应在2026年5月29日（含当日）前答复；"
            "2026年4月2日告知延迟至2026年5月29日答复。",
        ),
        (
            [{"type": "decided", "on": "2026-03-20", "outcome": "GRANT"}],
            day(4, 3),
            "已于2026年3月20日作出答复，尚未送达，应在2026年4月3日（含当日）前送达或者交邮。",
        ),
        (
            [{"type": "decided", "on": "2026-03-20", "outcome": "GRANT"}],
            day(4, 4),
            "已于2026年3月20日作出答复，尚未送达，送达期限已于2026年4月3日届满，应立即送达。",
        ),
        (
            [
                {"type": "correction_requested", "on": "2026-03-12", "until": "2026-04-10"},
                {"type": "decided", "on": "2026-03-20", "outcome": "GRANT"},
            ],
            day(4, 3),
            "已于2026年3月20日作出答复，尚未送达。",
        ),
        (
            [
                {"type": "decided", "on": "2026-03-20", "outcome": "GRANT"},
                {"type": "delivered", "on": "2026-03-20"},
            ],
            day(4, 8),
            "已于2026年3月20日送达，用 10 个工作日，在期限（2026年4月3日）内。",
        ),
        (
            [
                {"type": "decided", "on": "2026-04-03", "outcome": "GRANT"},
                {"type": "delivered", "on": "2026-04-08"},
            ],
            day(4, 8),
            "已于2026年4月8日送达，用 22 个工作日，超过期限（2026年4月3日） 2 个工作日。",
        ),
        (
            [
                {"type": "decided", "on": "2026-04-03", "outcome": "GRANT"},
                {"type": "delivered", "on": "2026-04-04"},
            ],
            day(4, 8),
            "已于2026年4月4日送达，用 20 个工作日，超过期限（2026年4月3日）。",
        ),
        (
            [
                {"type": "correction_requested", "on": "2026-03-12", "until": "2026-04-10"},
                {"type": "decided", "on": "2026-03-20", "outcome": "GRANT"},
                {"type": "delivered", "on": "2026-03-20"},
            ],
            day(4, 3),
            "已于2026年3月20日送达，用 4 个工作日，送达时答复期限未在计算。",
        ),
        (
            [{"type": "withdrawn", "on": "2026-03-20"}],
            day(4, 3),
            "2026年3月20日结案：申请人已撤回。",
        ),
        (
            [{"type": "decided", "on": "2026-04-01", "outcome": "GRANT"}],
            day(3, 24),
            "第 12 个工作日，还剩 8 个，应在2026年4月3日（含当日）前答复；"
            "另有 1 项登记的日期晚于 2026年3月24日，未计入。",
        ),
    ],
)
def test_the_explanation_says_it_in_one_sentence(
    events: list[dict[str, Any]], today: date, sentence: str
) -> None:
    assert read(*events_from_json(events), today=today).explanation == sentence


def test_under_the_other_reading_a_payment_lets_the_count_go_on() -> None:
    reading = read(FeeNoticed(day(3, 20), 7), today=day(3, 23), fee_payment_effect="resume")
    assert reading.explanation.endswith("足额缴纳后继续计算。")


def test_an_uncertain_date_is_called_provisional() -> None:
    reading = read_clock([Received(date(2026, 12, 10), "fax")], CALENDAR, date(2026, 12, 11))
    assert "应在2027年1月8日（含当日）前答复；部分日期的节假日安排尚未公布" in reading.explanation

"""Events of a case as data: what is read, what is written, and what cannot be read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gongkai.statute.clock import (
    EVENT_TYPES,
    Delivered,
    EventError,
    FeeNoticed,
    OrganConsulted,
    ThirdPartyConsulted,
    case_from_json,
    event_from_json,
    event_to_json,
    events_from_json,
)
from tests.statute.clock_cases import RECEIVED, day


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
        ({"type": "received", "on": "2026-03-06", "channel": "pigeon"}, "channel “pigeon”不认识"),
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
    assert len(set(labels)) == len(labels) == 17

"""The reading of the clock in one Chinese sentence."""

from datetime import date
from typing import Any

import pytest

from gongkai.statute.clock import (
    FeeNoticed,
    Received,
    events_from_json,
    read_clock,
)
from tests.statute.calendars import CALENDAR
from tests.statute.clock_cases import day, read


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

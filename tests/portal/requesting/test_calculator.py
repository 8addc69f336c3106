"""The public calculator says what the city itself reckons with, line by line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from gongkai.foi.caseclock import read as read_clock
from gongkai.statute.clock import Received, ThirdPartyAnswered, ThirdPartyConsulted
from gongkai.statute.fees import fee_by_items
from gongkai.workdays.queries import current_calendar
from tests.portal.requesting.conftest import wrongs

pytestmark = pytest.mark.django_db
ADDRESS = "/disclosure/calculator/"


def ask(client: Client, **query: str) -> tuple[Any, str]:
    response = client.get(ADDRESS, query)
    page = LexborHTMLParser(response.content.decode())
    return response, " ".join(page.css_first("main").text().split())


def test_article_33_the_deadline_is_the_clocks(client: Client, city: Any):
    """A pause for a third party is left out, and the page says which days."""
    events = [
        Received(on=date(2024, 3, 1), channel="counter"),
        ThirdPartyConsulted(on=date(2024, 3, 5)),
        ThirdPartyAnswered(on=date(2024, 3, 15)),
    ]
    reading = read_clock(events, current_calendar(), date(2024, 3, 20))
    due = reading.due_on
    response, text = ask(
        client, received="2024-03-01", consulted="2024-03-05", replied="2024-03-15"
    )
    assert response.status_code == 200
    assert f"{due.year}年{due.month}月{due.day}日（含当日）答复" in text
    assert "征求第三方意见，不计入" in text
    assert "条例第三十三条" in text


def test_the_address_of_a_result_gives_the_same_result(client: Client, city: Any):
    query = {"received": "2024-03-01", "extended_on": "2024-03-20", "extended_days": "20"}
    first, second = (client.get(ADDRESS, query).content for _time in range(2))
    assert first == second
    page = LexborHTMLParser(first.decode())
    assert page.css_first("#id_received").attributes["value"] == "2024-03-01"


@pytest.mark.parametrize("count", [0, 1, 11, 35])
def test_the_fee_is_that_of_the_statute_line_by_line(client: Client, city: Any, count: int):
    from django.utils import timezone

    _response, text = ask(client, method="item", count=str(count))
    for line in fee_by_items(count, timezone.localdate()).lines():
        assert " ".join(line.split()) in text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"received": "昨天"}, "日期写作"),
        ({"received": ""}, "请填写收到申请的日期"),
        ({"received": "9999-01-01"}, "日期太晚"),
        ({"received": "2024-03-01", "replied": "2024-03-10"}, "征求意见的日期"),
        ({"received": "2024-03-01", "extended_on": "2024-03-08"}, "延长的工作日数"),
        ({"method": "item", "count": "-1"}, "不能是负数"),
        ({"method": "item", "count": "1" * 40}, "数目太大"),
        ({"method": "x", "count": "1"}, "请从列表中选择"),
    ],
)
def test_what_cannot_be_reckoned_is_told_at_its_field(
    client: Client, city: Any, query: dict[str, str], told: str
):
    response, _text = ask(client, **query)
    assert response.status_code == 200
    assert any(told in line for line in wrongs(response)), wrongs(response)


@pytest.mark.parametrize(
    "query",
    [
        {"received": "2024-03-01", "correction_asked": "2024-06-01"},
        {"received": "2024-03-01", "extended_on": "2024-03-08", "extended_days": "60"},
        {"received": "2024-03-05", "consulted": "2024-03-01"},
        {"received": "0001-01-01"},
        {"received": "1999-01-01"},
    ],
)
def test_what_the_law_does_not_allow_is_refused_in_words(
    client: Client, city: Any, query: dict[str, str]
):
    response, text = ask(client, **query)
    assert response.status_code == 200
    page = LexborHTMLParser(response.content.decode())
    assert page.css_first("p.notice.bad") is not None, text

"""Somebody at the form, in a city with three bodies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from gongkai.foi.models import Intake
from tests.foi.intake.people import identity_number

ANSWERS: dict[str, dict[str, str]] = {
    "what": {
        "title": "示例路道路改造工程的立项批复",
        "description": "请公开批复文件及其附件。",
        "document_number": "",
        "search_hint": "",
    },
    "body": {"organ": "411281-004"},
    "supply": {"supply_form": "electronic", "supply_way": "online"},
    "kind": {"kind": "natural"},
    "name": {"name": "测试甲"},
    "identity": {"identity_kind": "id_card", "identity_number": identity_number()},
    "contact": {
        "phone": "000-00000000",
        "email": "jia@example.cn",
        "address": "",
        "postcode": "",
    },
    "agent": {"agent_name": "", "agent_identity_number": "", "agent_phone": ""},
    "help": {},
}


class Citizen:
    """Somebody with a browser that keeps cookies and runs no script."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def begin(self, **data: str) -> None:
        response = self.client.post("/requests/", data)
        assert response.status_code == 302, response.content.decode()
        assert response["Location"] == "/requests/new/what/"

    def answer(self, step: str, **changes: Any) -> Any:
        data = {**ANSWERS.get(step, {}), **changes}
        return self.client.post(f"/requests/new/{step}/", data)

    def fill(self, **changes: dict[str, Any]) -> None:
        """Every question, with `changes` by step."""
        self.begin()
        for step in ANSWERS:
            response = self.answer(step, **changes.get(step, {}))
            assert response.status_code == 302, (step, wrongs(response))

    def submit(self, **data: str) -> Any:
        return self.client.post("/requests/new/check/", data)

    def file(self) -> tuple[Intake, str]:
        """Filed, with the code from the receipt."""
        self.fill()
        response = self.submit()
        assert response.status_code == 302, wrongs(response)
        page = read(self.client.get(response["Location"]))
        number, code = (node.text(strip=True) for node in page.css(".slip code"))
        return Intake.objects.get(number=number), code

    def track(self, number: str, code: str) -> Any:
        return self.client.post("/requests/track/", {"number": number, "code": code})


def read(response: Any) -> LexborHTMLParser:
    assert response.status_code == 200, response.status_code
    return LexborHTMLParser(response.content.decode())


def wrongs(response: Any) -> list[str]:
    """The lines of the error summary."""
    page = LexborHTMLParser(response.content.decode())
    return [node.text(strip=True) for node in page.css("#wrong li")]


@pytest.fixture(autouse=True)
def fresh_counters(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Iterator[None]:
    """No test inherits another's counters, and nobody has to wait while he reads."""
    from datetime import timedelta

    from gongkai.portal.requesting import guarding

    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(guarding, "FASTEST", timedelta(0))
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def citizen(city: Any, client: Client) -> Citizen:
    return Citizen(client)

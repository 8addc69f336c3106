"""The citizen's own pages in English: Chinese stands only where it is marked as such."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from gongkai.foi.models import Intake
from gongkai.foi.services import record_event
from gongkai.foi.services.intake import confirm_intake
from gongkai.ledger.actor import Actor
from gongkai.portal.requesting.steps import STEPS
from gongkai.statute.clock import CorrectionRequested
from tests.portal.requesting.conftest import ANSWERS, Citizen, read
from tests.portal.test_english_pages import unmarked

pytestmark = pytest.mark.django_db


def test_every_page_of_the_form_and_of_the_case_speaks_english(citizen: Citizen):
    citizen.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found: dict[str, Any] = {}
    walked = 0

    def check(response: Any, where: str) -> None:
        nonlocal walked
        walked += 1
        page = read(response)
        assert page.root.attributes["lang"] == "en"
        if left := list(unmarked(page.root, "en")):
            found[where] = left

    citizen.begin()
    check(citizen.submit(), "nothing filled in")
    for step in STEPS:
        response = citizen.client.get(step.url)
        if response.status_code == 200:
            check(response, step.name)
    for step in ANSWERS:
        citizen.answer(step)
    check(citizen.client.get("/requests/new/check/"), "check")
    check(citizen.client.get("/requests/"), "start with a draft")
    assert citizen.submit().status_code == 302
    check(citizen.client.get("/requests/receipt/"), "receipt")
    check(citizen.client.get("/requests/case/"), "waiting")
    today, officer = timezone.localdate(), Actor.command("gongkai test")
    request = confirm_intake(officer, Intake.objects.get(), on=today, subject="示例")
    record_event(officer, request, CorrectionRequested(on=today, days=10))
    check(citizen.client.get("/requests/case/"), "to be corrected")
    for act in ("correction", "supply", "complain", "withdraw"):
        check(citizen.client.get(f"/requests/case/{act}/"), act)
        check(citizen.client.post(f"/requests/case/{act}/", {"seen": "2"}), f"{act} refused")
    check(citizen.track("20260305-ZZZZZZZZ", "AAAABBBBCCCC"), "wrong code")
    query = {"received": "2024-03-01", "consulted": "2024-03-05", "replied": "2024-03-15"}
    check(citizen.client.get("/disclosure/calculator/", query), "calculator")
    check(citizen.client.get("/disclosure/calculator/", {"method": "item", "count": "35"}), "fee")
    assert walked > 25
    assert found == {}

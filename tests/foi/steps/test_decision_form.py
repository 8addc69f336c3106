"""A proposed answer takes the officer's reasons along into the draft of its notice."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gongkai.foi.models import Approval, Notice
from gongkai.foi.services.notices import content_of
from tests.foi.steps.test_steps import granted

pytestmark = pytest.mark.django_db

FACTS = "该信息已经形成。\n没有不予公开的内容。"


@pytest.fixture(autouse=True)
def _ready(today, letterhead, responsible, leader):
    """The body has its letterhead, and it is Monday 9 March 2026."""


def propose(client, officer, case, **fields):
    client.force_login(officer.user)
    return client.post(
        reverse("foi:step", args=[case.pk, "decision"]),
        {"reason": "材料齐全", "seen": case.events.count(), **fields},
    )


def test_the_reasons_stand_in_the_draft_of_the_notice(client, officer, case):
    granted(officer, case)
    propose(client, officer, case, outcome="GRANT/provided", facts=FACTS)
    assert content_of(Notice.objects.get()).own["facts"] == FACTS


def test_without_reasons_the_draft_leaves_them_open(client, officer, case):
    granted(officer, case)
    propose(client, officer, case, outcome="GRANT/provided", facts=" ")
    assert not content_of(Notice.objects.get()).own.get("facts")


def test_a_paper_that_has_no_place_for_them_is_named_and_nothing_typed_is_lost(
    client, officer, case
):
    page = propose(client, officer, case, outcome="DENY_QUERY", facts=FACTS)
    assert "没有“事实理由”一栏" in page.content.decode()
    assert "没有不予公开的内容。" in page.content.decode()
    assert not Approval.objects.exists()

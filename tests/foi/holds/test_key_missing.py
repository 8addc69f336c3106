"""While the master key is another one, nothing is lost, and what needs no key goes on."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from gongkai.foi.models import Applicant, Draft, FoiRequest, Intake, Message
from gongkai.foi.persons import opened
from gongkai.foi.services import drafts, messages
from gongkai.organs.models import Role
from gongkai.vault import keys
from tests.factories.organs import make_user
from tests.foi.holds.conftest import filed
from tests.foi.intake.people import PERSON

pytestmark = pytest.mark.django_db


@pytest.fixture
def intake(organ):
    return filed(organ, 1, channel="ordinary_mail")


@pytest.fixture
def another_key(intake, settings):
    keys.forget()
    settings.VAULT_MASTER_KEY = "ab" * 16
    yield
    keys.forget()
    settings.VAULT_MASTER_KEY = ""
    applicant = Applicant.objects.get(intake=intake)
    assert opened(applicant)[0].name == PERSON.name


def test_lists_go_on_and_the_page_that_opens_data_says_when_to_come_back(
    client, organ, intake, another_key
):
    client.force_login(make_user(Role.REQUEST_OFFICER, organ))
    assert client.get(reverse("foi:index")).status_code == 200
    answer = client.post(reverse("foi:intake_detail", args=[intake.pk]))
    assert answer.status_code == 503
    assert answer["Retry-After"] == "600"
    assert "没有丢失" in answer.content.decode()


def test_what_comes_in_is_refused_whole(organ, another_key):
    before = Intake.objects.count(), FoiRequest.objects.count()
    with pytest.raises(keys.KeyUnavailable):
        filed(organ, 2)
    assert (Intake.objects.count(), FoiRequest.objects.count()) == before


def test_a_message_waits_and_a_draft_is_not_taken_for_a_lost_one(organ, intake, settings):
    key = drafts.begin({"name": "测试甲"})
    Message.objects.update(tries=0)
    keys.forget()
    settings.VAULT_MASTER_KEY = "ab" * 16
    done = messages.send_due()
    assert (done.sent, done.failed) == (0, 0)
    assert done.waiting == Message.objects.filter(state="queued").count() > 0
    with pytest.raises(keys.KeyUnavailable):
        drafts.read_draft(key)
    assert Draft.objects.count() == 1
    keys.forget()
    settings.VAULT_MASTER_KEY = ""
    assert drafts.read_draft(key).answers["name"] == "测试甲"
    assert mail.outbox == []

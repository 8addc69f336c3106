"""Two officers at one intake, with two real connections."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from gongkai.foi.models import FoiRequest, Intake
from gongkai.foi.services import intake as intakes
from gongkai.ledger.actor import Actor
from tests.factories.organs import make_organ
from tests.foi.intake.people import PERSON, WISH
from tests.foi.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)

CONSOLE = Actor.command("测试")


def test_of_a_confirmation_and_a_forwarding_at_once_one_is_kept_and_the_other_told():
    organ, other = make_organ(), make_organ()
    today = timezone.localdate()
    intake = intakes.record_intake(
        CONSOLE, organ, channel="email", arrived_on=today, person=PERSON, wish=WISH
    ).intake

    def act(number):
        if number == 0:
            return intakes.confirm_intake(CONSOLE, intake, on=today, subject="示例")
        return intakes.forward_intake(CONSOLE, intake, other, "转交")

    found = at_once(act, 2)
    refused = [one for one in found if isinstance(one, ValidationError)]
    assert len(refused) == 1
    intake.refresh_from_db()
    confirmed = intake.state == Intake.State.CONFIRMED
    assert FoiRequest.objects.count() == int(confirmed)
    assert Intake.objects.filter(organ=other).count() == int(not confirmed)


def test_filings_at_once_get_different_numbers_and_codes():
    organ = make_organ()

    def file(_number):
        return intakes.file_request(Actor.applicant(), organ, person=PERSON, wish=WISH)

    found = at_once(file, 4)
    assert len({one.intake.number for one in found}) == 4
    assert len({one.code for one in found}) == 4

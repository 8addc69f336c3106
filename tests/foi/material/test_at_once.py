"""Two officers at one file, with two real connections."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from gongkai.disclosure.models import DisclosedItem
from gongkai.foi.models import CaseFile, Conversion, Redaction
from gongkai.foi.services import converting, redaction
from gongkai.foi.services.files import add_file
from gongkai.foi.services.redaction import Strike
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role
from tests.factories.disclosure import make_column
from tests.factories.organs import make_user
from tests.foi.material.conftest import PAPER
from tests.foi.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)

STRIKE = Strike(1, 100, 120, 700, 200, "15-2", "自然人的姓名")


@pytest.fixture
def officers(officer, organ):
    return [officer, Actor.for_user(make_user(Role.REQUEST_OFFICER, organ))]


def test_of_two_first_drafts_at_once_one_is_kept_and_the_other_told(officers, original):
    found = at_once(
        lambda number: redaction.save_draft(officers[number], original, [STRIKE], seen=0), 2
    )
    refused = [one for one in found if isinstance(one, ValidationError)]
    assert len(refused) == 1
    assert refused[0].code == "changed"
    assert redaction.work_on(original).version == 1


def test_a_preview_that_two_take_at_once_becomes_one_file(officers, original):
    preview = redaction.make_preview(officers[0], original, [STRIKE], seen=0)
    found = at_once(
        lambda number: redaction.accept_preview(
            officers[number], original, result=preview.sm3, looked=True
        ),
        2,
    )
    assert [isinstance(one, ValidationError) for one in found].count(True) == 1
    assert CaseFile.objects.filter(kind="redacted").count() == 1
    assert Redaction.objects.count() == 1


def test_article_37_an_original_released_while_it_is_struck_out_of_stays_inside(officers, original):
    preview = redaction.make_preview(officers[0], original, [STRIKE], seen=0)

    def work(number):
        if number:
            return redaction.release(officers[1], original)
        return redaction.accept_preview(officers[0], original, result=preview.sm3, looked=True)

    at_once(work, 2)
    original.refresh_from_db()
    assert CaseFile.objects.filter(kind="redacted").count() == 1
    assert not original.released


def test_article_44_a_case_that_two_convert_at_once_becomes_one_draft(officers, organ, decided):
    file = add_file(officers[0], kind="original", content=PAPER, name="某批复.pdf", request=decided)
    redaction.release(officers[0], file)
    column = make_column(owner=organ)
    at_once(
        lambda number: converting.convert(officers[number], decided, title="某批复", column=column),
        2,
    )
    assert Conversion.objects.count() == 1
    assert DisclosedItem.objects.count() == 1

"""提请确定 (Art. 17): what the body cannot decide is asked of the competent department."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from gongkai.disclosure import services
from gongkai.disclosure.models import (
    DisclosedItem,
    Referral,
    Status,
    Step,
)
from tests.factories.disclosure import Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


# -- asking the competent department ---------------------------------------------------------------


def refer(office: Office) -> tuple[DisclosedItem, Referral]:
    item = office.decide(office.submit())
    item = office.decide(
        item,
        "referred",
        opinion="是否属于国家秘密不能确定。",
        refer_to="市国家保密局",
        reply_due_on=timezone.localdate() + timedelta(days=10),
    )
    return item, Referral.objects.get()


def test_what_the_body_cannot_decide_is_referred_and_waits(office: Office) -> None:
    """Art. 17: 不能确定的，报有关主管部门或者保密行政管理部门确定."""
    item, referral = refer(office)
    assert (item.step, item.status) == (Step.SECRECY, Status.IN_REVIEW)
    with pytest.raises(ValidationError, match="尚未登记答复"):
        office.decide(item)
    with pytest.raises(ValidationError, match="已有一次提请"):
        office.decide(
            item,
            "referred",
            opinion="再问",
            refer_to="市国家保密局",
            reply_due_on=timezone.localdate(),
        )
    services.record_reply(
        office.actor(Step.SECRECY),
        referral,
        conclusion="may",
        reply="不属于国家秘密。",
        replied_on=timezone.localdate(),
    )
    assert office.decide(item).step == Step.APPROVAL


def test_an_answer_that_forbids_is_obeyed(office: Office) -> None:
    item, referral = refer(office)
    services.record_reply(
        office.actor(Step.SECRECY),
        referral,
        conclusion="may_not",
        reply="属于国家秘密。",
        replied_on=timezone.localdate(),
    )
    with pytest.raises(ValidationError, match="答复不得公开"):
        office.decide(item)
    assert office.decide(item, "returned", opinion="改为不予公开。").status == Status.RETURNED


def test_a_referral_says_whom_it_asks_and_until_when(office: Office) -> None:
    item = office.decide(office.submit())
    today = timezone.localdate()
    with pytest.raises(ValidationError, match="哪个主管部门"):
        office.decide(item, "referred", opinion="不定", reply_due_on=today)
    with pytest.raises(ValidationError, match="答复期限"):
        office.decide(item, "referred", opinion="不定", refer_to="市国家保密局")
    with pytest.raises(ValidationError, match="不能确定的事项"):
        office.decide(item, "referred", refer_to="市国家保密局", reply_due_on=today)


def test_only_the_secrecy_review_refers(office: Office) -> None:
    item = office.submit()
    with pytest.raises(ValidationError, match="保密审查环节"):
        office.decide(
            item,
            "referred",
            opinion="不定",
            refer_to="市国家保密局",
            reply_due_on=timezone.localdate(),
        )


def test_a_reply_is_recorded_once_and_between_asking_and_today(office: Office) -> None:
    _item, referral = refer(office)
    actor, today = office.actor(Step.SECRECY), timezone.localdate()
    wanted = {"conclusion": "may", "reply": "可以公开。"}
    with pytest.raises(ValidationError, match="答复日期"):
        services.record_reply(actor, referral, replied_on=today + timedelta(days=1), **wanted)
    with pytest.raises(ValidationError, match="答复内容"):
        services.record_reply(actor, referral, conclusion="may", reply="", replied_on=today)
    with pytest.raises(ValidationError, match="答复结论"):
        services.record_reply(actor, referral, conclusion="x", reply="好", replied_on=today)
    services.record_reply(actor, referral, replied_on=today, **wanted)
    with pytest.raises(ValidationError, match="无需再次登记"):
        services.record_reply(actor, referral, replied_on=today, **wanted)


def test_taking_the_item_back_ends_the_question(office: Office) -> None:
    item, referral = refer(office)
    services.recall(office.actor(), item)
    referral.refresh_from_db()
    assert referral.closed_on == timezone.localdate()

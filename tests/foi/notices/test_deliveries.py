"""Delivery: the day that counts (国办公开办函〔2016〕235号), proofs, and the clock of the case."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from gongkai.foi.models import FoiRequest, Message, Notice
from gongkai.foi.services import deliveries, notices, record_event
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role
from gongkai.statute.clock import Decided
from tests.factories.organs import make_organ, make_user
from tests.foi.notices.conftest import approved, make_case_of
from tests.foi.notices.test_issuing import ISSUED, issued

pytestmark = pytest.mark.django_db

POSTED = date(2026, 4, 3)
MAIL = {"way": "post", "tracking_number": "1234567890123"}


@pytest.fixture
def notice(officer, case, letterhead):
    return issued(officer, case)


@pytest.fixture
def answer(officer, case, letterhead):
    """The answer of a case that was decided and waits for its delivery."""
    approval = approved(case, "decision", outcome="GRANT", subtype="provided")
    made = issued(officer, case, "N10", approval=approval, supply="复印件一份。")
    record_event(officer, case, Decided(on=ISSUED, outcome="GRANT"), subtype="provided")
    return made


@pytest.mark.parametrize(
    ("way", "received_on", "counts_on"),
    [
        ("post", None, POSTED),
        ("post", date(2026, 4, 8), POSTED),
        ("in_person", date(2026, 4, 8), date(2026, 4, 8)),
        ("entrusted", None, None),
        ("entrusted", date(2026, 4, 8), date(2026, 4, 8)),
        ("electronic", None, POSTED),
    ],
)
def test_the_day_that_counts_is_posting_or_signature(officer, notice, way, received_on, counts_on):
    number = "1234567890123" if way == "post" else ""
    made = deliveries.record_delivery(
        officer, notice, way=way, sent_on=POSTED, received_on=received_on, tracking_number=number
    )
    assert made.counts_on == counts_on
    notice.refresh_from_db()
    assert notice.undelivered is (counts_on is None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"way": "post", "sent_on": POSTED}, "tracking_number"),
        ({**MAIL, "tracking_number": "号码", "sent_on": POSTED}, "tracking_number"),
        ({"way": "in_person", "sent_on": POSTED}, "received_on"),
        ({**MAIL, "sent_on": date(2026, 4, 1)}, "sent_on"),
        ({**MAIL, "sent_on": POSTED, "received_on": date(2026, 4, 2)}, "received_on"),
        ({"way": "courier", "sent_on": POSTED}, "way"),
    ],
)
def test_an_impossible_delivery_says_what_is_wrong(officer, notice, values, field):
    with pytest.raises(ValidationError) as caught:
        deliveries.record_delivery(officer, notice, **values)
    assert field in caught.value.message_dict


def test_nothing_is_delivered_tomorrow_or_before_it_is_issued(officer, notice, case):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError, match="晚于今天"):
        deliveries.record_delivery(officer, notice, sent_on=tomorrow, **MAIL)
    draft = notices.draft_notice(officer, case, "N02")
    with pytest.raises(ValidationError, match="还没有印发"):
        deliveries.record_delivery(officer, draft, sent_on=POSTED, **MAIL)


def test_a_refused_paper_waits_again_until_it_is_delivered_anew(officer, notice):
    first = deliveries.record_delivery(officer, notice, sent_on=POSTED, **MAIL)
    deliveries.record_failed_delivery(officer, first, on=date(2026, 4, 9), reason="拒收")
    notice.refresh_from_db()
    assert notice.undelivered
    with pytest.raises(ValidationError, match="未送达"):
        deliveries.complete_delivery(officer, first, received_on=date(2026, 4, 10))
    second = deliveries.record_delivery(
        officer, notice, way="in_person", sent_on=date(2026, 4, 10), received_on=date(2026, 4, 10)
    )
    notice.refresh_from_db()
    assert not notice.undelivered
    with pytest.raises(ValidationError, match="已于"):
        deliveries.record_failed_delivery(officer, second, on=date(2026, 4, 11), reason="退回")


def test_the_answers_clock_stops_on_the_day_of_posting_article_33(officer, case, answer):
    deliveries.deliver_notice(officer, answer, sent_on=POSTED, **MAIL)
    case = FoiRequest.objects.get(pk=case.pk)
    assert case.state == "delivered"
    event = case.events.order_by("seq").last()
    assert (event.type, event.on) == ("delivered", POSTED)


def test_an_entrusted_delivery_stops_it_when_it_is_signed(officer, case, answer):
    sent = deliveries.deliver_notice(officer, answer, way="entrusted", sent_on=POSTED)
    assert FoiRequest.objects.get(pk=case.pk).state == "decided"
    deliveries.sign_for_delivery(officer, sent, received_on=date(2026, 4, 7))
    case = FoiRequest.objects.get(pk=case.pk)
    assert (case.state, case.events.order_by("seq").last().on) == ("delivered", date(2026, 4, 7))


def test_other_papers_leave_the_clock_alone(officer, case, notice):
    deliveries.deliver_notice(officer, notice, sent_on=POSTED, **MAIL)
    assert FoiRequest.objects.get(pk=case.pk).state == "running"


def test_an_electronic_delivery_tells_the_applicant_to_look(officer, organ, letterhead):
    case = make_case_of(officer, organ, email="zhang@example.org")
    deliveries.deliver_notice(officer, issued(officer, case), way="electronic", sent_on=POSTED)
    assert list(Message.objects.values_list("way", "about")) == [("email", "notice")]


def test_the_receipt_and_replaced_papers_wait_for_nobody(officer, case, notice):
    receipt = notices.draft_notice(officer, case, "N01")
    assert not notices.issue_notice(officer, receipt, on=ISSUED).undelivered
    fresh = notices.replace_notice(officer, notice, reason="有误")
    notices.issue_notice(officer, fresh, on=ISSUED)
    assert list(Notice.objects.filter(undelivered=True)) == [fresh]


def test_only_who_handles_the_body_records_deliveries(officer, notice):
    elsewhere = Actor.for_user(make_user(Role.REQUEST_OFFICER, make_organ("411281-012")))
    with pytest.raises(PermissionDenied):
        deliveries.record_delivery(elsewhere, notice, sent_on=POSTED, **MAIL)

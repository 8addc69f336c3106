"""What a review or a court orders comes back on the clock (条例第五十一条)."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from gongkai.foi import services
from gongkai.foi.caseclock import latest_result
from gongkai.foi.models import FoiRequest, RemedyCase
from gongkai.foi.queries import reading_of
from gongkai.foi.worklist import duties_of_decisions
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.statute.clock import Decided, Delivered
from gongkai.workdays.queries import current_calendar
from tests.factories.foi import make_case, make_remedy, received
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

DENIED = {"type": "decided", "on": "2026-03-10", "outcome": "DENY_INTERNAL"}
DELIVERED = {"type": "delivered", "on": "2026-03-11"}


@pytest.fixture
def organ():
    return make_organ("411281-001", name="测试局")


@pytest.fixture
def user(organ):
    return make_user(Role.REQUEST_OFFICER, organ)


@pytest.fixture
def officer(user):
    return Actor.for_user(user)


@pytest.fixture
def denied(organ):
    return make_case(organ, received("2026-03-06"), DENIED, DELIVERED)


def pending(organ, request=None):
    return make_remedy(
        organ, request=request, kind="review", filed_on=date(2026, 4, 1), result="",
        concluded_on=None,
    )  # fmt: skip


def ordered(officer, case, **more):
    values = {"result": "corrected", "concluded_on": date(2026, 5, 20), "duty": "anew"}
    return services.conclude_remedy_case(officer, case, **values | more)


def test_article_51_a_quashed_refusal_is_on_the_clock_again(organ, officer, denied):
    ordered(officer, pending(organ, denied), arrived_on=date(2026, 5, 22))
    denied.refresh_from_db()
    last = denied.events.order_by("seq").last()
    assert (last.type, last.on) == ("reopened", date(2026, 5, 22))
    assert denied.state == "running"
    # Twenty working days from 22 May 2026, the dragon boat festival (19 June) left out.
    assert denied.due_on == date(2026, 6, 22)
    acts = set(LedgerEntry.objects.values_list("action", flat=True))
    assert {"foi.remedy.conclude", "foi.event"} <= acts


def test_a_day_that_the_decision_sets_is_the_deadline(organ, officer, denied):
    case = ordered(officer, pending(organ, denied), duty_until=date(2026, 6, 5))
    denied.refresh_from_db()
    assert (denied.due_on, case.duty_until) == (date(2026, 6, 5), date(2026, 6, 5))


def test_table_three_keeps_the_first_result_of_a_reopened_request(organ, officer, denied):
    before = (denied.outcome, denied.decided_on)
    ordered(officer, pending(organ, denied))
    request = FoiRequest.objects.get(pk=denied.pk)
    services.record_event(officer, request, Decided(date(2026, 6, 1), "GRANT"), subtype="provided")
    services.record_event(officer, request, Delivered(date(2026, 6, 2)))
    request.refresh_from_db()
    assert (request.outcome, request.decided_on) == before == ("DENY_INTERNAL", date(2026, 3, 10))
    assert (request.state, request.due_on) == ("delivered", None)
    events = list(request.events.order_by("seq"))
    reading = reading_of(events, current_calendar(), date(2026, 6, 3))
    assert latest_result(events, reading) == ("GRANT", "provided")


def test_a_request_that_was_never_answered_keeps_its_running_clock(organ, officer):
    late = make_case(organ, received("2026-03-06"))
    due = late.due_on
    case = ordered(officer, pending(organ, late), duty="answer", duty_until=date(2026, 6, 5))
    late.refresh_from_db()
    assert late.due_on == due
    assert not late.events.filter(type="reopened").exists()
    assert case.duty_until == date(2026, 6, 5)


def test_a_duty_is_done_when_the_new_answer_is_delivered(organ, officer, denied):
    case = ordered(officer, pending(organ, denied))
    with pytest.raises(ValidationError, match="重新答复送达以后才算履行完毕"):
        services.fulfil_duty(officer, case, on=date(2026, 6, 2))
    request = FoiRequest.objects.get(pk=denied.pk)
    services.record_event(officer, request, Decided(date(2026, 6, 1), "GRANT"))
    services.record_event(officer, request, Delivered(date(2026, 6, 2)))
    done = services.fulfil_duty(officer, case, on=date(2026, 6, 2))
    assert done.duty_done_on == date(2026, 6, 2)
    with pytest.raises(ValidationError, match="已于 2026-06-02 登记履行完毕"):
        services.fulfil_duty(officer, case, on=date(2026, 6, 3))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"result": "upheld"}, "只有结果纠正"),
        ({"duty": "", "duty_until": date(2026, 6, 5)}, "同时选择需要履行的事项"),
        ({"duty_until": date(2026, 5, 19)}, "履行期限早于收到文书的日期"),
        ({"arrived_on": date(2026, 5, 19)}, "收到文书的日期早于审结日期"),
        ({"duty": "singing"}, "没有“singing”这种履行事项"),
    ],
)
def test_what_cannot_have_been_ordered_changes_nothing(organ, officer, denied, values, words):
    case = pending(organ, denied)
    with pytest.raises(ValidationError) as caught:
        ordered(officer, case, **values)
    assert words in " ".join(caught.value.messages)
    case.refresh_from_db()
    assert (case.result, case.duty) == ("", "")
    assert not denied.events.filter(type="reopened").exists()


def test_a_case_that_goes_on_is_pending_again_and_stays_one_case(organ, officer):
    case = pending(organ)
    with pytest.raises(ValidationError, match="尚未审结"):
        services.advance_remedy_case(officer, case, stage="appeal")
    services.conclude_remedy_case(officer, case, result="upheld", concluded_on=date(2026, 5, 20))
    services.advance_remedy_case(officer, case, stage="appeal")
    case.refresh_from_db()
    assert (case.stage, case.result, case.concluded_on) == ("appeal", "", None)
    with pytest.raises(ValidationError, match="请选择其后的程序"):
        services.advance_remedy_case(officer, case, stage="first")
    assert RemedyCase.objects.count() == 1


def test_another_body_does_none_of_it(organ, denied):
    stranger = Actor.for_user(make_user(Role.REQUEST_OFFICER, make_organ("411281-002")))
    case = pending(organ, denied)
    with pytest.raises(PermissionDenied):
        ordered(stranger, case)
    for act in (
        lambda: services.advance_remedy_case(stranger, case, stage="appeal"),
        lambda: services.fulfil_duty(stranger, case, on=date(2026, 6, 2)),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_what_is_owed_stands_on_the_start_page_until_it_is_done(organ, officer, user, denied):
    case = ordered(officer, pending(organ, denied), duty_until=date(2026, 6, 5))
    work = duties_of_decisions(user, date(2026, 6, 8))
    assert (work.total, work.late) == (1, 1)
    assert work.tasks[0].title == f"{case.number} 撤销并重新答复"
    other = make_user(Role.REQUEST_OFFICER, make_organ("411281-002"))
    assert duties_of_decisions(other, date(2026, 6, 8)).total == 0


def test_the_officer_does_it_on_screen(client, organ, user, denied):
    client.force_login(user)
    case = pending(organ, denied)

    def url(name):
        return reverse(f"foi:{name}", args=[case.pk])

    assert timezone.localdate() > date(2026, 5, 22)
    wrong = client.post(
        url("case_conclude"),
        {"result": "upheld", "concluded_on": "2026-05-20", "duty": "anew"},
    )
    assert wrong.status_code == 422
    assert "只有结果纠正" in wrong.content.decode()
    values = {"result": "corrected", "concluded_on": "2026-05-20", "arrived_on": "2026-05-22",
              "duty": "anew", "duty_until": "2026-06-05"}  # fmt: skip
    assert client.post(url("case_conclude"), values).status_code == 302
    page = client.get(url("case_detail")).content.decode()
    assert "撤销并重新答复" in page
    assert url("case_fulfil") in page
    assert url("case_advance") in page
    listed = client.get(reverse("foi:case_list"), {"duty": "open"}).content.decode()
    assert case.number in listed
    early = client.post(url("case_fulfil"), {"on": "2026-06-05"})
    assert early.status_code == 422
    assert "重新答复送达以后" in early.content.decode()
    assert client.post(url("case_advance"), {"stage": "appeal"}).status_code == 302
    case.refresh_from_db()
    assert (case.stage, case.duty) == ("appeal", "")

"""The steps on screen: what is lawful is a button, what is not says why, nothing typed is lost."""

from __future__ import annotations

import html
from datetime import date

import pytest
from django.urls import reverse

from gongkai.foi.models import Approval, FoiRequest, Notice
from gongkai.foi.services import steps
from gongkai.foi.services.deliveries import deliver_notice
from gongkai.foi.views.steps import CONSULTATION_STEPS, STEPS
from gongkai.foi.worklist import pending_approvals
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.statute.outcomes import OUTCOMES
from tests.factories.organs import make_organ, make_user
from tests.foi.notices.conftest import NAME, WISH
from tests.foi.steps.test_steps import decide, granted, third_party

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ready(today, letterhead, responsible, leader):
    """The body has its letterhead, and it is Monday 9 March 2026."""


@pytest.fixture
def browser(client, officer):
    client.force_login(officer.user)
    return client


def url(name, *args):
    return reverse(f"foi:{name}", args=args)


def text_of(response):
    return response.content.decode()


def test_the_case_page_offers_what_is_lawful_and_says_why_not(browser, officer, case, today):
    page = text_of(browser.get(url("request_detail", case.pk)))
    assert url("step", case.pk, "correction") in page
    assert url("step", case.pk, "decision") in page
    assert "foi-bar__left" in page
    today(2026, 3, 19)
    browser.force_login(officer.user)
    page = text_of(browser.get(url("request_detail", case.pk)))
    assert url("step", case.pk, "correction") not in page
    assert "7 个工作日内作出" in page
    assert "foi-bar__used" in page


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ((2026, 3, 9), ""),
        ((2026, 12, 20), "当前期限在2027年：2026年12月31日前没有办结的，结转2027年度。"),
        ((2027, 1, 4), "计入2026年度报告表三“结转下年度继续办理”和2027年度报告表三“上年结转”。"),
    ],
)
def test_the_page_says_that_a_case_is_carried_over(browser, officer, case, today, on, said):
    FoiRequest.objects.filter(pk=case.pk).update(due_on=date(2027, 1, 15) if said else case.due_on)
    today(*on)
    browser.force_login(officer.user)
    page = text_of(browser.get(url("request_detail", case.pk)))
    assert ("年度结转" in page) == bool(said)
    assert said in page


@pytest.mark.parametrize("name", list(STEPS))
def test_every_step_has_its_form_for_ones_own_cases_alone(client, browser, case, name):
    assert browser.get(url("step", case.pk, name)).status_code == 200
    assert browser.get(url("step", case.pk, "nothing")).status_code == 404
    client.force_login(make_user(Role.REQUEST_OFFICER, make_organ("411281-009")))
    assert client.get(url("step", case.pk, name)).status_code == 404
    assert client.post(url("step", case.pk, name), {}).status_code == 404


def test_a_correction_is_told_from_the_screen(browser, case):
    form = browser.get(url("step", case.pk, "correction")).context["form"]
    assert form["days"].value() == 15
    values = {"points": "一、请写明文号。", "guidance": "", "days": "10", "seen": "1"}
    answer = browser.post(url("step", case.pk, "correction"), values)
    notice = Notice.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == url("notice_detail", notice.pk)


def test_what_the_law_refuses_is_told_and_what_was_typed_stays(browser, officer, case, today):
    today(2026, 3, 19)
    browser.force_login(officer.user)
    values = {"points": "一、请写明文号。", "days": "10", "seen": "1"}
    answer = browser.post(url("step", case.pk, "correction"), values)
    assert answer.status_code == 422
    page = text_of(answer)
    assert "逾期不得再要求补正" in page
    assert "条例第三十条" in page
    assert "一、请写明文号。" in page


def test_two_officers_the_second_reads_what_happened_and_may_send_again(browser, officer, case):
    steps.add_note(officer, case, text="无关")
    third_party(officer, case)
    values = {"on": "2026-03-09", "seen": "1"}
    answer = browser.post(url("step", case.pk, "withdrawal"), values)
    assert answer.status_code == 422
    assert "已由他人登记了新的事项" in text_of(answer)
    assert answer.context["form"]["seen"].value() == "2"
    values["seen"] = answer.context["form"]["seen"].value()
    assert browser.post(url("step", case.pk, "withdrawal"), values).status_code == 302
    assert FoiRequest.objects.get(pk=case.pk).state == "withdrawn"


@pytest.mark.parametrize("name", list(CONSULTATION_STEPS))
def test_consultations_are_ones_own(client, browser, officer, case, name):
    asked = third_party(officer, case)
    assert browser.get(url("consultation_step", asked.pk, name)).status_code == 200
    client.force_login(make_user(Role.REQUEST_OFFICER, make_organ("411281-009")))
    assert client.get(url("consultation_step", asked.pk, name)).status_code == 404


def test_a_reply_is_recorded_from_the_case_page(browser, officer, case):
    asked = third_party(officer, case)
    page = text_of(browser.get(url("request_detail", case.pk)))
    assert url("consultation_step", asked.pk, "reply") in page
    values = {"on": "2026-03-09", "reply": "objected", "text": "商业秘密", "seen": "2"}
    answer = browser.post(url("consultation_step", asked.pk, "reply"), values)
    assert answer.status_code == 302
    page = text_of(browser.get(url("request_detail", case.pk)))
    assert url("consultation_step", asked.pk, "assessment") in page
    assert "商业秘密" not in page
    values = {"accepted": "no", "assessment": "已经公示。"}
    browser.post(url("consultation_step", asked.pk, "assessment"), values)
    asked.refresh_from_db()
    assert asked.accepted is False


def test_an_extension_is_proposed_approved_and_sent_on_screen(client, browser, case, responsible):
    answer = browser.post(
        url("step", case.pk, "extension"), {"days": "10", "reason": "档案数量较大", "seen": "1"}
    )
    approval = Approval.objects.get()
    assert answer["Location"] == url("approval_detail", approval.pk)
    own = text_of(browser.get(url("approval_detail", approval.pk)))
    assert "提出人不能审批自己提出的事项" in own
    assert pending_approvals(responsible.user, date(2026, 3, 9)).total == 1

    client.force_login(responsible.user)
    page = client.get(url("approval_detail", approval.pk))
    assert "延长10个工作日" in text_of(page)
    refused = client.post(url("approval_detail", approval.pk), {"return": "", "comment": ""})
    assert refused.status_code == 422
    assert "请写明退回的原因" in text_of(refused)
    client.post(url("approval_detail", approval.pk), {"agree": "", "comment": "同意"})
    approval.refresh_from_db()
    assert approval.state == "approved"
    assert pending_approvals(responsible.user, date(2026, 3, 9)).total == 0

    values = {"way": "electronic", "sent_on": "2026-03-09", "seen": "1"}
    answer = client.post(url("approval_carry_out", approval.pk), values)
    assert answer.status_code == 302
    assert FoiRequest.objects.get(pk=case.pk).due_on == date(2026, 4, 20)


def test_an_answer_is_signed_on_the_leaders_phone(client, officer, leader, case):
    granted(officer, case)
    approval = decide(officer, case, extra={"supply": "一、示例文件，共2页。"})
    client.force_login(leader.user)
    page = client.get(url("approval_detail", approval.pk))
    assert "予以公开" in text_of(page)
    seen = page.context["form"]["seen"].value()
    answer = client.post(
        url("approval_detail", approval.pk), {"agree": "", "comment": "", "seen": seen}
    )
    assert answer.status_code == 302
    assert FoiRequest.objects.get(pk=case.pk).state == "decided"
    listed = text_of(client.get(url("approval_list")))
    assert case.number in listed
    assert case.number not in text_of(client.get(url("approval_list"), {"mine": "1"}))


def test_an_officer_does_not_sign(browser, officer, case):
    granted(officer, case)
    approval = decide(officer, case, extra={"supply": "一、示例文件，共2页。"})
    answer = browser.post(url("approval_detail", approval.pk), {"agree": "", "comment": ""})
    assert answer.status_code == 422
    assert FoiRequest.objects.get(pk=case.pk).state == "running"


def test_what_is_missing_for_an_outcome_is_named(browser, case):
    values = {"outcome": "UNABLE_NOT_HELD/not_exist", "reason": "查无此件", "seen": "1"}
    answer = browser.post(url("step", case.pk, "decision"), values)
    assert answer.status_code == 422
    assert "查找记录" in text_of(answer)
    assert "查无此件" in text_of(answer)


def test_sealed_texts_are_shown_on_demand_and_kept_by_nobody(client, browser, officer, case):
    steps.add_note(officer, case, text="只给经办人看的备注")
    assert "只给经办人看的备注" not in text_of(browser.get(url("request_detail", case.pk)))
    assert browser.get(url("texts", case.pk)).status_code == 405
    answer = browser.post(url("texts", case.pk))
    assert "只给经办人看的备注" in text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    client.force_login(make_user(Role.REVIEWER, case.organ))
    refused = client.post(url("texts", case.pk))
    assert refused.status_code in (302, 403)
    assert "只给经办人看的备注" not in text_of(refused)


def test_the_case_page_asks_as_many_statements_for_many_consultations(
    browser, officer, case, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    third_party(officer, case)
    browser.get(url("request_detail", case.pk))
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(url("request_detail", case.pk))
    for _ in range(3):
        third_party(officer, case)
    with django_assert_max_num_queries(len(few)):
        browser.get(url("request_detail", case.pk))


def test_the_applicant_is_shown_on_demand_against_a_ledger_entry(client, browser, organ, case):
    page = text_of(browser.get(url("request_detail", case.pk)))
    assert NAME not in page
    assert WISH not in page
    assert not LedgerEntry.objects.filter(action="foi.reveal").exists()
    answer = browser.post(url("request_detail", case.pk))
    assert NAME in text_of(answer)
    assert WISH in text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    assert LedgerEntry.objects.filter(action="foi.reveal").count() == 1
    client.force_login(make_user(Role.REQUEST_OFFICER, make_organ("411281-009")))
    assert client.post(url("request_detail", case.pk)).status_code == 404
    client.force_login(make_user(Role.REVIEWER, organ))
    refused = client.post(url("request_detail", case.pk))
    assert NAME not in text_of(refused)
    assert LedgerEntry.objects.filter(action="foi.reveal").count() == 1


def test_one_timeline_holds_events_notices_deliveries_and_approvals(browser, officer, case):
    notice = steps.request_correction(officer, case, points="一、请写明文号。", days=10)
    deliver_notice(officer, notice, way="electronic", sent_on=date(2026, 3, 9))
    page = browser.get(url("request_detail", case.pk))
    kinds = [entry.kind for entry in page.context["timeline"]]
    assert kinds.count("event") == 2
    assert {"notice", "delivery"} <= set(kinds)
    shown = [(entry.on, entry.at) for entry in page.context["timeline"]]
    assert shown == sorted(shown)


def test_who_does_not_handle_the_case_is_offered_nothing(client, organ, case):
    client.force_login(make_user(Role.APPROVING_LEADER, organ))
    page = client.get(url("request_detail", case.pk))
    assert page.status_code == 200
    assert (page.context["lawful"], page.context["refused"]) == ([], [])


def test_acts_upon_the_case_stand_on_its_page_for_its_handlers(browser, officer, case):
    steps.add_note(officer, case, text="备注")
    page = text_of(browser.get(url("request_detail", case.pk)))
    assert "添加办理备注" in page


def test_article_45_a_case_on_file_offers_only_to_be_taken_out_again(browser, case):
    FoiRequest.objects.filter(pk=case.pk).update(archived_on=date(2026, 3, 9))
    page = browser.get(url("request_detail", case.pk))
    assert [one.url for one in page.context["lawful"]] == [url("step", case.pk, "unarchive")]
    assert url("step", case.pk, "note") not in text_of(page)


def test_who_signs_reads_when_the_outcome_is_barred(client, officer, leader, case):
    steps.add_proof(officer, case, key="search_record", text="查了公文系统，未发现。")
    approval = steps.propose_decision(
        officer, case, outcome_code="UNABLE_NOT_HELD", subtype="not_exist", reason="查无此件"
    )
    client.force_login(leader.user)
    page = client.get(url("approval_detail", approval.pk))
    barred = OUTCOMES["UNABLE_NOT_HELD"].never_for("not_exist")
    assert barred
    for words in barred:
        assert words in html.unescape(text_of(page))


def test_the_leader_sees_on_the_page_what_waits_for_his_signature(client, officer, leader, case):
    granted(officer, case)
    decide(officer, case, extra={"supply": "一、示例文件，共2页。"})
    client.force_login(leader.user)
    assert "等您审批" in text_of(client.get(url("request_detail", case.pk)))
    client.force_login(officer.user)
    assert "等您审批" not in text_of(client.get(url("request_detail", case.pk)))

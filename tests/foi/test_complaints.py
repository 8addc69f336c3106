"""投诉 (条例第四十七条): what an applicant complains about reaches somebody who answers."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from gongkai.foi.models import CaseFile, Complaint, Message
from gongkai.foi.services.complaints import answer_by, answer_complaint, read_complaint
from gongkai.foi.services.following import complain, look
from gongkai.foi.worklist import open_complaints, slips_to_check
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from tests.factories.foi import make_case, received
from tests.factories.organs import make_organ, make_user
from tests.foi.notices.conftest import case as case
from tests.foi.notices.conftest import make_case_of
from tests.foi.notices.conftest import officer as officer
from tests.foi.notices.conftest import organ as organ
from tests.foi.notices.conftest import responsible as responsible

pytestmark = pytest.mark.django_db

TEXT = "至今没有人联系我，请督促办理。"


@pytest.fixture
def complaint(case):
    return complain(Actor.applicant(), case.intake, text=TEXT)


def test_a_complaint_is_sealed_and_read_against_a_ledger_entry(complaint, responsible):
    assert TEXT.encode() not in bytes(complaint.sealed)
    assert read_complaint(responsible, complaint) == TEXT
    entry = LedgerEntry.objects.order_by("pk").last()
    assert entry.action == "foi.complaint.read"
    assert TEXT not in str(entry.changes)


def test_article_47_the_answer_is_what_the_applicant_reads(complaint, responsible, case):
    answer_complaint(responsible, complaint, answer="已督促，将在期限内答复。")
    (seen,) = look(case.intake).complaints
    assert (seen.text, seen.answer) == (TEXT, "已督促，将在期限内答复。")
    with pytest.raises(ValidationError, match="答复。"):
        answer_complaint(responsible, complaint, answer="再答一次")


def test_the_applicant_is_told_that_the_complaint_was_answered(organ, officer, responsible):
    case = make_case_of(officer, organ, email="demo@example.org")
    complaint = complain(Actor.applicant(), case.intake, text=TEXT)
    answer_complaint(responsible, complaint, answer="已督促，将在期限内答复。")
    assert Message.objects.get(about="complaint").intake == case.intake


@pytest.mark.parametrize(
    ("answer", "words"),
    [(" ", "请填写处理结果"), ("答" * 1001, "最多1000个字"), ("电话13800000000", "不能写个人信息")],
)
def test_an_answer_is_there_short_and_names_no_numbers(complaint, responsible, answer, words):
    with pytest.raises(ValidationError) as caught:
        answer_complaint(responsible, complaint, answer=answer)
    assert words in " ".join(caught.value.messages)
    complaint.refresh_from_db()
    assert complaint.answered_at is None


def test_the_handler_does_not_judge_complaints_about_himself(complaint, officer):
    for act in (
        lambda: read_complaint(officer, complaint),
        lambda: answer_complaint(officer, complaint, answer="没有问题"),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_it_stands_on_the_start_page_of_those_who_answer(complaint, responsible, officer):
    due = answer_by(complaint)
    work = open_complaints(responsible.user, due)
    assert (work.total, work.late, work.tasks[0].due_on) == (1, 0, due)
    assert open_complaints(responsible.user, date(due.year + 1, 1, 5)).late == 1
    assert open_complaints(officer.user, due).total == 0
    stranger = make_user(Role.RESPONSIBLE_PERSON, make_organ("411281-009"))
    assert open_complaints(stranger, due).total == 0


def test_the_time_for_an_answer_is_the_sites_own(case, settings):
    came = datetime(2026, 3, 6, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    complaint = Complaint(request=case, at=came)
    assert answer_by(complaint) == date(2026, 3, 27)
    settings.FOI_COMPLAINT_DAYS = 5
    assert answer_by(complaint) == date(2026, 3, 13)


def test_it_is_read_and_answered_on_screen(client, complaint, responsible, officer):
    address = reverse("foi:complaint_detail", args=[complaint.pk])
    client.force_login(responsible.user)
    assert complaint.request.number in client.get(reverse("foi:complaint_list")).content.decode()
    page = client.get(address)
    assert TEXT not in page.content.decode()
    opened = client.post(address, {"read": "", "answer": "写到一半"})
    assert TEXT in opened.content.decode()
    assert "写到一半" in opened.content.decode()
    assert "no-store" in opened["Cache-Control"]
    refused = client.post(address, {"answer": ""})
    assert refused.status_code == 422
    assert client.post(address, {"answer": "已督促。"}).status_code == 302
    complaint.refresh_from_db()
    assert complaint.answer == "已督促。"
    client.force_login(officer.user)
    assert client.get(address).status_code in (302, 403, 404)


def test_a_slip_that_was_handed_in_waits_for_the_officer(officer, organ):
    request = make_case(
        organ, received("2026-03-06"), {"type": "fee_noticed", "on": "2026-03-09", "amount": 100}
    )
    assert slips_to_check(officer.user, date(2026, 3, 10)).total == 0
    CaseFile.objects.create(
        request=request,
        kind="slip",
        extension=".png",
        media_type="image/png",
        size=1,
        sm3="0" * 64,
        added_at="2026-03-10T09:00:00+08:00",
        added_by="申请人",
    )
    work = slips_to_check(officer.user, date(2026, 3, 10))
    assert (work.total, work.tasks[0].title) == (1, f"{request.number} 的缴费凭证")

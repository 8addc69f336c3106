"""Following a request: nobody gets in by guessing, and everything is said and done in plain words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gongkai.foi.models import (
    CaseFile,
    CaseNote,
    Complaint,
    Delivery,
    FoiRequest,
    Intake,
    Notice,
)
from gongkai.foi.persons import opened
from gongkai.foi.services import following, record_event
from gongkai.foi.services.files import store
from gongkai.foi.services.following import LockedOut, WrongCode, follow
from gongkai.foi.services.intake import (
    confirm_intake,
    forward_intake,
    renew_code,
    set_aside_intake,
)
from gongkai.foi.services.redaction import hold_back
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import sm3
from gongkai.statute.clock import (
    CorrectionRequested,
    Decided,
    Delivered,
    Extended,
    FeeNoticed,
    FeePaid,
    Reopened,
    ThirdPartyAnswered,
    ThirdPartyConsulted,
)
from gongkai.statute.workdays import add_working_days
from gongkai.vault.sealing import open_json, seal_bytes
from gongkai.workdays.queries import current_calendar
from tests.portal.city import PICTURE
from tests.portal.requesting.conftest import Citizen, read, wrongs

pytestmark = pytest.mark.django_db
OFFICER = Actor.command("gongkai test")


def working_days_ago(number: int) -> date:
    day, calendar = timezone.localdate(), current_calendar()
    while number > 0 or not calendar.day(day).is_working:
        if calendar.day(day).is_working:
            number -= 1
        day -= timedelta(days=1)
    return day


@pytest.fixture
def filed(citizen: Citizen) -> tuple[Intake, str]:
    """Filed thirty working days ago, so that everything has had its time."""
    intake, code = citizen.file()
    came = working_days_ago(30)
    Intake.objects.filter(pk=intake.pk).update(arrived_on=came)
    return Intake.objects.get(pk=intake.pk), code


def confirmed(intake: Intake, on: date) -> FoiRequest:
    return confirm_intake(OFFICER, intake, on=on, subject="示例路道路改造工程的立项批复")


def happen(request: FoiRequest, *events: Any, **notes: str) -> FoiRequest:
    for event in events:
        request = record_event(OFFICER, request, event, **notes)
    return request


def sent_notice(request: FoiRequest, kind: str, on: date, **fields: Any) -> Notice:
    """A notice as it stands after it was issued and went out."""
    notice = Notice(
        request=request, organ=request.organ, kind=kind, addressee="applicant", state="issued",
        year=on.year, serial=Notice.objects.count() + 1, number=f"义公复〔{on.year}〕1号",
        issued_on=on, changed_at=timezone.now(), changed_by="x",
    )  # fmt: skip
    content = b"%PDF-1.7 example"
    notice.pdf_sealed, notice.sm3 = seal_bytes(f"{notice.belongs_to}:pdf", content), sm3(content)
    notice.save()
    Delivery.objects.create(
        notice=notice, way="electronic", sent_on=on, counts_on=on, recorded_at=timezone.now(),
        recorded_by="x", **fields,
    )  # fmt: skip
    return notice


def text(response: Any) -> str:
    return " ".join(read(response).css_first("main").text().split())


# -- coming in ---------------------------------------------------------------------------------


def test_number_and_code_however_they_are_typed_open_the_case(citizen: Citizen, filed: Any):
    intake, code = filed
    citizen.client.cookies.clear()
    typed = code.lower().replace("-", " ")
    assert citizen.track(f" {intake.number.lower()} ", typed)["Location"] == "/requests/case/"
    assert "等待机关确认" in text(citizen.client.get("/requests/case/"))


def test_an_unknown_number_is_answered_like_a_wrong_code(citizen: Citizen, filed: Any):
    intake, _code = filed
    citizen.client.cookies.clear()
    known = citizen.track(intake.number, "AAAA-BBBB-CCCC")
    unknown = citizen.track("20260305-ZZZZZZZZ", "AAAA-BBBB-CCCC")
    assert known.status_code == unknown.status_code == 200
    assert wrongs(known) == wrongs(unknown)
    assert citizen.client.get("/requests/case/")["Location"] == "/requests/track/"


def test_both_are_compared_and_with_as_much_work(monkeypatch: pytest.MonkeyPatch, filed: Any):
    intake, _code = filed
    from gongkai.foi.services import intake as service

    asked = []
    real = service.code_hash
    monkeypatch.setattr(service, "code_hash", lambda *a: asked.append(a) or real(*a))
    for number in (intake.number, "20260305-ZZZZZZZZ", "nonsense"):
        with pytest.raises(WrongCode):
            follow(number, "AAAABBBBCCCC", "")
    assert len(asked) == 3


def test_guessing_locks_the_number_and_then_the_address_and_time_opens_them(
    filed: Any, monkeypatch: pytest.MonkeyPatch
):
    intake, code = filed
    for _try in range(following.TRIES_PER_NUMBER):
        with pytest.raises(WrongCode):
            follow(intake.number, "AAAABBBBCCCC", "192.0.2.1")
    with pytest.raises(LockedOut):
        follow(intake.number, code, "192.0.2.2")
    # From one address, whatever numbers are tried, and whether they exist or not.
    for serial in range(following.TRIES_PER_ADDRESS):
        with pytest.raises(WrongCode):
            follow(f"20260305-{serial:08d}", "AAAABBBBCCCC", "192.0.2.3")
    with pytest.raises(LockedOut):
        follow("20260305-99999999", "AAAABBBBCCCC", "192.0.2.3")
    cache.clear()  # a quarter of an hour later
    assert follow(intake.number, code, "192.0.2.3") == intake


def test_who_mistypes_a_number_locks_nobody_else_who_does():
    for serial in range(following.TRIES_PER_NUMBER + 2):
        with pytest.raises(WrongCode):
            follow("20260305", "AAAABBBBCCCC", f"192.0.2.{serial}")
    for _try in range(following.TRIES_PER_ADDRESS):
        with pytest.raises(WrongCode):
            follow("nonsense", "AAAABBBBCCCC", "192.0.2.99")
    with pytest.raises(LockedOut):
        follow("nonsense", "AAAABBBBCCCC", "192.0.2.99")


def test_right_codes_lock_nobody(filed: Any):
    intake, code = filed
    for _try in range(following.TRIES_PER_ADDRESS * 2):
        follow(intake.number, code, "192.0.2.1")


def test_a_page_whose_count_of_events_is_nonsense_is_answered_in_words(
    citizen: Citizen, filed: Any
):
    confirmed(filed[0], working_days_ago(6))
    response = citizen.client.post("/requests/case/complain/", {"text": "", "seen": "9" * 5000})
    assert wrongs(response) == ["请填写内容。"]


def test_a_locked_page_says_when_to_try_again(citizen: Citizen, filed: Any):
    intake, code = filed
    for _try in range(following.TRIES_PER_NUMBER):
        citizen.track(intake.number, "AAAABBBBCCCC")
    response = citizen.track(intake.number, code)
    assert response.status_code == 429
    assert "15分钟" in response.content.decode()


def test_a_new_code_closes_what_the_old_one_opened(citizen: Citizen, filed: Any):
    """Whoever asks for a new code may have lost the old one to somebody who is reading along."""
    intake, _code = filed
    assert citizen.client.get("/requests/case/").status_code == 200
    renewed = renew_code(OFFICER, intake)
    assert citizen.client.get("/requests/case/")["Location"] == "/requests/track/"
    citizen.track(intake.number, renewed)
    assert citizen.client.get("/requests/case/").status_code == 200


def test_half_an_hour_without_a_look_closes_the_case(citizen: Citizen, filed: Any):
    session = citizen.client.session
    session["foi.case"] = [session["foi.case"][0], 0]
    session.save()
    assert citizen.client.get("/requests/case/")["Location"] == "/requests/track/"


@pytest.mark.parametrize(
    "address", ["/requests/case/", "/requests/case/withdraw/", "/requests/case/notices/1/",
                "/requests/case/files/1/"],
)  # fmt: skip
def test_without_number_and_code_no_address_of_a_case_opens(city: Any, address: str):
    assert Client().get(address)["Location"] == "/requests/track/"


# -- where it stands ---------------------------------------------------------------------------


def test_article_33_the_explained_clock_shows_the_days_and_the_pause(citizen: Citizen, filed: Any):
    intake, _code = filed
    request = confirmed(intake, working_days_ago(20))
    happen(
        request,
        ThirdPartyConsulted(on=working_days_ago(12)),
        ThirdPartyAnswered(on=working_days_ago(4)),
    )
    page = read(citizen.client.get("/requests/case/"))
    sentence = page.css_first(".sentence").text()
    assert "还剩" in sentence
    assert "征求第三方意见，不计入" in sentence
    cells = [one.attributes["class"] for one in page.css(".days .day")]
    assert cells.count("day used") == 12
    assert cells.count("day left") == 8
    assert cells.count("day pause") == 8
    assert "征求第三方意见" in page.css_first(".timeline").text()


def test_a_case_passed_on_is_followed_by_its_old_number(citizen: Citizen, city: Any, filed: Any):
    intake, _code = filed
    moved = forward_intake(OFFICER, intake, city.justice, "属于司法局职责")
    confirmed(moved, timezone.localdate())
    shown = text(citizen.client.get("/requests/case/"))
    assert "义马市司法局" in shown
    assert "转到有权办理的机关" in shown
    assert intake.number in shown


def test_what_was_set_aside_says_why(citizen: Citizen, filed: Any):
    set_aside_intake(OFFICER, filed[0], reason="属于信访事项，已告知信访渠道")
    assert "属于信访事项" in text(citizen.client.get("/requests/case/"))


def test_the_page_costs_the_same_however_much_happened(
    citizen: Citizen, filed: Any, django_assert_max_num_queries: Any
):
    intake, _code = filed
    request = confirmed(intake, working_days_ago(20))
    with django_assert_max_num_queries(25):
        citizen.client.get("/requests/case/")
    for _number in range(6):
        sent_notice(request, "N04", working_days_ago(3))
        Complaint.objects.create(request=request, at=timezone.now())
    with django_assert_max_num_queries(25):
        citizen.client.get("/requests/case/")


# -- what can be done --------------------------------------------------------------------------


def test_article_30_a_correction_is_answered_in_words_and_files_and_the_clock_begins_anew(
    citizen: Citizen, filed: Any
):
    intake, _code = filed
    request = confirmed(intake, working_days_ago(6))
    happen(request, CorrectionRequested(on=working_days_ago(3), days=10))
    assert "需要您补正" in text(citizen.client.get("/requests/case/"))
    empty = citizen.client.post("/requests/case/correction/", {"text": "", "seen": "2"})
    assert wrongs(empty) == ["请填写内容。"]
    picture = SimpleUploadedFile("说明.png", PICTURE, "image/png")
    response = citizen.client.post(
        "/requests/case/correction/",
        {"text": "要2023年的立项批复。", "files": [picture], "seen": "2"},
    )
    assert response["Location"] == "/requests/case/"
    request.refresh_from_db()
    assert request.state == "running"
    assert request.due_on == add_working_days(timezone.localdate(), 20, current_calendar()).date
    kinds = list(CaseFile.objects.filter(request=request).values_list("kind", flat=True))
    assert kinds == [CaseFile.Kind.CORRECTION] * 2
    assert "补正已经提交" in text(citizen.client.get("/requests/case/"))


def test_a_correction_written_while_the_officer_did_something_keeps_the_text(
    citizen: Citizen, filed: Any
):
    intake, _code = filed
    request = confirmed(intake, working_days_ago(6))
    happen(request, CorrectionRequested(on=working_days_ago(3), days=10))
    response = citizen.client.post(
        "/requests/case/correction/", {"text": "要2023年的立项批复。", "seen": "1"}
    )
    assert "由他人登记了新的事项" in wrongs(response)[0]
    assert "要2023年的立项批复。" in read(response).css_first("textarea").text()
    assert not CaseFile.objects.exists()


def test_an_unasked_correction_is_refused(citizen: Citizen, filed: Any):
    request = confirmed(filed[0], working_days_ago(6))
    assert citizen.client.get("/requests/case/correction/")["Location"] == "/requests/case/"
    response = citizen.client.post("/requests/case/correction/", {"text": "x"})
    assert wrongs(response)
    assert request.events.count() == 1


def test_a_slip_is_handed_in_and_the_officer_finds_a_note(citizen: Citizen, filed: Any):
    request = confirmed(filed[0], working_days_ago(10))
    happen(request, FeeNoticed(on=working_days_ago(5), amount=200))
    assert "200元" in text(citizen.client.get("/requests/case/"))
    assert wrongs(citizen.client.post("/requests/case/slip/", {}))
    huge = SimpleUploadedFile("大.exe", b"MZ")
    assert ".exe" in wrongs(citizen.client.post("/requests/case/slip/", {"files": [huge]}))[0]
    slip = SimpleUploadedFile("回单.png", PICTURE, "image/png")
    response = citizen.client.post("/requests/case/slip/", {"files": [slip]})
    assert response["Location"] == "/requests/case/"
    assert CaseFile.objects.get().kind == CaseFile.Kind.SLIP
    note = CaseNote.objects.get()
    assert "缴费凭证" in open_json(note.belongs_to, note.sealed)["text"]
    happen(request, FeePaid(on=timezone.localdate()))
    response = citizen.client.post(
        "/requests/case/slip/",
        {"files": [SimpleUploadedFile("再.png", PICTURE, "image/png")]},
    )
    assert "没有待缴的费用" in wrongs(response)[0]


def test_withdrawing_asks_twice_and_ends_the_case(citizen: Citizen, filed: Any):
    request = confirmed(filed[0], working_days_ago(6))
    assert "确认撤回" in text(citizen.client.get("/requests/case/withdraw/"))
    assert "勾选" in wrongs(citizen.client.post("/requests/case/withdraw/", {"seen": "1"}))[0]
    request.refresh_from_db()
    assert request.state == "running"
    citizen.client.post("/requests/case/withdraw/", {"sure": "on", "seen": "1"})
    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert "已撤回" in text(citizen.client.get("/requests/case/"))


def test_before_it_is_a_request_it_can_be_taken_back_as_well(citizen: Citizen, filed: Any):
    citizen.client.post("/requests/case/withdraw/", {"sure": "on"})
    assert Intake.objects.get().state == Intake.State.WITHDRAWN


def test_article_40_another_form_is_asked_for(citizen: Citizen, filed: Any):
    request = confirmed(filed[0], working_days_ago(6))
    response = citizen.client.post(
        "/requests/case/supply/", {"supply_form": "paper", "supply_way": "post"}
    )
    assert response["Location"] == "/requests/case/"
    person, wish = opened(Intake.objects.get().applicant)
    assert (wish.supply_form, wish.supply_way) == ("paper", "post")
    assert person.name == "测试甲"
    note = CaseNote.objects.get(request=request)
    assert "条例第四十条" in open_json(note.belongs_to, note.sealed)["text"]


def test_article_51_a_complaint_lies_sealed_with_the_case_and_its_answer_is_shown(
    citizen: Citizen, filed: Any
):
    confirmed(filed[0], working_days_ago(6))
    words = "已经很久没有消息了。"
    citizen.client.post("/requests/case/complain/", {"text": words})
    complaint = Complaint.objects.get()
    assert words.encode() not in bytes(complaint.sealed)
    Complaint.objects.update(answer="已督促尽快答复。", answered_at=timezone.now())
    shown = text(citizen.client.get("/requests/case/"))
    assert words in shown
    assert "已督促尽快答复。" in shown
    response = citizen.client.post("/requests/case/complain/", {"text": "长" * 2001})
    assert "最多2000个字" in wrongs(response)[0]


# -- papers and remedies -----------------------------------------------------------------------


@pytest.fixture
def refused(filed: Any) -> FoiRequest:
    """Refused under Article 16 ten working days ago, with its notice sent online."""
    request = confirmed(filed[0], working_days_ago(25))
    happen(request, Extended(on=working_days_ago(20), days=20))
    happen(request, Decided(on=working_days_ago(10), outcome="DENY_INTERNAL"))
    return request


def test_the_way_to_review_comes_with_its_last_days_once_the_notice_was_received(
    citizen: Citizen, refused: FoiRequest
):
    notice = sent_notice(refused, "N12", working_days_ago(9))
    happen(refused, Delivered(on=working_days_ago(9)))
    page = read(citizen.client.get("/requests/case/"))
    shown = " ".join(page.css_first("main").text().split())
    assert "未经行政复议，不得直接提起行政诉讼" in shown
    assert "申请复议最迟" not in shown
    citizen.client.post(f"/requests/case/notices/{notice.pk}/received/")
    delivery = Delivery.objects.get()
    assert delivery.received_on == timezone.localdate()
    shown = text(citizen.client.get("/requests/case/"))
    assert "申请复议最迟" in shown
    assert "直接起诉最迟" not in shown


def test_a_notice_is_taken_by_its_addressee_and_by_nobody_else(
    citizen: Citizen, refused: FoiRequest
):
    own = sent_notice(refused, "N12", working_days_ago(9))
    theirs = sent_notice(refused, "N05", working_days_ago(15))
    Notice.objects.filter(pk=theirs.pk).update(addressee="third_party")
    response = citizen.client.get(f"/requests/case/notices/{own.pk}/")
    assert response.content.startswith(b"%PDF")
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    assert citizen.client.get(f"/requests/case/notices/{theirs.pk}/").status_code == 404
    assert citizen.client.get("/requests/case/notices/999999/").status_code == 404


def test_a_notice_that_was_not_sent_or_came_back_is_not_shown(
    citizen: Citizen, refused: FoiRequest
):
    notice = sent_notice(refused, "N12", working_days_ago(9))
    Delivery.objects.update(failed_on=timezone.localdate(), failure="退回")
    assert citizen.client.get(f"/requests/case/notices/{notice.pk}/").status_code == 404


def test_files_for_a_new_answer_wait_for_its_delivery_and_the_old_ones_stay_given(
    citizen: Citizen, filed: Any
):
    """责令重新答复: what is made ready for the new answer is not given out before it."""
    intake, _code = filed
    day = working_days_ago(20)
    request = happen(confirmed(intake, day), Decided(day, "PARTIAL"), Delivered(day))
    old = release_file(request, "旧的.png")
    happen(request, Reopened(day))
    new = release_file(request, "新的.png")
    shown = following.look(Intake.objects.get(pk=intake.pk))
    assert [one.name for one in shown.released] == ["旧的.png"]
    assert citizen.client.get(f"/requests/case/files/{new.pk}/").status_code == 404
    with pytest.raises(ValidationError, match="已经送达"):
        hold_back(OFFICER, old)
    assert not hold_back(OFFICER, new).released
    CaseFile.objects.filter(pk=new.pk).update(released=True)
    happen(request, Decided(timezone.localdate(), "GRANT"), Delivered(timezone.localdate()))
    assert citizen.client.get(f"/requests/case/files/{new.pk}/").status_code == 200


def release_file(request: FoiRequest, name: str) -> CaseFile:
    file = store(OFFICER, kind="original", content=PICTURE, name=name, request=request, intake=None)
    CaseFile.objects.filter(pk=file.pk).update(released=True)
    return CaseFile.objects.get(pk=file.pk)


def test_released_files_are_given_out_after_delivery_and_originals_never(
    citizen: Citizen, refused: FoiRequest
):
    original = store(
        OFFICER, kind="original", content=PICTURE, name="原件.png", request=refused, intake=None
    )
    released = store(
        OFFICER, kind="original", content=PICTURE, name="给您的.png", request=refused, intake=None
    )
    CaseFile.objects.filter(pk=released.pk).update(released=True)
    address = f"/requests/case/files/{released.pk}/"
    assert citizen.client.get(address).status_code == 404
    happen(refused, Delivered(on=working_days_ago(9)))
    assert citizen.client.get(address).content == PICTURE
    assert citizen.client.get(f"/requests/case/files/{original.pk}/").status_code == 404


def test_of_another_applicant_nothing_is_seen_by_changing_the_address(
    citizen: Citizen, refused: FoiRequest
):
    notice = sent_notice(refused, "N12", working_days_ago(9))
    other = Citizen(Client())
    other.file()
    assert other.client.get(f"/requests/case/notices/{notice.pk}/").status_code == 404
    response = other.client.post(f"/requests/case/notices/{notice.pk}/received/")
    assert response.status_code == 404
    assert Delivery.objects.get().received_on is None


def test_an_applicant_can_do_nothing_that_is_the_officers(filed: Any):
    request = confirmed(filed[0], working_days_ago(6))
    with pytest.raises(PermissionDenied):
        record_event(Actor.applicant(), request, Decided(on=timezone.localdate(), outcome="GRANT"))
    with pytest.raises(ValidationError):
        following.take_file(Actor.applicant(), filed[0], 1)

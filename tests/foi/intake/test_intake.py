"""条例第三十一条 收到申请之日, by channel; 第二十九条 oral requests; what waits, passes on, or ends."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from gongkai.foi.models import CaseFile, FoiEvent, FoiRequest, Intake, IntakeContact
from gongkai.foi.persons import opened
from gongkai.foi.services import intake as intakes
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import OrganKind, Role
from tests.factories.organs import make_organ, make_user
from tests.foi.intake.people import PERSON, WISH, person, wish

pytestmark = pytest.mark.django_db

PUBLIC = Actor.applicant()


def _png() -> bytes:
    target = BytesIO()
    Image.new("RGB", (8, 8), "white").save(target, "PNG")
    return target.getvalue()


PNG = _png()


@pytest.fixture
def organ():
    return make_organ("411281-001", name="测试局")


@pytest.fixture
def officer(organ):
    return Actor.for_user(make_user(Role.REQUEST_OFFICER, organ))


def take(officer, organ, channel="ordinary_mail", arrived_on=None, **more):
    return intakes.record_intake(
        officer, organ, channel=channel, arrived_on=arrived_on or timezone.localdate(),
        person=more.pop("person", PERSON), wish=more.pop("wish", WISH), **more,
    )  # fmt: skip


# -- day of receipt ------------------------------------------------------------------------------


def test_article_31_1_a_request_at_the_counter_is_received_on_the_day_of_submission(officer, organ):
    filed = take(officer, organ, "counter")
    request = filed.intake.request
    assert request is not None
    assert request.received_on == timezone.localdate()
    assert request.events.get().type == "received"
    assert filed.intake.state == Intake.State.CONFIRMED


def test_article_31_2_a_signed_letter_is_received_on_the_day_the_body_signed(officer, organ):
    signed = timezone.localdate() - timedelta(days=3)
    filed = take(officer, organ, "registered_mail", signed, posting_number="XA00000000041")
    assert filed.intake.request.received_on == signed
    late = intakes.registered_late(filed.intake, timezone.localdate())
    assert late == timedelta(days=3)


def test_article_31_2_a_signed_letter_needs_its_posting_number(officer, organ):
    with pytest.raises(ValidationError, match="邮件编号"):
        take(officer, organ, "registered_mail")
    assert Intake.objects.count() == 0


@pytest.mark.parametrize("channel", ["ordinary_mail", "fax", "email", "online"])
def test_article_31_others_wait_for_confirmation_and_no_clock_runs(officer, organ, channel):
    filed = take(officer, organ, channel)
    assert filed.intake.state == Intake.State.WAITING
    assert filed.intake.request is None
    assert FoiRequest.objects.count() == 0


def test_article_31_the_day_of_confirmation_is_the_day_of_receipt(officer, organ):
    came = timezone.localdate() - timedelta(days=4)
    on = timezone.localdate() - timedelta(days=1)
    intake = take(officer, organ, "ordinary_mail", came).intake
    request = intakes.confirm_intake(officer, intake, on=on, subject="示例路改造批复")
    intake.refresh_from_db()
    assert (request.received_on, intake.confirmed_on) == (on, on)
    assert request.events.get().data["arrived_on"] == came.isoformat()


def test_the_shadow_deadline_counts_from_arrival(officer, organ):
    came = date(2026, 3, 6)
    intake = take(officer, organ, "ordinary_mail", came).intake
    request = intakes.confirm_intake(officer, intake, on=came, subject="同日确认")
    assert intake.shadow_due_on == request.due_on


def test_confirmation_before_arrival_or_in_the_future_is_refused(officer, organ):
    intake = take(officer, organ).intake
    for day in (intake.arrived_on - timedelta(days=1), timezone.localdate() + timedelta(days=1)):
        with pytest.raises(ValidationError):
            intakes.confirm_intake(officer, intake, on=day, subject="示例")
    assert FoiRequest.objects.count() == 0


def test_a_letter_is_to_be_confirmed_on_its_day_and_the_rest_by_the_next_working_day(
    officer, organ
):
    friday, sunday = date(2026, 3, 6), date(2026, 3, 8)
    assert intakes.confirm_by(take(officer, organ, "ordinary_mail", friday).intake) == friday
    assert intakes.confirm_by(take(officer, organ, "email", friday).intake) == date(2026, 3, 9)
    assert intakes.confirm_by(take(officer, organ, "ordinary_mail", sunday).intake) == date(
        2026, 3, 9
    )


def test_the_second_of_two_confirmations_is_told_and_makes_no_second_request(officer, organ):
    intake = take(officer, organ).intake
    intakes.confirm_intake(officer, intake, on=timezone.localdate(), subject="示例")
    with pytest.raises(ValidationError, match="已登记为申请"):
        intakes.confirm_intake(officer, intake, on=timezone.localdate(), subject="示例")
    assert FoiRequest.objects.count() == 1


@pytest.mark.parametrize("day", [date(1026, 11, 25), date(2008, 4, 30), date(9999, 12, 31)])
def test_a_day_that_cannot_be_is_refused_at_its_field(officer, organ, day):
    with pytest.raises(ValidationError) as error:
        take(officer, organ, "ordinary_mail", day)
    assert "arrived_on" in error.value.message_dict


# -- online receipt, a reading -------------------------------------------------------------------


def test_online_filings_wait_for_the_clerk_by_default(organ):
    assert intakes.file_request(PUBLIC, organ, person=PERSON, wish=WISH).intake.request is None


def test_with_online_receipt_submission_a_filing_of_a_working_day_is_received_at_once(
    organ, settings, monkeypatch
):
    settings.ONLINE_RECEIPT = "submission"
    monkeypatch.setattr(intakes, "_is_working_day", lambda day: True)
    filed = intakes.file_request(PUBLIC, organ, person=PERSON, wish=WISH)
    assert filed.intake.request.received_on == timezone.localdate()


def test_with_online_receipt_submission_one_of_a_rest_day_follows_on_the_next_working_day(
    organ, settings, monkeypatch
):
    settings.ONLINE_RECEIPT = "submission"
    monkeypatch.setattr(intakes, "_is_working_day", lambda day: False)
    filed = intakes.file_request(PUBLIC, organ, person=PERSON, wish=WISH)
    assert filed.intake.request is None
    assert intakes.confirm_submitted(Actor.system("收件")) == 0
    monkeypatch.setattr(intakes, "_is_working_day", lambda day: True)
    Intake.objects.update(arrived_on=date(2026, 3, 7))  # a Saturday
    out = StringIO()
    call_command("foi", "receipts", stdout=out)
    assert "1件" in out.getvalue()
    assert FoiRequest.objects.get().received_on == date(2026, 3, 9)


# -- oral, input kept ----------------------------------------------------------------------------


def test_article_29_an_oral_request_is_written_by_the_clerk_and_confirmed_by_the_applicant(
    officer, organ
):
    with pytest.raises(ValidationError, match="如何确认"):
        take(officer, organ, "counter", oral=True)
    filed = take(officer, organ, "counter", oral=True, confirmation="已当面宣读，申请人确认无误")
    assert filed.intake.oral
    assert IntakeContact.objects.get(intake=filed.intake).note == "已当面宣读，申请人确认无误"


def test_article_29_an_oral_request_is_made_at_the_counter(officer, organ):
    with pytest.raises(ValidationError, match="当面提交"):
        take(officer, organ, "fax", oral=True, confirmation="已宣读")


def test_an_officer_may_record_what_a_letter_lacks(officer, organ):
    """条例第三十条: what is missing is for a correction notice, not for losing the letter."""
    filed = take(officer, organ, person=person(identity_kind="", identity_number="1101"))
    kept, _ = opened(filed.intake.applicant)
    assert kept.identity_number == "1101"


def test_the_public_form_refuses_the_same_with_the_field_named(organ):
    with pytest.raises(ValidationError) as error:
        intakes.file_request(PUBLIC, organ, person=person(identity_number="1101"), wish=WISH)
    assert "identity_number" in error.value.message_dict
    assert Intake.objects.count() == 0


def test_a_filing_asks_for_each_key_once(organ):
    intakes.file_request(PUBLIC, organ, person=person(1), wish=WISH)
    with CaptureQueriesContext(connection) as done:
        intakes.file_request(PUBLIC, organ, person=person(2), wish=WISH)
    asked = [one["sql"] for one in done]
    assert len([sql for sql in asked if 'FROM "vault_datakey"' in sql]) == 2
    assert len(asked) <= 18, asked


def test_files_lie_with_the_intake_and_then_with_the_request(officer, organ):
    scan = intakes.Incoming(CaseFile.Kind.IDENTITY, "证件.png", PNG)
    filed = take(officer, organ, files=[scan])
    request = intakes.confirm_intake(officer, filed.intake, on=timezone.localdate(), subject="示例")
    assert request.files.get().intake == filed.intake


def test_a_refused_file_leaves_nothing_behind(officer, organ):
    bad = intakes.Incoming(CaseFile.Kind.APPLICATION, "程序.exe", b"MZ")
    with pytest.raises(ValidationError):
        take(officer, organ, files=[bad])
    assert (Intake.objects.count(), LedgerEntry.objects.count()) == (0, 0)


# -- bodies --------------------------------------------------------------------------------------


def test_article_55_public_utilities_receive_no_requests():
    utility = make_organ(kind=OrganKind.PUBLIC_UTILITY, name="示例自来水公司")
    with pytest.raises(ValidationError, match="第五十五条"):
        intakes.file_request(PUBLIC, utility, person=PERSON, wish=WISH)


def test_an_abolished_body_receives_nothing_and_its_successor_is_named():
    heir = make_organ(name="示例承继局")
    middle = make_organ(name="示例中间局", abolished_on=date(2025, 1, 1), successor=heir)
    gone = make_organ(name="示例旧局", abolished_on=date(2024, 1, 1), successor=middle)
    with pytest.raises(ValidationError, match="示例承继局"):
        intakes.file_request(PUBLIC, gone, person=PERSON, wish=WISH)


# -- passing on, setting aside, contacts, codes --------------------------------------------------


def test_forwarding_gives_the_other_body_everything_and_closes_here(officer, organ):
    right = make_organ(name="示例对口局")
    scan = intakes.Incoming(CaseFile.Kind.APPLICATION, "申请.png", PNG)
    intake = take(officer, organ, files=[scan]).intake
    passed = intakes.forward_intake(officer, intake, right, "属对口局职责")
    intake.refresh_from_db()
    assert (intake.state, intake.forwarded_to) == (Intake.State.FORWARDED, passed)
    assert passed.organ == right
    assert passed.state == Intake.State.WAITING
    assert opened(passed.applicant) == opened(intake.applicant)
    assert passed.files.count() == 1
    assert LedgerEntry.objects.filter(
        chain__name=right.code, action="foi.intake.passed_on"
    ).exists()


def test_forwarding_to_an_abolished_body_or_to_oneself_is_refused(officer, organ):
    intake = take(officer, organ).intake
    gone = make_organ(name="示例旧局", abolished_on=date(2024, 1, 1))
    for target in (gone, organ):
        with pytest.raises(ValidationError):
            intakes.forward_intake(officer, intake, target, "转交")
    intake.refresh_from_db()
    assert intake.state == Intake.State.WAITING


def test_a_confirmed_request_is_not_forwarded_article_36_5_answers_it(officer, organ):
    intake = take(officer, organ, "counter").intake
    with pytest.raises(ValidationError, match="不能再作此处理"):
        intakes.forward_intake(officer, intake, make_organ(), "转交")


def test_setting_aside_needs_a_reason_without_personal_data(officer, organ):
    intake = take(officer, organ).intake
    with pytest.raises(ValidationError):
        intakes.set_aside_intake(officer, intake, reason="  ")
    with pytest.raises(ValidationError, match="个人信息"):
        intakes.set_aside_intake(officer, intake, reason=f"与 {PERSON.identity_number} 重复")
    done = intakes.set_aside_intake(officer, intake, reason="广告函件，不是申请")
    assert done.state == Intake.State.SET_ASIDE


def test_attempts_to_reach_the_sender_are_logged(officer, organ):
    intake = take(officer, organ).intake
    intakes.note_contact(officer, intake, way="电话", reached=False, note="无人接听")
    intakes.note_contact(officer, intake, way="电话", reached=True)
    assert list(intake.contacts.values_list("reached", flat=True)) == [False, True]


def test_a_code_opens_its_own_intake_only_and_a_new_one_replaces_it(officer, organ):
    one, other = take(officer, organ), take(officer, organ)
    assert intakes.code_fits(one.intake, intakes.shown_code(one.code).lower())
    assert not intakes.code_fits(other.intake, one.code)
    assert not intakes.code_fits(None, one.code)
    fresh = intakes.renew_code(officer, one.intake)
    one.intake.refresh_from_db()
    assert intakes.code_fits(one.intake, fresh)
    assert not intakes.code_fits(one.intake, one.code)
    assert one.code not in one.intake.code_hash


@pytest.mark.parametrize("service", ["confirm", "forward", "aside", "contact", "code"])
def test_another_bodys_officer_can_do_nothing_with_an_intake(organ, officer, service):
    stranger = Actor.for_user(make_user(Role.REQUEST_OFFICER, make_organ()))
    intake = take(officer, organ).intake
    acts = {
        "confirm": lambda: intakes.confirm_intake(
            stranger, intake, on=timezone.localdate(), subject="示例"
        ),
        "forward": lambda: intakes.forward_intake(stranger, intake, make_organ(), "转交"),
        "aside": lambda: intakes.set_aside_intake(stranger, intake, reason="不是申请"),
        "contact": lambda: intakes.note_contact(stranger, intake, way="电话", reached=True),
        "code": lambda: intakes.renew_code(stranger, intake),
    }
    with pytest.raises(PermissionDenied):
        acts[service]()
    intake.refresh_from_db()
    assert intake.state == Intake.State.WAITING


def test_no_applicant_stands_in_the_ledger(officer, organ):
    filed = take(officer, organ, wish=wish(description="申请人住示例路99号"))
    intakes.confirm_intake(officer, filed.intake, on=timezone.localdate(), subject="示例")
    said = " ".join(f"{e.object_label} {e.changes}" for e in LedgerEntry.objects.all())
    for text in (PERSON.name, PERSON.phone, PERSON.identity_number, "示例路", filed.code):
        assert text not in said


def test_the_request_and_its_first_event_come_together_or_not_at_all(officer, organ, monkeypatch):
    def fail(*_args, **_more):
        raise RuntimeError("disk full")

    monkeypatch.setattr(intakes.CaseFile.objects, "filter", fail)
    with pytest.raises(RuntimeError):
        take(officer, organ, "counter")
    assert (Intake.objects.count(), FoiRequest.objects.count(), FoiEvent.objects.count()) == (
        0,
        0,
        0,
    )

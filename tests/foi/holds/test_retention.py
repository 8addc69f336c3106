"""个人信息保护法 Articles 19 and 47: who asked is erased in time, what is counted stays."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from gongkai.foi import facts
from gongkai.foi.models import (
    Applicant,
    CaseFile,
    Complaint,
    Draft,
    Likeness,
    Message,
    RemedyCase,
    Suggestion,
)
from gongkai.foi.persons import Person, Wish, opened
from gongkai.foi.services import drafts, record_event, retention
from gongkai.foi.services.files import content_of
from gongkai.foi.services.intake import set_aside_intake
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.statute.clock import Withdrawn
from gongkai.statute.formats import get_format
from gongkai.statute.parameters import parameter
from gongkai.vault import files as sealed_files
from gongkai.vault.sealing import seal_json
from tests.factories.foi import make_remedy
from tests.factories.organs import make_organ, make_user
from tests.foi.holds.conftest import CONSOLE, closed, days_ago, filed
from tests.foi.intake.people import PERSON, identity_number

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


def period(key: str = retention.CLOSED) -> int:
    return parameter(key, today()).value


def last_day(applicant: Applicant):
    return retention.retain_until([Applicant.objects.get(pk=applicant.pk)], today())[applicant.pk]


def figures(organ) -> dict[object, object]:
    return {
        (year, row.cell): row.value
        for source in facts.sources
        for year in {today().year, days_ago(60).year}
        for row in source.rows(get_format("2021"), year, None)
    }


def test_the_periods_are_readings_with_their_article():
    for key in (retention.CLOSED, retention.UNACCEPTED):
        value = parameter(key, today())
        assert value.mark == "reading"
        assert "个人信息保护法" in value.article


def test_the_period_runs_from_the_last_thing_that_happened(organ):
    applicant = closed(organ).applicant
    assert last_day(applicant) == days_ago(49) + timedelta(period())


def test_a_case_that_is_open_or_waits_for_delivery_keeps_its_applicant(organ):
    assert last_day(filed(organ, 1, days=3).applicant) is None
    assert last_day(filed(organ, 2, channel="ordinary_mail").applicant) is None


def test_a_pending_review_keeps_the_applicant_and_its_end_begins_the_period_anew(organ):
    intake = closed(organ)
    remedy = make_remedy(organ, request=intake.request, filed_on=days_ago(30))
    assert last_day(intake.applicant) is None
    RemedyCase.objects.filter(pk=remedy.pk).update(
        result="corrected", concluded_on=days_ago(20), duty="redo"
    )
    assert last_day(intake.applicant) is None
    RemedyCase.objects.filter(pk=remedy.pk).update(duty_done_on=days_ago(10))
    assert last_day(intake.applicant) == days_ago(10) + timedelta(period())


def test_an_intake_that_never_was_a_request_is_kept_for_a_shorter_time(organ):
    intake = filed(organ, 1, channel="ordinary_mail")
    set_aside_intake(CONSOLE, intake, reason="广告函件，不是申请")
    assert last_day(intake.applicant) == today() + timedelta(period(retention.UNACCEPTED))


def test_the_last_day_is_shown_beforehand_and_taken_back_when_the_case_goes_on(organ):
    intake = closed(organ)
    assert retention.retain(CONSOLE).marked == 1
    intake.applicant.refresh_from_db()
    assert intake.applicant.retain_until == days_ago(49) + timedelta(period())
    assert retention.retain(CONSOLE).marked == 0
    make_remedy(organ, request=intake.request)
    assert retention.retain(CONSOLE).marked == 1
    intake.applicant.refresh_from_db()
    assert intake.applicant.retain_until is None


def test_on_its_last_day_it_is_there_and_on_the_next_it_is_gone(organ):
    applicant = closed(organ).applicant
    last = last_day(applicant)
    assert retention.retain(CONSOLE, today=last).erased == []
    dry = retention.retain(CONSOLE, today=last + timedelta(1), dry_run=True)
    assert [one.number for one in dry.erased] == [applicant.intake.number]
    applicant.refresh_from_db()
    assert opened(applicant)[0].name == PERSON.name
    done = retention.retain(CONSOLE, today=last + timedelta(1))
    assert [one.number for one in done.erased] == [applicant.intake.number]
    applicant.refresh_from_db()
    assert opened(applicant) == (Person(kind="natural"), Wish())
    assert retention.retain(CONSOLE, today=last + timedelta(1)).erased == []


def test_everything_that_tells_who_asked_is_gone_and_the_figures_are_the_same(
    organ, place, django_capture_on_commit_callbacks
):
    intake = closed(organ)
    other = closed(organ, 2)
    complaint = Complaint(request=intake.request, at=timezone.now())
    complaint.sealed = seal_json(complaint.belongs_to, {"text": "投诉"})
    complaint.save()
    for one in (intake, other):
        suggestion = Suggestion(request=one.request, made_on=today(), at=timezone.now(), by="测试")
        suggestion.sealed = seal_json(suggestion.belongs_to, {"text": "应当公开"})
        suggestion.save()
    paper = CaseFile.objects.get(intake=intake)
    before = figures(organ)
    assert before
    assert (place / "media" / paper.path).exists()
    with django_capture_on_commit_callbacks(execute=True):
        retention.erase_on_request(CONSOLE, intake, reason="申请人书面要求删除")
    assert figures(organ) == before
    applicant = Applicant.objects.get(intake=intake)
    assert (bytes(applicant.sealed), applicant.identity_index, applicant.identity_kind) == (
        b"", "", "",
    )  # fmt: skip
    assert not Likeness.objects.filter(intake=intake).exists()
    assert {bytes(m.sealed) for m in Message.objects.filter(intake=intake)} == {b""}
    assert {m.state for m in Message.objects.filter(intake=intake)} == {"cancelled"}
    assert bytes(Complaint.objects.get().sealed) == b""
    assert bytes(Suggestion.objects.get(request=intake.request).sealed) == b""
    gone = CaseFile.objects.get(pk=paper.pk)
    assert (gone.path, bytes(gone.name_sealed)) == ("", b"")
    assert not (place / "media" / paper.path).exists()
    with pytest.raises(ValidationError, match="按保存期限清除"):
        content_of(gone)
    # Nobody else's.
    assert bytes(Suggestion.objects.get(request=other.request).sealed)
    assert opened(Applicant.objects.get(intake=other))[0].name == PERSON.name
    assert list(sealed_files.stored()) == [CaseFile.objects.get(intake=other).path]


def test_the_ledger_says_that_and_why_and_nothing_of_the_person(organ):
    intake = closed(organ)
    retention.erase_on_request(CONSOLE, intake, reason="申请人书面要求删除")
    entry = LedgerEntry.objects.get(action="foi.erase")
    assert entry.chain.name == organ.code
    assert entry.object_label == intake.number
    assert entry.changes == {
        "why": "request", "reason": "申请人书面要求删除", "files": 1, "messages": 1,
    }  # fmt: skip
    whole = json.dumps([entry.object_label, entry.changes], ensure_ascii=False)
    for text in (PERSON.name, PERSON.phone, PERSON.email, identity_number(1)):
        assert text not in whole


def test_before_its_time_only_the_responsible_person_erases_with_a_reason(organ):
    intake = closed(organ)
    for role in (Role.REQUEST_OFFICER, Role.APPROVING_LEADER, Role.DISCLOSURE_OFFICE):
        clerk = Actor.for_user(make_user(role, organ))
        with pytest.raises(PermissionDenied):
            retention.erase_on_request(clerk, intake, reason="申请人要求")
    foreign = Actor.for_user(make_user(Role.RESPONSIBLE_PERSON, make_organ()))
    with pytest.raises(PermissionDenied):
        retention.erase_on_request(foreign, intake, reason="申请人要求")
    own = Actor.for_user(make_user(Role.RESPONSIBLE_PERSON, organ))
    for reason, words in (
        (" ", "请写明"),
        ("长" * 201, "最多200个字"),
        (f"{identity_number(1)}要求", "个人信息"),
    ):
        with pytest.raises(ValidationError, match=words):
            retention.erase_on_request(own, intake, reason=reason)
    retention.erase_on_request(own, intake, reason="申请人书面要求")
    with pytest.raises(ValidationError, match="已于"):
        retention.erase_on_request(own, intake, reason="申请人书面要求")


def test_what_is_still_needed_is_not_erased_whoever_asks(organ):
    intake = filed(organ, 1, days=3)
    with pytest.raises(ValidationError, match="还没有办结"):
        retention.erase_on_request(CONSOLE, intake, reason="申请人要求")
    record_event(CONSOLE, intake.request, Withdrawn(on=today()))
    intake.refresh_from_db()
    retention.erase_on_request(CONSOLE, intake, reason="申请人要求")


def test_nobody_chooses_whom_the_daily_run_strikes(organ):
    with pytest.raises(PermissionDenied):
        retention.retain(Actor.for_user(make_user(Role.RESPONSIBLE_PERSON, organ)))


def test_forms_that_were_never_sent_go_with_it(organ, settings):
    drafts.begin({"name": "测试甲"})
    Draft.objects.update(changed_at=timezone.now() - timedelta(settings.FOI_DRAFT_DAYS + 1))
    drafts.begin({"name": "测试乙"})
    assert retention.retain(CONSOLE).drafts == 1
    assert Draft.objects.count() == 1


def test_the_command_lists_and_counts(organ, monkeypatch):
    applicant = closed(organ).applicant
    later = last_day(applicant) + timedelta(1)
    monkeypatch.setattr(retention.timezone, "localdate", lambda *a: later)
    out = StringIO()
    call_command("foi", "retain", "--dry-run", stdout=out)
    assert "将清除（未写入）1名申请人" in out.getvalue()
    out = StringIO()
    call_command("foi", "retain", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert [one["intake"] for one in answer["erased"]] == [applicant.intake.number]


def test_the_number_of_statements_does_not_grow_while_nothing_is_due(organ):
    def statements():
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as found:
            retention.retain(CONSOLE)
        return len(found)

    closed(organ, 1)
    statements()
    few = statements()
    for serial in range(2, 6):
        closed(organ, serial)
    statements()
    assert statements() == few


def test_the_responsible_person_erases_on_the_page_of_the_intake(client, organ):
    intake = closed(organ)
    clerk = make_user(Role.REQUEST_OFFICER, organ)
    chief = make_user(Role.RESPONSIBLE_PERSON, organ)
    page = reverse("foi:intake_detail", args=[intake.pk])
    address = reverse("foi:intake_erase", args=[intake.pk])
    client.force_login(clerk)
    assert address not in client.get(page).content.decode()
    assert client.get(address).status_code == 302
    assert client.post(address, {"reason": "测试", "sure": "on"}).status_code == 302
    assert Applicant.objects.get().erased_at is None
    client.force_login(make_user(Role.RESPONSIBLE_PERSON, make_organ()))
    assert client.get(address).status_code == 404
    assert client.post(address, {"reason": "测试", "sure": "on"}).status_code == 404
    assert Applicant.objects.get().erased_at is None
    client.force_login(chief)
    assert address in client.get(page).content.decode()
    answer = client.post(address, {"reason": " "})
    assert answer.status_code == 422
    assert Applicant.objects.get().erased_at is None
    answer = client.post(address, {"reason": "申请人书面要求删除", "sure": "on"}, follow=True)
    assert "申请人信息已清除" in answer.content.decode()
    assert Applicant.objects.get().erased_at is not None
    assert address not in client.get(page).content.decode()

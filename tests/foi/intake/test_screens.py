"""The officer's screens of intake and lists, through HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from gongkai.foi import queries, worklist
from gongkai.foi.models import CaseLink, FoiRequest, Intake, SavedFilter
from gongkai.foi.services import intake as intakes
from gongkai.foi.services import linking
from gongkai.foi.views.lists import RequestList
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from tests.factories.foi import make_case, make_request, received
from tests.factories.organs import make_organ, make_user
from tests.foi.intake.people import PERSON, WISH, person, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def organ():
    return make_organ("411281-001", name="测试局")


@pytest.fixture
def user(organ):
    return make_user(Role.REQUEST_OFFICER, organ)


@pytest.fixture
def officer(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def actor(user):
    return Actor.for_user(user)


def url(name, *args):
    return reverse(f"foi:{name}", args=args)


def text_of(response):
    return response.content.decode()


def take(actor, organ, channel="ordinary_mail", **more):
    return intakes.record_intake(
        actor, organ, channel=channel, arrived_on=more.pop("on", timezone.localdate()),
        person=more.pop("person", PERSON), wish=more.pop("wish", WISH), **more,
    ).intake  # fmt: skip


def posted(**changes):
    """What the intake form sends."""
    return {
        "channel": "ordinary_mail", "arrived_on": timezone.localdate().isoformat(),
        **vars(PERSON), **vars(WISH), **changes,
    }  # fmt: skip


# -- entering ------------------------------------------------------------------------------------


def test_a_letter_is_entered_and_waits_for_confirmation(officer, organ):
    response = officer.post(url("intake_create"), {**posted(), "organ": organ.code}, follow=True)
    intake = Intake.objects.get()
    assert intake.state == Intake.State.WAITING
    assert intake.number in text_of(response)
    assert PERSON.name not in text_of(response)


def test_doubtful_numbers_are_saved_and_then_said(officer, organ):
    data = {**posted(identity_number="110101190001010020"), "organ": organ.code}
    page = text_of(officer.post(url("intake_create"), data, follow=True))
    assert Intake.objects.count() == 1
    assert "校验不符" in page


def test_a_refused_entry_keeps_everything_typed(officer, organ):
    data = {**posted(channel="registered_mail"), "organ": organ.code}
    response = officer.post(url("intake_create"), data)
    assert response.status_code == 422
    page = text_of(response)
    assert "邮件编号" in page
    assert PERSON.identity_number in page
    assert WISH.description in page


def test_the_form_refuses_an_abolished_body_and_names_its_successor(client):
    heir = make_organ("411281-009", name="示例承继局")
    gone = make_organ("411281-008", name="示例旧局", abolished_on=date(2024, 1, 1), successor=heir)
    client.force_login(make_user(Role.REQUEST_OFFICER, gone))
    response = client.post(url("intake_create"), {**posted(), "organ": gone.code})
    assert response.status_code == 422
    assert "示例承继局" in text_of(response)


# -- one intake ----------------------------------------------------------------------------------


def test_the_applicant_is_shown_on_demand_and_the_ledger_knows(officer, actor, organ):
    intake = take(actor, organ)
    assert PERSON.name not in text_of(officer.get(url("intake_detail", intake.pk)))
    before = LedgerEntry.objects.filter(action="foi.reveal").count()
    response = officer.post(url("intake_detail", intake.pk))
    assert PERSON.name in text_of(response)
    assert "no-store" in response["Cache-Control"]
    assert LedgerEntry.objects.filter(action="foi.reveal").count() == before + 1


def test_confirming_opens_the_case(officer, actor, organ):
    intake = take(actor, organ)
    assert PERSON.phone in text_of(officer.get(url("intake_confirm", intake.pk)))
    response = officer.post(
        url("intake_confirm", intake.pk),
        {"on": timezone.localdate().isoformat(), "subject": "示例路改造批复"},
    )
    request = FoiRequest.objects.get()
    assert response["Location"] == url("request_detail", request.pk)


def test_a_second_officer_is_told_and_keeps_what_he_typed(officer, actor, organ):
    intake = take(actor, organ)
    intakes.confirm_intake(actor, intake, on=timezone.localdate(), subject="先确认的")
    response = officer.post(
        url("intake_confirm", intake.pk),
        {"on": timezone.localdate().isoformat(), "subject": "后确认的概括"},
    )
    assert response.status_code == 422
    assert "后确认的概括" in text_of(response)
    assert "已登记为申请" in text_of(response)


def test_contacts_set_aside_forward_and_correct(officer, actor, organ):
    one, two, three = (take(actor, organ) for _ in range(3))
    other = make_organ("411281-002", name="示例对口局")
    officer.post(
        url("intake_contact", one.pk),
        {"contact-way": "电话", "contact-reached": "no", "contact-note": "无人接听"},
    )
    assert one.contacts.get().note == "无人接听"
    officer.post(url("intake_set_aside", two.pk), {"reason": "广告函件"})
    officer.post(url("intake_forward", three.pk), {"organ": other.code, "reason": "属该局职责"})
    changed = {**vars(PERSON), **vars(WISH), "phone": "000-11111111"}
    officer.post(url("intake_correct", one.pk), changed)
    assert "000-11111111" in text_of(officer.post(url("intake_detail", one.pk)))
    for intake, state in ((two, "set_aside"), (three, "forwarded")):
        intake.refresh_from_db()
        assert intake.state == state


def test_the_receipt_shows_a_fresh_code_once(officer, actor, organ):
    intake = take(actor, organ, "counter")
    before = intake.code_hash
    page = text_of(officer.post(url("intake_receipt", intake.pk)))
    intake.refresh_from_db()
    assert intake.code_hash != before
    assert intake.request.number in page
    assert officer.get(url("intake_receipt", intake.pk)).status_code == 302


@pytest.mark.parametrize(
    "name",
    ["intake_detail", "intake_confirm", "intake_contact", "intake_correct", "intake_files",
     "intake_forward", "intake_set_aside"],
)  # fmt: skip
def test_another_bodys_intake_does_not_exist(officer, name):
    theirs = make_organ("411281-005")
    intake = take(Actor.for_user(make_user(Role.REQUEST_OFFICER, theirs)), theirs)
    assert officer.get(url(name, intake.pk)).status_code == 404


@pytest.mark.parametrize(
    "name", ["request_links", "request_merge", "request_split", "request_triage", "request_help"]
)
def test_another_bodys_request_does_not_exist(officer, name):
    theirs = make_case(make_organ("411281-005"), received("2026-03-06"))
    assert officer.get(url(name, theirs.pk)).status_code == 404


def test_a_reviewer_sees_the_intake_but_not_who_sent_it(client, actor, organ):
    intake = take(actor, organ)
    client.force_login(make_user(Role.REVIEWER, organ))
    assert client.get(url("intake_detail", intake.pk)).status_code == 200
    assert PERSON.name not in text_of(client.post(url("intake_detail", intake.pk)))


def test_what_was_erased_is_said_and_offers_nothing_to_look_at(officer, actor, organ):
    intake = take(actor, organ, "counter")
    row = intake.applicant
    row.sealed, row.identity_index, row.erased_at = b"", "", timezone.now()
    row.save()
    for response in (officer.get(url("intake_detail", intake.pk)),
                     officer.post(url("intake_detail", intake.pk))):  # fmt: skip
        page = text_of(response)
        assert "已按保存期限清除" in page
        assert "更正录入差错" not in page


# -- hints ---------------------------------------------------------------------------------------


def test_an_earlier_case_of_the_same_applicant_stands_beside_the_new_one(officer, actor, organ):
    earlier = take(actor, organ, "counter")
    later = take(actor, organ, "counter")
    page = text_of(officer.get(url("intake_detail", later.pk)))
    assert earlier.request.number in page
    assert "同一申请人" in page
    sides = text_of(officer.get(url("compare", later.pk, earlier.pk)))
    assert sides.count(WISH.description) == 2
    officer.post(url("compare", later.pk, earlier.pk), {"kind": "repeat"})
    link = CaseLink.objects.get()
    assert (link.earlier, link.later, link.kind) == (earlier.request, later.request, "repeat")
    assert "疑似重复" in text_of(officer.get(url("request_links", later.request.pk)))


def test_comparing_with_another_bodys_intake_is_not_possible(officer, actor, organ):
    theirs = make_organ("411281-005")
    other = take(Actor.for_user(make_user(Role.REQUEST_OFFICER, theirs)), theirs)
    mine = take(actor, organ)
    assert officer.get(url("compare", mine.pk, other.pk)).status_code == 404


# -- lists ---------------------------------------------------------------------------------------


def test_the_lists_cost_the_same_for_one_and_for_many(officer, actor, organ):
    def statements(name):
        with CaptureQueriesContext(
            connection,
        ) as done:
            assert officer.get(url(name)).status_code == 200
        return len(done)

    take(actor, organ, "counter", person=person(1))
    take(actor, organ, person=person(2))
    for name in ("index", "intake_list", "calendar", "help_list"):
        officer.get(url(name))
    before = {name: statements(name) for name in ("index", "intake_list", "calendar")}
    for serial in range(3, 12):
        take(actor, organ, "counter", person=person(serial))
        take(actor, organ, person=person(serial))
    assert {name: statements(name) for name in before} == before


def test_an_intake_costs_the_same_with_one_hint_and_file_and_with_many(officer, actor, organ):
    def statements(intake):
        with CaptureQueriesContext(connection) as done:
            officer.get(url("intake_detail", intake.pk))
        return len(done)

    scan = intakes.Incoming("application", "申请书.txt", "示例".encode())
    take(actor, organ, "counter")
    intake = take(actor, organ, "counter", files=[scan])
    statements(intake)
    before = statements(intake)
    for _ in range(6):
        take(actor, organ, "counter")
    intakes.add_scans(actor, intake, [scan] * 4)
    assert statements(intake) == before


def test_groups_count_overdue_today_soon_and_later(officer, organ):
    today = timezone.localdate()
    for days in (-5, 0, 1, 60):
        make_request(organ, due_on=today + timedelta(days=days))
    make_request(organ, due_on=None, decided_on=today, outcome="GRANT", state="ended")
    for stage, count in (("overdue", 1), ("today", 1), ("later", 1), ("waiting", 4), ("ended", 1)):
        page = officer.get(url("index"), {"stage": stage})
        assert page.context["total"] == count, stage
    shown = {g["label"]: g["count"] for g in officer.get(url("index")).context["groups"]}
    assert shown["已逾期"] == 1
    assert shown["今天到期"] == 1
    assert shown["未办结"] == 4


def test_what_waits_stands_most_pressing_first_and_all_requests_newest_first(officer, organ):
    today = timezone.localdate()
    later = make_request(organ, due_on=today + timedelta(days=60), received_on=date(2020, 3, 7))
    sooner = make_request(organ, due_on=today + timedelta(days=50), received_on=date(2020, 3, 6))

    def order(**asked):
        page = officer.get(url("index"), asked)
        return [row["object"].pk for row in page.context["rows"]]

    assert order() == [later.pk, sooner.pk]
    assert order(stage="waiting") == [sooner.pk, later.pk]
    assert order(stage="waiting", sort="-due_on") == [later.pk, sooner.pk]


def test_whoever_sees_all_bodies_reads_the_list_in_its_own_order(client):
    """Asked body by body, SQLite gathers and sorts a million requests for one page."""
    above = make_organ("411281", name="义马市人民政府")
    below = make_organ("411281-001", name="测试局", parent=above)
    make_request(below, due_on=timezone.localdate())
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, above))
    for name in ("index", "calendar"):
        with CaptureQueriesContext(connection) as done:
            page = client.get(url(name))
        assert page.context["total"] == 1
        asked = [one["sql"] for one in done if 'FROM "foi_foirequest"' in one["sql"]]
        assert asked
        assert not [sql for sql in asked if "IN (SELECT" in sql]


def test_a_search_counts_no_further_than_its_cap(officer, organ, monkeypatch):
    monkeypatch.setattr(RequestList, "search_cap", 2)
    for _ in range(3):
        make_request(organ, subject="道路改造批复")
    page = officer.get(url("index"), {"q": "道路"})
    assert "只列出前 2 条" in text_of(page)
    assert len(page.context["rows"]) == 2


def test_deadlines_are_said_in_words_beside_their_colour(officer, organ):
    make_request(organ, due_on=timezone.localdate())
    page = text_of(officer.get(url("index")))
    assert 'class="foi-due--urgent">今天到期' in page


def test_intakes_say_in_words_and_colour_until_when_they_are_to_be_confirmed(officer, actor, organ):
    today = timezone.localdate()
    take(actor, organ, on=today - timedelta(days=10))
    page = text_of(officer.get(url("intake_list")))
    assert 'class="foi-due--overdue">待确认，已超过' in page


def test_filters_are_saved_used_and_removed_by_their_owner_alone(officer, user, organ):
    officer.post(url("filter_save"), {"name": "逾期", "query": "stage=overdue&page=3"})
    saved = SavedFilter.objects.get(user=user)
    assert saved.query == "stage=overdue"
    assert "逾期" in text_of(officer.get(url("index")))
    other = SavedFilter.objects.create(
        user=make_user(Role.REQUEST_OFFICER, organ), name="别人的", query="stage=today"
    )
    assert "别人的" not in text_of(officer.get(url("index")))
    assert officer.post(url("filter_remove", other.pk)).status_code == 404
    officer.post(url("filter_remove", saved.pk))
    assert list(SavedFilter.objects.all()) == [other]


def test_a_saved_filter_holds_no_persons_number(officer):
    officer.post(url("filter_save"), {"name": "某人", "query": f"q={PERSON.identity_number}"})
    assert SavedFilter.objects.count() == 0


def test_marked_cases_are_assigned_at_once_to_who_may_handle_them(officer, organ, user):
    cases = [make_case(organ, received("2026-03-06")) for _ in range(3)]
    stranger = make_user(Role.REQUEST_OFFICER, make_organ())
    query = "&".join(f"pk={c.pk}" for c in cases)
    page = text_of(officer.get(f"{url('assign')}?{query}"))
    assert f'value="{user.pk}"' in page
    assert f'value="{stranger.pk}"' not in page
    refused = officer.post(f"{url('assign')}?{query}", {"handler": str(stranger.pk)})
    assert refused.status_code == 422
    officer.post(f"{url('assign')}?{query}", {"handler": str(user.pk)})
    assert set(FoiRequest.objects.values_list("handler", flat=True)) == {user.pk}
    assert officer.get(url("index"), {"handler": "me"}).context["total"] == 3


def test_cover_sheets_name_the_cases_and_no_applicant(officer, actor, organ):
    intake = take(actor, organ, "counter")
    theirs = make_case(make_organ(), received("2026-03-06"))
    page = text_of(officer.get(url("covers"), {"pk": [intake.request.pk, theirs.pk]}))
    assert intake.request.number in page
    assert theirs.number not in page
    assert PERSON.name not in page


def test_the_calendar_shows_days_with_their_cases(officer, organ):
    today = timezone.localdate()
    cases = [make_request(organ, due_on=today) for _ in range(7)]
    page = text_of(officer.get(url("calendar")))
    assert cases[0].number in page
    assert "还有2件" in page
    for month in ("2026-13", "nonsense", "1000-01"):
        assert officer.get(url("calendar"), {"month": month}).status_code == 200


def test_exports_leave_out_persons_and_what_they_wrote(officer, actor, organ):
    intake = take(actor, organ, "counter")
    content = b"".join(officer.get(url("index"), {"export": "csv"}).streaming_content).decode()
    assert intake.request.number in content
    for text in (PERSON.name, PERSON.phone, WISH.title):
        assert text not in content


def test_an_export_with_persons_costs_the_same_for_one_and_for_many(officer, actor, organ):
    def statements():
        with CaptureQueriesContext(connection) as done:
            officer.post(url("personal_export"), {"reason": "邮寄名单", "query": ""})
        return len(done)

    take(actor, organ, "counter")
    statements()
    before = statements()
    for serial in range(2, 8):
        take(actor, organ, "counter", person=person(serial))
    assert statements() == before


def test_an_export_with_persons_needs_the_right_a_reason_and_is_in_the_ledger(
    officer, client, actor, organ
):
    intake = take(actor, organ, "counter")
    theirs = make_organ("411281-005")
    take(Actor.for_user(make_user(Role.REQUEST_OFFICER, theirs)), theirs, "counter",
         person=person(2, name="测试乙"))  # fmt: skip
    assert officer.post(url("personal_export"), {"reason": ""}).status_code == 422
    nonsense = officer.post(url("personal_export"), {"reason": "邮寄名单", "query": "q=zzz%00"})
    assert "没有符合条件的申请" in nonsense.content.decode()
    response = officer.post(url("personal_export"), {"reason": "邮寄名单", "query": ""})
    rows = list(load_workbook(BytesIO(b"".join(response.streaming_content))).active.values)
    cells = [cell for row in rows for cell in row]
    assert PERSON.name in cells
    assert "测试乙" not in cells
    assert PERSON.identity_number not in cells
    entry = LedgerEntry.objects.filter(action="foi.personal_export").get()
    assert entry.changes == {"reason": "邮寄名单", "rows": 1}
    assert intake.request.number in cells
    client.force_login(make_user(Role.REVIEWER, organ))
    assert client.post(url("personal_export"), {"reason": "想看看"}).status_code == 302


# -- start page ----------------------------------------------------------------------------------


def test_the_start_page_lists_unconfirmed_intakes_first_and_late_ones_as_late(actor, organ, user):
    today = timezone.localdate()
    take(actor, organ, on=today - timedelta(days=10))
    found = worklist.unconfirmed_intakes(user, today)
    assert (found.total, found.late) == (1, 1)
    assert found.tasks[0].group(today) == "late"


def test_the_office_sees_what_bodies_below_left_unconfirmed(actor, organ):
    root = make_organ("411282", name="示例市政府")
    below = make_organ("411282-001", name="示例下属局", parent=root)
    watcher = make_user(Role.DISCLOSURE_OFFICE, root)
    theirs = Actor.for_user(make_user(Role.REQUEST_OFFICER, below))
    take(theirs, below, on=timezone.localdate() - timedelta(days=10))
    take(theirs, below)
    found = worklist.unconfirmed_elsewhere(watcher, timezone.localdate())
    assert (found.kind, found.total) == ("watch", 1)


@pytest.mark.parametrize("channel", ["ordinary_mail", "email"])
def test_the_condition_of_late_intakes_says_what_confirm_by_says(actor, organ, channel):
    today = timezone.localdate()
    for back in range(12):
        intake = take(actor, organ, channel, on=today - timedelta(days=back))
        late = Intake.objects.filter(queries.late_intakes(today), pk=intake.pk).exists()
        assert late == (intakes.confirm_by(intake) < today), back


# -- other bodies --------------------------------------------------------------------------------


def test_a_helping_body_sees_the_question_and_never_the_case(client, actor, organ):
    helper = make_organ("411281-003", name="示例协办局")
    request = take(actor, organ, "counter").request
    asked = linking.ask_for_help(actor, request, helper, question="请核实示例路的建设单位。")
    client.force_login(make_user(Role.REQUEST_OFFICER, helper))
    page = text_of(client.get(url("help_list"))) + text_of(client.get(url("help_detail", asked.pk)))
    assert "请核实示例路的建设单位" in page
    assert request.number not in page
    assert client.get(url("request_detail", request.pk)).status_code == 404
    client.post(url("help_answer", asked.pk), {"answer": "建设单位为示例公司。"})
    asked.refresh_from_db()
    assert asked.answer == "建设单位为示例公司。"


def test_cases_of_an_abolished_body_are_handed_over_by_the_successors_officer(client, actor, organ):
    heir = make_organ("411281-004", name="示例承继局")
    request = take(actor, organ, "counter").request
    waiting = take(actor, organ)
    organ.abolished_on, organ.successor = timezone.localdate(), heir
    organ.save()
    successor = make_user(Role.REQUEST_OFFICER, heir)
    client.force_login(successor)
    assert worklist.orphaned_cases(successor, timezone.localdate()).total == 1
    stranger = make_user(Role.REQUEST_OFFICER, make_organ())
    assert worklist.orphaned_cases(stranger, timezone.localdate()).total == 0
    assert organ.name in text_of(client.get(url("hand_over")))
    client.post(url("hand_over_body", organ.code), {"reason": "机构改革"})
    request.refresh_from_db()
    waiting.refresh_from_db()
    assert (request.organ, waiting.organ) == (heir, heir)
    assert client.get(url("request_detail", request.pk)).status_code == 200


def test_triage_names_the_failing_test_of_article_2(officer, actor, organ):
    request = take(actor, organ, "counter").request
    page = text_of(
        officer.post(
            url("request_triage", request.pk),
            {"clear": "yes", "information": "not_function", "note": "内部工会活动"},
            follow=True,
        )
    )
    assert "职能不符" in page
    assert "不属于政府信息" in page


def test_a_split_is_made_and_both_parts_are_linked(officer, actor, organ):
    request = take(actor, organ, "counter", wish=wish(description="甲文件和乙文件")).request
    officer.post(url("request_split", request.pk), {"descriptions": "乙文件", "seen": 1})
    child = FoiRequest.objects.exclude(pk=request.pk).get()
    assert child.number in text_of(officer.get(url("request_links", request.pk)))

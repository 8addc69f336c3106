"""What the room offers above: the start page, the calendar, the report, the console, the checks."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongkai.config.checks import check_readings
from gongkai.disclosure import checks, deadlines, facts, services, worklist
from gongkai.disclosure.models import DisclosedItem, Status, Step
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.reports import narrative, registry
from gongkai.reports.build import build
from gongkai.statute.formats import get_format
from gongkai.statute.workdays import DayStatus, LayeredCalendar
from tests.factories.disclosure import Office, make_column, make_disclosed_item, published
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

F2019, F2021 = get_format("2019"), get_format("2021")
TODAY = timezone.localdate


@pytest.fixture
def office() -> Office:
    return Office()


# -- the start page -------------------------------------------------------------------------------


def titles(work: object) -> list[str]:
    return [task.title for task in work.tasks]  # type: ignore[attr-defined]


def test_each_person_finds_the_own_tasks(office: Office) -> None:
    today = TODAY()
    office.submit(title="待审核")
    back = office.decide(office.submit(title="退回的"), "returned", opinion="请改。")
    reviewer = office.people[Step.REVIEW]
    assert titles(worklist.to_decide(reviewer, today)) == ["待审核"]
    assert worklist.to_decide(reviewer, today).tasks[0].due_label.startswith("审核，")
    assert titles(worklist.returned(office.officer, today)) == ["退回的"]
    assert worklist.returned(office.officer, today).tasks[0].url.endswith(f"/{back.pk}/")
    assert worklist.to_decide(office.officer, today).total == 0


def test_a_blocked_drafts_title_does_not_leave_by_mail(office: Office) -> None:
    item = office.draft(title="电话13800138000")
    services.check_item(office.actor(), item)
    (task,) = worklist.blocked(office.officer, TODAY()).tasks
    assert "13800138000" not in task.mail_title
    assert task.mail_title


def test_running_limits_come_by_day_late_ones_first(office: Office) -> None:
    """Art. 26: 20 working days."""
    today = date(2020, 6, 1)
    late = make_disclosed_item(office.organ, title="逾期", formed_on=date(2020, 4, 1))
    soon = make_disclosed_item(office.organ, title="将到", formed_on=date(2020, 5, 7))
    make_disclosed_item(office.organ, title="尚早", formed_on=date(2020, 5, 29))
    changed = make_disclosed_item(
        office.organ, title="变更", formed_on=date(2019, 1, 1), changed_on=date(2020, 5, 28)
    )
    work = worklist.running(office.officer, today)
    assert titles(work) == ["逾期", "将到", "变更", "尚早"]
    assert (work.total, work.late, work.now) == (4, 1, 1)
    assert work.tasks[0].due_on == date(2020, 4, 29)
    assert work.tasks[0].due_label == "已逾期33天"
    # 9 May 2020 was a make-up working day.
    assert work.tasks[1].due_on == date(2020, 6, 3)
    assert {late.pk, soon.pk, changed.pk} < set(DisclosedItem.objects.values_list("pk", flat=True))


def test_what_is_withheld_what_was_asked_and_what_waits_are_listed(office: Office) -> None:
    today = TODAY()
    make_disclosed_item(
        office.organ,
        title="该评估了",
        status=Status.DECIDED,
        disclosure_attribute="withheld",
        attribute_reason="涉密",
        next_assessment_on=today,
    )
    asked = office.decide(office.submit(title="不能确定"))
    office.decide(
        asked,
        "referred",
        opinion="不定",
        refer_to="市国家保密局",
        reply_due_on=today + timedelta(days=3),
    )
    office.publish(title="明天发", go_live_at=timezone.now() + timedelta(days=1))
    assert titles(worklist.to_assess(office.officer, today)) == ["该评估了"]
    (referral,) = worklist.referrals(office.people[Step.SECRECY], today).tasks
    assert referral.title == "市国家保密局：不能确定"
    assert titles(worklist.scheduled(office.officer, today)) == ["明天发"]
    assert worklist.scheduled(make_user("request_officer", office.organ), today).total == 0


def test_an_assessment_due_today_is_not_late_yet(office: Office) -> None:
    """Art. 18: what is due today may still be done today."""
    today = TODAY()
    for title, day in (("今天到期", today), ("昨天到期", today - timedelta(days=1))):
        make_disclosed_item(
            office.organ,
            title=title,
            status=Status.DECIDED,
            disclosure_attribute="withheld",
            attribute_reason="涉密",
            next_assessment_on=day,
        )
    work = worklist.to_assess(office.officer, today)
    assert (work.total, work.late, work.now) == (2, 1, 1)
    assert [task.group(today) for task in work.tasks] == ["late", "now"]


def test_items_of_an_abolished_body_are_offered_to_the_successor(office: Office) -> None:
    office.draft()
    successor = Office()
    Organ.objects.filter(pk=office.organ.pk).update(
        abolished_on=date(2020, 1, 1), successor=successor.organ
    )
    (task,) = worklist.orphans(successor.officer, TODAY()).tasks
    assert "移交" in task.title
    assert successor.organ.name in task.title


def test_the_office_sees_what_is_late_by_body() -> None:
    city = make_organ()
    body = make_organ(parent=city)
    make_disclosed_item(body, formed_on=date(2019, 1, 1))
    published(organ=body)
    (column,) = worklist.late_by_body(make_user("disclosure_office", city), date(2020, 6, 1))
    assert {pk: cell.text for pk, cell in column.cells.items()} == {body.pk: "1"}
    assert f"organ={body.code}" in column.cells[body.pk].url


@pytest.mark.parametrize("source", worklist.sources)
def test_a_list_costs_the_same_for_one_task_and_for_many(office: Office, source) -> None:
    user = make_user(is_superuser=True)

    def fill(number: int) -> None:
        for _ in range(number):
            make_disclosed_item(
                office.organ, column=office.column, step="review", submitted_at=timezone.now(),
                returned=True, drafted_by=user, blocking=1,
            )  # fmt: skip

    def cost() -> int:
        policy.forget(user)
        with CaptureQueriesContext(connection) as captured:
            source(user, TODAY())
        return len(captured)

    fill(1)
    cost()
    before = cost()
    fill(12)
    assert cost() == before <= 5


def test_the_start_page_draws_them_all(office: Office, client) -> None:
    office.submit(title="待审核的一条")
    client.force_login(office.people[Step.REVIEW])
    assert "待审核的一条" in client.get("/staff/").content.decode()


# -- the calendar -------------------------------------------------------------------------------


def test_a_changed_calendar_moves_the_limits_of_drafts(office: Office) -> None:
    draft = make_disclosed_item(office.organ, title="草稿", formed_on=date(2020, 6, 1))
    make_disclosed_item(office.organ, title="未填日期", formed_on=None)
    published(organ=office.organ, formed_on=date(2020, 6, 1))
    old = LayeredCalendar()
    # 28 June 2020 was a make-up working day; Monday the 29th is given off.
    new = LayeredCalendar({date(2020, 6, 29): DayStatus(False, False, "notice", "补休")})
    (move,) = deadlines.moved(old, new)
    assert (move.label, move.organ_name) == ("待公开：草稿", office.organ.label)
    assert (move.old, move.new) == (date(2020, 6, 30), date(2020, 7, 1))
    assert move.url.endswith(f"/{draft.pk}/")


def test_the_moves_cost_one_statement(office: Office, django_assert_num_queries) -> None:
    for _ in range(20):
        make_disclosed_item(office.organ, column=office.column, formed_on=date(2020, 6, 1))
    new = LayeredCalendar({date(2020, 6, 29): DayStatus(False, False, "notice", "补休")})
    with django_assert_num_queries(1):
        assert len(list(deadlines.moved(LayeredCalendar(), new))) == 20


# -- the annual report -----------------------------------------------------------------------------


def rows(year: int, organs: object = None) -> dict[tuple[int, str], object]:
    return {(row.organ_id, row.cell): row.value for row in facts.item_rows(F2019, year, organs)}


def test_publications_of_the_year_count_by_kind_of_column(office: Office) -> None:
    organ = office.organ
    overview, news = (make_column(owner=organ, kind=kind) for kind in ("overview", "news"))
    for _ in range(2):
        published(date(2020, 3, 5), organ=organ, column=overview)
    published(date(2020, 12, 31), organ=organ, column=news)
    published(date(2021, 1, 1), organ=organ, column=news)
    gone = published(date(2020, 6, 1), organ=organ, column=news)
    DisclosedItem.objects.filter(pk=gone.pk).update(
        status="withdrawn", live=False, withdrawn_at=timezone.now(), withdraw_reason="有误"
    )
    make_disclosed_item(organ, column=news)
    assert rows(2020) == {
        (organ.pk, "m.items.overview"): 2,
        (organ.pk, "m.items.news"): 2,
        (organ.pk, "m.items.published"): 4,
    }


def test_the_year_is_that_of_china(office: Office) -> None:
    for at in (datetime(2019, 12, 31, 16, tzinfo=UTC), datetime(2020, 12, 31, 15, 59, tzinfo=UTC)):
        make_disclosed_item(office.organ, published_at=at)
    make_disclosed_item(office.organ, published_at=datetime(2020, 12, 31, 16, tzinfo=UTC))
    assert rows(2020)[office.organ.pk, "m.items.published"] == 2


def test_behind_each_figure_stand_its_items_and_one_statement(
    office: Office, django_assert_num_queries
) -> None:
    for kind in ("news", "news", "policy"):
        column = make_column(owner=office.organ, kind=kind)
        published(date(2020, 3, 5), organ=office.organ, column=column)
    organs = Organ.objects.filter(pk=office.organ.pk)
    with django_assert_num_queries(1):
        figures = rows(2020, organs)
    for (_organ, cell), value in figures.items():
        assert facts.item_records(F2019, 2020, cell, organs).count() == value
    assert rows(2020, Organ.objects.exclude(pk=office.organ.pk)) == {}
    assert registry.problems() == []


def test_the_first_draft_of_the_report_states_them(office: Office) -> None:
    city = office.organ
    for kind, number in (("overview", 1), ("news", 2), ("catalogue", 3), ("policy", 4)):
        column = make_column(owner=city, kind=kind)
        for _ in range(number):
            published(date(2020, 3, 5), organ=city, column=column)
    text = narrative.draft(build(city, 2020))["s1"]
    assert (
        "本年通过本平台主动公开政府信息10条，其中概况类信息1条、政务动态信息2条、信息公开目录信息3条、"
        "其他信息4条。" in text
    )
    assert "【待填：主动公开的重点内容" in text
    nothing = narrative.draft(build(city, 2019))["s1"]
    assert "本年通过本平台" not in nothing
    assert "【待填：本年在政府网站、政务新媒体等渠道主动公开信息的条数" in nothing


# -- the console ----------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("disclosure", "publish-due", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_publishes_and_takes_down(office: Office) -> None:
    item = office.publish(go_live_at=timezone.now() + timedelta(days=1))
    assert run() == ("发布 0 条，到期下架 0 条。\n", "")
    DisclosedItem.objects.filter(pk=item.pk).update(scheduled_for=timezone.now())
    assert json.loads(run("--json")[0]) == {"published": 1, "expired": 0, "failed": []}
    DisclosedItem.objects.filter(pk=item.pk).update(expire_at=timezone.now())
    assert run()[0] == "发布 0 条，到期下架 1 条。\n"


def test_the_command_names_what_it_could_not_publish(office: Office) -> None:
    item = office.publish(title="换过的", go_live_at=timezone.now() + timedelta(days=1))
    DisclosedItem.objects.filter(pk=item.pk).update(
        scheduled_for=timezone.now(), body="<p>换了</p>"
    )
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("disclosure", "publish-due", stdout=out, stderr=err)
    assert caught.value.code == 1
    assert "未能办理“换过的”：内容与审批时不一致" in err.getvalue()


def test_the_loop_is_no_busy_loop() -> None:
    with pytest.raises(CommandError, match="至少为 5 秒"):
        call_command("disclosure", "publish-due", "--every", "1")


def test_the_loop_runs_until_it_is_stopped(office: Office, monkeypatch) -> None:
    item = office.publish(go_live_at=timezone.now() + timedelta(days=1))
    DisclosedItem.objects.filter(pk=item.pk).update(scheduled_for=timezone.now())
    slept: list[int] = []

    def sleep(seconds: int) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("gongkai.disclosure.management.commands.disclosure.time.sleep", sleep)
    monkeypatch.setattr(
        "gongkai.disclosure.management.commands.disclosure.close_old_connections", lambda: None
    )
    out = StringIO()
    with pytest.raises(KeyboardInterrupt):
        call_command("disclosure", "publish-due", "--every", "60", stdout=out)
    assert slept == [60, 60]
    assert out.getvalue() == "发布 1 条，到期下架 0 条。\n"


def test_the_loop_ends_with_the_server_beside_which_it_ran(monkeypatch) -> None:
    command = "gongkai.disclosure.management.commands.disclosure"
    parents = iter([77, 77, 1])
    monkeypatch.setattr(f"{command}.os.getppid", lambda: next(parents))
    monkeypatch.setattr(f"{command}.time.sleep", lambda seconds: None)
    monkeypatch.setattr(f"{command}.close_old_connections", lambda: None)
    call_command("disclosure", "publish-due", "--every", "60")
    assert next(parents, None) is None


# -- the settings ---------------------------------------------------------------------------------


def test_a_bad_pattern_for_index_numbers_stops_the_start(settings) -> None:
    assert checks.check_index_numbers() == []
    settings.INDEX_NUMBER_PATTERN = "{serial}"
    (message,) = checks.check_index_numbers()
    assert (message.id, "机关占位符" in message.msg) == ("disclosure.E001", True)


def test_an_unknown_reading_of_the_separation_of_people_stops_the_start(settings) -> None:
    assert check_readings() == []
    settings.REVIEW_DISTINCT_PERSONS = "nobody"
    (message,) = check_readings()
    assert message.id == "gongkai.E002"


def test_a_city_may_let_sub_districts_owe_the_items_of_townships(settings) -> None:
    """Art. 21 [reading]."""
    office = Office(make_organ(parent=make_organ(), kind="subdistrict"))
    item = office.draft(statutory_item="21B-01")
    with pytest.raises(ValidationError, match="不属于本机关"):
        services.submit(office.actor(), item)
    settings.SUBDISTRICT_TOWNSHIP_ITEMS = True
    assert services.submit(office.actor(), item).step == Step.REVIEW

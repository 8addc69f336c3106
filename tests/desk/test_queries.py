"""The start page's groups, counts and marks, drawn from sources of our own and from the rooms'."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongkai.desk.queries import bodies_for, desk_for, in_words, work_lists
from gongkai.organs import policy
from gongkai.organs.models import Membership
from gongkai.organs.worklist import BodyCell, BodyColumn, Task, WorkList
from tests.factories.foi import make_request
from tests.factories.organs import add_role, make_deputation, make_organ, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 6)


def task(title: str, due: int | None = None, **fields) -> Task:
    return Task(
        title=title,
        url=f"/staff/x/{title}/",
        due_on=None if due is None else TODAY + timedelta(days=due),
        **fields,
    )


def source(*tasks: Task, title: str = "待办", total: int | None = None, **fields):
    found = WorkList(title, "/staff/x/", tasks, len(tasks) if total is None else total, **fields)
    return lambda user, today: found


def groups(desk) -> dict[str, list[str]]:
    return {group.key: [row.task.title for row in group.rows] for group in desk.groups}


def counts(desk) -> dict[str, tuple[int, bool]]:
    return {group.key: (group.count, group.at_least) for group in desk.groups}


# -- groups ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "group"),
    [
        (task("a", -1), "late"),
        (task("a", 0), "now"),
        (task("a", 7), "now"),
        (task("a", 8), "later"),
        (task("a", 8, is_urgent=True), "now"),
        (task("a", -1, is_urgent=True), "late"),
        (task("a"), "now"),
    ],
)
def test_a_task_is_late_near_or_later_by_its_day(rooms, city, one, group) -> None:
    rooms([source(one)])
    found = groups(desk_for(make_user("reviewer", city.bureau), TODAY))
    assert found == {"late": [], "now": [], "later": []} | {group: ["a"]}


def test_tasks_of_all_rooms_are_merged_and_sorted_by_due_date(rooms, city) -> None:
    rooms(
        [
            source(task("a3", 3), task("a20", 20), title="甲"),
            source(task("b-2", -2), task("b1", 1), task("b-undated"), title="乙"),
            source(task("c-9", -9), task("c9", 9), task("c-urgent", is_urgent=True), title="丙"),
        ]
    )
    assert groups(desk_for(make_user(), TODAY)) == {
        "late": ["c-9", "b-2"],
        "now": ["c-urgent", "b1", "a3", "b-undated"],
        "later": ["c9", "a20"],
    }


def test_what_i_do_myself_stands_before_what_i_look_after(rooms, city) -> None:
    rooms([source(task("theirs", -9), kind="watch"), source(task("mine", -1))])
    assert groups(desk_for(make_user(), TODAY))["late"] == ["mine", "theirs"]


def test_counts_hold_what_is_not_listed(rooms, city) -> None:
    rooms(
        [
            source(task("a", -1), task("b", 1), total=50, late=7, now=13),
            source(task("c", 30), total=4),
        ]
    )
    desk = desk_for(make_user(), TODAY)
    assert counts(desk) == {"late": (7, False), "now": (13, False), "later": (34, False)}
    assert desk.total == 54


def test_a_count_that_no_room_has_given_says_at_least(rooms, city) -> None:
    rooms([source(task("a", -1), total=9), source(task("b", 30), total=3)])
    assert counts(desk_for(make_user(), TODAY)) == {
        "late": (1, True), "now": (0, True), "later": (11, False),
    }  # fmt: skip


def test_a_group_draws_twenty_rows_and_counts_all(rooms, city) -> None:
    rooms([source(*(task(f"t{n:02d}", -n) for n in range(1, 31)))])
    late = desk_for(make_user(), TODAY).groups[0]
    assert [row.task.title for row in late.rows] == [f"t{n:02d}" for n in range(30, 10, -1)]
    assert late.count == 30


def test_empty_lists_are_left_out(rooms, city) -> None:
    rooms([source(), source(task("a"), title="有")])
    assert [one.title for one in work_lists(make_user(), TODAY)] == ["有"]
    assert [one.title for one in desk_for(make_user(), TODAY).lists] == ["有"]


def test_dates_are_said_with_the_day_of_the_week() -> None:
    assert in_words(date(2026, 3, 9), TODAY) == "3月9日（周一）"
    assert in_words(date(2027, 1, 3), TODAY) == "2027年1月3日（周日）"


# -- deputies ----------------------------------------------------------------------------------
def test_what_i_have_only_as_a_deputy_bears_the_principals_name(city) -> None:
    """Given requests of two bureaus, one handled in my own right and one for 张某."""
    me = make_user("request_officer", city.bureau)
    principal = make_user("request_officer", city.other, display_name="张某")
    make_deputation(principal, me, "request_officer", city.other)
    for organ in (city.bureau, city.other, city.far):
        make_request(organ, due_on=date(2026, 3, 9))

    rows = [row for group in desk_for(me, TODAY).groups for row in group.rows]

    assert {row.task.organ: row.principal for row in rows} == {"市公安局": "", "市民政局": "张某"}


def test_what_i_may_do_myself_too_is_not_marked(city) -> None:
    me = make_user("request_officer", city.bureau)
    principal = make_user("responsible_person", city.bureau)
    make_deputation(principal, me, "responsible_person", city.bureau)
    make_request(city.bureau, due_on=date(2026, 3, 9))
    (row,) = desk_for(me, TODAY).groups[1].rows
    assert row.principal == ""


def test_marks_hold_when_the_lists_are_cut_off(city) -> None:
    """Fifteen requests of each bureau, ten listed: whichever are listed bear the right mark."""
    me = make_user("request_officer", city.bureau)
    principal = make_user("request_officer", city.other, display_name="张某")
    make_deputation(principal, me, "request_officer", city.other)
    for n in range(15):
        for organ in (city.bureau, city.other):
            make_request(organ, due_on=date(2026, 4, 1) + timedelta(days=n))
    rows = [row for group in desk_for(me, TODAY).groups for row in group.rows]
    assert len(rows) == 10
    assert {(row.task.organ, row.principal) for row in rows} == {
        ("市公安局", ""), ("市民政局", "张某"),
    }  # fmt: skip


# -- statements --------------------------------------------------------------------------------
def cost(call, *arguments) -> int:
    policy.forget(arguments[0])
    with CaptureQueriesContext(connection) as captured:
        call(*arguments)
    return len(captured)


def test_the_page_costs_the_same_for_one_task_and_for_fifty(city) -> None:
    me = make_user("request_officer", city.bureau)
    make_request(city.bureau, due_on=date(2026, 4, 1))
    desk_for(me, TODAY)
    few = cost(desk_for, me, TODAY)
    for n in range(50):
        make_request(city.bureau, due_on=date(2026, 3, 1) + timedelta(days=n))
    assert cost(desk_for, me, TODAY) == few


def test_a_deputys_page_costs_the_same_for_one_task_and_for_fifty(city) -> None:
    me = make_user("request_officer", city.bureau)
    principal = make_user("request_officer", city.other)
    make_deputation(principal, me, "request_officer", city.other)
    make_request(city.other, due_on=date(2026, 4, 1))
    make_request(city.bureau, due_on=date(2026, 4, 1))
    desk_for(me, TODAY)
    few = cost(desk_for, me, TODAY)
    for n in range(25):
        make_request(city.bureau, due_on=date(2026, 3, 1) + timedelta(days=n))
        make_request(city.other, due_on=date(2026, 3, 1) + timedelta(days=n))
    assert cost(desk_for, me, TODAY) == few


def test_the_bodies_cost_the_same_for_two_and_for_forty(city) -> None:
    office = make_user("disclosure_office", city.top)
    make_request(city.bureau, due_on=date(2026, 3, 1))
    bodies_for(office, TODAY)
    few = cost(bodies_for, office, TODAY)
    for _ in range(40):
        make_request(make_organ(parent=city.top), due_on=date(2026, 3, 1))
    assert cost(bodies_for, office, TODAY) == few


# -- bodies ------------------------------------------------------------------------------------


def test_the_office_sees_its_bodies_the_most_pressing_first(rooms, city) -> None:
    a, b, far = city.bureau.pk, city.other.pk, city.far.pk
    rooms(
        body_sources=[
            lambda user, today: [
                BodyColumn("在办", {a: BodyCell("2", "/a"), b: BodyCell("9", "/b"), far: BodyCell("1")}),
                BodyColumn("逾期", {b: BodyCell("3", "/l", weight=3)}),
            ],
            lambda user, today: [BodyColumn("空", {})],
        ]
    )  # fmt: skip
    found = bodies_for(make_user("disclosure_office", city.top), TODAY)
    assert found is not None
    assert found.titles == ["在办", "逾期"]
    assert [row.organ.label for row in found.first] == ["市民政局", "市公安局"]
    assert [cell and cell.text for cell in found.first[1].cells] == ["2", None]
    assert found.total == 2


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("disclosure_office", True),
        ("superior", True),
        ("information_officer", False),
        ("responsible_person", False),
        ("system_admin", False),
        ("security_officer", False),
        ("auditor", False),
    ],
)
def test_only_who_looks_after_bodies_sees_their_table(city, role, sees) -> None:
    make_request(city.bureau, due_on=date(2026, 3, 1))
    assert (bodies_for(make_user(role, city.top), TODAY) is not None) is sees


def test_open_and_overdue_requests_are_counted_by_body_within_the_scope(city) -> None:
    make_request(city.bureau, due_on=date(2026, 3, 1), state="running")
    make_request(city.bureau, due_on=date(2026, 4, 1), state="running")
    make_request(city.other, due_on=date(2026, 3, 1), state="awaiting_correction")
    make_request(city.far, due_on=date(2026, 3, 1), state="running")
    found = bodies_for(make_user("superior", city.top), TODAY)
    assert found is not None
    assert found.titles == ["2025年报告", "申请在办", "申请逾期"]
    table = {row.organ.label: row.cells[1:] for row in found.first if row.cells[1]}
    assert {name: [cell and cell.text for cell in cells] for name, cells in table.items()} == {
        "市公安局": ["2", "1"], "市民政局": ["1", None],
    }  # fmt: skip
    assert table["市公安局"][1].url.endswith("?organ=411281-003&stage=overdue")
    assert found.first[0].cells[0].text == "未建立", "in the season the report stands beside"


def test_more_than_ten_bodies_are_folded_away_and_thousands_cut(rooms, city, monkeypatch) -> None:
    monkeypatch.setattr("gongkai.desk.queries.BODIES_AT_MOST", 15)
    organs = [make_organ(parent=city.top) for _ in range(20)]
    rooms(body_sources=[lambda u, t: [BodyColumn("在办", {o.pk: BodyCell("1") for o in organs})]])
    found = bodies_for(make_user("superior", city.top), TODAY)
    assert found is not None
    assert (len(found.first), len(found.rest), found.total) == (10, 5, 20)


def test_a_deputy_of_the_office_sees_what_the_office_sees(city) -> None:
    make_request(city.bureau, due_on=date(2026, 3, 1))
    office = make_user("disclosure_office", city.top)
    deputy = make_user("information_officer", city.top)
    assert bodies_for(deputy, TODAY) is None
    make_deputation(office, deputy, "disclosure_office", city.top)
    assert bodies_for(deputy, TODAY) is not None
    Membership.objects.filter(user=office).update(ended_on=date(2026, 1, 1))
    policy.forget(deputy)
    add_role(deputy, "reviewer", city.top)
    assert bodies_for(deputy, TODAY) is None

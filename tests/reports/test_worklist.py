"""What awaits a person on the start page."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongkai.organs.models import Organ, Role
from gongkai.reports import services
from gongkai.reports.models import State
from gongkai.reports.worklist import (
    reports_by_body,
    reports_due,
    reports_returned,
    reports_to_publish,
    reports_to_review,
    sources,
)
from tests.factories.organs import add_role, make_organ, make_user
from tests.factories.reports import CONSOLE, make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Organ:
    return make_organ(name="测试市人民政府")


@pytest.fixture
def bureau(city: Organ) -> Organ:
    return make_organ(parent=city, name="市教育局")


def test_a_report_is_due_from_december_until_it_is_sent(city: Organ, bureau: Organ) -> None:
    """第四十九条: by 31 January."""
    head = make_user(Role.RESPONSIBLE_PERSON, bureau)
    assert reports_due(head, date(2022, 1, 20)).total == 1
    (task,) = reports_due(head, date(2022, 1, 20)).tasks
    assert (task.organ, task.due_on, task.due_label) == ("市教育局", date(2022, 1, 31), "还有11天")
    assert not task.is_urgent
    late = reports_due(head, date(2022, 2, 3)).tasks[0]
    assert (late.due_label, late.is_urgent) == ("已逾期3天", True)
    assert reports_due(head, date(2022, 1, 31)).tasks[0].due_label == "今天到期"
    make_report(bureau, 2021, state=State.SUBMITTED)
    assert reports_due(head, date(2022, 1, 20)).total == 0


def test_governments_are_reminded_when_their_own_date_comes_near(city: Organ) -> None:
    office = make_user(Role.DISCLOSURE_OFFICE, city)
    assert reports_due(office, date(2022, 1, 20)).total == 0
    assert reports_due(office, date(2022, 2, 20)).tasks[0].due_on == date(2022, 3, 31)


def test_each_hand_sees_what_is_its_own(city: Organ, bureau: Organ) -> None:
    head = make_user(Role.RESPONSIBLE_PERSON, bureau)
    office = make_user(Role.DISCLOSURE_OFFICE, city)
    today = date(2022, 1, 20)
    report = make_report(bureau, 2021, state=State.SUBMITTED)
    assert [task.organ for task in reports_to_review(office, today).tasks] == ["市教育局"]
    assert reports_to_review(head, today).total == 0
    services.return_report(CONSOLE, report, "改。")
    assert reports_returned(head, today).tasks[0].is_urgent
    assert reports_returned(office, today).total == 0
    other = make_report(make_organ(parent=city), 2021, state=State.ACCEPTED)
    assert reports_to_publish(office, today).total == 1
    services.publish(CONSOLE, other)
    assert reports_to_publish(office, today).total == 0


def test_the_lists_cost_the_same_for_one_and_for_many(city: Organ, bureau: Organ) -> None:
    office = make_user(Role.DISCLOSURE_OFFICE, city)
    today = date(2022, 1, 20)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            for source in sources:
                source(office, today)
        return len(captured)

    make_report(bureau, 2021, state=State.SUBMITTED)
    cost()
    few = cost()
    for _ in range(10):
        make_report(make_organ(parent=city), 2021, state=State.SUBMITTED)
    assert cost() == few


def test_figures_of_bodies_show_in_the_season_only(city: Organ, bureau: Organ) -> None:
    """第四十九条: in January the office sees whose report is there; in summer nothing."""
    office = make_user(Role.DISCLOSURE_OFFICE, city)
    make_report(make_organ(parent=city, name="市民政局"), 2021, state=State.SUBMITTED)
    (column,) = reports_by_body(office, date(2022, 2, 3))
    assert column.title == "2021年报告"
    cell = column.cells[bureau.pk]
    assert (cell.text, cell.weight) == ("未建立", 1)
    assert sorted(each.text for each in column.cells.values()) == ["已提交", "未建立", "未建立"]
    assert reports_by_body(office, date(2022, 1, 20))[0].cells[bureau.pk].weight == 0
    for organ in (city, bureau):
        make_report(organ, 2021, state=State.PUBLISHED)
    assert reports_by_body(office, date(2022, 2, 3)) == []
    assert reports_by_body(office, date(2018, 2, 3)) == []


def test_what_is_late_and_near_is_counted_beyond_what_is_listed(city: Organ) -> None:
    office = make_user(Role.DISCLOSURE_OFFICE, city)
    head = make_user(Role.RESPONSIBLE_PERSON, make_organ(parent=city))
    for _ in range(10):
        add_role(head, Role.RESPONSIBLE_PERSON, make_organ(parent=city))
    found = reports_due(head, date(2022, 2, 3))
    assert (len(found.tasks), found.total, found.late, found.now) == (8, 11, 11, 0)
    found = reports_due(head, date(2022, 1, 25))
    assert (found.late, found.now) == (0, 11)
    make_report(head.organ, 2021, state=State.SUBMITTED)
    waiting = reports_to_review(office, date(2022, 1, 25))
    assert (waiting.total, waiting.late, waiting.now) == (1, 0, 1)

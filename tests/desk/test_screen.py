"""The start page itself: what each role is shown, and what it leads to."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gongkai.desk.words import HINTS
from gongkai.organs import policy
from gongkai.organs.models import Role
from gongkai.organs.worklist import BodyCell, BodyColumn, Task, WorkList
from tests.factories.foi import make_request
from tests.factories.organs import make_deputation, make_user

pytestmark = pytest.mark.django_db


def page_of(client) -> str:
    answer = client.get(reverse("wagtailadmin_home"))
    assert answer.status_code == 200
    return answer.content.decode()


def days(n: int) -> date:
    return timezone.localdate() + timedelta(days=n)


def test_each_role_has_a_sentence_for_the_empty_page() -> None:
    assert set(HINTS) == set(Role)


@pytest.mark.parametrize("role", Role.values)
def test_an_empty_page_says_what_the_person_can_do(rooms, city, as_user, role) -> None:
    rooms()
    page = page_of(as_user(make_user(role, city.top)))
    assert "现在没有等您办理的事项" in page
    assert HINTS[Role(role)] in page
    assert "gk-counts" not in page
    assert (reverse("deputies:index") in page) == (role not in policy.ADMINISTRATORS)


@pytest.mark.parametrize(
    ("role", "offered", "withheld"),
    [
        ("information_officer", "disclosure:create", "foi:case_create"),
        ("information_officer", "registers:decisions_create", "foi:case_create"),
        ("request_officer", "foi:case_create", "registers:decisions_create"),
        ("system_admin", "staff:create", "ledger:verify"),
        ("auditor", "ledger:verify", "staff:create"),
    ],
)
def test_quick_actions_are_those_that_the_policy_allows(
    rooms, city, as_user, role, offered, withheld
) -> None:
    rooms()
    client = as_user(make_user(role, city.bureau))
    page = page_of(client)
    assert f'href="{reverse(offered)}"' in page
    assert f'href="{reverse(withheld)}"' not in page
    assert client.get(reverse(offered)).status_code == 200


def test_every_quick_action_opens_for_whoever_is_offered_it(rooms, city, as_user) -> None:
    rooms()
    for role in Role.values:
        client = as_user(make_user(role, city.top))
        side = re.search(r'gk-desk__actions">(.*?)</ul>', page_of(client), re.DOTALL)
        for address in re.findall(r'href="([^"]+)"', side.group(1) if side else ""):
            assert client.get(address).status_code == 200, (role, address)


def test_the_page_shows_groups_counts_and_lists(rooms, city, as_user) -> None:
    tasks = [
        Task("迟了", "/staff/t/1/", "市公安局", days(-2), "已逾期2天", is_urgent=True),
        Task("快了", "/staff/t/2/", "市公安局", days(2), "还有2天"),
        Task("<b>以后</b>", "/staff/t/3/", "", days(40), ""),
    ]
    rooms([lambda user, today: WorkList("某种待办", "/staff/t/", tasks, 30, late=1, now=4)])
    page = page_of(as_user(make_user("reviewer", city.bureau)))
    for wanted in (
        'href="#desk-late"', 'href="#desk-now"', 'href="#desk-later"', 'id="desk-later"',
        '<a href="/staff/t/"><span>某种待办</span> <strong>30</strong></a>', "逾期 1",
        "<strong>已逾期2天</strong>", "&lt;b&gt;以后&lt;/b&gt;", "共 4 项", "共 25 项",
    ):  # fmt: skip
        assert wanted in page, wanted
    assert page.index("迟了") < page.index("快了") < page.index("以后&lt;")


def test_a_group_without_tasks_is_no_link(rooms, city, as_user) -> None:
    tasks = [Task("快了", "/staff/t/2/", due_on=days(2))]
    rooms([lambda user, today: WorkList("某种待办", "/staff/t/", tasks, 1)])
    page = page_of(as_user(make_user("reviewer", city.bureau)))
    assert 'href="#desk-late"' not in page
    assert 'id="desk-late"' not in page


def test_a_deputy_reads_for_whom_he_acts(city, as_user) -> None:
    me = make_user("information_officer", city.bureau)
    principal = make_user("request_officer", city.bureau, display_name="张某")
    make_request(city.bureau, due_on=days(1))
    assert "张某" not in page_of(as_user(me))
    make_deputation(principal, me, "request_officer", city.bureau)
    page = page_of(as_user(me))
    assert "您正在代理：张某（依申请公开经办人）" in page
    assert '<span class="gk-mark">代张某</span>' in page


def test_the_office_opens_the_list_behind_each_figure(rooms, city, as_user) -> None:
    cell = BodyCell("3", "/staff/foi/?organ=411281-003", weight=3)
    rooms(body_sources=[lambda u, t: [BodyColumn("逾期", {city.bureau.pk: cell})]])
    page = page_of(as_user(make_user("disclosure_office", city.top)))
    assert "各机关情况" in page
    assert '<td class="gk-desk__bad"><a href="/staff/foi/?organ=411281-003">3</a></td>' in page
    assert reverse("organs:detail", args=[city.bureau.pk]) in page


def test_the_page_with_the_rooms_own_lists_costs_a_constant_number(city, as_user) -> None:
    client = as_user(make_user("disclosure_office", city.top))
    make_request(city.bureau, due_on=days(1))
    page_of(client)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            page_of(client)
        return len(captured)

    few = statements()
    for n in range(30):
        make_request(city.other, due_on=days(n - 10))
    assert statements() == few


def test_whoever_holds_no_role_has_no_start_page(city, as_user) -> None:
    assert as_user(make_user()).get(reverse("wagtailadmin_home")).status_code == 302

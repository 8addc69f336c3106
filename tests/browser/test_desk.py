"""Each role's start page in a real browser: on a screen, on a phone, by keyboard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from gongkai.desk.words import HINTS
from gongkai.organs.models import Role
from tests.factories.foi import make_request
from tests.factories.organs import make_deputation, make_organ, make_user

PASSWORD = "correct-horse-7"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city() -> None:
    """One person a role; requests of two bureaus, one late, one near, one far."""
    today = timezone.localdate()
    top = make_organ("411281", name="义马市人民政府")
    bureau = make_organ("411281-003", name="义马市公安局", short_name="市公安局", parent=top)
    other = make_organ("411281-004", name="义马市民政局", short_name="市民政局", parent=top)
    high = {Role.DISCLOSURE_OFFICE, Role.SUPERIOR, Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER}
    people = {
        role: make_user(
            role, top if role in high else bureau, username=role, password=PASSWORD,
            display_name=f"演示{role.label}",
        )
        for role in Role
    }  # fmt: skip
    for organ in (bureau, other):
        for days in (-5, 2, 40):
            make_request(organ, due_on=today + timedelta(days=days))
    principal = make_user(Role.REQUEST_OFFICER, other, display_name="张某")
    make_deputation(principal, people[Role.REVIEWER], Role.REQUEST_OFFICER, other)


def enter(reader: Any, role: str, width: int = 1280) -> Page:
    page = reader.open("/staff/login/", width=width)
    page.fill("#id_username", role)
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(".gk-desk")
    return page


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_a_start_page_without_sideways_scrolling(city, reader, role) -> None:
    page = enter(reader, role)
    assert page.locator("h1").inner_text() == f"演示{Role(role).label}，您好"
    check_content(page, role, 1280)
    page.set_viewport_size({"width": 390, "height": 800})
    page.reload()
    page.wait_for_selector(".gk-desk")
    check_content(page, role, 390)


def check_content(page: Page, role: str, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('.gk-page').scrollWidth") <= width
    text = page.locator(".gk-desk").inner_text()
    if "现在没有等您办理的事项" in text:
        assert HINTS[Role(role)] in text
    else:
        assert page.locator(".gk-counts").is_visible()
        assert page.locator(".gk-tasks").count() >= 1


def test_counts_lead_to_their_group_and_lists_to_theirs(city, reader) -> None:
    page = enter(reader, Role.REQUEST_OFFICER)
    assert page.locator(".gk-counts__late strong").inner_text() == "1"
    page.click(".gk-counts__late a")
    assert page.evaluate("document.activeElement.id || location.hash.slice(1)") == "desk-late"
    page.click(".gk-desk__lists a >> text=待办的政府信息公开申请")
    page.wait_for_selector("h1:has-text('政府信息公开申请')")


def test_the_page_is_worked_with_the_keyboard_alone(city, reader) -> None:
    """j and k go through the tasks of all groups, Enter opens one."""
    page = enter(reader, Role.REQUEST_OFFICER)
    titles = page.locator(".gk-tasks td:first-child a").all_inner_texts()
    assert len(titles) == 3
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == titles[place]
    page.keyboard.press("Enter")
    page.wait_for_selector(".gk-fields")


def test_the_office_goes_from_a_figure_to_its_list(city, reader) -> None:
    page = enter(reader, Role.DISCLOSURE_OFFICE)
    row = page.locator(".gk-desk__bodies tr", has_text="市公安局").first
    row.locator("td.gk-desk__bad a").last.click()
    page.wait_for_selector("[data-gk-table] tbody tr")
    assert page.locator("[data-gk-table] tbody tr").count() == 1


def test_a_deputy_sees_for_whom(city, reader) -> None:
    page = enter(reader, Role.REVIEWER, width=390)
    assert "您正在代理：张某（依申请公开经办人）" in page.locator(".gk-desk").inner_text()
    assert page.locator(".gk-tasks .gk-mark", has_text="代张某").count() == 3


def test_a_person_appoints_a_deputy_from_the_start_page(city, reader) -> None:
    page = enter(reader, Role.APPROVING_LEADER, width=390)
    page.click(".gk-desk__deputies a")
    page.wait_for_selector("h1:has-text('我的代理')")
    page.click("a.gk-button--primary")
    page.select_option("#id_deputy", label="演示信息员（市公安局）")
    page.fill("#id_last_day", (timezone.localdate() + timedelta(days=5)).isoformat())
    page.fill("#id_reason", "出差")
    page.click("button.gk-button--primary")
    page.wait_for_selector("td >> text=代理中")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

"""The staff shell in a real browser: keyboard, small screen, nothing from other hosts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.factories.organs import make_organ, make_user

PASSWORD = "correct-horse-7"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer() -> None:
    top = make_organ("411281", name="义马市人民政府")
    for number in range(60):
        make_organ(f"411281-{number:03d}", name=f"义马市第{number:02d}局", parent=top)
    make_user("system_admin", top, username="admin", password=PASSWORD)


def enter(reader: Any, path: str, width: int = 1280) -> Page:
    """Log in by the form and arrive at `path`."""
    page = reader.open(f"/staff/login/?next={path}", width=width)
    page.fill("#id_username", "admin")
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector(".gk-page")
    return page


def test_a_list_is_worked_with_the_keyboard_alone(officer, reader) -> None:
    page = enter(reader, "/staff/organs/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("第07局")
    page.keyboard.press("Enter")
    page.wait_for_url("**/organs/?q=*")
    assert page.locator(".gk-table tbody tr").count() == 1
    page.goto(page.url.split("?")[0])
    for key in "jjjk":
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent").strip() == "义马市第00局"
    page.keyboard.press("Enter")
    page.wait_for_selector(".gk-fields")
    assert page.locator("h1").inner_text() == "义马市第00局"


def test_the_head_of_a_long_list_stays_in_sight(officer, reader) -> None:
    page = enter(reader, "/staff/organs/")
    page.locator(".gk-table tbody tr").last.scroll_into_view_if_needed()
    head = page.locator(".gk-table thead th").first.bounding_box()
    assert head is not None
    assert 0 <= head["y"] < 800
    assert page.locator(".gk-table thead th").first.is_visible()


@pytest.mark.parametrize("path", ["/staff/organs/", "/staff/organs/new/", "/staff/organs/import/"])
def test_a_phone_shows_every_screen_without_scrolling_sideways(officer, reader, path) -> None:
    page = enter(reader, path, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('.gk-page').scrollWidth") <= 390
    if path == "/staff/organs/":
        assert not page.locator("select[name=kind]").is_visible(), "filters are folded away"
        page.click("summary")
        assert page.locator("select[name=kind]").is_visible()


def test_the_errors_of_a_form_get_the_focus_and_lead_to_the_field(officer, reader) -> None:
    page = enter(reader, "/staff/organs/new/")
    page.fill("#id_name", "写了很久的名称")
    # The browser counts the answer 422 as a failed resource; that is what it is for.
    page.click("button.gk-button--primary")
    page.wait_for_selector(".gk-errors")
    assert page.evaluate("document.activeElement.className") == "gk-errors"
    assert page.input_value("#id_name") == "写了很久的名称"
    page.click(".gk-errors a[href='#id_code']")
    assert page.evaluate("location.hash") == "#id_code"
    reader.faults[:] = [fault for fault in reader.faults if "422" not in fault]

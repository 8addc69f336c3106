"""The officer's desk by keyboard: the calendar of due dates, and the library beside a decision."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from gongkai.foi.services import answers
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role, User
from tests.browser.conftest import Reader
from tests.browser.test_main_flows import Officer
from tests.browser.walking import check_screen
from tests.factories.foi import make_case, make_request, received
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer() -> User:
    return make_user(Role.REQUEST_OFFICER, make_organ("411281-003", name="义马市示例局"))


def test_the_calendar_is_walked_by_arrow_keys_and_reads_out_its_days(
    reader: Reader, officer: User
) -> None:
    """Given two cases due on 12 March, when the keys go there by days, weeks and months,

    then every day says itself, one day is a stop of the tab key, and Enter leads into the day.
    """
    number = make_request(officer.organ, due_on=date(2026, 3, 12)).number
    make_request(officer.organ, due_on=date(2026, 3, 12))
    office = Officer(reader, officer)
    page = office.go("/staff/foi/calendar/?month=2026-03")
    check_screen(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("到期日历：2026年3月")
    focused = page.locator("td:focus")
    page.locator('td[data-day="2026-03-01"]').focus()
    expect(focused).to_have_accessible_name("3月1日，星期日，没有到期的申请")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(focused).to_have_attribute("data-day", "2026-03-09")
    page.keyboard.press("End")
    expect(focused).to_have_attribute("data-day", "2026-03-15")
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(focused).to_have_accessible_name("3月12日，星期四，到期2件")
    expect(page.locator('[data-foi-month] [tabindex="0"]')).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("a:focus")).to_have_accessible_name("3月12日到期2件")
    page.keyboard.press("ArrowDown")
    expect(page.locator("a:focus")).to_have_text(number)
    page.keyboard.press("Escape")
    expect(focused).to_have_attribute("data-day", "2026-03-12")
    page.keyboard.press("PageUp")
    page.wait_for_url("**month=2026-02**")
    expect(focused).to_have_attribute("data-day", "2026-02-12")
    page.keyboard.press("PageDown")
    page.wait_for_url("**month=2026-03**")
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    expect(focused).to_have_attribute("data-day", "2026-02-23")
    page.keyboard.press("ArrowUp")
    page.wait_for_url("**month=2026-02**")
    expect(focused).to_have_attribute("data-day", "2026-02-16")


def test_a_reasoned_answer_is_the_start_of_a_decision_and_covers_nothing_that_was_typed(
    reader: Reader, officer: User
) -> None:
    """Given a model paragraph for refusals, when it is put in twice, the second time beside text,

    then both stand there and what was typed as well, even what was selected.
    """
    actor = Actor.for_user(officer)
    answers.add_answer(actor, officer.organ, {"title": "会议记录", "body": "属于讨论记录。"})
    case = make_case(officer.organ, received("2026-03-02"))
    office = Officer(reader, officer)
    page = office.go(f"/staff/foi/{case.pk}/steps/decision/")
    check_screen(page)
    page.fill("#id_reason", "给签发人的话")
    page.locator("[data-foi-answers-ask] button").click()
    put = page.get_by_role("button", name="插入“会议记录”")
    put.click()
    text = page.locator("#id_facts")
    expect(text).to_have_value("属于讨论记录。")
    text.fill("已经写好的。")
    text.press("Control+a")
    put.click()
    expect(text).to_have_value("已经写好的。属于讨论记录。")
    expect(page.locator("#id_reason")).to_have_value("给签发人的话")
    expect(page.locator(".gk-page")).not_to_contain_text("{#")
    check_screen(page)

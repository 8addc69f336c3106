"""The figures of disclosure requests in a browser: drawn, on paper, without scripts, followed."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from gongkai.organs.models import Role
from tests.browser.conftest import Reader
from tests.browser.test_main_flows import Officer
from tests.browser.walking import check_screen
from tests.factories.foi import make_request
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db(transaction=True)

PAINTED = """picture => {
  const data = picture.getContext('2d').getImageData(0, 0, picture.width, picture.height).data;
  const inks = new Set();
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] === 255) inks.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
  return [...inks];
}"""
ON_PAPER, IN_THE_DARK = "29,79,145", "143,184,234"
ADDRESS = "/staff/foi/dashboard/?year=2022&first=1&last=12"


def test_the_office_reads_the_figures_and_opens_the_cases_behind_one(reader: Reader) -> None:
    top = make_organ("411281", name="义马市人民政府")
    for number in (1, 2):
        organ = make_organ(f"411281-00{number}", name=f"第{number}局", parent=top)
        for month in range(1, 6 + number):
            make_request(
                organ,
                received_on=date(2022, month, 1),
                decided_on=date(2022, month, 20),
                outcome="GRANT",
                state="delivered",
                answered_late=month == 3,
                result_days=14,
            )
    office = Officer(reader, make_user(Role.DISCLOSURE_OFFICE, top))
    page = office.go(ADDRESS)
    picture = page.locator(".chart canvas").first
    picture.wait_for()
    assert ON_PAPER in picture.evaluate(PAINTED)
    check_screen(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "() => getComputedStyle(document.documentElement).getPropertyValue('--brand') === '#8fb8ea'"
    )
    page.wait_for_timeout(200)
    assert IN_THE_DARK in picture.evaluate(PAINTED)
    page.emulate_media(media="print")
    assert ON_PAPER in picture.evaluate(PAINTED)
    page.emulate_media(media="screen", color_scheme="light")
    page.locator("#numbers tbody tr", has_text="3月").get_by_role("link", name="2").last.click()
    expect(page.locator(".gk-list__count strong")).to_have_text("2")
    page = office.go(f"{ADDRESS}&by=organ")
    check_screen(page)
    expect(page.locator(".foi-switch [aria-current]")).to_have_text("按机关")

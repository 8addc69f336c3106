"""The public pages in a real browser: accessible, narrow, quiet, and whole without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, NARROW, PHONE, Reader
from tests.factories.organs import make_organ
from tests.portal.factories import publish

PAGES = {
    "home": "/",
    "wrong address": "/no/such/供热管理办法.html",
    "leaving": "/leave/?to=https://example.com/",
    "list": "/reports/",
    "empty list": "/reports/?year=1999",
    "report, format of 2019": "/reports/411281/2020/",
    "report, format of 2021": "/reports/411281/2022/",
    "comparison over years": "/reports/411281/compare/",
    "comparison of bodies": "/reports/411281/compare/?by=bodies",
    "data": "/reports/data/",
    "not found": "/reports/411281/1999/",
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTH = "document.documentElement.scrollWidth"
MODES = ["", "contrast", "dark.contrast"]
"""The dark display and the large letters are held for every type of page (test_page_types)."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def city(live_server: Any) -> None:
    top = make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")
    police = make_organ("411281-004", name="义马市公安局", short_name="市公安局", parent=top)
    town = make_organ("411281-101", name="义马市千秋路街道办事处", parent=top, kind="subdistrict")
    publish(top, 2020, {"t2.permit.decisions": 5292, "t2.procurement.amount": "37597.005"})
    first = publish(top, 2021, {"t2.permit.decisions": 386, "t3.new.natural": 12})
    publish(top, 2021, {"t2.permit.decisions": 400}, supersedes=first, change_note="更正行政许可")
    publish(top, 2022, {"t2.fee.amount": "4068.208", "t3.new.natural": 31})
    publish(police, 2022, {"t3.new.natural": 30})
    publish(town, 2022, {"t3.new.natural": 1})


def violations(page: Page, rules: list[str]) -> list[str]:
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found.response["violations"]
    ]


def test_a_broken_page_would_be_noticed(reader: Reader):
    page = reader.open("/robots.txt")
    page.set_content('<main><img src="data:,"><p style="color:#999">grey</p></main>')
    found = " ".join(violations(page, RULES))
    assert "image-alt" in found
    assert "color-contrast" in found


def walk(page: Page, reader: Reader, names: Iterable[str] = PAGES) -> Iterator[str]:
    """One window goes from page to page; the names, each while its page is open."""
    for name in names:
        page.goto(reader.base + PAGES[name])
        yield name


def test_no_page_breaks_an_accessibility_rule(reader: Reader):
    desktop = reader.open("/robots.txt")
    faults = {name: violations(desktop, RULES) for name in walk(desktop, reader)}
    assert faults == {name: [] for name in PAGES}


def test_no_page_with_large_letters_breaks_a_rule_or_scrolls_sideways_on_a_phone(reader: Reader):
    phone = reader.open("/robots.txt", width=NARROW, display="elder")
    faults = {
        name: (violations(phone, RULES), max(NARROW, phone.evaluate(WIDTH)))
        for name in walk(phone, reader)
    }
    assert faults == dict.fromkeys(PAGES, ([], NARROW))


@pytest.mark.parametrize("theme", ["blue", "red"])
def test_contrast_holds_in_every_theme_and_mode(reader: Reader, settings: Any, theme: str):
    settings.THEME = theme
    coloured = ("report, format of 2021", "comparison over years")
    for mode in MODES:
        page = reader.open("/robots.txt", display=mode)
        faults = {
            name: violations(page, ["color-contrast"]) for name in walk(page, reader, coloured)
        }
        assert faults == {name: [] for name in coloured}, mode


def test_the_pages_of_the_sample_city_are_accessible(reader: Reader, settings: Any):
    settings.DEMO = True
    settings.ROOT_URLCONF = "tests.portal.demo_urls"
    page = reader.open("/", width=NARROW)
    assert violations(page, RULES) == []
    page.locator("text=演示登录").click()
    assert page.url.endswith("/demo/")
    assert violations(page, RULES) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW


def test_the_english_interface_is_as_accessible(reader: Reader):
    page = reader.open("/robots.txt", language="en")
    for name in walk(page, reader, ("home", "list", "comparison over years")):
        assert page.locator("html").get_attribute("lang") == "en", name
        assert violations(page, RULES) == [], name


def test_nothing_scrolls_sideways_on_a_narrow_phone(reader: Reader):
    """Nor with large letters, as the walk above has seen."""
    phone = reader.open("/robots.txt", width=NARROW)
    widths = {name: max(NARROW, phone.evaluate(WIDTH)) for name in walk(phone, reader)}
    assert widths == dict.fromkeys(PAGES, NARROW)


def test_the_first_tab_leads_past_the_header(reader: Reader):
    page = reader.open("/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("link => link === document.activeElement")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_whatever_has_the_focus_shows_it(reader: Reader):
    page = reader.open("/reports/411281/2022/")
    seen = 0
    for _ in range(40):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            """() => {
              const one = document.activeElement;
              const after = getComputedStyle(one, '::after');
              const own = getComputedStyle(one);
              return [one.tagName, Math.max(parseFloat(own.outlineWidth) || 0,
                      after.outlineStyle === 'none' ? 0 : parseFloat(after.outlineWidth) || 0)];
            }"""
        )
        if ring[0] == "BODY":
            break
        assert ring[1] >= 2, ring
        seen += 1
    assert seen > 10


def test_the_menu_opens_by_keyboard_and_without_scripts(reader: Reader):
    page = reader.open("/", width=PHONE, javascript=False)
    link = page.locator(".menu nav a", has_text="年度报告")
    assert not link.is_visible()
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    assert link.is_visible()
    link.click()
    assert page.url.endswith("/reports/")


def test_charts_are_drawn_within_the_content_security_policy(reader: Reader):
    page = reader.open("/reports/411281/compare/?figure=t3.new.total")
    canvas = page.locator(".chart canvas")
    canvas.wait_for()
    painted = canvas.evaluate(
        """picture => {
          const data = picture.getContext('2d')
            .getImageData(0, 0, picture.width, picture.height).data;
          return data.some((value, index) => index % 4 === 3 && value > 0);
        }"""
    )
    assert painted


def test_without_scripts_the_numbers_stay_and_no_empty_frame_is_left(reader: Reader):
    page = reader.open("/reports/411281/compare/?figure=t3.new.total", javascript=False)
    assert not page.locator(".canvas").first.is_visible()
    assert "由0件增至31件" in page.locator("figcaption").first.inner_text()
    assert page.locator("#figures tbody td").last.inner_text() == "31"


def test_nothing_jumps_while_a_page_is_drawn(reader: Reader):
    page = reader.open("/reports/411281/compare/")
    page.locator(".chart canvas").first.wait_for()
    shift = page.evaluate(
        """() => new Promise(resolve => {
          let sum = 0;
          new PerformanceObserver(list => {
            for (const entry of list.getEntries()) sum += entry.value;
          }).observe({type: 'layout-shift', buffered: true});
          setTimeout(() => resolve(sum), 300);
        })"""
    )
    assert shift < 0.01


def test_elder_mode_enlarges_letters_and_targets(reader: Reader):
    plain, elder = reader.open("/reports/"), reader.open("/reports/", display="elder")

    def size(page: Page, selector: str) -> float:
        return page.locator(selector).first.evaluate(
            "one => parseFloat(getComputedStyle(one).fontSize)"
        )

    assert size(plain, "body") == pytest.approx(17)
    assert size(elder, "body") == pytest.approx(22, abs=0.1)
    assert elder.locator(".button").first.bounding_box()["height"] >= 56


def test_a_dark_device_gets_a_dark_page_and_the_reader_may_overrule_it(reader: Reader):
    def ground(page: Page) -> str:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    dark = ground(reader.open("/", color_scheme="dark"))
    light = ground(reader.open("/", color_scheme="light"))
    assert dark != light
    assert ground(reader.open("/", color_scheme="dark", display="light")) == light
    assert ground(reader.open("/", color_scheme="light", display="dark")) == dark


def test_paper_is_never_dark_and_carries_no_navigation(reader: Reader):
    page = reader.open("/reports/411281/2022/", display="dark", width=DESKTOP)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not page.locator(".masthead").is_visible()
    assert not page.locator(".footer").is_visible()


def test_a_list_page_is_light_to_transfer(reader: Reader):
    page = reader.open("/reports/")
    total = page.evaluate(
        """performance.getEntries()
          .filter(entry => entry.entryType === 'resource' || entry.entryType === 'navigation')
          .reduce((sum, entry) => sum + entry.decodedBodySize, 0)"""
    )
    assert 0 < total <= 150_000

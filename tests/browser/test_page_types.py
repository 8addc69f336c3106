"""Every type of public page in a real browser: accessible in each dress, narrow, light and quiet.

The walks share one city and one window each, so that forty types cost little more than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from playwright.sync_api import Page, TimeoutError

from gongkai.portal import maintenance
from tests.browser.conftest import DESKTOP, Reader
from tests.browser.test_portal import RULES, violations
from tests.portal.city import City, make_city

NARROWEST = 320
LIST_BYTES, ITEM_BYTES = 150_000, 200_000
DECODED_BYTES = 450_000
REQUESTS = 14
CHARTED = frozenset({"report_compare"})
"""Neither list nor item: it brings the engine that draws its charts, once, and then from cache."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(live_server: Any) -> City:
    return make_city()


def types(town: City) -> dict[str, str]:
    """One address of every type, and of every kind of item, column and answer there is."""
    found: dict[str, str] = {}
    for name, address in town.addresses():
        found.setdefault(name, address)
    found |= {
        "column of facts": f"/columns/{town.overview.slug}/",
        "column of specials": f"/columns/{town.special.slug}/",
        "empty column": f"/columns/{town.empty.slug}/",
        "closed column": f"/columns/{town.closed.slug}/",
        "second page": f"/columns/{town.notices.slug}/page/2/",
        "item in force": f"/info/{town.normative.pk}/",
        "item repealed": f"/info/{town.repealed.pk}/",
        "item with files": f"/info/{town.attached.pk}/",
        "interpretation": f"/info/{town.interpretation.pk}/",
        "item corrected": f"/info/{town.corrected.pk}/",
        "picture": f"/info/{town.attached.pk}/files/{town.photo.pk}/preview/",
        "file lost": f"/info/{town.attached.pk}/files/{town.lost.pk}/preview/",
        "item taken down": f"/info/{town.withdrawn.pk}/",
        "former body": f"/organs/{town.former.code}/",
        "found": "/search/?q=住房",
        "nothing found": "/search/?q=不存在的词语",
        "asked at length": f"/search/?q={'长' * 300}",
        "narrowed": "/info/?organ=411281-011&year=2023",
        "leaving": "/leave/?to=https%3A%2F%2Fwww.example.com%2F",
        "not found": "/no/such/page/",
    }
    return found


@contextmanager
def window(
    reader: Reader, display: str = "", width: int = DESKTOP, **wishes: Any
) -> Iterator[Page]:
    """One window that goes from page to page; its faults are the reader's."""
    page = reader.open("/robots.txt", width=width, display=display, **wishes)
    # 404, 410 and 503 are answers that are asked for here.
    page.on("console", lambda message: None)
    yield page
    page.context.close()


def quiet(reader: Reader) -> None:
    """Statuses that were asked for are no faults."""
    reader.faults[:] = [
        one
        for one in reader.faults
        if not any(f"status of {status}" in one for status in (404, 410, 503))
    ]


def test_every_type_of_page_breaks_no_rule_and_stays_in_its_frame(reader: Reader, town: City):
    faults: dict[str, Any] = {}
    with window(reader) as page:
        for name, path in types(town).items():
            page.goto(reader.base + path)
            if found := violations(page, RULES):
                faults[name] = found
            page.set_viewport_size({"width": NARROWEST, "height": 700})
            with suppress(TimeoutError):  # charts follow the window when they have the time
                page.wait_for_function(
                    f"document.documentElement.scrollWidth <= {NARROWEST}", timeout=2_000
                )
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > NARROWEST:
                faults[f"{name}, sideways"] = wide
            page.set_viewport_size({"width": DESKTOP, "height": 800})
    quiet(reader)
    assert faults == {}


def test_large_letters_on_a_phone_break_no_rule_either(reader: Reader, town: City):
    faults: dict[str, Any] = {}
    with window(reader, display="elder", width=NARROWEST) as page:
        for name, path in types(town).items():
            page.goto(reader.base + path)
            if found := violations(page, RULES):
                faults[name] = found
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > NARROWEST:
                faults[f"{name}, sideways"] = wide
    quiet(reader)
    assert faults == {}


@pytest.mark.parametrize("display", ["dark", "contrast", "dark.contrast"])
@pytest.mark.parametrize("theme", ["blue", "red"])
def test_contrast_holds_on_every_type_of_page(
    reader: Reader, town: City, settings: Any, theme: str, display: str
):
    settings.THEME = theme
    chosen = types(town)
    if (theme, display) != ("blue", "dark"):  # the same parts in other colours
        chosen = {name: chosen[name] for name in ("home", "column", "item repealed", "found")}
    faults = {}
    with window(reader, display=display) as page:
        for name, path in chosen.items():
            page.goto(reader.base + path)
            if found := violations(page, ["color-contrast"]):
                faults[name] = found
    quiet(reader)
    assert faults == {}


def test_every_type_of_page_is_light_and_nothing_jumps(reader: Reader, town: City):
    heavy: dict[str, Any] = {}
    shifts: dict[str, float] = {}
    with window(reader) as page:
        # Each page is sent whole, as to somebody who comes for the first time.
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        for name, path in types(town).items():
            page.goto(reader.base + path, wait_until="load")
            sent, decoded, requests = page.evaluate(
                """() => {
                  const all = performance.getEntries().filter(one =>
                    one.entryType === 'resource' || one.entryType === 'navigation');
                  const sum = name => all.reduce((total, one) => total + one[name], 0);
                  return [sum('transferSize'), sum('decodedBodySize'), all.length];
                }"""
            )
            budget = ITEM_BYTES if "item" in name or name == "interpretation" else LIST_BYTES
            if name in CHARTED:
                continue
            # Nothing is compressed here, so less than what it holds would have come from a cache.
            if not decoded < sent <= budget or decoded > DECODED_BYTES or requests > REQUESTS:
                heavy[name] = (sent, decoded, requests)
            shifts[name] = page.evaluate(
                """() => new Promise(resolve => {
                  let sum = 0;
                  new PerformanceObserver(list => {
                    for (const one of list.getEntries()) sum += one.value;
                  }).observe({type: 'layout-shift', buffered: true});
                  setTimeout(() => resolve(sum), 60);
                })"""
            )
    quiet(reader)
    assert heavy == {}
    assert {name: shift for name, shift in shifts.items() if shift >= 0.01} == {}


def test_without_scripts_every_page_has_its_heading_its_text_and_its_ways_on(
    reader: Reader, town: City
):
    lacking = {}
    with window(reader, javascript=False) as page:
        for name, path in types(town).items():
            page.goto(reader.base + path)
            heading = page.locator("h1").first
            links = page.locator("main a[href]:visible").count()
            text = len(page.locator("main").inner_text())
            if not heading.is_visible() or text < 20 or not (links or name == "leaving"):
                lacking[name] = (heading.is_visible(), text, links)
    quiet(reader)
    assert lacking == {}


def test_the_keyboard_shows_where_it_is_and_paper_carries_the_text_alone(
    reader: Reader, town: City
):
    hidden: dict[str, Any] = {}
    with window(reader) as page:
        for name, path in types(town).items():
            page.goto(reader.base + path)
            for _ in range(6):
                page.keyboard.press("Tab")
                ring = page.evaluate(
                    """() => {
                      const one = document.activeElement;
                      const of = part => {
                        const style = getComputedStyle(one, part);
                        return style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
                      };
                      return [one.tagName, one.className, Math.max(of(null), of('::after') || 0)];
                    }"""
                )
                if ring[0] != "BODY" and ring[2] < 2:
                    hidden[name] = ring
            page.emulate_media(media="print")
            if page.locator(".masthead").is_visible() or page.locator("body > footer").is_visible():
                hidden[f"{name}, print"] = True
            page.emulate_media(media="screen")
    quiet(reader)
    assert hidden == {}


def test_the_data_block_is_read_and_not_run(reader: Reader, town: City):
    page = reader.open(f"/info/{town.normative.pk}/")
    kinds = page.evaluate(
        """() => JSON.parse(document.querySelector('script[type="application/ld+json"]')
          .textContent)['@graph'].map(one => one['@type'])"""
    )
    assert kinds == ["BreadcrumbList", "Legislation"]


def test_a_closed_site_says_so_in_the_same_dress(
    reader: Reader, town: City, settings: Any, tmp_path: Any
):
    settings.DATA_DIR = tmp_path
    maintenance.close(maintenance.Closure("系统升级"))
    try:
        with window(reader, width=NARROWEST) as page:
            answer = page.goto(reader.base + "/")
            assert answer is not None
            assert answer.status == 503
            assert violations(page, RULES) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST
            assert "系统升级" in page.locator("main").inner_text()
    finally:
        maintenance.reopen()
    quiet(reader)

"""What the walks through the staff's screens share: links of a name, and a screen's soundness."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, TimeoutError

from tests.browser.conftest import PHONE
from tests.browser.test_main_flows import Officer

FITS = """width => [document.documentElement, document.querySelector('.gk-page')]
    .every(one => one.scrollWidth <= width && one.getBoundingClientRect().left < 40)"""
RULES = ["wcag2a", "wcag2aa", "wcag21aa"]


def follow(officer: Officer, label: str) -> Page:
    """Click the link of that name in the page's main part, and wait for what follows."""
    officer.page.locator(".gk-page").get_by_role("link", name=label, exact=True).first.click()
    officer.page.wait_for_load_state()
    return officer.page


def check_screen(page: Page) -> None:
    """The screen that is open is accessible, and fits a phone without sideways scrolling."""
    answer = Axe().run(
        page,
        context=".gk-page",
        options={"runOnly": RULES, "resultTypes": ["violations"]},
    )
    found = [
        f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in answer.response["violations"]
    ]
    assert found == [], f"{page.url}: {found}"
    desktop = page.viewport_size
    assert desktop is not None
    page.set_viewport_size({"width": PHONE, "height": 800})
    try:
        page.wait_for_function(FITS, arg=PHONE, timeout=3000)  # once the menu has folded away
    except TimeoutError:
        raise AssertionError(f"scrolls sideways on a phone: {page.url}") from None
    page.set_viewport_size(desktop)

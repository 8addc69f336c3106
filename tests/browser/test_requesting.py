"""Somebody asks for information with a browser: on a phone, without scripts, with the keyboard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from gongkai.foi.models import Intake
from gongkai.foi.services import record_event
from gongkai.foi.services.intake import confirm_intake
from gongkai.ledger.actor import Actor
from gongkai.portal.requesting import guarding
from gongkai.statute.clock import ThirdPartyConsulted
from tests.browser.conftest import PHONE, Reader
from tests.browser.test_portal import RULES, violations
from tests.foi.intake.people import identity_number
from tests.portal.city import City, make_city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(live_server: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> City:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(guarding, "FASTEST", timedelta(0))
    cache.clear()
    return make_city()


def sound(page: Page, faults: dict[str, Any]) -> None:
    """Note what is wrong with the page that is open."""
    where = page.url.split("/requests/")[-1]
    if found := violations(page, RULES):
        faults[where] = found
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > page.viewport_size["width"]:
        faults[f"{where}, sideways"] = wide


def go_on(page: Page) -> None:
    page.locator("form.question .row .button").last.click()
    page.wait_for_load_state()


def fill_in(page: Page, faults: dict[str, Any]) -> None:
    """From the entrance to the review, looking at every page."""
    page.get_by_role("button", name="开始填写").click()
    sound(page, faults)
    go_on(page)  # nothing written yet
    assert page.locator("#wrong").is_visible()
    sound(page, faults)
    page.fill("#id_title", "保障性住房配租")
    go_on(page)
    assert page.url.endswith("/found/")
    sound(page, faults)
    go_on(page)
    page.fill("#id_word", "住房")
    page.get_by_role("button", name="查找").click()
    sound(page, faults)
    page.get_by_label("义马市住房和城乡建设局").check()
    go_on(page)
    page.get_by_label("电子数据").check()
    page.get_by_label("网上获取").check()
    sound(page, faults)
    go_on(page)
    page.get_by_label("公民个人").check()
    go_on(page)
    page.fill("#id_name", "测试甲")
    go_on(page)
    page.get_by_label("居民身份证").check()
    page.fill("#id_identity_number", identity_number())
    sound(page, faults)
    go_on(page)
    page.fill("#id_phone", "000-00000000")
    sound(page, faults)
    go_on(page)
    sound(page, faults)
    go_on(page)
    sound(page, faults)
    go_on(page)
    assert page.url.endswith("/check/")
    sound(page, faults)


def test_a_request_is_filed_and_followed_on_a_phone(reader: Reader, town: City):
    faults: dict[str, Any] = {}
    page = reader.open("/requests/", width=PHONE)
    sound(page, faults)
    fill_in(page, faults)
    go_on(page)
    assert page.url.endswith("/requests/receipt/")
    sound(page, faults)
    number, code = page.locator(".slip code").all_inner_texts()
    page.get_by_role("button", name="记好了").click()
    # The picture's address: the code behind # is filled in and leaves the address.
    page.goto(f"{reader.base}/requests/track/{number}/#{code.replace('-', '')}")
    expect(page.locator("#id_code")).to_have_value(code.replace("-", ""))
    assert "#" not in page.url
    sound(page, faults)
    page.get_by_role("button", name="查询", exact=True).click()
    page.wait_for_url("**/requests/case/")
    assert page.get_by_role("heading", name="等待机关确认").is_visible()
    intake = Intake.objects.get()
    officer, today = Actor.command("gongkai test"), timezone.localdate()
    request = confirm_intake(officer, intake, on=today, subject="保障性住房配租")
    record_event(officer, request, ThirdPartyConsulted(on=today))
    page.reload()
    assert page.locator(".days .day").count() > 10
    sound(page, faults)
    page.set_viewport_size({"width": 1280, "height": 900})
    sound(page, faults)
    for act in ("supply", "complain", "withdraw"):
        page.goto(f"{reader.base}/requests/case/{act}/")
        sound(page, faults)
    page.check("#id_sure")
    page.get_by_role("button", name="确认撤回").click()
    assert page.get_by_role("heading", name="已撤回").is_visible()
    assert faults == {}


def test_without_a_script_the_same_form_is_filed(reader: Reader, town: City):
    faults: dict[str, Any] = {}
    page = reader.open("/requests/", javascript=False)
    page.get_by_role("button", name="开始填写").click()
    page.fill("#id_title", "zzqqxx")
    go_on(page)
    page.locator("#id_organ_0").check()
    go_on(page)
    for label in ("纸质", "邮寄"):
        page.get_by_label(label).check()
    go_on(page)
    page.get_by_label("商业企业").check()
    go_on(page)
    assert page.locator("#id_representative").is_visible()
    page.goto(f"{reader.base}/requests/new/check/")
    go_on(page)
    assert page.locator("#wrong a").count() >= 4
    assert faults == {}


def test_what_is_typed_is_saved_and_shown_matches_before_it_is_sent(reader: Reader, town: City):
    page = reader.open("/requests/", width=PHONE)
    page.get_by_role("button", name="开始填写").click()
    page.fill("#id_title", "保障性住房配租")
    expect(page.locator("[data-saved]")).not_to_be_empty()
    page.wait_for_selector("[data-hits] a")
    page.reload()
    assert page.input_value("#id_title") == "保障性住房配租"


def test_the_form_is_filled_with_the_keyboard_alone(reader: Reader, town: City):
    page = reader.open("/requests/")
    page.get_by_role("button", name="开始填写").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/what/")
    page.locator("#id_title").focus()
    page.keyboard.type("zzqqxx")
    page.keyboard.press("Enter")
    page.wait_for_url("**/body/")
    page.locator("#id_organ_0").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/supply/")


def test_the_calculator_is_sound_with_a_result(reader: Reader, town: City):
    faults: dict[str, Any] = {}
    page = reader.open(
        "/disclosure/calculator/?received=2024-03-01&consulted=2024-03-05&replied=2024-03-15",
        width=PHONE,
    )
    assert page.locator(".days").is_visible()
    sound(page, faults)
    page.goto(f"{reader.base}/disclosure/calculator/?received=x&method=item&count=35")
    sound(page, faults)
    assert faults == {}

"""An account with a browser: opened on a phone without scripts, and every page of it sound."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page

from gongkai.foi.models import Account, AccountIntake
from gongkai.foi.services import record_event
from gongkai.foi.services.intake import confirm_intake, file_request
from gongkai.foi.services.messages import send_due
from gongkai.ledger.actor import Actor
from gongkai.portal.requesting import guarding
from gongkai.statute.clock import CorrectionRequested
from tests.browser.conftest import PHONE, Reader
from tests.browser.test_portal import RULES, violations
from tests.foi.intake.people import person, wish
from tests.portal.city import City, make_city

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = "three plain words"


@pytest.fixture
def town(live_server: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> City:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(guarding, "QUICKEST", timedelta(0))
    cache.clear()
    return make_city()


def sound(page: Page, faults: dict[str, Any]) -> None:
    """Note what is wrong with the page that is open: rules of accessibility, and its width."""
    where = page.url.split("/requests/")[-1]
    if found := violations(page, RULES):
        faults[where] = found
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > page.viewport_size["width"]:
        faults[f"{where}, sideways"] = wide


def code_sent() -> str:
    send_due()
    found = re.search(r"验证码(\d{6})", str(mail.outbox[-1].body))
    assert found
    return found[1]


def fill_the_list(town: City) -> None:
    """A request that waits, one that runs, one whose applicant has something to do."""
    officer, today = Actor.command("gongkai test"), timezone.localdate()
    for serial in range(3):
        filed = file_request(Actor.applicant(), town.housing, person=person(serial), wish=wish())
        AccountIntake.objects.create(
            account=Account.objects.get(), intake=filed.intake, added_at=timezone.now()
        )
        if serial:
            request = confirm_intake(officer, filed.intake, on=today, subject="示例")
        if serial == 2:
            record_event(officer, request, CorrectionRequested(on=today, days=10))


def test_an_account_is_opened_and_used_on_a_phone_without_scripts(reader: Reader, town: City):
    page = reader.open("/requests/", width=PHONE, javascript=False)
    page.get_by_role("link", name="我的申请").click()
    page.get_by_role("link", name="还没有账号").click()
    page.get_by_label("电子邮箱").fill("jia@example.cn")
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("验证码").fill(code_sent())
    page.get_by_role("button", name="继续").click()
    page.get_by_label("新密码", exact=True).fill(GOOD)
    page.get_by_label("再写一遍新密码").fill(GOOD)
    page.get_by_role("button", name="保存密码并登录").click()
    assert page.get_by_text("列表里还没有申请").is_visible()
    fill_the_list(town)
    page.reload()
    assert page.locator(".own-list > li").count() == 3
    page.locator(".own-list .yours").get_by_role("button", name="查看和办理").click()
    assert page.url.endswith("/requests/case/")
    page.get_by_role("link", name="回到申请列表").click()
    page.get_by_role("button", name="退出登录").click()
    assert page.url.endswith("/sign-in/")


def test_every_page_of_an_account_is_sound(reader: Reader, town: City):
    faults: dict[str, Any] = {}
    page = reader.open("/requests/account/sign-in/", width=PHONE)
    sound(page, faults)
    page.get_by_role("button", name="登录", exact=True).click()
    assert page.locator("#wrong").is_visible()
    sound(page, faults)
    page.goto(f"{reader.base}/requests/account/forgotten/")
    sound(page, faults)
    page.goto(f"{reader.base}/requests/account/open/")
    sound(page, faults)
    page.evaluate("document.getElementById('id_website').value = 'x'")  # as a program would
    page.fill("#id_contact", "jia@example.cn")
    page.get_by_role("button", name="发送验证码").click()
    sound(page, faults)
    one, two = re.findall(r"(\d)加(\d)", page.inner_text("main"))[0]
    page.fill("#id_answer", str(int(one) + int(two)))
    page.get_by_role("button", name="发送验证码").click()
    sound(page, faults)
    page.fill("#id_code", code_sent())
    page.get_by_role("button", name="继续").click()
    sound(page, faults)
    page.fill("#id_new", GOOD)
    page.fill("#id_again", GOOD)
    page.get_by_role("button", name="保存密码并登录").click()
    sound(page, faults)
    fill_the_list(town)
    for width in (PHONE, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for name in ("", "add/", "settings/", "password/", "contact/", "close/"):
            page.goto(f"{reader.base}/requests/account/{name}")
            sound(page, faults)
    page.fill("#id_password", GOOD)
    page.check("#id_sure")
    page.get_by_role("button", name="确认注销").click()
    sound(page, faults)
    assert faults == {}

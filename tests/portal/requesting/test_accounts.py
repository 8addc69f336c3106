"""An applicant's account on the public site: a convenience, and no door into anybody else's case."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongkai.foi.models import Account, AccountIntake, AccountMessage, Intake
from gongkai.foi.services import accounts, record_event
from gongkai.foi.services.intake import confirm_intake, renew_code
from gongkai.foi.services.messages import send_due
from gongkai.ledger.actor import Actor
from gongkai.portal.requesting import accounts as session
from gongkai.portal.requesting import guarding
from gongkai.statute.clock import CorrectionRequested
from tests.factories.organs import make_user
from tests.portal.requesting.conftest import Citizen, read, wrongs
from tests.portal.test_english_pages import unmarked

pytestmark = pytest.mark.django_db
OFFICER = Actor.command("gongkai test")
MAIL, OTHER = "jia@example.cn", "yi@example.cn"
GOOD, BETTER = "three plain words", "four other plain words"
SIGN_IN = "/requests/account/sign-in/"

PAGES = ("", "code/", "code/password/", "add/", "settings/", "password/", "contact/", "close/")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "QUICKEST", timedelta(0))


class Holder(Citizen):
    """A citizen with an account."""

    def ask(self, contact: str = MAIL, page: str = "open", **data: str) -> Any:
        form = read(self.client.get(f"/requests/account/{page}/")).css_first("[name=begun]")
        data = {"contact": contact, "begun": form.attributes["value"] or "", **data}
        return self.client.post(f"/requests/account/{page}/", data)

    def enter_code(self) -> Any:
        return self.client.post("/requests/account/code/", {"code": code_sent()})

    def choose(self, password: str = GOOD) -> Any:
        data = {"new": password, "again": password}
        return self.client.post("/requests/account/code/password/", data)

    def open(self, contact: str = MAIL) -> Account:
        assert self.ask(contact)["Location"] == "/requests/account/code/"
        assert self.enter_code()["Location"] == "/requests/account/code/password/"
        assert self.choose()["Location"] == "/requests/account/"
        return Account.objects.latest("pk")

    def sign_in(self, contact: str = MAIL, password: str = GOOD) -> Any:
        return self.client.post(SIGN_IN, {"contact": contact, "password": password})

    def sign_out(self) -> None:
        self.client.post("/requests/account/sign-out/")

    def add(self, number: str, code: str) -> Any:
        return self.client.post("/requests/account/add/", {"number": number, "code": code})

    def look_at(self, number: str) -> Any:
        return self.client.post("/requests/account/case/", {"number": number})

    def list(self) -> str:
        page = read(self.client.get("/requests/account/"))
        return " ".join(page.css_first("main").text().split())


def code_sent() -> str:
    """The newest code that came by mail, once the queue was worked off."""
    send_due()
    codes = [re.search(r"验证码(\d{6})", str(message.body)) for message in mail.outbox]
    return [found[1] for found in codes if found][-1]


@pytest.fixture
def holder(city: Any, client: Client) -> Holder:
    return Holder(client)


@pytest.fixture
def other(city: Any) -> Holder:
    return Holder(Client())


# -- opening and signing in --------------------------------------------------------------------


def test_article_29_nobody_needs_an_account_to_ask_and_to_follow(holder: Holder):
    intake, code = holder.file()
    assert not Account.objects.exists()
    holder.client.cookies.clear()
    assert holder.track(intake.number, code)["Location"] == "/requests/case/"


def test_an_account_is_opened_left_and_entered_again(holder: Holder):
    holder.open()
    assert "账号已经开通" in holder.list()
    before = holder.client.session.session_key
    holder.sign_out()
    assert holder.client.get("/requests/account/")["Location"] == SIGN_IN
    assert holder.sign_in()["Location"] == "/requests/account/"
    assert holder.client.session.session_key != before  # a name that nobody knew before
    assert "列表里还没有申请" in holder.list()


def test_opening_with_a_known_contact_looks_like_opening_with_an_unknown_one(
    holder: Holder, other: Holder
):
    holder.open()
    seen = []
    for contact in (MAIL, OTHER):
        who = Holder(Client())
        sent = who.ask(contact)
        waiting = who.client.get("/requests/account/code/")
        wrong = who.client.post("/requests/account/code/", {"code": "x"})
        again = who.client.post("/requests/account/code/", {"again": "1"})
        seen.append([plain(one, contact) for one in (sent, waiting, wrong, again)])
    assert seen[0] == seen[1]


def plain(response: Any, contact: str) -> tuple[Any, ...]:
    """An answer without what differs from visitor to visitor anyway."""
    text = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", response.content.decode())
    text = text.replace(f"{contact[0]}***@example.cn", "")
    headers = {k: v for k, v in response.headers.items() if k != "Content-Length"}
    return response.status_code, headers, re.sub(r'nonce="[^"]*"', "", text)


def test_a_wrong_password_and_an_unknown_contact_get_the_same_words(holder: Holder):
    holder.open()
    holder.sign_out()
    known, unknown = holder.sign_in(password="wrong words"), holder.sign_in(OTHER)
    assert wrongs(known) == wrongs(unknown)
    assert len(wrongs(known)) == 1
    page = read(known)
    assert page.css_first("#id_contact").attributes["value"] == MAIL
    assert "value" not in page.css_first("#id_password").attributes
    for _try in range(accounts.TRIES_PER_CONTACT - 1):
        holder.sign_in(password="wrong words")
    locked = holder.sign_in()
    assert locked.status_code == 429
    assert "15分钟" in wrongs(locked)[0]


def test_a_forgotten_password_is_replaced_with_a_code(holder: Holder, other: Holder):
    holder.open()
    assert other.ask(page="forgotten")["Location"] == "/requests/account/code/"
    assert other.enter_code()["Location"] == "/requests/account/code/password/"
    assert other.choose(BETTER)["Location"] == "/requests/account/"
    assert holder.client.get("/requests/account/")["Location"] == SIGN_IN
    assert wrongs(holder.sign_in())
    assert holder.sign_in(password=BETTER)["Location"] == "/requests/account/"


def test_what_is_wrong_is_said_beside_the_field_and_the_contact_stays(holder: Holder):
    response = holder.ask("jia@")
    assert "name@example.cn" in wrongs(response)[0]
    assert read(response).css_first("#id_contact").attributes["value"] == "jia@"
    holder.ask()
    assert "验证码不对" in wrongs(holder.client.post("/requests/account/code/", {"code": "1"}))[0]
    assert wrongs(holder.client.post("/requests/account/code/", {"code": ""})) == ["请填写验证码。"]
    assert holder.client.get("/requests/account/code/password/")["Location"].endswith("/code/")
    holder.enter_code()
    address = "/requests/account/code/password/"
    assert wrongs(holder.client.post(address, {})) == ["请填写新密码。"]
    twice = holder.client.post(address, {"new": GOOD, "again": BETTER})
    assert wrongs(twice) == ["两次写的密码不一样，请重新填写。"]
    assert wrongs(holder.choose("12345678901"))
    assert not Account.objects.exists()
    assert holder.choose().status_code == 302


def test_a_program_is_asked_a_question_and_a_person_answers_it(holder: Holder):
    response = holder.ask(website="https://example.cn/")
    assert "小问题" in wrongs(response)[0]
    assert not AccountMessage.objects.exists()
    one, two = (int(digit) for digit in re.findall(r"(\d)加(\d)", response.content.decode())[0])
    page = read(response)
    again = {
        "contact": MAIL, "begun": page.css_first("[name=begun]").attributes["value"],
        "website": "x", "answer": str(one + two),
    }  # fmt: skip
    assert holder.client.post("/requests/account/open/", again).status_code == 302
    # Without the mark of a form that was read, and when many codes were asked for.
    assert wrongs(holder.ask(OTHER, begun="forged"))
    for _code in range(guarding.CODES_UNASKED.most):
        holder.ask(OTHER)
    assert wrongs(holder.ask(OTHER, begun="")) == wrongs(response)


def test_too_many_codes_from_one_network_have_to_wait(holder: Holder, monkeypatch: Any):
    monkeypatch.setattr(guarding, "CODES", guarding.Limit("code", 1))
    holder.ask()
    assert holder.client.post("/requests/account/code/", {"again": "1"}).status_code == 429
    assert holder.ask(OTHER).status_code == 429


def test_where_no_code_can_be_sent_the_page_says_what_to_do(holder: Holder, settings: Any):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    settings.DEMO = settings.DEBUG = False
    for page in ("open", "forgotten"):
        shown = holder.client.get(f"/requests/account/{page}/").content.decode()
        assert "暂时不能发送验证码" in shown
        assert 'id="id_contact"' not in shown
    assert "account" not in holder.client.get("/requests/").content.decode().split("<main")[1]


# -- kept apart, never kept --------------------------------------------------------------------


def test_no_page_is_kept_and_none_has_a_person_in_its_address(holder: Holder):
    holder.open()
    for page in (*PAGES, "open/", "forgotten/", "sign-in/"):
        response = holder.client.get(f"/requests/account/{page}")
        assert response.status_code in (200, 302), page
        if response.status_code == 200:
            assert response["Cache-Control"] == "private, no-store", page
            assert "noindex" in response["X-Robots-Tag"], page
        assert "example" not in response.get("Location", ""), page


def test_a_form_without_its_token_is_refused(holder: Holder):
    holder.open()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = holder.client.cookies
    pages = (
        "open", "forgotten", "code", "code/password", "sign-in", "sign-out", "case", "add",
        "password", "contact", "close",
    )  # fmt: skip
    for page in pages:
        assert strict.post(f"/requests/account/{page}/", {}).status_code == 403, page


def test_the_staffs_login_and_the_account_know_nothing_of_each_other(holder: Holder, city: Any):
    officer = make_user("request_officer", city.police)
    holder.client.force_login(officer)
    assert holder.client.get("/requests/account/")["Location"] == SIGN_IN
    holder.open()
    assert holder.client.session["_auth_user_id"] == str(officer.pk)
    holder.sign_out()
    assert holder.client.session["_auth_user_id"] == str(officer.pk)
    # And an account opens nothing of the staff's.
    alone = Holder(Client())
    alone.sign_in()
    assert "/staff/login/" in alone.client.get("/staff/foi/")["Location"]


def test_half_an_hour_without_a_look_signs_out(holder: Holder):
    holder.open()
    kept = holder.client.session
    kept[session.ACCOUNT] = [*kept[session.ACCOUNT][:2], 0]
    kept.save()
    assert holder.client.get("/requests/account/")["Location"] == SIGN_IN


# -- requests ----------------------------------------------------------------------------------


def test_what_is_filed_while_signed_in_stands_in_the_list_with_its_contacts_filled_in(
    holder: Holder,
):
    holder.open()
    holder.begin()
    shown = read(holder.client.get("/requests/new/contact/"))
    assert shown.css_first("#id_email").attributes["value"] == MAIL
    holder.client.post("/requests/new/contact/", {"email": "", "phone": "000-00000000"})
    shown = read(holder.client.get("/requests/new/contact/"))
    assert not shown.css_first("#id_email").attributes.get("value")  # what was cleared stays so
    holder.client.post("/requests/", {"discard": "1"})
    intake, _code = holder.file()
    listed = holder.list()
    assert intake.number in listed
    assert "示例路道路改造工程的立项批复" in listed
    assert "等待机关确认" in listed
    assert holder.look_at(intake.number)["Location"] == "/requests/case/"
    assert "回到申请列表" in holder.client.get("/requests/case/").content.decode()


def test_article_33_the_list_says_the_days_left_as_the_page_of_the_case_does(holder: Holder):
    holder.open()
    intake, _code = holder.file()
    today = timezone.localdate()
    request = confirm_intake(OFFICER, intake, on=today, subject="示例")
    sentence = read(holder.client.get("/requests/case/")).css_first(".sentence").text(strip=True)
    assert sentence in holder.list()
    record_event(OFFICER, request, CorrectionRequested(on=today, days=10))
    assert "需要您补正" in holder.list()
    assert "之前完成" in holder.list()


def test_an_earlier_request_is_added_by_number_and_code(holder: Holder):
    intake, code = holder.file()
    holder.client.cookies.clear()
    holder.open()
    unknown = holder.add("20260305-ZZZZZZZZ", code)
    wrong = holder.add(intake.number, "AAAABBBBCCCC")
    assert wrongs(unknown) == wrongs(wrong)
    assert holder.add(intake.number, code)["Location"] == "/requests/account/"
    assert intake.number in holder.list()
    assert "已经在您的列表里" in wrongs(holder.add(intake.number, code))[0]
    renew_code(OFFICER, intake)
    assert "查询码已经更换" in holder.list()
    assert holder.look_at(intake.number)["Location"] == "/requests/account/add/"


def test_the_list_costs_the_same_for_one_request_and_for_twenty_and_has_pages(holder: Holder):
    account = holder.open()
    intake, _code = holder.file()
    confirm_intake(OFFICER, intake, on=timezone.localdate(), subject="示例")
    with CaptureQueriesContext(connection) as one:
        holder.list()
    other = holder.file()[0]
    AccountIntake.objects.all().delete()
    copies = []
    for number in range(22):
        copy = Intake.objects.get(pk=other.pk)
        copy.pk, copy.number = None, f"20260305-{number:08d}"
        copies.append(copy)
    Intake.objects.bulk_create(copies)
    applicant = other.applicant
    for copy in Intake.objects.filter(number__startswith="20260305-"):
        applicant.pk, applicant.intake = None, copy
        applicant.seal_name, applicant.sealed = uuid4(), b""
        applicant.save(force_insert=True)
        AccountIntake.objects.create(account=account, intake=copy, added_at=timezone.now())
    AccountIntake.objects.create(account=account, intake=intake, added_at=timezone.now())
    with CaptureQueriesContext(connection) as many:
        assert "共23件申请" in holder.list()
    assert len(many) <= len(one) + 1
    assert len(read(holder.client.get("/requests/account/page/2/")).css(".own-list > li")) == 3
    assert holder.client.get("/requests/account/page/3/").status_code == 404


def test_of_another_account_nothing_opens_by_any_address(holder: Holder, other: Holder):
    """A walks every address of accounts and cases with B's number, and sees nothing of it."""
    other.open(OTHER)
    intake, _code = other.file()
    confirm_intake(OFFICER, intake, on=timezone.localdate(), subject="示例")
    holder.file()
    holder.open()
    number = {"number": intake.number, "case": intake.number}
    for page in PAGES:
        for send in (holder.client.get, holder.client.post):
            response = send(f"/requests/account/{page}", number)
            shown = response.content.decode().partition("<main")[2]
            assert intake.number not in shown.replace(f'value="{intake.number}"', ""), page
    assert holder.look_at(intake.number)["Location"] == "/requests/account/add/"
    for page in ("", "withdraw/", "complain/", "supply/"):
        response = holder.client.get(f"/requests/case/{page}", number)
        assert intake.number not in response.content.decode().partition("<main")[2]
    assert AccountIntake.objects.get().account.email_index == accounts.index_of("email", OTHER)
    intake.refresh_from_db()
    assert intake.state == Intake.State.CONFIRMED


def test_a_case_opened_by_an_account_closes_with_it(holder: Holder, other: Holder):
    holder.open()
    intake, code = holder.file()
    other.sign_in()
    other.look_at(intake.number)
    assert other.client.get("/requests/case/").status_code == 200
    # The password is changed on the other device.
    data = {"password": GOOD, "new": BETTER, "again": BETTER}
    assert holder.client.post("/requests/account/password/", data).status_code == 302
    assert other.client.get("/requests/case/")["Location"] == "/requests/track/"
    assert holder.client.get("/requests/account/").status_code == 200
    holder.look_at(intake.number)
    holder.sign_out()
    assert holder.client.get("/requests/case/")["Location"] == "/requests/track/"
    assert holder.track(intake.number, code)["Location"] == "/requests/case/"


def test_two_windows_what_was_meant_for_one_request_is_not_done_to_the_other(holder: Holder):
    holder.open()
    first, _code = holder.file()
    second, _code = holder.file()
    holder.look_at(first.number)
    page = read(holder.client.get("/requests/case/withdraw/"))
    assert page.css_first("[name=case]").attributes["value"] == first.number
    holder.look_at(second.number)
    data = {"sure": "on", "case": first.number}
    response = holder.client.post("/requests/case/withdraw/", data)
    assert "另一个窗口" in wrongs(response)[0]
    assert {one.state for one in Intake.objects.all()} == {Intake.State.WAITING}
    holder.look_at(first.number)
    assert holder.client.post("/requests/case/withdraw/", data).status_code == 302
    assert Intake.objects.get(state=Intake.State.WITHDRAWN) == first


# -- changes -----------------------------------------------------------------------------------


def test_password_and_contact_are_changed_and_the_account_is_closed(holder: Holder):
    holder.open()
    intake, code = holder.file()
    data = {"password": "wrong words", "new": BETTER, "again": BETTER}
    assert "密码不对" in wrongs(holder.client.post("/requests/account/password/", data))[0]
    holder.client.post("/requests/account/password/", {**data, "password": GOOD})

    assert "密码不对" in wrongs(holder.ask(OTHER, "contact", password=GOOD))[0]
    assert holder.ask(OTHER, "contact", password=BETTER)["Location"].endswith("/code/")
    assert holder.enter_code()["Location"] == "/requests/account/settings/"
    shown = read(holder.client.get("/requests/account/settings/")).css_first("main").text()
    assert OTHER in shown
    assert MAIL not in shown

    address = "/requests/account/close/"
    assert "请勾选" in wrongs(holder.client.post(address, {"password": BETTER}))[0]
    assert (
        "已经删除"
        in holder.client.post(address, {"password": BETTER, "sure": "on"}).content.decode()
    )
    assert not Account.objects.exists()
    assert holder.client.get("/requests/account/")["Location"] == SIGN_IN
    assert holder.track(intake.number, code)["Location"] == "/requests/case/"


# -- English -----------------------------------------------------------------------------------


def test_every_page_speaks_english(holder: Holder):
    holder.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found: dict[str, Any] = {}

    def check(response: Any, where: str) -> None:
        page = read(response)
        assert page.root.attributes["lang"] == "en"
        if left := list(unmarked(page.root, "en")):
            found[where] = left

    base = "/requests/account/"
    for page in ("open", "forgotten", "sign-in"):
        check(holder.client.get(f"{base}{page}/"), page)
        check(holder.client.post(f"{base}{page}/", {"contact": "x"}), f"{page} refused")
    check(holder.ask(website="x"), "question")
    check(holder.client.get(f"{base}code/"), "code gone")
    holder.ask()
    check(holder.client.get(f"{base}code/"), "code")
    check(holder.client.post(f"{base}code/", {"again": "1"}), "code again")
    check(holder.client.post(f"{base}code/", {"code": "1"}), "wrong code")
    holder.enter_code()
    check(holder.client.get(f"{base}code/password/"), "new password")
    check(holder.choose("1234567890"), "weak password")
    holder.choose()
    check(holder.client.get(base), "empty list")
    intake, _code = holder.file()
    check(holder.client.get("/requests/"), "start")
    check(holder.client.get(base), "list")
    confirm_intake(OFFICER, intake, on=timezone.localdate(), subject="示例")
    check(holder.client.get(base), "list with a clock")
    for page in ("add", "settings", "password", "contact", "close"):
        check(holder.client.get(f"{base}{page}/"), page)
        if page != "settings":
            check(holder.client.post(f"{base}{page}/", {}), f"{page} refused")
    check(holder.client.post(f"{base}close/", {"password": GOOD, "sure": "on"}), "closed")
    assert found == {}

"""Accounts of applicants: a convenience that tells nobody who has one, and that ends without a trace."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongkai.foi.models import Account, AccountIntake, AccountMessage, Intake
from gongkai.foi.services import account_requests, accounts, following, retention
from gongkai.foi.services.accounts import Contact
from gongkai.foi.services.intake import (
    Filed,
    file_request,
    forward_intake,
    renew_code,
    set_aside_intake,
)
from gongkai.foi.services.messages import send_due
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Organ
from gongkai.organs.policy import PUBLIC
from gongkai.vault import keys, services
from tests.factories.organs import make_organ, make_user
from tests.foi.intake.people import person, wish

pytestmark = pytest.mark.django_db
PUBLIC_ACTOR = Actor.applicant()
CONSOLE = Actor.command("测试")
MAIL = Contact("email", "Jia@example.cn")
OTHER = Contact("email", "yi@example.cn")
MOBILE = Contact("sms", "13800000000")
GOOD = "three plain words"
Purpose = AccountMessage.Purpose


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Any) -> Any:
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path / "data", tmp_path / "media"
    settings.VAULT_MASTER_KEY = ""
    keys.forget()
    cache.clear()
    yield
    keys.forget()


class Gateway:
    """A gateway that is plugged in; what it was handed is kept."""

    sent: list[tuple[str, str]] = []

    def send(self, number: str, text: str) -> str:
        self.sent.append((number, text))
        return ""


def received() -> str:
    """The text of the newest mail, once the queue was worked off."""
    send_due()
    return str(mail.outbox[-1].body)


def code_in(text: str) -> str:
    found = re.search(r"验证码(\d{6})", text)
    assert found, text
    return found[1]


def opened(contact: Contact = MAIL, password: str = GOOD) -> Account:
    key = accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, contact)
    accounts.enter_code(PUBLIC_ACTOR, key, code_in(received()))
    return accounts.set_password(PUBLIC_ACTOR, key, password)


def filed(organ: Organ | None = None, serial: int = 0) -> Filed:
    organ = organ or make_organ()
    return file_request(PUBLIC_ACTOR, organ, person=person(serial), wish=wish())


def acts() -> list[str]:
    return list(LedgerEntry.objects.order_by("at", "pk").values_list("action", flat=True))


# -- opening -----------------------------------------------------------------------------------


def test_an_account_is_opened_by_a_code_and_what_it_knows_lies_sealed():
    account = opened()
    assert accounts.contacts_of(account) == (MAIL,)
    assert b"example" not in bytes(account.sealed)
    assert len(account.email_index) == 64
    assert account.phone_index == ""
    assert GOOD not in account.password
    assert not AccountMessage.objects.exists()  # the code is used up, and gone
    assert {"foi.account.message", "foi.account.open"} <= set(acts())


def test_capitals_make_no_other_contact_and_no_account_of_two():
    account = opened()
    small = accounts.read_contact(" jia@EXAMPLE.cn ")
    assert accounts.sign_in(PUBLIC_ACTOR, small, GOOD, "") == account
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(
            email_index=account.email_index, opened_on=account.opened_on, used_on=account.used_on
        )


@pytest.mark.parametrize("typed", ["", "abc", "a@b", "13800000000", "x" * 130 + "@example.cn"])
def test_what_is_no_address_here_is_refused(typed):
    with pytest.raises(accounts.UnfitContact):
        accounts.read_contact(typed)


def test_mobiles_are_taken_where_a_gateway_is_plugged_in(settings):
    assert accounts.ways() == ("email",)
    settings.SMS_BACKEND = f"{__name__}.Gateway"
    Gateway.sent.clear()
    assert accounts.ways() == ("email", "sms")
    contact = accounts.read_contact("+86 138-0000 0000")
    assert contact == MOBILE
    key = accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, contact)
    send_due()
    ((number, text),) = Gateway.sent
    assert number == MOBILE.address
    accounts.enter_code(PUBLIC_ACTOR, key, code_in(text))
    account = accounts.set_password(PUBLIC_ACTOR, key, GOOD)
    settings.SMS_BACKEND = "gongkai.foi.messaging.console.ConsoleGateway"  # unplugged again
    typed = accounts.read_contact("13800000000", to_send=False)
    assert accounts.sign_in(PUBLIC_ACTOR, typed, GOOD, "") == account


def test_without_a_mail_server_there_are_no_accounts(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    settings.DEMO = settings.DEBUG = False
    assert accounts.ways() == ()


def test_a_weak_password_is_refused_and_the_code_stays_good():
    key = accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, MAIL)
    accounts.enter_code(PUBLIC_ACTOR, key, code_in(received()))
    for weak in ("", "short", "1234567890", "x" * 200):
        with pytest.raises(ValidationError):
            accounts.set_password(PUBLIC_ACTOR, key, weak)
    assert accounts.set_password(PUBLIC_ACTOR, key, GOOD).pk


def test_a_code_is_good_once_for_a_while_for_five_guesses_and_in_one_browser():
    key = accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, MAIL)
    right = code_in(received())
    wrong = f"{(int(right) + 1) % 10**6:06}"
    with pytest.raises(accounts.CodeGone):
        accounts.enter_code(PUBLIC_ACTOR, "another browser", right)
    with pytest.raises(accounts.CodeGone):  # no password before the code
        accounts.set_password(PUBLIC_ACTOR, key, GOOD)
    for _guess in range(accounts.GUESSES):
        with pytest.raises(accounts.WrongCode):
            accounts.enter_code(PUBLIC_ACTOR, key, wrong)
    with pytest.raises(accounts.CodeGone):
        accounts.enter_code(PUBLIC_ACTOR, key, right)

    fresh = accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, MAIL)
    right = code_in(received())
    again = accounts.ask_again(PUBLIC_ACTOR, fresh)
    with pytest.raises(accounts.CodeGone):
        accounts.enter_code(PUBLIC_ACTOR, fresh, right)
    AccountMessage.objects.update(expires_at=timezone.now())
    with pytest.raises(accounts.CodeGone):
        accounts.pending(again)


def test_a_code_can_be_typed_in_full_width_digits():
    key = accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, MAIL)
    right = code_in(received())
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in right)
    assert accounts.enter_code(PUBLIC_ACTOR, key, f" {wide[:3]} {wide[3:]}").passed


# -- who has an account is nobody's business ---------------------------------------------------


@pytest.mark.parametrize("purpose", [Purpose.OPEN, Purpose.RESET])
def test_a_known_and_an_unknown_contact_are_answered_with_the_same_writes(purpose):
    opened()
    before = LedgerEntry.objects.count()
    with CaptureQueriesContext(connection) as for_known:
        known_key = accounts.ask_code(PUBLIC_ACTOR, purpose, MAIL)
    with CaptureQueriesContext(connection) as for_unknown:
        unknown_key = accounts.ask_code(PUBLIC_ACTOR, purpose, OTHER)
    assert len(for_known) == len(for_unknown)
    known, unknown = AccountMessage.objects.order_by("pk")
    assert accounts.pending(known_key).purpose == accounts.pending(unknown_key).purpose
    assert (known.way, known.state, known.passed) == (unknown.way, unknown.state, unknown.passed)
    one, other = LedgerEntry.objects.order_by("pk")[before:]
    assert (one.changes, one.object_id) == (other.changes, other.object_id)
    send_due()
    told = {tuple(message.to): message.body for message in mail.outbox[-2:]}
    assert len(told) == 2
    with_code = {to for to, text in told.items() if "验证码" in text.split("。")[0]}
    assert with_code == {(OTHER.address if purpose == Purpose.OPEN else MAIL.address,)}


def test_no_code_opens_what_has_no_right_code():
    opened()
    key = accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, MAIL)
    for guess in ("", "000000", "0" * 64):
        with pytest.raises(accounts.WrongCode):
            accounts.enter_code(PUBLIC_ACTOR, key, guess)


def test_signing_in_hashes_once_whether_there_is_such_an_account_or_not(monkeypatch):
    opened()
    hashed = []
    real = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda *a: hashed.append(a) or real(*a)
    )
    for contact in (MAIL, OTHER):
        hashed.clear()
        with pytest.raises(accounts.WrongPassword):
            accounts.sign_in(PUBLIC_ACTOR, contact, "wrong words here", "")
        assert len(hashed) == 1


def test_wrong_passwords_lock_the_contact_and_the_address_known_or_not():
    opened()
    for contact in (MAIL, OTHER):
        for _try in range(accounts.TRIES_PER_CONTACT):
            with pytest.raises(accounts.WrongPassword):
                accounts.sign_in(PUBLIC_ACTOR, contact, "wrong words here", "192.0.2.1")
        with pytest.raises(accounts.LockedOut):
            accounts.sign_in(PUBLIC_ACTOR, contact, GOOD, "192.0.2.2")
    # Another contact each time, from one address.
    for serial in range(accounts.TRIES_PER_ADDRESS):
        contact = Contact("email", f"x{serial}@example.cn")
        with pytest.raises(accounts.WrongPassword):
            accounts.sign_in(PUBLIC_ACTOR, contact, GOOD, "192.0.2.3")
    with pytest.raises(accounts.LockedOut):
        accounts.sign_in(PUBLIC_ACTOR, Contact("email", "z@example.cn"), GOOD, "192.0.2.3")
    cache.clear()  # a quarter of an hour later
    accounts.sign_in(PUBLIC_ACTOR, MAIL, GOOD, "192.0.2.3")


def test_nobodys_inbox_is_flooded():
    for contact in (MAIL, OTHER):
        for _code in range(accounts.CODES_PER_CONTACT):
            accounts.ask_code(PUBLIC_ACTOR, Purpose.RESET, contact)
        with pytest.raises(accounts.TooMany):
            accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, contact)


# -- changes -----------------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_ends_every_session_and_is_told():
    account = opened()
    key = accounts.ask_code(PUBLIC_ACTOR, Purpose.RESET, MAIL)
    accounts.enter_code(PUBLIC_ACTOR, key, code_in(received()))
    accounts.set_password(PUBLIC_ACTOR, key, "four other plain words")
    assert accounts.signed_in(account.pk, account.mark) is None
    assert "已更换密码" in received()
    with pytest.raises(accounts.WrongPassword):
        accounts.sign_in(PUBLIC_ACTOR, MAIL, GOOD, "")
    fresh = accounts.sign_in(PUBLIC_ACTOR, MAIL, "four other plain words", "")
    assert accounts.signed_in(fresh.pk, fresh.mark) == fresh


def test_another_contact_is_proven_first_and_the_old_one_is_told():
    account = opened()
    key = accounts.ask_code(PUBLIC_ACTOR, Purpose.CONTACT, OTHER, account)
    code = code_in(received())
    assert accounts.contacts_of(account) == (MAIL,)
    accounts.enter_code(PUBLIC_ACTOR, key, code)
    account.refresh_from_db()
    assert accounts.contacts_of(account) == (OTHER,)
    assert "新的联系方式" in received()
    assert mail.outbox[-1].to == [MAIL.address]
    with pytest.raises(accounts.WrongPassword):
        accounts.sign_in(PUBLIC_ACTOR, MAIL, GOOD, "")
    accounts.sign_in(PUBLIC_ACTOR, OTHER, GOOD, "")


def test_a_contact_of_another_account_is_not_taken_over():
    account, _other = opened(), opened(OTHER)
    accounts.ask_code(PUBLIC_ACTOR, Purpose.CONTACT, OTHER, account)
    assert "已经属于一个账号" in received()
    assert AccountMessage.objects.get(account=account).code_hash == ""


def test_a_mail_server_that_is_down_delays_a_code_and_an_expired_code_is_not_sent(settings):
    accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, MAIL)
    settings.EMAIL_BACKEND = "tests.foi.test_accounts.Broken"
    assert send_due().waiting == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due(now=timezone.now() + timedelta(hours=2)).sent == 0
    assert send_due(now=timezone.now() + timedelta(minutes=2)).sent == 1


class Broken:
    def __init__(self, **options: Any) -> None:
        pass

    def send_messages(self, messages: Any) -> int:
        raise OSError


# -- requests ----------------------------------------------------------------------------------


def test_number_and_code_bring_an_earlier_request_into_the_list_and_wrong_ones_do_not():
    account, (intake, code) = opened(), filed()
    for number, typed in ((intake.number, "AAAABBBBCCCC"), ("20260305-ZZZZZZZZ", code)):
        with pytest.raises(following.WrongCode):
            account_requests.add_by_code(PUBLIC_ACTOR, account, number, typed, "")
    assert account_requests.open_request(account, intake.number) is None
    account_requests.add_by_code(PUBLIC_ACTOR, account, intake.number, code.lower(), "")
    assert account_requests.open_request(account, intake.number) == intake
    with pytest.raises(account_requests.AlreadyHeld):
        account_requests.add_by_code(PUBLIC_ACTOR, account, intake.number, code, "")


def test_a_code_that_was_changed_ends_what_the_old_one_had_opened():
    account, (intake, code) = opened(), filed()
    account_requests.add_by_code(PUBLIC_ACTOR, account, intake.number, code, "")
    fresh = renew_code(CONSOLE, intake)
    assert account_requests.open_request(account, intake.number) is None
    (row,) = account_requests.look_at(list(account_requests.requests_of(account)))
    assert not row.opens
    account_requests.add_by_code(PUBLIC_ACTOR, account, intake.number, fresh, "")
    assert account_requests.open_request(account, intake.number) == intake


def test_the_ledger_knows_no_contact_and_not_whose_account_a_request_is_in():
    account, (intake, code) = opened(), filed()
    account_requests.add_by_code(PUBLIC_ACTOR, account, intake.number, code, "")
    accounts.close(PUBLIC_ACTOR, account)
    for entry in LedgerEntry.objects.filter(action__startswith="foi.account"):
        assert "example" not in f"{entry.changes}{entry.object_label}"
        assert (entry.actor_name, entry.address) == ("申请人", "")
        if entry.action == "foi.account.hold":
            assert entry.changes == {"how": "code"}
            assert entry.object_type == "foi.intake"


def test_closing_erases_the_account_and_leaves_the_request():
    account, (intake, code) = opened(), filed()
    account_requests.add_by_code(PUBLIC_ACTOR, account, intake.number, code, "")
    accounts.ask_code(PUBLIC_ACTOR, Purpose.CONTACT, OTHER, account)
    accounts.close(PUBLIC_ACTOR, account)
    assert [model.objects.count() for model in (Account, AccountIntake, AccountMessage)] == [
        0,
        0,
        0,
    ]
    assert following.follow(intake.number, code, "") == intake
    with pytest.raises(PermissionDenied):
        accounts.close(PUBLIC_ACTOR, Account(pk=1))


def test_every_write_asks_the_public_policy(monkeypatch):
    account, (intake, code) = opened(), filed()
    assert accounts.ACCOUNT in PUBLIC
    monkeypatch.setattr("gongkai.organs.policy.PUBLIC", {"foi.follow": "x", "foi.file": "x"})
    for act in (
        lambda: accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, OTHER),
        lambda: accounts.enter_code(PUBLIC_ACTOR, "key", "1"),
        lambda: accounts.set_password(PUBLIC_ACTOR, "key", GOOD),
        lambda: accounts.sign_in(PUBLIC_ACTOR, MAIL, GOOD, ""),
        lambda: accounts.change_password(PUBLIC_ACTOR, account, old=GOOD, new=GOOD, address=""),
        lambda: accounts.close(PUBLIC_ACTOR, account),
        lambda: account_requests.add_by_code(PUBLIC_ACTOR, account, intake.number, code, ""),
        lambda: account_requests.file_draft(PUBLIC_ACTOR, "key", intake.organ, account),
    ):
        with pytest.raises(ValueError, match=r"foi\.account"):
            act()


# -- keeping -----------------------------------------------------------------------------------


def test_article_19_an_account_that_nobody_uses_is_erased_and_its_requests_stay(settings):
    settings.FOI_ACCOUNT_DAYS = 100
    account, (intake, code) = opened(), filed()
    account_requests.add_by_code(PUBLIC_ACTOR, account, intake.number, code, "")
    today = timezone.localdate()
    assert accounts.sweep(CONSOLE, today=today + timedelta(days=100)).accounts == 0
    later = today + timedelta(days=101)
    assert accounts.sweep(CONSOLE, dry_run=True, today=later).accounts == 1
    assert Account.objects.exists()
    assert accounts.sweep(CONSOLE, today=later).accounts == 1
    assert not Account.objects.exists()
    assert Intake.objects.filter(pk=intake.pk).exists()
    with pytest.raises(PermissionDenied):
        accounts.sweep(Actor.for_user(make_user(None, make_organ())))


def test_signing_in_keeps_an_account_and_the_daily_command_says_what_it_erased(settings):
    opened()
    opened(OTHER)
    long_ago = timezone.localdate() - timedelta(days=settings.FOI_ACCOUNT_DAYS + 1)
    Account.objects.update(used_on=long_ago)
    accounts.sign_in(PUBLIC_ACTOR, MAIL, GOOD, "")
    accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, MOBILE)
    AccountMessage.objects.update(expires_at=timezone.now())
    out = StringIO()
    call_command("foi", "retain", stdout=out)
    assert "账号1个" in out.getvalue()
    assert Account.objects.count() == 1
    assert not AccountMessage.objects.exists()


def test_article_47_with_the_applicant_the_list_forgets_the_request_and_not_before():
    organ, other = make_organ(), make_organ()
    account, (intake, code) = opened(), filed(organ)
    account_requests.add_by_code(PUBLIC_ACTOR, account, intake.number, code, "")
    moved = forward_intake(CONSOLE, intake, other, "属于该局职责")
    day = timezone.localdate() + timedelta(days=4000)
    retention.retain(CONSOLE, today=day)  # the first intake is over, the papers are not
    intake.applicant.refresh_from_db()
    assert intake.applicant.erased_at is not None
    (row,) = account_requests.look_at(list(account_requests.requests_of(account)))
    assert (row.intake, row.organ, bool(row.title)) == (moved, other, True)
    set_aside_intake(CONSOLE, moved, reason="广告函件，不是申请")
    retention.retain(CONSOLE, today=day)
    assert not AccountIntake.objects.exists()
    assert Account.objects.get() == account


def test_a_new_index_key_loses_nobody_and_makes_nobody_twice():
    account = opened()
    keys_before = account.email_index
    services._begin(CONSOLE, "index", lambda _: None)  # the change is under way
    assert accounts.sign_in(PUBLIC_ACTOR, MAIL, GOOD, "") == account
    accounts.ask_code(PUBLIC_ACTOR, Purpose.OPEN, MAIL)
    assert "您已经有账号" in received()
    done = services.rotate(CONSOLE, "index", grace=timedelta())
    assert done.destroyed is not None
    account.refresh_from_db()
    assert account.email_index != keys_before
    assert accounts.sign_in(PUBLIC_ACTOR, MAIL, GOOD, "") == account
    services.rotate(CONSOLE, "data", grace=timedelta())
    account.refresh_from_db()
    assert accounts.contacts_of(account) == (MAIL,)

"""Accounts of applicants (申请人账号): the own requests together, for those who want it.

Never a condition: Article 29 says what a request holds, and an account is not among it [reading].
What an account opens is what number and query code open, as nobody else than an applicant.

Nobody learns from an answer who has an account. A code is asked for with the same writes, the same
message queue and the same words whether the contact is known or not; only the text of the message
differs, and that reads who owns the contact. A password is hashed once for an unknown contact too.
Wrong tries lock out by contact and by address, whether there is such an account or not.

In the ledger an account is a number: no contact, and never which requests are in which account.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import EmailValidator
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from gongkai.foi import messaging
from gongkai.foi.models import (
    Account,
    AccountMessage,
)
from gongkai.foi.persons import (
    LIMITS,
    Person,
    clean_person,
    masked_email,
    masked_phone,
)
from gongkai.foi.services import tries
from gongkai.foi.services.messages import mobile_number
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import sm3
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise_public
from gongkai.vault.sealing import blind_index, blind_indexes, open_json, seal_json

ACCOUNT: Final = "foi.account"
TRIES_PER_CONTACT: Final = 5
TRIES_PER_ADDRESS: Final = 20
CODES_PER_CONTACT: Final = 5
"""Messages that one contact gets in an hour at most: nobody's inbox is flooded by others."""
HOUR: Final = 3600
CODE_DIGITS: Final = 6
CODE_LASTS: Final = timedelta(minutes=30)
TOLD_LASTS: Final = timedelta(days=1)
"""For so long a notice of a change is tried to be sent."""
GUESSES: Final = 5
"""Wrong codes until a new one has to be asked for: five in a million."""
MAX_PASSWORD: Final = 128

Purpose = AccountMessage.Purpose
Way = AccountMessage.Way


class UnfitContact(Exception):
    """That is no address to which a code can be sent here."""


class TooMany(Exception):
    """This contact was sent as many messages as it gets in an hour."""


class CodeGone(Exception):
    """The code is used, too old, was guessed at too often, or there never was one."""


class WrongCode(Exception):
    """That is not the code."""


class WrongPassword(Exception):
    """Contact and password do not belong together, or there is no such account."""


class LockedOut(Exception):
    """Too many wrong tries for this contact or from this address; `tries.LOCKED_SECONDS` to wait."""


@dataclass(frozen=True)
class Contact:
    """Where somebody is reached: `way` is a `Message.Way`, `address` an e-mail or a mobile."""

    way: str
    address: str

    @property
    def masked(self) -> str:
        """What may be shown to somebody who knows it anyway."""
        known = masked_email if self.way == Way.EMAIL else masked_phone
        return known(self.address)


@dataclass(frozen=True)
class Pending:
    """A code that was asked for: what for, where it went, whether it was entered rightly."""

    purpose: str
    contact: Contact
    passed: bool


# -- contacts ----------------------------------------------------------------------------------


def ways() -> tuple[str, ...]:
    """By what an account can be proven here: mail where there is a server, text messages where
    there is a gateway; () where there is neither, and then there are no accounts.

    In the sample city and for developers mail that is printed to the console will do.
    """
    printed = settings.EMAIL_BACKEND.endswith(".console.EmailBackend")
    found = [] if printed and not (settings.DEMO or settings.DEBUG) else [str(Way.EMAIL)]
    return (*found, str(Way.SMS)) if messaging.has_gateway() else tuple(found)


def read_contact(text: str, *, to_send: bool = True) -> Contact:
    """The e-mail address or mobile number that was typed. Raises `UnfitContact`.

    `to_send`: it has to be one of the `ways` in which a code can be sent here.
    """
    text = clean_person(Person(email=text)).email
    allowed = ways() if to_send else tuple(map(str, _COLUMNS))
    mobile = mobile_number(text)
    if mobile and Way.SMS in allowed:
        return Contact(str(Way.SMS), mobile)
    if Way.EMAIL not in allowed or not text or len(text) > LIMITS["email"]:
        raise UnfitContact
    try:
        EmailValidator()(text)
    except ValidationError:
        raise UnfitContact from None
    return Contact(str(Way.EMAIL), text)


def contacts_of(account: Account) -> tuple[Contact, ...]:
    """The contacts of an account, for its holder."""
    texts = open_json(account.belongs_to, account.sealed)
    pairs = ((Way.EMAIL, "email"), (Way.SMS, "phone"))
    return tuple(Contact(str(way), texts[name]) for way, name in pairs if texts.get(name))


def contact_answers(account: Account) -> dict[str, str]:
    """What the form asks for and the account knows: `email`, `phone`."""
    texts = open_json(account.belongs_to, account.sealed)
    return {name: texts[name] for name in ("email", "phone") if texts.get(name)}


# -- codes -------------------------------------------------------------------------------------


def ask_code(actor: Actor, purpose: str, contact: Contact, account: Account | None = None) -> str:
    """A code is on its way to the contact; the key with which it can be entered.

    `account`: whose contact is to be changed (`Purpose.CONTACT`). Raises `TooMany`.
    """
    authorise_public(actor, ACCOUNT)
    if tries.count(tries.counter("code", _text_of(contact)), HOUR) > CODES_PER_CONTACT:
        raise TooMany
    known = _find(contact)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    key = secrets.token_urlsafe(32)
    fits = (known is not None) if purpose == Purpose.RESET else (known is None)
    text = _TEXTS[purpose, fits].format(site=settings.SITE_NAME, code=code, minutes=_minutes())
    _send(
        actor,
        purpose,
        contact,
        text,
        account=account or known,
        key=key,
        code_hash=_code_hash(key, code) if fits else "",
    )
    return key


def ask_again(actor: Actor, key: str) -> str:
    """Another code to the same contact; the first one is worth nothing any more.

    Raises `CodeGone`, `TooMany`.
    """
    with transaction.atomic():
        row = _message(key, lock=True)
        contact, purpose = _contact_of(row), row.purpose
        account = row.account if purpose == Purpose.CONTACT else None
        fresh = ask_code(actor, purpose, contact, account)
        row.delete()
    return fresh


def pending(key: str) -> Pending:
    """What is waited for with this key. Raises `CodeGone`."""
    row = _message(key)
    return Pending(row.purpose, _contact_of(row), row.passed)


def enter_code(actor: Actor, key: str, code: str) -> Pending:
    """The code was entered rightly: the password can be set, or the contact is changed.

    Raises `WrongCode`, `CodeGone` (also after too many wrong codes).
    """
    authorise_public(actor, ACCOUNT)
    row = _message(key)
    # Counted before the answer is known; the code is compared in any case.
    AccountMessage.objects.filter(pk=row.pk).update(guesses=F("guesses") + 1)
    right = hmac.compare_digest(_code_hash(key, code), row.code_hash or "0" * 64)
    with transaction.atomic():
        row = _message(key, lock=True)
        if row.guesses > GUESSES:
            raise CodeGone
        if not right or not row.code_hash:
            raise WrongCode
        found = Pending(row.purpose, _contact_of(row), True)
        if row.purpose == Purpose.CONTACT:
            _change_contact(actor, row)
        else:
            row.passed = True
            row.save(update_fields=["passed"])
    return found


def set_password(actor: Actor, key: str, password: str) -> Account:
    """After the right code: the account is opened, or has this password from now on.

    Raises ValidationError (`password`), `CodeGone`.
    """
    authorise_public(actor, ACCOUNT)
    _refuse_weak(password)
    digest = make_password(password)
    try:
        with transaction.atomic():
            row = _message(key, lock=True)
            if not row.passed:
                raise CodeGone
            contact = _contact_of(row)
            if row.purpose == Purpose.OPEN:
                account = _open(actor, contact, digest)
            else:
                if row.account_id is None:
                    raise CodeGone
                account = lock_account(row.account_id)
                _renew_password(actor, account, digest)
            row.delete()
    except IntegrityError:  # opened in another window meanwhile
        raise CodeGone from None
    return account


# -- coming in ---------------------------------------------------------------------------------


def sign_in(actor: Actor, contact: Contact, password: str, address: str) -> Account:
    """The account whose contact and password these are. Raises `WrongPassword`, `LockedOut`.

    `address` is the network address that asks; it is kept as a keyed hash, for a quarter of an hour.
    """
    authorise_public(actor, ACCOUNT)
    account = _proven(_find(contact), _text_of(contact), password, address)
    today = timezone.localdate()
    if account.used_on < today:  # once a day: how long accounts lie unused is counted in days
        with transaction.atomic():
            locked = lock_account(account.pk)
            locked.used_on = today
            locked.save(update_fields=["used_on"])
            record(actor, "foi.account.sign_in", chain=SITE_CHAIN, obj=locked)
    return account


def prove(account: Account, password: str, address: str) -> None:
    """The holder shows the password once more. Raises `WrongPassword`, `LockedOut`."""
    _proven(account, f"account:{account.pk}", password, address)


def signed_in(pk: int, mark: str) -> Account | None:
    """The account that a session names; None once it is closed or its sessions were ended."""
    account = Account.objects.filter(pk=pk).first()
    if account is None or not hmac.compare_digest(account.mark, mark):
        return None
    return account


# -- what the holder changes -------------------------------------------------------------------


def change_password(actor: Actor, account: Account, *, old: str, new: str, address: str) -> Account:
    """A new password; every other session ends.

    Raises ValidationError (`new`), `WrongPassword`, `LockedOut`.
    """
    authorise_public(actor, ACCOUNT)
    _refuse_weak(new, field="new")
    prove(account, old, address)
    with transaction.atomic():
        locked = lock_account(account.pk)
        _renew_password(actor, locked, make_password(new))
    return locked


def close(actor: Actor, account: Account) -> None:
    """The account is erased with its contacts and its list; the requests stay what they are."""
    authorise_public(actor, ACCOUNT)
    with transaction.atomic():
        locked = lock_account(account.pk)
        record(actor, "foi.account.close", chain=SITE_CHAIN, obj=locked)
        locked.delete()


# -- keeping -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Swept:
    """What a run came to: accounts erased, messages whose time was over removed."""

    accounts: int = 0
    messages: int = 0


def sweep(actor: Actor, *, dry_run: bool = False, today: date | None = None) -> Swept:
    """Accounts that nobody signed in to for `FOI_ACCOUNT_DAYS` days are erased, and what is left of
    codes. 个人信息保护法 Article 19: no longer than the purpose needs; the days are a reading.

    Nothing of a request is lost: number and query code open it as before.
    """
    if actor.user is not None:
        raise PermissionDenied("长期不用的账号由定时任务清除。")
    now = timezone.now()
    today = today or timezone.localdate()
    before = today - timedelta(days=max(int(settings.FOI_ACCOUNT_DAYS), 1))
    unused = Account.objects.filter(used_on__lt=before)
    expired = AccountMessage.objects.filter(expires_at__lt=now)
    if dry_run:
        return Swept(unused.count(), expired.count())
    count = 0
    for key in list(unused.values_list("pk", flat=True)):
        with transaction.atomic():
            account = unused.select_for_update().filter(pk=key).first()
            if account is None:  # used meanwhile
                continue
            record(actor, "foi.account.expire", chain=SITE_CHAIN, obj=account)
            account.delete()
            count += 1
    removed = 0
    with transaction.atomic():
        removed = expired.count()
        if removed:
            expired.delete()
            record(actor, "foi.account.sweep", chain=SITE_CHAIN, changes={"messages": removed})
    return Swept(count, removed)


def index_of(way: str, address: str) -> str:
    """The blind index by which an account is found by its contact; "" for no contact."""
    return blind_index(f"foi.account.{way}", _compared(way, address))


# -- inside ------------------------------------------------------------------------------------

_COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    Way.EMAIL: ("email", "email_index"),
    Way.SMS: ("phone", "phone_index"),
}
_IGNORE: Final = "如果不是您本人操作，请不用理会。"
_TEXTS: Final[Mapping[tuple[str, bool], str]] = {
    (Purpose.OPEN, True): "您正在{site}开通申请账号，验证码{code}，{minutes}分钟内有效。" + _IGNORE,
    (Purpose.OPEN, False): "有人在{site}用您的联系方式开通申请账号，但您已经有账号，请直接登录；"
    "忘记密码的，在登录页重新设置。" + _IGNORE,
    (Purpose.RESET, True): "您正在{site}重新设置申请账号的密码，验证码{code}，"
    "{minutes}分钟内有效。如果不是您本人操作，请不要把验证码告诉别人。",
    (Purpose.RESET, False): "有人在{site}要求重新设置您的密码，但这个联系方式没有开通申请账号。"
    + _IGNORE,
    (Purpose.CONTACT, True): "您正在{site}把这个联系方式用于申请账号，验证码{code}，"
    "{minutes}分钟内有效。" + _IGNORE,
    (Purpose.CONTACT, False): "有人在{site}要把这个联系方式用于申请账号，但它已经属于一个账号，"
    "不能再用于另一个。" + _IGNORE,
}
_RENEWED_TOLD: Final = (
    "您在{site}的申请账号已更换密码。不是您本人操作的，请立即在登录页重新设置密码。"
)
_CONTACT_TOLD: Final = (
    "您在{site}的申请账号已改用新的联系方式。不是您本人操作的，请与受理机关联系；"
    "您的申请仍可以凭编号和查询码查询。"
)


def _compared(way: str, address: str) -> str:
    """The contact as it is compared: capitals of an e-mail address make no difference."""
    return address.casefold() if way == Way.EMAIL else address


def _text_of(contact: Contact) -> str:
    return f"{contact.way}:{_compared(contact.way, contact.address)}"


def _find(contact: Contact) -> Account | None:
    _, column = _COLUMNS[contact.way]
    values = blind_indexes(f"foi.account.{contact.way}", _compared(contact.way, contact.address))
    return Account.objects.filter(**{f"{column}__in": values}).first()


def lock_account(key: int) -> Account:
    """The account as it is now, locked. Raises PermissionDenied once it is closed."""
    account = Account.objects.select_for_update().filter(pk=key).first()
    if account is None:
        raise PermissionDenied("账号已经注销。")
    return account


def _proven(account: Account | None, counted: str, password: str, address: str) -> Account:
    counters = [(tries.counter("account", counted), TRIES_PER_CONTACT)]
    if address:
        counters.append((tries.counter("account.address", address), TRIES_PER_ADDRESS))
    # Every counter is counted before the answer is known.
    if [name for name, most in counters if tries.count(name) > most]:
        raise LockedOut
    if account is None:
        make_password(password[:MAX_PASSWORD])  # as long as a comparison takes
        raise WrongPassword

    def upgrade(raw: str) -> None:  # hashed as it was usual years ago
        Account.objects.filter(pk=account.pk).update(password=make_password(raw))

    if not check_password(password[:MAX_PASSWORD], account.password, upgrade):
        raise WrongPassword
    tries.forget(counters[0][0])
    for name, _most in counters[1:]:
        tries.uncount(name)
    return account


def _refuse_weak(password: str, *, field: str = "password") -> None:
    if len(password) > MAX_PASSWORD:
        raise ValidationError({field: f"密码最多{MAX_PASSWORD}个字符，请缩短。"})
    try:
        validate_password(password)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from None


def _open(actor: Actor, contact: Contact, digest: str) -> Account:
    if _find(contact) is not None:
        raise CodeGone
    today = timezone.localdate()
    account = Account(password=digest, mark=secrets.token_hex(16), opened_on=today, used_on=today)
    _seal(account, contact)
    account.save()
    record(actor, "foi.account.open", chain=SITE_CHAIN, obj=account, changes={"way": contact.way})
    return account


def _seal(account: Account, contact: Contact) -> None:
    """The contact takes the place of the one of its way; the caller saves the row."""
    name, column = _COLUMNS[contact.way]
    texts = open_json(account.belongs_to, account.sealed) | {name: contact.address}
    account.sealed = seal_json(account.belongs_to, texts)
    setattr(account, column, index_of(contact.way, contact.address))


def _renew_password(actor: Actor, account: Account, digest: str) -> None:
    account.password, account.mark = digest, secrets.token_hex(16)
    account.used_on = timezone.localdate()
    account.save(update_fields=["password", "mark", "used_on"])
    record(actor, "foi.account.password", chain=SITE_CHAIN, obj=account)
    for contact in contacts_of(account):
        _tell(actor, account, contact, _RENEWED_TOLD)


def _change_contact(actor: Actor, row: AccountMessage) -> None:
    """The proven contact replaces the one of its way; the old one is told, where there was one."""
    if row.account_id is None:
        raise CodeGone
    account, contact = lock_account(row.account_id), _contact_of(row)
    if _find(contact) is not None:
        raise CodeGone
    former = contacts_of(account)
    _seal(account, contact)
    account.mark = secrets.token_hex(16)
    account.save()
    record(
        actor, "foi.account.contact", chain=SITE_CHAIN, obj=account, changes={"way": contact.way}
    )
    for one in former:
        _tell(actor, account, one, _CONTACT_TOLD)
    row.delete()


def _tell(actor: Actor, account: Account, contact: Contact, text: str) -> None:
    _send(
        actor,
        Purpose.TOLD,
        contact,
        text.format(site=settings.SITE_NAME),
        account=account,
        key=secrets.token_urlsafe(32),
        lasts=TOLD_LASTS,
    )


def _send(
    actor: Actor,
    purpose: str,
    contact: Contact,
    text: str,
    *,
    account: Account | None,
    key: str,
    code_hash: str = "",
    lasts: timedelta = CODE_LASTS,
) -> None:
    now = timezone.now()
    row = AccountMessage(
        key_hash=_digest(key),
        purpose=purpose,
        account=account,
        code_hash=code_hash,
        expires_at=now + lasts,
        way=contact.way,
        queued_at=now,
        try_at=now,
    )
    row.sealed = seal_json(
        row.belongs_to,
        {"to": contact.address, "subject": f"{settings.SITE_NAME}：申请账号", "text": text},
    )
    with transaction.atomic():
        row.save()
        # Without the account: whether the contact has one is nobody's business.
        record(
            actor,
            "foi.account.message",
            chain=SITE_CHAIN,
            changes={"purpose": purpose, "way": contact.way},
        )


def _minutes() -> int:
    return int(CODE_LASTS.total_seconds() // 60)


def _digest(key: str) -> str:
    return sm3(f"foi.account.key\x00{key}".encode())


def _code_hash(key: str, code: str) -> str:
    """The digest of a code, told by whoever has the key alone: there are only a million codes."""
    digits = "".join(c for c in code if c.isdecimal())[:20]
    plain = "".join(str(int(c)) for c in digits)  # １２３ is typed on a Chinese keyboard
    return sm3(f"foi.account.code\x00{key}\x00{plain}".encode())


def _message(key: str, *, lock: bool = False) -> AccountMessage:
    rows = (
        AccountMessage.objects.select_for_update(of=("self",))
        if lock
        else (AccountMessage.objects.all())
    )
    row = rows.filter(key_hash=_digest(key), expires_at__gt=timezone.now()).first()
    if row is None or row.guesses > GUESSES or row.purpose == Purpose.TOLD:
        raise CodeGone
    return row


def _contact_of(row: AccountMessage) -> Contact:
    return Contact(row.way, str(open_json(row.belongs_to, row.sealed).get("to", "")))

"""What the visitor's session holds: the key of a draft, the receipt just given, the case looked at.

The query code of a receipt is sealed: the table of sessions opens no case to who reads it.
"""

from __future__ import annotations

import time
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from gongkai.foi.models import Intake
from gongkai.foi.services.account_requests import open_request
from gongkai.foi.services.drafts import DraftGone, Typed, read_draft
from gongkai.foi.services.following import intake_of
from gongkai.portal.requesting.accounts import account_of
from gongkai.vault.sealing import CannotOpen, open_bytes, seal_bytes

DRAFT: Final = "foi.draft"
RECEIPT: Final = "foi.receipt"
CASE: Final = "foi.case"
CASE_IDLE: Final = 30 * 60
"""Seconds after which number and code are asked for again: computers in libraries are shared."""
RECEIPT_LASTS: Final = 24 * 3600


@dataclass(frozen=True)
class Receipt:
    """What is told once after filing."""

    intake: Intake
    code: str


def draft_key(request: HttpRequest) -> str:
    """The key of the visitor's draft; "" for none."""
    return str(request.session.get(DRAFT, ""))


def draft_of(request: HttpRequest) -> Typed | None:
    """The visitor's draft; one that is gone is forgotten."""
    key = draft_key(request)
    if not key:
        return None
    try:
        return read_draft(key)
    except DraftGone:
        forget_draft(request)
        return None


def keep_draft(request: HttpRequest, key: str) -> None:
    """The visitor comes back to this draft, also after closing the browser."""
    request.session[DRAFT] = key
    if not request.user.is_authenticated:
        request.session.set_expiry(max(int(settings.FOI_DRAFT_DAYS), 1) * 24 * 3600)


def forget_draft(request: HttpRequest) -> None:
    request.session.pop(DRAFT, None)


def keep_receipt(request: HttpRequest, intake: Intake, code: str) -> None:
    """The receipt can be looked at and printed for a day; the case is open to who filed it."""
    sealed = seal_bytes(f"foi.receipt:{intake.number}", code.encode())
    request.session[RECEIPT] = [intake.number, b64encode(sealed).decode(), int(time.time())]
    open_case(request, intake)


def receipt_of(request: HttpRequest) -> Receipt | None:
    """The receipt just given; None when there is none or it is older than a day."""
    kept = request.session.get(RECEIPT)
    if not kept or time.time() - kept[2] > RECEIPT_LASTS:
        return None
    intake = intake_of(kept[0])
    if intake is None:
        return None
    try:
        code = open_bytes(f"foi.receipt:{kept[0]}", b64decode(kept[1])).decode()
    except CannotOpen:
        return None
    return Receipt(intake, code)


def forget_receipt(request: HttpRequest) -> None:
    request.session.pop(RECEIPT, None)


def open_case(request: HttpRequest, intake: Intake, *, by_account: bool = False) -> None:
    """The visitor has shown number and code, or the case is in the list of the account signed in;
    what was in the session before has a new name."""
    request.session.cycle_key()
    request.session[CASE] = [intake.number, int(time.time()), by_account, _of_code(intake)]


def _of_code(intake: Intake) -> str:
    """What tells a query code from a later one; the code is not to be got from it."""
    return intake.code_hash[:16]


def case_of(request: HttpRequest) -> Intake | None:
    """The case that is open to the visitor; closed after half an hour without a look at it, with
    the account by which it was opened, and when the code that opened it was replaced."""
    kept = request.session.get(CASE)
    if not kept:
        return None
    number, seen, *more = kept  # less in a session from before there were accounts
    by_account, code = bool(more and more[0]), str(more[1]) if len(more) > 1 else ""
    account = account_of(request) if by_account else None
    if time.time() - seen > CASE_IDLE or (by_account and account is None):
        close_case(request)
        return None
    intake = open_request(account, number) if account is not None else intake_of(number)
    if intake is None or (code and not by_account and code != _of_code(intake)):
        close_case(request)
        return None
    request.session[CASE] = [number, int(time.time()), by_account, code]
    return intake


def close_case(request: HttpRequest) -> None:
    request.session.pop(CASE, None)
    forget_receipt(request)

"""Who is signed in on the public site, kept apart from the staff's login.

The session holds the number of the account and its mark, never a contact. Half an hour without a
look signs out: computers in libraries are shared.
"""

from __future__ import annotations

import time
from typing import Final

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from gongkai.foi.models import Account
from gongkai.foi.services import accounts

ACCOUNT: Final = "foi.account"
CODE: Final = "foi.account.code"
IDLE: Final = 30 * 60
"""Seconds after which the password is asked for again."""


def enter(request: HttpRequest, account: Account) -> None:
    """The visitor is the holder of this account; what was in the session before has a new name."""
    request.session.cycle_key()
    rotate_token(request)
    request.session[ACCOUNT] = [account.pk, account.mark, int(time.time())]
    request.session.pop(CODE, None)
    request.foi_account = account  # type: ignore[attr-defined]


def account_of(request: HttpRequest) -> Account | None:
    """The account that is signed in; asked of the database once a request, and never for others."""
    if hasattr(request, "foi_account"):
        return request.foi_account  # type: ignore[no-any-return]
    account = None
    kept = request.session.get(ACCOUNT)
    if kept:
        now = int(time.time())
        if now - kept[2] <= IDLE:
            account = accounts.signed_in(kept[0], kept[1])
        if account is None:
            request.session.pop(ACCOUNT, None)
        elif now - kept[2] >= 60:  # not a write a page
            request.session[ACCOUNT] = [account.pk, account.mark, now]
    request.foi_account = account  # type: ignore[attr-defined]
    return account


def leave(request: HttpRequest) -> None:
    """Nobody is signed in any more. The staff's login in the same browser, if any, stays."""
    request.session.pop(ACCOUNT, None)
    request.session.pop(CODE, None)
    request.session.cycle_key()
    rotate_token(request)
    request.foi_account = None  # type: ignore[attr-defined]


def keep_code(request: HttpRequest, key: str) -> None:
    """The code that was asked for is entered in this browser."""
    request.session[CODE] = key


def code_key(request: HttpRequest) -> str:
    """The key of the code that was asked for; "" for none."""
    return str(request.session.get(CODE, ""))


def forget_code(request: HttpRequest) -> None:
    request.session.pop(CODE, None)

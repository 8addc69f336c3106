"""Against programs that fill in forms: first what nobody notices, then a question in words.

Counters lie in the shared cache under keyed hashes of addresses, never the addresses themselves.
A citizen's right is not taken away by a counter: who is asked to wait is told the other ways.
"""

from __future__ import annotations

import secrets
import time
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from gongkai.foi.services.drafts import Typed
from gongkai.ledger.actor import client_address

QUESTION: Final = "foi.question"
PASSED: Final = "foi.passed"
HOUR: Final = 3600
FASTEST: Final = timedelta(seconds=15)
"""Nobody reads and answers ten questions faster."""
QUICKEST: Final = timedelta(seconds=2)
"""Nobody fills in the one line of an account's form faster."""


@dataclass(frozen=True)
class Limit:
    """At most `most` of something in `seconds`, each address; `whole`: all of the site together."""

    name: str
    most: int
    seconds: int = HOUR
    whole: bool = False


DRAFTS: Final = Limit("draft", 30)
MATCHES: Final = Limit("match", 240)
UPLOADS: Final = Limit("upload", 60)
FILINGS: Final = Limit("filing", 40, 24 * HOUR)
FILINGS_UNASKED: Final = Limit("filing.unasked", 3, 24 * HOUR)
SITE_UNASKED: Final = Limit("site.unasked", 60, whole=True)
CODES: Final = Limit("code", 20)
CODES_UNASKED: Final = Limit("code.unasked", 3)
SITE_CODES_UNASKED: Final = Limit("site.code.unasked", 60, whole=True)


def within(request: HttpRequest, limit: Limit) -> bool:
    """Count one more; whether that is still within the limit."""
    return _count(_name(request, limit), limit.seconds) <= limit.most


def reached(request: HttpRequest, limit: Limit) -> bool:
    """Whether the limit is used up, without counting."""
    return int(cache.get(_name(request, limit), 0)) >= limit.most


def is_suspicious(request: HttpRequest, typed: Typed, trap: str) -> bool:
    """Whether the one who files should answer a question: filled what nobody sees, was faster than
    anybody reads, or comes often; or the whole site is flooded."""
    return (
        bool(trap)
        or timezone.now() - typed.begun_at < FASTEST
        or reached(request, FILINGS_UNASKED)
        or reached(request, SITE_UNASKED)
    )


def question(request: HttpRequest) -> str:
    """The question put to this visitor, a new one when there is none."""
    kept = request.session.get(QUESTION)
    if not kept:
        kept = [secrets.randbelow(8) + 2, secrets.randbelow(8) + 2, int(time.time())]
        request.session[QUESTION] = kept
    return _("%(one)s加%(other)s等于几？") % {"one": kept[0], "other": kept[1]}


def has_answered(request: HttpRequest, answer: str) -> bool:
    """Whether the question was answered, now or before; each question has one try."""
    if request.session.get(PASSED):
        return True
    kept = request.session.pop(QUESTION, None)
    if not kept or not constant_time_compare(_digits(answer), str(kept[0] + kept[1])):
        return False
    request.session[PASSED] = True
    return True


def has_filed(request: HttpRequest) -> None:
    """A filing is counted, and the next one is judged anew."""
    for limit in (FILINGS, FILINGS_UNASKED, SITE_UNASKED):
        within(request, limit)
    request.session.pop(PASSED, None)
    request.session.pop(QUESTION, None)


def begun() -> str:
    """A mark of the moment at which a form was shown, for the form to bring back."""
    return signing.Signer(salt=QUESTION).sign(f"{time.time():.3f}")


def asks_codes_like_a_program(request: HttpRequest, mark: str, trap: str) -> bool:
    """Whether the one who wants a code should answer a question, as for a filing."""
    try:
        age = time.time() - float(signing.Signer(salt=QUESTION).unsign(mark))
    except (signing.BadSignature, ValueError):
        age = -1.0  # forged, or none: nobody has read the form
    return (
        bool(trap)
        or not QUICKEST.total_seconds() <= age < 24 * HOUR
        or reached(request, CODES_UNASKED)
        or reached(request, SITE_CODES_UNASKED)
    )


def has_asked_code(request: HttpRequest) -> None:
    """A code that was sent is counted, and the next one is judged anew."""
    for limit in (CODES_UNASKED, SITE_CODES_UNASKED):
        within(request, limit)
    request.session.pop(PASSED, None)
    request.session.pop(QUESTION, None)


_HAN: Final = "零一二三四五六七八九"


def _digits(answer: str) -> str:
    """The number that was written, in whatever digits: 12, １２, 十二."""
    text = "".join(unicodedata.normalize("NFKC", answer).split())[:20]
    if text.isascii() and text.isdigit():
        return text.lstrip("0") or "0"
    tens, ten, ones = text.partition("十")
    if not ten:
        return str(_HAN.index(text)) if len(text) == 1 and text in _HAN else ""
    if any(len(part) > 1 or part not in _HAN for part in (tens, ones)):
        return ""
    return str((_HAN.index(tens) if tens else 1) * 10 + (_HAN.index(ones) if ones else 0))


def _name(request: HttpRequest, limit: Limit) -> str:
    who = "" if limit.whole else client_address(request)
    return f"foi.limit.{limit.name}.{salted_hmac('foi.limit', who, algorithm='sha256').hexdigest()}"


def _count(name: str, seconds: int) -> int:
    cache.add(name, 0, seconds)
    try:
        return int(cache.incr(name))
    except ValueError:  # it ran out in between
        cache.set(name, 1, seconds)
        return 1

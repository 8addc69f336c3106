"""Bank cards: the issuer's prefix, the length that belongs to it, and the Luhn check digit.

Prefixes and lengths [from knowledge]: 银联 62 with 16 to 19 digits, 4 and 51–55, 2221–2720 with 16,
34 and 37 with 15, 3528–3589 with 16, and the old 9558 with 16 or 19. One number in ten passes the
Luhn check by chance; so outside the domestic prefix the words around decide how serious it is.
Accounts of bodies (对公账户、专户) are found as well, but only as a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.guard.checks.numbers import (
    Run,
    across_lines,
    is_amount,
    is_decimal,
    is_labelled_otherwise,
)
from gongkai.guard.checks.view import Hit, View
from gongkai.guard.findings import Severity
from gongkai.statute.identity import born_on

MESSAGE = "含有银行卡号。请删除，或只保留首尾后再发布。"
DOUBTFUL_MESSAGE = "疑似银行卡号。请核对，属于个人账户的删除或脱敏后再发布。"
ACCOUNT_MESSAGE = "含有账户号码，上下文像是单位账户。请核对，属于个人账户的删除或脱敏后再发布。"

_BANK_WORDS = re.compile(
    r"银行|卡号|账号|帐号|账户|帐户|开户|户名|一卡通|一折通|打款|汇款|转账|收款|社保卡|储蓄|"
    r"农信|信用社|存折|支行|bank|card",
    re.IGNORECASE,
)
_PUBLIC_ACCOUNT = re.compile(
    r"对公|单位账户|专户|国库|非税|基本户|基本存款|募捐|捐赠|捐款|保证金|缴款|代收|财政局"
)


def find(view: View, runs: list[Run]) -> Iterator[Hit]:
    """Every bank card number whose groups are still free."""
    for run in runs:
        windows = sorted(run.windows(range(15, 20)), key=lambda window: window[1] - window[0])
        for first, last, number in windows:
            if run.is_free(first, last) and is_card_number(number):
                hit = _judge(view, run, first, last, number)
                if hit is not None:
                    run.take(first, last, "pii_bank")
                    yield hit


def is_card_number(number: str) -> bool:
    """Whether prefix, length and check digit (Luhn, ISO/IEC 7812-1) are a card's."""
    return _network_length(number) and len(set(number)) > 1 and passes_luhn(number)


def passes_luhn(number: str) -> bool:
    """The check digit of ISO/IEC 7812-1: every second digit from the right counts double."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def masked_card(number: str) -> str:
    return number[:4] + "*" * (len(number) - 8) + number[-4:]


def _network_length(number: str) -> bool:
    length, two, four = len(number), int(number[:2]), int(number[:4])
    return (
        (two == 62 and 16 <= length <= 19)
        or (four == 9558 and length in (16, 19))
        or (length == 16 and (number[0] == "4" or 51 <= two <= 55 or 2221 <= four <= 2720))
        or (length == 16 and 3528 <= four <= 3589)
        or (length == 15 and two in (34, 37))
    )


def _judge(view: View, run: Run, first: int, last: int, number: str) -> Hit | None:
    start, end = run.spans[first][0], run.spans[last][1]
    before = view.before(start, 40)
    after = view.after(end, 8)
    speaks_of_banks = _BANK_WORDS.search(before) is not None
    if is_amount(before, after) or is_decimal(view.plain, start, end):
        return None
    born = born_on(number) if len(number) == 18 else None
    if born is not None and born <= view.today:
        return None  # a misspelt identity number of province 62, not a card
    if is_labelled_otherwise(before) and not _BANK_WORDS.search(before[-12:]):
        return None
    if last > first:
        if run.is_part_of_code(first, last):
            return None
        usual = _usual_groups(run.digits[first : last + 1], run.gaps[first:last])
        if not (usual and not run.has_loose_neighbours(first, last)) and not speaks_of_banks:
            return None
    severity: Severity
    if _PUBLIC_ACCOUNT.search(before):
        severity, message = "warning", ACCOUNT_MESSAGE
    elif speaks_of_banks or number.startswith(("62", "9558")):
        severity, message = "serious", MESSAGE
    else:
        severity, message = "warning", DOUBTFUL_MESSAGE
    return Hit("pii_bank", number, masked_card(number), start, end, severity, message)


def _usual_groups(groups: list[str], gaps: list[str]) -> bool:
    """Whether the groups are as cards print them and people copy them, parted alike."""
    lengths = [len(group) for group in groups]
    fours = len(lengths) > 2 and set(lengths[:-1]) == {4} and lengths[-1] <= 7
    return (
        len(set(gaps)) == 1
        and not across_lines(gaps)
        and (fours or lengths in ([4, 6, 5], [6, 10], [6, 13]) or set(lengths) == {1})
    )

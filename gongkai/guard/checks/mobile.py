"""Mobile telephone numbers: eleven digits that begin with 13 to 19.

There is no check digit, so everything depends on what stands around: not inside a longer number,
a code, a web address, a file name or an amount; not the number of a document or an order. Numbers
on the list of office telephones are no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.guard.checks.numbers import (
    Run,
    across_lines,
    in_address,
    is_amount,
    is_decimal,
    is_labelled_otherwise,
)
from gongkai.guard.checks.view import Hit, View

MESSAGE = "含有手机号码。请删除或脱敏后再发布；确属对外公布的办公电话，请加入办公电话白名单。"

_TELEPHONE_WORDS = re.compile(
    r"手机|电话|联系|致电|拨打|号码|微信|短信|本人|姓名|tel|phone|mobile|cell|wx", re.IGNORECASE
)
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_PREFIXES = frozenset({"86", "0086"})
_SHAPES = frozenset(
    {(11,), (3, 4, 4), (4, 3, 4), (3, 8), (7, 4), (3, 3, 5), (5, 6), (6, 5), (4, 7), (1,) * 11}
)


def find(view: View, runs: list[Run]) -> Iterator[Hit]:
    """Every mobile number whose groups are still free."""
    for run in runs:
        windows = [
            (first, last, number)
            for first, last, number in run.windows(range(11, 16))
            if _is_candidate(view, run, first, last, number)
        ]
        # With the country's prefix in a group of its own before the same digits without it.
        windows.sort(key=lambda found: (run.digits[found[0]] not in _PREFIXES, found[1] - found[0]))
        kept = []
        for first, last, number in windows:
            if run.is_free(first, last):
                run.take(first, last, "pii_mobile")
                kept.append((first, last, number))
        # Judged after all candidates are taken: two numbers side by side are no row of figures.
        for first, last, number in kept:
            hit = _judge(view, run, first, last, number)
            if hit is not None:
                yield hit


def masked_mobile(number: str) -> str:
    return f"{number[:3]}****{number[7:]}"


def _is_candidate(view: View, run: Run, first: int, last: int, number: str) -> bool:
    match = _MOBILE.fullmatch(number)
    if match is None:
        return False
    shape = tuple(len(digits) for digits in run.digits[first : last + 1])
    prefix = len(number) - 11
    if prefix and shape[0] == prefix:
        shape = shape[1:]  # 86 138 0013 8000
    elif prefix:
        shape = (shape[0] - prefix, *shape[1:])
    if prefix == 2 and shape == (11,) and len(run.digits[first]) == 13:
        start = run.spans[first][0]
        plus = view.plain[max(0, start - 1) : start] == "+"
        if not plus and not _TELEPHONE_WORDS.search(view.before(start, 12)):
            return False
    return shape in _SHAPES


def _judge(view: View, run: Run, first: int, last: int, number: str) -> Hit | None:
    plain = view.plain
    start, end = run.spans[first][0], run.spans[last][1]
    mobile = number[-11:]
    if mobile in view.lexicon.office_phones:
        return None
    before = view.before(start, 24)
    after = view.after(end, 6)
    speaks_of_telephones = _TELEPHONE_WORDS.search(before[-14:]) is not None
    if is_decimal(plain, start, end) or in_address(plain, start, end):
        return None
    if not speaks_of_telephones:
        if is_amount(before, after) or is_labelled_otherwise(before):
            return None
        if after.startswith("号") and not after.startswith("号码"):
            return None
        if run.is_part_of_code(first, last):
            return None
    if last > first and not speaks_of_telephones:
        gaps = run.gaps[first:last]
        if len(set(gaps)) > 1 or across_lines(gaps):
            return None
        if run.has_loose_neighbours(first, last):
            return None
    start = _start_of_last_digits(run, first, last, 11)
    return Hit("pii_mobile", mobile, masked_mobile(mobile), start, end, "serious", MESSAGE)


def _start_of_last_digits(run: Run, first: int, last: int, count: int) -> int:
    """Where the last `count` digits of the window begin (the country's prefix is left out)."""
    for place in range(last, first - 1, -1):
        if len(run.digits[place]) >= count:
            return run.spans[place][1] - count
        count -= len(run.digits[place])
    return run.spans[first][0]

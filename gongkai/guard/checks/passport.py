"""Numbers of passports and of travel permits, where the words before them say what they are.

A letter or two and seven to ten digits are the form of many codes; so nothing is looked for
without 护照 or 通行证 right before it. Forms [from knowledge]: Chinese passports E, G, D, S, P with
eight digits or E and a letter with seven; permits for 港澳 and 台湾 C, H, M, T with eight or ten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongkai.guard.checks.view import Hit, View

MESSAGE = "疑似护照或通行证号码。请核对，属实的删除或脱敏后再发布。"

_PASSPORT = re.compile(
    r"(?:护照|通行证)(?:号码|号|编号)?[\s\x1e]*(?:为|是|[:：（(])?[\s\x1e]*"
    r"((?:[EGDSP][0-9]{8}|E[A-Z][0-9]{7}|[CHMT][0-9]{8}(?:[0-9]{2})?)(?![0-9A-Za-z]))",
    re.IGNORECASE,
)


def find(view: View) -> Iterator[Hit]:
    """Every such number behind its name."""
    for match in _PASSPORT.finditer(view.plain):
        number = match.group(1)
        masked = number[:2] + "*" * (len(number) - 4) + number[-2:]
        start, end = match.span(1)
        yield Hit("pii_passport", number, masked, start, end, "warning", MESSAGE)

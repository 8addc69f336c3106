"""Document numbers (发文字号): read, put into one form, and doubted where they look wrong.

《党政机关公文格式》 (GB/T 9704—2012): 机关代字、年份 in full in 六角括号 〔〕, serial without 第 and
without leading zeros, 号. A joint document bears the number of its lead body. Orders (令) bear a
serial alone, with 第 (from knowledge).

Nothing here refuses a number: old documents bear all kinds, and what is printed on the document
is what it is called. What does not look like a number keeps its text; doubts are warnings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

_CLOSING: Final = "])）】］﹞〗〕}｝"
_IGNORED: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
_YEAR_FIRST: Final = re.compile(
    r"(?P<prefix>[^〔〕\d]{1,40})〔(?P<year>(?:19|20)\d\d)年?〕第?0*(?P<serial>[1-9]\d{0,4})号?"
)
_BRACKETED_YEAR: Final = re.compile(r"[\[(（【［﹝〖〔{｛](?=(?:19|20)\d\d年?[\])）】］﹞〗〕}｝])")
_ORDER: Final = re.compile(r"(?P<prefix>.{1,60}?)令第?0*(?P<serial>[1-9]\d{0,3})号")
_NONE: Final = frozenset({"", "无", "—", "-", "/", "无文号", "无字号"})


@dataclass(frozen=True)
class DocumentNumber:
    """A number as it is printed. `recognised` is False for what has no known form.

    `prefix` is the 机关代字 (义政办), or for an order the issuer's name before 令; `year` is None
    for orders.
    """

    text: str
    prefix: str = ""
    year: int | None = None
    serial: int | None = None
    is_order: bool = False

    @property
    def recognised(self) -> bool:
        return self.serial is not None


@dataclass(frozen=True)
class Doubt:
    """Something about a number that a person should look at; never a refusal."""

    code: str
    message: str


def parse(raw: str) -> DocumentNumber | None:
    """The number in its one form, or None where the document has none (empty, 无).

    All bracket forms become 〔〕, full-width figures half-width; spaces, 第 and leading zeros go
    (but an order keeps 第: 国务院令第711号), a missing 号 is supplied.
    """
    text = _IGNORED.sub("", raw.translate(_WIDE))
    if text in _NONE:
        return None
    bracketed = _with_brackets(text)
    found = _YEAR_FIRST.fullmatch(bracketed)
    if found:
        prefix, year, serial = found["prefix"], int(found["year"]), int(found["serial"])
        return DocumentNumber(f"{prefix}〔{year}〕{serial}号", prefix, year, serial)
    found = _ORDER.fullmatch(text)
    if found:
        prefix, serial = found["prefix"], int(found["serial"])
        return DocumentNumber(f"{prefix}令第{serial}号", prefix, None, serial, is_order=True)
    return DocumentNumber(bracketed)


def normalise(raw: str) -> str:
    """The number in its one form; empty where the document has none. Idempotent."""
    number = parse(raw)
    return number.text if number else ""


def doubts(
    raw: str, *, formed_on: date | None = None, prefixes: Collection[str] = ()
) -> list[Doubt]:
    """What is odd about a number by itself: its form, its year, its prefix.

    `prefixes`: the 机关代字 that the issuing body has registered; none registered, none doubted.
    """
    number = parse(raw)
    if number is None:
        return []
    if not number.recognised:
        return [
            Doubt(
                "form",
                f"“{number.text}”不像发文字号。通常写作“机关代字〔年份〕序号号”，"
                "例如“义政〔2020〕5号”；没有字号的请留空。",
            )
        ]
    found = []
    if formed_on is not None and number.year is not None and number.year != formed_on.year:
        found.append(
            Doubt(
                "year",
                f"字号年份是{number.year}年，成文日期在{formed_on.year}年，请核对其中哪一个有误。",
            )
        )
    if prefixes and not number.is_order and number.prefix not in prefixes:
        found.append(
            Doubt(
                "prefix",
                f"机关代字“{number.prefix}”不在本机关登记的代字中"
                f"（{'、'.join(sorted(prefixes))}）。联合发文用牵头机关的字号；"
                "新的代字请先登记。",
            )
        )
    return found


def gaps(serials: Iterable[int]) -> list[tuple[int, int]]:
    """The serials missing from 1 up to the highest, as ranges (first, last).

    A number that was never published is a document of which the office must know why: on
    request, or withheld with a ground (Art. 13).

    >>> gaps([2, 3, 7])
    [(1, 1), (4, 6)]
    """
    missing: list[tuple[int, int]] = []
    expected = 1
    for serial in sorted(set(serials)):
        if serial < 1:
            continue
        if serial > expected:
            missing.append((expected, serial - 1))
        expected = serial + 1
    return missing


def _with_brackets(text: str) -> str:
    """Brackets around a year become 〔〕; others (发改（价）) are part of the prefix."""
    found = _BRACKETED_YEAR.search(text)
    if not found:
        return text
    at = found.start()
    close = min(i for i in range(at + 1, len(text)) if text[i] in _CLOSING)
    return f"{text[:at]}〔{text[at + 1 : close]}〕{text[close + 1 :]}"


_WIDE: Final = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
"""Full-width figures and letters, and what half-width they stand for."""

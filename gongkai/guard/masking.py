"""Personal data replaced by its masked form, in place.

Every digit that the mask hides becomes an asterisk and nothing else changes: separators, tags and
the length of a text stay, so that offsets of other findings in a text remain right and marked-up
text stays marked up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gongkai.guard.checks.numbers import CHECK_X, CHINESE_DIGITS
from gongkai.guard.findings import Finding
from gongkai.guard.html import Page, read_page
from gongkai.guard.normalise import simplified

HIDDEN = "*"
_DIGITS = {**CHINESE_DIGITS, **dict.fromkeys(CHECK_X, "X")}


class _Character(NamedTuple):
    """One character and where it stands in the source (an entity as a whole)."""

    text: str
    start: int
    end: int


def mask_text(text: str, findings: Iterable[Finding]) -> str:
    """`text` with the personal data of these findings masked.

    ValueError when a finding belongs to another text.
    """
    hidden: list[tuple[int, int]] = []
    for finding in findings:
        if finding.is_personal:
            span = range(max(0, finding.start), min(len(text), finding.end))
            places = _hidden(finding, [_Character(text[at], at, at + 1) for at in span])
            hidden += _required(places)
    return _with_hidden(text, hidden)


def mask_html(html: str, findings: Iterable[Finding]) -> str:
    """The HTML source with the personal data of these findings masked, its tags untouched.

    ValueError when a finding belongs to another source.
    """
    personal = [finding for finding in findings if finding.is_personal]
    if not personal:
        return html
    page = read_page(html)
    first_extra = page.extras[0][0] if page.extras else len(page.text)
    body = _Pieces(page, 0, first_extra)
    extras = _Pieces(page, first_extra, len(page.text))
    hidden: list[tuple[int, int]] = []
    for finding in personal:
        places = _hidden(finding, body.between(finding.start, finding.end))
        if places is None:
            places = _hidden(finding, extras.between(finding.start, finding.end))
        hidden += _required(places)
    return _with_hidden(html, hidden)


class _Pieces:
    """The pieces of a page between two places of its text, by their place in the source."""

    def __init__(self, page: Page, first: int, last: int) -> None:
        self.page = page
        start, end = bisect_left(page.starts, first), bisect_left(page.starts, last)
        self.order = sorted(range(start, end), key=lambda piece: page.sources[piece])
        self.ends = [page.sources[piece][1] for piece in self.order]

    def between(self, start: int, end: int) -> list[_Character]:
        """The characters of the text that stand in this stretch of the source."""
        page, found = self.page, []
        for piece in self.order[bisect_left(self.ends, start) :]:
            if page.sources[piece][0] >= end:
                break
            for index in range(page.starts[piece], page.ends(piece)):
                first, last = page.character(index)
                if start <= first and last <= end:
                    found.append(_Character(page.text[index], first, last))
        return found


def _hidden(finding: Finding, characters: Sequence[_Character]) -> list[tuple[int, int]] | None:
    """Where the digits stand that the mask hides; None when this is not the finding's place."""
    significant = _letter_or_digit if finding.check == "pii_passport" else _digit
    digits = [
        (digit, character.start, character.end)
        for character in characters
        if (digit := significant(character.text))
    ]
    if "".join(digit for digit, _, _ in digits) != finding.value:
        return None
    return [
        (start, end)
        for (_, start, end), shown in zip(digits, finding.masked, strict=True)
        if shown == HIDDEN
    ]


def _digit(character: str) -> str:
    plain = simplified(character)
    plain = _DIGITS.get(plain, plain)
    return plain if plain == "X" or (plain.isascii() and plain.isdigit()) else ""


def _letter_or_digit(character: str) -> str:
    plain = simplified(character)
    return plain if plain.isascii() and plain.isalnum() else ""


def _required(places: list[tuple[int, int]] | None) -> list[tuple[int, int]]:
    if places is None:
        raise ValueError("内容已经改变，请重新检查后再脱敏。")
    return places


def _with_hidden(text: str, places: Iterable[tuple[int, int]]) -> str:
    parts, done = [], 0
    for start, end in sorted(set(places)):
        parts += [text[done:start], HIDDEN]
        done = end
    return "".join((*parts, text[done:]))

"""What a hit shows: its title and the piece of text that answers best, the words marked.

Made from the original text: full-width, traditional and upper-case letters stay as they were
printed, and are found all the same, because they are compared in a folded copy of equal length.
Everything is escaped piece by piece, so that a mark never stands inside an entity.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Final

from django.utils.safestring import SafeString, mark_safe

from gongkai.search.language.normalise import normalise

LENGTH: Final = 120
"""Characters of an excerpt."""
BEFORE: Final = 24
"""Characters shown before the first marked word."""
MARKS: Final = 40
LOOKED_AT: Final = 400
"""Places of marked words that are weighed for the best piece."""
PIECE: Final = 20_000
"""Characters of a long text that are looked through at a time, until one piece has the words."""
_BREAK: Final = re.compile(r"[。！？；!?;\n]")
_BLANK: Final = re.compile(r"\s+")


class _Folding(dict[int, str]):
    """Character by character what `normalise` does, as long as it stays one character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isspace():
            folded = " "
        elif character in "[（(【〖［":
            folded = "〔"
        elif character in "]）)】〗］":
            folded = "〕"
        else:
            folded = normalise(character)
            if len(folded) != 1:
                folded = character
        self[code] = folded
        return folded


_FOLDING: Final = _Folding()


def folded(text: str) -> str:
    """The text as it is compared, character for character."""
    return text.translate(_FOLDING)


def folded_all(texts: Sequence[str]) -> list[str]:
    """Many short texts, `folded`; only the characters that change are gone after."""
    if not texts:
        return []
    whole = "\x00".join(texts)
    for character in set(whole):
        other = _FOLDING[ord(character)]
        if other != character and character != "\x00":
            whole = whole.replace(character, other)
    return whole.split("\x00")


@lru_cache(maxsize=256)
def pattern(marked: tuple[str, ...]) -> re.Pattern[str] | None:
    """What finds the marked words in a folded text, the longest first."""
    words = sorted({folded(one).strip() for one in marked} - {""}, key=lambda w: (-len(w), w))
    if not words:
        return None
    # Within words of letters and figures nothing is marked: "5" not in "2025".
    parts = [
        rf"(?<![0-9a-z]){re.escape(word)}(?![0-9a-z])" if word.isascii() else re.escape(word)
        for word in words[:MARKS]
    ]
    return re.compile("|".join(parts))


def spans(text: str, marked: tuple[str, ...], limit: int = LOOKED_AT) -> list[tuple[int, int]]:
    """Where the words stand in the text, in its order, none twice."""
    found = pattern(marked)
    if found is None:
        return []
    places = []
    for match in found.finditer(folded(text)):
        places.append(match.span())
        if len(places) >= limit:
            break
    return places


def highlighted(text: str, marked: tuple[str, ...]) -> SafeString:
    """The whole text, escaped, with the words in `<mark>`."""
    return _drawn(text, spans(text, marked), 0, len(text))


def excerpt(body: str, attachments: str, marked: tuple[str, ...]) -> tuple[SafeString, bool]:
    """The best piece of the text, else of the attachments, else the beginning; whether it is
    from an attachment."""
    for text, attached in ((body, False), (attachments, True)):
        for at in range(0, len(text), PIECE):
            piece = text[at : at + PIECE + LENGTH]
            places = spans(piece, marked)
            if places:
                start, end = _window(piece, places)
                before, after = at > 0, at + len(piece) < len(text)
                return _drawn(piece, places, start, end, before, after), attached
    text = body or attachments
    return _drawn(text, [], 0, min(len(text), LENGTH)), False


def _window(text: str, places: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The piece with the most different marked words, then the most, then the first."""
    best, best_value = 0, (-1, -1)
    low = folded(text)
    right = 0
    for left, (start, _) in enumerate(places):
        while right < len(places) and places[right][1] <= start + LENGTH - BEFORE:
            right += 1
        inside = places[left:right]
        value = (len({low[a:b] for a, b in inside}), len(inside))
        if value > best_value:
            best, best_value = start, value
    start = max(0, best - BEFORE)
    # Rather from the beginning of a sentence, if one begins shortly before.
    breaks = [found.end() for found in _BREAK.finditer(text, start, best)]
    if breaks:
        start = breaks[-1]
    end = min(len(text), start + LENGTH)
    start = max(0, min(start, end - LENGTH)) if not breaks else start
    return start, max(end, min(len(text), best + 1))


def _drawn(
    text: str,
    places: Sequence[tuple[int, int]],
    start: int,
    end: int,
    before: bool = False,
    after: bool = False,
) -> SafeString:
    pieces = ["…"] if before or start > 0 else []
    at = start
    for first, last in places:
        if last <= start or first >= end:
            continue
        first, last = max(first, at), min(last, end)
        if first >= last:
            continue
        pieces.append(_escaped(text[at:first]))
        pieces.append(f"<mark>{_escaped(text[first:last])}</mark>")
        at = last
    pieces.append(_escaped(text[at:end]))
    if after or end < len(text):
        pieces.append("…")
    return mark_safe("".join(pieces).strip())  # noqa: S308 (every piece is escaped)


def _escaped(text: str) -> str:
    return escape(_BLANK.sub(" ", text))

"""Texts made comparable, with the way back to every character of the original.

Numbers and words hide: full-width or circled digits, zero-width characters, soft hyphens,
spaces and line breaks inside them. Two views are made of a text:

* `plain`: each character in its simplest form (one for one) and invisible characters dropped;
  spaces and line breaks stay, because they part one number from the next;
* `words`: `plain` without spaces and single line breaks, in which words are looked for. An empty
  line stays a boundary.

Most texts need neither, so both are made by searching first, and the way back is computed only
where something was found.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

# Invisible: soft hyphen, combining grapheme joiner, zero-width and direction marks, word joiner
# and invisible operators, variation selectors, byte order mark, interlinear and tag characters.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]+"
)
_SPACE = re.compile("([ \\t\\r\\n\\f\\v\u00a0\u1680\u2000-\u200a\u2028\u202f\u205f\u3000]+)")
_PARAGRAPH = "\n"
"""What is left in `words` of an empty line."""


def _one_for_one() -> dict[int, str]:
    """Every character that stands for one ASCII digit, letter, space or dash."""
    table: dict[int, str] = {}
    for code in range(0x80, sys.maxunicode + 1):
        character = chr(code)
        digit = unicodedata.digit(character, None)
        if digit is not None:
            table[code] = str(digit)
            continue
        if code < 0x2000 or 0x3400 <= code <= 0xD7FF or 0xE000 <= code <= 0xF8FF or code > 0x1FFFF:
            continue
        simple = unicodedata.normalize("NFKC", character)
        if len(simple) == 1 and simple.isascii() and simple.isalnum():
            table[code] = simple
    table.update({ord(sign): "-" for sign in "‐‑‒–―−﹣－"})
    table.update({ord("＋"): "+", ord("．"): ".", ord("＠"): "@", ord("／"): "/", ord("＊"): "*"})
    table[ord("☆")] = "★"
    for letter in "ХхΧχ":  # Cyrillic and Greek letters that look like the check digit X
        table[ord(letter)] = "X"
    return table


_TABLE = _one_for_one()
# Ordinary Chinese text has nothing but these, and none of them changes.
_UNUSUAL = re.compile("[^\\x00-\\x7f\u3000-\u303f\u4e00-\u9fff\ufeff，：；（）！？％“”‘’—…·×■□●★]")


def simplified(text: str) -> str:
    """Every character in its simplest form, one for one."""
    return text.translate(_TABLE)


def plain_term(word: str) -> str:
    """A word of a list as it is looked for in `words`."""
    return _SPACE.sub("", _INVISIBLE.sub("", simplified(word)))


class Normalised:
    """One text in its two views, and the way back."""

    def __init__(self, text: str) -> None:
        self.text = text
        # Where a text has none of these characters, searching is all it costs.
        simple = simplified(text) if _UNUSUAL.search(text) else text
        self._simple = simple
        self._has_invisible = _INVISIBLE.search(simple) is not None
        self.plain = _INVISIBLE.sub("", simple) if self._has_invisible else simple

    @cached_property
    def _parted(self) -> tuple[list[str], list[str]]:
        """`plain` as the pieces without spaces, and the spaces after each (the last has none).

        Of an empty line one line break stays, at the beginning of the piece that follows.
        """
        parts = _SPACE.split(self.plain)
        pieces, spaces = parts[::2], parts[1::2]
        if "\n" in self.plain:
            for place, space in enumerate(spaces):
                if len(space) > 1 and space.count("\n") > 1:
                    spaces[place] = space[:-1]
                    pieces[place + 1] = _PARAGRAPH + pieces[place + 1]
        return pieces, spaces

    @cached_property
    def words(self) -> str:
        """`plain` without spaces and single line breaks."""
        return "".join(self._parted[0])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `plain[start:end]` stands in the original."""
        return _back(self._dropped_in_text, start, end)

    def plain_span(self, start: int, end: int) -> tuple[int, int]:
        """Where `words[start:end]` stands in `plain`."""
        return _back(self._dropped_in_plain, start, end)

    @cached_property
    def _dropped_in_text(self) -> Drops:
        if not self._has_invisible:
            return [], []
        return _drops(*_pieces(_INVISIBLE, self._simple))

    @cached_property
    def _dropped_in_plain(self) -> Drops:
        pieces, spaces = self._parted
        return _drops(pieces, spaces)


Drops = tuple[list[int], list[int]]
"""For each dropped run: where it stood in the shortened text, and how much was dropped by then."""


def _pieces(pattern: re.Pattern[str], text: str) -> tuple[list[str], list[str]]:
    gone = pattern.findall(text)
    return pattern.split(text), gone


def _drops(pieces: list[str], gone: list[str]) -> Drops:
    return list(accumulate(map(len, pieces[:-1]))), list(accumulate(map(len, gone)))


def _back(drops: Drops, start: int, end: int) -> tuple[int, int]:
    places, amounts = drops
    if not places:
        return start, end

    def original(index: int) -> int:
        run = bisect_right(places, index)
        return index + (amounts[run - 1] if run else 0)

    return original(start), (original(end - 1) + 1 if end > start else original(start))

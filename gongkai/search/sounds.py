"""How words sound: syllables without tones, for pinyin typed and for wrong characters."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from itertools import islice, product
from typing import Final

_NO_PHRASES: Final = "PYPINYIN_NO_PHRASES"
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
MOST_READINGS: Final = 3
MOST_SOUNDS: Final = 24


def syllables(text: str) -> str:
    """The sound of a text by its phrases (市长 is shi zhang); what is no character stays.

    Loads the phrases (60 MB), so only where words are prepared, never where they are searched.
    """
    from pypinyin import lazy_pinyin

    return " ".join(" ".join(lazy_pinyin(text, v_to_u=False)).split())


@cache
def _readings() -> dict[int, str]:
    """Characters and their readings. 12 MB: the phrases are left out unless already there."""
    alone = "pypinyin" not in sys.modules and _NO_PHRASES not in os.environ
    if alone:
        os.environ[_NO_PHRASES] = "true"
    try:
        from pypinyin.constants import PINYIN_DICT
    finally:
        if alone:
            del os.environ[_NO_PHRASES]
    return PINYIN_DICT


@cache
def readings(character: str) -> tuple[str, ...]:
    """The usual readings of one character, without tones."""
    from pypinyin.contrib.tone_convert import to_normal

    raw = _readings().get(ord(character), "")
    return tuple(dict.fromkeys(to_normal(one) for one in raw.split(",") if one))[:MOST_READINGS]


def sounds(word: str) -> list[str]:
    """All the ways in which a word may sound, the usual first; empty for what is not all Chinese."""
    if not _HAN.fullmatch(word):
        return []
    each = [readings(character) for character in word]
    return [" ".join(one) for one in islice(product(*each), MOST_SOUNDS)] if all(each) else []


_FOLDS: Final = (
    (re.compile(r"\b([zcs])h"), r"\1"),
    (re.compile(r"\bl"), "n"),
    (re.compile(r"\bh(?=u)"), "f"),
    (re.compile(r"([aei])ng\b"), r"\1n"),
)


def folded(sound: str) -> str:
    """The sound as many people say it: z for zh, n for l, in for ing."""
    for pattern, plain in _FOLDS:
        sound = pattern.sub(plain, sound)
    return sound

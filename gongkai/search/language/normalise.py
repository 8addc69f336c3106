"""One form for every way of typing the same text. Not faithful to positions; idempotent."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any, Final

import opencc

_NOT_TEXT: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "So", "Sk"})
"""Control and format characters, what is not assigned, symbols such as emoji."""
_PLAIN: Final = re.compile(r"[\x20-\x7e\u3000-\u303f\u4e00-\u9fff\n]*")
_MARKS: Final = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef\u20e3]")


@cache
def _converter(kind: str) -> Any:
    return opencc.OpenCC(kind)


def normalise(text: str) -> str:
    """Half-width, simplified, lower case, without control characters and emoji, single spaces."""
    plain = unicodedata.normalize("NFKC", _MARKS.sub("", text))
    if not _PLAIN.fullmatch(plain):
        plain = "".join(" " if unicodedata.category(c) in _NOT_TEXT else c for c in plain)
    simple = _converter("t2s").convert(plain).lower()
    return " ".join(unicodedata.normalize("NFKC", simple).split())


def normalise_question(text: str) -> str:
    """As `normalise`; what is typed in traditional characters is also read by its words there.

    計程車 is 出租车. A text in simplified characters is never put into other words.
    """
    plain = unicodedata.normalize("NFKC", text)
    if _converter("t2s").convert(plain) != plain:
        text = _converter("tw2sp").convert(plain)
    return normalise(text)

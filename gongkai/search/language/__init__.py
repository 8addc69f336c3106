"""The language of search: what a text and a question are to the index.

`tokens` cuts a text for the index, `parse` takes a question apart, `number_forms` gives the forms
under which a document's own numbers are kept, `correct` reads what was probably meant where a
question has no hits, `telling` weighs the parts of a sentence. `VERSION` changes with the dictionary
and with the form of the tokens: an index made under another version must be made anew.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from gongkai.search.language.correction import correct
from gongkai.search.language.normalise import normalise
from gongkai.search.language.numbers import number_forms
from gongkai.search.language.parsing import MAX_QUERY_CHARACTERS, parse, telling
from gongkai.search.language.segment import data_lines, tokens

FORMAT: Final = 1
"""Raised when tokens or number forms change in kind."""

VERSION: Final = (
    f"{FORMAT}-{sha256(chr(10).join(data_lines('words.txt')).encode()).hexdigest()[:12]}"
)

__all__ = [
    "MAX_QUERY_CHARACTERS",
    "VERSION",
    "correct",
    "normalise",
    "number_forms",
    "parse",
    "telling",
    "tokens",
]

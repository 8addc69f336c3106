"""What a check looks at, and what it hands back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from gongkai.guard.findings import Severity
from gongkai.guard.lexicon import Lexicon, Term
from gongkai.guard.normalise import Normalised

BOUNDARY = "\x1e"
"""Stands between the blocks of a page and the cells of a table: no number and no word goes on
across it, but a label in the cell before is still read as a label."""

_BLANK = re.compile(r"[\s\x1e]+")


@dataclass(frozen=True)
class Hit:
    """A finding before it is brought back to the original text."""

    check: str
    value: str = field(repr=False)
    masked: str
    start: int
    end: int
    severity: Severity
    message: str
    suggestion: str = ""


@dataclass(frozen=True)
class WordHit:
    """One known word in the `words` view: the terms behind it (none: an anchor)."""

    word: str
    terms: tuple[Term, ...]
    start: int
    end: int


class View:
    """One text, ready to be checked."""

    def __init__(self, text: str, lexicon: Lexicon, on: date, today: date) -> None:
        self.normalised = Normalised(text)
        self.plain = self.normalised.plain
        self.lexicon = lexicon
        self.on = on
        self.today = today

    def before(self, start: int, length: int) -> str:
        """The characters before a place, spaces and boundaries left out."""
        return _BLANK.sub("", self.plain[max(0, start - 2 * length) : start])[-length:]

    def after(self, end: int, length: int) -> str:
        """The characters after a place, spaces and boundaries left out."""
        return _BLANK.sub("", self.plain[end : end + 2 * length])[:length]

    @cached_property
    def word_hits(self) -> list[WordHit]:
        """Every word and anchor that stands in no phrase of the white list, longest first where
        they begin together."""
        lexicon = self.lexicon
        found = [
            WordHit(lexicon.patterns[pattern], lexicon.terms_of[pattern], start, end)
            for pattern, start, end in lexicon.hits(self.normalised.words)
        ]
        found.sort(key=lambda hit: (hit.start, -hit.end))
        allowed = [
            (hit.start, hit.end)
            for hit in found
            if any(term.kind == "allowed" and term.holds(self.on) for term in hit.terms)
        ]
        return [hit for hit in found if not _within(hit.start, hit.end, allowed)]

    def sentence(self, start: int, end: int, reach: int) -> tuple[str, str]:
        """What stands before and after a place of the `words` view in its own sentence."""
        words = self.normalised.words
        before = _SENTENCE_END.split(words[max(0, start - reach) : start])[-1]
        after = _SENTENCE_END.split(words[end : end + reach], maxsplit=1)[0]
        return before, after


_SENTENCE_END = re.compile(r"[。！？!?；;\n\x1e]")


def _within(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in spans)

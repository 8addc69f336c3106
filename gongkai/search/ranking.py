"""Which of the documents found stands first: the same for both engines.

The engine knows which documents have the words and when they came out. From those the best
candidates are taken (a number that is exact, the words in the title, the newest), and scored by
what the tables of words do not hold: how often, how much of the title, to the letter or not.

    score = number + Σ over clauses ( title + text + attachments ) · weight + title to the letter
            + title of the preferred kind + freshness

A clause in the title weighs more than any number of mentions in the text; mentions count with
saturation and against the length of the text (as in BM25, k = 1.2, b = 0.6).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gongkai.search.packing import Words
from gongkai.search.words import Alternative, Clause, Parsed

EXACT_NUMBER: Final = 1_000.0
TITLE: Final = 6.0
TITLE_PART: Final = 2.0
TEXT: Final = 2.0
ATTACHMENT: Final = 0.8
TITLE_LITERAL: Final = 5.0
TITLE_BEGINS: Final = 2.0
TITLE_IS: Final = 12.0
PREFERRED: Final = 4.0
"""A title of the kind that is meant, such as a guide where somebody asks how; times its weight."""
FRESH: Final = 1.5
FRESH_YEARS: Final = 4.0
_K: Final = 1.2
_B: Final = 0.6
_USUAL_LENGTH: Final = 900
"""Words of a usual text."""
_YEAR: Final = 365.25 * 86_400


@dataclass(frozen=True)
class Candidate:
    """A document as it is scored; `title` is folded."""

    place: int
    title: str
    words: Words
    published_at: datetime
    exact: bool


def score(candidate: Candidate, parsed: Parsed, said: str, now: datetime) -> float:
    """How well the document answers; `said` is the question as typed, folded, without blanks."""
    words = candidate.words
    title, body, attachments = (
        f" {part} " for part in (words.title, words.body, words.attachments)
    )
    length = 1 - _B + _B * body.count(" ") / _USUAL_LENGTH
    total = EXACT_NUMBER if candidate.exact else 0.0
    for clause in (*parsed.clauses, *parsed.optional):
        total += _telling(clause) * max(
            alternative.weight * _of(alternative, title, body, attachments, length)
            for alternative in clause.alternatives
        )
    bare = candidate.title.replace(" ", "")
    if said and said in bare:
        total += TITLE_LITERAL + TITLE_BEGINS * bare.startswith(said) + TITLE_IS * (bare == said)
        # The larger part of the title the question is, the more the document is about it.
        total += TITLE_LITERAL * len(said) / len(bare)
    total += PREFERRED * max(
        (
            way.weight
            for way in parsed.preferred
            if all(f" {token} " in title for token in way.tokens)
        ),
        default=0.0,
    )
    age = max(0.0, (now - candidate.published_at).total_seconds()) / _YEAR
    return total + FRESH * math.exp(-age / FRESH_YEARS)


def ranked(candidates: Iterable[Candidate], parsed: Parsed, said: str, now: datetime) -> list[int]:
    """The places, the best first; what is equally good by time, the newest first."""
    scored = [(-score(one, parsed, said, now), -one.place) for one in candidates]
    return [-place for _, place in sorted(scored)]


def _of(alternative: Alternative, title: str, body: str, attachments: str, length: float) -> float:
    tokens = alternative.tokens
    in_title = sum(f" {token} " in title for token in tokens)
    gained = TITLE if in_title == len(tokens) else TITLE_PART * in_title / len(tokens)
    gained += TEXT * _often(tokens, body, length)
    return gained + ATTACHMENT * _often(tokens, attachments, 1.0)


def _often(tokens: Sequence[str], text: str, length: float) -> float:
    """Between 0 and 1: how often the rarest of the words stands there."""
    times = min(text.count(f" {token} ") for token in tokens)
    return times / (times + _K * length) if times else 0.0


def _telling(clause: Clause) -> float:
    """Longer words say more."""
    size = sum(map(len, clause.alternatives[0].tokens))
    return 0.6 + 0.2 * min(size, 5)

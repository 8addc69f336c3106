"""Which of the documents found stands first: the same for both engines.

The engine knows which documents have the words and when they came out. From those the best
candidates are taken (a number that is exact, the words in the title, the newest), and scored by
what the tables of words do not hold: how often, how much of the title, to the letter or not.

    score = number + Σ over clauses ( title + text + attachments ) · weight + title to the letter
            + title of the preferred kind + freshness

In a sentence (`sentences`) the clauses weigh what they tell, and what holds too little of it is left
out. A clause in the title weighs more than any number of mentions in the text; mentions count with
saturation and against the length of the text (as in BM25, k = 1.2, b = 0.6).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gongkai.search.models.index import day_of
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
OPTIONAL: Final = 0.4
"""What a word that need not hold weighs beside the clauses of a sentence, of which 1.3 is the mean."""
FRESH: Final = 1.5
FRESH_YEARS: Final = 4.0
_MEAN: Final = 1.3
_K: Final = 1.2
_B: Final = 0.6
_USUAL_LENGTH: Final = 900
"""Words of a usual text."""
_DAY: Final = 86_400
_YEAR: Final = 365.25 * _DAY
_FIRST_NOON: Final = datetime(1, 1, 1, 4, tzinfo=UTC)
"""Noon in China of the first day: near enough to tell the age of what came out on a day."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document as it is scored.

    `bare`: its title, folded, without blanks. `title`, `body`, `attachments`: its words, packed
    (`packing.parts_of`), a blank before and after each.
    """

    place: int
    bare: str
    title: bytes
    body: bytes
    attachments: bytes
    exact: bool


_Needles = tuple[bytes, ...]
_Ways = tuple[tuple[float, _Needles], ...]


def ranked(
    candidates: Iterable[Candidate],
    parsed: Parsed,
    said: str,
    now: datetime,
    *,
    weights: Sequence[float] = (),
    enough: float = 0.0,
) -> list[int]:
    """The places, the best first; what is equally good by time, the newest first.

    `said` is the question as typed, folded, without blanks. `weights` are those of the clauses of a
    sentence, and of them a document must hold the share `enough`; without them all hold anyhow.
    """
    asked = [_ways(clause.alternatives) for clause in parsed.clauses]
    besides = [_ways(clause.alternatives) for clause in parsed.optional]
    if weights:
        mean = sum(weights) / len(weights)
        factors = [*(_MEAN * weight / mean for weight in weights), *[OPTIONAL] * len(besides)]
    else:
        factors = [_telling(clause) for clause in (*parsed.clauses, *parsed.optional)]
    clauses = list(zip(factors, [*asked, *besides], strict=True))
    least = enough * sum(weights)
    # The weightiest first: what is found first is the best.
    preferred = sorted(_ways(parsed.preferred), key=lambda way: -way[0])
    seconds = (now - _FIRST_NOON).total_seconds()
    scored = []
    for one in candidates:
        if least and _held(one, weights, asked) < least:
            continue
        total = EXACT_NUMBER if one.exact else 0.0
        total += _of_words(one, clauses)
        bare = one.bare
        if said and said in bare:
            total += TITLE_LITERAL + TITLE_BEGINS * bare.startswith(said)
            total += TITLE_IS * (bare == said)
            # The larger part of the title the question is, the more the document is about it.
            total += TITLE_LITERAL * len(said) / len(bare)
        title = one.title
        for weight, needles in preferred:
            # Nearly always a single word, and nearly never there.
            if needles[0] in title and all(needle in title for needle in needles):
                total += PREFERRED * weight
                break
        age = max(0.0, seconds - _DAY * (day_of(one.place) - 1)) / _YEAR
        total += FRESH * math.exp(-age / FRESH_YEARS)
        scored.append((-total, -one.place))
    return [-place for _, place in sorted(scored)]


def _ways(alternatives: Iterable[Alternative]) -> _Ways:
    """Weights and what to look for, made once for all candidates."""
    return tuple(
        (way.weight, tuple(f" {token} ".encode() for token in way.tokens)) for way in alternatives
    )


def _held(one: Candidate, weights: Sequence[float], asked: Sequence[_Ways]) -> float:
    """What the clauses that the document has weigh together."""
    return sum(
        weight
        for weight, ways in zip(weights, asked, strict=True)
        if any(
            all(n in one.title or n in one.body or n in one.attachments for n in needles)
            for _weight, needles in ways
        )
    )


def _of_words(one: Candidate, clauses: Sequence[tuple[float, _Ways]]) -> float:
    title, body, attachments = one.title, one.body, one.attachments
    usual = _K * (1 - _B + _B * body.count(b" ") / _USUAL_LENGTH)
    total = 0.0
    for telling, ways in clauses:
        best = 0.0
        for weight, needles in ways:
            in_title = 0
            for needle in needles:
                in_title += needle in title
            gained = TITLE if in_title == len(needles) else TITLE_PART * in_title / len(needles)
            gained += TEXT * _often(needles, body, usual)
            if attachments:
                gained += ATTACHMENT * _often(needles, attachments, _K)
            best = max(best, weight * gained)
        total += telling * best
    return total


def _often(needles: _Needles, text: bytes, usual: float) -> float:
    """Between 0 and 1: how often the rarest of the words stands there."""
    times = -1
    for needle in needles:
        found = text.count(needle)
        if not found:
            return 0.0
        if times < 0 or found < times:
            times = found
    return times / (times + usual)


def _telling(clause: Clause) -> float:
    """Longer words say more."""
    size = sum(map(len, clause.alternatives[0].tokens))
    return 0.6 + 0.2 * min(size, 5)

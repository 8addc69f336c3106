"""A whole sentence: what holds the words that tell most, not only what holds them all.

Of 被拖欠工资了应该找哪个部门 hardly a document has every word, and one that does has them by chance.
So each clause is asked by itself, in titles and anywhere. What holds enough of all that the clauses
tell is an answer, and a clause weighs the more the fewer documents have it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gongkai.search.language import telling
from gongkai.search.words import Clause, Parsed

CLAUSES: Final = 5
"""Clauses of a sentence that are asked for: those that tell most."""
COUNTED: Final = 2_000
"""What so many documents have tells the least; more are not counted."""
LEAST: Final = 0.15
"""What such a clause weighs still, where one that a single document has weighs a whole more."""
TITLED: Final = 80
ANYWHERE: Final = 40
BESIDE: Final = 2
"""Words that need not hold (申请, 办理) which are looked for beside a clause in titles."""
ENOUGH: Final = 0.3
"""The share of what the clauses tell together that an answer holds at least."""

Asked = Callable[[Sequence[Clause], bool, int], Sequence[int]]
"""The newest documents with all these clauses, in their titles or anywhere, at most so many."""


@dataclass(frozen=True)
class Sentence:
    """What is left of a sentence: clauses that some document has, and what each of them weighs.

    `places`: the documents that may answer it, in no order.
    """

    clauses: tuple[Clause, ...]
    weights: tuple[float, ...]
    places: tuple[int, ...]


def taken_apart(parsed: Parsed, asked: Asked) -> Sentence:
    """Two to four questions to the engine for each clause."""
    clauses, weights = [], []
    places: dict[int, None] = {}
    for clause in sorted(parsed.clauses, key=telling, reverse=True)[:CLAUSES]:
        having = asked([clause], False, COUNTED)
        if not having:
            continue
        rarity = 1 - math.log1p(len(having)) / math.log1p(COUNTED)
        clauses.append(clause)
        weights.append(telling(clause) * (LEAST + rarity))
        for beside in parsed.optional[:BESIDE]:
            places |= dict.fromkeys(asked([clause, beside], True, ANYWHERE))
        places |= dict.fromkeys(asked([clause], True, TITLED))
        places |= dict.fromkeys(having[:ANYWHERE])
    return Sentence(tuple(clauses), tuple(weights), tuple(places))

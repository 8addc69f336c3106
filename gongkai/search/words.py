"""What the language side hands to the engines: a question taken apart. Plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Alternative:
    """Tokens that must all be there for this way of saying it; `weight` below 1 for synonyms."""

    tokens: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Clause:
    """One thing that was asked for: any of its alternatives will do."""

    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True)
class Parsed:
    """A question taken apart. All `clauses` must hold, nothing of `excluded` may.

    `phrases` must stand literally in title or text (what was put in quotes). `numbers` are
    document or index numbers in the index's own form: a document that has one stands first.
    `marked` are the strings to highlight.
    """

    clauses: tuple[Clause, ...] = ()
    excluded: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    optional: tuple[Clause, ...] = ()
    """What need not hold and raises a document where it does (办理, 材料)."""
    preferred: tuple[Alternative, ...] = ()
    """A title with one of these is likelier what is meant (a guide, where somebody asks how)."""

    @property
    def asks(self) -> bool:
        """It is a sentence that asks how or where, not a row of words."""
        return any(way.weight >= 1 for way in self.preferred)

    @property
    def is_empty(self) -> bool:
        """Nothing in it can be searched for."""
        return not (self.clauses or self.phrases or self.numbers)

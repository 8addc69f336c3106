"""What an engine is: a table of sets of lexemes, and Boolean questions about them.

An index of words needs no more than that. Each document is a set of *lexemes*: the words of its
title, text and attachments; the words of its title once more with a mark, so that titles can be
asked alone; its facets and numbers as labels. Everything finer (how often, how near, quoted words
to the letter) is decided in `gongkai.search.ranking` for the few hundred best candidates, the same
for both engines, so that both give the same answer.

Facets as lexemes of the same index are what makes "these words, this body, that year" one
intersection of sorted lists instead of a join.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

SHAPE: Final = 3
"""Version of the engines' tables and of the lexemes in them; another one means a rebuild."""
LABEL: Final = "\ue000"
"""Begins what is not a word of a text: a private-use character, taken out of every word."""
MAX_LEXEME: Final = 64
"""Characters; longer "words" are pasted noise, and PostgreSQL takes 2,046 bytes at most."""
MAX_SET: Final = 900_000
"""Bytes of one document's lexemes: PostgreSQL's vectors end at a megabyte."""


@dataclass(frozen=True)
class Has:
    """The document has the lexeme."""

    lexeme: str


@dataclass(frozen=True)
class Every:
    """All of the parts hold."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class OneOf:
    """One of the parts holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Without:
    """`part` holds, none of `refused` does."""

    part: Expression
    refused: tuple[Expression, ...]


Expression = Has | Every | OneOf | Without


def title_word(word: str) -> str:
    """The lexeme of a word in a title."""
    return f"{LABEL}t{word}"


def label(name: str, value: str) -> str:
    """The lexeme of a facet's value, or of a number."""
    whole = value.encode("utf-8", "ignore").decode().replace("\x00", "").replace(LABEL, "")
    return f"{LABEL}{name}={'_'.join(whole.split())}"[: 2 * MAX_LEXEME]


class Engine(Protocol):
    """A table of words for each generation, in the site's own database.

    Writing happens in the caller's transaction. Any of these may raise `django.db.DatabaseError`
    when the table is lost or damaged; `is_damage` tells that from a database that is away.
    """

    def create(self, generation: int, *, bulk: bool = False) -> None:
        """An empty table. With `bulk` it is ready to be searched only after `finish`."""

    def write(self, generation: int, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Documents (place, lexemes) that are not in the table."""

    def remove(self, generation: int, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Documents that are in the table, with the very lexemes that were written."""

    def places(
        self, generation: int, wanted: Expression, limit: int, span: tuple[int, int]
    ) -> list[int]:
        """The newest `limit` documents of which `wanted` holds, newest first, within `span`."""

    def finish(self, generation: int, beat: Callable[[], None]) -> None:
        """After a bulk load: whatever makes searching fast. Not in a transaction."""

    def drop(self, generation: int) -> None:
        """The table is gone; no error if it was not there."""

    def has(self, generation: int, *, searchable: bool = True) -> bool:
        """Whether there is a table; with `searchable` one that is ready to be searched."""

    def is_damage(self, error: Exception) -> bool:
        """Whether the error says that the table is lost or damaged."""

"""What rooms contribute to the index, and what a search asks and answers: plain values.

A room that has something to find brings a module `documents.py` with a tuple `sources` of
objects that keep to `DocumentSource`. The room knows its records; this room knows words. When a
record becomes public, changes or goes, the room's signal receivers call
`gongkai.search.services.changed(source, keys)` inside the same transaction, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Document:
    """One public record as the index takes it.

    `numbers` are found exactly (发文字号, 索引号, 登记号). `facets` maps a facet's name to the values
    that the record has: `organ` codes of the issuing bodies, `topic` code and its superior's,
    `year` of publication, `genre`, `kind`, `validity`, `column` slug and its superior's, `field`.
    `changes_on` is the next day on which the facets change by themselves (a document comes into
    force or lapses); empty when none does.
    """

    source: str
    key: int
    title: str
    published_at: datetime
    body: str = ""
    attachments: str = ""
    numbers: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changes_on: date | None = None


class DocumentSource(Protocol):
    """A kind of record that can be found."""

    name: str
    """Unique among all sources: "item"."""

    def keys(self) -> Iterator[int]:
        """Keys of everything public now, in ascending order; streamed, for a rebuild."""

    def documents(self, keys: Sequence[int]) -> Iterable[Document]:
        """The public records among `keys`, in a constant number of statements."""

    # Optional: `def prepare(self, limit: int) -> int`, a portion of work that must be done before
    # texts are complete (reading older files); the number of things done, 0 when nothing is left.


class Order(StrEnum):
    """How hits are sorted."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True)
class Query:
    """What a person asks. `facets`: values of one facet are alternatives, facets add up.

    `counted` names the facets whose values are counted in the answer. `page` begins at 1.
    `text` may be empty: then everything that the facets leave is listed, newest first.
    """

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    published_from: date | None = None
    published_until: date | None = None
    titles_only: bool = False
    order: Order = Order.RELEVANCE
    page: int = 1
    per_page: int = 20
    """0 for the numbers alone, without hits."""
    counted: tuple[str, ...] = ()
    verbatim: bool = False
    """As typed: neither synonyms nor corrections."""


@dataclass(frozen=True)
class Hit:
    """One record found. `title` and `excerpt` are safe HTML with the words in `<mark>`."""

    source: str
    key: int
    title: SafeString
    excerpt: SafeString
    in_attachment: bool = False
    """The words stand in an attachment, not in title or text."""


@dataclass(frozen=True)
class FacetValue:
    """A value of a facet and how many hits have it."""

    value: str
    count: int


class State(StrEnum):
    """Whether the answer comes from a sound index."""

    READY = "ready"
    REBUILDING = "rebuilding"
    """A new index is being made; the answer comes from the old one, or from titles alone."""
    LIMITED = "limited"
    """There is no usable index: titles and numbers only, no facets."""


@dataclass(frozen=True)
class Results:
    """The answer. `total` is exact up to the cap; with `capped` there are more.

    `read_as` is the text that was searched instead of what was typed (typing mistakes), empty
    if none was; `synonyms` are the words added by the office's list. `nearest`: these hold most of
    what a sentence tells, not all of them every word; `partial`: no record has every word. Facets
    are counted over the newest hits up to the cap, exactly those that `total` counts.
    """

    hits: tuple[Hit, ...]
    total: int
    capped: bool = False
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    read_as: str = ""
    synonyms: tuple[str, ...] = ()
    state: State = State.READY
    nearest: bool = False
    partial: bool = False
    generation: int = 0
    """Of the index that answered; 0 where none did. For `with_siblings`."""

"""A room of its own for the tests of this one: records that become public and go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gongkai.search import indexing, registry, services
from gongkai.search.documents import Document, Query, Results
from gongkai.search.queries import search


class Records:
    """What is public, by key."""

    name = "record"

    def __init__(self) -> None:
        self.public: dict[int, Document] = {}
        self.asked = 0
        self.refused: set[int] = set()

    # -- what the index asks ---------------------------------------------------------------
    def keys(self) -> Iterator[int]:
        yield from sorted(self.public)

    def documents(self, keys: Sequence[int]) -> Iterable[Document]:
        self.asked += 1
        if self.refused & set(keys):
            raise RuntimeError("this record cannot be read")
        return [self.public[key] for key in keys if key in self.public]

    # -- what the tests do -----------------------------------------------------------------
    def put(self, title: str, body: str = "", *, key: int | None = None, **fields: Any) -> int:
        """A record is public from now on; the index is not told."""
        key = len(self.public) + 1 if key is None else key
        day: date = fields.pop("on", date(2024, 1, 1) + timedelta(days=key))
        at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        facets = {"year": (str(day.year),), **fields.pop("facets", {})}
        self.public[key] = Document(self.name, key, title, at, body, facets=facets, **fields)
        return key

    def change(self, key: int, **fields: Any) -> None:
        self.public[key] = replace(self.public[key], **fields)

    def tell(self, *keys: int) -> None:
        """The index is told and follows."""
        services.changed(self.name, keys or list(self.public))
        follow()


def follow() -> None:
    """Everything that waits is taken up."""
    while indexing.process_pending():
        pass


def found(text: str = "", **options: Any) -> list[int]:
    """Keys of the hits, in their order."""
    return [hit.key for hit in answer(text, **options).hits]


def answer(text: str = "", **options: Any) -> Results:
    return search(Query(text, **options))


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Records:
    """The only source of documents."""
    source = Records()
    monkeypatch.setattr(registry, "sources", lambda: {source.name: source})
    return source

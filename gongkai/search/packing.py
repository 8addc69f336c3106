"""From a document to what the tables hold, and back: words, lexemes, facets, packed texts.

The lexemes of a document are made from its packed words alone (`lexemes_of`), so that taking it
out repeats exactly what was put in.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from gongkai.search import language
from gongkai.search.documents import Document
from gongkai.search.engines.base import LABEL, MAX_LEXEME, MAX_SET, label, title_word

MAX_TITLE: Final = 300
MAX_BODY: Final = 300_000
MAX_ATTACHMENTS: Final = 400_000
"""Characters of one document that are indexed and kept for excerpts; what comes after is not
found. An eight-hundred-page attachment still fits."""
NUMBER: Final = "number"
SOURCE: Final = "source"
_PARTS: Final = "\n"
Data = bytes | memoryview
"""As one database hands binary columns out, and as the other does."""


@dataclass(frozen=True)
class Packed:
    """A document as the tables hold it, but for its place."""

    source: str
    key: int
    title: str
    published_at: datetime
    changes_on: date | None
    numbers: str
    facets: tuple[tuple[str, str], ...]
    body: bytes
    attachments: bytes
    tokens: bytes

    @property
    def day(self) -> date:
        """The day of publication, by which documents are ordered."""
        return timezone.localtime(self.published_at).date()


@dataclass(frozen=True)
class Words:
    """The words of a document, part by part, each part a text of words between blanks."""

    title: str
    body: str
    attachments: str
    labels: str


def pack(document: Document, today: date) -> Packed:
    """Cut into words and packed. The slow part of indexing: do it outside the transaction."""
    title = _plain(document.title)[:MAX_TITLE]
    body = _plain(document.body)[:MAX_BODY]
    attachments = _plain(document.attachments)[:MAX_ATTACHMENTS]
    numbers = list(
        dict.fromkeys(form for one in document.numbers for form in language.number_forms(one))
    )
    facets = tuple(
        (name, value) for name, values in sorted(document.facets.items()) for value in values
    )
    # Numbers and keywords are found as words as well.
    beside = " ".join([*document.keywords, *document.numbers])
    labels = [label(SOURCE, document.source)]
    labels += [label(NUMBER, number) for number in numbers]
    labels += [label(name, value) for name, value in facets]
    tokens = _PARTS.join(
        [
            _words(title),
            f"{_words(body)} {_words(_plain(beside))}",
            _words(attachments),
            " ".join(labels),
        ]
    )
    changes_on = document.changes_on
    if changes_on is not None and changes_on <= today:
        # It has just been looked at; looking again every second would change nothing.
        changes_on = None
    return Packed(
        source=document.source,
        key=document.key,
        title=title,
        published_at=document.published_at,
        changes_on=changes_on,
        numbers="".join(f"{number}\n" for number in numbers),
        facets=facets,
        body=squeeze(body),
        attachments=squeeze(attachments),
        tokens=squeeze(tokens),
    )


def words_of(tokens: Data) -> Words:
    """The words that were packed."""
    return Words(*unsqueeze(tokens).split(_PARTS))


def parts_of(tokens: Data) -> tuple[bytes, bytes, bytes]:
    """The words of title, text and attachments, a blank before and after each; b"" for no words.

    Not decoded: of two hundred documents a search only counts a few words.
    """
    title, body, attachments, _ = zlib.decompress(tokens).split(_PARTS.encode())
    return _apart(title), _apart(body), _apart(attachments)


def _apart(part: bytes) -> bytes:
    return b" %b " % part if part else part


def lexemes_of(tokens: Data) -> list[str]:
    """The set of a document, in a fixed order; words of the title first if there are too many."""
    words = words_of(tokens)
    title = words.title.split()
    wanted = [*words.labels.split(), *map(title_word, title), *title]
    wanted += [*words.body.split(), *words.attachments.split()]
    found = dict.fromkeys(wanted)
    size = 0
    kept = []
    for lexeme in found:
        size += len(lexeme.encode()) + 8
        if size > MAX_SET:
            break
        kept.append(lexeme)
    return kept


def squeeze(text: str) -> bytes:
    """The text, packed; nothing for nothing."""
    return zlib.compress(text.encode("utf-8", "replace"), 6) if text else b""


def unsqueeze(data: Data) -> str:
    """The text that was packed."""
    return zlib.decompress(data).decode() if data else ""


def facet_keys(data: Data) -> array[int]:
    """Keys of facets as they stand in one or several rows."""
    keys = array("I")
    keys.frombytes(bytes(data))
    if sys.byteorder == "big":
        keys.byteswap()
    return keys


def facet_bytes(facets: Iterable[tuple[str, str]], keys: Mapping[tuple[str, str], int]) -> bytes:
    """The facets of a row."""
    found = array("I", [keys[facet] for facet in facets])
    if sys.byteorder == "big":
        found.byteswap()
    return found.tobytes()


def _plain(text: str) -> str:
    """Without what databases and marks would trip over."""
    whole = text.encode("utf-8", "ignore").decode()
    return whole.replace("\x00", "").replace(LABEL, "")


def _words(text: str) -> str:
    kept = (word for word in language.tokens(text) if word and len(word) <= MAX_LEXEME)
    return " ".join("".join(word.split()) for word in kept)

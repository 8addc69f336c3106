"""What people ask, counted by day: a question and how often, never who.

What holds a telephone, identity or card number is not kept at all, nor an e-mail address. A name
cannot be told from other words, so nothing is *shown* before it was asked `OCCASIONS` times on
`DAYS` different days, and nothing is suggested that holds a word which no title has. What was
asked less often is forgotten after `RARE_DAYS`.
"""

from __future__ import annotations

import atexit
import re
import time
from collections.abc import Collection
from datetime import timedelta
from threading import Lock
from typing import Any, Final

from django.db import DatabaseError, connection, transaction
from django.db.models import Count, F, QuerySet, Sum
from django.utils import timezone

from gongkai.search.language import segment
from gongkai.search.language.normalise import normalise
from gongkai.search.models import AskedWords, CuratedWord
from gongkai.search.models.office import LONGEST_ASKED

OCCASIONS: Final = 3
DAYS: Final = 2
PERIOD: Final = timedelta(days=90)
RARE_DAYS: Final = 7
KEEP_DAYS: Final = 400
FLUSH_SECONDS: Final = 5.0
FLUSH_ENTRIES: Final = 100
KEPT_SECONDS: Final = 60.0
"""How long the list of the most asked stands before it is counted again."""

_PERSONAL: Final = re.compile(r"(?:\d[\s\-.]*){7,}|\w@\w")
_lock = Lock()
_waiting: dict[tuple[Any, str], list[int]] = {}
_flushed_at = float("-inf")
_most: tuple[float, list[str]] | None = None


def is_personal(text: str) -> bool:
    """Whether somebody's number may stand in it: seven figures and more, or an address."""
    return _PERSONAL.search(text) is not None


def note_search(text: str, total: int) -> None:
    """Count a question; written now and then, some at a time. Never fails a search."""
    plain = normalise(text)[:LONGEST_ASKED].strip()
    if not plain or is_personal(normalise(text)):
        return
    with _lock:
        counts = _waiting.setdefault((timezone.localdate(), plain), [0, 0])
        counts[0] += 1
        counts[1] += not total
        due = len(_waiting) >= FLUSH_ENTRIES or time.monotonic() - _flushed_at >= FLUSH_SECONDS
    if due:
        flush()


def flush() -> None:
    """Write what waits. What cannot be written now is lost: it is a count, no record."""
    global _flushed_at
    with _lock:
        rows = [(day, text, times, empty) for (day, text), (times, empty) in _waiting.items()]
        _waiting.clear()
        _flushed_at = time.monotonic()
    if not rows:
        return
    table = connection.ops.quote_name(AskedWords._meta.db_table)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {table} (day, text, times, empty) VALUES (%s, %s, %s, %s) "  # noqa: S608
                "ON CONFLICT (day, text) DO UPDATE SET "
                f"times = {table}.times + excluded.times, empty = {table}.empty + excluded.empty",
                # In one order, or two processes could wait for each other.
                sorted(rows),
            )
    except DatabaseError:
        return


def _at_exit() -> None:
    try:
        flush()
    except Exception:  # the interpreter is going down
        return


atexit.register(_at_exit)


def counted(since: Any = None, until: Any = None, *, empty: bool = False) -> QuerySet[Any, Any]:
    """Questions with their counts: (text, asked, nothing, days); `empty`: those without hits."""
    rows = AskedWords.objects.all()
    if since is not None:
        rows = rows.filter(day__gte=since)
    if until is not None:
        rows = rows.filter(day__lte=until)
    found: QuerySet[Any, Any] = rows.values("text").annotate(
        asked=Sum("times"), nothing=Sum("empty"), days=Count("day")
    )
    found = found.filter(asked__gte=OCCASIONS, days__gte=DAYS)
    if empty:
        return found.filter(nothing__gt=0).order_by("-nothing", "text")
    return found.order_by("-asked", "text")


def suggestible(known: Collection[str]) -> list[tuple[str, int]]:
    """Questions that others may be shown: often asked, with hits, of words that titles have."""
    rows = counted(timezone.localdate() - PERIOD).filter(nothing__lt=F("asked"))[:500]
    return [
        (row["text"], row["asked"])
        for row in rows
        if 1 < len(row["text"]) <= 20 and _is_made_of(row["text"], known)
    ]


def _is_made_of(text: str, known: Collection[str]) -> bool:
    pieces = [piece for piece, _typed, _at in segment.pieces(text)]
    return all(piece in known or piece in segment.FUNCTION for piece in pieces)


def most_asked(limit: int = 10) -> list[str]:
    """What is asked most, for the start page: counted, then what the office recommends."""
    global _most
    now = time.monotonic()
    if _most is None or now - _most[0] >= KEPT_SECONDS or len(_most[1]) < limit:
        _most = (now, _count_most(max(limit, 20)))
    return _most[1][:limit]


def _count_most(limit: int) -> list[str]:
    from gongkai.search import vocabulary

    known = vocabulary.current().words
    asked = [text for text, _times in suggestible(known)[:limit]]
    recommended = CuratedWord.objects.order_by("position", "pk").values_list("word", flat=True)
    return list(dict.fromkeys([*asked, *recommended]))[:limit]


def forget() -> None:
    """Count anew at the next question (the office changed its list; between tests)."""
    global _most, _flushed_at
    _most, _flushed_at = None, float("-inf")
    _waiting.clear()


def tidy() -> int:
    """Forget old counts and what was hardly ever asked; the number of rows."""
    today = timezone.localdate()
    old = AskedWords.objects.filter(day__lt=today - timedelta(days=KEEP_DAYS))
    gone = old.delete()[0]
    often = counted().order_by().values("text")
    rare = AskedWords.objects.filter(day__lt=today - timedelta(days=RARE_DAYS))
    return gone + rare.exclude(text__in=often).delete()[0]

"""Which index is read, which is being made, and what becomes of a damaged one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from gongkai.search import language
from gongkai.search.engines import SHAPE, engine
from gongkai.search.engines.base import Has
from gongkai.search.models import Generation, SearchDocument, SearchText
from gongkai.search.models.index import DAY_BITS, NUMBER_BITS
from gongkai.search.packing import lexemes_of

logger = logging.getLogger(__name__)

State = Generation.State

WRITING: Final = 0x676B7365
"""PostgreSQL's advisory lock under which the index is written; SQLite has one writer anyway."""
BEAT: Final = timedelta(seconds=30)
"""A builder that has not been heard of for so long is gone."""
PROBED: Final = 3
_PORTION: Final = 2_000
_LIVE: Final = ("id", "state", "shape", "language", "partial")
"""What a search wants to know of the index, in the model's order; the rest is read when asked."""


@contextmanager
def writing(*, wait: bool = True) -> Iterator[bool]:
    """A transaction that alone writes the index. False: somebody else writes (without `wait`).

    One writer at a time: whoever comes second reads the records after the first has finished, so
    that an older state of a record never replaces a newer one.
    """
    with transaction.atomic():
        if connection.vendor != "postgresql":
            yield True
            return
        with connection.cursor() as cursor:
            if wait:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING])
                yield True
                return
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [WRITING])
            (got,) = cursor.fetchone()
        yield bool(got)


@contextmanager
def undisturbed() -> Iterator[None]:
    """What goes wrong inside leaves the caller's transaction, if there is one, usable."""
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
    else:
        yield


def live() -> Generation | None:
    """The index that searches read; one that another version of the platform made is none."""
    quote = connection.ops.quote_name
    columns = ",".join(map(quote, _LIVE))
    name = quote(Generation._meta.db_table)
    with connection.cursor() as cursor:
        # By hand, because every search asks it first.
        cursor.execute(f"SELECT {columns} FROM {name} WHERE state = %s", [State.LIVE.value])  # noqa: S608
        row = cursor.fetchone()
    if row is None:
        return None
    *values, partial = row
    found = Generation.from_db(connection.alias, _LIVE, (*values, bool(partial)))
    if found.shape != SHAPE:
        mark_broken(found, "made by another version")
        return None
    return found


def building() -> Generation | None:
    """The index that is being made."""
    return Generation.objects.filter(state=State.BUILDING).first()


def is_current(generation: Generation) -> bool:
    """Whether it was made with the tables and the dictionary of today."""
    return generation.shape == SHAPE and generation.language == language.VERSION


def is_alive(generation: Generation, now: datetime | None = None) -> bool:
    """Whether somebody is building it."""
    return generation.beat_at > (now or timezone.now()) - BEAT


def span(generation: int) -> tuple[int, int]:
    """The first and the last place that a generation can have."""
    first = generation << (DAY_BITS + NUMBER_BITS)
    return first, first + (1 << (DAY_BITS + NUMBER_BITS)) - 1


def documents_of(generation: int) -> QuerySet[SearchDocument]:
    """The rows of a generation."""
    return SearchDocument.objects.filter(id__range=span(generation))


def begin(state: str, *, partial: bool = False) -> Generation:
    """A new, empty index."""
    generation = Generation.objects.create(
        state=state,
        shape=SHAPE,
        language=language.VERSION,
        partial=partial,
        live_at=timezone.now() if state == State.LIVE else None,
    )
    engine().create(generation.pk, bulk=state == State.BUILDING)
    return generation


def mark_broken(generation: Generation, why: Exception | str) -> None:
    """Searches do not use this index any more. Said once in the log."""
    try:
        marked = Generation.objects.filter(pk=generation.pk, state=State.LIVE).update(
            state=State.BROKEN
        )
    except DatabaseError:
        # A replica, or a disk that takes no more: the next search finds the same.
        return
    if marked:
        kind = why if isinstance(why, str) else type(why).__name__
        logger.error(
            "Search index %s is lost or damaged (%s); searches answer from titles until it is "
            "rebuilt (gongkai search rebuild; gongkai search follow does it by itself).",
            generation.pk,
            kind,
        )


def is_sound(generation: Generation) -> bool:
    """Whether the table is there and finds a few documents by their own words."""
    try:
        with undisturbed():
            return engine().has(generation.pk) and _finds_its_own(generation)
    except DatabaseError as error:
        if engine().is_damage(error):
            return False
        raise


def _finds_its_own(generation: Generation) -> bool:
    rows = documents_of(generation.pk).order_by("-id").values_list("id", flat=True)
    texts = SearchText.objects.in_bulk(list(rows[:PROBED]))
    return all(
        engine().places(generation.pk, Has(lexeme), 1, (place, place))
        for place, text in texts.items()
        for lexeme in lexemes_of(text.tokens)[:PROBED]
    )


def clean(now: datetime | None = None, grace: timedelta = timedelta(0)) -> int:
    """Remove what is left of indexes that are not read any more; the number of them."""
    before = (now or timezone.now()) - grace
    found = 0
    for generation in Generation.objects.filter(state=State.RETIRED, beat_at__lte=before):
        engine().drop(generation.pk)
        while True:
            rows = documents_of(generation.pk).order_by("id").values_list("id", flat=True)
            keys = list(rows[:_PORTION])
            if not keys:
                break
            with transaction.atomic():
                texts = SearchText.objects.filter(pk__gte=keys[0], pk__lte=keys[-1])
                texts._raw_delete(using=connection.alias)
                gone = SearchDocument.objects.filter(pk__range=(keys[0], keys[-1]))
                gone._raw_delete(using=connection.alias)
        generation.delete()
        found += 1
    return found

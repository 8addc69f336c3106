"""Writing documents into the index: from the outbox at once, or in the follow loop.

What changed stands in `PendingChange`, written in the transaction of the change. Whoever takes it
up asks the room for the record as it is *now*: public → indexed anew, not public → taken out. So
any number of changes, in any order, ends in the same state.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

from gongkai.search import generations, memory, registry
from gongkai.search.documents import Document
from gongkai.search.engines import engine
from gongkai.search.models import (
    Generation,
    KnownWord,
    PendingChange,
    SearchDocument,
    SearchFacet,
    SearchText,
)
from gongkai.search.models.index import MAX_NUMBER, number_of, place_of
from gongkai.search.packing import Packed, facet_bytes, lexemes_of, pack

logger = logging.getLogger(__name__)

AT_ONCE: Final = 50
"""So many changes of one transaction are indexed as soon as it is over; more wait for the loop."""
PORTION: Final = 200
"""Changes that the loop takes up in one transaction."""
SMALL_SITE: Final = 200
"""A site with no more records than this is indexed whole at its first change."""
PATIENCE_MS: Final = 500
"""How long a person's publication waits for SQLite's write lock before it leaves it to the loop."""
_AWAY: Final = (OperationalError, InterfaceError)
"""The database is away or busy: no fault of a record."""
_LONGEST_WAIT: Final = timedelta(hours=1)


class IndexFull(RuntimeError):
    """A generation has given all its numbers."""

    def __init__(self) -> None:
        super().__init__(
            f"检索索引的编号已用完（{MAX_NUMBER:,}个）。请运行 gongkai search rebuild 重新编号；"
            "同时公开的信息超过这个数目时，本系统的检索不再适用。"
        )


def enqueue(source: str, keys: Sequence[int], *, bulk: bool) -> None:
    """The records are to be looked at, once the running transaction is over."""
    PendingChange.objects.bulk_create(
        [PendingChange(source=source, key=key, bulk=bulk) for key in keys], batch_size=500
    )


def at_once(source: str, keys: Sequence[int]) -> None:
    """Index what has just been published, unless that would keep its publisher waiting.

    Whatever fails here is done by the loop: a publication never fails because of the index.
    """
    try:
        with _impatient():
            process(PendingChange.objects.filter(source=source, key__in=keys), wait=False)
    except Exception as error:  # whatever it was, the change stands in the outbox
        logger.warning("Indexing is left to the follow loop: %s", type(error).__name__)


def process_pending(limit: int = PORTION) -> int:
    """Take up what is due, a person's publications first; the number of changes taken up."""
    return process(PendingChange.objects.all(), limit=limit)


def process(pending: Any, *, limit: int = PORTION, wait: bool = True) -> int:
    """Index the records of these changes. Those that cannot be indexed wait and are tried again."""
    due = pending.filter(done=False, due_at__lte=timezone.now()).order_by("bulk", "id")
    if not due.exists():
        return 0
    try:
        return _take_up(due[:limit], wait=wait)
    except IndexFull:
        raise
    except Exception as error:
        if isinstance(error, DatabaseError) and _is_about_table(error):
            return _take_up(due[:limit], wait=wait)
        if isinstance(error, _AWAY):
            raise
        logger.warning("A change cannot be indexed (%s); trying one by one.", type(error).__name__)
    return sum(_one(key, wait=wait) for key in list(due.values_list("pk", flat=True)[:limit]))


def write(generation: Generation, source: str, found: Mapping[int, Packed | None]) -> None:
    """The documents by key as they are now, None for what is not public. Within `writing`."""
    rows = {
        row.key: row
        for row in SearchDocument.objects.filter(
            generation=generation.pk, source=source, key__in=list(found)
        ).only("id", "key", "title")
    }
    _unsuggest(source, (key for key, row in rows.items() if _said(found[key]) != row.title))
    usable = generation.state != Generation.State.BROKEN
    if rows:
        places = [row.pk for row in rows.values()]
        if usable:
            texts = SearchText.objects.filter(pk__in=places).values_list("pk", "tokens")
            engine().remove(generation.pk, [(pk, lexemes_of(tokens)) for pk, tokens in texts])
        SearchText.objects.filter(pk__in=places)._raw_delete(using=connection.alias)
        SearchDocument.objects.filter(pk__in=places)._raw_delete(using=connection.alias)
    packed = [one for one in found.values() if one is not None]
    if not packed:
        return
    numbers = _numbers(generation, len(packed) - sum(one.key in rows for one in packed))
    facets = _facets({facet for one in packed for facet in one.facets})
    placed = [
        (
            place_of(
                generation.pk,
                one.day,
                number_of(rows[one.key].pk) if one.key in rows else next(numbers),
            ),
            one,
        )
        for one in packed
    ]
    SearchDocument.objects.bulk_create(
        [
            SearchDocument(
                id=place,
                generation=generation.pk,
                source=one.source,
                key=one.key,
                title=one.title,
                numbers=one.numbers,
                facets=facet_bytes(one.facets, facets),
                published_at=one.published_at,
                changes_on=one.changes_on,
            )
            for place, one in placed
        ],
        batch_size=PORTION,
    )
    SearchText.objects.bulk_create(
        [
            SearchText(
                document_id=place,
                body=one.body,
                attachments=one.attachments,
                tokens=one.tokens,
            )
            for place, one in placed
        ],
        batch_size=PORTION,
    )
    if usable:
        engine().write(generation.pk, [(place, lexemes_of(one.tokens)) for place, one in placed])


def packed(source: str, keys: Sequence[int]) -> dict[int, Packed | None]:
    """The records as they are now, cut into words; None for what is not public."""
    today = timezone.localdate()
    found: dict[int, Packed | None] = dict.fromkeys(keys)
    for document in _documents(source, keys):
        found[document.key] = pack(document, today)
    return found


def packed_or_left(source: str, keys: Sequence[int]) -> dict[int, Packed | None]:
    """As `packed`, for many that nobody has just changed: one that cannot be read is left to the
    loop, which tries it again, and does not keep the others out."""
    try:
        return packed(source, keys)
    except (*_AWAY, IndexFull):
        raise
    except Exception as error:
        if len(keys) > 1:
            found: dict[int, Packed | None] = {}
            for key in keys:
                found |= packed_or_left(source, [key])
            return found
        logger.warning("%s %s cannot be indexed (%s)", source, keys[0], type(error).__name__)
        later = timezone.now() + timedelta(minutes=1)
        PendingChange.objects.create(
            source=source, key=keys[0], bulk=True, attempts=1, due_at=later
        )
        return {}


def differs(generation: Generation, source: str, key: int) -> bool:
    """Whether the index has the record otherwise than it is now, or one has it and not the other."""
    (now,) = packed(source, [key]).values()
    row = SearchDocument.objects.filter(generation=generation.pk, source=source, key=key).first()
    if row is None or now is None:
        return (row is None) != (now is None)
    kept = SearchText.objects.filter(pk=row.pk).values_list("tokens", flat=True).first()
    return kept is None or bytes(kept) != now.tokens


def enqueue_due() -> int:
    """What changes by itself today (a document comes into force) is to be looked at."""
    due = SearchDocument.objects.filter(changes_on__lte=timezone.localdate())
    rows = list(due.order_by("changes_on").values_list("source", "key").distinct()[:PORTION])
    waiting = set(
        PendingChange.objects.filter(done=False, key__in=[key for _, key in rows]).values_list(
            "source", "key"
        )
    )
    by_source: dict[str, list[int]] = defaultdict(list)
    for source, key in rows:
        if (source, key) not in waiting:
            by_source[source].append(key)
    for source, keys in by_source.items():
        enqueue(source, keys, bulk=True)
    return sum(map(len, by_source.values()))


# -- how it is done ------------------------------------------------------------------------------


def _take_up(due: Any, *, wait: bool) -> int:
    with generations.writing(wait=wait) as got:
        if not got:
            return 0
        changes = list(due)
        targets = _targets()
        by_source: dict[str, set[int]] = defaultdict(set)
        for change in changes:
            by_source[change.source].add(change.key)
        for source, keys in by_source.items():
            found = packed(source, sorted(keys))
            for generation in targets:
                write(generation, source, found)
        rows = PendingChange.objects.filter(pk__in=[change.pk for change in changes])
        if any(one.state == Generation.State.BUILDING for one in targets):
            rows.update(done=True)
        else:
            rows.delete()
        return len(changes)


def _one(pk: int, *, wait: bool) -> int:
    try:
        return _take_up(PendingChange.objects.filter(pk=pk), wait=wait)
    except (*_AWAY, IndexFull):
        raise
    except Exception as error:
        change = PendingChange.objects.filter(pk=pk).first()
        if change is not None:
            change.attempts = min(change.attempts + 1, 1_000)
            pause = min(timedelta(seconds=2 ** min(change.attempts, 12)), _LONGEST_WAIT)
            change.due_at = timezone.now() + pause
            change.save(update_fields=["attempts", "due_at"])
            logger.warning(
                "%s %s cannot be indexed (%s)", change.source, change.key, type(error).__name__
            )
        return 0


def _targets() -> list[Generation]:
    """The indexes that a change goes into: the one that is read and the one being built.

    A damaged one still keeps its titles up to date: searches answer from them.
    """
    states = Generation.State
    found = list(
        Generation.objects.filter(state__in=[states.LIVE, states.BUILDING, states.BROKEN]).order_by(
            "-pk"
        )
    )
    alive = [one for one in found if one.state != states.BROKEN]
    if not any(one.state == states.LIVE for one in alive):
        broken = [one for one in found if one.state == states.BROKEN]
        if broken:
            return [*alive, broken[0]]
        return [*alive, _first()]
    return alive


def _first() -> Generation:
    """The site's first index: whole where there is little to index, else begun empty."""
    found: dict[str, list[int]] = {}
    number = 0
    for name, source in registry.sources().items():
        keys = found[name] = []
        for key in source.keys():  # noqa: SIM118 (not a mapping)
            number += 1
            if number > SMALL_SITE:
                return generations.begin(Generation.State.LIVE, partial=True)
            keys.append(key)
    generation = generations.begin(Generation.State.LIVE)
    for name, keys in found.items():
        write(generation, name, packed_or_left(name, keys))
    return generation


def _said(document: Packed | None) -> str:
    return document.title if document is not None else ""


def _unsuggest(source: str, keys: Iterable[int]) -> None:
    """What is not called so any more, or not public, is not suggested while typing either."""
    names = [f"{source}:{key}" for key in keys]
    if names and KnownWord.objects.filter(key__in=names).delete()[0]:
        memory.raise_version(memory.VOCABULARY)


def _is_about_table(error: DatabaseError) -> bool:
    """Whether the table that is read is damaged; it is then marked so."""
    if not engine().is_damage(error):
        return False
    for generation in Generation.objects.filter(
        state__in=[Generation.State.LIVE, Generation.State.BUILDING]
    ):
        if generations.is_sound(generation):
            continue
        if generation.state == Generation.State.LIVE:
            generations.mark_broken(generation, error)
        else:
            Generation.objects.filter(pk=generation.pk).update(state=Generation.State.RETIRED)
        return True
    return False


def _documents(source: str, keys: Sequence[int]) -> Iterable[Document]:
    found = registry.sources().get(source)
    # A room that was taken out has nothing public any more.
    return found.documents(keys) if found is not None and keys else ()


def _numbers(generation: Generation, wanted: int) -> Iterator[int]:
    """Numbers that no document of the generation has had."""
    if not wanted:
        return iter(())
    last = Generation.objects.values_list("last_number", flat=True).get(pk=generation.pk)
    if last + wanted > MAX_NUMBER:
        raise IndexFull
    Generation.objects.filter(pk=generation.pk).update(last_number=last + wanted)
    return iter(range(last + 1, last + wanted + 1))


def _facets(wanted: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    if not wanted:
        return {}
    names = {name for name, _ in wanted}
    values = {value for _, value in wanted}

    def known() -> dict[tuple[str, str], int]:
        rows = SearchFacet.objects.filter(name__in=names, value__in=values)
        return {(row.name, row.value): row.pk for row in rows}

    found = known()
    missing = wanted - found.keys()
    if missing:
        SearchFacet.objects.bulk_create(
            [SearchFacet(name=name, value=value) for name, value in sorted(missing)],
            ignore_conflicts=True,
        )
        found = known()
    return found


@contextmanager
def _impatient() -> Iterator[None]:
    """On SQLite, wait for the write lock no longer than a person would not notice."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (usual,) = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")

"""Making a whole new index beside the one that is read, and putting it in its place.

Each portion of records is read and cut into words outside any transaction, then written in a short
one. What changed meanwhile is told by the outbox: a record with a change that was not there before
the portion was read is left to that change, which goes into both indexes. The place reached is
kept with each portion, so an interrupted rebuild goes on where it was.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from gongkai.search import generations, indexing, registry
from gongkai.search.documents import DocumentSource
from gongkai.search.engines import engine
from gongkai.search.models import Generation, PendingChange

PORTION: Final = 200
BEAT_SECONDS: Final = 5


class Busy(RuntimeError):
    """Another process is rebuilding."""

    def __init__(self) -> None:
        super().__init__("另一个进程正在重建检索索引，请稍候；进度见 gongkai search status。")


class Superseded(RuntimeError):
    """The index that was being made is not wanted any more."""

    def __init__(self) -> None:
        super().__init__("重建已被另一次重建取代。")


@dataclass(frozen=True)
class Step:
    """How far a rebuild is: records done and in all, and what it is doing."""

    done: int
    total: int
    doing: str


Tick = Callable[[Step], None]


def rebuild(tick: Tick | None = None) -> Generation:
    """A new index of everything public is read from now on.

    Goes on with an interrupted rebuild if its tables and dictionary are still those of today.
    Raises `Busy`, `Superseded`, `indexing.IndexFull`.
    """
    say = tick or (lambda step: None)
    generation = _begin()
    keys: dict[str, array[int]] = {}
    for name, source in registry.sources().items():
        _prepare(source, lambda: _beat(generation), say)
        last = generation.progress.get(name, -1)
        # Read whole before anything is written: a statement left open would hold back SQLite.
        keys[name] = array("q", source.keys())
        generation.progress.setdefault(name, last)
    total = sum(map(len, keys.values()))
    done = 0
    for name, found in keys.items():
        for portion in _portions(found):
            fresh = [key for key in portion if key > generation.progress[name]]
            if fresh:
                _write(generation, name, fresh)
            done += len(portion)
            say(Step(done, total, "index"))
    say(Step(done, total, "finish"))
    with _beating(generation):
        engine().finish(generation.pk, lambda: _beat(generation))
    _switch(generation)
    generations.clean()
    say(Step(total, total, "done"))
    return generation


def needs_rebuild() -> str:
    """Why the index is to be made anew, in Chinese; empty if it is not."""
    live = generations.live()
    if live is None:
        return "还没有可用的索引"
    if live.partial:
        return "索引尚不完整"
    if not generations.is_current(live):
        return "词典或索引格式已更新"
    if not generations.is_sound(live):
        return "索引已损坏"
    return ""


def _begin() -> Generation:
    with generations.writing():
        unfinished = generations.building()
        if unfinished is not None:
            if generations.is_alive(unfinished):
                raise Busy
            if generations.is_current(unfinished) and engine().has(unfinished.pk, searchable=False):
                unfinished.beat_at = timezone.now()
                unfinished.save(update_fields=["beat_at"])
                return unfinished
            _retire(Generation.objects.filter(pk=unfinished.pk))
        PendingChange.objects.filter(done=True).delete()
        try:
            return generations.begin(Generation.State.BUILDING)
        except IntegrityError:
            raise Busy from None


def _write(generation: Generation, source: str, keys: Sequence[int]) -> None:
    before = set(_changes(source, keys).values_list("pk", flat=True))
    found = indexing.packed_or_left(source, keys)
    with generations.writing():
        current = Generation.objects.filter(
            pk=generation.pk, state=Generation.State.BUILDING
        ).first()
        if current is None:
            raise Superseded
        since = _changes(source, keys).exclude(pk__in=before)
        for key in since.values_list("key", flat=True):
            found.pop(key, None)
        indexing.write(current, source, found)
        generation.progress[source] = keys[-1]
        Generation.objects.filter(pk=generation.pk).update(
            progress=generation.progress, beat_at=timezone.now()
        )


def _changes(source: str, keys: Sequence[int]) -> QuerySet[PendingChange]:
    return PendingChange.objects.filter(source=source, key__in=keys)


def _switch(generation: Generation) -> None:
    """From one moment to the next searches read the new index."""
    states = Generation.State
    with generations.writing():
        if not Generation.objects.filter(pk=generation.pk, state=states.BUILDING).exists():
            raise Superseded
        _retire(Generation.objects.filter(state__in=[states.LIVE, states.BROKEN]))
        Generation.objects.filter(pk=generation.pk).update(
            state=states.LIVE, live_at=timezone.now(), beat_at=timezone.now()
        )
        PendingChange.objects.filter(done=True).delete()
    generation.refresh_from_db()


def _retire(rows: QuerySet[Generation]) -> None:
    rows.update(state=Generation.State.RETIRED, beat_at=timezone.now())


def _beat(generation: Generation) -> None:
    with transaction.atomic():
        Generation.objects.filter(pk=generation.pk).update(beat_at=timezone.now())


@contextmanager
def _beating(generation: Generation) -> Iterator[None]:
    """One statement may take minutes (PostgreSQL makes its index); somebody says we live."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            _beat(generation)
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _prepare(source: DocumentSource, beat: Callable[[], None], say: Tick) -> None:
    """What a source wants to have done before its documents are read (texts of older files)."""
    prepare = getattr(source, "prepare", None)
    done = 0
    while prepare is not None:
        did = prepare(PORTION)
        if not did:
            return
        done += did
        beat()
        say(Step(done, 0, "prepare"))


def _portions(keys: array[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), PORTION):
        yield list(keys[start : start + PORTION])

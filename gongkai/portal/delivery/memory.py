"""Finished pages in the memory of one process, and the watch that lets go of those that changed.

Every process has its own and reads the journal itself, so that nobody has to tell it anything:
what is committed is seen everywhere within `POLL` seconds, whoever wrote it and from wherever.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, connection
from django.utils import timezone

from gongkai.portal import preferences
from gongkai.portal.delivery import journal
from gongkai.portal.delivery.tags import SITE

POLL: Final = 0.5
"""Seconds between two looks at the journal."""
ALONE: Final = 30.0
"""Seconds for which pages are still shown when the database does not answer."""
TIDY: Final = 24 * 3600.0
TIDY_FIRST: Final = 3600.0
REMEMBERED: Final = 50_000
"""So many changed tags are remembered for pages that were being drawn meanwhile."""
LARGEST: Final = 2 * 1024 * 1024
"""A page above this is not kept: it would push out a hundred others."""
OVERHEAD: Final = 1_500
"""Bytes that a page costs besides its two forms: headers, tags, keys."""
LEVEL: Final = 6

Key = tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """A finished page: its bytes, the same packed, its headers, and what it was made from.

    `position` is where the journal stood before it was drawn; `expires` the next midnight, because
    validity and spans of days are those of a date.
    """

    content: bytes
    packed: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str
    last_modified: int | None
    tags: frozenset[str]
    position: int
    expires: float


def pack(content: bytes) -> bytes:
    """The page as gzip, the same for the same bytes; empty where that would save nothing."""
    packed = gzip.compress(content, LEVEL, mtime=0)
    return packed if len(packed) < len(content) else b""


def next_midnight(now: datetime | None = None) -> float:
    """The beginning of tomorrow in Shanghai, as a time stamp."""
    today = timezone.localtime(now)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight.timestamp()


class Memory:
    """Pages of one process, the least recently asked for going first when `limit` bytes are full."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.poll = POLL
        self.size = 0
        self._pages: OrderedDict[Key, Kept] = OrderedDict()
        self._by_tag: dict[str, set[Key]] = {}
        self._lock = threading.RLock()
        self._looking = threading.Lock()
        self._position: int | None = None
        self._handled: set[int] = set()
        self._looked = float("-inf")
        self._answered = float("-inf")
        # For pages drawn while something changed: which round of changes touched which tag last.
        self._round = 0
        self._floor = 0
        self._changed: dict[str, int] = {}
        self._tidy_at = time.monotonic() + TIDY_FIRST

    def __len__(self) -> int:
        return len(self._pages)

    # -- keeping and finding -----------------------------------------------------------------------
    def begin(self) -> tuple[int, int]:
        """Before a page is drawn: the round of changes and the position that it is drawn after."""
        with self._lock:
            return self._round, self._position or 0

    def get(self, key: Key) -> Kept | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None:
                return None
            if page.expires <= time.time():
                self._drop(key)
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Kept, begun: int) -> bool:
        """Keep the page, unless something that it shows changed since it was begun."""
        size = len(page.content) + len(page.packed) + OVERHEAD
        if size > min(LARGEST, self.limit):
            return False
        with self._lock:
            if begun < self._floor or any(self._changed.get(tag, -1) > begun for tag in page.tags):
                return False
            self._drop(key)
            self._pages[key] = page
            self.size += size
            for tag in page.tags:
                self._by_tag.setdefault(tag, set()).add(key)
            while self.size > self.limit:
                self._drop(next(iter(self._pages)))
            return True

    def purge(self, tags: Iterable[str]) -> None:
        """Let go of every page that shows any of this."""
        with self._lock:
            self._round += 1
            for tag in tags:
                self._changed[tag] = self._round
                for key in list(self._by_tag.get(tag, ())):
                    self._drop(key)
            if len(self._changed) > REMEMBERED:
                self._floor, self._changed = self._round, {}

    def clear(self) -> None:
        """Let go of everything, also of what is being drawn."""
        with self._lock:
            self._round += 1
            self._floor, self._changed = self._round, {}
            self._pages.clear()
            self._by_tag.clear()
            self.size = 0

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        if page is None:
            return
        self.size -= len(page.content) + len(page.packed) + OVERHEAD
        for tag in page.tags:
            keys = self._by_tag[tag]
            keys.discard(key)
            if not keys:
                del self._by_tag[tag]

    # -- the watch ---------------------------------------------------------------------------------
    def look(self) -> bool:
        """Read on in the journal when it is time to. False when pages cannot be trusted now."""
        now = time.monotonic()
        if now - self._looked < self.poll:
            return True
        with self._looking:
            now = time.monotonic()
            if now - self._looked < self.poll:
                return True
            try:
                self._read()
            except DatabaseError:
                # Nothing can be published while the database is away; for a while its pages stand.
                self._looked = now
                return now - self._answered < ALONE
            self._looked = self._answered = now
        self._tidy(now)
        return True

    def _read(self) -> None:
        if self._position is None:
            # What is visible now was so before any page is drawn, also what came after the oldest
            # transaction that is still under way.
            found = journal.changes(journal.position())
            self._handled = {key for key, _tag in found.rows}
            self._position = found.position
            return
        found = journal.changes(self._position)
        if found.all:
            self._handled = set()
            self._position = found.position
            preferences.forget()
            self.clear()
            return
        fresh = {tag for key, tag in found.rows if key not in self._handled}
        self._handled = {key for key, _tag in found.rows}
        if SITE in fresh:
            preferences.forget()
        if fresh:
            self.purge(fresh)
        with self._lock:
            self._position = found.position

    def _tidy(self, now: float) -> None:
        if now < self._tidy_at:
            return
        self._tidy_at = now + TIDY
        threading.Thread(target=in_own_connection, args=(journal.tidy,), daemon=True).start()


def in_own_connection(work: Callable[[], object]) -> None:
    """Work of a thread of its own, which may wait for the database as long as it must."""
    try:
        work()
    except DatabaseError:
        pass  # tomorrow is another day
    finally:
        connection.close()

"""The lists of words as a process holds them: loaded once, looked at again once a second.

A change is seen by every process within `FRESH_FOR` and a search costs no statement for it. Where
the tables cannot be read (before the first migration) what the package brings along holds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

OFFICE: Final = "office"
"""Synonyms and recommended words."""
VOCABULARY: Final = "vocabulary"
"""What can be suggested and mended."""
FRESH_FOR: Final = 1.0

_T = TypeVar("_T")
Version = tuple[tuple[str, int, datetime], ...]

_lock = Lock()
_seen: Version | None = None
_looked_at = float("-inf")
_all: list[Kept[Any]] = []


class Kept(Generic[_T]):
    """A value made from the tables, made anew when one of the named lists has changed."""

    def __init__(self, make: Callable[[], _T], without: Callable[[], _T], *names: str) -> None:
        self.make, self.without, self.names = make, without, names
        self.version: Version | None = None
        self.value: _T | None = None
        _all.append(self)

    def get(self) -> _T:
        """The value as of a second ago at the latest."""
        seen = _versions()
        if seen is None:
            return self.without()
        version = tuple(row for row in seen if row[0] in self.names)
        value = self.value
        if value is None or self.version != version:
            try:
                value = _read(self.make)
            except DatabaseError:
                return self.without()
            self.value, self.version = value, version
        return value

    def forget(self) -> None:
        """Read anew at the next question."""
        self.value, self.version = None, None


def forget() -> None:
    """Look at the tables again at the next question (after a change; between tests)."""
    global _looked_at, _seen
    _looked_at, _seen = float("-inf"), None


def forget_all() -> None:
    """As if the process had just begun."""
    forget()
    for kept in _all:
        kept.forget()


def raise_version(name: str) -> None:
    """Everybody reads the list anew; comes after the change, in its transaction."""
    from gongkai.search.models import WordsVersion

    now = timezone.now()
    if not WordsVersion.objects.filter(name=name).update(number=F("number") + 1, changed_at=now):
        WordsVersion.objects.get_or_create(name=name, defaults={"number": 1, "changed_at": now})
    forget()
    transaction.on_commit(forget)


def _versions() -> Version | None:
    global _looked_at, _seen
    now = time.monotonic()
    if now - _looked_at < FRESH_FOR:
        return _seen
    with _lock:
        if now - _looked_at < FRESH_FOR:
            return _seen
        try:
            _seen = _read(_look)
        except DatabaseError:
            _seen = None
        _looked_at = now
    return _seen


def _look() -> Version:
    from gongkai.search.models import WordsVersion

    rows = WordsVersion.objects.order_by("name").values_list("name", "number", "changed_at")
    return tuple(rows)


def _read(make: Callable[[], _T]) -> _T:
    """What goes wrong here leaves the caller's transaction usable."""
    if connection.in_atomic_block:
        with transaction.atomic():
            return make()
    return make()

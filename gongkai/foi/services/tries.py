"""Counting wrong tries (输错次数), so that neither a code nor a password can be guessed.

The counters lie in the shared cache (without one, in each process) under names from which neither
number nor address nor contact can be read. They are counted before the answer is known, so that
tries side by side cannot slip through.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from django.core.cache import cache

from gongkai.vault.crypto import keyed_hash
from gongkai.vault.keys import active
from gongkai.vault.models import DataKey

LOCKED_SECONDS: Final = 15 * 60


def counter(kind: str, text: str) -> str:
    """The name of a counter of this kind for `text`."""
    _, key = active(DataKey.Purpose.INDEX)
    return f"foi.tries.{kind}.{keyed_hash(key, f'foi.tries.{kind}:{text}')}"


def count(name: str, seconds: int = LOCKED_SECONDS) -> int:
    """One more; how many there are now within `seconds` of the first."""
    cache.add(name, 0, seconds)
    try:
        return int(cache.incr(name))
    except ValueError:  # it ran out in between
        cache.set(name, 1, seconds)
        return 1


def uncount(name: str) -> None:
    """What was right is no wrong try."""
    with suppress(ValueError):
        cache.decr(name)


def forget(name: str) -> None:
    """The counter begins anew."""
    cache.delete(name)

"""What other rooms tell this one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from gongkai.search import generations, indexing
from gongkai.search.asking import note_search

__all__ = ["changed", "is_stale", "note_search"]


def changed(source: str, keys: Sequence[int]) -> None:
    """Records became public, changed, or are public no more: the index follows.

    Call it in the transaction of the change. Nothing of the index happens before that is over, and
    nothing that happens then can undo it: up to `indexing.AT_ONCE` records are indexed at once,
    more (and whatever fails) by `gongkai search follow` within two seconds.
    """
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return
    # One by one, but hundreds in one transaction, is many at once all the same.
    told_before = len(transaction.get_connection().run_on_commit)
    bulk = len(wanted) > indexing.AT_ONCE or told_before > 2 * indexing.AT_ONCE
    indexing.enqueue(source, wanted, bulk=bulk)
    if not bulk:
        transaction.on_commit(partial(indexing.at_once, source, wanted), robust=True)


def is_stale(source: str, key: int) -> bool:
    """Whether the index has the record otherwise than it is now.

    For changes that concern thousands of records or none: ask of one of them first.
    """
    generation = generations.live()
    if generation is None:
        return False
    return indexing.differs(generation, source, key)

"""Reading the journal of public changes: where it stands, and what was added since.

A position is a number that only grows. On SQLite it is the last key: writers come one after
another, and keys follow the order of their commits. On PostgreSQL keys become visible out of order
(a long import commits after a short edit that began later), so a position is the oldest transaction
that was still under way: everything before it is decided and was seen. What came after it may be
read twice, and whoever keeps pages remembers which rows it has dealt with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

from gongkai.portal.models import PublicChange

TABLE: Final = PublicChange._meta.db_table
KEPT: Final = timedelta(days=3)
"""A page is kept until midnight at most, and a static copy that was not renewed for longer than
this is made anew."""
MANY: Final = 20_000
"""More changes at once than anybody wants to compare page by page: all pages go."""

# The name put into these statements is the constant above.
# ruff: noqa: S608


@dataclass(frozen=True)
class Changes:
    """What was committed after a position. `rows` are (key, tag); `all` when they are too many."""

    position: int
    rows: tuple[tuple[int, str], ...] = ()
    all: bool = False


def position(using: str = DEFAULT_DB_ALIAS) -> int:
    """Where the journal stands: whatever is read from now on is at least as new."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        else:
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {TABLE}")
        return int(cursor.fetchone()[0])


def changes(after: int, using: str = DEFAULT_DB_ALIAS, limit: int = MANY) -> Changes:
    """What was added after the position, in one statement."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT s.oldest, c.id, c.tag FROM (SELECT "
                "pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest) s "
                f'LEFT JOIN {TABLE} c ON c."transaction" >= %s LIMIT %s',
                [after, limit + 1],
            )
            found = cursor.fetchall()
            reached = int(found[0][0])
            rows = tuple((key, tag) for _oldest, key, tag in found if key is not None)
        else:
            cursor.execute(
                f"SELECT id, tag FROM {TABLE} WHERE id > %s ORDER BY id LIMIT %s",
                [after, limit + 1],
            )
            rows = tuple(cursor.fetchall())
            reached = rows[-1][0] if rows else after
    if len(rows) > limit:
        return Changes(max(reached, position(using)), all=True)
    return Changes(max(reached, after), rows)


def touched(tags: Iterable[str], after: int, using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether any of the tags was changed after the position."""
    found = PublicChange.objects.using(using).filter(tag__in=list(tags))
    if connections[using].vendor == "postgresql":
        return found.filter(transaction__gte=after).exists()
    return found.filter(pk__gt=after).exists()


def tidy(now: datetime | None = None) -> int:
    """Remove rows that nobody can still need; how many there were."""
    before = (now or timezone.now()) - KEPT
    removed, _kinds = PublicChange.objects.filter(at__lt=before).delete()
    return removed

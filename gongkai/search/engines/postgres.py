"""The production engine: a `tsvector` of lexemes with a GIN index, one table a generation.

The vectors hold no positions and stand outside the rows (`toast_tuple_target`): a search reads the
index and narrow rows of two numbers, never the vectors. `fastupdate` is off, or a search would
have to read through what was written last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from django.db import connection

from gongkai.search.engines.base import Every, Expression, Has, OneOf, Without

_DAMAGE: Final = frozenset({"42P01", "42703", "42883", "XX001", "XX002", "58030", "58P01"})
"""SQLSTATE: no such table, column, operator; data or index corrupted; a file that is gone."""
_STATISTICS: Final = 1_000
"""Ten times as many lexemes whose frequency the planner knows."""
_BUILD_MEMORY: Final = "256MB"


def table(generation: int) -> str:
    """The table of a generation."""
    return f"search_words_{int(generation)}"


def quoted(lexeme: str) -> str:
    """The lexeme in the text form of vectors and queries."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def rendered(wanted: Expression) -> str:
    """The expression as a `tsquery`."""
    match wanted:
        case Has(lexeme):
            return quoted(lexeme)
        case Every(parts):
            return f"({' & '.join(map(rendered, parts))})"
        case OneOf(parts):
            return f"({' | '.join(map(rendered, parts))})"
        case Without(part, refused):
            return f"({rendered(part)} & !({' | '.join(map(rendered, refused))}))"


class PostgresEngine:
    """GIN over sets of lexemes."""

    def create(self, generation: int, *, bulk: bool = False) -> None:
        name = table(generation)
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TABLE {name} (place bigint PRIMARY KEY, words tsvector NOT NULL) "
                "WITH (toast_tuple_target = 128)"
            )
            cursor.execute(f"ALTER TABLE {name} ALTER COLUMN words SET STORAGE EXTENDED")
            # With the usual hundred the planner takes a number that one document has for one
            # that thousands have, and walks through all of them from the newest on.
            cursor.execute(f"ALTER TABLE {name} ALTER COLUMN words SET STATISTICS {_STATISTICS}")
        if not bulk:
            self._index(generation, concurrently=False)

    def write(self, generation: int, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table(generation)} (place, words) FROM STDIN") as copy,
        ):
            for place, lexemes in rows:
                copy.write_row((place, " ".join(map(quoted, lexemes))))

    def remove(self, generation: int, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table(generation)} WHERE place = ANY(%s)",  # noqa: S608
                [[place for place, _ in rows]],
            )

    def places(
        self, generation: int, wanted: Expression, limit: int, span: tuple[int, int]
    ) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT place FROM {table(generation)} WHERE words @@ %s::tsquery "  # noqa: S608
                "AND place >= %s AND place <= %s ORDER BY place DESC LIMIT %s",
                [rendered(wanted), *span, limit],
            )
            return [row[0] for row in cursor.fetchall()]

    def finish(self, generation: int, beat: Callable[[], None]) -> None:
        # Readers and writers of other generations go on while the index is made.
        concurrently = not connection.in_atomic_block
        with connection.cursor() as cursor:
            cursor.execute(f"SET maintenance_work_mem = '{_BUILD_MEMORY}'")
        try:
            self._index(generation, concurrently=concurrently)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET maintenance_work_mem")
        beat()
        with connection.cursor() as cursor:
            verb = "VACUUM ANALYZE" if concurrently else "ANALYZE"
            cursor.execute(f"{verb} {table(generation)}")

    def drop(self, generation: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {table(generation)}")

    def has(self, generation: int, *, searchable: bool = True) -> bool:
        with connection.cursor() as cursor:
            wanted = table(generation)
            cursor.execute(
                "SELECT to_regclass(%s) IS NOT NULL AND to_regclass(%s) IS NOT NULL",
                [wanted, f"{wanted}_words" if searchable else wanted],
            )
            return bool(cursor.fetchone()[0])

    def is_damage(self, error: Exception) -> bool:
        cause = error.__cause__ or error
        return getattr(cause, "sqlstate", None) in _DAMAGE

    def _index(self, generation: int, *, concurrently: bool) -> None:
        name = table(generation)
        how = "CONCURRENTLY " if concurrently else ""
        with connection.cursor() as cursor:
            # One that was interrupted is left invalid.
            cursor.execute(f"DROP INDEX IF EXISTS {name}_words")
            cursor.execute(
                f"CREATE INDEX {how}{name}_words ON {name} USING gin (words) "
                "WITH (fastupdate = off)"
            )

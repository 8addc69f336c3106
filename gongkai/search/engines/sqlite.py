"""The embedded engine: one FTS5 table a generation, contentless, tokens only.

`detail=none` keeps which documents hold a token and nothing else: all that the lexemes need. The
rowid is the document's place, so the newest come first without a sort, and a span of days is a
range of rowids.

SQLite 3.40 has no `contentless_delete`: a document leaves by the 'delete' command with the exact
tokens that it was written with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from django.db import connection

from gongkai.search.engines.base import Every, Expression, Has, OneOf, Without

_MERGE_PAGES: Final = 500
_MERGES: Final = 20_000
_OTHER: Final = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]")
_ESCAPE: Final = "\ue001"
_DAMAGE: Final = (
    "no such table",
    "no such column",
    "malformed",
    "corrupt",
    "fts5",
    "vtable constructor",
    "sql logic error",
)


def table(generation: int) -> str:
    """The table of a generation."""
    return f"search_words_{int(generation)}"


def token(lexeme: str) -> str:
    """The lexeme as FTS5's ascii tokenizer leaves it whole: letters, figures and non-ASCII."""
    return _OTHER.sub(lambda found: f"{_ESCAPE}{ord(found.group()):02x}", lexeme)


def rendered(wanted: Expression) -> str:
    """The expression in FTS5's query language."""
    match wanted:
        case Has(lexeme):
            return f'"{token(lexeme)}"'
        case Every(parts):
            return f"({' AND '.join(map(rendered, parts))})"
        case OneOf(parts):
            return f"({' OR '.join(map(rendered, parts))})"
        case Without(part, refused):
            return f"({rendered(part)} NOT ({' OR '.join(map(rendered, refused))}))"


class SqliteEngine:
    """FTS5 in the site's own file."""

    def create(self, generation: int, *, bulk: bool = False) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE VIRTUAL TABLE {table(generation)} USING fts5("
                "words, content='', columnsize=0, detail=none, tokenize='ascii')"
            )

    def write(self, generation: int, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {table(generation)}(rowid, words) VALUES (%s, %s)",  # noqa: S608
                [(place, _packed(lexemes)) for place, lexemes in rows],
            )

    def remove(self, generation: int, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        name = table(generation)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {name}({name}, rowid, words) VALUES ('delete', %s, %s)",  # noqa: S608
                [(place, _packed(lexemes)) for place, lexemes in rows],
            )

    def places(
        self, generation: int, wanted: Expression, limit: int, span: tuple[int, int]
    ) -> list[int]:
        name = table(generation)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT rowid FROM {name} WHERE {name} MATCH %s "  # noqa: S608
                "AND rowid >= %s AND rowid <= %s ORDER BY rowid DESC LIMIT %s",
                [rendered(wanted), *span, limit],
            )
            return [row[0] for row in cursor.fetchall()]

    def finish(self, generation: int, beat: Callable[[], None]) -> None:
        """Merge the table's parts step by step: one `optimize` would keep every writer waiting."""
        name = table(generation)
        pages = -_MERGE_PAGES
        with connection.cursor() as cursor:
            for _ in range(_MERGES):
                cursor.execute("SELECT total_changes()")
                (before,) = cursor.fetchone()
                cursor.execute(f"INSERT INTO {name}({name}, rank) VALUES ('merge', %s)", [pages])  # noqa: S608
                cursor.execute("SELECT total_changes()")
                if cursor.fetchone()[0] - before < 2:
                    return
                pages = _MERGE_PAGES
                beat()

    def drop(self, generation: int) -> None:
        name = table(generation)
        with connection.cursor() as cursor:
            try:
                cursor.execute(f"DROP TABLE IF EXISTS {name}")
            except Exception as error:
                if not self.is_damage(error):
                    raise
                # A table whose own parts are gone cannot even be dropped as a whole.
                _forget(cursor, name)

    def has(self, generation: int, *, searchable: bool = True) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s", [table(generation)])
            return cursor.fetchone() is not None

    def is_damage(self, error: Exception) -> bool:
        said = str(error).lower()
        return "syntax error" not in said and any(sign in said for sign in _DAMAGE)


def _packed(lexemes: Sequence[str]) -> str:
    return " ".join(map(token, lexemes))


def _forget(cursor: Any, name: str) -> None:
    """Take a damaged virtual table out of the schema, and what is left of its parts."""
    for part in ("data", "idx", "content", "docsize", "config"):
        cursor.execute(f"DROP TABLE IF EXISTS {name}_{part}")
    cursor.execute("PRAGMA writable_schema=ON")
    try:
        cursor.execute("DELETE FROM sqlite_master WHERE name = %s AND type = 'table'", [name])
        cursor.execute("PRAGMA schema_version")
        (version,) = cursor.fetchone()
        cursor.execute(f"PRAGMA schema_version = {version + 1}")
    finally:
        cursor.execute("PRAGMA writable_schema=OFF")

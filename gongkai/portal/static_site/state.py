"""What the exporter remembers beside the copy: which pages there are and what they are made from.

A small SQLite file in the copy's hidden folder. A page is written to disk first and remembered then,
so that a run that was interrupted finds less than there is, never more.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

FOLDER: Final = ".gongkai-export"
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS page (
    path TEXT PRIMARY KEY, name TEXT NOT NULL, status INTEGER NOT NULL, file TEXT NOT NULL,
    digest TEXT NOT NULL, location TEXT NOT NULL, run INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tag (
    tag TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (tag, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS disposition (
    path TEXT PRIMARY KEY, header TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS todo (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tag_of ON tag (path);
CREATE INDEX IF NOT EXISTS page_run ON page (run);
CREATE TABLE IF NOT EXISTS asset (path TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
"""
_PORTION: Final = 500


class Busy(Exception):
    """Another run works on this copy."""


class NotACopy(Exception):
    """The folder holds something that no export has put there."""


class State:
    """The memory of one copy. Only one process has it at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        folder = root / FOLDER
        if root.exists() and not folder.exists() and any(root.iterdir()):
            raise NotACopy(str(root))
        folder.mkdir(parents=True, exist_ok=True)
        self._lock: IO[str] = (folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise Busy(str(root)) from error
        self.base = sqlite3.connect(folder / "state.sqlite3", isolation_level="IMMEDIATE")
        self.base.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;{_TABLES}")

    def close(self) -> None:
        self.base.commit()
        self.base.close()
        self._lock.close()

    def commit(self) -> None:
        self.base.commit()

    # -- facts about the whole copy ------------------------------------------------------------
    def get(self, name: str) -> str:
        row = self.base.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
        return str(row[0]) if row else ""

    def note(self, **facts: object) -> None:
        self.base.executemany(
            "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
            [(name, str(value)) for name, value in facts.items()],
        )

    # -- pages -----------------------------------------------------------------------------------
    def page(self, path: str) -> tuple[str, str] | None:
        """File and digest of a page of the copy."""
        found = self.base.execute("SELECT file, digest FROM page WHERE path = ?", [path]).fetchone()
        return (str(found[0]), str(found[1])) if found else None

    def has(self, path: str, run: int = 0) -> bool:
        """Whether the copy holds the page; with `run`, whether that run has drawn it."""
        return (
            self.base.execute(
                "SELECT 1 FROM page WHERE path = ? AND run >= ?", [path, run]
            ).fetchone()
            is not None
        )

    def keep(
        self,
        path: str,
        name: str,
        status: int,
        file: str,
        digest: str,
        location: str,
        tags: Iterable[str],
        run: int,
        disposition: str = "",
    ) -> None:
        self.base.execute(
            "INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?, ?, ?)",
            [path, name, status, file, digest, location, run],
        )
        self.base.execute("DELETE FROM tag WHERE path = ?", [path])
        self.base.executemany(
            "INSERT INTO tag (tag, path) VALUES (?, ?)", [(tag, path) for tag in tags]
        )
        self.base.execute("DELETE FROM disposition WHERE path = ?", [path])
        if disposition:
            self.base.execute("INSERT INTO disposition VALUES (?, ?)", [path, disposition])

    def forget(self, path: str) -> None:
        self.base.execute("DELETE FROM page WHERE path = ?", [path])
        self.base.execute("DELETE FROM tag WHERE path = ?", [path])
        self.base.execute("DELETE FROM disposition WHERE path = ?", [path])

    def made_from(self, tags: Iterable[str]) -> set[str]:
        """The pages that show any of this."""
        found: set[str] = set()
        wanted = list(tags)
        for at in range(0, len(wanted), _PORTION):
            part = wanted[at : at + _PORTION]
            marks = ",".join("?" * len(part))
            rows = self.base.execute(f"SELECT path FROM tag WHERE tag IN ({marks})", part)  # noqa: S608
            found.update(path for (path,) in rows)
        return found

    def paths(self, *, but: str = "") -> Iterator[str]:
        """All pages, or all that are of another kind."""
        rows = self.base.execute("SELECT path FROM page WHERE name <> ? ORDER BY path", [but])
        for (path,) in rows.fetchall():
            yield path

    def untouched(self, run: int) -> list[str]:
        """Pages that a whole run has not come across: they are gone."""
        rows = self.base.execute("SELECT path FROM page WHERE run < ?", [run])
        return [path for (path,) in rows]

    def moved(self) -> list[tuple[str, str]]:
        """Addresses that lead on, with where to."""
        rows = self.base.execute(
            "SELECT path, location FROM page WHERE status IN (301, 302) ORDER BY path"
        )
        return [(path, location) for path, location in rows]

    def dispositions(self) -> list[tuple[str, str]]:
        """Files with the header that names them when they are saved (Content-Disposition)."""
        rows = self.base.execute("SELECT path, header FROM disposition ORDER BY path")
        return [(path, header) for path, header in rows]

    def count(self) -> int:
        return int(self.base.execute("SELECT COUNT(*) FROM page").fetchone()[0])

    # -- what is still to be drawn ---------------------------------------------------------------
    def add_todo(self, paths: Iterable[str]) -> None:
        self.base.executemany("INSERT OR IGNORE INTO todo VALUES (?)", [(path,) for path in paths])

    def todo(self, limit: int = -1) -> list[str]:
        rows = self.base.execute("SELECT path FROM todo ORDER BY path LIMIT ?", [limit])
        return [path for (path,) in rows]

    def done(self, path: str) -> None:
        self.base.execute("DELETE FROM todo WHERE path = ?", [path])

    def clear(self) -> None:
        """Before a whole run: nothing is waiting, and every style sheet is copied anew."""
        self.base.execute("DELETE FROM todo")
        self.base.execute("DELETE FROM asset")

    # -- style sheets, scripts, pictures ---------------------------------------------------------
    def asset(self, path: str) -> str:
        row = self.base.execute("SELECT digest FROM asset WHERE path = ?", [path]).fetchone()
        return str(row[0]) if row else ""

    def keep_asset(self, path: str, digest: str) -> None:
        self.base.execute("INSERT OR REPLACE INTO asset VALUES (?, ?)", [path, digest])

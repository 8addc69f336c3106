"""Test databases made from a template: migrate once, copy for every worker and restore.

Running all migrations takes longer than most test modules. The template's name carries a
hash of every migration of the project and of the framework versions, so it is rebuilt
exactly when one of them changes. A transactional test gets its database back by a fresh
copy instead of a flush, which the append-only triggers would rightly refuse.
"""

import fcntl
import hashlib
import os
import shutil
from pathlib import Path

import django
import wagtail
from django.core.management import call_command
from django.db import connection, connections

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".pytest_cache" / "databases"


def fingerprint() -> str:
    """Hash of everything that decides what a freshly migrated database looks like."""
    digest = hashlib.sha256(f"{django.VERSION}{wagtail.VERSION}".encode())
    for path in sorted((ROOT / "gongkai").glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    for path in sorted((ROOT / "gongkai").glob("*/triggers.py")):
        digest.update(path.read_bytes())
    # What a migration puts into the tables.
    for name in ("synonyms.csv", "asked.txt"):
        digest.update((ROOT / "gongkai" / "search" / "data" / name).read_bytes())
    return digest.hexdigest()[:16]


class SqliteTemplate:
    """A migrated file, copied to a file of the worker's own (a live server needs a file)."""

    def __init__(self, worker: str) -> None:
        self.template = CACHE / f"{fingerprint()}.sqlite3"
        self.target = CACHE / f"test-{os.getpid()}-{worker}.sqlite3"

    def create(self) -> None:
        if not self.template.exists():
            building = self.template.with_suffix(f".{os.getpid()}")
            self._point_to(building)
            call_command("migrate", verbosity=0, interactive=False)
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA journal_mode=DELETE")
            connections.close_all()
            building.rename(self.template)
            for old in CACHE.glob("*.sqlite3*"):
                if not old.name.startswith(("test-", self.template.stem)):
                    old.unlink(missing_ok=True)
        self.restore()

    def restore(self) -> None:
        connections.close_all()
        self.destroy()
        shutil.copyfile(self.template, self.target)
        self._point_to(self.target)

    def destroy(self) -> None:
        connections.close_all()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.target}{suffix}").unlink(missing_ok=True)

    def _point_to(self, path: Path) -> None:
        connections.close_all()
        connection.settings_dict["NAME"] = str(path)


class PostgresTemplate:
    """A migrated database, cloned by the server."""

    def __init__(self, worker: str) -> None:
        self.template = f"gongkai_template_{fingerprint()}"
        self.target = f"gongkai_test_{os.getpid()}_{worker}"

    def create(self) -> None:
        if not self._exists(self.template):
            building = f"{self.template}_{os.getpid()}"
            self._admin(f'CREATE DATABASE "{building}"')
            self._point_to(building)
            call_command("migrate", verbosity=0, interactive=False)
            connections.close_all()
            for name in self._names("gongkai_template_%"):
                if name != building:
                    self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            self._admin(f'ALTER DATABASE "{building}" RENAME TO "{self.template}"')
        self.restore()

    def restore(self) -> None:
        self.destroy()
        self._admin(f'CREATE DATABASE "{self.target}" TEMPLATE "{self.template}"')
        self._point_to(self.target)

    def destroy(self) -> None:
        connections.close_all()
        self._admin(f'DROP DATABASE IF EXISTS "{self.target}" WITH (FORCE)')

    def _exists(self, name: str) -> bool:
        return name in self._names(name)

    def _names(self, pattern: str) -> list[str]:
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern])
            return [name for (name,) in cursor.fetchall()]

    def _admin(self, sql: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(sql)

    def _point_to(self, name: str) -> None:
        connections.close_all()
        connection.settings_dict["NAME"] = name


def make(worker: str) -> SqliteTemplate | PostgresTemplate:
    """Create this worker's database; one worker builds the template, the others wait for it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    kind = SqliteTemplate if connection.vendor == "sqlite" else PostgresTemplate
    database = kind(worker)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        database.create()
    return database

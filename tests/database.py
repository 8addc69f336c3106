"""Test databases made from a template: migrate once, copy for every worker and restore.

Running all migrations takes longer than most test modules. The template's name carries a
hash of every migration of the project and of the framework versions, so it is rebuilt
exactly when one of them changes. A transactional test gets its database back by a fresh
copy instead of a flush, which the append-only triggers would rightly refuse. On PostgreSQL, where
dropping a database waits for a checkpoint, the rows are put back instead, unless a test changed
more than rows.
"""

import fcntl
import hashlib
import os
import shutil
from pathlib import Path

import django
import wagtail
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".pytest_cache" / "databases"

PUT_BACK = """
CREATE SCHEMA kept;

-- What a test may change besides rows: then only a fresh copy will do.
CREATE FUNCTION kept.shape() RETURNS text LANGUAGE sql AS $$
  WITH ours AS (
    SELECT oid, relname, relkind, relpersistence FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
  )
  SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
    SELECT concat_ws(' ', 'relation', relname, relkind, relpersistence) FROM ours
    UNION ALL
    SELECT concat_ws(' ', 'column', relname, attnum, attname, atttypid, atttypmod, attnotnull)
    FROM pg_attribute JOIN ours ON attrelid = ours.oid WHERE attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT concat_ws(' ', 'default', relname, adnum, pg_get_expr(adbin, adrelid))
    FROM pg_attrdef JOIN ours ON adrelid = ours.oid
    UNION ALL
    SELECT concat_ws(' ', 'constraint', relname, conname, contype, convalidated)
    FROM pg_constraint JOIN ours ON conrelid = ours.oid
    UNION ALL
    SELECT concat_ws(' ', 'index', relname, pg_get_indexdef(indexrelid), indisvalid)
    FROM pg_index JOIN ours ON indrelid = ours.oid
    UNION ALL
    SELECT concat_ws(' ', 'trigger', relname, tgname, tgenabled, tgfoid)
    FROM pg_trigger JOIN ours ON tgrelid = ours.oid WHERE NOT tgisinternal
    UNION ALL
    SELECT concat_ws(' ', 'function', oid, proname, md5(prosrc)) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
  ) AS lines (line)
$$;

-- Rows and the youngest of them, by table: equal numbers mean that nothing was written.
CREATE TABLE kept.tables (name text PRIMARY KEY, rows bigint NOT NULL, youngest bigint NOT NULL);
CREATE TABLE kept.sequences AS
  SELECT sequencename AS name, start_value, last_value FROM pg_sequences WHERE schemaname = 'public';
DO $$
DECLARE one text; rows bigint; youngest bigint;
BEGIN
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT count(*), coalesce(max(xmin::text::bigint), 0) FROM public.%I', one)
      INTO rows, youngest;
    INSERT INTO kept.tables VALUES (one, rows, youngest);
    IF rows > 0 THEN
      EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', 'of_' || one, one);
    END IF;
  END LOOP;
END $$;
CREATE TABLE kept.built AS SELECT kept.shape() AS shape;

CREATE FUNCTION kept.put_back() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE one kept.tables; found_rows bigint; found_youngest bigint;
BEGIN
  IF kept.shape() <> (SELECT shape FROM kept.built) THEN RETURN false; END IF;
  -- No trigger speaks: neither the journal's nor those that refuse to change the ledger.
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR one IN SELECT * FROM kept.tables LOOP
    EXECUTE format('SELECT count(*), coalesce(max(xmin::text::bigint), 0) FROM public.%I', one.name)
      INTO found_rows, found_youngest;
    CONTINUE WHEN found_rows = one.rows AND found_youngest = one.youngest;
    EXECUTE format('DELETE FROM public.%I', one.name);
    IF one.rows > 0 THEN
      EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM kept.%I',
                     one.name, 'of_' || one.name);
      UPDATE kept.tables SET youngest = pg_current_xact_id()::xid::text::bigint
        WHERE name = one.name;
    END IF;
  END LOOP;
  PERFORM setval(format('public.%I', had.name)::regclass,
                 coalesce(had.last_value, had.start_value), had.last_value IS NOT NULL)
    FROM kept.sequences AS had JOIN pg_sequences AS has ON has.sequencename = had.name
    WHERE has.schemaname = 'public' AND has.last_value IS DISTINCT FROM had.last_value;
  RETURN true;
END $$;
"""
"""Lies beside the tables of the PostgreSQL template, in a schema that no test looks into."""


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
    digest.update(PUT_BACK.encode())
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
            with connection.cursor() as cursor:
                cursor.execute(PUT_BACK)
            connections.close_all()
            for name in self._names("gongkai_template_%"):
                if name != building:
                    self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            self._admin(f'ALTER DATABASE "{building}" RENAME TO "{self.template}"')
        self._clone()

    def restore(self) -> None:
        if not self._put_back():
            self._clone()

    def _put_back(self) -> bool:
        """The template's rows in the database that there is; False if that cannot be done."""
        connections.close_all()
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                cursor.execute("SELECT kept.put_back()")
                return bool(cursor.fetchone()[0])
        except DatabaseError:
            return False
        finally:
            connections.close_all()

    def _clone(self) -> None:
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

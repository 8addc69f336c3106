"""Tables that only grow: database triggers that refuse UPDATE, DELETE and TRUNCATE.

In a migration, after the table is created:

    operations = [migrations.CreateModel(...), AppendOnly("foi_foievent")]

SQLite rebuilds a table (and drops its triggers) when a later migration alters a column: put
`AppendOnly` after such an operation again. `unprotected_tables()` names every table that a
migration declared append-only and that bears no triggers now; the verify command and a test
ask it.

Tests that must flush tables (`TransactionTestCase`, `pytest.mark.django_db(transaction=True)`)
do it inside `suspended()`:

    with triggers.suspended():
        call_command("flush", interactive=False)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation, OperationCategory

PREFIX = "append_only_"
MESSAGE = "append-only table: {table} 只能追加，不得修改或删除"
_FUNCTION = "gongkai_refuse_change"


class AppendOnly(Operation):
    """From now on rows of `table` can be added and never changed or removed."""

    reversible = True
    reduces_to_sql = True
    category = OperationCategory.SQL

    def __init__(self, table: str) -> None:
        self.table = table

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [self.table], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models do not change."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for statement in protect_sql(schema_editor.connection.vendor, self.table):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for statement in release_sql(schema_editor.connection.vendor, self.table):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Refuse changes to rows of {self.table}"


def protect_sql(vendor: str, table: str) -> list[str]:
    """The statements that make `table` append-only (idempotent)."""
    message = MESSAGE.format(table=table)
    if vendor == "postgresql":
        return [
            f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $body$ "
            "BEGIN RAISE EXCEPTION 'append-only table: % 只能追加，不得修改或删除', "
            "TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $body$",
            *release_sql(vendor, table),
            f'CREATE TRIGGER "{PREFIX}row_{table}" BEFORE UPDATE OR DELETE ON "{table}" '
            f"FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}()",
            f'CREATE TRIGGER "{PREFIX}truncate_{table}" BEFORE TRUNCATE ON "{table}" '
            f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()",
        ]
    if vendor == "sqlite":
        return [
            *release_sql(vendor, table),
            *(
                f'CREATE TRIGGER "{PREFIX}{verb.lower()}_{table}" BEFORE {verb} ON "{table}" '
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
                for verb in ("UPDATE", "DELETE")
            ),
        ]
    raise ValueError(f"只支持 SQLite 与 PostgreSQL，不支持 {vendor}。")


def release_sql(vendor: str, table: str) -> list[str]:
    """The statements that take the protection away again."""
    if vendor == "postgresql":
        return [
            f'DROP TRIGGER IF EXISTS "{PREFIX}{kind}_{table}" ON "{table}"'
            for kind in ("row", "truncate")
        ]
    return [f'DROP TRIGGER IF EXISTS "{PREFIX}{verb}_{table}"' for verb in ("update", "delete")]


def protected_tables(connection: BaseDatabaseWrapper) -> frozenset[str]:
    """Tables that bear the full set of our triggers in this database."""
    if connection.vendor == "postgresql":
        sql = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND starts_with(t.tgname, %s)"
        )
        args: list[Any] = [PREFIX]
    else:
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
        args = [PREFIX + "%"]
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
        counts: dict[str, int] = {}
        for _name, table in cursor.fetchall():
            counts[table] = counts.get(table, 0) + 1
    return frozenset(table for table, number in counts.items() if number >= 2)


def declared_tables() -> frozenset[str]:
    """Tables that some migration of some room declares append-only."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(
        operation.table
        for migration in loader.disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, AppendOnly)
    )


def unprotected_tables(using: str = DEFAULT_DB_ALIAS) -> frozenset[str]:
    """Declared append-only tables that exist and are not protected now."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    return frozenset((declared_tables() & existing) - protected_tables(connection))


@contextmanager
def suspended(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Within, append-only tables can be emptied. Works under a test runner only.

    Django's `setup_test_environment` (which pytest-django calls) is the flag asked for; any
    other process gets RuntimeError and keeps its triggers.
    """
    from django.test.utils import _TestState

    if not hasattr(_TestState, "saved_data"):
        raise RuntimeError("suspended() 仅供测试使用。")
    connection = connections[using]
    tables = sorted(protected_tables(connection))
    _run(connection, [sql for t in tables for sql in release_sql(connection.vendor, t)])
    try:
        yield
    finally:
        _run(connection, [sql for t in tables for sql in protect_sql(connection.vendor, t)])


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

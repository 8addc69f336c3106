"""Entries of a catalogue in force are fixed: database triggers on both engines.

In the migration, after the tables are created:

    operations = [..., FixedInForce()]

While its version is a draft an entry can be added, changed and removed; from the day the version
is in force, never again, and a version never goes back (现行 → 编制中, 已被替代 → anything). What
is wrong in it is put right by the next version.

SQLite drops triggers when a later migration alters the table; put the operation after such a
migration again. `missing_triggers()` names what is not protected now, and a test asks it.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.operations.base import Operation, OperationCategory

STANDARD = "catalogue_standardcatalogue"
ENTRY = "catalogue_catalogueentry"
PREFIX = "catalogue_fixed_"
ENTRY_MESSAGE = "现行的或者已被替代的标准目录不得修改，请编制新版本"
STATE_MESSAGE = "标准目录的状态只能依次为编制中、现行、已被替代"
_FUNCTION = "gongkai_catalogue_fixed"
_BACKWARDS = (
    "(OLD.state = 'in_force' AND NEW.state = 'draft') "
    "OR (OLD.state = 'superseded' AND NEW.state <> 'superseded')"
)

# The names put into these statements are the constants above.
# ruff: noqa: S608


def trigger_names(vendor: str) -> list[tuple[str, str]]:
    """(trigger, table) of every trigger that must be there."""
    if vendor == "postgresql":
        return [(f"{PREFIX}entry", ENTRY), (f"{PREFIX}state", STANDARD)]
    names = [(f"{PREFIX}entry_{verb}", ENTRY) for verb in ("insert", "update", "delete")]
    return [*names, (f"{PREFIX}state", STANDARD)]


def protect_sql(vendor: str) -> list[str]:
    """The statements that fix entries in force (idempotent)."""
    if vendor == "postgresql":
        return [*release_sql(vendor), *_postgresql()]
    if vendor == "sqlite":
        return [*release_sql(vendor), *_sqlite()]
    raise ValueError(f"只支持 SQLite 与 PostgreSQL，不支持 {vendor}。")


def release_sql(vendor: str) -> list[str]:
    """The statements that take the protection away again."""
    on = vendor == "postgresql"
    return [
        f'DROP TRIGGER IF EXISTS "{name}"' + (f' ON "{table}"' if on else "")
        for name, table in trigger_names(vendor)
    ]


def missing_triggers(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Triggers that must be there and are not."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {row[0] for row in cursor.fetchall()}
    return [name for name, _ in trigger_names(connection.vendor) if name not in present]


def _postgresql() -> list[str]:
    error = "USING ERRCODE = 'integrity_constraint_violation'"
    return [
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}_entry() RETURNS trigger LANGUAGE plpgsql AS "
        "$body$ DECLARE touched bigint[]; BEGIN "
        "IF TG_OP = 'INSERT' THEN touched := ARRAY[NEW.catalogue_id]; "
        "ELSIF TG_OP = 'DELETE' THEN touched := ARRAY[OLD.catalogue_id]; "
        "ELSE touched := ARRAY[OLD.catalogue_id, NEW.catalogue_id]; END IF; "
        f"IF EXISTS (SELECT 1 FROM {STANDARD} s WHERE s.id = ANY(touched) "
        f"AND s.state <> 'draft') THEN RAISE EXCEPTION '{ENTRY_MESSAGE}' {error}; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $body$",
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}_state() RETURNS trigger LANGUAGE plpgsql AS "
        f"$body$ BEGIN IF {_BACKWARDS} THEN RAISE EXCEPTION '{STATE_MESSAGE}' {error}; END IF; "
        "RETURN NEW; END $body$",
        f'CREATE TRIGGER "{PREFIX}entry" BEFORE INSERT OR UPDATE OR DELETE ON "{ENTRY}" '
        f"FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}_entry()",
        f'CREATE TRIGGER "{PREFIX}state" BEFORE UPDATE ON "{STANDARD}" '
        f"FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}_state()",
    ]


def _sqlite() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{ENTRY_MESSAGE}'); END"
    rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
    statements = []
    for verb, touched in rows.items():
        ids = ", ".join(f"{row}.catalogue_id" for row in touched)
        statements.append(
            f'CREATE TRIGGER "{PREFIX}entry_{verb.lower()}" BEFORE {verb} ON "{ENTRY}" '
            f"WHEN EXISTS (SELECT 1 FROM {STANDARD} s WHERE s.id IN ({ids}) "
            f"AND s.state <> 'draft') {refuse}"
        )
    statements.append(
        f'CREATE TRIGGER "{PREFIX}state" BEFORE UPDATE ON "{STANDARD}" WHEN {_BACKWARDS} '
        f"BEGIN SELECT RAISE(ABORT, '{STATE_MESSAGE}'); END"
    )
    return statements


class FixedInForce(Operation):
    """From now on entries can be changed in drafts alone, and no version goes back."""

    reversible = True
    reduces_to_sql = True
    category = OperationCategory.SQL

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models do not change."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for statement in protect_sql(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for statement in release_sql(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return "Fix entries of catalogues in force"

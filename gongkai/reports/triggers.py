"""A published report cannot be changed: database triggers on both engines.

In the migration, after the tables are created:

    operations = [..., FrozenWhenPublished()]

From the moment a report's state is "published" its row can be neither updated nor deleted,
and its declared figures and flag answers can be neither added, changed nor removed. What is
wrong in it is put right by a new version (`services.correct_published`). The history of a
report only grows, published or not: `gongkai.ledger.triggers.AppendOnly`.

SQLite drops triggers when a later migration alters the table; put the operation after such a
migration again. `missing_triggers()` names what is not protected now, and a test asks it.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.operations.base import Operation, OperationCategory

REPORT = "reports_annualreport"
CHILDREN = ("reports_declaredfigure", "reports_flaganswer")
PREFIX = "published_report_"
MESSAGE = "已发布的年度报告不得修改，请发布更正版本"
_FUNCTION = "gongkai_published_report"


def protect_sql(vendor: str) -> list[str]:
    """The statements that freeze published reports (idempotent)."""
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


def trigger_names(vendor: str) -> list[tuple[str, str]]:
    """(trigger, table) of every trigger that must be there."""
    if vendor == "postgresql":
        names = [(f"{PREFIX}row", REPORT), (f"{PREFIX}truncate", REPORT)]
        return names + [(f"{PREFIX}{table.removeprefix('reports_')}", table) for table in CHILDREN]
    names = [(f"{PREFIX}{verb}", REPORT) for verb in ("update", "delete")]
    for table in CHILDREN:
        short = table.removeprefix("reports_")
        names += [(f"{PREFIX}{short}_{verb}", table) for verb in ("insert", "update", "delete")]
    return names


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


# The names put into these statements are the constants above.
# ruff: noqa: S608


def _postgresql() -> list[str]:
    raise_it = f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';"
    statements = [
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $body$ "
        f"BEGIN IF OLD.state = 'published' THEN {raise_it} END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $body$",
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}_part() RETURNS trigger LANGUAGE plpgsql AS $body$ "
        "DECLARE touched bigint[]; BEGIN "
        "IF TG_OP = 'INSERT' THEN touched := ARRAY[NEW.report_id]; "
        "ELSIF TG_OP = 'DELETE' THEN touched := ARRAY[OLD.report_id]; "
        "ELSE touched := ARRAY[OLD.report_id, NEW.report_id]; END IF; "
        f"IF EXISTS (SELECT 1 FROM {REPORT} r WHERE r.id = ANY(touched) "
        f"AND r.state = 'published') THEN {raise_it} END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $body$",
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}_truncate() RETURNS trigger LANGUAGE plpgsql AS "
        f"$body$ BEGIN {raise_it} END $body$",
        f'CREATE TRIGGER "{PREFIX}row" BEFORE UPDATE OR DELETE ON "{REPORT}" '
        f"FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}()",
        f'CREATE TRIGGER "{PREFIX}truncate" BEFORE TRUNCATE ON "{REPORT}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}_truncate()",
    ]
    for table in CHILDREN:
        short = table.removeprefix("reports_")
        statements.append(
            f'CREATE TRIGGER "{PREFIX}{short}" BEFORE INSERT OR UPDATE OR DELETE ON "{table}" '
            f"FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}_part()"
        )
    return statements


def _sqlite() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    statements = [
        f'CREATE TRIGGER "{PREFIX}{verb.lower()}" BEFORE {verb} ON "{REPORT}" '
        f"WHEN OLD.state = 'published' {refuse}"
        for verb in ("UPDATE", "DELETE")
    ]
    rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
    for table in CHILDREN:
        short = table.removeprefix("reports_")
        for verb, touched in rows.items():
            ids = ", ".join(f"{row}.report_id" for row in touched)
            statements.append(
                f'CREATE TRIGGER "{PREFIX}{short}_{verb.lower()}" BEFORE {verb} ON "{table}" '
                f"WHEN EXISTS (SELECT 1 FROM {REPORT} r WHERE r.id IN ({ids}) "
                f"AND r.state = 'published') {refuse}"
            )
    return statements


class FrozenWhenPublished(Operation):
    """From now on a published report, its declarations and answers stay as they are."""

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
        return "Refuse changes to published reports"

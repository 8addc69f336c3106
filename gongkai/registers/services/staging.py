# ruff: noqa: S608 (names come from the models, values are parameters)
"""A temporary table between the file and a register: comparison and writing in SQL, by sets.

Assumption: the caller holds a transaction and is alone with the name `registers_staging`,
which is private to the connection. Rows are staged in portions, so that neither Python nor a
database that keeps temporary tables in memory grows with the file; a second, narrow table
remembers which records of the register the file has named so far.

UPDATE … FROM needs SQLite 3.33 (2020). All names in the statements come from the models, never from the file; all values are
parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, models

from gongkai.registers.models import ActItem
from gongkai.registers.registry import ORGAN, Register

STAGING = "registers_staging"
NAMED = "registers_named"
LINE = "line"
ITEM_CODE = "item_code"


class Conflict(NamedTuple):
    """A staged row that cannot be taken: the file's line and the number it bears."""

    line: int
    number: str


class Difference(NamedTuple):
    """What one field of one known record would become."""

    line: int
    number: str
    field: str
    old: Any
    new: Any


class Staging:
    """The temporary tables of one import into one register."""

    def __init__(self, register: Register, stamp: datetime) -> None:
        self.register = register
        self.stamp = connection.ops.adapt_datetimefield_value(stamp)
        self.meta = register.model._meta
        self.fields = [self._field(name) for name in (ORGAN, *register.fields)]
        self.columns = [_column(field) for field in self.fields]
        self.keys = [_column(self._field(name)) for name in (ORGAN, *register.key)]
        self._adapters = [_adapter(field) for field in self.fields]
        self._target = _quote(self.meta.db_table)

    def _field(self, name: str) -> models.Field[Any, Any]:
        field = self.meta.get_field(name)
        assert isinstance(field, models.Field)
        return field

    # -- tables ------------------------------------------------------------------------------
    def __enter__(self) -> Staging:
        self._drop()
        typed = [
            f"{_quote(LINE)} integer",
            f"{_quote(ITEM_CODE)} varchar(100)",
            *(
                f"{_quote(column)} {_type(field)}"
                for column, field in zip(self.columns, self.fields, strict=True)
            ),
        ]
        self._run(f"CREATE TEMPORARY TABLE {STAGING} ({', '.join(typed)})")
        self._run(f"CREATE TEMPORARY TABLE {NAMED} (id bigint PRIMARY KEY)")
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        # After an error the transaction goes, and the tables with it.
        if error is None:
            self._drop()

    def _drop(self) -> None:
        for table in (STAGING, NAMED):
            self._run(f"DROP TABLE IF EXISTS {table}")

    def clear(self) -> None:
        """The portion is done: remember the records it named, make room for the next."""
        self._run(
            f"INSERT INTO {NAMED} (id) SELECT DISTINCT t.id FROM {self._joined()} "
            f"WHERE NOT EXISTS (SELECT 1 FROM {NAMED} n WHERE n.id = t.id)"
        )
        self._run(f"DELETE FROM {STAGING}")

    # -- filling -----------------------------------------------------------------------------
    def fill(self, rows: Iterable[Sequence[Any]]) -> None:
        """Stage rows: (line, item code or None, body's number, then `register.fields`)."""
        names = ", ".join(_quote(name) for name in (LINE, ITEM_CODE, *self.columns))
        if connection.vendor == "postgresql":
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY {STAGING} ({names}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * (len(self.columns) + 2))
        adapters = [None, None, *self._adapters]
        plain = [
            [
                value if adapt is None or value is None else adapt(value)
                for adapt, value in zip(adapters, row, strict=True)
            ]
            for row in rows
        ]
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {STAGING} ({names}) VALUES ({marks})", plain)

    def filled(self) -> None:
        """The portion is complete: tell PostgreSQL's planner how large it is."""
        if connection.vendor == "postgresql":
            self._run(f"ANALYZE {STAGING}")

    # -- looking -----------------------------------------------------------------------------
    def resolve_items(self) -> list[Conflict]:
        """Item codes become items of the same body and kind; those that there are not."""
        items = _quote(ActItem._meta.db_table)
        kind = "s.kind" if "kind" in self.columns else "'fee'"
        self._run(
            f"UPDATE {STAGING} AS s SET item_id = (SELECT i.id FROM {items} i "
            f"WHERE i.organ_id = s.organ_id AND i.kind = {kind} AND i.code = s.item_code "
            f"AND i.voided_at IS NULL) WHERE s.item_code IS NOT NULL"
        )
        return [
            Conflict(*row)
            for row in self._rows(
                f"SELECT line, item_code FROM {STAGING} "
                "WHERE item_code IS NOT NULL AND item_id IS NULL ORDER BY line"
            )
        ]

    def repeated(self) -> list[Conflict]:
        """Rows whose number an earlier row of the file bears already."""
        number = _quote(self.register.number)
        same = self._same("s", "e")
        return [
            Conflict(*row)
            for row in self._rows(
                f"SELECT s.line, s.{number} FROM {STAGING} s WHERE EXISTS (SELECT 1 FROM "
                f"(SELECT {', '.join(self.keys)}, MIN(line) AS line FROM {STAGING} "
                f"GROUP BY {', '.join(self.keys)} HAVING COUNT(*) > 1) e "
                f"WHERE {same} AND e.line < s.line) "
                f"UNION SELECT s.line, s.{number} FROM {self._joined()} "
                f"JOIN {NAMED} n ON n.id = t.id ORDER BY 1"
            )
        ]

    def voided(self) -> list[Conflict]:
        """Rows whose number a voided record bears."""
        number = _quote(self.register.number)
        return [
            Conflict(*row)
            for row in self._rows(
                f"SELECT s.line, s.{number} FROM {self._joined()} "
                "WHERE t.voided_at IS NOT NULL ORDER BY s.line"
            )
        ]

    def number_known(self) -> int:
        """How many staged rows name a record that exists."""
        return int(self._rows(f"SELECT COUNT(*) FROM {self._joined()}")[0][0])

    def count_changes(self, columns: Sequence[str]) -> tuple[int, dict[str, int]]:
        """Known records that would change, in all and field by field."""
        if not columns:
            return 0, {}
        each = ", ".join(
            f"COALESCE(SUM(CASE WHEN {self._differs([column])} THEN 1 ELSE 0 END), 0)"
            for column in columns
        )
        total, *numbers = self._rows(
            f"SELECT COUNT(*), {each} FROM {self._joined()} WHERE {self._differs(columns)}"
        )[0]
        fields = dict(zip(columns, map(int, numbers), strict=True))
        return int(total), {column: number for column, number in fields.items() if number}

    def differences(self, columns: Sequence[str], limit: int) -> list[Difference]:
        """The first changes, record by record."""
        pairs = ", ".join(f"t.{_quote(c)}, s.{_quote(c)}" for c in columns)
        rows = self._rows(
            f"SELECT s.line, s.{_quote(self.register.number)}, {pairs} FROM {self._joined()} "
            f"WHERE {self._differs(columns)} ORDER BY s.line LIMIT {int(limit)}"
        )
        return [
            Difference(line, number, column, old, new)
            for line, number, *values in rows
            for column, old, new in zip(columns, values[::2], values[1::2], strict=True)
            if old != new
        ]

    # -- writing -----------------------------------------------------------------------------
    def update(self, columns: Sequence[str]) -> None:
        """Known records read as the file says, in these columns, where they differ."""
        sets = ", ".join(f"{_quote(c)} = s.{_quote(c)}" for c in columns)
        self._run(
            f"UPDATE {self._target} AS t SET {sets}, updated_at = %s FROM {STAGING} s "
            f"WHERE {self._same('t', 's')} AND ({self._differs(columns)})",
            [self.stamp],
        )

    def insert(self) -> None:
        """Unknown records stand in the register, in the order of the file."""
        names = ", ".join(map(_quote, self.columns))
        values = ", ".join(f"s.{_quote(column)}" for column in self.columns)
        self._run(
            f"INSERT INTO {self._target} ({names}, void_reason, created_at, updated_at) "
            f"SELECT {values}, '', %s, %s FROM {STAGING} s WHERE NOT EXISTS "
            f"(SELECT 1 FROM {self._target} t WHERE {self._same('t', 's')}) ORDER BY s.line",
            [self.stamp, self.stamp],
        )

    # -- parts of statements -------------------------------------------------------------------
    def _joined(self) -> str:
        return f"{STAGING} s JOIN {self._target} t ON {self._same('t', 's')}"

    def _same(self, one: str, other: str) -> str:
        return " AND ".join(f"{one}.{_quote(k)} = {other}.{_quote(k)}" for k in self.keys)

    def _differs(self, columns: Sequence[str]) -> str:
        unlike = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
        return " OR ".join(f"t.{_quote(c)} {unlike} s.{_quote(c)}" for c in columns)

    def _run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, list(parameters))

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _column(field: models.Field[Any, Any]) -> str:
    return str(field.column)


def _type(field: models.Field[Any, Any]) -> str:
    return str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))


def _adapter(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """How SQLite wants a value written; None: as it is."""
    if isinstance(field, models.DateField):
        return date.isoformat
    if isinstance(field, models.DecimalField):
        return _decimal_text
    return None


def _decimal_text(value: Decimal) -> str:
    return format(value, "f")

"""Rows into a table the way its database takes them fastest.

`bulk_create` writes long texts into one statement; on SQLite that means some sixteen rows of this
room's width at a time, on PostgreSQL arrays that the driver escapes character by character. COPY
and a prepared INSERT take the same values several times as fast. Keys are drawn beforehand, so
that rows which name each other need no second statement.

Assumption: the caller holds a transaction; on SQLite it is then the only writer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, connection, connections, models

TOGETHER: Final = 1_000
"""Values in one INSERT on SQLite: a statement upon a table that triggers watch is secured against its
own failure, which costs more than a row."""


def draw_keys(model: type[models.Model], number: int) -> list[int]:
    """`number` new keys of the table, which nobody else will get."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, number],
            )
            return [row[0] for row in cursor.fetchall()]
        quoted = connection.ops.quote_name(table)
        cursor.execute(
            f"SELECT MAX(COALESCE((SELECT MAX(id) FROM {quoted}), 0), "  # noqa: S608
            "COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0))",
            [table],
        )
        last = int(cursor.fetchone()[0])
    return list(range(last + 1, last + 1 + number))


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """The rows (values by attribute, all with the same ones) are rows of the model's table.

    Attributes that they do not name have their defaults. Rows with an `id` keep it, the others
    get one. No object is made: what most rows say alike is put into the database's words once.
    """
    if not rows:
        return
    named = rows[0].keys()
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key or field.attname in named
    ]
    # The proxy looks the connection up at every touch; there are dozens in a row.
    database = connections[DEFAULT_DB_ALIAS]
    columns = [
        _column(
            field,
            [row[field.attname] for row in rows]
            if field.attname in named
            else [field.get_default()] * len(rows),
            database,
        )
        for field in fields
    ]
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(quote(str(f.column)) for f in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for values in zip(*columns, strict=True):
                    copy.write_row(values)
        else:
            marks = f"({', '.join(['%s'] * len(fields))})"
            sql = f"INSERT INTO {table} ({names}) VALUES "  # noqa: S608
            found = list(zip(*columns, strict=True))
            size = max(1, TOGETHER // len(fields))
            whole = len(found) - len(found) % size
            for start in range(0, whole, size):
                portion = found[start : start + size]
                cursor.execute(
                    sql + ", ".join([marks] * size), [one for row in portion for one in row]
                )
            cursor.executemany(sql + marks, found[whole:])


def _column(field: models.Field[Any, Any], values: list[Any], database: Any) -> list[Any]:
    """A column's values as the database takes them."""
    first = values[0]
    if all(value is first for value in values):
        return [field.get_db_prep_save(first, database)] * len(values)
    return [field.get_db_prep_save(value, database) for value in values]


class Form:
    """A model's row as the framework serialises it into a version, made from the row's values."""

    def __init__(self, model: type[models.Model]) -> None:
        fields = model._meta.concrete_fields
        self.blank: dict[str, Any] = {field.attname: field.get_default() for field in fields}
        """The row of which nothing is said."""
        self._names = {field.attname: field.name for field in fields if field.serialize}  # type: ignore[attr-defined]
        self._told = {name: _told(self.blank[attname]) for attname, name in self._names.items()}

    def serialised(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row with its key, in values that JSON has."""
        names = self._names
        told = {names[name]: _told(value) for name, value in row.items() if name in names}
        return {**self._told, **told, "pk": row["id"]}


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return _instant(value)
    return value.isoformat() if isinstance(value, date) else value


@lru_cache(maxsize=1024)
def _instant(value: datetime) -> str:
    return str(_encoder.default(value.astimezone(UTC)))


_encoder: Final = DjangoJSONEncoder()

"""Rows into a table the way its database takes them fastest.

`bulk_create` writes long texts into one statement; on SQLite that means some sixteen rows of this
room's width at a time, on PostgreSQL arrays that the driver escapes character by character. COPY
and a prepared INSERT take the same values several times as fast. Keys are drawn beforehand, so
that rows which name each other need no second statement.

Assumption: the caller holds a transaction; on SQLite it is then the only writer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models


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


def insert(objects: Sequence[models.Model]) -> None:
    """The objects are rows of their table. Those with keys keep them, the others get some."""
    if not objects:
        return
    model = type(objects[0])
    fields = [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key or objects[0].pk is not None
    ]
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(quote(str(f.column)) for f in fields)

    # The proxy looks the connection up at every touch; there are dozens in a row.
    database = connections[DEFAULT_DB_ALIAS]

    def rows() -> Iterator[list[Any]]:
        for each in objects:
            yield [field.get_db_prep_save(field.pre_save(each, True), database) for field in fields]

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows():
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
            cursor.executemany(sql, list(rows()))

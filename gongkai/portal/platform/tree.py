"""The columns as a tree, read whole: there are hundreds of them, never hundreds of thousands."""

from __future__ import annotations

from gongkai.catalogue.models import Column

MANY: int = 60
"""A page shows no more blocks than this of the columns below one."""


class ColumnTree:
    """All columns in their order. One statement; everything else is asked of memory."""

    def __init__(self) -> None:
        rows = list(Column.objects.order_by("order", "slug"))
        self.by_key: dict[int, Column] = {row.pk: row for row in rows}
        self.by_slug: dict[str, Column] = {row.slug: row for row in rows}
        self._below: dict[int | None, list[Column]] = {}
        for row in rows:
            self._below.setdefault(row.parent_id, []).append(row)

    @property
    def top(self) -> list[Column]:
        return self._below.get(None, [])

    def children(self, column: Column) -> list[Column]:
        """The columns directly below; those in use before those that were closed."""
        below = self._below.get(column.pk, [])
        return sorted(below, key=lambda one: one.closed_on is not None)

    def subtree(self, column: Column) -> list[Column]:
        """The column and everything below it."""
        found = [column]
        for one in found:
            found.extend(self._below.get(one.pk, []))
        return found

    def ancestors(self, column: Column) -> list[Column]:
        """The columns above, the topmost first."""
        found: list[Column] = []
        parent = column.parent_id
        while parent is not None:
            found.append(self.by_key[parent])
            parent = found[-1].parent_id
        return found[::-1]

    def root(self, column: Column) -> Column:
        """The topmost column above, or the column itself."""
        return next(iter(self.ancestors(column)), column)

"""Long lists over several columns or topics, newest first, read from the ends of indexes.

No index holds the items of a column *and* of all below it in the order of time. Asked for the
union, both databases gather everything and sort it. Here each column gives its newest rows from
its own index, and the few of them are merged: what a page costs depends on the page, not on how
much there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, overload

from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from gongkai.catalogue.models import Column, Topic
from gongkai.disclosure.models import DisclosedItem
from gongkai.portal import items


class Merged(Sequence[DisclosedItem]):
    """Public items of several branches, newest first, each once. To be paged and sliced.

    `branches` are querysets that an index orders; `others` may overlap with them and is counted
    by `apart` (those of `others` that no branch has).
    """

    def __init__(
        self,
        everything: QuerySet[DisclosedItem],
        branches: Iterable[QuerySet[DisclosedItem]],
        others: QuerySet[DisclosedItem] | None = None,
        apart: QuerySet[DisclosedItem] | None = None,
    ) -> None:
        self.everything = everything
        self.branches = list(branches)
        self.others = others
        self.apart = apart

    @cached_property
    def number(self) -> int:
        """How many there are: counted from the indexes alone."""
        found = self.everything.order_by().count()
        return found if self.apart is None else found + self.apart.order_by().count()

    def __len__(self) -> int:
        return self.number

    @cached_property
    def years(self) -> list[int]:
        """The years from the last publication back to the first: the two ends of every index."""
        parts: list[str] = []
        values: list[Any] = []
        for branch in self._all:
            for order in ("published_at", "-published_at"):
                query = branch.order_by(order).values_list("published_at")[:1]
                sql, given = query.query.sql_with_params()
                parts.append(f"SELECT * FROM ({sql}) AS b{len(parts)}")  # noqa: S608
                values.extend(given)
        if not parts:
            return []
        with connections[self.everything.db].cursor() as cursor:
            cursor.execute(" UNION ".join(parts), values)
            found = sorted(_moment(row[0]) for row in cursor.fetchall())
        if not found:
            return []
        return list(range(found[-1].year, found[0].year - 1, -1))

    @property
    def _all(self) -> list[QuerySet[DisclosedItem]]:
        return self.branches if self.others is None else [*self.branches, self.others]

    @overload
    def __getitem__(self, index: int) -> DisclosedItem: ...
    @overload
    def __getitem__(self, index: slice) -> list[DisclosedItem]: ...
    def __getitem__(self, index: int | slice) -> DisclosedItem | list[DisclosedItem]:
        if isinstance(index, int):
            return self.rows(index, index + 1)[0]
        return self.rows(index.start or 0, len(self) if index.stop is None else index.stop)

    def __iter__(self) -> Iterator[DisclosedItem]:
        return iter(self.rows(0, len(self)))

    def rows(self, bottom: int, top: int) -> list[DisclosedItem]:
        """The rows of a page with what a list shows; two statements.

        Where it is known how many there are, a page near the end is counted from the end.
        """
        keys = self._keys(bottom, top, self.number if "number" in self.__dict__ else None)
        found = items.listed(DisclosedItem.objects.filter(pk__in=keys)).in_bulk()
        return [found[key] for key in keys if key in found]

    def newest(self, number: int) -> list[DisclosedItem]:
        """The newest few, without counting."""
        return self.rows(0, number)

    def _keys(self, bottom: int, top: int, total: int | None) -> list[int]:
        backwards = total is not None and total - top < bottom
        if backwards and total is not None:
            bottom, top = max(total - top, 0), total - bottom
        if top <= bottom:
            return []
        order = ("published_at", "pk") if backwards else ("-published_at", "-pk")
        way = "ASC" if backwards else "DESC"
        parts: list[str] = []
        values: list[Any] = []
        for branch in self._all:
            query = branch.order_by(*order).values_list("pk", "published_at")[:top]
            sql, given = query.query.sql_with_params()
            parts.append(f"SELECT * FROM ({sql}) AS b{len(parts)}")  # noqa: S608
            values.extend(given)
        if not parts:
            return []
        with connections[self.everything.db].cursor() as cursor:
            cursor.execute(
                f"{' UNION '.join(parts)} ORDER BY 2 {way}, 1 {way} LIMIT %s OFFSET %s",
                [*values, top - bottom, bottom],
            )
            keys = [row[0] for row in cursor.fetchall()]
        return keys[::-1] if backwards else keys


def _of_year(found: QuerySet[DisclosedItem], year: int | None) -> QuerySet[DisclosedItem]:
    return items.in_year(found, year) if year else found


def in_columns(columns: Sequence[Column], year: int | None = None) -> Merged:
    """What stands in the columns or is mounted there: each item once, wherever it hangs."""
    public = _of_year(items.live(), year)
    keys = [column.pk for column in columns]
    mounted = public.filter(
        pk__in=DisclosedItem.mounts.through.objects.filter(column__in=keys).values(
            "discloseditem_id"
        )
    )
    return Merged(
        everything=public.filter(column__in=keys),
        branches=[public.filter(column=key) for key in keys],
        others=mounted,
        apart=mounted.exclude(column__in=keys),
    )


def on_topics(topics: Sequence[Topic]) -> Merged:
    """What is classified under any of the topics."""
    keys = [topic.pk for topic in topics]
    public = items.live()
    return Merged(
        everything=public.filter(topic__in=keys),
        branches=[public.filter(topic=key) for key in keys],
    )


def newest_of_each(branches: Sequence[Sequence[Column]], number: int) -> list[list[DisclosedItem]]:
    """The newest few of each branch of columns, mounts left out. Two statements for all."""
    parts: list[str] = []
    values: list[Any] = []
    for place, columns in enumerate(branches):
        for column in columns:
            query = (
                items.live()
                .filter(column=column.pk)
                .order_by("-published_at", "-pk")
                .values_list("pk", "published_at")[:number]
            )
            sql, given = query.query.sql_with_params()
            name = f"b{len(parts)}"
            parts.append(f"SELECT {place} AS place, {name}.* FROM ({sql}) AS {name}")  # noqa: S608
            values.extend(given)
    if not parts:
        return [[] for _branch in branches]
    with connections[DisclosedItem.objects.db].cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(parts)} ORDER BY 1, 3 DESC, 2 DESC", values)
        keys = [(row[0], row[1]) for row in cursor.fetchall()]
    chosen: list[list[int]] = [[] for _branch in branches]
    for place, key in keys:
        if len(chosen[place]) < number:
            chosen[place].append(key)
    wanted = [key for some in chosen for key in some]
    found = items.listed(DisclosedItem.objects.filter(pk__in=wanted)).in_bulk()
    return [[found[key] for key in some if key in found] for some in chosen]


def _moment(value: datetime | str) -> datetime:
    """What a plain statement gives for a moment: SQLite keeps it in UTC and without its zone."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return timezone.localtime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))

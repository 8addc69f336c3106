# ruff: noqa: S608 (names come from the models, values are parameters)
"""Coverage, timeliness, freshness and continuity of bodies, fields and periods.

`docs/algorithms/coverage.md` gives the formulas and a worked example. Two SQL statements answer
for any number of bodies and entries; each groups by body and field, and what a screen shows by
body or by field alone is added up from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import reduce
from typing import Any, Final

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from gongkai.catalogue.models import StandardCatalogue
from gongkai.organs.models import OrganQuerySet
from gongkai.statute.duties import CYCLE_DAYS

AMBER: Final = 1.2
"""Older than its cycle an item is amber, older than 1.2 cycles red. [design rule]"""
CEILING: Final = 0.3
"""Above this share of statements (不涉及、本期无) a person must look at them. [design rule]"""

Key = tuple[int, int]


@dataclass(frozen=True)
class Window:
    """The period that is looked at, both days inclusive, and the day from which it is looked at."""

    start: date
    end: date
    today: date

    @classmethod
    def of(cls, start: date, end: date, today: date | None = None) -> Window:
        return cls(start, end, today or timezone.localdate())

    @classmethod
    def year(cls, year: int, today: date | None = None) -> Window:
        return cls.of(date(year, 1, 1), date(year, 12, 31), today)

    @property
    def as_of(self) -> date:
        """The state is that of this day: the period's last, or today while it lasts."""
        return min(self.end, self.today)

    def cutoff(self, cycle: str) -> date:
        """A publication covers a duty of the cycle from this day on."""
        days = CYCLE_DAYS.get(cycle)
        if days is None:
            return date.min
        return min(self.start, self.as_of - timedelta(days=days))

    def cutoffs(self) -> dict[str, date]:
        """Periodic cycle → the day from which on a publication covers it."""
        return {str(cycle): self.cutoff(cycle) for cycle in CYCLE_DAYS}


@dataclass(frozen=True)
class Tally:
    """What one body (of one field) owed and did. Sums are tallies too."""

    duties: int = 0
    not_applicable: int = 0
    published: int = 0
    empty: int = 0
    unreviewed: int = 0
    green: int = 0
    amber: int = 0
    red: int = 0
    on_time: int = 0
    late: int = 0
    overdue: int = 0
    pending: int = 0
    unknown: int = 0
    closed: int = 0
    days_late: int = 0
    gaps: int = 0
    broken: int = 0
    elements: int = 0
    elements_found: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def applicable(self) -> int:
        """Duties less those that do not concern the body."""
        return self.duties - self.not_applicable

    @property
    def missing(self) -> int:
        """Applicable, and neither published nor stated to be empty."""
        return self.applicable - self.published - self.empty

    @property
    def coverage(self) -> float | None:
        """覆盖率: published or accepted as empty, of those that apply."""
        return _share(self.published + self.empty, self.applicable)

    @property
    def timeliness(self) -> float | None:
        """及时率: in time, of those that were due. Unknown ones are counted nowhere."""
        return _share(self.on_time, self.on_time + self.late + self.overdue)

    @property
    def completeness(self) -> float | None:
        """Elements found in the texts, of those required, where a text was at hand."""
        return _share(self.elements_found, self.elements)

    @property
    def stated_share(self) -> float | None:
        """Statements, of all duties."""
        return _share(self.not_applicable + self.empty, self.duties)

    @property
    def needs_review(self) -> bool:
        """More statements than the ceiling allows, and nobody has looked at them."""
        return (self.stated_share or 0) > CEILING and self.unreviewed > 0


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def coverage(
    organs: OrganQuerySet, window: Window, *, field_id: int | None = None
) -> dict[Key, Tally]:
    """(body, field) → tally, for those that have anything to count. Two statements."""
    found: dict[Key, Tally] = {}
    for statement in (_duties, _obligations):
        for organ, field, numbers in statement(organs, window, field_id):
            found[organ, field] = found.get((organ, field), Tally()) + Tally(**numbers)
    return found


def by_organ(cells: Mapping[Key, Tally]) -> dict[int, Tally]:
    """Added up over the fields."""
    return _summed(cells, lambda key: key[0])


def by_field(cells: Mapping[Key, Tally]) -> dict[int, Tally]:
    """Added up over the bodies."""
    return _summed(cells, lambda key: key[1])


def total(tallies: Iterable[Tally]) -> Tally:
    """The sum."""
    return reduce(Tally.__add__, tallies, Tally())


def _summed(cells: Mapping[Key, Tally], part: Callable[[Key], int]) -> dict[int, Tally]:
    found: dict[int, Tally] = {}
    for key, tally in cells.items():
        found[part(key)] = found.get(part(key), Tally()) + tally
    return found


def catalogues_on(day: date) -> Q:
    """Catalogues that were in force on the day."""
    return Q(in_force_from__lte=day) & (Q(superseded_on=None) | Q(superseded_on__gt=day))


# -- the statements --------------------------------------------------------------------------

_Rows = Iterable[tuple[int, int, dict[str, int]]]


def _duties(organs: OrganQuerySet, window: Window, field_id: int | None) -> _Rows:
    """Duties by state, by what was published last, and by the gaps between publications.

    The publications are walked through once, body by body and matter by matter, in the order of
    their days (an index has them so): the last day, the longest gap between neighbours within the
    window, and the elements found.
    """
    as_of = window.as_of
    cutoff, cutoff_values = _by_cycle("e.cycle", window.cutoffs())
    green, green_values = _by_cycle("e.cycle", _ages(as_of, 1))
    amber, amber_values = _by_cycle("e.cycle", _ages(as_of, AMBER))
    organs_sql, organs_values = _organs(organs)
    catalogues, catalogue_values = _catalogues(as_of)
    stated = "d.stated_on <= %s AND d.valid_until >= %s"
    longest = " ".join("WHEN %s THEN %s" for _ in CYCLE_DAYS)
    sql = f"""
        WITH neighbours AS (
            SELECT l.organ_id, l.matter_id, l.published_on AS day,
                CASE WHEN l.last_published_on <= %s THEN l.last_published_on
                     ELSE l.published_on END AS latest,
                LAG(l.published_on) OVER (
                    PARTITION BY l.organ_id, l.matter_id ORDER BY l.published_on) AS previous,
                l.elements_found, l.elements_total
            FROM catalogue_publicationlink l
            WHERE l.published_on <= %s AND (l.withdrawn_on IS NULL OR l.withdrawn_on > %s)
                AND l.organ_id IN ({organs_sql})
        ),
        spans AS (
            SELECT organ_id, matter_id, MAX(latest) AS latest,
                MAX(CASE WHEN day >= %s THEN {_days("day", "previous")} END) AS gap,
                SUM(CASE WHEN day >= %s THEN elements_found END) AS found,
                SUM(CASE WHEN day >= %s THEN elements_total END) AS wanted
            FROM neighbours GROUP BY organ_id, matter_id
        ),
        state AS (
            SELECT d.organ_id, e.field_id,
                CASE WHEN d.state = 'not_applicable' AND {stated} THEN 1 ELSE 0 END AS outside,
                CASE WHEN d.state = 'empty' AND {stated} THEN 1 ELSE 0 END AS empty,
                CASE WHEN d.reviewed_on IS NULL THEN 1 ELSE 0 END AS unseen,
                CASE WHEN s.latest >= {cutoff} THEN 1 ELSE 0 END AS published,
                CASE WHEN s.latest >= {green} THEN 2 WHEN s.latest >= {amber} THEN 1
                     ELSE 0 END AS age,
                CASE e.cycle {longest} END AS longest, s.gap, s.wanted, s.found
            FROM catalogue_duty d
            JOIN catalogue_catalogueentry e ON e.id = d.entry_id
            LEFT JOIN spans s ON s.organ_id = d.organ_id AND s.matter_id = d.matter_id
            WHERE e.catalogue_id IN ({catalogues}) AND d.organ_id IN ({organs_sql})
                {_field(field_id)}
        )
        SELECT organ_id, field_id, COUNT(*),
            SUM(outside),
            SUM(CASE WHEN outside = 0 THEN published ELSE 0 END),
            SUM(CASE WHEN outside = 0 AND published = 0 THEN empty ELSE 0 END),
            SUM(CASE WHEN outside = 1 OR (empty = 1 AND published = 0) THEN unseen ELSE 0 END),
            SUM(CASE WHEN outside + empty = 0 AND longest > 0 AND age = 2 THEN 1 ELSE 0 END),
            SUM(CASE WHEN outside + empty = 0 AND longest > 0 AND age = 1 THEN 1 ELSE 0 END),
            SUM(CASE WHEN outside + empty = 0 AND longest > 0 AND age = 0 THEN 1 ELSE 0 END),
            SUM(CASE WHEN longest > 0 AND gap >= 0 THEN 1 ELSE 0 END),
            SUM(CASE WHEN gap > longest THEN 1 ELSE 0 END),
            SUM(wanted), SUM(found)
        FROM state GROUP BY organ_id, field_id
    """
    limits = [part for cycle, days in CYCLE_DAYS.items() for part in (str(cycle), days)]
    values = [
        as_of, as_of, as_of, *organs_values, window.start, window.start, window.start,
        as_of, as_of, as_of, as_of,
        *cutoff_values, *green_values, *amber_values, *limits,
        *catalogue_values, *organs_values, *_field_values(field_id),
    ]  # fmt: skip
    names = ("duties", "not_applicable", "published", "empty", "unreviewed", "green", "amber",
             "red", "gaps", "broken", "elements", "elements_found")  # fmt: skip
    return _rows(sql, values, names)


def _obligations(organs: OrganQuerySet, window: Window, field_id: int | None) -> _Rows:
    """What fell due in the period, and whether it was met; what nobody can date, by its day."""
    today = window.today
    organs_sql, organs_values = _organs(organs)
    live = "o.empty_reason = ''"
    sql = f"""
        SELECT o.organ_id, e.field_id,
            SUM(CASE WHEN {live} AND o.fulfilled_on <= o.due_on THEN 1 ELSE 0 END),
            SUM(CASE WHEN {live} AND o.fulfilled_on > o.due_on THEN 1 ELSE 0 END),
            SUM(CASE WHEN {live} AND o.fulfilled_on IS NULL AND o.due_on < %s THEN 1 ELSE 0 END),
            SUM(CASE WHEN {live} AND o.fulfilled_on IS NULL AND o.due_on >= %s THEN 1 ELSE 0 END),
            SUM(CASE WHEN o.due_on IS NULL THEN 1 ELSE 0 END),
            SUM(CASE WHEN {live} THEN 0 ELSE 1 END),
            SUM(CASE WHEN {live} AND o.fulfilled_on > o.due_on
                     THEN {_days("o.fulfilled_on", "o.due_on")}
                     WHEN {live} AND o.fulfilled_on IS NULL AND o.due_on < %s
                     THEN {_days(_TODAY, "o.due_on")} ELSE 0 END)
        FROM catalogue_occasion o
        JOIN catalogue_catalogueentry e ON e.id = o.entry_id
        WHERE o.voided_at IS NULL AND o.organ_id IN ({organs_sql}) {_field(field_id)}
            AND (o.due_on BETWEEN %s AND %s
                 OR (o.due_on IS NULL AND o.fulfilled_on BETWEEN %s AND %s))
        GROUP BY o.organ_id, e.field_id
    """
    values = [
        today, today, today, today, *organs_values, *_field_values(field_id),
        window.start, window.end, window.start, window.end,
    ]  # fmt: skip
    names = ("on_time", "late", "overdue", "pending", "unknown", "closed", "days_late")
    return _rows(sql, values, names)


# -- parts of statements -----------------------------------------------------------------------

_TODAY: Final = "%s"


def _ages(as_of: date, cycles: float) -> dict[str, date]:
    return {
        str(cycle): as_of - timedelta(days=int(days * cycles)) for cycle, days in CYCLE_DAYS.items()
    }


def _by_cycle(column: str, days: Mapping[str, date]) -> tuple[str, list[Any]]:
    """A CASE over the cycle that gives a day, the beginning of time for the others."""
    whens = " ".join(f"WHEN %s THEN {_DATE}" for _ in days)
    values = [part for cycle, day in days.items() for part in (cycle, day.isoformat())]
    return f"(CASE {column} {whens} ELSE {_DATE} END)", [*values, date.min.isoformat()]


_DATE: Final = "CAST(%s AS {date})"


def _organs(organs: OrganQuerySet) -> tuple[str, list[Any]]:
    sql, values = organs.order_by().values("pk").query.sql_with_params()
    return sql, list(values)


def _catalogues(as_of: date) -> tuple[str, list[Any]]:
    found = StandardCatalogue.objects.filter(catalogues_on(as_of)).order_by().values("pk")
    sql, values = found.query.sql_with_params()
    return sql, list(values)


def _field(field_id: int | None) -> str:
    return "" if field_id is None else "AND e.field_id = %s"


def _field_values(field_id: int | None) -> list[int]:
    return [] if field_id is None else [field_id]


def _days(later: str, earlier: str) -> str:
    """The number of days between two dates, in either database's words."""
    if connection.vendor == "postgresql":
        return f"(CAST({later} AS date) - CAST({earlier} AS date))"
    return f"CAST(julianday({later}) - julianday({earlier}) AS integer)"


def _rows(sql: str, values: list[Any], names: tuple[str, ...]) -> _Rows:
    text = sql.replace("{date}", "date" if connection.vendor == "postgresql" else "text")
    plain = [v.isoformat() if isinstance(v, date) else v for v in values]
    if connection.vendor == "postgresql":
        plain = values
    with connection.cursor() as cursor:
        cursor.execute(text, plain)
        rows = cursor.fetchall()
    return [
        (organ, field, {name: int(n or 0) for name, n in zip(names, numbers, strict=True)})
        for organ, field, *numbers in rows
    ]

"""What a room contributes to the annual report: counts, and the records behind each count.

Each room's ``facts.py`` holds ``sources``, a tuple of ``FactSource``; ``reports`` collects them.
Only types live here, so that rooms and ``reports`` agree without knowing each other. The querysets
are typed as ``Any``: this package imports no Django.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from gongkai.statute.formats import ReportFormat


class FactRow(NamedTuple):
    """One figure of one body: ``value`` counts, or is an amount in the cell's unit (万元)."""

    organ_id: int
    cell: str
    value: int | Decimal


@dataclass(frozen=True)
class Measure:
    """A figure that no table asks for and the text does; it is never declared and has no parts."""

    id: str
    label: str
    unit: str
    derived: bool = False


@dataclass(frozen=True)
class FactSource:
    """One kind of record that is counted into the report.

    ``cells``: the leaf cells of a format that this source fills (a source may fill none).
    ``rows``: all bodies' figures of a year in one SQL statement; ``organs`` is a queryset of
    bodies, or ``None`` for all.
    ``records``: the queryset of records behind one cell, for a set of bodies.
    ``columns``: (attribute, heading) pairs with which those records are listed.
    ``record_url``: the address of one record for staff, if it has a page of its own.
    ``measures``: what each measure among its cells counts; one not named here has no page.
    ``permission``: the action a person must be allowed to open the records.
    """

    name: str
    label: str
    cells: Callable[[ReportFormat], frozenset[str]]
    rows: Callable[[ReportFormat, int, Any | None], Iterable[FactRow]]
    records: Callable[[ReportFormat, int, str, Any], Any]
    columns: tuple[tuple[str, str], ...]
    permission: str
    record_url: Callable[[Any], str] | None = None
    measures: Mapping[str, Measure] = field(default_factory=dict, compare=False)

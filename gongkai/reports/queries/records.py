"""The records behind a figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from gongkai.organs import policy
from gongkai.organs.models import Organ, OrganQuerySet
from gongkai.reports import registry
from gongkai.reports.models import Scope
from gongkai.reports.tree import Body, ReportingTree, require_format
from gongkai.statute.facts import FactSource, Measure
from gongkai.statute.formats import CellSpec, ReportFormat


@dataclass(frozen=True)
class Behind:
    """The records behind one figure, as far as the person may see them.

    ``counts`` are the figures of the single bodies that make it up, bodies without any left
    out; ``hidden`` says how many of these bodies' records the person may not open.
    """

    spec: CellSpec | Measure
    source: FactSource
    records: QuerySet[Any] | None
    counts: list[tuple[Body, Any]]
    hidden: int


def source_behind(report_format: ReportFormat, cell: str) -> FactSource | None:
    """The source that counts the cell; for a total, the source of its parts."""
    found = registry.source_of(report_format, cell)
    if found is not None or cell not in report_format.cells:
        return found
    parts = leaves_of(report_format, report_format.cells[cell])
    sources = {registry.source_of(report_format, part) for part in parts}
    return sources.pop() if len(sources) == 1 else None


def behind(
    user: Any, organ: Organ, year: int, scope: str, cell: str, only: str = ""
) -> Behind | None:
    """The records behind a figure or a measure; None when no source counts it.

    ``only`` narrows a sum to the body of that code. Records of bodies over which the person
    lacks the source's permission are left out, their number is not.
    """
    report_format = require_format(year)
    spec = registry.spec_of(report_format, cell)
    source = source_behind(report_format, cell)
    if source is None or spec is None:
        return None
    tree = ReportingTree.load(year)
    top = tree.body(organ)
    members = tree.members(top) if scope == Scope.AGGREGATE else [top]
    if only:
        members = [body for body in members if body.code == only]
    asked = counted_organs(tree, members)
    counts = _counts(tree, report_format, source, spec, asked)
    allowed: OrganQuerySet = policy.organs_for(user, source.permission)
    visible = set(allowed.filter(pk__in=asked.values("pk")).values_list("pk", flat=True))
    by_pk = {body.pk: body for body in members}
    listed = [(by_pk[pk], value) for pk, value in counts.items() if pk in by_pk]
    listed.sort(key=lambda one: (-one[1], one[0].path))
    hidden = sum(1 for body, _ in listed if body.pk not in visible)
    records = None
    if visible:
        may_see = asked.filter(pk__in=allowed.order_by().values("pk"))
        records = source.records(report_format, year, cell, may_see)
    return Behind(spec, source, records, listed, hidden)


def counted_organs(tree: ReportingTree, members: Iterable[Body]) -> OrganQuerySet:
    """The bodies whose records count for these: themselves and those merged into them."""
    pks = set()
    for body in members:
        pks.add(body.pk)
        pks.update(gone.pk for gone in tree.absorbed(body.pk))
    return Organ.objects.filter(pk__in=sorted(pks)).order_by()


def _counts(
    tree: ReportingTree,
    report_format: ReportFormat,
    source: FactSource,
    spec: CellSpec | Measure,
    organs: OrganQuerySet,
) -> dict[int, Any]:
    """Body → what it contributes to the cell, one statement."""
    wanted = leaves_of(report_format, spec)
    counts: dict[int, Any] = {}
    for organ_id, cell, value in source.rows(report_format, tree.year, organs):
        holder = tree.holder.get(organ_id)
        if cell in wanted and holder is not None and value:
            counts[holder] = counts.get(holder, 0) + value
    return {pk: value for pk, value in counts.items() if value}


def leaves_of(report_format: ReportFormat, spec: CellSpec | Measure) -> frozenset[str]:
    """The leaf cells that a cell is made of: itself, or the parts of a total."""
    if isinstance(spec, Measure) or not spec.derived:
        return frozenset({spec.id})
    results = {row.id for row in report_format.t3.result_rows}
    rows = results if spec.row == "result_total" else {spec.row}
    return frozenset(
        one.id
        for one in report_format.cells.values()
        if not one.derived
        and one.table == spec.table
        and one.row in rows
        and spec.column in ("total", one.column)
    )

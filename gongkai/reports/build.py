"""Building reports from records: `build` for one body, `build_all` for a whole year.

Every figure of 条例第五十条 is a count over records. The number of SQL statements does not
depend on how many bodies, requests or decisions there are: one reads the tree, one each
source of facts (``GROUP BY`` body and cell), one the reports of the year, one the declared
figures, and, for last year, one the stored reports and, where some are missing, the sources
again. No record becomes an object: rows arrive as tuples and are added to a small dictionary
per body that holds only the cells that are not 0, so memory grows with the bodies, not with
the records.

A sum (汇总) is the body's own figures and those of all below it, cell by cell, along the tree
(`gongkai.reports.tree` says who counts for whom). What a body below declared instead of what
its records say goes into the sum with it, and is shown as an adjustment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from gongkai.organs.models import Organ
from gongkai.reports import registry
from gongkai.reports.figures import (
    BuiltReport,
    Declared,
    PartReport,
    Sparse,
    add_into,
    effective,
    own_adjustments,
)
from gongkai.reports.models import FROZEN_STATES, AnnualReport, DeclaredFigure, Scope, State
from gongkai.reports.tree import (
    Body,
    NoSuchYear,
    ReportError,
    ReportingTree,
    default_scope,
    require_format,
)
from gongkai.reports.values import as_number, load_cells
from gongkai.statute.formats import CellValue, ReportFormat, UnknownFormat, get_format

MOST = 0.3
"""Beyond this share of all bodies every body is counted; the others are left out later."""

Target = tuple[Body, str]
"""A body and the scope of its report."""


def build(
    organ: Organ | Body | str,
    year: int,
    scope: str | None = None,
    *,
    today: date | None = None,
) -> BuiltReport:
    """The report of ``organ`` (a body or its code) on ``year``, counted now.

    ``scope``: "own" or "aggregate"; by default governments are aggregated. Raises a
    `ReportError` (Chinese message) for an unknown body, a body that made no report in that
    year, and a year without a format or not yet begun.
    """
    report_format = require_format(year, today=today)
    tree = ReportingTree.load(year)
    body = tree.require_reporter(organ)
    chosen = check_scope(scope) or default_scope(body)
    figures = _count(tree, report_format, [(body, chosen)])
    last_year = _last_year(tree, [(body, chosen)], from_records=True)
    sent = _sent_below(tree, [body]) if chosen == Scope.AGGREGATE else None
    return _assemble(tree, figures, body, chosen, last_year, sent)


def build_all(
    year: int,
    organs: Iterable[Organ | Body | int] | None = None,
    scope: str | None = None,
    *,
    previous_from_records: bool = False,
    with_parts: bool = False,
    today: date | None = None,
) -> Iterator[BuiltReport]:
    """The reports of all bodies (or of ``organs``, also by number) on ``year``, in tree order.

    Bodies that make no report in the year are passed over. Last year's figures are those of
    stored reports; with ``previous_from_records`` they are counted where none is stored. With
    ``with_parts`` a sum also holds the single reports added up in it (relations A.<cell>).
    """
    report_format = require_format(year, today=today)
    chosen = check_scope(scope)
    tree = ReportingTree.load(year)
    bodies: Iterable[Body] = tree.reporters()
    everybody = organs is None
    if organs is not None:
        wanted = {organ if isinstance(organ, int) else organ.pk for organ in organs}
        bodies = (body for body in tree.reporters() if body.pk in wanted)
    targets = [(body, chosen or default_scope(body)) for body in bodies]
    figures = _count(tree, report_format, targets, everybody=everybody)
    last_year = _last_year(tree, targets, from_records=previous_from_records, everybody=everybody)
    tops = [body for body, body_scope in targets if body_scope == Scope.AGGREGATE]
    sent = _sent_below(tree, tops) if with_parts and tops else None
    for body, body_scope in targets:
        yield _assemble(tree, figures, body, body_scope, last_year, sent)


def check_scope(scope: str | None) -> str | None:
    """The scope, if it is one; raises `ReportError`."""
    if scope and scope not in Scope.values:
        raise ReportError(f"没有名为“{scope}”的口径，可选 own（本机关）或 aggregate（汇总）。")
    return scope or None


# -- Counting --------------------------------------------------------------------------------


@dataclass
class _Stored:
    """A stored report, without its cells."""

    pk: int
    state: str
    version: int


@dataclass
class _YearFigures:
    """What was counted for a year, sparse, by body."""

    format: ReportFormat
    recorded: dict[int, Sparse] = field(default_factory=dict)
    measured: dict[int, Sparse] = field(default_factory=dict)
    reports: dict[tuple[int, str], _Stored] = field(default_factory=dict)
    declared: dict[int, dict[str, Declared]] = field(default_factory=dict)
    sums: dict[int, Sparse] = field(default_factory=dict)
    sum_adjustments: dict[int, Sparse] = field(default_factory=dict)
    sum_measures: dict[int, Sparse] = field(default_factory=dict)

    def declarations(self, pk: int, scope: str) -> dict[str, Declared]:
        """What the body declared in its newest report of this scope."""
        stored = self.reports.get((pk, scope))
        return self.declared.get(stored.pk, {}) if stored else {}

    def cells(self, body: Body, scope: str) -> dict[str, CellValue]:
        """The cells of one report."""
        if scope == Scope.AGGREGATE:
            return effective(
                self.format,
                self.sums.get(body.pk, {}),
                self.sum_adjustments.get(body.pk, {}),
                self.declarations(body.pk, scope),
            )
        return effective(
            self.format,
            self.recorded.get(body.pk, {}),
            {},
            self.declarations(body.pk, scope),
        )


def _count(
    tree: ReportingTree,
    report_format: ReportFormat,
    targets: list[Target],
    *,
    everybody: bool = False,
) -> _YearFigures:
    """Ask every source once and add up what it answers."""
    figures = _YearFigures(report_format)
    tops = [body for body, scope in targets if scope == Scope.AGGREGATE]
    singles = [body for body, scope in targets if scope == Scope.OWN]
    if everybody or tree.share_of(tops) > MOST:
        # Naming most bodies costs the database more than counting all of them.
        organs = None
    else:
        organs = tree.querysets(tops, subtree=True) if tops else None
        if singles:
            alone = tree.querysets(singles, subtree=False)
            organs = alone if organs is None else organs | alone
    _ask_sources(tree, figures, organs)
    _read_declarations(figures, tree.year, organs)
    if tops:
        _add_up(tree, figures, tops)
    return figures


def _ask_sources(tree: ReportingTree, figures: _YearFigures, organs: Any) -> None:
    # The same few strings as keys for all bodies: each row brings its own copy of the id.
    cells = {cell: cell for cell in figures.format.leaf_cells}
    measures = {cell: cell for cell in registry.measures(figures.format)}
    holder, recorded, measured = tree.holder, figures.recorded, figures.measured
    for source in registry.sources_for(figures.format):
        # Rows come body by body, so the body is looked up only when it changes.
        current: int | None = None
        of_body: Sparse = {}
        pk: int | None = None
        for organ_id, row_cell, value in source.rows(figures.format, tree.year, organs):
            if organ_id != current:
                current, pk = organ_id, holder.get(organ_id)
                if pk is not None:
                    of_body = recorded.setdefault(pk, {})
            if pk is None or not value:
                continue
            cell = cells.get(row_cell)
            if cell is not None:
                of_body[cell] = of_body[cell] + value if cell in of_body else value
            elif row_cell in measures:
                add_into(measured.setdefault(pk, {}), {measures[row_cell]: value})
            else:
                raise ImproperlyConfigured(
                    f"{source.name} 给出了未声明的单元格 {row_cell}（{figures.format.id}年格式）。"
                )
            if value.__class__ is float:
                raise ImproperlyConfigured(f"{source.name} 的金额 {row_cell} 不是十进制数。")


def _read_declarations(figures: _YearFigures, year: int, organs: Any) -> None:
    stored = AnnualReport.objects.filter(year=year).order_by("version")
    declared = DeclaredFigure.objects.filter(report__year=year).order_by()
    if organs is not None:
        stored = stored.filter(organ__in=organs)
        declared = declared.filter(report__organ__in=organs)
    rows = stored.values_list("pk", "organ_id", "scope", "state", "version")
    for pk, organ_id, scope, state, version in rows.iterator(chunk_size=5000):
        figures.reports[organ_id, scope] = _Stored(pk, state, version)
    newest = {one.pk for one in figures.reports.values()}
    facts = declared.values_list("report_id", "cell", "value", "note", "by", "at")
    for report_id, cell, value, note, by, at in facts.iterator(chunk_size=5000):
        spec = figures.format.cells.get(cell)
        if report_id in newest and spec is not None:
            figures.declared.setdefault(report_id, {})[cell] = Declared(
                as_number(value, spec), note, by, at
            )


def _add_up(tree: ReportingTree, figures: _YearFigures, tops: list[Body]) -> None:
    """Sums of ``tops`` and of the governments below them: each body adds to those above it."""
    leaves = figures.format.leaf_cells
    paths = tuple(top.path for top in tops)
    summed = {top.pk for top in tops}
    summed.update(pk for pk, body in tree.bodies.items() if body.is_government)
    active = (
        figures.recorded.keys()
        | figures.measured.keys()
        | {
            pk
            for (pk, scope), one in figures.reports.items()
            if scope == Scope.OWN and one.pk in figures.declared
        }
    )
    for pk in active:
        body = tree.bodies[pk]
        if tree.holder[pk] != pk or not body.path.startswith(paths):
            continue
        recorded = figures.recorded.get(pk, {})
        measured = figures.measured.get(pk, {})
        adjustments = own_adjustments(recorded, figures.declarations(pk, Scope.OWN), leaves)
        for above in tree.summed_into(body):
            if above not in summed:
                continue
            add_into(figures.sums.setdefault(above, {}), recorded)
            if measured:
                add_into(figures.sum_measures.setdefault(above, {}), measured)
            if adjustments:
                add_into(figures.sum_adjustments.setdefault(above, {}), adjustments)


# -- Last year ---------------------------------------------------------------------------------


@dataclass
class _LastYear:
    """Last year's cells by body and scope, and where they come from."""

    cells: dict[tuple[int, str], dict[str, CellValue]] = field(default_factory=dict)
    basis: dict[tuple[int, str], str] = field(default_factory=dict)
    sections: dict[tuple[int, str], Mapping[str, str]] = field(default_factory=dict)


def _last_year(
    tree: ReportingTree, targets: list[Target], *, from_records: bool, everybody: bool = False
) -> _LastYear:
    """What stood in the reports of the year before.

    A body that took over others in this year is compared with the sum of its own report and
    theirs: what they carried over is now its own.
    """
    found = _LastYear()
    year = tree.year - 1
    try:
        report_format = require_format(year)
    except NoSuchYear:
        return found
    before = ReportingTree(year, tree.bodies.values())
    wanted: dict[tuple[int, str], list[Target]] = {}
    for body, scope in targets:
        bodies = [body]
        if scope == Scope.OWN:
            bodies += tree.absorbed(body.pk)
        reporting = [(part, scope) for part in bodies if before.holder[part.pk] == part.pk]
        if reporting:
            wanted[body.pk, scope] = reporting
    needed = {part.pk for parts in wanted.values() for part, _ in parts}
    stored = _stored_cells(year, None if everybody else needed)
    counted: _YearFigures | None = None
    if from_records:
        missing = [
            (part, scope)
            for parts in wanted.values()
            for part, scope in parts
            if (part.pk, scope) not in stored
        ]
        if missing:
            counted = _count(before, report_format, missing, everybody=everybody)
    for key, parts in wanted.items():
        total: dict[str, CellValue] | None = None
        bases: set[str] = set()
        for part, scope in parts:
            if (part.pk, scope) in stored:
                sent = stored[part.pk, scope]
                cells: Mapping[str, CellValue] = sent.cells
                bases.add(sent.state)
                if part.pk == key[0]:
                    found.sections[key] = sent.sections
            elif counted is not None:
                cells = counted.cells(part, scope)
                bases.add("records")
            else:
                total = None
                break
            total = dict(cells) if total is None else _plus(total, cells)
        if total is not None and bases == {"records"} and not _was_active(report_format, total):
            # Nothing was recorded in that year: the records begin later, or the body slept.
            # Comparing with noughts would call every figure a leap.
            continue
        if total is not None:
            found.cells[key] = total
            found.basis[key] = bases.pop() if len(bases) == 1 else "mixed"
    return found


STOCK_COLUMNS = frozenset({"prev_items", "change", "open_total", "in_force"})
"""Columns of table two that count what there was, not what happened in the year."""


def _was_active(report_format: ReportFormat, cells: Mapping[str, CellValue]) -> bool:
    """Whether anything happened in the year: a request, a decision, a document, a payment."""
    return any(
        value and report_format.cells[cell].column not in STOCK_COLUMNS
        for cell, value in cells.items()
    )


@dataclass
class _Sent:
    """A stored report of last year."""

    state: str
    version: int
    cells: Mapping[str, CellValue]
    sections: Mapping[str, str]


def _stored_cells(year: int, pks: set[int] | None) -> dict[tuple[int, str], _Sent]:
    """The published report of each body and scope, else the one sent last."""
    reports = AnnualReport.objects.filter(year=year, state__in=FROZEN_STATES).order_by("version")
    if pks is not None:
        reports = reports.filter(organ_id__in=sorted(pks))
    rows = reports.values_list(
        "organ_id", "scope", "state", "version", "format_id", "cells", "sections"
    )
    found: dict[tuple[int, str], _Sent] = {}
    for organ_id, scope, state, version, format_id, cells, sections in rows.iterator(
        chunk_size=500
    ):
        known = found.get((organ_id, scope))
        if known is not None and known.state == State.PUBLISHED and state != State.PUBLISHED:
            continue
        try:
            report_format = get_format(format_id)
        except UnknownFormat:
            continue
        sent = load_cells(report_format, cells or {})
        found[organ_id, scope] = _Sent(state, version, sent, sections)
    return found


def _plus(left: Mapping[str, CellValue], right: Mapping[str, CellValue]) -> dict[str, CellValue]:
    """Two reports added cell by cell; blank only where both are."""
    total = dict(left)
    for cell, value in right.items():
        if value is not None:
            total[cell] = (total.get(cell) or 0) + value
    return total


# -- Putting together ----------------------------------------------------------------------------


def _assemble(
    tree: ReportingTree,
    figures: _YearFigures,
    body: Body,
    scope: str,
    last_year: _LastYear,
    sent: dict[tuple[int, str], _Sent] | None,
) -> BuiltReport:
    aggregate = scope == Scope.AGGREGATE
    recorded = (figures.sums if aggregate else figures.recorded).get(body.pk, {})
    measured = (figures.sum_measures if aggregate else figures.measured).get(body.pk, {})
    stored = figures.reports.get((body.pk, scope))
    key = (body.pk, scope)
    return BuiltReport(
        organ=body,
        year=tree.year,
        scope=scope,
        format=figures.format,
        recorded=recorded,
        adjustments=figures.sum_adjustments.get(body.pk, {}) if aggregate else {},
        declared=figures.declarations(body.pk, scope),
        cells=figures.cells(body, scope),
        measures={**dict.fromkeys(registry.measures(figures.format), 0), **measured},
        previous=last_year.cells.get(key),
        previous_basis=last_year.basis.get(key, ""),
        previous_sections=last_year.sections.get(key),
        parts=_parts(tree, figures, body, sent) if aggregate and sent is not None else None,
        state=stored.state if stored else "",
    )


def _members(tree: ReportingTree, top: Body) -> list[Target]:
    """The reports added up in the sum of ``top``: its office's own, and those below."""
    below = tree.reporting_children(top)
    return [(top, str(Scope.OWN)), *((child, default_scope(child)) for child in below)]


def _sent_below(tree: ReportingTree, tops: list[Body]) -> dict[tuple[int, str], _Sent]:
    """The reports of the year already sent by the bodies below: one statement."""
    pks = {body.pk for top in tops for body, _ in _members(tree, top)}
    return _stored_cells(tree.year, pks)


def _parts(
    tree: ReportingTree,
    figures: _YearFigures,
    top: Body,
    sent: dict[tuple[int, str], _Sent],
) -> list[PartReport]:
    """The reports added up in the aggregate of ``top``, as sent and as counted now."""
    parts = []
    for body, scope in _members(tree, top):
        live = figures.cells(body, scope)
        report = sent.get((body.pk, scope))
        if report is None:
            parts.append(PartReport(body, live, live, ""))
        else:
            parts.append(PartReport(body, report.cells, live, report.state))
    return parts

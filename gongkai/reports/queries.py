"""Every non-trivial read of annual reports, set-based."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, QuerySet
from django.utils import timezone

from gongkai.organs import policy
from gongkai.organs.models import Organ, OrganQuerySet
from gongkai.reports import content, registry
from gongkai.reports.build import build_all
from gongkai.reports.due import DueDate, Urgency, due_date
from gongkai.reports.figures import BuiltReport, Declared
from gongkai.reports.models import (
    FROZEN_STATES,
    AnnualReport,
    DeclaredFigure,
    FlagAnswer,
    ReportTransition,
    Scope,
    State,
)
from gongkai.reports.tree import Body, NoSuchYear, ReportingTree, default_scope, require_format
from gongkai.reports.values import as_number, load, load_cells, plain
from gongkai.statute.facts import FactSource
from gongkai.statute.formats import CellSpec, CellValue, ReportFormat, get_format
from gongkai.statute.workdays import WorkCalendar
from gongkai.workdays.queries import current_calendar

HEAVY = ("cells", "sections", "evidence")
"""Columns that a list does not show and that weigh most of a row."""


# -- Single reports ----------------------------------------------------------------------------


def published() -> QuerySet[AnnualReport]:
    """The version in force of every published report, with its body."""
    return (
        AnnualReport.objects.filter(state=State.PUBLISHED)
        .exclude(superseded_by__state=State.PUBLISHED)
        .select_related("organ")
    )


def published_report(code: str, year: int, scope: str | None = None) -> AnnualReport | None:
    """The published report of a body on a year: of several scopes the sum, unless one is named."""
    reports = published().filter(organ__code=code, year=year)
    if scope is not None:
        return reports.filter(scope=scope).first()
    # "aggregate" sorts before "own".
    return reports.order_by("scope").first()


def newest(organ: Organ, year: int, scope: str | None = None) -> AnnualReport | None:
    """The newest version, in whatever state."""
    return (
        AnnualReport.objects.filter(organ=organ, year=year, scope=scope or default_scope(organ))
        .select_related("organ")
        .order_by("-version")
        .first()
    )


def versions(report: AnnualReport) -> list[AnnualReport]:
    """Every version of this report, the newest first."""
    return list(
        AnnualReport.objects.filter(organ_id=report.organ_id, year=report.year, scope=report.scope)
        .select_related("organ")
        .defer("cells", "evidence")
        .order_by("-version")
    )


def history(report: AnnualReport) -> list[ReportTransition]:
    """Who moved it when, oldest first."""
    return list(report.transitions.order_by("pk"))


# -- Figures -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeriesPoint:
    """Chosen cells of one year's published report."""

    year: int
    format_id: str
    values: dict[str, CellValue]


def series(code: str, cells: Sequence[str]) -> list[SeriesPoint]:
    """These cells over the years as published, oldest first; None where a format lacks one."""
    reports = (
        published().filter(organ__code=code).order_by("year", "scope").defer("sections", "evidence")
    )
    points: dict[int, SeriesPoint] = {}
    for report in reports:
        report_format = get_format(report.format_id)
        stored = report.cells or {}
        points.setdefault(
            report.year,
            SeriesPoint(
                report.year,
                report.format_id,
                {cell: load(stored.get(cell), report_format.cells.get(cell)) for cell in cells},
            ),
        )
    return list(points.values())


def export_rows(
    reports: QuerySet[AnnualReport],
) -> Iterator[tuple[str, str, int, str, int, str, str, str, str, str]]:
    """Frozen reports as long rows: code, body, year, scope, version, format, cell, label, unit,
    value. Streamed; a figure not filled in is an empty text."""
    frozen = reports.filter(state__in=FROZEN_STATES).select_related("organ")
    for report in frozen.defer("sections", "evidence").iterator(chunk_size=200):
        report_format = get_format(report.format_id)
        stored = report.cells or {}
        for cell, spec in report_format.cells.items():
            value = load(stored.get(cell), spec)
            yield (
                report.organ.code,
                report.issuer or report.organ.name,
                report.year,
                report.scope,
                report.version,
                report.format_id,
                cell,
                spec.label,
                spec.unit,
                "" if value is None else str(value) if isinstance(value, int) else plain(value),
            )


def as_sent(report: AnnualReport, live: BuiltReport) -> BuiltReport:
    """``live`` with the figures that were frozen in ``report``: what it says, not what it would.

    The declarations and computed figures are those kept as evidence at the submission.
    """
    report_format = get_format(report.format_id)
    kept = report.evidence or {}
    declared = {
        cell: Declared(load(one["value"], report_format.cells.get(cell)), one["note"], one["by"])
        for cell, one in kept.get("declared", {}).items()
    }
    leaves = report_format.leaf_cells
    recorded = {
        cell: value
        for cell, stored in kept.get("computed", {}).items()
        if cell in leaves and (value := load(stored, report_format.cells.get(cell))) is not None
    }
    return BuiltReport(
        organ=live.organ,
        year=live.year,
        scope=live.scope,
        format=report_format,
        recorded=recorded,
        adjustments={
            cell: load(stored)
            for cell, stored in kept.get("adjustment", {}).items()
            if cell in leaves
        },
        declared=declared,
        cells=load_cells(report_format, report.cells or {}),
        measures={name: load(one) for name, one in kept.get("measures", {}).items()},
        previous=live.previous,
        previous_basis=live.previous_basis,
        previous_sections=live.previous_sections,
        parts=live.parts,
        state=report.state,
        narrative=live.narrative,
    )


# -- The records behind a figure ---------------------------------------------------------------


@dataclass(frozen=True)
class Behind:
    """The records behind one figure, as far as the person may see them.

    ``counts`` are the figures of the single bodies that make it up, bodies without any left
    out; ``hidden`` says how many of these bodies' records the person may not open.
    """

    spec: CellSpec
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
    """The records behind a figure; None when no source counts it.

    ``only`` narrows a sum to the body of that code. Records of bodies over which the person
    lacks the source's permission are left out, their number is not.
    """
    report_format = require_format(year)
    spec = report_format.cells[cell]
    source = source_behind(report_format, cell)
    if source is None:
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
    spec: CellSpec,
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


def leaves_of(report_format: ReportFormat, spec: CellSpec) -> frozenset[str]:
    """The leaf cells that a cell is made of: itself, or the parts of a total."""
    if not spec.derived:
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


# -- A year's reports --------------------------------------------------------------------------


@dataclass(frozen=True)
class OverviewRow:
    """One body's report of a year, as the overview lists it.

    ``below``: of a sum, how many bodies stand below; ``violations`` and ``questions`` are None
    while nobody has counted them.
    """

    body: Body
    scope: str
    report: AnnualReport | None
    due: DueDate
    urgency: Urgency
    violations: int | None = None
    questions: int | None = None
    declared: int = 0
    below: int = 0

    def with_numbers(self, violations: int, questions: int) -> OverviewRow:
        """The same row with what was found when its figures were counted."""
        return replace(self, violations=violations, questions=questions)

    @property
    def state(self) -> str:
        return self.report.state if self.report else ""

    @property
    def state_label(self) -> str:
        return str(State(self.report.state).label) if self.report else "未建立"

    @property
    def is_missing(self) -> bool:
        """Nothing was submitted yet."""
        return self.report is None or (
            self.report.state not in FROZEN_STATES and self.report.version == 1
        )


def overview(
    organs: Iterable[Organ] | QuerySet[Organ],
    year: int,
    *,
    calendar: WorkCalendar | None = None,
    today: date | None = None,
) -> list[OverviewRow]:
    """Where every body's report of the year stands, in the order of the tree.

    Bodies that make no report in the year are left out. Three statements, whatever the
    number of bodies; no figure is counted (see `with_counts`).
    """
    now = today or timezone.localdate()
    working = calendar or current_calendar()
    tree = ReportingTree.load(year)
    pks = set(
        organs.order_by().values_list("pk", flat=True)
        if isinstance(organs, QuerySet)
        else (organ.pk for organ in organs)
    )
    reports: dict[tuple[int, str], AnnualReport] = {}
    rows = AnnualReport.objects.filter(year=year).defer(*HEAVY).select_related("organ")
    for report in rows.annotate(declared_count=Count("declared")).order_by("version"):
        if report.organ_id in pks:
            reports[report.organ_id, report.scope] = report
    dues = {scope: due_date(scope, year, working) for scope in Scope.values}
    listed = []
    paths = [body.path for body in tree.bodies.values()]
    for body in tree.reporters():
        if body.pk not in pks:
            continue
        usual = default_scope(body)
        scopes = [usual] + [
            scope for scope in Scope.values if scope != usual and (body.pk, scope) in reports
        ]
        for scope in scopes:
            found = reports.get((body.pk, scope))
            due = dues[scope]
            done = found is not None and (
                found.state in (State.ACCEPTED, State.PUBLISHED, State.SUBMITTED)
                or found.version > 1
            )
            listed.append(
                OverviewRow(
                    body,
                    scope,
                    found,
                    due,
                    due.urgency(done=done, today=now),
                    declared=getattr(found, "declared_count", 0) if found else 0,
                    below=(
                        sum(path.startswith(body.path) for path in paths) - 1
                        if scope == Scope.AGGREGATE
                        else 0
                    ),
                )
            )
    return listed


def missing(year: int, organs: QuerySet[Organ]) -> list[OverviewRow]:
    """Bodies that owe a report for the year and have sent none."""
    return [row for row in overview(organs, year) if row.is_missing]


def years_with_reports(organs: QuerySet[Organ], *, today: date | None = None) -> list[int]:
    """The years that can be chosen: every reported year with a format, newest first."""
    now = today or timezone.localdate()
    last = (
        AnnualReport.objects.filter(organ__in=organs.order_by().values("pk")).aggregate(
            last=Max("year")
        )["last"]
        or now.year - 1
    )
    years = []
    for year in range(max(last, now.year), 2000, -1):
        try:
            require_format(year, today=date(max(year, now.year), 1, 1))
        except NoSuchYear:
            break
        years.append(year)
    return years


# -- Comparing ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class CellChange:
    """A cell that reads differently in two versions."""

    spec: CellSpec
    old: CellValue
    new: CellValue


@dataclass(frozen=True)
class SectionChange:
    """A section that reads differently: its paragraphs, each kept, taken out or put in."""

    id: str
    title: str
    lines: list[tuple[str, str]]


@dataclass(frozen=True)
class VersionDiff:
    """What changed between two versions."""

    cells: list[CellChange]
    sections: list[SectionChange]

    def __bool__(self) -> bool:
        return bool(self.cells or self.sections)


def diff_versions(
    old: AnnualReport, new: AnnualReport, new_cells: dict[str, CellValue] | None = None
) -> VersionDiff:
    """What the newer version says differently; ``new_cells`` for one that is still a draft."""
    old_format, new_format = get_format(old.format_id), get_format(new.format_id)
    before = load_cells(old_format, old.cells or {})
    after = new_cells if new_cells is not None else load_cells(new_format, new.cells or {})
    cells = [
        CellChange(spec, before.get(cell), after.get(cell))
        for cell, spec in new_format.cells.items()
        if before.get(cell) != after.get(cell)
    ]
    sections = []
    for section in new_format.sections:
        if section.kind != "text":
            continue
        lines = compare_text(old.sections.get(section.id, ""), new.sections.get(section.id, ""))
        if any(mark != " " for mark, _ in lines):
            sections.append(SectionChange(section.id, section.heading, lines))
    return VersionDiff(cells, sections)


def compare_text(old: str, new: str) -> list[tuple[str, str]]:
    """(mark, paragraph) pairs: " " kept, "-" taken out, "+" put in."""
    before, after = content.plain(old).splitlines(), content.plain(new).splitlines()
    lines = []
    for line in difflib.ndiff(before, after):
        if line[0] in " -+":
            lines.append((line[0], line[2:]))
    return lines


def changed_since_return(report: AnnualReport, live: BuiltReport) -> list[CellChange]:
    """Cells that differ from what was sent before the report was returned."""
    if report.state != State.RETURNED or not report.cells:
        return []
    before = load_cells(get_format(report.format_id), report.cells)
    return [
        CellChange(spec, before.get(cell), live.cells.get(cell))
        for cell, spec in live.format.cells.items()
        if before.get(cell) != live.cells.get(cell)
    ]


def moved_since_frozen(report: AnnualReport, live: BuiltReport) -> list[CellChange]:
    """Cells for which the records now say something else than when the report was sent."""
    if not report.is_frozen:
        return []
    kept = (report.evidence or {}).get("computed", {})
    report_format = get_format(report.format_id)
    return [
        CellChange(spec, load(kept.get(cell), spec), live.computed.get(cell))
        for cell, spec in report_format.cells.items()
        if cell in kept and load(kept[cell], spec) != live.computed.get(cell)
    ]


# -- Declared figures ---------------------------------------------------------------------------


def declarations(year: int, organs: QuerySet[Organ]) -> QuerySet[DeclaredFigure]:
    """Every declared figure of the year in these bodies' reports, with report and body."""
    return (
        DeclaredFigure.objects.filter(
            report__year=year, report__organ__in=organs.order_by().values("pk")
        )
        .select_related("report__organ")
        .order_by("report__organ__path", "cell")
    )


def declared_value(one: DeclaredFigure) -> CellValue:
    """The declared value in the type of its cell."""
    spec = get_format(one.report.format_id).cells.get(one.cell)
    return as_number(one.value, spec) if spec is not None else one.value


# -- My tasks ----------------------------------------------------------------------------------


def awaiting_review(user: Any) -> QuerySet[AnnualReport]:
    """Submitted reports that the person may return or accept, oldest first."""
    return (
        policy.scope(AnnualReport.objects.filter(state=State.SUBMITTED), user, "reports.review")
        .select_related("organ")
        .defer(*HEAVY)
        .order_by(F("submitted_at").asc(nulls_last=True), "pk")
    )


def awaiting_publication(user: Any) -> QuerySet[AnnualReport]:
    """Accepted reports that the person may publish."""
    return (
        policy.scope(AnnualReport.objects.filter(state=State.ACCEPTED), user, "reports.publish")
        .select_related("organ")
        .defer(*HEAVY)
        .order_by("year", "organ__path")
    )


def returned_to(user: Any) -> QuerySet[AnnualReport]:
    """Reports sent back that the person may mend."""
    return (
        policy.scope(AnnualReport.objects.filter(state=State.RETURNED), user, "reports.edit")
        .select_related("organ")
        .defer(*HEAVY)
        .order_by("year", "organ__path")
    )


def problems_of(year: int, rows: Iterable[OverviewRow]) -> dict[tuple[int, str], BuiltReport]:
    """The reports of these rows as counted now, by body and scope.

    The number of SQL statements does not depend on the number of rows.
    """
    wanted: dict[str, set[int]] = {}
    for row in rows:
        wanted.setdefault(row.scope, set()).add(row.body.pk)
    return {
        (built.organ.pk, built.scope): built
        for scope, pks in wanted.items()
        for built in build_all(year, pks, scope, previous_from_records=True, with_parts=True)
    }


def texts_and_answers(pks: Iterable[int]) -> dict[int, tuple[dict[str, str], list[FlagAnswer]]]:
    """Sections and answered questions of these reports: two statements."""
    numbers = sorted(pks)
    found: dict[int, tuple[dict[str, str], list[FlagAnswer]]] = {
        pk: (sections, [])
        for pk, sections in AnnualReport.objects.filter(pk__in=numbers).values_list(
            "pk", "sections"
        )
    }
    for answer in FlagAnswer.objects.filter(report__in=numbers).order_by("pk"):
        found[answer.report_id][1].append(answer)
    return found

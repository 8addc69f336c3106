"""A year's reports of many bodies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from gongkai.organs.models import Organ
from gongkai.reports.build import build_all
from gongkai.reports.due import DueDate, Urgency, due_date
from gongkai.reports.figures import BuiltReport
from gongkai.reports.models import FROZEN_STATES, AnnualReport, FlagAnswer, Scope, State
from gongkai.reports.queries.stored import HEAVY
from gongkai.reports.tree import Body, NoSuchYear, ReportingTree, default_scope, require_format
from gongkai.statute.workdays import WorkCalendar
from gongkai.workdays.queries import current_calendar


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

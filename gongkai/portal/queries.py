"""What the public pages read. Only published reports are ever touched here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from gongkai.organs.models import Organ, OrganKind
from gongkai.reports import assemble, values
from gongkai.reports.document import ReportDocument
from gongkai.reports.models import AnnualReport, Scope, State
from gongkai.reports.queries import HEAVY, published, published_report, versions
from gongkai.statute.formats import get_format

__all__ = ["HEAVY", "published"]


def newest_first(reports: QuerySet[AnnualReport]) -> QuerySet[AnnualReport]:
    """Newest year first, then in the order of the tree; the sum before the office alone."""
    return reports.order_by("-year", "organ__path", "scope", "pk")


@dataclass(frozen=True)
class OrganGroup:
    """The bodies of one kind under one superior, for a grouped choice."""

    label: str
    organs: tuple[Organ, ...]


def organs_with_reports(limit: int) -> list[Organ]:
    """Bodies that have published a report, in the order of the tree; at most ``limit``."""
    return list(
        Organ.objects.filter(
            Exists(AnnualReport.objects.filter(organ=OuterRef("pk"), state=State.PUBLISHED))
        )
        .select_related("parent")
        .defer("address", "phone", "email", "office_hours")
        .order_by("path")[:limit]
    )


def grouped(organs: list[Organ]) -> list[OrganGroup]:
    """The same bodies by superior and kind, governments first."""
    kinds = list(OrganKind.values)

    def key(organ: Organ) -> tuple[str, int]:
        return (organ.parent.path if organ.parent else "", kinds.index(organ.kind))

    superiors = {organ.parent_id for organ in organs if organ.parent_id}
    groups = []
    for _key, members in groupby(sorted(organs, key=key), key=key):
        bodies = tuple(members)
        label = OrganKind(bodies[0].kind).label
        if len(superiors) > 1 and bodies[0].parent is not None:
            label = f"{bodies[0].parent.label} · {label}"
        groups.append(OrganGroup(label, bodies))
    return groups


def years_with_counts() -> list[tuple[int, int]]:
    """(year, number of published reports), newest first: one statement."""
    rows = published().order_by().values("year").annotate(reports=Count("pk")).order_by("-year")
    return [(row["year"], row["reports"]) for row in rows]


def top_government_reports() -> list[AnnualReport]:
    """The reports of the highest government that has published any: one a year, newest first.

    The sum over all bodies is what Article 50 asks a government for, so it stands for the
    year where both were published.
    """
    first = (
        published()
        .filter(organ__kind=OrganKind.GOVERNMENT)
        .order_by("organ__depth", "organ__path")
        .values("organ_id")[:1]
    )
    reports = newest_first(
        published().filter(organ_id__in=list(first.values_list("organ_id", flat=True)))
    ).defer("sections", "evidence")
    return one_a_year(reports)


def reports_of(code: str) -> list[AnnualReport]:
    """One body's published reports with their figures, one a year, oldest first."""
    reports = newest_first(published().filter(organ__code=code)).defer("sections", "evidence")
    return one_a_year(reports)[::-1]


def one_a_year(reports: QuerySet[AnnualReport]) -> list[AnnualReport]:
    """Of several scopes in a year the widest; the order is kept."""
    kept: dict[int, AnnualReport] = {}
    for report in reports:
        current = kept.get(report.year)
        if current is None or (current.scope, report.scope) == (Scope.OWN, Scope.AGGREGATE):
            kept[report.year] = report
    return list(kept.values())


def subordinates_reports(organ: Organ, year: int) -> list[AnnualReport]:
    """The year's published reports of the bodies directly below, in the order of the tree."""
    reports = published().filter(organ__parent=organ, year=year).order_by("organ__path", "scope")
    widest: dict[int, AnnualReport] = {}
    for report in reports.defer("sections", "evidence"):
        widest.setdefault(report.organ_id, report)
    return list(widest.values())


@dataclass(frozen=True)
class Publication:
    """The last time anything was published, and how many reports there are."""

    at: datetime | None
    reports: int

    @property
    def mark(self) -> str:
        """Changes with every publication and every correction."""
        return f"{self.at}/{self.reports}"


def latest_publication() -> Publication:
    """What the validators of all public pages rest on: one statement."""
    found = AnnualReport.objects.filter(state=State.PUBLISHED).aggregate(
        at=Max("published_at"), reports=Count("pk")
    )
    return Publication(**found)


def names_mark() -> str:
    """Changes when a body with a published report is renamed: one statement."""
    names = (
        AnnualReport.objects.filter(state=State.PUBLISHED)
        .order_by("organ_id")
        .values_list("organ_id", "organ__name", "organ__kind")
        .distinct()
    )
    return hashlib.sha256(repr(list(names)).encode()).hexdigest()


def report_version(
    code: str, year: int, scope: str | None, version: int | None
) -> AnnualReport | None:
    """The published report of the address: without a version the one in force."""
    if version is None:
        return published_report(code, year, scope)
    reports = AnnualReport.objects.filter(
        organ__code=code, year=year, version=version, state=State.PUBLISHED
    ).select_related("organ", "supersedes")
    if scope is not None:
        reports = reports.filter(scope=scope)
    return reports.order_by("scope").first()


def published_versions(report: AnnualReport) -> list[AnnualReport]:
    """The published versions of this report, the one in force first."""
    return [one for one in versions(report) if one.state == State.PUBLISHED]


def document_of(report: AnnualReport) -> ReportDocument:
    """The published report as it is drawn, beside last year's figures if those are published.

    Last year's must be public themselves: a report that waits for its publication stays unseen.
    """
    earlier = (
        published()
        .filter(organ_id=report.organ_id, year=report.year - 1, scope=report.scope)
        .defer("sections", "evidence")
        .first()
    )
    previous = (
        values.load_cells(get_format(earlier.format_id), earlier.cells or {}) if earlier else {}
    )
    return assemble.from_report(report, previous)


@dataclass(frozen=True)
class Neighbours:
    """The reports of the same body on the years before and after."""

    before: AnnualReport | None
    after: AnnualReport | None


def neighbours(report: AnnualReport) -> Neighbours:
    """Last year's and next year's report, if published; the same scope where there are two."""
    around = published().filter(
        organ_id=report.organ_id, year__in=(report.year - 1, report.year + 1)
    )
    found: dict[int, AnnualReport] = {}
    for one in around.defer(*HEAVY).order_by("scope"):
        if one.year not in found or one.scope == report.scope:
            found[one.year] = one
    return Neighbours(found.get(report.year - 1), found.get(report.year + 1))


def organ_with_reports(code: str) -> Organ | None:
    """The body of that code if it, or one directly below it, has published a report."""
    published_by = Q(annual_reports__state=State.PUBLISHED) | Q(
        children__annual_reports__state=State.PUBLISHED
    )
    return Organ.objects.filter(published_by, code=code).distinct().first()


def years_of_subordinates(organ: Organ) -> list[int]:
    """Years for which bodies directly below have published, newest first."""
    years = published().filter(organ__parent=organ).order_by("-year").values_list("year", flat=True)
    return list(years.distinct())

"""Stored reports: published ones, versions, what waits for somebody."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.reports.figures import BuiltReport, Declared
from gongkai.reports.models import AnnualReport, ReportTransition, State
from gongkai.reports.tree import default_scope
from gongkai.reports.values import load, load_cells
from gongkai.statute.formats import get_format

HEAVY = ("cells", "sections", "evidence")
"""Columns that a list does not show and that weigh most of a row."""


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

"""The start page: what the site is, the newest report and items, the city's figures of openness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.portal import conditional, figures, items, queries
from gongkai.portal.pages import Column, Page
from gongkai.reports.models import AnnualReport
from gongkai.statute.formats import CellValue

RECENT = 6
NEWEST = 8


@dataclass(frozen=True)
class Headline:
    """One figure of the start page, its movement in words and as a small line."""

    name: str
    value: CellValue
    unit: str
    change: str
    points: str
    first: int
    last: int
    finding: str
    url: str


def headlines(reports: list[AnnualReport]) -> list[Headline]:
    """The figures of the newest report, each leading to its comparison over the years."""
    if not reports:
        return []
    latest = reports[0]
    compare = reverse("portal:report_compare", args=[latest.organ.code])
    found = []
    for figure in figures.chosen(figures.HEADLINES):
        series = [(report.year, figures.value_of(report, figure)) for report in reversed(reports)]
        value = figures.value_of(latest, figure)
        if value is None:
            continue
        before = next((known for year, known in series if year == latest.year - 1), None)
        found.append(
            Headline(
                name=figure.name,
                value=value,
                unit=figure.unit_name,
                change=figures.change(before, value, figure.unit),
                points=figures.sparkline([known for _year, known in series]),
                first=series[0][0],
                last=latest.year,
                finding=figures.finding(figure, series),
                url=f"{compare}?{urlencode({'figure': figure.id})}",
            )
        )
    return found


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    reports = queries.top_government_reports()
    context: dict[str, Any] = {
        "page": Page(
            title=settings.SITE_NAME,
            description=_("各行政机关主动公开的政府信息和政府信息公开工作年度报告"),
            section="home",
            column=Column(
                name="首页",
                description="主动公开的政府信息，政府信息公开工作年度报告的公布、查阅、下载和比较",
                keywords=("政府信息公开", "主动公开", "年度报告"),
                kind="首页",
            ),
        ),
        "latest": reports[0] if reports else None,
        "earlier": reports[1:],
        "headlines": headlines(reports),
        "newest": items.marked(items.listed(items.live())[:NEWEST], timezone.localdate()),
        "recent": queries.newest_first(queries.published())
        .defer(*queries.HEAVY)
        .order_by("-published_at", "organ__path")[:RECENT],
    }
    response = render(request, "gongkai/portal/home.html", context)
    # The demo's log-in forms carry a token of their own for every visitor.
    return conditional.page(request, response, private=settings.DEMO)

"""Comparison of published figures. Everything is in the table; the charts are drawn from it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.portal import comparison, figures, queries
from gongkai.portal.addresses import report_url
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.errors import NotPublished
from gongkai.portal.pages import Crumb, Page, reports_column
from gongkai.reports.models import AnnualReport

#: More figures than this at once make neither a chart page nor a table anyone can read.
MOST = 12


def _wanted(request: HttpRequest, reports: list[AnnualReport]) -> tuple[list[Any], bool]:
    """The figures asked for, or the usual ones that these reports have; whether some were cut."""
    wanted = figures.chosen(request.GET.getlist("figure"))
    if not wanted:
        wanted = [
            figure
            for figure in figures.chosen(figures.DEFAULT)
            if any(figures.has(report, figure) for report in reports)
        ]
    return wanted[:MOST], len(wanted) > MOST


def _choices(wanted: list[Any]) -> list[tuple[str, list[tuple[Any, bool]]]]:
    """Every figure under its group, with whether it is chosen."""
    ids = {figure.id for figure in wanted}
    return [
        (
            str(label),
            [
                (figure, figure.id in ids)
                for figure in figures.catalogue().values()
                if figure.group == group
            ],
        )
        for group, label in figures.GROUPS.items()
    ]


@require_safe
def report_compare(request: HttpRequest, code: str) -> HttpResponseBase:
    """One body's figures over the years; with ``by=bodies`` its subordinates' in one year."""

    own = queries.reports_of(code)
    organ = queries.organ_with_reports(code)
    if organ is None:
        raise NotPublished(_("代码为“%(code)s”的机关没有公布过年度报告。") % {"code": code[:32]})
    years = queries.years_of_subordinates(organ)
    by_bodies = bool(years) and (request.GET.get("by") == "bodies" or not own)
    context: dict[str, Any] = {
        "organ": organ,
        "own": own,
        "years": years,
        "by_bodies": by_bodies,
        "most": MOST,
    }
    if by_bodies:
        asked = request.GET.get("year", "")
        year = int(asked) if asked.isdecimal() and int(asked) in years else years[0]
        reports = queries.subordinates_reports(organ, year)
        wanted, cut = _wanted(request, reports)
        lines = comparison.over_bodies(reports, wanted, year)
        context |= {
            "year": year,
            "rows": comparison.rows_by_body(reports, lines, report_url),
            "bars": comparison.BARS,
        }
    else:
        wanted, cut = _wanted(request, own)
        lines = comparison.over_years(own, wanted)
        context["heads"] = [(report.year, report_url(report)) for report in own]
    context |= {
        "lines": lines,
        "charts": [line for line in lines if line.chartable],
        "choices": _choices(wanted),
        "cut": cut,
        "page": Page(
            title=_("%(organ)s：公开数字比较") % {"organ": organ.name},
            description=_("%(organ)s历年政府信息公开工作年度报告中的数字") % {"organ": organ.name},
            section="reports",
            crumbs=(
                Crumb(_("年度报告"), reverse("portal:report_list")),
                Crumb(organ.name, f"{reverse('portal:report_list')}?organ={organ.code}"),
                Crumb(_("比较")),
            ),
            column=reports_column(),
        ),
    }
    return deliver(request, "gongkai/portal/compare.html", context, tags=[tags.REPORTS])

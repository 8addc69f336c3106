"""The list of all published reports."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.portal import paging, queries
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.forms import MANY, ReportFilter
from gongkai.portal.pages import Crumb, Page, reports_column

PER_PAGE = 20


@require_safe
def report_list(request: HttpRequest, number: int = 1) -> HttpResponseBase:
    """All published reports, twenty a page: by path, or by query what was asked for."""
    form = ReportFilter(
        request.GET,
        years=queries.years_with_counts(),
        organs=queries.organs_with_reports(MANY + 1),
    )
    reports = queries.newest_first(queries.published()).defer(*queries.HEAVY)
    if year := form.asked("year"):
        reports = reports.filter(year=year)
    if code := form.asked("organ"):
        reports = reports.filter(organ__code=code)
    if name := form.asked("name"):
        reports = reports.filter(
            Q(organ__name__icontains=name) | Q(organ__short_name__icontains=name)
        )
    if form.errors:
        reports = reports.none()
    filtered = bool(form.errors) or any(form.cleaned_data.values())
    paginator = Paginator(reports, PER_PAGE)
    listed = (
        paging.by_query(paginator, request.GET.get("page"))
        if filtered or "page" in request.GET
        else paging.by_path(paginator, number, reverse("portal:report_list"))
    )
    context = {
        "page": Page(
            title=_("政府信息公开工作年度报告"),
            description=_("所有已公布的年度报告，可按年度和机关查找"),
            section="reports",
            crumbs=(Crumb(_("年度报告")),),
            column=reports_column(),
        ),
        "form": form,
        **listed,
        "filtered": filtered,
        "organ": form.asked("organ"),
    }
    return deliver(request, "gongkai/portal/report_list.html", context, tags=[tags.REPORTS])


@require_safe
def organ_reports(request: HttpRequest, code: str) -> HttpResponse:
    """A shortened address leads to the body's part of the list."""
    return redirect(f"{reverse('portal:report_list')}?{urlencode({'organ': code})}")

"""The standard catalogue in force: what must be published, by whom, and where it is."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.catalogue.exchange.writing import plain_csv
from gongkai.portal import conditional, items, queries
from gongkai.portal.pages import Column, Crumb, Page


@require_safe
def catalogue(request: HttpRequest) -> HttpResponseBase:
    """The matters by field; ``organ`` narrows them to what one body has answered."""
    standard = items.catalogue_in_force()
    organs = items.adopting(standard) if standard else []
    code = request.GET.get("organ", "")
    organ = next((one for one in organs if one.code == code), None)
    rows = items.catalogue_rows(standard, organ) if standard else []
    context = {
        "page": Page(
            title=standard.title if standard else _("基层政务公开标准目录"),
            description=_("应当公开的事项、公开时限和公开主体，以及已经公开的信息"),
            section="info",
            crumbs=(
                Crumb(_("信息公开"), reverse("portal:item_list")),
                Crumb(_("标准目录")),
            ),
            column=Column(
                name="基层政务公开标准目录",
                description="基层政务公开标准目录的事项、时限、主体和公开情况",
                keywords=("标准目录", "政务公开"),
                kind="政府信息公开",
            ),
        ),
        "standard": standard,
        "groups": queries.grouped(organs),
        "organ": organ,
        "fields": items.by_field(rows),
        "total": len(rows),
        "published": sum(row.items > 0 for row in rows),
    }
    response = render(request, "gongkai/portal/catalogue.html", context)
    return conditional.page(request, response)


@require_safe
def catalogue_file(request: HttpRequest) -> HttpResponseBase:
    """The entries in force as one plain table."""
    standard = items.catalogue_in_force()
    if standard is None:
        raise Http404
    response = HttpResponse(
        plain_csv(items.entries_in_force().filter(catalogue=standard)),
        content_type="text/csv; charset=utf-8",
    )
    response.headers["Content-Disposition"] = content_disposition_header(
        True, f"{standard.title}（{standard.year}年第{standard.version}版）.csv"
    )
    return conditional.page(request, response)

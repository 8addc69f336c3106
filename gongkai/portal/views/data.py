"""The published figures as open data: the files and the page that explains them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.portal import conditional, dataset, queries
from gongkai.portal.context import current_site
from gongkai.portal.delivery import tags
from gongkai.portal.delivery.pages import deliver
from gongkai.portal.feeds import structured
from gongkai.portal.pages import Crumb, Page, reports_column

WRITERS = {
    "csv": (dataset.as_csv, "text/csv; charset=utf-8"),
    "json": (dataset.as_json, "application/json; charset=utf-8"),
}


@require_safe
def report_data(request: HttpRequest, extension: str) -> HttpResponseBase:
    """Every cell of every published report in long form; ``year`` and ``organ`` narrow it."""
    reports = queries.newest_first(queries.published())
    name = "annual-reports"
    if asked := request.GET.get("year", ""):
        if not asked.isdecimal() or len(asked) != 4:
            return JsonResponse(
                {"error": _("参数 year 应为四位数的年度，例如 year=2020。")},
                status=400,
                json_dumps_params={"ensure_ascii": False},
            )
        reports = reports.filter(year=int(asked))
        name += f"-{asked}"
    if code := request.GET.get("organ", ""):
        reports = reports.filter(organ__code=code[:32])
    write, media_type = WRITERS[extension]

    def make() -> StreamingHttpResponse:
        body = dataset.batched(write(dataset.rows(reports)))
        response = StreamingHttpResponse(body, content_type=media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
        return response

    publication = queries.latest_publication()
    mark = f"data|{publication.mark}|{queries.names_mark()}|{request.get_full_path()}"
    return conditional.file(request, mark, make, last_modified=publication.at)


@require_safe
def report_data_fields(request: HttpRequest) -> HttpResponseBase:
    """What the files hold, field by field."""

    context = {
        "page": Page(
            title=_("数据下载"),
            description=_("所有已公布的年度报告中的数字，可按年度下载"),
            section="data",
            crumbs=(Crumb(_("数据下载")),),
            column=reports_column(),
            data=(
                structured.dataset(
                    request,
                    name="政府信息公开工作年度报告数据",
                    description="所有已公布的年度报告中的数字，每个数字一行",
                    path=reverse("portal:report_data_fields"),
                    files=[
                        (reverse("portal:report_data", args=[kind]), media_type.partition(";")[0])
                        for kind, (_write, media_type) in WRITERS.items()
                    ],
                    publisher=current_site(request).operator or current_site(request).name,
                ),
            ),
        ),
        "fields": dataset.FIELDS,
        "years": queries.years_with_counts(),
        "csv": reverse("portal:report_data", args=["csv"]),
        "json": reverse("portal:report_data", args=["json"]),
        "address": request.build_absolute_uri(reverse("portal:report_data", args=["csv"])),
    }
    return deliver(request, "gongkai/portal/data.html", context, tags=[tags.REPORTS])

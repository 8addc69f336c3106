"""The public addresses. They never change; what moves is redirected."""

from django.urls import include, path, re_path, register_converter

from gongkai.portal.views import (
    compare,
    data,
    dress,
    home,
    item,
    items,
    leave,
    report,
    reports,
    site,
)


class YearConverter:
    """A year of four digits."""

    regex = "(?:19|20)[0-9]{2}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(YearConverter, "year")

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("info/", items.item_list, name="item_list"),
    path("info/page/<int:number>/", items.item_list),
    path("info/<int:number>/", item.item, name="item"),
    path("info/<int:number>/files/<int:stored>/", item.item_file, name="item_file"),
    path("info/<int:number>/files/<int:stored>/preview/", item.item_preview, name="item_preview"),
    path("reports/", reports.report_list, name="report_list"),
    path("reports/page/<int:number>/", reports.report_list),
    path("reports/data/", data.report_data_fields, name="report_data_fields"),
    re_path(r"^reports/data\.(?P<extension>csv|json)$", data.report_data, name="report_data"),
    path("reports/<str:code>/", reports.organ_reports, name="organ_reports"),
    path("reports/<str:code>/compare/", compare.report_compare, name="report_compare"),
    path("reports/<str:code>/<year:year>/", report.report, name="report"),
    re_path(
        r"^reports/(?P<code>[^/]+)/(?P<year>(?:19|20)[0-9]{2})/annual-report"
        r"\.(?P<extension>pdf|docx|xlsx|json|xml)$",
        report.report_download,
        name="report_download",
    ),
    # Before the parts of the platform, whose addresses would take in the calculator's.
    path("", include("gongkai.portal.requesting.urls")),
    path("", include("gongkai.portal.platform.urls")),
    path("", include("gongkai.portal.finding.urls")),
    path("", include("gongkai.portal.feeds.urls")),
    path("display/", site.display, name="display"),
    path("leave/", leave.leave, name="leave"),
    path("theme.css", dress.stylesheet, name="colours"),
    path("theme-dark.css", dress.stylesheet, {"dark": True}, name="dark_colours"),
    re_path(
        r"^emblem/(?P<mark>[0-9a-f]{12})\.(?P<extension>svg|png)$", dress.emblem, name="emblem"
    ),
    path("robots.txt", site.robots, name="robots"),
    path("favicon.ico", site.favicon, name="favicon"),
]

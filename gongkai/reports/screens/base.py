"""What the report screens share: the report of the address, inside the person's scope."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.views.generic.base import TemplateResponseMixin

from gongkai.organs.staff_views import StaffView
from gongkai.reports import queries, review
from gongkai.reports.build import build
from gongkai.reports.figures import BuiltReport
from gongkai.reports.models import AnnualReport

BASES = {
    "published": "上年已发布的报告",
    "accepted": "上年审核通过、尚未发布的报告",
    "submitted": "上年已提交、尚未发布的报告",
    "records": "按上年记录重新统计",
    "mixed": "上年本机关及并入机关的报告和记录",
}
"""Where last year's figures come from, in words."""


class ReportScreen(TemplateResponseMixin, StaffView):
    """A screen about one stored report (``pk`` in the address); another body's is a 404."""

    action = "reports.view"
    organ_field = "organ"

    @cached_property
    def report(self) -> AnnualReport:
        reports = AnnualReport.objects.select_related("organ", "supersedes")
        found: AnnualReport = self.get_scoped(reports, pk=self.kwargs["pk"])
        return found

    @cached_property
    def live(self) -> BuiltReport:
        """The report as the records and declarations give it now."""
        built = build(self.report.organ, self.report.year, self.report.scope)
        return review.with_text(built, self.report.sections)

    @cached_property
    def shown(self) -> BuiltReport:
        """What the report says: the frozen figures once it was sent."""
        if self.report.is_frozen:
            return queries.as_sent(self.report, self.live)
        return self.live

    @property
    def can_edit(self) -> bool:
        return self.report.is_open and self.allows("reports.edit", self.report.organ)

    @property
    def report_url(self) -> str:
        return self.url("detail", self.report.pk)

    def figure_url(self, cell: str) -> str:
        """The records behind a cell of this report."""
        report = self.report
        return self.url("figure", report.organ.code, report.year, report.scope, cell)

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        report = self.report
        return [
            (f"{report.year}年", f"{self.url('index')}?year={report.year}"),
            (report.organ.label, self.report_url),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"report": self.report, **kwargs})

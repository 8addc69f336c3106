"""The records behind one figure: which bodies, which records, down to the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch
from django.utils.functional import cached_property

from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import Column, ScopedListView
from gongkai.reports import queries, registry
from gongkai.reports.build import build
from gongkai.reports.figures import BuiltReport, Figure
from gongkai.reports.models import AnnualReport, Scope
from gongkai.reports.screens.base import BASES
from gongkai.reports.tree import ReportError, require_format
from gongkai.reports.values import show
from gongkai.statute.facts import Measure

LONGEST_BREAKDOWN = 12
NUMERIC = frozenset({"amount"})


@dataclass(frozen=True)
class Counted:
    """A measure: what the records count to, and nothing else is known of it."""

    value: Any
    adjustment: int = 0
    declared: None = None
    previous: None = None

    @property
    def computed(self) -> Any:
        return self.value


class FigureRecords(ScopedListView):
    """A figure with all its values, its bodies and its records; export as of every list."""

    action = "reports.view"
    template_name = "gongkai/reports/staff/figure.html"
    paginate_by = 50

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if kwargs["scope"] not in Scope.values:
            raise Http404
        try:
            self.report_format = require_format(kwargs["year"])
        except ReportError:
            raise Http404 from None
        spec = registry.spec_of(self.report_format, kwargs["cell"])
        if spec is None:
            raise Http404
        self.spec = spec

    @cached_property
    def organ(self) -> Organ:
        organs = policy.organs_for(self.request.user, self.action)
        return get_object_or_404(organs, code=self.kwargs["code"])

    @cached_property
    def built(self) -> BuiltReport:
        try:
            return build(self.organ, self.kwargs["year"], self.kwargs["scope"])
        except ReportError:
            raise Http404 from None

    @cached_property
    def report(self) -> AnnualReport | None:
        return queries.newest(self.organ, self.kwargs["year"], self.kwargs["scope"])

    @property
    def live(self) -> Figure | Counted:
        """The figure as it counts now."""
        if isinstance(self.spec, Measure):
            return Counted(self.built.measures.get(self.spec.id, 0))
        return self.built.figure(self.spec.id)

    @cached_property
    def shown(self) -> Figure | Counted:
        """The figure as the report says it; for a report not yet sent, as it counts now."""
        if isinstance(self.spec, Measure):
            return self.live
        if self.report is not None and self.report.is_frozen:
            return queries.as_sent(self.report, self.built).figure(self.spec.id)
        return self.live

    @cached_property
    def behind(self) -> queries.Behind | None:
        return queries.behind(
            self.request.user,
            self.organ,
            self.kwargs["year"],
            self.kwargs["scope"],
            self.spec.id,
            self.request.GET.get("body", ""),
        )

    @property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        if self.behind is None:
            return ()
        pairs = self.behind.source.columns
        return tuple(
            Column(name, label, link=place == 1, numeric=name in NUMERIC)
            for place, (name, label) in enumerate(pairs)
        )

    @property
    def empty_text(self) -> str:  # type: ignore[override]
        if self.behind is None:
            return "没有记录可统计，这一格由机关填报。"
        if self.behind.hidden:
            return (
                f"{self.behind.source.label}的记录不在您的查看权限内，只显示数量；"
                "如确需查看，请联系安全保密管理员授权。"
            )
        return "没有记录：这一格统计为 0。"

    def get_title(self) -> str:
        return self.spec.label

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        year = self.kwargs["year"]
        crumbs = [(f"{year}年", f"{self.url('index')}?year={year}")]
        crumbs.append((self.organ.label, self.report_address))
        return crumbs

    @property
    def report_address(self) -> str:
        """The report, or the preview of a body that has none yet."""
        if self.report is not None:
            return self.url("detail", self.report.pk)
        code, year, scope = self.organ.code, self.kwargs["year"], self.kwargs["scope"]
        return f"{self.url('preview', code, year)}?scope={scope}"

    def get_queryset(self) -> QuerySet[Any]:
        if self.behind is None or self.behind.records is None:
            return Organ.objects.none()
        records = self.behind.records
        # Events of a request stand under the request's body.
        named = any(field.name == "organ" for field in records.model._meta.fields)
        return records.select_related("organ") if named else records

    def get_records(self) -> QuerySet[Any]:
        self.filterset = None
        records = self.get_queryset()
        return records if records.ordered else records.order_by("pk")

    def get_url(self, obj: Any) -> str:
        source = self.behind.source if self.behind else None
        if source is None or source.record_url is None:
            return ""
        try:
            return source.record_url(obj)
        except NoReverseMatch:
            return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        behind, body = self.behind, self.request.GET.get("body", "")
        bodies = behind.counts if behind else []
        everything = self.request.GET.get("bodies") == "all"
        listed = bodies if everything else bodies[:LONGEST_BREAKDOWN]
        figure = self.shown
        live = self.live
        may_declare = (
            self.report is not None
            and self.report.is_open
            and not self.spec.derived
            and not isinstance(self.spec, Measure)
            and self.allows("reports.edit", self.organ)
        )
        return super().get_context_data(
            **{
                "organ": self.organ,
                "year": self.kwargs["year"],
                "scope": self.kwargs["scope"],
                "spec": self.spec,
                "is_measure": isinstance(self.spec, Measure),
                "figure": figure,
                "value": show(figure.value),
                "live": live if figure.value != live.value else None,
                "behind": behind,
                "bodies": [(one, show(value)) for one, value in listed],
                "more_bodies": len(bodies) - len(listed),
                "only": next((one for one, _ in bodies if one.code == body), None),
                "is_sum": self.kwargs["scope"] == Scope.AGGREGATE,
                "report": self.report,
                "report_address": self.report_address,
                "declare_url": (
                    self.url("declare", self.report.pk, self.spec.id)
                    if may_declare and self.report
                    else ""
                ),
                "basis": BASES.get(self.built.previous_basis, ""),
                **kwargs,
            }
        )

"""A year's reports of all my bodies: who has sent what, who is late, what is wrong."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic.base import TemplateResponseMixin

from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import Button, StaffView
from gongkai.reports import queries, review, services
from gongkai.reports.models import AnnualReport, State
from gongkai.reports.queries import OverviewRow
from gongkai.reports.tree import ReportError, default_scope

PER_PAGE = 50
LARGE = 600
"""A sum over more bodies is counted when it is opened, not for the list."""
STATES = [
    ("", "全部状态"),
    ("none", "未建立"),
    *State.choices,
    ("missing", "未提交（缺报）"),
    ("overdue", "已逾期"),
]


class OverviewForm(forms.Form):
    """The filters of the overview; the year is always one."""

    year = forms.TypedChoiceField(label="年度", coerce=int, required=False)
    state = forms.ChoiceField(label="状态", choices=STATES, required=False)
    q = forms.CharField(label="机关名称或代码", required=False, max_length=60)

    def __init__(self, years: list[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, f"{year}年") for year in years]  # type: ignore[attr-defined]


class Overview(TemplateResponseMixin, StaffView):
    """Every body of my scope with the state of its report."""

    action = "reports.view"
    template_name = "gongkai/reports/staff/overview.html"

    @cached_property
    def organs(self) -> Any:
        return policy.organs_for(self.request.user, self.action)

    @cached_property
    def years(self) -> list[int]:
        return queries.years_with_reports(self.organs)

    @cached_property
    def year(self) -> int:
        """The year of the address; by default the one that is due now, the last full year."""
        form = OverviewForm(self.years, self.request.GET)
        if form.is_valid() and form.cleaned_data["year"]:
            return int(form.cleaned_data["year"])
        last = timezone.localdate().year - 1
        return last if last in self.years else self.years[0]

    def get_title(self) -> str:
        return f"{self.year}年政府信息公开工作年度报告"

    def get_buttons(self) -> list[Button]:
        return [Button("核对已发布的报告", self.url("compare"), kind="secondary")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        everything = queries.overview(self.organs, self.year)
        state = self.request.GET.get("state", "")
        words = self.request.GET.get("q", "").strip()[:60]
        rows = [row for row in everything if _matches(row, state, words)]
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        form = OverviewForm(self.years, initial={"year": self.year, "state": state, "q": words})
        return super().get_context_data(
            **{
                "year": self.year,
                "form": form,
                "rows": with_counts(self.year, list(page.object_list)),
                "page": page,
                "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2),
                "ellipsis": Paginator.ELLIPSIS,
                "summary": summary(everything),
                "is_filtered": bool(state or words),
                "may_accept": any(row.state == State.SUBMITTED for row in page.object_list)
                and policy.allows(self.request.user, "reports.review"),
                "may_edit": set(
                    policy.organs_for(self.request.user, "reports.edit").values_list(
                        "pk", flat=True
                    )
                ),
                "due_rows": _dues(everything),
                "today": timezone.localdate(),
                **kwargs,
            }
        )


def _matches(row: OverviewRow, state: str, words: str) -> bool:
    if words and not all(
        word in row.body.name or word in row.body.short_name or word.upper() in row.body.code
        for word in words.split()
    ):
        return False
    if state == "none":
        return row.report is None
    if state == "missing":
        return row.is_missing
    if state == "overdue":
        return row.urgency == "overdue"
    return not state or row.state == state


def summary(rows: list[OverviewRow]) -> list[tuple[str, int, str]]:
    """(words, number, filter) for the line above the table."""
    states = Counter(row.state for row in rows)
    return [
        ("应编制", len(rows), ""),
        ("未提交", sum(row.is_missing for row in rows), "missing"),
        ("待审核", states[State.SUBMITTED], State.SUBMITTED),
        ("已退回", states[State.RETURNED], State.RETURNED),
        ("审核通过", states[State.ACCEPTED], State.ACCEPTED),
        ("已发布", states[State.PUBLISHED], State.PUBLISHED),
        ("已逾期", sum(row.urgency == "overdue" for row in rows), "overdue"),
    ]


def _dues(rows: list[OverviewRow]) -> list[tuple[str, Any]]:
    """The due dates that stand on this page, each once."""
    seen: dict[str, Any] = {}
    for row in rows:
        label = "政府" if row.scope == "aggregate" else "部门和其他机关"
        seen.setdefault(label, row.due)
    return sorted(seen.items(), key=lambda one: one[1].on)


def with_counts(year: int, rows: list[OverviewRow]) -> list[OverviewRow]:
    """The rows with the number of violations and open questions of reports still open.

    A constant number of statements: the open reports are counted together.
    """
    open_rows = [
        row for row in rows if (row.report is None or row.report.is_open) and row.below <= LARGE
    ]
    if not open_rows:
        return rows
    built = queries.problems_of(year, open_rows)
    reports = queries.texts_and_answers(
        [row.report.pk for row in open_rows if row.report is not None]
    )
    counted = []
    for row in rows:
        found = built.get((row.body.pk, row.scope))
        if found is None or (row.report is not None and not row.report.is_open):
            counted.append(row)
            continue
        sections, answers = reports.get(row.report.pk if row.report else 0, ({}, []))
        if sections:
            found = review.with_text(found, sections)
        asked = review.questions(found, sections, answers)
        counted.append(row.with_numbers(len(found.violations), sum(one.is_open for one in asked)))
    return counted


class CreateReport(StaffView):
    """Set up a body's draft for a year."""

    action = "reports.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, code: str, year: int) -> HttpResponse:
        organ: Organ = self.get_scoped_organ(code)
        scope = request.POST.get("scope") or str(default_scope(organ))
        try:
            report = services.create_draft(self.actor, organ, year, scope)
        except ReportError as error:
            messages.error(request, str(error))
            existing = queries.newest(organ, year, scope)
            if existing is not None:
                return HttpResponseRedirect(self.url("detail", existing.pk))
            return HttpResponseRedirect(f"{self.url('index')}?year={year}")
        messages.success(
            request, f"已建立{organ.label}{year}年的报告，数字来自现有记录，文字请核对补充。"
        )
        return HttpResponseRedirect(self.url("detail", report.pk))

    def get_scoped_organ(self, code: str) -> Organ:
        return get_object_or_404(policy.organs_for(self.request.user, self.action), code=code)


class AcceptMany(StaffView):
    """Accept several submitted reports at once."""

    action = "reports.review"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        numbers = [int(pk) for pk in request.POST.getlist("report") if pk.isdigit()]
        reports = list(
            self.scoped(AnnualReport.objects.filter(pk__in=numbers[:500]))
            .select_related("organ")
            .order_by("organ__path")
        )
        if not reports:
            messages.warning(request, "没有勾选可以审核的报告。请先在列表中勾选“已提交”的报告。")
        else:
            done, refused = services.accept_many(
                self.actor, reports, request.POST.get("comment", "").strip()
            )
            if done:
                messages.success(request, f"已审核通过{len(done)}份报告。")
            for report, reason in refused:
                messages.error(request, f"{report.organ.label}未办理：{reason}")
        year = request.POST.get("year", "")
        suffix = f"?year={year}" if year.isdigit() else ""
        return HttpResponseRedirect(self.url("index") + suffix)

"""The workbench of one report: tables, text, findings, questions, history, next steps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.views.generic.base import TemplateResponseMixin

from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import StaffView
from gongkai.reports import content, queries, registry, review, services
from gongkai.reports.build import build, check_scope
from gongkai.reports.due import due_date
from gongkai.reports.figures import BuiltReport
from gongkai.reports.models import State
from gongkai.reports.screens.base import BASES, ReportScreen
from gongkai.reports.screens.tables import TableView, table_views
from gongkai.reports.tree import ReportError, default_scope
from gongkai.statute.constraints import Finding

DOWNLOADS = (
    ("docx", "Word（DOCX）"),
    ("pdf", "PDF"),
    ("xlsx", "Excel（XLSX）"),
    ("html", "网页（HTML）"),
    ("json", "JSON"),
    ("xml", "XML"),
)
STEPS = {
    State.SUBMITTED: ("submit", "提交", "primary"),
    State.ACCEPTED: ("accept", "审核通过", "primary"),
    State.RETURNED: ("return", "退回修改", "danger"),
    State.PUBLISHED: ("publish", "发布", "primary"),
}
SHORT = {
    "s1": "总体情况",
    "s2": "主动公开",
    "s3": "依申请公开",
    "s4": "复议诉讼",
    "s5": "问题及改进",
    "s6": "其他事项",
}
"""Names of the sections in the contents of the page."""
_GAP = re.compile(r"【待填：[^】]*】")


@dataclass(frozen=True)
class SectionView:
    """One of the six sections as it stands on the page."""

    id: str
    heading: str
    short: str
    table: TableView | None
    html: SafeString
    gaps: int
    url: str


class Workbench(ReportScreen):
    """One body's report of one year: everything that is known about it on one page."""

    template_name = "gongkai/reports/staff/workbench.html"

    def get_title(self) -> str:
        return self.report.title

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return super().get_breadcrumbs()[:1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report, shown = self.report, self.shown
        moved = queries.moved_since_frozen(report, self.live)
        failed = [*shown.violations, *shown.warnings]
        tables = table_views(shown, self.figure_url, failed=failed, moved=moved)
        faults = review.blockers(shown, report.sections) if report.is_open else []
        asked = self.questions
        original = report.supersedes
        return super().get_context_data(
            **{
                "built": shown,
                "sections": self.section_views(tables),
                "violations": _explained(shown.violations),
                "passed": sum(one.status == "passed" for one in shown.findings),
                "undecided": sum(one.status == "unknown" for one in shown.findings),
                "blockers": faults,
                "questions": asked,
                "open_questions": [one for one in asked if one.is_open],
                "blanks": shown.blanks,
                "declared_only": registry.declared_only(shown.format),
                "due": due_date(report.scope, report.year),
                "days_left": due_date(report.scope, report.year).days_left(),
                "previous_basis": BASES.get(shown.previous_basis, ""),
                "moved": moved,
                "since_return": queries.changed_since_return(report, self.live),
                "history": queries.history(report),
                "versions": queries.versions(report),
                "correction": (
                    queries.diff_versions(
                        original,
                        report,
                        None if report.is_frozen else dict(self.live.cells),
                    )
                    if original is not None
                    else None
                ),
                "intact": content.is_intact(report) if report.state == State.PUBLISHED else None,
                "steps": self.steps,
                "can_edit": self.can_edit,
                "may_correct": report.state == State.PUBLISHED
                and self.allows("reports.edit", report.organ)
                and not hasattr(report, "superseded_by"),
                "downloads": [
                    (label, self.url("download", report.pk, extension))
                    for extension, label in DOWNLOADS
                ],
                **kwargs,
            }
        )

    @cached_property
    def questions(self) -> list[review.Question]:
        """Questions with their answers: as asked now, or as answered when it was sent."""
        answers = list(self.report.flag_answers.order_by("pk"))
        if self.report.is_open:
            return review.questions(self.shown, self.report.sections, answers)
        kept = {(one.flag, one.message): one for one in answers}
        return [
            review.Question(one["id"], one["message"], (), kept.get((one["id"], one["message"])))
            for one in self.report.evidence.get("questions", [])
        ]

    @cached_property
    def steps(self) -> list[dict[str, str]]:
        """The buttons this person may press now."""
        found = []
        for state in services.lawful_steps(self.report, self.request.user):
            name, label, kind = STEPS[State(state)]
            found.append(
                {"url": self.url(name, self.report.pk), "label": label, "kind": kind, "name": name}
            )
        return found

    def section_views(self, tables: dict[str, TableView]) -> list[SectionView]:
        sections = []
        for section in self.shown.format.sections:
            text = self.report.sections.get(section.id, "")
            sections.append(
                SectionView(
                    id=section.id,
                    heading=section.heading,
                    short=f"{section.no}、{SHORT.get(section.id, section.title)}",
                    table=tables[section.table] if section.table else None,
                    html=marked_gaps(text),
                    gaps=len(content.gaps(text)),
                    url=(
                        self.url("section", self.report.pk, section.id)
                        if self.can_edit and section.kind == "text"
                        else ""
                    ),
                )
            )
        return sections


class Preview(TemplateResponseMixin, StaffView):
    """The figures of a body that has no report yet, as its records count."""

    action = "reports.view"
    template_name = "gongkai/reports/staff/preview.html"

    @cached_property
    def organ(self) -> Organ:
        organs = policy.organs_for(self.request.user, self.action)
        return get_object_or_404(organs, code=self.kwargs["code"])

    def get_title(self) -> str:
        return f"{self.organ.name}{self.kwargs['year']}年：现有记录"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        year = self.kwargs["year"]
        return [(f"{year}年", f"{self.url('index')}?year={year}")]

    def get(self, request: HttpRequest, code: str, year: int) -> HttpResponse:
        try:
            scope = check_scope(request.GET.get("scope")) or str(default_scope(self.organ))
            existing = queries.newest(self.organ, year, scope)
            if existing is not None:
                return HttpResponseRedirect(self.url("detail", existing.pk))
            built = build(self.organ, year, scope)
        except ReportError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self.url("index"))
        return self.render_to_response(self.get_context_data(built=built))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        built: BuiltReport = kwargs["built"]

        def address(cell: str) -> str:
            return self.url("figure", self.organ.code, built.year, built.scope, cell)

        failed = [*built.violations, *built.warnings]
        tables = table_views(built, address, failed=failed)
        return super().get_context_data(
            **{
                "organ": self.organ,
                "sections": [
                    (section, tables[section.table])
                    for section in built.format.sections
                    if section.table
                ],
                "violations": _explained(built.violations),
                "questions": review.questions(built, {}),
                "previous_basis": BASES.get(built.previous_basis, ""),
                "due": due_date(built.scope, built.year),
                "may_create": self.allows("reports.edit", self.organ),
                "is_over": timezone.localdate().year > built.year,
                **kwargs,
            }
        )


class AnswerQuestion(ReportScreen):
    """A question is ticked, or answered with a reason."""

    action = "reports.edit"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            services.answer_question(
                self.actor,
                self.report,
                request.POST.get("flag", "")[:80],
                request.POST.get("message", ""),
                request.POST.get("reason", ""),
            )
        except ReportError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(f"{self.report_url}#questions")


def _explained(findings: list[Finding]) -> list[tuple[Finding, str]]:
    """Each finding with the cell its explanation leads to."""
    return [(finding, finding.cells[-1] if finding.cells else "") for finding in findings]


def marked_gaps(text: str) -> SafeString:
    """The cleaned section with its gaps set off for the eye."""
    cleaned = content.clean(text)
    return mark_safe(  # noqa: S308 - cleaned to a few elements without attributes
        _GAP.sub(lambda found: f'<mark class="rp-gap">{found.group(0)}</mark>', cleaned)
    )

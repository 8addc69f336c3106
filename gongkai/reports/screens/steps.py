"""The steps of a report: submit, return, accept, publish, correct; each asks once more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property

from gongkai.organs.staff_views import ServiceFormView, StaffForm
from gongkai.reports import queries, services
from gongkai.reports.models import AnnualReport
from gongkai.reports.screens.base import ReportScreen


class StepForm(StaffForm):
    """A comment, and the lock of the report as the person saw it."""

    comment = forms.CharField(
        label="附言",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    lock = forms.IntegerField(widget=forms.HiddenInput)


class ReturnForm(StepForm):
    comment = forms.CharField(
        label="退回的原因和需要修改的地方",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="编制单位会看到这段意见。请写明表、行、列或者段落。",
    )


class NoCommentForm(StepForm):
    comment = None  # type: ignore[assignment]


class Step(ReportScreen, ServiceFormView):
    """Base of the steps: form → service → back to the report."""

    template_name = "gongkai/reports/staff/step.html"
    form_class: Any = StepForm

    def get_title(self) -> str:
        return f"{self.title}：{self.report.organ.label}{self.report.year}年报告"

    def get_initial(self) -> dict[str, Any]:
        return {"lock": self.report.lock}

    def get_cancel_url(self) -> str:
        return self.report_url

    def get_success_url(self) -> str:
        return self.report_url


class Submit(Step):
    """Send the report to the superior. What stands against it is listed, not guessed."""

    action = "reports.submit"
    title = "提交"
    submit_label = "提交报告"
    success_message = "报告已提交，数字已固定，等待上级主管部门审核。"

    @cached_property
    def obstacles(self) -> tuple[Any, Any, Any]:
        if not self.report.is_open:
            return [], [], []
        return services.obstacles(self.report, self.live)

    def perform(self, form: Any) -> AnnualReport:
        data = form.cleaned_data
        return services.submit(self.actor, self.report, data["lock"], data["comment"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        violations, blockers, questions = self.obstacles
        return super().get_context_data(
            **{
                "violations": violations,
                "blockers": blockers,
                "questions": questions,
                "is_blocked": bool(violations or blockers or questions),
                "explanation": "提交后数字和文字即固定，不能再改，除非上级主管部门退回。",
                **kwargs,
            }
        )


class Return(Step):
    action = "reports.review"
    form_class = ReturnForm
    title = "退回修改"
    submit_label = "退回"
    danger = True
    success_message = "报告已退回，编制单位可以修改后重新提交。"

    def perform(self, form: Any) -> AnnualReport:
        data = form.cleaned_data
        return services.return_report(self.actor, self.report, data["comment"], data["lock"])


class Accept(Step):
    action = "reports.review"
    title = "审核通过"
    submit_label = "审核通过"
    success_message = "报告已审核通过，可以发布。"

    def perform(self, form: Any) -> AnnualReport:
        data = form.cleaned_data
        return services.accept(self.actor, self.report, data["comment"], data["lock"])


class Publish(Step):
    action = "reports.publish"
    form_class = NoCommentForm
    title = "发布"
    submit_label = "发布报告"
    success_message = "报告已发布并固定。如需改动，请用“更正”另出新版本。"

    def perform(self, form: Any) -> AnnualReport:
        return services.publish(self.actor, self.report, form.cleaned_data["lock"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{
                "explanation": "发布后任何人都可以看到，内容由校验值固定，不能修改或者撤回；"
                "发现错误时另出更正版本。",
                **kwargs,
            }
        )


class CorrectForm(StaffForm):
    note = forms.CharField(
        label="更正说明",
        max_length=2000,
        help_text="为什么更正、依据是什么。说明随新版本一同公布。",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class Correct(Step):
    action = "reports.edit"
    form_class = CorrectForm
    title = "更正"
    submit_label = "建立更正版本"
    success_message = "已建立更正版本，请修改后提交；原版本在更正版本发布之前继续有效。"

    def get_initial(self) -> dict[str, Any]:
        return {}

    def perform(self, form: Any) -> AnnualReport:
        return services.correct_published(self.actor, self.report, form.cleaned_data["note"])

    def get_success_url(self) -> str:
        return self.url("detail", self.result.pk)


class Changes(ReportScreen):
    """What a correction says differently from the version before."""

    template_name = "gongkai/reports/staff/changes.html"

    def get_title(self) -> str:
        return f"第{self.report.version}版与第{self.report.version - 1}版对照"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        report = self.report
        if report.supersedes is None:
            return HttpResponseRedirect(self.report_url)
        cells = None if report.is_frozen else dict(self.live.cells)
        found = queries.diff_versions(report.supersedes, report, cells)
        return self.render_to_response(self.get_context_data(changes=found))

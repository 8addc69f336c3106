"""Editing a draft: the text of a section, and figures that the body states itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from wagtail.admin.rich_text import DraftailRichTextArea

from gongkai.organs.staff_views import ServiceFormView, StaffForm
from gongkai.reports import content, narrative, registry, review, services
from gongkai.reports.figures import Figure
from gongkai.reports.models import DeclaredFigure
from gongkai.reports.screens.base import ReportScreen
from gongkai.reports.screens.workbench import marked_gaps
from gongkai.reports.tree import ReportError
from gongkai.reports.values import parse_number, show
from gongkai.statute.formats import Section

EDITOR_FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul"]


def _editor(label: str) -> DraftailRichTextArea:
    """The rich text editor with a name for those who do not see its label."""
    editor = DraftailRichTextArea(features=EDITOR_FEATURES)
    editor.options["ariaLabel"] = label
    return editor


class SectionForm(StaffForm):
    """The text of one section, and the fingerprint of the text it started from."""

    text = forms.CharField(
        label="正文",
        error_messages={"required": "请填写正文。没有内容可写的，写“无”。"},
        widget=_editor("正文"),
        max_length=content.MAX_LENGTH,
    )
    base = forms.CharField(widget=forms.HiddenInput)


class EditSection(ReportScreen, ServiceFormView):
    """One section in the editor, last year's text and what is still missing beside it."""

    action = "reports.edit"
    form_class = SectionForm
    template_name = "gongkai/reports/staff/section.html"
    submit_label = "保存"
    success_message = "已保存。"
    stale: services.StaleReport | None = None

    @cached_property
    def part(self) -> Section:
        section = self.kwargs["section"]
        if section not in review.text_sections(self.live.format):
            raise Http404
        return self.live.format.section(section)

    @property
    def current(self) -> str:
        return str(self.report.sections.get(self.part.id, ""))

    def get_title(self) -> str:
        return self.part.heading

    def get_initial(self) -> dict[str, Any]:
        text = self.current
        if self.request.GET.get("draft"):
            drafted = narrative.draft(self.live, narrative.Contact.of(self.report.organ))
            text = drafted[self.part.id]
        return {"text": text, "base": content.fingerprint(self.current)}

    def perform(self, form: Any) -> Any:
        try:
            return services.save_section(
                self.actor,
                self.report,
                self.part.id,
                form.cleaned_data["text"],
                form.cleaned_data["base"],
            )
        except services.StaleReport as error:
            self.stale = error
            raise

    def form_invalid(self, form: Any) -> HttpResponse:
        if self.stale is not None:
            # What was typed stays; the next attempt is made on top of what stands there now.
            form.data = form.data.copy()
            form.data["base"] = content.fingerprint(self.stale.current)
        return super().form_invalid(form)

    def get_cancel_url(self) -> str:
        return f"{self.report_url}#{self.part.id}"

    def get_success_url(self) -> str:
        return f"{self.report_url}#{self.part.id}"

    def measures(self) -> list[tuple[str, str, str]]:
        """What the draft of this section quotes from records: label, number, and where they are."""
        found = []
        for cell in narrative.QUOTED.get(self.part.id, ()):
            value = self.live.measures.get(cell)
            spec = registry.spec_of(self.live.format, cell)
            if value and spec is not None:
                found.append((spec.label, f"{show(value)}{spec.unit}", self.figure_url(cell)))
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        before = (self.live.previous_sections or {}).get(self.part.id, "")
        return super().get_context_data(
            **{
                "part": self.part,
                "last_year": marked_gaps(before) if before else "",
                "measures": self.measures(),
                "gaps": content.gaps(self.current),
                "drafted": bool(self.request.GET.get("draft")),
                "stale": marked_gaps(self.stale.current) if self.stale else "",
                **kwargs,
            }
        )


class DeclareForm(StaffForm):
    """A figure stated by the body, with the reason."""

    value = forms.CharField(
        label="填报的数",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    blank = forms.BooleanField(
        label="这一格不填报",
        required=False,
        help_text="勾选后打印为空白，例如本机关没有这项职能。不填报与 0 不同：0 表示核实过没有。",
    )
    note = forms.CharField(
        label="理由和依据",
        max_length=1000,
        help_text="为什么与记录统计的不同，依据是什么。这段说明留存备查。",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_value(self) -> Decimal | None:
        try:
            return parse_number(self.cleaned_data["value"])
        except ValueError as error:
            raise ValidationError(
                f"“{error}”不是数字。请填写如 12、-3 或 37597.005，不带单位。"
            ) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "value" in data and data["value"] is None and not data.get("blank"):
            self.add_error("value", "请填写数字；这一格确实不填报的，请勾选“这一格不填报”。")
        if data.get("value") is not None and data.get("blank"):
            self.add_error("blank", "已填写了数字，不能同时勾选“不填报”。")
        return data


class Declare(ReportScreen, ServiceFormView):
    """State a figure other than the counted one, or take the statement back."""

    action = "reports.edit"
    form_class = DeclareForm
    template_name = "gongkai/reports/staff/declare.html"
    submit_label = "保存填报的数"
    success_message = "已保存填报的数，统计数仍保留在旁边。"

    @cached_property
    def figure(self) -> Figure:
        cell = self.kwargs["cell"]
        spec = self.live.format.cells.get(cell)
        if spec is None or spec.derived:
            raise Http404
        return self.live.figure(cell)

    def get_title(self) -> str:
        return f"填报：{self.figure.spec.label}"

    def get_initial(self) -> dict[str, Any]:
        declared = self.figure.declared
        if declared is None:
            return {}
        return {
            "value": "" if declared.value is None else show(declared.value),
            "blank": declared.value is None,
            "note": declared.note,
        }

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if "withdraw" in request.POST:
            return self.withdraw()
        return super().post(request, *args, **kwargs)

    def withdraw(self) -> HttpResponse:
        try:
            services.withdraw_declaration(self.actor, self.report, self.figure.cell)
        except ReportError as error:
            messages.error(self.request, str(error))
        else:
            messages.success(self.request, "已撤回填报的数，恢复为统计数。")
        return HttpResponseRedirect(self.get_success_url())

    def perform(self, form: Any) -> DeclaredFigure:
        return services.declare_figure(
            self.actor,
            self.report,
            self.figure.cell,
            form.cleaned_data["value"],
            form.cleaned_data["note"],
        )

    def get_cancel_url(self) -> str:
        return f"{self.report_url}#{self.figure.cell}"

    def get_success_url(self) -> str:
        return f"{self.report_url}#{self.figure.cell}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{
                "figure": self.figure,
                "records_url": self.figure_url(self.figure.cell),
                **kwargs,
            }
        )


class CorrectionNoteForm(StaffForm):
    note = forms.CharField(
        label="更正说明",
        max_length=2000,
        help_text="为什么更正、依据是什么。说明随新版本一同公布。",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ExplainCorrection(ReportScreen, ServiceFormView):
    """Change the reason of a correction that is still a draft."""

    action = "reports.edit"
    form_class = CorrectionNoteForm
    title = "更正说明"
    submit_label = "保存"
    success_message = "已保存更正说明。"

    def get_initial(self) -> dict[str, Any]:
        return {"note": self.report.change_note}

    def perform(self, form: Any) -> Any:
        return services.explain_correction(self.actor, self.report, form.cleaned_data["note"])

    def get_cancel_url(self) -> str:
        return self.report_url

    def get_success_url(self) -> str:
        return self.report_url

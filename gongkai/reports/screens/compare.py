"""A report published elsewhere, read back and compared with what the records say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse

from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import OrganChoiceField, ServiceFormView, StaffForm
from gongkai.reports.build import build
from gongkai.reports.figures import BuiltReport
from gongkai.reports.models import Scope
from gongkai.reports.reading import CheckedReport, NotAReport, ReadReport, check_report, read_report
from gongkai.reports.tree import ReportError
from gongkai.reports.values import show
from gongkai.statute.formats import CellSpec


class CompareForm(StaffForm):
    """The file; body, year and scope only where the file does not tell."""

    file = forms.FileField(
        label="年度报告文件",
        help_text="可以是 DOCX、PDF、XLSX、网页（HTML）、文本，以及本系统导出的 JSON 和 XML。",
    )
    organ = OrganChoiceField(
        action="reports.view",
        label="机关",
        required=False,
        include_abolished=True,
        help_text="不选时按文件中的机关名称查找。",
    )
    year = forms.IntegerField(
        label="年度",
        required=False,
        min_value=2000,
        max_value=2100,
        help_text="不填时取文件中的年度。",
    )
    scope = forms.ChoiceField(
        label="口径",
        required=False,
        choices=[("", "按机关类型（政府汇总，其他本机关）"), *Scope.choices],
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        limit = int(settings.UPLOAD_MAX_MB)
        if file.size > limit * 1024 * 1024:
            raise ValidationError(f"文件超过{limit}MB的上限，请只上传年度报告本身。")
        return file


@dataclass(frozen=True)
class CellPair:
    """One cell as printed in the file and as counted from the records."""

    spec: CellSpec
    printed: Any
    counted: Any

    @property
    def difference(self) -> str:
        if self.printed is None or self.counted is None:
            return "—"
        return f"{self.printed - self.counted:+f}".rstrip("0").rstrip(".") or "0"

    @property
    def printed_text(self) -> str:
        return show(self.printed)

    @property
    def counted_text(self) -> str:
        return show(self.counted)


@dataclass(frozen=True)
class Comparison:
    """What the file says beside what the records say."""

    read: ReadReport
    checked: CheckedReport
    built: BuiltReport
    organ: Organ
    different: list[CellPair]
    same: int
    absent: int


class Compare(ServiceFormView):
    """Upload → read → compare. Nothing is stored."""

    action = "reports.view"
    form_class = CompareForm
    template_name = "gongkai/reports/staff/compare.html"
    title = "核对已发布的报告"
    submit_label = "读取并核对"
    comparison: Comparison | None = None

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.comparison = self.perform(form)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        return self.render_to_response(self.get_context_data(form=form))

    def perform(self, form: Any) -> Comparison:
        data = form.cleaned_data
        try:
            read = read_report(data["file"].read(), data["file"].name)
        except NotAReport as error:
            raise ReportError(f"读不出年度报告：{error}") from error
        organ = data["organ"] or self.find(read.issuer)
        year = data["year"] or read.year
        if not year:
            raise ReportError("文件中没有写明年度，请在“年度”一栏填写。")
        built = build(organ, year, data["scope"] or None)
        return compare(read, built, organ)

    def find(self, issuer: str | None) -> Organ:
        """The body of that name within the person's scope; raises `ReportError`."""
        organs = policy.organs_for(self.request.user, self.action)
        found = organs.filter(name=issuer).first() if issuer else None
        if found is None:
            named = (
                f"文件的机关是“{issuer}”，您的范围内没有这个机关"
                if issuer
                else "文件中没有写明机关"
            )
            raise ReportError(f"{named}，请在“机关”一栏选择。")
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"comparison": self.comparison, **kwargs})


def compare(read: ReadReport, built: BuiltReport, organ: Organ) -> Comparison:
    """Cell by cell; a cell that only one of the two forms has is counted as absent."""
    different: list[CellPair] = []
    same = absent = 0
    for cell, spec in built.format.cells.items():
        if cell not in read.cells:
            absent += 1
        elif read.cells[cell] == built.cells[cell]:
            same += 1
        else:
            different.append(CellPair(spec, read.cells[cell], built.cells[cell]))
    return Comparison(read, check_report(read), built, organ, different, same, absent)

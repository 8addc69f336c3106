"""Import in two steps: choose a file and see what would happen; then let it happen.

    class DecisionImport(ImportView):
        action = "registers.import"
        title = "导入行政行为"
        purpose = "registers.decisions"
        columns = DECISION_COLUMNS
        form_class = DecisionImportForm            # ImportForm with further fields, or ImportForm

        def run(self, source, name, *, dry_run, form):
            return services.import_decisions(
                self.actor, form.cleaned_data["organ"], source, name, dry_run=dry_run
            )

Before the confirmation the service runs with `dry_run`, so the preview is the import itself,
rolled back. Problems are shown by row and column and nothing is kept.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import IO, Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.generic.base import TemplateResponseMixin

from gongkai.organs import imports
from gongkai.organs.models import StagedUpload
from gongkai.organs.staff_views.base import StaffView
from gongkai.organs.staff_views.export import csv_text
from gongkai.organs.staff_views.forms import StaffForm, add_errors

KEPT_FOR = timedelta(days=1)


class ImportForm(StaffForm):
    """The file; subclasses may ask for more."""

    file = forms.FileField(
        label="文件",
        help_text="CSV（UTF-8 或 GB18030 编码）或 XLSX。各列按表头名称识别，顺序不限。",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.xls"}),
        error_messages={"required": "请选择要导入的文件。", "empty": "文件是空的，请重新选择。"},
    )


class ImportView(TemplateResponseMixin, StaffView):
    """See the module's example."""

    template_name = "gongkai/organs/staff/import.html"
    columns: ClassVar[Sequence[imports.Column]] = ()
    purpose: ClassVar[str]
    form_class: ClassVar[type[ImportForm]] = ImportForm
    intro: ClassVar[str] = ""

    def run(
        self, source: IO[bytes], name: str, *, dry_run: bool, form: Any
    ) -> imports.ImportReport:
        """Call the import service. May raise ImportFailed, UnreadableTable, PermissionDenied."""
        raise TypeError(f"{type(self).__name__} must say which service imports (run).")

    def get_success_url(self) -> str:
        return self.section.url if self.section is not None else ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "template" in request.GET:
            return self._template()
        return self.render_to_response(self.get_context_data(form=self._form()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        staged = self._staged()
        confirmed = "token" in request.POST
        form = self._form(data=request.POST, files=request.FILES, with_file=not confirmed)
        if confirmed and staged is None:
            form.full_clean()
            form.add_error(None, "待导入的文件已过期或已导入，请重新选择文件。")
        if not form.is_valid():
            return self._answer(form, status=422)
        try:
            if staged is None:
                upload = form.cleaned_data["file"]
                report = self.run(upload, upload.name, dry_run=True, form=form)
                return self._answer(form, report=report, staged=self._stage(upload))
            report = self.run(io.BytesIO(staged.data), staged.name, dry_run=False, form=form)
        except imports.ImportFailed as failed:
            self._drop(staged)
            return self._answer(form, failed=failed, status=422)
        except ValidationError as error:
            self._drop(staged)
            add_errors(form, error)
            return self._answer(form, status=422)
        except PermissionDenied as error:
            self._drop(staged)
            form.add_error(None, str(error) or "您没有此项权限。")
            return self._answer(form, status=422)
        self._drop(staged)
        messages.success(request, f"已导入“{staged.name}”。{report}")
        return HttpResponseRedirect(self.get_success_url())

    def _form(self, *, data: Any = None, files: Any = None, with_file: bool = True) -> ImportForm:
        form = self.form_class(data, files, user=self.request.user)
        form.fields["file"].required = with_file
        return form

    def _answer(
        self,
        form: ImportForm,
        *,
        report: imports.ImportReport | None = None,
        staged: StagedUpload | None = None,
        failed: imports.ImportFailed | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = self.get_context_data(form=form, report=report, staged=staged, failed=failed)
        return self.render_to_response(context, status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = kwargs.get("report")
        context = {
            "columns": self.columns,
            "intro": self.intro,
            "sample_heads": list(report.sample[0]) if report and report.sample else [],
            "sample_rows": [list(row.values()) for row in report.sample] if report else [],
        }
        return super().get_context_data(**{**context, **kwargs})

    # -- the file between the two steps --------------------------------------------------------
    def _stage(self, upload: UploadedFile) -> StagedUpload:
        StagedUpload.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
        upload.seek(0)
        return StagedUpload.objects.create(
            user=self.request.user,
            purpose=self.purpose,
            name=(upload.name or "")[-200:],
            data=upload.read(),
        )

    def _staged(self) -> StagedUpload | None:
        try:
            token = UUID(self.request.POST.get("token", ""))
        except ValueError:
            return None
        return StagedUpload.objects.filter(
            token=token,
            user=self.request.user,
            purpose=self.purpose,
            created_at__gte=timezone.now() - KEPT_FOR,
        ).first()

    def _drop(self, staged: StagedUpload | None) -> None:
        if staged is not None:
            StagedUpload.objects.filter(pk=staged.pk).delete()

    def _template(self) -> HttpResponse:
        """A CSV file with the headings and an example row, to be filled in."""
        rows = [[column.label for column in self.columns], [c.example for c in self.columns]]
        response = HttpResponse(csv_text(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = content_disposition_header(
            True, f"{self.get_title()}-模板.csv"
        )
        return response

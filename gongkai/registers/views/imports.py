"""Import of a register: upload, see what would happen, confirm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from gongkai.organs import imports
from gongkai.organs.staff_views.importing import ImportView
from gongkai.registers.forms import RegisterImportForm
from gongkai.registers.services import import_records
from gongkai.registers.template import template_workbook
from gongkai.registers.views.base import RegisterView

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RegisterImportView(RegisterView, ImportView):
    """The preview also lists what known records would change in."""

    action = "registers.import"
    template_name = "gongkai/registers/import.html"
    form_class = RegisterImportForm
    intro = (
        "按编号识别：编号已登记的更新，没有登记的新建，文件中没有的记录不受影响；"
        "同一文件导入两次不会重复。任何一行有问题，就全部不导入。"
    )

    @property
    def columns(self) -> Sequence[imports.Column]:  # type: ignore[override]
        return self.register.columns

    @property
    def purpose(self) -> str:  # type: ignore[override]
        return f"registers.{self.register.name}"

    def get_title(self) -> str:
        return f"导入{self.register.label}"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(self.register.label, self.place("list"))]

    def get_success_url(self) -> str:
        return self.place("list")

    def run(
        self, source: IO[bytes], name: str, *, dry_run: bool, form: Any
    ) -> imports.ImportReport:
        return import_records(
            self.actor,
            self.register,
            source,
            name,
            organ=form.cleaned_data["organ"],
            dry_run=dry_run,
        )

    def _template(self) -> HttpResponse:
        response = HttpResponse(template_workbook(self.register), content_type=XLSX)
        response["Content-Disposition"] = content_disposition_header(
            True, f"{self.register.label}-导入模板.xlsx"
        )
        return response

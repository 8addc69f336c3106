"""Versions of the catalogue: made, imported, compared, put in force, exported."""

from __future__ import annotations

from typing import IO, Any, ClassVar

from django import forms
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header

from gongkai.catalogue import services
from gongkai.catalogue.exchange import official_workbook, plain_csv
from gongkai.catalogue.exchange.plain import PLAIN_COLUMNS
from gongkai.catalogue.forms import CopyForm, EntryImportForm, InForceForm, VersionForm
from gongkai.catalogue.models import StandardCatalogue
from gongkai.catalogue.queries.differences import difference
from gongkai.catalogue.queries.visible import history, visible_catalogues
from gongkai.catalogue.views.base import CatalogueView
from gongkai.ledger.services import record
from gongkai.organs import imports, policy
from gongkai.organs.staff_views import (
    Button,
    Column,
    ImportView,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
)
from gongkai.organs.staff_views.export import file_name

State = StandardCatalogue.State


class _Visible(CatalogueView):
    """Versions that the user may read."""

    tab = "versions"
    action = "catalogue.view"

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        return queryset.filter(pk__in=visible_catalogues(self.request.user).values("pk"))


class VersionList(_Visible, ScopedListView):
    model = StandardCatalogue
    title = "标准目录版本"
    template_name = "gongkai/catalogue/list.html"
    columns = (
        Column("title", "名称", link=True, wide=True),
        Column("organ.label", "编制政府", sort="organ__path"),
        Column("year", "年度", sort="year", numeric=True, value=lambda v: str(v.year)),
        Column("version", "版次", numeric=True),
        Column("state", "状态", sort="state"),
        Column("in_force_from", "施行日期", sort="in_force_from"),
        Column("superseded_on", "被替代日期"),
        Column("entry_count", "事项", numeric=True),
    )
    select_related = ("organ",)
    ordering = ("organ__path", "-year", "-version")
    search_fields = ("title", "organ__name")
    search_hint = "名称、政府"
    detail_url_name = "version_detail"
    empty_text = "还没有标准目录。请新建版本，或由管理员运行 gongkai catalogue setup 安装默认目录。"

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().annotate(entry_count=Count("entries"))

    def get_buttons(self) -> list[Button]:
        if not self.allows("catalogue.manage"):
            return []
        return [Button("新建版本", self.url("version_create"), icon="plus")]


class VersionDetail(_Visible, ScopedDetailView):
    model = StandardCatalogue
    template_name = "gongkai/catalogue/version.html"
    select_related = ("organ",)
    fields = (
        "organ.name",
        ("printed_year", "版本年度"),
        "version",
        "state",
        "in_force_from",
        "superseded_on",
    )

    def get_object(self) -> Any:
        version = super().get_object()
        version.printed_year = str(version.year)
        return version

    def get_buttons(self) -> list[Button]:
        version = self.object
        buttons = [
            Button("官方版式 XLSX", self.url("version_export", version.pk, "xlsx"),
                   icon="download", kind="secondary"),
            Button("CSV", self.url("version_export", version.pk, "csv"), icon="download",
                   kind="secondary"),
        ]  # fmt: skip
        if not self.allows("catalogue.manage", version.organ):
            return buttons
        if version.is_draft:
            return [
                Button("导入", self.url("version_import", version.pk), icon="upload"),
                Button("新增事项", self.url("entry_create", version.pk), icon="plus",
                       kind="secondary"),
                Button("施行", self.url("version_in_force", version.pk), icon="check",
                       kind="secondary"),
                *buttons,
                Button("删除草稿", self.url("version_delete", version.pk), kind="danger"),
            ]  # fmt: skip
        return [Button("复制为新版本", self.url("version_copy", version.pk), icon="copy"), *buttons]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.object
        others = visible_catalogues(self.request.user).filter(organ=version.organ_id)
        context = {
            "by_field": list(
                version.entries.values("field__name", "field__pk")
                .annotate(number=Count("pk"))
                .order_by("field__order")
            ),
            "unchecked": version.entries.filter(confidence__contains="待核").count(),
            "others": list(others.exclude(pk=version.pk).order_by("-year", "-version")),
            "history": history(version),
        }
        return super().get_context_data(**{**context, **kwargs})


class VersionDiff(_Visible, ScopedDetailView):
    model = StandardCatalogue
    template_name = "gongkai/catalogue/diff.html"
    select_related = ("organ",)

    def get_title(self) -> str:
        return f"{self.object}与{self.other}的差异"

    def get_object(self) -> Any:
        version = super().get_object()
        others = visible_catalogues(self.request.user).filter(organ=version.organ_id)
        self.other = get_object_or_404(others, pk=self.kwargs["other"])
        return version

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(str(self.object), self.url("version_detail", self.object.pk))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"other": self.other, "difference": difference(self.other, self.object)}
        return super().get_context_data(**{**context, **kwargs})


class VersionExport(_Visible):
    """The whole version as a file."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        version = self.get_scoped(
            StandardCatalogue.objects.select_related("organ"), pk=kwargs["pk"]
        )
        kind = kwargs["kind"]
        entries = version.entries.select_related("field").order_by(
            "field__order", "field__code", "seq", "pk"
        )
        if kind == "xlsx":
            content = official_workbook("基层政务公开标准目录", entries)
            media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        elif kind == "csv":
            content, media = plain_csv(entries), "text/csv; charset=utf-8"
        else:
            raise Http404
        with transaction.atomic():
            record(
                self.actor,
                "catalogue.export",
                chain=version.organ.code,
                obj=version,
                changes={"format": kind, "rows": len(entries)},
            )
        response = HttpResponse(content, content_type=media)
        response["Content-Disposition"] = content_disposition_header(
            True, file_name(str(version), kind)
        )
        return response


class _Managed(CatalogueView, ServiceFormView):
    tab = "versions"
    model = StandardCatalogue
    action = "catalogue.manage"
    select_related = ("organ",)

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        if self.object is None:
            return []
        return [(str(self.object), self.url("version_detail", self.object.pk))]

    def get_cancel_url(self) -> str:
        if self.object is None:
            return self.url("versions")
        return self.url("version_detail", self.object.pk)

    def get_success_url(self) -> str:
        return self.url("version_detail", self.result.pk)


class VersionCreate(_Managed):
    model = None
    form_class = VersionForm
    title = "新建标准目录"
    submit_label = "新建"
    intro = "新建空白的版本，然后导入官方目录或者逐条新增。已有现行版本的，宜从现行版本复制。"

    def get_initial(self) -> dict[str, Any]:
        return {"year": timezone.localdate().year}

    def perform(self, form: Any) -> Any:
        return services.create_catalogue(self.actor, **form.cleaned_data)


class VersionCopy(_Managed):
    form_class = CopyForm
    title = "复制为新版本"
    submit_label = "复制"
    success_message = "已复制。修改后在“施行”前可以查看与现行版本的差异。"

    def get_initial(self) -> dict[str, Any]:
        return {"year": max(timezone.localdate().year, self.object.year)}

    def perform(self, form: Any) -> Any:
        return services.copy_version(self.actor, self.object, **form.cleaned_data)


class VersionInForce(_Managed):
    form_class = InForceForm
    title = "施行标准目录"
    submit_label = "施行"
    success_message = "已施行。原版本已被替代，各机关的认领和说明已沿用到本版。"

    def get_intro(self) -> str:
        unchecked = self.object.entries.filter(confidence__contains="待核").count()
        words = "施行后本版事项不能再修改，只能在下一版修改。"
        return f"{words}还有{unchecked}条事项标为“待核”，请先核对。" if unchecked else words

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def perform(self, form: Any) -> Any:
        return services.put_in_force(self.actor, self.object, **form.cleaned_data)


class VersionDelete(_Managed):
    form_class: ClassVar[type[forms.Form]] = forms.Form
    title = "删除标准目录草稿"
    submit_label = "删除"
    danger = True
    success_message = "已删除草稿。"

    def get_intro(self) -> str:
        return f"删除“{self.object}”及其中的{self.object.entries.count()}条事项。删除后不能恢复。"

    def get_success_url(self) -> str:
        return self.url("versions")

    def perform(self, form: Any) -> Any:
        services.delete_draft(self.actor, self.object)


class VersionImport(CatalogueView, ImportView):
    tab = "versions"
    action = "catalogue.manage"
    title = "导入标准目录"
    purpose = "catalogue.entries"
    columns = PLAIN_COLUMNS
    form_class = EntryImportForm
    template_name = "gongkai/catalogue/import.html"
    intro = (
        "可以直接导入官方版式的 XLSX：两级表头、合并单元格、“同上”、空白沿用上一行、√和■都能识别。"
        "事项编码相同（没有编码的，按领域、一级事项和二级事项相同）的更新，其余新增；没有列出的事项保留。"
    )

    def check_access(self) -> None:
        super().check_access()
        found = StandardCatalogue.objects.select_related("organ")
        self.version = get_object_or_404(
            policy.scope(found, self.request.user, self.action), pk=self.kwargs["pk"]
        )

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(str(self.version), self.url("version_detail", self.version.pk))]

    def get_success_url(self) -> str:
        return self.url("version_detail", self.version.pk)

    def run(
        self, source: IO[bytes], name: str, *, dry_run: bool, form: Any
    ) -> imports.ImportReport:
        return services.import_entries(
            self.actor,
            self.version,
            source,
            name,
            field_code=form.cleaned_data["field_code"],
            level=form.cleaned_data["level"],
            dry_run=dry_run,
        )

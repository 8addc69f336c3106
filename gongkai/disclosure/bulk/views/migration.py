"""The migration assistant: sources, what would be understood, runs and their report."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from gongkai.disclosure.bulk import migration, profiles, sources
from gongkai.disclosure.bulk.forms import RunForm, SourceForm
from gongkai.disclosure.models import MigrationPage, MigrationRun, MigrationSource
from gongkai.disclosure.views.base import RoomView, words_of
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)

ACTION = "disclosure.import"


class SourceList(RoomView, ScopedListView):
    model = MigrationSource
    action = ACTION
    tab = "bulk"
    title = "网站迁移"
    template_name = "gongkai/disclosure/list.html"
    columns = (
        Column("name", "名称", link=True, wide=True),
        Column("organ.label", "机关"),
        Column("profile", "页面类型", value=lambda s: dict(profiles.choices()).get(s.profile, "")),
        Column("column.title", "目标栏目"),
        Column("closed_at", "停用时间"),
        Column("updated_at", "最近修改"),
    )
    select_related = ("organ", "column")
    ordering = ("-updated_at", "-id")
    detail_url_name = "source"
    exports = False
    empty_text = "还没有登记旧网站。点“登记旧网站”，填写列表页网址，先试读几页。"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("批量办理", self.url("bulk"))]

    def get_buttons(self) -> list[Button]:
        return [Button("登记旧网站", self.url("source_create"), icon="plus")]


class _SourceView(RoomView):
    model = MigrationSource
    action = ACTION
    tab = "bulk"
    select_related = ("organ", "column")
    object: Any = None

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        crumbs = [("批量办理", self.url("bulk")), ("网站迁移", self.url("sources"))]
        if self.object is not None:
            crumbs.append((self.object.name, self.url("source", self.object.pk)))
        return crumbs


class SourceEdit(_SourceView, ServiceFormView):
    form_class = SourceForm
    template_name = "gongkai/disclosure/act.html"
    success_message = "已保存。请先“试读”，看看读懂了什么。"

    def get_title(self) -> str:
        return "登记旧网站" if self.object is None else "修改迁移来源"

    def get_initial(self) -> dict[str, Any]:
        return {} if self.object is None else SourceForm.initial_of(self.object)

    def get_cancel_url(self) -> str:
        return self.get_breadcrumbs()[-1][1]

    def perform(self, form: Any) -> MigrationSource:
        values = dict(form.cleaned_data)
        organ = values.pop("organ")
        return sources.save_source(self.actor, organ, values, source=self.object)

    def get_success_url(self) -> str:
        return self.url("source", self.result.pk)


class SourceDetail(_SourceView, ScopedDetailView):
    """How far it got, what failed, and what may be done."""

    template_name = "gongkai/disclosure/bulk/source.html"
    fields = ("organ.name",)

    def get_title(self) -> str:
        return str(self.object.name)

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return super().get_breadcrumbs()[:-1]

    def get_rows(self) -> list[tuple[str, str]]:
        source = self.object
        pages = f"{source.first_page}至{source.last_page or '没有新内容为止'}"
        return [
            ("机关", source.organ.name),
            ("页面类型", dict(profiles.choices()).get(source.profile, "")),
            ("列表页", "\n".join(source.lists)),
            ("页码", pages),
            ("允许访问的主机", "、".join(source.hosts)),
            ("每秒请求数", f"{source.per_second:f}"),
            ("robots.txt", "本单位网站，不受限" if source.own_site else "遵守"),
            ("目标栏目", source.column.title),
            ("默认文件类别", source.get_document_kind_display()),
        ]

    def get_buttons(self) -> list[Button]:
        source = self.object
        if source.closed_at is not None:
            return []
        return [
            Button("发起任务", self.url("source_run", source.pk), icon="download"),
            Button("试读几页", self.url("source_preview", source.pk), kind="secondary"),
            Button("修改", self.url("source_edit", source.pk), kind="secondary"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        source = self.object
        runs = list(source.runs.select_related("started_by", "batch")[:10])
        context = {
            "progress": migration.progress(source),
            "runs": runs,
            "running": next((r for r in runs if r.state in ("waiting", "running")), None),
            "troubles": source.pages.exclude(reason="").order_by("state", "pk")[:10],
            "pages_url": self.url("source_pages", source.pk),
        }
        return super().get_context_data(**{**context, **kwargs})


class SourcePreview(_SourceView, ScopedDetailView):
    """The first pages beside what was understood of them."""

    template_name = "gongkai/disclosure/bulk/preview.html"
    title = "试读几页"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = sources.preview(self.actor, self.object)
        return super().get_context_data(**{"told": told, **kwargs})


class SourceRun(_SourceView, ServiceFormView):
    form_class = RunForm
    template_name = "gongkai/disclosure/act.html"
    title = "发起任务"
    submit_label = "开始"
    intro = "任务在后台运行，可以离开本页。中断后再次发起会接着做，已取回的网页不会再取，已导入的不会重复。"

    def get_cancel_url(self) -> str:
        return self.url("source", self.object.pk)

    def perform(self, form: Any) -> MigrationRun:
        mode = form.cleaned_data["mode"]
        return migration.start(
            self.actor,
            self.object,
            as_published=mode == "published",
            dry_run=mode == "dry",
            anew=form.cleaned_data["anew"],
        )

    success_message = "任务已开始，本页显示进展。"


class _Press(_SourceView):
    """A button: the act is done, and the source's page says what came of it."""

    def check_access(self) -> None:
        super().check_access()
        self.object = self.get_scoped(
            MigrationSource.objects.select_related("organ"), pk=self.kwargs["pk"]
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url("source", self.object.pk))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.press())
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, words_of(error))
        return HttpResponseRedirect(self.url("source", self.object.pk))

    def press(self) -> str:
        raise TypeError(f"{type(self).__name__} must say what its button does (press).")


class SourceStop(_Press):
    def press(self) -> str:
        run = self.object.runs.filter(state__in=["waiting", "running"]).first()
        if run is None:
            raise ValidationError("没有正在进行的任务。")
        migration.stop(self.actor, run)
        return "任务将在做完手头的一批后停下。"


class SourceClose(_Press):
    def press(self) -> str:
        sources.close_source(self.actor, self.object)
        return "来源已停用，已导入的信息不受影响。"


class PageFilters(StaffFilterSet):
    organ_filter = False
    state = django_filters.ChoiceFilter(
        label="状态", choices=MigrationPage.State.choices, empty_label="全部状态"
    )
    kind = django_filters.ChoiceFilter(
        label="类型", choices=MigrationPage.Kind.choices, empty_label="全部"
    )
    trouble = django_filters.ChoiceFilter(
        label="说明",
        choices=[("yes", "有说明")],
        empty_label="全部",
        method="filter_trouble",
    )

    class Meta:
        model = MigrationPage
        fields: ClassVar[list[str]] = []

    def filter_trouble(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.exclude(reason="")


class SourcePages(_SourceView, ScopedListView):
    """Every address and how far it got: the report of what could not be read."""

    model = MigrationPage
    organ_field = "source__organ"
    title = "逐页报告"
    template_name = "gongkai/disclosure/list.html"
    columns = (
        Column("title", "列表中的标题", wide=True),
        Column("address", "网址", wide=True),
        Column("kind", "类型"),
        Column("state", "状态"),
        Column("reason", "说明", wide=True),
        Column("item.title", "导入为"),
        Column("updated_at", "时间"),
    )
    search_fields = ("title", "address", "reason")
    search_hint = "标题、网址、说明"
    filterset_class = PageFilters
    select_related = ("item",)
    ordering = ("kind", "id")
    empty_text = "还没有发现网页。请先发起任务。"

    def get_queryset(self) -> QuerySet[Any]:
        pages = super().get_queryset().defer("html", "record", "item__body")
        return pages.filter(source=self.kwargs["pk"])

    def check_access(self) -> None:
        super().check_access()
        self.organ_field = "organ"  # type: ignore[misc]
        self.object = self.get_scoped(MigrationSource.objects.all(), pk=self.kwargs["pk"])
        self.organ_field = "source__organ"  # type: ignore[misc]

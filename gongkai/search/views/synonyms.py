"""Synonyms and recommended words: listed, added, changed, switched off, deleted, imported."""

from __future__ import annotations

from typing import IO, Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.http import urlencode

from gongkai.organs import imports
from gongkai.organs.staff_views import (
    Button,
    Column,
    ImportView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)
from gongkai.search import synonyms
from gongkai.search.forms import ConfirmForm, CuratedForm, SynonymForm
from gongkai.search.models import CuratedWord, SynonymGroup, SynonymKind
from gongkai.search.views.base import ManageView, SearchView


class SynonymFilters(StaffFilterSet):
    """By kind, and whether in use."""

    organ_filter = False
    kind = django_filters.ChoiceFilter(
        label="类别", choices=SynonymKind.choices, empty_label="全部类别"
    )
    active = django_filters.ChoiceFilter(
        label="状态",
        choices=[("yes", "使用中"), ("no", "已停用")],
        empty_label="全部",
        method="filter_active",
    )

    class Meta:
        model = SynonymGroup
        fields: ClassVar[list[str]] = []

    def filter_active(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(active=value == "yes")


class SynonymList(SearchView, ScopedListView):
    model = SynonymGroup
    title = "同义词"
    tab = "synonyms"
    template_name = "gongkai/search/list.html"
    intro = (
        "群众的说法和文件的说法不一样，搜索时一起找。添加、修改在两秒内对全站生效，"
        "不必重建索引；可以先在“试一试”里看效果。"
    )
    columns = (
        Column("words", "词语", sort="words", link=True, wide=True),
        Column("kind", "类别", sort="kind"),
        Column("meant", "规范用词", wide=True),
        Column("note", "说明", wide=True),
        Column("state", "状态", value=lambda group: "使用中" if group.active else "已停用"),
        Column("updated_at", "最近修改", sort="updated_at"),
    )
    export_columns = (
        Column("kind", "类别"),
        Column("words", "词语"),
        Column("meant", "规范用词"),
        Column("note", "说明"),
        Column("active", "启用"),
    )
    search_fields = ("words", "meant", "note")
    search_hint = "词语、规范用词、说明"
    filterset_class = SynonymFilters
    ordering = ("-updated_at",)
    empty_text = "还没有同义词。"

    def get_url(self, obj: SynonymGroup) -> str:
        return self.url("synonym_edit", obj.pk) if self.manages else ""

    def get_buttons(self) -> list[Button]:
        if not self.manages:
            return []
        return [
            Button("导入", self.url("synonym_import"), icon="upload", kind="secondary"),
            Button("添加同义词", self.url("synonym_create"), icon="plus"),
        ]


class _SynonymForm(ManageView, ServiceFormView):
    model = SynonymGroup
    tab = "synonyms"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("同义词", self.url("synonyms"))]

    def get_cancel_url(self) -> str:
        return self.url("synonyms")


class SynonymCreate(_SynonymForm):
    title = "添加同义词"
    submit_label = "添加"
    form_class: type[forms.Form] = SynonymForm
    intro = "添加后两秒内对全站生效。"

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET
        kind = asked.get("kind", "")
        return {
            "kind": kind if kind in SynonymKind.values else SynonymKind.ONE_WAY,
            **{name: asked.get(name, "")[:300] for name in ("words", "meant", "note")},
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = synonyms.split(self.request.GET.get("words", "")[:100])
        same = Q()
        for word in words[:5]:
            same |= Q(words__contains=word) | Q(meant__contains=word)
        found = SynonymGroup.objects.filter(same)[:5] if words else []
        return super().get_context_data(**{"related": found, **kwargs})

    template_name = "gongkai/search/synonym_form.html"

    def get_success_message(self, result: Any) -> str:
        return f"已添加“{result}”，两秒内生效。"

    def perform(self, form: Any) -> Any:
        data = form.cleaned_data
        return synonyms.add_group(
            self.actor,
            kind=data["kind"],
            words=data["words"],
            meant=data["meant"],
            note=data["note"],
        )


class SynonymEdit(_SynonymForm):
    title = "修改同义词"
    form_class: type[forms.Form] = SynonymForm
    success_message = "已保存，两秒内生效。"

    def get_initial(self) -> dict[str, Any]:
        values = {name: getattr(self.object, name) for name in synonyms.DETAILS}
        return {**values, "seen": self.object.updated_at.isoformat()}

    def get_intro(self) -> str:
        return "" if self.object.active else "这一组已停用，搜索时不用。"

    def get_buttons(self) -> list[Button]:
        label = "停用" if self.object.active else "启用"
        return [
            Button(label, self.url("synonym_switch", self.object.pk), kind="secondary"),
            Button("删除", self.url("synonym_delete", self.object.pk), kind="danger"),
        ]

    def perform(self, form: Any) -> Any:
        data = {name: form.cleaned_data[name] for name in (*synonyms.DETAILS, "seen")}
        return synonyms.change_group(self.actor, self.object, **data)


class SynonymSwitch(_SynonymForm):
    form_class: type[forms.Form] = ConfirmForm

    @property
    def submit_label(self) -> str:  # type: ignore[override]
        return "停用" if self.object.active else "启用"

    def get_title(self) -> str:
        return f"{self.submit_label}“{self.object}”"

    def get_intro(self) -> str:
        if self.object.active:
            return "停用后搜索不再用这一组，内容保留，随时可以启用。"
        return "启用后搜索按这一组一起找。"

    def get_success_message(self, result: Any) -> str:
        return "已启用，两秒内生效。" if result.active else "已停用，两秒内生效。"

    def perform(self, form: Any) -> Any:
        return synonyms.switch_group(self.actor, self.object, active=not self.object.active)


class SynonymDelete(_SynonymForm):
    form_class: type[forms.Form] = ConfirmForm
    submit_label = "删除"
    danger = True
    intro = "只是暂时不用的，请停用。删错了的，可以从删除后的提示里撤销。"

    def get_title(self) -> str:
        return f"删除“{self.object}”"

    def get_success_message(self, result: Any) -> str:
        """What was deleted, and the way back: the form for adding with all that it said."""
        gone = {name: getattr(self.object, name) for name in ("kind", "words", "meant", "note")}
        return format_html(
            '已删除“{}”，两秒内生效。<a href="{}?{}">撤销删除</a>',
            self.object,
            self.url("synonym_create"),
            urlencode({name: value for name, value in gone.items() if value}),
        )

    def perform(self, form: Any) -> Any:
        return synonyms.delete_group(self.actor, self.object)


class SynonymImport(ManageView, ImportView):
    title = "导入同义词"
    tab = "synonyms"
    purpose = "search.synonyms"
    columns = synonyms.SYNONYM_COLUMNS
    intro = (
        "按类别和词语识别：已有的更新，没有的新增，文件中没有的不受影响；"
        "同一文件导入两次不会重复。任何一行有问题，就全部不导入。从列表导出的文件可以直接导入。"
    )

    def run(
        self, source: IO[bytes], name: str, *, dry_run: bool, form: Any
    ) -> imports.ImportReport:
        return synonyms.import_groups(self.actor, source, name, dry_run=dry_run)

    def get_success_url(self) -> str:
        return self.url("synonyms")


class CuratedEdit(ManageView, ServiceFormView):
    title = "推荐搜索词"
    tab = "curated"
    template_name = "gongkai/search/form.html"
    form_class: type[forms.Form] = CuratedForm
    success_message = "已保存，一分钟内显示在首页。"
    intro = "首页和搜索页上的热门搜索先取群众搜得最多的词，不够的用这里的词补足。"

    def get_initial(self) -> dict[str, Any]:
        return {"words": "\n".join(CuratedWord.objects.values_list("word", flat=True))}

    def perform(self, form: Any) -> Any:
        return synonyms.set_curated(self.actor, form.cleaned_data["words"])

    def get_success_url(self) -> str:
        return self.url("curated")

    def get_cancel_url(self) -> str:
        return ""

"""The city's own terms: listed, shown, added, changed, ended, restored, imported."""

from __future__ import annotations

from typing import IO, Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from gongkai.guard import queries, services
from gongkai.guard.findings import SEVERITIES
from gongkai.guard.forms import ConfirmForm, ReasonForm, TermForm, TermImportForm
from gongkai.guard.lexicon import SILENCING
from gongkai.guard.models import LexiconTerm, TermKind
from gongkai.guard.services.terms import DETAILS
from gongkai.guard.views.base import GuardView, KeeperView
from gongkai.organs import imports
from gongkai.organs.staff_views import (
    Button,
    Column,
    ImportView,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)


class TermFilters(StaffFilterSet):
    """Ended terms are listed only when asked for."""

    kind = django_filters.ChoiceFilter(
        label="类别", choices=TermKind.choices, empty_label="全部类别"
    )
    owner = django_filters.ChoiceFilter(
        label="范围",
        choices=[("site", "全站词条"), ("own", "机关自己的词条")],
        empty_label="全部",
        method="filter_owner",
    )
    state = django_filters.ChoiceFilter(
        label="停用",
        choices=[("with", "包括已停用"), ("only", "只看已停用")],
        empty_label="不含已停用",
        method="filter_state",
    )

    class Meta:
        model = LexiconTerm
        fields: ClassVar[list[str]] = []

    def filter_owner(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(organ__isnull=value == "site")

    def filter_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(ended_at__isnull=False) if value == "only" else queryset

    @property
    def qs(self) -> QuerySet[Any]:
        found: QuerySet[Any] = super().qs
        asked = self.form.cleaned_data.get("state") if self.form.is_bound else None
        return found if asked else found.filter(ended_at=None)


def level_label(term: LexiconTerm) -> str:
    """How grave a finding of this term is; empty for what silences."""
    return "" if term.kind in SILENCING else SEVERITIES[term.as_term().level]


_STATE = Column("state", "状态", value=lambda term: term.state())


class TermList(GuardView, ScopedListView):
    model = LexiconTerm
    title = "审查词库"
    template_name = "gongkai/guard/list.html"
    intro = (
        "本地维护的词条，与平台随附的词库合并使用，添加后立即生效。"
        "离任人员名单、本地更名的机构和本机关的白名单都在这里登记。"
    )
    columns = (
        Column("word", "词条", sort="word", link=True),
        Column("suggestion", "建议写法", wide=True),
        Column("kind", "类别", sort="kind"),
        Column("level", "级别", value=level_label),
        Column("owner", "适用机关", sort="organ__path"),
        Column("valid_from", "起始日期", sort="valid_from"),
        _STATE,
    )
    export_columns = (
        Column("kind", "类别"),
        Column("word", "词条"),
        Column("suggestion", "建议写法"),
        Column("valid_from", "起始日期"),
        Column("valid_until", "截止日期"),
        Column("post", "职务"),
        Column("alone", "只凭姓名提示"),
        Column("severity", "级别"),
        Column("note", "说明"),
        Column("source", "来源"),
        Column("owner", "适用机关"),
        _STATE,
    )
    search_fields = ("word", "suggestion", "note")
    search_hint = "词条、建议写法、说明"
    filterset_class = TermFilters
    ordering = ("kind", "word", "id")
    detail_url_name = "detail"
    empty_text = "还没有本地词条。平台随附的词库已在使用；请添加本地的离任人员、旧称和白名单。"

    def get_buttons(self) -> list[Button]:
        if not self.keeps_any():
            return []
        return [
            Button("导入", self.url("import"), icon="upload", kind="secondary"),
            Button("添加词条", self.url("create"), icon="plus"),
        ]


class TermDetail(GuardView, ScopedDetailView):
    model = LexiconTerm
    template_name = "gongkai/guard/detail.html"

    @property
    def fields(self) -> tuple[Any, ...]:  # type: ignore[override]
        shown: list[Any] = ["kind", "word", ("owner", "适用机关")]
        if self.object.kind not in SILENCING:
            shown += ["suggestion"]
        if self.object.kind == TermKind.REMOVED_OFFICIAL:
            shown += ["post", "alone"]
        return (*shown, "valid_from", "valid_until", "note", "source", "created_at", "updated_at")

    def get_rows(self) -> list[tuple[str, str]]:
        rows = super().get_rows()
        if self.object.kind not in SILENCING:
            rows.insert(3, ("级别", level_label(self.object)))
        return rows

    def get_buttons(self) -> list[Button]:
        term = self.object
        if not self.keeps(term.organ):
            return []
        if term.is_ended:
            return [Button("恢复", self.url("restore", term.pk), kind="secondary")]
        return [
            Button("修改", self.url("edit", term.pk), icon="edit"),
            Button("停用", self.url("end", term.pk), kind="danger"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "state": self.object.state(),
            "history": queries.history(self.object),
            "packaged": self.object.organ_id is None
            and queries.packaged_term(self.object.kind, self.object.word),
        }
        return super().get_context_data(**{**context, **kwargs})


class _TermForm(KeeperView, ServiceFormView):
    model = LexiconTerm

    def keeps_this(self) -> bool:
        return self.keeps_any() if self.object is None else self.keeps(self.object.organ)

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        if self.object is None:
            return []
        return [(str(self.object), self.url("detail", self.object.pk))]

    def get_cancel_url(self) -> str:
        crumbs = self.get_breadcrumbs()
        return crumbs[-1][1] if crumbs else self.url("index")

    def get_success_url(self) -> str:
        return self.url("detail", self.result.pk)


class TermCreate(_TermForm):
    title = "添加词条"
    submit_label = "添加"
    form_class: type[forms.Form] = TermForm

    def get_intro(self) -> str:
        if self.packaged is not None:
            return f"平台随附词库中的“{self.packaged.word}”将改按这里填写的内容提示。"
        return "添加后立即生效，下一次审查就会按它提示。"

    @property
    def packaged(self) -> Any:
        """The packaged term that the address asks to rewrite."""
        asked = self.request.GET
        return queries.packaged_term(asked.get("kind", ""), asked.get("word", ""))

    def get_initial(self) -> dict[str, Any]:
        packaged = self.packaged
        if packaged is None:
            return {}
        details = {name: getattr(packaged, name, "") for name in DETAILS}
        return {"kind": packaged.kind, "word": packaged.word, **details}

    def get_success_message(self, result: Any) -> str:
        return f"已添加“{result}”，即刻生效。"

    def perform(self, form: Any) -> Any:
        return services.add_term(self.actor, **form.cleaned_data)


class TermEdit(_TermForm):
    title = "修改词条"
    form_class: type[forms.Form] = TermForm
    success_message = "已保存，即刻生效。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "existing": self.object.kind}

    def get_initial(self) -> dict[str, Any]:
        values = {name: getattr(self.object, name) for name in DETAILS}
        return {**values, "seen": self.object.updated_at.isoformat()}

    def get_intro(self) -> str:
        return f"{self.object.get_kind_display()}“{self.object}”。类别和词条不能改；写错的请停用后另添。"

    def perform(self, form: Any) -> Any:
        return services.change_term(self.actor, self.object, **form.cleaned_data)


class TermEnd(_TermForm):
    form_class: type[forms.Form] = ReasonForm
    submit_label = "停用"
    danger = True
    success_message = "已停用，以后的审查不再按它提示。"
    intro = "停用的词条保留在词库中备查，可以恢复。"

    def get_title(self) -> str:
        return f"停用“{self.object}”"

    def perform(self, form: Any) -> Any:
        return services.end_term(self.actor, self.object, **form.cleaned_data)


class TermRestore(_TermForm):
    form_class: type[forms.Form] = ConfirmForm
    submit_label = "恢复"
    success_message = "已恢复，即刻生效。"

    def get_title(self) -> str:
        return f"恢复“{self.object}”"

    def get_intro(self) -> str:
        if not self.object.is_ended:
            return "这个词条正在使用。"
        return f"该词条因“{self.object.end_reason}”停用。恢复后按原来的内容提示。"

    def perform(self, form: Any) -> Any:
        return services.restore_term(self.actor, self.object)


class TermImport(KeeperView, ImportView):
    title = "导入词条"
    purpose = "guard.terms"
    columns = services.TERM_COLUMNS
    form_class = TermImportForm
    intro = (
        "按类别和词条识别：已有的更新，没有的新增，文件中没有的不受影响；"
        "同一文件导入两次不会重复。任何一行有问题，就全部不导入。从本页列表导出的文件可以直接导入。"
    )

    def run(
        self, source: IO[bytes], name: str, *, dry_run: bool, form: Any
    ) -> imports.ImportReport:
        organ = form.cleaned_data["organ"]
        return services.import_terms(self.actor, source, name, organ=organ, dry_run=dry_run)

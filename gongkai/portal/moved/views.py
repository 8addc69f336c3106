"""旧网址 in the staff shell: listed, searched, added, imported, removed."""

from __future__ import annotations

from typing import IO, Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from gongkai.organs import imports
from gongkai.organs.staff_views import (
    Button,
    Column,
    ImportView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)
from gongkai.organs.staff_views.base import StaffView
from gongkai.portal.models import MovedAddress
from gongkai.portal.moved import services
from gongkai.portal.moved.forms import ConfirmForm, MoveForm


class MovedView(StaffView):
    """Addresses belong to the whole site: who may manage it sees and writes all of them."""

    action = services.MANAGE

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        return queryset


class MovedFilters(StaffFilterSet):
    reason = django_filters.ChoiceFilter(
        label="来由", choices=MovedAddress.Reason.choices, empty_label="全部来由"
    )

    class Meta:
        model = MovedAddress
        fields: ClassVar[list[str]] = []


class MovedList(MovedView, ScopedListView):
    model = MovedAddress
    title = "旧网址"
    intro = (
        "网页换了位置以后，原来的网址仍然有效：读者会被转到现在的网页。"
        "栏目改了网址标识、从旧网站迁移信息时，平台自动登记；其他的在这里登记或者导入。"
    )
    columns = (
        Column("path", "旧网址", sort="path", link=True, wide=True),
        Column("target", "现网址", sort="target", wide=True),
        Column("below", "包括下级", value=lambda row: "是" if row.below else ""),
        Column("reason", "来由", sort="reason"),
        Column("note", "说明", wide=True),
        Column("since", "登记时间", sort="since"),
    )
    export_columns = (
        Column("path", "旧网址"),
        Column("target", "现网址"),
        Column("note", "说明"),
        Column("reason", "来由"),
        Column("since", "登记时间"),
    )
    search_fields = ("path", "target", "note")
    search_hint = "旧网址、现网址、说明"
    search_cap = 1_000
    filterset_class = MovedFilters
    ordering = ("-since", "-id")
    detail_url_name = "remove"
    empty_text = "还没有登记旧网址。更换网站时，可以把旧网站的网址和现在的网址整理成表格导入。"

    def get_buttons(self) -> list[Button]:
        return [
            Button("登记旧网址", self.url("create"), icon="plus"),
            Button("导入", self.url("import"), icon="upload", kind="secondary"),
            Button("按迁移记录补齐", self.url("complete"), kind="secondary"),
        ]


class MovedCreate(MovedView, ServiceFormView):
    title = "登记旧网址"
    submit_label = "登记"
    form_class: type[forms.Form] = MoveForm
    intro = "打开旧网址的读者会被转到现网址。只有旧网址下没有网页时才会转。"

    def get_success_message(self, result: Any) -> str:
        return f"已登记，打开 {result.path} 会转到 {result.target}。"

    def perform(self, form: Any) -> Any:
        return services.add_move(self.actor, **form.cleaned_data)


class MovedRemove(MovedView, ServiceFormView):
    model = MovedAddress
    submit_label = "删除登记"
    danger = True
    form_class: type[forms.Form] = ConfirmForm
    success_message = "已删除，打开这个旧网址会看到“没有找到这个页面”。"

    def get_title(self) -> str:
        return "删除旧网址登记"

    def get_intro(self) -> str:
        return f"旧网址 {self.object.path} 现在转到 {self.object.target}。删除后不再转。"

    def perform(self, form: Any) -> Any:
        services.remove_move(self.actor, self.object)


class MovedComplete(MovedView, ServiceFormView):
    title = "按迁移记录补齐旧网址"
    submit_label = "补齐"
    form_class: type[forms.Form] = ConfirmForm
    intro = (
        "从旧网站迁移来的信息，发布时已自动登记旧网址。这里把迁移记录再核对一遍，"
        "补上遗漏的；已登记的不变。"
    )

    def get_success_message(self, result: Any) -> str:
        return f"已核对，新登记{result:,}个旧网址。" if result else "已核对，没有遗漏。"

    def perform(self, form: Any) -> Any:
        return services.complete_migrations(self.actor)


class MovedImport(MovedView, ImportView):
    title = "导入旧网址"
    purpose = "portal.moved"
    columns = services.MOVED_COLUMNS
    intro = (
        "按旧网址识别：已有的更新，没有的新增，文件中没有的不受影响；"
        "同一文件导入两次不会重复。任何一行有问题，就全部不导入。"
    )

    def run(
        self, source: IO[bytes], name: str, *, dry_run: bool, form: Any
    ) -> imports.ImportReport:
        return services.import_moves(self.actor, source, name, dry_run=dry_run)

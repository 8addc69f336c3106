"""Screens of the tree of bodies."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from gongkai.organs import forms, queries, services
from gongkai.organs.models import Organ, OrganKind
from gongkai.organs.services.tree import DETAILS
from gongkai.organs.staff_views import (
    Button,
    Column,
    ImportView,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)

STATES = (("active", "现有"), ("abolished", "已撤销"))


class OrganFilters(StaffFilterSet):
    organ_filter = False
    kind = django_filters.ChoiceFilter(
        label="机构类型", choices=OrganKind.choices, empty_label="全部类型"
    )
    state = django_filters.ChoiceFilter(
        label="状态", choices=STATES, empty_label="全部", method="filter_state"
    )

    class Meta:
        model = Organ
        fields = ["kind"]

    def filter_state(self, queryset: Any, name: str, value: str) -> QuerySet[Organ]:
        active = Q(abolished_on=None) | Q(abolished_on__gt=timezone.localdate())
        return queryset.filter(active if value == "active" else ~active)


def indented(organ: Organ) -> str:
    """The name, moved right by the depth: the list reads as a tree."""
    return "　" * organ.depth + organ.name


def state(organ: Organ) -> str:
    if organ.abolished_on is not None and organ.abolished_on <= timezone.localdate():
        return "已撤销"
    return "垂直管理" if organ.vertical else "现有"


class OrganList(ScopedListView):
    model = Organ
    action = "organs.view"
    organ_field = "pk"
    title = "机构"
    columns = (
        Column("name", "机构名称", value=indented, sort="path", link=True, wide=True),
        Column("code", "机构代码", sort="code"),
        Column("kind", "类型", sort="kind"),
        Column("level", "层级"),
        Column("state", "状态", value=state),
        Column("phone", "联系电话"),
    )
    export_columns = (
        Column("code", "机构代码"),
        Column("name", "机构名称"),
        Column("short_name", "简称"),
        Column("kind", "机构类型"),
        Column("level", "层级"),
        Column("parent.code", "上级机构代码"),
        Column("credit_code", "统一社会信用代码"),
        Column("vertical", "垂直管理"),
        Column("established_on", "成立日期"),
        Column("abolished_on", "撤销日期"),
        Column("office_name", "工作机构名称"),
        Column("responsible_person", "工作机构负责人"),
        Column("address", "办公地址"),
        Column("phone", "联系电话"),
        Column("email", "电子邮箱"),
        Column("office_hours", "办公时间"),
    )
    search_fields = ("name", "code", "short_name", "credit_code")
    search_hint = "名称、代码"
    select_related = ("parent",)
    filterset_class = OrganFilters
    ordering = ("path",)
    detail_url_name = "detail"
    empty_text = "还没有机构。请新建，或从 CSV、XLSX 文件导入。"

    def get_buttons(self) -> list[Button]:
        if not self.allows("organs.manage"):
            return []
        return [
            Button("新建机构", self.url("create"), icon="plus"),
            Button("导入", self.url("import"), icon="upload", kind="secondary"),
        ]


class OrganDetail(ScopedDetailView):
    model = Organ
    action = "organs.view"
    organ_field = "pk"
    select_related = ("parent", "successor")
    template_name = "gongkai/organs/staff/organ.html"
    fields = (
        "code",
        "short_name",
        "kind",
        "level",
        "parent",
        "credit_code",
        "vertical",
        "established_on",
        "abolished_on",
        "successor",
        "office_name",
        "responsible_person",
        "address",
        "phone",
        "email",
        "office_hours",
    )

    def get_buttons(self) -> list[Button]:
        organ = self.object
        if not self.allows("organs.manage", organ):
            return []
        buttons = [
            Button("编辑", self.url("edit", organ.pk), icon="edit"),
            Button("移动", self.url("move", organ.pk), kind="secondary"),
        ]
        if organ.abolished_on is None:
            buttons.append(Button("撤销", self.url("abolish", organ.pk), kind="secondary"))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organ = self.object
        sees_people = self.allows("staff.view", organ)
        context = {
            "ancestors": queries.ancestors(organ),
            "children": self.scoped(organ.children.order_by("path"))[:200],
            "members": queries.members_of(organ, timezone.localdate()) if sees_people else None,
            "deputations": queries.deputations_in(organ, timezone.localdate())
            if sees_people
            else None,
            "appoint_url": self.url("staff:appoint", organ.pk)
            if self.allows("staff.grant", organ) and organ.is_active()
            else "",
        }
        return super().get_context_data(**{**context, **kwargs})


class OrganCreate(ServiceFormView):
    action = "organs.manage"
    form_class = forms.OrganCreateForm
    title = "新建机构"
    submit_label = "建立机构"
    success_message = "机构已建立。"

    def perform(self, form: Any) -> Organ:
        return services.create_organ(self.actor, **form.cleaned_data)

    def get_success_url(self) -> str:
        return self.url("detail", self.result.pk)


class _OrganForm(ServiceFormView):
    """A form over one body."""

    model = Organ
    action = "organs.manage"
    organ_field = "pk"
    select_related = ("parent",)

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(self.object.name, self.url("detail", self.object.pk))]

    def get_cancel_url(self) -> str:
        return self.url("detail", self.object.pk)


class OrganEdit(_OrganForm):
    form_class = forms.OrganDetailsForm
    title = "编辑机构"
    success_message = "已保存。"

    def perform(self, form: Any) -> Organ:
        return services.update_organ(
            self.actor, self.object, **{name: form.cleaned_data[name] for name in DETAILS}
        )


class OrganMove(_OrganForm):
    form_class = forms.MoveForm
    title = "移动机构"
    submit_label = "移动机构"
    success_message = "机构及其下级已移动。"

    def get_intro(self) -> str:
        parent = self.object.parent
        return (
            f"“{self.object.name}”现在的上级是{parent.name if parent else '（无）'}。"
            "移动后，它和全部下级机构归新的上级管理和汇总，原有记录不变。"
        )

    def perform(self, form: Any) -> Organ:
        return services.move_organ(self.actor, self.object, form.cleaned_data["parent"])


class OrganAbolish(_OrganForm):
    form_class = forms.AbolishForm
    title = "撤销机构"
    submit_label = "撤销机构"
    danger = True
    intro = "撤销后不能恢复。机构的记录全部保留，仍计入撤销以前各年的报告。"
    success_message = "机构已撤销。"

    def perform(self, form: Any) -> Organ:
        return services.abolish_organ(self.actor, self.object, **form.cleaned_data)


class OrganImport(ImportView):
    action = "organs.manage"
    title = "导入机构"
    purpose = "organs"
    columns = services.ORGAN_COLUMNS
    intro = (
        "按机构代码识别：代码已存在的更新，不存在的新建，文件中没有的机构不受影响。"
        "任何一行有问题，就全部不导入。"
    )

    def run(self, source: Any, name: str, *, dry_run: bool, form: Any) -> Any:
        return services.import_organs(self.actor, source, name, dry_run=dry_run)

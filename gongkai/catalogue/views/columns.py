"""The portal's column tree, topics with their local names, and fields."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.generic.base import TemplateResponseMixin

from gongkai.catalogue import services
from gongkai.catalogue.forms import ColumnForm, FieldForm, TopicForm
from gongkai.catalogue.models import Column, Field, Topic
from gongkai.catalogue.queries.visible import column_uses, history
from gongkai.catalogue.views.base import CatalogueView
from gongkai.organs import policy
from gongkai.organs.staff_views import Button, ScopedDetailView, ServiceFormView


class ColumnTree(CatalogueView, TemplateResponseMixin):
    """All columns in the order of the tree: two statements whatever their number."""

    tab = "columns"
    action = "catalogue.view"
    title = "栏目"
    template_name = "gongkai/catalogue/columns.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data(**kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Move a column up or down among its siblings."""
        pk = request.POST.get("column", "")
        managed = policy.scope(
            Column.objects.select_related("owner"), request.user, "catalogue.manage", "owner"
        )
        column = self.get_scoped_column(managed, pk)
        services.move_column(self.actor, column, up=request.POST.get("move") == "up")
        return HttpResponseRedirect(f"{request.path}#column-{column.pk}")

    def get_scoped_column(self, managed: Any, pk: str) -> Column:
        found: Column = get_object_or_404(managed, pk=int(pk) if pk.isdigit() else 0)
        return found

    def get_buttons(self) -> list[Button]:
        if not self.allows("catalogue.manage"):
            return []
        return [Button("新建栏目", self.url("column_create"), icon="plus")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        columns = list(Column.objects.select_related("owner").order_by("order", "slug"))
        managed = set(
            policy.scope(Column.objects.all(), self.request.user, "catalogue.manage", "owner")
            .order_by()
            .values_list("pk", flat=True)
            if self.allows("catalogue.manage")
            else ()
        )
        rows = [
            {"column": column, "indent": "　" * 2 * depth, "managed": column.pk in managed}
            for column, depth in in_tree_order(columns)
        ]
        return super().get_context_data(**{"rows": rows, **kwargs})


def in_tree_order(columns: list[Column]) -> list[tuple[Column, int]]:
    """(column, depth): each parent before its children."""
    children: dict[int | None, list[Column]] = {}
    for column in columns:
        children.setdefault(column.parent_id, []).append(column)
    found: list[tuple[Column, int]] = []

    def walk(parent: int | None, depth: int) -> None:
        for column in children.get(parent, ()):
            found.append((column, depth))
            walk(column.pk, depth + 1)

    walk(None, 0)
    return found


class ColumnDetail(CatalogueView, ScopedDetailView):
    """A column with what refers to it. The tree is public: everybody bound by it reads it."""

    tab = "columns"
    model = Column
    action = "catalogue.view"
    organ_field = "owner"
    template_name = "gongkai/catalogue/column.html"
    select_related = ("owner", "parent")
    fields = ("title", "slug", "kind", ("parent.title", "上级栏目"), ("owner.name", "责任单位"),
              "order", "max_age_days", "closed_on", "description", "empty_note", "empty_note_on",
              "empty_note_until")  # fmt: skip

    def scoped(self, queryset: Any, action: str | None = None) -> Any:
        return queryset

    def get_buttons(self) -> list[Button]:
        column = self.object
        if not self.allows("catalogue.manage", column.owner):
            return []
        buttons = [Button("修改", self.url("column_edit", column.pk), icon="edit")]
        if column.closed_on is None:
            buttons.append(Button("停用", self.url("column_close", column.pk), kind="danger"))
        else:
            buttons.append(Button("恢复", self.url("column_reopen", column.pk), kind="secondary"))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "uses": column_uses(self.object),
            "children": list(self.object.children.order_by("order", "slug")),
            "entries": list(
                self.object.entries.filter(catalogue__state="in_force").order_by("seq")[:50]
            ),
            "history": history(self.object),
        }
        return super().get_context_data(**{**context, **kwargs})


class _ColumnForm(CatalogueView, ServiceFormView):
    tab = "columns"
    model = Column
    action = "catalogue.manage"
    organ_field = "owner"
    select_related = ("owner", "parent")

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        if self.object is None:
            return [("栏目", self.url("columns"))]
        return [(self.object.title, self.url("column_detail", self.object.pk))]

    def get_cancel_url(self) -> str:
        if self.object is None:
            return self.url("columns")
        return self.url("column_detail", self.object.pk)

    def get_success_url(self) -> str:
        return self.url("column_detail", self.result.pk)


class ColumnCreate(_ColumnForm):
    model = None
    form_class = ColumnForm
    title = "新建栏目"
    submit_label = "新建"
    success_message = "已新建栏目。"

    def perform(self, form: Any) -> Any:
        return services.create_column(self.actor, **form.cleaned_data)


class ColumnEdit(_ColumnForm):
    form_class = ColumnForm
    title = "修改栏目"
    success_message = "已保存。"

    def get_initial(self) -> dict[str, Any]:
        column = self.object
        names = ("title", "slug", "kind", "parent", "max_age_days", "description", "empty_note",
                 "empty_note_on", "empty_note_until")  # fmt: skip
        return {**{name: getattr(column, name) for name in names}, "owner": column.owner.code}

    def perform(self, form: Any) -> Any:
        return services.update_column(self.actor, self.object, **form.cleaned_data)


class ColumnClose(_ColumnForm):
    form_class: ClassVar[type[forms.Form]] = forms.Form
    title = "停用栏目"
    submit_label = "停用"
    danger = True
    success_message = "已停用。栏目中已有的信息仍可查阅，不再发布新的信息。"

    def get_intro(self) -> str:
        uses = column_uses(self.object)
        words = "停用后不能再在本栏目发布信息，已有的信息仍可查阅。"
        if not uses:
            return words
        listed = "、".join(f"{number:,}条{name}" for name, number in uses)
        return f"注意：还有{listed}使用本栏目。{words}"

    def perform(self, form: Any) -> Any:
        return services.close_column(self.actor, self.object)


class ColumnReopen(_ColumnForm):
    form_class: ClassVar[type[forms.Form]] = forms.Form
    title = "恢复栏目"
    submit_label = "恢复"
    success_message = "已恢复。"

    def perform(self, form: Any) -> Any:
        return services.reopen_column(self.actor, self.object)


class TopicList(CatalogueView, TemplateResponseMixin):
    """The two-level classification with local names, and the fields."""

    tab = "topics"
    action = "catalogue.view"
    title = "主题与领域"
    template_name = "gongkai/catalogue/topics.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_buttons(self) -> list[Button]:
        if not policy.holds_at_root(self.request.user, "catalogue.manage"):
            return []
        return [Button("新增领域", self.url("field_create"), icon="plus")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        topics = list(Topic.objects.order_by("code"))
        groups = [
            {"topic": one, "children": [t for t in topics if t.parent_id == one.pk]}
            for one in topics
            if one.parent_id is None
        ]
        context = {
            "groups": groups,
            "fields": list(Field.objects.all()),
            "managed": policy.holds_at_root(self.request.user, "catalogue.manage"),
        }
        return super().get_context_data(**{**context, **kwargs})


class _SiteWideForm(CatalogueView, ServiceFormView):
    """Topics and fields belong to all: the role must be held at the root."""

    tab = "topics"
    action = "catalogue.manage"

    def scoped(self, queryset: Any, action: str | None = None) -> Any:
        if policy.holds_at_root(self.request.user, self.action):
            return queryset
        return queryset.none()

    def get_cancel_url(self) -> str:
        return self.url("topics")


class TopicEdit(_SiteWideForm):
    model = Topic
    form_class = TopicForm
    select_related = ("parent",)
    success_message = "已保存。"

    def get_title(self) -> str:
        return f"“{self.object.name}”的本地名称"

    def get_initial(self) -> dict[str, Any]:
        return {"alias": self.object.alias}

    def perform(self, form: Any) -> Any:
        return services.rename_topic(self.actor, self.object, **form.cleaned_data)


class FieldCreate(_SiteWideForm):
    form_class = FieldForm
    title = "新增领域"
    submit_label = "新增"
    success_message = "已新增领域。"

    def perform(self, form: Any) -> Any:
        return services.create_field(self.actor, **form.cleaned_data)

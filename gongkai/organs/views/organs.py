"""Screens of the tree of bodies."""

from __future__ import annotations

import django_filters

from gongkai.organs.models import Organ, OrganKind
from gongkai.organs.staff_views import Column, ScopedDetailView, ScopedListView, StaffFilterSet


class OrganFilters(StaffFilterSet):
    organ_filter = False
    kind = django_filters.ChoiceFilter(
        label="机构类型", choices=OrganKind.choices, empty_label="全部类型"
    )

    class Meta:
        model = Organ
        fields = ["kind"]


class OrganList(ScopedListView):
    model = Organ
    action = "organs.view"
    organ_field = "pk"
    title = "机构"
    columns = (
        Column("code", "机构代码", sort="path", link=True),
        Column("name", "名称", value=lambda o: "　" * o.depth + o.name, wide=True),
        Column("kind", "类型", sort="kind"),
        Column("level", "层级"),
    )
    search_fields = ("code", "name", "short_name")
    filterset_class = OrganFilters
    ordering = ("path",)
    detail_url_name = "detail"
    empty_text = "还没有机构。"


class OrganDetail(ScopedDetailView):
    model = Organ
    action = "organs.view"
    organ_field = "pk"
    fields = ("code", "name", "short_name", "kind", "level", "parent", "credit_code")

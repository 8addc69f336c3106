"""Conditions of the list of requests by which every figure of the dashboard opens its cases."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import django_filters
from django import forms
from django.db.models import QuerySet

from gongkai.foi import dashboard, facts
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import StaffFilterSet

SELDOM: Final = ("body", "under", "group", "open_on", "paid_since", "paid_until", "counted")
"""Shown above the list only while they narrow it: the figures set them, hardly anybody else."""

_DAY: Final = {"widget": forms.DateInput(attrs={"type": "date"})}


class FigureFilters(StaffFilterSet):
    """One body or a body with those below it, several results, in time, open on a day, fees paid."""

    timing = django_filters.ChoiceFilter(
        label="答复时限",
        choices=[("in_time", "按期答复"), ("late", "逾期答复")],
        empty_label="全部",
        method="filter_timing",
    )
    group = django_filters.ChoiceFilter(
        label="结果类别",
        choices=[(group, group) for group in dashboard.RESULT_GROUPS],
        empty_label="全部类别",
        method="filter_group",
    )
    open_on = django_filters.DateFilter(label="该日终了时未办结", method="filter_open_on", **_DAY)
    paid_since = django_filters.DateFilter(label="缴费日期自", method="unchanged", **_DAY)
    paid_until = django_filters.DateFilter(label="缴费日期至", method="unchanged", **_DAY)
    body = django_filters.CharFilter(label="机关代码", field_name="organ__code")
    under = django_filters.CharFilter(label="机关代码（含下级）", method="filter_under")
    counted = django_filters.ChoiceFilter(
        label="拆分的申请",
        choices=[("1", "只计一次")],
        empty_label="各计一次",
        method="filter_counted",
    )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        for name in SELDOM:
            if not (data or {}).get(name):
                del self.filters[name]
        # What every list of requests is narrowed by comes first.
        for name in FigureFilters.base_filters:
            if name in self.filters:
                self.filters[name] = self.filters.pop(name)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found: QuerySet[Any] = super().filter_queryset(queryset)
        first, last = (self.form.cleaned_data.get(f"paid_{end}") for end in ("since", "until"))
        if first or last:
            # One payment must lie within both days.
            found = found.filter(pk__in=dashboard.paid_between(first, last).values("request"))
        return found

    def unchanged(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """Both days of payment are looked at together, in `filter_queryset`."""
        return queryset

    def filter_timing(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(answered_late=value == "late")

    def filter_group(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(outcome__in=dashboard.RESULT_GROUPS[value])

    def filter_open_on(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        return queryset.filter(facts.open_after(value))

    def filter_under(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        organ = Organ.objects.filter(code=value.strip()).first()
        if organ is None:
            return queryset.none()
        below = Organ.objects.filter(path__startswith=organ.path).order_by()
        return queryset.filter(organ__in=below.values("pk"))

    def filter_counted(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return facts.counted(queryset)

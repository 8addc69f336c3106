"""Filters above a list. The organ filter offers the user's own bodies and no others."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from gongkai.organs import policy
from gongkai.organs.models import Organ

FEW_ORGANS = 50
MANY_ORGANS = 200
"""Above this number the organ filter is a text box instead of a list to choose from."""


def date_from(field: str, label: str) -> django_filters.DateFilter:
    """Records whose `field` is this day or later."""
    return django_filters.DateFilter(
        field_name=field,
        lookup_expr="gte",
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


def date_until(field: str, label: str) -> django_filters.DateFilter:
    """Records whose `field` is this day or earlier."""
    return django_filters.DateFilter(
        field_name=field,
        lookup_expr="lte",
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class StaffFilterSet(django_filters.FilterSet):
    """A filter set that knows the user, the action and the way to the organ.

    `ScopedListView` passes `action` and `organ_field`. The filter `organ` is added in front:
    left out when the user has a single body, a list up to MANY_ORGANS, above that a box in
    which code or name is typed. Set `organ_filter = False` to do without.
    """

    organ_filter = True

    def __init__(
        self,
        data: Any = None,
        queryset: QuerySet[Any] | None = None,
        *,
        request: Any = None,
        prefix: str | None = None,
        action: str = "",
        organ_field: str = "organ",
    ) -> None:
        super().__init__(data, queryset, request=request, prefix=prefix)
        self.organ_field = organ_field
        if self.organ_filter and action and organ_field != "pk":
            added = self._organ_filter(request.user, action)
            if added is not None:
                added.parent = self
                added.model = self._meta.model
                self.filters = {"organ": added, **self.filters}

    def _organ_filter(self, user: Any, action: str) -> django_filters.Filter | None:
        rows = list(
            policy.organs_for(user, action)
            .order_by("path")
            .values_list("code", "name", "depth")[: MANY_ORGANS + 1]
        )
        if len(rows) <= 1:
            return None
        if len(rows) > MANY_ORGANS:
            return django_filters.CharFilter(
                method=self.filter_organ_text,
                label="机关",
                widget=forms.TextInput(attrs={"placeholder": "机构代码或名称"}),
            )
        top = min(depth for _, _, depth in rows)
        choices = [(code, "　" * (depth - top) + name) for code, name, depth in rows]
        return django_filters.ChoiceFilter(
            field_name=f"{self.organ_field}__code",
            label="机关",
            choices=choices,
            empty_label="全部机关",
        )

    def filter_organ_text(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Bodies whose code begins with, or whose name holds, what was typed.

        Few bodies are named by their numbers, so that the list's own index serves.
        """
        typed = value.strip()
        organs = Organ.objects.filter(Q(code__istartswith=typed) | Q(name__icontains=typed))
        keys = list(organs.order_by().values_list("pk", flat=True)[: FEW_ORGANS + 1])
        found: Any = keys if len(keys) <= FEW_ORGANS else organs.order_by().values("pk")
        return queryset.filter(**{f"{self.organ_field}__in": found})

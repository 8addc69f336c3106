"""Obligations with their due dates: what must be published by when, and why by then."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from gongkai.catalogue import services
from gongkai.catalogue.forms import OccasionForm, ReasonForm
from gongkai.catalogue.models import Duty, Field, Occasion, OccasionKind
from gongkai.catalogue.obligations import due_of
from gongkai.catalogue.queries.missing import (
    STATES,
    UNMET,
    obligations,
    state_filter,
    state_words,
)
from gongkai.catalogue.queries.visible import history
from gongkai.catalogue.views.base import CatalogueView, window_of
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
    date_from,
    date_until,
)
from gongkai.statute.duties import Period, notice_until
from gongkai.workdays.queries import current_calendar


def _state(occasion: Occasion) -> str:
    return state_words(occasion, timezone.localdate())


class OccasionFilters(StaffFilterSet):
    field = django_filters.ModelChoiceFilter(
        field_name="entry__field", label="领域", queryset=Field.objects.all(),
        empty_label="全部领域",
    )  # fmt: skip
    state = django_filters.ChoiceFilter(
        label="状态", empty_label="全部", method="filter_state",
        choices=[("open", "待公开"), *STATES.items()],
    )  # fmt: skip
    kind = django_filters.ChoiceFilter(
        label="事由", choices=OccasionKind.choices, empty_label="全部事由"
    )
    year = django_filters.NumberFilter(label="年度", method="filter_period")
    quarter = django_filters.ChoiceFilter(
        label="季度", method="filter_nothing", empty_label="全年",
        choices=[(str(n), f"第{'一二三四'[n - 1]}季度") for n in range(1, 5)],
    )  # fmt: skip
    due_since = date_from("due_on", "应公开日期自")
    due_until = date_until("due_on", "应公开日期至")

    class Meta:
        model = Occasion
        fields: ClassVar[list[str]] = []

    def filter_nothing(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset

    def filter_period(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(pk__in=obligations(window_of(self.request)).values("pk"))

    def filter_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "open":
            return queryset.filter(UNMET, opens_on__lte=timezone.localdate())
        return queryset.filter(state_filter(value, timezone.localdate()))


class OccasionList(CatalogueView, ScopedListView):
    tab = "occasions"
    model = Occasion
    action = "catalogue.view"
    title = "公开时点"
    template_name = "gongkai/catalogue/list.html"
    columns = (
        Column("entry", "公开事项", link=True, wide=True),
        Column("label", "说明", wide=True),
        Column("organ.label", "机关", sort="organ__path"),
        Column("kind", "事由", sort="kind"),
        Column("due_on", "应公开日期", sort="due_on"),
        Column("fulfilled_on", "公开日期", sort="fulfilled_on"),
        Column("state", "状态", value=_state),
    )
    export_columns = (
        Column("organ.code", "机关代码"),
        Column("entry.code", "事项编码"),
        *columns,
        Column("happened_on", "发生日期"),
        Column("entry.field.name", "领域"),
        Column("empty_reason", "本期无的理由", wide=True),
    )
    search_fields = ("entry__code", "entry__level1", "entry__level2", "label")
    search_hint = "编码、事项、说明"
    filterset_class = OccasionFilters
    select_related = ("entry__field", "organ")
    ordering = ("due_on", "organ__path")
    detail_url_name = "occasion_detail"
    empty_text = "还没有公开时点。信息公开时自动产生；预算批准等由机关在“公开职责”里登记。"

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(voided_at=None)


_REASONS = ("本期无的理由", "作废原因")


class OccasionDetail(CatalogueView, ScopedDetailView):
    tab = "occasions"
    model = Occasion
    action = "catalogue.view"
    template_name = "gongkai/catalogue/occasion.html"
    select_related = ("entry__field", "organ", "publication")
    fields = (
        ("organ.name", "机关"), ("entry.code", "事项编码"), ("entry.field.name", "领域"), "kind",
        "label", "happened_on", ("entry.time_limit_text", "公开时限"), "due_on", "fulfilled_on",
        "empty_reason", "void_reason",
    )  # fmt: skip

    def get_title(self) -> str:
        return str(self.object.entry)

    def get_rows(self) -> list[tuple[str, str]]:
        """Reasons only where something was closed or voided."""
        return [row for row in super().get_rows() if row[1] or row[0] not in _REASONS]

    def get_buttons(self) -> list[Button]:
        occasion = self.object
        if not self.allows("catalogue.adopt", occasion.organ) or occasion.voided_at is not None:
            return []
        if occasion.kind == OccasionKind.PERIOD:
            if occasion.empty_reason:
                return [
                    Button(
                        "撤销“本期无”", self.url("occasion_reopen", occasion.pk), kind="secondary"
                    )
                ]
            if occasion.is_open:
                return [
                    Button("本期无此类信息", self.url("occasion_empty", occasion.pk),
                           kind="secondary")
                ]  # fmt: skip
            return []
        own = occasion.publication_id is not None and occasion.kind in ("formed", "changed")
        if own:
            return []
        return [Button("作废", self.url("occasion_void", occasion.pk), kind="danger")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        occasion, calendar = self.object, current_calendar()
        period = None
        if occasion.period_start and occasion.period_end:
            period = Period(occasion.label, occasion.period_start, occasion.period_end)
        rule = occasion.entry.rule
        due = due_of(occasion.kind, rule, occasion.happened_on, period, calendar)
        notice = None
        if occasion.fulfilled_on is not None:
            notice = notice_until(rule, occasion.fulfilled_on, calendar)
        context = {
            "state": _state(occasion),
            "is_late": occasion.days_late(timezone.localdate()) > 0,
            "explanation": due.explanation if due else "发生日期不明，不能判断是否按时。",
            "notice": notice,
            "history": history(occasion),
        }
        return super().get_context_data(**{**context, **kwargs})


class OccasionCreate(CatalogueView, ServiceFormView):
    """Something happened in a body's duty."""

    tab = "duties"
    model = Duty
    action = "catalogue.adopt"
    form_class = OccasionForm
    select_related = ("entry__catalogue", "organ")
    title = "登记公开时点"
    submit_label = "登记"
    intro = (
        "文件形成、信息变更、预算批准等，登记发生的日期后，系统按本事项的时限计算应公开日期并提醒。"
    )
    success_message = "已登记。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kinds": services.kinds_for(self.object.entry)}

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(str(self.object.entry), self.get_cancel_url())]

    def get_cancel_url(self) -> str:
        return self.url("duty_detail", self.object.pk)

    def get_success_url(self) -> str:
        return self.url("occasion_detail", self.result.pk)

    def perform(self, form: Any) -> Any:
        return services.record_occasion(
            self.actor, self.object.organ, self.object.entry, **form.cleaned_data
        )


class _OccasionForm(CatalogueView, ServiceFormView):
    tab = "occasions"
    model = Occasion
    action = "catalogue.adopt"
    select_related = ("entry", "organ")
    form_class: ClassVar[type[forms.Form]] = ReasonForm

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(str(self.object.entry), self.get_cancel_url())]

    def get_cancel_url(self) -> str:
        return self.url("occasion_detail", self.object.pk)

    def get_success_url(self) -> str:
        return self.get_cancel_url()


class OccasionVoid(_OccasionForm):
    title = "作废公开时点"
    submit_label = "作废"
    danger = True
    success_message = "已作废。"

    def perform(self, form: Any) -> Any:
        return services.void_occasion(self.actor, self.object, **form.cleaned_data)


class OccasionEmpty(_OccasionForm):
    title = "本期无此类信息"
    submit_label = "登记"
    intro = "本期确实没有可公开的信息时登记，另行统计，不算逾期。"
    success_message = "已登记。"

    def perform(self, form: Any) -> Any:
        return services.close_period(self.actor, self.object, **form.cleaned_data)


class OccasionReopen(_OccasionForm):
    form_class = forms.Form
    title = "撤销“本期无此类信息”"
    submit_label = "撤销"
    success_message = "已撤销，本期重新等待公开。"

    def perform(self, form: Any) -> Any:
        return services.reopen_period(self.actor, self.object)

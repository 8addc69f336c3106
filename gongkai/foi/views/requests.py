"""Requests: the list by due date, and one case with its clock."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils import timezone

from gongkai.foi import queries
from gongkai.foi.models import ApplicantKind, Channel, FoiRequest
from gongkai.foi.views.base import FoiView
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    StaffFilterSet,
    date_from,
    date_until,
)
from gongkai.statute.clock import ClockState, IllegalSequence
from gongkai.statute.outcomes import OUTCOMES
from gongkai.workdays.queries import current_calendar

STATES = [(state.value, state.label) for state in ClockState]
RESULTS = [(code, outcome.label) for code, outcome in OUTCOMES.items() if outcome.is_decision]


class RequestFilters(StaffFilterSet):
    stage = django_filters.ChoiceFilter(
        label="办理",
        choices=[("waiting", "未办结"), ("overdue", "已逾期"), ("ended", "已办结")],
        empty_label="全部",
        method="filter_stage",
    )
    state = django_filters.ChoiceFilter(label="状态", choices=STATES, empty_label="全部状态")
    applicant_kind = django_filters.ChoiceFilter(
        label="申请人类别", choices=ApplicantKind.choices, empty_label="全部类别"
    )
    channel = django_filters.ChoiceFilter(
        label="申请渠道", choices=Channel.choices, empty_label="全部渠道"
    )
    outcome = django_filters.ChoiceFilter(label="结果", choices=RESULTS, empty_label="全部结果")
    since = date_from("received_on", "收到日期自")
    until = date_until("received_on", "收到日期至")
    decided_since = date_from("decided_on", "办结日期自")
    decided_until = date_until("decided_on", "办结日期至")

    class Meta:
        model = FoiRequest
        fields: ClassVar[list[str]] = []

    def filter_stage(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "ended":
            return queryset.filter(due_on=None)
        waiting = queryset.filter(due_on__isnull=False)
        if value == "overdue":
            return waiting.filter(due_on__lt=timezone.localdate(), state__in=queries.OWN_CLOCK)
        return waiting


class RequestList(FoiView, ScopedListView):
    """Exports leave out what applicants wrote: it may hold personal data."""

    model = FoiRequest
    action = "foi.view"
    template_name = "gongkai/foi/list.html"
    title = "政府信息公开申请"
    columns = (
        Column("number", "申请编号", sort="number", link=True),
        Column("subject", "申请内容", wide=True),
        Column("applicant_kind", "申请人类别"),
        Column("organ.label", "机关", sort="organ__path"),
        Column("received_on", "收到日期", sort="received_on"),
        Column("due_words", "办理情况", sort="due_on"),
        Column("outcome_label", "结果"),
    )
    export_columns = (
        Column("organ.code", "机关代码"),
        Column("organ.name", "机关"),
        Column("number", "申请编号"),
        Column("channel", "申请渠道"),
        Column("applicant_kind", "申请人类别"),
        Column("received_on", "收到日期"),
        Column("state", "状态"),
        Column("due_on", "当前期限"),
        Column("due_provisional", "期限为暂定"),
        Column("outcome_label", "结果"),
        Column("decided_on", "办结日期"),
    )
    search_fields = ("number", "subject")
    search_hint = "编号、申请内容"
    filterset_class = RequestFilters
    select_related = ("organ",)
    ordering = ("-received_on", "-id")
    detail_url_name = "request_detail"
    empty_text = "还没有政府信息公开申请。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.calendar, self.today = current_calendar(), timezone.localdate()
        return super().get_context_data(**kwargs)

    def get_row(self, obj: Any) -> dict[str, Any]:
        due = queries.due_in_words(obj, self.calendar, self.today)
        obj.due_words = due.text or obj.get_state_display()
        return {**super().get_row(obj), "due": due}


class RequestDetail(FoiView, ScopedDetailView):
    """The case as its events tell it: timeline, clock and the reasons, remedies."""

    model = FoiRequest
    action = "foi.view"
    template_name = "gongkai/foi/request.html"
    select_related = ("organ",)
    fields = (
        ("organ.name", "受理机关"),
        "subject",
        "applicant_kind",
        "channel",
        "received_on",
        ("outcome_words", "办理结果"),
        "decided_on",
    )

    def get_object(self) -> Any:
        request = super().get_object()
        request.outcome_words = queries.outcome_words(request.outcome, request.outcome_subtype)
        return request

    def get_title(self) -> str:
        return f"申请 {self.object.number}"

    def get_buttons(self) -> list[Button]:
        if not self.allows("foi.handle", self.object.organ):
            return []
        address = f"{self.url('case_create')}?request={self.object.pk}"
        return [Button("登记复议、诉讼案件", address, icon="plus", kind="secondary")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        events = list(self.object.events.order_by("seq"))
        calendar, today = current_calendar(), timezone.localdate()
        reading = queries.reading_of(events, calendar, today) if events else None
        unlawful = reading if isinstance(reading, IllegalSequence) else None
        return super().get_context_data(
            **{
                "due": queries.due_in_words(self.object, calendar, today),
                "reading": None if unlawful else reading,
                "unlawful": unlawful,
                "timeline": queries.timeline(events),
                "cases": self.object.remedy_cases.order_by("filed_on", "pk"),
                **kwargs,
            }
        )

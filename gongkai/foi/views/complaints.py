"""Complaints: listed, read on demand, answered."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from gongkai.foi.models import Complaint
from gongkai.foi.services.complaints import answer_by, answer_complaint, read_complaint
from gongkai.foi.views.base import FoiView
from gongkai.organs.staff_views import (
    Column,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
    StaffForm,
)
from gongkai.workdays.queries import current_calendar


class ComplaintFilters(StaffFilterSet):
    answered = django_filters.ChoiceFilter(
        label="答复",
        choices=[("no", "待答复"), ("yes", "已答复")],
        empty_label="全部",
        method="filter_answered",
    )
    organ_field = "request__organ"

    class Meta:
        model = Complaint
        fields: ClassVar[list[str]] = []

    def filter_answered(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(answered_at__isnull=value == "no")


class ComplaintList(FoiView, ScopedListView):
    """What was written stays sealed: the list says of which request and since when."""

    model = Complaint
    action = "foi.complaints"
    organ_field = "request__organ"
    template_name = "gongkai/foi/list.html"
    title = "投诉"
    columns = (
        Column("request.number", "申请编号", link=True),
        Column("request.organ.label", "机关"),
        Column("at", "提出时间", sort="at"),
        Column("due", "请于何时前答复"),
        Column("answered_at", "答复时间", sort="answered_at"),
        Column("answered_by", "答复人"),
    )
    search_fields = ("request__number",)
    search_hint = "申请编号"
    filterset_class = ComplaintFilters
    select_related = ("request__organ",)
    ordering = ("-at", "-pk")
    detail_url_name = "complaint_detail"
    empty_text = "没有投诉。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.calendar = current_calendar()
        return super().get_context_data(**kwargs)

    def get_row(self, obj: Any) -> dict[str, Any]:
        obj.due = answer_by(obj, self.calendar) if obj.answered_at is None else None
        return super().get_row(obj)


class AnswerForm(StaffForm):
    answer = forms.CharField(
        label="处理结果",
        max_length=1000,
        help_text="申请人查询进度时可以看到。不得写个人信息，最多1000字。",
        widget=forms.Textarea({"rows": 6}),
    )


class ComplaintDetail(FoiView, ServiceFormView):
    """The complaint, opened by a button (the ledger says by whom), and the answer."""

    model = Complaint
    action = "foi.complaints"
    organ_field = "request__organ"
    select_related = ("request__organ",)
    form_class = AnswerForm
    template_name = "gongkai/foi/complaint.html"
    submit_label = "答复"
    success_message = "已答复，申请人查询进度时可以看到。"
    text = ""

    def get_title(self) -> str:
        return f"投诉：{self.object.request.number}"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("投诉", self.url("complaint_list"))]

    def get_cancel_url(self) -> str:
        return self.url("complaint_list")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "read" not in request.POST:
            return super().post(request, *args, **kwargs)
        self.text = read_complaint(self.actor, self.object)
        form = self.form_class(
            initial={"answer": request.POST.get("answer", "")}, user=request.user
        )
        response = self.render_to_response(self.get_context_data(form=form))
        add_never_cache_headers(response)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"text": self.text, "due": answer_by(self.object), **kwargs}
        )

    def perform(self, form: Any) -> Any:
        return answer_complaint(self.actor, self.object, answer=form.cleaned_data["answer"])

"""Reviews and lawsuits: listed, opened, concluded, corrected, voided."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from gongkai.foi import queries, services
from gongkai.foi.forms import PENDING, CaseCorrectForm, CaseForm, ConcludeForm, VoidForm
from gongkai.foi.forms.cases import AdvanceForm, FulfilForm
from gongkai.foi.models import FoiRequest, RemedyCase, RemedyKind, RemedyResult, RemedyStage
from gongkai.foi.views.base import FoiView
from gongkai.organs.models import Organ
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


def _result(case: Any) -> str:
    if case.is_void:
        return "已作废"
    return str(case.get_result_display()) if case.result else "尚未审结"


class CaseFilters(StaffFilterSet):
    kind = django_filters.ChoiceFilter(
        label="类型", choices=RemedyKind.choices, empty_label="全部类型"
    )
    result = django_filters.ChoiceFilter(
        label="结果",
        choices=[(PENDING, "尚未审结"), *RemedyResult.choices],
        empty_label="全部结果",
        method="filter_result",
    )
    duty = django_filters.ChoiceFilter(
        label="履行",
        choices=[("open", "待履行"), ("done", "已履行")],
        empty_label="全部",
        method="filter_duty",
    )
    since = date_from("filed_on", "受理（立案）日期自")
    until = date_until("filed_on", "受理（立案）日期至")
    void = django_filters.ChoiceFilter(
        label="作废",
        choices=[("with", "包括已作废"), ("only", "只看已作废")],
        empty_label="不含已作废",
        method="filter_void",
    )

    class Meta:
        model = RemedyCase
        fields: ClassVar[list[str]] = []

    def filter_result(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(result="" if value == PENDING else value)

    def filter_duty(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "done":
            return queryset.filter(duty_done_on__isnull=False)
        return queryset.filter(duty_done_on=None).exclude(duty="")

    def filter_void(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(voided_at__isnull=False) if value == "only" else queryset

    @property
    def qs(self) -> QuerySet[Any]:
        found: QuerySet[Any] = super().qs
        asked = self.form.cleaned_data.get("void") if self.form.is_bound else None
        return found if asked else found.filter(voided_at=None)


class CaseList(FoiView, ScopedListView):
    model = RemedyCase
    action = "foi.view"
    template_name = "gongkai/foi/list.html"
    title = "复议、诉讼案件"
    columns = (
        Column("number", "案号", sort="number", link=True),
        Column("kind", "类型", sort="kind"),
        Column("organ.label", "机关", sort="organ__path"),
        Column("request.number", "所涉申请"),
        Column("authority", "复议机关或者法院", wide=True),
        Column("filed_on", "受理（立案）日期", sort="filed_on"),
        Column("result", "结果", value=_result),
        Column("concluded_on", "审结日期", sort="concluded_on"),
    )
    export_columns = (Column("organ.code", "机关代码"), *columns)
    search_fields = ("number", "authority", "request__number")
    search_hint = "案号、复议机关、申请编号"
    filterset_class = CaseFilters
    select_related = ("organ", "request")
    ordering = ("-filed_on", "-id")
    detail_url_name = "case_detail"
    empty_text = "还没有复议、诉讼案件。"

    def get_buttons(self) -> list[Button]:
        if not self.allows("foi.handle"):
            return []
        return [Button("登记案件", self.url("case_create"), icon="plus")]


class CaseDetail(FoiView, ScopedDetailView):
    model = RemedyCase
    action = "foi.view"
    template_name = "gongkai/foi/case.html"
    select_related = ("organ", "request")
    fields = (
        ("organ.name", "被申请（被告）机关"),
        "kind",
        "authority",
        "filed_on",
        "stage",
        ("result_words", "结果"),
        "concluded_on",
        ("duty_words", "需要履行的事项"),
        "duty_until",
        "duty_done_on",
    )

    def get_object(self) -> Any:
        case = super().get_object()
        case.result_words = _result(case)
        case.duty_words = case.get_duty_display() or "没有"
        return case

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("复议、诉讼案件", self.url("case_list"))]

    def get_title(self) -> str:
        return f"{self.object.get_kind_display()} {self.object.number}"

    def get_buttons(self) -> list[Button]:
        case = self.object
        if case.is_void or not self.allows("foi.handle", case.organ):
            return []
        buttons = []
        if case.concluded_on is None:
            buttons.append(Button("登记审结", self.url("case_conclude", case.pk), icon="check"))
        else:
            if case.duty and case.duty_done_on is None:
                buttons.append(Button("登记履行", self.url("case_fulfil", case.pk), icon="check"))
            if case.stage != RemedyStage.RETRIAL:
                address = self.url("case_advance", case.pk)
                buttons.append(Button("进入下一程序", address, kind="secondary"))
        buttons.append(Button("更正", self.url("case_correct", case.pk), kind="secondary"))
        buttons.append(Button("作废", self.url("case_void", case.pk), kind="danger"))
        return buttons


class _CaseFormView(FoiView, ServiceFormView):
    action = "foi.handle"
    select_related = ("organ", "request")

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        crumbs = [("复议、诉讼案件", self.url("case_list"))]
        if self.object is not None:
            crumbs.append((self.object.number, self.url("case_detail", self.object.pk)))
        return crumbs

    def get_cancel_url(self) -> str:
        return self.get_breadcrumbs()[-1][1]

    def get_success_url(self) -> str:
        return self.url("case_detail", self.result.pk)

    def values_of(self, form: Any, organ: Organ) -> dict[str, Any]:
        """What the service takes; the request's number becomes the request."""
        values = dict(form.cleaned_data)
        number = values.pop("request").strip()
        found = FoiRequest.objects.filter(organ=organ, number=number).first() if number else None
        if number and found is None:
            raise ValidationError(
                {"request": f"{organ.name}没有编号为“{number}”的申请，请核对，或者留空。"}
            )
        return {**values, "request": found}

    def doubt(self, case: RemedyCase) -> None:
        """Ask to look again, after the case was saved as it was entered."""
        doubt = queries.remedy_doubt(case.kind, case.request)
        if doubt:
            messages.warning(self.request, doubt)


class CaseCreate(_CaseFormView):
    form_class = CaseForm
    title = "登记复议、诉讼案件"
    submit_label = "登记"
    success_message = "已登记案件。"

    def get_initial(self) -> dict[str, Any]:
        key = self.request.GET.get("request", "")
        if not key.isdecimal() or len(key) > 18:
            return {}
        found = self.scoped(FoiRequest.objects.select_related("organ")).filter(pk=int(key)).first()
        return {"organ": found.organ.code, "request": found.number} if found else {}

    def perform(self, form: Any) -> RemedyCase:
        organ = form.cleaned_data["organ"]
        values = self.values_of(form, organ)
        values.pop("organ")
        case = services.open_remedy_case(self.actor, organ, **values)
        self.doubt(case)
        return case


class CaseConclude(_CaseFormView):
    model = RemedyCase
    form_class = ConcludeForm
    submit_label = "登记审结"
    success_message = "已登记审结。"

    def get_title(self) -> str:
        return f"登记“{self.object.number}”审结"

    def perform(self, form: Any) -> RemedyCase:
        return services.conclude_remedy_case(self.actor, self.object, **form.cleaned_data)


class CaseAdvance(_CaseFormView):
    model = RemedyCase
    form_class = AdvanceForm
    submit_label = "登记"
    success_message = "已登记进入下一程序，案件恢复为尚未审结。"
    intro = "对裁判不服上诉或者再审的，仍是同一案件，不另行登记；年报只计一次，以最后的结果为准。"

    def get_title(self) -> str:
        return f"“{self.object.number}”进入下一程序"

    def perform(self, form: Any) -> RemedyCase:
        return services.advance_remedy_case(self.actor, self.object, **form.cleaned_data)


class CaseFulfil(_CaseFormView):
    model = RemedyCase
    form_class = FulfilForm
    submit_label = "登记履行"
    success_message = "已登记履行完毕。"

    def get_title(self) -> str:
        return f"登记“{self.object.number}”的履行"

    def perform(self, form: Any) -> RemedyCase:
        return services.fulfil_duty(self.actor, self.object, **form.cleaned_data)


class CaseCorrect(_CaseFormView):
    model = RemedyCase
    form_class = CaseCorrectForm
    success_message = "已更正。"

    def get_title(self) -> str:
        return f"更正“{self.object.number}”"

    def get_initial(self) -> dict[str, Any]:
        case = self.object
        return {
            "kind": case.kind,
            "number": case.number,
            "authority": case.authority,
            "filed_on": case.filed_on,
            "request": case.request.number if case.request else "",
            "result": case.result or PENDING,
            "concluded_on": case.concluded_on,
            "duty": case.duty,
            "duty_until": case.duty_until,
        }

    def perform(self, form: Any) -> RemedyCase:
        values = self.values_of(form, self.object.organ)
        case = services.correct_remedy_case(self.actor, self.object, **values)
        self.doubt(case)
        return case


class CaseVoid(_CaseFormView):
    model = RemedyCase
    form_class = VoidForm
    submit_label = "作废"
    danger = True
    intro = "登记有误、重复登记的，可以作废。作废的案件保留备查，不再计入任何年度。"
    success_message = "已作废，不再计入任何年度。"

    def get_title(self) -> str:
        return f"作废“{self.object.number}”"

    def perform(self, form: Any) -> RemedyCase:
        return services.void_remedy_case(self.actor, self.object, **form.cleaned_data)

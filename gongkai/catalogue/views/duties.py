"""Bodies' answers: lists, adoption by one click, statements, review."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from gongkai.catalogue import services
from gongkai.catalogue.forms import (
    DutyColumnForm,
    ReviewForm,
    RuleForm,
    StatementForm,
)
from gongkai.catalogue.models import (
    Duty,
    DutyState,
    Field,
    Occasion,
    PublicationLink,
    StandardCatalogue,
)
from gongkai.catalogue.queries.missing import missing_duties, state_words, with_latest
from gongkai.catalogue.queries.visible import history, visible_catalogues
from gongkai.catalogue.views.base import CatalogueView, window_of
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)

STATE = StandardCatalogue.State


def answer(duty: Duty) -> str:
    """The answer in words; a lapsed statement counts as taken on."""
    if duty.state == DutyState.APPLICABLE:
        return "已认领"
    lapsed = duty.valid_until is not None and duty.valid_until < timezone.localdate()
    return f"{duty.get_state_display()}（已到期）" if lapsed else str(duty.get_state_display())


class DutyFilters(StaffFilterSet):
    field = django_filters.ModelChoiceFilter(
        field_name="entry__field", label="领域", queryset=Field.objects.all(),
        empty_label="全部领域",
    )  # fmt: skip
    answer = django_filters.ChoiceFilter(
        label="认领情况", empty_label="全部", method="filter_answer",
        choices=[
            ("missing", "应公开未公开"), ("applicable", "已认领"), ("empty", "本期无此类信息"),
            ("not_applicable", "不涉及"), ("lapsed", "说明已到期"), ("unreviewed", "说明待复核"),
        ],
    )  # fmt: skip
    year = django_filters.NumberFilter(
        label="年度", method="filter_nothing", help_text="用于“应公开未公开”"
    )
    quarter = django_filters.ChoiceFilter(
        label="季度", method="filter_nothing", empty_label="全年",
        choices=[(str(n), f"第{'一二三四'[n - 1]}季度") for n in range(1, 5)],
    )  # fmt: skip

    class Meta:
        model = Duty
        fields: ClassVar[list[str]] = []

    def filter_nothing(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset

    def filter_answer(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        today = timezone.localdate()
        stated = Q(state__in=[DutyState.EMPTY, DutyState.NOT_APPLICABLE])
        if value == "missing":
            missing = missing_duties(window_of(self.request)).values("pk")
            return queryset.filter(pk__in=missing)
        if value == "lapsed":
            return queryset.filter(stated, valid_until__lt=today)
        if value == "unreviewed":
            return queryset.filter(stated, valid_until__gte=today, reviewed_on=None)
        return queryset.filter(state=value)


class DutyList(CatalogueView, ScopedListView):
    """Answers to the entries in force, with what was published last."""

    tab = "duties"
    model = Duty
    action = "catalogue.view"
    title = "公开职责"
    template_name = "gongkai/catalogue/list.html"
    columns = (
        Column("entry.code", "编码", sort="entry__code"),
        Column("entry", "公开事项", link=True, wide=True),
        Column("entry.field.name", "领域", sort="entry__field__order"),
        Column("organ.label", "机关", sort="organ__path"),
        Column("answer", "认领情况", value=answer),
        Column("latest", "最近公开"),
    )
    export_columns = (
        *columns,
        Column("valid_until", "说明有效至"),
        Column("entry.time_limit_text", "公开时限", wide=True),
        Column("organ.code", "机关代码"),
        Column("reason", "理由", wide=True),
    )
    search_fields = ("entry__code", "entry__level1", "entry__level2", "organ__name")
    search_hint = "编码、事项、机关"
    filterset_class = DutyFilters
    select_related = ("entry__field", "organ")
    ordering = ("organ__path", "entry__field__order", "entry__seq")
    detail_url_name = "duty_detail"
    empty_text = "还没有认领公开事项。请按“认领事项”，选择本机关应当公开的事项。"

    def get_queryset(self) -> QuerySet[Any]:
        duties = super().get_queryset().filter(entry__catalogue__state=STATE.IN_FORCE)
        return with_latest(duties, timezone.localdate())

    def get_buttons(self) -> list[Button]:
        buttons = []
        if self.allows("catalogue.adopt"):
            buttons.append(Button("认领事项", self.url("adopt"), icon="plus"))
        if self.allows("catalogue.manage"):
            buttons.append(Button("批量说明", self.url("duty_rule"), kind="secondary"))
            buttons.append(Button("主体对应", self.url("subjects"), kind="secondary"))
        return buttons


class DutyDetail(CatalogueView, ScopedDetailView):
    tab = "duties"
    model = Duty
    action = "catalogue.view"
    template_name = "gongkai/catalogue/duty.html"
    select_related = ("entry__field", "entry__catalogue", "organ", "column")
    fields = (
        ("organ.name", "机关"), ("entry.code", "事项编码"), ("entry.field.name", "领域"),
        ("entry.time_limit_text", "公开时限"), ("entry.get_cycle_display", "周期"),
        ("entry.elements", "公开内容（要素）"), ("answer", "认领情况"), "reason", "stated_on",
        "valid_until", "reviewed_on", ("column.title", "发布栏目"),
    )  # fmt: skip

    def get_title(self) -> str:
        return str(self.object.entry)

    def get_object(self) -> Any:
        duty = super().get_object()
        duty.answer = answer(duty)
        return duty

    def get_buttons(self) -> list[Button]:
        duty = self.object
        buttons = []
        if self.allows("catalogue.adopt", duty.organ):
            buttons += [
                Button("登记公开时点", self.url("occasion_create", duty.pk), icon="plus"),
                Button("不涉及、本期无", self.url("duty_state", duty.pk), kind="secondary"),
                Button("发布栏目", self.url("duty_column", duty.pk), kind="secondary"),
            ]
            if duty.state != DutyState.APPLICABLE:
                buttons.append(
                    Button("重新认领", self.url("duty_take_up", duty.pk), kind="secondary")
                )
            buttons.append(Button("取消认领", self.url("duty_release", duty.pk), kind="danger"))
        if duty.state != DutyState.APPLICABLE and self.allows("catalogue.manage", duty.organ):
            buttons.append(Button("复核说明", self.url("duty_review", duty.pk), kind="secondary"))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        duty, today = self.object, timezone.localdate()
        occasions = Occasion.objects.filter(organ=duty.organ_id, matter=duty.matter_id)
        rows = occasions.select_related("entry", "publication").order_by("-due_on", "-pk")[:40]
        links = PublicationLink.objects.filter(organ=duty.organ_id, matter=duty.matter_id)
        context = {
            "occasions": [(o, state_words(o, today)) for o in rows],
            "links": list(links.select_related("publication").order_by("-last_published_on")[:20]),
            "history": history(duty),
        }
        return super().get_context_data(**{**context, **kwargs})


class _DutyForm(CatalogueView, ServiceFormView):
    tab = "duties"
    model = Duty
    action = "catalogue.adopt"
    select_related = ("entry__catalogue", "organ", "column")

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(str(self.object.entry), self.url("duty_detail", self.object.pk))]

    def get_cancel_url(self) -> str:
        return self.url("duty_detail", self.object.pk)


class DutyStatement(_DutyForm):
    form_class = StatementForm
    title = "不涉及、本期无此类信息"
    intro = "说明会随目录公开。不涉及的不计入应公开事项；本期无的计为已覆盖，另行统计。"
    success_message = "已登记说明。"

    def perform(self, form: Any) -> Any:
        return services.state_duties(self.actor, [self.object], **form.cleaned_data)


class DutyTakeUp(_DutyForm):
    form_class: ClassVar[type[forms.Form]] = forms.Form
    title = "重新认领"
    submit_label = "认领"
    intro = "撤销“不涉及”或“本期无”的说明，从今天起按目录公开。"
    success_message = "已重新认领。"

    def perform(self, form: Any) -> Any:
        return services.take_up(self.actor, [self.object])


class DutyRelease(_DutyForm):
    form_class: ClassVar[type[forms.Form]] = forms.Form
    title = "取消认领"
    submit_label = "取消认领"
    danger = True
    intro = "误认领的可以取消；已有公开记录的不能取消，请改用“不涉及”并写明理由。"
    success_message = "已取消认领。"

    def get_success_url(self) -> str:
        return self.url("duties")

    def perform(self, form: Any) -> Any:
        return services.release(self.actor, [self.object])


class DutyColumn(_DutyForm):
    form_class = DutyColumnForm
    title = "发布栏目"
    success_message = "已保存。"

    def get_initial(self) -> dict[str, Any]:
        return {"column": self.object.column_id}

    def perform(self, form: Any) -> Any:
        return services.set_duty_column(self.actor, self.object, form.cleaned_data["column"])


class DutyReview(_DutyForm):
    action = "catalogue.manage"
    form_class = ReviewForm
    title = "复核说明"
    submit_label = "提交意见"
    success_message = "已记录意见。"

    def get_intro(self) -> str:
        duty = self.object
        return f"{duty.organ}说明“{duty.get_state_display()}”，理由：{duty.reason or '（无）'}"

    def perform(self, form: Any) -> Any:
        data = form.cleaned_data
        return services.review_statement(
            self.actor, self.object, accepted=data["accepted"] == "yes", opinion=data["opinion"]
        )


class DutyRule(CatalogueView, ServiceFormView):
    """One statement for many entries of many bodies."""

    tab = "duties"
    action = "catalogue.manage"
    form_class = RuleForm
    title = "批量说明不涉及"
    submit_label = "登记说明"
    intro = "把一个领域或者含有某些词的全部事项，为几个机关一次说明为不涉及或本期无。"

    def get_cancel_url(self) -> str:
        return self.url("duties")

    def get_success_message(self, result: Any) -> str:
        return f"已为{result}项职责登记说明。"

    def perform(self, form: Any) -> Any:
        catalogue = visible_catalogues(self.request.user).filter(state=STATE.IN_FORCE)
        first = catalogue.order_by("organ__depth").first()
        organs = form.cleaned_data["organs"]
        if first is None:
            raise ValidationError("没有现行的标准目录，请先施行一个版本。")
        return services.mark_by_rule(self.actor, first, **{**form.cleaned_data, "organs": organs})

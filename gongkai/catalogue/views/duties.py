"""Bodies' answers: lists, adoption by one click, statements, review."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic.base import TemplateResponseMixin

from gongkai.catalogue import services
from gongkai.catalogue.forms import (
    DutyColumnForm,
    ReviewForm,
    RuleForm,
    StatementForm,
    SubjectForm,
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
from gongkai.catalogue.services.adoption import Proposal, assigned_bodies
from gongkai.catalogue.subjects import bodies_by_subject
from gongkai.catalogue.views.base import CatalogueView, window_of
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)

STATE = StandardCatalogue.State
PAGE = 50


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


class Adopt(CatalogueView, TemplateResponseMixin):
    """What level and subject give each of the user's bodies and nobody has answered yet.

    GET lists it body by body; POST takes on one body's entries, the chosen ones, or everybody's.
    """

    tab = "duties"
    action = "catalogue.adopt"
    title = "认领事项"
    template_name = "gongkai/catalogue/adopt.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data(**kwargs))

    @property
    def catalogue(self) -> StandardCatalogue | None:
        if not hasattr(self, "_catalogue"):
            found = visible_catalogues(self.request.user).filter(state=STATE.IN_FORCE)
            wanted = self.request.GET.get("version", "")
            listed = list(found.order_by("-organ__depth"))
            chosen = next((c for c in listed if str(c.pk) == wanted), None)
            self._catalogue = chosen or (listed[0] if listed else None)
            self.catalogues = listed
        return self._catalogue

    def bodies(self) -> list[Organ]:
        assert self.catalogue is not None
        found = policy.organs_for(self.request.user, self.action).in_subtree(self.catalogue.organ)
        return list(found.active_on(timezone.localdate()).order_by("path"))

    def proposals(self) -> list[Proposal]:
        return services.propose(self.catalogue, self.bodies()) if self.catalogue else []

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        proposals = self.proposals()
        wanted = request.POST.get("organ", "")
        chosen = {int(pk) for pk in request.POST.getlist("entry") if pk.isdigit()}
        if wanted != "all":
            proposals = [p for p in proposals if p.organ.code == wanted]
            if chosen:
                proposals = self._chosen(proposals, wanted, chosen)
        if not proposals:
            messages.info(request, "没有新的事项可以认领。")
            return HttpResponseRedirect(request.get_full_path())
        try:
            number = services.adopt_many(self.actor, proposals)
        except (ValidationError, PermissionDenied) as error:
            text = " ".join(getattr(error, "messages", None) or [str(error)])
            messages.error(request, text)
            return HttpResponseRedirect(request.get_full_path())
        messages.success(request, f"已为{len(proposals)}个机关认领{number}项。")
        return HttpResponseRedirect(request.get_full_path())

    def _chosen(self, proposals: list[Proposal], code: str, chosen: set[int]) -> list[Proposal]:
        """The chosen entries alone, also ones that the subject does not give the body."""
        assert self.catalogue is not None
        organ = next((o for o in self.bodies() if o.code == code), None)
        if organ is None:
            return []
        entries = self.catalogue.entries.filter(pk__in=chosen)
        return [Proposal(organ, tuple(entries))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        proposals = self.proposals()
        bodies = self.bodies() if self.catalogue is not None else []
        code = self.request.GET.get("organ", "")
        if not code and len(bodies) == 1:
            code = bodies[0].code
        organ = next((body for body in bodies if body.code == code), None)
        page = Paginator(proposals, PAGE).get_page(self.request.GET.get("page"))
        context = {
            "catalogue": self.catalogue,
            "catalogues": getattr(self, "catalogues", []),
            "proposals": page.object_list,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "ellipsis": Paginator.ELLIPSIS,
            "number": sum(len(p.entries) for p in proposals),
            "bodies": len(proposals),
            "single": next((p for p in proposals if organ and p.organ.pk == organ.pk), None),
            "others": self._others(organ),
            "code": organ.code if organ else "",
        }
        return super().get_context_data(**{**context, **kwargs})

    def _others(self, organ: Organ | None) -> list[Any]:
        """For one body: entries that neither level nor subject gives it, to choose from."""
        q = self.request.GET.get("q", "").strip()[:60]
        if self.catalogue is None or organ is None or not q:
            return []
        answered = Duty.objects.filter(organ=organ).values("entry")
        named = Q(level1__contains=q) | Q(level2__contains=q) | Q(code__istartswith=q)
        entries = self.catalogue.entries.filter(named).exclude(pk__in=answered)
        return list(entries.select_related("field").order_by("field__order", "seq")[:PAGE])


class SubjectList(CatalogueView, TemplateResponseMixin):
    """Which bodies each 公开主体 of the catalogue in force means."""

    tab = "duties"
    action = "catalogue.manage"
    title = "公开主体对应的机关"
    template_name = "gongkai/catalogue/subjects.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        managed = policy.scope(
            StandardCatalogue.objects.filter(state=STATE.IN_FORCE), self.request.user, self.action
        )
        catalogue = managed.select_related("organ").order_by("organ__depth").first()
        rows: list[dict[str, Any]] = []
        if catalogue is not None:
            organs = list(
                Organ.objects.in_subtree(catalogue.organ)
                .active_on(timezone.localdate())
                .order_by("path")
            )
            assigned = assigned_bodies(catalogue)
            subjects = catalogue.entries.values_list("subject", flat=True)
            for subject, bodies in bodies_by_subject(subjects, organs, assigned).items():
                rows.append(
                    {
                        "subject": subject,
                        "bodies": bodies[:6],
                        "number": len(bodies),
                        "assigned": subject in assigned,
                    }
                )
        context = {"catalogue": catalogue, "subjects": rows}
        return super().get_context_data(**{**context, **kwargs})


class SubjectEdit(CatalogueView, ServiceFormView):
    tab = "duties"
    action = "catalogue.manage"
    form_class = SubjectForm
    submit_label = "保存"
    success_message = "已保存。"

    def check_access(self) -> None:
        super().check_access()
        managed = policy.scope(
            StandardCatalogue.objects.select_related("organ"), self.request.user, self.action
        )
        self.catalogue = get_object_or_404(managed, pk=self.kwargs["version"])

    @property
    def subject(self) -> str:
        return self.request.GET.get("subject", "").strip()

    def get_title(self) -> str:
        return f"“{self.subject}”对应的机关"

    def get_cancel_url(self) -> str:
        return self.url("subjects")

    def get_initial(self) -> dict[str, Any]:
        organs = assigned_bodies(self.catalogue).get(self.subject, [])
        return {"organs": "\n".join(organ.code for organ in organs)}

    def perform(self, form: Any) -> Any:
        return services.assign_subject(
            self.actor, self.catalogue, self.subject, form.cleaned_data["organs"]
        )

"""The library of reasoned answers: model paragraphs, decided cases, and the box in the decision form."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.generic.base import TemplateResponseMixin

from gongkai.foi import queries
from gongkai.foi.forms.answers import GROUND_CHOICES, OUTCOME_CHOICES, AnswerForm
from gongkai.foi.models import AnswerTemplate, FoiRequest
from gongkai.foi.services import answers
from gongkai.foi.views.base import FoiView
from gongkai.foi.views.files import no_store
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)
from gongkai.statute.exemptions import LIMBS
from gongkai.statute.outcomes import OUTCOMES

SHOWN = 10


def _outcome(answer: Any) -> str:
    outcome = OUTCOMES.get(answer.outcome)
    return outcome.label if outcome else "不限"


def _ground(answer: Any) -> str:
    limb = LIMBS.get(answer.ground)
    return limb.label if limb else "不限"


def _asked(request: HttpRequest) -> dict[str, str]:
    """What is looked for, without the one character that no database keeps."""
    return {
        name: request.GET.get(name, "").replace("\x00", "")[:100]
        for name in ("words", "outcome", "ground")
    }


class AnswerFilters(StaffFilterSet):
    outcome = django_filters.ChoiceFilter(
        label="处理结果", choices=OUTCOME_CHOICES[1:], empty_label="全部结果"
    )
    ground = django_filters.ChoiceFilter(
        label="不予公开情形", choices=GROUND_CHOICES[1:], empty_label="全部情形"
    )
    retired = django_filters.ChoiceFilter(
        label="状态",
        choices=[("only", "只看已停用")],
        empty_label="使用中",
        method="filter_retired",
    )

    class Meta:
        model = AnswerTemplate
        fields: ClassVar[list[str]] = []

    def filter_retired(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(retired_at__isnull=False)

    @property
    def qs(self) -> QuerySet[Any]:
        found: QuerySet[Any] = super().qs
        asked = self.form.cleaned_data.get("retired") if self.form.is_bound else None
        return found if asked else found.filter(retired_at=None)


class AnswerList(FoiView, ScopedListView):
    model = AnswerTemplate
    action = "foi.handle"
    template_name = "gongkai/foi/list.html"
    title = "说理范例"
    intro = "供撰写答复时查找和插入。范例不写任何个人、单位名称和案号。"
    columns = (
        Column("title", "标题", sort="title", link=True, wide=True),
        Column("outcome", "处理结果", value=_outcome),
        Column("ground", "不予公开情形", value=_ground),
        Column("article", "法律依据"),
        Column("organ.label", "机关", sort="organ__path"),
        Column("changed_at", "修改时间", sort="changed_at"),
    )
    search_fields = ("title", "keywords", "article", "body")
    search_hint = "标题、关键词、依据、段落"
    filterset_class = AnswerFilters
    select_related = ("organ",)
    ordering = ("title", "id")
    detail_url_name = "answer_detail"
    empty_text = "还没有说理范例。把写得好的说理段落存下来，下次可以直接使用。"

    def get_buttons(self) -> list[Button]:
        return [
            Button("新增范例", self.url("answer_create"), icon="plus"),
            Button("查找已办结的申请", self.url("answer_cases"), kind="secondary"),
        ]


class AnswerDetail(FoiView, ScopedDetailView):
    model = AnswerTemplate
    action = "foi.handle"
    select_related = ("organ",)
    template_name = "gongkai/foi/answers/detail.html"
    fields = (
        ("organ.name", "机关"),
        ("outcome_label", "处理结果"),
        ("ground_label", "不予公开情形"),
        "article",
        "keywords",
        "body",
        "changed_by",
        "changed_at",
    )

    def get_object(self) -> Any:
        answer = super().get_object()
        answer.outcome_label, answer.ground_label = _outcome(answer), _ground(answer)
        return answer

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("说理范例", self.url("answer_list"))]

    def get_buttons(self) -> list[Button]:
        if self.object.retired_at is not None:
            return []
        return [Button("修改", self.url("answer_change", self.object.pk), icon="edit")]


class _AnswerForm(FoiView, ServiceFormView):
    action = "foi.handle"
    form_class = AnswerForm

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("说理范例", self.url("answer_list"))]

    def get_cancel_url(self) -> str:
        return self.url("answer_list")

    def get_success_url(self) -> str:
        return self.url("answer_detail", self.result.pk)


class AnswerCreate(_AnswerForm):
    title = "新增说理范例"
    success_message = "已保存。"

    def perform(self, form: Any) -> AnswerTemplate:
        values = dict(form.cleaned_data)
        return answers.add_answer(self.actor, values.pop("organ"), values)


class AnswerChange(_AnswerForm):
    model = AnswerTemplate
    select_related = ("organ",)
    title = "修改说理范例"
    success_message = "已修改。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "existing": True}

    def get_initial(self) -> dict[str, Any]:
        answer = self.object
        return {"version": answer.version} | {
            name: getattr(answer, name) for name in answers.FIELDS
        }

    def get_cancel_url(self) -> str:
        return self.url("answer_detail", self.object.pk)

    def perform(self, form: Any) -> AnswerTemplate:
        seen = form.cleaned_data.get("version") or 0
        return answers.change_answer(self.actor, self.object, form.cleaned_data, seen=seen)


class AnswerRetire(FoiView):
    """停用 and 恢复: a button, undone by the other one."""

    action = "foi.handle"
    back = False

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        answer = self.get_scoped(AnswerTemplate.objects.select_related("organ"), pk=pk)
        try:
            if self.back:
                answers.bring_back_answer(self.actor, answer)
            else:
                answers.retire_answer(self.actor, answer)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
        else:
            messages.success(request, "已恢复使用。" if self.back else "已停用，可以随时恢复。")
        return HttpResponseRedirect(self.url("answer_detail", answer.pk))


class AnswerCases(TemplateResponseMixin, FoiView):
    """Decided cases of the body by subject, outcome and ground."""

    action = "foi.handle"
    template_name = "gongkai/foi/answers/cases.html"
    title = "查找已办结的申请"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("说理范例", self.url("answer_list"))]

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = _asked(request)
        found = answers.narrowed(self.scoped(FoiRequest.objects.select_related("organ")), **asked)
        page = Paginator(found, 25).get_page(request.GET.get("page"))
        rows = [
            {
                "case": case,
                "url": self.url("request_detail", case.pk),
                "result": queries.outcome_words(case.outcome, case.outcome_subtype),
            }
            for case in page.object_list
        ]
        context = {
            "asked": asked,
            "rows": rows,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
            "ellipsis": Paginator.ELLIPSIS,
            "outcomes": OUTCOME_CHOICES,
            "grounds": GROUND_CHOICES,
        }
        return self.render_to_response(self.get_context_data(**context))


class AnswerFind(FoiView):
    """For the decision form: paragraphs and earlier cases of the body of a case, as JSON.

    `?case=<pk>&words=&outcome=&ground=`; a foreign case answers like none.
    """

    action = "foi.handle"

    def get(self, request: HttpRequest) -> HttpResponse:
        key = request.GET.get("case", "")
        case = self.get_scoped(
            FoiRequest.objects.select_related("organ"),
            pk=int(key) if key.isdecimal() and len(key) < 19 else 0,
        )
        organ: Organ = case.organ
        asked = _asked(request)
        paragraphs = answers.find_answers(organ, **asked)[:SHOWN]
        cases = answers.find_cases(organ, **asked).exclude(pk=case.pk)[:SHOWN]
        return no_store(
            JsonResponse(
                {
                    "paragraphs": [
                        {
                            "id": one.pk,
                            "title": one.title,
                            "article": one.article,
                            "outcome": _outcome(one),
                            "body": one.body,
                        }
                        for one in paragraphs
                    ],
                    "cases": [
                        {
                            "number": one.number,
                            "subject": one.subject,
                            "result": queries.outcome_words(one.outcome, one.outcome_subtype),
                            "decided_on": f"{one.decided_on}",
                            "url": self.url("request_detail", one.pk),
                        }
                        for one in cases
                    ],
                }
            )
        )

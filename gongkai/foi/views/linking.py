"""How cases go together: comparison, links, merging, splitting; triage; handlers; other bodies."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from gongkai.foi import persons, similarity
from gongkai.foi.forms.linking import (
    AnswerForm,
    AssignForm,
    HandOverForm,
    HelpForm,
    LinkByNumberForm,
    LinkForm,
    MergeForm,
    SplitForm,
    TriageForm,
    requests_by_number,
)
from gongkai.foi.models import CaseLink, CoHandling, FoiRequest, Intake
from gongkai.foi.services import linking
from gongkai.foi.services.triage import record_triage, triage_of
from gongkai.foi.views.base import FoiView
from gongkai.foi.views.lists import chosen
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
from gongkai.statute.outcomes import OUTCOMES
from gongkai.statute.triage import Triage


class RequestFormView(FoiView, ServiceFormView):
    """A form about a case; its body's officers alone."""

    model = FoiRequest
    action = "foi.handle"
    select_related = ("organ", "handler")

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(self.object.number, self.url("request_detail", self.object.pk))]

    def get_cancel_url(self) -> str:
        return self.url("request_detail", self.object.pk)


def buttons_of(view: FoiView, request: FoiRequest) -> list[Button]:
    """What may be done about how this case goes with others; for its page."""
    if not view.allows("foi.handle", request.organ):
        return []
    buttons = [
        Button("研判", view.url("request_triage", request.pk), kind="secondary"),
        Button("关联、并案", view.url("request_links", request.pk), kind="secondary"),
        Button("分派", f"{view.url('assign')}?pk={request.pk}", kind="secondary"),
    ]
    if request.decided_on is None:
        buttons += [
            Button("分案", view.url("request_split", request.pk), kind="secondary"),
            Button("请其他机关协办", view.url("request_help", request.pk), kind="secondary"),
        ]
    return buttons


# -- comparison and links ------------------------------------------------------------------------


class RequestLinks(RequestFormView):
    """What resembles this case, what it is linked with, and linking by number."""

    form_class = LinkByNumberForm
    template_name = "gongkai/foi/links.html"
    submit_label = "登记关联"
    success_message = "已登记。"

    def get_title(self) -> str:
        return f"申请 {self.object.number} 的关联"

    def perform(self, form: Any) -> CaseLink:
        found, unknown = requests_by_number(self.object.organ, form.cleaned_data["number"])
        if len(found) != 1 or unknown:
            raise ValidationError({"number": "本机关没有这个编号的申请，请核对。"})
        return linking.link_requests(
            self.actor, self.object, found[0], kind=form.cleaned_data["kind"]
        )

    def get_success_url(self) -> str:
        return self.url("request_links", self.object.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request = self.object
        intake = Intake.objects.select_related("applicant").filter(request=request).first()
        hints: list[similarity.Hint] = []
        if intake is not None:
            _, wish = persons.opened(intake.applicant)
            hints = similarity.hints(intake, wish)
        links = (
            CaseLink.objects.filter(Q(earlier=request) | Q(later=request))
            .select_related("earlier", "later")
            .order_by("pk")
        )
        return super().get_context_data(
            **{
                "intake": intake,
                "hints": hints,
                "links": [
                    {"link": k, "other": k.later if k.earlier_id == request.pk else k.earlier}
                    for k in links
                ],
                "merge_form": MergeForm(user=self.request.user),
                "open": request.decided_on is None,
                **kwargs,
            }
        )


class RequestMerge(RequestFormView):
    form_class = MergeForm
    submit_label = "并案"
    intro = (
        "同一申请人的几件申请一并答复。各件仍各算期限，以最先到期的为准；主案答复后，"
        "并入的各件以“其他处理——并案处理”办结。"
    )

    def get_title(self) -> str:
        return f"把其他申请并入 {self.object.number}"

    def perform(self, form: Any) -> list[CaseLink]:
        found, unknown = requests_by_number(self.object.organ, form.cleaned_data["numbers"])
        if unknown:
            raise ValidationError(
                {"numbers": f"本机关没有编号为“{'”“'.join(unknown[:5])}”的申请，请核对。"}
            )
        return linking.merge_requests(self.actor, self.object, found)

    def get_success_message(self, result: Any) -> str:
        return f"已并入{len(result)}件。"

    def get_success_url(self) -> str:
        return self.url("request_links", self.object.pk)


class LinkRemove(FoiView):
    """Takes a link back."""

    action = "foi.handle"
    organ_field = "later__organ"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = CaseLink.objects.select_related("earlier__organ", "later__organ")
        link: CaseLink = self.get_scoped(found, pk=pk)
        back = request.POST.get("back", "")
        try:
            linking.unlink(self.actor, link)
        except ValidationError as error:
            messages.error(request, "".join(error.messages))
        else:
            messages.success(request, "已解除关联。")
        ours = back if back in (str(link.earlier_id), str(link.later_id)) else str(link.later_id)
        return HttpResponseRedirect(self.url("request_links", int(ours)))


class Compare(FoiView, ServiceFormView):
    """Two filings beside each other, in clear; what the officer makes of it is a link."""

    model = Intake
    action = "foi.reveal"
    select_related = ("organ__successor", "request__organ", "applicant")
    form_class = LinkForm
    template_name = "gongkai/foi/compare.html"
    title = "并排比对"
    submit_label = "登记比对结果"
    success_message = "已登记比对结果。"

    def check_access(self) -> None:
        super().check_access()
        found = Intake.objects.select_related(*self.select_related)
        self.other: Intake = self.get_scoped(found, pk=self.kwargs["other"])
        if self.object.organ_id != self.other.organ_id or self.object.pk == self.other.pk:
            raise Http404

    @property
    def later(self) -> FoiRequest | None:
        request: FoiRequest | None = self.object.request
        return request

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(str(self.object.request or self.object), self.get_cancel_url())]

    def get_cancel_url(self) -> str:
        if self.object.request is not None:
            return self.url("request_links", self.object.request.pk)
        return self.url("intake_detail", self.object.pk)

    def get_success_url(self) -> str:
        return self.get_cancel_url()

    def perform(self, form: Any) -> CaseLink:
        if self.later is None or self.other.request is None:
            raise ValidationError("两件都登记为申请之后才能登记比对结果。")
        return linking.link_requests(
            self.actor, self.later, self.other.request, kind=form.cleaned_data["kind"]
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        add_never_cache_headers(response)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sides = []
        for intake in (self.object, self.other):
            person, wish = persons.reveal(self.actor, intake.applicant)
            sides.append({"intake": intake, "request": intake.request, "wish": wish})
            sides[-1]["person"] = person
        own, other = (s["intake"].applicant.identity_index for s in sides)
        both = self.later is not None and self.other.request is not None
        return super().get_context_data(
            **{"sides": sides, "same": bool(own) and own == other, "both": both, **kwargs}
        )


class RequestSplit(RequestFormView):
    form_class = SplitForm
    submit_label = "分案"
    intro = (
        "一份申请要求几项不同的信息、需要分别答复时，分成几件办理（一事一申请）。"
        "分出的各件收到日期和期限不变，各得一个编号，须告知申请人；分案后不能撤销。"
    )

    def get_title(self) -> str:
        return f"申请 {self.object.number} 分案"

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self.object.events.count()}

    def perform(self, form: Any) -> list[FoiRequest]:
        return linking.split_request(
            self.actor,
            self.object,
            descriptions=form.cleaned_data["descriptions"].splitlines(),
            seen=form.cleaned_data["seen"],
        )

    def get_success_message(self, result: Any) -> str:
        return f"已分出{len(result)}件：{'、'.join(r.number for r in result)}。"

    def get_success_url(self) -> str:
        return self.url("request_links", self.object.pk)


# -- triage --------------------------------------------------------------------------------------


class RequestTriage(RequestFormView):
    """The seven steps; what they suggest stands above, people decide."""

    form_class = TriageForm
    template_name = "gongkai/foi/triage.html"
    submit_label = "记录研判"
    intro = (
        "按“补不补、是不是、谁负责、有没有、给不给、怎么给、怎么答”的顺序回答。"
        "前面的问题已经有了结论，后面的不必再答。结论只是建议。"
    )

    def get_title(self) -> str:
        return f"研判申请 {self.object.number}"

    def get_initial(self) -> dict[str, Any]:
        known = triage_of(self.object)
        return {**known[1], "note": known[2]} if known is not None else {}

    def perform(self, form: Any) -> Any:
        return record_triage(
            self.actor,
            self.object,
            answers=form.answers(),
            note=form.cleaned_data["note"],
        )

    def get_success_message(self, result: Any) -> str:
        return "已记录研判，建议见上方。"

    def get_success_url(self) -> str:
        return self.url("request_triage", self.object.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = triage_of(self.object)
        return super().get_context_data(
            **{
                "known": known[0] if known else None,
                "suggestion": suggestion(known[3]) if known else None,
                "steps": known[3].open if known else None,
                **kwargs,
            }
        )


def suggestion(reached: Triage) -> dict[str, Any] | None:
    """Where the answers lead, in words; None while a question is open."""
    if reached.settled_by is None:
        return None
    question, answer = reached.settled_by
    outcome = OUTCOMES.get(answer.outcome)
    notice = outcome.notice_for(answer.subtype) if outcome is not None else None
    return {
        "question": question,
        "answer": answer,
        "outcome": outcome.label if outcome is not None else "",
        "subtype": outcome.subtype(answer.subtype).label if outcome and answer.subtype else "",
        "notice": notice.name if notice is not None else "",
        "proofs": [p.text for p in outcome.proofs_for(answer.subtype)] if outcome else [],
        "never": outcome.never_for(answer.subtype) if outcome else (),
    }


# -- handlers ------------------------------------------------------------------------------------


class Assign(FoiView, ServiceFormView):
    """One or many cases, marked in the list, get their handler."""

    action = "foi.handle"
    form_class = AssignForm
    template_name = "gongkai/foi/assign.html"
    title = "分派经办人"
    submit_label = "分派"

    def check_access(self) -> None:
        super().check_access()
        self.requests = chosen(self, self.action)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.requests or len(self.requests) > linking.MANY:
            many = f"一次最多分派{linking.MANY}件，请先筛选。"
            messages.error(request, many if self.requests else "请先在列表中勾选申请。")
            return HttpResponseRedirect(self.url("index"))
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        organs = {r.organ_id: r.organ for r in self.requests}
        return {**super().get_form_kwargs(), "organs": list(organs.values())}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"requests": self.requests, **kwargs})

    def perform(self, form: Any) -> list[FoiRequest]:
        who = form.people.get(form.cleaned_data["handler"])
        return linking.assign_requests(self.actor, self.requests, who)

    def get_success_message(self, result: Any) -> str:
        return f"已分派{len(result)}件。" if result else "经办人没有变化。"

    def get_success_url(self) -> str:
        if len(self.requests) == 1:
            return self.url("request_detail", self.requests[0].pk)
        return self.url("index")


# -- other bodies that help ----------------------------------------------------------------------


class RequestHelp(RequestFormView):
    form_class = HelpForm
    template_name = "gongkai/foi/help_ask.html"
    submit_label = "发出"
    success_message = "已发出协办请求。"

    def get_title(self) -> str:
        return f"请其他机关协办申请 {self.object.number}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "but": self.object.organ}

    def perform(self, form: Any) -> CoHandling:
        data = form.cleaned_data
        return linking.ask_for_help(
            self.actor,
            self.object,
            data["organ"],
            question=data["question"],
            due_on=data["due_on"],
        )

    def get_success_url(self) -> str:
        return self.url("request_help", self.object.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.object.co_handlings.select_related("organ")
        return super().get_context_data(**{"asked": asked, **kwargs})


class HelpFilters(StaffFilterSet):
    answered = django_filters.ChoiceFilter(
        label="回复",
        choices=[("no", "待回复"), ("yes", "已回复")],
        empty_label="全部",
        method="filter_answered",
    )
    since = date_from("due_on", "回复期限自")
    until = date_until("due_on", "回复期限至")

    class Meta:
        model = CoHandling
        fields: ClassVar[list[str]] = []

    def filter_answered(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(answered_on__isnull=value == "no")


def _asked_by(asked: Any) -> str:
    return str(asked.request.organ.label)


def _answer_words(asked: Any) -> str:
    if asked.answered_on:
        return f"已于{asked.answered_on}回复"
    return "已逾期，待回复" if asked.due_on < timezone.localdate() else "待回复"


class HelpList(FoiView, ScopedListView):
    """What other bodies ask of ours (协办). Nothing of their cases is shown."""

    model = CoHandling
    action = "foi.view"
    template_name = "gongkai/foi/list.html"
    title = "其他机关请求协办的事项"
    columns = (
        Column("question", "协办事项", wide=True, link=True),
        Column("asked_by_organ", "提出机关", value=_asked_by),
        Column("organ.label", "协办机关"),
        Column("asked_on", "提出日期", sort="asked_on"),
        Column("due_on", "回复期限", sort="due_on"),
        Column("answer_words", "回复", value=_answer_words),
    )
    search_fields = ("question",)
    search_hint = "协办事项"
    filterset_class = HelpFilters
    select_related = ("organ", "request__organ")
    ordering = ("-asked_on", "-id")
    detail_url_name = "help_detail"
    empty_text = "没有其他机关请求协办的事项。"


class HelpDetail(FoiView, ScopedDetailView):
    model = CoHandling
    action = "foi.view"
    select_related = ("organ", "request__organ")
    fields = (
        ("request.organ.name", "提出机关"),
        ("organ.name", "协办机关"),
        "question",
        "asked_on",
        "due_on",
        "answer",
        "answered_on",
        "answered_by",
    )

    def get_title(self) -> str:
        return "协办事项"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("协办", self.url("help_list"))]

    def get_buttons(self) -> list[Button]:
        asked = self.object
        if asked.answered_on or not self.allows("foi.handle", asked.organ):
            return []
        return [Button("回复", self.url("help_answer", asked.pk), icon="edit")]


class HelpAnswer(FoiView, ServiceFormView):
    model = CoHandling
    action = "foi.handle"
    select_related = ("organ", "request__organ")
    form_class = AnswerForm
    submit_label = "回复"
    success_message = "已回复。"

    def get_title(self) -> str:
        return f"回复{self.object.request.organ.name}的协办请求"

    def get_intro(self) -> str:
        return str(self.object.question)

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("协办", self.url("help_list"))]

    def get_cancel_url(self) -> str:
        return self.url("help_detail", self.object.pk)

    def perform(self, form: Any) -> CoHandling:
        return linking.answer_help(self.actor, self.object, answer=form.cleaned_data["answer"])


# -- abolished bodies ----------------------------------------------------------------------------


class HandOverList(FoiView, ServiceFormView):
    """Abolished bodies with open cases; handing them over is one step each."""

    action = "foi.view"
    form_class = HandOverForm
    template_name = "gongkai/foi/hand_over.html"
    title = "移交已撤销机关的申请"

    def check_access(self) -> None:
        super().check_access()
        self.bodies = linking.orphaned_for(self.request.user)
        code = self.kwargs.get("code")
        self.body = next((b for b in self.bodies if b.organ.code == code), None)
        if code is not None and self.body is None:
            raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"bodies": self.bodies, "body": self.body, **kwargs})

    def perform(self, form: Any) -> int:
        if self.body is None:
            raise ValidationError("请先选择机关。")
        return linking.hand_over_cases(
            self.actor, self.body.organ, reason=form.cleaned_data["reason"]
        )

    def get_success_message(self, result: Any) -> str:
        heir = self.body.heir if self.body is not None else None
        return f"已将{result}件移交{heir.name if heir is not None else '承继机构'}。"

    def get_success_url(self) -> str:
        return self.url("hand_over")

    def get_cancel_url(self) -> str:
        return self.url("hand_over")

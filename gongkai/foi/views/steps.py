"""The steps of a case as forms: one view, one table of steps; approvals; proofs and notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.generic.base import TemplateResponseMixin

from gongkai.foi.forms import steps as forms
from gongkai.foi.models import Approval, Consultation, FoiRequest, Notice
from gongkai.foi.notices.kinds import kind_of
from gongkai.foi.services import steps, supply
from gongkai.foi.services.notices import version_of
from gongkai.foi.services.requests import DECIDED_BY
from gongkai.foi.views.base import FoiView
from gongkai.foi.views.linking import RequestFormView
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Organ
from gongkai.organs.policy import scope
from gongkai.organs.staff_views import Button, Column, ScopedListView, ServiceFormView
from gongkai.statute.clock import IllegalSequence
from gongkai.statute.outcomes import OUTCOMES
from gongkai.statute.parameters import parameter

Perform = Callable[[Actor, Any, dict[str, Any]], Any]


@dataclass(frozen=True)
class Step:
    """A step as a form: what it is called, what it asks, what it does with the answers."""

    title: str
    form: type[Form]
    perform: Perform
    done: str
    submit: str = "登记"
    intro: str = ""
    danger: bool = False
    event: str = ""
    """The event of the clock that it stands for; "" for none."""
    template: str = "gongkai/organs/staff/form.html"


def _pass(service: Callable[..., Any]) -> Perform:
    """The form's fields are the service's arguments."""
    return lambda actor, request, data: service(actor, request, **data)


def _decide(actor: Actor, request: FoiRequest, data: dict[str, Any]) -> Any:
    code, _, subtype = data["outcome"].partition(forms.SEPARATOR)
    return steps.propose_decision(
        actor,
        request,
        outcome_code=code,
        subtype=subtype,
        reason=data["reason"],
        extra={"facts": data["facts"]} if data["facts"].strip() else None,
        seen=data["seen"],
    )


STEPS: Final[Mapping[str, Step]] = {
    "correction": Step(
        "发补正告知书",
        forms.CorrectionRequestForm,
        _pass(steps.request_correction),
        "补正告知书已印发，请登记送达。",
        "印发补正告知书",
        "收到申请之日起7个工作日内一次性告知，印发后答复期限停止计算（条例第三十条）。",
        event="correction_requested",
    ),
    "correction-received": Step(
        "登记收到补正",
        forms.CorrectionReceivedForm,
        _pass(steps.receive_correction),
        "已登记收到补正，答复期限重新计算。",
        event="correction_received",
    ),
    "correction-lapsed": Step(
        "以逾期不补正结案",
        forms.LapseForm,
        _pass(steps.lapse),
        "已结案，告知书已印发，请登记送达。",
        "结案",
        "须有补正告知书的送达凭证，且申请人没有正当理由。",
        danger=True,
        event="correction_lapsed",
    ),
    "third-party": Step(
        "征求第三方意见",
        forms.ThirdPartyForm,
        _pass(steps.consult_third_party),
        "征求意见书和给申请人的告知书已印发，请登记送达。",
        "印发征求意见书",
        "第三方自收到之日起15个工作日内答复；逾期不答复不等于同意（条例第三十二条）。",
        event="third_party_consulted",
    ),
    "organ": Step(
        "征求其他机关意见",
        forms.OrganForm,
        _pass(steps.consult_organ),
        "征求意见函和给申请人的告知书已印发，请登记送达。",
        "印发征求意见函",
        "被征求意见的机关自收到之日起15个工作日内答复；逾期不答复视为同意公开（条例第三十四条）。",
        event="organ_consulted",
    ),
    "extension": Step(
        "提出延长答复期限",
        forms.ExtensionForm,
        _pass(steps.propose_extension),
        "已提出，等待工作机构负责人审批。",
        "提交审批",
        "须经工作机构负责人同意并在期限届满前告知申请人（条例第三十三条）。",
        event="extended",
    ),
    "delay": Step(
        "提出延迟答复",
        forms.DelayForm,
        _pass(steps.propose_delay),
        "已提出，等待工作机构负责人审批。",
        "提交审批",
        "仅限申请数量、频次明显超过合理范围，申请人已说明理由且理由合理（条例第三十五条）。",
        event="delay_stated",
    ),
    "reasons": Step(
        "要求说明理由",
        forms.ReasonsForm,
        _pass(steps.ask_reasons),
        "说明理由告知书已印发，请登记送达。",
        "印发告知书",
        "仅限申请数量、频次明显超过合理范围（条例第三十五条）。答复期限继续计算。",
    ),
    "fee": Step(
        "提出收取信息处理费",
        forms.FeeForm,
        _pass(steps.propose_fee),
        "已提出，等待工作机构负责人审批。",
        "计算并提交审批",
        "公开政府信息以不收费为原则；收费须经工作机构负责人同意（条例第四十二条）。",
        event="fee_noticed",
    ),
    "fee-arrived": Step(
        "登记收费通知送达",
        forms.FeeArrivalForm,
        _pass(steps.note_fee_arrival),
        "已登记，缴费期限自次日起计算。",
    ),
    "payment": Step(
        "登记缴费",
        forms.PaymentForm,
        _pass(steps.record_payment),
        "已登记缴费。",
        event="fee_paid",
    ),
    "fee-lapsed": Step(
        "以逾期未缴费结案",
        forms.LapseForm,
        _pass(steps.lapse),
        "已结案，告知书已印发，请登记送达。",
        "结案",
        "须有收费通知的送达凭证，且缴费期限已经届满。",
        danger=True,
        event="fee_lapsed",
    ),
    "override": Step(
        "提出不采纳第三方意见而公开",
        forms.OverrideForm,
        _pass(steps.propose_override),
        "已提出，等待工作机构负责人审批。",
        "提交审批",
        "仅限不公开可能对公共利益造成重大影响；同意后须书面告知第三方（条例第三十二条）。",
    ),
    "proof": Step(
        "登记办理依据",
        forms.ProofForm,
        _pass(steps.add_proof),
        "已登记。",
        intro="每种答复各有必须具备的依据，例如“不存在”须有查找记录。后登记的取代先登记的，先前的仍保留。",
    ),
    "note": Step("添加备注", forms.NoteForm, _pass(steps.add_note), "已添加。", "保存"),
    "decision": Step(
        "提出答复",
        forms.DecisionForm,
        _decide,
        "答复的草稿已生成：请填写、核对，由分管领导签发。",
        "生成草稿并提交签发",
        "依据齐全才能提出。签发时作出答复并印发文书。",
        event="decided",
        template="gongkai/foi/decision.html",
    ),
    "supply": Step(
        "处理改变提供形式的请求",
        forms.SupplyForm,
        _pass(supply.handle_ask),
        "已登记处理情况。",
        intro="申请公开政府信息，按照申请人要求的形式提供；不能按要求的形式提供的，可以安排查阅、"
        "提供复制件或者采用其他适当的形式（条例第四十条）。",
    ),
    "withdrawal": Step(
        "登记申请人撤回",
        forms.WithdrawForm,
        _pass(steps.withdraw),
        "已登记撤回。",
        danger=True,
        event="withdrawn",
    ),
    "archiving": Step(
        "归档",
        forms.EmptyForm,
        lambda actor, request, data: steps.archive(actor, request),
        "已归档。",
        "归档",
        "案卷齐全才能归档（条例第四十五条）；缺什么会逐项列出。",
    ),
    "unarchive": Step(
        "取消归档", forms.ReopenFileForm, _pass(steps.reopen_file), "已取消归档。", danger=True
    ),
}
EVENTS: Final = {step.event: name for name, step in STEPS.items() if step.event}
"""The name of the step for an event of the clock."""


class _Lawful:
    """What the law refuses is shown above the form; what somebody else did meanwhile as well.

    After the latter the form knows the case as it is now: whoever has looked may send it again.
    """

    object: Any

    def lawfully(self, act: Callable[[], Any], form: Any) -> Any:
        try:
            return act()
        except IllegalSequence as error:
            raise ValidationError(str(error), code="unlawful") from error
        except ValidationError as error:
            if getattr(error, "code", "") == "changed" and "seen" in form.fields:
                form.data = form.data.copy()
                form.data["seen"] = str(self.current_seen())
            raise

    def current_seen(self) -> Any:
        return self.object.events.count()


class StepView(_Lawful, RequestFormView):
    """One step of a case."""

    @property
    def step(self) -> Step:
        try:
            return STEPS[self.kwargs["step"]]
        except KeyError:
            raise Http404 from None

    def check_access(self) -> None:
        _ = self.step
        super().check_access()

    def get_form_class(self) -> Any:
        return self.step.form

    def get_title(self) -> str:
        return f"{self.step.title}：{self.object.number}"

    def get_template_names(self) -> list[str]:
        return [self.step.template]

    def get_intro(self) -> str:
        if self.kwargs["step"] != "supply":
            return self.step.intro
        ask = supply.waiting_ask(self.object)
        if ask is None:
            return "现在没有待处理的请求。"
        on = timezone.localdate(ask.asked_at)
        return f"申请人于{on:%Y年%m月%d日}请求{supply.words_of(ask)}。{self.step.intro}"

    def current_seen(self) -> Any:
        if self.kwargs["step"] != "supply":
            return super().current_seen()
        ask = supply.waiting_ask(self.object)
        return supply.version_of(ask) if ask is not None else ""

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = {"seen": self.current_seen()}
        if self.kwargs["step"] == "correction":
            days = parameter("foi.correction_period_days", self.object.received_on)
            initial["days"] = days.value
        return initial

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"submit_label": self.step.submit, "danger": self.step.danger, **kwargs}
        )

    def perform(self, form: Any) -> Any:
        act = self.step.perform
        return self.lawfully(lambda: act(self.actor, self.object, dict(form.cleaned_data)), form)

    def get_success_message(self, result: Any) -> str:
        return self.step.done

    def get_success_url(self) -> str:
        if isinstance(self.result, Notice):
            return self.url("notice_detail", self.result.pk)
        if isinstance(self.result, Approval):
            return self.url("approval_detail", self.result.pk)
        return self.url("request_detail", self.object.pk)


# -- consultations -----------------------------------------------------------------------------

CONSULTATION_STEPS: Final[Mapping[str, Step]] = {
    "arrived": Step(
        "登记对方收到日期", forms.ArrivalForm, _pass(steps.note_arrival), "已登记收到日期。"
    ),
    "reply": Step("登记意见答复", forms.ReplyForm, _pass(steps.record_reply), "已登记答复。"),
    "silence": Step(
        "登记逾期未答复",
        forms.EmptyForm,
        lambda actor, asked, data: steps.record_silence(actor, asked),
        "已登记逾期未答复。",
        intro="第三方逾期不答复不等于同意，由本机关决定是否公开（条例第三十二条）；"
        "其他机关逾期不答复视为同意公开（条例第三十四条）。",
    ),
    "assessment": Step(
        "认定第三方的理由", forms.AssessForm, _pass(steps.assess_reply), "已登记认定。"
    ),
}


class ConsultationStep(_Lawful, FoiView, ServiceFormView):
    """What becomes of a letter that asked for an opinion."""

    model = Consultation
    action = "foi.handle"
    organ_field = "request__organ"
    select_related = ("request__organ",)

    @property
    def step(self) -> Step:
        try:
            return CONSULTATION_STEPS[self.kwargs["step"]]
        except KeyError:
            raise Http404 from None

    def check_access(self) -> None:
        _ = self.step
        super().check_access()

    def get_form_class(self) -> Any:
        return self.step.form

    def get_title(self) -> str:
        return f"{self.step.title}：{self.object.request.number} {self.object.ref}"

    def get_intro(self) -> str:
        return self.step.intro

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"submit_label": self.step.submit, **kwargs})

    def current_seen(self) -> Any:
        return self.object.request.events.count()

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self.current_seen()}

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        request = self.object.request
        return [(request.number, self.url("request_detail", request.pk))]

    def get_cancel_url(self) -> str:
        return self.url("request_detail", self.object.request_id)

    def perform(self, form: Any) -> Any:
        data = dict(form.cleaned_data)
        act = self.step.perform
        return self.lawfully(lambda: act(self.actor, self.object, data), form)

    def get_success_message(self, result: Any) -> str:
        return self.step.done


# -- approvals -----------------------------------------------------------------------------------


def decidable(view: FoiView, approvals: QuerySet[Approval]) -> QuerySet[Approval]:
    """Those that the user himself may decide: his body, his right, not his own proposal."""
    user, where = view.request.user, "request__organ"
    signing = scope(approvals, user, "foi.sign", field=where).filter(kind=Approval.Kind.DECISION)
    others = scope(approvals, user, "foi.approve", field=where).exclude(kind=Approval.Kind.DECISION)
    found = Approval.objects.filter(
        Q(pk__in=signing.order_by().values("pk")) | Q(pk__in=others.order_by().values("pk"))
    )
    return found.exclude(proposed_by=view.request.user.pk)


def may_decide(view: FoiView, approval: Approval, organ: Organ) -> bool:
    """The same of one approval, whose case is with `organ`. No SQL."""
    return (
        approval.state == Approval.State.PENDING
        and approval.proposed_by_id != view.request.user.pk
        and view.allows(DECIDED_BY[approval.kind], organ)
    )


def proposal_words(approval: Approval) -> str:
    """What is proposed, in words."""
    proposal = approval.proposal
    match approval.kind:
        case Approval.Kind.EXTENSION:
            return f"延长{proposal['days']}个工作日"
        case Approval.Kind.DELAY:
            return f"延迟至{proposal['until']}答复"
        case Approval.Kind.FEE:
            how = "页" if proposal.get("method") == "page" else "件"
            return f"收取{proposal['amount']}元（第{proposal['count']}{how}）"
        case Approval.Kind.DECISION:
            found = OUTCOMES.get(str(proposal.get("outcome")))
            if found is None:
                return str(proposal.get("outcome", ""))
            sub = found.subtypes.get(str(proposal.get("subtype", "")))
            return f"{found.label}（{sub.label}）" if sub else found.label
        case _:
            return str(approval.get_kind_display())


def warnings_of(approval: Approval) -> tuple[str, ...]:
    """When the proposed outcome must not be used, for whoever decides."""
    found = OUTCOMES.get(str(approval.proposal.get("outcome")))
    return found.never_for(str(approval.proposal.get("subtype", ""))) if found else ()


class ApprovalList(FoiView, ScopedListView):
    """What waits for a decision, and what was decided; on a phone as cards."""

    model = Approval
    action = "foi.view"
    organ_field = "request__organ"
    template_name = "gongkai/foi/list.html"
    title = "审批"
    columns = (
        Column("request.number", "申请编号", link=True),
        Column("kind", "事项"),
        Column("proposed", "拟办内容", value=proposal_words, wide=True),
        Column("request.organ.label", "机关"),
        Column("proposed_at", "提出时间", sort="proposed_at"),
        Column("request.due_on", "当前期限", sort="request__due_on"),
        Column("state", "状态"),
    )
    search_fields = ("request__number",)
    search_hint = "申请编号"
    select_related = ("request__organ",)
    ordering = ("-proposed_at", "-pk")
    detail_url_name = "approval_detail"
    empty_text = "没有审批事项。"

    def get_queryset(self) -> QuerySet[Any]:
        found = super().get_queryset()
        if self.request.GET.get("mine"):
            mine = decidable(self, Approval.objects.filter(state=Approval.State.PENDING))
            return found.filter(pk__in=mine.values("pk"))
        return found


class ApprovalDetail(_Lawful, FoiView, ServiceFormView):
    """One page with all that is needed to decide: agree, return, or (the officer) take back."""

    model = Approval
    action = "foi.view"
    organ_field = "request__organ"
    select_related = ("request__organ", "proposed_by", "decided_by")
    form_class = forms.ApprovalForm
    template_name = "gongkai/foi/approval.html"
    submit_label = "同意"

    def get_title(self) -> str:
        return f"{self.object.get_kind_display()}：{self.object.request.number}"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        request = self.object.request
        return [
            ("审批", self.url("approval_list")),
            (request.number, self.url("request_detail", request.pk)),
        ]

    def get_cancel_url(self) -> str:
        return self.url("approval_list")

    def get_success_url(self) -> str:
        return self.url("approval_detail", self.object.pk)

    @property
    def draft(self) -> Notice | None:
        return (
            self.object.notices.exclude(state=Notice.State.DISCARDED)
            .defer("fields_sealed", "docx_sealed", "pdf_sealed")
            .order_by("-pk")
            .first()
        )

    def current_seen(self) -> Any:
        draft = self.draft
        return version_of(draft) if draft is not None else ""

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self.current_seen()}

    def may_decide(self) -> bool:
        return may_decide(self, self.object, self.object.request.organ)

    def get_buttons(self) -> list[Button]:
        approval = self.object
        buttons = [
            Button("查看申请", self.url("request_detail", approval.request_id), kind="secondary")
        ]
        if self.allows("foi.handle", approval.request.organ):
            waits = approval.state == Approval.State.APPROVED and not approval.carried_out_at
            if waits and approval.kind in ("extension", "delay", "fee"):
                address = self.url("approval_carry_out", approval.pk)
                buttons.insert(0, Button("发出告知书", address, icon="mail"))
            if approval.state == Approval.State.PENDING:
                address = self.url("approval_take_back", approval.pk)
                buttons.append(Button("收回", address, kind="secondary"))
        return buttons

    def perform(self, form: Any) -> Any:
        if not self.may_decide():
            raise PermissionDenied("您不能审批这项事项。")
        approval, data = self.object, form.cleaned_data
        if "return" in self.request.POST:
            return steps.return_proposal(self.actor, approval, comment=data["comment"])
        if approval.kind == Approval.Kind.DECISION:
            return self.lawfully(
                lambda: steps.sign(
                    self.actor, approval, comment=data["comment"], seen=data["seen"]
                ),
                form,
            )
        return self.lawfully(
            lambda: steps.approve(self.actor, approval, comment=data["comment"]), form
        )

    def get_success_message(self, result: Any) -> str:
        if isinstance(result, Notice):
            return f"已签发，文号{result.number}。" if result.number else "已签发。"
        return "已退回。" if "return" in self.request.POST else "已同意。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft = self.draft
        return super().get_context_data(
            **{
                "words": proposal_words(self.object),
                "warnings": warnings_of(self.object),
                "draft": draft,
                "draft_name": kind_of(draft.kind).name if draft is not None else "",
                "may_decide": self.may_decide(),
                "own": self.object.state == Approval.State.PENDING
                and self.object.proposed_by_id == self.request.user.pk,
                "may_read": self.allows("foi.reveal", self.object.request.organ),
                "signs": self.object.kind == Approval.Kind.DECISION,
                **kwargs,
            }
        )


class ApprovalTakeBack(FoiView, ServiceFormView):
    model = Approval
    action = "foi.handle"
    organ_field = "request__organ"
    select_related = ("request__organ",)
    form_class = forms.EmptyForm
    submit_label = "收回"
    intro = "收回后草稿作废，可以重新提出。"
    success_message = "已收回。"

    def get_title(self) -> str:
        return f"收回“{self.object.get_kind_display()}”：{self.object.request.number}"

    def get_cancel_url(self) -> str:
        return self.url("approval_detail", self.object.pk)

    def perform(self, form: Any) -> Any:
        return steps.take_back(self.actor, self.object)


class ApprovalCarryOut(_Lawful, FoiView, ServiceFormView):
    """The approved notice goes out, and the clock hears of it."""

    model = Approval
    action = "foi.handle"
    organ_field = "request__organ"
    select_related = ("request__organ",)
    form_class = forms.CarryOutForm
    submit_label = "印发并登记送达"
    success_message = "告知书已印发，期限已更新。"

    def get_title(self) -> str:
        return f"发出告知书：{self.object.request.number} {self.object.get_kind_display()}"

    def get_cancel_url(self) -> str:
        return self.url("approval_detail", self.object.pk)

    def get_success_url(self) -> str:
        return self.url("request_detail", self.object.request_id)

    def current_seen(self) -> Any:
        return self.object.request.events.count()

    def get_initial(self) -> dict[str, Any]:
        return {"seen": self.current_seen(), "sent_on": timezone.localdate()}

    def perform(self, form: Any) -> Any:
        data = dict(form.cleaned_data)
        return self.lawfully(lambda: steps.carry_out(self.actor, self.object, **data), form)


# -- sealed texts ----------------------------------------------------------------------------------


class CaseTexts(TemplateResponseMixin, FoiView):
    """Proofs and notes in clear, on demand (POST: it leaves a trace)."""

    action = "foi.reveal"
    template_name = "gongkai/foi/texts.html"
    title = "办理依据和备注"
    http_method_names: ClassVar[list[str]] = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = self.get_scoped(FoiRequest.objects.select_related("organ"), pk=pk)
        try:
            proofs, notes = steps.proofs_of(self.actor, case), steps.notes_of(self.actor, case)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
            return HttpResponseRedirect(self.url("request_detail", pk))
        names = dict(forms.PROOF_CHOICES)
        response = self.render_to_response(
            self.get_context_data(
                case=case,
                proofs=[(names.get(proof.key, proof.key), proof, text) for proof, text in proofs],
                notes=notes,
            )
        )
        add_never_cache_headers(response)
        return response

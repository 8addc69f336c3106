"""Notices in the staff shell: those of a case, drafting, preview, issue, delivery, the undelivered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import content_disposition_header

from gongkai.foi import notice_queries as queries
from gongkai.foi.forms.notices import (
    ConfirmForm,
    DeliveryForm,
    IssueForm,
    NoticeFieldsForm,
    ReplaceForm,
    ReturnedForm,
    SignedForm,
)
from gongkai.foi.models import CaseFile, Delivery, FoiRequest, Notice
from gongkai.foi.notices import fields as names
from gongkai.foi.notices.kinds import FILE, KINDS, NoticeKind, UnknownNotice, kind_of
from gongkai.foi.services import deliveries, files, notices, printing
from gongkai.foi.services.templates import letterhead_on
from gongkai.foi.views.base import FoiView
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
from gongkai.statute.clock import IllegalSequence

State = Notice.State
KIND_CHOICES = [(code, str(kind)) for code, kind in KINDS.items() if kind.addressee != FILE]


def pdf_response(data: bytes, name: str, *, download: bool = False) -> HttpResponse:
    """A file that nothing on the way keeps."""
    kind = (
        "application/pdf"
        if name.endswith(".pdf")
        else ("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    )
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(download, name)
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def kind_label(notice: Notice) -> str:
    return kind_of(notice.kind).name


# -- of a case ---------------------------------------------------------------------------------


class CaseNotices(FoiView, ScopedDetailView):
    """The notices of a case, and what can be drafted."""

    model = FoiRequest
    action = "foi.view"
    template_name = "gongkai/foi/notices/case.html"
    select_related = ("organ",)

    def get_title(self) -> str:
        return f"申请 {self.object.number} 的文书"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(f"申请 {self.object.number}", self.url("request_detail", self.object.pk))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        case = self.object
        may_draft = self.allows("foi.handle", case.organ) and self.allows("foi.reveal", case.organ)
        found = list(
            case.notices.exclude(state=State.DISCARDED)
            .select_related("replaces")
            .defer("fields_sealed", "docx_sealed", "pdf_sealed")
            .order_by("-pk")
        )
        rows = [
            {
                "notice": notice,
                "url": self.url("notice_detail", notice.pk),
                "kind": kind_label(notice),
                "status": queries.notice_status(notice),
                "open": notice.undelivered,
            }
            for notice in found
        ]
        offered = [
            {
                "kind": kind,
                "url": self.url("notice_draft", case.pk, kind.code),
            }
            for kind in KINDS.values()
            if kind.addressee != FILE and not kind.approval
        ]
        return super().get_context_data(
            **{"notices": rows, "offered": offered if may_draft else [], **kwargs}
        )


class _FieldsView(FoiView, ServiceFormView):
    """A form of a kind's fields."""

    action = "foi.handle"
    form_class = NoticeFieldsForm
    template_name = "gongkai/foi/notices/fields.html"
    kind: NoticeKind
    known: str = ""

    def check_access(self) -> None:
        super().check_access()
        if self.object is not None and not self.allows("foi.reveal", self.object.organ):
            raise Http404

    def get_form_kwargs(self) -> dict[str, Any]:
        ask = NoticeFieldsForm.asks_addressee(self.kind, self.known)
        return {**super().get_form_kwargs(), "kind": self.kind, "ask_addressee": ask}


class NoticeDraft(_FieldsView):
    """A new draft: what the case knows is filled in, and the officer goes on from there."""

    model = FoiRequest
    select_related = ("organ",)
    form_class = ConfirmForm
    template_name = "gongkai/organs/staff/form.html"
    submit_label = "起草"
    success_message = "已建立草稿，案件里已有的内容已经带出。"

    def check_access(self) -> None:
        super().check_access()
        try:
            self.kind = kind_of(self.kwargs["kind"])
        except UnknownNotice as error:
            raise Http404 from error
        if self.kind.addressee == FILE or self.kind.approval:
            # What needs an approval is drafted with its proposal (`services.steps`).
            raise Http404

    def get_form_kwargs(self) -> dict[str, Any]:
        return ServiceFormView.get_form_kwargs(self)

    def get_title(self) -> str:
        return f"起草“{self.kind.name}”"

    def get_intro(self) -> str:
        return f"为申请 {self.object.number} 建立“{self.kind.name}”的草稿。草稿不编文号，可以修改、作废。"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        case = self.object
        return [
            (f"申请 {case.number}", self.url("request_detail", case.pk)),
            ("文书", self.url("notice_case", case.pk)),
        ]

    def get_cancel_url(self) -> str:
        return self.url("notice_case", self.object.pk)

    def perform(self, form: Any) -> Notice:
        return notices.draft_notice(self.actor, self.object, self.kind.code)

    def get_success_url(self) -> str:
        return self.url("notice_edit", self.result.pk)


class _NoticeView(FoiView):
    """A screen about one notice, for the body that handles its case today."""

    model = Notice
    action = "foi.handle"
    organ_field = "request__organ"
    select_related = ("organ", "request", "request__organ", "approval", "replaces")
    object: Any

    @property
    def notice_kind(self) -> NoticeKind:
        return kind_of(self.object.kind)

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        case = self.object.request
        crumbs = [
            (f"申请 {case.number}", self.url("request_detail", case.pk)),
            ("文书", self.url("notice_case", case.pk)),
        ]
        if self.request.resolver_match is not None and (
            self.request.resolver_match.url_name != "notice_detail"
        ):
            crumbs.append((self.name(), self.url("notice_detail", self.object.pk)))
        return crumbs

    def name(self) -> str:
        return f"{self.notice_kind.name} {self.object.number}".strip()

    def get_cancel_url(self) -> str:
        return self.url("notice_detail", self.object.pk)


class NoticeDetail(_NoticeView, ScopedDetailView):
    """One notice: what state it is in, how it was delivered, what can be done."""

    action = "foi.view"
    template_name = "gongkai/foi/notices/detail.html"

    def get_title(self) -> str:
        return self.name()

    def get_rows(self) -> list[tuple[str, str]]:
        notice = self.object
        rows = [
            ("文书", str(self.notice_kind)),
            ("送达对象", notice.get_addressee_display()),
            ("状态", notice.get_state_display()),
        ]
        if notice.number:
            rows.append(("文号", notice.number))
        if notice.issued_on:
            rows += [("印发日期", f"{notice.issued_on:%Y-%m-%d}"), ("PDF 的 SM3", notice.sm3)]
        if notice.approval is not None:
            rows.append(
                (
                    "审批",
                    f"{notice.approval.get_kind_display()}（{notice.approval.get_state_display()}）",
                )
            )
        if notice.replaces is not None:
            rows += [("替换", str(notice.replaces)), ("替换原因", notice.reason)]
        rows.append(
            (
                "最后修改",
                f"{timezone.localtime(notice.changed_at):%Y-%m-%d %H:%M} {notice.changed_by}",
            )
        )
        return rows

    def get_buttons(self) -> list[Button]:
        notice = self.object
        buttons: list[Button] = []
        reads = self.allows("foi.reveal", notice.request.organ)
        handles = self.allows("foi.handle", notice.request.organ)
        if notice.state == State.DRAFT:
            if handles and reads:
                buttons.append(Button("修改", self.url("notice_edit", notice.pk), icon="edit"))
            if reads:
                buttons.append(
                    Button(
                        "预览", self.url("notice_preview", notice.pk), icon="view", kind="secondary"
                    )
                )
            if not queries.goes_out_with_step(notice):
                if handles or notices.may_issue(self.actor, notice):
                    buttons.append(
                        Button("印发", self.url("notice_issue", notice.pk), icon="check")
                    )
                if handles:
                    buttons.append(
                        Button("作废", self.url("notice_discard", notice.pk), kind="danger")
                    )
        elif notice.state in (State.ISSUED, State.REPLACED):
            if reads:
                buttons += [
                    Button("查看 PDF", self.url("notice_file", notice.pk, "pdf"), icon="view"),
                    Button(
                        "下载 DOCX",
                        self.url("notice_file", notice.pk, "docx"),
                        icon="download",
                        kind="secondary",
                    ),
                ]
            if handles and notice.state == State.ISSUED:
                buttons += [
                    Button("登记送达", self.url("notice_deliver", notice.pk), icon="mail"),
                    Button("替换", self.url("notice_replace", notice.pk), kind="secondary"),
                ]
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notice = self.object
        found = list(notice.deliveries.order_by("pk"))
        handles = self.allows("foi.handle", notice.request.organ)
        rows = [
            {
                "delivery": one,
                "slip": self.url("delivery_receipt", one.pk)
                if self.allows("foi.reveal", notice.request.organ)
                else "",
                "signed": self.url("delivery_signed", one.pk)
                if handles and one.received_on is None and one.failed_on is None
                else "",
                "returned": self.url("delivery_returned", one.pk)
                if handles and one.received_on is None and one.failed_on is None
                else "",
            }
            for one in found
        ]
        newer = Notice.objects.filter(replaces=notice).exclude(state=State.DISCARDED).first()
        return super().get_context_data(
            **{
                "deliveries": rows,
                "undelivered": notice.undelivered,
                "unrecorded": queries.unrecorded_step(notice),
                "with_step": queries.goes_out_with_step(notice),
                "status": queries.notice_status(notice),
                "newer": newer,
                "newer_url": self.url("notice_detail", newer.pk) if newer else "",
                **kwargs,
            }
        )


class NoticeEdit(_NoticeView, _FieldsView):
    submit_label = "保存草稿"
    success_message = "已保存草稿。"

    def check_access(self) -> None:
        super().check_access()
        self.kind = kind_of(self.object.kind)
        self.content = (
            notices.open_fields(self.actor, self.object)
            if self.request.method == "GET"
            else notices.content_of(self.object)
        )
        # Typed by hand when the case has no sealed applicant (imported ones).
        self.known = self.content.addressee if _has_applicant(self.object.request) else ""

    def get_title(self) -> str:
        return f"修改“{self.kind.name}”"

    def get_initial(self) -> dict[str, Any]:
        return {
            notices.ADDRESSEE: self.content.addressee,
            notices.YOU: self.content.you,
            "seen": notices.version_of(self.object),
            **self.content.own,
        }

    def perform(self, form: Any) -> Notice:
        values = dict(form.cleaned_data)
        seen = values.pop("seen")
        return notices.edit_notice(self.actor, self.object, values, seen=seen)

    def form_invalid(self, form: Any) -> HttpResponse:
        if form.has_error(NON_FIELD_ERRORS, code="changed"):
            # Told once what another did, the editor may put his own over it knowingly.
            form.data = form.data.copy()
            form.data["seen"] = notices.version_of(Notice.objects.get(pk=self.object.pk))
        return super().form_invalid(form)

    def get_success_url(self) -> str:
        if "preview" in self.request.POST:
            return self.url("notice_preview", self.object.pk)
        return self.url("notice_detail", self.object.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        values = notices.values_of(
            self.object, self.content, letterhead_on(self.object.organ, today), on=today
        )
        auto = [
            {"name": name, "text": values.get(name, ""), "help": one.help}
            for name, one in names.auto_fields(self.kind).items()
            if name != names.SEAL and values.get(name)
        ]
        return super().get_context_data(**{"auto": auto, "kind": self.kind, **kwargs})


def _has_applicant(request: FoiRequest) -> bool:
    intake = getattr(request, "intake", None)
    return getattr(intake, "applicant", None) is not None


class NoticePreview(_NoticeView):
    """The draft as a PDF in the browser; what is odd about it is told on the next page."""

    action = "foi.reveal"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        self.object = self.get_scoped(
            Notice.objects.select_related(*self.select_related), pk=pk, state=State.DRAFT
        )
        try:
            paper = notices.preview(self.actor, self.object)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(self.url("notice_detail", pk))
        if paper.missing:
            messages.warning(request, _missing_words(paper.missing))
        return pdf_response(paper.pdf, f"{self.notice_kind.title}（草稿）.pdf")


def _missing_words(missing: tuple[str, ...]) -> str:
    listed = "、".join(f"“{letter}”（U+{ord(letter[0]):04X}）" for letter in missing[:10])
    return (
        f"字体中没有这些字：{listed}，PDF 上印为方框。请打印后手写补正，"
        "或者下载 DOCX 在装有该字的电脑上打印。"
    )


class NoticeFile(_NoticeView):
    """An issued notice, as it was frozen."""

    action = "foi.reveal"

    def get(self, request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
        if form not in ("pdf", "docx"):
            raise Http404
        self.object = self.get_scoped(
            Notice.objects.select_related(*self.select_related).exclude(
                state__in=[State.DRAFT, State.DISCARDED]
            ),
            pk=pk,
        )
        try:
            name, data = notices.read_notice(self.actor, self.object, form)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(self.url("notice_detail", pk))
        return pdf_response(data, name, download=form == "docx")


class NoticeIssue(_NoticeView, ServiceFormView):
    action = "foi.view"  # whoever decides about a paper may issue it, not only who handles the case
    form_class = IssueForm
    submit_label = "印发"

    def check_access(self) -> None:
        super().check_access()
        handles = self.allows("foi.handle", self.object.request.organ)
        if not (handles or notices.may_issue(self.actor, self.object)):
            raise PermissionDenied

    def get_intro(self) -> str:
        text = "印发后编排文号，文书和 PDF 不能再改动；有误的，只能另发一份文书替换。请先预览核对。"
        step = queries.unrecorded_step(self.object)
        if step:
            text += f"案件的办理过程里还没有登记“{step}”，期限不会按这份文书计算，请一并登记。"
        return text

    def get_title(self) -> str:
        return f"印发“{self.notice_kind.name}”"

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def perform(self, form: Any) -> Notice:
        if queries.goes_out_with_step(self.object):
            raise ValidationError(
                "这份文书随办理步骤发出：审批通过后，请在案件页面执行，期限同时更新。"
            )
        return notices.issue_notice(self.actor, self.object, on=form.cleaned_data["on"])

    def get_success_message(self, result: Any) -> str:
        return f"已印发{result.number or kind_label(result)}。请送达后登记。"

    def get_success_url(self) -> str:
        return self.url("notice_detail", self.object.pk)


class NoticeDiscard(_NoticeView, ServiceFormView):
    form_class = ConfirmForm
    submit_label = "作废草稿"
    danger = True
    intro = "草稿没有文号，作废后内容清除，不能恢复。"
    success_message = "草稿已作废。"

    def get_title(self) -> str:
        return f"作废“{self.notice_kind.name}”草稿"

    def perform(self, form: Any) -> Notice:
        return notices.discard_notice(self.actor, self.object)

    def get_success_url(self) -> str:
        return self.url("notice_case", self.object.request_id)


class NoticeReplace(_NoticeView, ServiceFormView):
    form_class = ReplaceForm
    submit_label = "起草替换文书"
    intro = "按原文书的内容建立一份新草稿。新文书印发时，原文书标为“已被替换”，两份都留存。"
    success_message = "已建立替换草稿，请修改后印发。"

    def get_title(self) -> str:
        return f"替换 {self.name()}"

    def perform(self, form: Any) -> Notice:
        return notices.replace_notice(self.actor, self.object, reason=form.cleaned_data["reason"])

    def get_success_url(self) -> str:
        return self.url("notice_edit", self.result.pk)


# -- delivery ----------------------------------------------------------------------------------


def proof_of(actor: Any, case: FoiRequest, upload: Any) -> CaseFile | None:
    """The uploaded scan as a file of the case; None when there is none."""
    if not upload:
        return None
    return files.add_file(
        actor,
        kind=CaseFile.Kind.DELIVERY,
        content=upload.read(),
        name=upload.name,
        request=case,
    )


@contextmanager
def lawfully() -> Iterator[None]:
    """What the law does not allow now is said above the form, as what is missing is."""
    try:
        yield
    except IllegalSequence as error:
        raise ValidationError(str(error)) from error


class NoticeDeliver(_NoticeView, ServiceFormView):
    form_class = DeliveryForm
    submit_label = "登记送达"
    success_message = "已登记送达。"

    def get_title(self) -> str:
        return f"登记送达 {self.name()}"

    def get_intro(self) -> str:
        if self.object.issued_on is None:
            return "文书还没有印发，不能登记送达。"
        return f"{self.notice_kind.name}于 {self.object.issued_on:%Y-%m-%d} 印发。"

    def get_initial(self) -> dict[str, Any]:
        return {"way": Delivery.Way.POST, "sent_on": timezone.localdate()}

    def perform(self, form: Any) -> Delivery:
        values = dict(form.cleaned_data)
        upload = values.pop("proof")
        with lawfully(), files.whole():
            proof = proof_of(self.actor, self.object.request, upload)
            return deliveries.deliver_notice(self.actor, self.object, proof=proof, **values)

    def get_success_url(self) -> str:
        return self.url("notice_detail", self.object.pk)


class _DeliveryView(FoiView, ServiceFormView):
    model = Delivery
    action = "foi.handle"
    organ_field = "notice__request__organ"
    select_related = ("notice", "notice__organ", "notice__request", "notice__request__organ")

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        notice = self.object.notice
        return [
            (f"申请 {notice.request.number}", self.url("request_detail", notice.request_id)),
            ("文书", self.url("notice_case", notice.request_id)),
            (
                f"{kind_label(notice)} {notice.number}".strip(),
                self.url("notice_detail", notice.pk),
            ),
        ]

    def get_cancel_url(self) -> str:
        return self.url("notice_detail", self.object.notice_id)


class DeliverySigned(_DeliveryView):
    form_class = SignedForm
    title = "登记签收"
    submit_label = "登记签收"
    success_message = "已登记签收。"

    def perform(self, form: Any) -> Delivery:
        with lawfully(), files.whole():
            proof = proof_of(self.actor, self.object.notice.request, form.cleaned_data["proof"])
            return deliveries.sign_for_delivery(
                self.actor, self.object, received_on=form.cleaned_data["received_on"], proof=proof
            )


class DeliveryReturned(_DeliveryView):
    form_class = ReturnedForm
    title = "登记未送达"
    submit_label = "登记未送达"
    intro = "文书回到“待送达”，请核对地址后另行送达。邮寄的，答复期限仍以原交邮之日计算。"
    success_message = "已登记未送达，请另行送达。"

    def perform(self, form: Any) -> Delivery:
        values = dict(form.cleaned_data)
        upload = values.pop("proof")
        with files.whole():
            proof = proof_of(self.actor, self.object.notice.request, upload)
            return deliveries.record_failed_delivery(self.actor, self.object, proof=proof, **values)


class DeliveryReceipt(FoiView):
    """The 送达回证 as a PDF to be signed."""

    action = "foi.reveal"
    organ_field = "notice__request__organ"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        delivery = self.get_scoped(
            Delivery.objects.select_related(
                "notice__organ", "notice__request__organ", "notice__request__intake__applicant"
            ),
            pk=pk,
        )
        name, data = printing.delivery_receipt(self.actor, delivery)
        return pdf_response(data, name)


# -- all of a body -----------------------------------------------------------------------------


class NoticeFilters(StaffFilterSet):
    stage = django_filters.ChoiceFilter(
        label="送达",
        choices=[("draft", "草稿"), ("delivered", "已送达"), ("all", "全部")],
        empty_label="待送达",
        method="filter_stage",
    )
    kind = django_filters.ChoiceFilter(label="文书", choices=KIND_CHOICES, empty_label="全部文书")
    since = date_from("issued_on", "印发日期自")
    until = date_until("issued_on", "印发日期至")

    class Meta:
        model = Notice
        fields: ClassVar[list[str]] = []

    def filter_stage(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "draft":
            return queryset.filter(state=State.DRAFT)
        if value == "delivered":
            return queryset.filter(state=State.ISSUED, undelivered=False)
        return queryset

    @property
    def qs(self) -> QuerySet[Any]:
        found: QuerySet[Any] = super().qs
        asked = self.form.cleaned_data.get("stage") if self.form.is_bound else None
        return found if asked else found.filter(undelivered=True)


class NoticeList(FoiView, ScopedListView):
    """What waits for its delivery stands first; printing several at once."""

    model = Notice
    action = "foi.view"
    template_name = "gongkai/foi/notices/list.html"
    organ_field = "request__organ"
    title = "文书送达"
    columns = (
        Column(
            "number", "文号", sort="serial", value=lambda n: n.number or "（无文号）", link=True
        ),
        Column("kind", "文书", value=kind_label),
        Column("request.number", "申请编号"),
        Column("organ.label", "机关", sort="organ__path"),
        Column("addressee", "送达对象"),
        Column("issued_on", "印发日期", sort="issued_on"),
        Column("status", "情况", value=queries.notice_status),
    )
    export_columns = (Column("organ.code", "机关代码"), *columns)
    search_fields = ("number", "request__number")
    search_hint = "文号、申请编号"
    filterset_class = NoticeFilters
    select_related = ("organ", "request__organ")
    ordering = ("issued_on", "id")
    detail_url_name = "notice_detail"
    empty_text = "没有待送达的文书。"

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset()
        return (
            found.exclude(state=State.DISCARDED)
            .exclude(addressee=Notice.Addressee.FILE)
            .defer("fields_sealed", "docx_sealed", "pdf_sealed")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs["may_print"] = self.allows("foi.reveal")
        kwargs["print_url"] = self.url("notice_print")
        return super().get_context_data(**kwargs)

    def get_row(self, obj: Any) -> dict[str, Any]:
        printable = obj.state in (State.ISSUED, State.REPLACED)
        return {**super().get_row(obj), "printable": printable}


class NoticePrint(FoiView):
    """The chosen notices as one PDF."""

    action = "foi.reveal"
    organ_field = "request__organ"

    def post(self, request: HttpRequest) -> HttpResponseBase:
        chosen = [
            int(key)
            for key in request.POST.getlist("notice")[:1000]
            if key.isdecimal() and len(key) < 19
        ]
        found = list(
            self.scoped(Notice.objects.select_related("organ", "request__organ"))
            .filter(pk__in=chosen, state__in=[State.ISSUED, State.REPLACED])
            .order_by("issued_on", "pk")
        )
        try:
            data = printing.print_together(self.actor, found)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(self.url("notice_list"))
        return pdf_response(data, f"文书{timezone.localdate():%Y%m%d}.pdf")

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return HttpResponseRedirect(self.url("notice_list"))

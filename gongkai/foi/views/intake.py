"""Intakes: listed, entered, confirmed with the sender, passed on, set aside; receipts printed."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.views.generic.base import TemplateResponseMixin

from gongkai.foi import persons, similarity
from gongkai.foi.forms.intake import (
    ApplicantForm,
    ConfirmForm,
    ContactForm,
    FilesForm,
    ForwardForm,
    IntakeForm,
    SetAsideForm,
)
from gongkai.foi.models import ApplicantKind, Channel, IdentityKind, Intake
from gongkai.foi.services import intake as services
from gongkai.foi.services.files import name_of
from gongkai.foi.services.retention import APPROVE, closed_on
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
from gongkai.statute.workdays import WorkCalendar, working_days_between
from gongkai.vault.keys import looked_up_once
from gongkai.workdays.queries import current_calendar

RELATED = ("organ__successor", "request__organ", "applicant")


def confirm_words(intake: Intake, calendar: WorkCalendar, today: date) -> tuple[str, str]:
    """Until when a waiting intake is to be confirmed, in words, and how it presses ("" for not)."""
    if intake.state != Intake.State.WAITING:
        return intake.get_state_display(), ""
    due = services.confirm_by(intake, calendar)
    if due < today:
        days = working_days_between(due, today, calendar).days
        return f"待确认，已超过{days}个工作日" if days else "待确认，已超过期限", "overdue"
    if due == today:
        return "待确认，今天须确认", "urgent"
    return f"待确认，{due.month}月{due.day}日前", ""


class IntakeFilters(StaffFilterSet):
    state = django_filters.ChoiceFilter(
        label="状态", choices=Intake.State.choices, empty_label="全部状态"
    )
    channel = django_filters.ChoiceFilter(
        label="渠道", choices=Channel.choices, empty_label="全部渠道"
    )
    kind = django_filters.ChoiceFilter(
        field_name="applicant__kind",
        label="申请人类别",
        choices=ApplicantKind.choices,
        empty_label="全部类别",
    )
    since = date_from("arrived_on", "收件日期自")
    until = date_until("arrived_on", "收件日期至")

    class Meta:
        model = Intake
        fields: ClassVar[list[str]] = []


class IntakeList(FoiView, ScopedListView):
    """What came in; nothing of the sender but the column of table three."""

    model = Intake
    action = "foi.view"
    template_name = "gongkai/foi/intake_list.html"
    title = "来件"
    columns = (
        Column("number", "来件编号", sort="number", link=True),
        Column("channel", "渠道"),
        Column("applicant.kind", "申请人类别"),
        Column("organ.label", "收件机关", sort="organ__path"),
        Column("arrived_on", "收件日期", sort="arrived_on"),
        Column("words", "办理情况"),
        Column("request.number", "申请编号"),
    )
    export_columns = (
        Column("organ.code", "机关代码"),
        Column("organ.name", "机关"),
        Column("number", "来件编号"),
        Column("channel", "渠道"),
        Column("applicant.kind", "申请人类别"),
        Column("arrived_on", "收件日期"),
        Column("state", "状态"),
        Column("confirmed_on", "确认日期"),
        Column("shadow_due_on", "按到达日期计算的期限"),
        Column("request.number", "申请编号"),
    )
    search_fields = ("number", "posting_number", "request__number")
    search_hint = "来件编号、邮件编号、申请编号"
    filterset_class = IntakeFilters
    select_related = ("organ", "request", "applicant")
    ordering = ("-arrived_at", "-id")
    detail_url_name = "intake_detail"
    empty_text = "还没有来件。"

    def get_buttons(self) -> list[Button]:
        if not self.allows("foi.handle"):
            return []
        return [Button("登记来件", self.url("intake_create"), icon="plus")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.calendar, self.today = current_calendar(), timezone.localdate()
        return super().get_context_data(**kwargs)

    def get_row(self, obj: Any) -> dict[str, Any]:
        obj.words, pressing = confirm_words(obj, self.calendar, self.today)
        row = super().get_row(obj)
        for cell in row["cells"]:
            if cell["column"].name == "words" and pressing:
                cell["text"] = format_html(
                    '<span class="foi-due--{}">{}</span>', pressing, obj.words
                )
        return row


class IntakeDetail(FoiView, ScopedDetailView):
    """An intake. Who sent it and what he wrote is shown against a ledger entry (POST)."""

    model = Intake
    action = "foi.view"
    template_name = "gongkai/foi/intake.html"
    select_related = (*RELATED, "forwarded_to__organ")
    fields = (
        ("organ.name", "收件机关"),
        "channel",
        ("applicant.kind", "申请人类别"),
        "arrived_on",
        "posting_number",
        "confirmed_on",
        "shadow_due_on",
        "recorded_by",
    )

    def get_title(self) -> str:
        return f"来件 {self.object.number}"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("来件", self.url("intake_list"))]

    def get_rows(self) -> list[tuple[str, str]]:
        intake = self.object
        rows = [row for row in super().get_rows() if row[1]]
        if intake.oral:
            rows.append(("方式", "口头申请，代为填写（条例第二十九条）"))
        if intake.needs_help:
            rows.append(("需要帮助", "阅读困难或者视听障碍（条例第二十八条）"))
        applicant = intake.applicant
        if applicant.erased_at is not None:
            rows.append(("申请人信息清除日期", str(timezone.localdate(applicant.erased_at))))
        elif applicant.retain_until is not None:
            rows.append(("申请人信息保存至", str(applicant.retain_until)))
        if intake.closed_reason:
            rows.append(("处理说明", intake.closed_reason))
        return rows

    def get_buttons(self) -> list[Button]:
        intake = self.object
        if intake.state != Intake.State.WAITING:
            return self._erasing()
        if not self.allows("foi.handle", intake.organ):
            return []
        return [
            Button("确认并登记为申请", self.url("intake_confirm", intake.pk), icon="check"),
            Button("转交其他机关", self.url("intake_forward", intake.pk), kind="secondary"),
            Button("不作为申请办理", self.url("intake_set_aside", intake.pk), kind="secondary"),
        ]

    def _erasing(self) -> list[Button]:
        """For the responsible person, once the applicant's data is needed no more."""
        intake = self.object
        organ = intake.request.organ if intake.request is not None else intake.organ
        if intake.applicant.erased_at is not None or not self.allows(APPROVE, organ):
            return []
        if closed_on([intake.applicant])[intake.applicant.pk] is None:
            return []
        return [Button("清除申请人信息", self.url("intake_erase", intake.pk), kind="secondary")]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The same page with the applicant in clear."""
        self.object = self.get_object()
        if self.object.applicant.erased_at is not None:
            return self.render_to_response(self.get_context_data())
        person, wish = persons.reveal(self.actor, self.object.applicant)
        response = self.render_to_response(self.get_context_data(**revealed(person, wish)))
        add_never_cache_headers(response)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intake = self.object
        handles = self.allows("foi.handle", intake.organ)
        words, pressing = confirm_words(intake, current_calendar(), timezone.localdate())
        hints: list[similarity.Hint] = []
        files: list[dict[str, Any]] = []
        if handles:
            # Opened for the comparison alone; what is shown of it are other cases' numbers.
            with looked_up_once():
                _, wish = persons.opened(intake.applicant)
                hints = similarity.hints(intake, wish)
                files = [
                    {"file": file, "name": name_of(file)} for file in intake.files.order_by("pk")
                ]
        first = intake.request.events.first() if intake.request is not None else None
        late = (
            services.registered_late(intake, timezone.localdate(first.recorded_at))
            if first is not None
            else None
        )
        return super().get_context_data(
            **{
                "words": words,
                "pressing": pressing,
                "hints": hints,
                "files": files,
                "late": late.days if late is not None else 0,
                "contacts": intake.contacts.order_by("at", "pk"),
                "may_reveal": self.allows("foi.reveal", intake.organ),
                "handles": handles,
                "waiting": intake.state == Intake.State.WAITING,
                **kwargs,
            }
        )


def revealed(person: persons.Person, wish: persons.Wish) -> dict[str, Any]:
    """Applicant and wish in clear as rows of a page, and what looks wrong about them."""
    kinds = dict(IdentityKind.choices)
    shown = {
        **vars(person),
        **vars(wish),
        "kind": dict(ApplicantKind.choices).get(person.kind, person.kind),
        "identity_kind": kinds.get(person.identity_kind, person.identity_kind),
        "supply_form": persons.SUPPLY_FORMS.get(wish.supply_form, wish.supply_form),
        "supply_way": persons.SUPPLY_WAYS.get(wish.supply_way, wish.supply_way),
    }
    return {
        "person_rows": [
            (label, shown[name]) for name, label in persons.LABELS.items() if shown[name]
        ],
        "doubts": doubts(person, wish),
    }


def doubts(person: persons.Person, wish: persons.Wish) -> list[str]:
    """What looks wrong or is missing by Article 29, one sentence each."""
    found = {**persons.check_person(person), **persons.check_wish(wish)}
    return [f"{persons.LABELS[name]}：{text}" for name, text in found.items()]


class _IntakeFormView(FoiView, ServiceFormView):
    """A form about an intake; its body's officers alone."""

    model = Intake
    action = "foi.handle"
    select_related = RELATED

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        crumbs = [("来件", self.url("intake_list"))]
        if self.object is not None:
            crumbs.append((self.object.number, self.url("intake_detail", self.object.pk)))
        return crumbs

    def get_cancel_url(self) -> str:
        return self.get_breadcrumbs()[-1][1]


class IntakeCreate(_IntakeFormView):
    """Entered from paper. What looks wrong is said after it is saved: nothing typed is lost."""

    form_class = IntakeForm
    template_name = "gongkai/foi/intake_form.html"
    title = "登记来件"
    submit_label = "登记"
    model = None

    def get_initial(self) -> dict[str, Any]:
        return {"arrived_on": timezone.localdate()}

    def perform(self, form: Any) -> Intake:
        data = form.cleaned_data
        person, wish = form.person(), form.wish()
        filed = services.record_intake(
            self.actor,
            data["organ"],
            channel=data["channel"],
            arrived_on=data["arrived_on"],
            person=person,
            wish=wish,
            files=form.incoming(),
            posting_number=data["posting_number"],
            oral=data["oral"],
            confirmation=data["confirmation"],
            needs_help=data["needs_help"],
            subject=data["subject"],
        )
        for doubt in doubts(person, wish):
            messages.warning(self.request, f"已登记，但请核对——{doubt}")
        late = services.registered_late(filed.intake, timezone.localdate())
        if late is not None:
            messages.warning(
                self.request,
                f"登记比收到晚了{late.days}天，答复期限从{filed.intake.arrived_on}起算"
                "（条例第三十一条）。",
            )
        return filed.intake

    def get_success_message(self, result: Any) -> str:
        if result.request is not None:
            return f"已登记为申请 {result.request.number}。可以打印登记回执交给申请人。"
        return f"已登记来件 {result.number}，请尽快与申请人确认（条例第三十一条）。"

    def get_success_url(self) -> str:
        return self.url("intake_detail", self.result.pk)


class IntakeCorrect(_IntakeFormView):
    form_class = ApplicantForm
    template_name = "gongkai/foi/intake_form.html"
    submit_label = "保存更正"
    intro = "只更正录入的差错。申请人要变更申请内容的，请走补正或者另行申请。"

    def get_title(self) -> str:
        return f"更正来件 {self.object.number} 的登记内容"

    def check_access(self) -> None:
        super().check_access()
        organ = owner_of(self.object)
        if not self.allows("foi.reveal", organ):
            raise PermissionDenied

    def get_initial(self) -> dict[str, Any]:
        person, wish = persons.reveal(self.actor, self.object.applicant)
        return {**vars(person), **vars(wish)}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def perform(self, form: Any) -> Intake:
        person, wish = form.person(), form.wish()
        done = services.correct_intake(self.actor, self.object, person=person, wish=wish)
        for doubt in doubts(person, wish):
            messages.warning(self.request, f"已保存，但请核对——{doubt}")
        return done

    def get_success_message(self, result: Any) -> str:
        return "已更正。"


class IntakeConfirm(_IntakeFormView):
    """Who sent it and how to reach him, attempts so far, and the confirmation."""

    form_class = ConfirmForm
    template_name = "gongkai/foi/intake_confirm.html"
    submit_label = "登记为申请"

    def get_title(self) -> str:
        return f"确认来件 {self.object.number}"

    def check_access(self) -> None:
        super().check_access()
        if not self.allows("foi.reveal", self.object.organ):
            raise PermissionDenied

    def get_initial(self) -> dict[str, Any]:
        _, wish = persons.opened(self.object.applicant)
        return {"on": timezone.localdate(), "subject": persons.subject_of(wish)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intake = self.object
        person, wish = persons.reveal(self.actor, intake.applicant)
        return super().get_context_data(
            **{
                **revealed(person, wish),
                "contact_form": ContactForm(user=self.request.user, prefix="contact"),
                "contacts": intake.contacts.order_by("at", "pk"),
                "waiting": intake.state == Intake.State.WAITING,
                "hints": similarity.hints(intake, wish),
                **kwargs,
            }
        )

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        add_never_cache_headers(response)
        return response

    def perform(self, form: Any) -> Any:
        return services.confirm_intake(self.actor, self.object, **form.cleaned_data)

    def get_success_message(self, result: Any) -> str:
        return f"已登记为申请 {result.number}，答复期限 {result.due_on}。"

    def get_success_url(self) -> str:
        return self.url("request_detail", self.result.pk)


class IntakeContactView(_IntakeFormView):
    """Adds one line to the log of attempts to reach the sender."""

    form_class = ContactForm
    submit_label = "记录"
    success_message = "已记录。"
    prefix = "contact"

    def get_title(self) -> str:
        return f"记录与申请人的联系（{self.object.number}）"

    def perform(self, form: Any) -> Any:
        data = form.cleaned_data
        return services.note_contact(
            self.actor,
            self.object,
            way=data["way"],
            reached=data["reached"] == "yes",
            note=data["note"],
        )


class IntakeSetAside(_IntakeFormView):
    form_class = SetAsideForm
    submit_label = "不作为申请办理"
    danger = True
    intro = (
        "只用于根本不是政府信息公开申请的来件，例如广告、误投、重复寄来的同一份材料。"
        "信访、咨询等以申请形式提出的，应登记为申请后依第三十九条告知。"
    )
    success_message = "已记录，来件不再列为待确认。"

    def get_title(self) -> str:
        return f"来件 {self.object.number} 不作为申请办理"

    def perform(self, form: Any) -> Intake:
        return services.set_aside_intake(self.actor, self.object, **form.cleaned_data)


class IntakeForward(_IntakeFormView):
    form_class = ForwardForm
    submit_label = "转交"
    intro = (
        "把寄错的来件连同全部材料转给应当收件的机关，由该机关与申请人确认后开始计算期限。"
        "已经登记为申请的不能转交，应依第三十六条第五项告知申请人。"
    )

    def get_title(self) -> str:
        return f"转交来件 {self.object.number}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "but": self.object.organ}

    def perform(self, form: Any) -> Intake:
        data = form.cleaned_data
        return services.forward_intake(self.actor, self.object, data["organ"], data["reason"])

    def get_success_message(self, result: Any) -> str:
        return f"已转交{result.organ.name}。"


class IntakeReceipt(FoiView, TemplateResponseMixin):
    """登记回执 for the applicant, with a fresh query code: printed at once, kept nowhere."""

    action = "foi.handle"
    template_name = "gongkai/foi/receipt.html"
    title = "登记回执"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        intake = self.intake
        return [
            ("来件", self.url("intake_list")),
            (intake.number, self.url("intake_detail", intake.pk)),
        ]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        intake: Intake = self.get_scoped(Intake.objects.select_related(*RELATED), pk=pk)
        self.intake = intake
        if intake.state not in (Intake.State.WAITING, Intake.State.CONFIRMED):
            raise Http404
        code = services.renew_code(self.actor, intake)
        person, wish = persons.reveal(self.actor, intake.applicant)
        response = self.render_to_response(
            self.get_context_data(
                intake=intake,
                organ=owner_of(intake),
                applicant=person.name,
                subject=persons.subject_of(wish),
                code=services.shown_code(code),
                today=timezone.localdate(),
            )
        )
        add_never_cache_headers(response)
        return response

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponseRedirect(self.url("intake_detail", pk))


class IntakeAddFiles(_IntakeFormView):
    """More scans of what came in."""

    form_class = FilesForm
    submit_label = "上传"
    success_message = "已上传，加密保存在案卷中。"

    def get_title(self) -> str:
        return f"上传来件 {self.object.number} 的扫描件"

    def perform(self, form: Any) -> Any:
        files = form.incoming()
        if not files:
            raise ValidationError("请至少选择一个文件。")
        return services.add_scans(self.actor, self.object, files)


def owner_of(intake: Intake) -> Organ:
    """The body that answers for an intake: of its request when it has one."""
    return intake.request.organ if intake.request is not None else intake.organ

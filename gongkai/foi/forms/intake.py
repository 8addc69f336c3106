"""What an officer enters of something that came in, and what he then does with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from gongkai.foi.forms.fields import ManyFilesField, day, reason_field
from gongkai.foi.models import ApplicantKind, CaseFile, Channel, IdentityKind
from gongkai.foi.persons import LABELS, LIMITS, SUPPLY_FORMS, SUPPLY_WAYS, Person, Wish
from gongkai.foi.services.intake import Incoming
from gongkai.organs.models import Organ, OrganKind
from gongkai.organs.staff_views import OrganChoiceField, StaffForm
from gongkai.organs.staff_views.forms import MANY_ORGANS, OrganTextWidget

PERSON_FIELDS = (
    "kind", "name", "identity_kind", "identity_number", "contact_name", "representative",
    "phone", "email", "address", "postcode", "agent_name", "agent_identity_number", "agent_phone",
)  # fmt: skip
WISH_FIELDS = (
    "title", "document_number", "description", "search_hint", "supply_form", "supply_way",
)  # fmt: skip


def _text(name: str, *, rows: int = 0, help_text: str = "") -> forms.CharField:
    widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput({"autocomplete": "off"})
    return forms.CharField(
        label=LABELS[name],
        required=False,
        max_length=LIMITS[name],
        help_text=help_text,
        widget=widget,
    )


def _choice(name: str, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=LABELS[name], required=False, choices=[("", "请选择"), *choices])


class ApplicantForm(StaffForm):
    """Who asks for what (Article 29). Hardly anything is required: a letter is kept as it is."""

    kind = forms.ChoiceField(
        label=LABELS["kind"],
        choices=[("", "请选择"), *ApplicantKind.choices],
        help_text="年报表三的一栏。律师代理的，按委托人的类别。",
    )
    name = _text("name")
    identity_kind = _choice("identity_kind", IdentityKind.choices)
    identity_number = _text("identity_number", help_text="登记后会核对校验位，不符只作提示。")
    contact_name = _text("contact_name", help_text="单位申请时填写。")
    representative = _text("representative", help_text="单位申请时填写。")
    phone = _text("phone")
    email = _text("email")
    address = _text("address")
    postcode = _text("postcode")
    agent_name = _text("agent_name")
    agent_identity_number = _text("agent_identity_number")
    agent_phone = _text("agent_phone")
    title = _text("title")
    document_number = _text("document_number")
    description = _text("description", rows=5, help_text="照申请书原文录入。")
    search_hint = _text("search_hint", rows=2)
    supply_form = _choice("supply_form", SUPPLY_FORMS.items())
    supply_way = _choice("supply_way", SUPPLY_WAYS.items())

    def person(self) -> Person:
        """Who asks, as typed."""
        return Person(**{name: self.cleaned_data[name] for name in PERSON_FIELDS})

    def wish(self) -> Wish:
        """What is asked for, as typed."""
        return Wish(**{name: self.cleaned_data[name] for name in WISH_FIELDS})

    def part(self, *names: str) -> list[forms.BoundField]:
        """These fields, for one group of the page."""
        return [self[name] for name in names]

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [
            ("申请人", self.part(*PERSON_FIELDS[:6])),
            ("联系方式", self.part(*PERSON_FIELDS[6:10])),
            ("委托代理人（没有则不填）", self.part(*PERSON_FIELDS[10:])),
            ("申请内容", self.part(*WISH_FIELDS)),
        ]


class FilesForm(StaffForm):
    """Scans of what came in."""

    identity_files = ManyFilesField(
        label="身份证明扫描件", accept=".pdf,.jpg,.jpeg,.png", help_text="可选多个文件。"
    )
    application_files = ManyFilesField(
        label="申请书及附件扫描件",
        accept=".pdf,.jpg,.jpeg,.png,.docx,.doc,.wps,.ofd,.txt",
        help_text="可选多个文件。登记不成功时，文件需要重新选择，其余内容都会保留。",
    )

    def incoming(self) -> list[Incoming]:
        """The uploaded files with their kinds."""
        kinds = (
            (CaseFile.Kind.IDENTITY, "identity_files"),
            (CaseFile.Kind.APPLICATION, "application_files"),
        )
        return [
            Incoming(kind, file.name or "", file.read())
            for kind, name in kinds
            for file in self.cleaned_data[name]
        ]


class IntakeForm(ApplicantForm, FilesForm):
    """Something that came in."""

    organ = OrganChoiceField(action="foi.handle", include_abolished=True, label="收件机关")
    channel = forms.ChoiceField(
        label="收件渠道",
        choices=[("", "请选择"), *Channel.choices],
        help_text="当面提交、签收的邮件登记后即为正式申请；其余须与申请人确认（条例第三十一条）。",
    )
    arrived_on = day(
        "收件日期",
        help_text="当面提交：提交之日；签收的邮件：本机关（含收发室）签收之日；其他：到达之日。",
    )
    posting_number = forms.CharField(
        label="邮件编号",
        required=False,
        max_length=40,
        help_text="挂号信、特快专递的编号。签收的邮件必填。",
    )
    subject = forms.CharField(
        label="列表中显示的概括",
        required=False,
        max_length=200,
        help_text="不写个人信息。留空则取所需信息的名称。",
    )
    oral = forms.BooleanField(
        label="口头申请，由我代为填写（条例第二十九条）",
        required=False,
    )
    confirmation = forms.CharField(
        label="申请人如何确认",
        required=False,
        max_length=200,
        help_text="代为填写的必填，例如“已当面宣读，申请人确认无误并签名”。",
    )
    needs_help = forms.BooleanField(label="阅读困难或者视听障碍，需要帮助", required=False)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [
            ("收件", self.part("organ", "channel", "arrived_on", "posting_number")),
            *super().groups(),
            (
                "登记",
                self.part(
                    "subject", "oral", "confirmation", "needs_help",
                    "identity_files", "application_files",
                ),
            ),
        ]  # fmt: skip


class ConfirmForm(StaffForm):
    """Both sides have confirmed: from this day on the clock runs."""

    on = day("确认日期", help_text="与申请人确认之日，即收到申请之日（条例第三十一条）。")
    subject = forms.CharField(
        label="列表中显示的概括",
        max_length=200,
        help_text="申请什么，一句话。不写姓名、住址、号码等个人信息。",
    )


class ContactForm(StaffForm):
    """One attempt to reach the sender."""

    way = forms.ChoiceField(
        label="联系方式",
        choices=[("", "请选择"), *((w, w) for w in ("电话", "短信", "电子邮件", "信函", "当面"))],
    )
    reached = forms.ChoiceField(
        label="结果",
        choices=[("yes", "联系上"), ("no", "没有联系上")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="情况", required=False, max_length=200, help_text="例如“无人接听”。不写个人信息。"
    )


class SetAsideForm(StaffForm):
    reason = reason_field("广告函件，不是申请", max_length=500)


class AnyOrganField(forms.ModelChoiceField):
    """One of all bodies that receive requests, typed as code or "code name", with suggestions."""

    default_error_messages = {
        "invalid_choice": "没有这个机关，或者它不受理申请。请填写机构代码，例如 411281-003。",
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "机关")
        super().__init__(queryset=Organ.objects.none(), to_field_name="code", **kwargs)

    def narrow(self, *, but: Organ | None) -> None:
        """Offer the bodies that exist, without public utilities (Article 55) and `but`."""
        organs = Organ.objects.active_on(timezone.localdate())
        organs = organs.exclude(kind=OrganKind.PUBLIC_UTILITY).order_by("path")
        self.queryset = organs.exclude(pk=but.pk) if but is not None else organs
        if organs.count() > MANY_ORGANS:
            widget = OrganTextWidget()
            widget.is_required = self.required
            widget.choices = self.widget.choices
            self.widget = widget

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().split(" ")[0].upper()
        return super().to_python(value)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.name}"


class ForwardForm(StaffForm):
    organ = AnyOrganField(label="转交给")
    reason = reason_field("属该机关职责，来件寄错", max_length=500)

    def __init__(self, *args: Any, but: Organ | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organ"]
        assert isinstance(field, AnyOrganField)
        field.narrow(but=but)

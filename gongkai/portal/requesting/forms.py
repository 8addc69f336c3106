"""The forms of the citizen's side. What is right and wrong is said by `foi.persons`."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongkai.foi.models import ApplicantKind
from gongkai.foi.persons import check_person, check_wish
from gongkai.foi.services.drafts import Typed

KIND_LABELS: Final[dict[str, str | Promise]] = {
    "natural": _("公民个人"),
    "enterprise": _("商业企业"),
    "research": _("科研机构"),
    "welfare": _("社会公益组织"),
    "legal": _("法律服务机构"),
    "other": _("其他组织"),
}
IDENTITY_LABELS: Final[dict[str, str | Promise]] = {
    "id_card": _("居民身份证"),
    "passport": _("护照"),
    "hmt": _("港澳台居民证件"),
    "credit_code": _("统一社会信用代码证"),
    "other": _("其他证件"),
}
FORM_LABELS: Final[dict[str, str | Promise]] = {
    "electronic": _("电子数据"),
    "paper": _("纸质"),
    "disc": _("光盘、U 盘"),
    "any": _("不限"),
}
WAY_LABELS: Final[dict[str, str | Promise]] = {
    "online": _("网上获取"),
    "email": _("电子邮件"),
    "post": _("邮寄"),
    "pickup": _("当面领取"),
    "read": _("当场阅读、抄录"),
    "fax": _("传真"),
}
CHOOSE: Final = {"required": _("请选择一项。"), "invalid_choice": _("请从列表中选择。")}


def line(label: Any, help_text: Any = "", **attributes: str) -> forms.CharField:
    """One line of text; lengths are judged by the services, so that nothing is cut off."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        widget=forms.TextInput(attrs=attributes),
        error_messages={"null_characters_not_allowed": _("文字里有不能保存的字符，请删去。")},
    )


def lines(label: Any, help_text: Any = "", rows: int = 5) -> forms.CharField:
    """Several lines of text."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"null_characters_not_allowed": _("文字里有不能保存的字符，请删去。")},
    )


def one_of(label: Any, choices: dict[str, str | Promise], help_text: Any = "") -> forms.ChoiceField:
    """One choice of a few, all of them seen at once."""
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        choices=list(choices.items()),
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )


class CitizenForm(forms.Form):
    """A form whose fields are tied to their help and errors."""

    error_css_class = "wrong"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """(id of the field to go to, message) for the summary on top; "" for the form itself."""
        found = []
        for name, errors in self.errors.items():
            target = ""
            if name in self.fields:
                bound = self[name]
                target = bound.id_for_label or bound.auto_id or ""
                if isinstance(self.fields[name].widget, forms.RadioSelect):
                    target = f"{bound.auto_id}_0"
            found += [(target, str(error)) for error in errors]
        return found


class StepForm(CitizenForm):
    """One question; `typed` is the draft as it stands."""

    about: ClassVar[str] = "person"

    def __init__(self, *args: Any, typed: Typed, **kwargs: Any) -> None:
        self.typed = typed
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """The services' judgement of what is typed here, beside what was typed before."""
        cleaned = dict(super().clean() or {})
        merged = Typed(
            {**self.typed.answers, **cleaned}, (), self.typed.begun_at, self.typed.changed_at
        )
        judged = check_person(merged.person) if self.about == "person" else check_wish(merged.wish)
        for name, problem in judged.items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, problem)
        return cleaned


class WhatForm(StepForm):
    about = "wish"
    title = line(_("信息的名称"), _("例如：示例路道路改造工程的立项批复"))
    description = lines(
        _("内容描述"), _("不知道名称的，写明时间、地点、项目、文件种类等，便于机关查找")
    )
    document_number = line(_("文号（知道的话）"), _("例如：义政〔2024〕12号"))
    search_hint = lines(_("便于查找的其他线索（可以不写）"), rows=2)


class SupplyForm(StepForm):
    about = "wish"
    supply_form = one_of(_("提供形式"), FORM_LABELS)
    supply_way = one_of(_("获取方式"), WAY_LABELS)


class KindForm(StepForm):
    kind = one_of(_("申请人是"), KIND_LABELS)


class NameForm(StepForm):
    name = line(
        _("姓名"), _("与身份证明上的一致；少数民族文字、生僻字可以照写"), autocomplete="name"
    )
    representative = line(_("法定代表人或者负责人"))
    contact_name = line(_("联系人"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.typed.person.kind == ApplicantKind.NATURAL:
            del self.fields["representative"], self.fields["contact_name"]
        else:
            self.fields["name"].label = _("单位名称")
            self.fields["name"].help_text = _("与登记证照上的一致")
            self.fields["name"].widget.attrs["autocomplete"] = "organization"


class IdentityForm(StepForm):
    identity_kind = one_of(_("证件种类"), IDENTITY_LABELS)
    identity_number = line(_("证件号码"), _("加密保存，只有办理的机关能够查看"), autocomplete="off")


class ContactForm(StepForm):
    phone = line(_("联系电话"), autocomplete="tel", inputmode="tel")
    email = line(_("电子邮箱"), autocomplete="email", inputmode="email")
    address = line(_("通信地址"), _("选择邮寄的，请写到门牌号"), autocomplete="street-address")
    postcode = line(_("邮政编码"), autocomplete="postal-code", inputmode="numeric")


class AgentForm(StepForm):
    agent_name = line(_("代理人姓名"), _("没有委托别人办理的，这一页不用填"), autocomplete="off")
    agent_identity_number = line(_("代理人证件号码"), autocomplete="off")
    agent_phone = line(_("代理人电话"), autocomplete="off", inputmode="tel")


class HelpForm(StepForm):
    needs_help = forms.BooleanField(
        label=_("我有阅读困难或者视听障碍，需要机关提供帮助"),
        help_text=_("条例第四十三条：机关应当为有困难的申请人提供必要的帮助"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        return dict(forms.Form.clean(self) or {})


class SubmitForm(CitizenForm):
    """The end of the form. `website` is no field of the form: people do not see it."""

    website = forms.CharField(required=False)
    answer = line(_("请写出答案，证明您不是程序"), autocomplete="off", inputmode="numeric")


class TrackForm(CitizenForm):
    number = line(
        _("来件编号"),
        _("在回执上，例如 20260305-7K2MPQ8R"),
        autocomplete="off",
        autocapitalize="characters",
    )
    code = line(_("查询码"), _("回执上的12位字母和数字，大小写、横线不限"), autocomplete="off")

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        if not cleaned.get("number") and "number" not in self.errors:
            self.add_error("number", _("请填写来件编号。"))
        if not cleaned.get("code") and "code" not in self.errors:
            self.add_error("code", _("请填写查询码。"))
        return cleaned


class SupplyChangeForm(CitizenForm):
    supply_form = one_of(_("提供形式"), FORM_LABELS)
    supply_way = one_of(_("获取方式"), WAY_LABELS)


class CorrectionForm(CitizenForm):
    text = lines(_("补正的内容"), _("按照补正告知书逐项写明"), rows=8)


class ComplaintForm(CitizenForm):
    text = lines(_("投诉的内容"), _("写明什么事情、哪里不对"), rows=8)


class SlipForm(CitizenForm):
    """Only files."""


class WithdrawForm(CitizenForm):
    sure = forms.BooleanField(
        label=_("我知道撤回以后机关不再办理，确认撤回"),
        error_messages={"required": _("请勾选确认后再撤回。")},
    )


FORMS: Final[dict[str, type[StepForm]]] = {
    "what": WhatForm,
    "supply": SupplyForm,
    "kind": KindForm,
    "name": NameForm,
    "identity": IdentityForm,
    "contact": ContactForm,
    "agent": AgentForm,
    "help": HelpForm,
}

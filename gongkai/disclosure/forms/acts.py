"""Forms of single acts: decisions, reasons, the end of a document."""

from __future__ import annotations

from typing import Any

from django import forms

from gongkai.disclosure import pickers
from gongkai.disclosure.forms.fields import PickField, PickWidget
from gongkai.disclosure.models import Decision, DisclosedItem, Referral
from gongkai.organs.staff_views import StaffForm

NO_PERSON = "不得写姓名、身份证号码、手机号码等个人信息。"


class ConfirmForm(StaffForm):
    """Nothing but the confirmation itself, and what the person had before the eyes."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput())


class ReasonForm(StaffForm):
    """Why something is done; the public reads it where the act leaves a public trace."""

    reason = forms.CharField(
        label="原因",
        max_length=300,
        help_text=NO_PERSON,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"max_length": "最多300个字，现有%(show_value)s个字，请缩短。"},
    )


class OverrideForm(StaffForm):
    """Let one serious finding through, by name."""

    finding = forms.CharField(widget=forms.HiddenInput())
    reason = forms.CharField(
        label="放行理由",
        max_length=300,
        help_text=f"写明为什么这里不是问题，例如“公示中标单位的对公账号”。记入台账。{NO_PERSON}",
        widget=forms.Textarea({"rows": 3}),
    )


class DecisionForm(StaffForm):
    """The decision at a step. Aspects to be ticked are those of the step."""

    decision = forms.ChoiceField(label="决定", choices=(), widget=forms.RadioSelect())
    opinion = forms.CharField(
        label="意见",
        required=False,
        max_length=500,
        help_text="退回和提请确定的，写明要改什么、为什么；通过的可不写。",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"max_length": "意见最多500个字，现有%(show_value)s个字，请缩短。"},
    )
    basis = forms.CharField(
        label="依据",
        required=False,
        max_length=300,
        help_text="保密审查所依据的规定，例如“《保守国家秘密法》第九条”。",
    )
    proofread = forms.MultipleChoiceField(
        label="校对",
        required=False,
        choices=(),
        widget=forms.CheckboxSelectMultiple(),
        help_text="逐项核对后勾选，全部勾选才能通过。",
    )
    refer_to = forms.CharField(
        label="提请机关",
        required=False,
        max_length=120,
        help_text="不能确定能否公开的，提请有关主管部门或者保密行政管理部门确定。",
    )
    reply_due_on = forms.DateField(
        label="答复期限",
        required=False,
        help_text="提请确定的，填写对方应当答复的日期。",
        widget=forms.DateInput(),
        error_messages={"invalid": "请填写正确的日期，例如 2020-03-05。"},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, step: str, aspects: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(Decision.APPROVED, "通过"), (Decision.RETURNED, "退回修改")]
        if step == "secrecy":
            choices.append((Decision.REFERRED, "提请确定"))
        else:
            del self.fields["basis"]
            del self.fields["refer_to"]
            del self.fields["reply_due_on"]
        if step == "approval":
            choices[0] = (Decision.APPROVED, "同意发布")
        self.fields["decision"].choices = choices
        self.fields["proofread"].choices = [(one, one) for one in aspects]
        if not aspects:
            del self.fields["proofread"]
        self.fields["decision"].widget.attrs["data-gk-decision"] = ""


class RepealForm(StaffForm):
    """A document ends or is changed by another one."""

    kind = forms.ChoiceField(
        label="处理方式",
        choices=[("repealed", "废止"), ("amended", "修改")],
        widget=forms.RadioSelect(),
        initial="repealed",
    )
    on = forms.DateField(
        label="日期",
        help_text="自该日起废止，或者修改生效的日期。",
        widget=forms.DateInput(),
        error_messages={"invalid": "请填写正确的日期，例如 2020-03-05。"},
    )
    successor = PickField(
        label="作出这一决定的文件",
        required=False,
        help_text="废止或者修改它的文件，输入标题或文号查找。",
        widget=PickWidget(
            url_name="disclosure:find_items", many=False, hint="文件的索引号或发文字号"
        ),
    )
    note = forms.CharField(
        label="公开说明",
        max_length=300,
        help_text=f"显示在信息页面上，例如“根据义政〔2020〕9号文件废止”。{NO_PERSON}",
        widget=forms.Textarea({"rows": 2}),
    )

    def clean_successor(self) -> DisclosedItem | None:
        picked = self.cleaned_data["successor"]
        if not (picked["keys"] or picked["text"]):
            return None
        found = pickers.by_pick(self.user, picked)
        if found is None:
            raise forms.ValidationError(
                "没有找到这份文件，请核对索引号或发文字号；还没有发布的文件不能引用。"
            )
        return found


class ReplyForm(StaffForm):
    """What the competent department answered."""

    conclusion = forms.ChoiceField(
        label="答复结论", choices=Referral.Conclusion.choices, widget=forms.RadioSelect()
    )
    reply = forms.CharField(
        label="答复内容",
        max_length=500,
        help_text=f"摘要写明答复内容和文号。{NO_PERSON}",
        widget=forms.Textarea({"rows": 3}),
    )
    replied_on = forms.DateField(
        label="答复日期",
        widget=forms.DateInput(),
        error_messages={"invalid": "请填写正确的日期，例如 2020-03-05。"},
    )


class BatchForm(StaffForm):
    """One opinion for many items."""

    opinion = forms.CharField(
        label="意见",
        required=False,
        max_length=500,
        help_text="写入每一件；可不写。",
        widget=forms.Textarea({"rows": 2}),
    )
    proofread = forms.MultipleChoiceField(
        label="校对",
        required=False,
        choices=(),
        widget=forms.CheckboxSelectMultiple(),
        help_text="已对每一件逐项核对的，才能勾选。",
    )

    def __init__(self, *args: Any, aspects: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proofread"].choices = [(one, one) for one in aspects]
        if not aspects:
            del self.fields["proofread"]

"""Reviews and lawsuits: opened, corrected, concluded, voided."""

from __future__ import annotations

from typing import Any

from django import forms

from gongkai.foi.forms.fields import day, reason_field
from gongkai.foi.models import RemedyDuty, RemedyKind, RemedyResult, RemedyStage
from gongkai.organs.staff_views import OrganChoiceField, StaffForm

PENDING = "pending"
"""尚未审结 on forms; a case without result has the empty text."""


class CaseForm(StaffForm):
    """A review or a lawsuit: the body, the group of table four, the number."""

    organ = OrganChoiceField(
        action="foi.handle", include_abolished=True, label="被申请（被告）机关"
    )
    kind = forms.ChoiceField(label="类型", choices=[("", "请选择"), *RemedyKind.choices])
    number = forms.CharField(
        label="案号", max_length=100, help_text="复议或者诉讼的案号，同一机关内不重复。"
    )
    authority = forms.CharField(label="复议机关或者法院", max_length=200, required=False)
    filed_on = day("受理（立案）日期")
    request = forms.CharField(
        label="所涉申请编号",
        max_length=40,
        required=False,
        help_text="例如 〔2026〕3号。不针对某件申请的留空。",
    )


class CaseCorrectForm(CaseForm):
    """Everything of a case may have been entered wrongly, except whose it is."""

    result = forms.ChoiceField(label="结果", choices=[(PENDING, "尚未审结"), *RemedyResult.choices])
    concluded_on = day("审结日期", required=False)
    duty = forms.ChoiceField(
        label="需要履行的事项",
        required=False,
        choices=[("", "没有"), *RemedyDuty.choices],
        help_text="在这里更正不影响已经恢复计算的申请期限。",
    )
    duty_until = day("限定的履行日期", required=False)
    reason = reason_field("审结日期登记有误")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["organ"]

    def clean_result(self) -> str:
        result: str = self.cleaned_data["result"]
        return "" if result == PENDING else result


class ConcludeForm(StaffForm):
    result = forms.ChoiceField(label="结果", choices=RemedyResult.choices, widget=forms.RadioSelect)
    concluded_on = day("审结日期")
    arrived_on = day("收到文书日期", required=False)
    duty = forms.ChoiceField(
        label="需要履行的事项",
        required=False,
        choices=[("", "没有"), *RemedyDuty.choices],
        help_text="结果纠正并责令重新答复的，所涉申请自收到文书之日起恢复计算期限。",
    )
    duty_until = day("限定的履行日期", required=False)
    field_order = ("result", "concluded_on", "arrived_on", "duty", "duty_until")


class AdvanceForm(StaffForm):
    """The case goes on in the next instance."""

    stage = forms.ChoiceField(
        label="进入",
        choices=[choice for choice in RemedyStage.choices if choice[0] != RemedyStage.FIRST],
        widget=forms.RadioSelect,
    )


class FulfilForm(StaffForm):
    """What the decision ordered was done."""

    on = day("履行日期")


class VoidForm(StaffForm):
    reason = reason_field("重复登记")

"""Erasing who asked before its time, on the applicant's request."""

from __future__ import annotations

from typing import Any

from django import forms

from gongkai.foi.models import Intake
from gongkai.foi.services import retention
from gongkai.foi.views.base import FoiView
from gongkai.organs.staff_views import ServiceFormView, StaffForm


class EraseForm(StaffForm):
    reason = forms.CharField(
        label="理由",
        max_length=retention.MAX_REASON,
        help_text="例如“申请人书面要求删除”。理由记入台账，不要写姓名、号码。",
    )
    sure = forms.BooleanField(
        label="已核对来件编号，知道清除后不能恢复",
        error_messages={"required": "请先核对来件编号，再勾选。"},
    )


class IntakeErase(FoiView, ServiceFormView):
    """By the responsible person, once everything is done (个人信息保护法 Article 47)."""

    model = Intake
    action = retention.APPROVE
    select_related = ("organ", "request__organ", "applicant")
    form_class = EraseForm
    submit_label = "清除申请人信息"
    danger = True
    intro = (
        "清除申请人填写的全部个人信息、提交的身份证明等材料、短信和邮件的收件地址以及投诉内容。"
        "申请的编号、类别、日期、办理结果和已作出的文书不受影响，年度报告的数字不变。清除后不能恢复。"
    )
    success_message = "申请人信息已清除。"

    def get_title(self) -> str:
        return f"清除来件 {self.object.number} 的申请人信息"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        detail = self.url("intake_detail", self.object.pk)
        return [("来件", self.url("intake_list")), (self.object.number, detail)]

    def get_cancel_url(self) -> str:
        return self.get_breadcrumbs()[-1][1]

    def perform(self, form: Any) -> Any:
        return retention.erase_on_request(
            self.actor, self.object, reason=form.cleaned_data["reason"]
        )

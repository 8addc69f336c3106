"""Forms of the leaders' records."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from gongkai.disclosure.forms.acts import NO_PERSON
from gongkai.organs.staff_views import OrganChoiceField, StaffForm

LONG = {"rows": 4}


class LeaderForm(StaffForm):
    """What the public will read of a leader."""

    name = forms.CharField(label="姓名", max_length=40)
    position = forms.CharField(
        label="职务", max_length=80, help_text="例如“副市长”“局长”“党工委委员、副主任”。"
    )
    duties = forms.CharField(
        label="工作分工",
        max_length=1000,
        widget=forms.Textarea(LONG),
        help_text="主管或者分管的工作，一项一行。",
    )
    biography = forms.CharField(
        label="简历",
        max_length=3000,
        required=False,
        widget=forms.Textarea({"rows": 8}),
        help_text=f"一段经历一行。不写身份证号码、住址、家庭成员，{NO_PERSON}",
    )
    picture = forms.FileField(
        label="照片",
        required=False,
        help_text="JPG、PNG 或者 WebP，建议竖版证件照。照片中的拍摄地点等信息会自动去除。",
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
    )
    no_picture = forms.BooleanField(label="不用照片", required=False)
    office_phone = forms.CharField(
        label="办公电话", max_length=40, required=False, help_text="办公室的固定电话，可以不填。"
    )
    in_office_from = forms.DateField(label="任职日期", required=False, widget=forms.DateInput())
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def clean_in_office_from(self) -> Any:
        since = self.cleaned_data["in_office_from"]
        if since is not None and since > timezone.localdate():
            raise forms.ValidationError("任职日期不能晚于今天。")
        return since


class LeaderCreateForm(LeaderForm):
    organ = OrganChoiceField(action="disclosure.edit", label="机关")
    field_order = ("organ",)


class LeaderDecisionForm(StaffForm):
    """Approve what is on the screen, or send it back."""

    decision = forms.ChoiceField(
        label="决定",
        choices=[("approve", "同意公开"), ("return", "退回修改")],
        widget=forms.RadioSelect(),
        error_messages={"required": "请选择同意或者退回。"},
    )
    opinion = forms.CharField(
        label="意见",
        required=False,
        max_length=300,
        help_text="退回的，写明要改什么、为什么；同意的可以不写。",
        widget=forms.Textarea({"rows": 3}),
    )
    seen = forms.CharField(widget=forms.HiddenInput())


class EndOfficeForm(StaffForm):
    on = forms.DateField(
        label="离任日期",
        widget=forms.DateInput(),
        error_messages={"invalid": "请填写正确的日期，例如 2020-03-05。"},
    )

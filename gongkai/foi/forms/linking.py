"""How cases go together, who works on them, triage, and help of other bodies."""

from __future__ import annotations

from typing import Any

from django import forms

from gongkai.foi.forms.fields import day, reason_field
from gongkai.foi.forms.intake import AnyOrganField
from gongkai.foi.models import CaseLink, FoiRequest
from gongkai.foi.services.linking import handlers_of
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import StaffForm
from gongkai.statute.triage import QUESTIONS


class LinkForm(StaffForm):
    """What the comparison of two cases came to."""

    kind = forms.ChoiceField(
        label="比对结果",
        choices=[
            (CaseLink.Kind.REPEAT, "同一申请人就同一信息再次申请：疑似重复"),
            (CaseLink.Kind.RELATED, "不同的申请，但相关"),
            (CaseLink.Kind.DISTINCT, "没有关系，不再提示"),
        ],
        widget=forms.RadioSelect,
    )


class LinkByNumberForm(LinkForm):
    """The other case is named by its number."""

    number = forms.CharField(
        label="另一件申请的编号", max_length=40, help_text="本机关的申请，例如 〔2026〕3号。"
    )
    field_order = ("number", "kind")


class MergeForm(StaffForm):
    numbers = forms.CharField(
        label="并入的申请编号",
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text="同一申请人、尚未办结的申请，每行一个编号，例如 〔2026〕3号。",
    )


class SplitForm(StaffForm):
    descriptions = forms.CharField(
        label="分出的申请",
        max_length=5000,
        widget=forms.Textarea({"rows": 5}),
        help_text="每行写一件申请的内容，将各得一个编号；其余内容留在原申请中。",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AssignForm(StaffForm):
    """One who may handle the requests of all the bodies concerned."""

    handler = forms.ChoiceField(label="经办人")

    def __init__(self, *args: Any, organs: list[Organ], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {}
        for number, organ in enumerate(organs):
            able = {str(user.pk): user for user in handlers_of(organ)}
            self.people = (
                able if number == 0 else {k: v for k, v in self.people.items() if k in able}
            )
        field = self.fields["handler"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "请选择"),
            ("none", "不指定经办人"),
            *((key, user.display_name or user.username) for key, user in self.people.items()),
        ]


class HelpForm(StaffForm):
    organ = AnyOrganField(label="协办机关")
    question = forms.CharField(
        label="协办事项",
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text="对方只看到这段文字和本机关名称，看不到申请。不写申请人的信息。",
    )
    due_on = day(
        "请于何时前回复", required=False, help_text="留空为5个工作日。协办不影响答复期限。"
    )

    def __init__(self, *args: Any, but: Organ | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organ"]
        assert isinstance(field, AnyOrganField)
        field.narrow(but=but)


class AnswerForm(StaffForm):
    answer = forms.CharField(
        label="回复",
        max_length=2000,
        widget=forms.Textarea({"rows": 6}),
        help_text="不写个人信息。",
    )


class TriageForm(StaffForm):
    """The six questions; the seventh is where they lead."""

    note = forms.CharField(
        label="研判理由",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text="加密保存在案卷中。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in QUESTIONS:
            self.fields[question.key] = forms.ChoiceField(
                label=f"{question.step}：{question.label}",
                help_text=question.help_text,
                required=False,
                widget=forms.RadioSelect,
                choices=[
                    (a.key, f"{a.label}（{a.article}）" if a.article else a.label)
                    for a in question.answers
                ],
            )
        self.order_fields([*(q.key for q in QUESTIONS), "note"])

    def answers(self) -> dict[str, str]:
        """The answers given, by question."""
        return {q.key: self.cleaned_data.get(q.key, "") for q in QUESTIONS}


class HandOverForm(StaffForm):
    reason = reason_field("机构改革，职权由该机关承继", max_length=500)


def requests_by_number(organ: Organ, text: str) -> tuple[list[FoiRequest], list[str]]:
    """The body's requests with the numbers in a text (one a line, or with 、，), and the unknown."""
    for mark in "、，,;；\n\r\t":
        text = text.replace(mark, " ")
    numbers = list(dict.fromkeys(text.split()))
    found = {
        r.number: r
        for r in FoiRequest.objects.select_related("organ").filter(organ=organ, number__in=numbers)
    }
    return [found[n] for n in numbers if n in found], [n for n in numbers if n not in found]

"""Forms of the library of answers, of conversion and of suggestions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F, Q
from django.utils import timezone

from gongkai.catalogue.models import Column
from gongkai.foi.forms.fields import day
from gongkai.foi.models import Suggestion
from gongkai.organs.staff_views import OrganChoiceField, StaffForm
from gongkai.statute.exemptions import LIMBS
from gongkai.statute.outcomes import OUTCOMES

OUTCOME_CHOICES = [
    ("", "不限"),
    *((code, outcome.label) for code, outcome in OUTCOMES.items() if outcome.is_decision),
]
GROUND_CHOICES = [
    ("", "不限"),
    *((code, str(limb)) for code, limb in LIMBS.items() if limb.outcome),
]


class AnswerForm(StaffForm):
    organ = OrganChoiceField(action="foi.handle")
    title = forms.CharField(
        label="标题", max_length=100, help_text="例如“个人隐私——第三方不同意公开”。"
    )
    outcome = forms.ChoiceField(label="适用的处理结果", choices=OUTCOME_CHOICES, required=False)
    ground = forms.ChoiceField(label="适用的不予公开情形", choices=GROUND_CHOICES, required=False)
    article = forms.CharField(
        label="法律依据", max_length=200, required=False, help_text="例如“条例第十五条”。"
    )
    keywords = forms.CharField(
        label="关键词", max_length=200, required=False, help_text="用空格隔开，便于查找。"
    )
    body = forms.CharField(
        label="说理段落",
        max_length=4000,
        help_text="写成可以直接放进告知书的话，不写任何个人、单位名称和案号。",
        widget=forms.Textarea({"rows": 10}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, existing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if existing:
            del self.fields["organ"]


class ColumnField(forms.ModelChoiceField):
    """A column of the portal in which something may be published today."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent.title} › {obj.title}" if obj.parent is not None else str(obj.title)


class ConversionForm(StaffForm):
    title = forms.CharField(label="标题", max_length=200, help_text="不得写申请人的任何信息。")
    column = ColumnField(queryset=Column.objects.none(), label="栏目", empty_label="请选择")
    summary = forms.CharField(
        label="内容概述", max_length=300, required=False, widget=forms.Textarea({"rows": 3})
    )
    formed_on = day("成文（形成）日期", required=False)
    with_text = forms.BooleanField(
        label="把文件中的文字放进正文", required=False, initial=True,
        help_text="便于检索和无障碍阅读；文字过长的只作附件。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["column"].queryset = (  # type: ignore[attr-defined]
            Column.objects.filter(Q(closed_on=None) | Q(closed_on__gt=today))
            .select_related("parent")
            .order_by(F("parent__order").asc(nulls_first=True), "parent_id", "order", "slug")
        )


class SuggestionForm(StaffForm):
    text = forms.CharField(
        label="建议的内容", max_length=2000, widget=forms.Textarea({"rows": 4}),
        help_text="申请人认为应当让公众知晓的理由，加密保存。",
    )  # fmt: skip
    made_on = day("提出日期")


class SuggestionDecisionForm(StaffForm):
    decision = forms.ChoiceField(
        label="审核结果", choices=Suggestion.Decision.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label="审核理由",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text="不得写个人信息。",
    )

"""Forms of validity reviews and of interpretations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from gongkai.disclosure import pickers
from gongkai.disclosure.bulk.forms import DAY_INVALID, ColumnField, WithColumns
from gongkai.disclosure.forms.fields import PickField, PickWidget
from gongkai.disclosure.models import DisclosedItem, InterpretationForm, ReviewOutcome
from gongkai.organs.staff_views import OrganChoiceField, StaffForm


# -- validity reviews --------------------------------------------------------------------------
class RoundForm(StaffForm):
    """A round is opened."""

    organ = OrganChoiceField(action="disclosure.clean", label="组织清理的政府")
    year = forms.IntegerField(label="年度", min_value=2008, max_value=2100)
    deadline = forms.DateField(
        label="各单位提出意见的截止日期", widget=forms.DateInput(), error_messages=DAY_INVALID
    )
    title = forms.CharField(
        label="名称", required=False, max_length=120, help_text="不填则按政府名称和年度生成。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.localdate().year


class _SuccessorForm(StaffForm):
    """A form with a document that is looked for."""

    def successor_picked(self) -> DisclosedItem | None:
        picked = self.cleaned_data.get("successor") or {"keys": [], "text": []}
        if not picked["keys"] and not picked["text"]:
            return None
        found = pickers.by_pick(self.user, picked)
        if found is None:
            raise ValidationError({"successor": "没有找到这份文件，或者有几份同号，请重新选择。"})
        return found


def _item_field(label: str, *, required: bool, hint: str) -> PickField:
    return PickField(
        label=label,
        required=required,
        help_text=hint,
        widget=PickWidget(
            url_name="disclosure:find_items", many=False, hint="文件的索引号或发文字号"
        ),
    )


class ProposeForm(_SuccessorForm):
    """What a body proposes for one of its documents."""

    outcome = forms.ChoiceField(
        label="清理意见", choices=ReviewOutcome.choices, widget=forms.RadioSelect()
    )
    reason = forms.CharField(
        label="理由",
        max_length=240,
        widget=forms.Textarea({"rows": 3}),
        help_text="例如“上位法已修改，需相应调整”。",
    )
    valid_until = forms.DateField(
        label="新的有效期至",
        required=False,
        widget=forms.DateInput(),
        error_messages=DAY_INVALID,
        help_text="继续有效、需要延长有效期的填写：从这一天起不再有效。",
    )
    successor = _item_field(
        "替代文件", required=False, hint="废止或修改、已有新文件的，输入标题或文号查找。"
    )


class DecideForm(StaffForm):
    """What the office decides."""

    outcome = forms.ChoiceField(
        label="审核结果", choices=ReviewOutcome.choices, widget=forms.RadioSelect()
    )
    note = forms.CharField(
        label="审核意见",
        required=False,
        max_length=240,
        widget=forms.Textarea({"rows": 3}),
        help_text="与单位意见不同的，必须写明理由。",
    )


class NoteForm(StaffForm):
    note = forms.CharField(label="退回的原因", max_length=240, widget=forms.Textarea({"rows": 3}))


class CloseForm(StaffForm):
    on = forms.DateField(
        label="结果施行日期",
        widget=forms.DateInput(),
        error_messages=DAY_INVALID,
        help_text="废止、失效的文件自这一天起不再有效，并在公开页面注明。",
    )


class ResultForm(WithColumns):
    organ = OrganChoiceField(action="disclosure.edit", label="以哪个机关起草")
    column = ColumnField()


# -- interpretation ----------------------------------------------------------------------------
class ReasonForm(StaffForm):
    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea({"rows": 3}), help_text="记入台账。"
    )


class LinkForm(_SuccessorForm):
    """Which document an interpretation interprets."""

    successor = _item_field("所解读的文件", required=True, hint="输入标题或文号查找。")
    form = forms.ChoiceField(
        label="解读形式", required=False, choices=[("", "不改"), *InterpretationForm.choices]
    )

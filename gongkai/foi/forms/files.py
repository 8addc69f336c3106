"""Forms about files of a case and what is struck out of them."""

from __future__ import annotations

from typing import Any

from django import forms

from gongkai.foi.models import CaseFile
from gongkai.foi.services.redaction import GROUNDS, MAX_BLOCKS, MAX_REASON, Strike
from gongkai.organs.staff_views import StaffForm

Kind = CaseFile.Kind

ADDED_BY_STAFF = [
    (kind.value, kind.label) for kind in Kind if kind not in (Kind.REDACTED, Kind.REMEDY)
]
GROUND_CHOICES = [("", "请选择"), *((code, str(limb)) for code, limb in GROUNDS.items())]


class AddFileForm(StaffForm):
    kind = forms.ChoiceField(label="材料种类", choices=ADDED_BY_STAFF, initial=Kind.ORIGINAL)
    file = forms.FileField(
        label="文件",
        help_text="拟提供给申请人的文件，请选“拟提供的文件（原件）”；含有不宜公开内容的，加入后再作区分处理。",
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请检查后重新选择。"},
    )


class StrikeForm(forms.Form):
    """One block by numbers: what the mouse draws, and what can be typed instead."""

    page = forms.IntegerField(label="页", min_value=1)
    left = forms.IntegerField(label="左", min_value=0, max_value=1000)
    top = forms.IntegerField(label="上", min_value=0, max_value=1000)
    right = forms.IntegerField(label="右", min_value=0, max_value=1000)
    bottom = forms.IntegerField(label="下", min_value=0, max_value=1000)
    ground = forms.ChoiceField(label="不予公开情形", choices=GROUND_CHOICES, required=False)
    reason = forms.CharField(label="理由", max_length=MAX_REASON, required=False)

    def has_changed(self) -> bool:
        """A row in which no edge stands is an empty row, whatever page it was made for."""
        edges = ("left", "top", "right", "bottom")
        if self.is_bound and not any(self.data.get(self.add_prefix(name)) for name in edges):
            return False
        return super().has_changed()

    def strike(self) -> Strike:
        return Strike(**{name: self.cleaned_data[name] for name in Strike.__dataclass_fields__})


class BaseStrikes(forms.BaseFormSet):  # type: ignore[type-arg]
    """The rows of the screen; a row without any number is no block."""

    deletion_widget = forms.CheckboxInput

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "删除"

    def strikes(self) -> list[Strike]:
        return [
            form.strike()
            for form in self.forms
            if form.has_changed() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]


StrikeFormSet = forms.formset_factory(
    StrikeForm,
    formset=BaseStrikes,
    extra=0,
    can_delete=True,
    max_num=MAX_BLOCKS,
    absolute_max=MAX_BLOCKS + 100,
)


class DefaultsForm(forms.Form):
    """What new blocks begin with, and the text to look for."""

    new_ground = forms.ChoiceField(
        label="新画区域的不予公开情形", choices=GROUND_CHOICES, required=False
    )
    new_reason = forms.CharField(
        label="新画区域的理由",
        max_length=MAX_REASON,
        required=False,
        help_text="写进遮盖记录并随案卷保存，例如“自然人的联系电话”。不得写出被遮盖的内容。",
    )
    needle = forms.CharField(
        label="遮盖所有出现的文字",
        max_length=100,
        required=False,
        help_text="例如姓名、电话号码；各页中能查到的都会加上遮盖区域。",
    )


class AcceptForm(StaffForm):
    looked = forms.BooleanField(
        label="已逐页核对预览：该遮盖的都已遮盖，其余内容可以公开",
        required=True,
        error_messages={"required": "请逐页核对预览，确认无误后勾选。"},
    )
    result = forms.CharField(widget=forms.HiddenInput)

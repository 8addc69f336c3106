"""Forms of the registers: they read what was typed, the services judge and save it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from gongkai.organs.staff_views import OrganChoiceField, StaffForm
from gongkai.organs.staff_views.importing import ImportForm
from gongkai.registers.models import DecisionKind, DocumentKind, ItemKind
from gongkai.registers.registry import DECISIONS, DOCUMENTS, FEES, ITEMS, PROJECTS

NO_PERSON = "不得写姓名、身份证号码、手机号码等个人信息。"


def _day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(),
        error_messages={"invalid": "请填写正确的日期，例如 2020-03-05。"},
    )


def _kind(choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label="类别", choices=[("", "请选择"), *choices])


def _amount(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_digits=15,
        decimal_places=2,
        help_text="单位：元，最多两位小数。",
        error_messages={
            "invalid": "请填写阿拉伯数字，不要带单位和逗号。",
            "max_decimal_places": "最多两位小数。",
            "max_digits": "金额过大，请核对单位是否为元。",
            "max_whole_digits": "金额过大，请核对单位是否为元。",
            "min_value": "金额不能小于零。",
        },
    )


class RecordForm(StaffForm):
    """What all entry forms share. Without `organ` (an existing record) the body is fixed.

    `seen` holds when the record was last changed, so that a save over somebody else's change
    is noticed; `item` is typed as a code, and the view looks it up.
    """

    organ = OrganChoiceField(action="registers.edit", include_abolished=True)
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, existing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if existing:
            del self.fields["organ"]
        else:
            del self.fields["seen"]

    def clean_seen(self) -> datetime | None:
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None


class ItemForm(RecordForm):
    kind = _kind(ItemKind.choices)
    code = forms.CharField(label="事项编码", max_length=100, help_text="同一机关同一类别内不重复。")
    name = forms.CharField(label="事项名称", max_length=300, help_text=NO_PERSON)
    basis = forms.CharField(
        label="设定依据", max_length=1000, required=False, widget=forms.Textarea({"rows": 3})
    )
    valid_from = _day("生效日期")
    valid_until = _day(
        "失效日期", required=False, help_text="最后有效的一天（含当日）；仍有效的留空。"
    )


class DecisionForm(RecordForm):
    kind = _kind(DecisionKind.choices)
    document_number = forms.CharField(
        label="决定文号", max_length=100, help_text="同一机关同一类别内不重复。"
    )
    title = forms.CharField(label="决定名称", max_length=300, required=False, help_text=NO_PERSON)
    decided_on = _day("决定日期", help_text="作出决定之日，计入该日所在年度。")
    item = forms.CharField(
        label="所依事项编码",
        max_length=100,
        required=False,
        help_text="本机关同类“行政事项”的编码。",
    )


class DocumentForm(RecordForm):
    kind = _kind(DocumentKind.choices)
    document_number = forms.CharField(
        label="发文字号", max_length=100, help_text="同一机关内不重复。"
    )
    title = forms.CharField(label="标题", max_length=300)
    issued_on = _day("制发日期")
    published_on = _day("公开日期", required=False)
    repealed_on = _day("废止日期", required=False, help_text="自该日起废止；现行有效的留空。")
    expires_on = _day("有效期届满日期", required=False, help_text="没有有效期的留空。")


class FeeForm(RecordForm):
    receipt_number = forms.CharField(label="票据号", max_length=100)
    collected_on = _day("收费日期")
    amount = _amount("金额（元）")
    item = forms.CharField(
        label="收费项目编码",
        max_length=100,
        required=False,
        help_text="本机关“行政事项”中行政事业性收费的编码。",
    )


class ProjectForm(RecordForm):
    project_number = forms.CharField(label="项目编号", max_length=100)
    title = forms.CharField(label="项目名称", max_length=300)
    contracted_on = _day("合同签订日期")
    amount = _amount("合同金额（元）")


FORMS: dict[str, type[RecordForm]] = {
    ITEMS.name: ItemForm,
    DECISIONS.name: DecisionForm,
    DOCUMENTS.name: DocumentForm,
    FEES.name: FeeForm,
    PROJECTS.name: ProjectForm,
}


class ReasonForm(StaffForm):
    """Why a record is taken back or counts again."""

    reason = forms.CharField(
        label="原因",
        max_length=200,
        help_text=f"记入操作台账。{NO_PERSON}",
        widget=forms.Textarea({"rows": 2}),
    )


def with_reason(form_class: type[RecordForm]) -> type[RecordForm]:
    """The form of a correction: it asks for the reason as well."""
    reason = forms.CharField(
        label="更正原因",
        max_length=200,
        help_text=f"记入操作台账，例如“登记时日期有误”。{NO_PERSON}",
    )
    return type(f"Correct{form_class.__name__}", (form_class,), {"reason": reason})


class EndForm(StaffForm):
    valid_until = _day("失效日期", help_text="最后有效的一天（含当日）。")


class RepealForm(StaffForm):
    repealed_on = _day("废止日期", help_text="自该日起不再有效。")


class RegisterImportForm(ImportForm):
    organ = OrganChoiceField(
        action="registers.import",
        include_abolished=True,
        required=False,
        label="所属机关",
        help_text="文件中没有写机关代码的行属于这个机关。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.fields["organ"].queryset.values_list("code", flat=True)[:2]
        if len(own) == 1:
            self.fields["organ"].initial = own[0]

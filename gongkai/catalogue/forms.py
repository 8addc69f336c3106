"""Forms of this room: they read what was typed, the services judge and save it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from gongkai.catalogue.exchange.rows import RULE_NAMES
from gongkai.catalogue.models import (
    CHANNELS,
    CYCLES,
    CatalogueEntry,
    Column,
    ColumnKind,
    DutyState,
    Field,
    OccasionKind,
)
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import OrganChoiceField, StaffForm, StaffModelForm
from gongkai.organs.staff_views.importing import ImportForm

LONG = {"rows": 3}


def day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(),
        error_messages={"invalid": "请填写正确的日期，例如 2020-03-05。"},
    )


class VersionForm(StaffForm):
    organ = OrganChoiceField(action="catalogue.manage", label="编制政府")
    year = forms.IntegerField(label="版本年度", min_value=2019, max_value=2100)
    title = forms.CharField(label="名称", max_length=120, required=False,
                            help_text="留空为“〇〇人民政府基层政务公开标准目录”。")  # fmt: skip


class CopyForm(StaffForm):
    year = forms.IntegerField(label="新版本年度", min_value=2019, max_value=2100)


class InForceForm(StaffForm):
    on = day("施行日期", help_text="从这一天起机关按本版履行公开职责；原有的认领和说明自动沿用。")


class EntryImportForm(ImportForm):
    field_code = forms.ChoiceField(
        label="所属领域", required=False, help_text="表格自己没有写明领域时使用。"
    )
    level = forms.ChoiceField(
        label="公开层级",
        required=False,
        choices=[("", "按表格"), ("county", "县级"), ("township", "乡级")],
        help_text="表格没有“公开层级”一栏时使用。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = Field.objects.values_list("code", "name")
        self.fields["field_code"].choices = [("", "按表格"), *fields]  # type: ignore[attr-defined]
        self.fields[
            "file"
        ].help_text = (
            "官方版式的 XLSX（两级表头，每个领域一个工作表），或者本系统导出的 CSV、XLSX。"
        )


class EntryForm(StaffModelForm):
    """An entry of a draft. What is left open of the rule is read from 公开时限."""

    channels = forms.MultipleChoiceField(
        label="公开渠道和载体",
        required=False,
        choices=[(channel, channel) for channel in CHANNELS],
        widget=forms.CheckboxSelectMultiple,
    )
    other_channels = forms.CharField(
        label="其他渠道", required=False, max_length=200, help_text="几个渠道用分号分隔。"
    )

    class Meta:
        model = CatalogueEntry
        fields = (
            "field", "code", "seq", "level1", "level2", "elements", "basis", "time_limit_text",
            "limit_days", "day_type", "trigger", "cycle", "cycle_by", "notice_days", "subject",
            "channels", "other_channels", "audience_all", "audience_specific", "mode_proactive",
            "mode_on_request", "level_county", "level_township", "pii_risk", "pii_rule",
            "coverage_test", "confidence", "columns",
        )  # fmt: skip
        widgets = {
            name: forms.Textarea({"rows": 2}) for name in ("level1", "level2", "elements", "basis")
        }
        help_texts = {
            "elements": "用顿号或分号分隔各要素，系统据此核对公开的内容是否齐全。",
            "time_limit_text": "照标准目录填写；天数、起算和周期可由系统读出。",
            "limit_days": "留空时从“公开时限”读出；读不出的按法定20个工作日。",
            "cycle_by": "周期内的截止日：每年写 09-30，每月写 10。",
            "notice_days": "公示至少几个工作日。",
            "confidence": "没有对照部委指引的，写“待核”。",
            "columns": "信息发布在哪些栏目；施行以后也可以改。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seq"].required = False
        self.fields["seq"].help_text = "留空为本领域的下一个序号。"
        for name in RULE_NAMES:
            self.fields[name].required = False
        self.fields["cycle"].choices = [  # type: ignore[attr-defined]
            ("", "按公开时限读出"),
            *CYCLES,
        ]
        if self.instance.pk is None:
            self.initial["cycle"] = ""
        columns = Column.objects.filter(closed_on=None).select_related("parent")
        self.fields["columns"].queryset = columns  # type: ignore[attr-defined]
        own = [c for c in (self.instance.channels or []) if c not in CHANNELS]
        self.initial["other_channels"] = "；".join(own)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        more = data.pop("other_channels", "").replace("；", ";").split(";")
        data["channels"] = [
            *(data.get("channels") or []),
            *(channel.strip() for channel in more if channel.strip()),
        ]
        return data

    def _post_clean(self) -> None:
        """The service validates the entry as a whole, once what was left open is filled in."""


class EntryColumnsForm(StaffForm):
    columns = forms.ModelMultipleChoiceField(
        label="对应栏目", queryset=Column.objects.none(), required=False,
        widget=forms.SelectMultiple({"size": 12}),
        help_text="按住 Ctrl 可以选择几个。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = Column.objects.filter(closed_on=None)
        self.fields["columns"].queryset = columns  # type: ignore[attr-defined]


class ReasonForm(StaffForm):
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(LONG))


class StatementForm(StaffForm):
    state = forms.ChoiceField(
        label="说明",
        choices=[
            ("", "请选择"),
            (DutyState.EMPTY, "本期无此类信息"),
            (DutyState.NOT_APPLICABLE, "不涉及（本机关没有这项职能）"),
        ],
    )
    reason = forms.CharField(
        label="理由", max_length=200, widget=forms.Textarea(LONG), help_text="理由会公开显示。"
    )
    valid_until = day("说明有效至", help_text="最长一年，到期后重新说明或者认领。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].initial = timezone.localdate() + timedelta(days=365)


class RuleForm(StatementForm):
    """One statement for many entries of many bodies."""

    organs = forms.CharField(
        label="机关代码",
        widget=forms.Textarea(LONG),
        help_text="一行一个，或者用逗号分隔。",
    )
    field_code = forms.ChoiceField(label="领域", required=False)
    words = forms.CharField(
        label="事项中的词",
        required=False,
        max_length=100,
        help_text="一级事项、二级事项或者公开主体含有其中一个词；几个词用空格分隔。",
    )
    field_order = ("organs", "field_code", "words", "state", "reason", "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = Field.objects.values_list("code", "name")
        self.fields["field_code"].choices = [("", "全部领域"), *fields]  # type: ignore[attr-defined]

    def clean_organs(self) -> list[Organ]:
        return organs_of(self.cleaned_data["organs"])


def organs_of(text: str) -> list[Organ]:
    """The bodies whose codes were typed. Raises ValidationError for an unknown one."""
    codes = [code for code in text.replace("，", ",").replace(",", "\n").split() if code]
    found = {organ.code: organ for organ in Organ.objects.filter(code__in=codes)}
    unknown = [code for code in codes if code not in found]
    if unknown:
        raise forms.ValidationError(f"没有这些机构代码：{'、'.join(unknown[:10])}，请核对。")
    return [found[code] for code in dict.fromkeys(codes)]


class ReviewForm(StaffForm):
    accepted = forms.ChoiceField(
        label="意见", choices=[("", "请选择"), ("yes", "同意"), ("no", "不同意，退回机关认领")]
    )
    opinion = forms.CharField(label="说明", max_length=200, required=False)


class DutyColumnForm(StaffForm):
    column = forms.ModelChoiceField(
        label="发布栏目", queryset=Column.objects.none(), required=False,
        help_text="留空为标准目录所对应的栏目。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = Column.objects.filter(closed_on=None)
        self.fields["column"].queryset = columns  # type: ignore[attr-defined]


class OccasionForm(StaffForm):
    kind = forms.ChoiceField(label="事由")
    happened_on = day(
        "发生日期", help_text="形成、变更、批准、批复的那一天；事前公开的写拟实施日期。"
    )
    label = forms.CharField(label="说明", max_length=200, help_text="例如“2024年部门预算批复”。")

    def __init__(self, *args: Any, kinds: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        field.choices = [(k, OccasionKind(k).label) for k in kinds]  # type: ignore[attr-defined]


class SubjectForm(StaffForm):
    organs = forms.CharField(
        label="机关代码",
        required=False,
        widget=forms.Textarea(LONG),
        help_text="一行一个，或者用逗号分隔；留空则恢复按名称识别。",
    )

    def clean_organs(self) -> list[Organ]:
        return organs_of(self.cleaned_data["organs"])


class ColumnForm(StaffForm):
    title = forms.CharField(label="栏目名称", max_length=60)
    slug = forms.SlugField(
        label="网址标识",
        max_length=60,
        help_text="小写字母、数字和连字符，例如 zfxxgkzn；更改后，原网址自动转到新网址。",
        error_messages={"invalid": "只能用字母、数字、连字符和下划线。"},
    )
    kind = forms.ChoiceField(label="类型", choices=[("", "请选择"), *ColumnKind.choices])
    parent = forms.ModelChoiceField(
        label="上级栏目", queryset=Column.objects.none(), required=False,
        help_text="留空为一级栏目。",
    )  # fmt: skip
    owner = OrganChoiceField(action="catalogue.manage", label="责任单位")
    max_age_days = forms.IntegerField(
        label="最长不更新天数", required=False, min_value=1, max_value=3660,
        help_text="超过这些天没有更新即提醒；留空为不检查。",
    )  # fmt: skip
    description = forms.CharField(
        label="栏目说明", max_length=300, required=False, widget=forms.Textarea(LONG),
        help_text="本栏目公开哪些信息，写给公众看；也用作网页的栏目描述。",
    )  # fmt: skip
    empty_note = forms.CharField(
        label="暂无内容的说明", max_length=200, required=False,
        help_text="栏目确实没有内容时填写，例如“本市没有规章制定权”；公众会看到说明和日期。",
    )  # fmt: skip
    empty_note_on = day("说明日期", required=False)
    empty_note_until = day("说明有效至", required=False, help_text="最长一年，到期后重新说明。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = Column.objects.filter(closed_on=None)
        self.fields["parent"].queryset = columns  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A note without dates is stated today for a year; without a note there are no dates."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("empty_note"):
            data["empty_note_on"] = data.get("empty_note_on") or timezone.localdate()
            if "empty_note_until" in data and data["empty_note_until"] is None:
                data["empty_note_until"] = data["empty_note_on"] + timedelta(days=365)
        elif "empty_note" in data:
            data["empty_note_on"] = data["empty_note_until"] = None
        return data


class TopicForm(StaffForm):
    alias = forms.CharField(
        label="本地名称", max_length=60, required=False, help_text="留空则使用全国名称。"
    )


class FieldForm(StaffForm):
    code = forms.RegexField(
        r"\A[A-Za-z][A-Za-z0-9]{1,11}\Z",
        label="领域代码",
        error_messages={"invalid": "2至12个字母或数字，以字母开头，例如 ZWJ。"},
    )
    name = forms.CharField(label="领域名称", max_length=40)
    guided_by = forms.CharField(label="指引制定部门", max_length=60, required=False)

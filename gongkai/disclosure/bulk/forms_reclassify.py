"""The form of a bulk reclassification: which items, and what about them changes."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from gongkai.catalogue.models import CatalogueEntry, Column, StandardCatalogue, Topic
from gongkai.disclosure.bulk.forms import DAY_INVALID, ColumnField
from gongkai.disclosure.forms.fields import column_choices, open_columns, topic_choices
from gongkai.disclosure.models import DocumentKind
from gongkai.organs.staff_views import OrganChoiceField, StaffForm
from gongkai.statute import proactive

_WORDS: Final = re.compile(r"[\s,，;；、]+")


class ReclassifyForm(StaffForm):
    """Which items, and what about them changes."""

    numbers = forms.CharField(
        label="索引号、原索引号或发文字号",
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="粘贴一列号码，换行或逗号隔开。填写后只办理这些信息。",
    )
    table = forms.FileField(
        label="或上传号码表",
        required=False,
        help_text="CSV 或 XLSX，含“索引号”“原索引号”或“发文字号”列。",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.xls"}),
    )
    organ = OrganChoiceField(
        action="disclosure.import", required=False, include_abolished=True, label="机关"
    )
    from_column = forms.ModelChoiceField(
        label="现在的栏目", queryset=Column.objects.none(), required=False
    )
    kind = forms.ChoiceField(
        label="文件类别", required=False, choices=[("", "全部"), *DocumentKind.choices]
    )
    words = forms.CharField(label="标题含有", required=False, max_length=60)
    published_from = forms.DateField(
        label="发布日期自", required=False, widget=forms.DateInput(), error_messages=DAY_INVALID
    )
    published_until = forms.DateField(
        label="发布日期至", required=False, widget=forms.DateInput(), error_messages=DAY_INVALID
    )
    column = ColumnField(label="改到栏目", required=False)
    topic = forms.ModelChoiceField(
        label="主题分类改为", queryset=Topic.objects.none(), required=False
    )
    statutory_item = forms.ChoiceField(label="法定公开内容改为", required=False, choices=())
    mounts_add = forms.ModelMultipleChoiceField(
        label="增加“同时显示在”", queryset=Column.objects.none(), required=False
    )
    mounts_remove = forms.ModelMultipleChoiceField(
        label="去掉“同时显示在”", queryset=Column.objects.none(), required=False
    )
    entries_add = forms.CharField(
        label="增加标准目录事项",
        required=False,
        help_text="现行标准目录的事项编码，用顿号隔开。",
    )
    entries_remove = forms.CharField(
        label="去掉标准目录事项", required=False, help_text="事项编码，用顿号隔开。"
    )
    reason = forms.CharField(
        label="调整原因", max_length=300, help_text="例如“栏目合并”。记入台账。"
    )
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput())
    keys = forms.CharField(required=False, widget=forms.HiddenInput())

    WHICH: Final = (
        "numbers", "table", "organ", "from_column", "kind", "words", "published_from",
        "published_until",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = Column.objects.all()
        shown = column_choices(everything)
        for name in ("from_column", "mounts_add", "mounts_remove"):
            field: Any = self.fields[name]
            field.queryset = everything
            field.choices = [("", "全部"), *shown] if name == "from_column" else shown
            if name != "from_column":
                field.widget.attrs["size"] = 6
        self.fields["kind"].choices = [("", "全部"), *DocumentKind.choices]
        topic: Any = self.fields["topic"]
        topic.queryset = Topic.objects.all()
        topic.choices = [("", "不改"), *topic_choices()]
        column: Any = self.fields["column"]
        column.queryset = open_columns()
        column.choices = [("", "不改"), *column_choices(open_columns())]
        self.fields["statutory_item"].choices = [
            ("", "不改"),
            *((code, str(item)) for code, item in proactive.ITEMS.items()),
        ]

    def clean_entries_add(self) -> list[int]:
        return self._entries("entries_add")

    def clean_entries_remove(self) -> list[int]:
        return self._entries("entries_remove")

    def _entries(self, name: str) -> list[int]:
        codes = [word for word in _WORDS.split(self.cleaned_data.get(name, "")) if word]
        entries = CatalogueEntry.objects.filter(code__in=codes)
        if name == "entries_add":
            entries = entries.filter(catalogue__state=StandardCatalogue.State.IN_FORCE)
        found = list(entries.values_list("pk", "code"))
        missing = sorted(set(codes) - {code for _, code in found})
        if missing:
            raise ValidationError(f"没有编码为“{'、'.join(missing)}”的事项，请核对。")
        return [pk for pk, _ in found]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not any(cleaned.get(name) for name in (*self.WHICH, "keys")):
            raise ValidationError("请先选择要调整哪些信息：粘贴号码，或至少填写一个条件。")
        return cleaned

    def changes(self) -> dict[str, Any]:
        """What the service takes."""
        names = (
            "column", "topic", "statutory_item", "mounts_add", "mounts_remove", "entries_add",
            "entries_remove",
        )  # fmt: skip
        found = {name: self.cleaned_data.get(name) for name in names}
        return {
            name: list(value) if isinstance(value, QuerySet) else value
            for name, value in found.items()
            if value
        }


class UndoForm(StaffForm):
    reason = forms.CharField(label="撤销原因", max_length=300)

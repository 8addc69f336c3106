"""Forms of bulk work: they read what was typed, the services judge it."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from gongkai.catalogue.models import Column
from gongkai.disclosure.bulk import profiles
from gongkai.disclosure.forms.fields import (
    column_choices,
    open_columns,
)
from gongkai.disclosure.models import (
    DocumentKind,
    MigrationSource,
)
from gongkai.organs.staff_views import ImportForm, OrganChoiceField, StaffForm

ARCHIVE_TIMES: Final = 4
"""An archive of many files may be so many times as large as a single upload."""
_WORDS: Final = re.compile(r"[\s,，;；、]+")
DAY_INVALID: Final = {"invalid": "请填写正确的日期，例如 2020-03-05。"}


class ColumnField(forms.ModelChoiceField):
    """One of the columns in which something may be published today, as a tree."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "栏目")
        super().__init__(queryset=Column.objects.none(), **kwargs)

    def offer(self) -> None:
        """Read the columns anew (done by the forms)."""
        columns = open_columns()
        self.queryset = columns
        empty = [] if self.required and self.initial else [("", "请选择")]
        self.choices = [*empty, *column_choices(columns)]


class WithColumns(StaffForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, ColumnField):
                field.offer()


# -- import ------------------------------------------------------------------------------------
class ItemImportForm(WithColumns, ImportForm):
    """The table, the files beside it, and what rows that say nothing belong to."""

    archive = forms.FileField(
        label="附件压缩包",
        required=False,
        help_text="表格“附件”“正文文件”两列提到的文件，打成一个 ZIP。没有附件的不用上传。",
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )
    organ = OrganChoiceField(
        action="disclosure.import",
        required=False,
        help_text="表格没有“机关代码”列，或者某行没有填写时，归到这个机关。",
    )
    column = ColumnField(
        required=False, help_text="表格没有“栏目”列，或者某行没有填写时，放进这个栏目。"
    )
    mode = forms.ChoiceField(
        label="导入为",
        choices=[
            ("draft", "草稿：逐条送审后发布"),
            ("published", "历史数据：已在别处发布过，保留原发布日期，直接公开"),
        ],
        widget=forms.RadioSelect(),
        initial="draft",
        help_text="历史数据不再走审核流程，内容审查有严重问题的行会被拒绝。",
    )
    archive_token = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who has one body alone need not choose it.
        organ: Any = self.fields["organ"]
        only = organ.queryset.values_list("code", flat=True)[:2]
        if len(only) == 1:
            organ.initial = only[0]

    def clean_archive(self) -> Any:
        upload = self.cleaned_data.get("archive")
        limit = ARCHIVE_TIMES * settings.UPLOAD_MAX_MB
        if upload and upload.size > limit * 1024 * 1024:
            raise ValidationError(
                f"压缩包有{upload.size / 1048576:.0f}MB，超过{limit}MB的上限。"
                "请分批导入，或由管理员在服务器上用命令导入。"
            )
        return upload


# -- migration ---------------------------------------------------------------------------------
class LinesField(forms.CharField):
    """One value a line; cleans to a list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea({"rows": 4}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class MappingField(forms.CharField):
    """A mapping as JSON text."""

    widget = forms.Textarea({"rows": 6, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return json.dumps(value, ensure_ascii=False, indent=2) if value else ""
        return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip()
        if not text:
            return {}
        try:
            return json.loads(text)
        except ValueError as error:
            raise ValidationError(f"不是有效的 JSON：{error}。请检查引号和括号。") from None


class SourceForm(WithColumns):
    """An existing site and how its pages are read."""

    organ = OrganChoiceField(action="disclosure.import")
    name = forms.CharField(label="名称", max_length=80, help_text="例如“旧网站通知公告”。")
    profile = forms.ChoiceField(
        label="页面类型", choices=(), help_text="不清楚的选“通用”，试读时会提示像哪一种。"
    )
    lists = LinesField(
        label="列表页网址",
        help_text="一行一个。翻页有规律的，页码处写 {page}（按条数的写 {start}、{end}）；"
        "没有规律的只写第一页，沿“下一页”翻。",
    )
    first_page = forms.IntegerField(label="起始页码", initial=1, min_value=0)
    last_page = forms.IntegerField(
        label="最后页码", required=False, min_value=0, help_text="不填则翻到没有新内容为止。"
    )
    page_size = forms.IntegerField(label="每页条数", initial=20, min_value=1, max_value=1000)
    hosts = LinesField(
        label="允许访问的主机",
        required=False,
        help_text="一行一个，例如 www.example.gov.cn。不填则只访问列表页所在的主机。",
        widget=forms.Textarea({"rows": 2}),
    )
    own_site = forms.BooleanField(
        label="这是本单位的网站",
        required=False,
        help_text="他人的网站按其 robots.txt 的限制访问，本单位的网站不受限。",
    )
    per_second = forms.DecimalField(
        label="每秒请求数",
        initial=2,
        min_value=0.1,
        max_value=20,
        max_digits=4,
        decimal_places=1,
        help_text="对方服务器较旧的，请调小。",
    )
    column = ColumnField(label="目标栏目")
    document_kind = forms.ChoiceField(
        label="默认文件类别", choices=DocumentKind.choices, initial=DocumentKind.INFORMATION
    )
    mapping = MappingField(
        label="字段对应",
        required=False,
        help_text="JSON，可不填。例如 {“page”: {“body”: [“#zoom”]}, “columns”: {“通知公告”: “tzgg”}}，"
        "写法见使用说明。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["profile"].choices = profiles.choices()

    @staticmethod
    def initial_of(source: MigrationSource) -> dict[str, Any]:
        names = [name for name in SourceForm.base_fields if name not in ("organ", "column")]
        found = {name: getattr(source, name) for name in names}
        return {**found, "organ": source.organ.code, "column": source.column_id}


class RunForm(StaffForm):
    """How a run goes."""

    mode = forms.ChoiceField(
        label="做什么",
        choices=[
            ("dry", "试读：取回并读懂网页，列出问题，不导入"),
            ("draft", "导入为草稿：逐条送审后发布"),
            ("published", "导入为历史数据：保留原发布日期，直接公开"),
        ],
        widget=forms.RadioSelect(),
        initial="dry",
    )
    anew = forms.BooleanField(
        label="重新翻一遍列表页",
        required=False,
        help_text="旧网站后来又发布了新信息时勾选；已取回的网页不会再取。",
    )

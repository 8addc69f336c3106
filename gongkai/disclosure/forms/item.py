"""The form of an item: few fields first, the rest folded with what is proposed for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from gongkai.catalogue.models import CatalogueEntry, Column, Topic
from gongkai.disclosure import pickers
from gongkai.disclosure.forms.fields import (
    EditorWidget,
    IssuersField,
    KeywordsField,
    MomentInput,
    PickField,
    PickWidget,
    column_choices,
    open_columns,
    topic_choices,
)
from gongkai.disclosure.forms.files import AttachmentsField
from gongkai.disclosure.forms.sections import SECTIONS
from gongkai.disclosure.models import (
    DisclosedItem,
    DisclosureAttribute,
    DocumentKind,
    Genre,
    InterpretationForm,
)
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import OrganChoiceField, StaffForm
from gongkai.statute import document_numbers, exemptions, proactive


def _day(label: str, help_text: str = "", *, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(),
        error_messages={"invalid": "请填写正确的日期，例如 2020-03-05。"},
    )


def _moment(label: str, help_text: str = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        help_text=help_text,
        widget=MomentInput(),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"],
        error_messages={"invalid": "请填写正确的日期和时间，例如 2020-03-05 09:00。"},
    )


def _choice(label: str, choices: Any, help_text: str = "", empty: str = "请选择") -> Any:
    return forms.ChoiceField(
        label=label, required=False, help_text=help_text, choices=[("", empty), *choices]
    )


def _text(label: str, limit: int, help_text: str = "", *, rows: int = 0) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=limit,
        required=False,
        help_text=help_text,
        widget=forms.Textarea({"rows": rows}) if rows else forms.TextInput(),
        error_messages={"max_length": f"最多{limit}个字，现有%(show_value)s个字，请缩短。"},
    )


class ItemForm(StaffForm):
    """All that a version says. `item`: the newest version, of an existing item."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    organ = OrganChoiceField(
        action="disclosure.edit",
        label="公开责任机关",
        help_text="制作或者最初获取这条信息的机关（条例第十条）。",
    )
    title = forms.CharField(
        label="标题",
        max_length=200,
        help_text="写全称，与文件标题一致。",
        error_messages={"max_length": "标题最多200个字，现有%(show_value)s个字，请缩短。"},
    )
    column = forms.ModelChoiceField(
        label="栏目",
        queryset=Column.objects.none(),
        help_text="读者在网站的哪个栏目里找到它。",
        error_messages={"invalid_choice": "没有这个栏目，或者栏目已停用，请重新选择。"},
    )
    formed_on = _day(
        "成文（形成）日期", "落款的日期；没有落款的，填信息形成的那一天。", required=True
    )
    body = forms.CharField(
        label="正文",
        required=False,
        max_length=500_000,
        help_text="可从 Word、微信直接粘贴，多余的格式自动清理。按 Alt+F10 进入工具栏。",
        widget=EditorWidget(),
        error_messages={"max_length": "正文太长（超过50万字符），请把附表作为附件上传。"},
    )
    attachments = AttachmentsField(
        label="附件",
        required=False,
        help_text="PDF、Word、Excel、WPS、文本和图片。发布前会检查其中的个人信息。",
    )
    correction_note = _text(
        "更正（更新）说明",
        300,
        "公开显示在信息下方，写明改了什么、为什么，例如“更正附件2中的补贴标准”。",
        rows=2,
    )

    document_kind = forms.ChoiceField(label="文件类别", choices=DocumentKind.choices)
    genre = _choice("体裁", Genre.choices)
    document_number = _text(
        "发文字号", 100, "例如“义政〔2020〕5号”；括号和全角数字会自动规范。没有字号的留空。"
    )
    registration_number = _text("规范性文件登记号", 60)
    issuers = IssuersField(
        label="发文机关",
        required=False,
        help_text="联合发文的逐个填写，牵头机关写在第一个。只有本机关发文的可不填。",
    )

    mounts = forms.ModelMultipleChoiceField(
        label="同时显示在",
        queryset=Column.objects.none(),
        required=False,
        help_text="同一条信息显示在几个栏目，不必重复发布。按住 Ctrl 可选多个。",
        widget=forms.SelectMultiple({"size": 6}),
    )
    topic = forms.ModelChoiceField(label="主题分类", queryset=Topic.objects.none(), required=False)
    statutory_item = _choice(
        "法定公开内容", (), "对应条例第二十条、第二十一条的哪一项。", "不属于或不清楚"
    )
    entries = PickField(
        label="标准目录事项",
        required=False,
        help_text="输入事项名称中的两个字以上查找。",
        widget=PickWidget(
            url_name="disclosure:find_entries", many=True, hint="事项编码，多个用“、”隔开"
        ),
    )
    keywords = KeywordsField(
        label="关键词", required=False, max_length=120, help_text="最多5个，用“、”隔开。"
    )
    audience = _text("公开对象", 120, "全社会都可查看的留空。")
    summary = _text("内容概述", 300, "一两句话说明主要内容，显示在列表和搜索结果中。", rows=3)

    changed_on = _day("变更日期", "内容最近一次变更的日期；没有变更过的留空。")
    effective_from = _day("施行日期")
    valid_until = _day("有效期至", "自这一天起不再有效；长期有效的留空。")

    disclosure_attribute = forms.ChoiceField(
        label="公开属性", choices=DisclosureAttribute.choices, widget=forms.RadioSelect()
    )
    exemption = _choice("不主动公开的法定情形", (), "条例第十三条至第十六条。")
    attribute_reason = _text("理由", 500, "结合这条信息的内容写明为什么符合上述情形。", rows=3)
    attribute_basis = _text(
        "依据材料或征求意见情况",
        500,
        "国家秘密写定密依据；涉及第三方的写征求意见的情况；其他情形写核对过的规定。",
        rows=3,
    )

    needs_interpretation = forms.BooleanField(
        label="这份文件需要解读", required=False, help_text="涉及群众切身利益的政策文件应当解读。"
    )
    interpretation_exemption = _text("不解读的理由", 300, "规范性文件不配发解读的，写明理由。")
    interprets = PickField(
        label="所解读的文件",
        required=False,
        help_text="本条信息是解读材料时填写：输入文件标题或文号查找。",
        widget=PickWidget(
            url_name="disclosure:find_items", many=False, hint="文件的索引号或发文字号"
        ),
    )
    interpretation_form = _choice("解读形式", InterpretationForm.choices)

    source = _text("信息来源", 120, "转载的写来源单位，例如“国务院办公厅”。")
    source_url = forms.URLField(
        label="转载来源网址",
        max_length=500,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "请填写完整的网址，以 https:// 或 http:// 开头。"},
    )
    source_published_at = _moment("来源发布时间")

    go_live_at = _moment("定时发布时间", "审批通过后到这个时间自动发布。")
    expire_at = _moment("定时下架时间", "到这个时间自动下架，并公开显示下架说明。")

    def __init__(
        self,
        *args: Any,
        item: DisclosedItem | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        if item is None:
            del self.fields["seen"]
        else:
            del self.fields["organ"]
        if item is None or item.published_at is None:
            del self.fields["correction_note"]
        self.fields["attachments"].widget.user = self.user
        self._offer_columns()
        self.fields["topic"].queryset = Topic.objects.all()
        self.fields["topic"].choices = [("", "请选择"), *topic_choices()]
        self.fields["statutory_item"].choices = [
            ("", "不属于或不清楚"),
            *_grouped((code, one.label, one.group) for code, one in proactive.ITEMS.items()),
        ]
        self.fields["exemption"].choices = [
            ("", "请选择"),
            *((limb.code, str(limb)) for limb in exemptions.LIMBS.values()),
        ]
        for name in ("exemption", "attribute_reason", "attribute_basis"):
            self.fields[name].widget.attrs["data-gk-attribute"] = ""
        self._show_chosen()

    # -- what is offered ----------------------------------------------------------------------

    def _offer_columns(self) -> None:
        item = self.item
        also = [item.column_id, *(one.pk for one in item.mounts.all())] if item else []
        columns = open_columns(also)
        choices = column_choices(columns)
        self.fields["column"].queryset = self.fields["mounts"].queryset = columns
        self.fields["column"].choices = [("", "请选择"), *choices]
        self.fields["mounts"].choices = choices

    def _show_chosen(self) -> None:
        """Labels of what is picked already, in two statements at most."""
        entries = self._raw("entries")
        if entries:
            rows = CatalogueEntry.objects.filter(pk__in=entries).select_related("field")
            self.fields["entries"].widget.chosen = [
                (str(one.pk), pickers.entry_label(one)) for one in rows
            ]
        interprets = self._raw("interprets")
        if interprets:
            found = pickers.linkable(self.user, Q(pk__in=interprets))
            self.fields["interprets"].widget.chosen = [
                (str(one.pk), pickers.item_label(one)) for one in found
            ]
        if self.item is not None:
            self.fields["interprets"].widget.exclude = str(self.item.pk)

    def _raw(self, name: str) -> list[int]:
        if self.is_bound:
            keys = self.data.getlist(name)
        else:
            keys = (self.initial.get(name) or {}).get("keys", [])
        return [int(key) for key in keys if str(key).isdigit() and len(str(key)) < 19]

    # -- what was typed -----------------------------------------------------------------------

    def clean_document_number(self) -> str:
        return document_numbers.normalise(self.cleaned_data["document_number"])

    @property
    def body_of(self) -> Organ | None:
        """The body responsible, as far as it is known."""
        return self.item.organ if self.item else self.cleaned_data.get("organ")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "entries" in cleaned:
            cleaned["entries"] = self._entries(cleaned["entries"])
        if "interprets" in cleaned:
            cleaned["interprets"] = self._interpreted(cleaned["interprets"])
        if cleaned.get("disclosure_attribute") != DisclosureAttribute.PROACTIVE:
            stated = {"reason"} if cleaned.get("attribute_reason") else set()
            if cleaned.get("attribute_basis"):
                stated |= {"evidence", "consultation", "duty_checked"}
            code = cleaned.get("exemption", "")
            for words in exemptions.missing(code, cleaned.get("disclosure_attribute", ""), stated):
                known = code in exemptions.LIMBS and "不能作为" not in words
                basis = known and "reason" in stated
                self.add_error(
                    "exemption"
                    if not known
                    else "attribute_basis"
                    if basis
                    else "attribute_reason",
                    words,
                )
        return cleaned

    def _entries(self, picked: dict[str, list[Any]]) -> list[CatalogueEntry]:
        organ = self.body_of
        if organ is None or not (picked["keys"] or picked["text"]):
            return []
        allowed = pickers.entries_offered(organ, self.item)
        wanted = Q(pk__in=picked["keys"]) | Q(code__in=picked["text"])
        found = list(allowed.filter(wanted).distinct())
        lost = set(picked["text"]) - {one.code for one in found}
        if lost or len({*picked["keys"]} - {one.pk for one in found}):
            named = "、".join(sorted(lost)) or "所选的一项"
            self.add_error(
                "entries",
                f"{organ.label}没有认领标准目录事项“{named}”，请核对编码，或先在“公开目录”中认领。",
            )
        return found

    def _interpreted(self, picked: dict[str, list[Any]]) -> DisclosedItem | None:
        if not (picked["keys"] or picked["text"]):
            return None
        found = pickers.by_pick(self.user, picked)
        if found is None:
            self.add_error(
                "interprets",
                "没有找到这份文件，或者同一编号有几份。请核对索引号或发文字号；"
                "还没有发布的文件不能引用。",
            )
        elif self.item is not None and found.pk == self.item.pk:
            self.add_error("interprets", "信息不能解读自己，请选择所解读的文件。")
            return None
        return found

    def values(self) -> dict[str, Any]:
        """What the service takes as `values`."""
        left_out = {"seen", "organ", "issuers", "attachments"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}

    # -- how it is drawn ----------------------------------------------------------------------

    def sections(self) -> list[dict[str, Any]]:
        """The parts with their fields; a folded one is open where something is in it."""
        drawn = []
        for section in SECTIONS:
            fields = [self[name] for name in section.fields if name in self.fields]
            wrong = any(field.errors for field in fields)
            filled = any(self._is_filled(field) for field in fields)
            drawn.append(
                {
                    "section": section,
                    "fields": fields,
                    "wrong": wrong,
                    "open": not section.folded or wrong or filled,
                }
            )
        return drawn

    def _is_filled(self, field: Any) -> bool:
        value = field.value()
        if field.name == "document_kind":
            return value != DocumentKind.INFORMATION
        if field.name == "disclosure_attribute":
            return value != DisclosureAttribute.PROACTIVE
        if isinstance(value, dict):
            return bool(value.get("keys") or value.get("text"))
        if isinstance(value, list):
            return any(value)
        return bool(value)


def _grouped(rows: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    names = {
        "20": "第二十条",
        "21A": "第二十一条（市、县级政府及部门）",
        "21B": "第二十一条（乡镇）",
    }
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, label, group in rows:
        groups.setdefault(group, []).append((code, label))
    return [(names.get(group, group), choices) for group, choices in groups.items()]


class UploadForm(forms.Form):
    """One file for the upload address."""

    file = forms.FileField(
        error_messages={"required": "请选择文件。", "empty": "文件是空的，请重新选择。"}
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if not upload.name.strip():
            raise ValidationError("文件没有名称，请重新选择。")
        return upload

"""Forms of the word lists: they read what was typed, the services judge and save it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.dateparse import parse_datetime

from gongkai.guard import queries
from gongkai.guard.findings import SEVERITIES
from gongkai.guard.lexicon import SILENCING
from gongkai.guard.models import TermKind
from gongkai.organs import policy
from gongkai.organs.staff_views import ImportForm, OrganChoiceField, StaffForm

NO_PERSON: Final = "不得写身份证号码、手机号码等个人信息。"
WHOLE_SITE: Final = "全站（所有机关）"
MOST_CHARACTERS: Final = 300_000


def _day(label: str, help_text: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateInput(),
        error_messages={"invalid": "请填写正确的日期，例如 2020-03-05。"},
    )


class _OwnerMixin:
    """`organ`: whose list. Only who keeps the site's lists may leave it empty."""

    fields: dict[str, Any]

    def offer_owners(self, user: Any) -> bool:
        """Offer the bodies whose lists the user keeps; whether the site's are among them."""
        manager = policy.allows(user, queries.MANAGE)
        organ = self.fields["organ"]
        organ.action = queries.MANAGE if manager else queries.OWN
        organ.required = not manager
        organ.empty_label = WHOLE_SITE if manager else organ.empty_label
        organ.narrow(user)
        return manager


class TermForm(_OwnerMixin, StaffForm):
    """A new term; with `existing` the form of its change, where kind, word and body stay."""

    organ = OrganChoiceField(
        action=queries.OWN,
        label="适用机关",
        help_text="机关自己的词条只能是白名单语句或办公电话，只对该机关的稿件有效。",
    )
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *TermKind.choices])
    word = forms.CharField(
        label="词条",
        max_length=100,
        help_text="要检查的词；离任人员填姓名；白名单填完整语句；办公电话填区号和号码。",
    )
    suggestion = forms.CharField(
        label="建议写法", max_length=200, required=False, help_text="错别字必填，供起草人照改。"
    )
    post = forms.CharField(
        label="原任职务",
        max_length=200,
        required=False,
        help_text="只用于离任人员。姓名与职务相近时才提示；几个职务用“、”隔开。",
    )
    alone = forms.BooleanField(
        label="只凭姓名提示",
        required=False,
        help_text="只用于离任人员，且姓名极少重名。",
    )
    severity = forms.ChoiceField(
        label="级别", required=False, choices=[("", ""), *SEVERITIES.items()]
    )
    valid_from = _day("起始日期", "从这一天起才提示，成文更早的文件不提示。离任人员必填。")
    valid_until = _day("截止日期", "过了这一天不再提示；长期有效的留空。")
    note = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
        help_text=f"随提示一起显示给起草人。{NO_PERSON}",
    )
    source = forms.CharField(
        label="来源", max_length=200, required=False, help_text="依据的文件或通报，供以后核对。"
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, existing: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].choices = [("", "按类别的默认级别"), *SEVERITIES.items()]
        if existing:
            for name in ("organ", "kind", "word"):
                del self.fields[name]
            self._narrow_to(existing)
            return
        del self.fields["seen"]
        if not self.offer_owners(self.user):
            self.fields["kind"].choices = [
                ("", "请选择"),
                *((code, label) for code, label in TermKind.choices if code in SILENCING),
            ]
            for name in ("suggestion", "post", "alone", "severity"):
                del self.fields[name]

    def _narrow_to(self, kind: str) -> None:
        """Only the fields that a term of this kind has."""
        if kind != TermKind.REMOVED_OFFICIAL:
            del self.fields["post"], self.fields["alone"]
        if kind in SILENCING:
            del self.fields["suggestion"], self.fields["severity"]

    def clean_seen(self) -> datetime | None:
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None


class ReasonForm(StaffForm):
    """Why a term is no longer looked for."""

    reason = forms.CharField(
        label="停用原因",
        max_length=200,
        help_text=f"记入操作台账。{NO_PERSON}",
        widget=forms.Textarea({"rows": 2}),
    )


class ConfirmForm(StaffForm):
    """Nothing to fill in."""


class TermImportForm(_OwnerMixin, ImportForm):
    organ = OrganChoiceField(
        action=queries.OWN, label="导入到", help_text="机关自己的词库只能有白名单语句和办公电话。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_owners(self.user)


class PackagedFilterForm(StaffForm):
    """Filters above the packaged list."""

    kind = forms.ChoiceField(label="类别", required=False)
    state = forms.ChoiceField(label="状态", required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "全部类别"), *kinds]
        self.fields["state"].choices = [("", "全部"), *queries.PACKAGED_STATES.items()]


class TrialForm(StaffForm):
    """A text or a file, and by whose words and of which day it is judged."""

    text = forms.CharField(
        label="文字",
        required=False,
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea({"rows": 10, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": f"文字超过{MOST_CHARACTERS:,}字，请存为文件后上传。"},
    )
    file = forms.FileField(
        label="或者上传文件",
        required=False,
        help_text="DOCX、XLSX、PDF、CSV、TXT 等。只检查，不保存。",
        error_messages={"empty": "文件是空的，请重新选择。"},
    )
    on = _day("成文日期", "旧称、离任人员按这一天判断；留空为今天。")
    organ = OrganChoiceField(
        action=queries.VIEW,
        required=False,
        label="按哪个机关的白名单",
        empty_label="只按全站词库",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        text, file = cleaned.get("text", ""), cleaned.get("file")
        if "text" in self.errors or "file" in self.errors:
            return cleaned
        if not text.strip() and file is None:
            self.add_error("text", "请粘贴要检查的文字，或者上传一个文件。")
        elif text.strip() and file is not None:
            self.add_error("file", "文字和文件请一次只检查一样。")
        return cleaned

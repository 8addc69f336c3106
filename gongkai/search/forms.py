"""Forms of the search screens: they read what was typed, the services judge and save it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from gongkai.organs.staff_views import StaffForm
from gongkai.search.models import SynonymKind


class SynonymForm(StaffForm):
    """A group, new or changed."""

    kind = forms.ChoiceField(
        label="类别",
        choices=SynonymKind.choices,
        widget=forms.RadioSelect,
        help_text="单向：搜左边的词，也按规范用词去找。同义：任何一个词都能找到其他各词。",
    )
    words = forms.CharField(
        label="词语",
        max_length=300,
        help_text="群众怎么说就怎么写，几个词用“、”隔开，例如：上户口、报户口。",
    )
    meant = forms.CharField(
        label="规范用词",
        max_length=300,
        required=False,
        help_text="文件里的说法，例如：出生登记、户口登记。同义的不填。",
    )
    note = forms.CharField(label="说明", max_length=200, required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def clean_seen(self) -> datetime | None:
        try:
            return parse_datetime(self.cleaned_data["seen"])
        except ValueError:
            return None


class ConfirmForm(StaffForm):
    """Nothing to fill in."""


class CuratedForm(StaffForm):
    """The recommended words, one a line."""

    words = forms.CharField(
        label="推荐搜索词",
        required=False,
        max_length=2_000,
        widget=forms.Textarea({"rows": 12}),
        help_text="一行一个，按显示的先后排列。群众搜得多的词排在它们前面，自动统计。",
    )

    def clean_words(self) -> list[str]:
        return [line for line in self.cleaned_data["words"].splitlines() if line.strip()]


class TrialForm(StaffForm):
    """A question to take apart."""

    text = forms.CharField(
        label="搜索词",
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )


class PeriodForm(StaffForm):
    """The days over which questions are counted."""

    since = forms.DateField(
        label="日期自",
        required=False,
        error_messages={"invalid": "请填写正确的日期，例如 2020-03-05。"},
        widget=forms.DateInput(),
    )
    until = forms.DateField(
        label="日期至",
        required=False,
        error_messages={"invalid": "请填写正确的日期，例如 2020-03-05。"},
        widget=forms.DateInput(),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "结束日期早于开始日期，请核对。")
        return cleaned

"""The questions that readers may put to the lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongkai.organs.models import Organ
from gongkai.portal import queries

#: Up to so many bodies are offered as one grouped choice; beyond, the reader types a name.
MANY = 300


class ReportFilter(forms.Form):
    """Year and body; what is asked stays in the address, so a list can be passed on."""

    year = forms.TypedChoiceField(
        label=_("年度"), required=False, coerce=int, empty_value=None,
        error_messages={"invalid_choice": _("没有这一年度的报告，请在列表中选择。")},
    )  # fmt: skip
    organ = forms.ChoiceField(
        label=_("机关"), required=False,
        error_messages={"invalid_choice": _("没有这个机关的报告，请在列表中选择。")},
    )  # fmt: skip
    name = forms.CharField(
        label=_("机关名称"), required=False, max_length=60, strip=True,
        help_text=_("写全称、简称或者其中几个字"),
        error_messages={"max_length": _("机关名称最多60个字，请写短一些。")},
    )  # fmt: skip

    def __init__(self, data: Any, *, years: list[tuple[int, int]], organs: list[Organ]) -> None:
        super().__init__(data, label_suffix="")
        self.fields["year"].choices = [
            ("", _("全部年度")),
            *((year, f"{year}（{count}）") for year, count in years),
        ]
        if len(organs) > MANY:
            del self.fields["organ"]
            return
        del self.fields["name"]
        self.fields["organ"].choices = [
            ("", _("全部机关")),
            *(
                (group.label, [(organ.code, organ.name) for organ in group.organs])
                for group in queries.grouped(organs)
            ),
        ]

    def asked(self, name: str) -> Any:
        """The valid answer to one question, or nothing."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

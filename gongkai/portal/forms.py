"""The questions that readers may put to the lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongkai.catalogue.models import Column, Topic
from gongkai.organs.models import Organ
from gongkai.portal import queries
from gongkai.statute.validity import Validity

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


class ItemFilter(forms.Form):
    """Words, column, body, year, topic and validity; the whole question stays in the address."""

    q = forms.CharField(
        label=_("标题或文号"), required=False, max_length=100, strip=True,
        help_text=_("标题中的词，或者发文字号、索引号"),
        widget=forms.TextInput(attrs={"type": "search"}),
        error_messages={"max_length": _("最多写100个字，请写短一些。")},
    )  # fmt: skip
    column = forms.ChoiceField(
        label=_("栏目"), required=False,
        error_messages={"invalid_choice": _("没有这个栏目，请在列表中选择。")},
    )  # fmt: skip
    organ = forms.ChoiceField(
        label=_("机关"), required=False,
        error_messages={"invalid_choice": _("这个机关没有公开过信息，请在列表中选择。")},
    )  # fmt: skip
    name = forms.CharField(
        label=_("机关名称"), required=False, max_length=60, strip=True,
        help_text=_("写全称、简称或者其中几个字"),
        error_messages={"max_length": _("机关名称最多60个字，请写短一些。")},
    )  # fmt: skip
    year = forms.TypedChoiceField(
        label=_("年度"), required=False, coerce=int, empty_value=None,
        error_messages={"invalid_choice": _("这一年度没有公开过信息，请在列表中选择。")},
    )  # fmt: skip
    topic = forms.ChoiceField(
        label=_("主题分类"), required=False,
        error_messages={"invalid_choice": _("没有这个主题，请在列表中选择。")},
    )  # fmt: skip
    validity = forms.ChoiceField(
        label=_("有效性"), required=False,
        error_messages={"invalid_choice": _("没有这种有效性，请在列表中选择。")},
    )  # fmt: skip
    entry = forms.CharField(required=False, max_length=40, strip=True, widget=forms.HiddenInput)

    MORE = ("organ", "name", "year", "topic", "validity")
    """Fields that are folded away until one of them is used."""

    def __init__(
        self,
        data: Any,
        *,
        columns: list[Column],
        organs: list[Organ],
        years: list[int],
        topics: list[Topic],
    ) -> None:
        super().__init__(data, label_suffix="")
        self.columns = {column.slug: column for column in columns}
        self.topics = {topic.code: topic for topic in topics}
        self.fields["column"].choices = [
            ("", _("全部栏目")),
            *((column.slug, _indented(column.title, column.parent_id)) for column in columns),
        ]
        self.fields["topic"].choices = [
            ("", _("全部主题")),
            *((topic.code, _indented(topic.label, topic.parent_id)) for topic in topics),
        ]
        self.fields["year"].choices = [("", _("全部年度")), *((year, year) for year in years)]
        self.fields["validity"].choices = [
            ("", _("不限")),
            *((state.value, state.label) for state in Validity),
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

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields that always stand open."""
        return [self["q"], self["column"]]

    @property
    def folded(self) -> list[forms.BoundField]:
        """The fields under "more"."""
        return [self[name] for name in self.MORE if name in self.fields]

    @property
    def unfolded(self) -> bool:
        """Whether one of the folded fields is in use, rightly or wrongly."""
        return any(self.data.get(name) for name in self.MORE)


def _indented(label: str, below: int | None) -> str:
    return f"　{label}" if below else label

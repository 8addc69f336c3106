"""Fields that an item's form needs beyond the usual ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from gongkai.catalogue.models import Column, Topic

MAX_KEYWORDS: Final = 5
_BETWEEN: Final = re.compile(r"[、，,;；\s]+")


class EditorWidget(forms.Textarea):
    """The text in the rich text editor; a plain textarea where scripts do not run."""

    def __init__(self) -> None:
        super().__init__({"rows": 16, "data-gk-editor": ""})

    class Media:
        css = {"all": ["vendor/jodit/jodit.min.css"]}
        js = ("vendor/jodit/jodit.min.js", "gongkai/disclosure/editor.js")


class MomentInput(forms.DateTimeInput):
    """Day and time in the browser's own picker."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class KeywordsField(forms.CharField):
    """Words divided by 、 or commas; cleans to a list."""

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        words = [word for word in _BETWEEN.split(super().clean(value)) if word]
        unique = list(dict.fromkeys(words))
        if len(unique) > MAX_KEYWORDS:
            raise ValidationError(f"关键词最多{MAX_KEYWORDS}个，现有{len(unique)}个，请删减。")
        long = next((word for word in unique if len(word) > 20), None)
        if long:
            raise ValidationError(f"关键词“{long}”超过20个字，请用“、”把各词隔开。")
        return unique


class IssuersWidget(forms.Widget):
    """One line a body, the lead first."""

    template_name = "gongkai/disclosure/widgets/issuers.html"
    use_fieldset = True
    suggestions: Iterable[str] = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [value.strip() for value in data.getlist("issuer_name")]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["rows"] = list(value or [])
        context["suggestions"] = self.suggestions
        return context


class IssuersField(forms.Field):
    """Cleans to the names of the issuing bodies in their order."""

    widget = IssuersWidget

    def clean(self, value: Any) -> list[str]:
        names = [name for name in value or [] if name]
        for name in names:
            if names.count(name) > 1:
                raise ValidationError(f"“{name}”填了两次，请删去一个。")
            if len(name) > 120:
                raise ValidationError(f"机关名称“{name[:20]}…”超过120个字，请核对。")
        return names


class PickWidget(forms.Widget):
    """Choices that are searched for; without the script their codes or numbers are typed."""

    template_name = "gongkai/disclosure/widgets/pick.html"
    use_fieldset = True

    def __init__(self, *, url_name: str, many: bool, hint: str) -> None:
        super().__init__()
        self.url_name, self.many, self.hint = url_name, many, hint
        self.chosen: list[tuple[str, str]] = []
        """(number, label) of what is chosen, set by the form."""
        self.exclude = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        return {"keys": data.getlist(name), "text": data.get(f"{name}_text", "").strip()}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context |= {
            "url_name": self.url_name,
            "many": self.many,
            "hint": self.hint,
            "chosen": self.chosen,
            "exclude": self.exclude,
            "text": value.get("text", "") if isinstance(value, dict) else "",
        }
        return context


class PickField(forms.Field):
    """Cleans to {"keys": […], "text": […]}; the form, which knows the user, finds the records."""

    def clean(self, value: Any) -> dict[str, list[Any]]:
        value = value or {"keys": [], "text": ""}
        keys = [int(key) for key in value["keys"] if str(key).isdigit() and len(str(key)) < 19]
        words = [word for word in re.split(r"[、，,;；\s]+", value["text"]) if word]
        return {"keys": list(dict.fromkeys(keys)), "text": words}


def open_columns(also: Iterable[int] = ()) -> Any:
    """Columns in which something may be published today, and those named by number."""
    today = timezone.localdate()
    return Column.objects.filter(
        Q(closed_on=None) | Q(closed_on__gt=today) | Q(pk__in=[key for key in also if key])
    )


def column_choices(columns: Any) -> list[tuple[Any, str]]:
    """The tree, a child under its parent and indented."""
    rows = list(columns.values_list("pk", "parent_id", "title", "order", "slug"))
    below: dict[Any, list[Any]] = {}
    known = {row[0] for row in rows}
    for row in rows:
        below.setdefault(row[1] if row[1] in known else None, []).append(row)
    found: list[tuple[Any, str]] = []

    def walk(parent: Any, depth: int) -> None:
        for row in sorted(below.get(parent, ()), key=lambda one: (one[3], one[4])):
            found.append((row[0], "　" * depth + row[2]))
            walk(row[0], depth + 1)

    walk(None, 0)
    return found


def topic_choices() -> list[Any]:
    """The topics, grouped by their class. One statement."""
    topics = list(Topic.objects.order_by("code"))
    groups: dict[int, tuple[str, list[tuple[int, str]]]] = {}
    for topic in topics:
        if topic.parent_id is None:
            groups[topic.pk] = (topic.label, [(topic.pk, topic.label)])
    for topic in topics:
        if topic.parent_id in groups:
            parent = groups[topic.parent_id]
            parent[1].append((topic.pk, f"{parent[0]}\\{topic.label}"))
    return list(groups.values())

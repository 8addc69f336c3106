"""Fields that several forms of this room share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile


def day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A date, as a person types or picks it."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(),
        error_messages={"invalid": "请填写正确的日期，例如 2026-03-05。"},
    )


def reason_field(example: str, *, label: str = "原因", max_length: int = 200) -> forms.CharField:
    """Why something is done; it goes into the ledger and so must name nobody."""
    return forms.CharField(
        label=label,
        max_length=max_length,
        help_text=f"记入操作台账，例如“{example}”。不得写个人信息。",
        widget=forms.Textarea({"rows": 2}),
    )


class ManyFilesInput(forms.ClearableFileInput):
    """A box in which several files are chosen at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of uploaded files, as a list."""

    def __init__(self, *, accept: str, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(widget=ManyFilesInput({"accept": accept, "multiple": True}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Each file judged like a single one."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFilesField, self).clean(file, initial) for file in files]

"""Attachments on a form: files that were uploaded already, under names that may be changed.

A form carries a signed token for each file, so that nobody attaches a file by guessing its
number: a token is given to the person who uploaded the file, or who was shown the item.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat

from gongkai.disclosure.models import StoredFile

SALT: Final = "gongkai.disclosure.file"
MAX_AGE: Final = 8 * 24 * 3600
"""A draft in the browser is kept for seven days; its files are good a little longer."""

MAX_FILES: Final = 50
_PATH_PARTS: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def sign(stored: StoredFile, user: Any, *, notes: Sequence[str] = ()) -> str:
    """The token under which this person's forms carry the file."""
    return signing.dumps({"s": stored.pk, "u": user.pk, "n": list(notes)}, salt=SALT)


def unsign(token: str, user: Any) -> dict[str, Any] | None:
    """What the token says; None for one that is false, too old or another person's."""
    try:
        found: dict[str, Any] = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    return found if found.get("u") == user.pk else None


def about(stored: StoredFile) -> str:
    """Type and size of a file, and whether the guard could read it."""
    kind = stored.extension.lstrip(".").upper()
    size = filesizeformat(stored.size).replace("\xa0", " ")
    state = StoredFile.TextState(stored.text_state)
    unread = "" if state == StoredFile.TextState.READ else f"，{state.label}"
    return f"{kind}，{size}{unread}"


@dataclass(frozen=True)
class FileRow:
    """A row of the list: the token, the name that readers will see, the stored file."""

    token: str
    name: str
    stored: StoredFile | None
    notes: Sequence[str] = ()

    @property
    def about(self) -> str:
        return about(self.stored) if self.stored else ""

    @property
    def extension(self) -> str:
        return self.stored.extension if self.stored else ""


def rows_of(pairs: Sequence[tuple[str, str]], user: Any) -> list[FileRow]:
    """The rows of (token, name) pairs, with one statement for all files."""
    read = [(token, name, unsign(token, user)) for token, name in pairs]
    stored = StoredFile.objects.in_bulk([said["s"] for _, _, said in read if said])
    return [
        FileRow(token, name, stored.get(said["s"]) if said else None, said["n"] if said else ())
        for token, name, said in read
    ]


class AttachmentsWidget(forms.Widget):
    """The list of files with their buttons; it works with and without the script."""

    template_name = "gongkai/disclosure/widgets/attachments.html"
    use_fieldset = True
    user: Any = None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[tuple[str, str]]:
        return list(
            zip(data.getlist("attachment_token"), data.getlist("attachment_name"), strict=False)
        )

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["rows"] = rows_of(value or [], self.user)
        context["max_mb"] = settings.UPLOAD_MAX_MB
        return context


class AttachmentsField(forms.Field):
    """Cleans to a list of (StoredFile, name) in the order of the list."""

    widget = AttachmentsWidget

    def clean(self, value: Any) -> list[tuple[StoredFile, str]]:
        rows = rows_of(value or [], self.widget.user)  # type: ignore[union-attr]
        if len(rows) > MAX_FILES:
            raise ValidationError(f"一条信息最多{MAX_FILES}个附件，请合并或分条发布。")
        cleaned: list[tuple[StoredFile, str]] = []
        for number, row in enumerate(rows, start=1):
            if row.stored is None:
                raise ValidationError(
                    f"第{number}个附件“{row.name}”的上传已过期，请移除后重新上传。"
                )
            name = row.name.strip()
            if not name:
                raise ValidationError(f"请填写第{number}个附件的名称。")
            if _PATH_PARTS.search(name):
                raise ValidationError(
                    f'附件名称“{name}”含有文件名不能用的字符（\\ / : * ? " < > |），请改名。'
                )
            if not name.lower().endswith(row.extension.lower()):
                name += row.extension
            if len(name) > 160:
                raise ValidationError(f"附件名称“{name[:20]}…”超过160个字，请改短。")
            cleaned.append((row.stored, name))
        return cleaned

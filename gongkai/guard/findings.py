"""What the guard says about one place of a text.

A finding carries the raw value only as long as it is in memory: `value` is left out of its
`repr`, `stored()` gives what may be kept (masked value and keyed hash, never the number), and
`key()` names the same value at the same kind of place in a later version, so that a person's
decision to let it through holds for that value and no other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypedDict

Severity = Literal["serious", "warning", "advice"]

SEVERITIES: dict[Severity, str] = {"serious": "严重", "warning": "警告", "advice": "提示"}
"""Serious findings block publication until they are gone or let through by name."""

CHECKS: dict[str, str] = {
    "pii_id": "身份证号码",
    "pii_id_old": "15位旧身份证号码",
    "pii_mobile": "手机号码",
    "pii_bank": "银行卡号",
    "pii_passport": "护照、通行证号码",
    "secrecy_mark": "密级标志",
    "attribute_mark": "不公开标注",
    "wrong_word": "错别字、错误表述",
    "outdated_title": "过时称谓",
    "removed_official": "已离任人员",
    "forbidden": "禁用语",
    "sensitive": "慎用语",
    "not_read": "未能读取",
}

PERSONAL = frozenset({"pii_id", "pii_id_old", "pii_mobile", "pii_bank", "pii_passport"})
"""The checks whose value is a person's: shown, kept and sent masked only."""


class StoredFinding(TypedDict):
    """A finding as it may stand in a database, a page or an answer."""

    key: str
    check: str
    label: str
    masked: str
    where: str
    start: int
    end: int
    severity: Severity
    message: str
    suggestion: str


@dataclass(frozen=True)
class Finding:
    """One finding; `start` and `end` are offsets into the text or HTML source as it was given."""

    check: str
    value: str = field(repr=False)
    masked: str
    where: str
    start: int
    end: int
    severity: Severity
    message: str
    suggestion: str = ""

    @property
    def label(self) -> str:
        return CHECKS.get(self.check, self.check)

    @property
    def is_personal(self) -> bool:
        return self.check in PERSONAL

    @property
    def blocks(self) -> bool:
        return self.severity == "serious"

    def key(self) -> str:
        """The keyed hash of check, value and kind of place (正文, or the attachment's name).

        Without the site's secret key nobody can try out numbers against it.
        """
        from django.utils.crypto import salted_hmac

        text = "\x1f".join((self.check, self.value, kind_of_place(self.where)))
        return salted_hmac("gongkai.guard.finding", text, algorithm="sha256").hexdigest()

    def stored(self) -> StoredFinding:
        """What may be kept and shown: everything but the value."""
        return {
            "key": self.key(),
            "check": self.check,
            "label": self.label,
            "masked": self.masked,
            "where": self.where,
            "start": self.start,
            "end": self.end,
            "severity": self.severity,
            "message": self.message,
            "suggestion": self.suggestion,
        }


@dataclass(frozen=True)
class FileScan:
    """What was found in a file, and whether it could be read at all.

    `state` is "read"; "no_text" when there is nothing to read in it (an image, a scanned PDF);
    "unreadable" when it is damaged, protected or of a kind nobody can read. `note` says why, in
    Chinese. `text` is what was read, a piece a line and no more than was asked for; a search index
    takes it from here, so that nobody reads the file a second time.
    """

    findings: list[Finding]
    state: Literal["read", "no_text", "unreadable"]
    note: str = ""
    text: str = field(default="", repr=False)


_PLACE = re.compile(r"附件《.*?》|[^第0-9]*")


def kind_of_place(where: str) -> str:
    """`where` without paragraph, page, sheet, row and column: what a later version still has."""
    match = _PLACE.match(where)
    return match.group().strip() if match else ""

"""The kinds of notices N01 to N24 and the general one: what each says and what it asks for.

Names, addressees and the rule of the remedy come from `statute.outcomes`; the wording of the
packaged template and the fields that an officer fills in from `packaged.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from gongkai.statute.outcomes import NOTICES

GENERAL: Final = "N00"
"""The general 告知书 for what has no notice of its own; `statute` calls it "" or "GENERAL"."""

APPLICANT, THIRD_PARTY, ORGAN, FILE = "applicant", "third_party", "organ", "file"
_ADDRESSEES: Final = {
    "申请人": APPLICANT,
    "第三方": THIRD_PARTY,
    "其他机关": ORGAN,
    "案卷": FILE,
}


@dataclass(frozen=True)
class OwnField:
    """Something an officer writes in a notice of this kind.

    `key` is what programs call it, `name` what templates call it. `lines`: it may have several
    paragraphs. `optional`: the notice may go out without it. `inline`: it stands in the midst of a
    sentence, so that a full stop at its end is dropped.
    """

    key: str
    name: str
    help: str
    sample: str
    lines: bool = False
    optional: bool = False
    inline: bool = False


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice.

    `approval` is the kind of approval that must be given before it may be issued, "" for none
    (Articles 33 and 35; fee rules; Article 45 on the stages of handling). `remedy`: "" and "C"
    carry no paragraph, "A" the ordinary one, "outcome" that of the decision.
    """

    code: str
    name: str
    title: str
    addressee: str
    remedy: str
    numbered: bool
    approval: str
    paragraphs: tuple[str, ...]
    slip: tuple[str, ...]
    table: tuple[tuple[str, str], ...]
    fields: tuple[OwnField, ...]

    @property
    def is_decision(self) -> bool:
        """Whether it answers the request."""
        return self.approval == "decision"

    @property
    def is_to_applicant(self) -> bool:
        return self.addressee == APPLICANT

    @property
    def carries_remedy(self) -> bool:
        """Whether it must tell the remedies (复议法第二十三条第二款; 条例第五十一条)."""
        return self.remedy in ("A", "outcome")

    def field(self, key: str) -> OwnField | None:
        """The own field of that key or that Chinese name."""
        return next((one for one in self.fields if key in (one.key, one.name)), None)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class UnknownNotice(LookupError):
    """No such kind of notice; the Chinese message says what exists."""

    def __str__(self) -> str:
        return str(self.args[0])


def kind_of(code: str) -> NoticeKind:
    """The kind of that number; "" and "GENERAL" are the general one. Raises `UnknownNotice`."""
    if code in ("", "GENERAL"):
        code = GENERAL
    try:
        return KINDS[code]
    except KeyError:
        raise UnknownNotice(f"没有编号为“{code}”的文书；编号自 N01 至 N24。") from None


def _load() -> Mapping[str, NoticeKind]:
    tree = tomllib.loads((files(__package__) / "packaged.toml").read_text("utf-8"))
    kinds = {code: _kind(code, row) for code, row in tree.items()}
    return MappingProxyType(dict(sorted(kinds.items())))


def _kind(code: str, row: Mapping[str, Any]) -> NoticeKind:
    law = NOTICES["GENERAL" if code == GENERAL else code]
    approval = row.get("approval", "")
    by_outcome = approval == "decision" or code == "N22"
    return NoticeKind(
        code=code,
        name=law.name,
        title=row["title"],
        addressee=_ADDRESSEES[law.addressee],
        remedy="outcome" if by_outcome else law.remedy,
        numbered=row.get("numbered", True),
        approval=approval,
        paragraphs=tuple(row["paragraphs"]),
        slip=tuple(row.get("slip", ())),
        table=tuple((left, right) for left, right in row.get("table", ())),
        fields=tuple(OwnField(**field) for field in row["fields"]),
    )


KINDS: Final = _load()
"""Every kind by its number, N00 (the general one) first."""

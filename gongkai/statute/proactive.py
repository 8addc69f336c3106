"""What must be published without being asked: the items of Articles 20 and 21, with codes.

Every body owes the fifteen items of Article 20. Article 21 adds seven for governments of 设区的市
and counties and their departments (21A), and eight for township governments (21B). The codes are
ours; the text numbers only Article 20.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Final, Literal

BodyKind = Literal[
    "government", "department", "subdistrict", "township", "institution", "public_utility"
]
Level = Literal["province", "prefecture", "county", "township"]


@dataclass(frozen=True)
class StatutoryItem:
    """One item of the list; `group` is "20", "21A" or "21B"."""

    code: str
    label: str
    group: str
    article: str

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


def groups_for(kind: str, level: str, *, subdistricts_as_townships: bool = False) -> frozenset[str]:
    """The groups of items that a body of this kind and level owes (Arts. 20 and 21).

    A sub-district office (街道办事处) is the branch of a county government and no township; it
    owes 21A like the county's departments, and 21B only where the city says so
    (`subdistricts_as_townships`) [reading]. 公共企事业单位 follow rules of their own (Art. 55) and
    owe neither list.
    """
    if kind == "public_utility":
        return frozenset()
    groups = {"20"}
    if kind == "township":
        groups.add("21B")
    elif level in ("prefecture", "county") or kind == "subdistrict":
        groups.add("21A")
    if kind == "subdistrict" and subdistricts_as_townships:
        groups.add("21B")
    return frozenset(groups)


def items_for(
    kind: str, level: str, *, subdistricts_as_townships: bool = False
) -> tuple[StatutoryItem, ...]:
    """The items that such a body owes, in the order of the law."""
    groups = groups_for(kind, level, subdistricts_as_townships=subdistricts_as_townships)
    return tuple(item for item in ITEMS.values() if item.group in groups)


def label(code: str) -> str:
    """The item in words; the code itself for one that the list does not have."""
    item = ITEMS.get(code)
    return item.label if item else code


def _load() -> MappingProxyType[str, StatutoryItem]:
    tree = tomllib.loads((files(__package__) / "proactive.toml").read_text("utf-8"))
    return MappingProxyType(
        {
            code: StatutoryItem(code, text, group["code"], group["article"])
            for group in tree["groups"]
            for code, text in group["items"]
        }
    )


ITEMS: Final = _load()
"""Every item by its code, in the order of the law."""

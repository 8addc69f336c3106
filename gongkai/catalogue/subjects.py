"""Which bodies a catalogue means by 教育行政部门, 乡镇人民政府（街道办事处）, 各部门各单位."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final

from gongkai.organs.models import Organ, OrganKind

TOWNSHIP_KINDS: Final = (OrganKind.TOWNSHIP, OrganKind.SUBDISTRICT)
_SEPARATORS: Final = re.compile(r"[;；、，,\n]+")
_EVERYBODY: Final = ("各部门", "各单位", "各级各部门", "所有部门")
_TOWNSHIPS: Final = ("乡镇", "乡(镇)", "乡（镇）", "街道", "镇人民政府", "乡级")
_GOVERNMENT: Final = ("县级人民政府", "县人民政府", "市人民政府", "区人民政府", "本级政府")
_SUFFIXES: Final = re.compile(
    r"(?:行政主管部门|主管部门|行政部门|管理部门|部门|机关|机构|局|委员会|委)$"
)
_PREFIXES: Final = re.compile(r"^(?:县级|市级|区级|本级|县|各级)")


def parts_of(subject: str) -> list[str]:
    """The bodies that a cell of the column 公开主体 names, one by one."""
    return [part.strip() for part in _SEPARATORS.split(subject) if part.strip()]


@cache
def _keywords() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    text = (resources.files(__package__) / "data" / "subjects.toml").read_text("utf-8")
    return tuple(
        (tuple(row["when"]), tuple(row["names"])) for row in tomllib.loads(text)["subjects"]
    )


def means(part: str, organs: Sequence[Organ]) -> list[Organ]:
    """The bodies among `organs` that `part` can mean; none when nobody can tell (学校)."""
    # 民政 stands in 人民政府, and means no government's office.
    names_of = {o.pk: o.name.replace("人民政府", "") for o in organs}
    if any(word in part for word in _EVERYBODY):
        return [o for o in organs if o.kind == OrganKind.DEPARTMENT]
    if any(word in part for word in _TOWNSHIPS):
        return [o for o in organs if o.kind in TOWNSHIP_KINDS]
    if any(word in part for word in _GOVERNMENT):
        return [o for o in organs if o.kind == OrganKind.GOVERNMENT]
    departments = [o for o in organs if o.kind not in (*TOWNSHIP_KINDS, OrganKind.GOVERNMENT)]
    for when, names in _keywords():
        if any(word in part for word in when):
            for name in names:
                found = [o for o in departments if name in names_of[o.pk]]
                if found:
                    return found
            return []
    stem = _SUFFIXES.sub("", _PREFIXES.sub("", part))
    return [o for o in departments if len(stem) >= 2 and stem in names_of[o.pk]]


def bodies_by_subject(
    subjects: Iterable[str], organs: Sequence[Organ], assigned: Mapping[str, Sequence[Organ]]
) -> dict[str, list[Organ]]:
    """Part of a subject → bodies: as the government assigned it, else as the words suggest."""
    parts = {part for subject in subjects for part in parts_of(subject)}
    return {
        part: list(assigned[part]) if part in assigned else means(part, organs)
        for part in sorted(parts)
    }

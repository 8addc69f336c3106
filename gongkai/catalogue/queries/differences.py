"""What a new version says otherwise than another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gongkai.catalogue.models import CatalogueEntry, StandardCatalogue

COMPARED = (
    "code", "field", "seq", "level1", "level2", "elements", "basis", "time_limit_text",
    "limit_days", "day_type", "trigger", "cycle", "cycle_by", "notice_days", "subject",
    "channels", "audience_all", "audience_specific", "mode_proactive", "mode_on_request",
    "level_county", "level_township", "pii_risk", "pii_rule", "coverage_test", "confidence",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One column of one entry: its name, what it was and what it is."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Difference:
    """Entries added, removed and changed from one version to another, matter by matter."""

    added: Sequence[CatalogueEntry]
    removed: Sequence[CatalogueEntry]
    changed: Sequence[tuple[CatalogueEntry, Sequence[Change]]]
    unchanged: int


def difference(old: StandardCatalogue, new: StandardCatalogue) -> Difference:
    """Two statements."""
    before = {e.matter_id: e for e in old.entries.select_related("field")}
    after = {e.matter_id: e for e in new.entries.select_related("field")}
    changed = []
    for matter, entry in after.items():
        if matter in before and (changes := compare(before[matter], entry)):
            changed.append((entry, changes))
    same = len(set(before) & set(after)) - len(changed)
    return Difference(
        added=[e for m, e in after.items() if m not in before],
        removed=[e for m, e in before.items() if m not in after],
        changed=changed,
        unchanged=same,
    )


def compare(old: CatalogueEntry, new: CatalogueEntry) -> list[Change]:
    """Column by column what differs."""
    found = []
    for name in COMPARED:
        was, becomes = written(old, name), written(new, name)
        if was != becomes:
            field: Any = CatalogueEntry._meta.get_field(name)
            label = str(field.verbose_name)
            found.append(Change(label, was, becomes))
    return found


def written(entry: CatalogueEntry, name: str) -> str:
    """A value as people read it."""
    display: Any = getattr(entry, f"get_{name}_display", None)
    value = display() if display is not None else getattr(entry, name)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(value)
    return "" if value is None else str(value)

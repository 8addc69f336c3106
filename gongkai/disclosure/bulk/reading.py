"""A page that was read → an item on its way in: cells as a table would have them, then judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gongkai.disclosure.bulk.columns import BY_NAME
from gongkai.disclosure.bulk.incoming import Incoming, Judge
from gongkai.disclosure.bulk.labels import label_key
from gongkai.disclosure.bulk.profiles import Profile
from gongkai.disclosure.models import MigrationPage

_SITE_ONLY: Final = frozenset({"organ", "column", "mounts", "attachments", "body", "entries"})


def incoming_of(
    page: MigrationPage, judge: Judge, profile: Profile
) -> tuple[Incoming | None, list[str], list[str]]:
    """(the item or None, what is wrong, what should be known)."""
    faults: list[str] = []
    notes: list[str] = list(page.record.get("notes", ()))
    cells = cells_of(page, profile, notes)
    if not cells["title"]:
        return None, ["没有找到标题。"], notes
    if not cells["body"] and not page.record.get("attachments"):
        return None, ["没有找到正文，也没有附件。"], notes
    incoming = judge.judged(
        cells,
        lambda column, message: faults.append(f"{BY_NAME[column].label}：{message}"),
        notes.append,
    )
    if incoming is not None:
        incoming.address = page.address
    return incoming, faults, notes


def cells_of(page: MigrationPage, profile: Profile, notes: list[str]) -> dict[str, Any]:
    """The record's texts as parsed cells; what cannot be parsed is left out and told."""
    cells: dict[str, Any] = {name: column.default for name, column in BY_NAME.items()}
    fields: Mapping[str, str] = page.record.get("fields", {})
    for name, text in fields.items():
        if name in _SITE_ONLY or name not in BY_NAME or not text.strip():
            continue
        try:
            cells[name] = BY_NAME[name].parse(text)
        except ValueError as error:
            notes.append(f"{BY_NAME[name].label}：{error}")
    if not cells["title"] and page.title:
        cells["title"] = page.title[:200]
    if cells["published_at"] is None and page.listed_on is not None:
        cells["published_at"] = BY_NAME["published_at"].parse(page.listed_on)
    cells["body"] = page.record.get("body", "")
    words = [fields.get(name, "") for name in ("column", "topic", "document_kind")]
    cells["column"] = _mapped(profile.columns, words)
    cells["document_kind"] = _mapped(profile.kinds, words) or cells["document_kind"]
    cells["source_url"] = ""
    return cells


def _mapped(mapping: Mapping[str, str], words: list[str]) -> str:
    return next((mapping[key] for word in words if (key := label_key(word)) in mapping), "")

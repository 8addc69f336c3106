"""What differs between two versions of an item, so that a person can read it.

Texts are compared paragraph by paragraph, and within a changed paragraph by characters (figures
and Latin words as a whole), so that a moved comma is a comma and a new paragraph is a paragraph.
A lone character that happens to stay between two changes is shown as changed with them: islands
of “的” make nothing clearer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from gongkai.catalogue.models import CatalogueEntry, Column, Topic
from gongkai.disclosure import richtext
from gongkai.disclosure.content import CONTENT_FIELDS, LABELS
from gongkai.disclosure.models import DisclosedItem, StoredFile
from gongkai.statute import exemptions, proactive

Operation = Literal["equal", "delete", "insert"]
LONGEST: Final = 3_000
"""Characters of one paragraph beyond which it is shown as replaced: comparing grows with the square."""
_LISTS: Final = ("mounts", "entries", "issuers", "attachments")
_SEGMENT: Final = re.compile(r"[0-9A-Za-z.%]+|\s+|.", re.DOTALL)
_ISLAND: Final = 2
"""Equal runs shorter than this between two changes belong to the change."""


@dataclass(frozen=True)
class Chunk:
    """A piece of text that stays, goes or comes."""

    operation: Operation
    text: str


@dataclass(frozen=True)
class Difference:
    """One field that differs; `chunks` shows texts piece by piece, and is empty for others.

    For lists `removed` and `added` say what went and came.
    """

    name: str
    label: str
    old: str
    new: str
    chunks: tuple[Chunk, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def compare_versions(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """The differences between two revisions' contents, in the order of the form.

    At most five statements, for the names of what the versions refer to.
    """
    names = _Names(old, new)
    found: list[Difference] = []
    for name in CONTENT_FIELDS:
        before, after = old.get(name), new.get(name)
        if before == after or (before in _EMPTY and after in _EMPTY):
            continue
        found.append(_field(name, before, after, names))
    for name in _LISTS:
        before_list, after_list = (names.list_of(name, each.get(name)) for each in (old, new))
        if before_list != after_list:
            found.append(_list(name, before_list, after_list))
    return found


def text_chunks(old: str, new: str) -> tuple[Chunk, ...]:
    """`old` and `new` as pieces that stay, go or come; joined they give both texts back."""
    chunks: list[Chunk] = []
    before, after = (text.splitlines(keepends=True) for text in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for operation, a1, a2, b1, b2 in matcher.get_opcodes():
        if operation == "equal":
            chunks.append(Chunk("equal", "".join(before[a1:a2])))
        else:
            chunks += _words("".join(before[a1:a2]), "".join(after[b1:b2]))
    return _joined(chunks)


def segments(text: str) -> list[str]:
    """Characters, and figures and Latin words as a whole; joined they are the text."""
    return _SEGMENT.findall(text)


_EMPTY: Final = (None, "", [])


def _words(old: str, new: str) -> list[Chunk]:
    if not old or not new:
        return _gone_and_come(old, new)
    before, after = segments(old), segments(new)
    if max(len(before), len(after)) > LONGEST:
        return _gone_and_come(old, new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < 0.3:
        # Hardly a word in common: it is another text.
        return _gone_and_come(old, new)
    codes = matcher.get_opcodes()
    chunks: list[Chunk] = []
    gone: list[str] = []
    come: list[str] = []
    for at, (operation, a1, a2, b1, b2) in enumerate(codes):
        is_island = 0 < at < len(codes) - 1 and a2 - a1 < _ISLAND
        if operation == "equal" and not is_island:
            chunks += _gone_and_come("".join(gone), "".join(come))
            gone, come = [], []
            chunks.append(Chunk("equal", "".join(before[a1:a2])))
        else:
            gone += before[a1:a2]
            come += after[b1:b2]
    return chunks + _gone_and_come("".join(gone), "".join(come))


def _gone_and_come(old: str, new: str) -> list[Chunk]:
    gone = [Chunk("delete", old)] if old else []
    come = [Chunk("insert", new)] if new else []
    return gone + come


def _joined(chunks: Iterable[Chunk]) -> tuple[Chunk, ...]:
    joined: list[Chunk] = []
    for chunk in chunks:
        if joined and joined[-1].operation == chunk.operation:
            joined[-1] = Chunk(chunk.operation, joined[-1].text + chunk.text)
        else:
            joined.append(chunk)
    return tuple(joined)


def _field(name: str, before: Any, after: Any, names: _Names) -> Difference:
    if name == "body":
        old, new = richtext.plain_text(before or ""), richtext.plain_text(after or "")
        chunks = text_chunks(old, new)
        if old == new:
            # Only marks changed: the reader should know that the words did not.
            return Difference(name, LABELS[name], "（文字相同）", "（仅格式、链接或图片不同）")
        return Difference(name, LABELS[name], old, new, chunks)
    old, new = names.show(name, before), names.show(name, after)
    is_text = isinstance(before, str) and isinstance(after, str) and name in _TEXTS
    return Difference(name, LABELS[name], old, new, text_chunks(old, new) if is_text else ())


def _list(name: str, before: list[str], after: list[str]) -> Difference:
    return Difference(
        name,
        LABELS[name],
        "、".join(before),
        "、".join(after),
        removed=tuple(each for each in before if each not in after),
        added=tuple(each for each in after if each not in before),
    )


_TEXTS: Final = frozenset(
    {
        "title", "summary", "source", "attribute_reason", "attribute_basis", "correction_note",
        "interpretation_exemption", "audience",
    }
)  # fmt: skip


class _Names:
    """The names of what two versions refer to: each kind read once for both."""

    def __init__(self, *contents: Mapping[str, Any]) -> None:
        self.columns = _named(Column, contents, lambda c: [c.get("column"), *c.get("mounts", ())])
        self.topics = _named(
            Topic.objects.select_related("parent"), contents, lambda c: [c.get("topic")]
        )
        self.entries = _named(CatalogueEntry, contents, lambda c: c.get("entries", ()))
        self.items = _named(DisclosedItem, contents, lambda c: [c.get("interprets")])
        self.files = {
            pk: f"{sha256[:8]}"
            for pk, sha256 in StoredFile.objects.filter(
                pk__in={row["stored"] for c in contents for row in c.get("attachments", ())}
            ).values_list("pk", "sha256")
        }

    def show(self, name: str, value: Any) -> str:
        """A field's value in words."""
        if value in _EMPTY:
            return ""
        related = {"column": self.columns, "topic": self.topics, "interprets": self.items}
        if name in related:
            return related[name].get(value, "（已删除）")
        if name == "statutory_item":
            return f"{value} {proactive.label(value)}"
        if name == "exemption":
            return str(exemptions.LIMBS.get(value, value))
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, list):
            return "、".join(str(each) for each in value)
        field: Any = DisclosedItem._meta.get_field(name)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if field.get_internal_type() == "DateTimeField":
            moment = parse_datetime(str(value))
            return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else str(value)
        return str(value)

    def list_of(self, name: str, rows: Any) -> list[str]:
        """A list's members in words, in their order where the order says something."""
        rows = rows or []
        if name == "mounts":
            return sorted(self.columns.get(key, "（已删除）") for key in rows)
        if name == "entries":
            return sorted(self.entries.get(key, "（已删除）") for key in rows)
        ordered = sorted(rows, key=lambda row: row.get("order") or 0)
        if name == "issuers":
            return [row["name"] for row in ordered]
        # The same name with another content is another file.
        return [f"{row['name']}（{self.files.get(row['stored'], '')}）" for row in ordered]


def _named(
    source: Any, contents: Iterable[Mapping[str, Any]], keys: Callable[[Mapping[str, Any]], Any]
) -> dict[int, str]:
    wanted = {key for content in contents for key in keys(content) if key is not None}
    if not wanted:
        return {}
    rows = source if hasattr(source, "filter") else source.objects.all()
    return {row.pk: str(row) for row in rows.filter(pk__in=wanted)}

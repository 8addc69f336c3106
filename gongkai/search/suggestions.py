"""What a question that begins so may become. One look into memory, no statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gongkai.search import vocabulary

LONGEST_TYPED: Final = 40
FEW: Final = 8


@dataclass(frozen=True)
class Suggestion:
    """`kind`: term, title, organ or number; `key`: of the record ("item:12") or the body."""

    text: str
    kind: str
    key: str = ""


def suggest(text: str, limit: int = FEW) -> list[Suggestion]:
    """By the beginning in characters, pinyin or initials; then by what stands inside."""
    typed = vocabulary.squeezed(text[:LONGEST_TYPED])
    if not typed:
        return []
    known = vocabulary.current()
    found = known.beginning_with(typed, limit * 3)
    if len(found) < limit and len(typed) > 1:
        found = [*found, *known.containing(typed, limit)]
    shown: dict[str, Suggestion] = {}
    for entry in found:
        shown.setdefault(entry.text, Suggestion(entry.text, entry.kind, entry.key))
    return list(shown.values())[:limit]

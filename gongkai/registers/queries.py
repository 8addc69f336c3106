"""Reads of this room that are more than a filter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Organ
from gongkai.organs.shell import act_label
from gongkai.registers.models import (
    ActItem,
    DocumentKind,
    ItemKind,
    NormativeDocument,
    RegisterRecord,
)


def find_item(organ: Organ, kind: str, code: str) -> ActItem | None:
    """The body's item of that kind and code that was not taken back."""
    return ActItem.objects.filter(organ=organ, kind=kind, code=code, voided_at=None).first()


def valid_items(on: date) -> Q:
    """Items valid on the day."""
    return Q(valid_from__lte=on) & (Q(valid_until=None) | Q(valid_until__gte=on))


def open_documents(on: date) -> Q:
    """Documents issued and not ended by the day."""
    return (
        Q(issued_on__lte=on)
        & (Q(repealed_on=None) | Q(repealed_on__gt=on))
        & (Q(expires_on=None) | Q(expires_on__gt=on))
    )


def validity(record: RegisterRecord, on: date) -> str:
    """Where a record stands on the day, in a word or two."""
    if record.is_void:
        return "已作废"
    if isinstance(record, ActItem):
        if record.valid_on(on):
            return "有效"
        return "未生效" if record.valid_from > on else "已失效"
    if isinstance(record, NormativeDocument):
        ended = record.ended_on
        if ended is None or ended > on:
            return "现行有效"
        return "已废止" if ended == record.repealed_on else "有效期已届满"
    return "有效"


@dataclass(frozen=True)
class HistoryEntry:
    """One act upon a record, as the ledger keeps it."""

    at: datetime
    actor: str
    act: str
    facts: tuple[tuple[str, str], ...]


def history(record: RegisterRecord, names: dict[str, str]) -> list[HistoryEntry]:
    """Who did what to the record, latest first. `names`: field → heading. One statement.

    Records that came by an import have one entry for the whole import, which is not listed
    here.
    """
    entries: QuerySet[LedgerEntry] = LedgerEntry.objects.filter(
        object_type=record._meta.label_lower, object_id=str(record.pk)
    ).order_by("-pk")
    kinds: dict[Any, Any] = dict(ItemKind.choices) | dict(DocumentKind.choices)
    return [
        HistoryEntry(
            entry.at,
            entry.actor_name,
            act_label(entry.action),
            tuple(_facts(entry.changes, names, kinds)),
        )
        for entry in entries[:100]
    ]


def _facts(
    changes: dict[str, Any], names: dict[str, str], kinds: dict[Any, Any]
) -> list[tuple[str, str]]:
    facts = []
    for name, value in changes.items():
        heading = {"reason": "原因", "void_reason": "作废原因"}.get(name) or names.get(name, name)
        if isinstance(value, list) and len(value) == 2:
            old, new = (_shown(kinds.get(each, each) if name == "kind" else each) for each in value)
            facts.append((heading, new if value[0] is None else f"{old} → {new}"))
        else:
            facts.append((heading, _shown(value)))
    return facts


def _shown(value: Any) -> str:
    return "（空）" if value in (None, "") else str(value)

"""One change of classification for many items, looked at before, and undone afterwards.

Column, further columns, topic, statutory item and catalogue entries say where an item is found,
not what it says; so a published item is reclassified without a new review and keeps its address,
its index number and its day. What is under review is left alone: a change would not be what was
reviewed (Art. 17).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gongkai.catalogue.models import CatalogueEntry, Column, Topic
from gongkai.disclosure.bulk.resolve import IMPORT
from gongkai.disclosure.bulk.versions import patch_versions
from gongkai.disclosure.models import DisclosedItem, ReclassifiedItem, ReclassifyBatch
from gongkai.disclosure.services import publishing
from gongkai.disclosure.services.common import stated
from gongkai.disclosure.signals import items_published
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import Act, record_many
from gongkai.organs import policy
from gongkai.organs.models import User
from gongkai.statute import proactive

MAX_ITEMS: Final = 5_000
_SINGLE: Final = ("column", "topic", "statutory_item")
_SETS: Final = ("mounts", "entries")
KEYS: Final = (*_SINGLE, "mounts_add", "mounts_remove", "entries_add", "entries_remove")
LABELS: Final = {
    "column": "主栏目",
    "topic": "主题分类",
    "statutory_item": "法定公开内容",
    "mounts": "同时显示在",
    "entries": "标准目录事项",
}
_WORDS: Final = re.compile(r"[\s,，;；、]+")


@dataclass(frozen=True)
class ItemChange:
    """What would become of one item: field → number(s) before and after; or why nothing can."""

    item: DisclosedItem
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    refused: str = ""

    @property
    def changes(self) -> bool:
        return bool(self.after) and not self.refused


@dataclass(frozen=True)
class Reclassified:
    """What was done: the batch, how many changed, and which were left alone for which reason."""

    batch: ReclassifyBatch | None
    number: int
    refused: Sequence[tuple[DisclosedItem, str]]


def plan(
    items: QuerySet[DisclosedItem] | Iterable[DisclosedItem], changes: Mapping[str, Any]
) -> list[ItemChange]:
    """What the changes would do to each item; writes nothing. A constant number of statements.

    `changes`: `column`, `topic`, `statutory_item` set a value; `mounts_add`, `mounts_remove`,
    `entries_add`, `entries_remove` are lists. Raises ValidationError for changes that say nothing
    or name what there is not.
    """
    wanted = _checked(changes)
    keys = [item.pk for item in items]
    found = {
        item.pk: item
        for item in DisclosedItem.objects.filter(pk__in=keys).select_related(
            "organ", "latest_revision"
        )
    }
    mounts = _related("mounts", "column_id", keys)
    entries = _related("entries", "catalogueentry_id", keys)
    planned = []
    for key in keys:
        item = found.get(key)
        if item is not None:
            planned.append(_of_one(item, mounts[key], entries[key], wanted))
    return planned


def reclassify(
    actor: Actor,
    items: Iterable[DisclosedItem],
    changes: Mapping[str, Any],
    *,
    reason: str,
    expected: int | None = None,
) -> Reclassified:
    """The items stand where `changes` say, all in one transaction; see `undo`.

    `expected`: how many the person saw would change; when others changed them meanwhile,
    ValidationError and nothing happens. Raises PermissionDenied for an item outside the actor's
    reach.
    """
    reason = stated(reason, "请写明调整原因，例如“栏目合并”。")
    keys = [item.pk for item in items]
    if len(keys) > MAX_ITEMS:
        raise ValidationError(f"一次最多调整{MAX_ITEMS:,}条，选中了{len(keys):,}条，请分批办理。")
    with transaction.atomic():
        locked = list(
            DisclosedItem.objects.select_for_update(of=("self",))
            .filter(pk__in=keys)
            .select_related("organ")
            .order_by("pk")
        )
        for organ in {item.organ_id: item.organ for item in locked}.values():
            policy.authorise(actor, IMPORT, organ)
        planned = plan(locked, changes)
        todo = [each for each in planned if each.changes]
        refused = [(each.item, each.refused) for each in planned if each.refused]
        if expected is not None and expected != len(todo):
            raise ValidationError(
                f"您确认时是{expected:,}条，现在是{len(todo):,}条：有人刚修改过。请重新核对后再确认。"
            )
        if not todo:
            raise ValidationError("没有需要调整的信息：所选信息已经是这样，或者正在审核。")
        batch = ReclassifyBatch.objects.create(
            changes=_facts(changes),
            reason=reason,
            number=len(todo),
            made_by=actor.user if isinstance(actor.user, User) else None,
        )
        ReclassifiedItem.objects.bulk_create(
            [
                ReclassifiedItem(
                    batch=batch,
                    item=each.item,
                    organ_id=each.item.organ_id,
                    before=dict(each.before),
                    after=dict(each.after),
                )
                for each in todo
            ],
            batch_size=500,
        )
        _write(actor, todo, "disclosure.reclassify", {"batch": batch.pk, "reason": reason})
    return Reclassified(batch, len(todo), refused)


def undo(actor: Actor, batch: ReclassifyBatch, *, reason: str) -> Reclassified:
    """The items of the batch stand where they stood; those changed since are left alone."""
    reason = stated(reason, "请写明撤销原因。")
    with transaction.atomic():
        current = ReclassifyBatch.objects.select_for_update().get(pk=batch.pk)
        if current.undone_at is not None:
            raise ValidationError("这一批调整已经撤销过。")
        rows = list(current.items.select_related("organ"))
        for organ in {row.organ_id: row.organ for row in rows}.values():
            policy.authorise(actor, IMPORT, organ)
        keys = [row.item_id for row in rows]
        items = DisclosedItem.objects.select_for_update(of=("self",)).filter(pk__in=keys)
        found = {
            item.pk: item
            for item in items.select_related("organ", "latest_revision").order_by("pk")
        }
        now = {
            "mounts": _related("mounts", "column_id", keys),
            "entries": _related("entries", "catalogueentry_id", keys),
        }
        todo: list[ItemChange] = []
        refused: list[tuple[DisclosedItem, str]] = []
        for row in rows:
            item = found[row.item_id]
            values = {name: _value(item, name, now) for name in row.after}
            trouble = _closed(item)
            if values != row.after:
                trouble = "之后又被修改过，保持现状。"
            if trouble:
                refused.append((item, trouble))
            else:
                todo.append(ItemChange(item, before=row.after, after=row.before))
        if not todo:
            raise ValidationError("这一批信息之后都被修改过或正在审核，无法撤销。")
        current.undone_at = timezone.now()
        current.undone_by = actor.user if isinstance(actor.user, User) else None
        current.save(update_fields=["undone_at", "undone_by"])
        _write(actor, todo, "disclosure.reclassify.undo", {"batch": batch.pk, "reason": reason})
    return Reclassified(current, len(todo), refused)


def named(
    items: QuerySet[DisclosedItem], text: str
) -> tuple[QuerySet[DisclosedItem], list[str], list[str]]:
    """(items, unknown, ambiguous): those that a pasted list of index numbers, old index numbers
    or document numbers names, out of `items`."""
    words = list(dict.fromkeys(word for word in _WORDS.split(text) if word))[: MAX_ITEMS + 1]
    rows = items.filter(
        Q(index_number__in=words) | Q(legacy_index_number__in=words) | Q(document_number__in=words)
    ).values_list("pk", "index_number", "legacy_index_number", "document_number")
    by_word: dict[str, set[int]] = {word: set() for word in words}
    for pk, *numbers in rows:
        for number in numbers:
            if number in by_word:
                by_word[number].add(pk)
    unknown = [word for word, found in by_word.items() if not found]
    ambiguous = [word for word, found in by_word.items() if len(found) > 1]
    keys = {pk for found in by_word.values() if len(found) == 1 for pk in found}
    return items.filter(pk__in=keys), unknown, ambiguous


# -- judging -----------------------------------------------------------------------------------
def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(changes) - set(KEYS)
    if unknown:
        raise TypeError(f"nothing to change called {', '.join(sorted(unknown))}")
    wanted = {key: value for key, value in changes.items() if value not in (None, "", [], ())}
    if not wanted:
        raise ValidationError("请至少选择一项要调整的内容。")
    wrong: dict[str, str] = {}
    for key in ("column", "topic"):
        if key in wanted:
            wanted[key] = getattr(wanted[key], "pk", wanted[key])
    for key in KEYS[3:]:
        if key in wanted:
            wanted[key] = {getattr(each, "pk", each) for each in wanted[key]}
    today = timezone.localdate()
    columns = {wanted.get("column"), *wanted.get("mounts_add", ())} - {None}
    usable = set(
        Column.objects.filter(pk__in=columns)
        .filter(Q(closed_on=None) | Q(closed_on__gt=today))
        .values_list("pk", flat=True)
    )
    if columns - usable:
        wrong["column" if wanted.get("column") not in usable else "mounts_add"] = (
            "所选栏目不存在或已停用，请重新选择。"
        )
    if "topic" in wanted and not Topic.objects.filter(pk=wanted["topic"]).exists():
        wrong["topic"] = "没有这个主题，请重新选择。"
    if "statutory_item" in wanted and wanted["statutory_item"] not in proactive.ITEMS:
        wrong["statutory_item"] = "没有这一法定公开内容，请重新选择。"
    entries = wanted.get("entries_add", set())
    if entries and CatalogueEntry.objects.filter(pk__in=entries).count() != len(entries):
        wrong["entries_add"] = "所选事项有的已不存在，请重新选择。"
    if wrong:
        raise ValidationError(wrong)
    return wanted


def _of_one(
    item: DisclosedItem, mounts: list[int], entries: list[int], wanted: Mapping[str, Any]
) -> ItemChange:
    now = {"mounts": {item.pk: mounts}, "entries": {item.pk: entries}}
    after: dict[str, Any] = {name: wanted[name] for name in _SINGLE if name in wanted}
    column = after.get("column", item.column_id)
    for name, held in (("mounts", mounts), ("entries", entries)):
        added = wanted.get(f"{name}_add", set())
        removed = wanted.get(f"{name}_remove", set())
        if added or removed or (name == "mounts" and column in held):
            kept = (set(held) | added) - removed
            after[name] = sorted(kept - {column} if name == "mounts" else kept)
    before = {name: _value(item, name, now) for name in after}
    changed = [name for name in after if after[name] != before[name]]
    return ItemChange(
        item,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        refused=_closed(item) if changed else "",
    )


def _closed(item: DisclosedItem) -> str:
    if item.step or item.scheduled_for is not None:
        return "正在审核或待定时发布，内容已锁定。"
    return ""


def _value(item: DisclosedItem, name: str, related: Mapping[str, Mapping[int, list[int]]]) -> Any:
    if name in _SETS:
        return related[name][item.pk]
    return item.statutory_item if name == "statutory_item" else getattr(item, f"{name}_id")


def _related(name: str, column: str, keys: Sequence[int]) -> dict[int, list[int]]:
    through: Any = getattr(DisclosedItem, name).through
    found: dict[int, list[int]] = {key: [] for key in keys}
    rows = through._default_manager.filter(discloseditem_id__in=keys).order_by(column)
    for item, other in rows.values_list("discloseditem_id", column):
        found[item].append(other)
    return found


def _facts(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes as they are kept: numbers of records."""
    facts: dict[str, Any] = {}
    for key, value in changes.items():
        if value in (None, "", [], ()):
            continue
        if isinstance(value, list | tuple | set | QuerySet):
            facts[key] = sorted(getattr(each, "pk", each) for each in value)
        else:
            facts[key] = getattr(value, "pk", value)
    return facts


# -- writing -----------------------------------------------------------------------------------
def _write(actor: Actor, todo: Sequence[ItemChange], act: str, facts: Mapping[str, Any]) -> None:
    now = timezone.now()
    user = actor.user if isinstance(actor.user, User) else None
    for each in todo:
        for name in _SINGLE:
            if name in each.after:
                attribute = name if name == "statutory_item" else f"{name}_id"
                setattr(each.item, attribute, each.after[name])
        each.item.updated_at = now
    _write_related(todo)
    patch_versions([(each.item, each.after) for each in todo], user, now)
    DisclosedItem.objects.bulk_update(
        [each.item for each in todo],
        ["column", "topic", "statutory_item", "updated_at", "latest_revision", "live_revision"],
        batch_size=100,
    )
    for each in todo:
        if "entries" in each.after and each.item.live:
            publishing.tell_catalogue(each.item)
    items_published.send(
        sender=DisclosedItem, keys=[each.item.pk for each in todo if each.item.live]
    )
    record_many(
        actor,
        [
            Act(
                act,
                chain=each.item.organ.code,
                obj=each.item,
                changes={
                    **facts,
                    **{name: [each.before[name], each.after[name]] for name in each.after},
                },
            )
            for each in todo
        ],
    )


def _write_related(todo: Sequence[ItemChange]) -> None:
    for name, column in (("mounts", "column_id"), ("entries", "catalogueentry_id")):
        through: Any = getattr(DisclosedItem, name).through
        changed = {each.item.pk: each.after[name] for each in todo if name in each.after}
        through._default_manager.filter(discloseditem_id__in=changed).delete()
        through._default_manager.bulk_create(
            [
                through(**{"discloseditem_id": item, column: other})
                for item, others in changed.items()
                for other in others
            ],
            batch_size=500,
        )

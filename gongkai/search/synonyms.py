"""Keeping synonyms and recommended words: what the disclosure office does on its screens.

Every change raises the version of the office's lists, so that all processes search by it within
two seconds, and is written to the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import diff, record
from gongkai.organs import imports
from gongkai.organs.policy import authorise
from gongkai.search import asking, memory
from gongkai.search.language.normalise import normalise
from gongkai.search.models import CuratedWord, SynonymGroup, SynonymKind
from gongkai.search.models.office import SEPARATOR

MANAGE: Final = "search.manage"
MOST_WORDS: Final = 20
LONGEST_WORD: Final = 20
MOST_CURATED: Final = 30
MAX_GROUPS: Final = 5_000
DETAILS: Final = ("kind", "words", "meant", "note")
CHANGED_MESSAGE: Final = (
    "这一组在您打开之后已被他人修改，您的修改没有保存。请另开一页查看最新内容，再决定是否改写。"
)
_SPLIT: Final = re.compile(r"[、,，;；/|\n\t]+|(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


def add_group(
    actor: Actor, *, kind: str, words: str, meant: str = "", note: str = "", active: bool = True
) -> SynonymGroup:
    """The words are searched for together from now on."""
    authorise(actor, MANAGE)
    group = SynonymGroup(kind=kind, words=words, meant=meant, note=note, active=active)
    with transaction.atomic():
        _check(group)
        group.save()
        _note(actor, "add", group, {"words": group.words, "meant": group.meant})
    return group


def change_group(
    actor: Actor, group: SynonymGroup, *, seen: datetime | None = None, **changes: Any
) -> SynonymGroup:
    """The group reads as `changes` say (`DETAILS`)."""
    authorise(actor, MANAGE)
    with transaction.atomic():
        current = SynonymGroup.objects.select_for_update().get(pk=group.pk)
        if seen is not None and current.updated_at != seen:
            raise ValidationError(CHANGED_MESSAGE)
        before = {name: getattr(current, name) for name in DETAILS}
        for name in DETAILS:
            if name in changes:
                setattr(current, name, changes[name])
        _check(current)
        differences = diff(before, {name: getattr(current, name) for name in DETAILS})
        if differences:
            current.save()
            _note(actor, "change", current, differences)
    return current


def switch_group(actor: Actor, group: SynonymGroup, *, active: bool) -> SynonymGroup:
    """The group is used, or kept without being used."""
    authorise(actor, MANAGE)
    with transaction.atomic():
        current = SynonymGroup.objects.select_for_update().get(pk=group.pk)
        if current.active != active:
            current.active = active
            current.save()
            _note(actor, "switch_on" if active else "switch_off", current, {})
    return current


def delete_group(actor: Actor, group: SynonymGroup) -> None:
    """The group is gone; what it said stays in the ledger."""
    authorise(actor, MANAGE)
    with transaction.atomic():
        current = SynonymGroup.objects.select_for_update().get(pk=group.pk)
        facts = {"words": current.words, "meant": current.meant, "note": current.note}
        _note(actor, "delete", current, {name: value for name, value in facts.items() if value})
        current.delete()


def set_curated(actor: Actor, words: Sequence[str]) -> list[str]:
    """These words, in this order, stand where too little is asked."""
    authorise(actor, MANAGE)
    wanted = list(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))
    if len(wanted) > MOST_CURATED:
        raise ValidationError({"words": f"最多{MOST_CURATED}个词，现在有{len(wanted)}个。"})
    for word in wanted:
        if len(word) > LONGEST_WORD:
            raise ValidationError({"words": f"“{word}”太长，每个词最多{LONGEST_WORD}个字。"})
        if asking.is_personal(normalise(word)):
            raise ValidationError({"words": "不得填写电话、证件号码等个人信息。"})
    with transaction.atomic():
        before = list(CuratedWord.objects.values_list("word", flat=True))
        if before != wanted:
            CuratedWord.objects.all().delete()
            CuratedWord.objects.bulk_create(
                CuratedWord(word=word, position=place) for place, word in enumerate(wanted)
            )
            memory.raise_version(memory.OFFICE)
            transaction.on_commit(asking.forget)
            record(
                actor,
                "search.curated.change",
                chain=SITE_CHAIN,
                changes={"words": [SEPARATOR.join(before)[:200], SEPARATOR.join(wanted)[:200]]},
            )
    return wanted


# -- importing ---------------------------------------------------------------------------------

_KINDS: Final = imports.choice(SynonymKind.choices, 双向="two_way", 互为同义="two_way")

SYNONYM_COLUMNS: Final = (
    imports.Column(
        "kind",
        "类别",
        parse=_KINDS,
        default="",
        help="同义、单向；留空的，有规范用词为单向，没有为同义",
        example="单向",
    ),
    imports.Column(
        "words",
        "词语",
        ("群众用词", "俗称"),
        required=True,
        parse=imports.text(300),
        help="几个词用“、”隔开",
        example="上户口、报户口",
    ),
    imports.Column(
        "meant",
        "规范用词",
        ("政策用词",),
        parse=imports.text(300),
        default="",
        help="单向的必填",
        example="出生登记、户口登记",
    ),
    imports.Column("note", "说明", ("备注",), parse=imports.text(200), default=""),
    imports.Column("active", "启用", parse=imports.boolean, default=True, help="是或否"),
)


def import_groups(
    actor: Actor, source: str | Path | IO[bytes], name: str = "", *, dry_run: bool = False
) -> imports.ImportReport:
    """Groups as in the file: known ones (by kind and words) are changed, others added.

    Raises UnreadableTable or ImportFailed; nothing is kept then, nor with `dry_run`.
    """
    authorise(actor, MANAGE)
    with transaction.atomic():
        known = {(group.kind, group.words): group for group in SynonymGroup.objects.all()}
        rows: dict[tuple[str, str], int] = {}
        new: list[SynonymGroup] = []
        changed: list[SynonymGroup] = []
        unchanged = 0
        with imports.open_table(source, SYNONYM_COLUMNS, name=name, max_rows=MAX_GROUPS) as table:
            for batch in table.batches(500):
                for row in batch:
                    group = SynonymGroup(
                        kind=row["kind"] or ("one_way" if row["meant"] else "two_way"),
                        words=row["words"],
                        meant=row["meant"],
                        note=row["note"],
                        active=row["active"],
                    )
                    complaints = _tidied(group)
                    for column, message in complaints.items():
                        table.problem(row, column, message)
                    if complaints:
                        continue
                    key = (group.kind, group.words)
                    earlier = rows.setdefault(key, row.number)
                    if earlier != row.number:
                        table.problem(row, "words", f"与第{earlier}行重复，请只保留一行。")
                        continue
                    existing = known.get(key)
                    if existing is None:
                        new.append(group)
                        continue
                    present = [n for n in ("meant", "note", "active") if n in table.present]
                    if all(getattr(existing, n) == getattr(group, n) for n in present):
                        unchanged += 1
                        continue
                    for column in present:
                        setattr(existing, column, getattr(group, column))
                    changed.append(existing)
            table.finish()
        SynonymGroup.objects.bulk_create(new, batch_size=500)
        for group in changed:
            group.save()
        memory.raise_version(memory.OFFICE)
        record(
            actor,
            "search.synonym.import",
            chain=SITE_CHAIN,
            changes={
                "file": name[:200],
                "created": len(new),
                "updated": len(changed),
                "unchanged": unchanged,
            },
        )
        if dry_run:
            transaction.set_rollback(True)
        report = imports.ImportReport(
            created=len(new),
            updated=len(changed),
            unchanged=unchanged,
            ignored=table.ignored,
            sample=tuple(table.sample),
        )
    memory.forget()
    return report


# -- parts ---------------------------------------------------------------------------------------


def split(text: str) -> list[str]:
    """Words from a field: parted by 、 commas, semicolons, strokes or lines; each once."""
    found: dict[str, str] = {}
    for word in _SPLIT.split(text):
        kept = " ".join(word.split())
        if kept:
            found.setdefault(normalise(kept), kept)
    found.pop("", None)
    return list(found.values())


def _tidied(group: SynonymGroup) -> dict[str, str]:
    """Put the words into their form; what is wrong with them, by field."""
    words, meant = split(group.words), split(group.meant)
    group.note = " ".join(group.note.split())
    found: dict[str, str] = {}
    if group.kind == SynonymKind.TWO_WAY:
        words = list(dict.fromkeys([*words, *meant]))
        meant = []
        if len(words) < 2:
            found["words"] = "同义的一组至少要有两个不同的词，用“、”隔开。"
    elif not meant:
        found["meant"] = "请填写规范用词：群众这样搜时，还要按哪些词去找。"
    elif not words:
        found["words"] = "请填写词语。"
    same = {normalise(word) for word in words} & {normalise(word) for word in meant}
    if same:
        found["meant"] = f"“{min(same)}”两边都有，请从一边删去。"
    for name, listed in (("words", words), ("meant", meant)):
        message = _complaint(listed)
        if message:
            found[name] = message
    if asking.is_personal(normalise(group.note)):
        found["note"] = "说明中含有电话或证件号码，请删去。"
    group.words, group.meant = SEPARATOR.join(words), SEPARATOR.join(meant)
    return found


def _complaint(words: Iterable[str]) -> str:
    listed = list(words)
    if len(listed) > MOST_WORDS:
        return f"一边最多{MOST_WORDS}个词，现在有{len(listed)}个。"
    if len(SEPARATOR.join(listed)) > 300:
        return "合计最多300个字，请分成几组。"
    for word in listed:
        if len(normalise(word)) < 2:
            return f"“{word}”只有一个字，会在各处误配，每个词至少两个字。"
        if len(word) > LONGEST_WORD:
            return f"“{word}”太长，每个词最多{LONGEST_WORD}个字。"
        if asking.is_personal(normalise(word)):
            return "不得填写电话、证件号码等个人信息。"
    return ""


def _check(group: SynonymGroup) -> None:
    found = _tidied(group)
    if found:
        raise ValidationError({name: [message] for name, message in found.items()})
    group.full_clean(validate_constraints=False)
    same = SynonymGroup.objects.filter(kind=group.kind, words=group.words).exclude(pk=group.pk)
    if same.exists():
        raise ValidationError({"words": ["已有同样词语的一组，请修改已有的一组。"]})


def _note(actor: Actor, verb: str, group: SynonymGroup, facts: dict[str, Any]) -> None:
    memory.raise_version(memory.OFFICE)
    record(actor, f"search.synonym.{verb}", chain=SITE_CHAIN, obj=group, changes=facts)

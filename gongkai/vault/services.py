"""Rotation of keys (更换密钥), the master key anew, and files that nothing names.

Only an operator at the console does this: who holds the keys is outside the offices' roles.

How a rotation survives being killed: a new key is in use from the first commit on, so nothing new
is sealed with the old one; then values and files are sealed anew, each batch in a transaction of
its own, each file in one rename, while the old key still opens the rest. A value's own head says
which key it needs, so another run goes on where it was. At the end a whole pass has to find nothing
left, and only then the old key is destroyed.

Who sealed with the old key just before the change may save a little later, or save a row that he
read before it. So the last pass comes `GRACE` after the change: longer than anything that the
platform does with a value in its hands.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.db.models import Count, Max
from django.db.models.functions import Substr
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.vault import crypto, files, keys, registry
from gongkai.vault.models import DataKey
from gongkai.vault.registry import BlindIndex, SealedColumn, SealedFiles
from gongkai.vault.sealing import CannotOpen, open_bytes, seal_bytes

Purpose = DataKey.Purpose
State = DataKey.State

GRACE: Final = timedelta(minutes=15)
BATCH: Final = 200
ORPHAN_AGE: Final = 24 * 3600.0
"""Seconds after which a sealed file that nothing names is a leftover, not a write under way."""

Say = Callable[[str], None]


@dataclass
class Rotated:
    """What a rotation came to. `destroyed` is the old key, None while it has to stay."""

    key: int
    values: int = 0
    files: int = 0
    destroyed: int | None = None
    problems: list[str] = field(default_factory=list)
    wait: timedelta = timedelta()
    """How long until the old key may be destroyed by another run."""


@dataclass(frozen=True)
class KeyStatus:
    """A key and how much is sealed with it (for an index key: nothing is counted)."""

    row: DataKey
    values: int
    files: int
    usable: bool


@dataclass(frozen=True)
class Status:
    """The keys, the values whose head names no known key, and files that are not there."""

    keys: tuple[KeyStatus, ...]
    strangers: int
    missing_files: int
    master: str
    """What is wrong with the master key; "" when it opens every key."""

    @property
    def sound(self) -> bool:
        """Whether everything that is sealed can be opened, as far as heads and keys tell."""
        return not (self.strangers or self.missing_files or self.master)


def status() -> Status:
    """Keys in use and retired, and what each of them seals. Reads heads, opens nothing."""
    values: Counter[int] = Counter()
    strangers = 0
    for column in registry.columns():
        for number, count in _heads(column).items():
            if number is None:
                strangers += count
            else:
                values[number] += count
    master, usable = "", set()
    rows = list(DataKey.objects.order_by("pk"))
    for row in rows:
        if row.state == State.DESTROYED:
            continue
        try:
            keys.key_of(row)
            usable.add(row.pk)
        except keys.KeyUnavailable as problem:
            master = str(problem)
    held: Counter[int] = Counter()
    missing = 0
    # Without the master key nobody knows which files a draft has, so files are not counted.
    for path in _paths(lambda _: None) if not master else ():
        try:
            held[files.key_number(path)] += 1
        except CannotOpen:
            missing += 1
    found = [KeyStatus(row, values[row.pk], held[row.pk], row.pk in usable) for row in rows]
    known = {one.row.pk for one in found if one.row.state != State.DESTROYED}
    strangers += sum(n for number, n in (values + held).items() if number not in known)
    return Status(tuple(found), strangers, missing, master)


def rotate(
    actor: Actor,
    purpose: str,
    *,
    say: Say = lambda _: None,
    grace: timedelta = GRACE,
    wait: Callable[[float], None] | None = time.sleep,
) -> Rotated:
    """Everything is sealed (or indexed) with a new key, and the old one is destroyed.

    Goes on with a rotation that was broken off. `wait` is asked to let the rest of `grace` pass;
    None leaves the end to another run. What cannot be opened keeps the old key alive and is named.
    """
    _only_console(actor)
    old, new = _begin(actor, purpose, say)
    done = Rotated(new.pk)
    if old is None:
        return done
    _pass(purpose, new, done, say)
    rest = _rest(old, grace)
    if rest and wait is None:
        done.wait = rest
        say(f"密钥{old.pk}将在{rest.total_seconds():.0f}秒后可以销毁，届时请再运行一次。")
        return done
    if rest and wait is not None:
        say(f"等待{rest.total_seconds():.0f}秒，让正在办理的操作做完，然后复查。")
        wait(rest.total_seconds())
    done.problems.clear()
    _pass(purpose, new, done, say)
    if not _nobody_from_before(old):
        done.problems.append(
            "还有在更换密钥之前开始、至今没有结束的数据库操作，请等它结束后再运行一次。"
        )
    _end(actor, purpose, old, done, say)
    return done


def rewrap(actor: Actor, *, say: Say = lambda _: None) -> int:
    """All data keys are wrapped with the master key in force; how many had to be.

    The old master key has to be named behind the new one until this is done.
    """
    _only_console(actor)
    masters = keys.master_keys()
    mark = keys.mark_of(masters[0])
    with transaction.atomic():
        rows = list(
            DataKey.objects.select_for_update()
            .exclude(state=State.DESTROYED)
            .exclude(master=mark)
            .order_by("pk")
        )
        marks = sorted({row.master for row in rows})
        for row in rows:
            key = keys.unwrap(row, bytes(row.wrapped), masters)
            row.wrapped, row.master = keys.wrap(row, key, masters[0]), mark
            row.save(update_fields=["wrapped", "master"])
            say(f"密钥{row.pk}已改由主密钥{mark}加密。")
        if rows:
            record(
                actor,
                "vault.rewrap",
                chain=SITE_CHAIN,
                changes={"keys": len(rows), "master": [marks, mark]},
            )
    return len(rows)


def renew_stored_master(actor: Actor, *, say: Say = lambda _: None) -> int:
    """The file of the master key gets a new one, all keys are wrapped with it, the old one goes.

    Killed between, the file names both, and `rewrap` and this finish the work.
    """
    _only_console(actor)
    masters = keys.master_keys()
    if len(masters) == 1:
        masters = [crypto.new_key(), *masters]
        keys.store(masters)
    count = rewrap(actor, say=say)
    keys.store(masters[:1])
    return count


def sweep(actor: Actor, *, dry_run: bool = False, older_than: float = ORPHAN_AGE) -> list[str]:
    """Sealed files that no row names are gone; their paths.

    A process that was killed between writing a file and its row leaves such a file. Young ones are
    left alone: their row may be on its way. So is everything while a row cannot say which files it
    names, since its files would look like leftovers.
    """
    _only_console(actor)
    old = set(files.stored(older_than=older_than))
    named = _named() if old else set()
    leftover = sorted(old - named)
    if dry_run or not leftover:
        return leftover
    with transaction.atomic():
        record(actor, "vault.sweep", chain=SITE_CHAIN, changes={"files": len(leftover)})
    for path in leftover:
        files.remove(path)
    return leftover


# -- inside ------------------------------------------------------------------------------------


def _only_console(actor: Actor) -> None:
    if actor.user is not None or actor.channel not in ("command", "system", "demo"):
        raise PermissionDenied("密钥只能由运维人员在服务器上更换。")


def _begin(actor: Actor, purpose: str, say: Say) -> tuple[DataKey | None, DataKey]:
    """The old key and the new one; no old one where nothing was ever sealed."""
    with transaction.atomic():
        rows = list(
            DataKey.objects.select_for_update()
            .filter(purpose=purpose)
            .exclude(state=State.DESTROYED)
            .order_by("pk")
        )
        active = next((row for row in rows if row.state == State.ACTIVE), None)
        retired = [row for row in rows if row.state == State.RETIRED]
        if active is None:
            return None, keys.add(purpose)
        if retired:
            say(f"继续上次没有做完的更换（密钥{retired[0].pk} → 密钥{active.pk}）。")
            return retired[0], active
        keys.key_of(active)  # a new key beside one that cannot be opened would help nobody
        active.state, active.ended_at = State.RETIRED, timezone.now()
        active.save(update_fields=["state", "ended_at"])
        new = keys.add(purpose)
        record(
            actor,
            "vault.rotate",
            chain=SITE_CHAIN,
            obj=new,
            changes={"purpose": purpose, "key": [active.pk, new.pk]},
        )
        say(f"已启用密钥{new.pk}，密钥{active.pk}停用。")
        return active, new


def _rest(old: DataKey, grace: timedelta) -> timedelta:
    ended = old.ended_at or timezone.now()
    return max(ended + grace - timezone.now(), timedelta())


def _nobody_from_before(old: DataKey) -> bool:
    """Whether every transaction from before the change has ended: its rows are not to be seen yet.

    On SQLite a writer keeps all others out, so the passes have waited for it.
    """
    if connection.vendor != "postgresql":
        return True
    for attempt in range(10):
        if attempt:
            time.sleep(0.5)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start < %s",
                [old.ended_at],
            )
            if cursor.fetchone()[0] == 0:
                return True
    return False


def _pass(purpose: str, new: DataKey, done: Rotated, say: Say) -> None:
    if purpose == Purpose.INDEX:
        for index in registry.indexes():
            done.values += _reindex(index, done, say)
        return
    for column in registry.columns():
        done.values += _reseal(column, new.pk, done, say)
    for group in registry.files():
        done.files += _reseal_files(group, new.pk, done, say)


def _reseal(column: SealedColumn, number: int, done: Rotated, say: Say) -> int:
    last, count = 0, 0
    name = column.column
    while True:
        with transaction.atomic():
            rows = list(
                column.model._default_manager.select_for_update(of=("self",))
                .filter(pk__gt=last)
                .exclude(**{name: b""})
                .annotate(vault_head=_head(name))
                .exclude(vault_head=crypto.head(number))
                .order_by("pk")[:BATCH]
            )
            for row in rows:
                belongs_to = column.belongs_to(row)
                try:
                    clear = open_bytes(belongs_to, getattr(row, name))
                except CannotOpen as problem:
                    done.problems.append(f"{column.label} {row.pk}：{problem}")
                    continue
                column.model._default_manager.filter(pk=row.pk).update(
                    **{name: seal_bytes(belongs_to, clear)}
                )
                count += 1
        if not rows:
            return count
        last = rows[-1].pk
        say(f"{column.label}：已重新加密{count:,}项。")


def _reseal_files(group: SealedFiles, number: int, done: Rotated, say: Say) -> int:
    count = 0
    for belongs_to, path in _files_of(group, done.problems.append):
        try:
            if files.key_number(path) != number:
                files.reseal(belongs_to, path)
                count += 1
                if count % BATCH == 0:
                    say(f"{group.label}的文件：已重新加密{count:,}个。")
        except (CannotOpen, files.CannotReplace) as problem:
            done.problems.append(f"{group.label}的文件 {path}：{problem}")
    if count:
        say(f"{group.label}的文件：已重新加密{count:,}个。")
    return count


def _reindex(index: BlindIndex, done: Rotated, say: Say) -> int:
    last, count = 0, 0
    while True:
        with transaction.atomic():
            rows = list(
                index.model._default_manager.select_for_update(of=("self",))
                .filter(pk__gt=last)
                .order_by("pk")[:BATCH]
            )
            for row in rows:
                try:
                    count += index.rebuild(row)
                except CannotOpen as problem:
                    done.problems.append(f"{index.label} {row.pk}：{problem}")
        if not rows:
            return count
        last = rows[-1].pk
        say(f"{index.label}：已重算{count:,}项。")


def _end(actor: Actor, purpose: str, old: DataKey, done: Rotated, say: Say) -> None:
    if done.problems:
        say(f"有{len(done.problems)}个问题，密钥{old.pk}保留。请先按所列逐项处理。")
        return
    with transaction.atomic():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                # The place where the key stood is overwritten, not only given free.
                cursor.execute("PRAGMA secure_delete=ON")
        row = DataKey.objects.select_for_update().get(pk=old.pk)
        row.state, row.wrapped = State.DESTROYED, b""
        row.save(update_fields=["state", "wrapped"])
        record(
            actor,
            "vault.destroy",
            chain=SITE_CHAIN,
            obj=row,
            changes={"purpose": purpose, "values": done.values, "files": done.files},
        )
    keys.forget()
    done.destroyed = old.pk
    say(f"已销毁密钥{old.pk}。")


def _head(column: str) -> Substr:
    return Substr(column, 1, crypto.HEAD_BYTES, output_field=models.BinaryField())


def _heads(column: SealedColumn) -> dict[int | None, int]:
    """How many values are sealed with which key; None: the head is no head of ours."""
    rows = (
        column.model._default_manager.exclude(**{column.column: b""})
        .annotate(vault_head=_head(column.column))
        .order_by()
        .values("vault_head")
        .annotate(n=Count("pk"), last=Max("pk"))
    )
    counts: Counter[int | None] = Counter()
    for row in rows:
        counts[crypto.number_in(bytes(row["vault_head"]))] += row["n"]
    return counts


def _files_of(group: SealedFiles, complain: Say) -> Iterator[tuple[str, str]]:
    for row in group.model._default_manager.order_by("pk").iterator(chunk_size=BATCH):
        try:
            yield from list(group.of_row(row))
        except CannotOpen as problem:
            complain(f"{group.label} {row.pk}：{problem}")


def _paths(complain: Say) -> Iterator[str]:
    for group in registry.files():
        for _, path in _files_of(group, complain):
            yield path


def _named() -> set[str]:
    problems: list[str] = []
    named = set(_paths(problems.append))
    if problems:
        raise CannotOpen(
            f"有{len(problems)}条记录打不开，不知道它们有哪些文件，因此没有清除：{problems[0]}"
        )
    return named


def describe(row: DataKey) -> dict[str, Any]:
    """A key as `gongkai vault status --json` prints it."""
    return {
        "key": row.pk,
        "purpose": row.purpose,
        "state": row.state,
        "master": row.master,
        "since": row.created_at.isoformat(),
        "until": row.ended_at and row.ended_at.isoformat(),
    }

"""Checking the ledger: every entry recomputed, every link followed, as one stream.

What each kind of finding means:

- `altered` 内容被改动: the entry's hash is not the one of its content, or its successor (or the
  chain's head, or a checkpoint) remembers another hash.
- `removed` 缺失: the sequence numbers have a gap, or end before the head (or a checkpoint).
- `reordered` 顺序被改动: the entry follows one that stands elsewhere in the chain.
- `added` 多出: the entry stands behind the chain's head, so the platform did not write it.
- `unprotected` 保护缺失: a table that must be append-only bears no triggers any more.

A removed entry is named by its chain and number and by the time of its neighbours; the others
by chain, number, time and action. Rows are read as plain values: whatever somebody wrote into
a column, the check names the row instead of failing over it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from gongkai.ledger import triggers
from gongkai.ledger.chain import entry_hash, genesis
from gongkai.ledger.models import LedgerChain, LedgerEntry

CHUNK = 2000
NAMED_IN_A_GAP = 1000
KINDS: Mapping[str, str] = {
    "altered": "内容被改动",
    "removed": "缺失",
    "reordered": "顺序被改动",
    "added": "来历不明",
    "unprotected": "保护缺失",
}
_FIELDS = (
    "seq", "version", "actor_id", "actor_name", "channel", "address", "action", "object_type",
    "object_id", "object_label", "previous_hash", "hash",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `seq` 0: the chain as a whole."""

    kind: str
    chain: str
    seq: int
    at: str
    action: str
    message: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Head(NamedTuple):
    """The end of a chain: its last number and the hash of the entry there."""

    seq: int
    hash: str


class StoredEntry(NamedTuple):
    """A row as it stands in the table, believed in nothing."""

    seq: Any
    version: Any
    actor_id: Any
    actor_name: Any
    channel: Any
    address: Any
    action: Any
    object_type: Any
    object_id: Any
    object_label: Any
    previous_hash: Any
    hash: Any
    at: Any
    changes: Any

    @property
    def shown_at(self) -> str:
        if isinstance(self.at, datetime):
            return timezone.localtime(self.at).strftime("%Y-%m-%d %H:%M:%S")
        return str(self.at or "")


class Verification:
    """One run over the ledger. Iterate `findings()`, then read `chains` and `entries`."""

    def __init__(
        self, *, chain: str | None = None, checkpoint: Mapping[str, Head] | None = None
    ) -> None:
        self.only = chain
        self.checkpoint = {
            name: head
            for name, head in (checkpoint or {}).items()
            if chain is None or name == chain
        }
        self.chains = 0
        self.entries = 0

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong, chain by chain. Memory does not grow with the ledger."""
        for table in sorted(triggers.unprotected_tables()):
            yield Finding(
                "unprotected", "", 0, "", "",
                f"数据表 {table} 的防改触发器不在了，请检查数据库并重新执行迁移。",
            )  # fmt: skip
        known: set[str] = set()
        heads = LedgerChain.objects.order_by("pk")
        if self.only is not None:
            heads = heads.filter(name=self.only)
        for pk, name in heads.values_list("pk", "name").iterator(chunk_size=CHUNK):
            known.add(name)
            self.chains += 1
            walk = _Walk(pk, name, self.checkpoint.get(name))
            yield from walk.findings()
            self.entries += walk.entries
        for name in sorted(set(self.checkpoint) - known):
            head = self.checkpoint[name]
            yield Finding(
                "removed", name, head.seq, "", "",
                f"链“{name}”整条缺失：检查点记有{head.seq}条。",
            )  # fmt: skip


class _Walk:
    """Along one chain from its first entry to its head."""

    def __init__(self, pk: int, name: str, checkpoint: Head | None) -> None:
        self.pk = pk
        self.name = name
        self.checkpoint = checkpoint
        self.entries = 0
        self.seq = 0
        self.hash = genesis(name)
        self.last: StoredEntry | None = None
        self.blamed = False

    def findings(self) -> Iterator[Finding]:
        yield from self._follow()
        head = self._head()
        if head.seq > self.seq:
            # Entries may have been added while we read: look again before calling it a loss.
            yield from self._follow()
        if head.seq > self.seq:
            yield from self._gap(self.seq + 1, head.seq)
        elif head.seq < self.seq:
            head = self._head()
            yield from self._behind(head.seq)
        elif head.hash != self.hash and not self.blamed:
            yield self._rewritten()
        if self.checkpoint is not None and self.checkpoint.seq > max(self.seq, head.seq):
            yield from self._gap(max(self.seq, head.seq) + 1, self.checkpoint.seq)

    def _follow(self) -> Iterator[Finding]:
        rows: QuerySet[Any, Any] = (
            LedgerEntry.objects.filter(chain_id=self.pk, seq__gt=self.seq)
            .order_by("seq", "pk")
            .values_list(*_FIELDS, Cast("at", TextField()), Cast("changes", TextField()))
        )
        for row in rows.iterator(chunk_size=CHUNK):
            entry = StoredEntry._make([*row[:12], _moment(row[12]), _loaded(row[13])])
            self.entries += 1
            yield from self._step(entry)

    def _step(self, entry: StoredEntry) -> Iterator[Finding]:
        if not isinstance(entry.seq, int):
            yield self._finding("altered", entry, "序号不是数字")
            return
        gap = entry.seq > self.seq + 1
        if gap:
            yield from self._gap(self.seq + 1, entry.seq - 1, entry)
        sound = self._is_sound(entry)
        linked = entry.previous_hash == self.hash
        blamed = False
        if not sound:
            blamed = True
            if not linked and not gap and self._stands_elsewhere(entry.previous_hash):
                yield self._finding("reordered", entry, "不在原来的位置上")
            else:
                yield self._finding("altered", entry, "内容与杂凑值不符")
        elif not linked and not gap and not self.blamed:
            # This one is as it was written, so the one before it is not.
            yield self._rewritten()
        mark = self.checkpoint
        if mark is not None and mark.seq == entry.seq and mark.hash != entry.hash and not blamed:
            blamed = True
            yield self._finding(
                "altered", entry, "与检查点记下的杂凑值不符，此条或此前的记录已被重写"
            )
        self.seq, self.hash, self.last, self.blamed = entry.seq, entry.hash, entry, blamed

    def _is_sound(self, entry: StoredEntry) -> bool:
        if not isinstance(entry.at, datetime):
            return False
        try:
            return bool(entry_hash(self.name, entry) == entry.hash)
        except (TypeError, ValueError):
            return False

    def _stands_elsewhere(self, previous_hash: Any) -> bool:
        return (
            previous_hash == genesis(self.name)
            or LedgerEntry.objects.filter(chain_id=self.pk, hash=str(previous_hash)).exists()
        )

    def _rewritten(self) -> Finding:
        if self.last is None:
            return Finding(
                "altered", self.name, 0, "", "", f"链“{self.name}”的名称或起点已被改动。"
            )
        return self._finding("altered", self.last, "已被改写并重新计算杂凑值，与后续记录不衔接")

    def _gap(self, first: int, last: int, after: StoredEntry | None = None) -> Iterator[Finding]:
        since = f"{self.last.shown_at}（第{self.last.seq}条）之后" if self.last else "链首"
        until = f"、{after.shown_at}（第{after.seq}条）之前" if after is not None else ""
        for seq in range(first, min(last, first + NAMED_IN_A_GAP - 1) + 1):
            yield Finding(
                "removed", self.name, seq, "", "",
                f"链“{self.name}”第{seq}条缺失，原在{since}{until}。",
            )  # fmt: skip
        if last - first >= NAMED_IN_A_GAP:
            seq = first + NAMED_IN_A_GAP
            yield Finding(
                "removed", self.name, seq, "", "",
                f"链“{self.name}”第{seq}至{last}条也缺失（共{last - first + 1}条）。",
            )  # fmt: skip

    def _behind(self, head: int) -> Iterator[Finding]:
        rows: QuerySet[Any, Any] = (
            LedgerEntry.objects.filter(chain_id=self.pk, seq__gt=head)
            .order_by("seq")
            .values_list(*_FIELDS, Cast("at", TextField()), Cast("changes", TextField()))
        )
        for row in rows.iterator(chunk_size=CHUNK):
            entry = StoredEntry._make([*row[:12], _moment(row[12]), None])
            yield self._finding(
                "added", entry, f"在链尾（第{head}条）之后，不是平台写入的，或链尾已被改动"
            )

    def _head(self) -> Head:
        row = LedgerChain.objects.filter(pk=self.pk).values_list("last_seq", "last_hash").first()
        return Head(*row) if row is not None else Head(0, "")

    def _finding(self, kind: str, entry: StoredEntry, what: str) -> Finding:
        seq = entry.seq if isinstance(entry.seq, int) else 0
        return Finding(
            kind,
            self.name,
            seq,
            entry.shown_at,
            str(entry.action),
            f"链“{self.name}”第{entry.seq}条（{entry.shown_at}，{entry.action}，"
            f"{entry.actor_name}）{what}。",
        )


def heads(chain: str | None = None) -> Iterator[tuple[str, Head]]:
    """Name and end of every chain, by name."""
    rows = LedgerChain.objects.order_by("name")
    if chain is not None:
        rows = rows.filter(name=chain)
    for name, seq, digest in rows.values_list("name", "last_seq", "last_hash").iterator(
        chunk_size=CHUNK
    ):
        yield name, Head(seq, digest)


def checkpoint_text(ends: Iterable[tuple[str, Head]]) -> Iterator[str]:
    """Lines of a checkpoint file: name, tab, sequence number, tab, hash."""
    for name, head in ends:
        yield f"{name}\t{head.seq}\t{head.hash}\n"


def read_checkpoint(lines: Iterable[str]) -> dict[str, Head]:
    """What a checkpoint file remembers. Raises ValueError (Chinese) for anything else."""
    found: dict[str, Head] = {}
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\r\n")
        if not text or text.startswith("#"):
            continue
        parts = text.split("\t")
        if len(parts) != 3 or not parts[1].isdecimal() or len(parts[2]) != 64:
            raise ValueError(
                f"检查点文件第{number}行无法识别，请使用 gongkai ledger checkpoint 写出的文件。"
            )
        found[parts[0]] = Head(int(parts[1]), parts[2])
    return found


def _moment(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    # SQLite keeps instants in UTC without saying so.
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _loaded(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return object()

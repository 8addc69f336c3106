"""The arithmetic of the chain: canonical serialisation and SM3 hash. No database here.

Version 1 of the serialisation is a JSON array, UTF-8, no spaces, object keys sorted,
non-ASCII characters kept:

    ["gongkai-ledger/1", chain, seq, at, actor_id, actor_name, channel, address,
     action, object_type, object_id, object_label, changes, previous_hash]

`at` is UTC with microseconds (`2021-01-05T02:00:00.000000Z`); `changes` holds strings,
integers, booleans, nulls, lists and objects only (floating numbers have no single spelling;
decimals and dates are written as strings). The hash of an entry is SM3 (GB/T 32905-2016)
over these bytes, in lower-case hexadecimal. The first entry's previous hash is SM3 over
"gongkai-ledger:" + chain name, so an entry cannot be carried from one chain to another.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes

CURRENT_VERSION = 1


class EntryFields(Protocol):
    """What a chained entry consists of (a `LedgerEntry`, saved or not)."""

    @property
    def seq(self) -> int: ...
    @property
    def version(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def object_type(self) -> str: ...
    @property
    def object_id(self) -> str: ...
    @property
    def object_label(self) -> str: ...
    @property
    def changes(self) -> Any: ...
    @property
    def previous_hash(self) -> str: ...


def sm3(data: bytes) -> str:
    """SM3 of `data` in hexadecimal."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def genesis(chain: str) -> str:
    """What the first entry of `chain` follows."""
    return sm3(f"gongkai-ledger:{chain}".encode())


def canonical(chain: str, entry: EntryFields) -> bytes:
    """The bytes that are hashed. Raises ValueError for an unknown serialisation version."""
    if entry.version != 1:
        raise ValueError(f"未知的台账序列化版本：{entry.version}")
    at = entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    parts = [
        "gongkai-ledger/1",
        chain,
        entry.seq,
        at,
        entry.actor_id,
        entry.actor_name,
        entry.channel,
        entry.address,
        entry.action,
        entry.object_type,
        entry.object_id,
        entry.object_label,
        entry.changes,
        entry.previous_hash,
    ]
    text = json.dumps(
        parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    # A tampered row may hold what UTF-8 cannot say; it must be found, not crash the check.
    return text.encode("utf-8", "backslashreplace")


def entry_hash(chain: str, entry: EntryFields) -> str:
    """SM3 over the canonical serialisation of `entry` in `chain`."""
    return sm3(canonical(chain, entry))

"""What the rooms above call: seal, open, and the blind index.

`belongs_to` names record and column, such as `foi.applicant:6f0c…` (a UUID that is made before the
row is saved); the same name is needed to open the value again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gongkai.vault import crypto, keys
from gongkai.vault.crypto import CannotOpen
from gongkai.vault.models import DataKey

__all__ = [
    "CannotOpen",
    "blind_index",
    "blind_indexes",
    "open_bytes",
    "open_json",
    "seal_bytes",
    "seal_json",
]


def seal_bytes(belongs_to: str, data: bytes) -> bytes:
    """`data` sealed with the key in use."""
    number, key = keys.active(DataKey.Purpose.DATA)
    return crypto.seal(key, number, belongs_to, data)


def open_bytes(belongs_to: str, sealed: bytes | memoryview) -> bytes:
    """What was sealed. Raises `CannotOpen`."""
    whole = bytes(sealed)
    return crypto.unseal(keys.by_number(crypto.key_number_of(whole)), belongs_to, whole)


def seal_json(belongs_to: str, data: Mapping[str, Any]) -> bytes:
    """A mapping of texts, numbers and lists, sealed."""
    return seal_bytes(belongs_to, json.dumps(data, ensure_ascii=False).encode())


def open_json(belongs_to: str, sealed: bytes | memoryview) -> dict[str, Any]:
    """The mapping that was sealed; {} for an erased (empty) value. Raises `CannotOpen`."""
    if not sealed:
        return {}
    data: dict[str, Any] = json.loads(open_bytes(belongs_to, sealed))
    return data


def blind_index(kind: str, text: str) -> str:
    """The same for the same `text` of this kind, and telling nothing about it; "" for nothing.

    For finding "the same applicant" without opening anybody's data. `text` is compared as
    given: normalise it before.
    """
    if not text:
        return ""
    _, key = keys.active(DataKey.Purpose.INDEX)
    return crypto.keyed_hash(key, f"{kind}\x00{text}")


def blind_indexes(kind: str, text: str) -> list[str]:
    """Under which values `text` may stand now; [] for nothing.

    While the key of the index is being changed, a row has either value until its turn comes: what
    must be found, or must be unique, is looked for under both.
    """
    if not text:
        return []
    keys.active(DataKey.Purpose.INDEX)  # made when there is none yet
    rows = DataKey.objects.filter(purpose=DataKey.Purpose.INDEX).exclude(
        state=DataKey.State.DESTROYED
    )
    return [crypto.keyed_hash(keys.key_of(row), f"{kind}\x00{text}") for row in rows]

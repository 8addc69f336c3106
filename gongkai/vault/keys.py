"""Where keys come from: the master key of the site, and the data keys that it wraps.

The master key is `GONGKAI_MASTER_KEY` (32 hexadecimal digits). Without it one is made in
`<data folder>/secret/master.key` on first use, readable by the service alone: enough for a demo or
a small install that backs both up apart; `gongkai check --deploy` says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from gongkai.vault import crypto
from gongkai.vault.models import DataKey

_NAME: Final = "master key"
_open: dict[tuple[str, int], bytes] = {}
_looked_up: ContextVar[dict[int, bytes] | None] = ContextVar("vault_keys", default=None)


def master_key_path() -> Path:
    """The file of the master key when the settings name none."""
    return Path(settings.DATA_DIR) / "secret" / "master.key"


def master_key() -> bytes:
    """The master key in force. Raises ImproperlyConfigured when it cannot be read."""
    given = str(settings.VAULT_MASTER_KEY)
    if not given:
        given = _stored()
    try:
        key = bytes.fromhex(given.strip())
    except ValueError:
        key = b""
    if len(key) != crypto.KEY_BYTES:
        raise ImproperlyConfigured("主密钥应为32位十六进制数，请核对 GONGKAI_MASTER_KEY。")
    return key


def mark_of(master: bytes) -> str:
    """A short name by which a master key is recognised; it tells nothing about the key."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"gongkai master" + master)
    return digest.finalize().hex()[:16]


def active(purpose: str) -> tuple[int, bytes]:
    """Number and key to seal with from now on; made when there is none yet."""
    row = DataKey.objects.filter(purpose=purpose, state=DataKey.State.ACTIVE).first()
    if row is None:
        try:
            with transaction.atomic():
                row = add(purpose)
        except IntegrityError:  # another process was faster
            row = DataKey.objects.get(purpose=purpose, state=DataKey.State.ACTIVE)
    return row.pk, key_of(row)


def by_number(number: int) -> bytes:
    """The key with this number. Raises `crypto.CannotOpen` when it is gone."""
    found = _looked_up.get()
    if found is not None and number in found:
        return found[number]
    row = DataKey.objects.filter(pk=number).first()
    if row is None or row.state == DataKey.State.DESTROYED:
        raise crypto.CannotOpen("加密所用的密钥已经销毁。")
    key = key_of(row)
    if found is not None:
        found[number] = key
    return key


@contextmanager
def looked_up_once() -> Iterator[None]:
    """Inside, each key is asked for once: for lists that open many values, not for longer."""
    token = _looked_up.set({})
    try:
        yield
    finally:
        _looked_up.reset(token)


def add(purpose: str) -> DataKey:
    """A new key of this purpose, in use from now on. There must be no other in use."""
    master = master_key()
    row = DataKey.objects.create(purpose=purpose, master=mark_of(master))
    row.wrapped = crypto.seal(master, 0, _name(row), crypto.new_key())
    row.save(update_fields=["wrapped"])
    return row


def key_of(row: DataKey) -> bytes:
    """The key of a row, unwrapped. Raises `crypto.CannotOpen`."""
    wrapped = bytes(row.wrapped)
    known = (wrapped.hex(), row.pk)
    key = _open.get(known)
    if key is None:
        key = crypto.unseal(master_key(), _name(row), wrapped)
        _open[known] = key
    return key


def forget() -> None:
    """Drop the unwrapped keys of this process (after a rotation, between tests)."""
    _open.clear()


def _name(row: DataKey) -> str:
    return f"{_NAME} {row.purpose} {row.pk}"


def _stored() -> str:
    path = master_key_path()
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(crypto.new_key().hex())
        file.flush()
        os.fsync(file.fileno())
    try:
        # Whoever comes first wins; a link never replaces the file that is there.
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text()

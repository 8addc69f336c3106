"""Where keys come from: the master key of the site, and the data keys that it wraps.

The master key is `GONGKAI_MASTER_KEY` (32 hexadecimal digits). Without it one is made in
`<data folder>/secret/master.key` on first use, readable by the service alone: enough for a demo or
a small install that backs both up apart; `gongkai check --deploy` says so. Setting and file may
name several, one after another: the first is in force, the others open what is not wrapped anew
yet (`gongkai vault rewrap`).

How far random nonces carry: SM4-GCM with nonces of 96 random bits is safe for 2^32 values under one
key (NIST SP 800-38D, 8.3). A county seals some ten thousand a year; `gongkai vault status` counts.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator, Sequence
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
_in_use: ContextVar[dict[str, tuple[int, bytes]] | None] = ContextVar(
    "vault_keys_in_use", default=None
)


class KeyUnavailable(ImproperlyConfigured):
    """The master key is missing, unreadable or another one: an operator has to put it right.

    Nothing is lost, nothing is damaged, and what needs no key works on. Not a `CannotOpen`, which
    is about one value, so that nobody takes a missing key for a damaged record.
    """


def master_key_path() -> Path:
    """The file of the master key when the settings name none."""
    return Path(settings.DATA_DIR) / "secret" / "master.key"


def master_key() -> bytes:
    """The master key in force. Raises `KeyUnavailable`."""
    return master_keys()[0]


def master_keys() -> list[bytes]:
    """The master keys that are named, the one in force first. Raises `KeyUnavailable`.

    Makes the file when there is none and nothing is sealed yet; a lost file is never replaced by a
    fresh one, which would only hide that it is lost.
    """
    given = str(settings.VAULT_MASTER_KEY)
    where = "GONGKAI_MASTER_KEY"
    if not given.strip():
        where = str(master_key_path())
        given = _stored()
    return parse(given, where)


def parse(text: str, where: str) -> list[bytes]:
    """The keys that a setting or a file names. Raises `KeyUnavailable`, never repeating a key."""
    found = []
    for part in filter(None, re.split(r"[\s,]+", text)):
        try:
            key = bytes.fromhex(part)
        except ValueError:
            key = b""
        if len(key) != crypto.KEY_BYTES:
            raise KeyUnavailable(f"主密钥应为32位十六进制数，请核对 {where}。")
        found.append(key)
    if not found:
        raise KeyUnavailable(f"{where} 中没有主密钥，请从备份恢复。")
    return found


def mark_of(master: bytes) -> str:
    """A short name by which a master key is recognised; it tells nothing about the key."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"gongkai master" + master)
    return digest.finalize().hex()[:16]


def active(purpose: str) -> tuple[int, bytes]:
    """Number and key to seal with from now on; made when there is none yet."""
    known = _in_use.get()
    if known is not None and purpose in known:
        return known[purpose]
    row = DataKey.objects.filter(purpose=purpose, state=DataKey.State.ACTIVE).first()
    if row is not None:
        found = row.pk, key_of(row)
        if known is not None:
            known[purpose] = found
            opening = _looked_up.get()
            if opening is not None:
                opening[row.pk] = found[1]
        return found
    # One that is made here goes with the transaction around it, so it is not remembered.
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
    if row is None:
        raise crypto.CannotOpen("没有加密所用的这个密钥，数据可能来自另一个平台。")
    if row.state == DataKey.State.DESTROYED:
        raise crypto.CannotOpen("加密所用的密钥已经销毁。")
    key = key_of(row)
    if found is not None:
        found[number] = key
    return key


@contextmanager
def looked_up_once() -> Iterator[None]:
    """Inside, each key is asked for once: for one act or one list, not for longer.

    What is sealed with a key that is replaced meanwhile is found by the second pass of a rotation,
    as what was sealed just before and saved a little later (`services.GRACE`).
    """
    opening, sealing = _looked_up.set({}), _in_use.set({})
    try:
        yield
    finally:
        _looked_up.reset(opening)
        _in_use.reset(sealing)


def add(purpose: str) -> DataKey:
    """A new key of this purpose, in use from now on. There must be no other in use."""
    master = master_key()
    with transaction.atomic():
        row = DataKey.objects.create(purpose=purpose, master=mark_of(master))
        row.wrapped = wrap(row, crypto.new_key(), master)
        row.save(update_fields=["wrapped"])
    return row


def wrap(row: DataKey, key: bytes, master: bytes) -> bytes:
    """The key of a row, sealed with the master key and bound to purpose and number of the row."""
    return crypto.seal(master, 0, _name(row), key)


def key_of(row: DataKey) -> bytes:
    """The key of a row, unwrapped. Raises `KeyUnavailable`."""
    wrapped = bytes(row.wrapped)
    known = (wrapped.hex(), row.pk)
    key = _open.get(known)
    if key is None:
        key = unwrap(row, wrapped, master_keys())
        _open[known] = key
    return key


def unwrap(row: DataKey, wrapped: bytes, masters: Sequence[bytes]) -> bytes:
    """The key of a row by whichever of the master keys wrapped it. Raises `KeyUnavailable`."""
    master = next((one for one in masters if mark_of(one) == row.master), None)
    if master is None:
        raise KeyUnavailable(
            f"现在的主密钥不是加密数据时所用的那一个（数据密钥{row.pk}所用主密钥的标识为"
            f"{row.master}）。请从备份恢复原来的 GONGKAI_MASTER_KEY 或者密钥文件；"
            "数据没有损坏。"
        )
    try:
        return crypto.unseal(master, _name(row), wrapped)
    except crypto.CannotOpen:
        raise KeyUnavailable(
            f"数据密钥{row.pk}的记录已损坏，用主密钥打不开。请从备份恢复数据库。"
        ) from None


def forget() -> None:
    """Drop the unwrapped keys of this process (after a rotation, between tests)."""
    _open.clear()


def store(masters: Sequence[bytes]) -> None:
    """The file of the master key holds these keys from now on: whole, or as it was before."""
    path = master_key_path()
    fresh = _fresh_file(path, "\n".join(one.hex() for one in masters) + "\n")
    fresh.replace(path)
    _keep_folder(path.parent)


def _name(row: DataKey) -> str:
    return f"{_NAME} {row.purpose} {row.pk}"


def _stored() -> str:
    path = master_key_path()
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise KeyUnavailable(
            f"主密钥文件 {path} 读不出来（{error.strerror}），请检查文件的权限和归属。"
        ) from None
    if DataKey.objects.exists():
        raise KeyUnavailable(
            f"主密钥文件 {path} 不见了，也没有设置 GONGKAI_MASTER_KEY。"
            "请从备份恢复；已加密的数据没有损坏。"
        )
    try:
        fresh = _fresh_file(path, crypto.new_key().hex() + "\n")
        try:
            # Whoever comes first wins; a link never replaces the file that is there.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        _keep_folder(path.parent)
        return path.read_text()
    except OSError as error:
        raise KeyUnavailable(
            f"主密钥文件 {path} 写不进去（{error.strerror}）。"
            "请检查数据文件夹的权限，或者设置 GONGKAI_MASTER_KEY。"
        ) from None


def _fresh_file(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{uuid.uuid4().hex}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _keep_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

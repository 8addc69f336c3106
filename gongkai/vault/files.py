"""Sealed files in Django's default storage, under `sealed/`: no address leads there.

A file is written whole before it has its name (write, fsync, rename), so that what a row names is
never half there. Where the storage is no folder (object storage), its own upload is as whole. The
clear text is in memory only, never in a temporary file.
"""

from __future__ import annotations

import io
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.core.files.base import File
from django.core.files.storage import default_storage

from gongkai.vault import crypto
from gongkai.vault.sealing import CannotOpen, open_bytes, seal_bytes

PREFIX: Final = "sealed"
_GONE: Final = "存放的密文文件不见了，请从备份恢复。"


class CannotReplace(RuntimeError):
    """This storage cannot put a new content in the place of an old one in one step."""


def write(belongs_to: str, content: bytes) -> str:
    """Seal and keep `content`; the path by which it is read again."""
    name = uuid.uuid4().hex
    path = f"{PREFIX}/{name[:2]}/{name}"
    sealed = seal_bytes(belongs_to, content)
    target = _place(path)
    if target is None:
        return str(default_storage.save(path, File(io.BytesIO(sealed), name=name)))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _put(target, sealed)
    return path


def read(belongs_to: str, path: str) -> bytes:
    """The content of a sealed file. Raises `CannotOpen` when it is gone, damaged or another's."""
    return open_bytes(belongs_to, _sealed(path))


def reseal(belongs_to: str, path: str) -> None:
    """The file is sealed with the key in use now, under its old path, in one step.

    Raises `CannotOpen`, and `CannotReplace` where the storage is no folder.
    """
    target = _place(path)
    if target is None:
        raise CannotReplace("存储服务不能原地替换文件，请在本机文件夹上更换密钥后再迁移。")
    content = open_bytes(belongs_to, _sealed(path))
    _put(target, seal_bytes(belongs_to, content))


def key_number(path: str) -> int:
    """The number of the key that a file is sealed with. Raises `CannotOpen`."""
    try:
        with default_storage.open(path, "rb") as file:
            return crypto.key_number_of(file.read(64))
    except FileNotFoundError:
        raise CannotOpen(_GONE) from None


def remove(path: str) -> None:
    """The file is no longer there; one that is already gone does not matter."""
    if path:
        default_storage.delete(path)


def stored(*, older_than: float = 0) -> Iterator[str]:
    """Paths of all sealed files, unfinished ones too, that are older than so many seconds."""
    youngest = time.time() - older_than
    root = _place(PREFIX)
    if root is None:
        yield from _listed(PREFIX, youngest)
        return
    for folder in sorted(root.glob("*")):
        for file in sorted(folder.iterdir()) if folder.is_dir() else ():
            try:
                changed = file.stat().st_mtime
            except FileNotFoundError:
                continue
            if changed <= youngest:
                yield f"{PREFIX}/{folder.name}/{file.name}"


def _listed(folder: str, youngest: float) -> Iterator[str]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        path = f"{folder}/{name}"
        if default_storage.get_modified_time(path).timestamp() <= youngest:
            yield path
    for inner in folders:
        yield from _listed(f"{folder}/{inner}", youngest)


def _place(path: str) -> Path | None:
    """Where it lies on this machine; None where the storage is no folder."""
    try:
        return Path(default_storage.path(path))
    except NotImplementedError:
        return None


def _sealed(path: str) -> bytes:
    try:
        with default_storage.open(path, "rb") as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise CannotOpen(_GONE) from None
    return content


def _put(target: Path, sealed: bytes) -> None:
    fresh = target.with_name(f".{uuid.uuid4().hex}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

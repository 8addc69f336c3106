"""Sealed files in Django's default storage, under `sealed/`: no address leads there.

A file is written whole before it has its name (write, fsync, rename), so that what a row names is
never half there. Where the storage is no folder (object storage), its own upload is as whole.
"""

from __future__ import annotations

import io
import os
import uuid
from pathlib import Path
from typing import Final

from django.core.files.base import File
from django.core.files.storage import default_storage

from gongkai.vault.sealing import CannotOpen, open_bytes, seal_bytes

PREFIX: Final = "sealed"


def write(belongs_to: str, content: bytes) -> str:
    """Seal and keep `content`; the path by which it is read again."""
    name = uuid.uuid4().hex
    path = f"{PREFIX}/{name[:2]}/{name}"
    sealed = seal_bytes(belongs_to, content)
    try:
        target = Path(default_storage.path(path))
    except NotImplementedError:
        return str(default_storage.save(path, File(io.BytesIO(sealed), name=name)))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_name(f".{name}.new")
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
    return path


def read(belongs_to: str, path: str) -> bytes:
    """The content of a sealed file. Raises `CannotOpen` when it is gone, damaged or another's."""
    try:
        with default_storage.open(path, "rb") as file:
            sealed: bytes = file.read()
    except FileNotFoundError:
        raise CannotOpen("存放的密文文件不见了，请从备份恢复。") from None
    return open_bytes(belongs_to, sealed)


def remove(path: str) -> None:
    """The file is no longer there; one that is already gone does not matter."""
    if path:
        default_storage.delete(path)

"""The files beside a table: in a folder or a ZIP, found by name, checked, and stored once.

A table names files as people do: with or without a folder, in any case. The whole archive is
bounded before anything is taken out of it, and a name never leads out of the folder.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File

from gongkai.disclosure.bulk.columns import paragraphs
from gongkai.disclosure.bulk.decoding import decode
from gongkai.disclosure.models import MAX_FILE_TEXT, StoredFile
from gongkai.disclosure.services.files import keep_text, uploaded_again
from gongkai.guard.engine import scan_file
from gongkai.guard.files import accept
from gongkai.guard.findings import FileScan
from gongkai.guard.lexicon import Lexicon

UNPACKED_LIMIT: Final = 2 * 1024 * 1024 * 1024
MEMBERS: Final = 50_000
RATIO: Final = 200
_MEGABYTE: Final = 1024 * 1024
_UTF8_FLAG: Final = 0x800
_WHERE: Final = re.compile(r"附件《.*?》")


class FileMissing(ValueError):
    """No file of this name, or several; the message is Chinese."""


class Files:
    """Files by name. Built from a folder or an opened archive; empty when there are none."""

    def __init__(self, known: dict[str, list[tuple[str, Callable[[], bytes]]]]) -> None:
        self._known = known

    def __len__(self) -> int:
        return sum(len(found) for found in self._known.values())

    def read(self, name: str) -> tuple[str, bytes]:
        """(name without folder, content). A name with its folder is exact; else it must be the
        only one of its name. Raises FileMissing."""
        found = self._known.get(_key(name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]), [])
        exact = [each for each in found if _key(each[0]) == _key(name.replace("\\", "/"))]
        found = exact or found
        if not found:
            raise FileMissing(f"没有找到文件“{name}”，请放进压缩包或文件夹，核对文件名。")
        if len(found) > 1:
            places = "、".join(path for path, _ in found[:3])
            raise FileMissing(f"有{len(found)}个名为“{name}”的文件（{places}），请写明文件夹。")
        path, load = found[0]
        return path.rsplit("/", 1)[-1], load()


@contextmanager
def open_files(source: Path | IO[bytes] | None) -> Iterator[Files]:
    """The files of a folder, a ZIP at a path, or an uploaded ZIP; none without a source.

    Raises ValidationError when the archive cannot be read or would unpack beyond all measure.
    """
    if source is None:
        yield Files({})
    elif isinstance(source, Path) and source.is_dir():
        yield Files(_folder(source))
    else:
        try:
            with zipfile.ZipFile(source) as archive:
                yield Files(_archive(archive))
        except (zipfile.BadZipFile, OSError):
            raise ValidationError(
                "附件压缩包无法打开，请用 ZIP 格式重新打包；RAR、7Z 请先解开再打包。"
            ) from None


def _folder(root: Path) -> dict[str, list[tuple[str, Callable[[], bytes]]]]:
    base = root.resolve()
    known: dict[str, list[tuple[str, Callable[[], bytes]]]] = {}
    for path in sorted(base.rglob("*")):
        if not path.is_file() or not path.resolve().is_relative_to(base):
            continue
        known.setdefault(_key(path.name), []).append(
            (path.relative_to(base).as_posix(), path.read_bytes)
        )
    return known


def _archive(archive: zipfile.ZipFile) -> dict[str, list[tuple[str, Callable[[], bytes]]]]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > MEMBERS or sum(info.file_size for info in members) > UNPACKED_LIMIT:
        raise ValidationError("附件压缩包展开后过大，请分批导入。")
    known: dict[str, list[tuple[str, Callable[[], bytes]]]] = {}
    for info in members:
        name = _member_name(info)
        if name.startswith("__MACOSX/"):
            continue

        def load(info: zipfile.ZipInfo = info, name: str = name) -> bytes:
            limit = settings.UPLOAD_MAX_MB * _MEGABYTE
            if info.file_size > limit:
                raise FileMissing(f"文件“{name}”超过{settings.UPLOAD_MAX_MB}MB的上限。")
            try:
                with archive.open(info) as stream:
                    data = stream.read(limit + 1)
            except (RuntimeError, zipfile.BadZipFile, NotImplementedError, OSError):
                raise FileMissing(f"压缩包中的“{name}”已损坏或设有密码，请重新打包。") from None
            if len(data) > limit:
                raise FileMissing(f"文件“{name}”超过{settings.UPLOAD_MAX_MB}MB的上限。")
            return data

        known.setdefault(_key(name.rsplit("/", 1)[-1]), []).append((name, load))
    return known


def _member_name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: Windows archives write GBK without saying so."""
    name = info.filename
    if not info.flag_bits & _UTF8_FLAG:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/")


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def text_of(name: str, data: bytes) -> str:
    """The HTML that a file with an item's text holds."""
    text = decode(data)
    return text if name.lower().endswith((".htm", ".html", ".shtml")) else paragraphs(text)


@dataclass(frozen=True)
class Kept:
    """A file that passed the checks: its record (unsaved in a dry run) and what the guard says."""

    stored: StoredFile
    name: str
    scan: FileScan


class Store:
    """Takes files in for one import: each content checked once, stored once.

    With `dry_run` nothing is written. `discard` removes from the storage what this import put
    there; call it before its transaction is rolled back.
    """

    def __init__(self, lexicon: Lexicon, *, dry_run: bool) -> None:
        self.lexicon = lexicon
        self._dry_run = dry_run
        self._kept: dict[str, tuple[StoredFile, FileScan]] = {}
        self._written: list[StoredFile] = []

    def take(self, name: str, data: bytes) -> Kept:
        """The file, checked and stored. Raises `guard.files.FileRefused`."""
        fingerprint = hashlib.sha256(data).hexdigest() + Path(name).suffix.lower()
        if fingerprint in self._kept:
            stored, scan = self._kept[fingerprint]
            return Kept(stored, name, _renamed(scan, name))
        accepted = accept(io.BytesIO(data), name)
        scan = scan_file(accepted.data, accepted.name, self.lexicon, keep=MAX_FILE_TEXT + 1)
        if self._dry_run:
            found = StoredFile.objects.filter(sha256=accepted.sha256).first()
        else:
            found = uploaded_again(accepted.sha256)
        if found is None:
            found = StoredFile(
                sha256=accepted.sha256,
                original_sha256=accepted.original_sha256,
                extension=accepted.extension,
                media_type=accepted.media_type,
                size=accepted.size,
                text_state=scan.state,
            )
            if not self._dry_run:
                accepted.data.seek(0)
                found.file.save(accepted.name, File(accepted.data), save=False)
                self._written.append(found)
                found.save()
                keep_text(found, scan.text)
        scan = replace(scan, text="")  # kept above; an import holds thousands of these
        self._kept[fingerprint] = found, scan
        return Kept(found, accepted.name, scan)

    def discard(self) -> None:
        """Remove from the storage what this import wrote there."""
        for stored in self._written:
            stored.file.delete(save=False)
        self._written.clear()


def _renamed(scan: FileScan, name: str) -> FileScan:
    """The same content under another name: findings say the name that readers see."""
    findings = [
        replace(each, where=_WHERE.sub(f"附件《{name}》", each.where, count=1))
        for each in scan.findings
    ]
    return FileScan(findings, scan.state, scan.note)

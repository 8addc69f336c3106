"""From an upload to a file that may be published: size, name, type, inspection, cleaning, hash."""

from __future__ import annotations

import hashlib
import io
import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings

from gongkai.guard import filetypes
from gongkai.guard.files import archives, images, legacy, ofd, office, pdf, plain
from gongkai.guard.files.names import allowed_extensions, clean_name
from gongkai.guard.files.problems import BROKEN, EMPTY, LOCKED, FileRefused
from gongkai.guard.readers.document import Unreadable
from gongkai.guard.readers.package import Package

logger = logging.getLogger(__name__)

_CHUNK: Final = 1024 * 1024
_HEAD: Final = 4096
#: Up to here a file stays in memory, beyond it lies in a temporary file.
_SPOOL: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    """A file that may be published.

    `data` is a readable binary file at its beginning, metadata cleaned; `sha256` and `size` are of
    that, `original_sha256` of what was uploaded. `notes` say in Chinese what was taken off and what
    the person should know before publishing.
    """

    data: BinaryIO
    name: str
    extension: str
    media_type: str
    size: int
    sha256: str
    original_sha256: str
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> filetypes.FileType:
        """The row of the table of kinds."""
        return filetypes.BY_EXTENSION[self.extension]


#: Code of a kind → what inspects a stream of it, writes it cleaned and says what there is to say.
Cleaner = Callable[[BinaryIO, BinaryIO], list[str]]
_CLEANERS: dict[str, Cleaner] = {
    "docx": office.clean,
    "xlsx": office.clean,
    "pptx": office.clean,
    "pdf": pdf.clean,
    "ofd": ofd.clean,
    "jpeg": images.clean_jpeg,
    "png": images.clean_png,
    "gif": images.clean_gif,
    "webp": images.clean_webp,
    "doc": legacy.clean,
    "xls": legacy.clean,
    "ppt": legacy.clean,
    "wps": legacy.clean,
    "et": legacy.clean,
    "csv": plain.clean,
    "text": plain.clean,
}


def accept(upload: Any, name: str = "", *, inside: bool = False) -> AcceptedFile:
    """Inspect and clean a file. Raises ``FileRefused``.

    `upload` is an uploaded file, a binary file or bytes; its own name is used when `name` is "".
    A size that is known and too large is refused before anything is read. `inside`: the file comes
    out of an archive, and no further archive may be in it.
    """
    source: BinaryIO = io.BytesIO(upload) if isinstance(upload, bytes) else upload
    name = clean_name(name or Path(str(getattr(upload, "name", "") or "")).name)
    limit = settings.UPLOAD_MAX_MB * _CHUNK
    _refuse_size(_known_size(source), limit)
    original = _spool()
    try:
        original_sha256 = _copy(source, original, limit)
        return _accept(original, name, original_sha256, inside)
    finally:
        original.close()


def _accept(original: BinaryIO, name: str, original_sha256: str, inside: bool) -> AcceptedFile:
    extension = f".{name.rpartition('.')[2]}"
    kind = filetypes.BY_EXTENSION[extension]
    code = filetypes.detect(original, name)
    cleaned = _spool()
    try:
        if code == "zip":
            Package(original)  # says what is wrong with an archive that cannot be looked into
        _agree(code, kind, original)
        original.seek(0)
        if kind.code == "zip":
            if inside:
                raise FileRefused("压缩包里又有压缩包，无法逐层检查。请解开后重新打包。")
            notes = archives.clean(original, cleaned, accept)
        else:
            notes = _CLEANERS[kind.code](original, cleaned)
    except FileRefused:
        cleaned.close()
        raise
    except Unreadable as reason:
        cleaned.close()
        raise FileRefused(str(reason)) from None
    except Exception as problem:
        cleaned.close()
        # Whatever a library makes of a broken file; its message may quote the file.
        logger.warning("A file could not be inspected: %s", type(problem).__name__)
        raise FileRefused(BROKEN) from None
    size, sha256 = _measure(cleaned)
    if not kind.readable and kind.code not in filetypes.IMAGES:
        notes.append(f"{kind.label}的文字无法自动检查，请人工核对，或另存为新格式后上传。")
    return AcceptedFile(
        cleaned, name, extension, kind.media_type, size, sha256, original_sha256, tuple(notes)
    )


def _spool() -> Any:
    return tempfile.SpooledTemporaryFile(max_size=_SPOOL)


def _known_size(source: Any) -> int:
    size = getattr(source, "size", None)
    if isinstance(size, int):
        return size
    try:
        size = source.seek(0, io.SEEK_END)
        source.seek(0)
    except (AttributeError, OSError, ValueError):
        return -1
    return int(size)


def _refuse_size(size: int, limit: int) -> None:
    if size == 0:
        raise FileRefused(EMPTY)
    if size > limit:
        raise FileRefused(
            f"文件有{-(-size // _CHUNK)} MB，超过{limit // _CHUNK} MB 的上限。"
            "请压缩其中的图片，或拆分为几个文件后重新上传。"
        )


def _copy(source: Any, target: BinaryIO, limit: int) -> str:
    """Copy a stream that may be longer than it said, and hash it on the way."""
    if hasattr(source, "seekable") and source.seekable():
        source.seek(0)
    digest = hashlib.sha256()
    size = 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        _refuse_size(size, limit)
        digest.update(chunk)
        target.write(chunk)
    if not size:
        raise FileRefused(EMPTY)
    target.seek(0)
    return digest.hexdigest()


def _measure(stream: BinaryIO) -> tuple[int, str]:
    stream.seek(0)
    digest = hashlib.sha256()
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        digest.update(chunk)
    stream.seek(0)
    return size, digest.hexdigest()


def _agree(code: str, kind: filetypes.FileType, original: BinaryIO) -> None:
    """Refuse content that is not what the name says, in words that name the content."""
    if code == kind.code or code == filetypes.SAME_CONTENT.get(kind.code):
        return
    if {code, kind.code} <= {"csv", "text"}:
        return
    if code == "empty":
        raise FileRefused(EMPTY)
    if code == "locked":
        raise FileRefused(LOCKED)
    label = filetypes.label(code)
    if code in filetypes.PROGRAMS:
        raise FileRefused(
            f"扩展名是 {kind.extensions[0]}（{kind.label}），内容却是{label}。"
            "程序、脚本和网页不得作为附件。"
        )
    if code in ("docm", "xlsm", "pptm"):
        raise FileRefused(f"内容是{label}。请另存为不带宏的格式后重新上传。")
    if code == "unknown":
        label = filetypes.guess(original.read(_HEAD))
    if not label or code in ("ole", "zip") or (code == "text" and kind.code != "csv"):
        raise FileRefused(f"扩展名是 {kind.extensions[0]}（{kind.label}），但{BROKEN}")
    known = filetypes.BY_CODE.get(code)
    advice = (
        f"请把扩展名改为 {known.extensions[0]} 后重新上传。"
        if known
        else f"可以上传的类型：{allowed_extensions()}。"
    )
    raise FileRefused(f"扩展名是 {kind.extensions[0]}（{kind.label}），内容却是{label}。{advice}")

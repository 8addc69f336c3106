"""From any file to its text: which reader, and what a failure becomes."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import BinaryIO

from gongkai.guard import filetypes
from gongkai.guard.readers import (
    archive,
    docx,
    legacy,
    ofd,
    pdf,
    pptx,
    text,
    xlsx,
)
from gongkai.guard.readers.document import (
    BROKEN,
    LOCKED,
    TOO_MUCH,
    Collector,
    Document,
    Full,
    Unreadable,
)

logger = logging.getLogger(__name__)

_READERS = {
    "docx": docx.read,
    "docm": docx.read,
    "dotx": docx.read,
    "xlsx": xlsx.read,
    "xlsm": xlsx.read,
    "xltx": xlsx.read,
    "pptx": pptx.read,
    "pptm": pptx.read,
    "potx": pptx.read,
    "ppsx": pptx.read,
    "pdf": pdf.read,
    "ofd": ofd.read,
    "zip": archive.read,
    "xls": legacy.read_xls,
    "et": legacy.read_xls,
    "csv": text.read_csv,
    "text": text.read_text,
    "html": text.read_html,
    "svg": text.read_html,
    "xml": text.read_html,
}
_UNREAD = {
    "doc": "旧版 Word 格式（.doc），未读取。请另存为 DOCX 后重新上传。",
    "wps": "WPS 文字格式（.wps），未读取。请另存为 DOCX 后重新上传。",
    "ppt": "旧版 PowerPoint 格式（.ppt），未读取。请另存为 PPTX 后重新上传。",
    "ole": "旧版 Office 格式，未读取。请另存为 DOCX、XLSX 或 PDF 后重新上传。",
    "rtf": "RTF 格式，未读取。请另存为 DOCX 后重新上传。",
    "locked": LOCKED,
    "empty": "文件是空的。",
}


def read(file: str | Path | bytes | BinaryIO, name: str = "", *, depth: int = 0) -> Document:
    """All text of a file with its places. Never raises; the file is left open.

    `name` only decides between CSV and plain text; what else the file is, its content says.
    `depth` counts the files around this one.
    """
    if isinstance(file, bytes):
        return _read(io.BytesIO(file), name, depth)
    if isinstance(file, str | Path):
        try:
            with Path(file).open("rb") as stream:
                return _read(stream, name or Path(file).name, depth)
        except OSError as problem:
            reason = (
                "没有这个文件。" if isinstance(problem, FileNotFoundError) else "文件无法打开。"
            )
            return Document(state="unreadable", note=reason)
    return _read(file, name, depth)


def _read(stream: BinaryIO, name: str, depth: int) -> Document:
    found = Collector(depth=depth)
    try:
        code = filetypes.detect(stream, name)
        if code in filetypes.IMAGES:
            return Document(state="no_text", note="图片，未读取。")
        reader = _READERS.get(code)
        if reader is None:
            note = _UNREAD.get(code) or f"{filetypes.label(code)}，未读取。"
            return Document(state="unreadable", note=note)
        reader(stream, name, found)
        return found.document()
    except Full:
        return found.partial(TOO_MUCH)
    except Unreadable as reason:
        return found.partial(str(reason))
    except Exception as problem:
        # Whatever a library makes of a broken file; its message may quote the file, so it is
        # not logged.
        logger.warning("A file could not be read: %s", type(problem).__name__)
        return found.partial(BROKEN)

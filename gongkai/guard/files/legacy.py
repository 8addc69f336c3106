"""Old Office files (OLE compound files): allowed without programs in them."""

from __future__ import annotations

import io
import re
import struct
from typing import Any, BinaryIO

from gongkai.guard.files.problems import EMBEDDED, LOCKED, MACROS, FileRefused
from gongkai.guard.filetypes import PROGRAMS, label, program_of
from gongkai.guard.readers.compound import open_compound
from gongkai.guard.readers.legacy import BOUNDSHEET, FILEPASS, records

#: PowerPoint keeps programs in a record of its one stream (VbaInfoContainer).
_PPT_VBA = re.compile(rb"[\x0f\x1f]\x00\xff\x03\x14\x00\x00\x00")
_WRITEACCESS = 0x5C
_SUMMARIES = {
    "\x05summaryinformation": bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9"),
    "\x05documentsummaryinformation": bytes.fromhex("02d5cdd59c2e1b10939708002b2cf9ae"),
}
_NEW_FORMAT = {"worddocument": "DOCX", "workbook": "XLSX", "book": "XLSX"}


def clean(stream: BinaryIO, target: BinaryIO) -> list[str]:
    """Inspect an old Office file and write it without its properties. Raises ``FileRefused``."""
    refuse_unsafe(stream)
    stream.seek(0)
    data = io.BytesIO(stream.read())
    before = data.getvalue()
    with open_compound(data, write=True) as ole:
        for path in ole.listdir():
            content = _blank(path[-1].lower(), ole, path)
            if content is not None:
                ole.write_stream(path, content)
        made = data.getvalue()
    target.write(made)
    return (
        ["已清除作者、单位等文档属性；旧格式的文件内可能仍留有使用者姓名，建议另存为新格式。"]
        if (made != before)
        else []
    )


def refuse_unsafe(stream: BinaryIO, *, embedded: bool = False) -> bytes | None:
    """Refuse macros, packed programs and passwords; a modern Office file packed inside, if any.

    Raises ``FileRefused``.
    """
    with open_compound(stream) as ole:
        paths = {"/".join(path).lower(): path for path in ole.listdir(streams=True, storages=True)}
        names = {one for path in paths for one in path.split("/")}
        format_ = next((new for old, new in _NEW_FORMAT.items() if old in names), "PPTX")
        if names & {"encryptedpackage", "encryptedsummary"}:
            raise FileRefused(LOCKED)
        if names & {"_vba_project", "vba", "macros", "_vba_project_cur"}:
            raise FileRefused(MACROS.format(format=format_))
        if "\x01ole10native" in names:
            raise FileRefused(EMBEDDED.format(what="打包的文件"))
        for path in paths.values():
            if ole.get_type(path) != 2:  # a stream
                continue
            with ole.openstream(path) as one:
                head = one.read(16)
            code = program_of(head)
            if code in PROGRAMS:
                raise FileRefused(EMBEDDED.format(what=label(code)))
        for name in ("workbook", "book"):
            if name in paths:
                _refuse_in_workbook(ole.openstream(paths[name]).read())
        if "worddocument" in paths:
            head = ole.openstream(paths["worddocument"]).read(12)
            if len(head) == 12 and struct.unpack_from("<H", head, 10)[0] & 0x0100:
                raise FileRefused(LOCKED)
        if "powerpoint document" in paths and _PPT_VBA.search(
            ole.openstream(paths["powerpoint document"]).read()
        ):
            raise FileRefused(MACROS.format(format="PPTX"))
        if embedded and "package" in paths:
            return bytes(ole.openstream(paths["package"]).read())
    return None


def _refuse_in_workbook(book: bytes) -> None:
    for kind, content in records(book):
        if kind == FILEPASS:
            raise FileRefused(LOCKED)
        # The type of a sheet: 1 is a sheet of Excel 4.0 macros, 6 one of Visual Basic.
        if kind == BOUNDSHEET and len(content) > 5 and content[5] in (1, 6):
            raise FileRefused(MACROS.format(format="XLSX"))


def _blank(name: str, ole: Any, path: list[str]) -> bytes | None:
    """A stream of the same length without what it says of people; ``None`` to leave it."""
    if name in _SUMMARIES:
        size = ole.get_size(path)
        empty = (
            b"\xfe\xff\x00\x00" + bytes(4 + 16) + struct.pack("<I", 1) + _SUMMARIES[name]
        ) + struct.pack("<III", 48, 8, 0)
        return empty.ljust(size, b"\x00") if size >= len(empty) else None
    if name in ("workbook", "book") and len(path) == 1:
        return _without_user(ole.openstream(path).read())
    return None


def _without_user(book: bytes) -> bytes | None:
    """The records with the name of who wrote them last blanked."""
    made = bytearray(book)
    place = 0
    for kind, content in records(book):
        if kind == _WRITEACCESS and len(content) > 3:
            made[place + 4 : place + 4 + len(content)] = b"\x00\x00\x00".ljust(len(content))
        place += 4 + len(content)
    return bytes(made) if made != book else None

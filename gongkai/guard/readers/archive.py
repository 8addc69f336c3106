"""ZIP archives: each member is read, one level deep."""

from __future__ import annotations

import zipfile
from typing import BinaryIO

from gongkai.guard.readers.document import MAX_INNER, Collector, Unreadable
from gongkai.guard.readers.inner import read_inner
from gongkai.guard.readers.package import Package

_UTF8_NAME = 0x800


def read(stream: BinaryIO, name: str, found: Collector) -> None:
    """Collect the text of the members. Raises ``Unreadable``, ``Full``."""
    package = Package(stream)
    for info in package.members:
        if info.is_dir():
            continue
        shown = member_name(info)
        found.add(f"压缩包内文件名《{shown}》", shown)
        place = f"压缩包内《{shown}》"
        try:
            data = package.content(info, MAX_INNER)
        except Unreadable as reason:
            found.note(f"{place}：{reason}")
            continue
        read_inner(data, shown, place, found)


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name as its author wrote it: Chinese Windows writes GBK and does not say so."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename

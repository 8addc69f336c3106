"""Archives and XML from strangers: nothing unpacked unbounded, no entities, no network."""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import unquote

from lxml import etree

from gongkai.guard.readers.document import (
    BROKEN,
    LOCKED,
    MAX_DIRECTORY,
    MAX_MEMBERS,
    MAX_PART,
    MAX_RATIO,
    MAX_STREAM,
    MAX_UNPACKED,
    RATIO_FROM,
    Unreadable,
)

BOMB = "文件展开后过大（压缩炸弹），已停止处理。请检查文件来源，另存后重新上传。"
_END = b"PK\x05\x06"
_LOCATOR = b"PK\x06\x07"
_BROKEN_MEMBER = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    RuntimeError,
    NotImplementedError,
    EOFError,
    ValueError,
    struct.error,
)


class Relation(NamedTuple):
    """A relation of a part: its type's last word, its target (a part's name unless external)."""

    id: str
    type: str
    target: str
    external: bool


class Package:
    """A ZIP archive whose sizes have been checked before anything is unpacked."""

    def __init__(self, stream: BinaryIO) -> None:
        """Raises ``Unreadable`` for a broken archive, a locked one and a bomb."""
        _check_directory(stream)
        stream.seek(0)
        try:
            self.archive = zipfile.ZipFile(stream)
        except _BROKEN_MEMBER:
            raise Unreadable(BROKEN) from None
        self.members = self.archive.infolist()
        if len(self.members) > MAX_MEMBERS:
            raise Unreadable(f"文件内含{len(self.members)}个成员，超过上限{MAX_MEMBERS}个。")
        if sum(one.file_size for one in self.members) > MAX_UNPACKED:
            raise Unreadable(BOMB)
        for one in self.members:
            if one.file_size > RATIO_FROM and one.file_size > MAX_RATIO * one.compress_size:
                raise Unreadable(BOMB)
        if any(one.flag_bits & 0x1 for one in self.members):
            raise Unreadable(LOCKED)
        # Names of parts are compared without regard to case (OPC); the first of two counts.
        self._by_name: dict[str, zipfile.ZipInfo] = {}
        for one in self.members:
            self._by_name.setdefault(one.filename.lower().lstrip("/"), one)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._by_name

    def names(self) -> list[str]:
        """Names of all members that are files, in their order."""
        return [one.filename for one in self.members if not one.is_dir()]

    def read(self, name: str, limit: int = MAX_PART) -> bytes | None:
        """A member's content, ``None`` when there is none. Raises ``Unreadable``."""
        info = self._by_name.get(name.lower().lstrip("/"))
        return None if info is None else self.content(info, limit)

    def content(self, info: zipfile.ZipInfo, limit: int = MAX_PART) -> bytes:
        """A member's content. Raises ``Unreadable``."""
        if info.file_size > limit:
            raise Unreadable("文件的一个部分过大，无法检查。请拆分为几个文件后重新上传。")
        try:
            with self.archive.open(info) as member:
                return member.read(limit + 1)
        except _BROKEN_MEMBER:
            raise Unreadable(BROKEN) from None

    def xml(self, name: str) -> Any | None:
        """The root of an XML part, ``None`` when there is no such part. Raises ``Unreadable``."""
        data = self.read(name)
        return None if data is None else parse(data)

    def stream(self, name: str, tags: tuple[str, ...]) -> Iterator[Any]:
        """Finished elements of an XML part with one of the local names, then forgotten."""
        info = self._by_name.get(name.lower().lstrip("/"))
        if info is None:
            return
        if info.file_size > MAX_STREAM:
            raise Unreadable("文件的一个部分过大，无法检查。请拆分为几个文件后重新上传。")
        try:
            with self.archive.open(info) as member:
                for _, element in etree.iterparse(
                    member,
                    tag=[f"{{*}}{tag}" for tag in tags],
                    resolve_entities=False,
                    load_dtd=False,
                    no_network=True,
                    huge_tree=False,
                    remove_comments=True,
                    remove_pis=True,
                ):
                    yield element
                    element.clear()
                    parent = element.getparent()
                    while parent is not None and element.getprevious() is not None:
                        del parent[0]
        except (etree.XMLSyntaxError, *_BROKEN_MEMBER):
            raise Unreadable(BROKEN) from None

    def relations(self, part: str = "") -> list[Relation]:
        """What a part (or the package) refers to. Raises ``Unreadable``."""
        folder, _, base = part.rpartition("/")
        root = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        if root is None:
            return []
        found = []
        for element in root:
            if local(element) != "Relationship":
                continue
            target = attribute(element, "Target")
            external = attribute(element, "TargetMode").lower() == "external"
            kind = attribute(element, "Type").rstrip("/").rpartition("/")[2]
            found.append(
                Relation(
                    attribute(element, "Id"),
                    kind,
                    target if external else _part_name(folder, target),
                    external,
                )
            )
        return found

    def target(self, part: str, kind: str) -> str | None:
        """The first part that a part refers to as `kind`."""
        return next(
            (one.target for one in self.relations(part) if one.type == kind and not one.external),
            None,
        )


def _part_name(folder: str, target: str) -> str:
    target = unquote(target.replace("\\", "/"))
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(folder, target)).lstrip("/")


def _check_directory(stream: BinaryIO) -> None:
    """Refuse a list of members that is too long to be read into memory."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise Unreadable(BROKEN)
    entries, directory = struct.unpack_from("<HI", tail, at + 10)
    if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR:
        (place,) = struct.unpack_from("<Q", tail, at - 12)
        stream.seek(min(place, size))
        record = stream.read(56)
        if len(record) < 56:
            raise Unreadable(BROKEN)
        entries, directory = struct.unpack_from("<QQ", record, 32)
    if entries > MAX_MEMBERS or directory > MAX_DIRECTORY:
        raise Unreadable(f"文件内含的成员过多，超过上限{MAX_MEMBERS}个。")


def parse(data: bytes) -> Any:
    """The root of an XML text. Raises ``Unreadable`` for broken or hostile XML."""
    head = data[:8192].replace(b"\x00", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise Unreadable("文件内含实体定义，可能有害，已停止读取。")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable(BROKEN) from None
    if root is None:
        raise Unreadable(BROKEN)
    return root


def local(element: Any) -> str:
    """An element's name without its namespace (strict and transitional Office files differ)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """An attribute by its name without namespace; "" when absent."""
    value = element.get(name)
    if value is not None:
        return str(value)
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def loose_text(root: Any) -> str:
    """All text of an XML part, one element a line."""
    lines = (one.text.strip() for one in root.iter() if isinstance(one.tag, str) and one.text)
    return "\n".join(line for line in lines if line)

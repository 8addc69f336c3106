"""XML from strangers: no entities, no network, no giant trees."""

from __future__ import annotations

import zipfile
import zlib

from lxml import etree

from gongkai.reports.reading.document import NotAReport, TooLarge

MAX_MEMBER = 60 * 1024 * 1024


def parse(data: bytes) -> etree._Element:
    """The root of an XML text. Raises ``NotAReport`` for broken or hostile XML."""
    if b"<!ENTITY" in data[:100_000] or b"<!ENTITY" in data[:200_000].replace(b"\x00", b""):
        raise NotAReport("文件内含实体定义，可能有害；已停止读取。")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise NotAReport("文件内部结构损坏，无法读取；请重新下载或另存后再试。") from problem
    if root is None:
        raise NotAReport("文件内部结构损坏，无法读取；请重新下载或另存后再试。")
    return root


def member(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """One file of an archive, ``None`` when it is not there. Raises ``NotAReport``."""
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    if info.file_size > MAX_MEMBER:
        raise TooLarge("文件解压后过大，不像年度报告；已停止读取。")
    try:
        with archive.open(info) as opened:
            data = opened.read(MAX_MEMBER + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        ValueError,
    ) as problem:
        raise NotAReport("文件已损坏，无法解压；请重新下载或另存后再试。") from problem
    if len(data) > MAX_MEMBER:
        raise TooLarge("文件解压后过大，不像年度报告；已停止读取。")
    return data


def local(element: etree._Element) -> str:
    """An element's name without its namespace (strict and transitional Office files differ)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None

"""OFD: no programs, no passwords; properties taken out unless the document is signed."""

from __future__ import annotations

import shutil
from typing import BinaryIO

from lxml import etree

from gongkai.guard.files.problems import BROKEN, EMBEDDED, LOCKED, FileRefused
from gongkai.guard.files.zipping import refuse_odd_members, rewrite
from gongkai.guard.filetypes import PROGRAMS, label, program_of
from gongkai.guard.readers.package import Package, local

_DROPPED = frozenset(("Author", "Creator", "CreatorVersion", "CustomDatas"))
_SCRIPTS = (".js", ".vbs", ".exe", ".bat", ".cmd", ".ps1", ".hta", ".html", ".htm")


def clean(stream: BinaryIO, target: BinaryIO) -> list[str]:
    """Inspect an OFD and write it cleaned. Raises ``FileRefused``, ``Unreadable``."""
    package = Package(stream)
    refuse_odd_members(package)
    names = package.names()
    if any(name.lower().endswith(("encryptions.xml", "encryption.xml")) for name in names):
        raise FileRefused(LOCKED)
    for name in names:
        if name.lower().endswith(_SCRIPTS):
            code = program_of((package.read(name) or b"")[:16]) or "script"
            raise FileRefused(EMBEDDED.format(what=label(code) if code in PROGRAMS else "脚本"))
    root = package.xml("OFD.xml")
    if root is None or next(root.iter("{*}DocRoot"), None) is None:
        raise FileRefused(BROKEN)
    if next(root.iter("{*}Signatures"), None) is not None:
        stream.seek(0)
        shutil.copyfileobj(stream, target)
        return ["文件带有电子签名或签章；为保持签名有效，作者等属性未清除，请核对。"]
    gone = [one for one in root.iter() if local(one) in _DROPPED]
    for one in gone:
        parent = one.getparent()
        if parent is not None:
            parent.remove(one)
    if not gone:
        rewrite(package, target, {})
        return []
    name = next(one for one in names if one.lower() == "ofd.xml")
    made = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    rewrite(package, target, {name: made})
    return ["已清除作者、制作程序等文档属性。"]

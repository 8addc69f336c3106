"""Archives written anew: the same content gives the same bytes, and nothing rides along."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping
from typing import BinaryIO

from gongkai.guard.files.archives import EPOCH
from gongkai.guard.files.problems import BROKEN, EMBEDDED, FileRefused
from gongkai.guard.filetypes import PROGRAMS, label, program_of
from gongkai.guard.readers.package import Package

_HEAD = 16


def refuse_odd_members(package: Package) -> None:
    """Refuse programs under whatever name, and archives that two readers read differently."""
    names = [one.filename.lower() for one in package.members]
    if len(set(names)) < len(names) or any(
        ".." in name.replace("\\", "/").split("/") for name in names
    ):
        raise FileRefused(BROKEN)
    for info in package.members:
        if info.filename.lower().endswith((".xml", ".rels", ".vml")) or info.is_dir():
            continue
        with package.archive.open(info) as member:
            code = program_of(member.read(_HEAD))
        if code in PROGRAMS:
            raise FileRefused(EMBEDDED.format(what=label(code)))


def rewrite(package: Package, target: BinaryIO, changes: Mapping[str, bytes | None]) -> None:
    """Write an archive with some members changed (or left out: ``None``).

    No member keeps its time, comment or extra field; what stood before or behind the archive is
    gone.
    """
    with zipfile.ZipFile(target, "w") as made:
        for info in package.members:
            if info.is_dir():
                continue
            name = info.filename
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 0
            entry.compress_type = (
                zipfile.ZIP_STORED
                if info.compress_type == zipfile.ZIP_STORED
                else zipfile.ZIP_DEFLATED
            )
            if name in changes:
                content = changes[name]
                if content is not None:
                    made.writestr(entry, content)
                continue
            with package.archive.open(info) as source, made.open(entry, "w") as copy:
                shutil.copyfileobj(source, copy, 1024 * 1024)

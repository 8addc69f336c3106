"""ZIP archives: every member is accepted on its own, or the archive is refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO

from gongkai.guard.files.problems import FileRefused
from gongkai.guard.readers.archive import member_name
from gongkai.guard.readers.document import MAX_INNER, Unreadable
from gongkai.guard.readers.package import Package

#: Members of an archive that is published: more belong into several archives or a data set.
MAX_FILES = 200
#: The earliest time an archive can write; all members carry it, so that equal content is equal.
EPOCH = (1980, 1, 1, 0, 0, 0)
_LITTER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")


def clean(stream: BinaryIO, target: BinaryIO, accept: Callable[..., Any]) -> list[str]:
    """Write the archive anew from its cleaned members. Raises ``FileRefused``, ``Unreadable``."""
    package = Package(stream)
    members = [one for one in package.members if not one.is_dir()]
    members = [one for one in members if not _is_litter(one.filename.lower())]
    if not members:
        raise FileRefused("压缩包里没有文件。请检查后重新上传。")
    if len(members) > MAX_FILES:
        raise FileRefused(f"压缩包里有{len(members)}个文件，超过{MAX_FILES}个。请拆分后重新上传。")
    notes: list[str] = []
    taken: set[str] = set()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for info in members:
            shown = member_name(info)
            try:
                data = package.content(info, MAX_INNER)
                accepted = accept(data, shown, inside=True)
            except (FileRefused, Unreadable) as problem:
                reason = problem.messages[0] if isinstance(problem, FileRefused) else str(problem)
                base = shown.replace("\\", "/").rpartition("/")[2][:60]
                raise FileRefused(f"压缩包内《{base}》：{reason}") from None
            with accepted.data as content:
                made.writestr(_entry(_free(_folders(shown) + accepted.name, taken)), content.read())
            notes.extend(f"压缩包内《{accepted.name}》：{note}" for note in accepted.notes)
    return notes


def _is_litter(name: str) -> bool:
    return name.startswith(_LITTER[0]) or name.rpartition("/")[2] in _LITTER[1:]


def _folders(name: str) -> str:
    """The folders of a member without steps upwards or to another drive."""
    parts = name.replace("\\", "/").split("/")[:-1]
    kept = [part.replace(":", "").strip(". ")[:60] for part in parts[-5:]]
    return "".join(f"{part}/" for part in kept if part)


def _free(name: str, taken: set[str]) -> str:
    """The name, numbered when another member has it already."""
    stem, _, extension = name.rpartition(".")
    candidate, number = name, 2
    while candidate.lower() in taken:
        candidate, number = f"{stem}({number}).{extension}", number + 1
    taken.add(candidate.lower())
    return candidate


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 0
    return info

"""Presentations: slides in their order, with notes, comments and masters."""

from __future__ import annotations

from typing import BinaryIO

from gongkai.guard.readers.document import BROKEN, Collector, Unreadable
from gongkai.guard.readers.office import read_common, read_loose
from gongkai.guard.readers.package import Package, attribute, local

_QUIET = (
    "ppt/theme/",
    "ppt/tablestyles",
    "ppt/viewprops",
    "ppt/presprops",
    "ppt/commentauthors",
    "ppt/authors",
)


def read(stream: BinaryIO, name: str, found: Collector) -> None:
    """Collect the text of a presentation. Raises ``Unreadable``, ``Full``."""
    package = Package(stream)
    main = package.target("", "officeDocument") or "ppt/presentation.xml"
    root = package.xml(main)
    if root is None:
        raise Unreadable(BROKEN)
    targets = {one.id: one.target for one in package.relations(main) if not one.external}
    done = {main.lower()}
    for number, slide in enumerate(root.iter("{*}sldId"), 1):
        # An element has an id of its own besides that of its relation.
        part = next((targets[value] for value in slide.attrib.values() if value in targets), None)
        if part is None:
            continue
        done.add(part.lower())
        _paragraphs(package, part, f"第{number}张幻灯片", found)
        for relation in package.relations(part):
            if relation.external or relation.target.lower() in done:
                continue
            if relation.type == "notesSlide":
                done.add(relation.target.lower())
                _paragraphs(package, relation.target, f"第{number}张幻灯片备注", found)
    empty = not found.segments
    read_common(package, main, found)
    read_loose(package, found, done, _QUIET)
    found.blank = empty and found.pictures > 0


def _paragraphs(package: Package, part: str, where: str, found: Collector) -> None:
    root = package.xml(part)
    if root is None:
        return
    for element in root.iter("{*}p", "{*}cNvPr"):
        if local(element) == "p":
            text = "".join(
                "\n" if local(one) == "br" else one.text or ""
                for one in element.iter("{*}t", "{*}br")
            )
            found.add(where, text)
        else:
            for name in ("title", "descr"):
                found.add(f"{where}图片说明", attribute(element, name))

"""OFD (GB/T 33190), China's format for documents with a fixed layout: an archive of XML."""

from __future__ import annotations

import posixpath
from typing import BinaryIO

from gongkai.guard.readers.document import BROKEN, MAX_INNER, MAX_PAGES, Collector, Unreadable
from gongkai.guard.readers.inner import read_inner
from gongkai.guard.readers.lines import unwrapped
from gongkai.guard.readers.package import Package, attribute, local, loose_text

_PROPERTIES = {
    "Title": "标题",
    "Author": "作者",
    "Subject": "主题",
    "Abstract": "摘要",
    "Creator": "创建程序",
    "Keywords": "关键词",
    "CustomDatas": "自定义数据",
}
_MAX_BODIES = 50


def read(stream: BinaryIO, name: str, found: Collector) -> None:
    """Collect the text of an OFD. Raises ``Unreadable``, ``Full``."""
    package = Package(stream)
    root = package.xml("OFD.xml")
    if root is None:
        raise Unreadable(BROKEN)
    pages = 0
    bodies = list(root.iter("{*}DocBody"))[:_MAX_BODIES]
    for body in bodies:
        for element in body.iter():
            label = _PROPERTIES.get(local(element))
            if label:
                found.add(f"文档属性“{label}”", loose_text(element))
        place = next((one.text or "" for one in body.iter("{*}DocRoot")), "")
        pages = _document(package, _path("", place), pages, found)
    found.pictures += sum(
        one.lower().endswith((".png", ".jpg", ".jpeg", ".bmp", ".jb2")) for one in package.names()
    )
    shown = [one for one in found.segments if one.where.startswith("第")]
    found.blank = not shown and found.pictures > 0


def _path(folder: str, place: str) -> str:
    place = place.strip().replace("\\", "/")
    if place.startswith("/"):
        return posixpath.normpath(place).lstrip("/")
    return posixpath.normpath(posixpath.join(folder, place))


def _document(package: Package, part: str, pages: int, found: Collector) -> int:
    root = package.xml(part)
    if root is None:
        raise Unreadable(BROKEN)
    folder = posixpath.dirname(part)
    templates = [
        attribute(one, "BaseLoc")
        for one in root.iter("{*}TemplatePage")
        if attribute(one, "BaseLoc")
    ]
    for number, place in enumerate(templates, 1):
        _page(package, _path(folder, place), f"模板页{number}", found)
    for page in root.iter("{*}Page"):
        place = attribute(page, "BaseLoc")
        if not place:
            continue
        pages += 1
        if pages > MAX_PAGES:
            raise Unreadable(f"OFD 超过{MAX_PAGES}页，只检查了前面的页。请拆分后重新上传。")
        _page(package, _path(folder, place), f"第{pages}页", found)
    for title in root.iter("{*}OutlineElem"):
        found.add("书签", attribute(title, "Title"))
    for kind in ("Annotations", "Attachments"):
        for element in root.iter(f"{{*}}{kind}"):
            if element.text and element.text.strip():
                _listed(package, _path(folder, element.text), kind, found)
    return pages


def _listed(package: Package, part: str, kind: str, found: Collector) -> None:
    """Annotations of pages or attached files, each list a part of its own."""
    root = package.xml(part)
    if root is None:
        return
    folder = posixpath.dirname(part)
    if kind == "Annotations":
        for number, element in enumerate(root.iter("{*}FileLoc"), 1):
            if element.text:
                _page(package, _path(folder, element.text), f"批注{number}", found)
        return
    for attachment in root.iter("{*}Attachment"):
        label = attribute(attachment, "Name") or "附件"
        found.add(f"OFD 附件名《{label}》", label)
        place = next((one.text or "" for one in attachment.iter("{*}FileLoc")), "")
        data = package.read(_path(folder, place), MAX_INNER) if place else None
        if data:
            base = posixpath.basename(place)
            read_inner(data, base, f"OFD 附件《{label}》", found)


def _page(package: Package, part: str, where: str, found: Collector) -> None:
    root = package.xml(part)
    if root is None:
        found.note(f"{where}缺失，未检查。")
        return
    for remark in root.iter("{*}Remark"):
        found.add(where, remark.text)
    lines: list[str] = []
    edges: list[tuple[float, float]] = []
    before: tuple[float, float, float] | None = None  # right edge, top, height
    for element in root.iter("{*}TextObject"):
        box = _box(attribute(element, "Boundary"))
        text = "".join(one.text or "" for one in element.iter("{*}TextCode"))
        if before and box and _follows(before, box):
            lines[-1] += text
        else:
            lines.append(text)
            edges.append((0.0, 0.0))
        if box:
            before = (box[0] + box[2], box[1], box[3])
            edges[-1] = (box[0] + box[2], box[3])
        else:
            before = None
    margin = max((right for right, _ in edges), default=0.0)
    full = [right > 0 and right >= margin - 1.6 * max(height, 1.0) for right, height in edges]
    found.add(where, "\n".join(text for _, _, text in unwrapped(lines, full)))


def _box(boundary: str) -> tuple[float, float, float, float] | None:
    """x, y, width and height of an object on its page."""
    try:
        x, y, width, height = (float(one) for one in boundary.split())
    except ValueError:
        return None
    return x, y, width, height


def _follows(before: tuple[float, float, float], box: tuple[float, float, float, float]) -> bool:
    """Whether an object stands right behind the one before it, on the same line."""
    right, top, height = before
    size = max(height, 1.0)
    return abs(box[1] - top) < 0.5 * size and -0.5 * size < box[0] - right < 0.7 * size

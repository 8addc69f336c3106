"""The emblem beside the site's name: an SVG taken apart and put together again, or a PNG.

Of an SVG only shapes and their paint are kept: no script, no style, no link, no text from
elsewhere, nothing that would be fetched. It is shown as a picture (`<img>`), in which nothing
runs in any case, and served with a policy that forbids everything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from gongkai.guard.files import FileRefused, accept

LIMIT: Final = 100 * 1024
_SVG: Final = "http://www.w3.org/2000/svg"
_SHAPES: Final = frozenset(
    {
        "svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "defs",
        "linearGradient", "radialGradient", "stop", "clipPath", "title", "desc",
    }
)  # fmt: skip
_ATTRIBUTES: Final = frozenset(
    {
        "viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx",
        "ry", "fx", "fy", "d", "points", "fill", "fill-rule", "fill-opacity", "stroke",
        "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
        "stroke-dasharray", "stroke-dashoffset", "stroke-opacity", "opacity", "transform", "id",
        "offset", "stop-color", "stop-opacity", "gradientUnits", "gradientTransform",
        "clip-path", "clip-rule", "clipPathUnits", "preserveAspectRatio",
    }
)  # fmt: skip
_OUTSIDE: Final = re.compile(r"url\(\s*['\"]?(?!#)|javascript:|data:|expression\(|@import", re.I)


@dataclass(frozen=True)
class Emblem:
    """A picture that passed: its bytes and its type."""

    content: bytes
    media_type: str


def read(upload: Any) -> Emblem:
    """The emblem out of an uploaded file. Raises FileRefused with words for the person."""
    name = str(getattr(upload, "name", "")).lower()
    content = upload.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise FileRefused("标识文件超过100 KB。请缩小图片，或者导出更简单的SVG。")
    if name.endswith(".svg"):
        return Emblem(clean_svg(content), "image/svg+xml")
    if not name.endswith(".png"):
        raise FileRefused("标识只能是SVG或者PNG文件。请另存为其中一种再上传。")
    accepted = accept(content, name)
    with accepted.data as file:
        return Emblem(file.read(), accepted.media_type)


def clean_svg(content: bytes) -> bytes:
    """The shapes of an SVG and nothing else."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise FileRefused("这个文件不是可以读取的SVG。请重新导出后再上传。") from None
    types = root.getroottree().docinfo.internalDTD
    if types is not None and any(True for _entity in types.iterentities()):
        raise FileRefused("SVG文件中有自定义实体，不能使用。请重新导出为普通SVG。")
    if etree.QName(root).localname != "svg":
        raise FileRefused("这个文件不是SVG图形。请重新导出后再上传。")
    kept = _kept(root, 0)
    if kept is None or not len(kept):
        raise FileRefused("SVG中没有可以显示的图形。请导出为路径和形状，不要只含文字或位图。")
    if "viewBox" not in kept.attrib:
        width, height = (re.sub(r"[^\d.]", "", kept.get(side, "")) for side in ("width", "height"))
        if not width or not height:
            raise FileRefused("SVG没有注明画布大小（viewBox）。请重新导出后再上传。")
        kept.set("viewBox", f"0 0 {width} {height}")
    result: bytes = etree.tostring(kept, encoding="utf-8")
    return result


def _kept(element: Any, depth: int) -> Any:
    """A copy of a shape with what may stay; None for anything else."""
    name = etree.QName(element)
    if depth > 40 or name.localname not in _SHAPES or name.namespace not in (_SVG, None):
        return None
    copy = etree.Element(f"{{{_SVG}}}{name.localname}", nsmap={None: _SVG} if not depth else None)
    for key, value in element.attrib.items():
        if key in _ATTRIBUTES and not _OUTSIDE.search(value):
            copy.set(key, value)
    if name.localname in ("title", "desc"):
        copy.text = element.text
    for child in element:
        if isinstance(child.tag, str) and (inner := _kept(child, depth + 1)) is not None:
            copy.append(inner)
    return copy

"""What all Office Open XML files have: properties, links, charts, pictures, embedded files."""

from __future__ import annotations

import io
from typing import Any

from gongkai.guard.readers.compound import open_compound
from gongkai.guard.readers.document import MAX_INNER, Collector
from gongkai.guard.readers.inner import read_inner
from gongkai.guard.readers.package import Package, attribute, local, loose_text

_PROPERTIES = {
    "title": "标题",
    "subject": "主题",
    "creator": "作者",
    "keywords": "关键词",
    "description": "备注",
    "lastModifiedBy": "最后修改者",
    "category": "类别",
    "contentStatus": "状态",
    "Company": "单位",
    "Manager": "主管",
    "Template": "模板",
    "HyperlinkBase": "超链接基础",
    "TitlesOfParts": "部分标题",
}
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".webp")
_QUIET = (
    "[content_types].xml",
    "_rels/",
    "docprops/",
    "customxml/itemprops",
    "_xmlsignatures/",
)


def read_common(package: Package, main: str, found: Collector) -> None:
    """Properties, links and embedded files. Raises ``Unreadable``, ``Full``."""
    _properties(package, found)
    links = [
        one.target
        for name in package.names()
        if name.lower().endswith(".rels") and "/_rels/" in f"/{name}"
        for one in package.relations(_owner(name))
        if one.external and one.type == "hyperlink"
    ]
    for number, link in enumerate(dict.fromkeys(links), 1):
        found.add(f"超链接{number}", link)
    _embedded(package, found)
    found.pictures += sum(
        "/media/" in name.lower() and name.lower().endswith(_PICTURES) for name in package.names()
    )


def _owner(relations: str) -> str:
    """The part whose relations a part lists."""
    folder, _, base = relations.rpartition("_rels/")
    return f"{folder}{base[: -len('.rels')]}"


def _properties(package: Package, found: Collector) -> None:
    for name in ("docProps/core.xml", "docProps/app.xml"):
        root = package.xml(name)
        for element in root if root is not None else ():
            label = _PROPERTIES.get(local(element))
            if label:
                found.add(f"文档属性“{label}”", loose_text(element))
    root = package.xml("docProps/custom.xml")
    for element in root if root is not None else ():
        found.add(f"文档属性“{attribute(element, 'name')}”", loose_text(element))


def _embedded(package: Package, found: Collector) -> None:
    for name in package.names():
        if "/embeddings/" not in name.lower():
            continue
        base = name.rpartition("/")[2]
        place = f"嵌入对象《{base}》"
        data = package.read(name, MAX_INNER) or b""
        read_object(data, base, place, found)


def read_object(data: bytes, name: str, place: str, found: Collector) -> None:
    """Read an embedded file, out of its OLE wrapping where it has one."""
    from gongkai.guard.filetypes import OLE

    if data.startswith(OLE):
        with open_compound(io.BytesIO(data)) as ole:
            streams = {"/".join(path).lower(): path for path in ole.listdir()}
            if "equation native" in streams:
                return  # a formula, no text
            if "package" in streams:
                data = ole.openstream(streams["package"]).read()
    read_inner(data, name, place, found)


def read_loose(package: Package, found: Collector, done: set[str], quiet: tuple[str, ...]) -> None:
    """All other XML parts, so that no text stays unseen because nobody thought of its part."""
    counts: dict[str, int] = {}
    for name in package.names():
        low = name.lower()
        if low in done or not low.endswith((".xml", ".vml")):
            continue
        if low.startswith((*_QUIET, *quiet)) or "/_rels/" in low:
            continue
        label = _label(low)
        counts[label] = counts.get(label, 0) + 1
        root = package.xml(name)
        if root is not None:
            found.add(f"{label}{counts[label]}", _text(root))


def _label(name: str) -> str:
    for part, label in (
        ("/charts/", "图表"),
        ("/diagrams/", "图示"),
        ("/drawings/", "图形"),
        ("/glossary/", "自动图文集"),
        ("customxml/", "自定义数据"),
        ("/pivotcache/", "数据透视表缓存"),
        ("/externallinks/", "外部链接缓存"),
        ("/comments", "批注"),
        ("/threadedcomments/", "批注"),
        ("/slidelayouts/", "版式"),
        ("/slidemasters/", "母版"),
        ("/notesmasters/", "备注母版"),
        ("/handoutmasters/", "讲义母版"),
        ("/tables/", "表格定义"),
    ):
        if part in f"/{name}":
            return label
    return "其他部分"


def _text(root: Any) -> str:
    """Text of a part: paragraphs of drawings as lines, values that stand in attributes as well."""
    lines: list[str] = []
    for element in root.iter():
        kind = local(element)
        if kind == "p":
            lines.append("".join(one.text or "" for one in element.iter("{*}t")))
        elif kind == "textpath":
            lines.append(attribute(element, "string"))
        elif kind in ("s", "n") and element.get("v"):  # values kept by a pivot table
            lines.append(element.get("v"))
        elif kind == "t" and any(local(one) in ("p", "r") for one in element.iterancestors()):
            continue
        elif element.text and isinstance(element.tag, str):
            lines.append(element.text.strip())
    return "\n".join(line for line in lines if line and not line.isspace())

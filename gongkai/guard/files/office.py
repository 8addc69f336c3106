"""Office Open XML files: what may not be in them, and what is taken out of them."""

from __future__ import annotations

import io
import re
from typing import Any, BinaryIO

from lxml import etree

from gongkai.guard import filetypes
from gongkai.guard.files import images, legacy
from gongkai.guard.files.problems import (
    ACTIVEX,
    BROKEN,
    CHANGES,
    COMMENTS,
    DDE,
    EMBEDDED,
    LINKED,
    LOCKED,
    MACROS,
    NESTED,
    FileRefused,
)
from gongkai.guard.files.zipping import refuse_odd_members, rewrite
from gongkai.guard.readers.document import MAX_INNER
from gongkai.guard.readers.package import Package, Relation, attribute, local, parse

_FORMATS = {"docx": "DOCX", "xlsx": "XLSX", "pptx": "PPTX"}
_MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_MACRO_TYPE = re.compile(r"macroEnabled|vbaProject|vbaData|macrosheet", re.IGNORECASE)
_MACRO_NAME = re.compile(r"(?:vbaproject\w*\.bin|vbadata\.xml)$|/macrosheets/", re.IGNORECASE)
_MACRO_RELATIONS = frozenset(
    ("vbaProject", "vbaProjectSignature", "wordVbaData", "xlMacrosheet", "xlIntlMacrosheet")
)
_BREAK_LINKS = "在“文件—信息—编辑指向文件的链接”中断开链接"
#: Relations that fetch or run something from elsewhere when the file is opened.
_EXTERNAL = {
    "attachedTemplate": ("模板", "在“文件—选项—加载项—管理：模板”中把文档模板改为 Normal"),
    "oleObject": ("对象", _BREAK_LINKS),
    "package": ("对象", _BREAK_LINKS),
    "frame": ("框架", "删除框架"),
    "subDocument": ("子文档", "在大纲视图中取消子文档的链接"),
    "aFChunk": ("内容", "把内容粘贴到文件里"),
    "mailMergeSource": ("邮件合并数据源", "在“邮件”中恢复为普通 Word 文档"),
    "mailMergeHeaderSource": ("邮件合并数据源", "在“邮件”中恢复为普通 Word 文档"),
    "externalLink": ("工作簿", "在“数据—编辑链接”中断开链接"),
}
_EMBEDDED = frozenset(("oleObject", "package"))
_STORY = re.compile(
    r"word/(?:document\d*|header\d*|footer\d*|footnotes|endnotes|comments\w*|glossary/\w+)\.xml$"
)
_CHANGE = re.compile(
    r"(?:ins|del|moveFrom|moveTo|cellIns|cellDel|cellMerge|numberingChange|\w+PrChange|tblGridChange)$"
)
_COMMENTS = re.compile(
    r"(?:word/comments|xl/comments|xl/threadedcomments|ppt/comments)[^/]*(?:/|$)"
)
_COMMENT_NAMES = ("comment", "threadedComment", "cm")
_DDE_FIELD = re.compile(r"(?<![A-Za-z])DDE(?:AUTO)?(?![A-Za-z])", re.IGNORECASE)
_DDE_FORMULA = re.compile(r"\|.*!", re.DOTALL)
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp")
_KEPT_CORE = frozenset(("title", "subject", "keywords", "language", "created", "modified"))
_DROPPED_APP = frozenset(("Company", "Manager", "Template", "TotalTime", "HyperlinkBase"))
#: Lists of people who commented or changed; nothing refers to them once that is gone.
_PEOPLE = re.compile(r"word/people\.xml|xl/persons/[^/]+\.xml|ppt/(?:commentauthors|authors)\.xml")
CLEANED = "已清除作者、单位、修改者等文档属性。"


def clean(stream: BinaryIO, target: BinaryIO, *, depth: int = 0) -> list[str]:
    """Inspect an Office file and write it cleaned. Raises ``FileRefused``, ``Unreadable``."""
    code = filetypes.detect(stream)
    stream.seek(0)
    package = Package(stream)
    if code not in _FORMATS or package.xml(_main_of(package, code)) is None:
        raise FileRefused(BROKEN)
    relations = _relations(package)
    _refuse_programs(package, code, relations)
    _refuse_links(relations)
    notes = _inspect(package, code, relations)
    changes: dict[str, bytes | None] = {}
    notes += _objects(package, relations, changes, depth)
    if any(name.lower().startswith("_xmlsignatures/") for name in package.names()):
        stream.seek(0)
        target.write(stream.read())
        return [*notes, "文件带有数字签名；为保持签名有效，作者等文档属性未清除，请核对。"]
    touched = _strip(package, changes)
    rewrite(package, target, changes)
    return [*notes, CLEANED] if touched else notes


def _main_of(package: Package, code: str) -> str:
    return package.target("", "officeDocument") or _MAIN[code]


def _relations(package: Package) -> list[tuple[str, Relation]]:
    """(part, relation) of all parts."""
    found = []
    for name in package.names():
        if name.lower().endswith(".rels"):
            folder, _, base = name.rpartition("_rels/")
            part = f"{folder}{base[: -len('.rels')]}"
            found += [(part, one) for one in package.relations(part)]
    return found


def _refuse_programs(package: Package, code: str, relations: list[tuple[str, Relation]]) -> None:
    types = package.xml("[Content_Types].xml")
    contents = [attribute(one, "ContentType") for one in types] if types is not None else []
    names = package.names()
    if (
        any(_MACRO_TYPE.search(one) for one in contents)
        or any(_MACRO_NAME.search(f"/{name}") for name in names)
        or any(one.type in _MACRO_RELATIONS for _, one in relations)
    ):
        raise FileRefused(MACROS.format(format=_FORMATS[code]))
    if any("/activex/" in f"/{name.lower()}" for name in names) or any(
        "activex" in one.lower() for one in contents
    ):
        raise FileRefused(ACTIVEX)
    refuse_odd_members(package)


def _refuse_links(relations: list[tuple[str, Relation]]) -> None:
    for _, one in relations:
        if one.external and one.type in _EXTERNAL:
            what, remedy = _EXTERNAL[one.type]
            raise FileRefused(LINKED.format(what=what, remedy=remedy))


# --- what people left inside -----------------------------------------------------------------------


def _inspect(package: Package, code: str, relations: list[tuple[str, Relation]]) -> list[str]:
    comments = 0
    for name in package.names():
        if _COMMENTS.match(name.lower()) and name.lower().endswith(".xml"):
            root = package.xml(name)
            comments = max(
                comments,
                sum(local(one) in _COMMENT_NAMES for one in root.iter()) if root is not None else 0,
            )
    if comments:
        raise FileRefused(COMMENTS.format(count=comments))
    notes: list[str] = []
    if code == "docx":
        notes += _inspect_word(package)
    elif code == "xlsx":
        notes += _inspect_workbook(package, relations)
    elif any(one.type == "notesSlide" for _, one in relations):
        notes.append("演示文稿带有备注页，公开后人人可见，请核对。")
    if any(one.external and one.type == "image" for _, one in relations):
        notes.append("文件链接了外部图片，公众可能看不到，建议改为插入图片。")
    return notes


def _inspect_word(package: Package) -> list[str]:
    hidden = False
    for name in package.names():
        if not _STORY.match(name.lower()):
            continue
        root = package.xml(name)
        if root is None:
            continue
        for element in root.iter():
            kind = local(element)
            if _CHANGE.fullmatch(kind) and attribute(element, "author"):
                raise FileRefused(CHANGES)
            if kind == "p":
                code = "".join(one.text or "" for one in element.iter("{*}instrText"))
                if _DDE_FIELD.search(code):
                    raise FileRefused(DDE)
            elif kind == "fldSimple" and _DDE_FIELD.search(attribute(element, "instr")):
                raise FileRefused(DDE)
            elif kind == "vanish" and attribute(element, "val") not in ("0", "false"):
                hidden = hidden or local(element.getparent().getparent()) == "r"
    return ["文件带有隐藏文字，公开后可以看到，请核对。"] if hidden else []


def _inspect_workbook(package: Package, relations: list[tuple[str, Relation]]) -> list[str]:
    if any(name.lower().startswith("xl/revisions/") for name in package.names()):
        raise FileRefused(CHANGES)
    notes = []
    linked = False
    for name in package.names():
        low = name.lower()
        if low.startswith("xl/externallinks/") and low.endswith(".xml"):
            root = package.xml(name)
            kinds = {local(one) for one in root.iter()} if root is not None else set()
            if "ddeLink" in kinds:
                raise FileRefused(DDE)
            if "oleLink" in kinds:
                raise FileRefused(LINKED.format(what="对象", remedy=_BREAK_LINKS))
            linked = True
        elif low.startswith("xl/worksheets/") and low.endswith(".xml"):
            for formula in package.stream(name, ("f",)):
                if formula.text and "|" in formula.text and _DDE_FORMULA.search(formula.text):
                    raise FileRefused(DDE)
    if linked:
        notes.append(
            "表格引用了其他工作簿，其中的数据会一并公开；建议在“数据—编辑链接”中断开链接。"
        )
    book = package.xml(_main_of(package, "xlsx"))
    sheets = [
        attribute(one, "name")
        for one in (book.iter("{*}sheet") if book is not None else ())
        if attribute(one, "state") in ("hidden", "veryHidden")
    ]
    if sheets:
        names = "、".join(f"“{one}”" for one in sheets[:5])
        notes.append(f"表格带有隐藏的工作表{names}，公开后可以取消隐藏，请核对。")
    if any(one.type == "pivotCacheRecords" for _, one in relations):
        notes.append("数据透视表保存了一份源数据，会一并公开，请核对。")
    return notes


# --- files inside the file -------------------------------------------------------------------------


def _objects(
    package: Package,
    relations: list[tuple[str, Relation]],
    changes: dict[str, bytes | None],
    depth: int,
) -> list[str]:
    """Inspect and clean embedded files, one level deep."""
    targets = {one.target.lower() for _, one in relations if one.type in _EMBEDDED}
    notes = []
    for name in package.names():
        if "/embeddings/" not in f"/{name.lower()}" and name.lower() not in targets:
            continue
        data = package.read(name, MAX_INNER) or b""
        if data.startswith(filetypes.OLE):
            inner = legacy.refuse_unsafe(io.BytesIO(data), embedded=True)
            if inner is not None:
                _object(inner, depth)
            continue
        code = filetypes.detect(io.BytesIO(data), name)
        if code in _FORMATS:
            changes[name] = _object(data, depth)
        elif code == "locked":
            raise FileRefused(LOCKED)
        elif code in ("docm", "xlsm", "pptm", "xlsb"):
            raise FileRefused(f"嵌入的文件：{MACROS.format(format='普通格式')}")
        elif code in filetypes.PROGRAMS or code in ("zip", "rar", "7z", "gzip"):
            raise FileRefused(EMBEDDED.format(what=filetypes.label(code)))
        notes.append("文件内嵌有其他文件，会一并公开，请核对。")
    return list(dict.fromkeys(notes))


def _object(data: bytes, depth: int) -> bytes:
    if depth:
        raise FileRefused(NESTED)
    made = io.BytesIO()
    try:
        clean(io.BytesIO(data), made, depth=depth + 1)
    except FileRefused as problem:
        raise FileRefused(f"嵌入的文件：{problem.messages[0]}") from None
    return made.getvalue()


# --- what is taken out -----------------------------------------------------------------------------


def _strip(package: Package, changes: dict[str, bytes | None]) -> bool:
    """Changes that take out who made the file and where; whether there was anything to take."""
    touched = False
    dropped: set[str] = set()
    known = {kind: package.target("", kind) for kind in ("core-properties", "thumbnail")}
    core = (known["core-properties"] or "docProps/core.xml").lower()
    for name in package.names():
        low = name.lower()
        new: bytes | None
        if low == (known["thumbnail"] or "").lower() or low.startswith("docprops/thumbnail"):
            changes[name] = None
            dropped.add(low)
            touched = True
            continue
        if low.endswith(_PICTURES):
            info = package.archive.getinfo(name)
            if info.file_size > MAX_INNER:
                continue
            old = package.content(info, MAX_INNER)
            new = images.strip(old)
        else:
            edit = _edit_of(low, core)
            if edit is None:
                continue
            old = package.read(name) or b""
            new = edit(old)
        if new != old:
            changes[name] = new
            touched = True
    if dropped:
        _forget(package, changes, dropped)
    return touched


def _edit_of(name: str, core: str) -> Any:
    if name == core:
        return _strip_core
    if name == "docprops/app.xml":
        return _strip_app
    if name == "docprops/custom.xml" or _PEOPLE.fullmatch(name):
        return _strip_all
    return _strip_workbook if name == "xl/workbook.xml" else None


def _edited(data: bytes, wanted: Any) -> bytes:
    """The XML without the elements that are wanted out; the same bytes when there are none."""
    root = parse(data)
    gone = [element for element in root.iter() if element is not root and wanted(element)]
    for element in gone:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    if not gone:
        return data
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return made


def _strip_core(data: bytes) -> bytes:
    return _edited(data, lambda element: local(element) not in _KEPT_CORE)


def _strip_app(data: bytes) -> bytes:
    return _edited(data, lambda element: local(element) in _DROPPED_APP)


def _strip_all(data: bytes) -> bytes:
    return _edited(data, lambda element: True)


def _strip_workbook(data: bytes) -> bytes:
    """Where on whose computer the workbook lay (absPath), and who reserved it."""
    if b"absPath" not in data and b"fileSharing" not in data:
        return data
    return _edited(data, lambda element: local(element) in ("absPath", "fileSharing"))


def _forget(package: Package, changes: dict[str, bytes | None], dropped: set[str]) -> None:
    """Take members that are left out from the lists of relations and of types."""
    for name in package.names():
        low = name.lower()
        if low == "[content_types].xml":
            changes[name] = _edited(
                package.read(name) or b"",
                lambda one: attribute(one, "PartName").lstrip("/").lower() in dropped,
            )
        elif low == "_rels/.rels":
            changes[name] = _edited(
                package.read(name) or b"",
                lambda one: attribute(one, "Target").lstrip("/").lower() in dropped,
            )

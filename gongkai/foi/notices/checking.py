"""The gate for templates that people upload: hostile until shown to be harmless.

A template may hold fields, `{%p if 栏目 %} … {%p endif %}` and nothing else of the field language; no
link to anything outside the file; and it must come out of the drawing with every field on the paper.
What the guard refuses (macros, locked files, zip bombs, files that lie about their kind) has been
refused before: `check_template` gets what `gongkai.guard.files.accept` let through.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Final
from zipfile import BadZipFile, ZipFile

from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from jinja2 import TemplateError, nodes
from lxml.etree import LxmlError

from gongkai.foi.notices import filling
from gongkai.foi.notices.fields import SEAL, names_of, required_in_template, sample_values
from gongkai.foi.notices.kinds import NoticeKind
from gongkai.foi.notices.pdf import set_in_type
from gongkai.foi.notices.reading import CannotDraw, letters, read_layout
from gongkai.guard.readers.document import Unreadable
from gongkai.guard.readers.package import Package, attribute, local

logger = logging.getLogger(__name__)

MAX_BYTES: Final = 2 * 1024 * 1024
"""Of the file; the seal is not part of it."""
_MAX_UNPACKED: Final = 20 * 1024 * 1024
_MAX_STORY: Final = 800 * 1024
_MAX_BRACES: Final = 800

_HOW: Final = "只能使用 {{栏目}} 和 {%p if 栏目 %}……{%p endif %}"
#: docxtpl's own commands, which Jinja never sees.
_COMMANDS: Final = re.compile(r"\{%\s*(?:colspan|cellbg|vm|hm)\b|\{\{(?:r|p|tr|tc)\s|\{%(?:r|tc)\s")
_LINKS: Final = "模板里有指向外部的链接（超链接、链接的图片或者对象），请取消链接后重新上传。"
#: Word's own fields that bring something from elsewhere into the paper, or lead there.
_FETCHING: Final = re.compile(
    r"\b(?:INCLUDEPICTURE|INCLUDETEXT|IMPORT|INCLUDE|LINK|DDE|DDEAUTO|RD|DATABASE|HYPERLINK)\b",
    re.IGNORECASE,
)
_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
)


class TemplateRefused(ValueError):
    """The template cannot be used; the Chinese message says why and what to do."""


def check_template(data: bytes, kind: NoticeKind) -> None:
    """Raise `TemplateRefused` unless every notice of this kind can be made from the template."""
    if len(data) > MAX_BYTES:
        raise TemplateRefused(f"模板超过{MAX_BYTES // 1024 // 1024} MB，请压缩或者删去其中的图片。")
    _check_package(data)
    try:
        used = _fields_used(data)
    except TemplateRefused:
        raise
    except (KeyError, ValueError, OpcError, LxmlError) as error:
        raise TemplateRefused(
            "文件不是完整的 Word 文档（DOCX），请另存为 DOCX 后重新上传。"
        ) from error
    _check_names(used, kind)
    _check_drawing(data, kind, used)


def _check_package(data: bytes) -> None:
    try:
        with ZipFile(BytesIO(data)) as package:
            members = package.infolist()
            names = [one.filename for one in members]
            if sum(one.file_size for one in members) > _MAX_UNPACKED:
                raise TemplateRefused("模板解压后过大，请删去其中的图片。")
            for one in members:
                story = re.fullmatch(r"word/(?:document|header\d*|footer\d*)\.xml", one.filename)
                if story and one.file_size > _MAX_STORY:
                    raise TemplateRefused("模板的正文过长，文书一般只有几页。")
            for name in names:
                if re.search(r"vbaProject|activeX|embeddings/|\.bin$", name, re.IGNORECASE):
                    raise TemplateRefused("模板里有宏、控件或者嵌入的对象，请删去后重新上传。")
            for name in ("word/footnotes.xml", "word/endnotes.xml"):
                if name in names and b"{" in package.read(name):
                    raise TemplateRefused("脚注、尾注里不能使用栏目，请移到正文里。")
    except BadZipFile as error:
        raise TemplateRefused("文件不是 Word 文档（DOCX），请另存为 DOCX 后重新上传。") from error
    try:
        _refuse_links(Package(BytesIO(data)))
    except Unreadable as error:
        raise TemplateRefused(str(error)) from error


def _refuse_links(package: Package) -> None:
    """Refuse what would be fetched from elsewhere when the paper is opened: read as XML, since a
    link can be written in many ways; fields that fetch need no entry among the relations."""
    for name in package.names():
        if name.endswith(".rels"):
            folder, _, base = name.rpartition("_rels/")
            if any(one.external for one in package.relations(f"{folder}{base[: -len('.rels')]}")):
                raise TemplateRefused(_LINKS)
        elif name.startswith("word/") and name.endswith(".xml"):
            root = package.xml(name)
            for element in root.iter() if root is not None else ():
                kind = local(element)
                if kind == "p":
                    code = "".join(one.text or "" for one in element.iter("{*}instrText"))
                elif kind == "fldSimple":
                    code = attribute(element, "instr")
                else:
                    continue
                if _FETCHING.search(code):
                    raise TemplateRefused(_LINKS)


def _fields_used(data: bytes) -> frozenset[str]:
    """The fields a template calls. Raises `TemplateRefused` for everything else it does."""
    template = filling.Template(BytesIO(data))
    template.init_docx()
    sources = [template.get_xml()]
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        sources += [template.get_part_xml(part) for _, part in template.get_headers_footers(uri)]
    if sum(source.count("{") for source in sources) > _MAX_BRACES:
        raise TemplateRefused("模板里的花括号过多，请只在栏目处使用花括号。")
    for paragraph in template.docx.element.body.iter(qn("w:p")):
        text = "".join(one.text or "" for one in paragraph.iter(qn("w:t")))
        if _COMMANDS.search(text):
            raise TemplateRefused(f"模板里有不能使用的指令“{_COMMANDS.search(text)[0]}”，{_HOW}。")  # type: ignore[index]
    used: set[str] = set()
    env = filling.environment()
    for source in sources:
        try:
            tree = env.parse(template.patch_xml(source))
        except (TemplateError, SyntaxError, RecursionError) as error:
            raise TemplateRefused(
                f"栏目的写法有误：{_said(error)}请核对花括号是否成对，{_HOW}。"
            ) from error
        used |= set(_names(tree))
    return frozenset(used)


def _names(node: nodes.Node) -> Iterator[str]:
    if not isinstance(node, _ALLOWED):
        raise TemplateRefused(f"模板里有不能使用的写法（{type(node).__name__}），{_HOW}。")
    if isinstance(node, nodes.Name):
        if node.ctx != "load":
            raise TemplateRefused(f"模板不能给栏目赋值，{_HOW}。")
        yield node.name
    for child in node.iter_child_nodes():
        yield from _names(child)


def _said(error: Exception) -> str:
    message = error.message if isinstance(error, TemplateError) else ""
    text = str(message).splitlines()[0] if message else ""
    return f"{text[:80]}。" if text else ""


def _check_names(used: frozenset[str], kind: NoticeKind) -> None:
    known = names_of(kind)
    unknown = sorted(used - known)
    if unknown:
        near = difflib.get_close_matches(unknown[0], sorted(known), n=1, cutoff=0.4)
        hint = f"是不是“{near[0]}”？" if near else ""
        listed = "、".join(f"“{name[:40]}”" for name in unknown[:5])
        raise TemplateRefused(
            f"没有这样的栏目：{listed}。{hint}“{kind.name}”可用的栏目见本页的栏目表。"
        )
    missing = [name for name in required_in_template(kind) if name not in used]
    if missing:
        listed = "、".join(f"{{{{{name}}}}}" for name in missing)
        raise TemplateRefused(f"模板里缺少必须有的栏目：{listed}。请加上后重新上传。")


def _check_drawing(data: bytes, kind: NoticeKind, used: frozenset[str]) -> None:
    """Fill with samples, with and without the optional fields; every field must be printed."""
    optional = {one.name for one in kind.fields if one.optional} | {"办理经过"}
    full = {
        name: text or f"示例{name}" for name, text in sample_values(kind).items() if name != SEAL
    }
    for values in (full, {name: "" if name in optional else text for name, text in full.items()}):
        try:
            docx = filling.fill(data, kind, values, author="示例")
            layout = read_layout(docx)
            set_in_type(layout)
        except CannotDraw as error:
            raise TemplateRefused(f"模板不能印成 PDF：{error}") from error
        except Exception as error:
            # Whatever four libraries make of a file that is not as it should be.
            logger.warning("A template could not be filled or drawn: %s", type(error).__name__)
            raise TemplateRefused(
                "模板填入示例内容时出错，请核对栏目是否写在普通文字里，"
                "{%p if %} 与 {%p endif %} 是否各占一段。"
            ) from error
        printed = letters(layout.text)
        lost = [
            name
            for name in sorted(used - {SEAL})
            if values[name] and name not in optional and letters(values[name]) not in printed
        ]
        if lost:
            raise TemplateRefused(f"栏目“{lost[0]}”的内容没有印出来，请把它写在正文的普通文字里。")

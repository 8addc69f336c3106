"""What a file really is, by its content: names lie."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO, Final

#: First bytes of an OLE compound file: DOC, XLS, PPT, WPS, ET, and password-protected DOCX.
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEAD: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file. `code` names it in code, `label` to people.

    `readable`: the guard reads its text. `extensions` is empty for what nobody may upload.
    """

    code: str
    label: str
    media_type: str = "application/octet-stream"
    extensions: tuple[str, ...] = ()
    readable: bool = False


_OOXML = "application/vnd.openxmlformats-officedocument."
#: Every kind that may be attached, in the order in which they are told to people.
ALLOWED: Final = (
    FileType("docx", "Word 文档", f"{_OOXML}wordprocessingml.document", (".docx",), readable=True),
    FileType("xlsx", "Excel 表格", f"{_OOXML}spreadsheetml.sheet", (".xlsx",), readable=True),
    FileType(
        "pptx",
        "PowerPoint 演示文稿",
        f"{_OOXML}presentationml.presentation",
        (".pptx",),
        readable=True,
    ),
    FileType("pdf", "PDF 文档", "application/pdf", (".pdf",), readable=True),
    FileType("ofd", "OFD 版式文档", "application/ofd", (".ofd",), readable=True),
    FileType("csv", "CSV 表格", "text/csv", (".csv",), readable=True),
    FileType("text", "文本", "text/plain", (".txt",), readable=True),
    FileType("jpeg", "JPG 图片", "image/jpeg", (".jpg", ".jpeg")),
    FileType("png", "PNG 图片", "image/png", (".png",)),
    FileType("gif", "GIF 图片", "image/gif", (".gif",)),
    FileType("webp", "WebP 图片", "image/webp", (".webp",)),
    FileType("zip", "ZIP 压缩包", "application/zip", (".zip",), readable=True),
    FileType("doc", "旧版 Word 文档", "application/msword", (".doc",)),
    FileType("xls", "旧版 Excel 表格", "application/vnd.ms-excel", (".xls",), readable=True),
    FileType("ppt", "旧版 PowerPoint 演示文稿", "application/vnd.ms-powerpoint", (".ppt",)),
    FileType("wps", "WPS 文字文档", "application/vnd.ms-works", (".wps",)),
    FileType("et", "WPS 表格", "application/vnd.ms-excel", (".et",), readable=True),
)
BY_EXTENSION: Final = {extension: kind for kind in ALLOWED for extension in kind.extensions}
BY_CODE: Final = {kind.code: kind for kind in ALLOWED}
IMAGES: Final = frozenset(("jpeg", "png", "gif", "webp", "bmp", "tiff"))
#: WPS writes its own extensions over the formats of Microsoft Office.
SAME_CONTENT: Final = {"wps": "doc", "et": "xls"}

#: What executables and scripts are called. Nobody may upload them, alone or inside a file.
PROGRAMS: Final = {
    "exe": "Windows 程序",
    "elf": "Linux 程序",
    "macho": "苹果系统程序",
    "java": "Java 程序",
    "script": "脚本",
    "lnk": "Windows 快捷方式",
    "html": "网页（HTML）",
    "svg": "SVG 图形（可含脚本）",
    "php": "网页脚本（PHP、JSP 或 ASP）",
}
OTHERS: Final = {
    "docm": "带宏的 Word 文档",
    "xlsm": "带宏的 Excel 表格",
    "pptm": "带宏的 PowerPoint 演示文稿",
    "dotx": "Word 模板",
    "xltx": "Excel 模板",
    "potx": "PowerPoint 模板",
    "ppsx": "PowerPoint 放映文件",
    "xlsb": "Excel 二进制表格",
    "odf": "OpenDocument 文档",
    "epub": "电子书",
    "locked": "设有密码的 Office 文档",
    "ole": "旧版 Office 格式的文件",
    "bmp": "BMP 图片",
    "tiff": "TIFF 图片",
    "rtf": "RTF 文档",
    "rar": "RAR 压缩包",
    "7z": "7z 压缩包",
    "gzip": "gzip 压缩包",
    "xml": "XML 文件",
    "mhtml": "网页存档（MHTML）",
    "media": "音频或视频",
    "empty": "空文件",
    "unknown": "无法识别的内容",
}


def label(code: str) -> str:
    """What people call a kind of file."""
    kind = BY_CODE.get(code)
    return kind.label if kind else PROGRAMS.get(code) or OTHERS.get(code, "无法识别的内容")


_MAGIC = (
    (b"MZ", "exe"),
    (b"\x7fELF", "elf"),
    (b"\xfe\xed\xfa\xce", "macho"),
    (b"\xfe\xed\xfa\xcf", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"),
    (b"\xcf\xfa\xed\xfe", "macho"),
    (b"\xca\xfe\xba\xbe", "java"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "lnk"),
    (b"#!", "script"),
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf'\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"ID3", "media"),
    (b"OggS", "media"),
    (b"\x1aE\xdf\xa3", "media"),
    (b"FLV\x01", "media"),
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|meta|link|style|table|div|p|h[1-6]|form"
    rb"|object|embed|a|img|span|br)\b",
    re.IGNORECASE,
)
_SCRIPT = re.compile(rb"<script\b|javascript:|\bon(?:error|load)\s*=", re.IGNORECASE)


def program_of(head: bytes) -> str:
    """The code of a kind of program by its first bytes; "" for everything else."""
    for magic, code in _MAGIC:
        if code in PROGRAMS and head.startswith(magic):
            return code
    return ""


def guess(head: bytes) -> str:
    """What content that is none of ours may be, “.mdb 文件”; "" when nobody knows."""
    import puremagic

    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    extension = next((one.extension for one in found if one.extension), "")
    return f"{extension} 文件" if extension else ""


def detect(stream: BinaryIO, name: str = "") -> str:
    """The code of what a file holds; the stream stands at its beginning afterwards.

    `name` decides only between kinds that look the same (CSV and text, WPS and Word).
    """
    stream.seek(0)
    head = stream.read(HEAD)
    stream.seek(0)
    extension = "." + name.lower().rpartition(".")[2]
    if not head:
        return "empty"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        found = _zip_kind(stream)
        stream.seek(0)
        return found
    if head.startswith(OLE):
        found = _ole_kind(stream, extension)
        stream.seek(0)
        return found
    for magic, code in _MAGIC:
        if head.startswith(magic):
            return code
    if head.startswith(b"BM") and head[6:10] == b"\x00\x00\x00\x00":
        return "bmp"
    if head.startswith(b"RIFF"):
        return "webp" if head[8:12] == b"WEBP" else "media"
    if head[4:8] == b"ftyp":
        return "media"
    return _text_kind(head, extension)


def _text_kind(head: bytes, extension: str) -> str:
    plain = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").replace(b"\x00", b"")
    if plain.startswith(b"%PDF-"):
        return "pdf"
    if plain.startswith(b"#!"):
        return "script"
    opening = plain[:4096].lower()
    if opening.startswith((b"<?php", b"<%")) or b"<?php" in opening:
        return "php"
    while opening.startswith((b"<!--", b"<?xml")):
        end = b"-->" if opening.startswith(b"<!--") else b"?>"
        opening = opening.partition(end)[2].lstrip()
    if b"<svg" in opening and (opening.startswith((b"<svg", b"<!doctype svg"))):
        return "svg"
    if _HTML.match(opening) or (_SCRIPT.search(opening) and b"<" in opening):
        return "html"
    if re.match(rb"mime-version:|from:.*\n(?:.*\n){0,5}mime-version:", opening):
        return "mhtml"
    if plain[:5].lower() == b"<?xml":
        return "xml"
    if _is_text(head):
        if extension in (".csv", ".tsv"):
            return "csv"
        return "html" if extension in (".html", ".htm", ".xhtml") else "text"
    return "unknown"


def _is_text(head: bytes) -> bool:
    """Whether bytes are text: no control characters in whichever encoding they are in."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) & ~1].decode("utf-16", "replace")
    elif b"\x00" in head:  # UTF-16 without its mark, or no text
        odd = head[1::2].count(0) >= head[::2].count(0)
        try:
            text = head[: len(head) & ~1].decode("utf-16-le" if odd else "utf-16-be")
        except UnicodeDecodeError:
            return False
        if sum(char.isalnum() or char.isspace() for char in text) < 0.5 * len(text):
            return False
    else:
        text = head.decode("latin-1")
    controls = sum(char < " " and char not in "\t\r\n\f\v\x1a" for char in text)
    return controls == 0


def _zip_kind(stream: BinaryIO) -> str:
    """A kind of Office document, OFD or a plain archive, by the members' names and types."""
    from gongkai.guard.readers.document import Unreadable
    from gongkai.guard.readers.package import Package, attribute, local

    try:
        package = Package(stream)
    except Unreadable:
        return "zip"
    if "OFD.xml" in package:
        return "ofd"
    if "[Content_Types].xml" in package:
        try:
            types = package.xml("[Content_Types].xml")
        except Unreadable:
            types = None
        found = (
            {attribute(one, "ContentType") for one in types if local(one) == "Override"}
            if (types is not None)
            else set()
        )
        for code, pattern in _MAIN_TYPES:
            if any(pattern.search(one) for one in found):
                return code
        for code, main in (
            ("docx", "word/document.xml"),
            ("xlsx", "xl/workbook.xml"),
            ("pptx", "ppt/presentation.xml"),
        ):
            if main in package:
                return code
    if "mimetype" in package:
        try:
            kind = package.read("mimetype", 4096) or b""
        except Unreadable:
            kind = b""
        if kind.startswith(b"application/vnd.oasis"):
            return "odf"
        if kind.startswith(b"application/epub"):
            return "epub"
    return "zip"


_MAIN_TYPES = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        ("docm", r"ms-word\.(?:document|template)\.macroEnabled"),
        ("xlsm", r"ms-excel\.(?:sheet|template|addin)\.macroEnabled\.main"),
        ("xlsb", r"ms-excel\.sheet\.binary\.macroEnabled\.main"),
        ("pptm", r"ms-powerpoint\.\w+\.macroEnabled"),
        ("docx", r"wordprocessingml\.document\.main"),
        ("dotx", r"wordprocessingml\.template\.main"),
        ("xlsx", r"spreadsheetml\.sheet\.main"),
        ("xltx", r"spreadsheetml\.template\.main"),
        ("pptx", r"presentationml\.presentation\.main"),
        ("potx", r"presentationml\.template\.main"),
        ("ppsx", r"presentationml\.slideshow\.main"),
    )
)


def _ole_kind(stream: BinaryIO, extension: str) -> str:
    """A kind of old Office document, by the names of its streams."""
    from gongkai.guard.readers.compound import open_compound

    try:
        with open_compound(stream) as ole:
            names = {"/".join(path).lower() for path in ole.listdir(streams=True, storages=False)}
    except Exception:  # the library raises whatever its parsing meets
        return "ole"
    if "encryptedpackage" in names:
        return "locked"
    for stream_name, code, own in (
        ("worddocument", "doc", (".wps",)),
        ("workbook", "xls", (".et",)),
        ("book", "xls", (".et",)),
        ("powerpoint document", "ppt", ()),
    ):
        if stream_name in names:
            return extension[1:] if extension in own else code
    return "ole"

"""File names: what a person typed or a browser sent, made fit to be shown and stored."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from gongkai.guard import filetypes
from gongkai.guard.files.problems import FileRefused

MAX_LENGTH: Final = 120
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE
)
_FORBIDDEN = re.compile(r'[<>:"|?*]')
#: Extensions that programs have, in the middle of a name as well: “通知.exe.docx”.
_PROGRAMS = frozenset(
    [
        "exe",
        "com",
        "scr",
        "bat",
        "cmd",
        "msi",
        "msp",
        "pif",
        "cpl",
        "dll",
        "sys",
        "js",
        "jse",
        "vbs",
        "vbe",
        "wsf",
        "wsh",
        "ps1",
        "psm1",
        "hta",
        "jar",
        "lnk",
        "reg",
        "inf",
        "sh",
        "py",
        "pl",
        "php",
        "jsp",
        "asp",
        "aspx",
        "html",
        "htm",
        "xhtml",
        "svg",
        "swf",
        "url",
        "scf",
        "chm",
        "apk",
        "app",
        "dmg",
        "iso",
    ]
)
_ENDING = re.compile(r"\.([0-9A-Za-z]{1,5})$")


def clean_name(name: str) -> str:
    """The name as it is stored and shown: one path part, NFC, at most 120 characters.

    Control characters, marks that turn the direction of writing, leading dots and a second
    extension are taken out; the extension is in lower case. Raises ``FileRefused`` for an
    extension that is missing or that nobody may upload.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    # Cc, Cf, Cs, Co: controls, direction marks and other signs without a shape, broken characters.
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C" or char == "\t")
    name = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", name))
    name = name.lstrip(". ").rstrip(". ")
    match = _ENDING.search(name)
    extension = f".{match[1].lower()}" if match else ""
    if not extension and f".{name.lower()}" in filetypes.BY_EXTENSION:
        extension, name = f".{name.lower()}", ""  # nothing but an extension: “.docx”
    stem = name[: -len(extension)] if extension and name else name
    if not extension:
        raise FileRefused("文件名没有扩展名，无法判断类型。请补上扩展名（如 .docx）后重新上传。")
    if extension not in filetypes.BY_EXTENSION:
        raise FileRefused(
            f"不能上传 {extension} 文件。可以上传的类型：{allowed_extensions()}。{_advice(extension)}"
        )
    stem = _one_extension(stem).strip(". ")
    if _RESERVED.fullmatch(stem.partition(".")[0].strip()):
        stem = f"文件{stem}"  # a name that Windows keeps for devices
    stem = stem[: MAX_LENGTH - len(extension)].rstrip(". ") or "附件"
    return f"{stem}{extension}"


def _one_extension(stem: str) -> str:
    """Without extensions before the last: “通知.exe.docx” is a notice, not a program."""
    while match := re.search(r"\.([0-9A-Za-z]{1,5})\s*$", stem):
        ending = match[1].lower()
        if ending not in _PROGRAMS and f".{ending}" not in filetypes.BY_EXTENSION:
            break
        stem = stem[: match.start()]
    return stem


def allowed_extensions() -> str:
    """The extensions of the table, in its order, as one text."""
    return "、".join(one[1:].upper() for one in filetypes.BY_EXTENSION)


def _advice(extension: str) -> str:
    if extension in (".docm", ".xlsm", ".pptm"):
        return "带宏的文件请另存为不带宏的格式。"
    if extension in (".rar", ".7z", ".tar", ".gz"):
        return "压缩包请改用 ZIP。"
    if extension in (".bmp", ".tif", ".tiff", ".heic"):
        return "图片请转换为 JPG 或 PNG。"
    if extension in (".rtf", ".odt", ".dot", ".dotx"):
        return "文档请另存为 DOCX。"
    if extension in (".ods", ".xlsb", ".xlt", ".xltx"):
        return "表格请另存为 XLSX。"
    if extension[1:] in _PROGRAMS:
        return "程序、脚本和网页不得作为附件。"
    return ""

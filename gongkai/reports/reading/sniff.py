"""What kind of file the bytes are: by content, never by the name's ending."""

from __future__ import annotations

import io
import re
import zipfile

from gongkai.reports.reading.document import MAX_BYTES, Deadline, Document, NotAReport, TooLarge

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|div|table|p|span|meta|h1|article|section|font|center)\b",
    re.IGNORECASE,
)
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
MAX_UNPACKED = 200 * 1024 * 1024
MAX_MEMBERS = 5000
MAX_RATIO = 200


def read_document(data: bytes, filename: str) -> Document:
    """The neutral document of a file. Raises ``NotAReport`` with a Chinese reason."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise NotAReport("文件是空的。")
    if len(data) > MAX_BYTES:
        raise TooLarge(
            f"文件过大（{len(data) // (1024 * 1024)}MB，上限{MAX_BYTES // (1024 * 1024)}MB），"
            "不像年度报告；请提供只含年度报告的文件。"
        )
    deadline = Deadline()
    if b"%PDF-" in data[:1024]:
        from gongkai.reports.reading.sources.pdf import read_pdf

        return read_pdf(data, deadline)
    if data.startswith(b"PK"):
        return _read_zip(data, filename, deadline)
    if data.startswith(_OLE):
        return _read_ole(data, deadline)
    if data.startswith(_PICTURES) and b"<" not in data[:4]:
        raise NotAReport("这是一张图片，没有文字层；请提供可复制文字的年度报告文件。")
    if data.startswith(b"{\\rtf"):
        raise NotAReport("暂不能读取 RTF 文件；请用 Word 或 WPS 打开后另存为 docx 再试。")
    return _read_characters(data, filename, deadline)


def _read_characters(data: bytes, filename: str, deadline: Deadline) -> Document:
    from gongkai.reports.reading.sources.encoding import decode
    from gongkai.reports.reading.sources.html import read_html, read_mhtml
    from gongkai.reports.reading.sources.own import read_own
    from gongkai.reports.reading.sources.text import read_text

    head = data[:4000]
    if (
        re.match(rb"\s*(?:MIME-Version|From|Content-Type):", head, re.IGNORECASE)
        and b"boundary" in head
    ):
        return read_mhtml(data, deadline)
    text = decode(data)
    start = text[:3000].lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")) and (own := read_own(text)):
        return own
    if start.startswith(("<?xml", "<annual")):
        own = read_own(text)
        if own is not None:
            return own
    if start.startswith("<") and _HTML.search(start.encode("utf-8", "replace")):
        return read_html(text, deadline)
    if len(
        re.findall(r"</(?:td|tr|p|div|span)>", text[:200_000], re.IGNORECASE)
    ) > 20 and re.search(r"<(?:html|body|!doctype)", text[:20_000], re.IGNORECASE):
        return read_html(text, deadline)
    return read_text(text, filename, deadline)


def _read_zip(data: bytes, filename: str, deadline: Deadline) -> Document:
    """Word and Excel files are archives: which one, and whether it unpacks to a sane size."""
    from gongkai.reports.reading.sources.docx import read_docx
    from gongkai.reports.reading.sources.sheet import read_sheet

    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError) as problem:
        raise NotAReport(
            "文件已损坏，无法打开（压缩结构不完整）；请重新下载或另存后再试。"
        ) from problem
    check_archive(members)
    names = {member.filename.replace("\\", "/").lstrip("/") for member in members}
    if any(member.flag_bits & 0x1 for member in members):
        raise NotAReport("文件有密码保护，无法读取；请取消密码后再试。")
    if any(name.startswith("word/") and name.endswith(".xml") for name in names):
        return read_docx(archive, deadline)
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        if "content.xml" in names and not _is_spreadsheet(archive):
            raise NotAReport("暂不能读取 ODT 文件；请另存为 docx 再试。")
        return read_sheet(data, archive, deadline)
    raise NotAReport("这是一个压缩包，里面没有 Word 或 Excel 文档；请解压后提供年度报告文件本身。")


def check_archive(members: list[zipfile.ZipInfo]) -> None:
    """Refuse archives that unpack to more than any report needs. Raises ``TooLarge``."""
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if len(members) > MAX_MEMBERS or total > MAX_UNPACKED:
        raise TooLarge("文件解压后过大，不像年度报告；已停止读取。")
    if total > 20 * 1024 * 1024 and total / packed > MAX_RATIO:
        raise TooLarge("文件的压缩比异常（可能是压缩炸弹）；已停止读取。")


def _is_spreadsheet(archive: zipfile.ZipFile) -> bool:
    try:
        return b"spreadsheet" in archive.read("mimetype")[:200]
    except (KeyError, zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        return False


def _read_ole(data: bytes, deadline: Deadline) -> Document:
    """The container of old Office files, and of encrypted new ones."""
    from gongkai.reports.reading.sources.sheet import read_sheet

    if "EncryptedPackage".encode("utf-16-le") in data:
        raise NotAReport("文件有密码保护，无法读取；请取消密码后再试。")
    if "WordDocument".encode("utf-16-le") in data:
        raise NotAReport(
            "这是旧版 Word 文件（.doc），暂不能读取；请用 Word 或 WPS 另存为 docx 再试。"
        )
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return read_sheet(data, None, deadline)
    raise NotAReport("无法识别的旧版 Office 文件；请另存为 docx、xlsx 或 pdf 再试。")

"""PDF: no programs, no password; properties and earlier versions taken out unless it is signed."""

from __future__ import annotations

import io
import shutil
from typing import Any, BinaryIO

import pikepdf

from gongkai.guard import filetypes
from gongkai.guard.files import images
from gongkai.guard.files.names import clean_name
from gongkai.guard.files.problems import BROKEN, EMBEDDED, FileRefused
from gongkai.guard.readers.document import MAX_INNER
from gongkai.guard.readers.pdfsafe import open_pdf, walk

_JAVASCRIPT = (
    "PDF 带有 JavaScript 脚本（打开时会运行）。请用“打印为 PDF”重新生成一份不带脚本的文件后上传。"
)
_LAUNCH = "PDF 带有启动其他程序的动作。请用“打印为 PDF”重新生成后上传。"
_SENDS = "PDF 带有向外发送或导入数据的动作。请用“打印为 PDF”重新生成后上传。"
_XFA = "PDF 带有 XFA 动态表单，许多浏览器打不开，也无法检查。请用“打印为 PDF”重新生成后上传。"
_MEDIA = "PDF 内嵌了音视频或 Flash 内容。请用“打印为 PDF”重新生成后上传。"
_ACTIONS = {
    "/JavaScript": _JAVASCRIPT,
    "/Launch": _LAUNCH,
    "/ImportData": _SENDS,
    "/SubmitForm": _SENDS,
    "/Rendition": _MEDIA,
    "/RichMediaExecute": _MEDIA,
}
_SUBTYPES = {"/RichMedia": _MEDIA, "/Screen": _MEDIA, "/Movie": _MEDIA, "/Sound": _MEDIA}
#: What of the XMP stays: the title, and which archive or accessibility standard it follows.
_KEPT_XMP = (
    "dc:title",
    "pdfaid:part",
    "pdfaid:conformance",
    "pdfaid:amd",
    "pdfaid:rev",
    "pdfuaid:part",
)
_MARKUP = frozenset(("/Text", "/Popup", "/Highlight", "/StrikeOut", "/Squiggly", "/Caret", "/Ink"))


def clean(stream: BinaryIO, target: BinaryIO) -> list[str]:
    """Inspect a PDF and write it cleaned. Raises ``FileRefused``, ``Unreadable``."""
    with open_pdf(stream) as pdf:
        try:
            signed, marked = _inspect(pdf)
            notes = _attachments(pdf)
            if not len(pdf.pages):
                raise FileRefused(BROKEN)
        except (pikepdf.PdfError, ValueError, KeyError, TypeError):
            raise FileRefused(BROKEN) from None
        if marked:
            notes.append(f"PDF 带有{marked}处批注，公开后人人可见，请核对。")
        if signed:
            stream.seek(0)
            shutil.copyfileobj(stream, target)
            return [*notes, "PDF 带有电子签名或签章；为保持签名有效，作者等属性未清除，请核对。"]
        if pdf.is_encrypted:
            notes.append("PDF 原设有打印或编辑限制，发布的文件已取消限制。")
        had = bool(pdf.docinfo.keys() - {"/Title"}) or "/Metadata" in pdf.Root
        if _strip_photographs(pdf):
            notes.append("已清除图片中的拍摄地点、设备等信息。")
        _strip(pdf)
        pdf.save(
            target,
            deterministic_id=True,
            fix_metadata_version=False,
            object_stream_mode=pikepdf.ObjectStreamMode.preserve,
            encryption=False,
        )
    return [*notes, "已清除作者、制作程序等文档属性和历史版本。"] if had else notes


def _inspect(pdf: pikepdf.Pdf) -> tuple[bool, int]:
    """Whether the PDF is signed, and how many notes people left. Raises ``FileRefused``."""
    signed, marked = False, 0
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        raise FileRefused(_XFA)
    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/JavaScript" in names:
        raise FileRefused(_JAVASCRIPT)
    for one in walk(pdf):
        if "/JS" in one:
            raise FileRefused(_JAVASCRIPT)
        action, subtype = _name(one.get("/S")), _name(one.get("/Subtype"))
        if action in _ACTIONS:
            raise FileRefused(_ACTIONS[action])
        if subtype in _SUBTYPES and "/Rect" in one:
            raise FileRefused(_SUBTYPES[subtype])
        if "/ByteRange" in one and "/Contents" in one:
            signed = True
        if subtype in _MARKUP and "/Rect" in one:
            marked += subtype != "/Popup"
    return signed, marked


def _name(value: Any) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _attachments(pdf: pikepdf.Pdf) -> list[str]:
    """Attached files may be what an upload may be, but no archive. Raises ``FileRefused``."""
    names = []
    for key in list(pdf.attachments):
        spec = pdf.attachments[key]
        label = (spec.filename or key)[:60]
        data = spec.get_file().read_bytes()
        if len(data) > MAX_INNER:
            raise FileRefused(f"PDF 附件《{label}》过大。请取出后单独上传。")
        code = filetypes.detect(io.BytesIO(data), label)
        try:
            clean_name(label)
        except FileRefused:
            allowed = code == "xml"  # the data of an invoice or of a form
        else:
            allowed = code in filetypes.BY_CODE and code != "zip"
        if not allowed:
            what = f"附件《{label}》（{filetypes.label(code)}）"
            raise FileRefused(EMBEDDED.format(what=what))
        if code in ("docx", "xlsx", "pptx"):
            _refuse_unsafe(data, label)
        names.append(f"《{label}》")
    return [f"PDF 内带有附件{'、'.join(names[:5])}，会一并公开，请核对。"] if names else []


def _refuse_unsafe(data: bytes, label: str) -> None:
    from gongkai.guard.files import office

    try:
        office.clean(io.BytesIO(data), io.BytesIO())
    except FileRefused as problem:
        raise FileRefused(f"PDF 附件《{label}》：{problem.messages[0]}") from None


def _strip_photographs(pdf: pikepdf.Pdf) -> int:
    """Take out what cameras wrote into JPEG pictures, without touching a pixel; how many had it."""
    count = 0
    for one in pdf.objects:
        if not isinstance(one, pikepdf.Stream) or not _is_jpeg(one):
            continue
        parameters: Any = one.get("/DecodeParms")
        data = one.read_raw_bytes()
        plain = images.strip(data)
        if plain != data:
            one.write(plain, filter=pikepdf.Name.DCTDecode, decode_parms=parameters)
            count += 1
    return count


def _is_jpeg(stream: pikepdf.Stream) -> bool:
    found = stream.get("/Filter")
    names = list(found) if isinstance(found, pikepdf.Array) else [found]
    return len(names) == 1 and names[0] == pikepdf.Name.DCTDecode


def _strip(pdf: pikepdf.Pdf) -> None:
    """Take out who made the document with what; title, structure and standard stay."""
    kept: dict[str, Any] = {}
    if "/Metadata" in pdf.Root:
        try:
            with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as old:
                kept = {key: old[key] for key in _KEPT_XMP if key in old}
        except Exception:  # broken XMP says nothing worth keeping, whatever the parser raises
            kept = {}
        del pdf.Root["/Metadata"]
    for one in walk(pdf):
        for key in ("/Metadata", "/PieceInfo", "/LastModified"):
            if key in one:
                del one[key]
        if "/Type" in one and _name(one.get("/Type")) == "/Page" and "/Thumb" in one:
            del one["/Thumb"]
    title = str(pdf.docinfo.get("/Title", ""))
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    if title:
        pdf.docinfo["/Title"] = title
    if kept:
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as new:
            for key, value in kept.items():
                new[key] = value

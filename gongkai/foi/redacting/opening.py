"""From a file of a case to the PDF that is looked at and worked on."""

from __future__ import annotations

import io
import re
import warnings
import zlib
from typing import Any, Final

import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from gongkai.foi.redacting.problems import RedactionRefused
from gongkai.guard.readers.document import LOCKED, Unreadable
from gongkai.guard.readers.pdfsafe import open_pdf, walk

MAX_PAGES: Final = 200
MAX_PIXELS: Final = 60_000_000
PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp"})
EXTENSIONS: Final = frozenset({".pdf", *PICTURES})
"""What can be worked on."""

_A4: Final = (595.0, 842.0)
#: What people stuck onto a page or attached to it; it is no part of the document.
_NOTES: Final = frozenset(
    {
        "/Text",
        "/Popup",
        "/FileAttachment",
        "/Link",
        "/Sound",
        "/Movie",
        "/Screen",
        "/3D",
        "/RichMedia",
        "/Redact",
        "/TrapNet",
        "/PrinterMark",
    }
)
_READING: Final = "/ActualText"
#: The name as it is written, or any name that is written with codes (“/Actual#54ext”).
_MAY_READ: Final = re.compile(rb"ActualText|/[^\s/<>\[\]()]*#[0-9A-Fa-f]{2}")
_DAMAGED: Final = "文件损坏，无法打开。请重新扫描或者重新导出为 PDF 后上传。"
_LOCKED: Final = "PDF 设有打开密码，无法进行区分处理。请解除密码后重新上传原件。"


def prepare(content: bytes, extension: str) -> bytes:
    """The PDF to work on: a picture becomes a page, stuck-on notes and links are taken off.

    Raises `RedactionRefused`: a kind that has no pages, a password, damage, too many pages.
    """
    if extension in PICTURES:
        return _from_picture(content)
    if extension != ".pdf":
        raise RedactionRefused(
            f"{extension} 文件不能直接进行区分处理。请用“打印为 PDF”或者“另存为 PDF”转换后作为原件上传。"
        )
    try:
        with open_pdf(io.BytesIO(content)) as pdf:
            count = len(pdf.pages)
            if not count:
                raise RedactionRefused(_DAMAGED)
            if count > MAX_PAGES:
                raise RedactionRefused(
                    f"PDF 有{count}页，一次最多处理{MAX_PAGES}页。请拆分为几个文件后分别上传。"
                )
            for page in pdf.pages:
                _take_off_notes(page.obj)
            _take_off_readings(pdf)
            target = io.BytesIO()
            pdf.save(target, encryption=False)
    except Unreadable as problem:
        raise RedactionRefused(_LOCKED if str(problem) == LOCKED else str(problem)) from None
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, RuntimeError):
        raise RedactionRefused(_DAMAGED) from None
    return target.getvalue()


def _take_off_notes(page: Any) -> None:
    annotations = page.get("/Annots")
    if annotations is None:
        return
    kept = [
        one
        for one in (annotations if isinstance(annotations, pikepdf.Array) else [])
        if isinstance(one, pikepdf.Dictionary) and str(one.get("/Subtype")) not in _NOTES
    ]
    if kept:
        page["/Annots"] = pikepdf.Array(kept)
    else:
        del page["/Annots"]


def _take_off_readings(pdf: pikepdf.Pdf) -> None:
    """No text that is read instead of the one that is shown (ActualText).

    It may say what nobody sees, and pdfium spreads its letters evenly over the whole place, so that
    a block over a word would not lie over the letters of that word.
    """
    for one in walk(pdf):
        if _READING in one:
            del one[_READING]
    drawings = [one for one in pdf.objects if _is_form(one) and _may_read_otherwise(one)]
    for one in drawings:
        one.write(_without_readings(one))
    for page in pdf.pages:
        parts = page.obj.get("/Contents")
        if any(map(_may_read_otherwise, parts if isinstance(parts, pikepdf.Array) else [parts])):
            page.obj["/Contents"] = pdf.make_indirect(pikepdf.Stream(pdf, _without_readings(page)))


def _is_form(one: Any) -> bool:
    return isinstance(one, pikepdf.Stream) and one.get("/Subtype") == pikepdf.Name.Form


def _may_read_otherwise(stream: Any) -> bool:
    return isinstance(stream, pikepdf.Stream) and bool(_MAY_READ.search(stream.read_bytes()))


def _without_readings(drawn: Any) -> bytes:
    """The drawing with marks that say only what kind of content is marked."""
    made: list[Any] = []
    for instruction in pikepdf.parse_content_stream(drawn):
        operands = list(instruction.operands)
        for one in operands:
            if isinstance(one, pikepdf.Dictionary) and _READING in one:
                del one[_READING]
        made.append(
            (operands, instruction.operator)
            if str(instruction.operator) in ("BDC", "DP")
            else instruction
        )
    return pikepdf.unparse_content_stream(made)


def _from_picture(content: bytes) -> bytes:
    """One page with the picture upright on it, A4 unless its resolution says otherwise."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise RedactionRefused("图片过大，无法处理。请降低分辨率后重新上传。")
                upright = ImageOps.exif_transpose(opened)
                picture = _flat(upright)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise RedactionRefused("图片过大，无法处理。请降低分辨率后重新上传。") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise RedactionRefused("图片损坏，无法打开。请重新扫描或者拍摄后上传。") from None
    wide = picture.width > picture.height
    room_x, room_y = (_A4[1], _A4[0]) if wide else _A4
    scale = min(room_x / picture.width, room_y / picture.height)
    size = (picture.width * scale, picture.height * scale)
    pdf = pikepdf.new()
    add_picture_page(pdf, picture, size)
    target = io.BytesIO()
    pdf.save(target, deterministic_id=True)
    return target.getvalue()


def _flat(picture: Image.Image) -> Image.Image:
    """Without transparency and palettes: grey or RGB on white."""
    if picture.mode in ("1", "L"):
        return picture.convert("L")
    if picture.mode in ("RGBA", "LA", "PA", "P"):
        over = picture.convert("RGBA")
        paper = Image.new("RGBA", over.size, "white")
        paper.alpha_composite(over)
        return paper.convert("RGB")
    return picture.convert("RGB")


#: Bytes of a losslessly packed page picture above which JPEG is used.
_LOSSLESS_LIMIT: Final = 1_200_000


def add_picture_page(
    pdf: pikepdf.Pdf,
    picture: Image.Image,
    size: tuple[float, float],
    layer: bytes = b"",
    font: Any = None,
) -> None:
    """Add a page of `size` points that shows `picture` (grey or RGB) under an invisible `layer`."""
    packed = zlib.compress(picture.tobytes(), 6)
    filter_name = pikepdf.Name.FlateDecode
    if len(packed) > _LOSSLESS_LIMIT:
        target = io.BytesIO()
        picture.save(target, "JPEG", quality=88, subsampling=0)
        packed, filter_name = target.getvalue(), pikepdf.Name.DCTDecode
    image = pikepdf.Stream(pdf, packed)
    image["/Type"], image["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
    image["/Width"], image["/Height"] = picture.width, picture.height
    image["/ColorSpace"] = (
        pikepdf.Name.DeviceGray if picture.mode == "L" else pikepdf.Name.DeviceRGB
    )
    image["/BitsPerComponent"] = 8
    image["/Filter"] = filter_name
    width, height = size
    drawing = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /P Do Q\n".encode() + layer
    resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=pdf.make_indirect(image)))
    if layer and font is not None:
        resources["/Font"] = pikepdf.Dictionary(T=font)
    page = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=pikepdf.Array([0, 0, round(width, 3), round(height, 3)]),
        Resources=resources,
        Contents=pdf.make_indirect(pikepdf.Stream(pdf, drawing)),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))

"""PDF files with secrets in every corner, written by hand. The people in them do not exist."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, ImageDraw

SECRET = "ZHANGSAN-110101"
"""Twelve letters and digits that occur nowhere else."""
A4 = (595, 842)


def chinese(text: str) -> bytes:
    """A document set by typst; `text` is its source, `#pagebreak()` a new page."""
    source = f'#set page(paper: "a4")\n#set text(font: "Noto Serif SC", size: 14pt)\n{text}'
    return bytes(typst.compile(source.encode(), font_paths=["gongkai/reports/fonts"]))


def drawn(*contents: str | bytes, size: tuple[int, int] = A4, **page_keys: Any) -> bytes:
    """One page for each drawing, with Helvetica as /F1."""
    pdf = pikepdf.new()
    for content in contents:
        add_page(pdf, content, size, **page_keys)
    return saved(pdf)


def add_page(
    pdf: pikepdf.Pdf, content: str | bytes, size: tuple[int, int] = A4, **keys: Any
) -> Any:
    data = content.encode() if isinstance(content, str) else content
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, *size]),
        Resources=Dictionary(Font=Dictionary(F1=pdf.make_indirect(font))),
        Contents=pdf.make_indirect(Stream(pdf, data)),
        **keys,
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return pdf.pages[-1]


def saved(pdf: pikepdf.Pdf, **keys: Any) -> bytes:
    target = io.BytesIO()
    pdf.save(target, **keys)
    return target.getvalue()


def text_at(text: str, x: float, y: float, size: float = 14) -> str:
    return f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n"


def picture_of(
    text: str, size: tuple[int, int] = (1240, 1754), colour: str = "black"
) -> Image.Image:
    """A scan: white paper with a word in the middle and a line at the bottom."""
    picture = Image.new("RGB", size, "white")
    brush = ImageDraw.Draw(picture)
    brush.text((size[0] // 4, size[1] // 4), text, fill=colour, font_size=60)
    brush.text((size[0] // 4, size[1] * 3 // 4), "OPEN WORDS", fill="black", font_size=60)
    return picture


def image_page(pdf: pikepdf.Pdf, picture: Image.Image, extra: str = "") -> Any:
    """A scanned page that fills A4, with `extra` drawn after the picture."""
    image = Stream(pdf, zlib.compress(picture.tobytes()))
    image.Type, image.Subtype = Name.XObject, Name.Image
    image.Width, image.Height = picture.size
    image.ColorSpace, image.BitsPerComponent = Name.DeviceRGB, 8
    image.Filter = Name.FlateDecode
    page = add_page(pdf, f"q {A4[0]} 0 0 {A4[1]} 0 0 cm /Im1 Do Q\n{extra}")
    page.obj.Resources["/XObject"] = Dictionary(Im1=pdf.make_indirect(image))
    return page


def png(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def full_of_corners() -> bytes:
    """A visible secret on the page, and the same secret wherever a PDF can hold a text."""
    pdf = pikepdf.new()
    page = add_page(
        pdf,
        f"/Span <</ActualText ({SECRET}) /Alt ({SECRET})>> BDC\n"
        + text_at(SECRET, 100, 700)
        + "EMC\n"
        + text_at("OPEN WORDS", 100, 600)
        + f"% {SECRET}\n",
    )
    other = add_page(pdf, text_at("SECOND PAGE", 100, 700) + f"% {SECRET}\n")
    with pdf.open_metadata() as xmp:
        xmp["dc:title"] = SECRET
        xmp["pdf:Keywords"] = SECRET
    pdf.docinfo["/Author"] = SECRET
    pdf.attachments["note.txt"] = SECRET.encode()
    page.obj["/Annots"] = Array(
        [
            Dictionary(
                Type=Name.Annot, Subtype=Name.Text, Rect=Array([300, 300, 320, 320]),
                Contents=String(SECRET),
            ),
            Dictionary(
                Type=Name.Annot, Subtype=Name.Link, Rect=Array([10, 10, 50, 50]),
                A=Dictionary(S=Name.URI, URI=String(f"https://example.org/{SECRET}")),
            ),
        ]
    )  # fmt: skip
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), V=String(SECRET),
            DV=String(SECRET), Rect=Array([0, 0, 0, 0]), F=2,
        )
    )  # fmt: skip
    page.obj["/Annots"].append(field)
    pdf.Root["/AcroForm"] = Dictionary(Fields=Array([field]))
    pdf.Root["/Outlines"] = pdf.make_indirect(
        Dictionary(
            Type=Name.Outlines,
            First=pdf.make_indirect(Dictionary(Title=String(SECRET), Dest=Array([page.obj]))),
        )
    )
    pdf.Root["/StructTreeRoot"] = pdf.make_indirect(
        Dictionary(
            Type=Name.StructTreeRoot,
            K=Dictionary(Type=Name.StructElem, S=Name.P, ActualText=String(SECRET)),
        )
    )
    pdf.Root["/PageLabels"] = Dictionary(Nums=Array([0, Dictionary(P=String(SECRET))]))
    pdf.Root["/Lang"] = String(SECRET)
    pdf.Root["/PieceInfo"] = Dictionary(App=Dictionary(Private=String(SECRET)))
    thumb = Stream(pdf, SECRET.encode())
    thumb.Width, thumb.Height, thumb.BitsPerComponent = 5, 1, 8
    thumb.ColorSpace = Name.DeviceRGB
    page.obj["/Thumb"] = pdf.make_indirect(thumb)
    for one in (page, other):
        unused = Stream(pdf, text_at(SECRET, 0, 0).encode())
        unused.Type, unused.Subtype = Name.XObject, Name.Form
        unused.BBox = Array([0, 0, 10, 10])
        one.obj.Resources["/XObject"] = Dictionary(Unused=pdf.make_indirect(unused))
    first = saved(pdf)
    # An earlier state of the document stays in the file when it is changed by appending.
    return first + b"\n% " + SECRET.encode() + b"\n"

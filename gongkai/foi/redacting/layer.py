"""The invisible text of a page that is a picture: it can be searched, copied and read aloud.

Its font has one glyph without ink, so that it carries no shapes of the original; the codes are UTF-16
itself, so that the table from codes to characters tells nothing either.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, Final

import pikepdf

from gongkai.foi.redacting.looking import Char

_EM: Final = 1000
_ASCENT: Final = 800
_DESCENT: Final = -200

_TO_UNICODE: Final = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def text_layer(chars: Iterable[Char], height: float) -> bytes:
    """Drawing instructions that put each character into its box on a page of this height."""
    parts = []
    for char in chars:
        if char.text.isspace() and char.text != " ":
            continue
        code = char.text.encode("utf-16-be").hex().upper()
        units = len(code) // 4
        placed = " ".join(f"{number:.2f}" for number in _matrix(char, height, units))
        parts.append(f"{placed} Tm <{code}> Tj\n")
    if not parts:
        return b""
    return b"BT 3 Tr /T 1 Tf\n" + "".join(parts).encode() + b"ET\n"


def _matrix(char: Char, height: float, units: int) -> tuple[float, ...]:
    """The text matrix that puts a glyph of one em into the character's box, turned as it is."""
    left, right = char.box.left, char.box.right
    low, high = height - char.box.bottom, height - char.box.top
    wide, tall, below = right - left, high - low, -_DESCENT / _EM
    if char.turn == 90:
        return 0, tall / units, -wide, 0, right - below * wide, low
    if char.turn == 180:
        return -wide / units, 0, 0, -tall, right, high - below * tall
    if char.turn == 270:
        return 0, -tall / units, wide, 0, left + below * wide, high
    return wide / units, 0, 0, tall, left, low + below * tall


def layer_font(pdf: pikepdf.Pdf) -> Any:
    """The font of the layer, once a document."""
    file = pikepdf.Stream(pdf, _truetype())
    file["/Length1"] = len(_truetype())
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor,
        FontName=pikepdf.Name("/GlyphLess"),
        Flags=5,
        FontBBox=pikepdf.Array([0, _DESCENT, _EM, _ASCENT]),
        ItalicAngle=0,
        Ascent=_ASCENT,
        Descent=_DESCENT,
        CapHeight=_ASCENT,
        StemV=80,
        FontFile2=pdf.make_indirect(file),
    )
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType2,
        BaseFont=pikepdf.Name("/GlyphLess"),
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        CIDToGIDMap=pdf.make_indirect(pikepdf.Stream(pdf, b"\x00\x01" * 65536)),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=_EM,
    )
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=pikepdf.Name("/GlyphLess"),
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=pikepdf.Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_indirect(pikepdf.Stream(pdf, _TO_UNICODE)),
        )
    )


def _truetype() -> bytes:
    """A TrueType font of an empty glyph and one that is a line there and back: a size, no ink."""
    corners = ((0, _DESCENT), (_EM, _ASCENT))
    glyph = struct.pack(">hhhhh", 1, *corners[0], *corners[1]) + struct.pack(
        ">HHBBhhhh", 1, 0, 0x01, 0x01, corners[0][0], corners[1][0], corners[0][1],
        corners[1][1] - corners[0][1],
    )  # fmt: skip
    glyph += b"\x00" * (-len(glyph) % 4)
    tables = {
        b"OS/2": struct.pack(
            ">HhHHHhhhhhhhhhhh10sIIII4sHHHhhhHH",
            0, _EM, 400, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, bytes(10), 0, 0, 0, 0, b"none",
            0x40, 0, 0xFFFF, _ASCENT, _DESCENT, 0, _ASCENT, -_DESCENT,
        ),
        b"cmap": struct.pack(">HHHHIHHHHHHHHHHhH", 0, 1, 3, 1, 12, 4, 24, 0, 2, 2, 0, 0, 0xFFFF, 0,
                             0xFFFF, 1, 0),
        b"glyf": glyph,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh",
            0x00010000, 0x00010000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, 0, _DESCENT, _EM, _ASCENT, 0, 3, 2,
            0, 0,
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH",
            0x00010000, _ASCENT, _DESCENT, 0, _EM, 0, 0, _EM, 1, 0, 0, 0, 0, 0, 0, 0, 2,
        ),
        b"hmtx": struct.pack(">HhHh", _EM, 0, _EM, 0),
        b"loca": struct.pack(">HHH", 0, 0, len(glyph) // 2),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x00010000, 2, 2, 1, *([0] * 11)),
        b"post": struct.pack(">IIhhIIIII", 0x00030000, 0, 0, 0, 1, 0, 0, 0, 0),
    }  # fmt: skip
    count = len(tables)
    head = struct.pack(">IHHHH", 0x00010000, count, 128, 3, count * 16 - 128)
    place = 12 + 16 * count
    directory, body = b"", b""
    for name, data in tables.items():
        padded = data + b"\x00" * (-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        directory += struct.pack(">4sIII", name, total, place + len(body), len(data))
        body += padded
    return head + directory + body

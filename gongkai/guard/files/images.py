"""Pictures: place, camera and author taken off without touching a pixel.

Only what a picture needs to look the same is kept: colours, resolution, animation, and the
direction in which the camera was held.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import BinaryIO, Final

from gongkai.guard.files.problems import FileRefused

#: Pixels of a picture. A sheet A1 scanned with 300 dpi has 70 million.
MAX_PIXELS: Final = 150_000_000
_BROKEN = "图片无法打开，可能已损坏。请重新导出或截取后再上传。"
_REMOVED = "已清除图片中的拍摄地点、设备等信息。"
_EXIF = b"Exif\x00\x00"
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    (
        b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs hIST sPLT "
        b"acTL fcTL fdAT mDCV cLLI"
    ).split()
)
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_GIF_KEPT = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def clean_jpeg(stream: BinaryIO, target: BinaryIO) -> list[str]:
    """Raises ``FileRefused``."""
    return _clean(stream, target, strip_jpeg, "JPEG")


def clean_png(stream: BinaryIO, target: BinaryIO) -> list[str]:
    """Raises ``FileRefused``."""
    return _clean(stream, target, strip_png, "PNG")


def clean_gif(stream: BinaryIO, target: BinaryIO) -> list[str]:
    """Raises ``FileRefused``."""
    return _clean(stream, target, strip_gif, "GIF")


def clean_webp(stream: BinaryIO, target: BinaryIO) -> list[str]:
    """Raises ``FileRefused``."""
    return _clean(stream, target, strip_webp, "WEBP")


def _clean(stream: BinaryIO, target: BinaryIO, strip: object, format_: str) -> list[str]:
    data = stream.read()
    try:
        made: bytes = strip(data)  # type: ignore[operator]
    except (struct.error, IndexError, ValueError):
        raise FileRefused(_BROKEN) from None
    _verify(made, format_)
    target.write(made)
    return [_REMOVED] if made != data else []


def strip(data: bytes) -> bytes:
    """A picture inside another file without its metadata; as it was when that cannot be done."""
    for magic, one in (
        (b"\xff\xd8\xff", strip_jpeg),
        (_PNG, strip_png),
        (b"GIF8", strip_gif),
        (b"RIFF", strip_webp),
    ):
        if data.startswith(magic):
            try:
                return one(data)
            except (struct.error, IndexError, ValueError):
                return data
    return data


def _verify(data: bytes, format_: str) -> None:
    """Refuse what is no picture, or one that takes more memory than a browser has."""
    import warnings

    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=[format_]) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise FileRefused(f"图片过大（{width}×{height} 像素）。请缩小后重新上传。")
                picture.verify()
    except FileRefused:
        raise
    except Image.DecompressionBombError:
        raise FileRefused("图片过大（像素过多）。请缩小后重新上传。") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, EOFError):
        raise FileRefused(_BROKEN) from None


# --- one format each -------------------------------------------------------------------------------


def strip_jpeg(data: bytes) -> bytes:
    """Segments before the picture that it needs, the picture, and nothing after its end.

    Raises ``ValueError``.
    """
    made = bytearray(data[:2])
    place = 2
    turned = 1
    at_exif = len(made)
    while True:
        if data[place] != 0xFF:
            raise ValueError("no marker")
        while data[place] == 0xFF:
            place += 1
        marker = data[place]
        place += 1
        if marker == 0xD9:
            made += b"\xff\xd9"
            break
        if 0xD0 <= marker <= 0xD7 or marker == 0x01:
            made += bytes((0xFF, marker))
            continue
        (size,) = struct.unpack_from(">H", data, place)
        if size < 2 or place + size > len(data):
            raise ValueError("segment beyond the end")
        content = data[place + 2 : place + size]
        if marker == 0xE1 and content.startswith(_EXIF) and turned == 1:
            turned = orientation(content[len(_EXIF) :])
        if _jpeg_kept(marker, content):
            made += bytes((0xFF, marker)) + data[place : place + size]
            if marker == 0xE0:
                at_exif = len(made)
        place += size
        if marker == 0xDA:
            end = _scan_end(data, place)
            made += data[place:end]
            place = end
    if turned != 1:
        exif = _EXIF + minimal_exif(turned)
        made[at_exif:at_exif] = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return bytes(made)


def _jpeg_kept(marker: int, content: bytes) -> bool:
    if marker == 0xE0:
        return content.startswith(b"JFIF\x00")
    if marker == 0xE2:
        return content.startswith(b"ICC_PROFILE\x00")
    if marker == 0xEE:
        return content.startswith(b"Adobe")
    return not (0xE1 <= marker <= 0xEF or marker == 0xFE)


def _scan_end(data: bytes, place: int) -> int:
    """Where coded pixels end: at a marker that is neither stuffing nor a restart."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            raise ValueError("picture without end")
        following = data[place + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return place
        place += 1 if following == 0xFF else 2


def strip_png(data: bytes) -> bytes:
    """The chunks that a picture needs, up to its end. Raises ``ValueError``."""
    made = bytearray(_PNG)
    place = len(_PNG)
    turned = 1
    while True:
        size, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + size
        if end > len(data):
            raise ValueError("chunk beyond the end")
        if kind == b"eXIf":
            turned = orientation(data[place + 8 : place + 8 + size])
        if kind in _PNG_KEPT:
            made += data[place:end]
            if kind == b"IHDR":
                after_header = len(made)
        elif kind[0] & 0x20 == 0:
            raise ValueError("unknown critical chunk")
        place = end
        if kind == b"IEND":
            break
    if turned != 1:
        chunk = b"eXIf" + minimal_exif(turned)
        made[after_header:after_header] = (
            struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        )
    return bytes(made)


def strip_gif(data: bytes) -> bytes:
    """The blocks that a picture needs, up to its end. Raises ``ValueError``."""
    place = 13 + _colours(data[10])
    made = bytearray(data[:place])
    shown = False
    while True:
        # Some programs leave out the mark of the end, or pad what stands before it.
        kind = data[place] if place < len(data) or not shown else 0x3B
        if kind == 0 and shown:
            place += 1
            continue
        if kind == 0x3B:
            return bytes(made + b"\x3b")
        start = place
        if kind == 0x21:
            label = data[place + 1]
            place = _blocks_end(data, place + 2)
            program = data[start + 3 : start + 14]
            if label == 0xFE or (label == 0xFF and program not in _GIF_KEPT):
                continue
        elif kind == 0x2C:
            shown = True
            place = _blocks_end(data, place + 11 + _colours(data[place + 9]))
        else:
            raise ValueError("unknown block")
        made += data[start:place]


def _colours(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(data: bytes, place: int) -> int:
    while data[place]:
        place += data[place] + 1
    return place + 1


def strip_webp(data: bytes) -> bytes:
    """The chunks that a picture needs. Raises ``ValueError``."""
    (size,) = struct.unpack_from("<I", data, 4)
    end = min(8 + size, len(data))
    place = 12
    chunks: list[tuple[bytes, bytes]] = []
    turned = 1
    while place + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, place)
        content = data[place + 8 : place + 8 + length]
        if len(content) < length:
            raise ValueError("chunk beyond the end")
        if kind == b"EXIF":
            turned = orientation(content.removeprefix(_EXIF))
        if kind in _WEBP_KEPT:
            chunks.append((kind, content))
        place += 8 + length + (length & 1)
    if turned != 1 and chunks and chunks[0][0] == b"VP8X":
        chunks.append((b"EXIF", minimal_exif(turned)))
    made = bytearray(b"WEBP")
    for kind, content in chunks:
        if kind == b"VP8X":  # the flags say which chunks follow
            flags = content[0] & ~0x0C | (0x08 if turned != 1 else 0)
            content = bytes((flags,)) + content[1:]
        made += kind + struct.pack("<I", len(content)) + content + b"\x00" * (len(content) & 1)
    return b"RIFF" + struct.pack("<I", len(made)) + bytes(made)


def orientation(tiff: bytes) -> int:
    """How the camera was held, 1 to 8; 1 when it is not said."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (place,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, place)
        for number in range(min(count, 200)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, place + 2 + 12 * number)
            if tag == 0x0112 and kind == 3 and 1 <= value <= 8:
                return int(value)
    except (KeyError, struct.error):
        pass
    return 1


def minimal_exif(turned: int) -> bytes:
    """Camera data that say nothing but how the camera was held."""
    return b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, turned, 0, 0)

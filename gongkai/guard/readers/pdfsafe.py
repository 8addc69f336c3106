"""Opening a stranger's PDF: its size unpacked is known before anything reads its pages."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import pikepdf
from pikepdf import settings as pikepdf_settings

from gongkai.guard.readers.document import BROKEN, LOCKED, Unreadable
from gongkai.guard.readers.package import BOMB

#: Bytes of one stream of a PDF (no picture) unpacked, and of all such streams.
MAX_STREAM: Final = 64 * 1024 * 1024
MAX_STREAMS: Final = 256 * 1024 * 1024
MAX_OBJECTS: Final = 400_000
MAX_FILTERS: Final = 4
#: How deep dictionaries may nest inside one object.
MAX_NESTING: Final = 60
_FLATE = ("/FlateDecode", "/Fl")
_CHUNK = 1024 * 1024

# For the whole process: no filter of the library unpacks more than this.
pikepdf_settings.set_qpdf_limits(
    flate_max_memory=MAX_STREAMS,
    run_length_max_memory=MAX_STREAMS,
    dct_max_memory=MAX_STREAMS,
    png_max_memory=MAX_STREAMS,
    tiff_max_memory=MAX_STREAMS,
    parser_max_container_size=5_000_000,
)


def open_pdf(stream: BinaryIO) -> pikepdf.Pdf:
    """The PDF, its streams measured. Raises ``Unreadable``: locked, broken, a bomb."""
    stream.seek(0)
    try:
        pdf = pikepdf.open(stream)
    except pikepdf.PasswordError:
        raise Unreadable(LOCKED) from None
    except (pikepdf.PdfError, ValueError, RuntimeError, OSError, MemoryError):
        raise Unreadable(BROKEN) from None
    try:
        _measure(pdf)
    except BaseException:
        pdf.close()
        raise
    return pdf


def _measure(pdf: pikepdf.Pdf) -> None:
    if len(pdf.objects) > MAX_OBJECTS:
        raise Unreadable("PDF 内部对象过多，无法检查。请拆分为几个文件后重新上传。")
    total = 0
    for one in streams(pdf):
        total += unpacked_size(one, MAX_STREAM)
        if total > MAX_STREAMS:
            raise Unreadable(BOMB)


def streams(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Stream]:
    """All streams but those of pictures, which no reader unpacks."""
    for one in pdf.objects:
        if isinstance(one, pikepdf.Stream) and one.get("/Subtype") != pikepdf.Name.Image:
            yield one


def unpacked_size(stream: pikepdf.Stream, limit: int) -> int:
    """Bytes of a stream unpacked. Raises ``Unreadable`` above the limit."""
    filters = stream.get("/Filter")
    names = (
        [str(one) for one in filters]
        if isinstance(filters, pikepdf.Array)
        else []
        if filters is None
        else [str(filters)]
    )
    if len(names) > MAX_FILTERS:
        raise Unreadable(BOMB)
    data = stream.read_raw_bytes()
    for name in names:
        if name not in _FLATE:
            break
        data = _inflate(data, limit)
    return len(data)


def _inflate(data: bytes, limit: int) -> bytes:
    engine = zlib.decompressobj()
    try:
        made = engine.decompress(data, limit + 1)
    except zlib.error:
        return b""  # the reader will not get further either
    if len(made) > limit:
        raise Unreadable(BOMB)
    return made


def walk(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary and stream of a PDF, those inside others included."""
    for one in pdf.objects:
        stack: list[tuple[Any, int]] = [(one, 0)]
        while stack:
            value, depth = stack.pop()
            if depth > MAX_NESTING:
                raise Unreadable(BROKEN)
            if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
                yield value
                stack.extend(
                    (value[key], depth + 1)
                    for key in list(value.keys())
                    if _is_direct_container(value.get(key))
                )
            elif isinstance(value, pikepdf.Array):
                stack.extend((inner, depth + 1) for inner in value if _is_direct_container(inner))


def _is_direct_container(value: Any) -> bool:
    return (
        isinstance(value, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array)
        and not value.is_indirect
    )

"""OLE compound files (old Office formats), opened only when the sizes they state can be true.

The library follows what the header says; a file of nine kilobytes that lies in it takes gigabytes.
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

from gongkai.guard.readers.document import BROKEN, Unreadable

_HEADER = 512
#: Sectors that one sector of the table speaks for, at 512 bytes; larger sectors hold more.
_PER_SECTOR = 128
#: Sectors of the table that the header itself lists, used or not.
_SLACK = 109


def open_compound(stream: BinaryIO, *, write: bool = False) -> Any:
    """The opened file, to be closed by the caller. Raises ``Unreadable``."""
    import olefile

    size = stream.seek(0, 2)
    stream.seek(0)
    header = stream.read(_HEADER)
    stream.seek(0)
    if len(header) < _HEADER:
        raise Unreadable(BROKEN)
    (shift,) = struct.unpack_from("<H", header, 30)
    (tables,) = struct.unpack_from("<I", header, 44)
    (small_tables,) = struct.unpack_from("<I", header, 64)
    sectors = size // 512
    if (
        shift not in (9, 12)
        or tables > sectors // _PER_SECTOR + _SLACK
        or small_tables > sectors // _PER_SECTOR + _SLACK
    ):
        raise Unreadable(BROKEN)
    try:
        ole = olefile.OleFileIO(stream, write_mode=write)
    except Exception:  # the library raises whatever its parsing meets
        raise Unreadable(BROKEN) from None
    if any(entry is not None and entry.size > size for entry in ole.direntries):
        ole.close()
        raise Unreadable(BROKEN)
    return ole

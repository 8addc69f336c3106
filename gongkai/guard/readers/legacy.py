"""Old Excel workbooks (XLS, ET), read from their records (BIFF5 and BIFF8).

The library that reads them elsewhere trusts the sizes that a file states: one of five kilobytes can
take all memory and the process with it. Here every size is checked against the bytes that are there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from gongkai.guard.readers.compound import open_compound
from gongkai.guard.readers.document import BROKEN, LOCKED, Collector, Unreadable
from gongkai.guard.readers.lines import spelled
from gongkai.guard.readers.xlsx import Cells, column_name, number_format

BOUNDSHEET: Final = 0x85
FILEPASS: Final = 0x2F
_BOF, _CONTINUE, _TXO, _SST = 0x809, 0x3C, 0x1B6, 0xFC
_DATEMODE, _CODEPAGE, _XF, _FORMAT = 0x22, 0x42, 0xE0, 0x41E
_HEADER, _FOOTER, _STRING = 0x14, 0x15, 0x207
_LABELSST, _LABEL, _RSTRING, _NUMBER, _RK, _MULRK, _FORMULA, _BOOLERR = (
    (0xFD, 0x204, 0xD6, 0x203, 0x27E, 0xBD, 0x06, 0x205)
)  # fmt: skip
_CELLS = frozenset((_LABELSST, _LABEL, _RSTRING, _NUMBER, _RK, _MULRK, _FORMULA, _BOOLERR))
_BIFF8 = 0x600
#: Code pages of the old format; a Chinese workbook that names none is in the Chinese one.
_ENCODINGS = {1200: "utf-16-le", 950: "big5", 1252: "cp1252", 65001: "utf-8"}


def workbook_stream(stream: BinaryIO) -> bytes:
    """The records of a workbook. Raises ``Unreadable``."""
    with open_compound(stream) as ole:
        for path in ole.listdir():
            if len(path) == 1 and path[0].lower() in ("workbook", "book"):
                return bytes(ole.openstream(path).read())
    raise Unreadable(BROKEN)


def records(book: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, content) of each record."""
    for _, kind, content in _placed(book):
        yield kind, content


def _placed(book: bytes) -> Iterator[tuple[int, int, bytes]]:
    place = 0
    while place + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, place)
        yield place, kind, book[place + 4 : place + 4 + size]
        place += 4 + size


def read_xls(stream: BinaryIO, name: str, found: Collector) -> None:
    """Collect the text of an old workbook. Raises ``Unreadable``, ``Full``."""
    _Book(found).read(workbook_stream(stream))


class _Book:
    """One pass over the records; each sheet follows what the workbook says of all."""

    def __init__(self, found: Collector) -> None:
        self.found = found
        self.wide = True  # BIFF8, with Unicode
        self.encoding = "gb18030"
        self.sheets: dict[int, str] = {}  # where its records begin → place
        self.codes: dict[int, str] = {}
        self.styles: list[int] = []
        self.cells = Cells([], [], from_1904=False)
        self.where = ""
        self.row = -1
        self.singles: list[tuple[int, str]] = []
        self.boxes = 0

    def read(self, book: bytes) -> None:
        chunks: list[bytes] = []  # the shared strings, continued over records
        box = 0  # characters that the next record brings
        awaited: tuple[int, int] | None = None  # the cell whose formula gave the text to come
        for place, kind, content in _placed(book):
            if kind == _CONTINUE:
                if chunks:
                    chunks.append(content)
                elif box and content:
                    self.boxes += 1
                    text = _decoded(content[1:], content[0] & 1)[:box]
                    self.found.add(f"{self.where}批注或文本框{self.boxes}", text)
                    box = 0
                continue
            if chunks:
                self.cells.strings = list(_Strings(chunks).all())
                chunks = []
            if kind == _SST:
                chunks = [content]
            elif kind == _BOF:
                self._begin(place, content)
            elif kind == _TXO and len(content) >= 12:
                (box,) = struct.unpack_from("<H", content, 10)
            elif kind == _STRING and awaited:
                self._add(*awaited, self._string(content, 2))
                awaited = None
            elif kind in _CELLS and len(content) >= 6:
                awaited = self._cell(kind, content)
            else:
                self._global(kind, content)
        self._flush()
        self.cells.note_cut(self.found)

    def _begin(self, place: int, content: bytes) -> None:
        self._flush()
        if place == 0 and len(content) >= 2:
            self.wide = struct.unpack_from("<H", content)[0] >= _BIFF8
        if place in self.sheets:
            self.where = self.sheets[place]
            self.cells.formats = [
                number_format(number, self.codes.get(number, "")) for number in self.styles
            ]

    def _global(self, kind: int, content: bytes) -> None:
        """What is said of the whole workbook or around the cells of a sheet."""
        if kind == FILEPASS:
            raise Unreadable(LOCKED)
        if kind in (_HEADER, _FOOTER):
            label = "页眉" if kind == _HEADER else "页脚"
            self.found.add(f"{self.where}{label}", self._string(content, 2 if self.wide else 1))
        elif len(content) < 2:
            return
        elif kind == _DATEMODE:
            from_1904 = content[:2] == b"\x01\x00"
            self.cells = Cells(self.cells.strings, self.cells.formats, from_1904=from_1904)
        elif kind == _CODEPAGE:
            (page,) = struct.unpack_from("<H", content)
            self.encoding = _ENCODINGS.get(page, "gb18030")
        elif kind == _FORMAT:
            (number,) = struct.unpack_from("<H", content)
            self.codes[number] = self._string(content[2:], 2 if self.wide else 1)
        elif kind == _XF and len(content) >= 4:
            self.styles.append(struct.unpack_from("<H", content, 2)[0])
        elif kind == BOUNDSHEET and len(content) >= 8:
            (place,) = struct.unpack_from("<I", content)
            title = self._string(content[6:], 1)
            where = f"{'隐藏' if content[4] & 3 else ''}工作表“{title}”"
            self.sheets[place] = where
            self.found.add(f"{where}名称", title)

    def _cell(self, kind: int, content: bytes) -> tuple[int, int] | None:
        """Collect a cell (or several); the cell whose text comes with a later record, if any."""
        row, column, style = struct.unpack_from("<HHH", content)
        rest = content[6:]
        if kind == _MULRK:
            for number in range((len(content) - 6) // 6):
                style, packed = struct.unpack_from("<HI", content, 4 + 6 * number)
                self._add(row, column + number, self._number(unpacked(packed), style))
        elif kind == _LABELSST and len(rest) >= 4:
            (number,) = struct.unpack_from("<I", rest)
            if number < len(self.cells.strings):
                self._add(row, column, self.cells.strings[number])
        elif kind in (_LABEL, _RSTRING):
            self._add(row, column, self._string(rest, 2))
        elif kind == _NUMBER and len(rest) >= 8:
            self._add(row, column, self._number(struct.unpack_from("<d", rest)[0], style))
        elif kind == _RK and len(rest) >= 4:
            value = unpacked(struct.unpack_from("<I", rest)[0])
            self._add(row, column, self._number(value, style))
        elif kind == _FORMULA and len(rest) >= 8:
            if rest[6:8] == b"\xff\xff":
                return (row, column) if rest[0] == 0 else None
            self._add(row, column, self._number(struct.unpack_from("<d", rest)[0], style))
        elif kind == _BOOLERR and len(rest) >= 2 and not rest[1]:
            self._add(row, column, "TRUE" if rest[0] else "FALSE")
        return None

    def _number(self, value: float, style: int) -> str:
        return self.cells.number(repr(value), str(style))

    def _add(self, row: int, column: int, text: str) -> None:
        if row != self.row:
            self._flush()
            self.row = row
        self.found.add(f"{self.where}{column_name(column + 1)}{row + 1}", text)
        self.singles.append((column + 1, text.strip()))

    def _flush(self) -> None:
        """Numbers with one digit in each cell of the row that is done."""
        for first, last, text in spelled(self.singles):
            number = self.row + 1
            place = f"{column_name(first)}{number}至{column_name(last)}{number}"
            self.found.add(f"{self.where}{place}", text)
        self.singles = []
        self.row = -1

    def _string(self, content: bytes, width: int) -> str:
        """A text behind its length, which takes one byte or two."""
        if len(content) < width:
            return ""
        length = int.from_bytes(content[:width], "little")
        if not self.wide:
            return content[width : width + length].decode(self.encoding, "replace")
        if len(content) <= width:
            return ""
        return _decoded(content[width + 1 :], content[width] & 1)[:length]


def unpacked(packed: int) -> float:
    """A number in four bytes: a whole one or the upper half of a fraction, perhaps in hundredths."""
    if packed & 2:
        value = float((packed - (1 << 32) if packed & 0x80000000 else packed) >> 2)
    else:
        value = float(struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0])
    return value / 100 if packed & 1 else value


def _decoded(content: bytes, wide: int) -> str:
    if wide:
        return content[: len(content) & ~1].decode("utf-16-le", "replace")
    return content.decode("latin-1")


class _Strings:
    """The shared strings. One that is continued in the next record says its width anew."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks = chunks
        self.number = 0
        self.place = 8  # behind the two counts

    def all(self) -> Iterator[str]:
        while self._more():
            head = self._take(3)
            if len(head) < 3:
                return
            length, flags = struct.unpack("<HB", head)
            runs = int.from_bytes(self._take(2), "little") if flags & 8 else 0
            extra = int.from_bytes(self._take(4), "little") if flags & 4 else 0
            yield self._characters(length, flags & 1)
            self._skip(4 * runs + extra)

    def _more(self) -> bool:
        """Whether there is a byte left; goes on to the record that has it."""
        while self.number < len(self.chunks) and self.place >= len(self.chunks[self.number]):
            self.number += 1
            self.place = 0
        return self.number < len(self.chunks)

    def _take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count and self._more():
            part = self.chunks[self.number][self.place : self.place + count - len(taken)]
            self.place += len(part)
            taken += part
        return taken

    def _skip(self, count: int) -> None:
        while count > 0 and self._more():
            step = min(count, len(self.chunks[self.number]) - self.place)
            self.place += step
            count -= step

    def _characters(self, count: int, wide: int) -> str:
        units: list[bytes] = []  # UTF-16: a sign beyond its first plane may lie in two records
        while count > 0 and self.number < len(self.chunks):
            chunk = self.chunks[self.number]
            size = 2 if wide else 1
            here = min(count, max(len(chunk) - self.place, 0) // size)
            part = chunk[self.place : self.place + here * size]
            units.append(part if wide else part.decode("latin-1").encode("utf-16-le"))
            self.place += here * size
            count -= here
            if count > 0:
                self.number += 1
                if self.number < len(self.chunks) and self.chunks[self.number]:
                    wide = self.chunks[self.number][0] & 1
                self.place = 1
        return b"".join(units).decode("utf-16-le", "replace")

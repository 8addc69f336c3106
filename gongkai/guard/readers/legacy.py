"""Old Excel workbooks (XLS, ET): cells by calamine, the rest from the records themselves."""

from __future__ import annotations

import datetime
import io
import struct
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO, Final

from gongkai.guard.readers.document import BROKEN, LOCKED, Collector, Unreadable
from gongkai.guard.readers.lines import spelled
from gongkai.guard.readers.xlsx import column_name

#: Cells of one sheet's rectangle: the library holds all of it, blanks included.
MAX_RECTANGLE: Final = 4_000_000
_BOF, _EOF, _BOUNDSHEET, _FILEPASS, _TXO, _CONTINUE = 0x809, 0x0A, 0x85, 0x2F, 0x1B6, 0x3C
#: Records of one cell (row, column, …), and those of several (row, first column, …, last column).
_CELL = frozenset((0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x00D6, 0x00FD, 0x027E))
_CELLS = frozenset((0x00BD, 0x00BE))


def workbook_stream(stream: BinaryIO) -> bytes:
    """The records of a workbook. Raises ``Unreadable``."""
    import olefile

    stream.seek(0)
    with olefile.OleFileIO(stream) as ole:
        for path in ole.listdir():
            if len(path) == 1 and path[0].lower() in ("workbook", "book"):
                return bytes(ole.openstream(path).read())
    raise Unreadable(BROKEN)


def records(book: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, content) of each record."""
    place = 0
    while place + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, place)
        yield kind, book[place + 4 : place + 4 + size]
        place += 4 + size


def read_xls(stream: BinaryIO, name: str, found: Collector) -> None:
    """Collect the text of an old workbook. Raises ``Unreadable``, ``Full``."""
    book = workbook_stream(stream)
    boxes = _survey(book)
    stream.seek(0)
    for where, title, rows, top, left in _sheets(stream.read()):
        found.add(f"{where}名称", title)
        for offset, row in enumerate(rows):
            number = top + offset + 1
            texts = [(left + place + 1, cell_text(value)) for place, value in enumerate(row)]
            for column, text in texts:
                found.add(f"{where}{column_name(column)}{number}", text)
            for first, last, text in spelled([(column, text.strip()) for column, text in texts]):
                found.add(f"{where}{column_name(first)}{number}至{column_name(last)}{number}", text)
    for number, text in enumerate(boxes, 1):
        found.add(f"批注或文本框{number}", text)


def _sheets(data: bytes) -> Iterator[tuple[str, str, Any, int, int]]:
    """(place, name, rows, first row, first column) of each sheet, hidden ones as well."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for metadata in book.sheets_metadata:
            shown = metadata.visible == python_calamine.SheetVisibleEnum.Visible
            where = f"{'' if shown else '隐藏'}工作表“{metadata.name}”"
            if metadata.typ != python_calamine.SheetTypeEnum.WorkSheet:
                yield where, metadata.name, (), 0, 0
                continue
            sheet = book.get_sheet_by_name(metadata.name)
            top, left = sheet.start or (0, 0)
            yield where, metadata.name, sheet.iter_rows(), top, left
    except python_calamine.PasswordError:
        raise Unreadable(LOCKED) from None
    except BaseException as problem:
        # A panic of the library is no Exception; ours pass through.
        if type(problem).__name__ in ("PanicException", "CalamineError") or isinstance(
            problem, OSError | ValueError | LookupError | OverflowError
        ):
            raise Unreadable(BROKEN) from None
        raise


def _survey(book: bytes) -> list[str]:
    """The texts of notes and boxes. Raises ``Unreadable`` when locked or too large to hold."""
    boxes: list[str] = []
    first_row = first_column = 1 << 20
    last_row = last_column = 0
    expecting = 0
    for kind, content in records(book):
        if kind == _FILEPASS:
            raise Unreadable(LOCKED)
        if kind == _BOF:
            first_row = first_column = 1 << 20
            last_row = last_column = 0
        elif (kind in _CELL or kind in _CELLS) and len(content) >= 6:
            row, column = struct.unpack_from("<HH", content)
            end = struct.unpack_from("<H", content, len(content) - 2)[0] if kind in _CELLS else 0
            first_row, last_row = min(first_row, row), max(last_row, row)
            first_column, last_column = min(first_column, column), max(last_column, column, end)
            if (last_row - first_row + 1) * (last_column - first_column + 1) > MAX_RECTANGLE:
                raise Unreadable("工作表过大，无法检查。请拆分为几个文件后重新上传。")
        elif kind == _TXO and len(content) >= 12:
            (expecting,) = struct.unpack_from("<H", content, 10)
        elif kind == _CONTINUE and expecting and content:
            wide = content[0] & 1
            text = content[1:].decode("utf-16-le" if wide else "latin-1", "replace")
            boxes.append(text[:expecting])
            expecting = 0
    return boxes


def cell_text(value: object) -> str:
    """What a cell says; whole numbers with all the digits the file has."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        if value.is_integer():
            return str(int(value))
        return f"{Decimal(f'{value:.15g}'):f}"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)

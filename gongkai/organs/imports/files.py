"""Raw rows out of a file: CSV as a stream in whatever encoding, workbooks through calamine."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from gongkai.organs.imports.problems import UnreadableTable

RawRows = Iterator[list[Any]]
Fraction = Callable[[], float]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
UNPACKED_LIMIT = 1024 * 1024 * 1024
CELL_LIMIT = 1024 * 1024
_CHUNK = 1024 * 1024


def size_of(stream: IO[bytes]) -> int:
    """Bytes in a seekable stream; its position is at the beginning afterwards."""
    stream.seek(0, io.SEEK_END)
    size = stream.tell()
    stream.seek(0)
    return size


def kind_of(stream: IO[bytes]) -> str:
    """ "zip", "ole" or "text" by the first bytes: names lie."""
    head = stream.read(8)
    stream.seek(0)
    if head.startswith(ZIP):
        return "zip"
    return "ole" if head == OLE else "text"


# -- CSV -------------------------------------------------------------------------------------
def encoding_of(stream: IO[bytes]) -> str:
    """utf-8-sig, utf-16 or gb18030. Reads the file once, holding a megabyte.

    Chinese government files come in either; bytes that are valid UTF-8 throughout are
    practically never GB18030, so UTF-8 is tried on the whole file first.
    """
    head = stream.read(4)
    stream.seek(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        else:
            return encoding
        finally:
            stream.seek(0)
    raise UnreadableTable("文件编码无法识别。请在表格软件中另存为“CSV UTF-8”或 XLSX 后重新上传。")


class _Unclosed(io.RawIOBase):
    """Lets a text layer read the caller's stream without closing it, and counts bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.read_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        self.read_bytes += len(data)
        return len(data)


def csv_rows(stream: IO[bytes], knows: Callable[[str], bool]) -> tuple[RawRows, Fraction]:
    """Rows as lists of text, and how much of the file has been read (0 to 1).

    `knows` tells a heading from other text; the delimiter that yields most headings in the
    first lines is taken.
    """
    size = max(size_of(stream), 1)
    encoding = encoding_of(stream)
    sample = _text(_Unclosed(stream), encoding).read(64 * 1024)
    if "\x00" in sample:
        raise UnreadableTable("文件不是文本表格。请另存为 CSV 或 XLSX 后重新上传。")
    delimiter = _delimiter(sample, knows)
    stream.seek(0)
    raw = _Unclosed(stream)
    lines = _text(raw, encoding)
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(lines, delimiter=delimiter)

    def rows() -> RawRows:
        try:
            yield from reader
        except csv.Error:
            raise UnreadableTable(
                f"第{reader.line_num}行附近无法读取，多半是引号没有成对。请检查后重新上传。"
            ) from None

    return rows(), lambda: min(raw.read_bytes / size, 1.0)


def _text(raw: _Unclosed, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedReader(raw, _CHUNK), encoding=encoding, newline="")


def _delimiter(sample: str, knows: Callable[[str], bool]) -> str:
    lines = sample.splitlines()[:10]

    def headings(delimiter: str) -> int:
        return max(
            (sum(map(knows, row)) for row in csv.reader(lines, delimiter=delimiter)), default=0
        )

    return max(",\t;|，", key=headings)


# -- Workbooks -------------------------------------------------------------------------------
def workbook_sheets(stream: IO[bytes], kind: str) -> list[tuple[str, Callable[[], Any]]]:
    """(sheet name, a function that loads it) of every sheet. Raises UnreadableTable.

    Old compound files (XLS, and any workbook with a password) are refused unopened: a few
    kilobytes of damaged sector table make the reader take all memory, which nothing can catch.
    """
    if kind == "ole":
        raise UnreadableTable(
            "这是旧版 XLS 工作簿，或者文件设有密码。请用表格软件打开，取消密码，"
            "另存为 XLSX 后重新上传。"
        )
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _refuse_bomb(stream)
    try:
        book = CalamineWorkbook.from_filelike(stream)
        return [
            (name, lambda name=name: book.get_sheet_by_name(name))  # type: ignore[misc]
            for name in book.sheet_names
        ]
    except PasswordError:
        raise UnreadableTable("文件设有密码。请取消密码保护后重新上传。") from None
    except (CalamineError, OSError, ValueError):
        raise UnreadableTable(
            "文件已损坏、设有密码或不是表格。请用表格软件打开，另存为 XLSX 后重新上传。"
        ) from None


def _refuse_bomb(stream: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(stream) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise UnreadableTable("文件已损坏。请用表格软件打开，另存为 XLSX 后重新上传。") from None
    finally:
        stream.seek(0)
    if unpacked > UNPACKED_LIMIT:
        raise UnreadableTable("文件展开后过大。请拆分为几个文件，或改用 CSV。")


def opened(source: str | Path | IO[bytes]) -> tuple[IO[bytes], bool]:
    """The stream of a path or an uploaded file, and whether we must close it."""
    if isinstance(source, str | Path):
        try:
            return Path(source).open("rb"), True
        except OSError as error:
            reason = "没有这个文件" if isinstance(error, FileNotFoundError) else "文件无法打开"
            raise UnreadableTable(f"{reason}：{source}") from None
    stream = getattr(source, "file", source)
    stream.seek(0)
    return stream, False

"""Lists as CSV and XLSX files, written row by row so that memory stays flat.

A spreadsheet runs a text cell that begins like a formula. CSV has no types, so such a text
gets an apostrophe in front (the import takes it away again); in a workbook the cell is
stored as text, which no spreadsheet runs.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from gongkai.organs.staff_views.columns import Column, as_text

XLSX_LIMIT = 100_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
CHUNK = 2000


def guarded(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        return value


def csv_lines(columns: Sequence[Column], records: Iterable[Any]) -> Iterator[bytes]:
    """The file in pieces: a byte order mark (or Excel reads Chinese as noise), heads, rows."""
    writer = csv.writer(_Echo())
    yield b"\xef\xbb\xbf"
    yield writer.writerow([column.label for column in columns]).encode()
    for record in records:
        cells = []
        for column in columns:
            value = column.raw(record)
            text = as_text(value)
            number = isinstance(value, int | Decimal) and not isinstance(value, bool)
            cells.append(text if number else guarded(text))
        yield writer.writerow(cells).encode()


def csv_text(rows: Iterable[Sequence[str]]) -> bytes:
    """A small CSV file in one piece."""
    writer = csv.writer(_Echo())
    return b"\xef\xbb\xbf" + "".join(writer.writerow(map(guarded, row)) for row in rows).encode()


def csv_response(
    name: str, columns: Sequence[Column], records: QuerySet[Any]
) -> StreamingHttpResponse:
    """The download `<name>-<today>.csv`."""
    response = StreamingHttpResponse(
        csv_lines(columns, records.iterator(chunk_size=CHUNK)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = content_disposition_header(True, file_name(name, "csv"))
    return response


def xlsx_response(name: str, columns: Sequence[Column], records: QuerySet[Any]) -> FileResponse:
    """The download `<name>-<today>.xlsx` of one sheet."""
    return workbook_response(name, [(name, columns, records.iterator(chunk_size=CHUNK))])


def workbook_response(
    name: str, sheets: Iterable[tuple[str, Sequence[Column], Iterable[Any]]]
) -> FileResponse:
    """The download `<name>-<today>.xlsx`, built in a temporary file: (title, columns, records)."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, columns, records in sheets:
        _fill(book, title, columns, records)
    target = tempfile.TemporaryFile()  # noqa: SIM115 (FileResponse closes it)
    book.save(target)
    target.seek(0)
    return FileResponse(
        target,
        as_attachment=True,
        filename=file_name(name, "xlsx"),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _fill(book: Any, title: str, columns: Sequence[Column], records: Iterable[Any]) -> None:
    """A new sheet of the workbook: a row of headings that stays, then a row a record."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title[:31].translate({ord(c): "_" for c in "[]:*?/\\"}) or "导出")
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 40 if column.wide or column.link else 18

    def cell(value: Any, *, bold: bool = False) -> Any:
        plain = value
        if isinstance(value, datetime):
            plain = timezone.localtime(value).replace(tzinfo=None)
        elif isinstance(value, bool) or not isinstance(value, int | Decimal | date | None):
            plain = as_text(value)
        if isinstance(plain, str):
            plain = _printable(plain) or None
        made = WriteOnlyCell(sheet, plain)
        if isinstance(plain, str):
            made.data_type = "s"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(column.label, bold=True) for column in columns])
    for record in records:
        sheet.append([cell(column.raw(record)) for column in columns])


def file_name(name: str, extension: str) -> str:
    """A file name that says what and when."""
    safe = "".join("_" if c in '\\/:*?"<>|\r\n' else c for c in name)
    return f"{safe}-{timezone.localdate():%Y%m%d}.{extension}"


def _printable(text: str) -> str:
    """Without control characters, which XML cannot hold."""
    return "".join(c for c in text if c in "\t\n" or ord(c) >= 32)[:32767]

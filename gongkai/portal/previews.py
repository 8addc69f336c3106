"""What a reader sees of an attachment without downloading it: text, tables and pictures.

Everything is read on the server and drawn as our own page, so nothing in a file can run. What is
read is capped: a preview shows the beginning and says so. It depends on the content alone and is
kept under its hash.
"""

from __future__ import annotations

import csv
import io
import itertools
import logging
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache
from lxml import etree

from gongkai.disclosure.models import StoredFile
from gongkai.guard.readers.text import decode

log = logging.getLogger(__name__)

MOST_BYTES: Final = 20 * 1024 * 1024
"""Larger files are downloaded: reading them costs more than a look is worth."""
MOST_ROWS: Final = 200
MOST_COLUMNS: Final = 30
MOST_SHEETS: Final = 5
MOST_PARAGRAPHS: Final = 400
MOST_CHARACTERS: Final = 60_000
MOST_XML: Final = 32 * 1024 * 1024
KEPT: Final = 24 * 3600

FRAMED: Final = frozenset({".pdf"})
PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
READ: Final = frozenset({".docx", ".xlsx", ".xls", ".et", ".csv", ".txt"})
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Table:
    """Cells as text; `title` is the worksheet's name, `more` that rows or columns are left out."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    more: bool = False


@dataclass(frozen=True)
class Preview:
    """`kind` is "frame", "picture", "tables", "text" or "none"; `cut` that it is the beginning."""

    kind: str
    tables: tuple[Table, ...] = ()
    parts: tuple[str | Table, ...] = ()
    cut: bool = False
    note: str = ""

    @property
    def drawn_parts(self) -> list[tuple[str, str | Table]]:
        """Paragraphs and tables in their order, each with its kind."""
        return [("table" if isinstance(one, Table) else "text", one) for one in self.parts]


def offered(extension: str) -> bool:
    """Whether files of this kind can be looked at here."""
    return extension.lower() in FRAMED | PICTURES | READ


def of(stored: StoredFile) -> Preview:
    """The preview. Raises FileNotFoundError when the content is gone."""
    extension = stored.extension.lower()
    if extension in FRAMED:
        return Preview("frame")
    if extension in PICTURES:
        return Preview("picture")
    if extension not in READ:
        return Preview("none", note="这种格式不能在线预览，请下载后查看。")
    if stored.size > MOST_BYTES:
        return Preview("none", note="文件较大，不能在线预览，请下载后查看。")
    key = f"preview:1:{stored.sha256}"
    found: Preview | None = cache.get(key)
    if found is None:
        with stored.file.open("rb") as file:
            found = _read(file.read(), extension)
        cache.set(key, found, KEPT)
    return found


def _read(data: bytes, extension: str) -> Preview:
    try:
        if extension == ".docx":
            return _docx(data)
        if extension == ".csv":
            return _csv(data)
        if extension == ".txt":
            return _text(data)
        return _workbook(data)
    except Exception as problem:
        # Whatever a library makes of a broken file; its message may quote the file.
        log.warning("an attachment could not be previewed: %s", type(problem).__name__)
        return Preview("none", note="这个文件不能在线预览，请下载后查看。")


def _text(data: bytes) -> Preview:
    text = decode(data)
    lines = [line.strip() for line in text[:MOST_CHARACTERS].splitlines()]
    return Preview(
        "text", parts=tuple(line for line in lines if line), cut=len(text) > MOST_CHARACTERS
    )


def _csv(data: bytes) -> Preview:
    rows = csv.reader(io.StringIO(decode(data), newline=""))
    table = _table("", rows)
    return Preview("tables", tables=(table,), cut=table.more)


def _workbook(data: bytes) -> Preview:
    import python_calamine as calamine

    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    names = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == calamine.SheetVisibleEnum.Visible
        and sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    tables = []
    for name in names[:MOST_SHEETS]:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True, nrows=MOST_ROWS + 1)
        tables.append(_table(name, ([_shown(value) for value in row] for row in rows)))
    cut = len(names) > MOST_SHEETS or any(table.more for table in tables)
    return Preview("tables", tables=tuple(tables), cut=cut)


def _shown(value: Any) -> str:
    """A cell as people write it: 12 and not 12.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _table(title: str, rows: Iterable[Iterable[str]]) -> Table:
    """The first rows and columns; rows without any text are left out at the end."""
    kept: list[tuple[str, ...]] = []
    more = False
    for row in rows:
        cells = list(row)
        if len(kept) >= MOST_ROWS:
            more = more or any(cell.strip() for cell in cells)
            break
        more = more or any(cell.strip() for cell in cells[MOST_COLUMNS:])
        kept.append(tuple(cell.strip() for cell in cells[:MOST_COLUMNS]))
    while kept and not any(kept[-1]):
        kept.pop()
    width = max((len(row) for row in kept), default=0)
    while width and not any(row[width - 1] for row in kept if len(row) >= width):
        width -= 1
    return Table(title, tuple((*row, *[""] * (width - len(row)))[:width] for row in kept), more)


def _docx(data: bytes) -> Preview:
    """Paragraphs and tables of the body in their order, as they show."""
    package = zipfile.ZipFile(io.BytesIO(data))
    with package, package.open("word/document.xml") as part:
        xml = part.read(MOST_XML + 1)
    if len(xml) > MOST_XML:
        return Preview("none", note="文件较大，不能在线预览，请下载后查看。")
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    body = root.find(f"{_W}body")
    parts: list[str | Table] = []
    length = 0
    for block in _blocks(body):
        if len(parts) >= MOST_PARAGRAPHS or length > MOST_CHARACTERS:
            return Preview("text", parts=tuple(parts), cut=True)
        if block.tag == f"{_W}tbl":
            table = _table("", ([_shown_text(cell) for cell in row] for row in _rows(block)))
            parts.append(table)
            length += sum(len(cell) for row in table.rows for cell in row)
        elif text := _shown_text(block):
            parts.append(text)
            length += len(text)
    return Preview("text", parts=tuple(parts))


def _blocks(parent: Any) -> Iterator[Any]:
    for child in parent if parent is not None else ():
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent"):
            yield from _blocks(child)


def _rows(table: Any) -> Iterator[list[Any]]:
    for row in itertools.islice(table.iter(f"{_W}tr"), MOST_ROWS + 1):
        yield [cell for cell in row if cell.tag == f"{_W}tc"]


def _shown_text(element: Any) -> str:
    """The text that shows: not what a tracked change took out, and nothing hidden."""
    found = []
    for one in element.iter(f"{_W}t", f"{_W}tab", f"{_W}br"):
        run = one.getparent()
        if run.find(f"{_W}rPr/{_W}vanish") is None:
            found.append(one.text or "" if one.tag == f"{_W}t" else " ")
    return "".join(found).strip()

"""A table with known columns: headings found, cells parsed, problems collected."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from django.conf import settings

from gongkai.organs.imports import files
from gongkai.organs.imports.parse import BLANK, Parser, as_text, text
from gongkai.organs.imports.problems import ImportFailed, ImportProblem, UnreadableTable

HEADING_ROWS = 10
MAX_PROBLEMS = 200
MAX_ROWS = 2_000_000
SAMPLE_ROWS = 10

Progress = Callable[[int, float], None]
"""Called after every batch with the rows read so far and the part of the file done (0–1)."""


_PLAIN = text()


@dataclass(frozen=True)
class Column:
    """One column that is understood. `label` is its heading, `aliases` other ways to write it.

    A `required` column must be there and no cell of it blank; other blank or absent cells
    give `default`.
    """

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    parse: Parser = _PLAIN
    default: Any = None
    help: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Row(Mapping[str, Any]):
    """One row that was understood: `row["name"]`, and the spreadsheet's number of it."""

    number: int
    cells: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.cells[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)


class Table:
    """An opened table. Iterate `batches`, note `problem`s, call `finish`."""

    def __init__(
        self,
        raw: Iterator[list[Any]],
        columns: Sequence[Column],
        *,
        fraction: Callable[[], float],
        max_rows: int = MAX_ROWS,
        max_problems: int = MAX_PROBLEMS,
    ) -> None:
        self.columns = tuple(columns)
        self.labels = {column.name: column.label for column in columns}
        self.problems: list[ImportProblem] = []
        self.stopped = False
        self.rows_read = 0
        self.sample: list[dict[str, str]] = []
        self.ignored: tuple[str, ...] = ()
        self.present: frozenset[str] = frozenset()
        self._raw = raw
        self._fraction = fraction
        self._max_rows = max_rows
        self._max_problems = max_problems
        self._number = 0
        self._places: list[tuple[int, Column]] = []
        self._find_headings()

    # -- headings ----------------------------------------------------------------------------
    def _find_headings(self) -> None:
        known = headings_of(self.columns)
        best: tuple[int, int, list[Any]] = (0, 0, [])
        seen: list[list[Any]] = []
        for raw in self._raw:
            seen.append(raw)
            matched = len({known[k] for cell in raw if (k := heading_key(cell)) in known})
            if matched > best[0]:
                best = (matched, len(seen), raw)
            if matched == len(self.columns) or len(seen) == HEADING_ROWS:
                break
        matched, position, heads = best
        wanted = "、".join(column.label for column in self.columns if column.required)
        if not matched:
            raise UnreadableTable(f"没有找到表头。第一行应为各列名称，至少包括：{wanted}。")
        places: dict[str, int] = {}
        ignored = []
        for index, cell in enumerate(heads):
            name = known.get(heading_key(cell))
            if name is None:
                if as_text(cell):
                    ignored.append(as_text(cell))
            elif name in places:
                raise UnreadableTable(
                    f"表头第{position}行有两列“{self.labels[name]}”，请只保留一列。"
                )
            else:
                places[name] = index
        missing = [c.label for c in self.columns if c.required and c.name not in places]
        if missing:
            raise UnreadableTable(
                f"表头第{position}行缺少列：{'、'.join(missing)}。请补上后重新上传。"
            )
        self.ignored = tuple(ignored)
        self._places = [(places[c.name], c) for c in self.columns if c.name in places]
        self._absent = {c.name: c.default for c in self.columns if c.name not in places}
        self.present = frozenset(places)
        self._pending = seen[position:]
        self._number = position

    # -- rows --------------------------------------------------------------------------------
    def __iter__(self) -> Iterator[Row]:
        for raw in self._all_raw():
            self._number += 1
            if _is_blank(raw):
                continue
            self.rows_read += 1
            if self.rows_read > self._max_rows:
                self.problem(
                    self._number, "", f"超过{self._max_rows:,}行的上限，请拆分文件后分次导入。"
                )
                self.stopped = True
                return
            row = self._parsed(raw)
            if self.stopped:
                return
            if row is not None:
                yield row

    def _all_raw(self) -> Iterator[list[Any]]:
        yield from self._pending
        self._pending = []
        yield from self._raw

    def _parsed(self, raw: list[Any]) -> Row | None:
        values: dict[str, Any] = dict(self._absent)
        good = True
        width = len(raw)
        for index, column in self._places:
            cell = raw[index] if index < width else None
            if cell is None or (cell.__class__ is str and not cell.strip(BLANK)):
                if column.required:
                    good = False
                    self.problem(self._number, column.name, "不能为空，请填写。")
                values[column.name] = column.default
                continue
            try:
                values[column.name] = column.parse(cell)
            except ValueError as error:
                good = False
                self.problem(self._number, column.name, str(error))
        if not good:
            return None
        row = Row(self._number, values)
        if len(self.sample) < SAMPLE_ROWS:
            self.sample.append(
                {c.label: as_text(raw[i]) if i < width else "" for i, c in self._places}
            )
        return row

    def batches(self, size: int = 2000, *, progress: Progress | None = None) -> Iterator[list[Row]]:
        """Good rows in lists of at most `size`, in the order of the file."""
        batch: list[Row] = []
        for row in self:
            batch.append(row)
            if len(batch) >= size:
                yield batch
                batch = []
                if progress is not None:
                    progress(self.rows_read, self._fraction())
        if batch:
            yield batch
        if progress is not None:
            progress(self.rows_read, 1.0)

    # -- problems ----------------------------------------------------------------------------
    def problem(self, row: Row | int, column: str, message: str) -> None:
        """Note a problem of a row (0: the file) and a column (its name; "": the row)."""
        if len(self.problems) >= self._max_problems:
            self.stopped = True
            return
        number = row if isinstance(row, int) else row.number
        self.problems.append(ImportProblem(number, self.labels.get(column, column), message))

    def finish(self) -> None:
        """Raise ImportFailed if anything was wrong (call it inside the transaction)."""
        if not self.rows_read and not self.problems:
            self.problem(0, "", "表格中没有数据行。")
        if self.problems:
            raise ImportFailed(sorted(self.problems, key=lambda p: p.row), stopped=self.stopped)


@contextmanager
def open_table(
    source: str | Path | IO[bytes],
    columns: Sequence[Column],
    *,
    name: str = "",
    max_rows: int = MAX_ROWS,
    max_problems: int = MAX_PROBLEMS,
    max_bytes: int | None = None,
) -> Iterator[Table]:
    """Open a path, a binary file or an upload as a table. Raises UnreadableTable.

    `name` is only used in messages. `max_bytes` bounds workbooks and uploads (default: the
    setting UPLOAD_MAX_MB); a CSV given as a path is streamed and bounded by `max_rows` alone.
    """
    stream, ours = files.opened(source)
    try:
        size = files.size_of(stream)
        kind = files.kind_of(stream)
        limit = max_bytes or settings.UPLOAD_MAX_MB * 1024 * 1024
        if size == 0:
            raise UnreadableTable("文件是空的，请重新选择。")
        if size > limit and not (ours and kind == "text"):
            raise UnreadableTable(
                f"文件有{size / 1048576:.0f}MB，超过{limit / 1048576:.0f}MB的上限。"
                "请拆分文件，或由管理员在服务器上用命令导入 CSV。"
            )
        known = headings_of(columns)
        if kind == "text":
            raw, fraction = files.csv_rows(stream, lambda cell: heading_key(cell) in known)
        else:
            raw, fraction = _best_sheet(stream, kind, known)
        yield Table(raw, columns, fraction=fraction, max_rows=max_rows, max_problems=max_problems)
    finally:
        if ours:
            stream.close()


def read_table(
    source: str | Path | IO[bytes], columns: Sequence[Column], *, name: str = ""
) -> list[Row]:
    """All rows of a small table. Raises UnreadableTable or ImportFailed."""
    with open_table(source, columns, name=name) as table:
        rows = list(table)
        table.finish()
    return rows


def _best_sheet(
    stream: IO[bytes], kind: str, known: Mapping[str, str]
) -> tuple[Iterator[list[Any]], Callable[[], float]]:
    """The rows of the sheet whose first rows hold most known headings."""
    best: tuple[int, Any] = (-1, None)
    for _name, load in files.workbook_sheets(stream, kind):
        sheet = load()
        rows = sheet.iter_rows()
        matched = 0
        for _, row in zip(range(HEADING_ROWS), rows, strict=False):
            matched = max(matched, sum(heading_key(cell) in known for cell in row))
        if matched > best[0]:
            best = (matched, sheet)
    if best[1] is None:
        raise UnreadableTable("工作簿中没有工作表。")
    sheet = best[1]
    total = sheet.end[0] + 1 if sheet.end else 1
    counter = {"read": 0}

    def rows_of() -> Iterator[list[Any]]:
        for row in sheet.iter_rows():
            counter["read"] += 1
            yield row

    return rows_of(), lambda: min(counter["read"] / total, 1.0)


def headings_of(columns: Iterable[Column]) -> Mapping[str, str]:
    """Every accepted way to write a heading → column name."""
    known: dict[str, str] = {}
    for column in columns:
        for heading in (column.label, *column.aliases, column.name):
            known.setdefault(heading_key(heading), column.name)
    return MappingProxyType(known)


_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")


def _is_blank(raw: list[Any]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip(BLANK)) for cell in raw)


def heading_key(cell: Any) -> str:
    """A heading without what differs from file to file: width, spaces, stars, brackets."""
    if not isinstance(cell, str) or len(cell) > 200:
        return ""
    plain = unicodedata.normalize("NFKC", cell).casefold()
    plain = _BRACKETS.sub("", plain)
    return re.sub(r"[\s*:：_\-\ufeff]+", "", plain)

"""A file of catalogue entries, read row by row: the official table and the plain one.

Nothing is looked up in the database here except the names of the fields, which the caller gives.
Problems name the row and the column; the caller decides what becomes of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings

from gongkai.catalogue.exchange.headings import find_header, plain_heading
from gongkai.catalogue.exchange.official import OfficialSheet
from gongkai.catalogue.exchange.plain import PLAIN_COLUMNS
from gongkai.catalogue.exchange.rows import RULE_NAMES, EntryRow, fill_rule
from gongkai.organs import imports
from gongkai.organs.imports import ImportProblem, UnreadableTable, files

EXTRA_SHEET: Final = "附加信息"
MAX_ROWS: Final = 20_000
_PLAIN_ONLY: Final = {plain_heading("事项编码"), plain_heading("item_code")}


@dataclass
class EntryTable:
    """What was read: rows that are sound, problems, warnings and headings passed over."""

    rows: list[EntryRow] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    kind: str = "official"


def read_entries(
    source: str | Path | IO[bytes],
    fields: Mapping[str, str],
    *,
    name: str = "",
    field_code: str = "",
    level: str = "",
) -> EntryTable:
    """Read a file. Raises UnreadableTable when it is no table of entries at all.

    `fields` are code → name of the known fields: a sheet of the official table belongs to the
    field that its name or caption names, else to `field_code`. `level` ("county", "township")
    holds where the table has no column for the level.
    """
    stream, ours = files.opened(source)
    try:
        sheets = list(_sheets(stream))
    finally:
        if ours:
            stream.close()
    official = [s for s in sheets if s.name != EXTRA_SHEET and find_header(s.rows) is not None]
    plain = [s for s in sheets if _is_plain(s.rows)]
    named = [s for s in plain if s.name != EXTRA_SHEET]
    if named and not [s for s in official if s not in named]:
        stream, ours = files.opened(source)
        try:
            return _complete(_read_plain(stream, name))
        finally:
            if ours:
                stream.close()
    if not official:
        raise UnreadableTable(
            "没有找到标准目录的表头。表头应有“公开事项（一级事项、二级事项）”“公开内容（要素）”"
            "“公开依据”“公开时限”“公开主体”等列。"
        )
    table = EntryTable()
    for sheet in official:
        _take_sheet(table, sheet, fields, field_code, level, many=len(official) > 1)
    extra = next((s for s in plain if s.name == EXTRA_SHEET), None)
    if extra is not None:
        _add_extra(table, extra)
    return _complete(table)


@dataclass
class _Sheet:
    name: str
    rows: list[list[Any]]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()


def _sheets(stream: IO[bytes]) -> Iterator[_Sheet]:
    size = files.size_of(stream)
    limit = settings.UPLOAD_MAX_MB * 1024 * 1024
    if size == 0:
        raise UnreadableTable("文件是空的，请重新选择。")
    if size > limit:
        raise UnreadableTable(
            f"文件有{size / 1048576:.0f}MB，超过{limit / 1048576:.0f}MB的上限，请拆分后再导入。"
        )
    kind = files.kind_of(stream)
    if kind == "text":
        lines, _ = files.csv_rows(stream, lambda cell: bool(plain_heading(cell)))
        yield _Sheet("", _limited(lines))
        return
    for name, load in files.workbook_sheets(stream, kind):
        sheet = load()
        rows = _limited(iter(sheet.to_python(skip_empty_area=False)))
        merged = tuple(sheet.merged_cell_ranges or ())
        for (top, left), (bottom, right) in merged:
            value = rows[top][left] if top < len(rows) and left < len(rows[top]) else None
            if value in (None, ""):
                continue
            for line in rows[top : bottom + 1]:
                line.extend([""] * (right + 1 - len(line)))
                line[left : right + 1] = [value] * (right + 1 - left)
        yield _Sheet(name, rows, merged)


def _limited(rows: Iterator[list[Any]]) -> list[list[Any]]:
    found = []
    for row in rows:
        found.append(list(row))
        if len(found) > MAX_ROWS:
            raise UnreadableTable(f"表格超过{MAX_ROWS:,}行，请按领域拆分后分次导入。")
    return found


def _is_plain(rows: list[list[Any]]) -> bool:
    """Whether one of the first rows is the heading of the plain table."""
    return any(
        _PLAIN_ONLY & (heads := {plain_heading(cell) for cell in row})
        and heads & {plain_heading("领域代码"), plain_heading("field_code")}
        for row in rows[: imports.table.HEADING_ROWS]
    )


def _read_plain(stream: IO[bytes], name: str) -> EntryTable:
    result = EntryTable(kind="plain")
    with imports.open_table(stream, PLAIN_COLUMNS, name=name, max_rows=MAX_ROWS) as table:
        for row in table:
            values = {key: row[key] for key in row if key in table.present}
            code, title = values.pop("field_code"), values.pop("field", "")
            if values.get("channels", 0) is None:
                values["channels"] = []
            result.rows.append(EntryRow(row.number, "", values, code, title))
        result.problems = list(table.problems)
        result.ignored = table.ignored
        if not result.rows and not result.problems:
            result.problems.append(ImportProblem(0, "", "表格中没有数据行。"))
    return result


def _take_sheet(
    table: EntryTable,
    sheet: _Sheet,
    fields: Mapping[str, str],
    field_code: str,
    level: str,
    *,
    many: bool,
) -> None:
    reader = OfficialSheet(sheet.rows, level=level, place=sheet.name if many else "")
    code = _field_of(sheet, reader.caption, fields) or field_code
    before = len(table.rows)
    for row in reader:
        row.field_code = code
        table.rows.append(row)
    table.problems += reader.problems
    table.warnings += reader.warnings
    table.ignored = tuple(dict.fromkeys([*table.ignored, *reader.ignored]))
    if len(table.rows) > before and not code:
        where = f"工作表“{sheet.name}”" if sheet.name else "表格"
        table.problems.append(
            ImportProblem(
                0,
                "",
                f"{where}没有写明属于哪个领域。请在工作表名称或表题中写上领域名称，或在页面上选择领域。",
            )
        )
    if len(table.rows) == before and not reader.problems and not many:
        table.problems.append(ImportProblem(0, "", "表格中没有数据行。"))


def _field_of(sheet: _Sheet, caption: str, fields: Mapping[str, str]) -> str:
    """The field that the sheet's name or the caption above the header names."""
    for text in (sheet.name, caption):
        plain = _key(text)
        best = ""
        for code, title in fields.items():
            key = _key(title)
            if key and key in plain and len(key) > len(_key(fields.get(best, ""))):
                best = code
        if best:
            return best
    return ""


def _key(text: str) -> str:
    return re.sub(r"[\s()、，,·]+", "", unicodedata.normalize("NFKC", text))


def _add_extra(table: EntryTable, sheet: _Sheet) -> None:
    """What the official table has no column for, from our own sheet, where it still fits.

    A row belongs to its line there by field, number and names. Its rule is taken over only while
    the text of 公开时限 is the same: whoever changed the text meant to change the rule.
    """
    heads = [plain_heading(cell) for cell in sheet.rows[0]]
    columns = {plain_heading(c.label): c for c in PLAIN_COLUMNS}
    known: dict[tuple[str, int | None, str, str], dict[str, Any]] = {}
    for line in sheet.rows[1:]:
        values: dict[str, Any] = {}
        for head, cell in zip(heads, line, strict=False):
            column = columns.get(head)
            if column is None or cell in (None, ""):
                continue
            try:
                values[column.name] = column.parse(cell)
            except ValueError:
                continue
        key = (
            values.get("field_code", ""),
            values.get("seq"),
            values.get("level1", ""),
            values.get("level2", ""),
        )
        known[key] = values
    for row in table.rows:
        values = row.values
        key = (row.field_code, values.get("seq"), values["level1"], values.get("level2", ""))
        extra = known.get(key)
        if extra is None:
            continue
        same_rule = extra.get("time_limit_text", "") == values.get("time_limit_text", "")
        for name in ("code", "pii_risk", "pii_rule", "coverage_test", "confidence"):
            values[name] = extra.get(name, "")
        if same_rule:
            for name in RULE_NAMES:
                default = "" if name in ("day_type", "trigger", "cycle_by") else None
                values[name] = extra.get(name, default)
            values["cycle"] = values["cycle"] or "event"
            row.rule_known = True


def _complete(table: EntryTable) -> EntryTable:
    """Rules that no column gives are read from the text of 公开时限, with warnings."""
    for row in table.rows:
        if not row.rule_known and "time_limit_text" in row.values:
            table.warnings += [f"{row.where}：{warning}" for warning in fill_rule(row.values)]
    return table

"""Reads a published report back: bytes → the cells of its tables, its text, and what was odd.

The stages, each in a module of its own: sources (bytes → neutral document), rows, the alignment of
rows with the forms, the placing of figures under columns, sections, identity, figures in the text,
and flags. Algorithm page: ``docs/algorithms/reading.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gongkai.reports.flags import Flag
from gongkai.reports.reading import notes
from gongkai.reports.reading.align import Alignment, align
from gongkai.reports.reading.document import Deadline, Document, NotAReport
from gongkai.reports.reading.figures import read_figures
from gongkai.reports.reading.forms import proactive_items, request_items
from gongkai.reports.reading.headings import TEXT_SECTIONS, heading_of
from gongkai.reports.reading.identity import complete, find_title, is_old_report
from gongkai.reports.reading.normalise import squash
from gongkai.reports.reading.proactive import evidence, read_proactive
from gongkai.reports.reading.remedies import read_remedies
from gongkai.reports.reading.requests import TableReading, read_requests
from gongkai.reports.reading.rows import FoundCell, FoundRow, found_rows
from gongkai.reports.reading.sections import find_parts
from gongkai.reports.reading.sniff import read_document
from gongkai.reports.reading.values import Kind, in_ten_thousands
from gongkai.reports.reading.words import table_words
from gongkai.statute.formats import (
    CellValue,
    ReportFormat,
    UnknownFormat,
    compose,
    format_for_year,
    format_ids,
)

SAME_IN_BOTH = "same in both"
#: A table is believed from this score on: two rows of table three, or three of table two.
LEAST_SCORE = 2.4
#: What a whole table reaches easily; below it a report with the old headings is an old report.
STRONG_SCORE = 9.0


@dataclass(slots=True)
class ReadReport:
    """A published report as read.

    ``cells`` holds the cells whose row and column exist in the file; ``None`` is a blank.
    ``formats``: table → format id (``None``: the table is not there); table four has one form.
    ``narrative``: the text of parts one, five and six (``None``: the part is not there).
    ``figures``: what part one and six state in words. ``printed``: cell → text, where a cell holds
    more or other than the plain number. ``units``: unit printed beside an amount.
    """

    issuer: str | None
    year: int | None
    title: str | None
    formats: dict[str, str | None]
    cells: dict[str, CellValue]
    narrative: dict[str, str | None]
    figures: dict[str, int | float] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    flags: list[Flag] = field(default_factory=list)

    @property
    def format(self) -> ReportFormat:
        """The format to check the report against, composed when its tables differ."""
        t2 = self.formats.get("t2")
        t3 = self.formats.get("t3")
        newest = format_ids()[-1]
        return compose(t2=t2 or t3 or newest, t3=t3 or t2 or newest)

    def as_json(self) -> dict[str, Any]:
        """The report as ``gongkai report read --json`` prints it; decimals become numbers."""
        return {
            "issuer": self.issuer,
            "year": self.year,
            "title": self.title,
            "formats": dict(self.formats),
            "cells": {cell: as_number(value) for cell, value in self.cells.items()},
            "narrative": dict(self.narrative),
            "figures": dict(self.figures),
            "printed": dict(self.printed),
            "flags": [flag.as_json() for flag in self.flags],
        }


def as_number(value: CellValue) -> int | float | None:
    """A figure as a JSON number."""
    return float(value) if isinstance(value, Decimal) else value


def read_report(data: bytes, filename: str = "") -> ReadReport:
    """The report in a file (text, Markdown, HTML, DOCX, XLSX, XLS, ODS, PDF, our JSON and XML).

    Raises ``NotAReport`` with a Chinese reason when the file cannot be read or is no annual
    report. Never changes a figure: what is printed is what is returned.
    """
    try:
        document = read_document(data, filename)
        return interpret(document, filename)
    except NotAReport:
        raise
    except (RecursionError, MemoryError, OverflowError) as problem:
        raise NotAReport("文件内容过于复杂，无法读取；请提供只含年度报告正文的文件。") from problem


def interpret(document: Document, filename: str = "") -> ReadReport:
    """The report in a neutral document."""
    deadline = Deadline()
    rows = found_rows(document, deadline)
    if not any(row.text.strip() for row in rows):
        raise NotAReport("文件里没有文字。")
    identity = find_title(rows, document.titles)
    found = _find_tables(rows, identity.year, deadline)
    readings = _read_tables(rows, found)
    if not readings or (found.strongest < STRONG_SCORE and is_old_report(rows)):
        raise NotAReport(_why_not(rows))
    tables = {name: (reading.start, reading.end) for name, reading in readings.items()}
    parts = find_parts(rows, tables, identity.title_row)
    identity = complete(identity, rows, parts, filename)
    report = ReadReport(
        issuer=identity.issuer,
        year=identity.year,
        title=identity.title,
        formats={
            "t2": found.t2_format if "t2" in readings else None,
            "t3": found.t3_format if "t3" in readings else None,
            "t4": SAME_IN_BOTH,
        },
        cells={},
        narrative={name: parts.texts.get(name) for name in TEXT_SECTIONS},
    )
    report.figures = read_figures(report.narrative)
    _take_cells(report, readings)
    report.flags = notes.all_notes(
        report,
        notes.Evidence(
            rows=rows,
            alignments={"t2": found.t2, "t3": found.t3},
            readings=readings,
            parts=parts,
            identity=identity,
            document=document,
            undetermined=found.undetermined,
        ),
    )
    return report


@dataclass(slots=True)
class _Tables:
    """Tables two and three where they were found, each under the format that fits it best.

    ``undetermined``: too little of table three is there to tell its format, and no table two.
    ``strongest``: the score of the best alignment of all, believed or not.
    """

    t2: Alignment | None = None
    t3: Alignment | None = None
    t2_format: str | None = None
    t3_format: str | None = None
    undetermined: bool = False
    strongest: float = 0.0


def _find_tables(rows: Sequence[FoundRow], year: int | None, deadline: Deadline) -> _Tables:
    """Align the rows with every format. A table that fits two equally well goes with the other
    table, and only where that does not help with the year."""
    t2 = {one: align(rows, proactive_items(one), deadline) for one in format_ids()}
    t3 = {one: align(rows, request_items(one), deadline) for one in format_ids()}
    found = _Tables(strongest=max(one.score for one in (*t2.values(), *t3.values())))
    has_t2, has_t3 = _is_there(rows, t2), _is_there(rows, t3)
    if has_t2:
        found.t2_format = _best(
            {name: evidence(rows, one, name) if one.score else 0.0 for name, one in t2.items()}
        )
    if has_t3:
        found.t3_format = _best({name: one.score for name, one in t3.items()})
    if has_t3 and found.t3_format is None:
        found.undetermined = found.t2_format is None
        found.t3_format = found.t2_format or _by_year(year)
    if has_t2 and found.t2_format is None:
        found.t2_format = found.t3_format or _by_year(year)
    found.t2 = t2[found.t2_format] if found.t2_format else None
    found.t3 = t3[found.t3_format] if found.t3_format else None
    return found


def _read_tables(rows: Sequence[FoundRow], found: _Tables) -> dict[str, TableReading]:
    """The cells of the tables that are there."""
    readings: dict[str, TableReading] = {}
    if found.t2 is not None and found.t2_format is not None:
        readings["t2"] = read_proactive(rows, found.t2, found.t2_format)
    if found.t3 is not None:
        above = readings["t2"].end if "t2" in readings else 0
        floor = above if above <= found.t3.start else 0
        readings["t3"] = read_requests(rows, found.t3, floor)
    # Table four alone is believed only under the headings of a report.
    if readings or _has_headings(rows):
        floor = max((reading.end for reading in readings.values()), default=0)
        remedies = read_remedies(rows, floor)
        if remedies is not None:
            readings["t4"] = remedies
    return readings


def _is_there(rows: Sequence[FoundRow], alignments: Mapping[str, Alignment]) -> bool:
    """Whether a table stands in the file: enough of its rows, and cells beside their labels."""
    best = max(alignments.values(), key=lambda one: one.score)
    return best.score >= LEAST_SCORE and _has_figures(rows, best)


def _best(scores: Mapping[str, float]) -> str | None:
    """The format that fits best; ``None`` when two fit equally well."""
    ordered = sorted(scores.items(), key=lambda one: -one[1])
    if ordered[0][1] <= 0:
        return None
    if len(ordered) > 1 and ordered[0][1] - ordered[1][1] < 0.05:
        return None
    return ordered[0][0]


def _by_year(year: int | None) -> str:
    """The format of a year, the newest where no year helps. Used only where the labels do not."""
    try:
        return format_for_year(year).id if year else format_ids()[-1]
    except UnknownFormat:
        return format_ids()[0]


def _has_figures(rows: Sequence[FoundRow], found: Alignment) -> bool:
    """Whether rows of the form stand in the file as rows (with figures or cells for them)."""
    return any(
        rows[number].values
        for match in found.matches
        if match.item.kind == "row"
        for number in match.rows
    )


def _has_headings(rows: Sequence[FoundRow]) -> bool:
    return sum(heading_of(row.text) is not None for row in rows if len(row.text) < 60) >= 2


def _why_not(rows: Sequence[FoundRow]) -> str:
    text = squash(" ".join(row.text for row in rows)[:200_000])
    about = "信息公开" in text
    if about and is_old_report(rows):
        return (
            "格式不识别：这像是2018年度及以前的信息公开年度报告（一、概述……），没有2019年起的三张法定表格，"
            "无法按现行格式读取。"
        )
    if about and ("年度报告" in text or "工作报告" in text or "年报" in text):
        if table_words(text):
            return (
                "格式不识别：文中提到年度报告的项目，但没有找到可读的表二、表三、表四"
                "（表格可能是图片或附件）；请提供含表格的文件。"
            )
        return (
            "格式不识别：没有找到政府信息公开工作年度报告的三张法定表格（表格可能是图片或附件）。"
        )
    return "这不是政府信息公开工作年度报告：没有找到报告的标题和三张法定表格。"


# --- cells -----------------------------------------------------------------------------------------


def _take_cells(report: ReadReport, readings: Mapping[str, TableReading]) -> None:
    """The cells in the order of the form, with the text printed where it says more."""
    placed: dict[str, FoundCell | None] = {}
    for reading in readings.values():
        placed |= {
            (cell_id if cell_id[:3] in ("t2.", "t3.", "t4.") else f"t4.{cell_id}"): cell
            for cell_id, cell in reading.cells.items()
        }
        report.units.update(reading.units)
    specs = report.format.cells
    order = [*(one for one in specs if one in placed), *(one for one in placed if one not in specs)]
    for cell_id in order:
        report.cells[cell_id] = _value(report, cell_id, placed[cell_id])


def _value(report: ReadReport, cell_id: str, cell: FoundCell | None) -> CellValue:
    if cell is None:
        return None
    value = cell.value
    if value.kind is not Kind.NUMBER:
        if value.printed:
            report.printed[cell_id] = value.printed
        return None
    if not value.plain:
        report.printed[cell_id] = value.printed
    number = value.number
    spec = report.format.cells.get(cell_id)
    if spec is None or spec.type != "decimal" or number is None:
        return number
    unit = value.unit if value.unit in ("元", "万元", "亿元") else report.units.get(cell_id, "")
    if unit and unit != "万元":
        report.printed.setdefault(cell_id, value.printed)
        report.units[cell_id] = unit
        return in_ten_thousands(number, unit)
    return number

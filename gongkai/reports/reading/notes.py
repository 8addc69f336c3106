"""What only a reader of a published file can notice: layout, labels, cells that resist reading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongkai.reports.flags import Flag, review_flags
from gongkai.reports.reading.align import Alignment
from gongkai.reports.reading.document import Document
from gongkai.reports.reading.identity import Identity
from gongkai.reports.reading.normalise import squash, tidy
from gongkai.reports.reading.requests import TableReading
from gongkai.reports.reading.rows import FoundRow
from gongkai.reports.reading.sections import Parts, signature_date
from gongkai.reports.reading.values import Kind
from gongkai.statute.formats import TABLE_NAMES, UnknownFormat, format_for_year

if TYPE_CHECKING:
    from gongkai.reports.reading.reader import ReadReport

_TITLES = {
    "s1": "一、总体情况",
    "s2": "二、主动公开政府信息情况",
    "s3": "三、收到和处理政府信息公开申请情况",
    "s4": "四、政府信息公开行政复议、行政诉讼情况",
    "s5": "五、存在的主要问题及改进情况",
    "s6": "六、其他需要报告的事项",
}
#: A day as sites print it; the first and the last of the year are the period counted.
_DAY = re.compile(r"20\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}")
_SOURCES = {
    "text": "正文",
    "file": "文件名",
    "date": "落款日期（按落款年份减一推断）",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the stages found, for the notes."""

    rows: Sequence[FoundRow]
    alignments: Mapping[str, Alignment | None]
    readings: Mapping[str, TableReading]
    parts: Parts
    identity: Identity
    document: Document
    undetermined: bool


def all_notes(report: ReadReport, evidence: Evidence) -> list[Flag]:
    """The reader's notes, then the questions that apply to any report."""
    flags = [
        *_identity(report, evidence),
        *_formats(report, evidence),
        *_rows(evidence),
        *_cells(report, evidence),
        *_parts(evidence),
    ]
    known = report.format.cells
    flags += review_flags(
        report.format,
        {cell: value for cell, value in report.cells.items() if cell in known},
        narrative=report.narrative,
        issuer=report.issuer,
        year=report.year,
        preamble=evidence.parts.preamble if evidence.parts.texts.get("s1") is not None else None,
    )
    return flags


def _identity(report: ReadReport, evidence: Evidence) -> Iterator[Flag]:
    if report.issuer is None:
        yield Flag("issuer_unknown", "没有找到发布机关的名称。")
    if report.year is None:
        yield Flag("year_unknown", "没有找到报告年度。")
    elif evidence.identity.source in _SOURCES:
        yield Flag(
            "year_inferred",
            f"标题里没有年度，{report.year}年取自{_SOURCES[evidence.identity.source]}，请核对。",
        )


def _formats(report: ReadReport, evidence: Evidence) -> Iterator[Flag]:
    t2, t3 = report.formats["t2"], report.formats["t3"]
    for table, name in TABLE_NAMES.items():
        if table not in evidence.readings:
            yield Flag("table_missing", f"没有找到{name}。")
    if t2 and t3 and t2 != t3:
        yield Flag(
            "mixed_formats",
            f"表二用的是{t2}年格式，表三用的是{t3}年格式：同一份报告混用了两种表样。",
        )
    if evidence.undetermined:
        yield Flag("format_undetermined", "表三读到的行太少，看不出用的是哪一种表样，按年度推定。")
    if report.year is None:
        return
    try:
        due = format_for_year(report.year).id
    except UnknownFormat as unknown:
        yield Flag("format_not_of_year", str(unknown))
        return
    wrong = [
        TABLE_NAMES[table] for table, used in (("t2", t2), ("t3", t3)) if used not in (None, due)
    ]
    if wrong:
        yield Flag(
            "format_not_of_year",
            f"{report.year}年度报告应使用{due}年格式，{'、'.join(wrong)}用的是另一种表样。",
        )


def _rows(evidence: Evidence) -> Iterator[Flag]:
    for table, found in evidence.alignments.items():
        if found is None:
            continue
        name = TABLE_NAMES[table]
        for number in found.extras:
            row = evidence.rows[number]
            labels = [cell.text for cell in row.labels if not cell.above]
            figures = "、".join(cell.value.printed for cell in row.values if cell.value.printed)
            yield Flag(
                "extra_row",
                f"{name}有表样以外的一行“{tidy(labels[-1]) if labels else '（无名称）'}”"
                f"（{figures}）：已另列，不计入单元格。",
            )
        for match in found.matches:
            cells = _cells_of(table, match.item.name, evidence)
            if match.item.kind != "row":
                continue
            if not match.ordered:
                yield Flag(
                    "row_order", f"{name}的“{tidy(match.printed)}”不在表样规定的位置。", cells
                )
            if match.likeness == 0.0:
                yield Flag(
                    "label_missing",
                    f"{name}有一行没有名称，按前后各行推定为“{match.item.variants[0]}”，请核对。",
                    cells,
                )
            elif match.likeness < 0.97:
                yield Flag(
                    "label_differs",
                    f"{name}的“{tidy(match.printed)}”与表样的名称不同，按“{match.item.variants[0]}”读取。",
                    cells,
                )


def _cells_of(table: str, row: str, evidence: Evidence) -> tuple[str, ...]:
    reading = evidence.readings.get(table)
    prefix = f"{table}.{row}."
    return tuple(cell for cell in reading.cells if cell.startswith(prefix)) if reading else ()


def _cells(report: ReadReport, evidence: Evidence) -> Iterator[Flag]:
    for table, reading in evidence.readings.items():
        name = TABLE_NAMES[table]
        for row, found in reading.unplaced.items():
            figures = "、".join(cell.value.printed for cell in found.values if cell.value.printed)
            yield Flag(
                "row_unplaced",
                f"{name}“{tidy(found.labels[-1].text) if found.labels else row}”一行的数字"
                f"（{figures}）少于列数，看不出各在哪一列，未读入。",
                _cells_of(table, row, evidence),
            )
        for row, loose in reading.loose.items():
            figures = "、".join(cell.value.printed for cell in loose)
            yield Flag(
                "figure_without_column",
                f"{name}有一行多出没有对应列的内容（{figures}），未读入。",
                _cells_of(table, row, evidence),
            )
        for row in reading.unsure:
            yield Flag(
                "merged_figure",
                f"{name}有一行的一个数字跨了几列，只记在第一列，请核对。",
                _cells_of(table, row, evidence),
            )
        if reading.broken:
            yield Flag(
                "figure_broken",
                f"{name}有{len(reading.broken)}个数字在格子里断成了两行，看不出是哪个数，未读入。",
                tuple(reading.broken),
            )
        if reading.unknown_columns:
            yield Flag("extra_column", f"{name}有表样以外的列，未读入。")
        for cell_id, cell in reading.cells.items():
            if cell is None:
                continue
            full = cell_id if cell_id.startswith(table) else f"{table}.{cell_id}"
            if cell.value.kind is Kind.TEXT:
                yield Flag(
                    "cell_unreadable",
                    f"{name}有一格印的是“{cell.value.printed}”，不是数字，按未填报处理。",
                    (full,),
                )
            elif cell.value.doubtful:
                yield Flag(
                    "figure_doubtful",
                    f"{name}有一格印的是“{cell.value.printed}”，读作 {report.cells[full]}，请核对。",
                    (full,),
                )
    for cell_id, unit in report.units.items():
        if unit != "万元" and report.cells.get(cell_id) is not None:
            yield Flag(
                "unit_converted",
                f"金额以{unit}为单位（{report.printed.get(cell_id, '')}），已换算为万元。",
                (cell_id,),
            )


def _dated(evidence: Evidence) -> bool:
    """Whether a date stands below the report, or above it as the day of its publication."""
    if signature_date(evidence.parts.ending)[0]:
        return True
    first = min(evidence.parts.starts.values(), default=0)
    text = squash(" ".join(row.text for row in evidence.rows[:first]))
    return any(not re.search(r"\D0?1\D0?1$|\D12\D31$", day) for day in _DAY.findall(text))


def _parts(evidence: Evidence) -> Iterator[Flag]:
    tables = {"s2": "t2", "s3": "t3", "s4": "t4"}
    for name, title in _TITLES.items():
        if name in evidence.parts.starts:
            continue
        if name in tables and tables[name] not in evidence.readings:
            continue  # said already: the table is missing
        yield Flag("section_missing", f"没有找到“{title}”这一部分的标题。")
    for collision in evidence.parts.collisions:
        yield Flag("numbering_collides", f"标题编号重复：{collision}。")
    if "s6" in evidence.parts.starts and not _dated(evidence):
        yield Flag("no_date", "没有成文日期。")
    for flag, message in evidence.document.notes:
        yield Flag(flag, message)

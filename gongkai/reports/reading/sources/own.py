"""Gongkai's own JSON and XML, so that what was downloaded can be checked again.

The files name their cells; they are turned into the same grids as any other source, so that one
reader decides what is a report.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lxml import etree

from gongkai.reports.reading.document import Block, Document, NotAReport, paragraph, place
from gongkai.reports.reading.sources.xmlsafe import attribute, local, parse
from gongkai.statute.formats import ReportFormat, UnknownFormat, compose

_HEADINGS = ("s1", "s2", "s3", "s4", "s5", "s6")


def read_own(text: str) -> Document | None:
    """The document of a file that Gongkai wrote; ``None`` when it is another JSON or XML."""
    start = text.lstrip("\ufeff \t\r\n")
    try:
        return _read_json(start) if start.startswith("{") else _read_xml(start)
    except UnknownFormat as unknown:
        raise NotAReport(str(unknown)) from unknown


def _read_json(text: str) -> Document | None:
    if '"gongkai-annual-report/' not in text[:2000]:
        return None
    try:
        # Figures keep the digits they are written with.
        data = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as problem:
        raise NotAReport("JSON 文件不完整或格式有误，无法读取。") from problem
    if not isinstance(data, dict):
        return None
    tables = _mapping(_mapping(data.get("format")).get("tables"))
    cells = _mapping(data.get("cells"))
    sections = {
        name: str(_mapping(section).get("text") or "")
        for name, section in _mapping(data.get("sections")).items()
    }
    return _document(str(data.get("title") or ""), tables, cells, sections, data.get("period"))


def _read_xml(text: str) -> Document | None:
    if "urn:gongkai:annual-report:" not in text[:3000]:
        return None
    root = parse(text.encode("utf-8", "replace").replace(b"encoding=", b"data-encoding=", 1))
    title, tables, period = "", {}, {}
    cells: dict[str, str | None] = {}
    sections: dict[str, str] = {}
    for element in root.iter():
        kind = local(element)
        if kind == "title":
            title = element.text or ""
        elif kind == "period":
            period = {name: attribute(element, name) for name in ("from", "to")}
        elif kind == "table":
            tables[attribute(element, "id") or ""] = attribute(element, "format") or ""
        elif kind == "cell":
            cells[attribute(element, "id") or ""] = element.text
        elif kind == "section":
            sections[attribute(element, "id") or ""] = "\n".join(
                _block(one) for one in element if local(one) == "block"
            )
    return _document(title, tables, cells, sections, period)


def _block(element: etree._Element) -> str:
    number = attribute(element, "number")
    return (f"{number}. " if number else "") + (element.text or "")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _document(
    title: str,
    tables: Mapping[str, Any],
    cells: Mapping[str, Any],
    sections: Mapping[str, str],
    period: Any,
) -> Document:
    t2, t3 = tables.get("t2"), tables.get("t3")
    if not isinstance(t2, str) or not isinstance(t3, str) or not cells:
        raise NotAReport("文件缺少报告格式或单元格，不是完整的年度报告数据。")
    fmt = compose(t2=t2, t3=t3)
    blocks: list[Block] = [paragraph(title, heading=True)]
    days = _mapping(period)
    if days.get("from"):
        blocks.append(paragraph(f"统计期限：{_day(days['from'])}至{_day(days.get('to'))}。"))
    grids = {"t2": _proactive(fmt, cells), "t3": _requests(fmt, cells), "t4": _remedies(fmt, cells)}
    for section in fmt.sections:
        blocks.append(paragraph(section.heading, heading=True))
        if section.table:
            blocks.append(place(grids[section.table]))
        else:
            blocks += [
                paragraph(one) for one in sections.get(section.id, "").split("\n") if one.strip()
            ]
    return Document("own", blocks, [title])


def _day(text: Any) -> str:
    parts = str(text or "").split("-")
    return (
        f"{parts[0]}年{int(parts[1])}月{int(parts[2])}日"
        if len(parts) == 3 and all(one.isdecimal() for one in parts)
        else ""
    )


Row = list[tuple[str, int, int]]


def _figure(cells: Mapping[str, Any], cell_id: str) -> tuple[str, int, int]:
    value = cells.get(cell_id)
    return (str(value) if isinstance(value, str | int | float) else "", 1, 1)


def _proactive(fmt: ReportFormat, cells: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for part in fmt.t2:
        rows.append([(part.label, 1, 4)])
        rows.append([(part.head, 1, 1), *((column.label, 1, 1) for column in part.columns)])
        for row in part.rows:
            ids = [f"t2.{row.id}.{column.id}" for column in part.columns]
            if any(cell_id in cells for cell_id in ids):
                rows.append([(row.label, 1, 1), *(_figure(cells, cell_id) for cell_id in ids)])
    return rows


def _requests(fmt: ReportFormat, cells: Mapping[str, Any]) -> list[Row]:
    columns = fmt.t3.columns
    rows: list[Row] = [[("", 1, 3), *((column.label, 1, 1) for column in columns)]]
    for row in fmt.t3.rows:
        ids = [f"t3.{row.id}.{column.id}" for column in columns]
        if any(cell_id in cells for cell_id in ids):
            heads = [(head, 1, 1) for head in row.path]
            label = (row.label, 1, 3 - len(heads))
            rows.append([*heads, label, *(_figure(cells, cell_id) for cell_id in ids)])
    return rows


def _remedies(fmt: ReportFormat, cells: Mapping[str, Any]) -> list[Row]:
    width = len(fmt.t4.columns)
    ids = [f"t4.{group.id}.{column.id}" for group in fmt.t4.groups for column in fmt.t4.columns]
    return [
        [(group.label, 1, width) for group in fmt.t4.groups],
        [(column.label, 1, 1) for _ in fmt.t4.groups for column in fmt.t4.columns],
        [_figure(cells, cell_id) for cell_id in ids],
    ]

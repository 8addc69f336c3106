"""The statutory formats of the annual report, as data (条例第四十九条、第五十条).

A format says which rows and columns the report's three tables have, what a cell holds and which
arithmetic relations (勾稽关系) its figures obey. Formats live in ``formats/*.json``; nothing in
the code knows a year. Published reports mix the formats table by table, so ``compose`` joins the
second table of one with the third of another.

Cell ids (``t2.<row>.<column>``, ``t3.<row>.<column>``, ``t4.<group>.<column>``) are the platform's
vocabulary: rooms count into them, renderers draw them, readers find them again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from gongkai.statute.format_files import read_format, with_cells
from gongkai.statute.format_types import (
    APPLICANT_KINDS,
    TABLE_NAMES,
    CellSpec,
    CellValue,
    Column,
    Constraint,
    Part,
    Relation,
    RemedyTable,
    ReportFormat,
    RequestTable,
    Row,
    Section,
    Severity,
    TableId,
    Term,
)

__all__ = [
    "APPLICANT_KINDS",
    "TABLE_NAMES",
    "CellSpec",
    "CellValue",
    "Column",
    "Constraint",
    "Part",
    "Relation",
    "RemedyTable",
    "ReportFormat",
    "RequestTable",
    "Row",
    "Section",
    "Severity",
    "TableId",
    "Term",
    "UnknownFormat",
    "compose",
    "fill_totals",
    "format_for_year",
    "format_ids",
    "get_format",
]


class UnknownFormat(LookupError):
    """No format of that name, or none for that year. The message is Chinese and says why."""


_FILES = files(__package__) / "formats"
_SEPARATOR = "/"


@cache
def format_ids() -> tuple[str, ...]:
    """The ids of all formats of the package, oldest first."""
    names = (entry.name for entry in _FILES.iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@cache
def get_format(format_id: str) -> ReportFormat:
    """The format of that id, also of a composed one (“2021/2019”: table two, table three).

    Raises ``UnknownFormat`` with a Chinese message.
    """
    if _SEPARATOR in format_id:
        t2, _, t3 = format_id.partition(_SEPARATOR)
        return compose(t2=t2, t3=t3)
    if format_id not in format_ids():
        known = "、".join(format_ids())
        raise UnknownFormat(f"没有名为“{format_id}”的年度报告格式，现有格式：{known}。")
    return read_format(json.loads((_FILES / f"{format_id}.json").read_text(encoding="utf-8")))


def format_for_year(year: int) -> ReportFormat:
    """The format in which the report on ``year`` must be made (国办公开办函〔2019〕60号, 〔2021〕30号).

    A format without a last year serves every later year until a newer one is added. Raises
    ``UnknownFormat`` for years before the first format.
    """
    for format_id in reversed(format_ids()):
        report_format = get_format(format_id)
        last_year = report_format.last_year
        if report_format.first_year <= year and (last_year is None or year <= last_year):
            return report_format
    first_year = min(get_format(format_id).first_year for format_id in format_ids())
    raise UnknownFormat(
        f"{year}年没有可用的年度报告格式：现行法定格式自{first_year}年度报告起适用，"
        f"请选择{first_year}年及以后的年度。"
    )


@cache
def compose(t2: str = "2021", t3: str = "2019", t4: str = "2021") -> ReportFormat:
    """A mixed format as found in published reports: table two of one, table three of another.

    Its constraints are those of table three's format; relations over cells that the other table
    two lacks stay undecided. Table four is the same in all formats, so ``t4`` changes nothing but
    the record of where it was found.
    """
    request_format, proactive_format = get_format(t3), get_format(t2)
    get_format(t4)
    if t2 == t3:
        return request_format
    newer = max(request_format, proactive_format, key=lambda one: one.first_year)
    return with_cells(
        id=f"{t2}{_SEPARATOR}{t3}",
        title=f"表二为{t2}年格式、表三为{t3}年格式的混合格式",
        basis=f"表二：{proactive_format.basis}；表三：{request_format.basis}",
        source=newer.source,
        mark=newer.mark,
        first_year=newer.first_year,
        last_year=newer.last_year,
        sections=newer.sections,
        t2=proactive_format.t2,
        t3=request_format.t3,
        t4=get_format(t4).t4,
        constraints=request_format.constraints,
        table_formats=MappingProxyType({"t2": t2, "t3": t3, "t4": t4}),
    )


def fill_totals(
    report_format: ReportFormat, cells: Mapping[str, CellValue]
) -> dict[str, CellValue]:
    """All cells of the format, derived ones computed from the leaves; blanks stay blank.

    A sum over leaves of which none is filled in is blank (``None``), not 0. Cells the format does
    not have are left out.
    """
    filled: dict[str, CellValue] = {cell_id: cells.get(cell_id) for cell_id in report_format.cells}
    for total, parts in _totals(report_format):
        values = parts(filled)
        if None in values:
            values = tuple(value for value in values if value is not None)
        filled[total] = sum(values) if values else None
    return filled


@cache
def _totals(report_format: ReportFormat) -> tuple[tuple[str, Callable[..., Any]], ...]:
    """(derived cell, getter of its parts), rows before columns: a total may be summed again."""
    sums: list[tuple[str, list[str]]] = []
    t3, t4 = report_format.t3, report_format.t4
    for row in t3.rows:
        if row.role in ("result", "flow"):
            leaves = [f"t3.{row.id}.{column.id}" for column in t3.leaf_columns]
            sums.append((f"t3.{row.id}.total", leaves))
    for column in t3.columns:
        results = [f"t3.{row.id}.{column.id}" for row in t3.result_rows]
        sums.append((f"t3.result_total.{column.id}", results))
    for group in t4.groups:
        leaves = [f"t4.{group.id}.{column.id}" for column in t4.leaf_columns]
        sums.append((f"t4.{group.id}.total", leaves))
    return tuple((total, itemgetter(*parts)) for total, parts in sums)

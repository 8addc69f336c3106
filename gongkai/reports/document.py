"""A report as it is handed out: what every renderer draws, without a database.

``ReportDocument`` holds the figures, the three written sections and the imprint. Its ``outline``
puts them in the order of the statutory form (国办公开办函〔2019〕60号、〔2021〕30号), once for all
renderers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from gongkai.reports.grid import Grid, tables
from gongkai.reports.richtext import Block, parse_blocks, printable
from gongkai.statute.constraints import Finding, evaluate
from gongkai.statute.formats import CellValue, ReportFormat, Section

#: Stands in place of a section in which nothing was written.
NOTHING_WRITTEN = "（本部分未填写）"

#: Characters of a title that fit on one line of an A4 page in its large type.
TITLE_WIDTH = 20

SCOPE_LABELS: Mapping[str, str] = {
    "own": "本机关",
    "aggregate": "汇总（本级机关、所属部门和下级政府）",
}


@dataclass(frozen=True)
class Part:
    """One section of the report: a heading with either a table or blocks of text under it."""

    section: Section
    grid: Grid | None
    blocks: tuple[Block, ...]

    @property
    def heading(self) -> str:
        return self.section.heading


@dataclass(frozen=True)
class ReportDocument:
    """What is rendered.

    ``cells``: figures by cell id, ``None`` where nothing was filled in; amounts in the unit of the
    cell. ``previous``: last year's figures (of any format), shown beside where the cell is the
    same. ``sections``: HTML of ``s1``, ``s5`` and ``s6``. ``period``: first and last day counted.
    ``published_on`` is ``None`` for a draft, which says so on every page. ``checksum`` is the SM3
    seal of the published version; ``correction_note`` says what a later version changed.
    """

    title: str
    issuer: str
    year: int
    format: ReportFormat
    scope: Literal["own", "aggregate"]
    cells: Mapping[str, CellValue]
    previous: Mapping[str, CellValue] | None = None
    sections: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""
    period: tuple[date, date] | None = None
    published_on: date | None = None
    version: int = 1
    checksum: str = ""
    correction_note: str = ""
    issuer_code: str = ""

    def __post_init__(self) -> None:
        for name in ("title", "issuer", "contact", "checksum", "correction_note", "issuer_code"):
            object.__setattr__(self, name, printable(getattr(self, name)))

    @cached_property
    def outline(self) -> tuple[Part, ...]:
        """The six sections in printed order."""
        grids = tables(self.format)
        return tuple(
            Part(
                section,
                grids[section.table] if section.table else None,
                () if section.table else parse_blocks(self.sections.get(section.id, "")),
            )
            for section in self.format.sections
        )

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the format's arithmetic says about the figures."""
        figures = {cell_id: self.cells.get(cell_id) for cell_id in self.format.cells}
        return tuple(evaluate(self.format, figures, previous=self.previous))

    def figure(self, cell_id: str) -> str:
        """The figure of a cell as printed; empty when it was not filled in."""
        return format_value(self.cells.get(cell_id))

    def previous_figure(self, cell_id: str) -> str:
        """Last year's figure of the same cell; empty when there is none."""
        return format_value((self.previous or {}).get(cell_id))

    @property
    def title_lines(self) -> tuple[str, ...]:
        """The title in print: a long one breaks after the name of the body."""
        rest = self.title.removeprefix(self.issuer)
        if len(self.title) <= TITLE_WIDTH or rest in ("", self.title):
            return (self.title,)
        return (self.issuer, rest)

    @property
    def period_days(self) -> tuple[date, date]:
        """First and last day counted: the calendar year unless said otherwise."""
        return self.period or (date(self.year, 1, 1), date(self.year, 12, 31))

    @property
    def period_text(self) -> str:
        first, last = self.period_days
        return f"{chinese_date(first)}至{chinese_date(last)}"

    @property
    def date_text(self) -> str:
        return chinese_date(self.published_on) if self.published_on else ""

    @property
    def imprint(self) -> tuple[tuple[str, str], ...]:
        """The lines under the title: what is counted, by which form, whom to ask."""
        lines = [
            ("编制依据", f"《中华人民共和国政府信息公开条例》；{self.format.basis}"),
            ("统计期限", self.period_text),
            ("统计范围", SCOPE_LABELS[self.scope]),
        ]
        if self.contact:
            lines.append(("联系方式", self.contact))
        return tuple(lines)

    @property
    def status_text(self) -> str:
        """Which version this is, in one line."""
        if self.published_on is None:
            return f"未发布稿（第{self.version}版）"
        return f"{self.date_text}发布，第{self.version}版"

    @property
    def stamped_on(self) -> date:
        """The date written into files: that of publication, else the first day to report."""
        return self.published_on or date(self.year + 1, 1, 1)


def format_value(value: CellValue) -> str:
    """A figure as printed: amounts with the decimals they are stored with, a blank as nothing."""
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def chinese_date(on: date) -> str:
    """2021年1月28日"""
    return f"{on.year}年{on.month}月{on.day}日"

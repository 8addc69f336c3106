"""Comparison of published figures: one body over the years, or its subordinates in one year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gongkai.portal import figures
from gongkai.portal.figures import Figure
from gongkai.reports.models import AnnualReport
from gongkai.statute.formats import CellValue

#: Beyond so many bodies a chart shows only the largest; the table has all.
BARS = 15


@dataclass(frozen=True)
class Entry:
    """One number of the table. ``there`` is false where the year's format has no such figure."""

    heading: str
    value: CellValue
    there: bool
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One figure over the years or over the bodies, with what it says."""

    figure: Figure
    entries: tuple[Entry, ...]
    finding: str
    remark: str = ""

    @property
    def chartable(self) -> bool:
        """A chart needs at least two numbers, and one that is not nought."""
        known = [entry.value for entry in self.entries if entry.value is not None]
        return len(known) > 1 and any(known)


def _entry(report: AnnualReport, figure: Figure, heading: str) -> Entry:
    return Entry(heading, figures.value_of(report, figure), figures.has(report, figure))


def over_years(reports: Sequence[AnnualReport], wanted: Sequence[Figure]) -> list[Line]:
    """One line a figure, one entry a report, oldest first."""
    lines = []
    for figure in wanted:
        entries = tuple(_entry(report, figure, str(report.year)) for report in reports)
        absent = [report.year for report in reports if not figures.has(report, figure)]
        remark = ""
        if absent:
            remark = _("%(years)s年的报告格式没有这一项。") % {"years": _spans(absent)}
        series = [
            (report.year, entry.value) for report, entry in zip(reports, entries, strict=True)
        ]
        lines.append(Line(figure, entries, figures.finding(figure, series), remark))
    return lines


def over_bodies(reports: Sequence[AnnualReport], wanted: Sequence[Figure], year: int) -> list[Line]:
    """One line a figure, one entry a body, in the order of the tree."""
    lines = []
    for figure in wanted:
        entries = tuple(_entry(report, figure, report.organ.label) for report in reports)
        known = [(entry.heading, entry.value) for entry in entries]
        lines.append(Line(figure, entries, figures.ranking_finding(figure, year, known)))
    return lines


def rows_by_body(
    reports: Sequence[AnnualReport],
    lines: Sequence[Line],
    address: Callable[[AnnualReport], str],
) -> list[tuple[AnnualReport, str, list[tuple[Line, Entry]]]]:
    """The same numbers with one row a body, for the table."""
    return [
        (report, address(report), [(line, line.entries[index]) for line in lines])
        for index, report in enumerate(reports)
    ]


def _spans(years: Sequence[int]) -> str:
    """2019、2020、2021、2023 → 2019—2021、2023."""
    spans: list[list[int]] = []
    for year in years:
        if spans and spans[-1][-1] == year - 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return "、".join(str(span[0]) if len(span) == 1 else f"{span[0]}—{span[-1]}" for span in spans)

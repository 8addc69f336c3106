"""What changed: between versions, since a return, since the figures were frozen."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from gongkai.reports import content
from gongkai.reports.figures import BuiltReport
from gongkai.reports.models import AnnualReport, State
from gongkai.reports.values import load, load_cells
from gongkai.statute.formats import CellSpec, CellValue, get_format


@dataclass(frozen=True)
class CellChange:
    """A cell that reads differently in two versions."""

    spec: CellSpec
    old: CellValue
    new: CellValue


@dataclass(frozen=True)
class SectionChange:
    """A section that reads differently: its paragraphs, each kept, taken out or put in."""

    id: str
    title: str
    lines: list[tuple[str, str]]


@dataclass(frozen=True)
class VersionDiff:
    """What changed between two versions."""

    cells: list[CellChange]
    sections: list[SectionChange]

    def __bool__(self) -> bool:
        return bool(self.cells or self.sections)


def diff_versions(
    old: AnnualReport, new: AnnualReport, new_cells: dict[str, CellValue] | None = None
) -> VersionDiff:
    """What the newer version says differently; ``new_cells`` for one that is still a draft."""
    old_format, new_format = get_format(old.format_id), get_format(new.format_id)
    before = load_cells(old_format, old.cells or {})
    after = new_cells if new_cells is not None else load_cells(new_format, new.cells or {})
    cells = [
        CellChange(spec, before.get(cell), after.get(cell))
        for cell, spec in new_format.cells.items()
        if before.get(cell) != after.get(cell)
    ]
    sections = []
    for section in new_format.sections:
        if section.kind != "text":
            continue
        lines = compare_text(old.sections.get(section.id, ""), new.sections.get(section.id, ""))
        if any(mark != " " for mark, _ in lines):
            sections.append(SectionChange(section.id, section.heading, lines))
    return VersionDiff(cells, sections)


def compare_text(old: str, new: str) -> list[tuple[str, str]]:
    """(mark, paragraph) pairs: " " kept, "-" taken out, "+" put in."""
    before, after = content.plain(old).splitlines(), content.plain(new).splitlines()
    lines = []
    for line in difflib.ndiff(before, after):
        if line[0] in " -+":
            lines.append((line[0], line[2:]))
    return lines


def changed_since_return(report: AnnualReport, live: BuiltReport) -> list[CellChange]:
    """Cells that differ from what was sent before the report was returned."""
    if report.state != State.RETURNED or not report.cells:
        return []
    before = load_cells(get_format(report.format_id), report.cells)
    return [
        CellChange(spec, before.get(cell), live.cells.get(cell))
        for cell, spec in live.format.cells.items()
        if before.get(cell) != live.cells.get(cell)
    ]


def moved_since_frozen(report: AnnualReport, live: BuiltReport) -> list[CellChange]:
    """Cells for which the records now say something else than when the report was sent."""
    if not report.is_frozen:
        return []
    kept = (report.evidence or {}).get("computed", {})
    report_format = get_format(report.format_id)
    return [
        CellChange(spec, load(kept.get(cell), spec), live.computed.get(cell))
        for cell, spec in report_format.cells.items()
        if cell in kept and load(kept[cell], spec) != live.computed.get(cell)
    ]

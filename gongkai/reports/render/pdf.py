"""The report as a tagged PDF with embedded typefaces, set by typst.

Text reaches typst as JSON data and is printed as strings; it is never part of the source, so a
paragraph beginning “0. ” or holding ``#``, ``$``, ``*`` stays what was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import typst

from gongkai.reports.document import NOTHING_WRITTEN, Part, ReportDocument
from gongkai.reports.grid import Grid, GridCell
from gongkai.reports.richtext import Block

FONTS = Path(__file__).parent.parent / "fonts"
_SOURCE = Path(__file__).with_name("report.typ")


def draw(document: ReportDocument) -> bytes:
    """The bytes of a PDF: PDF/UA-1 where the text allows it, else tagged all the same."""
    return set_in_type(_SOURCE, "report", _data(document))


def set_in_type(source: Path, name: str, data: dict[str, Any]) -> bytes:
    """A PDF of the typst file `source`, which reads `data` as the JSON text of the input `name`."""
    text = json.dumps(data, ensure_ascii=False)
    try:
        return _compile(source, name, text, "ua-1")
    except typst.TypstError:
        # The standard refuses characters that no embedded typeface has (emoji, rare variants).
        # A file with such a character is still printed, without the claim.
        return _compile(source, name, text, None)


def _compile(source: Path, name: str, text: str, standard: Literal["ua-1"] | None) -> bytes:
    return typst.compile(
        str(source),
        format="pdf",
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={name: text},
        pdf_standards=[standard] if standard else [],
    )


def _data(document: ReportDocument) -> dict[str, Any]:
    colophon = [document.status_text]
    if document.checksum:
        colophon.append(f"数据校验码（SM3）：{document.checksum}")
    stamp = document.stamped_on
    return {
        "title": document.title,
        "title-lines": document.title_lines,
        "issuer": document.issuer,
        "stamp": [stamp.year, stamp.month, stamp.day],
        "imprint": document.imprint,
        "correction": document.correction_note,
        "parts": [_part(document, part) for part in document.outline],
        "date": document.date_text,
        "colophon": colophon,
    }


def _part(document: ReportDocument, part: Part) -> dict[str, Any]:
    data: dict[str, Any] = {"heading": part.heading, "blocks": list(_blocks(part.blocks))}
    if part.grid:
        data["grid"] = _grid(document, part.grid)
    elif not part.blocks:
        data["blocks"] = [{"kind": "p", "runs": [_run(NOTHING_WRITTEN)]}]
    return data


def _blocks(blocks: tuple[Block, ...]) -> Iterator[dict[str, Any]]:
    deepest = 1
    for block in blocks:
        kind, level = block.kind, block.level
        if kind in ("h3", "h4"):
            # Levels of headings may not be skipped in a tagged file.
            level = deepest = min(2 if kind == "h3" else 3, deepest + 1)
        yield {
            "kind": "heading" if kind in ("h3", "h4") else kind,
            "level": level,
            "marker": block.marker,
            "runs": [_run(run.text, run.strong, run.emphasis) for run in block.runs],
        }


def _run(text: str, strong: bool = False, emphasis: bool = False) -> dict[str, Any]:
    return {"text": text, "strong": strong, "emphasis": emphasis}


def _grid(document: ReportDocument, grid: Grid) -> dict[str, Any]:
    """Bands of rows, each with the heads that repeat when it breaks across pages."""
    rows = [[_cell(document, grid, cell) for cell in row] for row in grid.rows()]
    bands = [{"head": rows[: grid.header_rows], "rows": []}] if grid.header_rows else []
    starts = (*grid.bodies, grid.row_count)
    for place, start in enumerate(grid.bodies):
        end = starts[place + 1]
        # A block of table two opens with its band and its heads.
        opening = sum(all(one.header for one in row) for row in grid.rows()[start:end])
        bands.append({"head": rows[start : start + opening], "rows": rows[start + opening : end]})
    return {"id": grid.table, "widths": grid.widths, "bands": bands}


def _cell(document: ReportDocument, grid: Grid, cell: GridCell) -> dict[str, Any]:
    return {
        "text": document.figure(cell.cell) if cell.cell else cell.text,
        "rowspan": cell.rowspan,
        "colspan": cell.colspan,
        "kind": cell.kind,
        "paired": cell.paired and grid.table != "t2",
    }

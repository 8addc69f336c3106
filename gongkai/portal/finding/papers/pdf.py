"""The document as a tagged PDF with embedded typefaces, set by typst: all text is data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gongkai.portal.finding.papers.blocks import Block, Table
from gongkai.portal.finding.papers.paper import Paper
from gongkai.reports.render.pdf import set_in_type
from gongkai.reports.richtext import Run, printable

_SOURCE = Path(__file__).with_name("paper.typ")


def draw(paper: Paper) -> bytes:
    """The bytes of a PDF; PDF/UA-1 where the text allows it."""
    return set_in_type(_SOURCE, "paper", _data(paper))


def _data(paper: Paper) -> dict[str, Any]:
    stamp = paper.stamped_on
    return {
        "title": printable(paper.title),
        "number": printable(paper.number),
        "issuers": printable(paper.issuers),
        "note": [printable(line) for line in paper.note],
        "notice": printable(paper.notice),
        "ended": paper.ended,
        "blocks": _blocks(paper.blocks),
        "attachments": [printable(name) for name in paper.attachments],
        "origin": [[term, printable(text)] for term, text in paper.origin],
        "stamp": [stamp.year, stamp.month, stamp.day],
    }


def _blocks(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = []
    deepest = 0
    for block in blocks:
        if isinstance(block, Table):
            drawn.append(_table(block))
            continue
        level = block.level
        if block.kind == "heading":
            # Levels of headings may not be skipped in a tagged file.
            level = deepest = min(level, deepest + 1)
        drawn.append(
            {
                "kind": block.kind,
                "level": level,
                "marker": block.marker,
                "align": block.align,
                "anchor": block.anchor,
                "runs": _runs(block.runs),
            }
        )
    return drawn


def _table(block: Table) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = [[] for _row in range(block.rows)]
    for cell in block.cells:
        rows[cell.row].append(
            {
                "runs": _runs(cell.runs),
                "rowspan": cell.rowspan,
                "colspan": cell.colspan,
                "header": cell.header,
                "align": cell.align,
            }
        )
    return {
        "kind": "table",
        "cols": block.cols,
        "caption": printable(block.caption),
        "head": rows[: block.head],
        "rows": rows[block.head :],
    }


def _runs(runs: tuple[Run, ...]) -> list[dict[str, Any]]:
    return [
        {"text": printable(run.text), "strong": run.strong, "emphasis": run.emphasis}
        for run in runs
    ]

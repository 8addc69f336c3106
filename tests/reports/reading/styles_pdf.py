"""PDF files, ruled and not, made with typst."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import typst

import gongkai.reports
from tests.reports.reading.specimens import Form, Specimen, parts

Style = Callable[[Specimen], tuple[bytes, str]]
FONTS = Path(gongkai.reports.__file__).parent / "fonts"

SOURCE = Path(__file__).with_name("report.typ")


@cache
def _compiler(source: Path) -> typst.Compiler:
    return typst.Compiler(str(source), font_paths=[str(FONTS)], ignore_system_fonts=True)


def _table(form: Form, *, repeat: bool) -> dict:
    widths = [1.0] * form.width
    if form.table == "t3":
        labels = form.width - 7
        widths[:labels] = [0.6, 1.4, 3.6]
    elif form.table == "t2":
        widths[0] = 1.6
    cells = sorted(form.cells, key=lambda cell: (cell.row, cell.col))
    head_rows = 3 if form.table == "t3" else 0
    return {
        "columns": widths,
        "repeat": repeat and form.table == "t3",
        "head": sum(cell.row < head_rows for cell in cells),
        "cells": [
            {
                "x": cell.col,
                "y": cell.row,
                "rowspan": cell.rowspan,
                "colspan": cell.colspan,
                "text": cell.text,
                "down": cell.kind == "group" and cell.col == 0,
                "center": cell.cell is not None,
            }
            for cell in cells
        ],
    }


def _pdf(
    report: Specimen,
    *,
    rules: str = "all",
    height: float = 297,
    flipped: bool = False,
    turned: bool = False,
    repeat: bool = False,
    size: float = 11,
    small: float = 8,
    inset: float = 4,
    source: Path = SOURCE,
) -> bytes:
    content = [
        {"kind": kind, "table": _table(one, repeat=repeat)}
        if isinstance(one, Form)
        else {"kind": kind, "text": one}
        for kind, one in parts(report)
    ]
    data = {
        "page": {"width": 900 if turned else 210, "height": height, "flipped": flipped},
        "parts": content,
        "rules": rules,
        "turned": turned,
        "size": size,
        "small": small,
        "inset": inset,
    }
    made = _compiler(source).compile(format="pdf", sys_inputs={"data": json.dumps(data)})
    assert isinstance(made, bytes)
    return made


def compiled(report: Specimen, source: Path) -> bytes:
    """A ruled PDF from another source than ``SOURCE``."""
    return _pdf(report, source=source)


def ruled(report: Specimen) -> tuple[bytes, str]:
    return _pdf(report), "report.pdf"


def ruled_over_short_pages(report: Specimen) -> tuple[bytes, str]:
    """Tables break across pages; the head of table three comes again on each."""
    return _pdf(report, height=150, repeat=True), "report.pdf"


def ruled_over_short_pages_once(report: Specimen) -> tuple[bytes, str]:
    """Tables break across pages; the head stands only on the first."""
    return _pdf(report, height=170, repeat=False), "report.pdf"


def open_sides(report: Specimen) -> tuple[bytes, str]:
    """No rules at the left and right of a table."""
    return _pdf(report, rules="open"), "report.pdf"


def rules_between_rows(report: Specimen) -> tuple[bytes, str]:
    return _pdf(report, rules="rows"), "report.pdf"


def unruled(report: Specimen) -> tuple[bytes, str]:
    return _pdf(report, rules="none"), "report.pdf"


def unruled_over_short_pages(report: Specimen) -> tuple[bytes, str]:
    return _pdf(report, rules="none", height=180), "report.pdf"


def landscape(report: Specimen) -> tuple[bytes, str]:
    return _pdf(report, flipped=True), "report.pdf"


def printed_sideways(report: Specimen) -> tuple[bytes, str]:
    """Text that runs upwards on an upright page."""
    return _pdf(report, turned=True), "report.pdf"


STYLES: dict[str, Style] = {
    style.__name__: style
    for style in (
        ruled,
        ruled_over_short_pages,
        ruled_over_short_pages_once,
        open_sides,
        rules_between_rows,
        unruled,
        unruled_over_short_pages,
        landscape,
        printed_sideways,
    )
}

"""The sources of the report's figures: what every room contributes in its ``facts.py``.

`reports` knows no room by name. It imports the ``facts`` module of every installed app, takes
its ``sources`` and asks each for rows (body, cell, value). Two kinds of ids may stand in a row:

* a leaf cell of the format (``t3.new.natural``): the figure goes into the table;
* a *measure* (``m.<name>``): a figure that no table asks for but the text does, such as the
  processing fees charged (``m.fee.amount``).

A cell may be claimed by one source only (system check ``reports.E001``); a leaf cell that no
source provides can only be declared, and is listed by `declared_only`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache

from django.apps import apps
from django.utils.module_loading import autodiscover_modules

from gongkai.statute.facts import FactSource, Measure
from gongkai.statute.formats import CellSpec, ReportFormat, format_ids, get_format

MEASURE = "m."


@cache
def all_sources() -> tuple[FactSource, ...]:
    """Every source of every installed room, in the order of the rooms."""
    autodiscover_modules("facts")
    found: list[FactSource] = []
    for config in apps.get_app_configs():
        module = sys.modules.get(f"{config.name}.facts")
        found.extend(getattr(module, "sources", ()))
    return tuple(found)


def sources_for(report_format: ReportFormat) -> tuple[FactSource, ...]:
    """The sources that fill a cell of this format, or bring a measure."""
    return tuple(source for source in all_sources() if source.cells(report_format))


def source_of(report_format: ReportFormat, cell: str) -> FactSource | None:
    """The source that counts this leaf cell (or measure), if there is one."""
    return _index(report_format).get(cell)


def spec_of(report_format: ReportFormat, cell: str) -> CellSpec | Measure | None:
    """What a cell or a measure with a name holds; None for an id that the format has not."""
    if cell in report_format.cells:
        return report_format.cells[cell]
    source = source_of(report_format, cell)
    return source.measures.get(cell) if source is not None else None


@cache
def sourced_cells(report_format: ReportFormat) -> frozenset[str]:
    """The leaf cells that some source counts: without a row they are 0, not blank."""
    return frozenset(cell for cell in _index(report_format) if not cell.startswith(MEASURE))


@cache
def measures(report_format: ReportFormat) -> frozenset[str]:
    """The measures that some source brings."""
    return frozenset(cell for cell in _index(report_format) if cell.startswith(MEASURE))


def declared_only(report_format: ReportFormat) -> tuple[CellSpec, ...]:
    """Cells that no record is counted into: the body states them or leaves them blank."""
    index = _index(report_format)
    return tuple(
        spec for cell, spec in report_format.cells.items() if not spec.derived and cell not in index
    )


@cache
def _index(report_format: ReportFormat) -> dict[str, FactSource]:
    return {
        cell: source
        for source in sources_for(report_format)
        for cell in source.cells(report_format)
    }


def problems(sources: Iterable[FactSource] | None = None) -> list[str]:
    """What is wrong with the contributions: a cell claimed twice, or one no format has."""
    contributed = tuple(all_sources() if sources is None else sources)
    found: list[str] = []
    for format_id in format_ids():
        report_format = get_format(format_id)
        claimed: dict[str, str] = {}
        for source in contributed:
            for cell in sorted(source.cells(report_format)):
                if cell in claimed:
                    found.append(
                        f"{format_id}年格式的单元格 {cell} 同时由“{claimed[cell]}”和"
                        f"“{source.name}”提供，每个单元格只能有一个来源。"
                    )
                elif not cell.startswith(MEASURE) and cell not in report_format.leaf_cells:
                    found.append(
                        f"“{source.name}”提供的 {cell} 不是{format_id}年格式可填报的单元格。"
                    )
                claimed.setdefault(cell, source.name)
    return found


def forget() -> None:
    """Discover anew at the next question (tests contribute sources of their own)."""
    for cached in (all_sources, _index, sourced_cells, measures):
        cached.cache_clear()

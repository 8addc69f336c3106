"""How figures are kept: as JSON without rounding, and as text for the checksum.

A count is an integer. An amount is a `Decimal` in the unit of its cell and is written as text
(``"37597.005"``), because JSON's numbers become binary fractions on the way back. A figure not
filled in is null and is never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from gongkai.statute.formats import CellSpec, CellValue, ReportFormat

Stored = int | str | None


def store(value: CellValue) -> Stored:
    """The value as it stands in a JSON column."""
    if value is None or isinstance(value, int):
        return value
    return plain(value)


def plain(value: Decimal) -> str:
    """A decimal without exponent and without zeros at its end: one spelling for one amount."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if text not in ("-0", "") else "0"


def load(stored: Any, spec: CellSpec | None = None) -> CellValue:
    """The value of a JSON column again; a text is a decimal amount."""
    if stored is None or (isinstance(stored, int) and not isinstance(stored, bool)):
        if spec is not None and spec.type == "decimal" and stored is not None:
            return Decimal(stored)
        return stored
    return Decimal(str(stored))


def store_cells(report_format: ReportFormat, cells: Mapping[str, CellValue]) -> dict[str, Stored]:
    """All cells of the format for a JSON column, in printed order."""
    return {cell: store(cells.get(cell)) for cell in report_format.cells}


def load_cells(report_format: ReportFormat, stored: Mapping[str, Any]) -> dict[str, CellValue]:
    """All cells of the format from a JSON column."""
    return {cell: load(stored.get(cell), spec) for cell, spec in report_format.cells.items()}


def as_number(value: Decimal | None, spec: CellSpec) -> CellValue:
    """A declared figure in the type of its cell: counts are integers, amounts bear no zeros."""
    if value is None:
        return None
    if spec.type == "int" and value == value.to_integral_value():
        return int(value)
    return Decimal(plain(value))


def parse_number(text: str) -> Decimal | None:
    """What a person typed as a figure; blank means not filled in.

    Accepts full-width digits, thousands separators and a sign. Raises ValueError otherwise.
    """
    cleaned = text.strip().translate(_WIDE).replace(",", "").replace(" ", "")
    if cleaned in ("", "/", "—", "-", "无"):
        return None
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite():
        raise ValueError(text)
    return number


_WIDE = str.maketrans("０１２３４５６７８９．，－＋", "0123456789.,-+")


def show(value: CellValue) -> str:
    """The figure as people read it in a sentence; a figure not filled in says so."""
    if value is None:
        return "未填报"
    if isinstance(value, int):
        return str(value)
    return plain(value)

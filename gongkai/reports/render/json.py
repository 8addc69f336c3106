"""The report as data: figures by cell id, text, and what the arithmetic says.

Amounts are written as JSON numbers with exactly the decimals they are stored with; a figure that
was not filled in is ``null``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gongkai.reports.document import ReportDocument, format_value
from gongkai.reports.richtext import plain_text
from gongkai.statute.formats import CellValue

#: Names the shape of the file; a change that breaks readers gets a new number.
SCHEMA = "gongkai-annual-report/1"


def draw(document: ReportDocument) -> bytes:
    """UTF-8 JSON with a line for each cell."""
    members = {key: _dump(value) for key, value in _head(document).items()}
    members["cells"] = _figures(
        {cell_id: document.cells.get(cell_id) for cell_id in document.format.cells}
    )
    if document.previous is not None:
        members["previous"] = _figures(document.previous)
    members["sections"] = _dump(_sections(document))
    members["constraints"] = _dump(_constraints(document))
    lines = ",\n".join(f"  {json.dumps(key)}: {value}" for key, value in members.items())
    return f"{{\n{lines}\n}}\n".encode()


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n  ")


def _figures(cells: Mapping[str, CellValue]) -> str:
    # json writes Decimal only as a binary fraction: the digits are put in as they are.
    lines = ",\n".join(
        f"    {json.dumps(cell_id)}: {format_value(value) or 'null'}"
        for cell_id, value in cells.items()
    )
    return f"{{\n{lines}\n  }}"


def _head(document: ReportDocument) -> dict[str, Any]:
    first, last = document.period_days
    return {
        "schema": SCHEMA,
        "title": document.title,
        "issuer": document.issuer,
        "issuer_code": document.issuer_code or None,
        "year": document.year,
        "scope": document.scope,
        "format": {
            "id": document.format.id,
            "basis": document.format.basis,
            "tables": dict(document.format.table_formats),
        },
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        "contact": document.contact or None,
        "version": document.version,
        "published_on": document.published_on.isoformat() if document.published_on else None,
        "checksum": {"algorithm": "SM3", "value": document.checksum} if document.checksum else None,
        "correction_note": document.correction_note or None,
    }


def _sections(document: ReportDocument) -> dict[str, Any]:
    return {
        part.section.id: {"heading": part.heading, "text": plain_text(part.blocks)}
        for part in document.outline
        if part.grid is None
    }


def _constraints(document: ReportDocument) -> list[dict[str, Any]]:
    return [
        {
            "id": finding.constraint,
            "kind": finding.kind,
            "severity": finding.severity,
            "status": finding.status,
            "message": finding.message,
        }
        for finding in document.findings
    ]

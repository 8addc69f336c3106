"""The worked example of docs/algorithms/annual-report.md is computed, not copied."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from gongkai.foi.models import ApplicantKind
from gongkai.reports import services
from gongkai.reports.build import build
from gongkai.statute.outcomes import OUTCOMES
from tests.factories.organs import make_organ
from tests.factories.reports import CONSOLE, add_requests, make_report

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "annual-report.md"
pytestmark = pytest.mark.django_db


def table(name: str) -> list[list[str]]:
    """The rows of the table that follows the marker of that name."""
    text = PAGE.read_text(encoding="utf-8").split(f"<!-- example: {name} -->")[1]
    lines = text.strip().splitlines()
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows[2:]


def test_the_example_counts_as_the_page_says() -> None:
    city = make_organ(name="市政府")
    organs = {
        "市政府": city,
        "教育局": make_organ(parent=city, name="教育局"),
        "水利局": make_organ(parent=city, name="水利局"),
        "税务局": make_organ(parent=city, name="税务局", vertical=True),
    }
    kinds = {kind.label: kind.value for kind in ApplicantKind}
    codes = {outcome.label: code for code, outcome in OUTCOMES.items()}
    requests = table("requests")
    assert len(requests) == 8
    for name, kind, received, decided, outcome in requests:
        add_requests(
            organs[name],
            kind=kinds[kind],
            received=date.fromisoformat(received),
            decided=date.fromisoformat(decided) if decided else None,
            outcome=codes[outcome] if outcome else "GRANT",
        )
    expected = {cell: int(number) for cell, number in table("cells")}

    built = build(city, 2021)

    for cell in built.format.table_cells("t3"):
        assert built.cells[cell] == expected.get(cell, 0), cell
    assert not built.violations

    report = make_report(organs["教育局"], 2021)
    services.declare_figure(CONSOLE, report, "t2.permit.decisions", 2, "省级系统办理。")
    assert build(organs["教育局"], 2021).cells["t2.permit.decisions"] == 2
    above = build(city, 2021).figure("t2.permit.decisions")
    assert (above.value, above.computed, above.adjustment) == (2, 0, 2)


def test_the_page_names_the_settings_and_constraints_it_speaks_of() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "REMEDY_CASES_COUNTED" in text
    assert re.search(r"A\.<单元格>", text)

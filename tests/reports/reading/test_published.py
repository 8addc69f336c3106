"""Published reports read exactly as their transcriptions say."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from gongkai.reports.reading import check_report, read_report

SHARED = Path(__file__).resolve().parents[4] / "shared"
REPORTS = SHARED / "reports"
FILES = (
    sorted(path for path in REPORTS.glob("*") if path.suffix in (".txt", ".html", ".pdf"))
    if REPORTS.exists()
    else []
)
YIMA = SHARED / "reference" / "yima-2020.txt"

pytestmark = pytest.mark.skipif(not FILES, reason="the published reports are not here")


def _sidecar(path: Path) -> dict:
    return json.loads(path.with_suffix(".json").read_text("utf-8"), parse_float=Decimal)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_published_report_reads_to_its_transcription(path):
    expected = _sidecar(path)
    read = read_report(path.read_bytes(), path.name)
    assert read.cells == expected["cells"]
    assert read.formats == expected["formats"]
    assert read.year == expected["year"]
    if read.narrative["s1"] is not None:  # two transcriptions are of tables only
        assert read.issuer == expected["issuer"]
        assert read.figures == {
            name: value
            for name, value in expected["narrative"].items()
            if name in ("requests_received", "reviews", "litigation", "handling_fee_yuan")
        }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_published_report_breaks_the_relations_its_transcription_names(path):
    expected = set(_sidecar(path)["constraints"]["failed"])
    read = read_report(path.read_bytes(), path.name)
    if read.narrative["s1"] is None:
        expected.discard("N.requests")  # the text that states the figure was left out
    assert {one.constraint for one in check_report(read).violations} == expected


@pytest.mark.skipif(not YIMA.exists(), reason="the reference is not here")
def test_yima_2020_reads_to_its_transcription_and_shows_its_oddities():
    expected = json.loads(YIMA.with_suffix(".json").read_text("utf-8"), parse_float=Decimal)
    read = read_report(YIMA.read_bytes(), YIMA.name)
    assert read.cells == expected["cells"]
    assert (read.issuer, read.year, read.title) == (
        expected["issuer"],
        expected["year"],
        expected["title"],
    )
    assert read.formats == {"t2": "2019", "t3": "2019", "t4": "same in both"}
    assert read.figures == {"requests_received": 0}
    assert read.narrative["s6"] == "无"
    found = {flag.id for flag in read.flags}
    assert {
        "parts_not_total",  # 5505 ≠ 2 + 450 + 979
        "points_announced",  # four announced, three listed
        "no_public_evaluation",  # only in the heading
        "no_normative_documents",
        "change_beyond_stock",
        "numbering_collides",
        "no_period",
        "no_contact",
        "no_date",
    } <= found
    stocks = [flag.cells for flag in read.flags if flag.id == "change_beyond_stock"]
    assert stocks == [
        ("t2.penalty.prev_items", "t2.penalty.change"),
        ("t2.coercion.prev_items", "t2.coercion.change"),
    ]


@pytest.mark.skipif(not YIMA.exists(), reason="the reference is not here")
def test_the_empty_form_reads_as_a_report_that_is_not_filled_in():
    blank = SHARED / "reference" / "blank-2021.docx"
    read = read_report(blank.read_bytes(), blank.name)
    assert len(read.cells) == 200
    assert set(read.cells.values()) == {None}
    assert read.formats["t2"] == read.formats["t3"] == "2021"

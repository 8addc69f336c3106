"""What the platform renders, it reads back: every kind of file, every mix of formats."""

from __future__ import annotations

import pytest

from gongkai.reports.reading import read_report
from gongkai.reports.render import EXTENSIONS, render
from tests.reports.render.documents import DOCUMENTS


@pytest.mark.parametrize("kind", EXTENSIONS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_rendered_report_reads_back_to_the_same_figures(name, kind):
    document = DOCUMENTS[name]
    read = read_report(render(document, kind), f"report.{kind}")
    assert read.cells == {cell: document.cells.get(cell) for cell in document.format.cells}
    assert read.issuer == document.issuer
    assert read.year == document.year
    assert read.title == document.title
    for table in ("t2", "t3"):
        assert read.formats[table] == document.format.table_formats[table]


@pytest.mark.parametrize("kind", EXTENSIONS)
def test_rendered_text_comes_back_under_its_headings(kind):
    document = DOCUMENTS["2021"]
    narrative = read_report(render(document, kind), f"report.{kind}").narrative
    assert narrative["s1"].strip() == "总体。"
    assert narrative["s5"].strip() == "问题。"
    assert narrative["s6"].startswith("未收取。")

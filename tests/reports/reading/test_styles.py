"""Every way of printing a report, for every mix of formats, reads to the same figures."""

from __future__ import annotations

import pytest

from gongkai.reports.reading import read_report
from tests.reports.reading import styles_html, styles_office, styles_pdf, styles_text
from tests.reports.reading.comparison import differences
from tests.reports.reading.specimens import MIXES, specimen

STYLES = {**styles_text.STYLES, **styles_html.STYLES, **styles_office.STYLES, **styles_pdf.STYLES}


@pytest.mark.parametrize("mix", MIXES, ids="/".join)
@pytest.mark.parametrize("style", STYLES)
def test_report_printed_in_this_style_reads_exactly(style, mix):
    """Given figures that are all different, when printed so, then each is read into its cell."""
    report = specimen(*mix)
    data, filename = STYLES[style](report)
    read = read_report(data, filename)
    assert differences(report, read) == {}
    assert read.formats == report.formats
    assert (read.issuer, read.year) == (report.issuer, report.year)
    assert read.title == report.title
    assert read.figures == {"requests_received": 37, "handling_fee_yuan": 0}
    assert ("mixed_formats" in {flag.id for flag in read.flags}) == (mix[0] != mix[1])


@pytest.mark.parametrize("style", STYLES)
def test_text_of_the_parts_is_kept_and_nothing_else(style):
    report = specimen("2021", "2021")
    data, filename = STYLES[style](report)
    narrative = read_report(data, filename).narrative
    squeezed = {name: "".join((text or "").split()) for name, text in narrative.items()}
    assert squeezed["s1"] == "".join(report.text("s1"))
    if style != "a_sheet_a_table":  # there part five stands on the first sheet, before the tables
        assert squeezed["s5"] == "".join(report.text("s5"))
    assert squeezed["s6"] == "".join(report.text("s6"))

"""Reports with everything that published reports have wrong with them."""

from __future__ import annotations

import itertools

import pytest

from gongkai.reports.reading import read_report
from tests.reports.reading import styles_html, styles_office, styles_pdf, styles_text
from tests.reports.reading.blemishes import BLEMISHES
from tests.reports.reading.comparison import differences, flag_ids, wrong
from tests.reports.reading.specimens import MIXES, specimen

LIGHT = {**styles_text.STYLES, **styles_html.STYLES}
HEAVY = {**styles_office.STYLES, **styles_pdf.STYLES}

#: Styles in which what the blemish prints is lost in the file itself: a blank that leaves no trace,
#: a figure broken over lines in a column without rules.
WRAPPING = {"rules_between_rows", "unruled", "unruled_over_short_pages"}
SPACED = {"layout_narrow", "layout_wide", "preformatted"}
LOST = {
    "empty_columns": {"label_and_figures"},
    "empty_figures_here_and_there": {"label_and_figures", *WRAPPING},
    "thousands": WRAPPING,
    "notes_beside_figures": {*WRAPPING, *SPACED},
    "spaces_inside": SPACED,
    "sub_rows": {"label_and_figures"},  # “其中：行政确认 900” might as well be a sentence
}
OVERPRINTED = {("notes_beside_figures", style) for style in SPACED}


def _mix(*names: str) -> tuple[str, str]:
    """A mix of formats that is the same on every run."""
    return MIXES[sum(map(ord, "".join(names))) % len(MIXES)]


def _pairs(styles, blemishes):
    return [
        pytest.param(style, blemish, id=f"{style}-{blemish}")
        for style, blemish in itertools.product(styles, blemishes)
        if style not in LOST.get(blemish, ())
    ]


def _check(style, blemish, styles):
    report = specimen(*_mix(style, blemish))
    BLEMISHES[blemish](report)
    data, filename = styles[style](report)
    read = read_report(data, filename)
    assert differences(report, read) == {}
    assert read.formats == report.formats
    assert report.flags <= flag_ids(read)


@pytest.mark.parametrize(("style", "blemish"), _pairs(LIGHT, BLEMISHES))
def test_blemished_text_or_page_reads_exactly(style, blemish):
    _check(style, blemish, LIGHT)


@pytest.mark.parametrize(
    ("style", "blemish"),
    # Each blemish in a few of the slower styles, all of them in turn.
    [pair for number, pair in enumerate(_pairs(HEAVY, BLEMISHES)) if number % 3 == 0],
)
def test_blemished_word_excel_or_pdf_reads_exactly(style, blemish):
    _check(style, blemish, HEAVY)


@pytest.mark.parametrize(
    ("style", "blemish"),
    [
        pytest.param(style, blemish, id=f"{style}-{blemish}")
        for blemish, styles in LOST.items()
        for style in sorted(styles)
        if (blemish, style) not in OVERPRINTED
    ],
)
def test_figure_that_cannot_be_placed_is_left_out_and_said_so(style, blemish):
    """Given a file that lost where a figure stood, then no figure is read into a wrong cell."""
    report = specimen(*_mix(style, blemish))
    BLEMISHES[blemish](report)
    data, filename = {**LIGHT, **HEAVY}[style](report)
    read = read_report(data, filename)
    assert wrong(report, read) == {}
    unread = [
        cell for cell, (printed, _) in differences(report, read).items() if printed is not None
    ]
    if unread:
        assert flag_ids(read) & {
            "row_unplaced",
            "extra_row",
            "figure_without_column",
            "figure_broken",
        }

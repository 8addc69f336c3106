"""Blemishes in any combination, figures of any size, files of any damage."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gongkai.reports.reading import read_report
from tests.reports.reading import styles_html, styles_office, styles_pdf, styles_text
from tests.reports.reading.blemishes import BLEMISHES
from tests.reports.reading.comparison import differences, outcome
from tests.reports.reading.specimens import MIXES, specimen

GRIDS = {
    name: style
    for name, style in {**styles_text.STYLES, **styles_html.STYLES}.items()
    if name
    in (
        "tab_before_each_cell",
        "pipes_around",
        "markdown",
        "markdown_without_outer_pipes",
        "tab_separated_dense",
        "spans",
        "blanks_for_spans",
        "spans_lost",
        "one_span_per_word",
        "whole_site",
        "split_tables",
        "tables_in_cells",
        "one_table_for_everything",
    )
}
LABELS = (
    "half_width",
    "spaces_inside",
    "ideographic_comma",
    "circled_numbering",
    "no_numbering",
    "misprints",
    "short_forms",
    "logical_relation",
)
FIGURES = (
    "full_width_figures",
    "units",
    "blanks",
    "empty_figures_here_and_there",
    "all_zero",
    "signs",
)
STRUCTURE = ("extra_row", "sub_rows", "missing_row", "columns_in_another_order", "no_total_column")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    style=st.sampled_from(sorted(GRIDS)),
    mix=st.sampled_from(MIXES),
    structure=st.sampled_from((None, *STRUCTURE)),
    label=st.sampled_from((None, *LABELS)),
    figure=st.sampled_from((None, *FIGURES)),
    scale=st.sampled_from((1, 10, 997, 123_457)),
)
def test_any_combination_of_blemishes_reads_exactly(style, mix, structure, label, figure, scale):
    # Without numbers and with 总计 read as 合计 nothing is left of some labels.
    assume(not (label == "no_numbering" and structure == "missing_row"))
    report = specimen(*mix)
    for cell, value in list(report.cells.items()):
        report.set(cell, str(value * scale), value * scale)
    for name in (structure, label, figure):
        if name:
            BLEMISHES[name](report)
    data, filename = GRIDS[style](report)
    assert differences(report, read_report(data, filename)) == {}


FILES = [
    style(specimen("2021", "2019"))
    for style in (
        styles_text.layout_wide,
        styles_html.whole_site,
        styles_office.word,
        styles_office.one_sheet,
        styles_pdf.ruled,
        styles_pdf.unruled,
    )
]


def _refused_or_read(data: bytes, filename: str) -> None:
    reason = outcome(data, filename)
    assert reason is None or any("\u4e00" <= char <= "\u9fff" for char in reason)


@pytest.mark.parametrize("number", range(len(FILES)))
@pytest.mark.parametrize("seed", range(6))
def test_damaged_file_is_read_or_refused_in_words(number, seed):
    data, filename = FILES[number]
    chance = random.Random(seed)
    place = chance.randrange(len(data))
    other = chance.randrange(len(data))
    _refused_or_read(data[:place], filename)
    _refused_or_read(data[:place] + chance.randbytes(200) + data[place:], filename)
    _refused_or_read(data[: min(place, other)] + data[max(place, other) :], filename)
    broken = bytearray(data)
    for _ in range(50):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    _refused_or_read(bytes(broken), filename)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=2000), st.sampled_from(["a.txt", "a.html", "a.pdf", "a.docx", "a.csv", ""])
)
def test_any_bytes_are_read_or_refused_in_words(data, filename):
    _refused_or_read(data, filename)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "行政许可",
                "规章",
                "（七）总计",
                "3.其他",
                "0",
                "5",
                "/",
                "|",
                "\t",
                "\n",
                "<td>",
                "</table>",
                "<table>",
                "结果维持",
                "行政复议",
                "四、结转下年度继续办理",
                " ",
                "自然人",
                "总计",
                "第二十条第（一）项",
            ]
        ),
        max_size=120,
    )
)
def test_any_heap_of_words_of_a_report_is_read_or_refused(pieces):
    _refused_or_read("".join(pieces).encode(), "report.txt")

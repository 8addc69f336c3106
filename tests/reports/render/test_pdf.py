"""PDF：文字只作数据，字体嵌入，带标签，每个数字在表样规定的行列上。"""

import re
from dataclasses import replace

import pypdfium2
import pytest

from gongkai.reports.document import ReportDocument
from gongkai.reports.grid import tables
from gongkai.reports.render import render
from gongkai.statute.formats import ReportFormat, compose, get_format
from tests.reports.render.documents import NASTY, distinct, yima

FORMATS = [get_format("2019"), get_format("2021"), compose("2021", "2019")]


def text_of(data: bytes) -> str:
    """All pages' text without the line breaks of typesetting."""
    pages = pypdfium2.PdfDocument(data)
    return "".join(page.get_textpage().get_text_range() for page in pages)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.id)
def test_every_figure_stands_in_the_row_and_column_of_the_form(fmt: ReportFormat) -> None:
    document = distinct(fmt)
    places: dict[str, tuple[int, float, float]] = {}
    for number, page in enumerate(pypdfium2.PdfDocument(render(document, "pdf"))):
        text = page.get_textpage()
        for cell_id in fmt.cells:
            found = text.search(document.figure(cell_id), match_whole_word=True).get_next()
            if found:
                start, count = found
                boxes = [text.get_charbox(start + index) for index in range(count)]
                centre = (boxes[0][0] + boxes[-1][2]) / 2
                places[cell_id] = (number, centre, boxes[0][1])
    assert set(places) == set(fmt.cells)
    for table, grid in tables(fmt).items():
        # Where each column and each row of the grid is drawn, from left to right, top to bottom.
        columns: dict[tuple[int, int], set[int]] = {}
        rows: dict[int, set[tuple[int, int]]] = {}
        for cell in grid.cells:
            if cell.cell:
                page_number, x, y = places[cell.cell]
                columns.setdefault((cell.col, cell.colspan), set()).add(round(x))
                rows.setdefault(cell.row, set()).add((page_number, round(-y)))
        assert all(max(xs) - min(xs) <= 2 for xs in columns.values()), table
        in_order = [min(columns[key]) for key in sorted(columns) if key[1] == 1]
        assert in_order == sorted(set(in_order))
        assert all(len(ys) == 1 for ys in rows.values()), table
        drawn = [next(iter(rows[row])) for row in sorted(rows)]
        assert drawn == sorted(set(drawn))


def test_all_figures_of_yima_2020_are_printed_in_order() -> None:
    text = text_of(render(yima(), "pdf"))
    table = text[text.index("二、主动公开政府信息情况") : text.index("三、收到和处理")]
    table = re.sub(r"— \d+ —", "", table)
    numbers = re.findall(r"\d+(?:\.\d+)?", table)
    document = yima()
    assert numbers == [document.figure(cell) for cell in document.format.table_cells("t2")]


def test_text_is_data_and_never_source() -> None:
    text = squeezed(text_of(render(yima(), "pdf")))
    assert squeezed(NASTY) in text
    assert "=1+1" in text
    assert "1.甲项" in text
    assert "其中重点和强调。" in text


@pytest.mark.parametrize(
    "start", ["0. 甲", "- 甲", "+ 甲", "= 甲", "/ 甲", "#甲", "$甲", "<甲>", "@甲"]
)
def test_a_paragraph_may_begin_with_any_sign(start: str) -> None:
    escaped = start.replace("<", "&lt;")
    document = replace(yima(), sections={"s1": f"<p>{escaped}乙丙</p>"})
    assert squeezed(start + "乙丙") in squeezed(text_of(render(document, "pdf")))


def test_the_fonts_are_embedded_and_the_file_is_tagged_and_titled() -> None:
    data = render(yima(), "pdf")
    assert set(re.findall(rb"/FontName */[A-Z]{6}\+(\w+)", data)) <= {
        b"NotoSansSC",
        b"NotoSerifSC",
    }
    pdf = pypdfium2.PdfDocument(data)
    assert pdf.is_tagged()
    assert pdf.get_metadata_value("Title") == yima().title
    assert pdf.get_metadata_value("Author") == "义马市人民政府"
    assert [round(size) for size in pdf[0].get_size()] == [595, 842]
    fonts = {
        item.get_font().get_base_name()
        for page in pdf
        for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
    }
    assert fonts
    assert all("NotoS" in name for name in fonts)


def test_the_headings_are_an_outline_to_move_by() -> None:
    pdf = pypdfium2.PdfDocument(render(yima(), "pdf"))
    titles = [item.get_title() for item in pdf.get_toc()]
    assert [title for title in titles if title[1] == "、"] == [p.heading for p in yima().outline]


def test_pages_are_numbered_as_on_official_documents() -> None:
    pdf = pypdfium2.PdfDocument(render(yima(), "pdf"))
    for number, page in enumerate(pdf, start=1):
        assert f"—{number}—" in squeezed(page.get_textpage().get_text_range())


def test_each_table_stays_on_one_page(document: ReportDocument) -> None:
    pages = [
        squeezed(page.get_textpage().get_text_range())
        for page in pypdfium2.PdfDocument(render(document, "pdf"))
    ]
    (page,) = [text for text in pages if "申请人情况" in text]
    assert "三、收到和处理政府信息公开申请情况" in page
    assert "四、结转下年度继续办理" in page


def test_a_character_no_font_has_costs_the_claim_but_not_the_report() -> None:
    document = replace(yima(), sections={"s1": "<p>甲😀乙</p>"})
    assert "乙" in text_of(render(document, "pdf"))
    assert b"pdfuaid" in render(yima(), "pdf")
    assert b"pdfuaid" not in render(document, "pdf")


def test_a_draft_says_that_it_is_not_published() -> None:
    draft = text_of(render(replace(yima(), published_on=None, checksum=""), "pdf"))
    assert "未发布稿（第1版）" in squeezed(draft)
    assert "2021年1月28日" not in squeezed(draft)


def test_headings_in_the_text_may_skip_a_level() -> None:
    document = replace(yima(), sections={"s1": "<h4>甲</h4><h3>乙</h3><h4>丙</h4><p>丁</p>"})
    assert b"pdfuaid" in render(document, "pdf")

"""Word 文件：合并单元格、表头重复、字体和页面按公文格式（GB/T 9704）。"""

from dataclasses import replace
from io import BytesIO

import docx
from docx.oxml.ns import qn

from gongkai.reports.document import ReportDocument
from gongkai.reports.render import render
from tests.reports.render.documents import NASTY, expected_tables, yima


def read(document: ReportDocument) -> docx.document.Document:
    return docx.Document(BytesIO(render(document, "docx")))


def test_every_cell_stands_where_the_form_has_it(document: ReportDocument) -> None:
    tables = [
        [[cell.text for cell in row.cells] for row in table.rows] for table in read(document).tables
    ]
    assert tables == list(expected_tables(document).values())


def test_merged_cells_are_one_cell_in_every_place() -> None:
    table = read(yima()).tables[1]
    rows = [row.cells for row in table.rows]
    assert rows[0][3]._tc is rows[0][9]._tc
    assert rows[1][4]._tc is rows[1][8]._tc
    assert rows[0][0]._tc is rows[2][2]._tc
    group = {id(rows[row][0]._tc) for row in range(5, 25)}
    assert len(group) == 1
    assert rows[7][1]._tc is rows[14][1]._tc
    assert rows[14][1]._tc is not rows[15][1]._tc


def test_every_row_fills_the_whole_width() -> None:
    for table in read(yima()).tables:
        total = sum(column.width for column in table.columns)
        for row in table._tbl.tr_lst:
            assert sum(cell.width for cell in row.tc_lst) == total
            assert sum(cell.grid_span for cell in row.tc_lst) == len(table.columns)


def test_header_rows_repeat_and_no_row_breaks_across_pages() -> None:
    tables = read(yima()).tables
    repeated = [
        [row._tr.find(f"./{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.rows]
        for table in tables
    ]
    assert [sum(rows) for rows in repeated] == [0, 3, 3]
    assert repeated[1][:3] == [True, True, True]
    for table in tables:
        for row in table.rows:
            assert row._tr.find(f"./{qn('w:trPr')}/{qn('w:cantSplit')}") is not None


def test_the_page_is_a4_with_the_margins_of_an_official_document() -> None:
    section = read(yima()).sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round(size.mm) for size in sizes] == [210, 297, 37, 28]
    footer = section.footer._element.xml
    assert " PAGE " in footer


def test_the_typefaces_of_the_standard_are_named_for_chinese_text() -> None:
    styles = read(yima()).styles
    named = {
        name: styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Normal", "Title", "Heading 1", "Heading 2")
    }
    assert named == {"Normal": "仿宋", "Title": "宋体", "Heading 1": "黑体", "Heading 2": "楷体"}
    language = styles["Normal"].element.rPr.find(qn("w:lang"))
    assert language.get(qn("w:eastAsia")) == "zh-CN"


def test_the_text_is_what_was_written() -> None:
    paragraphs = [paragraph.text for paragraph in read(yima()).paragraphs]
    assert NASTY in paragraphs
    assert "=1+1" in paragraphs
    assert "1.\t甲项" in paragraphs
    assert "•\t乙项之一" in paragraphs
    assert "其中重点和强调。" in paragraphs
    headings = [p.text for p in read(yima()).paragraphs if p.style.name == "Heading 1"]
    assert headings == [part.heading for part in yima().outline]
    assert paragraphs[-4:] == [
        "义马市人民政府",
        "2021年1月28日",
        "2021年1月28日发布，第1版",
        "数据校验码（SM3）：" + "0123456789abcdef" * 4,
    ]


def test_a_later_version_says_what_it_corrects_and_a_draft_that_it_is_one() -> None:
    draft = replace(yima(), correction_note="更正表三。", published_on=None, version=2, checksum="")
    paragraphs = [paragraph.text for paragraph in read(draft).paragraphs]
    assert "更正说明：更正表三。" in paragraphs
    assert paragraphs[-2:] == ["义马市人民政府", "未发布稿（第2版）"]


def test_the_file_says_whose_report_it_is() -> None:
    properties = read(yima()).core_properties
    assert properties.title == yima().title
    assert properties.author == "义马市人民政府"
    assert properties.language == "zh-CN"

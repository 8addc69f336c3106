"""网页版：表样的跨行跨列、表头的指向、上年数、明细链接，任何文字都不成为代码。"""

from dataclasses import replace

import pytest
from lxml import html as lxml_html

from gongkai.reports.document import ReportDocument
from gongkai.reports.render import render
from gongkai.reports.render.html import fragment
from gongkai.statute.formats import get_format
from tests.reports.render.documents import NASTY, distinct, expected_tables, with_blanks, yima


def rectangle(table) -> list[list[str]]:
    """An HTML table laid out as a browser does."""
    grid: dict[tuple[int, int], str] = {}
    for row, line in enumerate(table.iter("tr")):
        column = 0
        for cell in line:
            while (row, column) in grid:
                column += 1
            for down in range(int(cell.get("rowspan", 1))):
                for right in range(int(cell.get("colspan", 1))):
                    assert (row + down, column + right) not in grid
                    grid[row + down, column + right] = cell.text_content()
    rows, columns = (max(place) + 1 for place in zip(*grid, strict=True))
    return [[grid[row, column] for column in range(columns)] for row in range(rows)]


def test_every_cell_stands_where_the_form_has_it(document: ReportDocument) -> None:
    page = lxml_html.fromstring(render(document, "html").decode())
    tables = page.findall(".//table")
    assert [rectangle(table) for table in tables] == list(expected_tables(document).values())
    figures = {td.get("data-cell"): td.text_content() for td in page.findall(".//td[@data-cell]")}
    assert figures == {cell_id: document.figure(cell_id) for cell_id in document.format.cells}


def test_heads_say_what_they_name() -> None:
    page = lxml_html.fromstring(fragment(yima()))
    scopes = {th.text_content(): th.get("scope") for th in page.iter("th")}
    assert scopes["法人或其他组织"] == "colgroup"
    assert scopes["自然人"] == "col"
    assert scopes["（三）不予公开"] == "rowgroup"
    assert scopes["1.属于国家秘密"] == "row"
    assert all(th.get("scope") for th in page.iter("th"))
    t3 = page.findall(".//table")[1]
    assert len(t3.findall("thead/tr")) == 3
    assert t3.find("caption").text == "收到和处理政府信息公开申请情况"


def test_text_written_by_people_never_becomes_markup() -> None:
    attack = '"><script>alert(1)</script>'
    document = replace(yima(), title=attack, issuer=attack, contact=attack, correction_note=attack)
    page = lxml_html.fromstring(fragment(document))
    assert not page.findall(".//script")
    assert page.find(".//h1").text_content() == attack
    paragraphs = [p.text_content() for p in page.iter("p")]
    assert NASTY in paragraphs
    assert f"更正说明：{attack}" in paragraphs


def test_headings_and_lists_of_the_text_keep_their_structure() -> None:
    page = lxml_html.fromstring(fragment(yima(), level=2))
    assert [h.text for h in page.iter("h2")] == [yima().title]
    assert next(h.text for h in page.iter("h3")) == "一、总体情况"
    assert [h.text for h in page.iter("h4")] == ["（一）主动公开"]
    assert [h.text for h in page.iter("h5")] == ["存在问题"]
    (ordered,) = page.iter("ol")
    assert [li.text for li in ordered.findall("li")] == ["甲项", "乙项"]
    assert ordered.find("li[2]/ul/li").text == "乙项之一"
    assert page.find(".//blockquote/p").text == "引文一段"


def test_last_years_figure_is_shown_beside_but_is_no_text_of_the_cell() -> None:
    previous = {"t3.new.natural": 5, "t3.new.total": None}
    document = replace(distinct(get_format("2021")), previous=previous)
    page = lxml_html.fromstring(fragment(document, previous=True))
    cells = {td.get("data-cell"): td for td in page.findall(".//td[@data-cell]")}
    assert cells["t3.new.natural"].get("data-previous") == "上年 5"
    assert cells["t3.new.natural"].text_content() == document.figure("t3.new.natural")
    assert cells["t3.new.total"].get("data-previous") is None
    assert "data-previous" not in fragment(document)


def test_a_figure_opens_its_records_only_where_the_caller_says_so() -> None:
    document = with_blanks(get_format("2021"))
    page = lxml_html.fromstring(
        fragment(document, link=lambda cell: f"/x?c={cell}&y=1" if cell.startswith("t3") else None)
    )
    links = {a.get("href"): a.get("aria-label") for a in page.findall(".//table//a")}
    filled = [cell for cell in document.format.table_cells("t3") if document.figure(cell)]
    assert list(links) == [f"/x?c={cell}&y=1" for cell in filled]
    assert links[f"/x?c={filled[0]}&y=1"] == f"{document.figure(filled[0])}，查看明细"


def test_a_cell_not_filled_in_is_empty_and_says_so_to_screen_readers() -> None:
    page = lxml_html.fromstring(fragment(with_blanks(get_format("2021"))))
    cells = {td.get("data-cell"): td for td in page.findall(".//td[@data-cell]")}
    blank, filled = cells["t2.regulation.issued"], cells["t2.regulation.repealed"]
    assert (blank.text_content(), blank.get("aria-label")) == ("", "未填报")
    assert filled.get("aria-label") is None


def test_a_remark_on_a_cell_is_a_mark_with_its_words() -> None:
    remarks = {"t3.new.total": "比上年增加“两倍”"}
    page = lxml_html.fromstring(fragment(distinct(get_format("2021")), note=remarks.get))
    (mark,) = page.findall(".//span[@class='gk-note']")
    assert mark.get("aria-label") == mark.get("title") == "比上年增加“两倍”"
    assert mark.getparent().get("data-cell") == "t3.new.total"


def test_the_page_for_printing_needs_nothing_from_elsewhere() -> None:
    page = render(yima(), "html").decode()
    assert page.startswith("<!DOCTYPE html>")
    assert "@page { size: A4" in page
    assert "<link" not in page
    assert "http" not in page
    assert "数据校验码（SM3）：<code>0123456789abcdef" in page


@pytest.mark.parametrize("sections", [{}, {"s6": "<p> </p>"}])
def test_a_section_without_text_says_that_nothing_was_written(sections: dict[str, str]) -> None:
    page = lxml_html.fromstring(fragment(replace(yima(), sections=sections)))
    assert [p.text for p in page.findall(".//p[@class='gk-report__empty']")] == [
        "（本部分未填写）"
    ] * 3


def test_a_draft_says_that_it_is_not_published() -> None:
    draft = fragment(replace(yima(), published_on=None, checksum="", version=2))
    page = lxml_html.fromstring(draft)
    assert page.find(".//p[@class='gk-report__status']").text == "未发布稿（第2版）"
    assert page.find(".//time") is None
    published = lxml_html.fromstring(fragment(yima()))
    assert published.find(".//time").get("datetime") == "2021-01-28"

"""Comparison: every number in the table, a sentence for every chart, null never 0."""

import pytest

from tests.factories.organs import make_organ
from tests.portal.factories import publish


def row(page, name: str) -> list[str]:
    for line in page.css("#figures tbody tr"):
        if line.css_first("th").text().startswith(name):
            return [cell.text().strip() for cell in line.css("td")]
    raise AssertionError(name)


def test_figures_stand_year_by_year_oldest_first(published_city, read):
    page = read("/reports/411281/compare/")
    heads = [head.text() for head in page.css("#figures thead th")][1:]
    assert heads == ["2020", "2021", "2022"]
    assert row(page, "新收公开申请") == ["0", "12", "31"]
    assert row(page, "行政许可决定") == ["5,292", "400", "500"]


def test_a_figure_the_format_lacks_is_not_nought(published_city, read):
    page = read("/reports/411281/compare/")
    assert row(page, "行政事业性收费金额") == ["格式无此项", "0", "4,068.208"]
    cell = page.css_first('td[data-figure="t2.fee.amount"]')
    assert cell.attributes["data-value"] == ""
    chart = page.css_first('figure[data-figure="t2.fee.amount"]')
    assert "2020年的报告格式没有这一项" in chart.text()


def test_a_figure_not_filled_in_is_not_nought_either(city, read):
    publish(city.top, 2021, {"t2.permit.decisions": None})
    publish(city.top, 2022, {"t2.permit.decisions": 5})
    page = read("/reports/411281/compare/")
    assert row(page, "行政许可决定") == ["未填", "5"]


def test_every_chart_is_named_by_its_finding(published_city, read):
    page = read("/reports/411281/compare/", figure="t3.new.total")
    canvas = page.css_first(".canvas")
    caption = page.css_first(f"#{canvas.attributes['aria-labelledby']}")
    assert canvas.attributes["role"] == "img"
    assert caption.text().strip() == "2020—2022年，新收公开申请由0件增至31件"


def test_charts_are_drawn_from_the_numbers_of_the_table(published_city, read):
    page = read("/reports/411281/compare/", figure="t3.new.total")
    cells = page.css('#figures td[data-figure="t3.new.total"]')
    points = [(cell.attributes["data-heading"], cell.attributes["data-value"]) for cell in cells]
    assert points == [("2020", "0"), ("2021", "12"), ("2022", "31")]


def test_the_reader_chooses_the_figures(published_city, client, read):
    response = client.get(
        "/reports/411281/compare/", {"figure": ["t4.review.total", "t2.coercion.decisions", "x"]}
    )
    page_names = [
        head.split()[0]
        for head in (line.text() for line in read_html(response).css("#figures tbody th"))
    ]
    assert page_names == ["行政复议案件", "行政强制决定"]
    ticked = [box.attributes["value"] for box in read_html(response).css("input[checked]")]
    assert sorted(ticked) == ["t2.coercion.decisions", "t4.review.total"]


def read_html(response):
    from selectolax.lexbor import LexborHTMLParser

    return LexborHTMLParser(response.content.decode())


def test_more_than_a_dozen_figures_are_cut_and_the_page_says_so(published_city, client):
    from gongkai.portal.figures import catalogue

    response = client.get("/reports/411281/compare/", {"figure": list(catalogue())[:20]})
    page = read_html(response)
    assert len(page.css("#figures tbody tr")) == 12
    assert "一次最多比较12项" in page.css_first(".notice").text()


def test_bodies_are_compared_within_a_year(published_city, read):
    publish(published_city.justice, 2022, {"t3.new.natural": 10})
    page = read("/reports/411281/compare/", by="bodies", figure="t3.new.total")
    assert [head.text() for head in page.css("#figures tbody th")] == ["市公安局", "市司法局"]
    assert (
        "2022年新收公开申请最多的是市公安局，30件，占各机关合计的75%"
        in page.css_first("figcaption").text()
    )


@pytest.mark.parametrize("year", ["1999", "abc", ""])
def test_a_year_without_reports_falls_back_to_the_newest(published_city, read, year):
    page = read("/reports/411281/compare/", by="bodies", year=year)
    assert page.css_first("select[name=year] option[selected]").text() == "2022"


def test_a_body_without_subordinates_has_no_second_tab(published_city, read):
    assert read("/reports/411281-004/compare/").css_first(".tabs") is None


def test_one_report_makes_a_table_and_no_chart(published_city, read):
    page = read("/reports/411281-004/compare/")
    assert page.css_first(".chart") is None
    assert page.css_first("script[src*=echarts]") is None
    assert row(page, "新收公开申请") == ["30"]


def test_a_body_that_never_published_is_not_found_with_its_reason(city, client):
    response = client.get("/reports/411281/compare/")
    assert response.status_code == 404
    assert "没有公布过年度报告" in response.content.decode()


@pytest.mark.parametrize("query", [{}, {"by": "bodies"}])
def test_comparison_costs_the_same_with_one_body_and_with_fifty(
    published_city, client, django_assert_num_queries, query
):
    address = "/reports/411281/compare/"
    client.get(address, query)
    with django_assert_num_queries(4 if query else 3):
        client.get(address, query)
    for _ in range(50):
        publish(make_organ(parent=published_city.top), 2022)
    with django_assert_num_queries(4 if query else 3):
        client.get(address, query)

"""The list of all published reports."""

from tests.factories.organs import make_organ
from tests.portal.factories import publish


def titles(page) -> list[str]:
    return [link.text() for link in page.css(".list tbody th a")]


def test_newest_year_first_then_in_the_order_of_the_tree(published_city, read):
    assert titles(read("/reports/")) == [
        "义马市人民政府2022年政府信息公开工作年度报告",
        "义马市公安局2022年政府信息公开工作年度报告",
        "义马市人民政府2021年政府信息公开工作年度报告",
        "义马市人民政府2020年政府信息公开工作年度报告",
    ]


def test_year_and_body_narrow_the_list_and_stay_chosen(published_city, read):
    page = read("/reports/", year="2022", organ="411281-004")
    assert titles(page) == ["义马市公安局2022年政府信息公开工作年度报告"]
    chosen = [option.text() for option in page.css("option[selected]")]
    assert chosen == ["2022（2）", "义马市公安局"]


def test_each_row_offers_every_file(published_city, read):
    row = read("/reports/", year="2020").css_first(".list tbody tr")
    files = [link.attributes["href"] for link in row.css(".files a")]
    assert files == [
        f"/reports/411281/2020/annual-report.{extension}"
        for extension in ("pdf", "docx", "xlsx", "json", "xml")
    ]
    assert "2021-03-20" in row.text()


def test_a_file_link_names_its_report_for_those_who_cannot_see_the_row(published_city, read):
    link = read("/reports/", year="2020").css_first(".files a")
    assert link.text() == "PDF 义马市人民政府2020年政府信息公开工作年度报告"


def test_bodies_are_grouped_by_kind_governments_first(published_city, read):
    publish(
        make_organ(parent=published_city.top, kind="subdistrict", name="千秋路街道办事处"), 2022
    )
    groups = [group.attributes["label"] for group in read("/reports/").css("optgroup")]
    assert groups == ["人民政府", "政府部门", "街道办事处"]


def test_only_bodies_with_a_published_report_are_offered(published_city, read):
    names = [option.text() for option in read("/reports/").css("optgroup option")]
    assert names == ["义马市人民政府", "义马市公安局"]


def test_with_hundreds_of_bodies_the_reader_types_part_of_a_name(published_city, read, monkeypatch):
    monkeypatch.setattr("gongkai.portal.forms.MANY", 1)
    monkeypatch.setattr("gongkai.portal.views.reports.MANY", 1)
    page = read("/reports/", name="公安")
    assert page.css_first("select[name=organ]") is None
    assert page.css_first("input[name=name]").attributes["value"] == "公安"
    assert titles(page) == ["义马市公安局2022年政府信息公开工作年度报告"]


def test_a_year_without_reports_explains_itself_and_keeps_the_rest(published_city, read):
    page = read("/reports/", year="1999", organ="411281")
    assert "没有这一年度的报告" in page.css_first(".wrong").text()
    assert "没有符合条件的报告" in page.css_first(".empty").text()
    assert page.css_first("option[selected][value='411281']") is not None


def test_an_empty_list_says_when_reports_are_due(db, read):
    assert "1月31日" in read("/reports/").css_first(".empty").text()


def test_twenty_a_page_and_the_question_stays_in_the_address(city, read):
    for year in range(2021, 2024):
        for _ in range(15):
            publish(make_organ(parent=city.top), year)
    page = read("/reports/", page="2")
    assert len(titles(page)) == 20
    assert page.css_first(".pages [aria-current]").text() == "2"
    last = read("/reports/", year="2022", page="999")
    assert len(titles(last)) == 15
    assert page.css_first("a[rel=next]").attributes["href"] == "?page=3"


def test_a_page_number_that_is_none_shows_the_first(published_city, read):
    assert len(titles(read("/reports/", page="<script>"))) == 4


def test_a_corrected_report_is_listed_once_and_marked(city, read):
    first = publish(city.top, 2021)
    publish(city.top, 2021, supersedes=first, change_note="更正行政许可数量")
    page = read("/reports/")
    assert len(titles(page)) == 1
    assert page.css_first(".mark").text() == "更正第2版"


def test_a_shortened_address_leads_to_the_bodys_reports(published_city, client):
    response = client.get("/reports/411281-004/")
    assert response["Location"] == "/reports/?organ=411281-004"


def test_the_list_costs_the_same_with_one_report_and_with_a_full_page(
    city, client, django_assert_num_queries
):
    publish(city.top, 2022)
    client.get("/reports/")
    with django_assert_num_queries(4):
        client.get("/reports/")
    for _ in range(50):
        publish(make_organ(parent=city.top), 2022)
    with django_assert_num_queries(4):
        client.get("/reports/")


def test_a_page_of_the_list_stays_within_its_budget(city, client):
    for _ in range(50):
        publish(make_organ(parent=city.top), 2022)
    assert len(client.get("/reports/").content) < 100_000

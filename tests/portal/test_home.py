"""The start page: one click to a report, figures that lead to their data."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.factories.organs import make_organ
from tests.portal.factories import publish


def test_it_speaks_of_the_whole_site_not_of_reports_alone(published_city, read, client):
    page = read("/")
    assert page.css_first("h1").text() == "政府信息公开"
    lead = page.css_first(".lead").text()
    assert "主动公开的政府信息" in lead
    assert "年度报告" in lead
    description = page.css_first('meta[name="description"]').attributes["content"]
    assert "主动公开的政府信息" in description
    client.cookies["django_language"] = "en"
    english = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "<h1>Government information disclosure</h1>" in english


def test_one_click_opens_the_report_of_2020(published_city, read):
    links = [link.attributes["href"] for link in read("/").css(".entry a")]
    assert "/reports/411281/2020/" in links


def test_the_newest_report_of_the_highest_government_is_the_big_entrance(published_city, read):
    publish(published_city.justice, 2023)
    entrance = read("/").css_first(".latest")
    assert "义马市人民政府2022年政府信息公开工作年度报告" in entrance.text()
    assert entrance.css_first("h2 a").attributes["href"] == "/reports/411281/2022/"


def test_figures_say_how_they_moved_and_lead_to_their_data(published_city, read):
    figure = read("/").css_first(".figure")
    assert figure.css_first(".value").text().strip() == "31件"
    assert figure.css_first(".change").text() == "比上年增加19件"
    assert (
        figure.css_first("a").attributes["href"] == "/reports/411281/compare/?figure=t3.new.total"
    )
    assert (
        figure.css_first("svg").attributes["aria-label"] == "2020—2022年，新收公开申请由0件增至31件"
    )


def test_a_figure_not_filled_in_is_left_out_and_not_shown_as_nought(city, read):
    publish(city.top, 2022, {"t2.permit.decisions": None, "t2.penalty.decisions": 3})
    names = [link.text() for link in read("/").css(".figure a")]
    assert "行政处罚决定" in names
    assert "行政许可决定" not in names


def test_the_sum_stands_for_the_year_where_the_office_alone_published_too(city, read):
    publish(city.top, 2022, {"t3.new.natural": 1}, scope="own")
    publish(city.top, 2022, {"t3.new.natural": 31}, scope="aggregate")
    assert read("/").css_first(".figure .value").text().strip() == "31件"


def test_recent_reports_come_newest_first(published_city, read):
    late = datetime(2026, 5, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    publish(published_city.justice, 2019, published_at=late)
    first = read("/").css_first(".list tbody tr")
    assert "义马市司法局2019年" in first.text()


def test_an_empty_site_says_so(db, read):
    page = read("/")
    assert "还没有公布年度报告" in page.css_first(".empty").text()
    assert page.css_first(".figures") is None


def test_a_draft_is_nowhere(city, read):
    from gongkai.reports.models import AnnualReport

    AnnualReport.objects.create(organ=city.top, year=2022, scope="aggregate", format_id="2021")
    assert "还没有公布年度报告" in read("/").css_first(".empty").text()


def test_the_start_page_costs_the_same_with_one_body_and_with_fifty(
    city, client, django_assert_num_queries
):
    publish(city.top, 2022)
    client.get("/")
    with django_assert_num_queries(4):
        client.get("/")
    for _ in range(50):
        publish(make_organ(parent=city.top), 2022)
    with django_assert_num_queries(4):
        client.get("/")


@pytest.mark.parametrize("demo", [False, True])
def test_demo_logins_are_shown_in_demo_mode_only(published_city, read, settings, demo):
    settings.DEMO = demo
    if demo:
        pytest.importorskip("gongkai.demo.urls")
        settings.ROOT_URLCONF = "tests.portal.demo_urls"
    page = read("/")
    assert ("演示登录" in page.text()) is demo
    assert (page.css_first(".demo-notice") is not None) is demo

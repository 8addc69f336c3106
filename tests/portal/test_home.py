"""The start page: what people come for first, what is new, and where everything else is."""

from datetime import date

import pytest

from gongkai.catalogue.models import Field
from gongkai.disclosure.models import DocumentKind
from gongkai.portal import preferences
from gongkai.portal.delivery.cache import COPYING
from gongkai.portal.models import SitePreferences
from tests.factories.disclosure import make_column, published
from tests.factories.organs import make_organ
from tests.portal.factories import publish


def choose(**values: object) -> None:
    """The office has chosen so."""
    preferences.memory.keep(SitePreferences(**values), float("inf"))


def hrefs(page, selector: str) -> list[str]:
    return [link.attributes["href"] for link in page.css(selector)]


@pytest.fixture
def notices(city):
    return make_column("tzgg", owner=city.top, title="通知公告", kind="notice")


@pytest.fixture
def library(city):
    return make_column("zcwjk", owner=city.top, title="政策文件库", kind="policy")


def test_it_speaks_of_the_whole_site_not_of_reports_alone(published_city, read, client):
    page = read("/")
    assert page.css_first("h1").text() == "政府信息公开"
    description = page.css_first('meta[name="description"]').attributes["content"]
    assert "主动公开的政府信息" in description
    assert "年度报告" in description
    client.cookies["django_language"] = "en"
    english = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert ">Government information disclosure</h1>" in english


def test_what_citizens_come_for_stands_first(city, read):
    """Search, asking and following, the guide and the policies: before anything that is new."""
    page = read("/")
    assert hrefs(page, ".doors a") == [
        "/requests/",
        "/requests/track/",
        "/disclosure/zfxxgkzn/",
        "/policies/",
    ]
    assert len(page.css("input[type=search]")) == 1
    assert page.css_first("main form.find").attributes["action"] == "/search/"


def test_the_words_most_asked_lead_to_their_answers(city, read, monkeypatch):
    monkeypatch.setattr("gongkai.portal.views.home.most_asked", lambda limit: ["户口", "低保"])
    words = read("/").css(".asked a")
    assert [word.text() for word in words] == ["户口", "低保"]
    assert words[0].attributes["href"] == "/search/?q=%E6%88%B7%E5%8F%A3"


def test_the_entrances_are_seven_at_most_and_all_lead_somewhere(city, read, client):
    make_column("zwdt", owner=city.top, title="政务动态", kind="news")
    found = hrefs(read("/"), ".masthead > nav a")
    assert 5 <= len(found) <= 7
    for address in found:
        assert client.get(address).status_code == 200, address


def test_a_new_policy_stands_with_its_interpretation_beside_it(city, library, read):
    policy = published(
        date(2026, 3, 5),
        organ=city.police,
        column=library,
        title="户籍管理办法",
        document_kind=DocumentKind.POLICY,
        document_number="义公〔2026〕3号",
        repealed_on=date(2026, 4, 1),
    )
    told = published(
        organ=city.police,
        column=library,
        title="一图读懂户籍管理办法",
        document_kind=DocumentKind.INTERPRETATION,
        interpretation_form="chart",
        interprets=policy,
    )
    row = read("/").css_first("[aria-labelledby=home-policies] li")
    assert row.css_first("a").attributes["href"] == f"/info/{policy.pk}/"
    assert row.css_first("time").text() == "2026-03-05"
    assert "义公〔2026〕3号" in row.text()
    assert row.css_first(".mark").text() == "废止"
    explains = row.css_first(".explains")
    assert explains.attributes["href"] == f"/info/{told.pk}/"
    assert "图解解读" in explains.text()


def test_notices_come_newest_first_and_only_public_ones(city, notices, read):
    for number in range(12):
        published(date(2024, 1, 1 + number), organ=city.top, column=notices, title=f"公告{number}")
    published(title="已撤回", organ=city.top, column=notices, live=False, status="withdrawn",
              withdrawn_at="2026-01-01T00:00:00+08:00", withdraw_reason="有误")  # fmt: skip
    shown = [a.text() for a in read("/").css("[aria-labelledby=home-notices] li a")]
    assert shown == [f"公告{number}" for number in range(11, 3, -1)]


def test_fields_and_bodies_are_one_click_away(city, read):
    field = Field.objects.create(code="F99", name="户籍管理", order=1)
    town = make_organ("411281-101", name="义马市千秋路街道办事处", parent=city.top,
                      kind="subdistrict")  # fmt: skip
    page = read("/")
    assert f"/fields/{field.code}/" in hrefs(page, "[aria-labelledby=home-fields] a")
    assert hrefs(page, ".directory a") == [
        f"/organs/{city.police.code}/",
        f"/organs/{city.justice.code}/",
        f"/organs/{town.code}/",
    ]


def test_the_fixed_parts_of_the_platform_stand_in_the_norms_order(city, read):
    assert hrefs(read("/"), ".parts a") == [
        f"/disclosure/{part}/" for part in ("zfxxgkzn", "zfxxgkzd", "fdzdgknr", "zfxxgknb", "ysqgk")
    ]


# -- reports and figures -----------------------------------------------------------------------


def test_one_click_opens_the_report_of_2020(published_city, read):
    assert "/reports/411281/2020/" in hrefs(read("/"), "[aria-labelledby=home-reports] a")


def test_the_newest_report_of_the_highest_government_leads(published_city, read):
    publish(published_city.justice, 2023)
    entrance = read("/").css_first(".latest-title")
    assert "义马市人民政府2022年政府信息公开工作年度报告" in entrance.text()
    assert entrance.attributes["href"] == "/reports/411281/2022/"


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


def test_a_draft_is_nowhere(city, read):
    from gongkai.reports.models import AnnualReport

    AnnualReport.objects.create(organ=city.top, year=2022, scope="aggregate", format_id="2021")
    page = read("/")
    assert page.css_first(".figures") is None
    assert page.css_first("[aria-labelledby=home-reports]") is None


# -- what the office chooses -------------------------------------------------------------------


def test_the_parts_stand_in_the_order_that_the_office_chose(published_city, notices, read):
    published(organ=published_city.top, column=notices)
    choose(blocks=["reports", "notices", "platform"])
    page = read("/")
    assert [one.attributes["aria-labelledby"] for one in page.css(".home > section")] == [
        "home-reports",
        "home-notices",
        "home-platform",
    ]
    assert page.css_first(".doors") is None


def test_an_empty_site_says_so(db, read):
    choose(blocks=["notices", "figures"])
    assert "还没有公开信息" in read("/").css_first(".empty").text()


# -- cost --------------------------------------------------------------------------------------


def test_the_start_page_costs_ten_statements_with_one_item_and_with_fifty(
    city, notices, library, client, django_assert_max_num_queries
):
    Field.objects.create(code="F99", name="户籍管理", order=1)
    publish(city.top, 2022)
    published(organ=city.top, column=library, document_kind=DocumentKind.POLICY)
    client.get("/")
    with django_assert_max_num_queries(10):
        client.get("/")
    for number in range(50):
        body = make_organ(parent=city.top)
        publish(body, 2022)
        policy = published(organ=body, column=library, document_kind=DocumentKind.POLICY)
        published(organ=body, column=notices, title=f"{number}", interprets=policy,
                  document_kind=DocumentKind.INTERPRETATION)  # fmt: skip
    with django_assert_max_num_queries(10):
        client.get("/")


# -- the sample city ---------------------------------------------------------------------------


@pytest.fixture
def demo(settings):
    pytest.importorskip("gongkai.demo.urls")
    settings.DEMO = True
    settings.ROOT_URLCONF = "tests.portal.demo_urls"


def test_the_demos_start_page_is_that_of_a_city_and_leads_to_the_logins(
    published_city, client, read, demo
):
    """One page for all readers, kept by caches; the forms with their tokens are elsewhere."""
    response = client.get("/")
    assert response["Cache-Control"] == "public, no-cache"
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert hrefs(read("/"), ".bar-notice a") == ["/demo/"]


def test_the_logins_of_the_demo_have_a_page_of_their_own(published_city, client, demo):
    response = client.get("/demo/")
    assert response["Cache-Control"] == "private, no-cache"
    text = response.content.decode()
    assert "演示登录" in text
    assert "csrfmiddlewaretoken" in text


def test_outside_the_demo_nothing_speaks_of_it(published_city, read, client):
    assert "演示" not in read("/").text()
    assert client.get("/demo/").status_code == 404


def test_the_static_copy_of_the_sample_city_links_no_logins(published_city, client, demo):
    alone = client.get("/", **{COPYING: "alone"}).content.decode()
    assert "演示城市" in alone
    assert "/demo/" not in alone
    assert "/demo/" in client.get("/", **{COPYING: "with-app"}).content.decode()

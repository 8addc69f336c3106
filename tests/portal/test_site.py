"""What belongs to every page: the norm's meta tags, the footer, error pages, robots.txt."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from selectolax.lexbor import LexborHTMLParser

from gongkai.portal import errors, preferences
from gongkai.portal.display import Display
from gongkai.portal.models import SitePreferences
from tests.factories.disclosure import make_column


def tags(page) -> dict[str, str]:
    return {
        tag.attributes["name"]: tag.attributes["content"]
        for tag in page.css("meta[name]")
        if tag.attributes["name"][0].isupper()
    }


@pytest.fixture
def configured(settings):
    settings.SITE_NAME = "义马市政府信息公开平台"
    settings.SITE_FOOTER = {
        "operator": "义马市人民政府办公室",
        "contact": "0398-5800000",
        "code": "4112810001",
        "icp": "豫ICP备05000000号",
        "police": "豫公网安备 41128102000001号",
    }


def test_a_content_page_names_site_column_and_article(published_city, configured, read):
    assert tags(read("/reports/411281/2020/")) == {
        "SiteName": "义马市政府信息公开平台",
        "SiteDomain": "testserver",
        "SiteIDCode": "4112810001",
        "ColumnName": "政府信息公开年报",
        "ColumnDescription": "各行政机关公布的政府信息公开工作年度报告，可查阅、下载和比较",
        "ColumnKeywords": "政府信息公开;年度报告;年报",
        "ColumnType": "政府信息公开",
        "ArticleTitle": "义马市人民政府2020年政府信息公开工作年度报告",
        "PubDate": "2021-03-20 09:30",
        "ContentSource": "义马市人民政府",
        "Author": "义马市人民政府",
        "Description": (
            "义马市人民政府2020年政府信息公开工作年度报告："
            "主动公开、依申请公开、行政复议和行政诉讼情况"
        ),
        "Url": "http://testserver/reports/411281/2020/",
    }


def test_the_start_page_is_the_column_of_that_name(published_city, read):
    found = tags(read("/"))
    assert found["ColumnName"] == "首页"
    assert "ArticleTitle" not in found
    assert "SiteIDCode" not in found


def test_the_footer_shows_what_is_configured(published_city, configured, read):
    footer = read("/").css_first("footer")
    for words in ("义马市人民政府办公室", "0398-5800000", "网站标识码：4112810001"):
        assert words in footer.text()
    links = {
        link.text(strip=True): link.attributes["href"] for link in footer.css("a[rel=external]")
    }
    assert links["豫ICP备05000000号"].startswith("https://beian.miit.gov.cn")
    assert "41128102000001" in links["豫公网安备 41128102000001号"]


def test_the_footer_has_no_empty_labels(published_city, read):
    text = read("/").css_first("footer").text()
    assert "网站标识码" not in text
    assert "主办单位：" not in text


def test_where_one_is_stands_above_every_page_but_the_first(published_city, read):
    trail = read("/reports/411281/2020/").css(".trail li")
    assert [step.text().strip() for step in trail] == ["首页", "年度报告", "义马市人民政府", "2020"]
    assert trail[-1].css_first("a") is None
    assert trail[2].css_first("a").attributes["href"] == "/reports/?organ=411281"
    assert read("/").css_first(".trail") is None


def test_the_current_entrance_is_marked(published_city, read):
    marked = read("/reports/").css(".masthead > nav [aria-current]")
    assert [link.text() for link in marked] == ["年度报告"]


# -- Error pages -------------------------------------------------------------------------------


def test_a_wrong_address_helps_on(client, db):
    response = client.get("/no/such/page/")
    page = LexborHTMLParser(response.content.decode())
    assert response.status_code == 404
    assert page.css_first("h1").text() == "没有找到这个页面"
    assert len(page.css(".steps li")) == 3
    assert [link.attributes["href"] for link in page.css("main a.button")] == ["/", "/info/"]
    assert "/disclosure/ysqgk/" in [link.attributes["href"] for link in page.css(".tiles a")]
    assert response["Cache-Control"] == "no-store"


def test_the_words_of_a_wrong_address_stand_in_the_search_box(client, db):
    """Given the address of an old site with a title in it, then searching is one click."""
    response = client.get("/art/2020/3/5/关于印发供热管理办法的通知.html")
    page = LexborHTMLParser(response.content.decode())
    box = page.css_first("main input[type=search]")
    assert box.attributes["value"] == "关于印发供热管理办法的通知"


def test_a_wrong_address_below_a_column_leads_to_the_column(client, city):
    column = make_column("gfxwj", owner=city.top, title="行政规范性文件", kind="policy")
    response = client.get("/zwgk/GFXWJ/t20200305_1234.shtml")
    page = LexborHTMLParser(response.content.decode())
    first = page.css_first(".tiles a")
    assert first.attributes["href"] == f"/columns/{column.slug}/"
    assert first.text() == "行政规范性文件"


@pytest.mark.parametrize("path", ["/" + "长" * 500, "/%ff%fe/", "/a//b/../c", "/" + "x-" * 400])
def test_no_wrong_address_is_too_wrong_to_be_helped(client, db, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "没有找到这个页面" in response.content.decode()


def test_a_fault_of_the_site_can_be_reported_from_the_error_page(client, db):
    preferences.memory.keep(
        SitePreferences(faults_url="https://zfwzzc.www.gov.cn/x?site=4112810001"), float("inf")
    )
    page = LexborHTMLParser(client.get("/no/such/").content.decode())
    link = page.css_first("main a[rel=external]")
    assert link.attributes["href"] == "https://zfwzzc.www.gov.cn/x?site=4112810001"
    assert "反映网站问题" in link.text()


def test_a_hostile_address_is_not_repeated_as_markup(client, db):
    response = client.get("/reports/<script>alert(1)<script>/compare/")
    assert response.status_code == 404
    assert b"<script>alert" not in response.content


def test_a_fault_is_admitted_without_its_details(db, monkeypatch):
    from gongkai.portal import queries

    def broken() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(queries, "years_with_counts", broken)
    response = Client(raise_request_exception=False).get("/reports/")
    assert response.status_code == 500
    text = response.content.decode()
    assert "服务器出了问题" in text
    assert "secret detail" not in text


def test_the_error_page_appears_even_when_the_template_cannot(monkeypatch, caplog):
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(errors, "render", broken)
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "服务器出了问题" in response.content.decode()
    assert "could not be drawn" in caplog.text


def test_an_expired_form_says_that_nothing_was_changed(db):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/staff/login/", {"username": "x", "password": "y"})
    assert response.status_code == 403
    text = response.content.decode()
    assert "页面已经过期" in text
    assert "什么也没有改变" in text


@pytest.mark.parametrize(
    ("exception", "words"),
    [
        (PermissionDenied("您在义马市公安局没有审核权限。"), "您在义马市公安局没有审核权限。"),
        (PermissionDenied(), "只对本机关有相应权限的工作人员开放"),
    ],
)
def test_a_refusal_says_why_and_whom_to_ask(exception, words):
    request = RequestFactory().get("/")
    request.display = Display()
    response = errors.permission_denied(request, exception)
    assert response.status_code == 403
    assert words in response.content.decode()


def test_a_bad_request_is_told_so():
    request = RequestFactory().get("/")
    request.display = Display()
    response = errors.bad_request(request, ValueError("inner words"))
    assert response.status_code == 400
    assert "inner words" not in response.content.decode()


# -- Leaving the sites of the government -------------------------------------------------------


def test_a_link_out_of_the_government_says_where_it_leads(client, db):
    response = client.get("/leave/", {"to": "https://example.com/a?b=1"})
    page = LexborHTMLParser(response.content.decode())
    assert response.status_code == 200
    assert "example.com" in page.css_first("main dl").text()
    assert page.css_first("main a.button").attributes["href"] == "https://example.com/a?b=1"
    assert "nofollow" in page.css_first("main a.button").attributes["rel"]
    assert page.css_first('meta[name="robots"]').attributes["content"] == "noindex, nofollow"
    assert "private" in response["Cache-Control"]


@pytest.mark.parametrize(
    "address",
    [
        "", "javascript:alert(1)", "data:text/html,x", "//example.com/", "/info/", "ftp://a.b/",
        "https://", "https://www.gov.cn@example.com/", "https://exa mple.com\n/", "http://[::1/",
        "https://example.com/" + "x" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_gets_no_page(client, db, address):
    assert client.get("/leave/", {"to": address}).status_code == 404


def test_a_foreign_address_is_not_repeated_as_markup(client, db):
    response = client.get("/leave/", {"to": 'https://example.com/"><script>alert(1)</script>'})
    assert b"<script>alert" not in response.content


# -- Small things ------------------------------------------------------------------------------


def test_search_engines_are_kept_out_of_the_staff_side(client):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /staff/" in text
    assert "Disallow: /display/" in text
    assert "Disallow: /\n" not in text


def test_the_icon_is_found_at_its_old_address(client):
    assert client.get("/favicon.ico")["Location"].endswith("gongkai/favicon.ico")


def test_a_misspelt_theme_is_found_at_start(settings):
    settings.THEME = "green"
    settings.SITE_FOOTER = {"icp": "豫ICP备1号", "organiser": "办公室"}
    found = {message.id: message for message in run_checks() if message.id.startswith("portal.")}
    assert "green" in found["portal.E001"].msg
    assert "organiser" in found["portal.E002"].msg
    settings.THEME, settings.SITE_FOOTER = "red", {"operator": "办公室"}
    assert not [message for message in run_checks() if message.id.startswith("portal.")]


def test_the_footer_setting_is_read_from_one_variable(monkeypatch):
    from gongkai.config import settings as module

    monkeypatch.setenv("GONGKAI_SITE_FOOTER", "operator=办公室, code=4112810001,,nonsense")
    before = list(module.UNREADABLE)
    assert module._pairs("GONGKAI_SITE_FOOTER") == {"operator": "办公室", "code": "4112810001"}
    assert [entry[:2] for entry in module.UNREADABLE[len(before) :]] == [
        ("GONGKAI_SITE_FOOTER", "nonsense")
    ]
    module.UNREADABLE[:] = before

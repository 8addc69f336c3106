"""Every public page there is, against what every public page must be."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from gongkai.disclosure.models import DisclosedItem
from gongkai.portal.static_site.addresses import public_names
from tests.portal.city import NOT_PAGES, City, make_city

pytestmark = pytest.mark.django_db
HOST = "http://testserver"
STATEMENTS = 10
NAME = "义马市政府信息公开"
FOOTER = {
    "operator": "义马市人民政府办公室",
    "contact": "0398-5800000",
    "code": "4112810001",
    "icp": "豫ICP备05000000号",
    "police": "豫公网安备 41128102000001号",
}


@pytest.fixture(scope="module")
def town(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[City]:
    """The city, built once for this file: what a test changes is rolled back around it."""
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
        transaction.atomic(),
    ):
        city = make_city()
        city.media = settings.MEDIA_ROOT
        yield city
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def configured(town, settings) -> None:
    settings.MEDIA_ROOT = town.media
    settings.SITE_NAME = NAME
    settings.SITE_FOOTER = FOOTER


@pytest.fixture(scope="module")
def pages(town, django_db_blocker) -> dict[str, tuple[str, LexborHTMLParser]]:
    """Address → (name, page) of everything that answers with a page."""
    found = {}
    client = Client()
    with (
        django_db_blocker.unblock(),
        override_settings(SITE_NAME=NAME, SITE_FOOTER=FOOTER, MEDIA_ROOT=town.media),
    ):
        for name, address in town.addresses():
            response = client.get(address)
            assert response.status_code == 200, (address, response.status_code)
            assert response["Content-Type"].startswith("text/html"), address
            found[address] = (name, LexborHTMLParser(response.content.decode()))
    return found


def tags(page: LexborHTMLParser) -> dict[str, str]:
    return {
        tag.attributes["name"]: tag.attributes["content"] or "" for tag in page.css("meta[name]")
    }


def graph(page: LexborHTMLParser) -> list[dict]:
    block = page.css_first('script[type="application/ld+json"]')
    return json.loads(block.text())["@graph"] if block else []


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_the_walk_leaves_no_page_out(town):
    """A new public address is either walked here or named as no page."""
    walked = set(town.arguments())
    assert public_names() - walked - NOT_PAGES == set()
    assert walked <= public_names()


def test_every_page_names_the_site_and_its_column(pages):
    for address, (name, page) in pages.items():
        found = tags(page)
        assert found["SiteName"] == NAME, address
        assert found["SiteDomain"] == "testserver", address
        assert found["SiteIDCode"] == "4112810001", address
        if name in ("search", "item_preview"):
            continue
        for tag in ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType"):
            assert found.get(tag), (address, tag)


def test_every_page_has_the_footer_of_the_norm(pages):
    for address, (_name, page) in pages.items():
        footer = page.css_first("body > footer")
        text = squeezed(footer.text())
        for fact in FOOTER.values():
            assert squeezed(fact) in text, (address, fact)
        leading = {link.attributes["href"] for link in footer.css("a[href]")}
        assert any("beian.miit.gov.cn" in one for one in leading), address
        assert any("beian.mps.gov.cn" in one for one in leading), address


def test_the_tags_of_a_content_page_say_what_is_seen_and_what_is_stored(pages):
    seen = 0
    for address, (name, page) in pages.items():
        if name != "item":
            continue
        seen += 1
        item = DisclosedItem.objects.get(pk=int(address.split("/")[2]))
        found, text = tags(page), squeezed(page.css_first("main").text())
        assert found["ArticleTitle"] == item.title == page.css_first("h1").text(strip=True)
        moment = f"{timezone.localtime(item.published_at):%Y-%m-%d %H:%M}"
        assert found["PubDate"] == moment
        assert squeezed(moment) in text
        assert found["ContentSource"] == (item.source or item.organ.name)
        assert squeezed(found["ContentSource"]) in text
        assert found["ColumnName"] == item.column.title
        assert found["Url"] == f"{HOST}{address}"
        assert found.get("Keywords", "") == ";".join(item.keywords)
        for issuer in found["Author"].split("、"):
            assert squeezed(issuer) in text, address
        if item.summary:
            assert found["Description"] == item.summary
    assert seen >= 8


def test_every_page_has_one_heading_one_main_part_and_a_language(pages):
    for address, (_name, page) in pages.items():
        assert len(page.css("h1")) == 1, address
        assert page.css_first("h1").text(strip=True), address
        assert len(page.css("main")) == 1, address
        assert page.css_first("html").attributes["lang"] == "zh-Hans", address


def test_no_two_pages_share_a_title(pages):
    """Further pages of one list do, and say so in their address."""
    titles: dict[str, list[str]] = {}
    for address, (_name, page) in pages.items():
        if "/page/" not in address:
            titles.setdefault(page.css_first("title").text(), []).append(address)
    shared = {title: found for title, found in titles.items() if len(found) > 1}
    # A column may bear the name of the part of the platform or of the library beside it.
    named_alike = [one for one in shared.values() if not any("/columns/" in at for at in one)]
    assert named_alike == []


def test_no_page_has_two_elements_of_one_id_or_a_link_without_words(pages):
    for address, (_name, page) in pages.items():
        ids = Counter(node.attributes["id"] for node in page.css("[id]"))
        assert [one for one, number in ids.items() if number > 1] == [], address
        for link in page.css("a[href]"):
            words = link.text(strip=True) or link.attributes.get("aria-label")
            assert words or link.css_first("img[alt]"), (address, link.html)
            assert link.attributes["href"] not in ("", "#", None), (address, link.html)


def test_no_page_loads_anything_from_elsewhere_or_writes_style_into_itself(pages):
    for address, (_name, page) in pages.items():
        for node in page.css("[src], link[rel=stylesheet], link[rel=icon], use"):
            source = node.attributes.get("src") or node.attributes.get("href") or ""
            assert not urlsplit(source).netloc, (address, source)
        assert page.css("style, [style]") == [], address
        for script in page.css("script:not([src])"):
            assert script.attributes.get("type") == "application/ld+json", address


def test_the_trail_that_machines_read_is_the_one_that_is_seen(pages):
    for address, (name, page) in pages.items():
        shown = [step.text(strip=True) for step in page.css(".trail li")]
        trails = [one for one in graph(page) if one["@type"] == "BreadcrumbList"]
        if page.css_first("meta[name=robots]"):
            assert graph(page) == [], address
            continue
        if name == "home":
            assert trails == []
            assert shown == []
            continue
        (trail,) = trails
        steps = trail["itemListElement"]
        assert [step["name"] for step in steps] == shown, address
        assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
        links = [link.attributes["href"] for link in page.css(".trail a")]
        assert [step["item"] for step in steps[:-1]] == [f"{HOST}{link}" for link in links]
        assert steps[-1]["item"] == f"{HOST}{address}"


def test_the_canonical_address_is_a_page_that_says_the_same_of_itself(pages, client):
    for address, (_name, page) in pages.items():
        if page.css_first("meta[name=robots]"):
            assert page.css_first("link[rel=canonical]") is None, address
            continue
        (canonical,) = [one.attributes["href"] for one in page.css("link[rel=canonical]")]
        assert canonical.startswith(f"{HOST}/")
        path = canonical.removeprefix(HOST)
        if path not in pages:
            response = client.get(path)
            assert response.status_code == 200, (address, canonical)
            assert f'rel="canonical" href="{canonical}"' in response.content.decode()
        assert page.css_first('meta[property="og:url"]').attributes["content"] == canonical
        assert page.css_first('meta[property="og:title"]').attributes["content"]


def test_every_feed_that_a_page_offers_is_there(pages, client):
    offered = {
        link.attributes["href"]
        for _name, page in pages.values()
        for link in page.css('link[rel=alternate][type="application/atom+xml"]')
    }
    assert {"/feed.xml", "/columns/tzgg/feed.xml", "/organs/411281/feed.xml",
            "/topics/10/feed.xml"} <= offered  # fmt: skip
    for address in offered:
        assert client.get(address).status_code == 200, address


def test_every_link_within_the_site_leads_somewhere(pages, town, client):
    links = {
        link.attributes["href"].partition("#")[0]
        for _name, page in pages.values()
        for link in page.css("a[href]")
    }
    lost = f"/info/{town.attached.pk}/files/{town.lost.pk}/"
    broken = []
    for link in sorted(links - {lost, f"{lost}preview/"}):
        if not link.startswith("/") or link.startswith(("//", "/static/", "/staff/", "/display/")):
            continue
        response = client.get(link)
        if response.status_code not in (200, 301, 302):
            broken.append((link, response.status_code))
    assert broken == []


def test_lists_and_items_cost_few_statements(town, client):
    dear = {}
    for _name, address in town.addresses():
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as context:
            client.get(address)
        if len(context) > STATEMENTS:
            dear[address] = len(context)
    assert {a: n for a, n in dear.items() if not a.startswith("/reports/")} == {}


# -- what is said in schema.org's words ----------------------------------------------------------


def node(pages, address: str, kind: str) -> dict:
    (found,) = [one for one in graph(pages[address][1]) if one["@type"] == kind]
    return found


def test_the_start_page_tells_whose_site_it_is_and_how_it_is_searched(pages):
    government = node(pages, "/", "GovernmentOrganization")
    site = node(pages, "/", "WebSite")
    assert government["name"] == "义马市人民政府办公室"
    assert site["publisher"] == {"@id": government["@id"]}
    target = site["potentialAction"]["target"]["urlTemplate"]
    assert target == f"{HOST}/search/?q={{search_term_string}}"


def test_a_document_in_force_is_legislation_with_its_number_and_dates(pages, town):
    found = node(pages, f"/info/{town.normative.pk}/", "Legislation")
    assert found["legislationIdentifier"] == "义政规〔2023〕3号"
    assert found["legislationDate"] == "2023-05-28"
    assert found["legislationLegalForce"] == "https://schema.org/InForce"
    assert found["temporalCoverage"] == "2023-07-01/2099-06-30"
    assert [one["name"] for one in found["author"]] == ["义马市人民政府", "义马市住房和城乡建设局"]
    assert found["subjectOf"][0]["url"] == f"{HOST}/info/{town.interpretation.pk}/"


def test_a_repealed_document_is_told_to_be_out_of_force(pages, town):
    found = node(pages, f"/info/{town.repealed.pk}/", "Legislation")
    assert found["legislationLegalForce"] == "https://schema.org/NotInForce"
    assert found["temporalCoverage"] == "2018-07-01/2023-07-01"
    amended = node(pages, f"/info/{town.policy.pk}/", "Legislation")
    assert amended["legislationLegalForce"] == "https://schema.org/PartiallyInForce"


def test_an_interpretation_says_what_it_is_based_on(pages, town):
    found = node(pages, f"/info/{town.interpretation.pk}/", "Article")
    assert found["isBasedOn"]["url"] == f"{HOST}/info/{town.normative.pk}/"
    assert found["about"]["name"] == "义马市保障性住房管理办法"


def test_attachments_are_media_objects_that_can_be_fetched(pages, town, client):
    found = node(pages, f"/info/{town.attached.pk}/", "Article")
    names = [one["name"] for one in found["associatedMedia"]]
    assert names == ["房源表.csv", "小区示意图.png", "丢失.txt"]
    address = found["associatedMedia"][0]["contentUrl"]
    assert client.get(address.removeprefix(HOST)).status_code == 200


def test_reports_and_data_are_told_as_such(pages):
    report = node(pages, "/reports/411281/2022/", "Report")
    assert report["temporalCoverage"] == "2022"
    assert len(report["associatedMedia"]) == 5
    data = node(pages, "/reports/data/", "Dataset")
    assert {one["encodingFormat"] for one in data["distribution"]} == {
        "text/csv", "application/json",
    }  # fmt: skip


def test_nothing_in_a_title_can_end_the_data_block(town, client):
    title = "</script><script>alert(1)</script>&\u2028'\""
    DisclosedItem.objects.filter(pk=town.plain.pk).update(title=title)
    response = client.get(f"/info/{town.plain.pk}/")
    text = response.content.decode()
    assert "<script>alert" not in text
    page = LexborHTMLParser(text)
    (article,) = [one for one in graph(page) if one["@type"] == "Article"]
    assert article["headline"] == title


def test_what_is_not_to_be_found_says_nothing_to_machines(town, client):
    response = client.get(f"/info/{town.withdrawn.pk}/")
    assert response.status_code == 410
    assert "ld+json" not in response.content.decode()
    assert "canonical" not in response.content.decode()

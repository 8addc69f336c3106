"""For machines: Atom feeds, the site map, robots.txt, the description for browsers' search."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongkai.disclosure.models import DisclosedItem
from gongkai.portal.feeds import sitemap
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import make_column, make_disclosed_item, published
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = f"{{{sitemap.NAMESPACE}}}"


@pytest.fixture
def organ():
    return make_organ("411281-011", name="义马市住房和城乡建设局", short_name="市住建局")


@pytest.fixture
def column(organ):
    return make_column("tzgg", owner=organ, title="通知公告")


@pytest.fixture
def item(organ, column):
    return published(
        date(2024, 3, 5), organ=organ, column=column, title="关于供热的通知",
        topic=make_topic("10", name="城乡建设"), summary="11月15日开始供热 <b>&</b>",
    )  # fmt: skip


def feed(client, address="/feed.xml"):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(response.content)


def titles(root):
    return [entry.findtext(f"{ATOM}title") for entry in root.iter(f"{ATOM}entry")]


# -- feeds ---------------------------------------------------------------------------------------


def test_a_feed_has_all_that_the_standard_asks_for(item, client):
    root = feed(client)
    for name in ("id", "title", "updated", "author"):
        assert root.find(f"{ATOM}{name}") is not None, name
    relations = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert relations["self"] == "http://testserver/feed.xml"
    assert relations["alternate"] == "http://testserver/"
    (entry,) = root.iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "义马市住房和城乡建设局"
    assert entry.findtext(f"{ATOM}published") == "2024-03-05T12:00:00+08:00"
    assert entry.findtext(f"{ATOM}updated") == "2024-03-05T12:00:00+08:00"
    assert entry.findtext(f"{ATOM}summary") == "11月15日开始供热 &lt;b&gt;&amp;&lt;/b&gt;"
    assert [one.get("term") for one in entry.findall(f"{ATOM}category")] == ["通知公告", "城乡建设"]
    assert entry.find(f"{ATOM}link").get("href") == f"http://testserver/info/{item.pk}/"


def test_an_entry_keeps_its_name_whatever_becomes_of_the_item(item, organ, client, settings):
    def name(**host):
        root = ET.fromstring(client.get("/feed.xml", **host).content)
        return root.findtext(f"{ATOM}entry/{ATOM}id")

    settings.FEED_AUTHORITY = "www.old.gov.cn"
    first = name()
    assert first == f"tag:www.old.gov.cn,2025:info/{item.pk}"
    DisclosedItem.objects.filter(pk=item.pk).update(
        title="更名", column=make_column("other", owner=organ), last_published_at=timezone.now()
    )
    settings.ALLOWED_HOSTS = ["www.new.gov.cn"]
    assert name(HTTP_HOST="www.new.gov.cn") == first


def test_a_correction_is_an_update_of_the_same_entry(item, client):
    later = timezone.now().replace(microsecond=0)
    DisclosedItem.objects.filter(pk=item.pk).update(last_published_at=later)
    root = feed(client)
    told = timezone.localtime(later).isoformat()
    assert root.findtext(f"{ATOM}updated") == told
    assert root.findtext(f"{ATOM}entry/{ATOM}updated") == told
    assert root.findtext(f"{ATOM}entry/{ATOM}published").startswith("2024-03-05")


def test_column_body_and_topic_have_feeds_of_what_is_theirs(item, organ, column, client):
    other = make_organ("411281-012", name="义马市交通运输局")
    above = make_column("zw", owner=organ, title="政务")
    column.parent = above
    column.save()
    published(date(2024, 4, 1), organ=other, column=make_column("x", owner=other), title="别处")
    assert titles(feed(client)) == ["别处", "关于供热的通知"]
    for address in ("/columns/tzgg/", "/columns/zw/", "/organs/411281-011/", "/topics/10/"):
        assert titles(feed(client, f"{address}feed.xml")) == ["关于供热的通知"], address


@pytest.mark.parametrize("address", ["/columns/no/", "/organs/no/", "/topics/no/"])
def test_there_is_no_feed_of_what_there_is_not(db, client, address):
    assert client.get(f"{address}feed.xml").status_code == 404


def test_only_what_is_public_is_told_and_no_more_than_fifty(organ, column, client):
    for number in range(52):
        published(date(2024, 1, 1), organ=organ, column=column, title=f"第{number}条")
    make_disclosed_item(organ, column=column, title="草稿")
    found = titles(feed(client))
    assert len(found) == 50
    assert found[0] == "第51条"
    assert "草稿" not in found


def test_an_empty_feed_does_not_change_with_every_reading(db, client):
    first, second = client.get("/feed.xml"), client.get("/feed.xml")
    assert first["ETag"] == second["ETag"]
    assert titles(ET.fromstring(first.content)) == []


def test_a_reader_who_has_the_feed_gets_no_bytes_until_something_is_new(
    item, organ, column, client
):
    mark = client.get("/feed.xml")["ETag"]
    assert client.get("/feed.xml", HTTP_IF_NONE_MATCH=mark).status_code == 304
    published(date(2024, 3, 6), organ=organ, column=column)
    assert client.get("/feed.xml", HTTP_IF_NONE_MATCH=mark).status_code == 200


def test_characters_that_xml_cannot_hold_break_no_feed(item, client):
    DisclosedItem.objects.filter(pk=item.pk).update(title="有\x0b\x01问题<&>\uffff😀", summary="")
    assert titles(feed(client)) == ["有问题<&>😀"]


def test_a_feed_costs_the_same_for_one_entry_and_for_fifty(item, organ, column, client):
    def cost():
        with CaptureQueriesContext(connection) as context:
            client.get("/columns/tzgg/feed.xml")
        return len(context)

    client.get("/columns/tzgg/feed.xml")
    first = cost()
    for _ in range(49):
        published(organ=make_organ(), column=column)
    assert cost() == first <= 3


# -- the site map --------------------------------------------------------------------------------


def locations(client, address):
    response = client.get(address)
    assert response.status_code == 200
    body = b"".join(response) if response.streaming else response.content
    return {
        one.findtext(f"{MAP}loc").removeprefix("http://testserver"): one.findtext(f"{MAP}lastmod")
        for one in ET.fromstring(body)
    }


def test_robots_name_the_index_and_the_index_all_parts(item, client):
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()
    parts = locations(client, "/sitemap.xml")
    number = (item.pk - 1) // sitemap.PART + 1
    assert list(parts) == ["/sitemap-pages.xml", f"/sitemap-items-{number}.xml"]
    assert parts[f"/sitemap-items-{number}.xml"] == "2024-03-05T12:00:00+08:00"
    assert locations(client, f"/sitemap-items-{number}.xml") == {
        f"/info/{item.pk}/": "2024-03-05T12:00:00+08:00"
    }


def test_every_address_of_the_pages_part_is_there(item, client):
    found = locations(client, "/sitemap-pages.xml")
    assert {"/", "/columns/tzgg/", "/organs/411281-011/", "/topics/10/", "/policies/"} <= set(found)
    for address in found:
        status = client.get(address).status_code
        # Without a standard catalogue its pages are not there, and then not worth a visit.
        assert status == 200 or address.startswith("/info/catalogue/"), (address, status)


def test_a_part_holds_a_range_of_numbers_and_no_address_twice(organ, column, client, monkeypatch):
    monkeypatch.setattr(sitemap, "PART", 7)
    monkeypatch.setattr(sitemap, "CHUNK", 3)
    made = [published(organ=organ, column=column).pk for _ in range(20)]
    withdrawn = made.pop(4)
    DisclosedItem.objects.filter(pk=withdrawn).update(
        live=False, status="withdrawn", withdrawn_at=timezone.now(), withdraw_reason="有误"
    )
    parts = [one for one in locations(client, "/sitemap.xml") if "items" in one]
    found = [address for part in parts for address in locations(client, part)]
    assert found == [f"/info/{key}/" for key in made]
    assert all(len(locations(client, part)) <= 7 for part in parts)


def test_a_correction_changes_the_day_of_its_part(item, client):
    from gongkai.disclosure.models import PublicTrace
    from gongkai.disclosure.models.trace import TraceKind

    at = timezone.now().replace(microsecond=0)
    PublicTrace.objects.create(item=item, kind=TraceKind.CORRECTED, note="更正。", at=at)
    parts = locations(client, "/sitemap.xml")
    assert timezone.localtime(at).isoformat() in parts.values()


@pytest.mark.parametrize("number", [0, 2, 999, 10**12])
def test_a_part_that_holds_nothing_is_not_there(item, client, number):
    if number != (item.pk - 1) // sitemap.PART + 1:
        assert client.get(f"/sitemap-items-{number}.xml").status_code == 404


def test_the_index_costs_the_same_whatever_the_number_of_items(item, organ, column, client):
    with CaptureQueriesContext(connection) as context:
        client.get("/sitemap.xml")
    first = len(context)
    for _ in range(30):
        published(organ=organ, column=column)
    with CaptureQueriesContext(connection) as context:
        client.get("/sitemap.xml")
    assert len(context) == first <= 3


# -- the search of browsers ----------------------------------------------------------------------


def test_browsers_learn_how_the_site_is_searched(item, client):
    root = ET.fromstring(client.get("/opensearch.xml").content)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    template = root.find(f"{space}Url").get("template")
    assert template == "http://testserver/search/?q={searchTerms}"
    assert len(root.findtext(f"{space}ShortName")) <= 16
    answer = client.get(template.removeprefix("http://testserver").format(searchTerms="供热"))
    assert answer.status_code == 200

"""Nothing stale is shown, and an unchanged page costs a status line."""

import pytest
from django.db.models import Value
from django.db.models.functions import Concat

from gongkai.organs.models import Organ
from gongkai.reports.models import AnnualReport
from tests.portal.factories import publish

PAGES = [
    "/",
    "/reports/",
    "/reports/411281/2022/",
    "/reports/411281/compare/",
    "/reports/data/",
    "/reports/data.csv",
    "/reports/411281/2022/annual-report.json",
]


@pytest.mark.parametrize("path", PAGES)
def test_an_unchanged_page_is_not_sent_again(published_city, client, path):
    first = client.get(path)
    assert first["Cache-Control"] == "public, no-cache"
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]


@pytest.mark.parametrize("path", PAGES)
def test_what_is_published_is_seen_at_once(published_city, client, path):
    first = client.get(path)
    report = AnnualReport.objects.get(organ=published_city.top, year=2022)
    publish(published_city.top, 2022, {"t3.new.natural": 99}, supersedes=report, change_note="更正")
    publish(published_city.justice, 2022)
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


@pytest.mark.parametrize("path", PAGES)
def test_a_renamed_body_is_seen_at_once(published_city, client, path):
    first = client.get(path)
    Organ.objects.update(name=Concat("name", Value("（新）")), short_name="新")
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert again.status_code == (304 if path == "/reports/data/" else 200)


@pytest.mark.parametrize("choice", ["dark", "elder", "contrast", "en"])
def test_a_reader_who_changes_the_display_gets_the_page_anew(published_city, client, choice):
    first = client.get("/reports/")
    client.get("/display/", {"set": choice})
    again = client.get("/reports/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200


def test_a_changed_site_name_changes_the_pages(published_city, client, settings):
    first = client.get("/reports/")
    settings.SITE_NAME = "另一个平台"
    assert client.get("/reports/", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_pages_say_when_something_was_published_last(published_city, client):
    response = client.get("/reports/411281/2022/")
    assert response["Last-Modified"] == "Mon, 20 Mar 2023 01:30:00 GMT"
    again = client.get(
        "/reports/411281/2022/", headers={"if-modified-since": response["Last-Modified"]}
    )
    assert again.status_code == 304


def test_a_head_request_is_answered_like_a_get(published_city, client):
    assert client.head("/reports/").status_code == 200
    assert client.post("/reports/").status_code == 405

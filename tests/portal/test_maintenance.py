"""Closing the public site for a while: said plainly, without a database, the staff undisturbed."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from gongkai.portal import maintenance, preferences
from gongkai.portal.maintenance import Closure
from gongkai.portal.models import SitePreferences


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.SITE_NAME = "义马市人民政府"
    return tmp_path / "maintenance"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("maintenance", *arguments, stdout=out)
    return out.getvalue()


def test_a_closed_site_says_until_when_and_needs_no_database(client, folder):
    """No database fixture here: one statement would fail this test."""
    until = timezone.localtime() + timedelta(hours=2)
    run("on", "--until", f"{until:%Y-%m-%dT%H:%M}", "--message", "更换服务器。")

    response = client.get("/info/1/")

    assert response.status_code == 503
    assert 60 <= int(response["Retry-After"]) <= 2 * 3600
    assert response["Cache-Control"] == "no-store"
    text = response.content.decode()
    assert "更换服务器。" in text
    assert f"{until.year}年{until.month}月{until.day}日" in text
    assert "义马市人民政府" in text
    assert "<script" not in text
    assert "default-src 'none'" in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_page_bears_the_name_that_the_office_chose(client, folder):
    SitePreferences.objects.create(name="义马市政府信息公开")
    preferences.forget()
    run("on")
    preferences.memory.keep(None, 60.0)  # nobody can be asked any more
    assert "<h1>" in (text := client.get("/").content.decode())
    assert "义马市政府信息公开" in text
    assert "义马市政府信息公开" in (folder / "503.html").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_staff_can_go_on_while_the_site_is_closed(client):
    run("on")
    assert client.get("/staff/login/").status_code == 200
    assert client.get("/").status_code == 503
    run("off")
    assert client.get("/").status_code == 200


@pytest.mark.django_db
def test_a_page_kept_in_memory_does_not_come_through_either(client, settings):
    """Given a page that was just read, when the site is closed, then it is closed to that page."""
    settings.PAGE_CACHE_MB = 8
    assert client.get("/reports/").status_code == 200
    assert client.get("/reports/").status_code == 200
    run("on")
    assert client.get("/reports/").status_code == 503


def test_what_an_operator_does_on_the_disk_is_seen_within_a_moment(client, folder, monkeypatch):
    run("on")
    assert client.get("/robots.txt").status_code == 503
    (folder / "closed.json").unlink()
    now = maintenance.time.monotonic()
    monkeypatch.setattr(maintenance.time, "monotonic", lambda: now + maintenance.GLANCE)
    assert client.get("/robots.txt").status_code == 200


@pytest.mark.django_db
def test_the_site_opens_by_itself_when_the_hour_has_come(client):
    maintenance.close(Closure("", timezone.now() - timedelta(seconds=1)))
    assert maintenance.current() is None
    assert client.get("/").status_code == 200


def test_without_a_known_end_readers_are_asked_back_in_ten_minutes(client):
    run("on")
    response = client.get("/")
    assert response["Retry-After"] == "600"
    assert "很快就会恢复" in response.content.decode()


def test_a_file_made_by_hand_closes_the_site_too(client, folder):
    folder.mkdir()
    (folder / "closed.json").write_text("", "utf-8")
    assert client.get("/").status_code == 503


def test_the_words_of_the_operator_are_no_markup(client):
    run("on", "--message", "<script>alert(1)</script>")
    assert b"<script>" not in client.get("/").content


def test_the_page_for_the_proxy_is_written_beside_the_file(folder):
    run("on", "--message", "更换服务器。")
    page = (folder / "503.html").read_text("utf-8")
    assert "更换服务器。" in page
    assert "http" not in page.replace("<!doctype html>", "").lower()
    run("off")
    assert "更换服务器。" not in (folder / "503.html").read_text("utf-8")


def test_the_page_alone_can_be_written_while_the_site_is_open(folder):
    assert "503.html" in run("page")
    assert (folder / "503.html").exists()
    assert maintenance.current() is None


def test_the_status_is_told_to_people_and_to_programs():
    assert "开放" in run("status")
    run("on", "--message", "升级。")
    assert "已关闭" in run("status")
    told = json.loads(run("status", "--json"))
    assert told["closed"] is True
    assert told["message"] == "升级。"
    assert told["until"] is None
    assert "已恢复" in run("off")
    assert "本来就是开放的" in run("off")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--until", "昨天"], "2026-03-05T18:00"),
        (["--until", "2020-01-01T00:00"], "已经过去"),
        (["--message", "长" * 201], "201字"),
    ],
)
def test_a_mistake_is_told_and_closes_nothing(arguments, words):
    with pytest.raises(CommandError, match=words):
        run("on", *arguments)
    assert maintenance.current() is None


def test_an_end_with_a_zone_of_its_own_is_understood():
    until = datetime.now().astimezone() + timedelta(hours=3)
    run("on", "--until", until.isoformat())
    closure = maintenance.current()
    assert closure is not None
    assert closure.until == until

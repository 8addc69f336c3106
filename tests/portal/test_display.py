"""The reader's switches: links that work without JavaScript and lead back to the page."""

from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from gongkai.portal.display import Display

pytestmark = pytest.mark.django_db


def sheets(html: str) -> list[tuple[str, str]]:
    links = HTMLParser(html).css("link[rel=stylesheet][media]")
    return [
        (link.attributes["href"].rpartition("/")[2], link.attributes["media"]) for link in links
    ]


@pytest.mark.parametrize("cookie", ["", "dark", "contrast", "dark.contrast.elder", "light.elder"])
def test_a_choice_survives_the_cookie(cookie):
    assert Display.from_cookie(cookie).to_cookie() == cookie


def test_unknown_words_in_the_cookie_are_passed_over():
    assert Display.from_cookie("dark.<script>.purple").to_cookie() == "dark"


def test_without_a_choice_the_device_decides(client):
    assert sheets(client.get("/reports/").content.decode()) == [
        ("blue.css", "all"),
        ("blue-dark.css", "screen and (prefers-color-scheme: dark)"),
        ("blue-contrast.css", "screen and (prefers-contrast: more)"),
        (
            "blue-contrast-dark.css",
            "screen and (prefers-color-scheme: dark) and (prefers-contrast: more)",
        ),
    ]


def test_a_chosen_dark_page_is_dark_on_every_screen_and_never_on_paper(client):
    client.get("/display/", {"set": "dark", "next": "/reports/"})
    assert ("blue-dark.css", "screen") in sheets(client.get("/reports/").content.decode())


def test_a_chosen_light_page_ignores_a_dark_device(client):
    client.get("/display/", {"set": "light", "next": "/"})
    names = [name for name, _media in sheets(client.get("/reports/").content.decode())]
    assert names == ["blue.css", "blue-contrast.css"]


def test_the_red_theme_is_a_setting(client, settings):
    settings.THEME = "red"
    assert sheets(client.get("/reports/").content.decode())[0] == ("red.css", "all")


def test_elder_mode_is_one_click_there_and_one_back(client):
    page = HTMLParser(client.get("/reports/?year=2020").content.decode())
    switch = page.css_first(".tool-elder a").attributes["href"]

    response = client.get(switch)
    assert response.status_code == 302
    assert response["Location"] == "/reports/?year=2020"
    assert response["Cache-Control"] == "no-store"
    page = HTMLParser(client.get(response["Location"]).content.decode())
    assert page.css_first("html").attributes["class"] == "elder"

    back = page.css_first(".tool-elder a")
    assert "退出长者模式" in back.text()
    client.get(back.attributes["href"])
    page = HTMLParser(client.get("/reports/").content.decode())
    assert "class" not in page.css_first("html").attributes


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        (f"/search/?q={quote('长' * 100)}", f"/search/?q={quote('长' * 100)}"),
        (f"/search/?q={quote('长' * 2_000)}", "/search/"),
        (f"/{'a' * 5_000}/", "/"),
    ],
    ids=["a long question", "a question without end", "a path without end"],
)
def test_a_switch_leads_back_and_carries_no_address_without_end(client, asked, back):
    """Given an address far longer than any of the site's, then the page does not repeat it in
    every switch: the way back leaves out the question, or leads home."""
    page = HTMLParser(client.get(asked).content.decode())
    switch = page.css_first(".tool-elder a").attributes["href"]
    assert client.get(switch)["Location"] == back


def test_choices_add_up(client):
    for choice in ("dark", "elder", "contrast"):
        client.get("/display/", {"set": choice})
    assert client.cookies["display"].value == "dark.contrast.elder"


@pytest.mark.parametrize(
    "address", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""]
)
def test_a_switch_never_leads_to_another_site(client, address):
    response = client.get("/display/", {"set": "dark", "next": address})
    assert response["Location"] == "/"


def test_the_site_speaks_chinese_whatever_the_browser_was_installed_in(client):
    response = client.get("/reports/", headers={"accept-language": "en-US,en;q=0.9"})
    assert 'lang="zh-Hans"' in response.content.decode()[:60]
    assert response["Content-Language"] == "zh-hans"
    assert "Accept-Language" not in response["Vary"]


def test_english_is_one_click_away_and_remembered(client):
    client.get("/display/", {"set": "en", "next": "/reports/"})
    response = client.get("/reports/")
    page = HTMLParser(response.content.decode())
    assert page.css_first("html").attributes["lang"] == "en"
    assert page.css_first(".skip").text() == "Skip to content"
    assert response["Content-Language"] == "en"


def test_pages_that_depend_on_the_choice_tell_caches(client):
    assert "Cookie" in client.get("/reports/")["Vary"]

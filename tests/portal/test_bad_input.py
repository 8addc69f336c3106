"""Bad input over the whole public site: never a fault, never an echo, always a word that helps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from gongkai.portal.static_site.addresses import public_names
from gongkai.search import generations
from gongkai.search.models import Generation
from tests.portal.city import City, make_city

pytestmark = pytest.mark.django_db

MARKUP = "<script>alert(1)</script>"
HOSTILE = {
    "a thousand characters": "长" * 1_000,
    "a hundred thousand characters": "a" * 100_000,
    "operators": "AND OR NOT NEAR( * ^ : - + ~ && || ! ( ) { }",
    "an open quote": '"义政',
    "quotes": "'\"“”‘’`;--/**/",
    "sql": "' OR 1=1; DROP TABLE organs_organ; --",
    "traditional": "關於調整住房公積金繳存比例的通知",
    "emoji": "🏠👨‍👩‍👧‍👦🇨🇳",
    "markup": MARKUP,
    "an attribute": '" onmouseover=alert(1) x="',
    "a template": "{{ 7*7 }}{% debug %}",
    "nul": "\x00",
    "controls": "\x01\x1b[31m\x7f\u202e\ufeff",
    "newlines": "a\r\nSet-Cookie: x=1",
    "spaces": "  　\t ",
    "percent": "100%_\\",
    "paths": "../../../etc/passwd",
    "zero": "0",
    "below zero": "-1",
    "enormous": "1" + "0" * 30,
    "other digits": "１２３٣²",
    "words for a number": "abc",
    "not a number": "NaN",
}
FIELDS = (
    "q", "page", "organ", "year", "column", "topic", "field", "validity", "genre", "kind", "sort",
    "order", "entry", "name", "by", "figure", "scope", "version", "set", "next", "to", "from",
    "until", "series", "audience",
)  # fmt: skip


@pytest.fixture(scope="module")
def town(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[City]:
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
def _its_files(town: City, settings: Any) -> None:
    settings.MEDIA_ROOT = town.media


@pytest.fixture
def reader() -> Client:
    return Client(raise_request_exception=False)


def body(response: Any) -> str:
    content = b"".join(response) if response.streaming else response.content
    return content.decode("utf-8", "replace")


def judge(response: Any, asked: str) -> None:
    """A sensible status, and nothing of what was asked as markup or as a header."""
    assert response.status_code in (200, 301, 302, 304, 400, 404, 405, 410), asked
    location = response.headers.get("Location", "")
    assert not location or location.startswith(("/", "http://testserver/", "?")), (asked, location)
    assert not location.startswith(("//", "/\\")), (asked, location)
    assert "x" not in response.cookies, asked
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    text = body(response)
    assert MARKUP not in text, asked
    if "onmouseover" in text:
        assert LexborHTMLParser(text).css("[onmouseover]") == [], asked
    assert "Traceback" not in text, asked
    if response.status_code in (400, 404):
        assert "<h1" in text, asked
        assert 'href="/"' in text, asked


READ_QUESTIONS = (
    "/", "/search/", "/search/suggestions/", "/info/", "/policies/", "/policies/normative/",
    "/policies/interpretations/", "/reports/", "/reports/411281/", "/reports/411281/2022/",
    "/reports/411281/compare/", "/reports/data.csv", "/info/catalogue/", "/columns/tzgg/",
    "/topics/10/", "/display/", "/leave/",
)  # fmt: skip
"""Whatever looks at its query, and some that do not."""


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_no_page_minds_what_is_asked_of_it(town, reader, value):
    """Given every field at once, filled with the same mischief, on every type of page."""
    for address in READ_QUESTIONS:
        judge(reader.get(address, dict.fromkeys(FIELDS, value)), address)


@pytest.mark.parametrize("partial", [False, True], ids=["none yet", "half of it"])
def test_whatever_is_asked_while_the_index_is_made_is_answered(town, reader, partial):
    """Given no index but one that is being made, or one that holds only a part so far."""
    Generation.objects.all().delete()
    generations.begin(Generation.State.BUILDING)
    if partial:
        generations.begin(Generation.State.LIVE, partial=True)
    for address in ("/search/", "/search/suggestions/", "/info/", "/policies/"):
        for name, value in HOSTILE.items():
            for asked in ({"q": value}, {"q": "住房", "organ": value, "year": "2023"}):
                response = reader.get(address, asked)
                judge(response, f"{address} {name}")
                assert response.status_code in (200, 301), (address, name)
    page = body(reader.get("/search/", {"q": "保障性住房管理办法"}))
    assert "正在更新索引" in page
    assert partial or "义马市保障性住房管理办法" in page


@pytest.mark.parametrize("address", ["/search/", "/info/", "/policies/", "/reports/"])
def test_each_field_alone_is_as_harmless(town, reader, address):
    for field in FIELDS:
        for name in ("markup", "nul", "enormous", "below zero", "quotes", "emoji"):
            judge(reader.get(address, {field: HOSTILE[name]}), f"{address} {field} {name}")


@pytest.mark.parametrize("page", ["0", "-1", "abc", "10000", "1" + "0" * 30, "", "1.5", "１"])
def test_a_page_that_a_list_has_not_is_missing_or_the_last(town, reader, page):
    for address in ("/search/?q=住房&", "/info/?organ=411281-011&year=2023&", "/reports/?"):
        response = reader.get(f"{address}page={quote(page)}")
        assert response.status_code in (200, 404), (address, page)
        judge(response, address)
    for address in ("/info/", "/columns/tzgg/", "/topics/10/", "/policies/"):
        if page:
            response = reader.get(f"{address}page/{quote(page)}/")
            assert response.status_code in (301, 404), (address, page)
            judge(response, address)


def test_repeated_and_broken_parameters_are_harmless(town, reader):
    for address in READ_QUESTIONS:
        for query in (
            "q=a&q=b&q=%3Cscript%3E", "page=1&page=2&organ=411281&organ=no", "&&&=&=x&q",
            "q=%", "q=%zz", "q=%ff%fe", "q=%C0%AF", "q[]=1&q[a]=2", "%00=%00", "q=%u4e00",
            "=" * 500, "&".join(f"a{n}=1" for n in range(900)),
        ):  # fmt: skip
            judge(reader.get(f"{address}?{query}"), f"{address} {query[:40]}")


def test_too_many_parameters_are_refused_in_words(town, reader):
    query = "&".join(f"a{number}=1" for number in range(2_000))
    for address in ("/search/", "/info/", "/policies/"):
        response = reader.get(f"{address}?{query}")
        assert response.status_code in (200, 400), address
        judge(response, address)


@pytest.mark.parametrize(
    "path",
    [
        "/" + "a" * 5_000, "/" + "a/" * 1_000, "/%00/", "/%ff/", "/%c3%28/", "/info/%00/",
        "/columns/%3Cscript%3Ealert(1)%3C%2Fscript%3E/", "/organs/%00/", "/organs/..%2f..%2f/",
        "/topics/%F0%9F%8F%A0/", "/info/99999999999999999999999/", "/info/0/", "/info/-1/",
        "/info/1/files/99999999999999999999999/", "/info/1/document.exe", "/reports/411281/9999/",
        "/reports/data.exe", "/\\evil.example/", "/info//", "/%2e%2e/",
        "/fields/%00/x/", "/info/catalogue/entries/../../x/", "/leaders/99999999999999999999/",
        "/sitemap-items-99999999999999999999.xml", "/disclosure/nope/", "/columns/no-such/",
        "/organs/999999/", "/topics/99/", "/fields/NOPE/", "/%E4%B9%89%E9%A9%AC/",
    ],
)  # fmt: skip
def test_a_path_that_cannot_be_is_missing_in_words(town, reader, path):
    response = reader.get(path)
    assert response.status_code in (301, 400, 404), path
    judge(response, path)


def test_a_missing_file_is_told_and_the_item_stays(town, reader):
    address = f"/info/{town.attached.pk}/files/{town.lost.pk}/"
    for path in (address, f"{address}preview/"):
        response = reader.get(path)
        assert response.status_code == 404
        assert "暂时" in body(response)
    assert reader.get(f"/info/{town.attached.pk}/").status_code == 200


def test_only_questions_are_answered(town, reader):
    for address in READ_QUESTIONS:
        for ask in (reader.post, reader.put, reader.delete, reader.patch):
            assert ask(address).status_code in (403, 405), address


def test_strange_headers_and_cookies_are_harmless(town, reader):
    for value in (MARKUP, "\x01", "a" * 8_000, "dark.elder.none", "{}", "\xff"):
        reader.cookies["display"] = value
        reader.cookies["django_language"] = value
        for address in ("/", "/info/", "/search/?q=a"):
            response = reader.get(
                address, HTTP_ACCEPT_LANGUAGE=value, HTTP_IF_NONE_MATCH=value,
                HTTP_IF_MODIFIED_SINCE=value, HTTP_RANGE=value, HTTP_REFERER=value,
            )  # fmt: skip
            judge(response, address)


def test_a_foreign_host_is_refused(town, reader):
    response = reader.get("/", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert "evil.example" not in body(response)


_texts = st.text(
    alphabet=st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40
) | st.sampled_from(list(HOSTILE.values())[2:])


@rules(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_texts, number=st.integers(min_value=0, max_value=10**25))
def test_whatever_stands_in_the_place_of_a_code_or_a_number(town, reader, text, number):
    """Every name of the address space with every argument replaced."""
    from django.urls import NoReverseMatch, reverse

    assert public_names()
    for name, calls in town.arguments().items():
        example = calls[0]
        if not example:
            continue
        replaced = tuple(number if isinstance(one, int) else text for one in example)
        try:
            path = reverse(f"portal:{name}", args=replaced)
        except NoReverseMatch:
            path = "/" + "/".join(quote(str(one), safe="") for one in (name, *replaced)) + "/"
        judge(reader.get(path), path)


def test_while_the_index_is_absent_the_site_still_answers(town, reader):
    """The table of the index is emptied: searching says so, everything else goes on."""
    from gongkai.search.models import SearchDocument

    assert Path(settings.MEDIA_ROOT).exists()
    with transaction.atomic():
        SearchDocument.objects.all().delete()
        for address in ("/search/?q=住房", "/info/?organ=411281-011&year=2024", "/policies/", "/"):
            response = reader.get(address)
            assert response.status_code == 200, address
            assert "<h1" in body(response)
        transaction.set_rollback(True)

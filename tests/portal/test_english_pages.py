"""Every public page in English: the interface speaks English, and records are marked as Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.portal.city import City, make_city

pytestmark = pytest.mark.django_db
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")
TOLD_ELSEWHERE = {"script", "style", "title", "option"}
"""Without text that is read in the page; an option of a list of bodies can carry no mark."""


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


def unmarked(node: LexborNode, language: str) -> Iterator[str]:
    """The texts that stand in Chinese where the page says that it is English."""
    language = node.attributes.get("lang") or language
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            text = child.text_content or ""
            if not language.startswith("zh") and CHINESE.search(text) and not LATIN.search(text):
                yield text.strip()
        elif child.tag not in TOLD_ELSEWHERE:
            yield from unmarked(child, language)


def test_a_text_that_is_left_in_chinese_is_found():
    page = LexborHTMLParser(
        '<html lang="en"><body><p>首页</p><p lang="zh-Hans">通知</p><p>More of 通知</p></body></html>'
    )
    assert list(unmarked(page.root, "en")) == ["首页"]


def test_an_english_page_has_chinese_only_in_records_that_are_marked(town, settings):
    settings.MEDIA_ROOT = town.media
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found: dict[str, set[str]] = {}
    walked = 0
    for _name, address in town.addresses():
        page = LexborHTMLParser(client.get(address).content.decode())
        assert page.root.attributes["lang"] == "en", address
        walked += 1
        for text in unmarked(page.root, "en"):
            found.setdefault(text, set()).add(address)
    assert walked > 30
    assert found == {}

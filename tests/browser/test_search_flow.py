"""Finding something: typing, a suggestion, hits, a facet, the document; by keyboard and by phone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gongkai.disclosure.models import DocumentKind, Genre
from gongkai.search import building, vocabulary
from tests.browser.conftest import PHONE, Reader
from tests.browser.test_portal import RULES, violations
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import make_column, published
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db(transaction=True)
BOX = "#find-main"


@pytest.fixture(autouse=True)
def city(live_server: Any) -> None:
    top = make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")
    housing = make_organ(
        "411281-011", name="义马市住房和城乡建设局", short_name="市住建局", parent=top
    )
    column = make_column("zcwjk", owner=top, title="政策文件库")
    topic = make_topic("10", name="城乡建设")
    for number in range(1, 25):
        published(
            date(2023, 1, number), organ=housing, column=column, title=f"供热服务公告第{number}号",
            topic=topic,
        )  # fmt: skip
    published(
        date(2024, 3, 1), organ=top, column=column, title="义马市供热管理办法", topic=topic,
        document_kind=DocumentKind.NORMATIVE, document_number="义政规〔2024〕7号",
        genre=Genre.NOTICE, effective_from=date(2024, 4, 1),
        body="<p>第一条　为了规范供热管理，制定本办法。</p><p>第二条　本办法自发布之日起施行。</p>",
    )  # fmt: skip
    published(
        date(2022, 3, 1), organ=top, column=column, title="义马市燃气管理办法",
        document_kind=DocumentKind.NORMATIVE, document_number="义政规〔2022〕1号",
        repealed_on=date(2023, 1, 1),
    )  # fmt: skip
    building.rebuild()
    vocabulary.refresh()


def typed(page: Page, words: str) -> None:
    """Words typed into the box, whose list of suggestions is then open."""
    page.locator(BOX).press_sequentially(words, delay=20)
    page.locator(f"{BOX}-list [role=option]").first.wait_for()


def test_from_typing_to_the_document_with_the_keyboard_alone(reader: Reader):
    page = reader.open("/search/")
    page.locator(BOX).focus()
    typed(page, "供热")
    box = page.locator(BOX)
    expect(box).to_have_attribute("role", "combobox")
    expect(box).to_have_attribute("aria-expanded", "true")
    assert violations(page, RULES) == []
    page.keyboard.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    option = page.locator(f"#{active}")
    expect(option).to_have_attribute("aria-selected", "true")
    chosen = option.inner_text()
    assert box.input_value() == "供热"
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.get_attribute("aria-activedescendant") is None
    assert box.input_value() == "供热"
    page.keyboard.press("ArrowDown")
    page.locator(f"{BOX}-list [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    assert page.locator(BOX).input_value() == chosen

    page.locator(BOX).fill("供热")
    page.locator(BOX).press("Enter")
    page.locator(".hit").first.wait_for()
    facet = page.locator(".facet a", has_text="市政府")
    facet.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**organ=411281*")
    hit = page.locator(".hit h3 a")
    expect(hit).to_have_text(["义马市供热管理办法"])
    hit.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/info/*/")
    expect(page.locator("h1")).to_have_text("义马市供热管理办法")


def test_on_a_phone_the_facets_fold_out_and_a_tap_takes_a_suggestion(reader: Reader):
    page = reader.open("/search/", width=PHONE)
    page.locator(BOX).click()
    typed(page, "供热")
    page.locator(f"{BOX}-list [role=option]").first.click()
    page.locator(".hit").first.wait_for()
    assert not page.locator(".facets-body").is_visible()
    page.goto(f"{reader.base}/search/?q=供热")
    page.locator(".facets label").click()
    assert page.locator(".facets-body").is_visible()
    page.locator(".facet a", has_text="2024").first.click()
    page.wait_for_url("**year=2024*")
    expect(page.locator(".hit h3 a")).to_have_text(["义马市供热管理办法"])
    page.locator(".chips a", has_text="2024").click()
    page.wait_for_url(lambda address: "year" not in address)
    assert page.locator(".hit").count() == 20


def test_while_an_input_method_composes_nothing_is_asked(reader: Reader):
    """Given pinyin on its way to characters, then no request leaves and no key is taken away."""
    page = reader.open("/search/")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "suggestions" in one.url else None)
    page.evaluate(
        """() => {
          const box = document.querySelector('#find-main');
          box.focus();
          box.dispatchEvent(new CompositionEvent('compositionstart'));
          box.value = 'gong re';
          box.dispatchEvent(new InputEvent('input', {bubbles: true, isComposing: true}));
          window.left = box.dispatchEvent(new KeyboardEvent('keydown',
            {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}));
        }"""
    )
    page.wait_for_timeout(400)
    assert asked == []
    assert page.evaluate("window.left") is True
    with page.expect_response("**/suggestions/**"):
        page.evaluate(
            """() => {
              const box = document.querySelector('#find-main');
              box.value = '供热';
              box.dispatchEvent(new CompositionEvent('compositionend'));
            }"""
        )
    assert len(asked) == 1


def test_fast_typing_asks_once_and_a_late_answer_opens_nothing(reader: Reader):
    page = reader.open("/search/")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "suggestions" in one.url else None)
    page.locator(BOX).focus()
    page.keyboard.type("供热服务公告")
    page.locator(f"{BOX}-list [role=option]").first.wait_for()
    assert len(asked) == 1
    page.locator(BOX).fill("")
    expect(page.locator(f"{BOX}-list")).to_be_hidden()


def test_without_scripts_everything_is_a_form_and_links(reader: Reader):
    page = reader.open("/search/", width=PHONE, javascript=False)
    page.locator(BOX).fill("供热管理办法")
    page.locator(BOX).press("Enter")
    page.wait_for_url("**/search/?q=*")
    page.locator(".facets label").click()
    page.locator(".facet summary", has_text="文件类别").click()
    page.locator(".facet a", has_text="行政规范性文件").click()
    page.wait_for_url("**kind=normative*")
    expect(page.locator(".hit h3 a")).to_have_text(["义马市供热管理办法"])

"""The dress of the portal in a real browser: reading aloud, paper, phones, previews, colours."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest

from gongkai.disclosure import services
from gongkai.disclosure.models import DocumentKind
from gongkai.portal import preferences
from gongkai.portal.models import SitePreferences
from tests.browser.conftest import PHONE, Reader
from tests.browser.test_portal import violations
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import Office, make_column, published
from tests.factories.organs import make_organ
from tests.portal.test_item_page import png, word, workbook

pytestmark = pytest.mark.django_db(transaction=True)

BODY = (
    "<p>各有关单位：</p><p>现将有关事项通知如下。</p>"
    + "".join(f"<p>第{number}条　{'本条说明供热管理的要求。' * 6}</p>" for number in "一二三四五六")
    + '<p><a href="https://example.com/">外部网站</a></p>'
)
#: A voice that speaks as long as it is let; a headless browser has none.
VOICE = """
  window.spoken = [];
  class Piece { constructor(text) { this.text = text; } }
  Object.defineProperty(window, "SpeechSynthesisUtterance", { value: Piece });
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => [{ lang: "en-US" }, { lang: "zh-CN", name: "小晓" }],
    speak(piece) { this.now = piece; window.spoken.push([piece.text, piece.lang, piece.voice?.name]); },
    cancel() { const was = this.now; this.now = null; if (was && was.onerror) was.onerror({}); },
  } });
  window.finish = () => { const was = window.speechSynthesis.now; was.onend({}); };
"""


@pytest.fixture(autouse=True)
def pages(live_server: Any) -> dict[str, str]:
    organ = make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")
    column = make_column("zcwjk", owner=organ, title="政策文件库", kind="policy")
    office = Office(organ, column)
    stored = {
        name: services.store_file(office.actor(), organ, BytesIO(data), name)
        for name, data in (
            ("通知.docx", word()), ("收支.xlsx", workbook(300)), ("示意图.png", png()),
        )
    }  # fmt: skip
    item = office.publish(
        title="义马市人民政府关于进一步加强城市集中供热管理工作的若干意见",
        document_kind=DocumentKind.NORMATIVE,
        genre="opinion",
        effective_from=date(2024, 3, 1),
        document_number="义政〔2024〕5号",
        topic=make_topic("10", name="城乡建设、环境保护"),
        body=BODY,
        attachments=[(one, name) for name, one in stored.items()],
    )
    for number in range(8):
        published(organ=organ, column=column, title=f"另一文件{number}", topic=item.topic,
                  document_kind=DocumentKind.POLICY)  # fmt: skip
    return {"item": f"/info/{item.pk}/", "home": "/"} | {
        name: f"/info/{item.pk}/files/{one.pk}/preview/" for name, one in stored.items()
    }


def test_a_text_is_read_aloud_paused_and_stopped(reader: Reader, pages: dict[str, str]):
    page = reader.open("/robots.txt")
    page.context.add_init_script(VOICE)
    page.goto(f"{reader.base}{pages['item']}")
    speak, silence = page.locator("[data-speak]"), page.locator("[data-silence]")
    assert speak.inner_text() == "朗读"
    assert not silence.is_visible()

    speak.click()
    assert page.evaluate("spoken[0]")[0].startswith("义马市人民政府关于")
    assert page.evaluate("spoken[0]")[1:] == ["zh-CN", "小晓"]
    assert speak.inner_text() == "暂停朗读"
    page.evaluate("finish()")
    assert page.evaluate("spoken[1][0]") == "各有关单位："

    speak.click()
    assert speak.inner_text() == "继续朗读"
    speak.click()
    assert page.evaluate("spoken[2][0]") == "各有关单位：", "goes on where it was paused"
    silence.click()
    assert speak.inner_text() == "朗读"
    assert not silence.is_visible()
    speak.click()
    assert page.evaluate("spoken.at(-1)[0]").startswith("义马市人民政府关于"), "from the beginning"


def test_a_text_is_read_to_its_end_in_pieces_that_browsers_bear(
    reader: Reader, pages: dict[str, str]
):
    page = reader.open("/robots.txt")
    page.context.add_init_script(VOICE)
    page.goto(f"{reader.base}{pages['item']}")
    page.locator("[data-speak]").click()
    page.evaluate(
        "while (speechSynthesis.now && !document.querySelector('[data-silence]').hidden) finish()"
    )
    spoken = [text for text, _language, _voice in page.evaluate("spoken")]
    assert max(map(len, spoken)) <= 160
    assert spoken[-1] == "外部网站"
    assert "".join(spoken).count("第六条") == 1
    assert page.locator("[data-speak]").inner_text() == "朗读"


def test_without_a_voice_or_without_scripts_no_button_promises_one(
    reader: Reader, pages: dict[str, str]
):
    mute = reader.open("/robots.txt")
    mute.context.add_init_script(
        "delete window.speechSynthesis; delete Window.prototype.speechSynthesis;"
    )
    mute.goto(f"{reader.base}{pages['item']}")
    assert not mute.locator("[data-speak]").is_visible()
    assert mute.locator("[data-print]").is_visible()
    plain = reader.open(pages["item"], javascript=False)
    assert not plain.locator(".item-tools button").first.is_visible()
    plain.locator(".qr summary").click()
    assert plain.locator(".qr-sheet svg").is_visible()


def test_the_link_is_copied_and_that_is_said(reader: Reader, pages: dict[str, str]):
    page = reader.open(pages["item"])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy]").click()
    assert page.evaluate("navigator.clipboard.readText()") == f"{reader.base}{pages['item']}"
    assert page.locator("[data-item-told]").inner_text() == "已复制链接"


def test_on_paper_the_item_carries_its_address_and_code_and_no_tools(
    reader: Reader, pages: dict[str, str]
):
    page = reader.open(pages["item"], display="dark")
    assert not page.locator(".paper-foot").is_visible()
    page.emulate_media(media="print")
    foot = page.locator(".paper-foot")
    assert foot.is_visible()
    assert pages["item"] in foot.inner_text()
    assert foot.locator("svg").bounding_box()["width"] > 50
    for hidden in (".item-tools", ".beside", ".masthead", ".topbar", ".footer", ".trail"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".gd-public__metadata").is_visible()


def test_lines_are_no_longer_than_one_reads_with_ease(reader: Reader, pages: dict[str, str]):
    """Thirty-six to forty-two characters a line on a wide screen."""
    page = reader.open(pages["item"], width=1440)
    characters = page.evaluate(
        """() => {
          const text = document.querySelector('.gd-public__text');
          return text.clientWidth / parseFloat(getComputedStyle(text).fontSize);
        }"""
    )
    assert 36 <= characters <= 44


def test_a_phone_shows_name_search_and_menu(reader: Reader, pages: dict[str, str]):
    page = reader.open(pages["item"], width=PHONE)
    for shown in (".identity", ".masthead .find input", ".menu summary"):
        assert page.locator(shown).first.is_visible(), shown
    for hidden in (".topbar", ".masthead > .entrances"):
        assert not page.locator(hidden).is_visible(), hidden
    page.locator(".menu summary").click()
    page.locator(".menu-sheet a", has_text="长者模式").click()
    assert page.locator("html").get_attribute("class") == "elder"


def test_chosen_colours_hold_in_every_mode(reader: Reader, pages: dict[str, str]):
    """Given a green site, then light, dark and high contrast pages are all readable."""
    preferences.memory.keep(
        SitePreferences(theme="red", brand="#00563f", accent="#8a3b00"), float("inf")
    )
    for display in ("", "dark", "contrast", "dark.contrast"):
        page = reader.open(pages["item"], display=display)
        assert violations(page, ["color-contrast"]) == [], display
        ground = page.evaluate(
            "getComputedStyle(document.querySelector('.entrances')).backgroundColor"
        )
        if display == "":
            assert ground == "rgb(0, 86, 63)"

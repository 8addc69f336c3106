"""Public items in a real browser: accessible, narrow, readable by the old and on paper."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from gongkai.disclosure.models import (
    Attachment,
    DisclosedItem,
    DocumentKind,
    PublicTrace,
    StoredFile,
    TraceKind,
)
from tests.browser.conftest import DESKTOP, Reader
from tests.factories.catalogue import make_adopted_entries, make_publication, make_topic
from tests.factories.disclosure import make_column, published
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db(transaction=True)

BODY = (
    "<p>各有关单位：</p><p>现将有关事项通知如下。</p><h2>一、范围</h2>"
    "<table><tr><th>指标</th><th>本期</th><th>上期</th><th>说明</th></tr>"
    "<tr><td>受理（件）</td><td>128</td><td>117</td><td>" + "说明文字" * 12 + "</td></tr></table>"
    '<p align="right">义马市住房和城乡建设局</p>'
)


@pytest.fixture(autouse=True)
def pages(live_server: Any) -> dict[str, str]:
    organ = make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")
    column = make_column("zcwjk", owner=organ, title="政策文件库", kind="policy")
    values: dict[str, Any] = {"organ": organ, "column": column, "document_kind": "policy"}
    new = published(date(2024, 3, 5), title="关于供热的新办法", body=BODY, **values)
    old = published(
        date(2020, 3, 5),
        title="义马市人民政府关于进一步加强城市集中供热管理工作的若干意见",
        document_number="义政〔2020〕5号",
        topic=make_topic("10", name="城乡建设、环境保护"),
        repealed_on=date(2024, 3, 1),
        successor=new,
        keywords=["供热"],
        body=BODY,
        **values,
    )
    published(title="办法解读", interprets=old, organ=organ, column=column,
              document_kind=DocumentKind.INTERPRETATION)  # fmt: skip
    stored = StoredFile.objects.create(sha256="0" * 64, original_sha256="0" * 64, size=20_000,
                                       extension=".docx", media_type="application/msword",
                                       text_state="read")  # fmt: skip
    Attachment.objects.create(item=old, stored=stored, name="附件一：申请表.docx")
    PublicTrace.objects.create(item=old, kind=TraceKind.REPEALED, note="自2024年3月1日起废止。")
    gone = published(title="撤回的", live=False, status="withdrawn", withdrawn_at=timezone.now(),
                     withdraw_reason="信息有误", organ=organ, column=column)  # fmt: skip
    PublicTrace.objects.create(item=gone, kind=TraceKind.WITHDRAWN, note="信息有误。")
    entry = make_adopted_entries(organ, 3)[0]
    DisclosedItem.entries.through.objects.create(discloseditem=old, catalogueentry=entry)
    make_publication(organ, entry, date(2020, 3, 5))
    for number in range(25):
        published(date(2021, 1, 1 + number), **values)
    return {
        "list": "/info/",
        "questions": "/info/?validity=repealed&year=2020",
        "nothing found": "/info/?q=没有这样的词",
        "wrong question": "/info/?year=1900",
        "item": f"/info/{old.pk}/",
        "gone": f"/info/{gone.pk}/",
        "catalogue": "/info/catalogue/",
        "one body's catalogue": "/info/catalogue/?organ=411281",
        "home": "/",
    }


def test_a_reader_finds_an_item_without_scripts(reader: Reader, pages: dict[str, str]):
    """Given no JavaScript, when somebody leafs through the documents, then the item opens."""
    page = reader.open("/", javascript=False)
    page.locator(".entrances a", has_text="政策文件").click()
    page.locator(".pages a[rel=next]").click()
    page.locator("main a", has_text="集中供热管理工作的若干意见").first.click()
    assert page.locator("h1").inner_text().startswith("义马市人民政府关于")
    banner = page.locator(".gd-public__banner")
    assert "废止" in banner.inner_text()
    banner.locator("a").click()
    assert page.locator("h1").inner_text() == "关于供热的新办法"


def test_elder_mode_enlarges_the_text_and_its_metadata(reader: Reader, pages: dict[str, str]):
    def sizes(display: str) -> list[float]:
        page = reader.open(pages["item"], display=display)
        return [
            page.locator(selector).first.evaluate(
                "one => parseFloat(getComputedStyle(one).fontSize)"
            )
            for selector in (".gd-public__text p", ".gd-public__metadata dd", ".gd-public__title")
        ]

    for plain, elder in zip(sizes(""), sizes("elder"), strict=True):
        assert elder > plain * 1.2


def test_an_item_on_paper_is_the_document_alone(reader: Reader, pages: dict[str, str]):
    page = reader.open(pages["item"], display="dark", width=DESKTOP)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.locator(".gd-public__text").is_visible()
    for hidden in (".masthead", ".trail", ".footer", ".neighbours"):
        assert not page.locator(hidden).is_visible()

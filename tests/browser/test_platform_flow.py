"""The disclosure platform in a real browser: accessible, narrow, walked by someone without scripts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from gongkai.disclosure.models import DisclosedItem, Leader, LeaderVersion
from tests.browser.conftest import DESKTOP, PHONE, Reader
from tests.factories.catalogue import (
    make_catalogue,
    make_duty,
    make_entry,
    make_field,
    make_publication,
    make_topic,
    put_in_force,
)
from tests.factories.disclosure import make_column, published
from tests.factories.organs import make_organ
from tests.portal.factories import publish

pytestmark = pytest.mark.django_db(transaction=True)

BODY = "<p>为方便公众获取政府信息，编制本指南。</p><h2>一、公开范围</h2><p>见法定主动公开内容。</p>"


@pytest.fixture(autouse=True)
def pages(live_server: Any) -> dict[str, str]:
    top = make_organ(
        "411281", name="义马市人民政府", short_name="市政府", kind="government",
        office_name="市政府办公室", address="义马市银杏路1号", phone="0398-5555555",
        email="gk@ym.example.cn", office_hours="工作日8:30—12:00、14:30—17:30",
    )  # fmt: skip
    housing = make_organ(
        "411281-011", name="义马市住房和城乡建设局", short_name="市住建局", parent=top,
        phone="0398-5555556", address="义马市银杏路2号",
    )  # fmt: skip
    make_organ("411281-090", name="义马市房产管理局", parent=top, abolished_on=date(2021, 3, 1),
               successor=housing)  # fmt: skip
    make_organ("411281-101", name="义马市千秋路街道办事处", parent=top, kind="subdistrict")
    columns = {
        slug: make_column(slug, owner=top, title=title, kind=kind)
        for slug, title, kind in (
            ("zfxxgkzn", "政府信息公开指南", "catalogue"), ("zfxxgkzd", "政府信息公开制度", "catalogue"),
            ("fdzdgknr", "法定主动公开内容", "catalogue"), ("zfxxgknb", "政府信息公开年报", "catalogue"),
            ("jgzn", "机构职能", "functions"), ("gkxx", "概况信息", "overview"),
            ("ztzl", "专题专栏", "special"), ("hdjl", "互动交流", "other"),
            ("zwdt", "政务动态", "news"),
        )
    }  # fmt: skip
    special = make_column("yshj", owner=top, title="优化营商环境", kind="special",
                          parent=columns["ztzl"], description="怎样办得更快")  # fmt: skip
    make_column("sp", owner=top, title="视频", kind="news", parent=columns["zwdt"])
    for slug in ("zfxxgkzn", "zfxxgkzd", "jgzn", "gkxx"):
        for organ in (top, housing):
            published(date(2024, 1, 5), organ=organ, column=columns[slug], body=BODY,
                      title=f"{organ.short_name}{columns[slug].title}")  # fmt: skip
    topic = make_topic("10", name="城乡建设、环境保护")
    for number in range(25):
        published(date(2024, 1, 1 + number), organ=housing, column=columns["fdzdgknr"],
                  statutory_item="20-07", topic=topic, document_number=f"义建〔2024〕{number + 1}号",
                  title=f"关于第{number + 1}批财政资金安排使用情况的通知")  # fmt: skip
        published(date(2023, 1, 1 + number), organ=top, column=special, title=f"营商动态{number}")
    publish(top, 2022)
    for year in range(2019, 2026):
        publish(housing, year)
    standard = make_catalogue(top, title="义马市基层政务公开标准目录")
    field = make_field("SZFW", name="市政服务")
    entries = [
        make_entry(standard, field=field, code=f"SZFW-00{number}", seq=number, level1=level1,
                   level2=level2)
        for number, (level1, level2) in enumerate(
            (("供热", "办事指南"), ("供热", "收费标准"), ("供水", "水质公告")), start=1
        )
    ]  # fmt: skip
    put_in_force(standard)
    for entry in entries:
        make_duty(entry, housing)
    item = published(organ=housing, column=columns["fdzdgknr"], title="供热办事指南")
    DisclosedItem.entries.through.objects.create(discloseditem=item, catalogueentry=entries[0])
    make_publication(housing, entries[0], date(2024, 1, 5), source="disclosure",
                     source_id=str(item.pk))  # fmt: skip
    leader = Leader.objects.create(organ=housing)
    leader.current = LeaderVersion.objects.create(
        leader=leader, name="甲某", position="局长", duties="主持全面工作。", biography="大学学历。",
        content_hash="0" * 64, state="approved", decided_at=timezone.now(),
    )  # fmt: skip
    leader.save()
    own = f"/organs/{housing.code}"
    return {
        "platform": "/disclosure/",
        "guide": "/disclosure/zfxxgkzn/",
        "rules": f"{own}/disclosure/zfxxgkzd/",
        "statutory": f"{own}/disclosure/fdzdgknr/",
        "one item of the law": "/disclosure/fdzdgknr/20-07/",
        "nothing of an item": f"{own}/disclosure/fdzdgknr/20-01/",
        "reports": "/disclosure/zfxxgknb/",
        "request": "/disclosure/ysqgk/",
        "policies of a body": f"{own}/disclosure/zc/",
        "directory": "/organs/",
        "body": f"{own}/",
        "former body": "/organs/411281-090/",
        "all of a body": f"{own}/items/",
        "leaders": "/leaders/",
        "leader": f"/leaders/{leader.pk}/",
        "column": "/columns/fdzdgknr/",
        "year of a column": "/columns/fdzdgknr/2024/",
        "empty column": "/columns/sp/",
        "overview": "/columns/gkxx/",
        "gallery": "/columns/ztzl/",
        "entrance": "/columns/hdjl/",
        "topics": "/topics/",
        "topic": "/topics/10/",
        "fields": "/fields/",
        "field": "/fields/SZFW/",
        "catalogue": "/info/catalogue/",
        "catalogue by body": f"/info/catalogue/bodies/{housing.code}/",
        "bodies of the catalogue": "/info/catalogue/bodies/",
        "audience": "/info/catalogue/audience/all/",
        "official table": "/info/catalogue/table/SZFW/",
        "entry": "/info/catalogue/entries/SZFW-001/",
        "page beyond": "/columns/fdzdgknr/page/10000/",
    }


def test_a_citizen_walks_the_platform_without_scripts(reader: Reader, pages: dict[str, str]):
    """Given no JavaScript, from the start page to a body's budget and to how to ask for more."""
    page = reader.open("/", javascript=False)
    page.locator(".entrances a", has_text="信息公开").click()
    assert page.locator("h1").inner_text() == "政府信息公开"
    page.locator(".tiles a", has_text="市住建局").click()
    page.locator(".fixed-parts a", has_text="法定主动公开内容").click()
    page.locator(".law a", has_text="财政预算").click()
    assert page.url.endswith("/organs/411281-011/disclosure/fdzdgknr/20-07/")
    page.locator(".pages [rel=next]").click()
    assert page.locator(".list tbody tr").count() == 5
    page.locator(".rail a", has_text="依申请公开").click()
    assert "20个工作日内答复" in page.locator("main").inner_text()


def test_a_citizen_finds_what_must_be_published_and_what_was(reader: Reader, pages: dict[str, str]):
    page = reader.open("/fields/", javascript=False)
    page.locator(".fields a", has_text="市政服务").click()
    matter = page.locator(".matter").first
    assert "20个工作日" in matter.locator(".matter-row").inner_text()
    matter.locator(".links a").click()
    assert page.locator("h1").inner_text() == "供热办事指南"


def test_on_a_phone_every_part_of_the_platform_is_in_sight(reader: Reader, pages: dict[str, str]):
    page = reader.open(pages["request"], width=PHONE)
    for link in page.locator(".rail li a").all():
        box = link.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= PHONE


def test_the_official_table_is_printed_whole_and_lying(reader: Reader, pages: dict[str, str]):
    page = reader.open(pages["official table"], width=DESKTOP)
    page.emulate_media(media="print")
    for hidden in (".masthead", ".footer", ".tabs", ".files"):
        assert not page.locator(hidden).first.is_visible()
    table = page.locator(".official")
    assert table.locator("thead tr").count() == 2
    pdf = page.pdf(prefer_css_page_size=True)
    boxes = [part.split(b"]")[0].split() for part in pdf.split(b"/MediaBox [")[1:]]
    assert boxes
    for box in boxes:
        assert float(box[2]) > float(box[3])

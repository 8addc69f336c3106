"""The columns: one item, one address, however many columns it hangs in; pages and years by path."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from gongkai.disclosure.models import DisclosedItem
from gongkai.portal.platform import lists
from tests.factories.disclosure import Office, make_column, published
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db


@pytest.fixture
def organ():
    return make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")


@pytest.fixture
def news(organ):
    return make_column("zwdt", owner=organ, title="政务动态", kind="news")


@pytest.fixture
def city(news, organ):
    return make_column("yw", owner=organ, title="要闻", kind="news", parent=news)


@pytest.fixture
def streets(news, organ):
    return make_column("xzdt", owner=organ, title="街道动态", kind="news", parent=news)


def mount(item, *columns):
    for column in columns:
        DisclosedItem.mounts.through.objects.create(discloseditem=item, column=column)


def titles(page):
    return [link.text() for link in page.css(".list tbody th a")]


def test_a_column_lists_what_stands_below_it_newest_first(organ, news, city, streets, read):
    deep = make_column("sp", owner=organ, title="视频", kind="news", parent=streets)
    published(date(2024, 1, 1), organ=organ, column=city, title="一")
    published(date(2024, 1, 3), organ=organ, column=streets, title="三")
    published(date(2024, 1, 2), organ=organ, column=news, title="二")
    published(date(2024, 1, 4), organ=organ, column=deep, title="四")
    assert titles(read("/columns/zwdt/")) == ["四", "三", "二", "一"]
    assert titles(read("/columns/xzdt/")) == ["四", "三"]
    assert titles(read("/columns/yw/")) == ["一"]


def test_an_item_mounted_in_many_columns_is_one_item_at_one_address(
    organ, news, city, streets, read
):
    """No double posting: given mounts in two columns and below its own, each list has it once."""
    notices = make_column("tzgg", owner=organ, title="通知公告")
    item = published(date(2024, 1, 2), organ=organ, column=notices, title="停水通知")
    mount(item, city, streets, news)
    own = published(date(2024, 1, 1), organ=organ, column=city, title="要闻一则")
    mount(own, streets)
    assert titles(read("/columns/zwdt/")) == ["停水通知", "要闻一则"]
    assert "共2条" in read("/columns/zwdt/").css_first("#found").text()
    assert titles(read("/columns/yw/")) == ["停水通知", "要闻一则"]
    assert titles(read("/columns/xzdt/")) == ["停水通知", "要闻一则"]
    for slug in ("zwdt", "yw", "xzdt", "tzgg"):
        link = read(f"/columns/{slug}/").css_first(".list tbody th a")
        assert link.attributes["href"] == f"/info/{item.pk}/"


def test_drafts_and_what_was_withdrawn_stand_in_no_column(organ, city, read):
    published(organ=organ, column=city, title="在的")
    gone = published(organ=organ, column=city, title="撤回的", live=False, status="withdrawn",
                     withdrawn_at=timezone.now(), withdraw_reason="有误")  # fmt: skip
    mount(gone, make_column("tzgg", owner=organ))
    assert titles(read("/columns/zwdt/")) == ["在的"]
    assert titles(read("/columns/tzgg/")) == []


def test_an_item_is_seen_at_once_after_approval(organ, city, read):
    office = Office(organ, city)
    office.publish(title="刚刚批准的")
    assert titles(read("/columns/zwdt/")) == ["刚刚批准的"]


def test_pages_and_years_have_addresses_of_their_own(organ, city, read, client):
    for number in range(21):
        published(date(2023, 1, 1) + timedelta(number), organ=organ, column=city, title=f"{number}")
    published(date(2024, 1, 1), organ=organ, column=city, title="新年")
    page = read("/columns/yw/")
    assert titles(page)[0] == "新年"
    assert len(titles(page)) == 20
    assert page.css_first(".pages [rel=next]").attributes["href"] == "/columns/yw/page/2/"
    assert titles(read("/columns/yw/page/2/")) == ["1", "0"]
    back = read("/columns/yw/page/2/").css_first(".pages [rel=prev]")
    assert back.attributes["href"] == "/columns/yw/"
    chips = [chip.attributes["href"] for chip in page.css(".chips a")]
    assert chips == ["/columns/yw/", "/columns/yw/2024/", "/columns/yw/2023/"]
    assert titles(read("/columns/yw/2024/")) == ["新年"]
    year = read("/columns/yw/2023/")
    assert len(titles(year)) == 20
    assert year.css_first(".pages [rel=next]").attributes["href"] == "/columns/yw/2023/page/2/"
    assert titles(read("/columns/yw/2023/page/2/")) == ["0"]
    for address in ("/columns/yw/2019/", "/columns/yw/page/3/", "/columns/yw/page/10000/",
                    "/columns/none/", "/columns/yw/2024/page/2/"):  # fmt: skip
        assert client.get(address).status_code == 404, address


def test_no_page_prints_ten_thousand_numbers(organ, city, monkeypatch):
    published(organ=organ, column=city)
    shelf = lists.in_columns([city])
    shelf.__dict__["number"] = 200_000
    monkeypatch.setattr(lists.Merged, "rows", lambda self, bottom, top: [])
    from gongkai.portal import paging

    shown = paging.by_path(shelf, 5_000, "/columns/yw/")["pages"]
    assert len(shown) <= 9
    assert shown[0] == 1
    assert shown[-1] == 10_000
    assert 5_000 in shown


def test_a_page_near_the_end_is_the_same_counted_from_either_end(organ, city, streets):
    for number in range(9):
        item = published(date(2024, 1, 1 + number // 2), organ=organ,
                         column=(city, streets)[number % 2], title=str(number))  # fmt: skip
        if number % 3 == 0:
            mount(item, city, streets)
    whole = [one.pk for one in lists.in_columns([city, streets]).rows(0, 9)]
    assert len(set(whole)) == 9
    counted = lists.in_columns([city, streets])
    assert len(counted) == 9
    for bottom in range(9):
        assert [one.pk for one in counted.rows(bottom, bottom + 2)] == whole[bottom : bottom + 2]


def test_an_empty_column_says_until_when_it_was_looked_at(organ, city, read):
    today = timezone.localdate()
    said = read("/columns/yw/").css_first(".empty").text()
    assert "本栏目暂无信息" in said
    assert f"截至{today.year}年{today.month}月{today.day}日" in said


def test_an_empty_column_gives_the_offices_own_reason_while_it_stands(organ, city, read):
    today = timezone.localdate()
    city.empty_note, city.empty_note_on = "今年没有调整区划。", today - timedelta(30)
    city.empty_note_until = today + timedelta(30)
    city.save()
    said = read("/columns/yw/").css_first(".empty").text()
    assert "今年没有调整区划。" in said
    assert "有效至" in said
    city.empty_note_until = today - timedelta(1)
    city.save()
    assert "今年没有调整区划。" not in read("/columns/yw/").css_first(".empty").text()


def test_a_closed_column_is_marked_and_stays_readable(organ, news, city, read):
    published(organ=organ, column=city, title="旧闻")
    city.closed_on = date(2024, 6, 30)
    city.save()
    page = read("/columns/yw/")
    assert "2024年6月30日起停用" in page.css_first(".notice").text()
    assert titles(page) == ["旧闻"]
    assert "已停用" in read("/columns/zwdt/").css_first(".rail").text()


def test_a_column_of_facts_shows_its_newest_item_in_full(organ, read):
    facts = make_column("dqgk", owner=organ, title="地区概况", kind="overview")
    published(date(2023, 1, 5), organ=organ, column=facts, title="旧概况", body="<p>旧的数字</p>")
    published(date(2024, 1, 5), organ=organ, column=facts, title="新概况", body="<p>辖七个街道</p>")
    page = read("/columns/dqgk/")
    assert "辖七个街道" in page.css_first(".document").text()
    assert "旧的数字" not in page.body.text()
    assert titles(page) == ["新概况", "旧概况"]


def test_special_topics_are_a_gallery_of_their_columns(organ, read):
    special = make_column("ztzl", owner=organ, title="专题专栏", kind="special")
    trade = make_column("yshj", owner=organ, title="优化营商环境", kind="special", parent=special, order=1,
                        description="怎样办得更快")  # fmt: skip
    empty = make_column("wmcj", owner=organ, title="文明创建", kind="special", parent=special,
                        order=2)  # fmt: skip
    for number in range(6):
        published(date(2024, 1, 1 + number), organ=organ, column=trade, title=f"营商{number}")
    blocks = read("/columns/ztzl/").css(".gallery > li")
    assert [block.css_first("h2").text() for block in blocks] == [trade.title, empty.title]
    assert "怎样办得更快" in blocks[0].text()
    assert [link.text() for link in blocks[0].css(".links a")] == [
        "营商5", "营商4", "营商3", "营商2",
    ]  # fmt: skip
    assert "暂无信息" in blocks[1].text()


@pytest.mark.parametrize("slug", ["hdjl", "bsfw", "ldxx", "jgzn", "zdly", "zxft"])
def test_no_entrance_is_a_dead_end(organ, read, client, slug):
    make_column(slug, owner=organ, title="入口", kind="other")
    doors = read(f"/columns/{slug}/").css(".doors a")
    assert doors
    for door in doors:
        address = door.attributes["href"]
        if address.startswith("/"):
            assert client.get(address).status_code in (200, 404 if "catalogue" in address else 200)


def test_a_column_tells_machines_what_it_is(organ, read):
    make_column("tzgg", owner=organ, title="通知公告", description="各机关的通知和公告")
    page = read("/columns/tzgg/")
    meta = {one.attributes["name"]: one.attributes["content"] for one in page.css("meta[name]")}
    assert meta["ColumnName"] == "通知公告"
    assert meta["ColumnType"] == "通知公告"
    assert meta["ColumnDescription"]
    assert meta["description"] == "各机关的通知和公告"
    feeds = [one.attributes["href"] for one in page.css("link[type='application/atom+xml']")]
    assert feeds == ["/columns/tzgg/feed.xml"]


def test_the_part_of_the_platform_is_pointed_to_from_its_column(organ, read):
    make_column("zfxxgkzn", owner=organ, title="政府信息公开指南", kind="catalogue")
    links = [one.attributes["href"] for one in read("/columns/zfxxgkzn/").css(".notice a")]
    assert "/disclosure/zfxxgkzn/" in links


def test_a_column_costs_the_same_with_many_items_and_many_columns_below(
    organ, news, city, streets, client, django_assert_max_num_queries, django_assert_num_queries
):
    facts = make_column("gkxx", owner=organ, title="概况", kind="overview")
    special = make_column("ztzl", owner=organ, title="专题", kind="special")
    below = make_column("zt1", owner=organ, kind="special", parent=special)
    for column in (city, streets, facts, below):
        for number in range(3):
            published(date(2023 + number % 2, 1, 1), organ=organ, column=column)
    addresses = ["/columns/zwdt/", "/columns/zwdt/2023/", "/columns/gkxx/", "/columns/ztzl/"]
    costs = []
    for address in addresses:
        with django_assert_max_num_queries(10) as captured:
            client.get(address, {"round": "1"})
        costs.append(len(captured))
    for number in range(4):
        more = make_column(owner=organ, kind="special", parent=special)
        news_too = make_column(owner=organ, kind="news", parent=news)
        for column in (more, news_too, city, facts):
            for _again in range(3):
                item = published(date(2023, 2, 1 + number), organ=organ, column=column)
                mount(item, streets)
    for address, cost in zip(addresses, costs, strict=True):
        with django_assert_num_queries(cost):
            client.get(address, {"round": "2"})


def test_a_page_names_what_it_is_made_from_and_nothing_more(organ, city, client):
    """So that what is published elsewhere leaves the page where it is kept."""
    published(organ=organ, column=city, title="要闻一则")
    facts = make_column("gkxx", owner=organ, title="概况", kind="overview")
    shown = published(organ=organ, column=facts, title="概况一览")
    made_from = client.get("/columns/yw/").shown.tags
    assert "column:yw" in made_from
    assert not {one for one in made_from if one.startswith(("item", "organ:"))}
    assert f"item:{shown.pk}" in client.get("/columns/gkxx/").shown.tags
    body = client.get(f"/organs/{organ.code}/items/").shown.tags
    assert f"organ:{organ.code}" in body
    assert "items" not in body


@pytest.mark.parametrize("slug", ["zc", "zfxxgkzn", "zfxxgkzd", "fdzdgknr", "zfxxgknb", "ysqgk"])
def test_a_column_named_like_a_fixed_part_leads_to_a_page_that_is_there(organ, slug, read, client):
    make_column(slug, owner=organ, title="同名栏目")
    (link,) = read(f"/columns/{slug}/").css(".notice a")
    assert client.get(link.attributes["href"]).status_code == 200

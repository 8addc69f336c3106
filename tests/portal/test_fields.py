"""Topics and key fields: trees with numbers, each leading to what was published."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from gongkai.catalogue.models import Duty
from gongkai.disclosure.models import DisclosedItem
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def top():
    return make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")


@pytest.fixture
def welfare(top):
    return make_organ("411281-006", name="义马市民政局", short_name="市民政局", parent=top)


@pytest.fixture
def street(top):
    return make_organ("411281-101", name="义马市千秋路街道办事处", parent=top, kind="subdistrict")


@pytest.fixture
def column(top):
    return make_column("zdly-shjz", owner=top, title="社会救助", kind="key_field")


@pytest.fixture
def field():
    return make_field("SHJZ", name="社会救助")


@pytest.fixture
def entries(top, field, welfare, street):
    """Three matters in force; the bureau has taken all on, the street one."""
    standard = make_catalogue(top)
    found = [
        make_entry(standard, field=field, level1=level1, level2=level2)
        for level1, level2 in (
            ("最低生活保障", "办事指南"), ("最低生活保障", "审批结果"), ("临时救助", "政策文件"),
        )
    ]  # fmt: skip
    put_in_force(standard)
    for entry in found:
        make_duty(entry, welfare)
    make_duty(found[0], street)
    return found


def answer(entry, organ, column, title, day):
    """A published item that answers the entry, as publishing leaves it."""
    item = published(day, organ=organ, column=column, title=title)
    DisclosedItem.entries.through.objects.create(discloseditem=item, catalogueentry=entry)
    make_publication(organ, entry, day, source="disclosure", source_id=str(item.pk))
    return item


def titles(page):
    return [link.text() for link in page.css(".list tbody th a")]


# -- topics ------------------------------------------------------------------------------------------
def test_the_topics_have_two_levels_with_numbers(top, column, read):
    above = make_topic("10", name="城乡建设")
    below = make_topic("10-02", name="住房", parent=above)
    make_topic("21", name="国防")
    published(organ=top, column=column, topic=above, title="甲")
    published(organ=top, column=column, topic=below, title="乙")
    page = read("/topics/")
    (only,) = page.css(".topics > li")
    assert "城乡建设 2" in only.css_first("h2").text()
    assert only.css_first(".chips a").attributes["href"] == "/topics/10-02/"
    bare = page.css_first("section:has(#bare)")
    assert [one.text(strip=True) for one in bare.css(".chip")] == ["国防"]
    assert bare.css("a") == []


def test_a_topic_lists_those_below_it(top, column, read, client):
    above = make_topic("10", name="城乡建设")
    below = make_topic("10-02", name="住房", parent=above)
    published(date(2024, 1, 1), organ=top, column=column, topic=above, title="甲")
    published(date(2024, 1, 2), organ=top, column=column, topic=below, title="乙")
    published(organ=top, column=column, topic=make_topic("21", name="国防"), title="丙")
    assert titles(read("/topics/10/")) == ["乙", "甲"]
    page = read("/topics/10-02/")
    assert titles(page) == ["乙"]
    assert page.css_first(".rail li [aria-current]").text() == "住房"
    for number in range(20):
        published(organ=top, column=column, topic=below, title=f"{number}")
    assert len(titles(read("/topics/10/page/2/"))) == 2
    assert client.get("/topics/10/page/10000/").status_code == 404
    assert client.get("/topics/99/").status_code == 404


# -- key fields ----------------------------------------------------------------------------------------
def test_the_grid_counts_matters_and_items(welfare, column, entries, read):
    answer(entries[0], welfare, column, "低保指南", date(2024, 1, 5))
    answer(entries[2], welfare, column, "临时救助办法", date(2024, 2, 5))
    tile = read("/fields/").css_first(".fields li")
    assert tile.css_first("a").attributes["href"] == "/fields/SHJZ/"
    assert "3个事项 · 2条信息" in tile.text()
    assert "2024-02-05" in tile.text()


def test_a_field_has_its_matters_beside_their_items(welfare, column, entries, read):
    answer(entries[0], welfare, column, "低保指南", date(2024, 1, 5))
    page = read("/fields/SHJZ/")
    assert [one.text() for one in page.css(".matters h2")] == ["最低生活保障", "临时救助"]
    matter = page.css_first(".matter")
    assert matter.css_first("h3").text() == "办事指南"
    assert matter.css_first(".links a").text() == "低保指南"
    row = matter.css_first(".matter-row").text()
    for words in ("文件全文、有效性、解读", "政府信息公开条例", "20个工作日", "教育行政部门",
                  "市民政局"):  # fmt: skip
        assert words in row
    assert "3个事项，其中1个已有公开的信息" in page.css_first(".lead").text()
    assert "还没有公开的信息" in page.css(".matter")[1].text()


def test_only_the_newest_of_a_matter_stand_there_and_the_rest_is_one_step_away(
    welfare, column, entries, read
):
    for number in range(7):
        answer(entries[0], welfare, column, f"公示{number}", date(2024, 1, 1 + number))
    matter = read("/fields/SHJZ/").css_first(".matter")
    assert [one.text() for one in matter.css(".links a")] == [
        f"公示{number}" for number in range(6, 1, -1)
    ]
    rest = next(one for one in matter.css("a") if "全部7条" in one.text())
    assert len(titles(read(rest.attributes["href"]))) == 7


def test_a_field_by_body_has_what_that_body_owes(welfare, street, column, entries, read, client):
    answer(entries[0], welfare, column, "局里的", date(2024, 1, 5))
    answer(entries[0], street, column, "街道的", date(2024, 1, 6))
    page = read(f"/fields/SHJZ/{street.code}/")
    assert len(page.css(".matter")) == 1
    assert [one.text() for one in page.css(".matter .links a")] == ["街道的"]
    chips = [one.attributes["href"] for one in page.css(".chips a")]
    assert chips == [
        "/fields/SHJZ/",
        f"/fields/SHJZ/{welfare.code}/",
        f"/fields/SHJZ/{street.code}/",
    ]
    assert client.get("/fields/SHJZ/411281/").status_code == 404
    assert client.get("/fields/NONE/").status_code == 404


def test_a_body_that_has_nothing_says_so_with_its_days(street, entries, read):
    today = timezone.localdate()
    Duty.objects.filter(organ=street).update(
        state="empty", reason="本季度没有申请。", stated_on=today - timedelta(10),
        valid_until=today + timedelta(80),
    )  # fmt: skip
    page = read(f"/fields/SHJZ/{street.code}/")
    said = page.css_first(".said").text()
    assert "本季度没有申请。" in said
    assert (today + timedelta(80)).isoformat() in said
    assert "1个说明暂无" in page.css_first(".lead").text()


def test_a_statement_that_has_run_out_is_no_longer_made(street, entries, read):
    today = timezone.localdate()
    Duty.objects.filter(organ=street).update(
        state="empty", reason="本季度没有申请。", stated_on=today - timedelta(90),
        valid_until=today - timedelta(1),
    )  # fmt: skip
    assert "本季度没有申请" not in read(f"/fields/SHJZ/{street.code}/").body.text()


def test_a_withdrawn_item_is_gone_from_its_matter(welfare, column, entries, read):
    item = answer(entries[0], welfare, column, "低保指南", date(2024, 1, 5))
    DisclosedItem.objects.filter(pk=item.pk).update(
        live=False, status="withdrawn", withdrawn_at=timezone.now(), withdraw_reason="有误"
    )
    assert "低保指南" not in read("/fields/SHJZ/").body.text()
    assert titles(read(f"/info/catalogue/entries/{entries[0].code}/")) == []


def test_fields_cost_the_same_with_few_items_and_with_many(
    top, welfare, street, column, entries, client,
    django_assert_max_num_queries, django_assert_num_queries,
):  # fmt: skip
    topic = make_topic("10", name="城乡建设")
    answer(entries[0], welfare, column, "一", date(2024, 1, 5))
    published(organ=top, column=column, topic=topic)
    addresses = ["/fields/", "/fields/SHJZ/", f"/fields/SHJZ/{welfare.code}/", "/topics/",
                 "/topics/10/"]  # fmt: skip
    costs = []
    for address in addresses:
        with django_assert_max_num_queries(10) as captured:
            client.get(address, {"round": "1"})
        costs.append(len(captured))
    for number in range(8):
        make_topic(f"10-0{number}", name=f"子题{number}", parent=topic)
        for entry in entries:
            answer(entry, welfare, column, f"{number}", date(2024, 2, 1 + number))
        published(organ=top, column=column, topic=topic)
    for address, cost in zip(addresses, costs, strict=True):
        with django_assert_num_queries(cost):
            client.get(address, {"round": "2"})

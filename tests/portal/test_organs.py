"""The bodies: who they are, how to reach them, what became of them, what they have published."""

from datetime import date

import pytest

from tests.factories.catalogue import make_adopted_entry, make_field
from tests.factories.disclosure import make_column, published
from tests.factories.organs import make_organ
from tests.portal.factories import publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def top():
    return make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")


@pytest.fixture
def housing(top):
    return make_organ(
        "411281-011", name="义马市住房和城乡建设局", short_name="市住建局", parent=top,
        office_name="市住建局办公室", responsible_person="测试负责人", address="义马市银杏路2号",
        phone="0398-5555555", email="zj@ym.example.cn", office_hours="工作日8:30—12:00",
    )  # fmt: skip


@pytest.fixture
def street(top):
    return make_organ(
        "411281-101", name="义马市千秋路街道办事处", parent=top, kind="subdistrict",
        level="township",
    )  # fmt: skip


@pytest.fixture
def former(top, housing):
    return make_organ(
        "411281-090", name="义马市房产管理局", parent=top, abolished_on=date(2021, 3, 1),
        successor=housing,
    )  # fmt: skip


def headings(page):
    return [one.text() for one in page.css("h2")]


def test_the_directory_has_bodies_by_kind_and_those_that_were_abolished_apart(
    top, housing, street, former, read
):
    page = read("/organs/")
    assert headings(page) == ["人民政府", "政府部门", "街道办事处", "已撤销的机关"]
    last = page.css(".page > section")[-1]
    assert former.name in last.text()
    assert "2021年3月1日撤销" in last.text()
    assert [link.attributes["href"] for link in last.css(".about a")] == [
        f"/organs/{housing.code}/"
    ]
    assert former.name not in "".join(card.text() for card in page.css(".card"))


def test_the_directory_goes_no_deeper_than_the_bodies_below_the_highest(top, housing, read):
    deep = make_organ(parent=housing, name="义马市供热管理所", kind="institution")
    assert deep.name not in read("/organs/").body.text()
    assert deep.name in read(f"/organs/{housing.code}/").body.text()


def test_a_body_can_be_reached(housing, read):
    facts = read(f"/organs/{housing.code}/").css_first(".facts").text()
    for fact in (housing.office_name, housing.responsible_person, housing.address, housing.phone,
                 housing.email, housing.office_hours):  # fmt: skip
        assert fact in facts


def test_a_body_shows_its_functions_its_items_its_reports_and_its_fields(top, housing, read):
    functions = make_column("jgzn", owner=top, title="机构职能", kind="functions")
    notices = make_column("tzgg", owner=top, title="通知公告")
    published(date(2023, 1, 5), organ=housing, column=functions, title="旧职能",
              body="<p>以前的职能</p>")  # fmt: skip
    published(date(2024, 1, 5), organ=housing, column=functions, title="职能",
              body="<p>负责城乡建设管理</p>")  # fmt: skip
    published(date(2024, 1, 6), organ=housing, column=notices, title="供热通知")
    publish(housing, 2022)
    entry = make_adopted_entry(housing, field=make_field("SZFW", name="市政服务"))
    page = read(f"/organs/{housing.code}/")
    text = page.body.text()
    assert "负责城乡建设管理" in text
    assert "以前的职能" not in text
    assert next(one.text() for one in page.css(".links > li > span > a")) == "供热通知"
    addresses = [one.attributes.get("href", "") for one in page.css("main a")]
    assert f"/reports/{housing.code}/2022/" in addresses
    assert f"/fields/{entry.field.code}/{housing.code}/" in addresses
    for part in ("zc", "zfxxgkzn", "zfxxgkzd", "fdzdgknr", "zfxxgknb", "ysqgk"):
        assert f"/organs/{housing.code}/disclosure/{part}/" in addresses


def test_a_subdistrict_has_the_same_page(street, read):
    page = read(f"/organs/{street.code}/")
    assert page.css_first("h1").text() == street.name
    assert "还没有公布机构职能" in page.body.text()
    assert len(page.css(".rail li")) == 6


def test_an_abolished_body_says_who_took_over_and_keeps_its_items(housing, former, read):
    column = make_column("tzgg", owner=housing, title="通知公告")
    published(organ=former, column=column, title="旧局的通知")
    page = read(f"/organs/{former.code}/")
    notice = page.css_first(".notice.warn")
    assert "2021年3月1日撤销" in notice.text()
    assert notice.css_first("a").attributes["href"] == f"/organs/{housing.code}/"
    assert "旧局的通知" in page.body.text()
    assert former.name in read(f"/organs/{housing.code}/").css_first(".notice").text()


def test_all_items_of_a_body_are_paged_by_path(top, housing, read, client):
    column = make_column("tzgg", owner=top, title="通知公告")
    for number in range(21):
        published(organ=housing, column=column, title=f"通知{number}")
    published(organ=top, column=column, title="别家的")
    page = read(f"/organs/{housing.code}/items/")
    assert "共21条" in page.css_first("#found").text()
    assert page.css_first(".pages [rel=next]").attributes["href"] == (
        f"/organs/{housing.code}/items/page/2/"
    )
    assert len(read(f"/organs/{housing.code}/items/page/2/").css(".list tbody tr")) == 1
    assert client.get(f"/organs/{housing.code}/items/page/3/").status_code == 404
    assert client.get("/organs/none/").status_code == 404
    assert client.get("/organs/none/items/").status_code == 404


def test_a_body_costs_the_same_with_few_items_and_with_many(
    top, housing, former, client, django_assert_max_num_queries, django_assert_num_queries
):
    functions = make_column("jgzn", owner=top, title="机构职能", kind="functions")
    published(organ=housing, column=functions)
    publish(housing, 2022)
    make_adopted_entry(housing)
    addresses = ["/organs/", f"/organs/{housing.code}/", f"/organs/{housing.code}/items/"]
    costs = []
    for address in addresses:
        with django_assert_max_num_queries(10) as captured:
            client.get(address, {"round": "1"})
        costs.append(len(captured))
    for year in (2019, 2020, 2021, 2023, 2024):
        published(organ=housing, column=functions)
        publish(housing, year)
        make_organ(parent=housing)
        make_organ(parent=top)
    for address, cost in zip(addresses, costs, strict=True):
        with django_assert_num_queries(cost):
            client.get(address, {"round": "2"})

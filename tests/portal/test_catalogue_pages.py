"""The published standard catalogue: by field, body and audience; each entry leads to its items."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from gongkai.disclosure.models import DisclosedItem
from tests.factories.catalogue import (
    make_catalogue,
    make_duty,
    make_entry,
    make_field,
    make_publication,
    put_in_force,
)
from tests.factories.disclosure import make_column, published
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db


@pytest.fixture
def top():
    return make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")


@pytest.fixture
def bureau(top):
    return make_organ("411281-003", name="义马市教育体育局", short_name="市教育体育局", parent=top)


@pytest.fixture
def entries(top, bureau):
    standard = make_catalogue(top, title="义马市基层政务公开标准目录")
    schools = make_field("YWJY", name="义务教育", order=1)
    rescue = make_field("JZ", name="救灾", order=2)
    found = [
        make_entry(standard, field=schools, code="YWJY-001", seq=1, level1="招生", level2="计划",
                   channels=["政府网站", "精准推送"]),
        make_entry(standard, field=schools, code="YWJY-002", seq=2, level1="招生", level2="结果",
                   audience_specific="学生家长", audience_all=False, level_township=True),
        make_entry(standard, field=rescue, code="JZ/001", seq=1, level1="救灾", level2="",
                   mode_on_request=True),
    ]  # fmt: skip
    put_in_force(standard)
    for entry in found[:2]:
        make_duty(entry, bureau)
    return found


def addresses(page, selector="main a"):
    return [one.attributes.get("href", "") for one in page.css(selector)]


def test_by_field_each_entry_leads_to_its_page(entries, read):
    page = read("/info/catalogue/")
    assert [one.text() for one in page.css("h2")] == ["义务教育", "救灾"]
    assert len(page.css(".entries tbody tr")) == 3
    assert "/info/catalogue/entries/YWJY-001/" in addresses(page)
    assert "2020年第1版，2020年1月1日起施行" in page.css_first(".lead").text()
    assert "/fields/YWJY/" in addresses(page)


def test_an_entry_has_its_row_its_bodies_and_its_items(top, bureau, entries, read, client):
    column = make_column("zdly-ywjy", owner=top, title="义务教育", kind="key_field")
    for number in range(21):
        item = published(date(2024, 1, 1 + number), organ=bureau, column=column, title=f"{number}")
        DisclosedItem.entries.through.objects.create(discloseditem=item, catalogueentry=entries[0])
    page = read("/info/catalogue/entries/YWJY-001/")
    facts = page.css_first(".facts").text()
    for words in ("文件全文", "20个工作日", "教育行政部门", "市教育体育局", "政府网站、精准推送",
                  "全社会", "主动公开", "县级"):  # fmt: skip
        assert words in facts
    assert "已公开21条" in page.css_first("#found").text()
    assert page.css_first(".pages [rel=next]").attributes["href"] == (
        "/info/catalogue/entries/YWJY-001/page/2/"
    )
    assert len(read("/info/catalogue/entries/YWJY-001/page/2/").css(".list tbody tr")) == 1
    assert client.get("/info/catalogue/entries/YWJY-001/page/10000/").status_code == 404
    assert client.get("/info/catalogue/entries/NONE/").status_code == 404


def test_a_code_may_hold_a_stroke(entries, read):
    page = read("/info/catalogue/entries/JZ/001/")
    assert "主动公开、依申请公开" in page.css_first(".facts").text()


def test_by_body_each_answer_stands_with_its_reason(top, bureau, entries, read, client):
    street = make_organ("411281-101", name="义马市千秋路街道办事处", parent=top, kind="subdistrict")
    make_duty(entries[0], street, state="not_applicable", reason="没有学校。",
              stated_on=date(2026, 1, 1), valid_until=date(9999, 1, 1))  # fmt: skip
    page = read("/info/catalogue/bodies/")
    assert [[one.text() for one in row.css("th, td")] for row in page.css(".list tbody tr")] == [
        ["义马市教育体育局", "2", "0", "0"],
        ["义马市千秋路街道办事处", "0", "0", "1"],
    ]
    own = read(f"/info/catalogue/bodies/{street.code}/")
    (row,) = own.css(".entries tbody tr")
    assert "不涉及" in row.text()
    assert "没有学校。" in row.text()
    assert "1个说明不涉及或者本期无" in own.css_first(".lead").text()
    for code in ("411281", "none"):
        assert client.get(f"/info/catalogue/bodies/{code}/").status_code == 404


def test_an_address_of_before_leads_to_the_body(bureau, entries, client):
    moved = client.get("/info/catalogue/", {"organ": bureau.code})
    assert moved.status_code == 301
    assert moved["Location"] == f"/info/catalogue/bodies/{bureau.code}/"
    assert client.get("/info/catalogue/", {"organ": "<script>"}).status_code == 200


def test_by_audience(entries, read):
    page = read("/info/catalogue/audience/")
    assert "2个事项" in page.css(".card")[0].text()
    assert "1个事项" in page.css(".card")[1].text()
    some = read("/info/catalogue/audience/specific/")
    assert some.css("h2")[-1].text() == "学生家长"
    assert "/info/catalogue/entries/YWJY-002/" in addresses(some)
    everybody = addresses(read("/info/catalogue/audience/all/"))
    assert "/info/catalogue/entries/YWJY-001/" in everybody
    assert "/info/catalogue/entries/YWJY-002/" not in everybody


def test_the_official_table_has_the_rules_two_level_header(entries, read, client):
    page = read("/info/catalogue/table/YWJY/")
    upper, lower = page.css(".official thead tr")
    assert [one.text() for one in upper.css("th")] == [
        "序号", "公开事项", "公开内容（要素）", "公开依据", "公开时限", "公开主体", "公开渠道和载体",
        "公开对象", "公开方式", "公开层级",
    ]  # fmt: skip
    assert [one.text() for one in lower.css("th")] == [
        "一级事项", "二级事项", "全社会", "特定群体", "主动", "依申请", "县级", "乡级",
    ]  # fmt: skip
    first, second = page.css(".official tbody tr")
    assert first.css_first("th[rowspan]").attributes["rowspan"] == "2"
    assert second.css("th[rowspan]") == []
    assert "■政府网站" in first.text()
    assert "□政府公报" in first.text()
    assert "学生家长" in second.text()
    assert len(read("/info/catalogue/table/").css(".official")) == 2
    assert client.get("/info/catalogue/table/NONE/").status_code == 404


def test_the_catalogue_can_be_taken_along_in_the_official_layout(entries, client):
    response = client.get("/info/catalogue.xlsx")
    assert response.status_code == 200
    assert "xlsx" in response["Content-Disposition"]
    book = load_workbook(BytesIO(response.content))
    assert book.sheetnames[:2] == ["义务教育", "救灾"]
    assert book["义务教育"]["B4"].value == "招生"
    again = client.get("/info/catalogue.xlsx", headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "address",
    ["bodies/", "audience/", "audience/all/", "table/", "bodies/411281-003/", "entries/A/"],
)
def test_without_a_catalogue_in_force_there_is_nothing_to_browse(client, address):
    assert client.get(f"/info/catalogue/{address}").status_code == 404
    for extension in ("csv", "xlsx"):
        assert client.get(f"/info/catalogue.{extension}").status_code == 404


def test_the_pages_cost_the_same_with_few_bodies_and_with_many(
    top, bureau, entries, client, django_assert_max_num_queries, django_assert_num_queries
):
    pages = [
        "/info/catalogue/", "/info/catalogue/bodies/", f"/info/catalogue/bodies/{bureau.code}/",
        "/info/catalogue/audience/specific/", "/info/catalogue/table/",
        "/info/catalogue/entries/YWJY-001/",
    ]  # fmt: skip
    column = make_column("zdly-ywjy", owner=top, kind="key_field")
    first = published(organ=bureau, column=column)
    DisclosedItem.entries.through.objects.create(discloseditem=first, catalogueentry=entries[0])
    costs = []
    for address in pages:
        with django_assert_max_num_queries(10) as captured:
            client.get(address, {"round": "1"})
        costs.append(len(captured))
    for number in range(8):
        organ = make_organ(parent=top)
        make_duty(entries[0], organ)
        make_publication(organ, entries[0], date(2024, 1, 1 + number))
        item = published(organ=organ, column=column)
        DisclosedItem.entries.through.objects.create(discloseditem=item, catalogueentry=entries[0])
    for address, cost in zip(pages, costs, strict=True):
        with django_assert_num_queries(cost):
            client.get(address, {"round": "2"})

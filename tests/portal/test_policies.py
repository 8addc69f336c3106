"""The policy library, normative documents in force and ended, and the list of all items."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from gongkai.disclosure.models import DisclosedItem, DocumentKind, Genre
from gongkai.portal.finding.normative import CURRENT, ENDED
from gongkai.search import building, queries
from gongkai.statute.validity import Validity, validity_on
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import make_column, make_disclosed_item, published
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db


@pytest.fixture
def organ():
    return make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")


@pytest.fixture
def column(organ):
    return make_column("zcwjk", owner=organ, title="政策文件库")


@pytest.fixture
def library(organ, column):
    """Three documents of three kinds, an interpretation, and something that is no document."""
    other = make_organ("411281-011", name="义马市住房和城乡建设局", short_name="市住建局")
    rules = published(
        date(2022, 3, 1), organ=organ, column=column, title="供热管理办法", genre=Genre.NOTICE,
        document_kind=DocumentKind.NORMATIVE, document_number="义政规〔2022〕1号",
        repealed_on=date(2024, 1, 1), topic=make_topic("10"),
    )  # fmt: skip
    policy = published(
        date(2023, 3, 1), organ=organ, column=column, title="优化营商环境若干措施",
        document_kind=DocumentKind.POLICY, document_number="义政〔2023〕2号", genre=Genre.OPINION,
        topic=make_topic("03"),
    )  # fmt: skip
    published(
        date(2024, 3, 1), organ=other, column=column, title="供热检查情况通报",
        document_kind=DocumentKind.WORK, document_number="义建文〔2024〕3号",
    )  # fmt: skip
    published(
        date(2023, 3, 2), organ=organ, column=column, title="《优化营商环境若干措施》解读",
        document_kind=DocumentKind.INTERPRETATION, interprets=policy, interpretation_form="text",
    )  # fmt: skip
    published(date(2024, 4, 1), organ=organ, column=column, title="供热公告")
    building.rebuild()
    return rules, policy


def rows(page: LexborHTMLParser) -> list[str]:
    return [row.css_first("a").text() for row in page.css(".list tbody th")]


def facet(page: LexborHTMLParser, heading: str) -> list[tuple[str, str]]:
    for group in page.css(".facet"):
        if group.css_first("summary").text(strip=True) == heading:
            return [
                (choice.css_first("span").text(), choice.css_first(".count").text())
                for choice in group.css("li a")
            ]
    return []


# -- the library ---------------------------------------------------------------------------------
def test_the_library_holds_documents_and_neither_interpretations_nor_news(library, read):
    page = read("/policies/")
    assert rows(page) == ["供热检查情况通报", "优化营商环境若干措施", "供热管理办法"]
    assert "共3件文件" in page.css_first("#found").text()


def test_a_row_tells_number_body_day_validity_and_interpretation(library, read):
    _rules, policy = library
    row = read("/policies/").css(".list tbody tr")
    for words in ("义政规〔2022〕1号", "市政府", "2022-03-01"):
        assert words in row[2].text()
    assert row[2].css_first(".mark").text() == "废止"
    told = row[1].css_first(".told-by a")
    assert told.text() == "《优化营商环境若干措施》解读"
    key = DisclosedItem.objects.get(interprets=policy).pk
    assert told.attributes["href"] == f"/info/{key}/"


def test_the_librarys_facets_count_its_documents_alone(library, read):
    page = read("/policies/")
    assert facet(page, "文件类别") == [
        ("行政规范性文件", "1"), ("其他政策文件", "1"), ("工作文件", "1"),
    ]  # fmt: skip
    assert facet(page, "发文字号系列") == [("义建文", "1"), ("义政", "1"), ("义政规", "1")]
    assert facet(page, "机关") == [("市政府", "2"), ("市住建局", "1")]
    assert facet(page, "年份") == [("2024", "1"), ("2023", "1"), ("2022", "1")]
    assert facet(page, "有效性") == [("有效", "1"), ("废止", "1")]


def test_each_facet_of_the_library_narrows_it(library, read):
    for name, value, titles in (
        ("kind", "normative", ["供热管理办法"]),
        ("series", "义政", ["优化营商环境若干措施"]),
        ("genre", "opinion", ["优化营商环境若干措施"]),
        ("topic", "10", ["供热管理办法"]),
        ("organ", "411281-011", ["供热检查情况通报"]),
        ("year", "2022", ["供热管理办法"]),
        ("validity", "in_force", ["优化营商环境若干措施"]),
    ):
        assert rows(read("/policies/", **{name: value})) == titles, name


def test_one_searches_within_the_library_and_keeps_the_facets(library, read):
    page = read("/policies/", q="供热")
    assert sorted(rows(page)) == ["供热检查情况通报", "供热管理办法"]
    assert page.css_first(".list mark").text() == "供热"
    page = read("/policies/", q="供热", year="2022")
    assert rows(page) == ["供热管理办法"]
    kept = page.css_first("form.find-library input[type=hidden]").attributes
    assert (kept["name"], kept["value"]) == ("year", "2022")


def test_what_is_not_in_the_library_is_looked_for_elsewhere(library, read, client):
    page = read("/policies/", q="完全不存在的文件", exact="1")
    links = [link.attributes["href"] for link in page.css(".empty a")]
    assert links[0] == "/policies/"
    assert links[1].startswith("/search/?q=")
    # Kinds that the library does not hold are none of its facets.
    assert client.get("/policies/", {"kind": "information"})["Location"] == "/policies/"


def test_without_an_index_the_library_still_narrows(library, read, monkeypatch):
    monkeypatch.setattr(queries, "search", lambda query: 1 / 0)
    assert rows(read("/policies/")) == ["供热检查情况通报", "优化营商环境若干措施", "供热管理办法"]
    assert rows(read("/policies/", series="义政")) == ["优化营商环境若干措施"]
    assert rows(read("/policies/", q="供热", kind="work")) == ["供热检查情况通报"]


def test_the_library_is_paged_by_path(organ, column, client, read):
    for number in range(25):
        published(
            date(2024, 1, 1 + number), organ=organ, column=column,
            document_kind=DocumentKind.POLICY,
        )  # fmt: skip
    first = read("/policies/")
    assert len(rows(first)) == 20
    assert first.css_first("a[rel=next]").attributes["href"] == "/policies/page/2/"
    assert len(rows(read("/policies/page/2/"))) == 5
    assert client.get("/policies/page/3/").status_code == 404
    assert client.get("/policies/", {"page": "2"})["Location"] == "/policies/page/2/"


def test_empty_parts_say_what_will_be_there(db, read):
    assert "还没有公开政策文件" in read("/policies/").css_first(".empty").text()
    assert "没有现行有效" in read("/policies/normative/").css_first(".empty").text()
    assert "没有废止或者失效" in read("/policies/normative/ended/").css_first(".empty").text()
    assert "还没有政策解读" in read("/policies/interpretations/").css_first(".empty").text()


def test_interpretations_lead_to_what_they_explain(library, read):
    page = read("/policies/interpretations/")
    assert rows(page) == ["《优化营商环境若干措施》解读"]
    told = page.css_first(".told-by a")
    assert told.attributes["href"] == f"/info/{library[1].pk}/"
    assert "文字" in page.css_first(".list tbody tr").text()


# -- normative documents -------------------------------------------------------------------------
@pytest.fixture
def every_state(organ, column):
    """Documents of all dates around today, as in the tests of the statute."""
    today = timezone.localdate()
    days = [None, today - timedelta(1), today, today + timedelta(1)]
    made = []
    for number, (begins, ends, repealed, amended) in enumerate(
        (b, e, r, a)
        for b in days for e in days for r in days for a in days[:2]
        if not (b and e and e < b)
    ):  # fmt: skip
        made.append(
            published(
                date(2024, 1, 1), organ=organ, column=column, title=f"文件{number}",
                document_kind=DocumentKind.NORMATIVE, effective_from=begins, valid_until=ends,
                repealed_on=repealed, amended_on=amended,
                document_number=f"义政规〔2024〕{number + 1}号",
            )
        )  # fmt: skip
    make_disclosed_item(organ, column=column, document_kind=DocumentKind.NORMATIVE)
    published(organ=organ, column=column, document_kind=DocumentKind.POLICY)
    return made


def test_both_lists_hold_together_exactly_what_the_records_say(every_state, read):
    """Given documents in every state, then each stands in the list of its state, none in both,
    and the numbers on the pages are those of the records."""
    today = timezone.localdate()
    states = Counter(
        validity_on(
            today, effective_from=item.effective_from, valid_until=item.valid_until,
            repealed_on=item.repealed_on, amended_on=item.amended_on,
        )
        for item in every_state
    )  # fmt: skip
    assert len(states) == len(Validity)
    current = states[Validity.IN_FORCE] + states[Validity.AMENDED] + states[Validity.PENDING]
    ended = states[Validity.REPEALED] + states[Validity.EXPIRED]
    seen: list[str] = []
    for address, number in (
        ("/policies/normative/", current),
        ("/policies/normative/ended/", ended),
    ):
        page = read(address)
        assert f"共{number}件文件" in page.css_first("#found").text()
        told = page.css_first("main p.muted").text()
        own = ENDED if "ended" in address else CURRENT
        assert all(f"{state.label}{states[state]}件" in told for state in own)
        for place in range(1, -(-number // 20) + 1):
            seen += rows(read(address if place == 1 else f"{address}page/{place}/"))
    assert len(seen) == len(set(seen)) == len(every_state)
    page = read("/policies/normative/")
    assert dict(facet(page, "有效性")) == {
        "有效": str(states[Validity.IN_FORCE]),
        "已修改": str(states[Validity.AMENDED]),
        "尚未施行": str(states[Validity.PENDING]),
    }


def test_documents_are_sorted_by_the_parts_of_their_numbers(organ, column, read):
    for serial, formed in ((12, date(2020, 1, 1)), (2, date(2023, 1, 1)), (7, date(2021, 1, 1))):
        published(
            organ=organ, column=column, title=f"第{serial}号", formed_on=formed,
            document_kind=DocumentKind.NORMATIVE, document_number=f"义政规〔2020〕{serial}号",
        )  # fmt: skip
    page = read("/policies/normative/")
    assert rows(page) == ["第2号", "第7号", "第12号"]
    heads = {
        head.text(strip=True).rstrip("↑↓ "): head.attributes.get("aria-sort")
        for head in page.css(".list thead th")
    }
    assert heads["成文日期"] == "descending"
    assert heads["发文字号"] == "none"
    assert rows(read("/policies/normative/", sort="formed")) == ["第12号", "第7号", "第2号"]
    assert rows(read("/policies/normative/", sort="number")) == ["第2号", "第7号", "第12号"]
    assert rows(read("/policies/normative/", sort="-number")) == ["第12号", "第7号", "第2号"]
    assert rows(read("/policies/normative/", sort="nonsense")) == ["第2号", "第7号", "第12号"]


def test_a_sorted_list_keeps_its_order_while_it_is_narrowed(organ, column, read):
    published(organ=organ, column=column, document_kind=DocumentKind.NORMATIVE)
    page = read("/policies/normative/", sort="number")
    link = next(a for a in page.css(".facet a") if "市政府" in a.text())
    assert link.attributes["href"] == "?organ=411281&sort=number"
    page = read("/policies/normative/", sort="number", organ="411281")
    sort = next(a for a in page.css(".list thead a") if "成文日期" in a.text())
    assert sort.attributes["href"] == "?organ=411281&sort=-formed"


def test_an_ended_document_leads_to_the_one_in_its_place(organ, column, read):
    new = published(
        organ=organ, column=column, title="新办法", document_kind=DocumentKind.NORMATIVE,
        document_number="义政规〔2021〕9号",
    )  # fmt: skip
    old = published(
        organ=organ, column=column, title="旧办法", document_kind=DocumentKind.NORMATIVE,
        repealed_on=date(2021, 1, 1), successor=new,
    )  # fmt: skip
    page = read("/policies/normative/ended/")
    row = page.css_first(".list tbody tr")
    assert row.css_first("th > a").attributes["href"] == f"/info/{old.pk}/"
    told = row.css_first(".told-by")
    assert told.css_first("a").attributes["href"] == f"/info/{new.pk}/"
    assert "义政规〔2021〕9号" in told.text()
    assert "废止 2021-01-01" in " ".join(row.text().split())
    assert rows(read("/policies/normative/")) == ["新办法"]


def test_each_document_in_force_can_be_taken_along(organ, column, read, client):
    with_text = published(organ=organ, column=column, document_kind=DocumentKind.NORMATIVE)
    published(
        organ=organ, column=column, document_kind=DocumentKind.NORMATIVE, body="", title="扫描件"
    )
    page = read("/policies/normative/")
    files = [link.attributes["href"] for link in page.css(".list .files a")]
    assert files == [f"/info/{with_text.pk}/document.{kind}" for kind in ("docx", "pdf")]
    assert all(client.get(address).status_code == 200 for address in files)


def test_the_column_names_the_rule_it_comes_from(read, db):
    assert (
        "《中华人民共和国政府信息公开条例》第二十条第（一）项"
        in read("/policies/normative/").css_first("main").text()
    )


# -- all items -----------------------------------------------------------------------------------
def test_the_list_of_all_items_narrows_by_facets(library, read):
    page = read("/info/")
    assert len(rows(page)) == 5
    assert ("政策文件库", "5") in facet(page, "栏目")
    assert rows(read("/info/", kind="interpretation", year="2023")) == [
        "《优化营商环境若干措施》解读"
    ]
    page = read("/info/", organ="411281", year="2024")
    assert rows(page) == ["供热公告"]
    assert [chip.text(strip=True)[:7] for chip in page.css(".chips li")][:2] == [
        "机关：市政府取"[:7], "年份：2024",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ({"column": "zcwjk"}, "/columns/zcwjk/"),
        ({"organ": "411281"}, "/organs/411281/"),
        ({"q": "供热", "year": "2024"}, "/search/?q=%E4%BE%9B%E7%83%AD&year=2024"),
        ({"page": "3"}, "/info/page/3/"),
        ({"entry": "410-01-001"}, "/info/catalogue/entries/410-01-001/"),
        ({"name": "住房"}, "/info/?organ=411281-011"),
    ],
)
def test_older_addresses_of_the_list_lead_to_what_they_meant(library, client, query, address):
    response = client.get("/info/", query)
    assert response.status_code == 301
    assert response["Location"] == address


def test_lists_cost_the_same_with_few_and_with_many_rows(organ, column, client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    addresses = (
        "/info/", "/info/?year=2020&kind=policy", "/policies/", "/policies/?year=2020",
        "/policies/normative/", "/policies/normative/?sort=number", "/policies/normative/ended/",
        "/policies/interpretations/",
    )  # fmt: skip

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured)

    def publish(number: int) -> None:
        policy = published(
            organ=organ, column=column, document_kind=DocumentKind.POLICY, topic=make_topic()
        )
        published(
            organ=organ, column=column, document_kind=DocumentKind.INTERPRETATION,
            interprets=policy,
        )  # fmt: skip
        for ends in (None, date(2021, 1, 1)):
            published(
                organ=organ, column=column, document_kind=DocumentKind.NORMATIVE,
                repealed_on=ends, successor=policy if ends else None, title=f"办法{number}",
            )  # fmt: skip

    publish(0)
    building.rebuild()
    for address in addresses:
        client.get(address)
    few = {address: cost(address) for address in addresses}
    for number in range(1, 25):
        publish(number)
    building.rebuild()
    for address in addresses:
        client.get(address)
    assert {address: cost(address) for address in addresses} == few
    assert min(few.values()) > 0
    assert max(few.values()) <= 10

"""The disclosure platform: fixed parts in the norm's order, one form for every body, no blank column."""

from datetime import date

import pytest
from django.utils import timezone

from gongkai.organs.models import Organ
from gongkai.portal.platform import applying, queries
from gongkai.statute import proactive
from gongkai.statute.parameters import number, parameter
from tests.factories.catalogue import make_adopted_entry, make_field
from tests.factories.disclosure import make_column, published
from tests.factories.organs import make_organ
from tests.portal.factories import publish

pytestmark = pytest.mark.django_db

NORM = [
    "政策", "政府信息公开指南", "政府信息公开制度", "法定主动公开内容", "政府信息公开年报",
    "依申请公开",
]  # fmt: skip
CITY = [
    "/disclosure/", "/disclosure/zfxxgkzn/", "/disclosure/zfxxgkzd/", "/disclosure/fdzdgknr/",
    "/disclosure/zfxxgknb/", "/disclosure/ysqgk/",
]  # fmt: skip


@pytest.fixture
def top():
    return make_organ(
        "411281", name="义马市人民政府", short_name="市政府", kind="government",
        established_on=date(2019, 1, 1), office_name="市政府办公室综合科",
        address="义马市银杏路1号", phone="0398-5555555", email="gk@ym.example.cn",
        office_hours="工作日8:30—12:00、14:30—17:30",
    )  # fmt: skip


@pytest.fixture
def housing(top):
    return make_organ(
        "411281-011", name="义马市住房和城乡建设局", short_name="市住建局", parent=top
    )


@pytest.fixture
def columns(top):
    platform = make_column("zfxxgk", owner=top, title="政府信息公开", kind="catalogue")
    return {
        slug: make_column(slug, owner=top, title=title, kind="catalogue", parent=platform)
        for slug, title in (
            ("zfxxgkzn", "政府信息公开指南"),
            ("zfxxgkzd", "政府信息公开制度"),
            ("fdzdgknr", "法定主动公开内容"),
            ("zfxxgknb", "政府信息公开年报"),
        )
    }


def rail(page):
    return [link.text() for link in page.css(".rail li a")]


def titles(page):
    return [link.text() for link in page.css(".list tbody th a")]


# -- one order, one form -------------------------------------------------------------------------
def test_the_parts_stand_in_the_norms_order_for_the_city_and_for_every_body(housing, columns, read):
    for part in ("zfxxgkzn", "zfxxgkzd", "fdzdgknr", "zfxxgknb", "ysqgk"):
        for base in ("/disclosure/", f"/organs/{housing.code}/disclosure/"):
            page = read(f"{base}{part}/")
            assert rail(page) == NORM, base
            assert len(page.css(".rail [aria-current]")) == 1
    assert rail(read(f"/organs/{housing.code}/disclosure/zc/")) == NORM
    front = read("/disclosure/")
    assert [link.text() for link in front.css(".fixed-parts h2 a")] == NORM


def test_the_policies_of_the_city_are_the_policy_library(top, columns, client):
    page = client.get("/disclosure/").content.decode()
    assert 'href="/policies/"' in page
    assert client.get("/disclosure/zc/").status_code == 404


def test_no_news_stands_in_the_platform(housing, columns, read):
    """专栏姓专."""
    news = make_column("yw", owner=housing, title="要闻", kind="news")
    published(organ=housing, column=news, title="某领导调研")
    published(organ=housing, column=columns["fdzdgknr"], title="预算", statutory_item="20-07")
    for address in (*CITY, f"/organs/{housing.code}/disclosure/"):
        assert "某领导调研" not in read(address).body.text()


@pytest.mark.parametrize(
    "address",
    [
        "/disclosure/zfxxgkxx/", "/disclosure/fdzdgknr/20-99/", "/disclosure/zfxxgkzn/page/2/",
        "/disclosure/zfxxgkzn/20-01/", "/organs/none/disclosure/zfxxgkzn/",
        "/organs/none/disclosure/", "/disclosure/fdzdgknr/page/2/",
        "/disclosure/fdzdgknr/page/10000/",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_missing(top, columns, client, address):
    assert client.get(address).status_code == 404


# -- 指南 and 制度 ----------------------------------------------------------------------------------
def test_the_guide_is_one_document_in_full_with_its_day(housing, columns, read):
    published(date(2023, 1, 5), organ=housing, column=columns["zfxxgkzn"], title="指南（2023）",
              body="<p>旧的办法</p>")  # fmt: skip
    published(date(2024, 1, 5), organ=housing, column=columns["zfxxgkzn"], title="指南（2024）",
              body="<p>找综合科。</p>")  # fmt: skip
    page = read(f"/organs/{housing.code}/disclosure/zfxxgkzn/")
    document = page.css_first(".document")
    assert "找综合科。" in document.text()
    assert "2024年1月5日" in document.text()
    assert "旧的办法" not in page.body.text()
    assert titles(page) == ["指南（2023）"]


def test_without_a_guide_the_office_can_be_reached_all_the_same(top, columns, read):
    page = read("/disclosure/zfxxgkzn/")
    assert "还没有公布政府信息公开指南" in page.css_first(".notice").text()
    for fact in (top.office_name, top.address, top.phone, top.email, top.office_hours):
        assert fact in page.css_first(".facts").text()


def test_the_rules_are_ones_own_and_those_of_the_body_above(top, housing, columns, read):
    published(organ=top, column=columns["zfxxgkzd"], title="全市公开制度")
    published(organ=housing, column=columns["zfxxgkzd"], title="本局公开制度")
    sections = read(f"/organs/{housing.code}/disclosure/zfxxgkzd/").css(".columns section")
    assert [titles(section) for section in sections] == [["本局公开制度"], ["全市公开制度"]]


# -- 法定主动公开内容 -------------------------------------------------------------------------------
def test_every_item_of_the_law_is_there_with_its_number(housing, columns, read):
    published(date(2024, 1, 5), organ=housing, column=columns["fdzdgknr"], statutory_item="20-07")
    published(date(2024, 3, 5), organ=housing, column=columns["fdzdgknr"], statutory_item="20-07")
    page = read(f"/organs/{housing.code}/disclosure/fdzdgknr/")
    rows = page.css(".law li")
    owed = proactive.items_for("department", "county")
    assert [row.css_first("a, span").text() for row in rows] == [one.label for one in owed]
    budget = next(row for row in rows if "预算" in row.text())
    assert "2条" in budget.text()
    assert "2024-03-05" in budget.text()
    assert budget.css_first("a").attributes["href"].endswith("/fdzdgknr/20-07/")


def test_what_is_blank_is_said_with_a_day_and_counted_apart(housing, columns, read):
    published(organ=housing, column=columns["fdzdgknr"], statutory_item="20-07")
    page = read(f"/organs/{housing.code}/disclosure/fdzdgknr/")
    today = timezone.localdate().isoformat()
    blank = page.css(".law .none")
    owed = len(proactive.items_for("department", "county"))
    assert len(blank) == owed - 1
    assert all(f"本机关暂无此类信息（截至{today}）" in row.text() for row in blank)
    lead = page.css_first(".lead").text()
    assert f"{owed}项内容中，1项已有公开的信息，共1条；{owed - 1}项" in lead
    empty = read(f"/organs/{housing.code}/disclosure/fdzdgknr/20-01/").css_first(".empty").text()
    assert "本机关暂无此类信息" in empty
    assert f"{timezone.localdate().year}年" in empty


def test_an_item_of_the_law_lists_the_city_or_one_body(top, housing, columns, read):
    published(organ=top, column=columns["fdzdgknr"], statutory_item="20-07", title="市级预算")
    gone = published(organ=top, column=columns["fdzdgknr"], statutory_item="20-07", title="撤回的",
                     live=False, status="withdrawn", withdrawn_at=timezone.now(),
                     withdraw_reason="有误")  # fmt: skip
    published(date(2024, 1, 5), organ=housing, column=columns["fdzdgknr"],
              statutory_item="20-07", title="部门预算")  # fmt: skip
    assert titles(read("/disclosure/fdzdgknr/20-07/")) == ["部门预算", "市级预算"]
    assert titles(read(f"/organs/{housing.code}/disclosure/fdzdgknr/20-07/")) == ["部门预算"]
    assert gone.title not in read("/disclosure/fdzdgknr/").body.text()


def test_a_list_of_the_law_is_paged_by_path(housing, columns, read, client):
    for number_ in range(21):
        published(organ=housing, column=columns["fdzdgknr"], statutory_item="20-07",
                  title=f"预算{number_}")  # fmt: skip
    base = f"/organs/{housing.code}/disclosure/fdzdgknr/20-07/"
    links = [link.attributes["href"] for link in read(base).css(".pages a")]
    assert links == [f"{base}page/2/", f"{base}page/2/"]
    assert len(titles(read(f"{base}page/2/"))) == 1
    missing = client.get(f"{base}page/10000/")
    assert missing.status_code == 404
    assert "共2页，没有第10000页" in missing.content.decode()


# -- 年报 ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "day", "last"),
    [
        ("department", date(2024, 1, 31), 2022),
        ("department", date(2024, 2, 1), 2023),
        ("government", date(2024, 3, 31), 2022),
        ("government", date(2024, 4, 1), 2023),
    ],
)
def test_a_report_is_missing_from_the_day_after_it_was_due(kind, day, last):
    assert queries.reports_due_until(Organ(kind=kind), day) == last


def test_the_chain_of_years_tells_its_gaps(top, housing, columns, read):
    """Given reports built here and one printed as a document, then the other years are named."""
    publish(top, 2022)
    published(date(2020, 3, 5), organ=top, column=columns["zfxxgknb"],
              title="市政府2019年政府信息公开工作年度报告")  # fmt: skip
    publish(housing, 2022)
    page = read("/disclosure/zfxxgknb/")
    assert [link.text() for link in page.css(".tiles a")] == ["2022年报告", "2019年报告"]
    due = queries.reports_due_until(top, timezone.localdate())
    missing = [year for year in range(2019, due + 1) if year not in (2019, 2022)]
    said = page.css_first(".gaps").text()
    assert f"缺{len(missing)}个年度" in said
    assert "2020–2021" in said
    row = page.css_first(".chains tbody tr")
    assert "市住建局" in row.text()
    assert row.css("a")[-1].attributes["href"] == f"/reports/{housing.code}/2022/"


def test_figures_are_compared_only_where_a_report_has_them(top, housing, columns, read):
    """Given a body whose only report is a document, then no link leads to a comparison."""
    published(date(2020, 3, 5), organ=housing, column=columns["zfxxgknb"],
              title="市住建局2019年政府信息公开工作年度报告")  # fmt: skip
    address, compared = f"/organs/{housing.code}/disclosure/zfxxgknb/", ".panel-head .more"
    assert read(address).css_first(compared) is None
    publish(housing, 2022)
    link = read(address).css_first(compared).attributes["href"]
    assert "市住建局" in read(link).text() or "住房和城乡建设局" in read(link).text()


def test_a_body_that_began_later_owes_no_earlier_year(top):
    young = make_organ(parent=top, established_on=date(2024, 3, 1))
    (chain,) = queries.report_chains([young], date(2026, 6, 1))
    assert chain.missing == (2024, 2025)
    assert chain.gaps == "2024–2025"


def test_a_body_that_was_abolished_owes_no_later_year(top):
    former = make_organ(parent=top, established_on=date(2019, 3, 1), abolished_on=date(2021, 5, 1))
    (chain,) = queries.report_chains([former], date(2026, 6, 1))
    assert chain.missing == (2019, 2020)


# -- 依申请公开 -------------------------------------------------------------------------------------
def test_the_clock_is_that_of_the_statute_on_the_day(top, columns, read):
    today = timezone.localdate()
    text = read("/disclosure/ysqgk/").body.text()
    assert f"自收到之日起{number('foi.answer_days', today)}个工作日内答复" in text
    assert f"最多再延长{number('foi.extension_days_max', today)}个工作日" in text
    assert f"{number('review.days', today)}日内申请行政复议" in text


def test_an_earlier_day_has_earlier_rules():
    before, after = applying.guide(date(2023, 6, 1)), applying.guide(date(2024, 6, 1))
    assert len(after.remedies) == len(before.remedies) + 1
    assert any("复议" in step.title for step in after.remedies if "先" in step.title)


def test_every_bracket_of_the_fees_is_told():
    today = date(2026, 3, 2)
    for schedule, key in zip(
        applying.guide(today).schedules, ("fee.by_item", "fee.by_page"), strict=True
    ):
        rows = parameter(key, today).value
        assert len(schedule.brackets) >= len(rows)
        for row, bracket in zip(rows, schedule.brackets, strict=False):
            assert str(row["from"]) in bracket.span
            assert (str(row["rate"]) in bracket.rate) or bracket.rate == "不收费"


def test_only_ways_that_exist_are_named(top, housing, columns, read):
    ways = [one.text() for one in read("/disclosure/ysqgk/").css(".ways h3")]
    assert ways == ["邮寄", "当面提交", "电子邮件"]
    page = read(f"/organs/{housing.code}/disclosure/ysqgk/")
    assert page.css(".ways h3") == []
    assert "还没有公布接收申请的地址" in page.body.text()


# -- what it costs -----------------------------------------------------------------------------------
def test_no_part_costs_more_with_many_items(
    top, housing, columns, client, django_assert_max_num_queries, django_assert_num_queries
):
    def fill(rounds):
        for number_ in range(rounds):
            for slug, column in columns.items():
                for organ in (top, housing):
                    published(date(2020 + number_ % 5, 3, 5), organ=organ, column=column,
                              statutory_item="20-07" if slug == "fdzdgknr" else "",
                              title=f"{2010 + number_}年的{slug}")  # fmt: skip

    addresses = [
        *CITY, "/disclosure/fdzdgknr/20-07/", f"/organs/{housing.code}/disclosure/",
        f"/organs/{housing.code}/disclosure/zfxxgkzn/",
        f"/organs/{housing.code}/disclosure/zfxxgknb/",
    ]  # fmt: skip
    fill(2)
    costs = []
    for address in addresses:
        with django_assert_max_num_queries(10) as captured:
            client.get(address, {"round": "1"})
        costs.append(len(captured))
    fill(6)
    make_organ(parent=top)
    for address, cost in zip(addresses, costs, strict=True):
        with django_assert_num_queries(cost):
            client.get(address, {"round": "2"})


@pytest.mark.parametrize(
    "address",
    [
        "/disclosure/fdzdgknr/page/0/", "/disclosure/fdzdgknr/page/99999999999999999999/",
        "/columns/fdzdgknr/page/0/", "/columns/fdzdgknr/1999/page/99999999999999999999/",
        "/organs/%00/", "/organs/%00/items/", "/organs/%F0%9F%98%80/disclosure/",
        "/organs/%00/disclosure/zfxxgkzn/", "/topics/%00/", "/topics/%27%20OR%201%3D1/",
        "/fields/%00/", "/fields/SHJZ/%00/", "/info/catalogue/bodies/%00/",
        "/info/catalogue/table/%00/", "/info/catalogue/entries/%00/",
        "/info/catalogue/entries/%E6%88%B6/page/0/", "/leaders/99999999999999999999/",
        "/leaders/1/picture/99999999999999999999/", "/columns/" + "a" * 1000 + "/",
    ],
)  # fmt: skip
def test_addresses_that_nobody_meant_are_missing(top, columns, client, address):
    """Given a catalogue in force, so that every view looks for what the address names."""
    make_adopted_entry(top, field=make_field("SHJZ", name="社会救助"))
    assert client.get(address).status_code == 404

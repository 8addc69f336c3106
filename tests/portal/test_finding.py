"""The search page: what it finds, how it is narrowed, what it says when it finds nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from gongkai.disclosure.models import DocumentKind, Genre
from gongkai.portal.finding import searching
from gongkai.portal.finding.questions import DEEPEST, LONGEST, Question, asked, page_number
from gongkai.search import building, queries, services
from gongkai.search.documents import Hit, Results, State
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import Office, make_column, published
from tests.factories.organs import make_organ
from tests.portal.factories import publish

pytestmark = pytest.mark.django_db

PERSON = {"user-agent": "Mozilla/5.0"}
HOSTILE = [
    "长" * 1000,
    '"未闭合 OR NEAR(a b) * ^ -- ; DROP TABLE',
    "（）【】“”‘’《》",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "😀🏛️",
    "戶籍登記辦理",
    "\x00\x01控制\u202e字符",
    "%_\\",
    "ñandú Ελληνικά العربية हिन्दी",
    "-",
    "*",
    '""',
    "AND",
]


@pytest.fixture
def heating():
    """The body that looks after heating, its columns, and what it published."""
    organ = make_organ("411281-011", name="义马市住房和城乡建设局", short_name="市住建局")
    column = make_column("tzgg", owner=organ, title="通知公告")
    top = make_topic("10", name="城乡建设")
    below = make_topic("10-02", name="住房", parent=top)
    published(
        date(2024, 3, 1),
        organ=organ,
        column=column,
        title="关于做好城市供热工作的通知",
        body="<p>采暖期自11月15日起，供热单位应当保证室内温度。</p>",
        document_kind=DocumentKind.NORMATIVE,
        genre=Genre.NOTICE,
        document_number="义建规〔2024〕7号",
        topic=below,
        repealed_on=date(2025, 1, 1),
    )
    published(date(2023, 3, 1), organ=organ, column=column, title="供热收费标准", topic=top)
    published(date(2022, 3, 1), organ=organ, column=column, title="燃气安全检查情况", topic=top)
    return organ


@pytest.fixture
def indexed(heating):
    building.rebuild()
    return heating


def hits(page: LexborHTMLParser) -> list[str]:
    return [link.text() for link in page.css(".hit h3 a")]


# -- hits ----------------------------------------------------------------------------------------
def test_a_hit_tells_title_words_number_body_date_and_validity(indexed, read):
    page = read("/search/", q="供热通知")
    first = page.css_first(".hit")
    assert first.css_first("h3 a").text() == "关于做好城市供热工作的通知"
    assert "供热" in first.css_first("h3 mark").text()
    assert first.css_first(".mark").text() == "废止"
    about = first.css_first(".about").text()
    for words in ("市住建局", "义建规〔2024〕7号", "通知公告", "2024-03-01"):
        assert words in about
    assert "采暖期" in first.css_first(".excerpt").text()


def test_a_number_is_found_however_its_brackets_are_typed(indexed, read):
    for typed in ("义建规〔2024〕7号", "义建规[2024]7号", "义建规（2024）第7号"):
        assert hits(read("/search/", q=typed))[0] == "关于做好城市供热工作的通知"


def test_a_number_that_is_not_public_leads_to_the_others_of_its_series(indexed, read):
    # Given a document 义建规〔2024〕7号, when one asks for another of that body and year
    page = read("/search/", q="义建规（2024）12号")
    # Then its characters are not taken for a misspelt word, and the year's documents are offered
    nothing = page.css_first(".nothing")
    assert "您要找的是不是" not in nothing.text()
    link = nothing.css_first("p a")
    assert link.text() == "查看“义建规”2024年的文件"
    assert "关于做好城市供热工作的通知" in read(link.attributes["href"]).css_first(".list").text()
    # And the example is a number that can be found here
    assert "例如“义建规〔2024〕7号”" in nothing.text()
    # When none of the series is public, then nothing is promised
    other = read("/search/", q="豫政〔2024〕7号").css_first(".nothing")
    assert other is None or "年的文件" not in other.text()


def test_words_of_an_attachment_say_where_they_were_found(heating, read):
    office = Office(heating)
    office.publish(
        title="施工公告",
        attachments=[(office.file("围挡占道三百米", "图纸说明.txt"), "图纸说明.txt")],
    )
    building.rebuild()
    hit = read("/search/", q="围挡占道").css_first(".hit")
    assert hit.css_first("h3 a").text() == "施工公告"
    assert hit.css_first(".where").text(strip=True) == "在附件中"


def test_reports_are_among_the_hits(heating, read):
    publish(make_organ("411281", name="义马市人民政府", kind="government"), 2022, {})
    building.rebuild()
    page = read("/search/", q="义马市人民政府2022年政府信息公开工作年度报告")
    links = [link.attributes["href"] for link in page.css(".hit h3 a")]
    assert "/reports/411281/2022/" in links
    assert "年度报告" in page.css_first(".hit .about").text()


def test_what_is_withdrawn_is_no_hit_even_while_the_index_has_it(indexed, read):
    item = published(organ=indexed, title="供热应急预案")
    building.rebuild()
    assert "供热应急预案" in hits(read("/search/", q="供热"))
    type(item).objects.filter(pk=item.pk).update(live=False, status="draft")
    assert "供热应急预案" not in hits(read("/search/", q="供热"))


# -- facets --------------------------------------------------------------------------------------
def test_facets_stand_beside_the_hits_with_their_numbers(indexed, read):
    page = read("/search/", q="供热")
    said = {
        group.css_first("summary").text(strip=True): [
            (choice.css_first("span").text(), choice.css_first(".count").text())
            for choice in group.css("li a")
        ]
        for group in page.css(".facet")
    }
    assert said["机关"] == [("市住建局", "2")]
    assert said["年份"] == [("2024", "1"), ("2023", "1")]
    assert ("城乡建设", "2") in said["主题"]
    assert said["有效性"] == [("废止", "1")]


def test_a_facet_narrows_stays_in_the_address_and_can_be_taken_back(indexed, read):
    page = read("/search/", q="供热")
    link = next(a for a in page.css(".facet a") if "2023" in a.text())
    assert link.attributes["href"] == "?q=%E4%BE%9B%E7%83%AD&year=2023"
    assert link.attributes["rel"] == "nofollow"
    page = read("/search/", q="供热", year="2023")
    assert hits(page) == ["供热收费标准"]
    chip = page.css_first(".chips a")
    assert chip.text(strip=True).startswith("年份：2023")
    assert chip.attributes["href"] == "?q=%E4%BE%9B%E7%83%AD"


def test_beside_what_is_chosen_stands_what_else_could_be(indexed, read):
    """Given 2023 is chosen, then 2024 is offered with the number that the search has without a year."""
    page = read("/search/", q="供热", year="2023")
    years = next(one for one in page.css(".facet") if "年份" in one.css_first("summary").text())
    said = {a.css_first("span").text(): a for a in years.css("a")}
    assert "chosen" in said["2023"].attributes["class"]
    assert said["2024"].css_first(".count").text() == "1"
    assert said["2024"].attributes["href"].endswith("year=2023&year=2024")


def test_a_topic_opens_into_those_below_it(indexed, read):
    page = read("/search/", q="供热")
    assert not page.css(".facet .below")
    page = read("/search/", q="供热", topic="10")
    below = page.css_first(".facet .below a")
    assert "住房" in below.text()
    assert below.attributes["href"].endswith("topic=10-02")
    assert hits(read("/search/", q="供热", topic="10-02")) == ["关于做好城市供热工作的通知"]


def test_facets_alone_list_everything_newest_first(indexed, read):
    assert hits(read("/search/", organ="411281-011")) == [
        "关于做好城市供热工作的通知",
        "供热收费标准",
        "燃气安全检查情况",
    ]


def test_titles_alone_and_newest_first_can_be_asked_for(indexed, read):
    assert hits(read("/search/", q="采暖期")) == ["关于做好城市供热工作的通知"]
    assert hits(read("/search/", q="采暖期", titles="1", exact="1")) == []
    assert hits(read("/search/", q="供热", order="newest")) == [
        "关于做好城市供热工作的通知",
        "供热收费标准",
    ]


# -- what is told --------------------------------------------------------------------------------
def answered(monkeypatch, results: Results) -> None:
    monkeypatch.setattr(queries, "search", lambda query: results)


def test_a_correction_is_told_and_can_be_refused(monkeypatch, heating, read):
    key = published(organ=heating, title="户口迁移").pk
    answered(monkeypatch, Results((Hit("item", key, "户口迁移", ""),), 1, read_as="户口"))
    notice = read("/search/", q="互口").css_first(".notice")
    assert "按“户口”检索" in notice.text()
    link = notice.css_first("a")
    assert link.text() == "仍按“互口”检索"
    assert link.attributes["href"] == "?q=%E4%BA%92%E5%8F%A3&exact=1"


def test_synonyms_are_told(monkeypatch, heating, read):
    key = published(organ=heating, title="户籍迁移").pk
    answered(monkeypatch, Results((Hit("item", key, "户籍迁移", ""),), 1, synonyms=("户籍",)))
    assert "相近的说法：户籍" in read("/search/", q="户口").css_first(".results").text()


@pytest.mark.parametrize(
    ("state", "words"), [(State.REBUILDING, "正在更新索引"), (State.LIMITED, "只能按标题")]
)
def test_the_state_of_the_index_is_told_in_plain_words(monkeypatch, heating, read, state, words):
    answered(monkeypatch, Results((), 0, state=state))
    page = read("/search/", q="供热")
    assert words in page.css_first(".results").text()
    assert hits(page) == ["关于做好城市供热工作的通知", "供热收费标准"]


def test_a_search_room_that_fails_leaves_titles_and_numbers(monkeypatch, heating, read, caplog):
    """Given an index that raises, then titles are found, facets hold, and no log has the words."""

    def fail(query):
        raise RuntimeError(f"no such thing: {query.text}")

    monkeypatch.setattr(queries, "search", fail)
    page = read("/search/", q="供热")
    assert hits(page) == ["关于做好城市供热工作的通知", "供热收费标准"]
    assert "只能按标题" in page.css_first(".notice.warn").text()
    assert hits(read("/search/", q="供热", year="2023")) == ["供热收费标准"]
    assert hits(read("/search/", q="供热", validity="repealed")) == ["关于做好城市供热工作的通知"]
    assert hits(read("/search/", q="义建规〔2024〕7号")) == ["关于做好城市供热工作的通知"]
    assert "RuntimeError" in caplog.text
    assert "供热" not in caplog.text


def test_the_titles_are_not_counted_without_end(monkeypatch, heating, read):
    monkeypatch.setattr("gongkai.portal.items.SEARCH_CAP", 1)
    page = read("/search/", q="供热")
    assert hits(page) == ["关于做好城市供热工作的通知"]
    assert "超过1条" in page.css_first("#found").text()


def test_nothing_found_offers_ways_on_and_the_right_to_apply(indexed, read):
    page = read("/search/", q="住房公积金缴存比例调整", exact="1", titles="1")
    help_given = page.css_first(".nothing")
    links = {link.attributes["href"] for link in help_given.css("a")}
    assert "/disclosure/ysqgk/" in links
    assert "/organs/411281-011/" in links
    assert any("titles=1" not in href and "exact=1" in href for href in links)
    assert "可以依法向行政机关申请获取" in help_given.text()


def test_nothing_found_names_columns_that_sound_alike(indexed, read):
    page = read("/search/", q="通知 火星", exact="1", titles="1", year="1999")
    links = {link.attributes["href"] for link in page.css(".nothing a")}
    assert "/columns/tzgg/" in links


def test_a_question_too_long_is_cut_and_that_is_said(indexed, read):
    page = read("/search/", q="供热" * 80)
    assert f"前{LONGEST}个字" in page.css_first(".notice").text()
    assert page.css_first("#find-main").attributes["value"] == "供热" * (LONGEST // 2)


def test_an_empty_question_says_how_to_ask(indexed, read):
    page = read("/search/")
    assert "可以这样找" in page.css_first("main").text()
    assert not hits(page)


# -- bad input -----------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", HOSTILE)
def test_whatever_is_typed_gets_a_sensible_answer(indexed, client: Client, typed):
    """Given anything at all in every field, then a page, and nothing of it becomes markup."""
    for address in ("/search/", "/policies/", "/search/suggestions/"):
        response = client.get(address, {"q": typed})
        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()
    fields = ("organ", "topic", "year", "genre", "kind", "validity", "order", "titles", "page")
    query = dict.fromkeys(fields, typed) | {"q": "供热"}
    response = client.get("/search/", query)
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize("page", ["10000", "999999999999999999999", "abc", "-1", "0", "1.5", "٣"])
def test_a_page_that_is_not_there_is_the_first_or_the_last(indexed, read, page):
    found = read("/search/", q="供热", page=page)
    assert len(hits(found)) == 2
    assert not found.css(".pages")


def test_the_pages_of_the_hits_go_on_after_twenty(heating, read):
    for number in range(25):
        published(organ=heating, title=f"供暖通告第{number}号")
    building.rebuild()
    first, last = read("/search/", q="供暖通告"), read("/search/", q="供暖通告", page="10000")
    assert len(hits(first)) == 20
    assert len(hits(last)) >= 5
    assert not set(hits(first)) & set(hits(last))
    assert last.css_first(".pages [aria-current]").text() == "2"
    assert "q=" in first.css_first(".pages a[rel=next]").attributes["href"]


def test_numbers_of_pages_are_read_without_harm():
    assert [page_number(raw) for raw in (None, "", "3", "0", "-1", "x", "9" * 30)] == [
        1, 1, 3, 1, 1, 1, DEEPEST,
    ]  # fmt: skip


def test_what_means_nothing_in_an_address_is_left_out_and_told(indexed, read):
    page = read("/search/", q="供热", validity="maybe", year="20x4")
    assert len(hits(page)) == 2
    assert "不认识的条件" in page.css_first(".notice").text()


def test_an_address_says_a_question_in_one_way_only(rf):
    def read(query: str) -> Question:
        return asked(rf.get(f"/search/?{query}").GET, ("year", "organ"))

    one = read("year=2023&q=%E4%BE%9B%E7%83%AD&year=2021&organ=a&page=7")
    other = read("organ=a&q=+%E4%BE%9B%E7%83%AD+&year=2021&year=2023&year=2023")
    assert one.url() == other.url() == "?q=%E4%BE%9B%E7%83%AD&organ=a&year=2021&year=2023"


# -- who asked -----------------------------------------------------------------------------------
@pytest.fixture
def noted(monkeypatch):
    seen: list[tuple[str, int]] = []
    monkeypatch.setattr(services, "note_search", lambda *said: seen.append(said))
    return seen


def test_a_persons_question_is_counted_once(indexed, client, noted):
    client.get("/search/", {"q": "供热"}, headers=PERSON)
    assert noted == [("供热", 2)]


def test_only_what_a_person_typed_is_counted(indexed, client, noted):
    """Neither facets, switches and further pages, nor robots, nor what is fetched ahead."""
    for more in ({"year": "2023"}, {"page": "2"}, {"order": "newest"}, {"exact": "1"}):
        client.get("/search/", {"q": "供热", **more}, headers=PERSON)
    for agent in ("Baiduspider/2.0", "python-requests/2.32", "curl/8.0", ""):
        client.get("/search/", {"q": "供热"}, headers={"user-agent": agent})
    client.get("/search/", {"q": "供热"}, headers=PERSON | {"sec-purpose": "prefetch"})
    client.head("/search/", {"q": "供热"}, headers=PERSON)
    assert noted == []


def test_answers_are_kept_by_nobody_on_the_way_and_listed_by_no_robot(indexed, client):
    response = client.get("/search/", {"q": "供热"})
    assert "private" in response["Cache-Control"]
    page = LexborHTMLParser(response.content.decode())
    assert page.css_first("meta[name=robots]").attributes["content"] == "noindex"


def test_a_search_costs_the_same_with_few_and_with_many_hits(
    heating, client, django_assert_max_num_queries
):
    def asked_of() -> int:
        client.get("/search/", {"q": "供热"})
        with django_assert_max_num_queries(30) as captured:
            assert client.get("/search/", {"q": "供热", "year": "2020"}).status_code == 200
        # Whether the office's lists have changed is asked once a second, whoever searches.
        apart = ("SAVEPOINT", "RELEASE", 'SELECT "search_wordsversion"')
        return sum(not query["sql"].startswith(apart) for query in captured)

    published(organ=heating, title="供热公告", topic=make_topic("03"))
    building.rebuild()
    few = asked_of()
    for number in range(30):
        published(organ=make_organ(), title=f"供热公告{number}", topic=make_topic(f"05-{number}"))
    building.rebuild()
    assert asked_of() == few
    # Seven of them are the index's own.
    assert few <= 11


# -- suggestions ---------------------------------------------------------------------------------
def test_suggestions_come_as_json_and_are_kept_shortly(indexed, client, monkeypatch):
    calls = []

    class Suggestion:
        text = "供热收费标准"

    def suggest(words, limit):
        calls.append(words)
        return [Suggestion]

    monkeypatch.setattr(queries, "suggest", suggest)
    for _ in range(2):
        response = client.get("/search/suggestions/", {"q": " 供 "})
        assert response.json() == {"suggestions": [{"text": "供热收费标准"}]}
    assert calls == ["供"]
    assert response["Cache-Control"] == "private, max-age=60"
    assert response["X-Robots-Tag"] == "noindex"


def test_nothing_is_suggested_for_nothing_and_for_essays(indexed, client, monkeypatch):
    monkeypatch.setattr(queries, "suggest", lambda *said: 1 / 0)
    for typed in ("", "   ", "长" * 41):
        assert client.get("/search/suggestions/", {"q": typed}).json() == {"suggestions": []}
    # A failing aid suggests nothing.
    assert client.get("/search/suggestions/", {"q": "热"}).json() == {"suggestions": []}


def test_two_boxes_on_a_page_have_ids_of_their_own(indexed, read):
    page = read("/policies/")
    ids = [one.attributes["id"] for one in page.css("input[type=search]")]
    assert ids == ["find-head", "find-library"]
    labels = [one.attributes["aria-label"] for one in page.css("form[role=search]")]
    assert len(set(labels)) == 2


def test_hits_of_a_room_that_this_page_does_not_know_are_left_out(heating):
    assert searching.found([Hit("elsewhere", 1, "x", "y")]) == []

"""What is found, in which order, how it is counted and drawn; on whatever is typed."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.search import excerpts, searching, vocabulary
from gongkai.search.documents import FacetValue, Order, Query, State
from gongkai.search.queries import search
from tests.search.records import Records, answer, found
from tests.search.records import records as records

pytestmark = pytest.mark.django_db


# -- which, and in which order ------------------------------------------------------------------


def test_a_word_in_the_title_stands_above_many_in_the_text(records: Records) -> None:
    """Given a newer text full of the word, then the older title with it stands first all the same."""
    title = records.put("关于城乡低保标准的通知", "略。")
    text = records.put("民政工作要点", "低保。" * 30)
    records.put("供水公告", "停水。")
    records.tell()
    assert found("低保") == [title, text]


def test_a_text_above_an_attachment_and_the_attachment_says_so(records: Records) -> None:
    attached = records.put("公告甲", "见附件。", attachments="补贴名单：耕地地力保护补贴")
    text = records.put("公告乙", "耕地地力保护补贴发放。", on=date(2020, 1, 1))
    records.tell()
    results = answer("耕地地力保护补贴")
    assert [hit.key for hit in results.hits] == [text, attached]
    assert [hit.in_attachment for hit in results.hits] == [False, True]
    assert "<mark>耕地" in results.hits[1].excerpt


def test_a_document_with_the_number_stands_first_however_it_is_typed(records: Records) -> None:
    """Given a newer text that names the number, then the document itself stands first."""
    own = records.put("关于印发实施方案的通知", "正文。", numbers=("义政〔2020〕12号",))
    naming = records.put("贯彻义政〔2020〕12号的公告", "根据义政〔2020〕12号办理。")
    records.put("别的通知", "正文。", numbers=("义政〔2020〕120号",))
    records.tell()
    for typed in ("义政〔2020〕12号", "义政[2020]12号", "义政（2020）12", "义政 2020 12号"):
        assert found(typed)[0] == own, typed
    assert set(found("义政〔2020〕12号")) == {own, naming}


def test_all_words_must_be_there_and_none_of_the_excluded(records: Records) -> None:
    both = records.put("住房保障和教育工作", "")
    records.put("住房保障工作", "")
    records.put("教育工作", "")
    records.tell()
    assert found("住房 教育") == [both]
    assert both not in found("住房 -教育")
    assert len(found("住房 -教育")) == 1


def test_words_in_quotes_stand_there_to_the_letter(records: Records) -> None:
    """Given the same words in another order, then only the one with the very phrase is found."""
    exact = records.put("公共租赁住房分配", "正文")
    records.put("住房分配与公共租赁", "正文")
    records.tell()
    assert found('"公共租赁住房"') == [exact]
    assert found("“公共租赁住房”") == [exact]
    assert len(found("公共租赁 住房")) == 2


def test_titles_only_leaves_the_texts_out(records: Records) -> None:
    title = records.put("医疗保险缴费", "")
    records.put("社会保障", "医疗保险缴费说明")
    records.tell()
    assert found("医疗保险", titles_only=True) == [title]
    assert len(found("医疗保险")) == 2


def test_newest_first_is_by_the_day_of_publication(records: Records) -> None:
    old = records.put("环保督察公告", on=date(2019, 5, 1))
    new = records.put("环保工作", "环保督察整改公告", on=date(2023, 5, 1))
    middle = records.put("环保督察情况", on=date(2021, 5, 1))
    records.tell()
    assert found("环保督察", order=Order.NEWEST) == [new, middle, old]
    assert found(order=Order.RELEVANCE) == [new, middle, old]


def test_days_bound_the_answer_on_both_sides_inclusively(records: Records) -> None:
    keys = [records.put("水质公告", on=date(2022, month, 10)) for month in (3, 4, 5)]
    records.tell()
    asked = {"published_from": date(2022, 4, 10), "published_until": date(2022, 5, 10)}
    assert found("水质", **asked) == [keys[2], keys[1]]
    assert found(**asked) == [keys[2], keys[1]]
    assert found("水质", published_until=date(2022, 4, 9)) == [keys[0]]


def test_more_hits_than_are_scored_still_have_the_best_title_first(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given many newer texts with the word, then the old title with it is not forgotten."""
    monkeypatch.setattr(searching, "CANDIDATES", 10)
    monkeypatch.setattr(searching, "TITLES", 5)
    best = records.put("殡葬惠民政策", on=date(2010, 1, 1))
    for _ in range(30):
        records.put("工作简报", "殡葬改革。")
    records.tell()
    keys = [key for page in (1, 2, 3, 4) for key in found("殡葬", page=page, per_page=10)]
    assert keys[0] == best
    assert sorted(keys) == sorted(set(keys)) == sorted(records.public)


# -- facets and counts ----------------------------------------------------------------------------


def test_values_of_one_facet_are_alternatives_and_facets_add_up(records: Records) -> None:
    for organ in ("411281-003", "411281-004", "411281-005"):
        for year in (2021, 2022):
            records.put("采购公告", on=date(year, 1, 1), facets={"organ": (organ,)})
    records.tell()
    results = answer(
        "采购",
        facets={"organ": ("411281-003", "411281-004"), "year": ("2022",)},
        counted=("organ", "year", "nothing"),
    )
    assert results.total == 2
    assert results.facets == {
        "organ": (FacetValue("411281-003", 1), FacetValue("411281-004", 1)),
        "year": (FacetValue("2022", 2),),
        "nothing": (),
    }
    assert len(found(facets={"organ": ("411281-005",)})) == 2


def test_a_facets_value_is_compared_whole(records: Records) -> None:
    """Given codes that begin alike, or hold signs of the query language, then none is mistaken."""
    one = records.put("甲", facets={"organ": ("411281",), "series": ("义政 办",)})
    two = records.put("乙", facets={"organ": ("411281-1",), "series": ("义\"政' OR *",)})
    records.tell()
    assert found(facets={"organ": ("411281",)}) == [one]
    assert found(facets={"organ": ("411281-1",)}) == [two]
    assert found(facets={"series": ("义政 办",)}) == [one]
    assert found(facets={"series": ("义\"政' OR *",)}) == [two]
    assert found(facets={"organ": ("4112",)}) == []


def test_beyond_the_cap_the_number_of_hits_is_said_to_be_more(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "CAP", 5)
    for _ in range(8):
        records.put("招标公告")
    records.tell()
    results = answer("招标", counted=("year",))
    assert (results.total, results.capped) == (5, True)
    assert sum(value.count for value in results.facets["year"]) == 5
    exact = answer("招标", published_until=date(2024, 1, 4))
    assert (exact.total, exact.capped) == (3, False)


def test_a_page_beyond_the_end_is_the_last_one(records: Records) -> None:
    for _ in range(5):
        records.put("招标公告")
    records.tell()
    assert found("招标", page=10_000, per_page=2, order=Order.NEWEST) == [1]
    assert found("招标", page=0, per_page=2, order=Order.NEWEST) == [5, 4]
    assert found("招标", page=-3, per_page=1) == found("招标", per_page=1)
    assert found("招标", per_page=0) == []


def test_the_number_of_statements_does_not_grow_with_the_hits(records: Records) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            answer("公告", counted=("organ", "year"))
        # The lists of synonyms are read once a process and looked at once a second.
        ours = ("search_words_", "search_search", "search_generation")
        return sum(any(name in one["sql"] for name in ours) for one in captured)

    records.put("停水公告", facets={"organ": ("1",)})
    records.tell()
    statements()  # the office's lists are read into memory by the first to ask
    few = statements()
    for number in range(60):
        records.put("停电公告", facets={"organ": (str(number),)})
    records.tell()
    assert statements() == few <= 10


# -- what is drawn --------------------------------------------------------------------------------


def test_words_are_marked_in_the_form_in_which_they_were_printed(records: Records) -> None:
    """Given full-width and traditional letters in the text, then the simple question marks them."""
    records.put("關於預算公開的通知", "各單位：ＰＰＰ項目預算。" + "其他。" * 100)
    records.tell()
    (hit,) = answer("预算 ppp").hits
    assert "<mark>預算</mark>" in hit.title
    assert "<mark>ＰＰＰ</mark>" in hit.excerpt


def test_everything_drawn_is_escaped_and_no_entity_is_torn(records: Records) -> None:
    records.put(
        "<script>alert(1)</script>&amp 预算<b>", "a&lt;预算&lt;b & <img src=x onerror=1> amp"
    )
    records.tell()
    (hit,) = answer("预算 amp").hits
    for drawn in (hit.title, hit.excerpt):
        bare = drawn.replace("<mark>", "").replace("</mark>", "")
        assert "<" not in bare
        assert ">" not in bare
    assert "&amp;<mark>amp</mark>" in hit.title.replace(" ", "")
    assert "&lt;script&gt;" in hit.title


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=5), max_size=5))
def test_marking_changes_nothing_of_the_text(text: str, marked: list[str]) -> None:
    from html import unescape

    drawn = excerpts.highlighted(text, tuple(marked))
    bare = unescape(str(drawn).replace("<mark>", "").replace("</mark>", ""))
    assert "".join(bare.split()) == "".join(unescape(str(_escaped(text))).split())


def _escaped(text: str) -> str:
    from django.utils.html import escape

    return str(escape(text))


def test_the_excerpt_is_the_piece_with_most_of_the_words(records: Records) -> None:
    body = "第一段说低保。" + "无关的话。" * 80 + "第二段说低保标准和申请条件。" + "无关的话。" * 80
    records.put("通知", body)
    records.tell()
    (hit,) = answer("低保 标准 申请").hits
    assert "第二段" in hit.excerpt
    assert str(hit.excerpt).startswith("…")
    assert str(hit.excerpt).endswith("…")
    assert len(hit.excerpt) < 260


def test_words_deep_in_a_long_attachment_are_shown_from_there(records: Records) -> None:
    records.put("名单", "见附件。", attachments="无关。" * 30_000 + "公益性岗位人员名单")
    records.tell()
    (hit,) = answer("公益性岗位").hits
    assert "<mark>公益性岗位</mark>" in hit.excerpt
    assert hit.in_attachment


# -- what was typed -------------------------------------------------------------------------------


def test_a_slip_of_the_pen_is_read_as_it_was_meant(records: Records) -> None:
    records.put("养老保险缴费公告")
    records.tell()
    vocabulary.refresh()
    results = answer("yanglaobaoxian")
    assert results.read_as
    assert results.total == 1
    assert answer("yanglaobaoxian", verbatim=True).total == 0


def test_a_whole_sentence_finds_what_has_most_of_it(records: Records) -> None:
    """Given no record with all the words of a sentence, then those with most are shown, and said so."""
    key = records.put("居住证办理指南", "需要身份证、房屋租赁合同等材料。")
    records.put("其他公告")
    records.tell()
    results = answer("外地人租房子怎么办居住证蓝色封面")
    assert [hit.key for hit in results.hits] == [key]
    assert results.partial
    assert not answer("居住证").partial


def test_the_subject_of_a_sentence_stands_above_what_has_all_its_words_by_chance(
    records: Records,
) -> None:
    """Given a report in whose text every word happens to stand, then the guide stands first."""
    guide = records.put("法律援助申请办事指南", "提交申请表。", on=date(2019, 1, 1))
    chance = records.put("年度工作总结", "法律援助案件；没有钱的群众；打官司；申请。")
    for _ in range(30):
        records.put("例行公告", "没有钱。打官司。")
    records.tell()
    results = answer("没有钱打官司法律援助怎么申请")
    assert [hit.key for hit in results.hits][:2] == [guide, chance]
    assert results.nearest
    assert not results.partial
    newest = answer("没有钱打官司法律援助怎么申请", order=Order.NEWEST)
    assert newest.total == results.total
    keys = [hit.key for hit in newest.hits]
    assert keys == sorted(keys, reverse=True)


def test_a_sentence_keeps_to_the_facets_and_leaves_out_what_was_excluded(records: Records) -> None:
    """Given the same guide of two years, then a sentence within one year finds that one alone."""
    old = records.put("居住证办理指南", "材料。", on=date(2019, 5, 1), facets={"year": ("2019",)})
    records.put("居住证办理指南", "材料。", facets={"year": ("2024",)})
    records.tell()
    results = answer("外地人租房子怎么办居住证", facets={"year": ("2019",)})
    assert [hit.key for hit in results.hits] == [old]
    assert answer("外地人租房子怎么办居住证 -指南").total == 0


NASTY = [
    "a" * 1_000,
    "预" * 1_000,
    "预算 " * 500,
    '"', '""', '"预算', '预算"', "“预算", "'", "''", "预算' OR '1'='1", "预算; DROP TABLE search_document",
    "NEAR(预算 公开, 5)", "预算 AND", "OR", "NOT 预算", "title:预算", "预算*", "^预算", "(预算", "预算)",
    "-", "- -", "-预算", "预算 -", "--预算", "+预算", "预算\\", "\\", "%", "_", "预%算",
    "&", "|", "!", "预算 & !公开", "<->", ":*", "预算:A", "\x00", "预\x00算", "\x00\x00",
    "😀", "👨‍👩‍👧‍👦 预算", "的", "的 了 在", "的的的的", "。，、", "　", "\t\n", "…", "‮预算", "\ue000t预算",
    "\ue000organ=411281", "\ue001", "١٢٣", "ﬁ", "İ", "ß", "〔2020〕", "〔〕号", "号", "第号", "2020", "12号",
    "<script>alert(1)</script>", "&lt;", "{{ 7*7 }}", "$(id)", "預算公開", "ＹＵＳＵＡＮ", "yusuan",
    "𠮷野家", "\ud83d", "é" * 200, "预算 " + "-公开 " * 300, '"预算" ' * 200,
]  # fmt: skip


@pytest.mark.parametrize("typed", NASTY, ids=range(len(NASTY)))
def test_nothing_that_is_typed_disturbs_the_search(records: Records, typed: str) -> None:
    records.put("关于2020年预算公开的通知", "正文12号。", numbers=("义财〔2020〕12号",))
    records.tell()
    for order in Order:
        results = answer(typed, order=order, counted=("year",), facets={"year": ("2024",)})
        assert results.state == State.READY
        assert results.total in (0, 1)
    # The index still works, in the same transaction.
    assert found("预算公开") == [1]


def test_signs_alone_find_nothing_rather_than_everything(records: Records) -> None:
    records.put("通知")
    records.tell()
    for typed in ("。", "😀", "-通知", "*"):
        assert answer(typed).total == 0, typed


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.text(max_size=40),
        st.text(alphabet="预算公开的 \"“”'-()*:&|!<>\\%_号〔〕20ANDORT", max_size=40),
    ),
    value=st.text(max_size=10),
    page=st.integers(-5, 10**9),
    order=st.sampled_from(list(Order)),
    titles_only=st.booleans(),
    verbatim=st.booleans(),
)
def test_no_question_ever_raises(
    records: Records,
    text: str,
    value: str,
    page: int,
    order: Order,
    titles_only: bool,
    verbatim: bool,
) -> None:
    if not records.public:
        records.put("关于预算公开的通知", "预算公开。")
        records.tell()
    for facets in ({}, {"organ": (value,)}):
        results = search(
            Query(text, facets, page=page, order=order, titles_only=titles_only, verbatim=verbatim)
        )
        assert results.state == State.READY


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=80), body=st.text(max_size=200), number=st.text(max_size=20))
def test_whatever_a_record_holds_it_can_be_indexed_and_taken_out(
    records: Records, title: str, body: str, number: str
) -> None:
    records.put(title, f"{body} 标志词预算", key=7, numbers=(number,), attachments=title)
    records.tell(7)
    assert found("预算") == [7]
    del records.public[7]
    records.tell(7)
    assert found("预算") == []

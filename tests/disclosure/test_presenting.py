"""An item as people read it: the order of its metadata, its validity, marks in its text."""

from __future__ import annotations

from datetime import date

import pytest

from gongkai.disclosure import highlight, presenting, proposals
from gongkai.disclosure.models import Genre
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import Office, published
from tests.factories.organs import make_organ

DAY = date(2020, 6, 1)


def finding(start: int, end: int, severity: str = "serious") -> dict[str, object]:
    return {
        "start": start,
        "end": end,
        "severity": severity,
        "message": "请删除“它”。",
        "where": "正文",
    }


# -- marks in the text -----------------------------------------------------------------------------


def test_a_finding_is_marked_where_it_stands():
    html = "<p>张某，411281，住义马。</p>"
    marked = highlight.marked(html, [("found-1", finding(6, 12))])
    assert 'id="found-1" tabindex="-1">411281</mark>，住义马。</p>' in marked
    assert "请删除“它”。" in marked


def test_a_finding_over_tags_is_marked_piece_by_piece_with_one_anchor():
    html = "<p>4112<strong>81</strong>19</p>"
    marked = highlight.marked(html, [("found-1", finding(3, html.index("</p>")))])
    assert marked.count("<mark") == 3
    assert marked.count('id="found-1"') == 1
    plain = marked
    for piece in ("4112", "81", "19"):
        assert f">{piece}</mark>" in plain
    assert "<strong><mark" in marked
    assert marked.endswith("</mark></p>")


def test_overlapping_and_impossible_places_do_no_harm():
    html = "<p>一二三四五</p>"
    found = [
        ("a", finding(3, 6)),
        ("b", finding(4, 7)),
        ("c", finding(90, 99)),
        ("d", finding(7, 7)),
    ]
    marked = highlight.marked(html, found)
    assert marked.count("<mark") == 1
    assert "四五</p>" in marked
    assert highlight.marked("", [("a", finding(0, 1))]) == ""


def test_a_text_that_was_never_cleaned_is_shown_clean_and_unmarked():
    html = '<p onclick="x()">好</p><script>alert(1)</script>'
    marked = highlight.marked(html, [("a", finding(17, 18))])
    assert "script" not in marked
    assert "onclick" not in marked
    assert "好" in marked


# -- metadata and validity -------------------------------------------------------------------------


@pytest.mark.django_db
def test_metadata_stands_in_the_order_of_the_portals_and_leaves_out_what_is_empty():
    organ = make_organ(name="义马市测试局")
    item = published(
        date(2020, 3, 5), organ=organ, title="测试办法", document_kind="normative", genre="notice",
        document_number="义测〔2020〕1号", keywords=["测试"], effective_from=date(2020, 4, 1),
        topic=make_topic(parent=make_topic(name="综合政务"), name="政务公开"),
    )  # fmt: skip
    rows = presenting.metadata(item, item, DAY)
    assert [label for label, _ in rows] == [
        "索引号", "主题分类", "发布机构", "成文日期", "标题", "发文字号", "发布日期", "有效性", "关键词",
        "体裁", "施行日期",
    ]  # fmt: skip
    told = dict(rows)
    assert told["主题分类"] == "综合政务\\政务公开"
    assert told["发布机构"] == "义马市测试局"
    assert told["发布日期"] == "2020年3月5日"
    assert told["有效性"] == "有效"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "word", "text"),
    [
        ({"repealed_on": date(2020, 5, 1)}, "废止", "已于2020年5月1日废止"),
        ({"valid_until": date(2020, 6, 1)}, "失效", "已于2020年6月1日届满"),
        ({"effective_from": date(2020, 7, 1)}, "尚未施行", "自2020年7月1日起施行"),
        ({"amended_on": date(2020, 5, 1)}, "已修改", "已于2020年5月1日修改"),
    ],
)
def test_a_document_that_does_not_hold_says_so_across_the_top(fields, word, text):
    item = published(document_kind="normative", **fields)
    banner = presenting.banner(item, item, DAY, lambda other: "")
    assert banner is not None
    assert banner.word == word
    assert text in banner.text


@pytest.mark.django_db
def test_a_successor_is_linked_only_while_it_is_public():
    new = published(title="新办法")
    old = published(document_kind="normative", repealed_on=date(2020, 5, 1), successor=new)
    banner = presenting.banner(old, old, DAY, lambda other: f"/info/{other.pk}/")
    assert banner is not None
    assert (banner.successor, banner.successor_url) == ("新办法", f"/info/{new.pk}/")
    new.live = False
    assert presenting.banner(old, old, DAY, lambda other: "x").successor == ""  # type: ignore[union-attr]


@pytest.mark.django_db
def test_readers_see_no_link_to_a_draft_interpretation():
    office = Office()
    policy = office.publish(title="办法")
    office.draft(title="还没发布的解读", interprets=policy)
    office.publish(title="发布了的解读", interprets=policy, document_kind="interpretation")
    page = presenting.public_page(
        policy, policy, file_url=str, item_url=lambda other: f"/info/{other.pk}/"
    )
    assert [link.title for link in page["interpreted_by"]] == ["发布了的解读"]


# -- proposals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "genre"),
    [
        ("关于印发测试办法的通知", Genre.NOTICE),
        ("关于测试情况的通报", Genre.NOTIFICATION),
        ("关于停水的通告（第2号）", Genre.CIRCULAR),
        ("义马市人民政府令", Genre.ORDER),
        ("测试公告", Genre.ANNOUNCEMENT),
        ("测试管理办法", None),
        ("", None),
    ],
)
def test_the_genre_is_proposed_by_the_last_word_of_the_title(title, genre):
    assert proposals.genre_of(title) == genre


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("formed_on", "today", "words", "urgent"),
    [
        (date(2020, 3, 2), date(2020, 3, 3), "最迟2020年3月30日，还剩19个工作日", False),
        (date(2020, 3, 2), date(2020, 3, 27), "还剩1个工作日", True),
        (date(2020, 3, 2), date(2020, 3, 31), "已超过1个工作日", True),
        (date(2020, 3, 2), date(2020, 3, 1), "日期在今天之后", True),
    ],
)
def test_the_limit_of_article_26_is_said_in_days_left(formed_on, today, words, urgent):
    hint = proposals.deadline(formed_on, today)
    assert hint is not None
    assert words in hint.words
    assert hint.urgent is urgent


@pytest.mark.django_db
def test_before_there_was_a_limit_none_is_said():
    assert proposals.deadline(date(2001, 3, 2), DAY) is None
    assert proposals.deadline(None, DAY) is None

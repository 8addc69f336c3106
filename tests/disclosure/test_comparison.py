"""The readable comparison of two versions."""

from __future__ import annotations

from datetime import date

import pytest
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Revision

from gongkai.disclosure import queries, services
from gongkai.disclosure.comparison import Difference, text_chunks
from gongkai.disclosure.models import DisclosedItem
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import Office, make_column


def shown(old: str, new: str) -> str:
    """[-gone-] and {+come+} in the running text."""
    marks = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    return "".join(marks[chunk.operation].format(chunk.text) for chunk in text_chunks(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("相同", "相同", "相同"),
        ("", "全新", "{+全新+}"),
        ("全删", "", "[-全删-]"),
        (
            "自2020年5月1日起施行",
            "自2020年6月1日起施行",
            "自2020年[-5-]{+6+}月1日起施行",
        ),
        ("第一段\n第二段\n", "第一段\n新的一段\n第二段\n", "第一段\n{+新的一段\n+}第二段\n"),
        ("预算为100.5万元", "预算为1000.5万元", "预算为[-100.5-]{+1000.5+}万元"),
        # Another sentence altogether is shown as such, without islands of single characters.
        ("请各单位认真落实", "市财政局的年度预算", "[-请各单位认真落实-]{+市财政局的年度预算+}"),
        ("甲乙的丙丁结束语在此", "戊己的庚辛结束语在此", "[-甲乙的丙丁-]{+戊己的庚辛+}结束语在此"),
    ],
)
def test_texts_are_compared_so_that_people_see_the_change(
    old: str, new: str, expected: str
) -> None:
    assert shown(old, new) == expected


TEXTS = st.text(st.sampled_from("的预算公开2020 \n，。ab"), max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_out_of_a_comparison(old: str, new: str) -> None:
    """Nothing is swallowed and nothing made up."""
    chunks = text_chunks(old, new)
    assert "".join(c.text for c in chunks if c.operation != "insert") == old
    assert "".join(c.text for c in chunks if c.operation != "delete") == new
    assert all(c.text for c in chunks)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(chunk.operation == "equal" for chunk in text_chunks(text, text))


def test_a_very_long_paragraph_is_shown_as_replaced_and_not_computed_for_minutes() -> None:
    old, new = "的" * 20_000, "了" * 20_000
    assert [chunk.operation for chunk in text_chunks(old, new)] == ["delete", "insert"]


@pytest.fixture
def office(db) -> Office:
    return Office()


def differences(item: DisclosedItem) -> dict[str, Difference]:
    old, new = (version.revision for version in reversed(queries.versions(item)[:2]))
    return {each.name: each for each in queries.compare(item, old, new)}


def test_every_kind_of_field_is_told_in_words(office: Office) -> None:
    parent = make_topic(name="综合政务")
    topic = make_topic(parent=parent, name="政务公开")
    column = make_column(owner=office.organ, title="新栏目")
    one, two = office.file("一"), office.file("二")
    item = office.draft(
        title="关于甲的通知", body="<p>第一段</p>", attachments=[(one, "附件.txt")], keywords=["甲"]
    )
    services.update_item(
        office.actor(),
        item,
        {
            "title": "关于乙的通知",
            "body": "<p>第一段</p><p>第二段</p>",
            "topic": topic,
            "column": column,
            "statutory_item": "20-07",
            "document_kind": "policy",
            "needs_interpretation": True,
            "go_live_at": "2030-01-02T09:30",
            "effective_from": date(2020, 5, 1),
            "keywords": ["甲", "乙"],
            "mounts": [office.column],
        },
        issuers=[office.organ, "某单位"],
        attachments=[(two, "附件.txt")],
    )
    found = differences(DisclosedItem.objects.get())
    assert [(c.operation, c.text) for c in found["title"].chunks] == [
        ("equal", "关于"),
        ("delete", "甲"),
        ("insert", "乙"),
        ("equal", "的通知"),
    ]
    assert found["body"].new == "第一段\n第二段"
    assert found["topic"].new == "综合政务\\政务公开"
    assert found["column"].new == "新栏目"
    assert found["statutory_item"].new == "20-07 财政预算、决算信息"
    assert found["document_kind"].new == "其他政策文件"
    assert (found["needs_interpretation"].old, found["needs_interpretation"].new) == ("否", "是")
    assert found["go_live_at"].new == "2030-01-02 09:30"
    assert found["effective_from"].new == "2020-05-01"
    assert found["keywords"].new == "甲、乙"
    assert found["mounts"].added == (office.column.title,)
    assert found["issuers"].added == ("某单位",)
    assert len(found["attachments"].removed) == len(found["attachments"].added) == 1
    assert found["title"].label == "标题"


def test_a_change_of_form_alone_says_that_the_words_are_the_same(office: Office) -> None:
    item = office.draft(body="<p>正文</p>")
    services.update_item(office.actor(), item, {"body": "<p><strong>正文</strong></p>"})
    assert differences(DisclosedItem.objects.get())["body"].new == "（仅格式、链接或图片不同）"


def test_versions_of_other_items_are_not_compared(office: Office) -> None:
    one, other = office.draft(), office.draft()
    with pytest.raises(Revision.DoesNotExist):
        queries.compare(one, one.latest_revision, other.latest_revision)


def test_a_comparison_costs_the_same_for_one_list_member_and_for_twenty(
    office: Office, django_assert_max_num_queries
) -> None:
    from django.db import connection

    item = office.draft()
    services.update_item(office.actor(), item, {"mounts": [make_column(owner=office.organ)]})
    columns = [make_column(owner=office.organ) for _ in range(20)]
    services.update_item(office.actor(), item, {"mounts": columns})
    item = DisclosedItem.objects.get()
    third, second, first = (version.revision for version in queries.versions(item))
    with CaptureQueriesContext(connection) as small:
        queries.compare(item, first, second)
    with django_assert_max_num_queries(len(small)):
        queries.compare(item, second, third)

"""报告正文：从受限的 HTML 到段落，任何写法都不丢字、不变成代码。"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.reports.richtext import Block, Run, parse_blocks, plain_text, printable


def shape(html: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in parse_blocks(html)]


def test_paragraphs_headings_and_quotes() -> None:
    html = "<h3>一、概况</h3><p>甲</p>散文<blockquote><p>引</p></blockquote><h4>小</h4>"
    assert shape(html) == [
        ("h3", "一、概况"),
        ("p", "甲"),
        ("p", "散文"),
        ("quote", "引"),
        ("h4", "小"),
    ]


def test_styles_nest_and_a_break_stays_in_its_paragraph() -> None:
    (block,) = parse_blocks("<p>甲<strong>乙<em>丙</em></strong><br/>丁</p>")
    assert block.runs == (
        Run("甲"),
        Run("乙", strong=True),
        Run("丙\n", strong=True, emphasis=True),
        Run("丁"),
    )


def test_lists_keep_their_level_and_number() -> None:
    html = "<ol><li>甲<ul><li>甲一</li></ul></li><li><p>乙</p></li></ol><p>后</p>"
    assert parse_blocks(html) == (
        Block("li", (Run("甲"),), 1, 1),
        Block("li", (Run("甲一"),), 2, None),
        Block("li", (Run("乙"),), 1, 2),
        Block("p", (Run("后"),)),
    )
    assert plain_text(parse_blocks(html)) == "1. 甲\n• 甲一\n2. 乙\n后"


def test_typed_indents_and_empty_paragraphs_go() -> None:
    assert shape("<p>　　本年 \n 共计</p><p> <br> </p><p></p>") == [("p", "本年 共计")]


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>甲",
        "甲<style>p{}</style>",
        "<p onclick='x'>甲</p>",
        "<table><tr><td>甲",
    ],
)
def test_scripts_styles_and_attributes_never_reach_the_text(html: str) -> None:
    assert shape(html) == [("p", "甲")]


def test_entities_are_read_once() -> None:
    assert shape("<p>&lt;b&gt; &amp;amp; &nbsp;x</p>") == [("p", "<b> &amp; \xa0x")]


def test_characters_no_file_may_hold_are_left_out() -> None:
    assert printable("甲\x00\x0b乙\ud800丙\ufffe\n\t𠮷") == "甲乙丙\n\t𠮷"


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1))
)
def test_no_word_is_lost(words: list[str]) -> None:
    escaped = [w.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for w in words]
    html = "".join(f"<p>{word}</p>" for word in escaped)
    assert [block.text for block in parse_blocks(html)] == [p for w in words if (p := printable(w))]


@given(st.text("<>/&ulbripstrong emh34 甲\n", max_size=60))
def test_any_tag_soup_is_read_without_error(soup: str) -> None:
    for block in parse_blocks(soup):
        assert block.text.strip()
        assert block.kind != "li" or block.level >= 1

"""Pages nested for a parser's ruin are told before a parser is let at them."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from gongkai.guard.engine import scan_file, scan_html
from gongkai.guard.lexicon import Lexicon
from gongkai.guard.nesting import MAX_NESTING, too_deep
from gongkai.guard.readers import read
from tests.guard.people import identity_number

WORDS = Lexicon([])
PERSON = identity_number()
OPTIONAL = {"p", "li", "dt", "dd", "td", "th", "tr", "html", "head", "body", "tbody"}


def depth(html):
    """How deep a parser nests the elements that count."""
    deepest = 0
    for node in LexborHTMLParser(html).root.traverse():
        above, levels = node, 0
        while above is not None:
            levels += above.is_element_node and above.tag not in OPTIONAL
            above = above.parent
        deepest = max(deepest, levels)
    return deepest


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<ul><li>",
        "<b>甲<p>",
        "<div></b>",
        "<div><object></div></object>",
        "<span><p></span></p>",
        "<span><div></span></div>",
    ],
)
def test_what_a_parser_nests_is_seen_whatever_closes_beside_it(piece):
    assert too_deep(piece * (MAX_NESTING + 1))


@pytest.mark.parametrize(
    "piece",
    [
        "<p>甲",
        "<li>甲",
        "<tr><td>甲",
        "<div><span>甲</div>",
        "<br>",
        "<p><b>甲</b><p>",
        "a < b <3 ",
    ],
)
def test_a_long_page_is_not_a_deep_one(piece):
    assert not too_deep(piece * 20_000)


tags = st.sampled_from(
    ["div", "span", "b", "p", "li", "ul", "table", "tr", "td", "a", "object", "section", "i", "em"]
)
markup = st.lists(st.builds("<{}{}>字".format, st.sampled_from(["", "", "/"]), tags), max_size=40)


@given(markup)
def test_never_less_than_a_parser_nests(parts):
    html = "".join(parts)
    nested = depth(html)
    if nested > 0:
        assert too_deep(html, nested - 1)


def test_a_file_nested_too_deep_is_unreadable_and_searched_all_the_same():
    page = f"<html>{'<div>' * 100_000}张某 {PERSON}{'</div>' * 100_000}".encode()
    scan = scan_file(io.BytesIO(page), "名单.html", WORDS)
    assert (scan.state, [each.value for each in scan.findings]) == ("unreadable", [PERSON])
    assert "嵌套过深" in scan.note
    document = read(page, "名单.html")
    assert document.state == "unreadable"
    assert "嵌套过深" in document.note
    assert PERSON in document.segments[0].text


def test_a_text_nested_too_deep_is_searched_in_one_pass():
    (found,) = scan_html("<div>" * 100_000 + PERSON, WORDS)
    assert found.value == PERSON


def test_the_guard_speaks_of_no_button_that_its_caller_may_not_have():
    (found,) = scan_html(f"<p>{PERSON}</p>", WORDS)
    (in_file,) = scan_file(io.BytesIO(PERSON.encode()), "名单.txt", WORDS).findings
    assert "脱敏”" not in found.message
    assert found.message == in_file.message

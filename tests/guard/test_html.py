"""Pages of HTML: the text as people read it, the places as the source has them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from gongkai.guard.engine import mask_html, scan_html
from gongkai.guard.html import read_page
from gongkai.guard.lexicon import Lexicon
from tests.guard.people import identity_number

WORDS = Lexicon()
PERSON = identity_number()
MOBILE = "13800138000"


def found(html):
    return [(finding.check, finding.value, finding.where) for finding in scan_html(html, WORDS)]


@pytest.mark.parametrize(
    "number",
    [
        f"<b>{PERSON[:5]}</b>{PERSON[5:]}",
        "".join(f"<span style='color:red'>{digit}</span>" for digit in PERSON),
        "".join(f"&#{ord(digit)};" for digit in PERSON),
        "".join(f"&#x{ord(digit):x};" for digit in PERSON),
        f"{PERSON[:6]}&nbsp;{PERSON[6:14]}&ensp;{PERSON[14:]}",
        f"{PERSON[:6]}&shy;{PERSON[6:14]}&zwnj;{PERSON[14:]}",
        f"{PERSON[:6]}<wbr>{PERSON[6:14]}<!-- 注 -->{PERSON[14:]}",
        f"{PERSON[:6]}\n   {PERSON[6:]}"[:7] + PERSON[6:],
        f"{PERSON[:9]}<br/>{PERSON[9:]}",
        f"{PERSON[:9]}<font title='x > y'>{PERSON[9:]}</font>",
    ],
)
def test_a_number_split_by_tags_and_entities_is_one(number):
    html = f"<p>一</p><p>证件{number}。</p>"
    (finding,) = scan_html(html, WORDS)
    assert (finding.value, finding.where) == (PERSON, "正文第2段")
    assert html[: finding.start] == "<p>一</p><p>证件" + ("<b>" if "<b>" in number else "") + (
        "<span style='color:red'>" if "<span" in number else ""
    )
    assert scan_html(mask_html(html, [finding]), WORDS) == []


def test_cells_and_paragraphs_part_numbers():
    halves = (PERSON[:9], PERSON[9:])
    assert found("<td>{}</td><td>{}</td>".format(*halves)) == []
    assert found("<p>{}</p><p>{}</p>".format(*halves)) == []
    assert found("<li>{}<li>{}".format(*halves)) == []


def test_what_a_script_or_a_style_holds_is_no_text():
    assert found(f"<script>var n='{MOBILE}'</script><style>.a{{w:{MOBILE}}}</style>") == []
    assert found(f"<SCRIPT>if (a<b) '{MOBILE}'</SCRIPT>{PERSON}") == [
        ("pii_id", PERSON, "正文第1段")
    ]


def test_attributes_and_comments_are_read_for_personal_data():
    html = f'<p>x</p><img alt="证件 {PERSON}"><a href="tel:{MOBILE}">拨打</a><!-- {MOBILE} -->'
    assert found(html) == [
        ("pii_id", PERSON, "正文标签属性"),
        ("pii_mobile", MOBILE, "正文标签属性"),
        ("pii_mobile", MOBILE, "正文网页注释"),
    ]
    masked = mask_html(html, scan_html(html, WORDS))
    assert masked.count("138****8000") == 2
    assert found(masked) == []


def test_an_address_or_a_class_is_no_telephone():
    assert found(f'<a href="/art/{MOBILE}.html" class="c{MOBILE}" id={MOBILE}>正文</a>') == []


@pytest.mark.parametrize(
    "html",
    [
        f"<p title='没有结束 {PERSON}",
        f'<a href="x>{PERSON}',
        f"1 < 2 {PERSON}",
        f"<!-- 没有结束 {PERSON}",
        f"<{PERSON}",
        f"&#;&#x;&#99999999;&unknown;{PERSON}",
        f"</p></b><//>{PERSON}",
        f"<![CDATA[x]]>{PERSON}",
        f"<?xml?><!DOCTYPE html>{PERSON}",
    ],
)
def test_a_broken_page_is_read_more_never_less(html):
    assert [value for _, value, _ in found(html)] == [PERSON]


@pytest.mark.parametrize("part", ["<a", '<a "', "<!--", "&#", "<p title='", "<<<", "<b>1"])
def test_a_page_of_nothing_but_openings_costs_no_more_than_its_length(part):
    # Quadratic work would take hours here; the suite's patience is the measure.
    assert scan_html(part * 100_000, WORDS) == []


text_pieces = st.text("甲乙丙丁1234 ，。ab", min_size=1, max_size=8)
pages = st.recursive(
    text_pieces,
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag} title='说明'>{''.join(parts)}</{tag}>",
        st.sampled_from(["p", "b", "span", "div", "em", "li"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=12,
)


@given(pages)
def test_the_text_is_what_a_parser_reads(html):
    ours = re.sub(r"[\s\x1e]", "", read_page(html).text.split("说明")[0])
    theirs = re.sub(r"\s", "", LexborHTMLParser(html).body.text())
    assert ours.rstrip() == theirs


@given(pages)
def test_every_character_stands_at_its_place_of_the_source(html):
    page = read_page(html)
    for index, character in enumerate(page.text):
        start, end = page.character(index)
        assert html[start:end] in {character, ""}

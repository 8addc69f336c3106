"""However a number is written, it is found once, at its place, and gone when masked."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.guard.engine import mask_html, mask_text, scan_file, scan_html, scan_text
from gongkai.guard.lexicon import Lexicon, Term
from gongkai.guard.normalise import Normalised
from tests.guard.people import card_numbers, identity_numbers, mobile_numbers

WORDS = Lexicon([Term("wrong_word", "按装", "安装"), Term("allowed", "按装饰")])
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")

between = st.sampled_from(
    ["", "", "", " ", "-", "－", "\u3000", "\u200b", "\u00ad", " \u200b ", "\n"]
)
spellings = st.sampled_from([{}, {}, FULL_WIDTH, CIRCLED, CHINESE])
around = st.text("甲乙丙，。：（）“”\n", max_size=12)


@st.composite
def written(draw, numbers):
    """(the number, the same number as somebody wrote it)."""
    number = draw(numbers)
    table = draw(spellings)
    gaps = draw(st.lists(between, min_size=len(number) - 1, max_size=len(number) - 1))
    return number, "".join(
        digit + gap for digit, gap in zip(number.translate(table), [*gaps, ""], strict=True)
    )


@given(around, written(identity_numbers), around)
def test_an_identity_number_is_found_exactly_once_however_it_is_written(before, number, after):
    value, spelled = number
    text = f"{before}证{spelled}。{after}"
    (finding,) = scan_text(text, WORDS)
    assert (finding.check, finding.value) == ("pii_id", value)
    assert text[finding.start : finding.end] == spelled
    masked = mask_text(text, [finding])
    assert len(masked) == len(text)
    assert masked[: finding.start] == text[: finding.start]
    assert masked[finding.end :] == text[finding.end :]
    assert scan_text(masked, WORDS) == []


tags = st.sampled_from(
    ["", "", "<b>", "</b>", "<span title='x>y'>", "<!-- 注 -->", "<wbr>", "&shy;", "&nbsp;", "<i/>"]
)


@st.composite
def tagged(draw, numbers):
    """(the number, its HTML: some digits as entities, tags and comments between them)."""
    number = draw(numbers)
    parts = []
    for digit in number:
        shown = draw(st.sampled_from([digit, digit, f"&#{ord(digit)};", f"&#x{ord(digit):X};"]))
        parts += [shown, draw(tags)]
    return number, "".join(parts[:-1])


@given(around, tagged(identity_numbers), around)
def test_masking_a_page_leaves_its_tags_and_its_other_text(before, number, after):
    value, html = number
    before, after = f"<p>{before}证", f"。</p><p>{after}</p>"
    source = before + html + after
    (finding,) = scan_html(source, WORDS)
    assert finding.value == value
    masked = mask_html(source, [finding])
    assert masked.startswith(before)
    assert masked.endswith(after)
    assert masked.count("*") == 14
    assert [masked.count(mark) for mark in "<>"] == [source.count(mark) for mark in "<>"]
    assert scan_html(masked, WORDS) == []


@given(around, mobile_numbers, around)
def test_a_mobile_number_is_found_once_and_gone_when_masked(before, number, after):
    text = f"{before}电话：{number}。{after}"
    (finding,) = scan_text(text, WORDS)
    assert (finding.check, text[finding.start : finding.end]) == ("pii_mobile", number)
    assert scan_text(mask_text(text, [finding]), WORDS) == []


@given(around, card_numbers, around)
def test_a_bank_card_is_found_once_and_gone_when_masked(before, number, after):
    text = f"{before}银行卡：{number}。{after}"
    (finding,) = scan_text(text, WORDS)
    assert (finding.check, text[finding.start : finding.end]) == ("pii_bank", number)
    assert scan_text(mask_text(text, [finding]), WORDS) == []


@given(identity_numbers, st.sampled_from("0123456789"))
def test_an_identity_number_inside_a_longer_number_is_none(number, digit):
    assert [f.check for f in scan_text(f"号{digit}{number}号", WORDS) if f.check == "pii_id"] == []


anything = st.text() | st.text(
    "0123456789Xx -\n\u200b<>&#;\"'=/!一二〇★机密按装饰\x1e\x00", max_size=200
)


@given(anything)
def test_no_text_makes_it_fall_and_every_finding_is_inside(text):
    for finding in scan_text(text, WORDS):
        assert 0 <= finding.start < finding.end <= len(text)
        assert finding.where
    for finding in scan_html(text, WORDS):
        assert 0 <= finding.start < finding.end <= len(text)


@given(anything)
def test_masking_everything_leaves_nothing_personal(text):
    masked = mask_text(text, scan_text(text, WORDS))
    assert not [finding for finding in scan_text(masked, WORDS) if finding.is_personal]
    masked = mask_html(text, scan_html(text, WORDS))
    assert not [finding for finding in scan_html(masked, WORDS) if finding.is_personal]


@given(anything)
def test_both_views_lead_back_to_the_original(text):
    seen = Normalised(text)
    for start in range(len(seen.plain)):
        first, last = seen.span(start, start + 1)
        assert last == first + 1
        assert Normalised(text[first:last]).plain == seen.plain[start]
    for start in range(len(seen.words)):
        first, last = seen.plain_span(start, start + 1)
        kept = seen.plain[first:last]
        assert kept == seen.words[start] or (seen.words[start] == "\n" and kept.isspace())


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.csv", "a.html", "a.docx", "a.pdf"]))
def test_no_bytes_make_a_scan_fall(data, name):
    assert scan_file(io.BytesIO(data), name, WORDS).state in {"read", "no_text", "unreadable"}


@pytest.mark.parametrize("text", ["1 " * 50_000, "1-" * 50_000, "一" * 100_000, "6" * 100_000])
def test_endless_digits_are_no_trouble(text):
    assert scan_text(text, WORDS) == []

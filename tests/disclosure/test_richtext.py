"""The text of an item: what pastes from Word and WeChat bring, and what is kept of it."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gongkai.disclosure.richtext import TAGS, clean, plain_text

WORD = """
<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><title>文档</title>
<style>p.MsoNormal{margin:0cm}</style><!--[if gte mso 9]><xml><w:WordDocument/></xml><![endif]-->
</head><body lang=ZH-CN><div class=WordSection1>
<h1 style='mso-outline-level:1'>关于印发测试办法的通知</h1>
<p class=MsoNormal style='text-indent:32.0pt;mso-char-indent-count:2.0'><span
style='font-size:16.0pt;font-family:仿宋_GB2312'>各科室：</span><o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse'><tr>
<td colspan=2 rowspan=3 valign=top style='width:100pt'><p>合计</p></td><td>12</td></tr></table>
</div></body></html>
"""

WECHAT = """
<section data-tool="mdnice" style="font-size:16px" onclick="steal()"><section>
<p><strong>一、总体情况</strong></p>
<img data-src="https://mmbiz.qpic.cn/a.png" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" >
<img src="https://count.example.com/pixel.gif" width="1" height="1">
<iframe src="https://v.qq.com/x"></iframe><mp-common-profile data-id="x"></mp-common-profile>
<p style="display:none">隐藏的广告</p>
<a href="javascript:alert(1)" onmouseover="x()">点这里</a>
<a href="https://www.example.gov.cn/a" target="_blank">全文</a>
<script>var a = "<p>脚本</p>";</script></section></section>
"""


def test_a_paste_from_word_keeps_structure_and_words() -> None:
    cleaned = clean(WORD)
    assert cleaned == (
        "<h2>关于印发测试办法的通知</h2>\n<p>各科室：</p>\n<table><tbody><tr>\n"
        '<td colspan="2" rowspan="3"><p>合计</p></td><td>12</td></tr></tbody></table>'
    )
    for leftover in ("mso", "Mso", "style", "class", "o:p", "font", "WordDocument", "文档", "<div"):
        assert leftover not in cleaned


def test_a_paste_from_wechat_keeps_no_script_frame_pixel_or_packed_picture() -> None:
    cleaned = clean(WECHAT)
    assert "<strong>一、总体情况</strong>" in cleaned
    assert '<a href="https://www.example.gov.cn/a" rel="noopener noreferrer">全文</a>' in cleaned
    assert "点这里" in cleaned
    # What was hidden is shown: whoever pastes it sees what he would publish.
    assert "<p>隐藏的广告</p>" in cleaned
    for bad in (
        "script",
        "脚本",
        "iframe",
        "data:",
        "pixel",
        "onclick",
        "style",
        "<img",
        "javascript",
    ):
        assert bad not in cleaned


@pytest.mark.parametrize(
    ("source", "cleaned"),
    [
        ("", ""),
        ("  \n ", ""),
        ("只有文字", "只有文字"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<h1>标题</h1>", "<h2>标题</h2>"),
        ("<p>一</p><p>&nbsp;</p><p><br></p><p>二</p>", "<p>一</p><p>二</p>"),
        ('<img src="/media/a.png" alt="图">', '<img src="/media/a.png" alt="图">'),
        ('<img src="//evil.example/a.png">', ""),
        ('<img src="/a.png" width="1" height="1">', '<img src="/a.png">'),
        ('<td colspan="0">x</td>', "x"),
        ('<table><tr><td colspan="9999">x</td></tr></table>', None),
        ('<p align="CENTER">中</p>', '<p align="center">中</p>'),
        ('<ol start="3" type="a"><li>三</li></ol>', '<ol start="3" type="a"><li>三</li></ol>'),
        ("<p>未闭合<b>粗", "<p>未闭合<b>粗</b></p>"),
        ("<form><input name=x>字</form>", ""),
        ("\x00<p>零</p>", "<p>零</p>"),
    ],
)
def test_one_thing_at_a_time(source: str, cleaned: str | None) -> None:
    if cleaned is None:
        assert "9999" not in clean(source)
    else:
        assert clean(source) == cleaned


@pytest.mark.parametrize(
    "attack",
    [
        "<scr<script>ipt>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        '<a href="jav&#x09;ascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<!--><script>alert(1)</script>-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        '<p style="background:url(javascript:alert(1))">x</p>',
        "<object data='x'></object><embed src=x>",
        "<o:p><script>alert(1)</script></o:p>",
        "<div<script>>alert(1)</script>",
        "<p <!-- --> onclick=alert(1)>x</p>",
    ],
)
def test_no_attack_survives(attack: str) -> None:
    cleaned = clean(attack)
    assert not re.search(r"<\s*(script|svg|math|style|object|embed|iframe)", cleaned, re.I)
    assert not re.search(r"<[^>]*\son\w+\s*=", cleaned, re.I)
    assert not re.search(r"(href|src)=\"\s*(javascript|data|vbscript):", cleaned, re.I)


_PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<div>", "</div>", "<h1 id=a>", "</h1>", "<table>", "<tr>", "<td colspan=2>",
        "</td>", "</table>", "<b>", "<script>", "</script>", "<!--", "-->", "<o:p>", "<img src=/a>",
        '<a href="javascript:x">', "</a>", "<style>", "</style>", "<![if !x]>", "<![endif]>", "&nbsp;",
        "&lt;script&gt;", "<xml>", "</xml>", "<", ">", '"', "'", "=", "字", " ", "\n", "<br>",
    ]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(_PIECES, max_size=25).map("".join) | st.text(max_size=60))
@example("<p><p><p></p></p></p>")
@example("<!--><p>")
@example('<a href="javascript:x"><table><a href="javascript:x">')
def test_cleaning_is_final_and_lets_only_known_tags_through(source: str) -> None:
    """Idempotent, whatever comes: what was cleaned once is what is published."""
    cleaned = clean(source)
    assert clean(cleaned) == cleaned
    assert {tag.lower() for tag in re.findall(r"<([a-zA-Z0-9:]+)", cleaned)} <= TAGS
    plain_text(cleaned)


def test_plain_text_has_a_line_a_paragraph_and_tabs_between_cells() -> None:
    html = (
        "<h2>标题</h2><p>第一段<br>续行</p><ul><li>甲</li><li>乙</li></ul>"
        "<table><tr><td>单位</td><td>数量</td></tr><tr><td>测试局</td><td>3</td></tr></table>尾"
    )
    assert plain_text(html) == "标题\n第一段\n续行\n甲\n乙\n单位\t数量\n测试局\t3\n尾"


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 100_000 + "正文" + "</div>" * 100_000,
        "<ul><li>" * 50_000,
        "<p><b>字" * 50_000,
        "<table><tr><td>" * 150 + "正文",
    ],
)
def test_what_nests_deeper_than_anybody_writes_is_refused(source: str) -> None:
    # A parser's time grows with the square of the depth: 15 seconds for the first of them.
    with pytest.raises(ValidationError, match="嵌套过深"):
        clean(source)


def test_what_nests_deep_is_read_to_its_end() -> None:
    deep = "<ul><li>" * 190 + "正文" + "</li></ul>" * 190
    assert plain_text(clean(deep)) == "正文"
    assert clean("<td><font>甲</td>" * 5_000), "what is closed for its author does not add up"


@pytest.mark.parametrize(
    "piece", ["<!--", "<![x", "<?xml", "<img ", "<p>&nbsp;", "a  \n  ", " ", "\n"]
)
def test_a_text_of_nothing_but_openings_costs_no_more_than_its_length(piece: str) -> None:
    # Quadratic work would take minutes here; the suite's patience is the measure.
    cleaned = clean("甲" + piece * 50_000 + "乙")
    assert cleaned.startswith("甲")


def test_blank_lines_become_one_and_other_space_stays() -> None:
    assert clean("甲 \n \n 乙\n丙  丁") == "甲\n乙\n丙  丁"


def test_words_beside_a_comment_are_kept_in_the_plain_text() -> None:
    assert plain_text("甲<!-- 不要 -->乙<script>x()</script>丙") == "甲乙丙"


def test_plain_text_of_nothing_is_nothing() -> None:
    assert plain_text("") == plain_text("<p>&nbsp;</p>") == plain_text("<!-- x -->") == ""

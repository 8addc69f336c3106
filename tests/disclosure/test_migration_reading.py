"""Reading pages of old sites: encodings, lists, metadata, texts, files. No network."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from gongkai.disclosure.bulk.decoding import decode
from gongkai.disclosure.bulk.lists import day_in, read_list
from gongkai.disclosure.bulk.pages import read_page
from gongkai.disclosure.bulk.profiles import (
    check_mapping,
    choices,
    profile_of,
    recognise,
)

PAGE = "http://www.example.gov.cn/zwgk/tzgg/202003/t20200305_1.html"
TEXT = "各有关单位：现将有关事项通知如下，请认真贯彻执行。"


@pytest.mark.parametrize(
    ("data", "header"),
    [
        ("通知公告".encode("gb18030"), "text/html; charset=gb2312"),
        ("通知公告".encode("gb18030"), ""),
        ("通知公告".encode(), ""),
        ("通知公告".encode("utf-8-sig"), ""),
        ("通知公告".encode("utf-16"), ""),
        ("<meta charset=gbk>通知公告".encode("gb18030"), "text/html"),
        # The header is wrong, the page knows better.
        ("<meta charset='gb2312'>通知公告".encode("gb18030"), "text/html; charset=utf-8"),
        ("<meta charset='gb2312'>通知公告".encode(), "text/html; charset=utf-8"),
        ("通知公告".encode("gb18030"), "text/html; charset=no-such"),
        ("通知公告".encode("gb18030"), "text/html; charset=utf-8"),
    ],
)
def test_a_page_is_decoded_by_header_mark_meta_and_guess(data, header):
    assert "通知公告" in decode(data, header)


def test_one_broken_character_does_not_lose_a_page():
    data = ("通知公告" * 200).encode() + b"\xff" + "结束".encode()
    text = decode(data, "text/html; charset=utf-8")
    assert text.startswith("通知公告")
    assert text.endswith("结束")


def test_a_day_is_found_in_all_its_forms():
    for shown in ("[2020-03-05]", "2020年3月5日", "2020/3/5", "2020.03.05 10:00"):
        assert day_in(shown) == date(2020, 3, 5)
    assert day_in("2020-13-45，共12020-1-1") is None


TRS_LIST = """
<div class="nav"><li><a href="/">首页导航栏目</a></li></div>
<ul class="list">
<li><a href="./202003/t20200305_1.html" title="关于甲的通知（全文）">关于甲的…</a><span>2020-03-05</span></li>
<li><a href="../gs/t20200304_2.html">关于乙的公示</a><span>2020-03-04</span></li>
<li><a href="javascript:void(0)">无效的链接文字</a></li>
</ul><script>createPageHTML(3, 0, "index", "html");</script>
"""


def test_a_trs_list_gives_its_items_and_all_its_pages():
    found = read_list(TRS_LIST, "http://x.gov.cn/a/index.html", profile_of("trs"))
    assert [(link.address, link.title, link.listed_on) for link in found.links] == [
        ("http://x.gov.cn/a/202003/t20200305_1.html", "关于甲的通知（全文）", date(2020, 3, 5)),
        ("http://x.gov.cn/gs/t20200304_2.html", "关于乙的公示", date(2020, 3, 4)),
    ]
    assert found.following == ("http://x.gov.cn/a/index_1.html", "http://x.gov.cn/a/index_2.html")


@pytest.mark.parametrize(
    "text",
    [
        "<datastore><recordset><record><![CDATA[<li><a href='/art/1.html'>关于甲的通知</a>"
        "<span>2020-03-05</span></li>]]></record></recordset></datastore>",
        '{"code":200,"data":{"html":"<ul><li><a href=\\"/art/1.html\\">关于甲的通知</a>'
        '<b>2020-03-05</b></li></ul>"}}',
        "<script type='text/xml'><datastore><nextgroup><![CDATA[<a href='/d.jsp'></a>]]>"
        "</nextgroup><recordset><record><![CDATA[<table><tr><td><a href='/art/1.html'>"
        "关于甲的通知</a></td><td>[2020-03-05]</td></tr></table>]]></record></recordset>"
        "</datastore></script>",
    ],
)
def test_hanweb_lists_come_as_xml_or_json(text):
    found = read_list(text, "http://x.gov.cn/list", profile_of("hanweb"))
    assert [link.address for link in found.links][-1] == "http://x.gov.cn/art/1.html"
    assert found.links[-1].listed_on == date(2020, 3, 5)


def test_a_boda_list_goes_on_with_the_next_link():
    text = """<ul><li id="line_u8_0"><a href="../info/1001/1.htm">关于甲的通知</a>
    <span>2020年03月05日</span></li></ul>
    <span class="p_next"><a href="tzgg/2.htm">下页</a></span>"""
    found = read_list(text, "http://x.gov.cn/tzgg.htm", profile_of("boda"))
    assert [link.address for link in found.links] == ["http://x.gov.cn/info/1001/1.htm"]
    assert found.following == ("http://x.gov.cn/tzgg/2.htm",)


def test_without_any_selector_the_dated_links_are_the_list():
    """An unknown site: the largest group of links beside dates, not the navigation."""
    text = """<div class="menu"><a href="/1">政务公开首页</a><a href="/2">信息公开目录</a>
    <a href="/3">互动交流栏目</a></div><table>
    <tr><td><a href="a.asp?id=1">关于甲的通知</a></td><td>2020-3-5</td></tr>
    <tr><td><a href="a.asp?id=2">关于乙的通知</a></td><td>2020-3-4</td></tr></table>
    <a href="list.asp?p=2">下一页</a>"""
    found = read_list(text, "http://x.gov.cn/list.asp", profile_of("generic"))
    assert [link.address for link in found.links] == [
        "http://x.gov.cn/a.asp?id=1",
        "http://x.gov.cn/a.asp?id=2",
    ]
    assert found.following == ("http://x.gov.cn/list.asp?p=2",)


METADATA = """<table class="t"><tr><td>索 引 号：</td><td>000014349/2017-00110</td>
<td>主题分类</td><td>综合政务\\政务公开</td></tr>
<tr><td>发布机构</td><td>示例市人民政府</td><td>生成日期：</td><td>2020年3月1日</td></tr>
<tr><td>文　　号</td><td>示政〔2020〕3号</td><td>有效性</td><td>有效</td></tr></table>"""

PAGES = {
    "trs": f"""<html><head><title>关于甲的通知_示例市政府</title></head><body>
<div class="xl_head">{METADATA}</div><h1>关于甲的通知</h1>
<p class="info">来源：市政府办　发布时间：2020-03-05 10:22　浏览次数：33　【字体：大 中 小】</p>
<div class="TRS_Editor"><style>.x{{}}</style><p>{TEXT}</p></div>
<div class="fj"><a href="./P020200305.docx">附件1：名单</a></div></body></html>""",
    "hanweb": f"""<html><body><!--<$[标题]>begin-->关于甲的通知<!--<$[标题]>end-->{METADATA}
<div>发布日期：2020-03-05 10:22</div><div>信息来源：市政府办</div>
<div class="bt_content"><div id="zoom"><p>{TEXT}</p>
<a href="/module/download/downfile.jsp?classid=0&filename=P020200305.docx">附件1：名单.docx</a>
</div></div></body></html>""",
    "boda": f"""<html><body>{METADATA}<form name="_newscontent_fromname"><h3>关于甲的通知</h3>
<div>发布时间：2020-03-05 10:22 来源：市政府办 点击数：<span>1</span></div>
<div id="vsb_content"><div class="v_news_content"><p>{TEXT}</p></div></div>
<ul><li>附件【<a href="/system/_content/download.jsp?wbfileid=1">附件1：名单.docx</a>】</li></ul>
</form></body></html>""",
    "longxun": f"""<html><body><div class="table_suoyin">{METADATA}</div>
<h1 class="wztit">关于甲的通知</h1>
<div class="wzbjxx"><span>发布时间：2020-03-05 10:22</span> <span>信息来源：市政府办</span></div>
<div class="wzcon j-fontContent"><p>{TEXT}</p>
<p><a href="/group1/M00/P020200305.docx">附件1：名单.docx</a></p></div></body></html>""",
    "generic": f"""<html><head><meta name="ArticleTitle" content="关于甲的通知">
<meta name="PubDate" content="2020-03-05 10:22"><meta name="ContentSource" content="市政府办">
<title>x</title></head><body><dl><dt>索引号</dt><dd>000014349/2017-00110</dd>
<dt>文号</dt><dd>示政〔2020〕3号</dd></dl><div><span>发布机构：</span><em>示例市人民政府</em></div>
<ul><li><strong>成文日期：</strong>2020年3月1日</li><li><strong>主题分类：</strong>综合政务\\政务公开</li>
<li><strong>有效性：</strong>有效</li></ul>
<div class="unknown"><p>{TEXT}</p><p><a href="P020200305.docx">附件1：名单</a></p></div>
</body></html>""",
}


@pytest.mark.parametrize("name", PAGES)
def test_the_metadata_of_every_page_type_is_understood(name):
    """Given a page of a known system, then all its metadata, its text and its file are read."""
    found = read_page(PAGES[name], PAGE, profile_of(name))
    assert found.fields["title"] == "关于甲的通知"
    assert found.fields["index_number"] == "000014349/2017-00110"
    assert found.fields["document_number"] == "示政〔2020〕3号"
    assert found.fields["issuers"] == "示例市人民政府"
    assert found.fields["formed_on"] == "2020年3月1日"
    assert found.fields["topic"] == "综合政务\\政务公开"
    assert found.fields["validity"] == "有效"
    assert found.fields["published_at"] == "2020-03-05 10:22"
    assert found.fields["source"] == "市政府办"
    assert TEXT in found.body
    assert "索引号" not in found.body
    ((address, file_name),) = found.attachments
    assert address.startswith("http://www.example.gov.cn/")
    assert file_name.endswith("名单.docx")


@pytest.mark.parametrize("name", PAGES)
def test_the_generic_type_reads_the_essentials_of_every_page(name):
    """Whoever does not know the system of his old site gets text, numbers and days all the same."""
    found = read_page(PAGES[name], PAGE, profile_of("generic"))
    assert found.fields["index_number"] == "000014349/2017-00110"
    assert found.fields["document_number"] == "示政〔2020〕3号"
    assert found.fields["published_at"] == "2020-03-05 10:22"
    assert TEXT in found.body
    assert "索引号" not in found.body
    assert len(found.attachments) == 1


@pytest.mark.parametrize("name", [name for name in PAGES if name != "generic"])
def test_the_page_type_is_recognised(name):
    assert recognise(PAGES[name]) == name
    assert name in dict(choices())


def test_an_unknown_page_is_generic():
    assert recognise(PAGES["generic"]) == "generic"


def test_words_inside_the_text_are_no_metadata():
    """The text may say 发布时间：; what stands in the metadata outside of it is meant."""
    html = f"""<div class="info">发布时间：2020-03-05</div><div id="zoom"><p>{TEXT}</p>
    <p>一、公示事项</p><p>二、其他</p><p>三、其他</p><p>四、其他</p>
    <p>发布时间：1999-01-01，文号：某号</p></div>"""
    found = read_page(html, PAGE, profile_of("generic"))
    assert found.fields["published_at"] == "2020-03-05"
    assert "document_number" not in found.fields


def test_pictures_and_a_pdf_frame_become_attachments():
    html = """<h1>关于甲的公告全文</h1><div class="v_news_content">
    <p><img src="/images/scan1.jpg"><img src="/icons/pdf_icon.gif"></p></div>
    <script>showVsbpdfIframe("/__local/1/公告.pdf","100%","600","0")</script>"""
    found = read_page(html, PAGE, profile_of("boda"))
    assert found.attachments == [
        ("http://www.example.gov.cn/images/scan1.jpg", "图片1.jpg"),
        ("http://www.example.gov.cn/__local/1/公告.pdf", ""),
    ]
    assert found.body == ""
    assert any("没有正文" in note for note in found.notes)
    assert any("1张图片" in note for note in found.notes)


def test_a_sources_own_labels_and_selectors_go_before_the_profiles():
    mapping = {
        "labels": {"document_number": ["公文编号"]},
        "page": {"body": ["#mytext"], "title": ["#mytitle"]},
    }
    check_mapping(mapping)
    html = f"""<h1>网站名称栏目</h1><div id="mytitle">关于甲的通知</div><li>公文编号：甲1号</li>
    <div class="content"><p>别的很长很长很长很长很长很长很长的文字</p></div>
    <div id="mytext"><p>{TEXT}</p></div>"""
    found = read_page(html, PAGE, profile_of("generic", mapping))
    assert found.fields["title"] == "关于甲的通知"
    assert found.fields["document_number"] == "甲1号"
    assert TEXT in found.body


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ([], "JSON 对象"),
        ({"pages": {}}, "不认识的部分"),
        ({"page": []}, "JSON 对象"),
        ({"page": {"boby": ["#x"]}}, "没有“boby”"),
        ({"page": {"body": "#x"}}, "列表"),
        ({"page": {"body": ["#["]}}, "选择器"),
        ({"labels": {"nothing": ["x"]}}, "没有字段"),
        ({"columns": {"通知": 3}}, "对应一个文字"),
        ({"kinds": {"通知": "nothing"}}, "normative"),
    ],
)
def test_a_mapping_that_could_not_be_used_is_refused_in_words(mapping, words):
    with pytest.raises(ValidationError, match=words):
        check_mapping(mapping)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<html></html>",
        "没有标签的文字",
        "<table><tr><td>索引号</td></tr></table>",
        "<<<>>&#x0;",
    ],
)
def test_a_broken_page_is_a_record_with_little_in_it(html):
    found = read_page(html, PAGE, profile_of("generic"))
    assert not found.attachments
    assert read_list(html, PAGE, profile_of("generic")).links == ()

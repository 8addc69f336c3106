"""Documents as files: what the Word and the PDF file say, read back; anchors of the articles."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pypdfium2
import pytest
from docx import Document
from docx.oxml.ns import qn
from selectolax.lexbor import LexborHTMLParser

from gongkai.disclosure import richtext, services
from gongkai.disclosure.models import DisclosedItem, DocumentKind, Genre, ItemIssuer
from gongkai.portal.finding.papers import papers_of
from gongkai.portal.finding.papers.anchors import anchors_in, number_of, with_anchors
from gongkai.portal.finding.papers.blocks import Table, Text, blocks_of
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import Office, make_column, make_disclosed_item, published
from tests.factories.organs import make_organ

BODY = """
<h2>第一章　总则</h2>
<p><strong>第一条</strong>　为了规范供热管理，制定本办法。</p>
<p>第二条　供热单位应当遵守下列规定：</p>
<ol><li>保证室温；<ul><li>白天不低于18℃</li></ul></li><li>公开价格。</li></ol>
<p>第二条规定的供热单位，包括换热站。</p>
<h2>第二章　收费</h2>
<table><caption>收费标准</caption>
<tr><th rowspan="2">类别</th><th colspan="2">价格</th></tr>
<tr><th>单价</th><th>单位</th></tr>
<tr><td rowspan="2">居民</td><td align="right">0.19</td><td>元/日</td></tr>
<tr><td align="right">5.70</td><td>元/月</td></tr></table>
<p>第三条之一　本办法自印发之日起施行。</p>
<p align="right">义马市人民政府</p>
"""
HOSTILE = (
    "<p onclick='x()'>#let x = 1 $y$ *粗* `码` &lt;w:p&gt; \\u{41} @ref // 注</p>"
    "<script>x()</script><style>p{}</style><p>🏛️ \x08 末</p>"
    "<table><tr><td rowspan='999' colspan='999'>满</td></tr><tr><td>次<table><tr><td>内</td>"
    "</tr></table></td></tr></table><ul><li></li></ul><h6>深</h6><p></p>"
    "<table><tr></tr></table><img src='/x.png' alt='流程图'>"
)


def pdf_text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def closed_up(text: str) -> str:
    """Without the spaces that setting Chinese and Latin side by side puts in."""
    return "".join(text.split())


@pytest.fixture
def organ(db):
    return make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")


@pytest.fixture
def rules(organ):
    """A normative document with everything that a file has to show."""
    column = make_column("gfxwj", owner=organ)
    item = published(
        date(2021, 5, 20),
        organ=organ,
        column=column,
        title="义马市供热管理办法",
        document_kind=DocumentKind.NORMATIVE,
        document_number="义政规〔2021〕2号",
        body=richtext.clean(BODY),
        formed_on=date(2021, 5, 19),
        effective_from=date(2021, 6, 1),
        valid_until=date(2099, 6, 1),
    )
    ItemIssuer.objects.create(item=item, organ=organ, name="义马市人民政府")
    return item


def fetch(client, item: DisclosedItem, extension: str):
    return client.get(f"/info/{item.pk}/document.{extension}")


# -- what the files say --------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_word_file_has_title_number_note_articles_lists_and_tables(rules, client):
    response = fetch(client, rules, "docx")
    assert response.status_code == 200
    assert response["Content-Type"].endswith("wordprocessingml.document")
    assert "attachment" in response["Content-Disposition"]
    word = Document(BytesIO(response.content))
    lines = [paragraph.text for paragraph in word.paragraphs]
    assert word.paragraphs[0].style.name == "Title"
    assert lines[:4] == [
        "义马市供热管理办法",
        "义政规〔2021〕2号",
        "（2021年5月19日义马市人民政府印发",
        "自2021年6月1日起施行　有效期至2099年6月1日）",
    ]
    headings = [p.text for p in word.paragraphs if p.style.name == "Heading 1"]
    assert headings == ["第一章　总则", "第二章　收费"]
    assert "1.\t保证室温；" in lines
    assert "•\t白天不低于18℃" in lines
    assert "2.\t公开价格。" in lines
    assert "收费标准" in lines
    table = word.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["类别", "价格", "价格"],
        ["类别", "单价", "单位"],
        ["居民", "0.19", "元/日"],
        ["居民", "5.70", "元/月"],
    ]
    repeated = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
    assert repeated == [True, True, False, False]
    marks = [mark.get(qn("w:name")) for mark in word.element.iter(qn("w:bookmarkStart"))]
    assert marks == ["chapter_1", "article_1", "article_2", "chapter_2", "article_3_1"]
    assert any(rules.index_number in line for line in lines)
    assert word.core_properties.title == "义马市供热管理办法"
    assert word.core_properties.author == "义马市人民政府"


@pytest.mark.django_db
def test_a_pdf_says_the_same_and_is_tagged_for_readers(rules, client):
    response = fetch(client, rules, "pdf")
    assert response["Content-Type"] == "application/pdf"
    assert "inline" in response["Content-Disposition"]
    text = closed_up(pdf_text(response.content))
    for words in (
        "义马市供热管理办法", "义政规〔2021〕2号", "2021年5月19日义马市人民政府印发",
        "第一条为了规范供热管理", "白天不低于18℃", "收费标准", "0.19", "第三条之一",
        rules.index_number,
    ):  # fmt: skip
        assert words in text
    assert b"/StructTreeRoot" in response.content
    with pypdfium2.PdfDocument(response.content) as document:
        assert document.get_metadata_value("Title") == "义马市供热管理办法"
    assert "废止" not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ending", "word", "sentence"),
    [
        ({"repealed_on": date(2023, 1, 1)}, "已废止", "本文件已于2023年1月1日废止"),
        ({"valid_until": date(2022, 6, 1)}, "已失效", "有效期已于2022年6月1日届满"),
    ],
)
def test_what_no_longer_holds_says_so_on_every_page(rules, client, ending, word, sentence):
    """Given a long document that ended, then each page bears the word, and the top says why."""
    new = published(
        organ=rules.organ,
        column=rules.column,
        title="义马市供热条例实施办法",
        document_number="义政规〔2023〕1号",
        document_kind=DocumentKind.NORMATIVE,
    )
    body = "".join(f"<p>第{number}条　内容。{'字' * 90}</p>" for number in range(1, 60))
    DisclosedItem.objects.filter(pk=rules.pk).update(body=body, successor=new, **ending)
    with pypdfium2.PdfDocument(fetch(client, rules, "pdf").content) as document:
        pages = [closed_up(page.get_textpage().get_text_range()) for page in document]
    assert len(pages) > 2
    assert all(word in page for page in pages)
    assert sentence in pages[0]
    assert "义马市供热条例实施办法" in pages[0]
    doc = Document(BytesIO(fetch(client, rules, "docx").content))
    assert word in doc.sections[0].header.paragraphs[0].text
    assert sentence in doc.paragraphs[0].text
    assert "义政规〔2023〕1号" in doc.paragraphs[0].text


@pytest.mark.django_db
def test_hostile_text_is_printed_and_nothing_of_it_runs(rules, client):
    DisclosedItem.objects.filter(pk=rules.pk).update(body=HOSTILE, title="#eval(“1”) 办法 $x$")
    text = closed_up(pdf_text(fetch(client, rules, "pdf").content))
    assert closed_up("#let x = 1 $y$ *粗* `码` <w:p>") in text
    assert "#eval(“1”)办法$x$" in text
    assert "x()" not in text
    doc = Document(BytesIO(fetch(client, rules, "docx").content))
    said = "\n".join(paragraph.text for paragraph in doc.paragraphs)
    assert "#let x = 1 $y$ *粗* `码` <w:p>" in said
    assert "〔图：流程图〕" in said
    assert "x()" not in said


# -- whose file it is, and how long it is kept ---------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("extension", ["docx", "pdf"])
def test_a_file_that_the_reader_has_is_not_sent_again_until_it_changes(rules, client, extension):
    first = fetch(client, rules, extension)
    again = client.get(
        f"/info/{rules.pk}/document.{extension}", headers={"if-none-match": first["ETag"]}
    )
    assert again.status_code == 304
    DisclosedItem.objects.filter(pk=rules.pk).update(repealed_on=date(2023, 1, 1))
    changed = client.get(
        f"/info/{rules.pk}/document.{extension}", headers={"if-none-match": first["ETag"]}
    )
    assert changed.status_code == 200
    assert changed.content != first.content


@pytest.mark.django_db
def test_the_same_document_gives_the_same_bytes(rules, client):
    from django.core.cache import cache

    for extension in ("docx", "pdf"):
        first = fetch(client, rules, extension).content
        cache.clear()
        assert fetch(client, rules, extension).content == first


@pytest.mark.django_db
def test_only_public_documents_with_a_text_can_be_had(organ, client):
    column = make_column("zc", owner=organ)
    for fields in (
        {"document_kind": DocumentKind.INFORMATION},
        {"document_kind": DocumentKind.NORMATIVE, "body": ""},
        {"document_kind": DocumentKind.NORMATIVE, "live": False, "status": "draft"},
    ):
        item = published(organ=organ, column=column, **fields)
        assert papers_of(item) == []
        assert fetch(client, item, "pdf").status_code == 404
    draft = make_disclosed_item(organ, column=column, document_kind=DocumentKind.NORMATIVE)
    assert fetch(client, draft, "docx").status_code == 404
    assert client.get(f"/info/{'9' * 18}/document.pdf").status_code == 404
    assert client.get(f"/info/{draft.pk}/document.exe").status_code == 404


@pytest.mark.django_db
def test_a_withdrawn_documents_file_is_gone_at_once(client):
    office = Office()
    item = office.publish(
        document_kind=DocumentKind.NORMATIVE, document_number="义建规〔2020〕1号",
        effective_from=date(2020, 4, 1), genre=Genre.NOTICE, topic=make_topic("10"),
        interpretation_exemption="内容简明",
    )  # fmt: skip
    links = [link.url for link in papers_of(DisclosedItem.objects.get(pk=item.pk))]
    assert links == [f"/info/{item.pk}/document.docx", f"/info/{item.pk}/document.pdf"]
    assert client.get(links[0]).status_code == 200
    item.refresh_from_db()
    services.withdraw(office.actor("approval"), item, "信息有误，更正后重新发布。")
    assert client.get(links[0]).status_code == 404


@pytest.mark.django_db
def test_the_items_page_has_the_files_and_the_anchors(rules, client):
    page = LexborHTMLParser(client.get(f"/info/{rules.pk}/").content.decode())
    links = {link.attributes.get("href") for link in page.css("main a")}
    assert {f"/info/{rules.pk}/document.docx", f"/info/{rules.pk}/document.pdf"} <= links
    article = page.css_first("#article-2")
    assert article.text().startswith("第二条")
    assert page.css_first("#chapter-1").tag == "h2"


# -- blocks and anchors --------------------------------------------------------------------------
def test_numbers_of_articles_are_read():
    written = ["一", "十", "十二", "二十", "一百零二", "一百一十", "１２", "7", "两百"]
    assert [number_of(text) for text in written] == [1, 10, 12, 20, 102, 110, 12, 7, 200]


def test_only_the_beginning_of_an_article_is_an_anchor():
    body = (
        "<p>第一条　甲。</p><p>第一条规定的乙。</p><p>　　第二条 丙</p><p>见第三条。</p>"
        "<p>第三条、第四条同时适用。</p><p>附件</p><p><b>第一条</b> 又。</p>"
    )
    assert [anchor.name for anchor in anchors_in(body)] == ["article-1", "article-2", "article-1_2"]
    drawn = with_anchors(body)
    assert '<p id="article-1">第一条　甲。</p>' in drawn
    assert '<p id="article-1_2"><b>第一条</b> 又。</p>' in drawn
    assert drawn.count(" id=") == 3


def test_anchors_add_nothing_to_a_text_without_articles():
    body = '<p>各有关单位：</p><p align="right">2021年</p>'
    assert with_anchors(body) == body


def test_tables_of_any_shape_fill_their_grid_exactly_once():
    (table,) = blocks_of(
        "<table><tr><td rowspan='9'>甲</td><td colspan='3'>乙</td></tr>"
        "<tr><td>丙</td></tr><tr><td>丁</td><td rowspan='2'>戊</td></tr></table>"
    )
    assert isinstance(table, Table)
    places = [
        (cell.row + down, cell.col + right)
        for cell in table.cells
        for down in range(cell.rowspan)
        for right in range(cell.colspan)
    ]
    assert sorted(places) == [(row, col) for row in range(3) for col in range(4)]


def test_the_text_is_cut_into_blocks_in_order():
    blocks = blocks_of(richtext.clean(BODY))
    kinds = [block.kind if isinstance(block, Text) else "table" for block in blocks]
    assert kinds == [
        "heading", "p", "p", "li", "li", "li", "p", "heading", "table", "p", "p",
    ]  # fmt: skip
    assert blocks[-1].align == "right"
    assert [block.level for block in blocks[3:6]] == [1, 2, 1]

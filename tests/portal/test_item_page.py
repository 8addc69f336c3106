"""The page of an item: what leads on from it, what prints, and its files to look at."""

import csv
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.cache import cache
from docx import Document as Word
from PIL import Image

from gongkai.disclosure.models import DocumentKind, ItemIssuer
from gongkai.portal import previews, reading
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import Office, make_column, published
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db


@pytest.fixture
def organ():
    return make_organ("411281-011", name="义马市住房和城乡建设局", short_name="市住建局")


@pytest.fixture
def column(organ):
    return make_column("tzgg", owner=organ, title="通知公告")


@pytest.fixture
def office(organ, column):
    return Office(organ, column)


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


def metadata(page) -> dict[str, str]:
    rows = page.css(".gd-public__metadata > div")
    return {row.css_first("dt").text(): row.css_first("dd").text(strip=True) for row in rows}


# -- what leads on ------------------------------------------------------------------------------


def test_the_metadata_lead_to_topic_body_and_column(organ, column, read):
    item = published(organ=organ, column=column, topic=make_topic("10", name="城乡建设"))
    links = {
        a.text(): a.attributes["href"]
        for a in read(f"/info/{item.pk}/").css(".gd-public__metadata a")
    }
    assert links == {
        "城乡建设": "/topics/10/",
        organ.name: f"/organs/{organ.code}/",
        column.title: f"/columns/{column.slug}/",
    }


def test_a_document_of_another_issuer_does_not_lead_to_the_wrong_body(organ, column, read):
    item = published(organ=organ, column=column)
    ItemIssuer.objects.create(item=item, name="河南省人民政府")
    page = read(f"/info/{item.pk}/")
    assert metadata(page)["发布机构"] == "河南省人民政府"
    assert f"/organs/{organ.code}/" not in [
        a.attributes["href"] for a in page.css(".gd-public__metadata a")
    ]


def test_no_entry_of_the_metadata_stands_beside_an_empty_place(organ, column, read):
    """Two columns: what would stand alone is as wide as the table."""
    for keywords in ([], ["供热"], ["供热", "集中供热管理", "城市基础设施建设"]):
        item = published(organ=organ, column=column, keywords=keywords,
                         title="关于进一步加强城市集中供热管理工作的若干意见（2024年修订）")  # fmt: skip
        half = 0
        for row in read(f"/info/{item.pk}/").css(".gd-public__metadata > div"):
            if row.attributes.get("class") == "wide":
                assert half % 2 == 0
            else:
                half += 1
        assert half % 2 == 0


def test_a_document_is_followed_by_documents_of_its_topic_and_news_by_news(organ, column, read):
    topic = make_topic("10", name="城乡建设")
    library = make_column("zcwjk", owner=organ, title="政策文件库", kind="policy")
    policy = {"organ": organ, "column": library, "topic": topic,
              "document_kind": DocumentKind.POLICY}  # fmt: skip
    one, other = published(title="一", **policy), published(title="二", **policy)
    news = published(organ=organ, column=column, topic=topic, title="消息")
    more = published(organ=organ, column=column, title="另一消息")
    hidden = published(title="下架", **policy, live=False, status="withdrawn",
                       withdrawn_at="2026-01-01T00:00:00+08:00", withdraw_reason="有误")  # fmt: skip

    def related(item) -> list[str]:
        return [a.text() for a in read(f"/info/{item.pk}/").css(".beside .links a")]

    assert related(one) == [other.title]
    assert related(news) == [more.title]
    assert hidden.title not in related(other)


def test_a_document_with_articles_has_a_list_of_contents(organ, column, read):
    body = "".join(f"<p>第{number}条　内容。</p>" for number in "一二三四五")
    item = published(organ=organ, column=column, body=body, document_kind=DocumentKind.NORMATIVE)
    page = read(f"/info/{item.pk}/")
    links = [a.attributes["href"] for a in page.css(".contents a")]
    assert links == [f"#article-{number}" for number in range(1, 6)]
    assert page.css_first("#article-3").text().startswith("第三条")
    news = published(organ=organ, column=column, body=body)
    assert read(f"/info/{news.pk}/").css_first(".contents") is None


def test_a_document_can_be_had_as_a_file(organ, column, read, client):
    item = published(organ=organ, column=column, body="<p>正文。</p>",
                     document_kind=DocumentKind.NORMATIVE)  # fmt: skip
    links = [a.attributes["href"] for a in read(f"/info/{item.pk}/").css(".item-papers a")]
    assert links == [f"/info/{item.pk}/document.docx", f"/info/{item.pk}/document.pdf"]
    news = published(organ=organ, column=column, body="<p>正文。</p>")
    assert read(f"/info/{news.pk}/").css_first(".item-papers") is None


def test_official_documents_are_indented_and_their_salutation_is_not(organ, column, read):
    body = "<p>各有关单位：</p><p>现将有关事项通知如下：</p>"
    item = published(organ=organ, column=column, body=body, document_kind=DocumentKind.POLICY)
    paragraphs = read(f"/info/{item.pk}/").css(".official > p")
    assert [one.attributes.get("class") for one in paragraphs] == ["flush", None]
    news = published(organ=organ, column=column, body=body)
    assert read(f"/info/{news.pk}/").css_first(".official") is None


# -- leaving ------------------------------------------------------------------------------------


def test_links_out_of_the_government_lead_over_the_notice(organ, column, read):
    body = (
        '<p><a href="https://www.henan.gov.cn/x">省</a><a href="/info/1/">站内</a>'
        '<a href="https://example.com/?a=1&amp;b=2">外</a><a href="https://gov.cn.example.com/">伪</a></p>'
    )
    item = published(organ=organ, column=column, body=body, source="新华网",
                     source_url="https://example.org/1")  # fmt: skip
    page = read(f"/info/{item.pk}/")
    links = {a.text(): a.attributes["href"] for a in page.css(".gd-text a, .gd-public__link a")}
    assert links == {
        "省": "https://www.henan.gov.cn/x",
        "站内": "/info/1/",
        "外": "/leave/?to=https%3A%2F%2Fexample.com%2F%3Fa%3D1%26b%3D2",
        "伪": "/leave/?to=https%3A%2F%2Fgov.cn.example.com%2F",
        "新华网": "/leave/?to=https%3A%2F%2Fexample.org%2F1",
    }
    assert read("/leave/", to="https://example.com/?a=1&b=2").css_first(
        "main a.button"
    ).attributes["href"] == "https://example.com/?a=1&b=2"  # fmt: skip


@pytest.mark.parametrize(
    ("address", "official"),
    [
        ("https://www.gov.cn/", True),
        ("http://gov.cn", True),
        ("https://www.smx.gov.cn:8443/x", True),
        ("https://agov.cn/", False),
        ("https://www.gov.cn.evil.example/", False),
        ("https://evil.example/?www.gov.cn", False),
        ("http://[bad/", False),
    ],
)
def test_only_gov_cn_is_the_government(address, official):
    assert reading.is_official(address) is official


# -- paper and phone ----------------------------------------------------------------------------


def test_the_code_on_the_page_is_its_address(organ, column, read):
    import segno

    item = published(organ=organ, column=column)
    page = read(f"/info/{item.pk}/")
    address = f"http://testserver/info/{item.pk}/"
    path, width = reading.qr_path(address)
    assert page.css_first("#qr").attributes["d"] == path
    code = segno.make(address, error="m", micro=False, mask=3)
    drawn = set()
    for run in path.removeprefix("M").split("M"):
        place, _, rest = run.partition("h")
        x, y = map(int, place.split())
        drawn |= {(x + step, y) for step in range(int(rest.split("v")[0]))}
    dark = {
        (x + 4, y + 4)
        for y, row in enumerate(code.matrix)
        for x, module in enumerate(row)
        if module
    }
    assert drawn == dark
    assert width == len(code.matrix) + 8
    assert address in page.css_first(".paper-foot").text()


def test_what_needs_a_script_is_hidden_until_the_script_shows_it(organ, column, read):
    item = published(organ=organ, column=column, body="<p>正文。</p>")
    page = read(f"/info/{item.pk}/")
    buttons = page.css(".item-tools button")
    assert len(buttons) == 4
    assert all("hidden" in button.attributes for button in buttons)
    assert [one.text(strip=True) for one in page.css("[data-read]")] == [item.title, "正文。"]


# -- cost ---------------------------------------------------------------------------------------


def test_the_page_costs_ten_statements_at_most_whatever_there_is(
    office, client, django_assert_max_num_queries
):
    stored = office.file()
    item = office.publish(
        document_kind=DocumentKind.POLICY,
        genre="notice",
        document_number="义建文〔2024〕1号",
        topic=make_topic("10"),
        attachments=[(stored, "附件.txt")],
    )
    client.get(f"/info/{item.pk}/")
    with django_assert_max_num_queries(10):
        client.get(f"/info/{item.pk}/")
    for number in range(20):
        ItemIssuer.objects.create(item=item, name=f"机关{number}")
        published(organ=make_organ(), column=item.column, topic=item.topic, interprets=item,
                  document_kind=DocumentKind.INTERPRETATION)  # fmt: skip
    with django_assert_max_num_queries(10):
        client.get(f"/info/{item.pk}/")


# -- previews -----------------------------------------------------------------------------------


def word() -> bytes:
    document = Word()
    document.add_paragraph("关于供热的通知")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "指标", "128"
    document.add_paragraph("<script>alert(1)</script>")
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def workbook(rows: int = 2) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "收支"
    for number in range(rows):
        book.active.append([f"科目{number}", number, 12.5])
    book.create_sheet("内部").sheet_state = "hidden"
    book["内部"].append(["不显示"])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def table(rows: int) -> bytes:
    out = StringIO()
    csv.writer(out).writerows([["机关", "件数"]] + [[f"机关{n}", n] for n in range(rows)])
    return out.getvalue().encode("gb18030")


def png() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def preview(office, client):
    """Publish an item with the file and open the file's preview."""
    from gongkai.disclosure import services

    def opened(data: bytes, name: str):
        stored = services.store_file(office.actor(), office.organ, BytesIO(data), name)
        item = office.publish(attachments=[(stored, name)])
        opened.item, opened.stored = item, stored
        opened.address = f"/info/{item.pk}/files/{stored.pk}/preview/"
        return client.get(opened.address)

    return opened


def test_a_word_file_is_shown_as_text_and_tables(preview):
    response = preview(word(), "通知.docx")
    text = response.content.decode()
    assert response.status_code == 200
    assert "关于供热的通知" in text
    assert "<td>指标</td><td>128</td>" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert(1)" not in text


def test_a_workbook_is_shown_sheet_by_sheet_without_hidden_ones(preview):
    text = preview(workbook(), "收支.xlsx").content.decode()
    assert '<h2 lang="zh-Hans">收支</h2>' in text
    assert "<td>科目1</td><td>1</td><td>12.5</td>" in text
    assert "不显示" not in text


@pytest.mark.parametrize(("make", "name"), [(workbook, "长表.xlsx"), (table, "长表.csv")])
def test_of_a_long_table_the_beginning_is_shown_and_that_is_said(preview, make, name):
    text = preview(make(5000), name).content.decode()
    assert text.count("<tr>") == previews.MOST_ROWS
    assert "只显示文件开头的部分" in text


def test_a_table_in_an_old_encoding_is_read(preview):
    text = preview(table(2), "件数.csv").content.decode()
    assert "<td>机关1</td><td>1</td>" in text
    assert "只显示" not in text


def test_a_text_is_shown_as_text(preview):
    assert "<p>第二行</p>" in preview("第一行\n\n第二行\n".encode(), "说明.txt").content.decode()


def test_a_picture_and_a_pdf_are_shown_by_the_browser_itself(preview, client):
    text = preview(png(), "示意图.png").content.decode()
    file = f"/info/{preview.item.pk}/files/{preview.stored.pk}/"
    assert f'<img src="{file}"' in text
    assert client.get(file)["Content-Type"] == "image/png"


def test_what_cannot_be_previewed_says_so_and_can_be_downloaded(preview, monkeypatch):
    monkeypatch.setattr(previews, "MOST_BYTES", 10)
    text = preview(word(), "很大.docx").content.decode()
    assert "文件较大" in text
    assert 'download="很大.docx"' in text


def test_a_broken_file_is_no_server_error(preview, client, caplog):
    preview(word(), "通知.docx")
    cache.clear()
    with Path(preview.stored.file.path).open("wb") as file:
        file.write(b"PK\x03\x04 nothing")
    response = client.get(preview.address)
    assert response.status_code == 200
    assert "不能在线预览" in response.content.decode()
    assert "nothing" not in caplog.text


def test_a_preview_is_read_once(preview, client, monkeypatch):
    preview(word(), "通知.docx")

    def never(*_args: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(previews, "_read", never)
    assert client.get(preview.address).status_code == 200


@pytest.mark.parametrize("what", ["preview/", ""])
def test_a_file_that_is_gone_from_the_disk_gets_a_page_that_helps(preview, client, caplog, what):
    preview(word(), "通知.docx")
    Path(preview.stored.file.path).unlink()
    response = client.get(f"/info/{preview.item.pk}/files/{preview.stored.pk}/{what}")
    text = response.content.decode()
    assert response.status_code == 404
    assert "附件暂时打不开" in text
    assert "通知.docx" in text
    assert f"/info/{preview.item.pk}/" in text
    assert f"stored file {preview.stored.pk}" in caplog.text
    assert client.get(f"/info/{preview.item.pk}/").status_code == 200


def test_files_of_other_items_and_of_none_have_no_preview(preview, client, office):
    preview(word(), "通知.docx")
    other = office.publish()
    assert client.get(f"/info/{other.pk}/files/{preview.stored.pk}/preview/").status_code == 404
    assert client.get(f"/info/{preview.item.pk}/files/99999/preview/").status_code == 404


def test_the_preview_of_what_was_taken_down_tells_why(preview, client, office):
    from gongkai.disclosure import services

    preview(word(), "通知.docx")
    services.withdraw(office.actor("approval"), preview.item, "附件有误。")
    response = client.get(preview.address)
    assert response.status_code == 410
    assert "附件有误。" in response.content.decode()
    assert "关于供热的通知" not in response.content.decode()


def test_the_list_of_attachments_names_type_size_and_preview(office, read):
    stored = office.file("测试附件。", "附件一.txt")
    item = office.publish(attachments=[(stored, "附件一.txt")], formed_on=date(2024, 1, 1))
    row = read(f"/info/{item.pk}/").css_first(".attachments li")
    assert "TXT" in row.text()
    links = [a.attributes["href"] for a in row.css("a")]
    file = f"/info/{item.pk}/files/{stored.pk}/"
    assert links == [file, f"{file}preview/", file]

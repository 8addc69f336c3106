"""Word files: what anyone who downloads the file could find in it, the guard finds."""

from __future__ import annotations

import io

import docx
import pytest

from gongkai.guard.readers import Document, read
from tests.guard import made
from tests.guard.made import identity, p, story, word


def places(document: Document) -> dict[str, str]:
    return dict(document.segments)


def test_paragraphs_and_tables_have_the_places_people_count():
    file = docx.Document()
    file.add_paragraph("关于公布名单的通知")
    file.add_paragraph("")
    file.add_paragraph(f"张某，身份证号码{identity(1)}。")
    table = file.add_table(3, 3)
    table.cell(1, 2).text = identity(2)
    out = io.BytesIO()
    file.save(out)

    document = read(out, "通知.docx")

    assert document.state == "read"
    assert places(document)["第1段"] == "关于公布名单的通知"
    assert identity(1) in places(document)["第2段"]
    assert places(document)["表1第2行第3列"] == identity(2)


WORD_PLACES = {
    "header": ("页眉1第1段", ("r1", "header", "header1.xml"), "header1", story("hdr", p("{}"))),
    "footer": ("页脚1第1段", ("r1", "footer", "footer1.xml"), "footer1", story("ftr", p("{}"))),
    "footnote": (
        "脚注1第1段",
        ("r1", "footnotes", "footnotes.xml"),
        "footnotes",
        story(
            "footnotes",
            '<w:footnote w:type="separator">'
            + p("")
            + "</w:footnote><w:footnote>"
            + p("{}")
            + "</w:footnote>",
        ),
    ),
    "endnote": (
        "尾注1第1段",
        ("r1", "endnotes", "endnotes.xml"),
        "endnotes",
        story("endnotes", "<w:endnote>" + p("{}") + "</w:endnote>"),
    ),
    "comment": (
        "批注1第1段",
        ("r1", "comments", "comments.xml"),
        "comments",
        story("comments", "<w:comment>" + p("{}") + "</w:comment>"),
    ),
}


@pytest.mark.parametrize("place", WORD_PLACES)
def test_text_beside_the_body_is_read(place):
    where, relation, name, content = WORD_PLACES[place]
    file = word(p("正文"), (relation,), **{f"word__{name}_xml": content.replace("{}", identity(1))})

    assert places(read(file))[where] == identity(1)


@pytest.mark.parametrize(
    ("part", "content", "label"),
    [
        ("word/charts/chart1.xml", "<c><v>{}</v></c>", "图表1"),
        (
            "word/diagrams/data1.xml",
            f'<d xmlns:a="{made.A}"><a:p><a:r><a:t>{{}}</a:t></a:r></a:p></d>',
            "图示1",
        ),
        ("customXml/item1.xml", "<root><id>{}</id></root>", "自定义数据1"),
        ("word/glossary/document.xml", story("glossaryDocument", p("{}")), "自动图文集1"),
        ("word/unheard-of.xml", "<x><y>{}</y></x>", "其他部分1"),
    ],
)
def test_no_part_is_left_out_because_nobody_thought_of_it(part, content, label):
    members = made.word_members(p("正文"))
    members[part] = content.replace("{}", identity(1))

    assert identity(1) in places(read(made.zipped(members)))[label]


def test_properties_variables_and_links_are_read():
    members = made.word_members(
        p("正文"),
        (("r1", "settings", "settings.xml"), ("r2", "hyperlink", f"tel:{identity(1)}")),
        word__settings_xml=story(
            "settings", f'<w:docVars><w:docVar w:name="号" w:val="{identity(2)}"/></w:docVars>'
        ),
        docProps__custom_xml=f'<Properties><property name="经办"><v>{identity(3)}</v></property></Properties>',
        docProps__core_xml=f"<core><title>{identity(4)}</title></core>",
    )

    found = places(read(made.zipped(members)))

    assert found["超链接1"] == f"tel:{identity(1)}"
    assert found["文档变量“号”"] == identity(2)
    assert found["文档属性“经办”"] == identity(3)
    assert found["文档属性“标题”"] == identity(4)


def test_a_number_in_several_runs_is_whole():
    number = identity(1)
    runs = "".join(
        f"<w:r><w:t>{part}</w:t></w:r>" for part in (number[:5], number[5:9], number[9:])
    )

    assert places(read(word(f"<w:p>{runs}</w:p>")))["第1段"] == number


def test_text_boxes_are_read_once_and_watermarks_too():
    box = (
        f"<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>{p(identity(1))}</w:txbxContent>"
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>{p(identity(1))}</w:txbxContent></w:pict>"
        '</mc:Fallback></mc:AlternateContent></w:r><w:r><w:pict><v:shape><v:textpath string="机密★"/>'
        "</v:shape></w:pict></w:r></w:p>"
    )

    document = read(word(box))

    assert [one for one in document.segments if identity(1) in one.text] == [
        ("第1段文本框第1段", identity(1))
    ]
    assert places(document)["第1段"] == "机密★"


def test_tracked_changes_show_both_what_was_and_what_is():
    number = identity(1)
    body = (
        f"<w:p><w:r><w:t>号码{number[:6]}</w:t></w:r>"
        f'<w:del w:author="甲"><w:r><w:delText>{number[6:]}</w:delText></w:r></w:del>'
        '<w:ins w:author="甲"><w:r><w:t>略</w:t></w:r></w:ins></w:p>'
    )

    found = places(read(word(body)))

    assert found["第1段"] == f"号码{number[:6]}略"
    assert found["第1段（修订前的文字）"] == f"号码{number}"


def test_hidden_text_and_field_codes_are_read_apart():
    number = identity(1)
    body = (
        "<w:p><w:r><w:t>甲</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr>"
        f"<w:t>{number}</w:t></w:r><w:r><w:instrText> HYPERLINK mailto:x </w:instrText></w:r></w:p>"
    )

    found = places(read(word(body)))

    assert found["第1段"] == "甲"
    assert found["第1段（含隐藏文字）"] == f"甲{number}"
    assert "mailto:x" in found["第1段（域代码）"]


def test_a_number_with_one_digit_in_each_cell_is_joined():
    cells = "".join(f"<w:tc>{p(digit)}</w:tc>" for digit in ("号", *identity(1)))

    found = places(read(word(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")))

    assert identity(1) in found["表1第1行第1至19列"]


def test_merged_and_nested_tables_keep_their_columns():
    body = (
        "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr>" + p("宽") + "</w:tc>"
        "<w:tc>"
        + p("窄")
        + "<w:tbl><w:tr><w:tc>"
        + p("内")
        + "</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>"
    )

    found = places(read(word(body)))

    assert found["表1第1行第3列"] == "窄"
    assert found["表1第1行第3列内表1第1行第1列"] == "内"


def test_an_embedded_workbook_is_read_and_what_lies_deeper_is_said():
    deepest = word(p("最里"))
    book = made.workbook(
        {"表": made.sheet(f'<row><c t="str"><v>{identity(1)}</v></c></row>')},
        parts={"xl/embeddings/inner.docx": deepest},
    )
    members = made.word_members(p("正文"))
    members["word/embeddings/Workbook1.xlsx"] = book

    document = read(made.zipped(members))

    assert places(document)["嵌入对象《Workbook1.xlsx》工作表“表”A1"] == identity(1)
    assert "嵌套过深，未读取" in document.note


def test_an_object_wrapped_by_ole_is_unwrapped():
    members = made.word_members(p("正文"))
    members["word/embeddings/oleObject1.bin"] = made.ole({"Package": word(p(identity(1)))})
    members["word/embeddings/oleObject2.bin"] = made.ole({"Equation Native": b"x+y"})

    document = read(made.zipped(members))

    assert places(document)["嵌入对象《oleObject1.bin》第1段"] == identity(1)
    assert "oleObject2" not in document.note


def test_pictures_are_said_not_to_have_been_read():
    members = made.word_members(p("正文"))
    members["word/media/image1.png"] = b"\x89PNG"

    assert read(made.zipped(members)).note == "含图片1张，图片中的文字未检查。"

    members["word/document.xml"] = story("document", "<w:body/>")
    assert read(made.zipped(members)).state == "no_text"


def test_html_that_a_converter_embedded_is_read():
    members = made.word_members('<w:altChunk r:id="r5"/>', (("r5", "aFChunk", "chunk.html"),))
    members["word/chunk.html"] = f"<html><body><p>{identity(1)}</p></body></html>"

    found = places(read(made.zipped(members)))

    assert identity(1) in found["嵌入内容第1段"]

"""Office files, new and old: what may not be in them when citizens open them."""

from __future__ import annotations

import pytest

from gongkai.guard.files import FileRefused, accept
from gongkai.guard.readers import read
from tests.guard import made
from tests.guard.made import p, story, word, word_members, zipped


def refused(data: bytes, name: str = "通知.docx") -> str:
    with pytest.raises(FileRefused) as caught:
        accept(data, name)
    (message,) = caught.value.messages
    return message


# --- what Office files may not hold ----------------------------------------------------------------


MACROS = "文件带有宏（自动运行的程序）。请另存为不带宏的 {} 后重新上传。"


def test_macros_are_refused_however_they_are_hidden():
    with_part = word_members(p("正文"))
    with_part["word/vbaProject.bin"] = b"x"
    assert refused(zipped(with_part)) == MACROS.format("DOCX")

    renamed = word_members(p("正文"))
    renamed["word/_rels/document.xml.rels"] = made.relations(("r1", "vbaProject", "innocent.bin"))
    assert refused(zipped(renamed)) == MACROS.format("DOCX")

    typed = word_members(p("正文"))
    typed["[Content_Types].xml"] = made.types(
        "application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml"
    )
    assert refused(zipped(typed)) == "内容是带宏的 Word 文档。请另存为不带宏的格式后重新上传。"

    sheets = made.workbook({"表": made.sheet("")}, parts={"xl/macrosheets/sheet1.xml": "<x/>"})
    assert refused(sheets, "a.xlsx") == MACROS.format("XLSX")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("word/activeX/activeX1.xml", b"<x/>", "文件带有 ActiveX 控件"),
        (
            "word/embeddings/oleObject1.bin",
            made.ole({"\x01Ole10Native": b"x"}),
            "文件内嵌了打包的文件，可能是程序",
        ),
        (
            "word/embeddings/oleObject1.bin",
            made.ole({"CONTENTS": b"MZ\x90\x00"}),
            "文件内嵌了Windows 程序",
        ),
        ("word/embeddings/a.bin", b"MZ\x90\x00", "文件内嵌了Windows 程序"),
        ("word/media/image1.png", b"MZ\x90\x00", "文件内嵌了Windows 程序"),
        ("word/embeddings/a.docx", made.ole({"EncryptedPackage": b"x"}), "文件设有密码"),
        ("word/embeddings/a.xls", made.xls({(0, 0): "x"}, dt=1), "文件带有宏"),
        ("word/embeddings/a.zip", zipped({"a.js": "x"}), "文件内嵌了ZIP 压缩包"),
        (
            "word/comments.xml",
            story("comments", "<w:comment>" + p("删去张某") + "</w:comment>").encode(),
            "文件带有1条批注，公开后人人可见",
        ),
    ],
)
def test_what_a_word_file_may_not_hold_is_named(name, content, message):
    members = word_members(p("正文"))
    members[name] = content

    assert message in refused(zipped(members))


@pytest.mark.parametrize(
    "change",
    [
        '<w:p><w:ins w:author="甲"><w:r><w:t>增</w:t></w:r></w:ins></w:p>',
        '<w:p><w:del w:author="甲"><w:r><w:delText>删</w:delText></w:r></w:del></w:p>',
        '<w:p><w:pPr><w:pPrChange w:author="甲"/></w:pPr></w:p>',
        '<w:tbl><w:tr><w:trPr><w:del w:author="甲"/></w:trPr></w:tr></w:tbl>',
    ],
)
def test_tracked_changes_are_refused(change):
    assert "文件带有未处理的修订" in refused(word(change))


@pytest.mark.parametrize(
    "field",
    [
        "<w:p><w:r><w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\\\cmd</w:instrText></w:r></w:p>",
        '<w:p><w:fldSimple w:instr="DDE excel a b"/></w:p>',
    ],
)
def test_links_that_start_programs_are_refused(field):
    assert "DDE" in refused(word(field))
    assert accept(word(p("DDE 是一种协议")), "a.docx")


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("attachedTemplate", "模板"),
        ("oleObject", "对象"),
        ("frame", "框架"),
        ("subDocument", "子文档"),
        ("mailMergeSource", "邮件合并数据源"),
    ],
)
def test_what_a_word_file_would_fetch_from_elsewhere_is_refused(kind, what):
    message = refused(word(p("正文"), (("r1", kind, "http://x.example/a"),)))

    assert f"文件引用了外部的{what}" in message
    assert accept(word(p("正文"), (("r1", "hyperlink", "http://x.example/a"),)), "a.docx")


@pytest.mark.parametrize(
    ("parts", "rows", "message"),
    [
        ({"xl/externalLinks/externalLink1.xml": "<e><ddeLink/></e>"}, "", "DDE"),
        ({"xl/externalLinks/externalLink1.xml": "<e><oleLink/></e>"}, "", "外部的对象"),
        ({}, "<row><c><f>cmd|'/C calc'!A0</f><v>0</v></c></row>", "DDE"),
        ({"xl/comments1.xml": f'<comments xmlns="{made.S}"><comment/></comments>'}, "", "1条批注"),
        ({"xl/threadedComments/threadedComment1.xml": "<x><threadedComment/></x>"}, "", "1条批注"),
        ({"xl/revisions/revisionHeaders.xml": "<x/>"}, "", "未处理的修订"),
    ],
)
def test_what_a_workbook_may_not_hold_is_named(parts, rows, message):
    book = made.workbook({"表": made.sheet(rows)}, parts=parts)

    assert message in refused(book, "a.xlsx")


def test_what_should_be_known_before_publishing_is_noted():
    hidden = accept(word(p("甲") + p("乙", "<w:vanish/>")), "a.docx")
    assert any("隐藏文字" in note for note in hidden.notes)

    book = made.workbook(
        {"名单": made.sheet(""), "底稿": made.sheet("")},
        hidden=("底稿",),
        parts={"xl/externalLinks/externalLink1.xml": "<e/>"},
    )
    notes = accept(book, "a.xlsx").notes
    assert any("隐藏的工作表“底稿”" in note for note in notes)
    assert any("引用了其他工作簿" in note for note in notes)

    assert any("备注页" in note for note in accept(made.slides("甲"), "a.pptx").notes)


def test_an_embedded_workbook_is_cleaned_and_what_lies_deeper_is_refused():
    book = made.unzipped(made.workbook({"表": made.sheet("")}))
    book["docProps/app.xml"] = "<Properties><Company>某局</Company></Properties>"
    members = word_members(p("正文"))
    members["word/embeddings/a.xlsx"] = zipped(book)

    accepted = accept(zipped(members), "a.docx")

    inner = made.unzipped(made.unzipped(accepted.data.read())["word/embeddings/a.xlsx"])
    assert b"Company" not in inner["docProps/app.xml"]
    assert any("内嵌有其他文件" in note for note in accepted.notes)

    book["xl/embeddings/b.docx"] = word(p("最里"))
    members["word/embeddings/a.xlsx"] = zipped(book)
    assert "嵌入的文件里又嵌有文件" in refused(zipped(members))


# --- old Office files ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (made.ole({"WordDocument": b"x", "Macros/VBA": b"x"}), "a.doc", MACROS.format("DOCX")),
        (made.xls({(0, 0): "x"}, dt=1), "a.xls", MACROS.format("XLSX")),
        (made.xls({(0, 0): "x"}, dt=6), "a.et", MACROS.format("XLSX")),
        (made.ole({"Workbook": b"", "_VBA_PROJECT_CUR/dir": b"x"}), "a.xls", MACROS.format("XLSX")),
        (
            made.ole({"PowerPoint Document": b"\x1f\x00\xff\x03\x14\x00\x00\x00"}),
            "a.ppt",
            MACROS.format("PPTX"),
        ),
        (made.xls({(0, 0): "x"}, more=made.record(0x2F, b"\x01\x00")), "a.xls", "文件设有密码"),
        (made.ole({"WordDocument": bytes(10) + b"\x00\x01"}), "a.doc", "文件设有密码"),
        (made.ole({"PowerPoint Document": b"", "EncryptedSummary": b""}), "a.ppt", "文件设有密码"),
        (
            made.ole({"WordDocument": b"x", "ObjectPool/\x01Ole10Native": b"x"}),
            "a.wps",
            "打包的文件",
        ),
    ],
)
def test_old_files_with_programs_or_passwords_are_refused(data, name, message):
    assert message in refused(data, name)


@pytest.mark.parametrize("name", ["a.doc", "a.wps"])
def test_old_files_are_accepted_without_their_properties(name):
    data = made.ole({"WordDocument": b"text", "\x05SummaryInformation": b"author: mary" * 20})

    accepted = accept(data, name)

    content = accepted.data.read()
    assert b"mary" not in content
    assert len(content) == len(data)
    assert any("无法自动检查" in note for note in accepted.notes)


def test_who_wrote_an_old_workbook_last_is_taken_out_and_its_cells_stay():
    data = made.xls({(0, 0): "姓名"})
    assert b"mary" in data

    accepted = accept(data, "a.xls")

    assert b"mary" not in accepted.data.read()
    assert read(accepted.data).segments == read(data).segments

"""What may be attached: each refusal says what was found and what to do; nothing is lost."""

from __future__ import annotations

import hashlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gongkai.guard.files import AcceptedFile, FileRefused, accept, clean_name
from gongkai.guard.filetypes import ALLOWED
from tests.guard import made
from tests.guard.made import p, word, word_members, zipped


def refused(data: object, name: str = "通知.docx") -> str:
    with pytest.raises(FileRefused) as caught:
        accept(data, name)
    (message,) = caught.value.messages
    return message


# --- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("通知.docx", "通知.docx"),
        ("../../etc/通知.DOCX", "通知.docx"),
        (r"C:\Users\甲\通知.docx", "通知.docx"),
        ("通\x00知\n.docx", "通知.docx"),
        ("通知\u202excod.docx", "通知xcod.docx"),
        ("...通知.docx", "通知.docx"),
        (".docx", "附件.docx"),
        ("CON.docx", "文件CON.docx"),
        ("通知.exe.docx", "通知.docx"),
        ("通知.pdf.docx", "通知.docx"),
        ("2020.12.31.docx", "2020.12.31.docx"),
        ("e\u0301.docx", "é.docx"),
        ('a<b>:"c"|?*.docx', "a_b___c____.docx"),
        ("通 \t 知 .docx", "通 知.docx"),
        (f"{'长' * 300}.docx", f"{'长' * 115}.docx"),
    ],
)
def test_a_name_is_made_fit_to_be_shown_and_stored(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("通知", "文件名没有扩展名，无法判断类型。请补上扩展名（如 .docx）后重新上传。"),
        ("", "文件名没有扩展名，无法判断类型。请补上扩展名（如 .docx）后重新上传。"),
        ("通知.docx.exe", "程序、脚本和网页不得作为附件。"),
        ("通知\u202efdp.exe", "程序、脚本和网页不得作为附件。"),
        ("通知.docm", "带宏的文件请另存为不带宏的格式。"),
        ("通知.rar", "压缩包请改用 ZIP。"),
        ("图.bmp", "图片请转换为 JPG 或 PNG。"),
        ("通知.rtf", "文档请另存为 DOCX。"),
        ("名单.ods", "表格请另存为 XLSX。"),
        ("页面.html", "程序、脚本和网页不得作为附件。"),
    ],
)
def test_a_kind_that_nobody_may_upload_is_refused_with_advice(name, message):
    with pytest.raises(FileRefused, match=message.replace("(", r"\(")):
        clean_name(name)


# --- size ------------------------------------------------------------------------------------------


class Huge:
    """An upload that says how large it is and must not be read."""

    name = "通知.docx"
    size = 200 * 1024 * 1024

    def read(self, *_: object) -> bytes:
        raise AssertionError("read before its size was judged")


def test_an_upload_of_200_mb_is_refused_before_it_is_read():
    assert refused(Huge(), "") == (
        "文件有200 MB，超过50 MB 的上限。请压缩其中的图片，或拆分为几个文件后重新上传。"
    )


def test_an_upload_that_lies_about_its_size_is_cut_off(settings):
    settings.UPLOAD_MAX_MB = 1
    reads = []

    class Liar(io.RawIOBase):
        size = 10

        def read(self, count: int = -1) -> bytes:
            reads.append(count)
            return b"x" * count

    assert "超过1 MB 的上限" in refused(Liar(), "a.txt")
    assert len(reads) == 2


@pytest.mark.parametrize("name", ["a.docx", "a.pdf", "a.txt", "a.png", "a.zip"])
def test_an_empty_file_is_refused(name):
    assert refused(b"", name) == "文件是空的（0 字节）。请检查后重新上传。"


def test_the_name_of_the_upload_serves_when_none_is_given():
    accepted = accept(SimpleUploadedFile("说明.txt", "文字".encode()))

    assert (accepted.name, accepted.extension, accepted.media_type) == (
        "说明.txt",
        ".txt",
        "text/plain",
    )
    assert accepted.data.read() == "文字".encode()
    assert accepted.size == 6
    assert (
        accepted.sha256 == accepted.original_sha256 == hashlib.sha256("文字".encode()).hexdigest()
    )


# --- type by content -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["通知.docx", "通知.pdf", "图.jpg", "图.png", "说明.txt", "名单.csv", "a.doc", "a.zip"]
)
@pytest.mark.parametrize(
    ("head", "label"),
    [
        (b"MZ\x90\x00", "Windows 程序"),
        (b"\x7fELF\x02", "Linux 程序"),
        (b"\xcf\xfa\xed\xfe", "苹果系统程序"),
        (b"\xca\xfe\xba\xbe", "Java 程序"),
        (b"#!/bin/sh\necho", "脚本"),
        (b"L\x00\x00\x00\x01\x14\x02\x00", "Windows 快捷方式"),
        (b"<html><script>alert(1)</script>", "网页（HTML）"),
        (b"<!-- x --><script>1</script>", "网页（HTML）"),
        (b'<?xml version="1.0"?><svg onload="x()">', "SVG 图形（可含脚本）"),
        (b"<?php system($_GET[1]); ?>", "网页脚本（PHP、JSP 或 ASP）"),
    ],
)
def test_a_program_under_another_name_is_called_what_it_is(head, label, name):
    message = refused(head + b"." * 100, name)

    assert f"内容却是{label}" in message
    assert "不得作为附件" in message


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (
            made.pdf("文字"),
            "a.docx",
            "扩展名是 .docx（Word 文档），内容却是PDF 文档。请把扩展名改为 .pdf 后重新上传。",
        ),
        (
            word(p("文字")),
            "a.xlsx",
            "扩展名是 .xlsx（Excel 表格），内容却是Word 文档。请把扩展名改为 .docx 后重新上传。",
        ),
        (
            b"plain",
            "a.pdf",
            "扩展名是 .pdf（PDF 文档），但无法打开，文件可能已损坏。请用 WPS 或 Word 重新保存后再上传。",
        ),
        (
            zipped({"a.txt": "x"}),
            "a.docx",
            "扩展名是 .docx（Word 文档），但无法打开，文件可能已损坏。请用 WPS 或 Word 重新保存后再上传。",
        ),
        (b"Rar!\x1a\x07", "a.zip", "内容却是RAR 压缩包。可以上传的类型："),
        (b"{\\rtf1 x}", "a.doc", "内容却是RTF 文档。可以上传的类型："),
        (b"\x01\x02\x03", "a.txt", "无法打开"),
        (b"SQLite format 3\x00" + bytes(99), "a.xls", "内容却是.db 文件。可以上传的类型："),
        (made.ole({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "a.docx", "文件设有密码，"),
    ],
)
def test_content_that_is_not_what_the_name_says_is_named(data, name, message):
    assert message in refused(data, name)


def test_every_allowed_kind_is_in_one_table():
    extensions = [extension for kind in ALLOWED for extension in kind.extensions]

    assert len(set(extensions)) == len(extensions)
    assert all(kind.label and "/" in kind.media_type for kind in ALLOWED)


# --- broken files and bombs ------------------------------------------------------------------------


def test_a_broken_file_is_refused_with_advice():
    data = word(p("文字" * 1000))

    assert "请用 WPS 或 Word 重新保存后再上传" in refused(data[: len(data) // 2])
    members = word_members(p("正文"))
    members["word/document.xml"] = "<w:document"
    assert "请用 WPS 或 Word" in refused(zipped(members))


def test_a_bomb_in_a_word_file_is_refused():
    members = word_members(p("正文"))
    members["word/media/image1.png"] = bytes(8 * 1024 * 1024)

    assert "展开后过大（压缩炸弹）" in refused(zipped(members))


def test_two_members_of_one_name_are_refused():
    members = word_members(p("正文"))
    members["WORD/document.xml"] = members["word/document.xml"]

    assert "可能已损坏" in refused(zipped(members))


# --- text, archives, OFD ---------------------------------------------------------------------------


def test_formulas_that_start_programs_are_refused_in_tables_as_text():
    assert "DDE" in refused(b"a,=cmd|'/C calc'!A0,b", "a.csv")
    assert accept("名称|数量\n=1+1,-5,@甲\n".encode(), "a.csv")


def test_an_archive_is_accepted_member_by_member():
    data = zipped({"名单/通知.docx": word(p("文字")), "../../说明.txt": "文字", "__MACOSX/x": "x"})

    accepted = accept(data, "附件.zip")

    assert list(made.unzipped(accepted.data.read())) == ["名单/通知.docx", "说明.txt"]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.exe": b"MZ"}, "压缩包内《a.exe》：不能上传 .exe 文件"),
        (
            {"dir/a.docx": b"MZ\x90"},
            "压缩包内《a.docx》：扩展名是 .docx（Word 文档），内容却是Windows 程序",
        ),
        ({"a.zip": zipped({"b.txt": "x"})}, "压缩包里又有压缩包"),
        ({}, "压缩包里没有文件"),
        ({f"{n}.txt": "x" for n in range(201)}, "压缩包里有201个文件，超过200个"),
    ],
)
def test_an_archive_with_anything_that_may_not_be_attached_is_refused(members, message):
    assert message in refused(zipped(members), "附件.zip")


def test_a_locked_archive_is_refused():
    data = bytearray(zipped({"a.txt": "x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1

    assert "文件设有密码" in refused(bytes(data), "a.zip")


def test_an_ofd_loses_its_author_unless_it_is_signed():
    accepted = accept(made.ofd(made.ofd_text("文字")), "a.ofd")
    content = made.unzipped(accepted.data.read())["OFD.xml"].decode()
    assert "某某" not in content
    assert "标题" in content

    signed = made.ofd(
        made.ofd_text("文字"), inside="<ofd:Signatures>Signs/Signatures.xml</ofd:Signatures>"
    )
    kept = accept(signed, "a.ofd")
    assert kept.sha256 == kept.original_sha256
    assert any("电子签名" in note for note in kept.notes)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("Doc_0/Attachs/a.js", b"x", "脚本"),
        ("Doc_0/Res/a.png", b"MZ\x90", "Windows 程序"),
        ("Doc_0/Encryptions.xml", b"<x/>", "文件设有密码"),
    ],
)
def test_what_an_ofd_may_not_hold_is_named(name, content, message):
    members = made.unzipped(made.ofd(made.ofd_text("文字")))
    members[name] = content

    assert message in refused(zipped(members), "a.ofd")


def test_a_refusal_leaves_the_upload_as_it_was():
    upload = SimpleUploadedFile("通知.docx", b"MZ\x90")

    with pytest.raises(FileRefused):
        accept(upload)

    upload.seek(0)
    assert upload.read() == b"MZ\x90"


def test_equal_uploads_give_equal_files():
    data = word(p("文字"), docProps__app_xml="<Properties><Company>某局</Company></Properties>")
    first: AcceptedFile = accept(data, "甲.docx")
    second = accept(data, "乙.docx")

    assert first.sha256 == second.sha256 != first.original_sha256
    assert first.original_sha256 == hashlib.sha256(data).hexdigest()

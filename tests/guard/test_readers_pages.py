"""PDF, OFD, presentations, archives and pictures; what cannot be read says so."""

from __future__ import annotations

import io

import pikepdf
import pytest

from gongkai.guard.readers import Document, read
from tests.guard import made
from tests.guard.made import identity, ofd, ofd_text, p, word


def places(document: Document) -> dict[str, str]:
    return dict(document.segments)


def test_pages_of_a_pdf_have_their_number_and_wrapped_lines_are_joined():
    number = identity(1)
    source = "各乡镇人民政府、各街道办事处、市人民政府国务院办公厅关于做好政务公开工作的通知要求如下。\n#pagebreak()\n"

    document = read(made.pdf(f"{source}号码 {number}"))

    assert document.state == "read"
    assert "市人民政府国务院办公厅关于做好政务公开工作的通知" in places(document)["第1页"]
    assert number in places(document)["第2页"]


def test_a_number_torn_in_a_narrow_cell_of_a_pdf_is_whole():
    number = identity(1)
    cell = f"#table(columns: (52pt, 62pt), [张某], [{number[:6]} {number[6:14]} {number[14:]}])"

    assert number in places(read(made.pdf(cell)))["第1页"]


def test_notes_fields_links_bookmarks_and_properties_of_a_pdf_are_read():
    pdf = made.blank_pdf()
    name = pikepdf.Name
    field = pdf.make_indirect(pikepdf.Dictionary(T="身份证号", V=identity(1), FT=name.Tx))
    group = pdf.make_indirect(pikepdf.Dictionary(T="申请人", Kids=[field, field]))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[group])
    pdf.pages[0].obj.Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=name.Annot, Subtype=name.Text, Rect=[0, 0, 9, 9], Contents=identity(2)
            ),
            pikepdf.Dictionary(
                Type=name.Annot,
                Subtype=name.Link,
                Rect=[0, 0, 9, 9],
                A=pikepdf.Dictionary(S=name.URI, URI=f"https://x.example/{identity(3)}"),
            ),
        ]
    )
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(identity(4), 0))
    pdf.docinfo["/Author"] = identity(5)
    pdf.attachments["名单.csv"] = pikepdf.AttachedFileSpec(
        pdf, f"号码\n{identity(6)}".encode(), filename="名单.csv"
    )

    found = places(read(made.saved(pdf)))

    assert found["表单字段“申请人.身份证号”"] == identity(1)
    assert found["第1页批注1"] == identity(2)
    assert identity(3) in found["第1页链接2"]
    assert found["书签1"] == identity(4)
    assert found["文档属性“作者”"] == identity(5)
    assert found["PDF 附件名《名单.csv》"] == "名单.csv"
    assert found["PDF 附件《名单.csv》第2行第1列"] == identity(6)


def test_a_scan_has_no_text_and_a_page_of_it_among_others_is_named():
    assert read(made.scan(2)) == Document(
        (), "no_text", "第1、2页没有文字层（多为扫描件），未检查。"
    )
    mixed = pikepdf.open(io.BytesIO(made.pdf("正文")))
    mixed.pages.extend(pikepdf.open(io.BytesIO(made.scan())).pages)

    document = read(made.saved(mixed))

    assert document.state == "read"
    assert document.note == "第2页没有文字层（多为扫描件），未检查。"


def test_a_locked_pdf_says_so():
    pdf = made.blank_pdf()
    locked = made.saved(pdf, encryption=pikepdf.Encryption(user="geheim", owner="geheim"))

    document = read(locked)

    assert document.state == "unreadable"
    assert "取消密码保护" in document.note


def test_a_bomb_in_a_pdf_is_not_unpacked():
    pdf = made.blank_pdf()
    pdf.pages[0].obj.Contents = pdf.make_stream(b" " * (65 * 1024 * 1024))

    document = read(made.saved(pdf))

    assert document.state == "unreadable"
    assert "展开后过大" in document.note


def test_an_ofd_is_read_line_by_line():
    number = identity(1)
    objects = (
        ofd_text("申请人", 10, 10, 20)
        + ofd_text(number[:9], 30, 10, 30)
        + ofd_text(number[9:], 60, 10, 30)
        + ofd_text("另一行", 10, 60, 150)
    )
    file = ofd(objects, document="<ofd:Outlines><ofd:OutlineElem Title='目录'/></ofd:Outlines>")

    found = places(read(file, "文件.ofd"))

    assert found["第1页"] == f"申请人{number}\n另一行"
    assert found["文档属性“作者”"] == "某某"
    assert found["书签"] == "目录"


def test_attachments_and_notes_of_an_ofd_are_read():
    file = ofd(
        ofd_text("正文"),
        document=(
            "<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>"
            "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>"
        ),
        Doc_0__Annots__Annotations_xml="<Annotations><Page><FileLoc>a1.xml</FileLoc></Page></Annotations>",
        Doc_0__Annots__a1_xml=f"<PageAnnot><Remark>{identity(1)}</Remark></PageAnnot>",
        Doc_0__Attachs__Attachments_xml='<Attachments><Attachment Name="名单"><FileLoc>list.csv</FileLoc></Attachment></Attachments>',
    )
    members = made.unzipped(file)
    members["Doc_0/Attachs/list.csv"] = identity(2)

    found = places(read(made.zipped(members)))

    assert found["批注1"] == identity(1)
    assert found["OFD 附件《名单》第1行第1列"] == identity(2)


def test_slides_notes_and_comments_are_read():
    file = made.slides(
        identity(1),
        identity(2),
        ppt__comments__comment1_xml=f'<p:cmLst xmlns:p="{made.P}"><p:cm><p:text>{identity(3)}</p:text></p:cm></p:cmLst>',
    )

    found = places(read(file))

    assert found["第1张幻灯片"] == identity(1)
    assert found["第1张幻灯片备注"] == identity(2)
    assert found["批注1"] == identity(3)


def test_an_archive_is_read_one_level_deep():
    inner = made.zipped({"最里.docx": word(p("文字"))})
    file = made.zipped(
        {"名单/通知.docx": word(p(identity(1))), "内.zip": inner, "图.png": b"\x89PNG\r\n\x1a\n"}
    )

    document = read(file)

    assert places(document)["压缩包内《名单/通知.docx》第1段"] == identity(1)
    assert "嵌套过深，未读取" in document.note
    assert "压缩包内《图.png》：图片，未读取。" in document.note


def test_names_in_an_archive_from_chinese_windows_are_read():
    data = made.zipped({"XXXX.txt": "文字"}).replace(
        b"XXXX.txt", "名单".encode("gb18030") + b".txt"
    )

    assert "压缩包内《名单.txt》第1行" in places(read(data))


@pytest.mark.parametrize(
    ("head", "state", "note"),
    [
        (b"\xff\xd8\xff\xe0", "no_text", "图片，未读取。"),
        (b"\x89PNG\r\n\x1a\n", "no_text", "图片，未读取。"),
        (b"GIF89a", "no_text", "图片，未读取。"),
        (b"RIFF\x00\x00\x00\x00WEBP", "no_text", "图片，未读取。"),
        (b"BM\x00\x00\x00\x00\x00\x00\x00\x00", "no_text", "图片，未读取。"),
        (b"II*\x00", "no_text", "图片，未读取。"),
        (b"", "unreadable", "文件是空的。"),
        (b"MZ\x90", "unreadable", "Windows 程序，未读取。"),
        (b"{\\rtf1", "unreadable", "RTF 格式，未读取。请另存为 DOCX 后重新上传。"),
        (
            b"PK\x03\x04",
            "unreadable",
            "无法打开，文件可能已损坏。请用 WPS 或 Word 重新保存后再上传。",
        ),
        (
            b"%PDF-1.7",
            "unreadable",
            "无法打开，文件可能已损坏。请用 WPS 或 Word 重新保存后再上传。",
        ),
    ],
)
def test_what_cannot_be_read_says_what_to_do(head, state, note):
    assert read(head) == Document((), state, note)


@pytest.mark.parametrize(
    ("stream", "name", "note"),
    [
        ("WordDocument", "a.doc", "旧版 Word 格式（.doc），未读取。请另存为 DOCX 后重新上传。"),
        ("WordDocument", "a.wps", "WPS 文字格式（.wps），未读取。请另存为 DOCX 后重新上传。"),
        (
            "PowerPoint Document",
            "a.ppt",
            "旧版 PowerPoint 格式（.ppt），未读取。请另存为 PPTX 后重新上传。",
        ),
        ("EncryptedPackage", "a.docx", "文件设有密码，无法读取。请取消密码保护后重新上传。"),
    ],
)
def test_old_formats_advise_a_new_one(stream, name, note):
    assert read(made.ole({stream: b"x"}), name) == Document((), "unreadable", note)


def test_a_path_is_read_like_a_stream(tmp_path):
    path = tmp_path / "说明.txt"
    path.write_text("文字", encoding="utf-8")

    assert read(path).segments == (("第1行", "文字"),)
    assert read(tmp_path / "没有.txt").note == "没有这个文件。"


def test_entities_are_not_expanded():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    members = made.word_members(p("正文"))
    members["word/document.xml"] = bomb + str(members["word/document.xml"]).replace("正文", "&b;")

    document = read(made.zipped(members))

    assert (document.state, document.note) == (
        "unreadable",
        "文件内含实体定义，可能有害，已停止读取。",
    )

    rows = made.sheet('<row><c t="str"><v>&b;</v></c></row>')
    assert "aaaa" not in str(read(made.workbook({"表": bomb + rows})))


def test_no_outside_file_is_fetched_for_an_entity(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("机密内容", encoding="utf-8")
    declaration = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    rows = made.sheet('<row><c t="str"><v>&e;</v></c></row>')

    assert "机密内容" not in str(read(made.workbook({"表": declaration + rows})))


def test_a_bomb_in_an_archive_is_not_unpacked():
    members = made.word_members(p("正文"))
    members["word/media/image1.png"] = bytes(8 * 1024 * 1024)

    document = read(made.zipped(members))

    assert (document.state, document.segments) == ("unreadable", ())
    assert "展开后过大" in document.note


def test_too_many_members_are_not_listed():
    document = read(made.zipped({f"{n}.txt": b"x" for n in range(5_001)}))

    assert document.state == "unreadable"
    assert "超过上限5000个" in document.note


def test_more_text_than_is_taken_is_not_passed_off_as_read(monkeypatch):
    monkeypatch.setattr("gongkai.guard.readers.document.MAX_SEGMENTS", 3)

    document = read("一\n二\n三\n四\n".encode(), "a.txt")

    assert document.state == "unreadable"
    assert [text for _, text in document.segments] == ["一", "二", "三"]
    assert document.note == "文件内容过多，只检查了前面一部分。请拆分为几个文件后重新上传。"


def test_a_pdf_with_more_pages_than_are_taken_says_where_it_stopped(monkeypatch):
    monkeypatch.setattr("gongkai.guard.readers.pdf.MAX_PAGES", 1)

    document = read(made.pdf("一\n#pagebreak()\n二"))

    assert document.state == "unreadable"
    assert places(document) == {"第1页": "一"}
    assert "PDF 有2页，只检查了前1页" in document.note


def test_a_failure_of_a_library_is_logged_by_its_kind_alone(monkeypatch, caplog):
    def fail(*_: object) -> None:
        raise ZeroDivisionError(identity(1))

    monkeypatch.setitem(read.__globals__["_READERS"], "text", fail)

    document = read(b"text", "a.txt")

    assert document.state == "unreadable"
    assert "ZeroDivisionError" in caplog.text
    assert identity(1) not in caplog.text

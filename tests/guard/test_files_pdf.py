"""PDF: no program runs when a citizen opens it, and nobody learns who made it with what."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from gongkai.guard.files import FileRefused, accept
from gongkai.guard.readers import read
from tests.guard import made
from tests.guard.made import p, word


def refused(pdf: pikepdf.Pdf, **options: object) -> str:
    with pytest.raises(FileRefused) as caught:
        accept(made.saved(pdf, **options), "文件.pdf")
    return caught.value.messages[0]


def script(**more: object) -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS="app.alert(1)", **more)


def in_names(pdf):
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", script()])))


def on_opening(pdf):
    pdf.Root.OpenAction = script()


def on_a_page(pdf):
    pdf.pages[0].obj.AA = Dictionary(O=pdf.make_indirect(script()))


def on_a_button(pdf):
    action = Dictionary(S=Name.URI, Next=Array([script()]))
    button = pdf.make_indirect(
        Dictionary(Subtype=Name.Widget, FT=Name.Btn, T="a", Rect=[0, 0, 9, 9], A=action)
    )
    pdf.pages[0].obj.Annots = Array([button])
    pdf.Root.AcroForm = Dictionary(Fields=Array([button]))


@pytest.mark.parametrize("place", [in_names, on_opening, on_a_page, on_a_button])
def test_scripts_are_refused_wherever_they_hide(place):
    pdf = made.blank_pdf()
    place(pdf)

    assert refused(pdf) == (
        "PDF 带有 JavaScript 脚本（打开时会运行）。请用“打印为 PDF”重新生成一份不带脚本的文件后上传。"
    )
    assert "JavaScript" in refused(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("/Launch", "启动其他程序"),
        ("/ImportData", "向外发送或导入数据"),
        ("/SubmitForm", "向外发送或导入数据"),
    ],
)
def test_actions_that_reach_out_are_refused(action, message):
    pdf = made.blank_pdf()
    pdf.Root.OpenAction = Dictionary(S=Name(action), F="calc.exe")

    assert message in refused(pdf)


def test_dynamic_forms_and_media_are_refused():
    form = made.blank_pdf()
    form.Root.AcroForm = Dictionary(Fields=Array([]), XFA=form.make_stream(b"<xdp/>"))
    assert "XFA" in refused(form)

    media = made.blank_pdf()
    media.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.RichMedia, Rect=[0, 0, 9, 9])])
    assert "音视频" in refused(media)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.exe", b"MZ\x90", "附件《a.exe》（Windows 程序）"),
        ("a.pdf", b"MZ\x90", "附件《a.pdf》（Windows 程序）"),
        ("a.js", b"alert(1)", "附件《a.js》"),
        ("a.zip", made.zipped({"a.exe": "x"}), "附件《a.zip》（ZIP 压缩包）"),
        (
            "a.docx",
            word(p("x"), (("r1", "attachedTemplate", "http://x.example/a"),)),
            "PDF 附件《a.docx》：文件引用了外部的模板",
        ),
    ],
)
def test_attached_programs_are_refused(name, content, message):
    pdf = made.blank_pdf()
    pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name)

    assert message in refused(pdf)


def test_harmless_attachments_and_notes_are_said():
    pdf = made.blank_pdf()
    pdf.attachments["名单.csv"] = pikepdf.AttachedFileSpec(pdf, b"a,b", filename="名单.csv")
    pdf.pages[0].obj.Annots = Array(
        [Dictionary(Subtype=Name.Text, Rect=[0, 0, 9, 9], Contents="删")]
    )

    notes = accept(made.saved(pdf), "a.pdf").notes

    assert "PDF 内带有附件《名单.csv》，会一并公开，请核对。" in notes
    assert "PDF 带有1处批注，公开后人人可见，请核对。" in notes


def test_a_password_is_refused_and_a_mere_restriction_is_lifted():
    pdf = made.blank_pdf()
    assert "取消密码保护" in refused(pdf, encryption=pikepdf.Encryption(user="a", owner="b"))

    restricted = accept(made.saved(pdf, encryption=pikepdf.Encryption(user="", owner="b")), "a.pdf")
    assert not pikepdf.open(restricted.data).is_encrypted
    assert any("已取消限制" in note for note in restricted.notes)


def test_broken_and_empty_files_are_refused():
    with pytest.raises(FileRefused, match="可能已损坏"):
        accept(b"%PDF-1.7\nnothing", "a.pdf")
    assert "可能已损坏" in refused(pikepdf.new())


def test_a_bomb_is_refused():
    pdf = made.blank_pdf()
    pdf.pages[0].obj.Contents = pdf.make_stream(b" " * (65 * 1024 * 1024))

    assert "展开后过大" in refused(pdf)


def described(source: bytes) -> bytes:
    """A PDF that says who made it, with what, and that it follows PDF/A."""
    pdf = pikepdf.open(io.BytesIO(source))
    pdf.docinfo["/Title"] = "通知"
    pdf.docinfo["/Author"] = "mary-the-author"
    pdf.docinfo["/Producer"] = "mary-the-producer"
    with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
        xmp["dc:title"] = "通知"
        xmp["dc:creator"] = ["mary-the-author"]
        xmp["pdfaid:part"] = "2"
        xmp["pdfaid:conformance"] = "B"
    pdf.pages[0].obj.PieceInfo = Dictionary(App=Dictionary(LastModified="mary"))
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    return made.saved(pdf)


def test_properties_are_taken_out_and_title_text_and_standard_stay():
    source = described(made.pdf("正文"))

    accepted = accept(source, "a.pdf")

    assert accept(source, "b.pdf").sha256 == accepted.sha256
    content = accepted.data.read()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert dict(pdf.docinfo) == {"/Title": "通知"}
        assert pdf.Root.MarkInfo.Marked
        assert "/PieceInfo" not in pdf.pages[0].obj
        with pdf.open_metadata() as xmp:
            assert (xmp["dc:title"], xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == (
                "通知",
                "2",
                "B",
            )
            assert "dc:creator" not in xmp
        raw = b"".join(
            bytes(one.read_bytes())
            for one in pdf.objects
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == Name.XML
        )
        assert b"mary" not in content + raw
    assert len(pypdfium2.PdfDocument(content)) == 1
    assert dict(read(content).segments)["第1页"] == "正文"


def test_what_a_camera_wrote_into_a_picture_is_taken_out_and_its_pixels_stay():
    told = Image.Exif()
    told[0x010E] = "TAKEN-BY-NAME"
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(target, "JPEG", exif=told)
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    picture = pikepdf.Stream(pdf, target.getvalue())
    picture.Type, picture.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    picture.Width, picture.Height, picture.BitsPerComponent = 40, 30, 8
    picture.ColorSpace, picture.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
    pdf.pages[0].obj.Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(P=pdf.make_indirect(picture))
    )
    made = io.BytesIO()
    pdf.save(made)
    accepted = accept(made.getvalue(), "照片.pdf")
    assert any("拍摄地点" in note for note in accepted.notes)
    with pikepdf.open(accepted.data) as cleaned:
        found = pikepdf.PdfImage(cleaned.pages[0].obj.Resources.XObject.P)
        assert b"TAKEN-BY-NAME" not in found.obj.read_raw_bytes()
        assert found.as_pil_image().tobytes() == Image.open(target).tobytes()


def test_earlier_versions_are_taken_out():
    earlier = made.blank_pdf()
    earlier.docinfo["/Author"] = "mary-of-the-first-version"
    content = made.saved(earlier)
    at = content.index(b"mary-of-the-first-version")
    # An incremental update replaces the object and leaves the old one in the file.
    number = content[: content.rindex(b" 0 obj", 0, at)].split()[-1].decode()
    start = content.rindex(b"startxref")
    update = content + f"\n{number} 0 obj\n<< /Author (x) >>\nendobj\n".encode()
    place = len(content) + 1
    previous = content[start + 9 :].split()[0].decode()
    trailer = content[content.rindex(b"trailer") : start].decode("latin-1")
    trailer = (
        trailer.replace(">>", f"/Prev {previous} >>", 1) if "/Prev" not in trailer else trailer
    )
    xref = len(update)
    update += f"xref\n{number} 1\n{place:010d} 00000 n \n".encode() + trailer.encode("latin-1")
    update += f"startxref\n{xref}\n%%EOF\n".encode()
    assert b"mary-of-the-first-version" in update

    assert b"mary-of-the-first-version" not in accept(update, "a.pdf").data.read()


def test_a_signed_document_stays_as_it_is():
    pdf = made.blank_pdf()
    pdf.docinfo["/Author"] = "某某"
    signature = pdf.make_indirect(
        Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=pikepdf.String("x"))
    )
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([pdf.make_indirect(Dictionary(FT=Name.Sig, T="章", V=signature))]), SigFlags=3
    )

    accepted = accept(made.saved(pdf), "a.pdf")

    assert accepted.sha256 == accepted.original_sha256
    assert any("电子签名" in note for note in accepted.notes)

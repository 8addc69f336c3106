"""What is taken off a file before it is published, and that nothing else is."""

from __future__ import annotations

import io
import struct
import zlib

import docx
import openpyxl
import pytest
from PIL import Image, ImageOps

from gongkai.guard.files import AcceptedFile, FileRefused, accept
from gongkai.guard.readers import read
from tests.guard import made
from tests.guard.made import p, word_members, zipped


def _content(accepted: AcceptedFile) -> bytes:
    accepted.data.seek(0)
    return accepted.data.read()


def test_a_word_file_loses_its_author_and_keeps_its_text():
    file = docx.Document()
    file.add_heading("通知", 1)
    file.add_paragraph("正文")
    file.core_properties.author = "mary"
    file.core_properties.last_modified_by = "mary"
    file.core_properties.comments = "mary"
    file.core_properties.title = "关于公布名单的通知"
    out = io.BytesIO()
    file.save(out)

    accepted = accept(out, "通知.docx")

    again = docx.Document(accepted.data)
    assert [one.text for one in again.paragraphs] == ["通知", "正文"]
    properties = again.core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.title == "关于公布名单的通知"
    assert accepted.notes == ("已清除作者、单位、修改者等文档属性。",)


def test_a_workbook_loses_its_author_and_keeps_its_cells():
    book = openpyxl.Workbook()
    book.properties.creator = "mary-lou"
    book.active["B2"] = "甲"
    book.active["C3"] = "=1+1"
    out = io.BytesIO()
    book.save(out)

    accepted = accept(out, "名单.xlsx")

    again = openpyxl.load_workbook(accepted.data)
    assert (again.active["B2"].value, again.active["C3"].value) == ("甲", "=1+1")
    assert b"mary-lou" not in b"".join(made.unzipped(_content(accepted)).values())


def test_everything_that_names_people_or_their_computer_is_taken_out():
    members = word_members(
        p("正文"),
        docProps__app_xml="<Properties><Company>mary</Company><Manager>mary</Manager><Pages>3</Pages></Properties>",
        docProps__custom_xml='<Properties><property name="x"><v>mary</v></property></Properties>',
        docProps__core_xml="<core><lastModifiedBy>mary</lastModifiedBy><title>通知</title></core>",
        docProps__thumbnail_jpeg=b"mary",
        word__people_xml="<people><person author='mary'/></people>",
    )
    members["_rels/.rels"] = made.relations(
        ("r1", "officeDocument", "word/document.xml"),
        ("r2", "thumbnail", "docProps/thumbnail.jpeg"),
    )
    members["[Content_Types].xml"] = made.types(
        made.WORD,
        "word/document.xml",
        '<Override PartName="/docProps/thumbnail.jpeg" ContentType="image/jpeg"/>',
    )

    content = made.unzipped(accept(zipped(members), "a.docx").data.read())

    assert b"mary" not in b"".join(content.values())
    assert "docProps/thumbnail.jpeg" not in content
    assert b"thumbnail" not in content["_rels/.rels"] + content["[Content_Types].xml"]
    assert b"<Pages>3</Pages>" in content["docProps/app.xml"]
    assert "通知".encode() in content["docProps/core.xml"]
    assert content["word/document.xml"] == members["word/document.xml"].encode()


def test_the_path_on_the_authors_computer_is_taken_out_of_a_workbook():
    inside = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="x15"><a:absPath xmlns:a="x" url="C:\\Users\\mary\\"/></mc:Choice>'
        "</mc:AlternateContent>"
    )
    book = made.workbook({"表": made.sheet("<row><c><v>1</v></c></row>")}, inside=inside)

    accepted = accept(book, "a.xlsx")

    assert b"mary" not in made.unzipped(accepted.data.read())["xl/workbook.xml"]
    assert read(accepted.data).segments == read(book).segments


def test_what_stands_before_and_behind_an_archive_is_gone():
    data = zipped(word_members(p("正文")))

    accepted = accept(data[:-2] + struct.pack("<H", 4) + b"mary", "a.docx")

    assert b"mary" not in accepted.data.read()


def test_a_signed_office_file_stays_as_it_is():
    members = word_members(p("正文"), docProps__core_xml="<core><creator>某某</creator></core>")
    members["_xmlsignatures/sig1.xml"] = "<x/>"

    accepted = accept(zipped(members), "a.docx")

    assert accepted.sha256 == accepted.original_sha256
    assert any("数字签名" in note for note in accepted.notes)


# --- pictures --------------------------------------------------------------------------------------


def picture(format_: str, orientation: int = 1) -> bytes:
    """A picture whose camera, place and author are known."""
    image = Image.effect_noise((64, 48), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010F] = "mary-camera"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    if format_ == "GIF":
        image.convert("P").save(out, "GIF", comment=b"mary")
    elif format_ == "PNG":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_text("Author", "mary")
        image.save(out, "PNG", exif=exif, pnginfo=info)
    elif format_ == "WEBP":
        image.save(out, "WEBP", exif=exif, xmp=b"<x>mary</x>", lossless=True)
    else:
        image.save(out, "JPEG", exif=exif, comment=b"mary", icc_profile=b"profile" * 9)
    return out.getvalue()


FORMATS = [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp")]


@pytest.mark.parametrize(("format_", "extension"), FORMATS)
@pytest.mark.parametrize("tail", [b"", b"PK\x03\x04mary", b"MZmary"])
def test_pictures_lose_place_and_camera_and_keep_every_pixel(format_, extension, tail):
    source = picture(format_)
    assert b"mary" in source

    accepted = accept(source + tail, f"图.{extension}")

    content = accepted.data.read()
    assert b"mary" not in content
    before, after = Image.open(io.BytesIO(source)), Image.open(io.BytesIO(content))
    assert before.convert("RGB").tobytes() == after.convert("RGB").tobytes()
    assert before.info.get("icc_profile") == after.info.get("icc_profile")
    assert dict(after.getexif()) == {}
    assert accepted.notes == ("已清除图片中的拍摄地点、设备等信息。",)
    assert accept(content, f"图.{extension}").sha256 == accepted.sha256


@pytest.mark.parametrize(("format_", "extension"), [one for one in FORMATS if one[0] != "GIF"])
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_picture_taken_upright_still_stands_upright(format_, extension, orientation):
    source = picture(format_, orientation)

    after = Image.open(accept(source, f"图.{extension}").data)

    assert dict(after.getexif()) == {0x0112: orientation}
    turned = ImageOps.exif_transpose(Image.open(io.BytesIO(source)))
    assert ImageOps.exif_transpose(after).tobytes() == turned.tobytes()


def test_progressive_and_animated_pictures_stay_whole():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:], loop=0, duration=100)
    after = Image.open(accept(moving, "a.gif").data)
    assert (after.n_frames, after.info["loop"]) == (3, 0)

    progressive = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(
        progressive, "JPEG", progressive=True, exif=b"Exif\x00\x00mary"
    )
    assert Image.open(accept(progressive, "a.jpg").data).info.get("progressive")


def test_a_moving_picture_without_its_end_is_given_one():
    out = io.BytesIO()
    Image.new("P", (9, 9)).save(out, "GIF")
    whole = out.getvalue()

    for data in (whole[:-1], whole[:-1] + b"\x00\x00\x3b"):
        assert accept(data, "a.gif").data.read() == whole


def test_pictures_inside_a_word_file_are_cleaned_too():
    members = word_members(p("正文"))
    members["word/media/image1.jpeg"] = picture("JPEG")
    members["word/media/image2.png"] = b"\x89PNG\r\n\x1a\nbroken"

    content = made.unzipped(accept(zipped(members), "a.docx").data.read())

    assert b"mary" not in content["word/media/image1.jpeg"]
    assert content["word/media/image2.png"] == b"\x89PNG\r\n\x1a\nbroken"


@pytest.mark.parametrize(("format_", "extension"), FORMATS)
def test_a_broken_picture_is_refused(format_, extension):
    source = picture(format_)

    with pytest.raises(FileRefused, match="图片无法打开，可能已损坏"):
        accept(source[: len(source) // 2], f"a.{extension}")


def test_a_picture_that_unfolds_to_gigabytes_is_refused():
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(9)))
        + chunk(b"IEND", b"")
    )

    with pytest.raises(FileRefused, match="图片过大"):
        accept(bomb, "a.png")

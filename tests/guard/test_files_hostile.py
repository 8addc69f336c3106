"""Bytes that nobody wrote: whatever comes, a refusal or a note, never a crash, never much memory."""

from __future__ import annotations

import functools
import io
import struct
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gongkai.guard.files import FileRefused, accept, clean_name
from gongkai.guard.filetypes import ALLOWED, BY_EXTENSION, detect
from gongkai.guard.readers import Document, read
from tests.guard import made
from tests.guard.made import identity, p, word

EXTENSIONS = st.sampled_from(sorted(BY_EXTENSION))


@functools.cache
def specimens() -> dict[str, bytes]:
    """A sound file of every kind."""
    image = Image.effect_noise((16, 16), 50)
    pictures = {}
    for format_, extension in (
        ("JPEG", ".jpg"),
        ("PNG", ".png"),
        ("GIF", ".gif"),
        ("WEBP", ".webp"),
    ):
        out = io.BytesIO()
        image.save(out, format_)
        pictures[extension] = out.getvalue()
    letter = word(p(f"号码{identity(1)}"), docProps__core_xml="<core><creator>x</creator></core>")
    return {
        **pictures,
        ".docx": letter,
        ".xlsx": made.workbook(
            {"表": made.sheet('<row><c t="s"><v>0</v></c><c><v>1.5E+3</v></c></row>')}
        ),
        ".pptx": made.slides("文字"),
        ".pdf": made.pdf("正文"),
        ".ofd": made.ofd(made.ofd_text("文字")),
        ".csv": f"姓名,号码\n张某,{identity(1)}\n".encode("gb18030"),
        ".txt": "文字\n".encode("utf-16"),
        ".zip": made.zipped({"a.docx": letter, "b.txt": "x"}),
        ".xls": made.xls({(0, 0): "姓名", (1, 1): 5.0}),
        ".doc": made.ole({"WordDocument": b"x" * 600, "\x05SummaryInformation": b"x" * 200}),
        ".ppt": made.ole({"PowerPoint Document": b"x" * 600}),
    }


def survives(data: bytes, name: str) -> None:
    """Both doors: a document with one of its states, and a file or a refusal with words."""
    document = read(data, name)
    assert isinstance(document, Document)
    assert document.state in ("read", "no_text", "unreadable")
    assert document.state == "read" or document.note
    try:
        accepted = accept(data, name)
    except FileRefused:
        return
    assert read(accepted.data, accepted.name).state in ("read", "no_text", "unreadable")


def test_the_specimens_are_sound():
    assert set(specimens()) >= {kind.extensions[0] for kind in ALLOWED} - {".wps", ".et"}
    for extension, data in specimens().items():
        accept(data, f"文件{extension}")
        survives(data, f"文件{extension}")


@given(st.binary(max_size=2_000), EXTENSIONS)
def test_any_bytes_under_any_name(data, extension):
    survives(data, f"文件{extension}")


HEADS = st.sampled_from(
    [b"PK\x03\x04", b"PK\x05\x06", b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xd8\xff\xe1",
     b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x10\x00\x00\x00WEBP", b"<html>", b"\xff\xfe"]
)  # fmt: skip


@given(HEADS, st.binary(max_size=600), EXTENSIONS)
def test_any_bytes_behind_a_known_beginning(head, data, extension):
    survives(head + data, f"文件{extension}")


@settings(max_examples=300)
@given(st.data())
def test_a_sound_file_with_bytes_changed_cut_or_put_in(data):
    extension = data.draw(st.sampled_from(sorted(specimens())))
    survives(damaged(data, specimens()[extension]), f"文件{extension}")


@settings(max_examples=300)
@given(st.data())
def test_a_sound_file_damaged_below_its_compression(data):
    """So that the damage reaches the parsers instead of ending at a checksum."""
    extension = data.draw(st.sampled_from([".docx", ".xlsx", ".pptx", ".ofd", ".pdf"]))
    if extension == ".pdf":
        survives(damaged(data, bare_pdf()), "文件.pdf")
        return
    members = made.unzipped(specimens()[extension])
    name = data.draw(st.sampled_from(sorted(members)))
    members[name] = damaged(data, bytes(members[name]))
    survives(made.zipped(members), f"文件{extension}")


@functools.cache
def bare_pdf() -> bytes:
    """A PDF with an outline, a form and an attachment, nothing in it compressed."""
    import pikepdf

    pdf = pikepdf.open(io.BytesIO(made.pdf("正文")))
    field = pdf.make_indirect(pikepdf.Dictionary(T="a", V="b", FT=pikepdf.Name.Tx))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
    pdf.attachments["a.csv"] = pikepdf.AttachedFileSpec(pdf, b"a,b", filename="a.csv")
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("x", 0))
    return made.saved(pdf, qdf=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def damaged(data: st.DataObject, sound: bytes) -> bytes:
    content = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 6))):
        if not content:
            break
        place = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["set", "cut", "end", "put", "grow"]))
        if kind == "set":
            content[place] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del content[place : place + data.draw(st.integers(1, 40))]
        elif kind == "end":
            del content[place:]
        elif kind == "put":
            content[place:place] = data.draw(st.binary(max_size=20))
        else:  # sizes and counts that lie
            content[place : place + 4] = data.draw(
                st.sampled_from([b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", bytes(4)])
            )
    return bytes(content)


#: Pieces of the XML of Office files and OFD, put together without sense.
XML = st.recursive(
    st.sampled_from(["", "文字", "<w:t>字</w:t>", "<w:br/>", "<c><v>1e9</v></c>", "<v>-1</v>", "&#x4e00;"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(["w:p", "w:r", "w:tbl", "w:tr", "w:tc", "w:del", "w:sdt", "row", "c", "w:txbxContent"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)  # fmt: skip


@given(XML)
def test_any_arrangement_of_elements_in_a_word_file(body):
    document = read(word(body), "a.docx")

    assert document.state in ("read", "no_text")
    survives(word(body), "a.docx")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "s", "str", "n", "b", "d", "e", "inlineStr", "?"]),
            st.sampled_from(["", "0", "1", "3", "99999999", "x"]),
            st.one_of(
                st.text("0123456789.eE+-", max_size=12),
                st.sampled_from(["NaN", "Infinity", "1e308"]),
            ),
        ),
        max_size=8,
    )
)
def test_any_values_in_the_cells_of_a_workbook(cells):
    row = "".join(f'<c t="{kind}" s="{style}"><v>{value}</v></c>' for kind, style, value in cells)

    document = read(made.workbook({"表": made.sheet(f"<row>{row}</row>")}), "a.xlsx")

    assert document.state == "read"


@given(st.text(max_size=200))
def test_any_name_becomes_one_that_is_safe_or_is_refused(name):
    try:
        clean = clean_name(f"{name}.docx")
    except FileRefused:
        return
    assert clean == clean_name(clean)
    assert clean.endswith(".docx")
    assert 0 < len(clean) <= 120
    assert not set(clean) & set('/\\<>:"|?*\x00\n\r\u202e')
    assert not clean.startswith((".", " "))


@given(st.lists(st.text("0123456789", min_size=1, max_size=20), max_size=6))
def test_lines_of_digits_lose_none(lines):
    text = "\n".join(lines)

    found = read(text.encode(), "a.txt")

    assert "".join(one.text for one in found.segments) == "".join(lines)


@pytest.mark.parametrize("depth", [300, 5_000])
def test_elements_nested_without_end(depth):
    survives(word("<w:sdt>" * depth + p("x") + "</w:sdt>" * depth), "a.docx")


def test_a_web_page_nested_without_end_is_read_without_its_elements():
    document = read(b"<div>" * 1_000_000 + identity(1).encode(), "a.html")

    assert document.segments == (("全文", identity(1)),)


def test_a_pdf_that_refers_to_itself():
    import pikepdf

    pdf = made.blank_pdf()
    loop = pdf.make_indirect(pikepdf.Dictionary(T="x"))
    loop["/Kids"] = pikepdf.Array([loop, loop])
    loop["/Next"] = loop
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([loop]))
    pdf.Root.Outlines = pikepdf.Dictionary(First=loop)

    survives(made.saved(pdf), "a.pdf")


def test_a_compound_file_whose_sectors_run_in_circles():
    content = bytearray(specimens()[".doc"])
    table = content.index(struct.pack("<I", 1))
    for place in range(table, len(content) - 4, 4):
        if content[place : place + 4] == struct.pack("<I", 0xFFFFFFFE):
            content[place : place + 4] = struct.pack("<I", 0)
    survives(bytes(content), "a.doc")


def memory_of(data: bytes, name: str) -> int:
    tracemalloc.start()
    try:
        survives(data, name)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("extension", [".doc", ".xls", ".ppt"])
@pytest.mark.parametrize("place", [30, 44, 48, 60, 64, 68, 72])
def test_a_compound_file_that_lies_about_its_sizes_takes_no_memory(extension, place):
    content = bytearray(specimens()[extension])
    for value in (0xFFFF, 0x00FFFFFF, 0x7FFFFFFF):
        content[place : place + 4] = struct.pack("<I", value)

        assert memory_of(bytes(content), f"a{extension}") < 20 * 1024**2


def test_a_stream_longer_than_its_file_takes_no_memory():
    content = bytearray(specimens()[".doc"])
    entry = content.index("WordDocument".encode("utf-16-le"))
    content[entry + 120 : entry + 124] = struct.pack("<I", 0x7FFFFFFF)

    assert memory_of(bytes(content), "a.doc") < 20 * 1024**2


@pytest.mark.parametrize("extension", [".docx", ".xlsx", ".pptx", ".ofd", ".zip"])
def test_a_bomb_takes_no_memory(extension):
    """A member that unpacks to a gigabyte is not unpacked at all."""
    content = bytearray(specimens()[extension])
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 1024**3)

    assert memory_of(bytes(content), f"a{extension}") < 20 * 1024**2


def test_a_bomb_of_many_bombs_takes_no_memory():
    """Each member of an archive is measured on its own and all of them together."""
    inner = made.zipped({"a.txt": bytes(30 * 1024 * 1024)})

    peak = memory_of(made.zipped({f"{n}.zip": inner for n in range(50)}), "a.zip")

    assert peak < 60 * 1024**2


def test_the_stream_is_left_open_and_its_kind_is_found_again():
    stream = io.BytesIO(specimens()[".docx"])

    read(stream, "a.docx")

    assert detect(stream) == "docx"

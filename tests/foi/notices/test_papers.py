"""Templates and papers: every kind can be made, and the PDF says what the Word file says."""

import hashlib
import json
import re
from datetime import date
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from docx import Document
from docx.shared import Mm

from gongkai.foi.notices import checking, fields, filling, pdf, reading
from gongkai.foi.notices.kinds import KINDS, kind_of
from gongkai.foi.notices.packaged import packaged_template
from gongkai.statute.outcomes import NOTICES

ON = date(2026, 4, 2)


def printed(data: bytes) -> str:
    """The letters of a PDF, without page numbers and white space."""
    pages = pypdfium2.PdfDocument(data)
    text = "".join(page.get_textpage().get_text_bounded() for page in pages)
    return re.sub(r"—\d+—", "", reading.letters(text))


def paper(kind="N02", seal=b"", **values):
    found = kind_of(kind)
    return filling.fill(
        packaged_template(found.code),
        found,
        fields.sample_values(found) | values,
        author="义马市示例局",
        on=ON,
        seal=seal,
    )


def test_every_notice_of_the_catalogue_has_a_template():
    assert {kind.name for kind in KINDS.values()} == {notice.name for notice in NOTICES.values()}


@pytest.mark.parametrize("code", KINDS)
def test_every_packaged_template_passes_the_gate_for_uploads(code):
    checking.check_template(packaged_template(code), kind_of(code))


@pytest.mark.parametrize("code", KINDS)
def test_the_pdf_is_accessible_and_says_what_the_word_file_says(code):
    docx = paper(code)
    made = pdf.draw(docx)
    assert not made.missing
    assert printed(made.pdf) == reading.letters(reading.text_of(docx))
    assert "{{" not in reading.text_of(docx)
    with pikepdf.open(BytesIO(made.pdf)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in opened.Root
        assert opened.open_metadata()["pdfuaid:part"] == "1"
        assert opened.docinfo["/Title"] == kind_of(code).title


@pytest.mark.parametrize(
    "text",
    [
        "0. 第一项\n1) 第二项\n- 列表\n+ 加\n= 标题\n/ 术语: 定义",
        '#import "x" #let a=1 @ref $x^2$ *粗* _斜_ `码` <label> // 注释 /* */ \\ ~ -- --- ...',
        "<w:p>&amp;&#65;</w:p> ]]> <!-- --> \"引\" '号'",
        "{{ 7*7 }} {% if 1 %} {# c #} {_{ }_} {_% %_} {{申请人}}",
        "A" * 400 + " https://example.org/" + "path/" * 60,
        "བཀྲ་ཤིས་བདེ་ལེགས། ᠮᠣᠩᠭᠣᠯ ꆈꌠꉙ ᥖᥭᥰ",
        "ئۇيغۇرچە",
        "张😀示👨‍👩‍👧例🇨🇳",
        "㐂 䶮 龘 𬭊",
        "a\x00b\x07c\u202ed\ttab\u2028行",
    ],
    ids=["list", "typst", "xml", "jinja", "long", "scripts", "arabic", "emoji", "rare", "control"],
)
def test_nothing_that_people_write_is_lost_or_obeyed(text):
    docx = paper(补正事项=text, 申请内容=text)
    plain = reading.letters(filling.plain(text))
    assert reading.letters(reading.text_of(docx)).count(plain) == 2
    made = pdf.draw(docx)
    assert not made.missing
    assert printed(made.pdf) == reading.letters(reading.text_of(docx))


def test_long_words_stay_on_the_page():
    docx = paper(补正事项="A" * 400)
    rights = []
    for page in pypdfium2.PdfDocument(pdf.draw(docx).pdf):
        right = page.get_width() - 26 / 25.4 * 72
        text = page.get_textpage()
        whole = text.get_text_range()
        rights += [text.get_charbox(place)[2] for place, one in enumerate(whole) if one == "A"]
    assert len(rights) == 400
    assert max(rights) <= right


def test_a_letter_that_no_typeface_has_is_told():
    made = pdf.draw(paper(收件人="𠮷示例"))
    assert made.missing == ("𠮷",)
    assert made.pdf.startswith(b"%PDF")


def test_lines_of_a_field_become_paragraphs():
    lines = [p.text for p in Document(BytesIO(paper(补正事项="甲\n\n乙"))).paragraphs]
    assert lines[lines.index("甲") + 1] == "乙"


def test_optional_paragraphs_are_there_or_not():
    text = reading.text_of(paper(补正指引="", 办理经过=""))
    assert "指引" not in text
    assert "办理过程" not in text
    assert not [line for line in text.split("\n") if "endif" in line or not line.strip()]


def test_the_page_is_that_of_gb_t_9704():
    section = Document(BytesIO(packaged_template("N12"))).sections[0]
    width = section.page_width - section.left_margin - section.right_margin
    height = section.page_height - section.top_margin - section.bottom_margin
    measured = [section.top_margin, section.left_margin, width, height]
    assert [round(one / Mm(1)) for one in measured] == [37, 28, 156, 225]


def test_the_seal_lies_over_issuer_and_date(seal):
    docx = paper("N12", seal=seal)
    layout = reading.read_layout(docx)
    (dated,) = [block for block in layout.blocks if block.get("floats")]
    assert "".join(run["text"] for run in dated["runs"]) == "2026年4月2日"
    (picture,) = dated["floats"]
    assert picture["width"] == pytest.approx(42 / 25.4 * 72, abs=0.1)
    assert picture["dy"] < 0  # reaches up over the issuer
    images = [
        image
        for page in pikepdf.open(BytesIO(pdf.draw(docx).pdf)).pages
        for image in page.get_images()
    ]
    assert len(images) == 1


def test_without_seal_there_is_no_trace_of_its_place():
    assert "SEAL" not in reading.text_of(paper("N12"))


def test_the_vendored_fonts_are_those_of_their_manifest():
    folder = pdf.FONTS[1]
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    listed = {font["file"]: font["sha256"] for font in manifest["fonts"]}
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.ttf")}
    assert found == listed
    assert "SIL OPEN FONT LICENSE" in (folder / manifest["licence_file"]).read_text("utf-8")

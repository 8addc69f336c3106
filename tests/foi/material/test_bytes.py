"""区分处理 (Article 37): what was struck out is gone from every byte, and nothing else is lost."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

from gongkai.foi.redacting import (
    Block,
    RedactionRefused,
    find,
    page_count,
    prepare,
    proving,
    redact,
    render,
    sheets,
    text_of,
)
from tests.foi.material.papers import (
    A4,
    SECRET,
    add_page,
    chinese,
    drawn,
    full_of_corners,
    image_page,
    picture_of,
    png,
    saved,
    text_at,
)

NAME = "欧阳锋甲"


def strike(content: bytes, needle: str, extension: str = ".pdf"):
    """Every visible occurrence of `needle` struck out."""
    prepared = prepare(content, extension)
    blocks = find(sheets(prepared), needle)
    assert blocks, "the test's document must show what it hides"
    return redact(prepared, blocks), blocks


def strike_block(content: bytes, *blocks: Block, extension: str = ".pdf"):
    return redact(prepare(content, extension), list(blocks))


def assert_gone(content: bytes, secret: str) -> None:
    """No object, unpacked, and no extraction of text shows `secret`, whole or as codes."""
    forms = proving.encodings(secret)
    for data in proving.unpacked(content):
        for form in forms:
            assert form not in data
    read = "".join(text_of(sheet, hidden=True) for sheet in sheets(content))
    assert secret not in read
    document = pypdfium2.PdfDocument(content)
    assert secret not in "".join(page.get_textpage().get_text_range() for page in document)
    document.close()


def assert_black(content: bytes, blocks: list[Block]) -> None:
    """The pixels under every block are black."""
    for block in blocks:
        picture = Image.open(io.BytesIO(render(content, block.page, pixels_wide=1200))).convert("L")
        left, top, right, bottom = block.pixels(*picture.size)
        assert picture.crop((left + 1, top + 1, right, bottom)).getextrema()[1] <= 24


def test_article_37_struck_text_is_gone_and_the_rest_can_still_be_read_and_searched():
    content = chinese(f"申请人{NAME}提出异议。\n\n第二段照常公开。")
    done, blocks = strike(content, NAME)
    assert_gone(done.content, NAME)
    assert_black(done.content, blocks)
    left = text_of(sheets(done.content)[0])
    assert "申请人提出异议。" in left
    assert "第二段照常公开。" in left
    assert find(sheets(done.content), "照常公开")


def test_the_test_itself_finds_the_secret_in_the_original():
    """What proves absence must be able to prove presence."""
    content = full_of_corners()
    with pytest.raises(AssertionError):
        assert_gone(content, SECRET)


def test_properties_notes_forms_attachments_bookmarks_structure_and_leftover_objects_go_too():
    done, blocks = strike(full_of_corners(), SECRET)
    assert_gone(done.content, SECRET)
    assert_black(done.content, blocks)
    with pikepdf.open(io.BytesIO(done.content)) as pdf:
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert "/Info" not in pdf.trailer
        for page in pdf.pages:
            assert not {"/Annots", "/Thumb", "/AA", "/StructParents"} & set(page.obj.keys())
    assert "OPEN WORDS" in text_of(sheets(done.content)[0])
    assert "SECOND PAGE" in text_of(sheets(done.content)[1])


def test_no_earlier_version_of_the_document_stays_in_the_file():
    done, _ = strike(full_of_corners(), SECRET)
    assert done.content.count(b"%%EOF") == 1
    assert done.content.count(b"startxref") == 1
    assert done.content.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_turned_pages_are_struck_where_the_reader_sees_the_word(turned):
    content = drawn(text_at(SECRET, 150, 500) + text_at("OPEN WORDS", 150, 300), Rotate=turned)
    done, blocks = strike(content, SECRET)
    assert_gone(done.content, SECRET)
    assert_black(done.content, blocks)
    sheet = sheets(done.content)[0]
    assert (round(sheet.width), round(sheet.height)) == (A4 if turned % 180 == 0 else A4[::-1])
    # Upside down, a reader runs from left to right over letters that stand on their heads.
    assert ("SDROW NEPO" if turned == 180 else "OPEN WORDS") in text_of(sheet)


def test_what_lies_outside_the_crop_box_does_not_come_along():
    content = drawn(
        text_at(SECRET, 10, 20) + text_at("VISIBLE NAME", 200, 600) + text_at("OPEN", 200, 500),
        CropBox=Array([100, 100, 500, 800]),
    )
    done, blocks = strike(content, "VISIBLE NAME")
    assert_gone(done.content, SECRET)
    assert_gone(done.content, "VISIBLE NAME")
    assert_black(done.content, blocks)
    assert "OPEN" in text_of(sheets(done.content)[0])


def test_a_page_that_is_cropped_away_altogether_is_refused_in_words():
    content = drawn(text_at(SECRET, 100, 700), CropBox=Array([1000, 1000, 1200, 1200]))
    prepared = prepare(content, ".pdf")
    for look_at in (sheets, lambda data: render(data, 1, pixels_wide=1100)):
        with pytest.raises(RedactionRefused, match="裁切框"):
            look_at(prepared)


def test_white_text_on_white_is_gone_from_every_page():
    white = f"1 1 1 rg\n{text_at(SECRET, 100, 400)}0 0 0 rg\n"
    content = drawn(
        text_at("VISIBLE NAME", 100, 700) + white, text_at("SECOND PAGE", 100, 700) + white
    )
    done, _ = strike(content, "VISIBLE NAME")
    assert_gone(done.content, SECRET)
    assert done.redrawn == (1, 2)
    assert "SECOND PAGE" in text_of(sheets(done.content)[1])


def test_text_under_somebodys_black_rectangle_is_gone_from_pages_without_blocks():
    """涂黑 in an editor covers and does not remove: such a page is drawn anew."""
    covered = text_at(SECRET, 100, 400) + "0 0 0 rg 90 390 300 30 re f\n"
    content = drawn(text_at("VISIBLE NAME", 100, 700), text_at("SECOND", 100, 700) + covered)
    done, _ = strike(content, "VISIBLE NAME")
    assert_gone(done.content, SECRET)
    assert done.redrawn == (1, 2)


def test_text_that_is_split_across_objects_is_found_and_struck_as_one():
    pieces = "".join(
        text_at(piece, 100 + shift, 700)
        for piece, shift in (("ZHANG", 0), ("SAN-", 52), ("110101", 92))
    )
    done, _ = strike(drawn(pieces + text_at("OPEN WORDS", 100, 600)), SECRET)
    read = text_of(sheets(done.content)[0], hidden=True)
    assert "ZHANG" not in read
    assert "110101" not in read
    for data in proving.unpacked(done.content):
        for piece in ("ZHANG", "110101"):
            assert not any(form in data for form in proving.encodings(piece))


def test_a_part_of_a_line_is_struck_character_by_character():
    content = drawn(text_at("ABCDEFGH", 100, 700, size=40))
    done, blocks = strike(content, "CDE")
    assert text_of(sheets(done.content)[0]).replace(" ", "") == "ABFGH"
    assert_black(done.content, blocks)


def test_a_hidden_layer_is_gone_whether_its_page_has_a_block_or_not():
    pdf = pikepdf.new()
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="draft"))
    hidden = f"/OC /L1 BDC\n{text_at(SECRET, 100, 500)}EMC\n"
    for words in ("VISIBLE NAME", "SECOND PAGE"):
        page = add_page(pdf, text_at(words, 100, 700) + hidden + text_at("OPEN", 100, 300))
        page.obj.Resources["/Properties"] = Dictionary(L1=layer)
    pdf.Root["/OCProperties"] = Dictionary(
        OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), BaseState=Name.ON)
    )
    done, _ = strike(saved(pdf), "VISIBLE NAME")
    assert_gone(done.content, SECRET)
    assert done.redrawn == (1, 2)
    assert "SECOND PAGE" in text_of(sheets(done.content)[1])


def test_a_hidden_layer_over_visible_ink_does_not_reach_the_text_layer():
    pdf = pikepdf.new()
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="draft"))
    page = add_page(
        pdf,
        text_at("VISIBLE NAME", 100, 700)
        + text_at("ORDINARY WORDS HERE", 100, 500)
        + f"/OC /L1 BDC\n{text_at(SECRET, 100, 500)}EMC\n",
    )
    page.obj.Resources["/Properties"] = Dictionary(L1=layer)
    pdf.Root["/OCProperties"] = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    done, _ = strike(saved(pdf), "VISIBLE NAME")
    assert_gone(done.content, SECRET)


def form_page(pdf: pikepdf.Pdf, inner: str, outer: str, **form_keys: object):
    form = Stream(pdf, inner.encode())
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, *A4])
    for key, value in form_keys.items():
        form[f"/{key}"] = value
    page = add_page(pdf, f"/Fm1 Do\n{outer}")
    form.Resources = page.obj.Resources
    page.obj.Resources["/XObject"] = Dictionary(Fm1=pdf.make_indirect(form))
    return page


def test_text_inside_a_form_is_struck_and_its_neighbours_stay():
    pdf = pikepdf.new()
    form_page(pdf, text_at(SECRET, 100, 700) + text_at("INNER", 100, 500), text_at("OUT", 9, 300))
    done, blocks = strike(saved(pdf), SECRET)
    assert_gone(done.content, SECRET)
    assert_black(done.content, blocks)
    assert "INNER" in text_of(sheets(done.content)[0])


def test_a_form_in_a_hidden_layer_does_not_reach_the_text_layer():
    pdf = pikepdf.new()
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="draft"))
    form_page(
        pdf,
        text_at(SECRET, 100, 500),
        text_at("VISIBLE NAME", 100, 700) + text_at("ORDINARY WORDS HERE", 100, 500),
        OC=layer,
    )
    pdf.Root["/OCProperties"] = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    done, _ = strike(saved(pdf), "VISIBLE NAME")
    assert_gone(done.content, SECRET)


def test_a_scan_loses_the_pixels_under_the_block_and_keeps_the_others():
    original = picture_of("MASKED NAME")
    block = Block(page=1, top=220, left=200, bottom=330, right=900)
    done = strike_block(png(original), block, extension=".png")
    assert_black(done.content, [block])
    with pikepdf.open(io.BytesIO(done.content)) as pdf:
        (image,) = [one for one in pdf.objects if isinstance(one, Stream) and "/Width" in one]
        pixels = pikepdf.PdfImage(image).as_pil_image().convert("L")
    left, top, right, bottom = block.pixels(*pixels.size)
    assert pixels.crop((left, top, right + 1, bottom + 1)).getextrema() == (0, 0)
    lower = pixels.crop((0, pixels.height * 7 // 10, pixels.width, pixels.height))
    assert lower.getextrema() == (0, 255)
    assert png(original)[100:200] not in done.content


def test_the_invisible_text_of_a_scan_is_struck_with_its_picture_and_kept_elsewhere():
    pdf = pikepdf.new()
    # Where the words of the picture stand, in points: recognised text lies over them, unseen.
    words = (
        f"BT 3 Tr /F1 24 Tf 1 0 0 1 149 608 Tm ({SECRET}) Tj ET\n"
        "BT 3 Tr /F1 24 Tf 1 0 0 1 149 187 Tm (OPEN WORDS) Tj ET\n"
    )
    image_page(pdf, picture_of("HIDDEN PERSON"), words)
    done, blocks = strike(saved(pdf), SECRET)
    assert_gone(done.content, SECRET)
    assert_black(done.content, blocks)
    assert "OPEN WORDS" in text_of(sheets(done.content)[0])


def test_pages_of_a_scan_without_blocks_are_kept_as_they_are():
    pdf = pikepdf.new()
    image_page(pdf, picture_of("FIRST"))
    image_page(pdf, picture_of("SECOND"))
    with pikepdf.open(io.BytesIO(saved(pdf))) as source:
        untouched = source.pages[1].Resources.XObject.Im1.read_raw_bytes()
    block = Block(page=1, top=200, left=200, bottom=400, right=900)
    done = strike_block(saved(pdf), block)
    assert done.redrawn == (1,)
    with pikepdf.open(io.BytesIO(done.content)) as made:
        assert made.pages[1].Resources.XObject.Im1.read_raw_bytes() == untouched


def test_a_picture_that_two_pages_share_is_not_taken_over_with_the_second():
    pdf = pikepdf.new()
    first = image_page(pdf, picture_of("SHARED"))
    second = add_page(pdf, f"q {A4[0]} 0 0 {A4[1]} 0 0 cm /Im1 Do Q\n")
    second.obj.Resources["/XObject"] = first.obj.Resources.XObject
    block = Block(page=1, top=200, left=200, bottom=400, right=900)
    done = strike_block(saved(pdf), block)
    assert done.redrawn == (1, 2)


def test_a_picture_hidden_behind_another_is_not_kept():
    pdf = pikepdf.new()
    add_page(pdf, text_at("VISIBLE NAME", 100, 700))
    image_page(pdf, picture_of("BEHIND"), "1 1 1 rg 0 0 595 842 re f\n")
    done, _ = strike(saved(pdf), "VISIBLE NAME")
    assert done.redrawn == (1, 2)
    picture = Image.open(io.BytesIO(render(done.content, 2, pixels_wide=600))).convert("L")
    assert picture.getextrema() == (255, 255)
    with pikepdf.open(io.BytesIO(done.content)) as made:
        pictures = [
            pikepdf.PdfImage(one).as_pil_image().convert("L")
            for one in made.pages[1].Resources.XObject.values()
        ]
    assert [one.getextrema() for one in pictures] == [(255, 255)]


@pytest.mark.parametrize("how", ["clip", "mask", "beyond"])
def test_the_unseen_part_of_a_picture_does_not_come_along(how):
    """What was cut off, masked or lies beyond the edge of the paper is still in the picture."""
    pdf = pikepdf.new()
    add_page(pdf, text_at("VISIBLE NAME", 100, 700))
    page = image_page(pdf, picture_of("SECOND"))
    if how == "clip":
        drawing = b"q 0 0 595 400 re W n 595 0 0 842 0 0 cm /Im1 Do Q"
        page.obj["/Contents"] = Stream(pdf, drawing)
    elif how == "beyond":
        page.obj["/Contents"] = Stream(pdf, b"q 595 0 0 842 0 300 cm /Im1 Do Q")
    else:
        mask = Stream(pdf, bytes(100))
        mask.Type, mask.Subtype, mask.Width, mask.Height = Name.XObject, Name.Image, 10, 10
        mask.ColorSpace, mask.BitsPerComponent = Name.DeviceGray, 8
        page.obj.Resources.XObject.Im1.SMask = pdf.make_indirect(mask)
    done, _ = strike(saved(pdf), "VISIBLE NAME")
    assert done.redrawn == (1, 2)


def test_drawings_under_a_rectangle_do_not_come_along():
    pdf = pikepdf.new()
    add_page(pdf, text_at("VISIBLE NAME", 100, 700))
    drawing = "100 100 m 200 300 l 300 100 l f\n 1 1 1 rg 90 90 300 300 re f\n"
    add_page(pdf, drawing + "0 0 0 rg " + text_at("SECOND", 100, 700))
    plain_page = add_page(pdf, "100 100 m 200 300 l 300 100 l f\n")
    del plain_page.obj["/Resources"]["/Font"]
    done, _ = strike(saved(pdf), "VISIBLE NAME")
    assert done.redrawn == (1, 2)
    for data in proving.unpacked(done.content):
        assert b"200 300 l 300 100 l f" not in data or b"90 90" not in data


def in_form(pdf: pikepdf.Pdf, page, drawing: str) -> None:
    """The drawing as a form that the page shows."""
    form = Stream(pdf, drawing.encode())
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, *A4])
    form.Resources = page.obj.Resources
    page.obj.Resources = Dictionary(XObject=Dictionary(Fm1=pdf.make_indirect(form)))


@pytest.mark.parametrize("how", ["written", "coded", "named", "form"])
def test_letters_are_struck_where_they_are_shown_whatever_is_to_be_read_instead(how):
    """pdfium spreads the letters of an ActualText evenly: a block would miss its word."""
    words = f"{'i' * 30} {SECRET} {'W' * 16}"
    drawing = text_at(words, 50, 700)
    pdf = pikepdf.new()
    if how == "named":
        page = add_page(pdf, f"/Span /P1 BDC\n{drawing}EMC\n")
        property_list = Dictionary(ActualText=pikepdf.String(words))
        page.obj.Resources["/Properties"] = Dictionary(P1=pdf.make_indirect(property_list))
    else:
        name = "Actual#54ext" if how == "coded" else "ActualText"
        marked = f"/Span <</{name} ({words})>> BDC\n{drawing}EMC\n"
        page = add_page(pdf, "/Fm1 Do\n" if how == "form" else marked)
        if how == "form":
            in_form(pdf, page, marked)
    place = find(sheets(prepare(drawn(drawing), ".pdf")), SECRET)
    done = strike_block(saved(pdf), *place)
    assert_gone(done.content, SECRET)
    left = text_of(sheets(done.content)[0])
    assert "i" * 30 in left
    assert "W" * 16 in left


def test_what_is_to_be_read_instead_of_the_shown_text_does_not_reach_the_text_layer():
    content = drawn(
        f"/Span <</ActualText (HIDDEN-READING)>> BDC\n{text_at('shown', 100, 700)}EMC\n"
        + text_at(SECRET, 100, 500)
    )
    done, _ = strike(content, SECRET)
    assert_gone(done.content, "HIDDEN-READING")
    assert "shown" in text_of(sheets(done.content)[0])


@pytest.mark.parametrize("size", [0.01, 0.3])
def test_text_too_small_to_be_read_is_gone_from_pages_without_blocks(size):
    content = drawn(
        text_at(SECRET, 100, 700),
        text_at("SECOND PAGE", 100, 700) + text_at("UNREADABLE-NAME", 100, 500, size),
    )
    done, _ = strike(content, SECRET)
    assert_gone(done.content, "UNREADABLE-NAME")
    assert "SECOND PAGE" in text_of(sheets(done.content)[1])


def test_hidden_text_whose_meaning_the_font_conceals_is_gone_from_pages_without_blocks():
    pdf = pikepdf.new()
    add_page(pdf, text_at(SECRET, 100, 700))
    hidden = "1 1 1 rg BT /F2 14 Tf 1 0 0 1 100 500 Tm (CONCEALED) Tj ET\n"
    page = add_page(pdf, text_at("second page", 100, 700) + hidden)
    table = b"1 begincodespacerange <00> <FF> endcodespacerange\n1 beginbfrange <41> <5A> ["
    table += b"<0001>" * 26 + b"] endbfrange"
    page.obj.Resources.Font["/F2"] = pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica,
            ToUnicode=pdf.make_indirect(Stream(pdf, b"begincmap\n" + table + b"\nendcmap")),
        )
    )  # fmt: skip
    done, _ = strike(saved(pdf), SECRET)
    assert_gone(done.content, "CONCEALED")


def test_a_text_that_stands_where_no_reader_looks_for_one_does_not_come_along():
    content = drawn(text_at(SECRET, 100, 700), text_at("SECOND PAGE", 100, 700) + "(UNUSED) foo\n")
    done, _ = strike(content, SECRET)
    assert_gone(done.content, "UNUSED")


def test_what_the_camera_wrote_into_a_photograph_does_not_come_along():
    """Place, author and a small picture from before cropping stand in the JPEG itself."""
    told = Image.Exif()
    told[0x010E] = "TAKEN-BY-NAME"
    target = io.BytesIO()
    picture_of("A PHOTOGRAPH", (400, 600)).save(target, "JPEG", exif=told)
    pdf = pikepdf.new()
    add_page(pdf, text_at(SECRET, 100, 700))
    page = add_page(pdf, "q 500 0 0 700 40 40 cm /Im1 Do Q\n")
    image = Stream(pdf, target.getvalue() + b"BEHIND-THE-END")
    image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name.DCTDecode
    image.Width, image.Height, image.BitsPerComponent = 400, 600, 8
    image.ColorSpace = Name.DeviceRGB
    page.obj.Resources["/XObject"] = Dictionary(Im1=pdf.make_indirect(image))
    done, _ = strike(saved(pdf), SECRET)
    assert done.redrawn == (1,), "the photograph is not packed a second time"
    assert_gone(done.content, "TAKEN-BY-NAME")
    assert_gone(done.content, "BEHIND-THE-END")


def test_a_picture_in_the_midst_of_the_drawing_keeps_its_colours():
    pdf = pikepdf.new()
    add_page(pdf, text_at(SECRET, 100, 700))
    dots = bytes([0, 1, 1, 0])
    page = add_page(
        pdf, b"q 100 0 0 100 100 100 cm BI /W 2 /H 2 /CS /Cs1 /BPC 8 ID " + dots + b" EI Q\n"
    )
    palette = pikepdf.String(bytes([255, 0, 0, 0, 0, 255]))
    page.obj.Resources["/ColorSpace"] = Dictionary(
        Cs1=Array([Name.Indexed, Name.DeviceRGB, 1, palette])
    )
    done, _ = strike(saved(pdf), SECRET)
    shown = Image.open(io.BytesIO(render(done.content, 2, pixels_wide=A4[0]))).convert("RGB")
    red, green, blue = shown.getpixel((120, A4[1] - 180))
    assert red > 200
    assert max(green, blue) < 60


def test_a_stamp_on_the_page_stays_to_be_seen():
    pdf = pikepdf.new()
    page = add_page(pdf, text_at(SECRET, 100, 700))
    look = Stream(pdf, b"1 0 0 rg 0 0 60 60 re f")
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 60, 60])
    page.obj["/Annots"] = Array(
        [
            Dictionary(
                Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([300, 300, 360, 360]), F=4,
                AP=Dictionary(N=pdf.make_indirect(look)),
            )
        ]
    )  # fmt: skip
    done, _ = strike(saved(pdf), SECRET)
    picture = Image.open(io.BytesIO(render(done.content, 1, pixels_wide=595)))
    assert picture.convert("RGB").getpixel((330, 842 - 330))[:3] == (255, 0, 0)


def test_where_a_struck_text_still_stands_elsewhere_is_told():
    """The person decides: the same words may be harmless there, or have been overlooked."""
    content = chinese(f"{NAME}。\n#pagebreak()\n再次提到{NAME}。")
    prepared = prepare(content, ".pdf")
    first = [block for block in find(sheets(prepared), NAME) if block.page == 1]
    done = redact(prepared, first)
    assert [(left.text, left.page, left.times) for left in done.leftovers] == [(NAME, 2, 1)]


def test_full_width_forms_case_and_line_breaks_make_no_difference_to_the_search():
    content = drawn(text_at("Tel 138 0000 0000", 100, 700))
    assert len(find(sheets(prepare(content, ".pdf")), "１３８００００００００")) == 1
    assert len(find(sheets(prepare(content, ".pdf")), "TEL")) == 1
    wrapped = chinese("#block(width: 70pt)[欧阳锋甲乙丙丁]")
    blocks = find(sheets(prepare(wrapped, ".pdf")), "欧阳锋甲乙丙丁")
    assert len(blocks) == 2


def test_rare_characters_outside_the_basic_plane_are_handled_as_one():
    content = chinese("姓名𠮷某某。")
    text = text_of(sheets(prepare(content, ".pdf"))[0], hidden=True)
    text.encode("utf-8")
    done = redact(prepare(content, ".pdf"), find(sheets(prepare(content, ".pdf")), "某某"))
    assert "某某" not in text_of(sheets(done.content)[0])


def test_a_block_outside_the_document_or_without_area_is_refused():
    content = drawn(text_at("WORDS", 100, 700))
    with pytest.raises(RedactionRefused, match="没有第2页"):
        strike_block(content, Block(2, 0, 0, 10, 10))
    with pytest.raises(RedactionRefused, match="不完整"):
        strike_block(content, Block(1, 10, 10, 10, 20))
    with pytest.raises(RedactionRefused, match="还没有画出"):
        strike_block(content)


def test_a_locked_pdf_is_refused_in_clear_words():
    with pikepdf.open(io.BytesIO(drawn(text_at("WORDS", 100, 700)))) as pdf:
        locked = saved(pdf, encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(RedactionRefused, match="打开密码"):
        prepare(locked, ".pdf")


def test_a_pdf_that_only_forbids_printing_can_be_worked_on_and_comes_out_open():
    with pikepdf.open(io.BytesIO(drawn(text_at(SECRET, 100, 700)))) as pdf:
        limited = saved(pdf, encryption=pikepdf.Encryption(owner="o", user=""))
    done, _ = strike(limited, SECRET)
    with pikepdf.open(io.BytesIO(done.content)) as made:
        assert not made.is_encrypted
    assert_gone(done.content, SECRET)


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (b"", ".pdf"),
        (b"%PDF-1.7\nnothing", ".pdf"),
        (drawn(text_at("WORDS", 100, 700))[:120], ".pdf"),
        (saved(pikepdf.new()), ".pdf"),
        (b"\x89PNG\r\n\x1a\nbroken", ".png"),
        (b"\xff\xd8\xff\xe0broken", ".jpg"),
    ],
)
def test_a_damaged_file_is_refused_and_nothing_crashes(content, extension):
    with pytest.raises(RedactionRefused):
        prepare(content, extension)


def test_a_word_document_is_sent_back_to_be_made_into_a_pdf():
    with pytest.raises(RedactionRefused, match="另存为 PDF"):
        prepare(b"PK", ".docx")


def test_an_upside_down_photograph_stands_upright():
    target = io.BytesIO()
    photograph = Image.new("RGB", (400, 200), "white")
    photograph.paste((255, 0, 0), (0, 0, 100, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    photograph.save(target, "JPEG", exif=exif, quality=95)
    prepared = prepare(target.getvalue(), ".jpg")
    (sheet,) = sheets(prepared)
    assert sheet.height > sheet.width
    shown = Image.open(io.BytesIO(render(prepared, 1, pixels_wide=200)))
    red, green, _ = shown.convert("RGB").getpixel((100, 30))
    assert red > 200
    assert green < 60


def test_the_proof_refuses_a_file_in_which_something_is_left(monkeypatch):
    """The check at the end does not trust the step before it."""
    content = drawn(text_at(SECRET, 100, 700))
    prepared = prepare(content, ".pdf")
    blocks = find(sheets(prepared), SECRET)
    monkeypatch.setattr("gongkai.foi.redacting.burning.is_struck", lambda char, boxes: False)
    with pytest.raises(RedactionRefused, match="遮盖下仍有文字"):
        redact(prepared, blocks)
    monkeypatch.undo()
    monkeypatch.setattr("gongkai.foi.redacting.burning._burn", lambda picture, blocks: None)
    with pytest.raises(RedactionRefused, match="不是全黑"):
        redact(prepared, blocks)


def test_pages_are_counted_and_what_is_no_pdf_has_none():
    assert page_count(drawn("", "", "")) == 3
    assert page_count(b"no pdf") is None


PLACES = [(80, 150), (80, 420), (80, 700), (330, 150), (330, 420), (330, 700)]


@settings(max_examples=25)
@given(
    words=st.lists(
        st.text(alphabet="ABCDEFGHKMNPRSTUVWXYZ", min_size=5, max_size=9), min_size=2, max_size=6,
        unique=True,
    ),
    turned=st.sampled_from([0, 90, 270]),
    size=st.integers(8, 24),
    shift=st.integers(-30, 30),
)  # fmt: skip
def test_whatever_stands_where_the_struck_word_goes_and_the_others_stay(words, turned, size, shift):
    secret, *others = words
    assume(not any(secret in other or other in secret for other in others))
    drawing = "".join(
        text_at(word, x + shift, y, size) for word, (x, y) in zip(words, PLACES, strict=False)
    )
    done, blocks = strike(drawn(drawing, Rotate=turned), secret)
    assert_gone(done.content, secret)
    assert_black(done.content, blocks)
    left = text_of(sheets(done.content)[0])
    for other in others:
        assert other in left

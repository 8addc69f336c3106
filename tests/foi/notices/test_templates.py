"""Templates that bodies upload: hostile until shown to be harmless; versions, letterheads, seals."""

import zipfile
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from gongkai.foi.models import Letterhead, NoticeTemplate
from gongkai.foi.notices.checking import TemplateRefused, check_template
from gongkai.foi.notices.kinds import kind_of
from gongkai.foi.notices.packaged import packaged_template
from gongkai.foi.services import notices, templates
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role
from tests.factories.organs import make_organ, make_user
from tests.foi.notices.test_issuing import ISSUED, POINTS, issued, pdf_text

pytestmark = pytest.mark.django_db

HEAD = {
    "valid_from": date(2026, 1, 1),
    "series": "义示公复",
    "review_body": "义马市人民政府",
    "court": "义马市人民法院",
    "online_review": "",
    "query_remedy": "B",
    "payee": "",
}


def edited(change, kind="N02") -> bytes:
    """The packaged template after `change(document)`."""
    document = Document(BytesIO(packaged_template(kind)))
    change(document)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def with_text(text: str) -> bytes:
    return edited(lambda document: document.add_paragraph(text))


def with_member(name: str, content: bytes) -> bytes:
    """The packaged template with one more file in its package."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(packaged_template("N02"))) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for one in source.namelist():
            made.writestr(one, source.read(one))
        made.writestr(name, content)
    return target.getvalue()


def rewritten(content: bytes, change) -> bytes:
    """The package with each member as `change(name, data)` makes it."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            made.writestr(name, change(name, source.read(name)))
    return target.getvalue()


def add(actor, organ, content, kind="N02", name="模板.docx"):
    return templates.add_template(actor, organ, kind, content=content, name=name)


def test_a_body_uses_its_own_template_and_goes_back(responsible, officer, case, letterhead, organ):
    own = add(responsible, organ, with_text("咨询请洽本机关政务大厅三号窗口。"))
    assert (own.version, templates.template_of(organ, "N02").version) == (1, 1)
    assert "三号窗口" in pdf_text(notices.read_notice(officer, issued(officer, case))[1])
    templates.reset_template(responsible, organ, "N02")
    assert templates.template_of(organ, "N02").version == 0
    assert "三号窗口" not in pdf_text(notices.read_notice(officer, issued(officer, case))[1])
    again = templates.restore_template(responsible, own)
    assert (again.version, again.sm3) == (3, own.sm3)
    assert NoticeTemplate.objects.count() == 3


def test_a_field_that_word_tears_into_pieces_is_still_one(
    responsible, organ, officer, case, letterhead
):
    def tear(document):
        paragraph = document.add_paragraph("抄送：")
        for piece in ("{", "{收件", "人}", "}"):
            paragraph.add_run(piece).bold = piece == "人}"

    add(responsible, organ, edited(tear))
    assert "抄送：张示例" in pdf_text(notices.read_notice(officer, issued(officer, case))[1])


def test_a_picture_without_end_is_refused(responsible, organ):
    from PIL import Image

    stream = BytesIO()
    Image.new("1", (9000, 20)).save(stream, "PNG")

    def put(document):
        stream.seek(0)
        document.add_picture(stream)

    with pytest.raises(ValidationError, match="像素"):
        add(responsible, organ, edited(put))


def test_another_bodys_notices_keep_their_template(responsible, organ):
    add(responsible, organ, with_text("本机关自己的话。"))
    assert templates.template_of(make_organ("411281-007"), "N02").version == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{申请人身份证号}}", "没有这样的栏目"),
        ("{{收件人.__class__}}", "不能使用的写法"),
        ("{{收件人['x']}}", "不能使用的写法"),
        ("{{收件人|upper}}", "不能使用的写法|写法有误"),
        ("{{收件人()}}", "不能使用的写法"),
        ("{{7*7}}", "不能使用的写法"),
        ("{{'文字'}}", "不能使用的写法"),
        ("{% for 字 in 收件人 %}{{字}}{% endfor %}", "不能使用的写法"),
        ("{% set 收件人 = 发文机关 %}", "不能使用的写法"),
        ("{% include '/etc/passwd' %}", "不能使用的写法"),
        ("{% macro m() %}{% endmacro %}", "不能使用的写法"),
        ("{% raw %}{{收件人}}{% endraw %}{{r 收件人}}", "不能使用的指令"),
        ("{% colspan 收件人 %}", "不能使用的指令"),
        ("{{收件人", "写法有误"),
        ("{%p if 收件人 %}", "写法有误"),
    ],
)
def test_a_template_may_call_fields_and_nothing_else(responsible, organ, text, why):
    with pytest.raises(ValidationError, match=why):
        add(responsible, organ, with_text(text))
    assert not NoticeTemplate.objects.exists()


def test_a_misspelt_field_is_told_with_the_right_one(responsible, organ):
    with pytest.raises(ValidationError, match="是不是“申请编号”"):
        add(responsible, organ, with_text("{{申请编码}}"))


@pytest.mark.parametrize("lost", ["{{文号}}", "{{成文日期}}", "{{补正事项}}", "{{联系方式}}"])
def test_a_template_without_what_the_law_wants_is_refused(responsible, organ, lost):
    def drop(document):
        for paragraph in document.paragraphs:
            for run in paragraph.runs:
                run.text = run.text.replace(lost, "")

    with pytest.raises(ValidationError, match=r"缺少必须有的栏目|没有印出来"):
        add(responsible, organ, edited(drop))


def test_a_decision_must_tell_the_remedies(responsible, organ):
    def drop(document):
        for paragraph in document.paragraphs:
            for run in paragraph.runs:
                run.text = run.text.replace("{{救济告知}}", "")

    with pytest.raises(ValidationError, match="救济告知"):
        add(responsible, organ, edited(drop, "N12"), "N12")


def test_macros_programs_and_bombs_are_refused(responsible, organ):
    for content in (
        with_member("word/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600),
        with_member("word/media/big.bin", b"0" * (60 * 1024 * 1024)),
        b"MZ" + b"\0" * 400,
        b"not a document",
        b"",
    ):
        with pytest.raises(ValidationError):
            add(responsible, organ, content)
    with pytest.raises(ValidationError, match="docx"):
        add(responsible, organ, packaged_template("N02"), name="模板.docm")
    with pytest.raises(ValidationError, match="超过2 MB"):
        add(responsible, organ, b"0" * (2 * 1024 * 1024 + 1))


def test_links_to_the_outside_are_refused(responsible, organ):
    def link(document):
        document.part.relate_to(
            "https://example.org/x.png",
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image",
            is_external=True,
        )

    with pytest.raises(ValidationError, match="外部"):
        add(responsible, organ, edited(link))


@pytest.mark.parametrize(
    "mode", ["TargetMode='External'", 'TargetMode = "External"', 'TargetMode="&#69;xternal"']
)
def test_links_to_the_outside_are_refused_however_they_are_written(mode):
    link = f"<Relationship Id='rId99' Type='http://x/image' Target='http://x/' {mode}/>".encode()
    content = rewritten(
        packaged_template("N02"),
        lambda name, data: (
            data.replace(b"</Relationships>", link + b"</Relationships>")
            if name == "word/_rels/document.xml.rels"
            else data
        ),
    )
    with pytest.raises(TemplateRefused, match="外部"):
        check_template(content, kind_of("N02"))


def test_fields_that_fetch_a_picture_from_elsewhere_are_refused():
    def put(document):
        run = document.add_paragraph().add_run()
        for text in ("INCLUDE", "PICTURE https://example.org/x.png"):
            part = OxmlElement("w:instrText")
            part.text = text
            run._r.append(part)

    with pytest.raises(TemplateRefused, match="外部"):
        check_template(edited(put), kind_of("N02"))


def without_page_size(document):
    section = document.element.body.find(qn("w:sectPr"))
    section.remove(section.find(qn("w:pgSz")))


def too_wide_a_cell(document):
    cell = document.add_table(rows=2, cols=2).rows[0].cells[0]._tc
    span = OxmlElement("w:gridSpan")
    span.set(qn("w:val"), "9")
    cell.get_or_add_tcPr().append(span)


def tables_in_tables(document):
    place = document
    for _ in range(60):
        place = place.add_table(1, 1).rows[0].cells[0]


def conditions_in_conditions(document):
    for text in ("{%p if 文号 %}", "{%p endif %}"):
        for _ in range(120):
            document.add_paragraph(text)


@pytest.mark.parametrize(
    "change",
    [without_page_size, too_wide_a_cell, tables_in_tables, conditions_in_conditions],
)
def test_a_file_that_cannot_be_filled_or_drawn_is_refused_in_words(change):
    with pytest.raises(TemplateRefused, match=r"示例内容时出错|写法有误"):
        check_template(edited(change), kind_of("N02"))


@pytest.mark.parametrize(
    ("xml", "what"),
    [
        (
            "<w:pict {w}><w:txbxContent><w:p><w:r><w:t>字</w:t></w:r></w:p></w:txbxContent></w:pict>",
            "文本框",
        ),
        ("<w:sym {w} w:font='Wingdings' w:char='F0FE'/>", "符号"),
    ],
)
def test_what_would_be_missing_from_the_pdf_is_refused(responsible, organ, xml, what):
    from docx.oxml import parse_xml

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def put(document):
        document.add_paragraph().add_run()._r.append(parse_xml(xml.format(w=space)))

    with pytest.raises(ValidationError, match=what):
        add(responsible, organ, edited(put))


def test_automatic_numbers_are_refused_because_they_are_no_text(responsible, organ):
    with pytest.raises(ValidationError, match="自动编号"):
        add(responsible, organ, edited(lambda d: d.add_paragraph("甲", style="List Number")))


def test_hidden_words_are_refused(responsible, organ):
    def hide(document):
        document.add_paragraph().add_run("暗语").font.hidden = True

    with pytest.raises(ValidationError, match="隐藏"):
        add(responsible, organ, edited(hide))


def test_only_who_configures_the_body_changes_templates(officer, responsible, organ):
    elsewhere = Actor.for_user(make_user(Role.RESPONSIBLE_PERSON, make_organ("411281-006")))
    for actor in (officer, elsewhere, Actor.applicant()):
        with pytest.raises(PermissionDenied):
            add(actor, organ, packaged_template("N02"))
        with pytest.raises(PermissionDenied):
            templates.save_letterhead(actor, organ, **HEAD)


# -- letterheads -------------------------------------------------------------------------------


def test_a_letterhead_is_chosen_by_the_day_of_issue(responsible, officer, organ, case):
    templates.save_letterhead(responsible, organ, **HEAD)
    later = {
        **HEAD,
        "valid_from": date(2026, 7, 1),
        "series": "义示公答",
        "court": "示例市人民法院",
    }
    templates.save_letterhead(responsible, organ, **later)
    assert issued(officer, case).number == "义示公复〔2026〕1号"
    assert issued(officer, case, on=date(2026, 7, 1)).number == "义示公答〔2026〕2号"


def test_a_letterhead_that_was_used_is_not_changed(responsible, officer, organ, case):
    head = templates.save_letterhead(responsible, organ, **HEAD)
    templates.save_letterhead(responsible, organ, letterhead=head, **{**HEAD, "court": "某法院"})
    issued(officer, case)
    with pytest.raises(ValidationError, match="不能修改"):
        templates.save_letterhead(responsible, organ, letterhead=head, **HEAD)
    with pytest.raises(ValidationError, match="不能修改"):
        templates.remove_letterhead(responsible, head)
    future = templates.save_letterhead(
        responsible, organ, **{**HEAD, "valid_from": date(2030, 1, 1)}
    )
    templates.remove_letterhead(responsible, future)
    assert Letterhead.objects.get() == head


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("series", "义示〔2026〕"),
        ("series", "义"),
        ("review_body", " "),
        ("court", ""),
        ("online_review", "javascript:alert(1)"),
        ("query_remedy", "C"),
    ],
)
def test_a_letterhead_says_what_is_wrong(responsible, organ, field, value):
    with pytest.raises(ValidationError) as caught:
        templates.save_letterhead(responsible, organ, **{**HEAD, field: value})
    assert field in caught.value.message_dict


@pytest.mark.parametrize("how", ["new", "moved"])
def test_a_letterhead_does_not_reach_back_over_what_was_issued(
    responsible, officer, organ, case, how
):
    templates.save_letterhead(responsible, organ, **HEAD)
    later = {**HEAD, "valid_from": date(2026, 7, 1), "court": "示例市人民法院"}
    moved = templates.save_letterhead(responsible, organ, **later) if how == "moved" else None
    issued(officer, case)
    with pytest.raises(ValidationError, match=f"最后一份（{ISSUED}）之后"):
        templates.save_letterhead(
            responsible, organ, letterhead=moved, **{**later, "valid_from": ISSUED}
        )
    templates.save_letterhead(
        responsible, organ, letterhead=moved, **{**later, "valid_from": ISSUED + timedelta(days=1)}
    )


def test_two_letterheads_of_one_day_are_refused(responsible, organ):
    templates.save_letterhead(responsible, organ, **HEAD)
    with pytest.raises(ValidationError, match="这一天已有"):
        templates.save_letterhead(responsible, organ, **HEAD)


def test_a_seal_is_a_small_png_and_goes_on_to_the_next_letterhead(responsible, organ, seal):
    first = templates.save_letterhead(responsible, organ, seal=seal, **HEAD)
    assert bytes(first.seal).startswith(b"\x89PNG")
    next_one = templates.save_letterhead(
        responsible, organ, **{**HEAD, "valid_from": date(2026, 9, 1)}
    )
    assert bytes(next_one.seal) == bytes(first.seal)
    for bad in (
        b"GIF89a" + b"0" * 50,
        seal[:20],
        b"\x89PNG\r\n\x1a\n" + b"0" * 600_000,
        seal[:200],
    ):
        with pytest.raises(ValidationError):
            templates.save_letterhead(
                responsible, organ, seal=bad, **{**HEAD, "valid_from": date(2026, 10, 1)}
            )


def test_the_seal_is_on_the_issued_notice(responsible, officer, organ, case, seal):
    templates.save_letterhead(responsible, organ, seal=seal, **HEAD)
    draft = notices.draft_notice(officer, case, "N02", extra=POINTS)
    notice = notices.issue_notice(officer, draft, on=ISSUED)
    document = Document(BytesIO(notices.read_notice(officer, notice, "docx")[1]))
    assert len(document.element.body.xpath(".//wp:anchor")) == 1

"""Striking out in a real browser: with the mouse, with keys, without script, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from gongkai.foi.models import CaseFile
from gongkai.foi.redacting import sheets, text_of
from gongkai.foi.services import answers, redaction
from gongkai.foi.services.files import add_file, content_of
from gongkai.foi.services.notices import draft_notice
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role, User
from tests.browser.conftest import PHONE, Reader
from tests.browser.test_main_flows import Officer, allow_refusals
from tests.browser.walking import check_screen
from tests.factories.disclosure import make_column
from tests.factories.foi import make_case, received
from tests.factories.organs import make_organ, make_user
from tests.foi.material.papers import SECRET, drawn, text_at
from tests.foi.material.test_bytes import assert_gone

pytestmark = pytest.mark.django_db(transaction=True)

PAPER = drawn(
    text_at(SECRET, 100, 700) + text_at("OPEN WORDS", 100, 600), text_at("SECOND PAGE", 100, 700)
)


@pytest.fixture
def handler(settings, tmp_path) -> User:
    settings.MEDIA_ROOT = tmp_path / "media"
    organ = make_organ("411281-011", name="义马市住房和城乡建设局")
    return make_user(Role.REQUEST_OFFICER, organ)


@pytest.fixture
def original(handler: User) -> CaseFile:
    case = make_case(handler.organ, received("2026-03-02"))
    actor = Actor.for_user(handler)
    return add_file(actor, kind="original", content=PAPER, name="批复.pdf", request=case)


def test_article_37_a_name_is_struck_out_by_mouse_looked_at_and_given_out(
    reader: Reader, handler: User, original: CaseFile
) -> None:
    """Given an original, when its officer draws over the name, looks at the result and takes it,

    then the file for the applicant has neither the name nor its picture.
    """
    office = Officer(reader, handler)
    page = office.go(f"/staff/foi/{original.request_id}/files/")
    check_screen(page)
    page.get_by_role("link", name="区分处理", exact=True).click()
    page.wait_for_load_state("networkidle")
    check_screen(page)
    page.select_option("#id_new_ground", "15-2")
    page.fill("#id_new_reason", "自然人的姓名")
    sheet = page.locator("[data-foi-sheet]")
    sheet.scroll_into_view_if_needed()
    frame = sheet.bounding_box()
    assert frame is not None
    # The name stands at 150 to 175 thousandths from the top.
    page.mouse.move(frame["x"] + frame["width"] * 0.15, frame["y"] + frame["height"] * 0.145)
    page.mouse.down()
    page.mouse.move(
        frame["x"] + frame["width"] * 0.45, frame["y"] + frame["height"] * 0.18, steps=5
    )
    page.mouse.up()
    expect(sheet.locator(".foi-block")).to_have_count(1)
    expect(page.locator("[data-foi-count]")).to_contain_text("1 处")
    office.press("生成预览")
    office.told("已生成预览")
    page.wait_for_load_state("networkidle")
    check_screen(page)
    office.press("存入案卷")
    office.told("请逐页核对预览")
    allow_refusals(reader)
    page.check("#id_looked")
    office.press("存入案卷")
    office.told("区分处理后的文件已存入案卷")
    office.press("提供给申请人")
    office.told("已确定提供给申请人")
    made = CaseFile.objects.get(kind="redacted")
    assert made.released
    content = content_of(made)
    assert_gone(content, SECRET)
    assert "OPEN WORDS" in text_of(sheets(content)[0])
    page.get_by_role("link", name="遮盖记录").click()
    office.told("条例第十五条")
    check_screen(page)


def test_with_the_keyboard_alone_a_block_is_made_moved_sized_and_deleted(
    reader: Reader, handler: User, original: CaseFile
) -> None:
    office = Officer(reader, handler)
    page = office.go(f"/staff/foi/files/{original.pk}/redact/")
    sheet = page.locator("[data-foi-sheet]")
    sheet.focus()
    page.keyboard.press("Enter")
    block = sheet.locator(".foi-block")
    expect(block).to_have_count(1)
    expect(block).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    row = page.locator("[data-foi-strike]").first
    expect(row.locator("[name$='-left']")).to_have_value("395")
    expect(row.locator("[name$='-right']")).to_have_value("595")
    expect(row.locator("[name$='-bottom']")).to_have_value("525")
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    expect(sheet.locator(".foi-block")).to_have_count(0)
    page.keyboard.press("Enter")
    office.press("保存底稿")
    office.told("底稿已保存，共1处")
    assert len(redaction.work_on(original).strikes) == 1


def test_what_was_drawn_goes_along_from_page_to_page(
    reader: Reader, handler: User, original: CaseFile
) -> None:
    office = Officer(reader, handler)
    page = office.go(f"/staff/foi/files/{original.pk}/redact/")
    page.locator("[data-foi-sheet]").focus()
    page.keyboard.press("Enter")
    office.press("下一页")
    office.told("第 2 页，共 2 页")
    expect(page.locator("[data-foi-count]")).to_contain_text("1 处，本页 0 处")
    page.locator("[data-foi-sheet]").focus()
    page.keyboard.press("Enter")
    office.press("上一页")
    expect(page.locator("[data-foi-count]")).to_contain_text("2 处，本页 1 处")


def test_without_script_the_blocks_are_typed_as_numbers(
    reader: Reader, handler: User, original: CaseFile
) -> None:
    office = Officer(reader, handler)
    session = office.page.context.cookies(office.base)
    plain = reader.open("/robots.txt", javascript=False)
    plain.context.add_cookies(
        [{"name": one["name"], "value": one["value"], "url": office.base} for one in session]
    )
    plain.goto(f"{office.base}/staff/foi/files/{original.pk}/redact/")
    plain.click("button[value=more]")
    for name, value in (("left", "150"), ("top", "145"), ("right", "450"), ("bottom", "180")):
        plain.fill(f"#id_s-0-{name}", value)
    plain.select_option("#id_s-0-ground", "15-2")
    plain.fill("#id_s-0-reason", "自然人的姓名")
    plain.click("button[value=preview]")
    expect(plain.locator("h1")).to_have_text("核对区分处理结果")
    assert_gone(redaction.previewed(original), SECRET)


def test_on_a_phone_a_finger_that_rests_draws(
    reader: Reader, handler: User, original: CaseFile
) -> None:
    office = Officer(reader, handler)
    session = office.page.context.cookies(office.base)
    page = reader.open("/robots.txt", width=PHONE, has_touch=True)
    page.context.add_cookies(
        [{"name": one["name"], "value": one["value"], "url": office.base} for one in session]
    )
    page.goto(f"{office.base}/staff/foi/files/{original.pk}/redact/")
    page.wait_for_load_state("networkidle")
    sheet = page.locator("[data-foi-sheet]")
    sheet.scroll_into_view_if_needed()
    frame = sheet.bounding_box()
    assert frame is not None
    finger = page.context.new_cdp_session(page)
    x, y = frame["x"] + 60, frame["y"] + 80

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": left, "y": top} for left, top in places]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (x, y))
    expect(sheet).to_have_class("foi-sheet foi-sheet--drawing")
    touch("touchMove", (x + 60, y + 20))
    touch("touchMove", (x + 120, y + 40))
    touch("touchEnd")
    expect(sheet.locator(".foi-block")).to_have_count(1)


def test_filing_disclosure_to_all_and_the_library_are_sound_screens(
    reader: Reader, handler: User
) -> None:
    """Given a decided case, then its gaps, its way to everybody and the library read well."""
    actor = Actor.for_user(handler)
    case = make_case(
        handler.organ,
        received("2026-03-02"),
        {"type": "decided", "on": "2026-03-10", "outcome": "GRANT"},
    )
    file = add_file(actor, kind="original", content=PAPER, name="批复.pdf", request=case)
    redaction.release(actor, file)
    column = make_column(owner=handler.organ, title="通知公告")
    office = Officer(reader, handler)
    page = office.go(f"/staff/foi/{case.pk}/archive/")
    office.told("没有答复的审批记录")
    check_screen(page)
    with page.expect_download() as package:
        office.press("导出案卷（ZIP）")
    assert package.value.suggested_filename.endswith(".zip")
    page = office.go(f"/staff/foi/{case.pk}/disclose/suggest/")
    page.fill("#id_text", "关系到全县居民用水。")
    check_screen(page)
    office.press("登记")
    office.told("已登记建议")
    page.get_by_role("link", name="作出决定").click()
    page.get_by_label("纳入主动公开", exact=True).check()
    page.fill("#id_reason", "涉及公众利益调整")
    check_screen(page)
    office.press("作出决定")
    office.told("涉及公众利益调整")
    check_screen(page)
    page.select_option("#id_column", str(column.pk))
    office.press("生成主动公开草稿")
    office.told("已生成主动公开草稿")
    check_screen(page)
    page = office.go("/staff/foi/answers/new/")
    page.fill("#id_title", "个人隐私，第三方不同意")
    check_screen(page)
    page.fill("#id_body", "第三方不同意公开。")
    office.press("保存")
    office.told("第三方不同意公开。")
    check_screen(page)
    office.press("停用")
    office.told("已停用，可以随时恢复")
    office.press("恢复使用")
    check_screen(office.go("/staff/foi/answers/"))
    check_screen(office.go("/staff/foi/answers/cases/?words=测试"))
    check_screen(office.go(f"/staff/foi/{case.pk}/files/new/"))


def test_a_paragraph_of_the_library_is_put_into_a_notice_where_the_cursor_is(
    reader: Reader, handler: User
) -> None:
    """Given a model paragraph, when it is put into the draft of a notice, then it stands there."""
    actor = Actor.for_user(handler)
    answers.add_answer(
        actor,
        handler.organ,
        {"title": "内容不明确", "body": "申请内容没有指明文件名称或者文号。", "keywords": "补正"},
    )
    case = make_case(handler.organ, received("2026-03-02"))
    make_case(
        handler.organ,
        received("2026-03-02"),
        {"type": "decided", "on": "2026-03-10", "outcome": "GRANT"},
        subject="补正过的申请",
    )
    notice = draft_notice(actor, case, "N02")
    office = Officer(reader, handler)
    page = office.go(f"/staff/foi/notices/{notice.pk}/edit/")
    text = page.locator(".gk-form textarea").first
    text.fill("前面。后面。")
    text.evaluate("field => { field.focus(); field.setSelectionRange(3, 3); }")
    page.fill("#foi-answers-words", "补正")
    page.keyboard.press("Enter")
    expect(page.locator("[data-foi-answers-said]")).to_contain_text("范例1条，已办结的申请1件")
    check_screen(page)
    page.get_by_role("button", name="插入“内容不明确”").click()
    expect(text).to_have_value("前面。申请内容没有指明文件名称或者文号。后面。")
    expect(page.locator("[data-foi-answers-said]")).to_contain_text("已插入")

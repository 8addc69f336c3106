"""An item's way in a real browser: drafted, stopped by the guard, mended, reviewed, published."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from docx import Document
from playwright.sync_api import Page, expect

from gongkai.disclosure import services
from gongkai.disclosure.models import DisclosedItem, Status, StoredFile
from tests.browser.conftest import DESKTOP, PHONE, Reader
from tests.browser.test_main_flows import Officer, allow_refusals
from tests.factories.disclosure import Office, make_column
from tests.factories.organs import make_organ, make_user
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db(transaction=True)
EDITOR = ".jodit-wysiwyg"

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p{color:red}</style></head>
<body><!--StartFragment--><h1 style="mso-x:1">一、总则</h1>
<p class=MsoNormal style="text-indent:32pt;mso-y:2"><span style="font-family:仿宋" lang="EN-US">第一条<o:p></o:p></span></p>
<p class=MsoNormal align=center style="text-align:center"><b><span>附表</span></b></p>
<table class=MsoTableGrid border=1><tr><td colspan=2 width=100><p><span>合计</span></p></td></tr></table>
<script>alert(1)</script><img src="file:///C:/a.png"><!--EndFragment--></body></html>"""
WECHAT = """<section style="padding:10px" data-tools="135"><section><p style="letter-spacing:1px">
<span style="font-weight:700">温馨提示</span></p></section><section><img data-src="https://mmbiz.example/x"
src="https://mmbiz.example/x"></section><p onclick="x()">请<a href="javascript:alert(1)">点这里</a></p></section>"""


@pytest.fixture
def office() -> Office:
    top = make_organ("411281", name="义马市人民政府", short_name="义马市")
    organ = make_organ(
        "411281-011", name="义马市住房和城乡建设局", short_name="市住建局", parent=top
    )
    return Office(organ, make_column("tzgg", owner=top, title="通知公告"))


def docx(folder: Path, name: str, *paragraphs: str) -> str:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(str(folder / name))
    return str(folder / name)


def paste(page: Page, html: str, text: str = "") -> None:
    """Paste into the editor what Word or WeChat puts on the clipboard."""
    page.locator(EDITOR).click()
    page.evaluate(
        """([html, text]) => {
            const data = new DataTransfer();
            if (html) data.setData("text/html", html);
            data.setData("text/plain", text);
            document.querySelector(".jodit-wysiwyg").dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        [html, text],
    )


def test_an_item_with_an_identity_number_is_stopped_mended_reviewed_and_published(
    office: Office, reader: Reader, tmp_path: Path
) -> None:
    """Given a number in the text and in a file, when the officer sends it, then it is stopped;

    masked and without the file it goes through three people's hands and is public.
    """
    number = identity_number()
    officer = Officer(reader, office.officer)
    page = officer.go("/staff/disclosure/new/")
    page.fill("#id_title", "关于公布保障性住房申请结果的通知")
    page.select_option("#id_column", label="通知公告")
    page.fill("#id_formed_on", "2020-03-02")
    page.locator("#id_title").focus()
    expect(page.locator("[data-gk-hint=formed_on]")).to_contain_text("最迟2020年3月30日")
    page.locator(EDITOR).click()
    page.keyboard.type(f"申请人张某，身份证号{number}。")
    page.set_input_files("#gk-upload", [
        docx(tmp_path, "名单.docx", f"李某 {identity_number('41128119851212456')}"),
        docx(tmp_path, "申请表.docx", "姓名"),
    ])  # fmt: skip
    expect(page.locator("#gk-files > li")).to_have_count(2)
    expect(page.locator("#gk-files")).to_contain_text("身份证号码")
    officer.press("保存并送审")

    officer.told("已保存，但还没有送审")
    expect(page.locator(".gd-text mark")).to_have_text(number)
    officer.told("附件《名单.docx》")
    page.get_by_role("link", name="查看位置").click()
    expect(page.locator(".gd-found.is-shown")).to_have_text(number)
    officer.press("一键脱敏（遮蔽个人信息）")
    officer.told("已脱敏1处")
    officer.told("附件不能自动脱敏")
    assert number not in page.content()

    officer.press("修改")
    page.locator("#gk-files > li").first.get_by_role("button", name="移除").click()
    expect(page.locator("#gk-files > li")).to_have_count(1)
    officer.press("保存并送审")
    officer.told("已送审")
    item = DisclosedItem.objects.get()

    for step, name, told in (
        ("review", "通过", "转入保密审查"),
        ("secrecy", "通过", "转入审批发布"),
        ("approval", "同意发布", "已发布，索引号"),
    ):
        person = Officer(reader, office.people[step])
        person.go("/staff/disclosure/awaiting/")
        person.page.get_by_role("link", name="关于公布保障性住房申请结果的通知").click()
        person.page.wait_for_url(f"**/staff/disclosure/{item.pk}/review/")
        person.page.get_by_label(name, exact=True).check()
        person.page.fill("#id_opinion", "同意。")
        person.press("提交意见")
        person.told(told)
        person.told("现在没有等您审核的信息。")
    item.refresh_from_db()
    assert (item.status, item.live) == (Status.PUBLISHED, True)
    assert item.index_number
    page = officer.go(f"/staff/disclosure/{item.pk}/")
    expect(page.locator(".gd-state")).to_contain_text("已发布")
    expect(page.locator(".gd-metadata")).to_contain_text(item.index_number)
    officer.go(f"/staff/disclosure/{item.pk}/preview/")
    expect(page.locator("h1")).to_have_text("关于公布保障性住房申请结果的通知")
    expect(page.locator(".gd-files")).to_contain_text("申请表.docx")
    allow_refusals(reader)


def test_what_is_pasted_from_word_and_wechat_keeps_its_structure_and_nothing_else(
    office: Office, reader: Reader
) -> None:
    officer = Officer(reader, office.officer)
    page = officer.go("/staff/disclosure/new/")
    paste(page, WORD)
    expect(page.locator(f"{EDITOR} h2")).to_have_text("一、总则")
    html = page.locator("#id_body").input_value()
    for kept in (
        '<td colspan="2">',
        "<strong>附表</strong>",
        "\u3000\u3000第一条",
        'align="center"',
    ):
        assert kept in html, kept
    for gone in ("mso", "MsoNormal", "style", "script", "o:p", "img", "font-family"):
        assert gone not in html, gone
    expect(page.locator("#id_body_said")).to_contain_text("1张图片没有保留")

    page.evaluate("document.querySelector('#id_body').gkEditor.value = ''")
    paste(page, WECHAT)
    html = page.locator("#id_body").input_value()
    assert "<strong>温馨提示</strong>" in html
    assert "请点这里" in html
    for gone in ("section", "javascript", "onclick", "data-", "img", "style"):
        assert gone not in html, gone

    page.evaluate("document.querySelector('#id_body').gkEditor.value = ''")
    page.get_by_text("只贴文字").click()
    paste(page, "<p><b>粗体</b></p>", "粗体")
    assert "strong" not in page.locator("#id_body").input_value()


def test_the_editor_makes_tables_and_is_worked_with_the_keyboard(
    office: Office, reader: Reader
) -> None:
    officer = Officer(reader, office.officer)
    page = officer.go("/staff/disclosure/new/")
    area = page.locator(EDITOR)
    assert area.get_attribute("role") == "textbox"
    assert area.get_attribute("aria-label") == "正文"
    area.click()
    page.keyboard.type("第一段")
    page.get_by_text("缩进两字").click()
    expect(page.locator("#id_body")).to_have_value("<p>\u3000\u3000第一段</p>")
    page.get_by_text("缩进两字").click()
    expect(page.locator("#id_body")).to_have_value("<p>第一段</p>")
    area.click()
    page.keyboard.press("Alt+F10")
    assert page.evaluate("document.activeElement.closest('.jodit-toolbar__box') !== null")
    page.keyboard.press("Escape")
    page.locator(".jodit-toolbar-button_table button").first.click()
    page.locator(".jodit-form__container span[data-index]").nth(11).click()
    assert page.locator(f"{EDITOR} td").count() > 1


def test_proposals_are_taken_by_a_click_and_documents_found_by_their_title(
    office: Office, reader: Reader
) -> None:
    policy = office.publish(title="住房保障办法", document_number="义建〔2020〕1号")
    lead = make_organ("411281-012", name="义马市财政局", parent=office.organ.parent)
    officer = Officer(reader, office.officer)
    page = officer.go("/staff/disclosure/new/")
    page.fill("#id_title", "《住房保障办法》政策解读公告")
    page.locator("#part-document summary").click()
    page.get_by_role("button", name="增加发文机关").click()
    page.locator("[name=issuer_name]").first.fill(lead.name)
    page.fill("#id_document_number", "义建[2020]第02号")
    page.locator("#id_document_number").blur()
    expect(page.locator("#id_document_number")).to_have_value("义建〔2020〕2号")
    expect(page.locator("[data-gk-hint=organ]")).to_contain_text("条例第十条")
    page.locator("[data-gk-hint=genre]").get_by_role("button", name="采用").click()
    expect(page.locator("#id_genre")).to_have_value("announcement")

    page.locator("#part-interpretation summary").click()
    page.locator("#id_interprets").fill("住房保障")
    page.get_by_role("button", name="住房保障办法（义建〔2020〕1号）").click()
    chosen = page.locator("[name=interprets]")
    expect(chosen).to_have_value(str(policy.pk))
    expect(chosen).to_be_checked()
    page.select_option("#id_column", label="通知公告")
    page.fill("#id_formed_on", "2020-03-02")
    officer.press("保存草稿")
    officer.told("已保存")
    item = DisclosedItem.objects.get(interprets=policy)
    assert item.issuers.all()[0].organ_id == lead.pk
    assert item.genre == "announcement"


def test_a_copy_in_the_browser_is_offered_after_a_mishap_and_gone_after_saving(
    office: Office, reader: Reader
) -> None:
    officer = Officer(reader, office.officer)
    page = officer.go("/staff/disclosure/new/")
    page.fill("#id_title", "写了一半的通知")
    page.locator(EDITOR).click()
    page.keyboard.type("写了一半的正文。")
    expect(page.locator("#gk-draft-said")).to_contain_text("已暂存在本机")
    page = officer.go("/staff/disclosure/new/")
    assert page.input_value("#id_title") == ""
    page.get_by_role("button", name="恢复").click()
    assert page.input_value("#id_title") == "写了一半的通知"
    expect(page.locator(EDITOR)).to_contain_text("写了一半的正文。")
    page.select_option("#id_column", label="通知公告")
    page.fill("#id_formed_on", "2020-03-02")
    officer.press("保存草稿")
    officer.told("已保存“写了一半的通知”")
    page = officer.go("/staff/disclosure/new/")
    page.wait_for_timeout(500)
    assert not page.locator("#gk-draft").is_visible()


def test_faults_open_the_folded_part_and_uploads_stay(
    office: Office, reader: Reader, tmp_path: Path
) -> None:
    officer = Officer(reader, office.officer)
    page = officer.go("/staff/disclosure/new/")
    page.fill("#id_title", "通知")
    page.set_input_files("#gk-upload", docx(tmp_path, "申请表.docx", "姓名"))
    expect(page.locator("#gk-files > li")).to_have_count(1)
    page.locator("#part-attribute summary").click()
    assert not page.locator("#id_exemption").is_visible()
    page.get_by_label("不予公开").check()
    assert page.locator("#id_exemption").is_visible()
    officer.press("保存草稿")
    assert page.evaluate("document.activeElement.className") == "gk-errors"
    expect(page.locator("#gk-files > li")).to_have_count(1)
    page.click(".gk-errors a[href='#id_exemption']")
    assert page.locator("#id_exemption").is_visible()
    executable = tmp_path / "程序.docx"
    executable.write_bytes(b"MZ" + b"\0" * 400)
    page.set_input_files("#gk-upload", str(executable))
    expect(page.locator("#gk-file-problems")).to_contain_text("“程序.docx”没有上传：")
    assert StoredFile.objects.count() == 1
    allow_refusals(reader)


def test_without_scripts_the_form_still_works(office: Office, reader: Reader) -> None:
    """A plain textarea, buttons that send the form, files that travel with it."""
    from django.test import Client

    client = Client()
    client.force_login(office.officer)
    page = reader.open("/robots.txt", javascript=False)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": reader.base}]
    )
    page.goto(reader.base + "/staff/disclosure/new/")
    page.fill("#id_title", "没有脚本的通知")
    page.select_option("#id_column", label="通知公告")
    page.fill("#id_formed_on", "2020-03-02")
    page.fill("#id_body", "<p>正文。</p>")
    document = Document()
    document.add_paragraph("姓名")
    stream = io.BytesIO()
    document.save(stream)
    page.set_input_files(
        "#gk-upload", {"name": "申请表.docx", "mimeType": "application/octet-stream",
                       "buffer": stream.getvalue()},
    )  # fmt: skip
    page.click("details#part-document > summary")
    page.click("button[value='issuer-add']")
    expect(page.locator("#gk-files > li")).to_have_count(1)
    assert page.input_value("#id_title") == "没有脚本的通知"
    page.locator("button.gk-button--primary[value=save]").click()
    expect(page.locator("body")).to_contain_text("没有脚本的通知")
    assert DisclosedItem.objects.get().attachments.count() == 1


def test_a_decision_is_taken_with_the_keyboard_alone(office: Office, reader: Reader) -> None:
    first, second = office.submit(title="第一件"), office.submit(title="第二件")
    person = Officer(reader, office.people["review"])
    page = person.go(f"/staff/disclosure/{first.pk}/review/")
    page.keyboard.press("2")
    expect(page.get_by_label("退回修改")).to_be_checked()
    page.focus("#id_opinion")
    page.keyboard.type("1处写错，请改。")
    expect(page.get_by_label("退回修改")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/staff/disclosure/{second.pk}/review/")
    person.told("“第一件”已退回起草人修改。")
    first.refresh_from_db()
    assert first.status == Status.RETURNED


def test_many_are_approved_at_once(office: Office, reader: Reader) -> None:
    for _ in range(3):
        office.submit()
    person = Officer(reader, office.people["review"])
    page = person.go("/staff/disclosure/awaiting/")
    expect(page.get_by_role("button", name="批量通过…")).to_be_disabled()
    page.get_by_label("全选可以批量通过的").check()
    expect(page.locator("[data-count]")).to_have_text("已选 3 件")
    person.press("批量通过…")
    person.press("通过这 3 件")
    person.told("通过 3 件")
    assert DisclosedItem.objects.filter(step="secrecy").count() == 3


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_every_screen_is_accessible_and_fits_a_phone(
    office: Office, reader: Reader, width: int, tmp_path: Path
) -> None:
    stored = services.store_file(
        office.actor(), office.organ,
        io.BytesIO(Path(docx(tmp_path, "名单.docx", f"张某 {identity_number()}")).read_bytes()),
        "名单.docx",
    )  # fmt: skip
    bad = office.draft(
        body=f"<p>张某，{identity_number()}。</p><table><tr><th>户型</th><td>一室一厅</td></tr></table>",
        attachments=[(stored, "名单.docx")],
    )
    public = office.publish(title="物业收费办法", document_number="义建〔2020〕3号")
    version = services.update_item(
        office.actor(), public, {"body": "<p>改了。</p>", "correction_note": "更正。"}
    )
    services.submit(office.actor(), version)
    top = office.organ.parent
    assert top is not None
    chief = make_user("disclosure_office", top)
    staff = {
        "officer": Officer(reader, office.officer, width),
        "reviewer": Officer(reader, office.people["review"], width),
        "leader": Officer(reader, office.people["approval"], width),
        "office": Officer(reader, chief, width),
    }
    first = public.revisions.order_by("pk").first()
    assert first is not None
    key = services.check_item(office.actor(), bad).findings[0]["key"]
    screens = [
        ("officer", ""), ("officer", "new/"), ("officer", f"{bad.pk}/"), ("officer", f"{bad.pk}/edit/"),
        ("officer", f"{bad.pk}/delete/"), ("officer", f"{public.pk}/compare/"),
        ("officer", f"{public.pk}/versions/{first.pk}/"), ("officer", f"{public.pk}/recall/"),
        ("officer", f"{bad.pk}/files/{stored.pk}/?text"), ("officer", "assessments/"),
        ("officer", f"gaps/?organ={office.organ.code}&year=2020"),
        ("reviewer", "awaiting/"), ("reviewer", f"{public.pk}/review/"),
        ("leader", f"{public.pk}/withdraw/"), ("leader", f"{bad.pk}/override/?finding={key}"),
        ("office", "chains/"), ("office", f"chains/{office.organ.pk}/"),
        ("officer", f"{public.pk}/preview/"),
    ]  # fmt: skip
    found: dict[str, Any] = {}
    for who, path in screens:
        page = staff[who].go(f"/staff/disclosure/{path}")
        page.wait_for_load_state()
        assert page.locator(".gk-page, .gd-preview").count() == 1, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if width == PHONE:
            inner = "(document.querySelector('.gk-page') || document.body).scrollWidth"
            assert page.evaluate(inner) <= width, path
            continue
        answer = Axe().run(
            page,
            context=".gk-page, .gd-preview",
            options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"], "resultTypes": ["violations"]},
        )
        violations = [
            f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
            for one in answer.response["violations"]
        ]
        if violations:
            found[path] = violations
    assert found == {}

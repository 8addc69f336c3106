"""Writing an item on the screen: few fields, nothing lost, every fault in words."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from gongkai.disclosure import services
from gongkai.disclosure.forms.files import sign
from gongkai.disclosure.models import DisclosedItem, StoredFile
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import Office, make_column
from tests.factories.organs import add_role, make_organ, make_user
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(f"disclosure:{name}", args=args)


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


@pytest.fixture
def office() -> Office:
    return Office(make_organ("411281-011", name="义马市测试局", short_name="市测试局"))


@pytest.fixture
def officer(client, office):
    client.force_login(office.officer)
    return client


def typed(office: Office, **values: object) -> dict[str, object]:
    """What the form sends when only the few fields are filled in."""
    return {
        "organ": office.organ.code,
        "title": "关于印发测试办法的通知",
        "column": office.column.pk,
        "formed_on": "2020-03-02",
        "body": "<p>正文。</p>",
        "document_kind": "information",
        "disclosure_attribute": "proactive",
        "op": "save",
        **values,
    }


def docx(*paragraphs: str) -> bytes:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def upload(client, name: str, data: bytes) -> dict[str, object]:
    answer = client.post(url("upload"), {"file": SimpleUploadedFile(name, data)})
    return {"status": answer.status_code, **json.loads(answer.content)}


def test_an_officer_drafts_with_five_fields(officer, office):
    answer = officer.post(url("create"), typed(office))
    item = DisclosedItem.objects.get()
    assert answer.url == url("item_detail", item.pk)
    assert (item.organ, item.column, item.status) == (office.organ, office.column, "draft")
    assert [issuer.name for issuer in item.issuers.all()] == ["义马市测试局"]
    page = text_of(officer.get(answer.url))
    assert "关于印发测试办法的通知" in page
    assert "没有发现问题" in page


def test_the_form_explains_the_limit_of_article_26_beside_the_day(officer, office):
    item = office.draft(formed_on=date(2020, 3, 2))
    page = text_of(officer.get(url("edit", item.pk)))
    assert "20个工作日内公开，最迟2020年3月30日" in page


def test_faults_are_listed_above_and_lead_to_their_fields_and_nothing_is_lost(officer, office):
    answer = officer.post(
        url("create"),
        typed(office, title="", formed_on="2020-13-40", body="<p>写了很久的正文。</p>",
              keywords="一、二、三、四、五、六", document_number="义测[2020]第03号"),
    )  # fmt: skip
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#id_title"' in page
    assert "请填写标题。" in page
    assert "请填写正确的日期，例如 2020-03-05。" in page
    assert "关键词最多5个，现有6个，请删减。" in page
    assert "写了很久的正文。" in page
    assert "一、二、三、四、五、六" in page
    assert not DisclosedItem.objects.exists()


def test_uploaded_files_stay_when_the_form_fails(officer, office):
    file = upload(officer, "名单.docx", docx("公示名单。"))
    assert file["status"] == 200
    answer = officer.post(
        url("create"),
        typed(
            office, title="", attachment_token=[file["token"]], attachment_name=["公示名单.docx"]
        ),
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert file["token"] in page
    assert "公示名单.docx" in page
    officer.post(
        url("create"),
        typed(office, attachment_token=[file["token"]], attachment_name=["公示名单"]),
    )
    (attachment,) = DisclosedItem.objects.get().attachments.all()
    assert attachment.name == "公示名单.docx", "the extension is kept whatever was typed"


def test_without_a_script_chosen_files_travel_with_the_form(officer, office):
    answer = officer.post(
        url("create"),
        typed(office, title="", files=[SimpleUploadedFile("附件.docx", docx("内容。"))]),
    )
    assert answer.status_code == 422
    assert "附件.docx" in text_of(answer)
    assert StoredFile.objects.count() == 1


def test_a_refused_file_says_why(officer, office):
    answer = upload(officer, "../../恶意.docx", b"MZ" + b"\x00" * 300)
    assert answer["status"] == 422
    assert answer["error"]
    assert not StoredFile.objects.exists()
    page = text_of(
        officer.post(
            url("create"),
            typed(office, files=[SimpleUploadedFile("恶意.docx", b"MZ" + b"\x00" * 300)]),
        )
    )
    assert "“恶意.docx”没有上传：" in page
    assert not DisclosedItem.objects.exists()


def test_too_large_a_file_is_refused_with_the_limit_and_nothing_is_lost(officer, office, settings):
    settings.UPLOAD_MAX_MB = 1
    answer = upload(officer, "大文件.txt", b"x" * 1_200_000)
    assert answer["status"] == 422
    assert "1 MB" in answer["error"]
    page = officer.post(
        url("create"), typed(office, files=[SimpleUploadedFile("大文件.txt", b"x" * 1_200_000)])
    )
    assert page.status_code == 422
    assert "关于印发测试办法的通知" in text_of(page)
    assert not StoredFile.objects.exists()


def test_an_upload_tells_what_the_guard_finds_in_it_and_never_the_number(officer, office):
    number = identity_number()
    answer = upload(officer, "名单.docx", docx(f"张某 {number}"))
    assert answer["status"] == 200
    assert "身份证号码" in answer["notes"][0]
    assert number not in json.dumps(answer, ensure_ascii=False)


def test_the_form_shows_again_what_was_found_in_its_files(officer, office):
    number = identity_number()
    stored = services.store_file(
        office.actor(), office.organ, io.BytesIO(docx(f"张某 {number}")), "名单.docx"
    )
    item = office.draft(attachments=[(stored, "名单.docx")])
    services.check_item(office.actor(), item)
    page = text_of(officer.get(url("edit", item.pk)))
    assert "附件《名单.docx》" in page
    assert "身份证号码" in page
    assert "重新上传，替换这个附件" in page
    assert number not in page


def test_a_file_cannot_be_attached_by_guessing_or_with_anothers_token(client, office):
    stored = services.store_file(office.actor(), office.organ, io.BytesIO(docx("内部。")), "a.docx")
    stranger = Office()
    client.force_login(stranger.officer)
    for token in ("1", str(stored.pk), sign(stored, office.officer)):
        answer = client.post(
            url("create"), typed(stranger, attachment_token=[token], attachment_name=["a.docx"])
        )
        assert answer.status_code == 422
        assert "上传已过期，请移除后重新上传" in text_of(answer)
        assert client.get(url("staged"), {"token": token}).status_code == 404
    assert not DisclosedItem.objects.exists()


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("issuer-add", ["甲局", "乙局", ""]),
        ("issuer-up-1", ["乙局", "甲局"]),
        ("issuer-down-0", ["乙局", "甲局"]),
        ("issuer-remove-0", ["乙局"]),
        ("issuer-remove-9", ["甲局", "乙局"]),
    ],
)
def test_issuers_are_added_moved_and_removed_without_a_script(officer, office, op, expected):
    answer = officer.post(
        url("create"), typed(office, title="", issuer_name=["甲局", "乙局"], op=op)
    )
    assert answer.status_code == 200
    assert "请填写标题" not in text_of(answer), "moving a row complains of nothing yet"
    assert answer.context["form"]["issuers"].value() == expected
    assert not DisclosedItem.objects.exists()


def test_a_joint_document_is_told_who_is_responsible_by_article_10(officer, office):
    lead = make_organ(name="义马市牵头局")
    hints = officer.get(
        url("hints"), {"issuer_name": [lead.name, office.organ.name], "title": "关于测试的通知"}
    ).json()["hints"]
    assert "条例第十条" in hints["organ"]["words"]
    assert hints["organ"]["value"] == lead.code
    assert hints["genre"]["value"] == "notice"


def test_topic_and_statutory_item_are_proposed_by_what_is_usual_in_the_column(officer, office):
    topic = make_topic(parent=make_topic(name="综合政务"), name="政务公开")
    for _ in range(3):
        office.publish(topic=topic.pk, statutory_item="20-05")
    hints = officer.get(url("hints"), {"column": office.column.pk}).json()["hints"]
    assert hints["topic"]["value"] == str(topic.pk)
    assert hints["statutory_item"]["value"] == "20-05"


def test_a_document_number_is_put_into_its_form_and_doubts_are_said(officer, office):
    answer = officer.get(
        url("hints"), {"document_number": "义测[2019]第03号", "formed_on": "2020-03-02"}
    ).json()
    assert answer["document_number"] == "义测〔2019〕3号"
    assert "字号年份是2019年" in answer["hints"]["document_number"]["words"]
    officer.post(url("create"), typed(office, document_number="义测（2020）第０3号"))
    assert DisclosedItem.objects.get().document_number == "义测〔2020〕3号"


@pytest.mark.parametrize("attribute", ["on_request", "withheld"])
def test_not_publishing_demands_the_limb_and_the_reason(officer, office, attribute):
    """Arts. 13 to 16: whoever does not publish names the ground and states the reason."""
    answer = officer.post(url("create"), typed(office, disclosure_attribute=attribute))
    assert answer.status_code == 422
    assert "请选择不主动公开的法定情形" in text_of(answer)
    answer = officer.post(
        url("create"),
        typed(
            office,
            disclosure_attribute=attribute,
            exemption="16-1" if attribute == "withheld" else "13",
        ),
    )
    assert answer.status_code == 422
    assert "请写明理由" in text_of(answer)


def test_two_editors_the_second_keeps_what_was_typed_and_decides(client, officer, office):
    item = office.draft(title="起初的标题")
    page = officer.get(url("edit", item.pk))
    seen = page.context["form"]["seen"].value()
    services.update_item(office.actor(), item, {"title": "同事改的标题"})

    mine = typed(office, title="我改的标题", seen=seen, body="<p>我写的长文。</p>")
    answer = officer.post(url("edit", item.pk), mine)
    page_text = text_of(answer)
    assert answer.status_code == 422
    assert "已被他人修改" in page_text
    assert "我改的标题" in page_text
    assert "我写的长文。" in page_text
    item.refresh_from_db()
    assert item.title == "同事改的标题"

    accept = answer.context["conflict"]["seen"]
    officer.post(url("edit", item.pk), {**mine, "accept": accept})
    item.refresh_from_db()
    assert item.title == "我改的标题"
    assert item.revisions.count() == 3, "the colleague's version is kept"


def test_what_is_under_review_is_closed_and_says_how_to_open_it(officer, office):
    item = office.submit()
    answer = officer.get(url("edit", item.pk), follow=True)
    assert "内容已锁定" in text_of(answer)
    posted = officer.post(url("edit", item.pk), typed(office, title="偷改"))
    assert posted.status_code == 422
    assert "正在审核，内容已锁定" in text_of(posted)


def test_a_published_item_is_corrected_with_a_public_note(officer, office):
    item = office.publish(title="原标题")
    page = text_of(officer.get(url("edit", item.pk)))
    assert "更正（更新）说明" in page
    assert "公众看到的仍是原来的内容" in page
    officer.post(
        url("edit", item.pk),
        typed(office, title="新标题", correction_note="更正标题。", issuer_name=[office.organ.name],
              op="submit"),
    )  # fmt: skip
    item.refresh_from_db()
    assert (item.title, item.step) == ("原标题", "review")


def test_saving_and_sending_at_once_stops_at_what_the_guard_finds(officer, office):
    number = identity_number()
    answer = officer.post(
        url("create"), typed(office, body=f"<p>张某，{number}。</p>", op="submit"), follow=True
    )
    item = DisclosedItem.objects.get()
    page = text_of(answer)
    assert item.step == ""
    assert "已保存，但还没有送审" in page
    assert "身份证号码" in page
    assert "遮蔽个人信息" in page


def test_scripts_in_pasted_text_are_gone(officer, office):
    dirty = '<p onclick="x()">好</p><script>alert(1)</script><o:p></o:p><table><tr><td>表</td></tr></table>'
    officer.post(url("create"), typed(office, body=dirty))
    body = DisclosedItem.objects.get().body
    assert "script" not in body
    assert "onclick" not in body
    assert "<td>表</td>" in body


def test_a_body_that_was_abolished_is_not_offered(client):
    office = Office(make_organ(name="撤销局", abolished_on=date(2020, 1, 1)))
    client.force_login(office.officer)
    page = client.get(url("create"))
    assert list(page.context["form"].fields["organ"].queryset) == []
    answer = client.post(url("create"), typed(office))
    assert answer.status_code == 422
    assert "没有这个机构，或者您没有它的权限" in text_of(answer)


def test_who_may_not_write_finds_no_form(client, office):
    client.force_login(make_user("reviewer", office.organ))
    assert client.get(url("create")).status_code == 302
    item = office.draft()
    assert client.get(url("edit", item.pk)).status_code == 302
    assert client.post(url("upload"), {}).status_code == 302
    assert "起草信息" not in text_of(client.get(url("index")))


def test_an_officer_of_two_bodies_chooses(client, office):
    other = make_organ(name="另一个局")
    add_role(office.officer, "information_officer", other)
    client.force_login(office.officer)
    client.post(url("create"), typed(office, organ=other.code))
    assert DisclosedItem.objects.get().organ == other


def test_items_to_link_to_are_public_or_ones_own(officer, office):
    stranger = Office()
    public = stranger.publish(title="公开的办法")
    stranger.draft(title="别人的办法草稿")
    own = office.draft(title="自己的办法草稿")
    found = officer.get(url("find_items"), {"q": "办法"}).json()["found"]
    assert {one["id"] for one in found} == {public.pk, own.pk}


def test_the_item_that_is_interpreted_may_be_typed_by_its_number(officer, office):
    policy = office.publish(document_number="义测〔2020〕1号", title="测试办法")
    officer.post(url("create"), typed(office, interprets_text="义测[2020]1号"))
    assert DisclosedItem.objects.get(interprets__isnull=False).interprets_id == policy.pk
    answer = officer.post(url("create"), typed(office, interprets_text="义测〔2020〕99号"))
    assert answer.status_code == 422
    assert "没有找到这份文件" in text_of(answer)


def test_a_wrong_number_in_an_address_or_a_form_is_no_error(officer, office):
    make_column()
    huge = "9" * 30
    assert officer.get(url("hints"), {"column": huge, "formed_on": "2020-99-99"}).status_code == 200
    answer = officer.post(
        url("create"), typed(office, column=huge, entries=[huge], interprets=["x"])
    )
    assert answer.status_code == 422

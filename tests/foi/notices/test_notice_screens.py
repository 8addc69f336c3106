"""The staff's screens of notices, templates, letterheads and messages."""

from datetime import date, timedelta
from io import BytesIO

import pikepdf
import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gongkai.foi.models import CaseFile, Delivery, Letterhead, Message, Notice, NoticeTemplate
from gongkai.foi.notices.packaged import packaged_template
from gongkai.foi.services import deliveries, messages, notices, record_event, templates
from gongkai.foi.worklist import undelivered_notices
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.statute.clock import CorrectionRequested, Decided
from tests.factories.organs import make_organ, make_user
from tests.foi.notices.conftest import NAME, WISH, approved, make_case_of
from tests.foi.notices.test_issuing import ISSUED, POINTS, issued, pdf_text
from tests.foi.notices.test_templates import HEAD, with_text

pytestmark = pytest.mark.django_db


def at(name, *args):
    return reverse(f"foi:{name}", args=args)


def page(response):
    return response.content.decode()


@pytest.fixture
def desk(client, officer):
    client.force_login(officer.user)
    return client


@pytest.fixture
def office(client, responsible):
    client.force_login(responsible.user)
    return client


def test_a_draft_cannot_be_delivered_and_its_address_says_so(desk, officer, case):
    draft = notices.draft_notice(officer, case, "N02")
    assert "还没有印发" in page(desk.get(at("notice_deliver", draft.pk)))


def test_article_33_a_delivery_before_the_decision_is_refused_in_words(
    desk, officer, case, letterhead
):
    approval = approved(case, "decision", outcome="GRANT", subtype="provided")
    answer = issued(officer, case, "N10", approval=approval, supply="复印件一份。")
    decided_on = ISSUED + timedelta(days=3)
    record_event(officer, case, Decided(on=decided_on, outcome="GRANT"), subtype="provided")
    values = {"way": "post", "tracking_number": "1234567890123", "sent_on": ISSUED.isoformat()}
    response = desk.post(at("notice_deliver", answer.pk), values)
    assert response.status_code in (200, 422)
    assert "条例" in page(response)
    assert not Delivery.objects.exists()


def test_from_the_draft_to_the_signed_delivery(desk, officer, case, letterhead):
    listed = page(desk.get(at("notice_case", case.pk)))
    assert "还没有文书" in listed
    assert at("notice_draft", case.pk, "N02") in listed
    assert at("notice_draft", case.pk, "N12") not in listed  # drafted with its proposal
    assert desk.get(at("notice_draft", case.pk, "N12")).status_code == 404
    response = desk.post(at("notice_draft", case.pk, "N02"))
    notice = Notice.objects.get()
    assert response["Location"] == at("notice_edit", notice.pk)
    form = page(desk.get(at("notice_edit", notice.pk)))
    assert "补正期限" in form
    assert WISH in form  # what the system fills in is shown
    response = desk.post(at("notice_edit", notice.pk), {"you": "您", **POINTS})
    assert response["Location"] == at("notice_detail", notice.pk)
    preview = desk.get(at("notice_preview", notice.pk))
    assert preview["Content-Type"] == "application/pdf"
    assert "no-store" in preview["Cache-Control"]
    assert "请写明年度" in pdf_text(preview.content)
    today = timezone.localdate()
    response = desk.post(at("notice_issue", notice.pk), {"on": today.isoformat()})
    assert response["Location"] == at("notice_detail", notice.pk)
    detail = page(desk.get(at("notice_detail", notice.pk)))
    assert "待送达" in detail
    assert f"〔{today.year}〕1号" in detail
    assert NAME not in detail
    assert pdf_text(desk.get(at("notice_file", notice.pk, "pdf")).content).count(NAME) >= 1
    word = desk.get(at("notice_file", notice.pk, "docx"))
    assert "attachment" in word["Content-Disposition"]
    proof = SimpleUploadedFile("回执.png", _png(), content_type="image/png")
    response = desk.post(
        at("notice_deliver", notice.pk),
        {
            "way": "post",
            "sent_on": today.isoformat(),
            "tracking_number": "1234 5678 90123",
            "proof": proof,
        },
    )
    assert response.status_code == 302, page(response)
    delivery = Delivery.objects.get()
    assert (delivery.tracking_number, delivery.counts_on) == ("1234567890123", today)
    assert delivery.proof.kind == CaseFile.Kind.DELIVERY
    assert "待送达" not in page(desk.get(at("notice_detail", notice.pk)))
    slip = pdf_text(desk.get(at("delivery_receipt", delivery.pk)).content)
    assert "送达回证" in slip
    assert "1234567890123" in slip
    assert NAME in slip
    desk.post(at("delivery_signed", delivery.pk), {"received_on": today.isoformat()})
    delivery.refresh_from_db()
    assert delivery.received_on == today


def _png():
    from PIL import Image

    stream = BytesIO()
    Image.new("RGB", (40, 40), "white").save(stream, "PNG")
    return stream.getvalue()


def test_what_is_wrong_is_said_and_what_was_typed_stays(desk, officer, case, letterhead):
    draft = notices.draft_notice(officer, case, "N02", extra=POINTS)
    too_long = desk.post(at("notice_edit", draft.pk), {"you": "您", "points": "字" * 6001})
    assert too_long.status_code == 422
    assert "字" * 6001 in page(too_long)
    notice = issued(officer, case)
    response = desk.post(at("notice_deliver", notice.pk), {"way": "post", "sent_on": "2026-04-03"})
    assert response.status_code == 422
    assert "邮政企业" in page(response)
    assert "2026-04-03" in page(response)
    assert not Delivery.objects.exists()


def test_two_officers_at_one_draft_the_second_is_told(desk, officer, case, letterhead):
    draft = notices.draft_notice(officer, case, "N02", extra=POINTS)
    notices.issue_notice(officer, draft, on=ISSUED)
    response = desk.post(at("notice_edit", draft.pk), {"you": "您", "points": "晚到的修改"})
    assert response.status_code == 422
    assert "不能再修改" in page(response)
    assert "晚到的修改" in page(response)


def test_two_edit_a_draft_the_second_is_told_who_and_then_decides(
    desk, officer, responsible, case, letterhead
):
    draft = notices.draft_notice(officer, case, "N02", extra=POINTS)
    mine = {"you": "您", "points": "甲的文字", "period": "10个工作日"}
    seen = notices.version_of(draft)
    notices.edit_notice(responsible, draft, {"points": "乙的文字"})
    response = desk.post(at("notice_edit", draft.pk), {**mine, "seen": seen})
    assert response.status_code == 422
    assert f"{responsible.name}在您打开之后修改了这份草稿" in page(response)
    assert "甲的文字" in page(response)
    draft.refresh_from_db()
    assert notices.content_of(draft).own["points"] == "乙的文字"
    again = {**mine, "seen": notices.version_of(draft)}
    assert f'value="{again["seen"]}"' in page(response)
    assert desk.post(at("notice_edit", draft.pk), again).status_code == 302
    draft.refresh_from_db()
    assert notices.content_of(draft).own["points"] == "甲的文字"


def test_a_returned_letter_stands_among_the_undelivered_again(desk, officer, case, letterhead):
    notice = issued(officer, case)
    sent = deliveries.record_delivery(
        officer, notice, way="post", sent_on=date(2026, 4, 3), tracking_number="1234567890123"
    )
    assert not undelivered_notices(officer.user, date(2026, 4, 4)).total
    desk.post(at("delivery_returned", sent.pk), {"on": "2026-04-10", "reason": "地址不详，退回"})
    sent.refresh_from_db()
    assert sent.counts_on == date(2026, 4, 3)  # the day of posting still counts (235号函)
    work = undelivered_notices(officer.user, date(2026, 4, 11))
    assert (work.total, work.late) == (1, 1)
    assert notice.number in page(desk.get(at("notice_list")))
    assert "地址不详" in page(desk.get(at("notice_detail", notice.pk)))


def test_a_notice_whose_step_the_clock_does_not_know_says_so(desk, officer, case, letterhead):
    notice = issued(officer, case)
    assert "还没有登记“补正告知”" in page(desk.get(at("notice_detail", notice.pk)))
    draft = notices.draft_notice(officer, case, "N02", extra=POINTS)
    assert "还没有登记“补正告知”" in page(desk.get(at("notice_issue", draft.pk)))
    record_event(officer, case, CorrectionRequested(on=date(2026, 3, 10), days=15))
    assert "还没有登记“" not in page(desk.get(at("notice_detail", notice.pk)))


def test_an_extension_goes_out_with_its_step_so_that_the_clock_hears_of_it(
    desk, officer, case, letterhead
):
    fields = {"reason": "检索量大", "days": "20", "new_due": "2026年5月6日"}
    approval = approved(case, "extension", days=20)
    draft = notices.draft_notice(officer, case, "N04", extra=fields, approval=approval)
    detail = page(desk.get(at("notice_detail", draft.pk)))
    assert at("notice_issue", draft.pk) not in detail
    assert "在案件页面执行时印发" in detail
    response = desk.post(at("notice_issue", draft.pk), {"on": "2026-04-02"})
    assert response.status_code == 422
    assert "随办理步骤发出" in page(response)


def test_the_list_begins_with_what_is_undelivered(desk, officer, case, letterhead):
    waiting = issued(officer, case)
    done = issued(officer, case)
    deliveries.record_delivery(
        officer, done, way="in_person", sent_on=ISSUED, received_on=date(2026, 4, 3)
    )
    draft = notices.draft_notice(officer, case, "N03")
    listed = page(desk.get(at("notice_list")))
    assert waiting.number in listed
    assert done.number not in listed
    everything = page(desk.get(at("notice_list") + "?stage=all"))
    assert done.number in everything
    assert at("notice_detail", draft.pk) in everything


def test_the_list_asks_the_database_the_same_for_one_and_for_many(desk, officer, organ, letterhead):
    counts = []
    for _ in range(2):
        issued(officer, make_case_of(officer, organ))
        desk.get(at("notice_list"))
        with CaptureQueriesContext(connection) as caught:
            desk.get(at("notice_list"))
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_several_are_printed_as_one_with_each_on_an_odd_page(desk, officer, case, letterhead):
    found = [issued(officer, case), issued(officer, case)]
    response = desk.post(at("notice_print"), {"notice": [one.pk for one in found]})
    text = pdf_text(response.content)
    assert all(one.number in text for one in found)
    single = pikepdf.open(BytesIO(notices.read_notice(officer, found[0])[1]))
    pages = len(single.pages) + len(single.pages) % 2
    assert len(pikepdf.open(BytesIO(response.content)).pages) == pages + len(single.pages)
    assert LedgerEntry.objects.filter(action="foi.notice.print").count() == 2
    assert desk.post(at("notice_print")).status_code == 302  # nothing chosen


def test_another_bodys_notices_answer_like_none(client, officer, case, letterhead):
    notice = issued(officer, case)
    sent = deliveries.record_delivery(
        officer, notice, way="in_person", sent_on=ISSUED, received_on=ISSUED
    )
    stranger = make_user(Role.REQUEST_OFFICER, make_organ("411281-009"))
    client.force_login(stranger)
    for name, args in (
        ("notice_case", [case.pk]),
        ("notice_draft", [case.pk, "N02"]),
        ("notice_detail", [notice.pk]),
        ("notice_edit", [notice.pk]),
        ("notice_preview", [notice.pk]),
        ("notice_issue", [notice.pk]),
        ("notice_discard", [notice.pk]),
        ("notice_replace", [notice.pk]),
        ("notice_deliver", [notice.pk]),
        ("notice_file", [notice.pk, "pdf"]),
        ("delivery_signed", [sent.pk]),
        ("delivery_returned", [sent.pk]),
        ("delivery_receipt", [sent.pk]),
    ):
        assert client.get(at(name, *args)).status_code == 404, name
    assert notice.number not in page(client.get(at("notice_list") + "?stage=all"))
    printed = client.post(at("notice_print"), {"notice": [notice.pk]})
    assert printed.status_code == 302


def test_a_reviewer_sees_that_there_is_a_notice_but_not_what_it_says(
    client, officer, case, letterhead
):
    notice = issued(officer, case)
    client.force_login(make_user(Role.REVIEWER, case.organ))
    assert client.get(at("notice_detail", notice.pk)).status_code == 200
    for name, args in (("notice_file", [notice.pk, "pdf"]), ("notice_edit", [notice.pk])):
        assert client.get(at(name, *args)).status_code in (302, 403, 404), name


# -- templates and letterheads -----------------------------------------------------------------


def test_a_template_is_downloaded_uploaded_previewed_and_given_up(office, organ):
    assert "系统模板" in page(office.get(at("template_list")))
    detail = page(office.get(at("template_detail", organ.pk, "N02")))
    assert "{{补正事项}}" in detail
    word = office.get(at("template_file", organ.pk, "N02", "now"))
    assert word.content == packaged_template("N02")
    upload = SimpleUploadedFile("补正.docx", with_text("请到三号窗口。"))
    response = office.post(
        at("template_detail", organ.pk, "N02"), {"file": upload, "note": "增加窗口"}
    )
    assert response.status_code == 302, page(response)
    assert "三号窗口" in pdf_text(office.get(at("template_preview", organ.pk, "N02")).content)
    assert "增加窗口" in page(office.get(at("template_detail", organ.pk, "N02")))
    assert "第 1 版" in page(office.get(at("template_list")))
    office.post(at("template_reset", organ.pk, "N02"))
    assert "系统模板" in page(office.get(at("template_list")))
    office.post(at("template_restore", organ.pk, "N02", "1"))
    assert templates.template_of(organ, "N02").version == 3
    assert office.get(at("template_file", organ.pk, "N02", "2")).status_code == 404  # packaged
    assert office.get(at("template_file", organ.pk, "N02", "9")).status_code == 404


def test_the_disclosure_office_chooses_among_the_bodies_below_it(client):
    city = make_organ("411281")
    below = make_organ("411281-021", parent=city, name="义马市甲示例局")
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, city))
    chosen = page(client.get(at("template_list") + f"?organ={below.code}"))
    assert at("template_detail", below.pk, "N02") in chosen
    assert "没有这个机构" in page(client.get(at("template_list") + "?organ=999999"))


def test_a_refused_template_says_why_at_its_field(office, organ):
    upload = SimpleUploadedFile("补正.docx", with_text("{{申请编码}}"))
    response = office.post(at("template_detail", organ.pk, "N02"), {"file": upload, "note": "改"})
    assert response.status_code == 422
    assert "是不是“申请编号”" in page(response)
    assert not NoticeTemplate.objects.exists()


def test_a_letterhead_is_set_with_its_seal(office, organ, seal):
    assert "还没有文书设置" in page(office.get(at("template_letterheads")))
    values = {**HEAD, "valid_from": "2026-01-01", "organ": organ.code}
    values["seal"] = SimpleUploadedFile("章.png", seal)
    response = office.post(at("template_letterhead_new"), values)
    assert response.status_code == 302, page(response)
    head = Letterhead.objects.get()
    (row,) = office.get(at("template_letterheads")).context["rows"]
    assert row["cells"][-1]["text"] == "有"
    assert office.get(at("template_seal", head.pk))["Content-Type"] == "image/png"
    assert "义马市人民法院" in page(office.get(at("template_letterhead", head.pk)))
    edited = {**HEAD, "valid_from": "2026-01-01", "court": "示例法院"}
    office.post(at("template_letterhead_edit", head.pk), edited)
    head.refresh_from_db()
    assert (head.court, bool(head.seal)) == ("示例法院", True)
    office.post(at("template_letterhead_remove", head.pk))
    assert not Letterhead.objects.exists()


def test_only_who_configures_sees_templates_and_seals(desk, organ, letterhead):
    for name, args in (
        ("template_list", []),
        ("template_detail", [organ.pk, "N02"]),
        ("template_letterheads", []),
        ("template_letterhead", [letterhead.pk]),
        ("template_seal", [letterhead.pk]),
    ):
        assert desk.get(at(name, *args)).status_code in (302, 403), name


# -- messages ----------------------------------------------------------------------------------


def test_a_failed_message_is_seen_and_sent_again(desk, officer, organ, case):
    intake = make_case_of(officer, organ, email="zhang@example.org").intake
    (message,) = messages.queue(intake, "notice")
    Message.objects.update(state="failed", try_at=None, tries=9, problem="不能连接服务器")
    listed = page(desk.get(at("message_list")))
    assert "不能连接服务器" in listed
    assert intake.number in listed
    assert "zhang@example.org" not in listed
    assert "zhang@example.org" not in page(desk.get(at("message_detail", message.pk)))
    desk.post(at("message_retry", message.pk))
    message.refresh_from_db()
    assert (message.state, message.tries) == ("queued", 0)
    Message.objects.update(state="failed", try_at=None)
    response = desk.post(at("message_retry_all"))
    assert "1条" in "".join(str(one) for one in get_messages(response.wsgi_request))
    desk.post(at("message_cancel", message.pk))
    message.refresh_from_db()
    assert message.state == "cancelled"


def test_messages_of_another_body_are_not_there(client, officer, organ):
    intake = make_case_of(officer, organ, email="zhang@example.org").intake
    (message,) = messages.queue(intake, "notice")
    client.force_login(make_user(Role.REQUEST_OFFICER, make_organ("411281-010")))
    assert intake.number not in page(client.get(at("message_list")))
    for name in ("message_detail", "message_retry", "message_cancel"):
        assert client.get(at(name, message.pk)).status_code == 404

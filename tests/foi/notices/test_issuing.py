"""Notices: numbered without gaps, complete, approved, frozen (requirements of 条例 and 复议法)."""

from datetime import date
from io import BytesIO

import pypdfium2
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from docx import Document

from gongkai.foi.models import Approval, Consultation, Notice, NoticeSerial, Proof
from gongkai.foi.services import notices
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import sm3
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.vault.sealing import seal_json
from tests.factories.organs import make_organ, make_user
from tests.foi.notices.conftest import NAME, WISH, approved

pytestmark = pytest.mark.django_db

ISSUED = date(2026, 4, 2)
POINTS = {"points": "一、请写明文件的名称；\n二、请写明年度。", "period": "15个工作日"}


def pdf_text(data: bytes) -> str:
    pages = pypdfium2.PdfDocument(data)
    return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in pages)


def docx_text(data: bytes) -> str:
    return "\n".join(p.text for p in Document(BytesIO(data)).paragraphs)


def issued(officer, case, kind="N02", on=ISSUED, approval=None, **extra):
    draft = notices.draft_notice(officer, case, kind, extra=extra or POINTS, approval=approval)
    return notices.issue_notice(officer, draft, on=on)


def test_a_notice_bears_what_every_notice_must(officer, case, letterhead):
    notice = issued(officer, case)
    name, data = notices.read_notice(officer, notice)
    text = pdf_text(data)
    assert notice.number == "义示公复〔2026〕1号"
    assert name == "政府信息公开申请补正告知书义示公复〔2026〕1号.pdf"
    for words in (
        "义马市示例局",
        notice.number,
        NAME,
        case.number,
        "2026年3月6日",
        "通过互联网",
        WISH,
        "一、请写明文件的名称",
        "第三十条",
        "0398-0000000",
        "2026年4月2日",
    ):
        assert "".join(words.split()) in text, words
    assert "行政复议" not in text  # a step in the procedure tells no remedies
    assert WISH in docx_text(notices.read_notice(officer, notice, "docx")[1])


def test_article_45_no_paper_comes_into_a_case_that_was_put_on_file(officer, case, letterhead):
    notice = issued(officer, case)
    draft = notices.draft_notice(officer, case, "N02")
    case.archived_on = ISSUED
    case.save()
    notice, draft = (Notice.objects.get(pk=one.pk) for one in (notice, draft))
    for act in (
        lambda: notices.draft_notice(officer, case, "N02"),
        lambda: notices.edit_notice(officer, draft, POINTS),
        lambda: notices.issue_notice(officer, draft, on=ISSUED),
        lambda: notices.replace_notice(officer, notice, reason="文书中的日期有误"),
    ):
        with pytest.raises(ValidationError, match="先撤销归档"):
            act()


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("15个工作日", "请您自收到本告知书之日起15个工作日内补正"),
        ("截至2026年4月20日", "请您于2026年4月20日前（含当日）补正"),
        ("自收到之日起十五个工作日内", "请您自收到之日起十五个工作日内补正"),
    ],
)
def test_a_period_reads_as_a_sentence(officer, case, letterhead, written, printed):
    notice = issued(officer, case, points="请写明年度。", period=written)
    assert printed in pdf_text(notices.read_notice(officer, notice)[1])


def test_a_reason_that_ends_with_a_full_stop_stays_one_sentence(officer, case, letterhead):
    fields = {"reason": "检索量较大。", "days": "20", "new_due": "2026年5月6日"}
    notice = issued(officer, case, "N04", approval=approved(case, "extension"), **fields)
    assert "因检索量较大，不能在法定期限内答复" in pdf_text(notices.read_notice(officer, notice)[1])


def test_a_draft_begins_with_the_proofs_that_its_outcome_asks_for(officer, case, letterhead):
    for key, text in (
        ("process_kind", "属于会议讨论记录。"),
        ("internal_kind", "属于后勤管理。"),
        ("classification", "定密依据若干。"),
    ):
        proof = Proof(request=case, key=key, at="2026-03-20T09:00:00+08:00", by="测试")
        proof.sealed = seal_json(proof.belongs_to, {"text": text})
        proof.save()
    approval = approved(case, "decision", outcome="DENY_PROCESS")
    draft = notices.draft_notice(officer, case, "N12", approval=approval)
    assert notices.content_of(draft).own == {"facts": "属于会议讨论记录。"}


def test_numbers_have_no_gaps_and_begin_anew_each_year(officer, case, letterhead):
    first = issued(officer, case)
    given_up = notices.draft_notice(officer, case, "N02", extra=POINTS)
    notices.discard_notice(officer, given_up)
    second = issued(officer, case)
    assert [first.serial, second.serial] == [1, 2]
    assert NoticeSerial.objects.get().last == 2


def test_an_issue_that_fails_gives_its_number_back(officer, case, letterhead, monkeypatch):
    draft = notices.draft_notice(officer, case, "N02", extra=POINTS)

    def fails(*_args):
        raise RuntimeError

    monkeypatch.setattr(notices, "sm3", fails)
    with pytest.raises(RuntimeError):
        notices.issue_notice(officer, draft, on=ISSUED)
    monkeypatch.undo()
    assert not NoticeSerial.objects.filter(last__gt=0).exists()
    assert notices.issue_notice(officer, draft, on=ISSUED).serial == 1


def test_what_was_issued_is_frozen(officer, case, letterhead):
    notice = issued(officer, case)
    _, data = notices.read_notice(officer, notice)
    assert notice.sm3 == sm3(data)
    for change in (
        lambda: notices.edit_notice(officer, notice, {"points": "另写"}),
        lambda: notices.discard_notice(officer, notice),
        lambda: notices.issue_notice(officer, notice, on=ISSUED),
    ):
        with pytest.raises(ValidationError, match="不能再修改"):
            change()
    assert notices.read_notice(officer, notice)[1] == data


def test_a_mistake_is_put_right_by_a_new_notice_with_a_reason(officer, case, letterhead):
    old = issued(officer, case)
    with pytest.raises(ValidationError, match="请写明替换的原因"):
        notices.replace_notice(officer, old, reason=" ")
    draft = notices.replace_notice(officer, old, reason="补正期限有误")
    old.refresh_from_db()
    assert old.state == Notice.State.ISSUED  # still in force until the new one is issued
    notices.edit_notice(officer, draft, {"period": "20个工作日"})
    fresh = notices.issue_notice(officer, draft, on=ISSUED)
    old.refresh_from_db()
    assert (old.state, fresh.replaces_id, fresh.serial) == ("replaced", old.pk, 2)
    assert "20个工作日" in pdf_text(notices.read_notice(officer, fresh)[1])


def test_article_33_what_was_agreed_to_is_changed_by_who_may_agree_alone(
    officer, responsible, case, letterhead
):
    """Given an agreed extension, then neither its draft nor its successor is the officer's own."""
    fields = {"reason": "检索量大", "days": "20", "new_due": "2026年5月6日"}
    approval = approved(case, "extension", days=20)
    draft = notices.draft_notice(officer, case, "N04", extra=fields, approval=approval)
    with pytest.raises(ValidationError, match="由有权审批的人修改"):
        notices.edit_notice(officer, draft, {"reason": "别的理由"})
    notices.edit_notice(responsible, draft, {"reason": "检索量很大"})
    old = notices.issue_notice(officer, draft, on=ISSUED)
    fresh = notices.replace_notice(officer, old, reason="理由有误")
    notices.edit_notice(officer, fresh, {"reason": "第三种理由"})
    assert not notices.may_issue(officer, fresh)
    with pytest.raises(ValidationError, match="由有权审批的人核对后印发"):
        notices.issue_notice(officer, fresh, on=ISSUED)
    assert notices.may_issue(responsible, fresh)
    assert notices.issue_notice(responsible, fresh, on=ISSUED).replaces_id == old.pk


def test_article_38_an_answer_is_replaced_by_who_signs_answers(client, case, letterhead, organ):
    """Given a draft in an answer's place, then the leader issues it on screen, the officer cannot."""
    officer, leader = (
        make_user(role, organ) for role in (Role.REQUEST_OFFICER, Role.APPROVING_LEADER)
    )
    handles = Actor.for_user(officer)
    approval = approved(case, "decision", outcome="GRANT", subtype="provided")
    old = issued(handles, case, "N10", approval=approval, supply="复印件一份。")
    fresh = notices.replace_notice(handles, old, reason="文号有误")
    address = reverse("foi:notice_issue", args=[fresh.pk])
    client.force_login(officer)
    answer = client.post(address, {"on": ISSUED.isoformat()})
    assert "由有权审批的人核对后印发" in answer.content.decode()
    client.force_login(leader)
    assert client.post(address, {"on": ISSUED.isoformat()}).status_code == 302
    fresh.refresh_from_db()
    assert fresh.state == Notice.State.ISSUED


def test_an_extension_goes_out_approved_article_33(officer, case, letterhead):
    fields = {"reason": "检索量大", "days": "20", "new_due": "2026年5月6日"}
    draft = notices.draft_notice(officer, case, "N04", extra=fields)
    with pytest.raises(ValidationError, match="延长答复期限"):
        notices.issue_notice(officer, draft, on=ISSUED)
    approval = approved(case, "extension", days=20)
    Approval.objects.filter(pk=approval.pk).update(state="pending")
    draft = notices.draft_notice(officer, case, "N04", extra=fields, approval=approval)
    with pytest.raises(ValidationError, match="还没有通过"):
        notices.issue_notice(officer, draft, on=ISSUED)
    Approval.objects.filter(pk=approval.pk).update(state="approved")
    assert notices.issue_notice(officer, draft, on=ISSUED).serial == 1


@pytest.mark.parametrize(
    ("kind", "outcome", "subtype", "fields", "first", "articles"),
    [
        (
            "N12",
            "DENY_PROCESS",
            "",
            {"facts": "属于讨论记录。"},
            "先向义马市人民政府申请行政复议",
            "第十六条第二款、第三十六条第三项",
        ),
        (
            "N10",
            "GRANT",
            "provided",
            {"supply": "复印件一份。"},
            "申请行政复议，或者",
            "第三十六条第二项",
        ),
        (
            "N13",
            "UNABLE_NOT_HELD",
            "not_exist",
            {"search": "查了档案。"},
            "申请行政复议，或者",
            "第三十六条第四项",
        ),
    ],
)
def test_a_decision_tells_articles_and_remedies(
    officer, case, letterhead, kind, outcome, subtype, fields, first, articles
):
    approval = approved(case, "decision", outcome=outcome, subtype=subtype)
    text = pdf_text(
        notices.read_notice(officer, issued(officer, case, kind, approval=approval, **fields))[1]
    )
    assert first in text
    assert f"《中华人民共和国政府信息公开条例》{articles}" in text
    assert "义马市人民法院" in text


def test_before_2024_a_refusal_carried_the_ordinary_remedies(officer, organ, letterhead, case):
    approval = approved(case, "decision", outcome="DENY_INTERNAL")
    draft = notices.draft_notice(
        officer, case, "N12", extra={"facts": "属于内部事务信息。"}, approval=approval
    )
    content = notices.content_of(draft)
    old = notices.values_of(draft, content, letterhead, on=date(2023, 12, 29))
    new = notices.values_of(draft, content, letterhead, on=date(2026, 4, 2))
    assert "或者自收到本告知书之日起6个月内" in old["救济告知"]
    assert "应当" in new["救济告知"]
    assert "先向" in new["救济告知"]


def test_an_incomplete_notice_says_what_is_missing(officer, case, letterhead):
    draft = notices.draft_notice(officer, case, "N02", extra={"points": "请写明年度。"})
    with pytest.raises(ValidationError) as caught:
        notices.issue_notice(officer, draft, on=ISSUED)
    assert "补正期限" in caught.value.message_dict["period"][0]


def test_without_letterhead_nothing_numbered_goes_out(officer, case):
    draft = notices.draft_notice(officer, case, "N02", extra=POINTS)
    with pytest.raises(ValidationError, match="文书设置"):
        notices.issue_notice(officer, draft, on=ISSUED)
    receipt = notices.draft_notice(officer, case, "N01", extra={"query_code": "7K2M-9QXD"})
    assert notices.issue_notice(officer, receipt, on=ISSUED).number == ""


def test_fields_that_a_kind_does_not_know_are_a_mistake_of_the_program(officer, case):
    with pytest.raises(ValueError, match="no field"):
        notices.draft_notice(officer, case, "N02", extra={"nonsense": "x"})


def test_what_a_notice_says_lies_sealed(officer, case, letterhead):
    notice = issued(officer, case)
    row = Notice.objects.filter(pk=notice.pk).values().get()
    for value in row.values():
        stored = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        assert NAME.encode() not in stored
        assert WISH.encode() not in stored
    said = "".join(str(e.changes) + e.object_label for e in LedgerEntry.objects.all())
    assert NAME not in said
    assert WISH not in said


def test_nobody_else_reads_or_writes_a_notice(officer, case, letterhead):
    notice = issued(officer, case)
    stranger = Actor.for_user(make_user(Role.REQUEST_OFFICER, make_organ("411281-009")))
    reviewer = Actor.for_user(make_user(Role.REVIEWER, case.organ))
    for actor in (stranger, reviewer):
        with pytest.raises(PermissionDenied):
            notices.read_notice(actor, notice)
        with pytest.raises(PermissionDenied):
            notices.draft_notice(actor, case, "N02")
    assert notices.read_notice(Actor.applicant(), notice)[1].startswith(b"%PDF")
    with pytest.raises(PermissionDenied):
        notices.read_notice(Actor.applicant(), notice, "docx")


def test_reading_leaves_a_ledger_entry(officer, case, letterhead):
    notice = issued(officer, case)
    notices.read_notice(officer, notice)
    entry = LedgerEntry.objects.filter(action="foi.notice.read").last()
    assert entry.changes == {"kind": "N02", "as": "pdf"}


def test_disclosing_against_an_objection_needs_a_decision_article_32(officer, case, letterhead):
    asked = Consultation(
        request=case,
        kind="third_party",
        ref="T1",
        sent_on=date(2026, 3, 10),
        replied_on=date(2026, 3, 20),
        reply="objected",
    )
    asked.sealed = seal_json(asked.belongs_to, {"name": "示例建筑有限公司"})
    asked.save()
    fields = {
        "information": "中标总价。",
        "reason": "不公开可能对公共利益造成重大影响。",
        "release_on": "2026年5月6日",
    }
    draft = notices.draft_notice(officer, case, "N08", extra=fields, consultation_ref="T1")
    with pytest.raises(ValidationError, match="第三十二条"):
        notices.issue_notice(officer, draft, on=ISSUED)
    approved(case, "override")
    text = pdf_text(
        notices.read_notice(officer, notices.issue_notice(officer, draft, on=ISSUED))[1]
    )
    assert "示例建筑有限公司" in text
    assert "申请行政复议" in text
    assert NAME not in text  # no more of the applicant than needed
    assert WISH not in text


def test_the_opinion_of_a_third_party_is_asked_without_the_applicants_words(
    officer, case, letterhead
):
    asked = Consultation(request=case, kind="third_party", ref="T1", sent_on=date(2026, 3, 10))
    asked.sealed = seal_json(asked.belongs_to, {"name": "示例建筑有限公司"})
    asked.save()
    notice = issued(officer, case, "N05", information="报价明细。")
    text = pdf_text(notices.read_notice(officer, notice)[1])
    assert "15个工作日" in text
    assert "征求意见回执" in text
    assert NAME not in text
    assert WISH not in text
    with pytest.raises(PermissionDenied):
        notices.read_notice(Actor.applicant(), notice)

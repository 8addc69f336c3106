"""Every step of the law with its notice, its approval and the clock (条例第三十条至第四十五条)."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from gongkai.foi.models import Approval, CaseFile, Consultation, FoiRequest, Notice
from gongkai.foi.services import steps
from gongkai.foi.services.deliveries import deliver_notice, sign_for_delivery
from gongkai.foi.services.files import store
from gongkai.foi.services.notices import (
    draft_notice,
    edit_notice,
    issue_notice,
    read_notice,
    version_of,
)
from gongkai.foi.services.steps.deciding import SHOWN_BY_RECORDS
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Membership, Role
from gongkai.statute.clock import IllegalSequence
from gongkai.statute.outcomes import OUTCOMES
from tests.factories.organs import make_organ, make_user
from tests.foi.notices.test_issuing import pdf_text

pytestmark = pytest.mark.django_db

POINTS = "一、请写明文件的名称。"


@pytest.fixture(autouse=True)
def _ready(today, letterhead, responsible, leader):
    """The body has its letterhead, and it is Monday 9 March 2026."""


def now(request):
    return FoiRequest.objects.select_related("organ").get(pk=request.pk)


def said(caught):
    return " ".join(caught.value.messages)


def acts():
    return list(LedgerEntry.objects.order_by("pk").values_list("action", flat=True))


def correction(officer, case, **more):
    return steps.request_correction(officer, case, **{"points": POINTS, "days": 10} | more)


# -- Article 30 --------------------------------------------------------------------------------


def test_article_30_a_correction_is_told_once_with_points_and_period(officer, case, today):
    notice = correction(officer, case)
    assert (notice.kind, notice.state, notice.issued_on) == ("N02", "issued", date(2026, 3, 9))
    text = pdf_text(read_notice(officer, notice)[1])
    assert "一、请写明文件的名称。" in text
    assert "10个工作日" in text
    assert now(case).state == "awaiting_correction"
    today(2026, 3, 10)
    with pytest.raises(IllegalSequence, match="补正只能一次性告知"):
        correction(officer, case)
    assert Notice.objects.filter(request=case).count() == 1


def test_article_30_after_the_seventh_working_day_nothing_is_issued_and_no_number_is_lost(
    officer, case, today
):
    today(2026, 3, 18)
    with pytest.raises(IllegalSequence, match="7 个工作日内"):
        correction(officer, case)
    assert not Notice.objects.exists()
    assert now(case).state == "running"


def test_article_30_without_points_nothing_is_told(officer, case):
    with pytest.raises(ValidationError, match="补正只能告知一次"):
        correction(officer, case, points=" ")


def test_article_30_the_supplement_begins_the_period_anew(officer, case, today):
    correction(officer, case)
    today(2026, 3, 16)
    steps.receive_correction(officer, now(case), on=date(2026, 3, 16))
    assert (now(case).state, now(case).due_on) == ("running", date(2026, 4, 14))


def test_article_30_a_case_lapses_only_with_proof_of_delivery_and_after_the_period(
    officer, case, today
):
    notice = correction(officer, case)
    today(2026, 3, 24)
    with pytest.raises(ValidationError, match="没有补正告知书的送达凭证"):
        steps.lapse(officer, now(case), facts="逾期未补正。")
    delivery = deliver_notice(
        officer, notice, way="post", sent_on=date(2026, 3, 9), tracking_number="1234567890123"
    )
    with pytest.raises(ValidationError, match="收到的日期还没有登记"):
        steps.lapse(officer, now(case), facts="逾期未补正。")
    sign_for_delivery(officer, delivery, received_on=date(2026, 3, 10))
    with pytest.raises(ValidationError, match="至 2026-03-24 届满"):
        steps.lapse(officer, now(case), facts="逾期未补正。")
    today(2026, 3, 25)
    closed = steps.lapse(officer, now(case), facts="逾期未补正，视为放弃。")
    assert closed.kind == "N22"
    assert (now(case).state, now(case).outcome) == ("closed_no_correction", "OTHER_NO_SUPPLEMENT")


def test_article_30_the_case_does_not_lapse_before_the_last_day_is_over(officer, case, today):
    notice = correction(officer, case)
    deliver_notice(
        officer, notice, way="post", sent_on=date(2026, 3, 9), tracking_number="1234567890123"
    )
    today(2026, 3, 23)
    with pytest.raises((ValidationError, IllegalSequence), match="届满"):
        steps.lapse(officer, now(case), facts="逾期未补正。")
    assert now(case).state == "awaiting_correction"


# -- Articles 32 and 34 ------------------------------------------------------------------------


def third_party(officer, case):
    return steps.consult_third_party(
        officer,
        now(case),
        name="示例公司",
        address="义马市示例路2号",
        information="中标文件中的报价明细。",
        ground="所申请的信息公开可能损害第三方合法权益",
    )


def test_article_32_a_third_party_is_asked_and_the_applicant_told(officer, case):
    asked = third_party(officer, case)
    assert (asked.ref, asked.sent_on) == ("第三方1", date(2026, 3, 9))
    assert now(case).state == "paused"
    kinds = list(Notice.objects.order_by("pk").values_list("kind", "addressee", "state"))
    assert kinds == [("N05", "third_party", "issued"), ("N06", "applicant", "issued")]
    letter = pdf_text(read_notice(officer, Notice.objects.get(kind="N05"))[1])
    assert "示例公司" in letter
    assert "张示例" not in letter
    for entry in LedgerEntry.objects.all():
        assert "示例公司" not in str(entry.changes)
    assert b"\xe7\xa4\xba\xe4\xbe\x8b\xe5\x85\xac\xe5\x8f\xb8" not in bytes(asked.sealed)


def test_article_32_silence_is_recorded_only_after_fifteen_working_days_from_receipt(
    officer, case, today
):
    asked = third_party(officer, case)
    with pytest.raises(ValidationError, match="还没有登记对方收到的日期"):
        steps.record_silence(officer, asked)
    today(2026, 3, 11)
    steps.note_arrival(officer, asked, on=date(2026, 3, 11))
    today(2026, 4, 1)
    with pytest.raises(ValidationError, match="至 2026-04-01 届满"):
        steps.record_silence(officer, asked)
    today(2026, 4, 2)
    assert steps.record_silence(officer, asked).reply == "silent"
    # Silence is no consent: a finding is still wanted.
    assert "third_party_consulted" not in steps.proofs_on_file(case)
    steps.assess_reply(officer, asked, accepted=False, assessment="报价已公示，不属于商业秘密。")
    assert "third_party_consulted" in steps.proofs_on_file(case)


def test_article_32_a_reply_ends_the_pause_and_its_words_are_sealed(officer, case, today):
    asked = third_party(officer, case)
    with pytest.raises(ValidationError, match="请记下对方的理由"):
        steps.record_reply(officer, asked, on=date(2026, 3, 9), reply="objected")
    today(2026, 3, 16)
    steps.record_reply(officer, asked, on=date(2026, 3, 16), reply="objected", text="是商业秘密")
    assert now(case).state == "running"
    assert "商业秘密" not in str(list(case.events.values_list("data", flat=True)))
    with pytest.raises(ValidationError, match="登记过答复"):
        steps.record_reply(officer, asked, on=date(2026, 3, 16), reply="agreed")


def test_article_32_disclosing_against_an_objection_needs_approval_and_a_letter(
    officer, responsible, case, today
):
    asked = third_party(officer, case)
    steps.record_reply(officer, asked, on=date(2026, 3, 9), reply="objected", text="是商业秘密")
    steps.assess_reply(officer, asked, accepted=True, assessment="属于商业秘密。")
    granted(officer, case)
    with pytest.raises(ValidationError, match="不采纳第三方意见而公开"):
        decide(officer, case)
    proposal = steps.propose_override(officer, now(case), reason="不公开将严重影响公共利益")
    steps.approve(responsible, proposal)
    with pytest.raises(ValidationError, match="书面告知第三方"):
        decide(officer, case)


def test_article_32_approved_and_told_in_writing_the_disclosure_is_proposed(
    officer, responsible, case, today
):
    asked = third_party(officer, case)
    steps.record_reply(officer, asked, on=date(2026, 3, 9), reply="objected", text="是商业秘密")
    steps.assess_reply(officer, asked, accepted=True, assessment="属于商业秘密。")
    granted(officer, case)
    proposal = steps.propose_override(officer, now(case), reason="不公开将严重影响公共利益")
    steps.approve(responsible, proposal)
    extra = {
        "information": "中标总价。",
        "reason": "不公开可能对公共利益造成重大影响。",
        "release_on": "2026年3月30日",
    }
    letter = draft_notice(
        officer, now(case), "N08", extra=extra, consultation_ref=asked.ref, addressee="third_party"
    )
    letter = issue_notice(officer, letter, on=date(2026, 3, 9))
    deliver_notice(
        officer, letter, way="in_person", sent_on=date(2026, 3, 9), received_on=date(2026, 3, 9)
    )
    asked.refresh_from_db()
    assert asked.told_on == date(2026, 3, 9)
    assert decide(officer, case).state == "pending"


def test_what_was_found_of_a_third_partys_reasons_stands_once_the_case_is_closed(officer, case):
    asked = third_party(officer, case)
    steps.record_reply(officer, asked, on=date(2026, 3, 9), reply="objected", text="是商业秘密")
    steps.assess_reply(officer, asked, accepted=True, assessment="属于商业秘密。")
    steps.withdraw(officer, now(case), on=date(2026, 3, 9))
    with pytest.raises(ValidationError, match="已经办结"):
        steps.assess_reply(officer, asked, accepted=False, assessment="不属于商业秘密。")
    asked.refresh_from_db()
    assert asked.accepted is True


def test_article_34_another_body_is_asked(officer, case, today):
    asked = steps.consult_organ(
        officer,
        now(case),
        organ_name="义马市示范局",
        information="联合印发的通知。",
        ground="所申请的信息由两个机关共同制作",
    )
    assert now(case).state == "paused"
    assert set(Notice.objects.values_list("kind", flat=True)) == {"N06", "N07"}
    steps.record_reply(officer, asked, on=date(2026, 3, 9), reply="agreed")
    assert now(case).state == "running"


# -- Article 33 --------------------------------------------------------------------------------


def test_article_33_an_extension_counts_when_it_was_approved_and_told(
    officer, responsible, case, today
):
    before = now(case).due_on
    proposal = steps.propose_extension(officer, case, days=10, reason="档案数量较大，需要时间检索")
    with pytest.raises(ValidationError, match="审批还没有通过"):
        steps.carry_out(officer, proposal, way="electronic", sent_on=date(2026, 3, 9))
    with pytest.raises(PermissionDenied):
        steps.approve(officer, proposal)
    steps.approve(responsible, proposal, comment="同意")
    assert now(case).due_on == before
    today(2026, 3, 20)
    steps.carry_out(officer, proposal, way="electronic", sent_on=date(2026, 3, 20))
    assert (before, now(case).due_on) == (date(2026, 4, 3), date(2026, 4, 20))
    event = case.events.order_by("seq").last()
    assert (event.type, event.on, event.data) == ("extended", date(2026, 3, 20), {"days": 10})
    notice = Notice.objects.get(kind="N04")
    text = pdf_text(read_notice(officer, notice)[1])
    assert "2026年4月20日" in text
    with pytest.raises(ValidationError, match="已经执行"):
        steps.carry_out(officer, proposal, way="electronic", sent_on=date(2026, 3, 20))


def test_article_33_an_extension_told_after_the_deadline_is_refused_whole(
    officer, responsible, case, today
):
    proposal = steps.propose_extension(officer, case, days=10, reason="档案数量较大，需要时间检索")
    steps.approve(responsible, proposal)
    today(2026, 4, 7)
    with pytest.raises(IllegalSequence, match="期限已于 2026-04-03 届满"):
        steps.carry_out(officer, proposal, way="electronic", sent_on=date(2026, 4, 7))
    notice = Notice.objects.get(kind="N04")
    assert (notice.state, notice.number, notice.deliveries.count()) == ("draft", "", 0)
    proposal.refresh_from_db()
    assert proposal.carried_out_at is None


def test_article_33_more_than_twenty_days_or_a_second_time_is_not_even_proposed(officer, case):
    with pytest.raises(IllegalSequence, match="最长不得超过 20 个工作日"):
        steps.propose_extension(officer, case, days=21, reason="时间不够")
    steps.propose_extension(officer, case, days=20, reason="时间不够")
    with pytest.raises(ValidationError, match="已有待审批的"):
        steps.propose_extension(officer, case, days=5, reason="时间不够")


def test_article_33_nothing_is_proposed_where_the_post_is_empty(officer, case):
    post = Membership.objects.filter(organ=case.organ, role=Role.RESPONSIBLE_PERSON)
    post.update(ended_on=date(2026, 3, 9))
    with pytest.raises(ValidationError, match="没有其他在任的工作机构负责人"):
        steps.propose_extension(officer, case, days=5, reason="时间不够")
    assert not Approval.objects.exists()
    assert not Notice.objects.exists()


def test_nobody_approves_his_own_proposal(responsible, organ, case):
    make_user(Role.RESPONSIBLE_PERSON, organ)
    proposal = steps.propose_extension(responsible, case, days=5, reason="时间不够")
    with pytest.raises(ValidationError, match="请由他人审批"):
        steps.approve(responsible, proposal)


def test_what_is_returned_or_taken_back_leaves_no_draft_behind(officer, responsible, case):
    first = steps.propose_extension(officer, case, days=5, reason="时间不够")
    with pytest.raises(ValidationError, match="退回的原因"):
        steps.return_proposal(responsible, first, comment=" ")
    steps.return_proposal(responsible, first, comment="理由不充分")
    second = steps.propose_extension(officer, case, days=5, reason="档案数量较大")
    steps.take_back(officer, second)
    assert set(Notice.objects.values_list("state", flat=True)) == {"discarded"}
    with pytest.raises(ValidationError, match="已收回"):
        steps.approve(responsible, second)


# -- Articles 35 and 42 ------------------------------------------------------------------------


def test_article_42_a_fee_is_computed_approved_told_and_paid(officer, responsible, case, today):
    proposal = steps.propose_fee(
        officer,
        case,
        method="page",
        pages=68,
        reason="页数明显超过合理范围",
        offered="已告知可以查阅",
    )
    assert proposal.proposal["amount"] == 380
    steps.approve(responsible, proposal)
    steps.carry_out(
        officer,
        proposal,
        way="in_person",
        sent_on=date(2026, 3, 9),
        received_on=date(2026, 3, 9),
    )
    assert (now(case).state, now(case).due_on) == ("awaiting_payment", date(2026, 4, 7))
    text = pdf_text(read_notice(officer, Notice.objects.get(kind="N09"))[1])
    assert "合计380元" in text
    today(2026, 3, 20)
    steps.record_payment(officer, now(case), on=date(2026, 3, 20), amount=100)
    assert now(case).state == "awaiting_payment"
    steps.record_payment(officer, now(case), on=date(2026, 3, 20), amount=280)
    assert (now(case).state, now(case).due_on) == ("running", date(2026, 4, 20))


def test_article_42_what_is_free_is_not_charged(officer, case):
    with pytest.raises(ValidationError, match="不收费"):
        steps.propose_fee(
            officer, case, method="page", pages=30, reason="测试", offered="已告知可以查阅"
        )
    with pytest.raises(ValidationError, match="不能认定是同一申请人"):
        steps.propose_fee(officer, case, method="item", reason="测试", offered="已告知可以查阅")


def test_article_42_a_posted_fee_notice_lapses_only_from_its_proven_receipt(
    officer, responsible, case, today
):
    proposal = steps.propose_fee(
        officer,
        case,
        method="page",
        pages=68,
        reason="页数明显超过合理范围",
        offered="已告知可以查阅",
    )
    steps.approve(responsible, proposal)
    steps.carry_out(
        officer, proposal, way="post", sent_on=date(2026, 3, 9), tracking_number="1234567890123"
    )
    today(2026, 4, 9)
    with pytest.raises((ValidationError, IllegalSequence), match="送达"):
        steps.lapse(officer, now(case), facts="逾期未缴费。")
    steps.note_fee_arrival(officer, now(case), on=date(2026, 3, 12))
    assert now(case).due_on == date(2026, 4, 10)
    today(2026, 4, 13)
    steps.lapse(officer, now(case), facts="逾期未缴费，视为放弃。")
    assert now(case).outcome == "OTHER_NO_PAYMENT"


# -- Articles 36 to 39 -------------------------------------------------------------------------


def granted(officer, case):
    """What 予以公开（提供信息） wants is on file."""
    for proof in OUTCOMES["GRANT"].proofs_for("provided"):
        steps.add_proof(officer, case, key=proof.key, text="已核对")


def decide(officer, case, code="GRANT", subtype="provided", **more):
    return steps.propose_decision(
        officer, now(case), outcome_code=code, subtype=subtype, reason="材料齐全", **more
    )


def test_article_36_no_outcome_without_what_it_needs(officer, case):
    with pytest.raises(ValidationError) as caught:
        decide(officer, case, "UNABLE_NOT_HELD", "not_exist")
    assert "查找记录" in said(caught)
    steps.add_proof(officer, case, key="search_record", text="2026年3月9日查了公文系统，未发现。")
    approval = decide(officer, case, "UNABLE_NOT_HELD", "not_exist")
    draft = approval.notices.get()
    assert (draft.kind, draft.state) == ("N13", "draft")


def test_article_36_the_leader_signs_and_the_answer_is_issued_in_one_act(officer, leader, case):
    granted(officer, case)
    approval = decide(officer, case, extra={"supply": "一、示例文件，共2页。"})
    assert now(case).state == "running"
    with pytest.raises(PermissionDenied):
        steps.sign(officer, approval)
    notice = steps.sign(leader, approval, comment="同意")
    assert (notice.kind, notice.state) == ("N10", "issued")
    current = now(case)
    assert (current.state, current.outcome, current.outcome_subtype) == (
        "decided",
        "GRANT",
        "provided",
    )
    assert current.decided_on == date(2026, 3, 9)
    deliver_notice(officer, notice, way="electronic", sent_on=date(2026, 3, 9))
    assert now(case).state == "delivered"
    assert {"foi.approval.propose", "foi.approval.approve", "foi.notice.issue"} <= set(acts())


def test_a_draft_that_was_changed_after_reading_is_not_signed(officer, leader, case):
    granted(officer, case)
    approval = decide(officer, case, extra={"supply": "一、示例文件，共2页。"})
    seen = version_of(approval.notices.get())
    edit_notice(officer, approval.notices.get(), {"supply": "一、另一文件，共3页。"})
    with pytest.raises(ValidationError, match="请重新阅读后再签发"):
        steps.sign(leader, approval, seen=seen)
    assert now(case).state == "running"


def test_a_signature_that_cannot_be_issued_decides_nothing(officer, leader, case):
    granted(officer, case)
    # The field “提供内容” is empty: the notice is not complete.
    approval = decide(officer, case, extra={"supply": ""})
    with pytest.raises(ValidationError, match="提供内容"):
        steps.sign(leader, approval)
    approval.refresh_from_db()
    assert (approval.state, now(case).state) == ("pending", "running")
    assert not case.events.filter(type="decided").exists()


def test_what_has_no_notice_of_its_own_goes_out_as_the_general_one(officer, leader, case):
    steps.add_proof(officer, case, key="written_note", text="党务信息，不属于政府信息。")
    approval = decide(
        officer, case, "OTHER_MISC", "party_affairs", extra={"facts": "属于党务信息。"}
    )
    assert steps.sign(leader, approval).kind == "N00"
    assert now(case).outcome == "OTHER_MISC"


def test_article_37_partial_disclosure_needs_what_is_given_out(officer, case):
    wanted = {proof.key for proof in steps.still_missing(case, "PARTIAL")}
    assert {"released_part", "withheld_reasons"} <= wanted
    original = store(
        officer, kind="original", content=b"%PDF-1.4", name="a.pdf", request=case, intake=None
    )
    redacted = store(
        officer,
        kind="redacted",
        content=b"%PDF-1.4",
        name="b.pdf",
        request=case,
        intake=None,
        original=original,
    )
    CaseFile.objects.filter(pk=redacted.pk).update(released=True)
    left = {proof.key for proof in steps.still_missing(case, "PARTIAL")}
    assert not {"released_part", "withheld_reasons"} & left


@pytest.mark.parametrize("key", sorted(SHOWN_BY_RECORDS))
def test_words_do_not_take_the_place_of_deliveries_files_and_opinions(officer, case, key):
    before = steps.proofs_on_file(case)
    with pytest.raises(ValidationError, match="不能手工填写"):
        steps.add_proof(officer, case, key=key, text="已有")
    assert steps.proofs_on_file(case) == before


def test_a_waiting_third_party_keeps_the_answer_back(officer, case):
    third_party(officer, case)
    granted(officer, case)
    with pytest.raises(ValidationError, match="第三方1的意见还没有收到"):
        decide(officer, case)


def test_proofs_and_notes_are_sealed_and_shown_to_those_entitled(officer, case):
    steps.add_proof(officer, case, key="written_note", text="绝密的理由甲")
    steps.add_note(officer, case, text="绝密的备注乙")
    proof, note = case.proofs.get(), case.notes.get()
    assert "绝密".encode() not in bytes(proof.sealed) + bytes(note.sealed)
    assert [text for _, text in steps.proofs_of(officer, case)] == ["绝密的理由甲"]
    reviewer = Actor.for_user(make_user(Role.REVIEWER, case.organ))
    with pytest.raises(PermissionDenied):
        steps.proofs_of(reviewer, case)


# -- the end -----------------------------------------------------------------------------------


def test_article_45_a_file_with_gaps_is_not_put_away(officer, case):
    with pytest.raises(ValidationError) as caught:
        steps.archive(officer, case)
    assert "申请还没有办结" in said(caught)


def test_a_withdrawn_case_is_put_away_and_taken_out_again(officer, case):
    steps.withdraw(officer, case, on=date(2026, 3, 9))
    assert now(case).outcome_subtype == "withdrawn"
    steps.add_proof(officer, case, key="written_note", text="申请人当面撤回")
    assert steps.archive(officer, now(case)).archived_on == date(2026, 3, 9)
    with pytest.raises(ValidationError, match="已于 2026-03-09 归档"):
        steps.archive(officer, now(case))
    assert steps.reopen_file(officer, now(case), reason="补入材料").archived_on is None


# -- others ------------------------------------------------------------------------------------


def test_two_officers_the_second_is_told_and_nothing_is_written(officer, case):
    steps.request_correction(officer, case, points=POINTS, seen=1)
    with pytest.raises(ValidationError, match="已由他人登记了新的事项"):
        steps.withdraw(officer, now(case), on=date(2026, 3, 9), seen=1)
    assert now(case).state == "awaiting_correction"


def test_another_body_takes_no_step(case, officer):
    asked = third_party(officer, case)
    stranger = Actor.for_user(make_user(Role.RESPONSIBLE_PERSON, make_organ("411281-009")))
    on = date(2026, 3, 9)
    for step in (
        lambda: correction(stranger, case),
        lambda: steps.receive_correction(stranger, case, on=on),
        lambda: steps.record_reply(stranger, asked, on=on, reply="agreed"),
        lambda: steps.record_silence(stranger, asked),
        lambda: steps.assess_reply(stranger, asked, accepted=True, assessment="理由"),
        lambda: steps.propose_extension(stranger, case, days=5, reason="时间不够"),
        lambda: steps.add_proof(stranger, case, key="written_note", text="理由"),
        lambda: steps.add_note(stranger, case, text="备注"),
        lambda: steps.record_payment(stranger, case, on=on),
        lambda: steps.withdraw(stranger, case, on=on),
        lambda: steps.archive(stranger, case),
        lambda: steps.lapse(stranger, case, facts="逾期"),
        lambda: steps.ask_reasons(stranger, case, counts="多", points="理由", period="7个工作日"),
    ):
        with pytest.raises(PermissionDenied):
            step()
    assert Approval.objects.count() == 0
    assert Consultation.objects.get().reply == ""

"""What must be refused although it looks like a step, and what must not: found by random lives.

Each of these was done by a service, or refused by one, against the law or the records
(`test_life_of_steps`).
"""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from gongkai.foi import facts
from gongkai.foi.models import Consultation, Intake, Letterhead, Notice
from gongkai.foi.services import (
    conclude_remedy_case,
    following,
    linking,
    open_remedy_case,
    steps,
    triage,
)
from gongkai.foi.services.deliveries import deliver_notice, sign_for_delivery
from gongkai.foi.services.notices import (
    discard_notice,
    draft_notice,
    edit_notice,
    issue_notice,
    replace_notice,
)
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Organ, Role
from gongkai.statute.clock import IllegalSequence
from gongkai.statute.formats import format_for_year
from gongkai.statute.outcomes import OUTCOMES
from tests.factories.organs import make_organ, make_user
from tests.foi.steps.test_steps import correction, decide, granted, now, third_party

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 9)
TRACKING = "1234567890123"


@pytest.fixture(autouse=True)
def _ready(today, letterhead, responsible, leader):
    """The body has its letterhead, and it is Monday 9 March 2026."""


def by_hand(officer, notice, on=MONDAY):
    return deliver_notice(officer, notice, way="in_person", sent_on=on, received_on=on)


def fee(officer, responsible, case, *, way="post", on=MONDAY):
    proposal = steps.propose_fee(
        officer, now(case), method="page", pages=68, reason="页数多", offered="查阅"
    )
    steps.approve(responsible, proposal)
    number = TRACKING if way == "post" else ""
    return steps.carry_out(officer, proposal, way=way, sent_on=on, tracking_number=number)


def answered(officer, leader, case, on=MONDAY):
    """The search found nothing, the leader has signed: the answer lies ready."""
    steps.add_proof(officer, case, key="search_record", text="查了公文系统，未发现。")
    approval = decide(officer, case, "UNABLE_NOT_HELD", "not_exist", extra={"search": "公文系统"})
    return steps.sign(leader, approval)


def ordered_anew(officer, case, on, until=None):
    """A review has quashed the answer."""
    review = open_remedy_case(
        officer, case.organ, kind="review", number=f"复{on}", filed_on=on, request=now(case)
    )
    conclude_remedy_case(
        officer, review, result="corrected", concluded_on=on, duty="anew", duty_until=until
    )


# -- 补正 ------------------------------------------------------------------------------------------


def test_article_30_a_second_correction_is_not_told_by_hand_either(officer, case):
    first = correction(officer, case)
    extra = {"points": "再补一点。", "period": "5个工作日"}
    second = draft_notice(officer, now(case), "N02", extra=extra)
    with pytest.raises(ValidationError, match="补正只能一次性告知（条例第三十条）"):
        issue_notice(officer, second, on=MONDAY)
    discard_notice(officer, second)
    # What was mistyped is put right by a paper that takes the old one's place.
    fresh = replace_notice(officer, first, reason="日期有误")
    edit_notice(officer, fresh, {"points": "一、请写明文号。"})
    assert issue_notice(officer, fresh, on=MONDAY).serial == 2


def test_article_30_a_part_that_was_split_off_had_its_correction_with_the_whole(
    officer, case, today
):
    correction(officer, case)
    steps.receive_correction(officer, now(case), on=MONDAY)
    (part,) = linking.split_request(officer, now(case), descriptions=["另一份文件"])
    extra = {"points": "再补一点。", "period": "5个工作日"}
    with pytest.raises(ValidationError, match="第三十条"):
        issue_notice(officer, draft_notice(officer, part, "N02", extra=extra), on=MONDAY)


def test_article_30_whole_and_part_have_each_its_own_correction_once_they_are_two(officer, case):
    (part,) = linking.split_request(officer, case, descriptions=["另一份文件"])
    correction(officer, now(case))
    assert correction(officer, now(part)).request_id == part.pk


def test_article_30_the_period_of_the_notice_runs_from_its_receipt(officer, case, today):
    notice = correction(officer, case)
    delivery = deliver_notice(officer, notice, way="post", sent_on=MONDAY, tracking_number=TRACKING)
    today(2026, 3, 17)
    sign_for_delivery(officer, delivery, received_on=date(2026, 3, 17))
    today(2026, 3, 31)
    with pytest.raises(ValidationError, match="至 2026-03-31 届满"):
        steps.lapse(officer, now(case), facts="逾期未补正。")
    today(2026, 4, 1)
    steps.lapse(officer, now(case), facts="逾期未补正。")
    assert now(case).outcome == "OTHER_NO_SUPPLEMENT"


def test_article_30_where_nobody_is_waited_for_nothing_lapses(officer, case):
    with pytest.raises(IllegalSequence, match="没有待补正的告知"):
        steps.lapse(officer, case, facts="逾期未补正。")


# -- 第三方 -----------------------------------------------------------------------------------------


def test_article_32_an_objection_is_assessed_before_anything_is_disclosed(officer, case):
    asked = third_party(officer, case)
    steps.record_reply(officer, asked, on=MONDAY, reply="objected", text="是商业秘密")
    granted(officer, case)
    with pytest.raises(ValidationError, match="还没有认定公开是否会损害其合法权益"):
        decide(officer, case)
    steps.assess_reply(officer, asked, accepted=False, assessment="已经公示，不属于商业秘密。")
    assert decide(officer, case).state == "pending"


def test_article_32_what_was_found_of_a_silence_is_no_finding_on_later_reasons(
    officer, case, today
):
    asked = third_party(officer, case)
    steps.note_arrival(officer, asked, on=MONDAY)
    today(2026, 3, 31)
    steps.record_silence(officer, asked)
    steps.assess_reply(officer, asked, accepted=False, assessment="不属于商业秘密。")
    steps.record_reply(
        officer, asked, on=date(2026, 3, 31), reply="objected", text="含有核心技术参数"
    )
    asked.refresh_from_db()
    assert (asked.accepted, asked.assessment) == (None, "")
    granted(officer, case)
    with pytest.raises(ValidationError, match="还没有认定"):
        decide(officer, case)


def test_article_15_silence_does_not_open_what_harms_a_third_party(
    officer, responsible, case, today
):
    asked = third_party(officer, case)
    steps.note_arrival(officer, asked, on=MONDAY)
    today(2026, 3, 31)
    steps.record_silence(officer, asked)
    steps.assess_reply(officer, asked, accepted=True, assessment="属于商业秘密。")
    granted(officer, case)
    with pytest.raises(ValidationError, match="认定公开会损害第三方1的合法权益"):
        decide(officer, case)
    steps.approve(responsible, steps.propose_override(officer, now(case), reason="关系公共利益"))
    with pytest.raises(ValidationError, match="书面告知第三方"):
        decide(officer, case)


def test_article_32_each_third_party_is_overridden_and_told_for_itself(officer, responsible, case):
    extra = {"information": "总价。", "reason": "公共利益。", "release_on": "2026年3月30日"}

    def objects():
        asked = third_party(officer, case)
        steps.record_reply(officer, asked, on=MONDAY, reply="objected", text="是商业秘密")
        steps.assess_reply(officer, asked, accepted=True, assessment="属于商业秘密。")

    def overridden():
        agreed = steps.propose_override(officer, now(case), reason="关系公共利益")
        steps.approve(responsible, agreed)

    def told():
        # As the screen drafts it: for whom is found by the service.
        letter = draft_notice(officer, now(case), "N08", extra=extra)
        return issue_notice(officer, letter, on=MONDAY).consultation_ref

    objects()
    overridden()
    assert told() == "第三方1"
    objects()
    granted(officer, case)
    with pytest.raises(ValidationError, match="第三方2"):
        decide(officer, case)
    overridden()
    assert told() == "第三方2"
    assert decide(officer, case).state == "pending"


def test_articles_32_and_34_a_receipt_noted_with_the_delivery_is_known_to_the_consultation(
    officer, case
):
    asked = third_party(officer, case)
    by_hand(officer, Notice.objects.get(kind="N05"))
    asked.refresh_from_db()
    assert asked.received_on == MONDAY


# -- longer periods --------------------------------------------------------------------------------


def test_article_33_after_the_deadline_nobody_agrees_to_an_extension(
    officer, responsible, case, today
):
    proposal = steps.propose_extension(officer, case, days=10, reason="数量较大")
    today(2026, 4, 7)
    with pytest.raises(IllegalSequence, match="期限已于 2026-04-03 届满"):
        steps.approve(responsible, proposal)
    proposal.refresh_from_db()
    assert proposal.state == "pending"
    assert steps.return_proposal(responsible, proposal, comment="已逾期").state == "returned"


def test_article_33_a_notice_is_not_dated_before_it_was_agreed_to(
    officer, responsible, case, today
):
    proposal = steps.propose_extension(officer, case, days=10, reason="数量较大")
    today(2026, 4, 3)
    steps.approve(responsible, proposal)
    today(2026, 4, 7)
    with pytest.raises(ValidationError, match="审批于 2026-04-03 通过，此前不能发出"):
        steps.carry_out(officer, proposal, way="electronic", sent_on=date(2026, 4, 2))
    assert not case.events.filter(type="extended").exists()


def test_article_35_a_delay_needs_the_applicants_reasons(officer, case):
    until = date(2026, 5, 29)
    with pytest.raises(ValidationError, match="还没有要求申请人说明理由"):
        steps.propose_delay(officer, case, until=until, reason="数量较大")
    steps.ask_reasons(officer, case, counts="本月12件", points="为何申请", period="7个工作日")
    assert steps.propose_delay(officer, case, until=until, reason="数量较大").state == "pending"


def test_article_35_a_refusal_for_number_needs_the_applicants_reasons(officer, case):
    for proof in OUTCOMES["REFUSE_EXCESSIVE"].proofs_for(""):
        steps.add_proof(officer, case, key=proof.key, text="已核对")
    with pytest.raises(ValidationError, match="还没有要求申请人说明理由"):
        decide(officer, case, "REFUSE_EXCESSIVE", "")


def test_days_that_cannot_be_are_told_at_their_field(officer, case):
    with pytest.raises(ValidationError) as caught:
        steps.propose_delay(officer, case, until=date(2026, 3, 1), reason="数量较大")
    assert "until" in caught.value.message_dict
    with pytest.raises(ValidationError) as caught:
        steps.propose_extension(officer, case, days=0, reason="数量较大")
    assert "days" in caught.value.message_dict
    with pytest.raises(ValidationError) as caught:
        correction(officer, case, days=None, until=MONDAY)
    assert "until" in caught.value.message_dict


# -- 信息处理费 -------------------------------------------------------------------------------------


def test_article_42_a_fee_notice_has_not_arrived_tomorrow(officer, responsible, case):
    fee(officer, responsible, case)
    with pytest.raises(ValidationError, match="晚于今天"):
        steps.note_fee_arrival(officer, now(case), on=date(2026, 3, 10))


def test_article_42_the_time_to_pay_runs_from_the_signature_on_the_delivery(
    officer, responsible, case, today
):
    fee(officer, responsible, case)
    notice = Notice.objects.get(kind="N09")
    today(2026, 3, 12)
    sign_for_delivery(officer, notice.deliveries.get(), received_on=date(2026, 3, 12))
    assert now(case).due_on == date(2026, 4, 10)
    assert case.events.filter(type="fee_noticed").count() == 2
    with pytest.raises(ValidationError, match="没有送达日期未知的收费通知"):
        steps.note_fee_arrival(officer, now(case), on=date(2026, 3, 12))


def test_article_42_the_time_to_pay_runs_from_what_the_applicant_confirms(
    officer, responsible, case, today
):
    fee(officer, responsible, case, way="electronic")
    today(2026, 3, 12)
    notice = Notice.objects.get(kind="N09")
    following.confirm_receipt(Actor.applicant(), Intake.objects.get(request=case), notice.pk)
    assert now(case).due_on == date(2026, 4, 10)


def test_article_42_the_rest_of_a_fee_is_counted_as_the_rest(officer, responsible, case):
    fee(officer, responsible, case)
    steps.record_payment(officer, now(case), on=MONDAY, amount=100)
    steps.record_payment(officer, now(case), on=MONDAY)
    assert now(case).state == "running"
    rows = facts.fee_rows(format_for_year(2026), 2026, None)
    assert {row.cell: row.value for row in rows} == {"m.fee.requests": 1, "m.fee.amount": 380}


# -- answered anew ---------------------------------------------------------------------------------


def test_article_51_a_reopened_case_is_worked_on_like_any_other(officer, leader, case, today):
    asked = third_party(officer, case)
    steps.record_reply(officer, asked, on=MONDAY, reply="objected", text="是商业秘密")
    steps.assess_reply(officer, asked, accepted=True, assessment="属于商业秘密。")
    by_hand(officer, answered(officer, leader, case))
    ordered_anew(officer, case, MONDAY)
    assert (now(case).state, now(case).outcome) == ("running", "UNABLE_NOT_HELD")
    steps.assess_reply(officer, asked, accepted=False, assessment="复议认定不属于商业秘密。")
    question = triage.QUESTIONS[0]
    triage.record_triage(officer, now(case), answers={question.key: question.answers[0].key})
    steps.ask_reasons(officer, now(case), counts="12件", points="为何申请", period="7个工作日")
    linking.ask_for_help(officer, now(case), make_organ("411281-008"), question="请提供目录")


def test_article_51_the_answer_that_was_set_aside_delivers_nothing(officer, leader, case, today):
    old = answered(officer, leader, case)
    ordered_anew(officer, case, MONDAY)
    today(2026, 3, 10)
    new = answered(officer, leader, case)
    deliver_notice(officer, old, way="post", sent_on=date(2026, 3, 10), tracking_number=TRACKING)
    assert now(case).state == "decided"
    by_hand(officer, new, date(2026, 3, 10))
    assert now(case).state == "delivered"


def test_article_33_that_a_case_has_ended_is_said_before_what_its_file_lacks(officer, leader, case):
    steps.add_proof(officer, case, key="search_record", text="查了公文系统，未发现。")
    approval = decide(officer, case, "UNABLE_NOT_HELD", "not_exist", extra={"search": "公文系统"})
    third_party(officer, case)
    steps.withdraw(officer, now(case), on=MONDAY)
    with pytest.raises(IllegalSequence, match="条例第三十三条"):
        steps.sign(leader, approval)


def test_what_has_a_result_or_was_paid_for_is_not_split(officer, leader, responsible, case):
    fee(officer, responsible, case)
    steps.record_payment(officer, now(case), on=MONDAY)
    with pytest.raises(ValidationError, match="已收取信息处理费"):
        linking.split_request(officer, now(case), descriptions=["另一份文件"])
    by_hand(officer, answered(officer, leader, case))
    ordered_anew(officer, case, MONDAY)
    with pytest.raises(ValidationError, match="已有计入年报的结果"):
        linking.split_request(officer, now(case), descriptions=["另一份文件"])


def test_article_32_a_part_that_was_split_off_asks_third_parties_of_its_own(officer, case):
    asked = third_party(officer, case)
    steps.record_reply(officer, asked, on=MONDAY, reply="agreed")
    (part,) = linking.split_request(officer, now(case), descriptions=["另一份文件"])
    assert third_party(officer, part).ref == "第三方2"
    assert Consultation.objects.filter(request=part).count() == 1


# -- whose case it is ------------------------------------------------------------------------------


def test_another_body_is_not_told_how_a_case_stands(officer, case):
    steps.withdraw(officer, case, on=MONDAY)
    stranger = Actor.for_user(make_user(Role.RESPONSIBLE_PERSON, make_organ("411281-009")))
    for proposing in (
        lambda: steps.propose_extension(stranger, now(case), days=5, reason="多"),
        lambda: steps.propose_delay(stranger, now(case), until=date(2026, 5, 29), reason="多"),
        lambda: steps.propose_override(stranger, now(case), reason="多"),
        lambda: steps.propose_fee(
            stranger, now(case), method="page", pages=68, reason="多", offered="查阅"
        ),
        lambda: decide(stranger, case),
    ):
        with pytest.raises(PermissionDenied):
            proposing()


def test_the_successor_of_a_body_goes_on_with_its_papers(officer, leader, case, client):
    """Drafts go out in its name and under its numbers; what was issued it may deliver and read."""
    ready = answered(officer, leader, case)
    heir = make_organ("411281-007", name="义马市承继局", phone="000-0000000")
    Letterhead.objects.create(
        organ=heir, valid_from=date(2024, 1, 1), series="义承公复", review_body="甲", court="乙"
    )
    draft = draft_notice(officer, now(case), "N23", extra={"information": "目录", "result": "公开"})
    Organ.objects.filter(pk=case.organ_id).update(abolished_on=MONDAY, successor=heir)
    successor = Actor.for_user(make_user(Role.REQUEST_OFFICER, heir))
    linking.hand_over_cases(successor, Organ.objects.get(pk=case.organ_id))
    draft.refresh_from_db()
    issued = issue_notice(successor, Notice.objects.get(pk=draft.pk), on=MONDAY)
    assert (issued.number, issued.organ) == ("义承公复〔2026〕1号", heir)
    fresh = Notice.objects.get(pk=ready.pk)
    by_hand(successor, fresh)
    assert now(case).state == "delivered"
    assert fresh.number.startswith("义示公复")
    client.force_login(successor.user)
    assert client.get(reverse("foi:notice_detail", args=[ready.pk])).status_code == 200
    client.force_login(officer.user)
    assert client.get(reverse("foi:notice_detail", args=[ready.pk])).status_code == 404

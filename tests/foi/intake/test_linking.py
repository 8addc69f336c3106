"""How cases go together: repeats (第三十六条第六项), one matter one request, merging, help, succession."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from gongkai.foi import facts, persons, similarity
from gongkai.foi.models import (
    CaseLink,
    FoiEvent,
    FoiRequest,
    Intake,
    Likeness,
    LikenessBand,
)  # fmt: skip
from gongkai.foi.persons import Wish
from gongkai.foi.services import intake as intakes
from gongkai.foi.services import linking, record_event, remedies
from gongkai.foi.services.triage import record_triage, triage_of
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role
from gongkai.statute.clock import CorrectionRequested, Decided, OrganConsulted
from gongkai.statute.formats import format_for_year
from gongkai.statute.outcomes import OUTCOMES
from gongkai.statute.triage import QUESTIONS, triage
from tests.factories.foi import make_case, make_request, received
from tests.factories.organs import make_organ, make_user
from tests.foi.intake.people import WISH, person, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def organ():
    return make_organ("411281-001", name="测试局")


@pytest.fixture
def officer(organ):
    return Actor.for_user(make_user(Role.REQUEST_OFFICER, organ))


def take(officer, organ, serial=1, channel="counter", **changes):
    return intakes.record_intake(
        officer, organ, channel=channel, arrived_on=timezone.localdate(),
        person=person(serial), wish=wish(**changes),
    ).intake  # fmt: skip


def hints(intake):
    intake = Intake.objects.select_related("applicant").get(pk=intake.pk)
    return similarity.hints(intake, persons.opened(intake.applicant)[1])


# -- likeness ------------------------------------------------------------------------------------


def test_article_36_6_the_same_applicant_and_the_same_words_are_the_strongest_hint(officer, organ):
    first = take(officer, organ)
    take(officer, organ, 2, title="食堂采购合同", description="请公开机关食堂采购合同。")
    # The same pairs of characters: the estimate of a share has a deviation of six points, so that
    # a text that was only alike would be strong under one key and not under another.
    again = take(officer, organ, description="申请公开" + WISH.description.removeprefix("请公开"))
    found = hints(again)
    assert found[0].intake == first
    assert found[0].is_strong
    assert "同一申请人" in found[0].reasons


def test_another_applicant_with_the_same_words_is_related_and_no_repeat(officer, organ):
    first = take(officer, organ, 1)
    found = hints(take(officer, organ, 2))
    assert [h.intake for h in found] == [first]
    assert found[0].share > 0.9
    assert not found[0].same_applicant
    assert not found[0].is_strong


def test_different_matters_of_different_people_give_no_hint(officer, organ):
    take(officer, organ, 1)
    other = take(officer, organ, 2, title="幼儿园收费标准", description="某幼儿园的保教费标准。")
    assert hints(other) == []


def test_the_same_document_number_is_a_hint_however_it_is_typed(officer, organ):
    first = take(
        officer, organ, 1, title="征收决定", description="", document_number="测政〔2026〕9号"
    )
    later = take(
        officer,
        organ,
        2,
        title="房屋那件事",
        description="见文号",
        document_number="测政 （2026）9 号",
    )
    found = hints(later)
    assert [h.intake for h in found] == [first]
    assert found[0].same_document


def test_another_bodys_requests_are_never_hinted_at(officer, organ):
    theirs = make_organ("411281-002")
    take(Actor.for_user(make_user(Role.REQUEST_OFFICER, theirs)), theirs)
    assert hints(take(officer, organ)) == []


def test_what_is_kept_of_a_text_says_nothing_of_it(officer, organ):
    take(officer, organ)
    kept = bytes(Likeness.objects.get().sketch)
    for start in range(len(WISH.title) - 1):
        assert WISH.title[start : start + 2].encode() not in kept
    assert not any(str(v).encode() in WISH.title.encode() for v in kept[:8])


def test_erasing_takes_the_sketch_with_it(officer, organ):
    intake = take(officer, organ)
    similarity.forget([intake.pk])
    assert (Likeness.objects.count(), LikenessBand.objects.count()) == (0, 0)


def test_a_judged_pair_is_not_hinted_at_again(officer, organ):
    first, again = take(officer, organ), take(officer, organ)
    linking.link_requests(officer, again.request, first.request, kind="distinct")
    assert hints(again) == []


@pytest.mark.parametrize("text", ["", "请公开", "😀", "的", "a" * 5000])
def test_sketches_are_made_of_anything(text):
    found = similarity.sketch_of(Wish(title=text[:200], description=text))
    assert found is None or len(found) == similarity.MINIMA


# -- links ---------------------------------------------------------------------------------------


def test_links_are_of_ones_own_body_and_the_earlier_case_is_the_earlier(officer, organ):
    first, again = take(officer, organ).request, take(officer, organ).request
    link = linking.link_requests(officer, first, again, kind="repeat")
    assert (link.earlier, link.later) == (first, again)
    changed = linking.link_requests(officer, again, first, kind="related")
    assert list(CaseLink.objects.all()) == [changed]
    theirs = make_case(make_organ("411281-002"), received("2026-03-06"))
    with pytest.raises(ValidationError, match="本机关"):
        linking.link_requests(officer, again, theirs, kind="repeat")
    linking.unlink(officer, changed)
    assert CaseLink.objects.count() == 0


# -- merging -------------------------------------------------------------------------------------


def test_merging_is_for_one_applicant(officer, organ):
    mine, yours = take(officer, organ, 1).request, take(officer, organ, 2).request
    with pytest.raises(ValidationError, match="一方看到另一方"):
        linking.merge_requests(officer, mine, [yours])


def test_a_merged_case_ends_as_merged_once_the_main_case_is_answered(officer, organ):
    main, other = take(officer, organ).request, take(officer, organ).request
    linking.merge_requests(officer, main, [other])
    with pytest.raises(ValidationError, match="还没有答复"):
        linking.refuse_merged_outcome(other, "OTHER_MISC", "merged")
    with pytest.raises(ValidationError, match="解除并案"):
        linking.refuse_merged_outcome(other, "GRANT", "provided")
    with pytest.raises(ValidationError, match="没有并案"):
        linking.refuse_merged_outcome(main, "OTHER_MISC", "merged")
    linking.refuse_merged_outcome(main, "GRANT", "provided")
    record_event(
        officer, main, Decided(on=timezone.localdate(), outcome="GRANT"), subtype="provided"
    )
    linking.refuse_merged_outcome(other, "OTHER_MISC", "merged")
    with pytest.raises(ValidationError, match="不能解除"):
        linking.unlink(officer, CaseLink.objects.get())


def test_a_case_is_not_merged_into_itself(officer, organ):
    mine = take(officer, organ).request
    with pytest.raises(ValidationError, match="不能并入自己"):
        linking.merge_requests(officer, mine, [mine])


def test_nothing_is_merged_twice_or_after_its_end(officer, organ):
    main, other, third = (take(officer, organ).request for _ in range(3))
    linking.merge_requests(officer, main, [other])
    with pytest.raises(ValidationError, match="已经并案"):
        linking.merge_requests(officer, third, [other])
    with pytest.raises(ValidationError, match="已并入"):
        linking.merge_requests(officer, other, [third])
    record_event(
        officer, third, Decided(on=timezone.localdate(), outcome="GRANT"), subtype="provided"
    )
    with pytest.raises(ValidationError, match="已经办结"):
        linking.merge_requests(officer, main, [third])


# -- splitting: 一事一申请 -------------------------------------------------------------------------


def test_the_parts_of_a_split_request_keep_day_of_receipt_and_clock(officer, organ):
    request = take(officer, organ).request
    one, two = linking.split_request(
        officer, request, descriptions=["甲批复", "", "乙合同"], seen=1
    )
    request.refresh_from_db()
    for part in (one, two):
        assert (part.received_on, part.due_on, part.state) == (
            request.received_on, request.due_on, request.state,
        )  # fmt: skip
        assert part.events.count() == request.events.count()
    assert [request.number, one.number, two.number] == [
        f"〔{timezone.localdate().year}〕{n}号" for n in (1, 2, 3)
    ]
    kept, asked = persons.opened(one.intake.applicant)
    assert (kept.name, asked.description) == (person(1).name, "甲批复")
    assert CaseLink.objects.filter(kind="split", earlier=request).count() == 2


def test_a_split_that_somebody_elses_event_overtook_writes_nothing(officer, organ):
    request = take(officer, organ).request
    with pytest.raises(ValidationError, match="最新的办理过程"):
        linking.split_request(officer, request, descriptions=["甲批复"], seen=0)
    assert FoiRequest.objects.count() == 1


@pytest.mark.parametrize(
    "event",
    [
        lambda on: CorrectionRequested(on=on, days=15),
        lambda on: OrganConsulted(on=on, ref="甲机关"),
        lambda on: Decided(on=on, outcome="GRANT"),
    ],
)
def test_only_a_case_whose_clock_simply_runs_is_split(officer, organ, event):
    request = take(officer, organ).request
    record_event(officer, request, event(timezone.localdate()))
    with pytest.raises(ValidationError, match="可以分案"):
        linking.split_request(officer, request, descriptions=["甲批复"])


@pytest.mark.parametrize(("reading", "counted"), [("children", 3), ("parent", 1)])
def test_table_three_counts_a_split_request_as_the_reading_says(
    officer, organ, settings, reading, counted
):
    settings.REQUEST_SPLIT_COUNTING = reading
    request = take(officer, organ).request
    linking.split_request(officer, request, descriptions=["甲批复", "乙合同"])
    year = timezone.localdate().year
    rows = {r[1]: r[2] for r in facts.request_rows(format_for_year(year), year, None)}
    assert rows["t3.new.natural"] == counted
    assert rows["t3.carried_out.natural"] == counted
    fmt = format_for_year(year)
    assert facts.request_records(fmt, year, "t3.new.natural", None).count() == counted


# -- handlers ------------------------------------------------------------------------------------


def test_a_case_goes_only_to_who_may_handle_it_there(officer, organ):
    cases = [make_request(organ), make_request(organ)]
    able = make_user(Role.RESPONSIBLE_PERSON, organ)
    for unable in (make_user(Role.REVIEWER, organ), make_user(Role.REQUEST_OFFICER, make_organ())):
        with pytest.raises(ValidationError, match="经办权限"):
            linking.assign_requests(officer, cases, unable)
    assert len(linking.assign_requests(officer, cases, able)) == 2
    assert linking.assign_requests(officer, cases, able) == []
    assert len(linking.assign_requests(officer, cases, None)) == 2


def test_assigning_another_bodys_case_changes_none(officer, organ):
    mine, theirs = make_request(organ), make_request()
    with pytest.raises(PermissionDenied):
        linking.assign_requests(officer, [mine, theirs], officer.user)
    assert FoiRequest.objects.filter(handler=None).count() == 2


# -- help ----------------------------------------------------------------------------------------


def test_help_is_asked_of_bodies_that_exist_and_answered_once_by_them(officer, organ):
    helper = make_organ("411281-003", name="示例协办局")
    request = take(officer, organ).request
    with pytest.raises(ValidationError, match="受理机关"):
        linking.ask_for_help(officer, request, organ, question="请核实")
    with pytest.raises(ValidationError, match="个人信息"):
        linking.ask_for_help(officer, request, helper, question=person(1).identity_number)
    asked = linking.ask_for_help(officer, request, helper, question="请核实建设单位")
    assert asked.due_on > timezone.localdate()
    with pytest.raises(PermissionDenied):
        linking.answer_help(officer, asked, answer="代答")
    theirs = Actor.for_user(make_user(Role.REQUEST_OFFICER, helper))
    linking.answer_help(theirs, asked, answer="示例公司")
    with pytest.raises(ValidationError, match="不能再次回复"):
        linking.answer_help(theirs, asked, answer="改一下")
    assert request.events.count() == 1, "help stops no clock"


# -- succession ----------------------------------------------------------------------------------


def abolish(organ, heir):
    organ.abolished_on, organ.successor = timezone.localdate() - timedelta(days=1), heir
    organ.save()


def test_the_successor_goes_on_with_open_cases_under_a_number_the_applicant_knows(officer, organ):
    heir = make_organ("411281-004", name="示例承继局")
    mine = take(officer, organ).request
    waiting = take(officer, organ, 2, channel="email")
    closed = make_case(
        organ, received("2026-03-06"), {"type": "decided", "on": "2026-03-20", "outcome": "GRANT"},
        {"type": "delivered", "on": "2026-03-21"},
    )  # fmt: skip
    due = mine.due_on
    abolish(organ, heir)
    theirs = Actor.for_user(make_user(Role.REQUEST_OFFICER, heir))
    assert linking.hand_over_cases(theirs, organ) == 2
    for row in (mine, waiting, closed):
        row.refresh_from_db()
    assert (mine.organ, waiting.organ, closed.organ) == (heir, heir, organ)
    assert mine.number.endswith("（原测试局）")
    assert mine.due_on == due
    assert mine.intake.organ == heir
    # The successor's own numbers begin where they would have.
    fresh = intakes.confirm_intake(theirs, waiting, on=timezone.localdate(), subject="示例")
    assert fresh.number == f"〔{timezone.localdate().year}〕1号"
    # And the moved case is found again as the same applicant's.
    again = take(theirs, heir, 1)
    assert mine in [h.request for h in hints(again)]


def test_a_number_stays_known_and_its_own_through_several_reforms(officer, organ):
    """The name of the first body stands behind it once; bodies of one name do not collide."""
    name = "义马市示例发展改革和科技信息及营商环境建设局"
    twin = make_organ("411281-020", name=name)
    organ.name = name
    organ.save()
    mine = take(officer, organ).request
    theirs = take(Actor.for_user(make_user(Role.REQUEST_OFFICER, twin)), twin, 2).request
    assert mine.number == theirs.number
    heir = make_organ("411281-021", name="示例承继局")
    last = make_organ("411281-022", name="示例再承继局")
    console = Actor.command("测试")
    for body, follower in ((organ, heir), (twin, heir), (heir, last)):
        abolish(body, follower)
    for body in (organ, twin, heir):
        linking.hand_over_cases(console, body)
    for row in (mine, theirs):
        row.refresh_from_db()
        assert row.organ == last
        assert row.number.startswith("〔")
        assert row.number.count("（原") == 1
        assert len(row.number) <= 40
    assert mine.number != theirs.number


def test_pending_reviews_and_lawsuits_go_on_against_the_successor(officer, organ):
    heir = make_organ("411281-004", name="示例承继局")
    closed = make_case(
        organ, received("2026-03-06"), {"type": "decided", "on": "2026-03-20", "outcome": "GRANT"},
        {"type": "delivered", "on": "2026-03-21"},
    )  # fmt: skip
    pending = remedies.open_remedy_case(
        officer, organ, kind="review", number="义政复〔2026〕1号", filed_on=date(2026, 4, 1),
        request=closed,
    )  # fmt: skip
    abolish(organ, heir)
    theirs = Actor.for_user(make_user(Role.REQUEST_OFFICER, heir))
    remedies.open_remedy_case(
        theirs, heir, kind="review", number="义政复〔2026〕1号", filed_on=date(2026, 4, 2)
    )
    assert linking.orphaned_for(theirs.user)[0].requests == 1
    assert linking.hand_over_cases(theirs, organ) == 1
    pending.refresh_from_db()
    closed.refresh_from_db()
    assert (pending.organ, closed.organ) == (heir, heir)
    assert pending.number == "义政复〔2026〕1号（原测试局）"
    remedies.conclude_remedy_case(
        theirs, pending, result="corrected", concluded_on=date(2026, 5, 1), duty="answer"
    )
    closed.refresh_from_db()
    assert closed.state == "running"


def test_nothing_is_handed_over_while_the_body_exists_or_nobody_follows(officer, organ):
    console = Actor.command("测试")
    with pytest.raises(ValidationError, match="没有撤销"):
        linking.hand_over_cases(console, organ)
    organ.abolished_on = date(2026, 1, 1)
    organ.save()
    with pytest.raises(ValidationError, match="承继机构"):
        linking.hand_over_cases(console, organ)


def test_strangers_hand_nothing_over(officer, organ):
    abolish(organ, make_organ("411281-004"))
    stranger = Actor.for_user(make_user(Role.REQUEST_OFFICER, make_organ("411281-005")))
    with pytest.raises(PermissionDenied):
        linking.hand_over_cases(stranger, organ)


# -- triage --------------------------------------------------------------------------------------


def test_every_answer_of_the_seven_steps_leads_to_an_outcome_that_exists():
    for question in QUESTIONS:
        for answer in question.answers:
            if answer.outcome:
                outcome = OUTCOMES[answer.outcome]
                assert outcome.is_decision
                if answer.subtype:
                    outcome.subtype(answer.subtype)


def test_the_first_answer_that_settles_the_matter_counts():
    reached = triage({"clear": "yes", "information": "petition", "held": "not_found"})
    assert reached.settled_by is not None
    assert reached.settled_by[1].outcome == "REFUSE_PETITION"
    assert triage({"clear": "yes"}).open == QUESTIONS[1]
    with pytest.raises(ValueError, match="没有"):
        triage({"clear": "vielleicht"})


def test_triage_is_kept_sealed_and_decides_nothing(officer, organ):
    request = take(officer, organ).request
    with pytest.raises(ValidationError, match="请先回答"):
        record_triage(officer, request, answers={"held": "held"})
    proof = record_triage(
        officer, request, note="理由写在这里",
        answers={"clear": "yes", "information": "not_organ", "held": "held"},
    )  # fmt: skip
    assert "理由".encode() not in bytes(proof.sealed)
    known = triage_of(request)
    assert known is not None
    assert known[1] == {"clear": "yes", "information": "not_organ"}
    assert known[2] == "理由写在这里"
    assert FoiEvent.objects.filter(request=request).count() == 1

"""The review (三审, Art. 17): order, separation of people, exactly the content that was read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from gongkai.disclosure import queries, services
from gongkai.disclosure.models import (
    DisclosedItem,
    ReviewDecision,
    Status,
    Step,
)
from gongkai.ledger.actor import Actor
from gongkai.organs import policy
from gongkai.organs.models import Deputation
from tests.factories.disclosure import Office
from tests.factories.organs import add_role, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


# -- completeness -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field", "word"),
    [
        ({"formed_on": None}, "formed_on", "第二十六条"),
        ({"body": "<p> &nbsp;</p>"}, "body", "正文或者上传附件"),
        ({"document_kind": "policy", "genre": "notice"}, "topic", "主题分类"),
        ({"document_kind": "policy"}, "genre", "体裁"),
        ({"document_kind": "normative", "genre": "notice"}, "effective_from", "施行日期"),
        ({"document_kind": "interpretation"}, "interprets", "所解读的文件"),
        ({"source_url": "https://www.example.gov.cn/a"}, "source", "信息来源"),
        ({"statutory_item": "21B-01"}, "statutory_item", "不属于本机关"),
        (
            {"disclosure_attribute": "withheld", "attribute_reason": "涉密"},
            "exemption",
            "法定情形",
        ),
        (
            {
                "disclosure_attribute": "withheld",
                "exemption": "14-1",
                "attribute_reason": "涉密",
            },
            "attribute_reason",
            "定密依据",
        ),
    ],
)
def test_an_incomplete_draft_is_not_sent(
    office: Office, values: dict[str, object], field: str, word: str
) -> None:
    item = office.draft(**values)
    with pytest.raises(ValidationError) as caught:
        services.submit(office.actor(), item)
    assert word in "".join(caught.value.message_dict[field])
    assert DisclosedItem.objects.get().status == Status.DRAFT


def test_an_attachment_alone_is_a_content(office: Office) -> None:
    item = office.draft(body="", attachments=[(office.file(), "通知.txt")])
    assert services.submit(office.actor(), item).step == Step.REVIEW


# -- who decides ------------------------------------------------------------------------------------


def test_each_step_is_taken_by_whom_the_policy_names(office: Office) -> None:
    item = office.submit()
    for wrong in (Step.SECRECY, Step.APPROVAL):
        with pytest.raises(PermissionDenied, match="审核政府信息"):
            services.decide(office.actor(wrong), item, decision="approved")
    item = office.decide(item)
    with pytest.raises(PermissionDenied, match="保密审查政府信息"):
        services.decide(office.actor(Step.REVIEW), item, decision="approved")


def test_nobody_of_another_body_decides(office: Office) -> None:
    item = office.submit()
    stranger = Office()
    with pytest.raises(PermissionDenied):
        services.decide(stranger.actor(Step.REVIEW), item, decision="approved")


def test_the_console_decides_nothing(office: Office) -> None:
    item = office.submit()
    with pytest.raises(ValidationError, match="本人登录"):
        services.decide(Actor.command("gongkai"), item, decision="approved")


def test_one_person_takes_one_step_of_a_round(office: Office) -> None:
    item = office.submit()
    both = office.people[Step.REVIEW]
    add_role(both, "secrecy_reviewer", office.organ)
    item = office.decide(item)
    with pytest.raises(PermissionDenied, match="同一轮的各个环节须由不同人员办理"):
        services.decide(office.actor(Step.REVIEW), item, decision="approved")


def test_a_small_body_may_let_one_person_take_several_steps(office: Office, settings) -> None:
    settings.REVIEW_DISTINCT_PERSONS = "drafter"
    item = office.submit()
    add_role(office.people[Step.REVIEW], "secrecy_reviewer", office.organ)
    item = office.decide(item)
    item = services.decide(office.actor(Step.REVIEW), item, decision="approved")
    assert item.step == Step.APPROVAL


def test_a_superuser_who_wrote_it_decides_nothing_either(office: Office, settings) -> None:
    """起草与审核分离 holds for everybody, in either reading."""
    settings.REVIEW_DISTINCT_PERSONS = "drafter"
    root = make_user(is_superuser=True)
    item = services.create_item(
        Actor.for_user(root),
        office.organ,
        {
            "title": "通知",
            "column": office.column,
            "body": "<p>正文</p>",
            "formed_on": date(2020, 3, 2),
        },
    )
    item = services.submit(office.actor(), item)
    with pytest.raises(PermissionDenied, match="不能审核自己"):
        services.decide(Actor.for_user(root), item, decision="approved")


def test_whoever_edited_a_version_is_one_of_its_writers(office: Office) -> None:
    item = office.draft()
    reviewer = office.people[Step.REVIEW]
    add_role(reviewer, "information_officer", office.organ)
    services.update_item(office.actor(Step.REVIEW), item, {"summary": "补一句"})
    item = office.submit(item)
    with pytest.raises(PermissionDenied, match="不能审核自己"):
        services.decide(office.actor(Step.REVIEW), item, decision="approved")
    assert not queries.awaiting(reviewer).exists()


def test_a_deputy_decides_in_the_name_of_the_absent(office: Office) -> None:
    today = timezone.localdate()
    item = office.submit()
    leader, deputy = office.people[Step.REVIEW], make_user(None, office.organ)
    Deputation.objects.create(
        principal=leader,
        deputy=deputy,
        organ=office.organ,
        role="reviewer",
        first_day=today,
        last_day=today + timedelta(days=3),
        reason="出差",
    )
    policy.forget(deputy)
    item = services.decide(Actor.for_user(deputy), item, decision="approved")
    made = ReviewDecision.objects.get()
    assert (made.decided_by, made.on_behalf_of) == (deputy, leader)
    # Whom he stood in for has taken the step, too.
    add_role(leader, "secrecy_reviewer", office.organ)
    with pytest.raises(PermissionDenied, match="同一轮"):
        services.decide(Actor.for_user(leader), item, decision="approved")


def test_the_writers_deputy_does_not_decide_what_the_writer_wrote(office: Office) -> None:
    today = timezone.localdate()
    add_role(office.officer, "reviewer", office.organ)
    deputy = make_user(None, office.organ)
    Deputation.objects.create(
        principal=office.officer,
        deputy=deputy,
        organ=office.organ,
        role="reviewer",
        first_day=today,
        last_day=today,
        reason="出差",
    )
    item = office.submit()
    with pytest.raises(PermissionDenied, match="不能审核自己"):
        services.decide(Actor.for_user(deputy), item, decision="approved")


# -- what was read is what is decided -----------------------------------------------------------


def test_any_change_after_the_submission_voids_the_review(office: Office) -> None:
    """Art. 17: whatever went round the services, text or file, is not what was reviewed."""
    stored = office.file("甲")
    item = office.submit(attachments=[(stored, "甲.txt")])
    item = office.decide(item)
    other = office.file("乙")
    item.attachments.model.objects.update(stored=other)
    with pytest.raises(ValidationError, match="与送审时不一致"):
        office.decide(item)
    item = office.decide(item, "returned", opinion="内容有变，请重新送审。")
    item = office.submit(item)
    assert item.step == Step.REVIEW


def test_after_a_return_every_step_is_taken_anew(office: Office) -> None:
    item = office.submit()
    item = office.decide(office.decide(item), "returned", opinion="请补充依据。")
    services.update_item(office.actor(), item, {"summary": "补充了依据"})
    item = office.submit(item)
    assert item.step == Step.REVIEW
    item = office.approve(item)
    rounds = list(ReviewDecision.objects.values_list("round", "label", "decision"))
    assert rounds == [
        (1, "审核", "approved"),
        (1, "保密审查", "returned"),
        (2, "审核", "approved"),
        (2, "保密审查", "approved"),
        (2, "审批发布", "approved"),
    ]
    assert item.status == Status.PUBLISHED


def test_a_page_drawn_from_another_version_does_not_decide(office: Office) -> None:
    item = office.submit()
    seen = queries.seen_of(item)
    services.recall(office.actor(), item)
    services.update_item(office.actor(), item, {"title": "换了内容"})
    item = office.submit(item)
    with pytest.raises(ValidationError, match="版本已经更换"):
        office.decide(item, seen=seen)
    assert office.decide(item, seen=queries.seen_of(item)).step == Step.SECRECY


def test_the_opinion_the_basis_and_the_content_are_on_record(office: Office) -> None:
    item = office.submit()
    office.decide(office.decide(item), opinion="不涉密", basis="保守国家秘密法")
    secrecy = ReviewDecision.objects.get(step=Step.SECRECY)
    assert (secrecy.opinion, secrecy.basis) == ("不涉密", "保守国家秘密法")
    assert secrecy.content_hash == DisclosedItem.objects.get().submitted_hash
    assert secrecy.revision_id == item.latest_revision_id


@pytest.mark.parametrize("field", ["opinion", "basis"])
def test_an_opinion_holds_no_persons_number(office: Office, field: str) -> None:
    item = office.submit()
    with pytest.raises(ValidationError, match="手机号码") as caught:
        office.decide(item, **{field: "请联系13800138000"})
    assert "13800138000" not in str(caught.value)


def test_an_opinion_has_a_length(office: Office) -> None:
    item = office.submit()
    with pytest.raises(ValidationError, match="最多500个字"):
        office.decide(item, opinion="长" * 501)


def test_an_unknown_decision_is_refused(office: Office) -> None:
    item = office.submit()
    with pytest.raises(ValidationError, match="请选择"):
        office.decide(item, "maybe")


def test_what_is_not_in_review_is_not_decided(office: Office) -> None:
    item = office.draft()
    with pytest.raises(ValidationError, match="不在审核中"):
        services.decide(office.actor(Step.REVIEW), item, decision="approved")


# -- taking back -----------------------------------------------------------------------------


def test_the_drafter_takes_it_back(office: Office) -> None:
    item = office.decide(office.submit())
    item = services.recall(office.actor(), item)
    assert (item.status, item.step) == (Status.DRAFT, "")
    services.update_item(office.actor(), item, {"title": "可以改了"})
    with pytest.raises(ValidationError, match="不在审核中"):
        services.recall(office.actor(), item)


def test_only_its_writers_take_an_item_back(office: Office) -> None:
    item = office.submit()
    colleague = make_user("information_officer", office.organ)
    with pytest.raises(PermissionDenied, match="起草人或送审人"):
        services.recall(Actor.for_user(colleague), item)


# -- many at once --------------------------------------------------------------------------------


def test_a_leader_signs_a_batch_and_learns_of_each(office: Office) -> None:
    good = office.approve(office.submit(title="可以"), until=Step.APPROVAL)
    still = office.submit(title="还在审核")
    bad = office.approve(office.submit(title="内容变了"), until=Step.APPROVAL)
    DisclosedItem.objects.filter(pk=bad.pk).update(body="<p>换了</p>")
    results = services.decide_many(office.actor(Step.APPROVAL), [bad, still, good])
    assert [(item.title, error is None) for item, error in results] == [
        ("可以", True),
        ("还在审核", False),
        ("内容变了", False),
    ]
    assert "审核政府信息" in (results[1][1] or "")
    assert "与送审时不一致" in (results[2][1] or "")
    assert DisclosedItem.objects.get(pk=good.pk).status == Status.PUBLISHED
    assert DisclosedItem.objects.get(pk=bad.pk).status == Status.IN_REVIEW

"""The end of what was published: withdrawal, restoration, repeal, amendment."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from gongkai.disclosure import guarding, queries, services
from gongkai.disclosure.models import (
    DisclosedItem,
    Status,
    Step,
    TraceKind,
)
from gongkai.guard.lexicon import Lexicon, Term
from gongkai.ledger.actor import Actor
from gongkai.statute.validity import Validity
from tests.factories.disclosure import Office, kinds, told
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


# -- withdrawal ---------------------------------------------------------------------------------


def test_a_withdrawn_item_is_gone_and_says_why(office: Office) -> None:
    item = office.publish()
    item = services.withdraw(office.actor(Step.APPROVAL), item, "信息有误")
    assert (item.status, item.live, item.withdraw_reason) == (Status.WITHDRAWN, False, "信息有误")
    assert [(t.kind, t.note) for t in item.traces.all()] == [("withdrawn", "信息有误")]
    assert told(item).withdrawn_on == timezone.localdate()
    with pytest.raises(ValidationError, match="无需撤回"):
        services.withdraw(office.actor(Step.APPROVAL), item, "再撤")


def test_withdrawing_needs_a_reason_without_persons_numbers(office: Office) -> None:
    item = office.publish()
    with pytest.raises(ValidationError, match="请写明撤回原因"):
        services.withdraw(office.actor(Step.APPROVAL), item, "")
    with pytest.raises(ValidationError, match="手机号码"):
        services.withdraw(office.actor(Step.APPROVAL), item, "泄露了13800138000")
    with pytest.raises(ValidationError, match="最多300个字"):
        services.withdraw(office.actor(Step.APPROVAL), item, "长" * 301)


def test_the_version_in_review_is_a_draft_again(office: Office) -> None:
    item = office.publish()
    services.update_item(office.actor(), item, {"title": "新", "correction_note": "更正。"})
    item = office.submit(item)
    item = services.withdraw(office.actor(Step.APPROVAL), item, "先撤下来")
    assert (item.status, item.step) == (Status.WITHDRAWN, "")
    assert queries.latest_version(DisclosedItem.objects.get()).title == "新"
    item = office.publish(DisclosedItem.objects.get())
    assert (item.status, item.title, item.withdrawn_at) == (Status.PUBLISHED, "新", None)
    assert kinds(item) == [TraceKind.WITHDRAWN, TraceKind.RESTORED]


def test_what_was_withdrawn_by_mistake_comes_back_as_it_was(office: Office) -> None:
    item = office.publish(title="原样")
    leader = office.actor(Step.APPROVAL)
    services.withdraw(leader, item, "误操作")
    item = services.restore(leader, item, "核实无误")
    assert (item.status, item.live, item.title) == (Status.PUBLISHED, True, "原样")
    assert kinds(item) == [TraceKind.WITHDRAWN, TraceKind.RESTORED]
    assert told(item).withdrawn_on is None
    with pytest.raises(ValidationError, match="才能恢复"):
        services.restore(leader, item, "再来")


def test_nothing_comes_back_with_a_serious_finding(office: Office, monkeypatch) -> None:
    item = office.publish(body="<p>某某同志</p>")
    leader = office.actor(Step.APPROVAL)
    services.withdraw(leader, item, "用语不当")
    lexicon = Lexicon([Term(kind="forbidden", word="某某同志")])
    monkeypatch.setattr(guarding, "current_lexicon", lambda organ=None: lexicon)
    with pytest.raises(ValidationError, match="不能恢复发布"):
        services.restore(leader, item, "核实无误")


def test_an_item_that_came_down_can_be_restored_without_its_old_hour(office: Office) -> None:
    item = office.publish(expire_at=timezone.now() + timedelta(days=1))
    past = timezone.now() - timedelta(seconds=1)
    DisclosedItem.objects.filter(pk=item.pk).update(expire_at=past)
    services.publish_due(Actor.system("定时下架"))
    item = services.restore(office.actor(Step.APPROVAL), item, "仍需公开")
    assert (item.status, item.expire_at, item.expired) == (Status.PUBLISHED, None, False)
    services.withdraw(office.actor(Step.APPROVAL), item, "有误")
    assert services.restore(office.actor(Step.APPROVAL), item, "无误").live


def test_what_was_changed_after_its_withdrawal_does_not_come_back(office: Office) -> None:
    item = services.withdraw(office.actor(Step.APPROVAL), office.publish(), "有误")
    DisclosedItem.objects.filter(pk=item.pk).update(summary="偷改")
    with pytest.raises(ValidationError, match="与审核时不一致"):
        services.restore(office.actor(Step.APPROVAL), item, "无误")


# -- repeal and amendment -----------------------------------------------------------------------


def document(office: Office) -> DisclosedItem:
    from tests.factories.catalogue import make_topic

    return office.publish(
        title="测试办法",
        document_kind="normative",
        genre="notice",
        topic=make_topic(),
        effective_from=date(2020, 4, 1),
    )


def test_a_repealed_document_stays_public_and_is_marked(office: Office) -> None:
    old, new = document(office), document(office)
    leader = office.actor(Step.APPROVAL)
    old = services.repeal(leader, old, date(2021, 1, 1), successor=new, note="新办法施行。")
    assert (old.live, old.repealed_on, old.successor) == (True, date(2021, 1, 1), new)
    assert old.traces.get().note == "自2021年1月1日起废止。新办法施行。（见《测试办法》）"
    assert queries.validity(old, date(2020, 12, 31)) is Validity.IN_FORCE
    assert queries.validity(old, date(2021, 1, 1)) is Validity.REPEALED
    assert list(new.predecessors.all()) == [old]
    with pytest.raises(ValidationError, match="已于2021-01-01废止"):
        services.repeal(leader, old, date(2021, 2, 1), note="再废")
    with pytest.raises(ValidationError, match="不能再修改"):
        services.amend(leader, old, date(2021, 2, 1), note="修改")


def test_a_repeal_survives_the_next_version(office: Office) -> None:
    """The mark belongs to the item: a version drafted before it does not bring it off."""
    old = document(office)
    services.update_item(office.actor(), old, {"summary": "概述", "correction_note": "补概述。"})
    services.repeal(office.actor(Step.APPROVAL), old, date(2021, 1, 1), note="清理废止。")
    item = office.publish(DisclosedItem.objects.get(pk=old.pk))
    assert (item.summary, item.repealed_on) == ("概述", date(2021, 1, 1))


def test_an_amended_document_holds_as_amended(office: Office) -> None:
    item = services.amend(
        office.actor(Step.APPROVAL), document(office), date(2020, 6, 1), note="修改第三条。"
    )
    assert queries.validity(item, date(2020, 6, 1)) is Validity.AMENDED
    assert kinds(item) == [TraceKind.AMENDED]


def test_a_repeal_has_sensible_dates_and_successors(office: Office) -> None:
    leader, item, other = office.actor(Step.APPROVAL), document(office), document(office)
    with pytest.raises(ValidationError, match="不能早于成文日期"):
        services.repeal(leader, item, date(2020, 1, 1), note="废止")
    with pytest.raises(ValidationError, match="不能由它自己"):
        services.repeal(leader, item, date(2021, 1, 1), successor=item, note="废止")
    with pytest.raises(ValidationError, match="请写明废止依据"):
        services.repeal(leader, item, date(2021, 1, 1), note=" ")
    with pytest.raises(ValidationError, match="没有发布过"):
        services.repeal(leader, office.draft(), date(2021, 1, 1), note="废止")
    services.repeal(leader, item, date(2021, 1, 1), successor=other, note="废止")
    with pytest.raises(ValidationError, match="请核对先后"):
        services.repeal(leader, other, date(2021, 1, 1), successor=item, note="废止")


def test_the_yearly_review_may_repeal_below_it(office: Office) -> None:
    below = Office(make_organ(parent=office.organ))
    item = document(below)
    clerk = make_user("disclosure_office", office.organ)
    item = services.repeal(Actor.for_user(clerk), item, date(2021, 1, 1), note="清理。")
    assert item.repealed_on == date(2021, 1, 1)

"""Publishing and what follows it: numbers, hours, corrections, withdrawal, repeal, assessment."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from gongkai.catalogue.models import Publication
from gongkai.disclosure import guarding, queries, services
from gongkai.disclosure.models import (
    DisclosedItem,
    IndexCounter,
    Status,
    Step,
    TraceKind,
)
from gongkai.disclosure.services import numbering, publishing
from gongkai.guard.lexicon import Lexicon, Term
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.services import update_organ
from gongkai.statute.validity import Validity
from tests.factories.disclosure import Office
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("定时发布")


@pytest.fixture
def office() -> Office:
    return Office()


def told(item: DisclosedItem) -> Publication:
    return Publication.objects.get(source="disclosure", source_id=str(item.pk))


def kinds(item: DisclosedItem) -> list[str]:
    return [trace.kind for trace in item.traces.order_by("pk")]


# -- index numbers (Art. 12) -----------------------------------------------------------------


def test_numbers_follow_the_order_of_publication_within_body_and_year(office: Office) -> None:
    year = timezone.localdate().year
    first, second = office.publish(), office.publish()
    other = Office().publish()
    assert first.index_number == f"{office.organ.code}/{year}-00001"
    assert second.index_number == f"{office.organ.code}/{year}-00002"
    assert other.index_number.endswith("-00001")


def test_the_number_goes_by_the_credit_code_where_the_body_has_one() -> None:
    item = Office(make_organ(credit_code="11411281005792345M")).publish()
    assert item.index_number.startswith("11411281005792345M/")


def test_a_city_may_write_another_pattern(office: Office, settings) -> None:
    settings.INDEX_NUMBER_PATTERN = "{code}-{year}{month}-{serial}"
    today = timezone.localdate()
    assert office.publish().index_number == f"{office.organ.code}-{today:%Y%m}-00001"


def test_after_99999_the_number_grows(office: Office) -> None:
    year = timezone.localdate().year
    IndexCounter.objects.create(prefix=f"{office.organ.code}/{year}-", last=99_999)
    assert office.publish().index_number == f"{office.organ.code}/{year}-100000"


def test_an_item_keeps_its_number_whatever_becomes_of_it(office: Office) -> None:
    item = office.publish()
    number = item.index_number
    services.withdraw(office.actor(Step.APPROVAL), item, "信息有误")
    services.restore(office.actor(Step.APPROVAL), item, "核实无误")
    update_organ(Actor.command("test"), office.organ, name="改了名的局")
    services.update_item(office.actor(), item, {"title": "新标题", "correction_note": "更正。"})
    assert office.publish(item).index_number == number
    assert office.publish().index_number != number


def test_numbers_are_given_in_the_publishing_transaction_only(office: Office) -> None:
    year = date(2020, 1, 1)
    with transaction.atomic():
        assert len(set(numbering.issue(office.organ, year, 3))) == 3
        transaction.set_rollback(True)
    with transaction.atomic():
        assert numbering.issue(office.organ, year) == [f"{office.organ.code}/2020-00001"]


def test_an_imported_number_is_kept_word_for_word(office: Office) -> None:
    item = office.publish(legacy_index_number="null02D/01A")
    assert item.legacy_index_number == "null02D/01A"
    assert item.index_number.endswith("-00001")


# -- the database itself refuses ----------------------------------------------------------------


def test_what_was_decided_and_what_the_public_was_told_is_never_changed(office: Office) -> None:
    """Art. 17: the record of the review is kept."""
    item = services.withdraw(office.actor(Step.APPROVAL), office.publish(), "有误")
    for rows in (item.decisions, item.traces):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(item=item)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.all()._raw_delete("default")


@pytest.mark.parametrize(
    "values",
    [
        {"status": Status.PUBLISHED},
        {"status": Status.PUBLISHED, "live": True},
        {"live": True, "disclosure_attribute": "withheld", "attribute_reason": "涉密"},
        {"disclosure_attribute": "withheld", "attribute_reason": ""},
        {"status": Status.WITHDRAWN},
        {"status": Status.DECIDED},
        {"status": "unknown"},
    ],
)
def test_the_table_refuses_states_that_cannot_be(office: Office, values: dict[str, object]) -> None:
    item = office.draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        DisclosedItem.objects.filter(pk=item.pk).update(**values)


# -- the hour -------------------------------------------------------------------------------------


def test_what_is_approved_for_an_hour_waits_for_it(office: Office) -> None:
    hour = timezone.now() + timedelta(days=1)
    item = office.publish(go_live_at=hour)
    assert (item.status, item.live, item.index_number) == (Status.SCHEDULED, False, None)
    assert services.publish_due(SYSTEM).published == 0
    done = services.publish_due(SYSTEM, hour + timedelta(minutes=1))
    assert (done.published, done.failed) == (1, ())
    item.refresh_from_db()
    assert (item.status, item.live, item.scheduled_for) == (Status.PUBLISHED, True, None)
    assert services.publish_due(SYSTEM, hour + timedelta(minutes=2)).published == 0
    entry = LedgerEntry.objects.get(action="disclosure.publish")
    assert (entry.actor_name, entry.channel) == ("定时发布", "system")


def test_an_hour_that_has_passed_during_the_review_publishes_at_once(office: Office) -> None:
    item = office.publish(go_live_at=timezone.now() - timedelta(hours=1))
    assert item.status == Status.PUBLISHED


def test_what_waits_for_its_hour_can_be_taken_back(office: Office) -> None:
    hour = timezone.now() + timedelta(days=1)
    item = office.publish(go_live_at=hour)
    with pytest.raises(ValidationError, match="请先取消定时发布"):
        services.update_item(office.actor(), item, {"title": "改"})
    item = services.recall(office.actor(), item)
    assert (item.status, item.scheduled_for) == (Status.DRAFT, None)
    assert services.publish_due(SYSTEM, hour + timedelta(days=1)).published == 0


def test_a_new_version_waits_while_the_old_one_stays_public(office: Office) -> None:
    item = office.publish(title="旧")
    hour = timezone.now() + timedelta(days=1)
    services.update_item(
        office.actor(), item, {"title": "新", "go_live_at": hour, "correction_note": "更正标题。"}
    )
    item = office.publish(item)
    assert (item.status, item.title, item.live) == (Status.PUBLISHED, "旧", True)
    assert item.scheduled_for == hour.replace(microsecond=0)
    assert not item.is_editable
    services.publish_due(SYSTEM, hour)
    item.refresh_from_db()
    assert (item.title, kinds(item)) == ("新", [TraceKind.CORRECTED])


def test_what_changed_on_its_way_is_not_published_and_reported(office: Office) -> None:
    hour = timezone.now() + timedelta(days=1)
    bad, good = office.publish(go_live_at=hour), office.publish(go_live_at=hour)
    DisclosedItem.objects.filter(pk=bad.pk).update(body="<p>换了</p>")
    done = services.publish_due(SYSTEM, hour)
    assert done.published == 1
    assert [(key, "与审批时不一致" in why) for key, why in done.failed] == [(bad.pk, True)]
    good.refresh_from_db()
    assert good.live


def test_words_that_came_into_the_lists_meanwhile_hold_it_back(office: Office, monkeypatch) -> None:
    hour = timezone.now() + timedelta(days=1)
    office.publish(go_live_at=hour, body="<p>某某同志</p>")
    lexicon = Lexicon([Term(kind="forbidden", word="某某同志")])
    monkeypatch.setattr(guarding, "current_lexicon", lambda organ=None: lexicon)
    done = services.publish_due(SYSTEM, hour)
    assert done.published == 0
    assert "不能发布" in done.failed[0][1]


def test_at_its_end_an_item_comes_down_with_a_trace(office: Office) -> None:
    end = timezone.now() + timedelta(days=1)
    item = office.publish(expire_at=end)
    assert services.publish_due(SYSTEM, end).expired == 1
    item.refresh_from_db()
    assert (item.status, item.live, item.expired) == (Status.EXPIRED, False, True)
    assert kinds(item) == [TraceKind.EXPIRED]
    assert told(item).withdrawn_on is not None
    assert services.publish_due(SYSTEM, end).expired == 0


def test_an_end_that_has_passed_before_approval_is_refused(office: Office, monkeypatch) -> None:
    end = timezone.now() + timedelta(days=1)
    item = office.approve(office.submit(expire_at=end), until=Step.APPROVAL)
    later = SimpleNamespace(
        now=lambda: end + timedelta(hours=1),
        localtime=timezone.localtime,
        localdate=timezone.localdate,
    )
    monkeypatch.setattr(publishing, "timezone", later)
    with pytest.raises(ValidationError, match="下架的时间已过"):
        office.decide(item)
    item.refresh_from_db()
    assert (item.step, item.live) == (Step.APPROVAL, False)


def test_the_schedule_is_nobodys_to_run(office: Office) -> None:
    with pytest.raises(PermissionDenied, match="由系统办理"):
        services.publish_due(office.actor(Step.APPROVAL))


# -- corrections ------------------------------------------------------------------------------


def test_a_mistake_put_right_and_news_of_the_matter_are_told_apart(office: Office) -> None:
    """A change of the information starts Art. 26's limit anew; a correction does not."""
    item = office.publish()
    services.update_item(office.actor(), item, {"title": "更正", "correction_note": "标题有误。"})
    item = office.publish(item)
    services.update_item(
        office.actor(),
        item,
        {
            "body": "<p>新的数据</p>",
            "changed_on": date(2020, 4, 1),
            "correction_note": "数据更新。",
        },
    )
    item = office.publish(item)
    assert kinds(item) == [TraceKind.CORRECTED, TraceKind.UPDATED]
    assert [trace.note for trace in item.traces.order_by("pk")] == ["标题有误。", "数据更新。"]
    assert item.published_at < item.last_published_at


def test_the_first_publication_needs_no_note(office: Office) -> None:
    assert kinds(office.publish()) == []


def test_the_note_of_one_correction_is_not_that_of_the_next(office: Office) -> None:
    item = office.publish()
    services.update_item(office.actor(), item, {"title": "一", "correction_note": "一改。"})
    item = office.publish(item)
    version = services.update_item(office.actor(), item, {"title": "二"})
    assert version.correction_note == ""


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
    services.publish_due(SYSTEM)
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


# -- not published ------------------------------------------------------------------------------

WITHHELD = {
    "disclosure_attribute": "withheld",
    "exemption": "14-1",
    "attribute_reason": "涉及国家秘密。",
    "attribute_basis": "定密依据见保密台账。",
}


def test_what_is_withheld_passes_the_review_and_is_never_public(office: Office) -> None:
    item = office.publish(**WITHHELD)
    assert (item.status, item.live, item.index_number) == (Status.DECIDED, False, None)
    assert item.next_assessment_on == timezone.localdate().replace(
        year=timezone.localdate().year + 1
    )
    assert not Publication.objects.exists()
    assert LedgerEntry.objects.filter(action="disclosure.decide").count() == 1


def test_what_is_withheld_is_assessed_anew_after_a_year(office: Office) -> None:
    """Art. 18."""
    item = office.publish(**WITHHELD)
    today = timezone.localdate()
    assert not queries.to_assess(office.officer, today).exists()
    DisclosedItem.objects.update(next_assessment_on=today)
    assert list(queries.to_assess(office.officer, today)) == [item]
    with pytest.raises(ValidationError, match="评估结论"):
        services.reassess(office.actor(), item, "")
    item = services.reassess(office.actor(), item, "保密期限未满，维持不予公开。")
    assert item.next_assessment_on > today
    with pytest.raises(ValidationError, match="已定为不主动公开"):
        services.reassess(office.actor(), office.publish(), "维持")


def test_what_has_become_disclosable_is_disclosed(office: Office) -> None:
    item = office.publish(**WITHHELD)
    version = services.update_item(office.actor(), item, {"disclosure_attribute": "proactive"})
    assert (version.exemption, version.attribute_reason) == ("", "")
    item = office.publish(DisclosedItem.objects.get())
    assert (item.status, item.live, item.next_assessment_on) == (Status.PUBLISHED, True, None)


def test_a_public_item_that_must_be_withheld_comes_down_through_the_review(
    office: Office,
) -> None:
    item = office.publish()
    services.update_item(office.actor(), item, {**WITHHELD, "correction_note": "依法不再公开。"})
    item = office.publish(DisclosedItem.objects.get())
    assert (item.status, item.live) == (Status.DECIDED, False)
    assert [(t.kind, t.note) for t in item.traces.all()] == [("withdrawn", "依法不再公开。")]
    assert told(item).withdrawn_on is not None


def test_the_next_assessment_may_be_set_earlier(office: Office) -> None:
    item = office.publish(**WITHHELD, next_assessment_on=date(2030, 1, 1))
    assert item.next_assessment_on == date(2030, 1, 1)
    services.update_item(office.actor(), item, {"next_assessment_on": date(2029, 1, 1)})
    assert DisclosedItem.objects.get().next_assessment_on == date(2029, 1, 1)


# -- the catalogue ------------------------------------------------------------------------------


def test_the_catalogue_learns_what_was_published_for_which_entry(office: Office) -> None:
    from tests.factories.catalogue import make_catalogue, make_entry, put_in_force

    catalogue = make_catalogue(office.organ)
    entry = make_entry(catalogue)
    put_in_force(catalogue)
    item = office.publish(entries=[entry])
    publication = told(item)
    assert (publication.title, publication.formed_on) == (item.title, date(2020, 3, 2))
    assert publication.published_on == timezone.localdate()
    assert publication.links.count() == 1

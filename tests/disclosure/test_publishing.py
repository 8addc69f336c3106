"""Publishing and what follows it: numbers, hours, corrections, withdrawal, repeal, assessment."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from gongkai.disclosure import guarding, queries, services
from gongkai.disclosure.models import (
    DisclosedItem,
    GuardRun,
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
from tests.factories.disclosure import Office, kinds, told
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("定时发布")


@pytest.fixture
def office() -> Office:
    return Office()


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
    # The files are not read anew every minute, and the drafter finds it on the start page.
    runs = GuardRun.objects.count()
    services.publish_due(SYSTEM, hour)
    assert GuardRun.objects.count() == runs
    assert queries.blocked_for(office.officer).count() == 1


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

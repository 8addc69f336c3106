"""A body abolished that still has items: nothing is lost, the successor goes on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from gongkai.disclosure import queries, services
from gongkai.disclosure.models import DisclosedItem, Status, Step
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import policy
from tests.factories.disclosure import Office
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db

GONE_ON = date(2020, 6, 1)


@pytest.fixture
def successor() -> Office:
    return Office(make_organ(name="新局"))


@pytest.fixture
def office(successor: Office) -> Office:
    return Office(make_organ(name="老局"))


def abolish(office: Office, successor: Office | None) -> None:
    office.organ.abolished_on = GONE_ON
    office.organ.successor = successor.organ if successor else None
    office.organ.save()


def test_what_is_under_way_moves_and_what_is_public_stays(
    office: Office, successor: Office
) -> None:
    public = office.publish(title="已发布")
    changing = office.publish(title="有修改")
    services.update_item(office.actor(), changing, {"title": "改", "correction_note": "更正。"})
    draft = office.draft(title="草稿")
    reviewed = office.decide(office.submit(title="审核中"))
    waiting = office.publish(title="待发布", go_live_at=timezone.now() + timedelta(days=3))
    abolish(office, successor)

    assert services.hand_over_items(successor.actor(), office.organ) == 4

    items = {item.title: item for item in DisclosedItem.objects.select_related("organ")}
    assert items["已发布"].organ == office.organ
    assert items["已发布"].live
    assert {items[t].organ for t in ("草稿", "审核中", "待发布", "有修改")} == {successor.organ}
    assert (items["审核中"].status, items["审核中"].step) == (Status.DRAFT, "")
    assert (items["待发布"].status, items["待发布"].scheduled_for) == (Status.DRAFT, None)
    assert items["有修改"].index_number == changing.index_number
    assert LedgerEntry.objects.filter(action="disclosure.hand_over").count() == 4
    # Whoever drafted it is gone; the successor's people finish it, from the first step.
    item = successor.publish(items["审核中"])
    assert item.status == Status.PUBLISHED
    assert item.index_number.startswith(successor.organ.code)
    assert {public.pk, draft.pk, reviewed.pk, waiting.pk} <= {i.pk for i in items.values()}


def test_the_successor_may_also_answer_for_what_is_public(
    office: Office, successor: Office
) -> None:
    item = office.publish()
    abolish(office, successor)
    assert services.hand_over_items(successor.actor(), office.organ, published=True) == 1
    moved = DisclosedItem.objects.get()
    assert (moved.organ, moved.index_number) == (successor.organ, item.index_number)
    assert services.withdraw(successor.actor(Step.APPROVAL), moved, "有误").status == "withdrawn"


def test_a_successor_that_is_itself_gone_leads_on(office: Office, successor: Office) -> None:
    last = Office(make_organ(name="最后的局"))
    office.draft()
    abolish(office, successor)
    abolish(successor, last)
    assert services.hand_over_items(last.actor(), office.organ) == 1
    assert DisclosedItem.objects.get().organ == last.organ


def test_without_a_successor_one_must_be_named_first(office: Office) -> None:
    office.draft()
    abolish(office, None)
    with pytest.raises(ValidationError, match="请先在机构管理中填写"):
        services.hand_over_items(office.actor(), office.organ)


def test_a_body_that_exists_hands_nothing_over(office: Office) -> None:
    with pytest.raises(ValidationError, match="没有撤销"):
        services.hand_over_items(office.actor(), office.organ)


def test_nothing_of_an_abolished_body_goes_on_before(office: Office, successor: Office) -> None:
    item = office.draft()
    abolish(office, successor)
    item.refresh_from_db()
    for act in (
        lambda: services.update_item(office.actor(), item, {"title": "改"}),
        lambda: services.submit(office.actor(), item),
    ):
        with pytest.raises(ValidationError, match="请由承继机构新局起草"):
            act()


def test_the_successors_officer_finds_the_orphans_on_the_start_page(
    office: Office, successor: Office
) -> None:
    today = timezone.localdate()
    office.draft()
    abolish(office, successor)
    policy.forget(successor.officer)
    assert list(queries.orphaned(successor.officer, today)) == [office.organ]
    services.hand_over_items(successor.actor(), office.organ)
    assert not queries.orphaned(successor.officer, today).exists()

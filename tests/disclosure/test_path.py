"""An item's way: draft → review → secrecy review → approval → published (Arts. 17, 26)."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from gongkai.catalogue.models import Publication
from gongkai.disclosure import queries, services
from gongkai.disclosure.models import DisclosedItem, Status, Step
from gongkai.ledger.models import LedgerEntry
from tests.factories.disclosure import Office

pytestmark = pytest.mark.django_db


def test_an_item_goes_through_the_whole_chain_and_is_public():
    office = Office()
    item = office.draft(title="关于印发测试办法的通知")
    assert item.status == Status.DRAFT
    assert not item.live

    item = office.submit(item)
    assert (item.status, item.step) == (Status.IN_REVIEW, Step.REVIEW)
    item = office.decide(item)
    assert item.step == Step.SECRECY
    item = office.decide(item)
    assert item.step == Step.APPROVAL
    item = office.decide(item)

    assert (item.status, item.step, item.live) == (Status.PUBLISHED, "", True)
    assert item.index_number.endswith("-00001")
    assert item.index_number.startswith(office.organ.code)
    assert item.published_at is not None
    acts = list(
        LedgerEntry.objects.filter(object_id=str(item.pk), action__startswith="disclosure.")
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert acts == [
        "disclosure.create",
        "disclosure.submit",
        "disclosure.approve",
        "disclosure.approve",
        "disclosure.approve",
        "disclosure.publish",
    ]
    told = Publication.objects.get(source="disclosure", source_id=str(item.pk))
    assert told.organ == office.organ


def test_a_published_item_stays_as_it_is_until_the_new_version_is_approved():
    office = Office()
    item = office.publish(title="原标题")
    version = services.update_item(
        office.actor(), item, {"title": "新标题", "correction_note": "更正标题。"}
    )
    assert version.title == "新标题"
    assert DisclosedItem.objects.get().title == "原标题"
    assert queries.latest_version(DisclosedItem.objects.get()).title == "新标题"

    item = office.publish(version)
    assert (item.title, item.status) == ("新标题", Status.PUBLISHED)
    assert [trace.note for trace in item.traces.all()] == ["更正标题。"]
    assert item.index_number.endswith("-00001")


def test_a_returned_item_can_be_mended_and_sent_again():
    office = Office()
    item = office.submit()
    item = office.decide(item, "returned", opinion="请补充依据。")
    assert (item.status, item.step, item.returned) == (Status.RETURNED, "", True)
    services.update_item(office.actor(), item, {"body": "<p>补充了依据。</p>"})
    item = office.publish(DisclosedItem.objects.get())
    assert item.status == Status.PUBLISHED
    assert not item.returned
    assert "补充了依据" in item.body


def test_returning_needs_an_opinion():
    office = Office()
    item = office.submit()
    with pytest.raises(ValidationError, match="须写明意见"):
        office.decide(item, "returned")


def test_the_drafter_decides_nothing():
    office = Office()
    item = office.submit()
    from tests.factories.organs import add_role

    add_role(office.officer, "reviewer", office.organ)
    with pytest.raises(PermissionDenied, match="不能审核自己"):
        services.decide(office.actor(), item, decision="approved")

"""What is not published (Arts. 13–16) and assessed anew (Art. 18)."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from gongkai.catalogue.models import Publication
from gongkai.disclosure import queries, services
from gongkai.disclosure.models import (
    DisclosedItem,
    Status,
)
from gongkai.ledger.models import LedgerEntry
from tests.factories.disclosure import Office, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


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

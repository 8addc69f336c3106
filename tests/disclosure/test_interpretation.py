"""Policy ↔ interpretation (国办发〔2016〕80号): linked both ways, owed within three working days."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from gongkai.disclosure import queries, services
from gongkai.disclosure.bulk import interpretation as bulk
from gongkai.disclosure.bulk.importing import import_items
from gongkai.disclosure.models import DisclosedItem, DocumentKind
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.statute import interpretation as rule
from gongkai.statute.workdays import LayeredCalendar
from tests.disclosure.test_import import table
from tests.factories.disclosure import Office, make_disclosed_item, published
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

TODAY = date(2020, 6, 1)
NORMATIVE = {"document_kind": DocumentKind.NORMATIVE}
READING = {"document_kind": DocumentKind.INTERPRETATION}


def again(item):
    return DisclosedItem.objects.get(pk=item.pk)


def owed():
    return list(bulk.owed(TODAY))


def test_three_working_days_from_publication():
    """A document of Thursday 30 April 2020: Labour Day lasts until 5 May, so Friday 8 May."""
    calendar = LayeredCalendar()
    assert rule.due_on(date(2020, 4, 30), calendar).date == date(2020, 5, 8)
    assert rule.due_on(date(2020, 3, 2), calendar).date == date(2020, 3, 5)
    # What was published on the second is in time on the fifth and late on the sixth.
    assert rule.late_before(date(2020, 3, 5), calendar) <= date(2020, 3, 2)
    assert rule.late_before(date(2020, 3, 6), calendar) == date(2020, 3, 3)


def test_a_normative_document_without_interpretation_is_owed():
    """Given a published normative document, then it owes one until an interpretation is public."""
    office = Office()
    policy = published(organ=office.organ, **NORMATIVE)
    reading = make_disclosed_item(office.organ, interprets=policy, **READING)
    assert owed() == [policy]
    (found,) = bulk.with_draft(bulk.owed(TODAY))
    assert found.interpretation_drafted
    DisclosedItem.objects.filter(pk=reading.pk).update(
        live=True,
        status="published",
        index_number="X-1",
        published_at=datetime(2020, 3, 6, tzinfo=UTC),
    )
    assert owed() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"document_kind": DocumentKind.POLICY},
        {**NORMATIVE, "interpretation_exemption": "只涉及内部管理"},
        {**NORMATIVE, "repealed_on": date(2020, 5, 1)},
        {**NORMATIVE, "valid_until": date(2020, 5, 1)},
        READING,
    ],
)
def test_what_owes_nothing(fields):
    published(**fields)
    assert owed() == []


def test_what_was_published_before_the_rule_owes_nothing():
    published(date(2015, 3, 5), **NORMATIVE)
    assert owed() == []


def test_other_policies_owe_one_when_their_body_says_so():
    office = Office()
    item = office.publish(**_document(DocumentKind.POLICY))
    bulk.require_interpretation(office.actor(), item, reason="涉及群众切身利益")
    assert [each.pk for each in bulk.owed(date.max)] == [item.pk]
    bulk.exempt_interpretation(office.actor(), again(item), reason="已在正文中说明")
    assert not bulk.owed(date.max).exists()
    assert bulk.exempted().get() == item
    assert queries.latest_version(again(item)).interpretation_exemption == "已在正文中说明"


def _document(kind):
    from tests.factories.catalogue import make_topic

    return {"document_kind": kind, "genre": "notice", "topic": make_topic(),
            "effective_from": date(2020, 3, 2)}  # fmt: skip


def test_history_from_an_old_site_owes_nothing_anew():
    office = Office()
    import_items(
        Actor.command("测试"),
        table("标题,文件类别,栏目,成文日期,发布日期,正文",
              f"关于甲的办法,规范性文件,{office.column.slug},2020-01-02,2020-01-05,正文"),
        "表.csv",
        organ=office.organ,
        as_published=True,
    )  # fmt: skip
    assert owed() == []
    item = DisclosedItem.objects.get()
    bulk.require_interpretation(office.actor(), item, reason="仍在执行")
    assert owed() == [item]


def test_a_link_is_seen_from_both_ends_and_needs_no_new_review():
    office = Office()
    policy = office.publish(**_document(DocumentKind.NORMATIVE))
    reading = office.publish(**{**READING, "interprets": office.publish()})
    bulk.link_interpretation(office.actor(), reading, policy, form="chart")
    linked = again(reading)
    assert (linked.interprets, linked.interpretation_form) == (policy, "chart")
    assert list(policy.interpretations.all()) == [reading]
    assert linked.live
    version = services.update_item(
        office.actor(), linked, {"title": "新标题", "correction_note": "更正。"}
    )
    assert version.interprets == policy
    bulk.unlink_interpretation(office.actor(), again(reading), reason="链接有误")
    assert again(reading).interprets is None
    acts = LedgerEntry.objects.filter(action__startswith="disclosure.interpretation")
    assert [act.action for act in acts.order_by("pk")] == [
        "disclosure.interpretation.link",
        "disclosure.interpretation.unlink",
    ]


def test_links_that_make_no_sense_are_refused():
    office = Office()
    policy = office.draft(**NORMATIVE)
    reading = office.draft(**READING)
    other = office.draft(**READING)
    actor = office.actor()
    with pytest.raises(ValidationError, match="政策解读"):
        bulk.link_interpretation(actor, policy, reading)
    with pytest.raises(ValidationError, match="不能解读自己"):
        bulk.link_interpretation(actor, reading, reading)
    with pytest.raises(ValidationError, match="本身就是政策解读"):
        bulk.link_interpretation(actor, reading, other)
    with pytest.raises(ValidationError, match="解读形式"):
        bulk.link_interpretation(actor, reading, policy, form="dance")
    bulk.link_interpretation(actor, reading, policy)
    with pytest.raises(ValidationError, match="已经链接"):
        bulk.link_interpretation(actor, again(reading), policy)
    with pytest.raises(ValidationError, match="没有链接"):
        bulk.unlink_interpretation(actor, other, reason="x")
    with pytest.raises(ValidationError, match="理由"):
        bulk.exempt_interpretation(actor, policy, reason="")
    with pytest.raises(ValidationError, match="本身不需要解读"):
        bulk.exempt_interpretation(actor, reading, reason="x")


def test_only_the_bodys_own_people_link_and_exempt():
    office = Office()
    policy, reading = office.draft(**NORMATIVE), office.draft(**READING)
    stranger = Actor.for_user(make_user(Role.INFORMATION_OFFICER, make_organ()))
    for act in (
        lambda: bulk.link_interpretation(stranger, reading, policy),
        lambda: bulk.exempt_interpretation(stranger, policy, reason="x"),
        lambda: bulk.require_interpretation(stranger, policy, reason="x"),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_an_interpretation_under_review_is_not_touched():
    office = Office()
    policy = office.publish()
    reading = office.submit(**{**READING, "interprets": policy})
    with pytest.raises(ValidationError, match="审核"):
        bulk.unlink_interpretation(office.actor(), reading, reason="x")

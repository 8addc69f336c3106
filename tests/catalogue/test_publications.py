"""What was published meets what had to be published (Art. 26)."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gongkai.catalogue import queries
from gongkai.catalogue.models import Occasion, OccasionKind, Publication, PublicationLink
from gongkai.catalogue.services import (
    PublicationRow,
    record_publication,
    record_publications,
    withdraw_publication,
)
from tests.factories.catalogue import (
    make_adopted_entries,
    make_adopted_entry,
    make_catalogue,
    make_duty,
    make_entry,
    make_occasion,
    put_in_force,
)
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db


@pytest.fixture
def organ():
    return make_organ(parent=make_organ("411281", name="测试市人民政府"), name="测试局")


def publish(organ, entries, published_on, *, source_id="1", formed_on=None, **more):
    return record_publication(
        organ=organ,
        entry_ids=[entry.pk for entry in entries],
        source="disclosure.item",
        source_id=source_id,
        title="测试信息",
        url="/i/1",
        formed_on=formed_on,
        changed_on=more.pop("changed_on", None),
        published_on=published_on,
        **more,
    )


def only(kind):
    return Occasion.objects.get(kind=kind)


def test_article_26_a_document_is_due_20_working_days_after_it_came_about(organ):
    """Given a document of 2 March 2020, when it is published on 31 March, then one day late."""
    entry = make_adopted_entry(organ)
    publish(organ, [entry], date(2020, 3, 31), formed_on=date(2020, 3, 2))
    formed = only("formed")
    assert (formed.due_on, formed.fulfilled_on) == (date(2020, 3, 30), date(2020, 3, 31))
    assert formed.days_late(date(2021, 1, 1)) == 1


def test_without_the_day_of_formation_timeliness_is_unknown(organ):
    publish(organ, [make_adopted_entry(organ)], date(2020, 3, 31))
    formed = only("formed")
    assert formed.due_on is None
    assert formed.fulfilled_on == date(2020, 3, 31)
    assert formed.days_late(date(2021, 1, 1)) == 0


def test_telling_the_same_publication_again_changes_nothing(organ):
    entry = make_adopted_entry(organ)
    for _ in range(2):
        publish(organ, [entry], date(2020, 3, 20), formed_on=date(2020, 3, 2))
    assert Publication.objects.count() == PublicationLink.objects.count() == 1
    assert Occasion.objects.count() == 1


def test_a_corrected_day_of_formation_moves_the_due_date(organ):
    entry = make_adopted_entry(organ)
    publish(organ, [entry], date(2020, 3, 31), formed_on=date(2020, 3, 2))
    publish(organ, [entry], date(2020, 3, 31), formed_on=date(2020, 3, 10))
    assert only("formed").due_on == date(2020, 4, 8)


def test_article_26_a_change_starts_the_period_anew(organ):
    entry = make_adopted_entry(organ)
    publish(organ, [entry], date(2020, 3, 20), formed_on=date(2020, 3, 2))
    publish(
        organ,
        [entry],
        date(2020, 7, 10),
        formed_on=date(2020, 3, 2),
        changed_on=date(2020, 6, 1),
    )
    changed = only("changed")
    assert changed.due_on == date(2020, 6, 30)
    assert changed.fulfilled_on == date(2020, 7, 10)
    assert Publication.objects.get().published_on == date(2020, 3, 20)
    assert Publication.objects.get().last_published_on == date(2020, 7, 10)
    assert only("formed").fulfilled_on == date(2020, 3, 20)


def test_a_document_typed_in_beforehand_is_met_by_its_publication(organ):
    entry = make_adopted_entry(organ)
    typed = make_occasion(organ, entry)
    publish(organ, [entry], date(2020, 3, 20), formed_on=date(2020, 3, 2))
    assert only("formed") == typed
    assert only("formed").fulfilled_on == date(2020, 3, 20)


def test_a_budget_is_met_by_the_first_publication_after_its_approval(organ):
    """预算法: 20 calendar days from the approval; the day the text was written starts nothing."""
    entry = make_adopted_entry(
        organ, trigger="本级人大或其常委会批准", day_type="calendar", limit_days=20
    )
    approved = make_occasion(
        organ,
        entry,
        kind="approved",
        happened_on=date(2020, 5, 6),
        opens_on=date(2020, 5, 6),
        due_on=date(2020, 5, 26),
    )
    publish(organ, [entry], date(2020, 5, 20), formed_on=date(2020, 4, 20))
    approved.refresh_from_db()
    assert approved.fulfilled_on == date(2020, 5, 20)
    assert Occasion.objects.count() == 1


def test_a_budget_without_a_known_approval_is_counted_as_unknown(organ):
    entry = make_adopted_entry(organ, trigger="本级人大或其常委会批准")
    publish(organ, [entry], date(2020, 5, 20), formed_on=date(2020, 4, 20))
    unknown = only("approved")
    assert (unknown.happened_on, unknown.due_on) == (None, None)
    assert unknown.fulfilled_on == date(2020, 5, 20)


def test_entries_no_longer_named_are_unlinked_with_their_occasions(organ):
    one, two = make_adopted_entries(organ, 2)
    publish(organ, [one, two], date(2020, 3, 20), formed_on=date(2020, 3, 2))
    publish(organ, [two], date(2020, 3, 20), formed_on=date(2020, 3, 2))
    assert PublicationLink.objects.get().matter_id == two.matter_id
    assert Occasion.objects.get().matter_id == two.matter_id


def test_a_withdrawal_keeps_that_it_was_late(organ):
    entry = make_adopted_entry(organ)
    publish(organ, [entry], date(2020, 3, 31), formed_on=date(2020, 3, 2))
    withdraw_publication("disclosure.item", "1", date(2020, 6, 1))
    assert only("formed").days_late(date(2021, 1, 1)) == 1
    assert PublicationLink.objects.get().withdrawn_on == date(2020, 6, 1)
    withdraw_publication("disclosure.item", "1", date(2020, 7, 1))
    assert Publication.objects.get().withdrawn_on == date(2020, 6, 1)
    withdraw_publication("disclosure.item", "unknown", date(2020, 7, 1))


def test_a_withdrawal_before_the_publication_is_refused(organ):
    publish(organ, [make_adopted_entry(organ)], date(2020, 3, 31))
    with pytest.raises(ValidationError, match="撤回日期不能早于公开日期"):
        withdraw_publication("disclosure.item", "1", date(2020, 3, 30))


def test_a_period_is_open_again_when_what_met_it_is_withdrawn(organ):
    entry = make_adopted_entry(organ, cycle="yearly")
    year = make_occasion(
        organ,
        entry,
        kind=OccasionKind.PERIOD,
        label="2020年",
        happened_on=None,
        opens_on=date(2020, 1, 1),
        period_start=date(2020, 1, 1),
        period_end=date(2020, 12, 31),
        due_on=date(2020, 12, 31),
    )
    publish(organ, [entry], date(2020, 3, 20), formed_on=date(2020, 3, 2))
    year.refresh_from_db()
    assert year.fulfilled_on == date(2020, 3, 20)
    withdraw_publication("disclosure.item", "1", date(2020, 6, 1))
    year.refresh_from_db()
    assert year.is_open


def test_elements_are_looked_for_only_where_a_text_is_told(organ):
    entry = make_adopted_entry(organ, elements="文件全文、有效性；解读")
    publish(organ, [entry], date(2020, 3, 20), text="本文件全文如下 …… 解  读另见")
    link = PublicationLink.objects.get()
    assert (link.elements_found, link.elements_total) == (2, 3)
    publish(organ, [entry], date(2020, 3, 20))
    assert PublicationLink.objects.get().elements_found == 2


def test_entries_for_a_body_are_those_in_force_that_it_has_taken_on(organ):
    government = organ.parent
    old = make_entry(make_catalogue(government, year=2019))
    make_duty(old, organ)
    catalogue = make_catalogue(government)
    taken, not_concerned, lapsed, empty, untouched = (make_entry(catalogue) for _ in range(5))
    put_in_force(catalogue)
    statement = {"reason": "没有此项职能", "stated_on": date(2020, 1, 1)}
    make_duty(taken, organ)
    make_duty(
        not_concerned, organ, state="not_applicable", valid_until=date(2020, 12, 31), **statement
    )
    make_duty(lapsed, organ, state="not_applicable", valid_until=date(2020, 3, 1), **statement)
    make_duty(empty, organ, state="empty", valid_until=date(2020, 12, 31), **statement)
    found = set(queries.entries_for(organ, date(2020, 6, 1)))
    assert found == {taken, lapsed, empty}
    assert untouched not in found
    assert not queries.entries_for(make_organ()).exists()


def test_a_publication_of_last_years_entry_counts_for_this_years(organ):
    """Given an entry copied into a new version, then what named the old one answers the matter."""
    old = make_adopted_entry(organ)
    publish(organ, [old], date(2020, 3, 20), formed_on=date(2020, 3, 2))
    old.catalogue.state = "superseded"
    old.catalogue.save()
    new_version = make_catalogue(organ.parent, year=2021)
    new = make_entry(new_version)
    new.matter_id = old.matter_id
    new.save()
    put_in_force(new_version, date(2021, 1, 1))
    publish(organ, [old], date(2021, 3, 1), source_id="2", formed_on=date(2021, 2, 26))
    assert set(PublicationLink.objects.values_list("matter_id", flat=True)) == {new.matter_id}
    assert Occasion.objects.get(publication__source_id="2").entry == new


# -- many at once --------------------------------------------------------------------------------
def told(organ, entries, published_on, *, source_id, **more):
    return PublicationRow(
        organ=organ,
        entry_ids=[entry.pk for entry in entries],
        source="disclosure.item",
        source_id=source_id,
        title=f"测试信息{source_id}",
        published_on=published_on,
        **{"formed_on": None, **more},
    )


def what_stands():
    """Everything that publications leave behind, without the keys."""
    publications = Publication.objects.order_by("source_id").values_list(
        "source_id", "organ__name", "title", "formed_on", "changed_on", "published_on",
        "last_published_on", "withdrawn_on",
    )  # fmt: skip
    links = PublicationLink.objects.order_by("publication__source_id", "matter").values_list(
        "publication__source_id", "organ__name", "matter", "published_on", "last_published_on",
        "withdrawn_on", "elements_found", "elements_total",
    )  # fmt: skip
    occasions = Occasion.objects.values_list(
        "organ__name", "matter", "kind", "label", "happened_on", "opens_on", "due_on",
        "fulfilled_on", "publication__source_id",
    )  # fmt: skip
    return list(publications), list(links), sorted(occasions, key=str)


def tell_singly(rows):
    for row in rows:
        record_publication(**vars(row))


def test_a_set_leaves_what_its_rows_leave_one_after_the_other(organ):
    """Given new, corrected, changed, moved and repeated publications, documents and a period that
    wait for one, and an approval that nobody entered."""
    other = make_organ(parent=organ.parent, name="另一测试局")
    catalogue = make_catalogue(organ.parent)
    document, second = (make_entry(catalogue, elements="全文、解读") for _ in range(2))
    yearly = make_entry(catalogue, cycle="yearly")
    budget = make_entry(catalogue, trigger="本级人大或其常委会批准")
    put_in_force(catalogue)
    for day in (2, 3):
        make_occasion(organ, document, happened_on=date(2020, 3, day))
    make_occasion(
        organ, yearly, kind=OccasionKind.PERIOD, label="2020年", happened_on=None,
        opens_on=date(2020, 1, 1), period_start=date(2020, 1, 1), period_end=date(2020, 12, 31),
        due_on=date(2020, 12, 31),
    )  # fmt: skip
    formed = date(2020, 3, 2)
    tell_singly(
        [
            told(organ, [document, second], date(2020, 3, 4), source_id="known", text="全文"),
            told(organ, [second], date(2020, 3, 5), source_id="moves", formed_on=formed),
        ]
    )
    withdraw_publication("disclosure.item", "moves", date(2020, 3, 6))
    rows = [
        told(organ, [second], date(2020, 3, 3), source_id="known", formed_on=formed),
        told(other, [second], date(2020, 3, 9), source_id="moves", formed_on=formed),
        told(organ, [document, yearly], date(2020, 3, 20), source_id="1", text="全文 解读"),
        told(organ, [document], date(2020, 3, 20), source_id="2", formed_on=date(2020, 3, 3)),
        told(organ, [budget, yearly], date(2020, 5, 20), source_id="3"),
        told(organ, [second], date(2020, 7, 9), source_id="known", formed_on=formed,
             changed_on=date(2020, 6, 1)),
        told(organ, [], date(2020, 8, 1), source_id="4"),
        told(organ, [second], date(2020, 9, 1), source_id="5", changed_on=date(2020, 8, 3)),
    ]  # fmt: skip
    with transaction.atomic():
        tell_singly(rows)
        singly = what_stands()
        transaction.set_rollback(True)
    assert len(record_publications(rows)) == len(rows)
    assert what_stands() == singly


def test_many_publications_take_as_many_statements_as_one(organ):
    entries = make_adopted_entries(organ, 3)

    def statements(first, number):
        rows = [
            told(organ, entries, date(2020, 3, 20), source_id=str(first + n)) for n in range(number)
        ]
        with CaptureQueriesContext(connection) as captured:
            record_publications(rows)
        return len(captured)

    assert statements(100, 1) == statements(200, 8)


def test_an_empty_set_says_nothing(django_assert_num_queries):
    with django_assert_num_queries(2):  # the savepoint alone
        assert record_publications([]) == []

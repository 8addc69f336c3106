"""The figures of docs/algorithms/coverage.md, and the lists behind them."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongkai.catalogue.models import Duty
from gongkai.catalogue.queries import coverage as cov
from gongkai.catalogue.queries.missing import missing_duties, obligations
from gongkai.organs.models import Organ
from tests.factories.catalogue import (
    make_catalogue,
    make_duty,
    make_entry,
    make_field,
    make_occasion,
    make_publication,
    put_in_force,
)
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db

TODAY = date(2020, 10, 20)
YEAR = cov.Window.year(2020, TODAY)
STATEMENT = {"reason": "没有此项", "stated_on": date(2020, 1, 6), "valid_until": date(2020, 12, 31)}


@pytest.fixture
def city():
    return make_organ("411281", name="测试市人民政府")


@pytest.fixture
def office(city):
    return make_organ(parent=city, name="教育局")


def matters(city, number, **fields):
    """Entries of the city's catalogue, put in force; one field unless given."""
    catalogue = make_catalogue(city)
    field = make_field()
    entries = [make_entry(catalogue, **{"field": field, **fields}) for _ in range(number)]
    put_in_force(catalogue)
    return entries


def tally(organ, window=YEAR):
    return cov.by_organ(cov.coverage(Organ.objects.filter(pk=organ.pk), window))[organ.pk]


def test_the_worked_example_of_the_documentation(city, office):
    """Given seven duties in 2020, seen on 20 October, then the figures of the page come out."""
    catalogue, field = make_catalogue(city), make_field()
    event = [make_entry(catalogue, field=field) for _ in range(3)]
    yearly = make_entry(catalogue, field=field, cycle="yearly")
    quarterly = make_entry(catalogue, field=field, cycle="quarterly")
    none_now, not_ours = make_entry(catalogue, field=field), make_entry(catalogue, field=field)
    put_in_force(catalogue)
    for entry in (*event, yearly, quarterly):
        make_duty(entry, office)
    make_duty(none_now, office, state="empty", **STATEMENT)
    make_duty(not_ours, office, state="not_applicable", **STATEMENT)

    # Two matters of events are published, one in time, one four days late; one never was.
    one = make_publication(office, event[0], date(2020, 3, 20))
    two = make_publication(office, event[1], date(2020, 4, 3))
    make_occasion(office, event[0], publication=one, fulfilled_on=date(2020, 3, 20))
    make_occasion(office, event[1], publication=two, fulfilled_on=date(2020, 4, 3))
    # Last year's yearly report still covers this year; of the quarters the third is missing.
    make_publication(office, yearly, date(2019, 11, 5))
    first = make_publication(office, quarterly, date(2020, 3, 30))
    second = make_publication(office, quarterly, date(2020, 6, 29))
    for start, end, met in (
        (date(2020, 1, 1), date(2020, 3, 31), first),
        (date(2020, 4, 1), date(2020, 6, 30), second),
        (date(2020, 7, 1), date(2020, 9, 30), None),
        (date(2020, 10, 1), date(2020, 12, 31), None),
    ):
        make_occasion(
            office,
            quarterly,
            kind="period",
            happened_on=None,
            opens_on=start,
            period_start=start,
            period_end=end,
            due_on=end,
            publication=met,
            fulfilled_on=met and met.published_on,
        )

    found = tally(office)
    assert (found.duties, found.not_applicable, found.applicable) == (7, 1, 6)
    assert (found.published, found.empty, found.missing) == (4, 1, 1)
    assert round(found.coverage, 3) == 0.833
    assert (found.on_time, found.late, found.overdue, found.pending) == (3, 1, 1, 1)
    assert found.timeliness == 0.6
    assert found.days_late == 4 + 20
    assert (found.green, found.amber, found.red) == (1, 0, 1)
    assert (found.gaps, found.broken) == (1, 0)
    assert round(found.stated_share, 3) == 0.286
    assert not found.needs_review


def test_the_lists_behind_the_figures_hold_as_many_rows(city, office):
    entries = matters(city, 4)
    for entry in entries:
        make_duty(entry, office)
    make_publication(office, entries[0], date(2020, 3, 20))
    make_publication(office, entries[1], date(2020, 3, 20), withdrawn_on=date(2020, 5, 1))
    make_occasion(office, entries[0], fulfilled_on=date(2020, 3, 20))
    make_occasion(office, entries[2])
    make_occasion(office, entries[3], due_on=None, happened_on=None, fulfilled_on=date(2020, 5, 1))
    found = tally(office)
    assert found.missing == missing_duties(YEAR).filter(organ=office).count() == 3
    for state in ("overdue", "late", "on_time", "pending", "unknown", "closed"):
        number = obligations(YEAR, state).filter(organ=office).count()
        assert number == getattr(found, state), state


def test_article_26_a_late_publication_stays_late(city, office):
    (entry,) = matters(city, 1)
    make_duty(entry, office)
    late = make_publication(office, entry, date(2020, 6, 30))
    make_occasion(office, entry, publication=late, fulfilled_on=date(2020, 6, 30))
    found = tally(office)
    assert (found.late, found.on_time, found.days_late) == (1, 0, 92)
    assert found.timeliness == 0


def test_an_unknown_day_is_neither_in_time_nor_late(city, office):
    (entry,) = matters(city, 1)
    make_duty(entry, office)
    make_occasion(office, entry, happened_on=None, due_on=None, fulfilled_on=date(2020, 5, 1))
    found = tally(office)
    assert (found.unknown, found.on_time, found.late) == (1, 0, 0)
    assert found.timeliness is None


def test_a_lapsed_statement_counts_as_missing_again(city, office):
    one, two = matters(city, 2)
    make_duty(one, office, state="empty", **{**STATEMENT, "valid_until": date(2020, 6, 30)})
    make_duty(
        two, office, state="not_applicable", **{**STATEMENT, "valid_until": date(2020, 6, 30)}
    )
    assert tally(office).missing == 2
    spring = cov.Window.of(date(2020, 1, 1), date(2020, 3, 31), TODAY)
    assert (tally(office, spring).missing, tally(office, spring).empty) == (0, 1)


def test_too_many_statements_ask_for_a_person(city, office):
    entries = matters(city, 3)
    make_duty(entries[0], office, state="not_applicable", **STATEMENT)
    make_duty(entries[1], office)
    make_duty(entries[2], office)
    assert tally(office).needs_review
    Duty.objects.update(reviewed_on=date(2020, 2, 1))
    assert not tally(office).needs_review


def test_a_withdrawn_publication_covers_only_while_it_was_public(city, office):
    (entry,) = matters(city, 1)
    make_duty(entry, office)
    make_publication(office, entry, date(2020, 2, 3), withdrawn_on=date(2020, 5, 1))
    assert tally(office).published == 0
    assert tally(office, cov.Window.of(date(2020, 1, 1), date(2020, 3, 31), TODAY)).published == 1


def test_a_monthly_matter_of_last_spring_is_red_and_missing(city, office):
    (entry,) = matters(city, 1, cycle="monthly")
    make_duty(entry, office)
    make_publication(office, entry, date(2019, 12, 20))
    found = tally(office)
    assert (found.published, found.red) == (0, 1)


def test_a_gap_longer_than_the_cycle_is_broken_continuity(city, office):
    (entry,) = matters(city, 1, cycle="monthly")
    make_duty(entry, office)
    for day in (date(2020, 1, 10), date(2020, 2, 9), date(2020, 4, 9)):
        make_publication(office, entry, day)
    found = tally(office)
    assert (found.gaps, found.broken) == (1, 1)


def test_bodies_and_fields_are_counted_apart_and_add_up(city):
    one, two = make_organ(parent=city), make_organ(parent=city)
    catalogue = make_catalogue(city)
    a, b = make_entry(catalogue), make_entry(catalogue)
    put_in_force(catalogue)
    for organ in (one, two):
        make_duty(a, organ)
    make_duty(b, two)
    make_publication(two, a, date(2020, 3, 1))
    cells = cov.coverage(Organ.objects.in_subtree(city), YEAR)
    assert {o: (t.applicable, t.published) for o, t in cov.by_organ(cells).items()} == {
        one.pk: (1, 0),
        two.pk: (2, 1),
    }
    assert {f: (t.applicable, t.published) for f, t in cov.by_field(cells).items()} == {
        a.field_id: (2, 1),
        b.field_id: (1, 0),
    }
    assert cov.total(cells.values()).applicable == 3
    only = cov.coverage(Organ.objects.in_subtree(city), YEAR, field_id=b.field_id)
    assert set(only) == {(two.pk, b.field_id)}


def test_a_past_year_is_judged_by_the_catalogue_then_in_force(city, office):
    old = make_catalogue(city, year=2019)
    make_duty(make_entry(old), office)
    put_in_force(old, date(2019, 1, 1))
    old.state, old.superseded_on = "superseded", date(2020, 1, 1)
    old.save()
    for entry in matters(city, 2):
        make_duty(entry, office)
    assert tally(office).duties == 2
    assert tally(office, cov.Window.year(2019, TODAY)).duties == 1


def test_the_number_of_statements_does_not_depend_on_the_bodies(city):
    (entry,) = matters(city, 1)

    def count():
        with CaptureQueriesContext(connection) as asked:
            cov.coverage(Organ.objects.in_subtree(city), YEAR)
        return len(asked)

    make_duty(entry, make_organ(parent=city))
    assert count() == 2
    for _ in range(20):
        organ = make_organ(parent=city)
        make_duty(entry, organ)
        make_publication(organ, entry, date(2020, 3, 1))
    assert count() == 2


def test_nothing_to_count_is_no_rate():
    empty = cov.Tally()
    assert empty.coverage is None
    assert empty.timeliness is None
    assert empty.completeness is None
    assert not empty.needs_review


def test_elements_found_are_added_up(city, office):
    (entry,) = matters(city, 1)
    make_duty(entry, office)
    publication = make_publication(office, entry, date(2020, 3, 1))
    publication.links.update(elements_found=2, elements_total=3)
    assert round(tally(office).completeness, 3) == 0.667

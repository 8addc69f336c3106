"""Table two: what is counted, and that the list behind a figure is the figure."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.organs.models import Organ
from gongkai.registers import facts
from gongkai.registers.models import (
    ActItem,
    Decision,
    FeeIncome,
    NormativeDocument,
    ProcurementProject,
)
from gongkai.statute.formats import format_for_year, get_format
from tests.factories.organs import make_organ
from tests.factories.registers import (
    make_decision,
    make_document,
    make_fee,
    make_item,
    make_project,
)

pytestmark = pytest.mark.django_db

F2019, F2021 = get_format("2019"), get_format("2021")


def counted(fmt, year, organs=None):
    """Every source's rows as {(organ, cell): value}; a cell must not come twice."""
    found = {}
    for source in facts.sources:
        for row in source.rows(fmt, year, organs):
            assert (row.organ_id, row.cell) not in found
            assert row.cell in source.cells(fmt)
            found[row.organ_id, row.cell] = row.value
    return found


# -- Article 20 (5), (6), (8): items -----------------------------------------------------------


def test_an_item_valid_on_31_december_is_last_years_item_and_no_change():
    item = make_item(kind="permit", valid_from=date(2019, 12, 31), valid_until=date(2020, 12, 31))
    assert counted(F2019, 2020) == {(item.organ_id, "t2.permit.prev_items"): 1}


def test_an_item_that_begins_in_the_year_is_an_increase_and_one_that_ends_a_decrease():
    organ = make_organ()
    make_item(organ, kind="penalty", valid_from=date(2020, 1, 1))
    make_item(organ, kind="penalty", valid_from=date(2020, 12, 31))
    make_item(organ, kind="coercion", valid_from=date(2018, 1, 1), valid_until=date(2020, 12, 30))
    assert counted(F2019, 2020) == {
        (organ.pk, "t2.penalty.change"): 2,
        (organ.pk, "t2.coercion.prev_items"): 1,
        (organ.pk, "t2.coercion.change"): -1,
    }


def test_an_item_that_began_and_ended_within_the_year_changes_nothing_but_is_listed():
    item = make_item(kind="fee", valid_from=date(2020, 2, 1), valid_until=date(2020, 9, 1))
    assert counted(F2019, 2020) == {}
    listed = facts.item_records(F2019, 2020, "t2.fee.change", None)
    assert [(i.pk, i.effect, i.effect_label) for i in listed] == [
        (item.pk, 0, "±0（年内新增又取消）")
    ]


def test_the_2021_format_asks_for_no_items():
    make_item()
    assert counted(F2021, 2021) == {}
    assert facts.item_cells(F2021) == frozenset()


# -- Article 20 (5), (6): decisions ------------------------------------------------------------


def test_a_decision_counts_in_the_year_it_was_made_and_not_when_void():
    organ = make_organ()
    for day in (date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)):
        make_decision(organ, kind="service", decided_on=day)
    make_decision(organ, kind="service", decided_on=date(2020, 6, 1), void=True)
    assert counted(F2019, 2020) == {(organ.pk, "t2.service.decisions"): 2}
    assert facts.decision_records(F2019, 2020, "t2.service.decisions", None).count() == 2


def test_the_2021_format_has_no_row_for_other_services():
    organ = make_organ()
    make_decision(organ, kind="service", decided_on=date(2021, 3, 1))
    make_decision(organ, kind="penalty", decided_on=date(2021, 3, 1))
    assert counted(F2021, 2021) == {(organ.pk, "t2.penalty.decisions"): 1}


# -- Article 20 (1): regulations and normative documents --------------------------------------


def test_2019_format_counts_made_published_and_the_open_stock():
    organ = make_organ()
    make_document(organ, issued_on=date(2018, 5, 1), published_on=date(2018, 5, 2))
    make_document(organ, issued_on=date(2019, 12, 30), published_on=date(2020, 1, 3))
    make_document(organ, issued_on=date(2020, 5, 1))
    make_document(
        organ,
        issued_on=date(2017, 5, 1),
        published_on=date(2017, 5, 2),
        repealed_on=date(2020, 12, 31),
    )
    assert counted(F2019, 2020) == {
        (organ.pk, "t2.normative.made"): 1,
        (organ.pk, "t2.normative.published"): 1,
        (organ.pk, "t2.normative.open_total"): 2,
    }


def test_2021_format_counts_a_document_whose_term_ended_as_repealed():
    organ = make_organ()
    make_document(organ, kind="regulation", issued_on=date(2019, 1, 1), expires_on=date(2022, 6, 1))
    make_document(
        organ,
        kind="regulation",
        issued_on=date(2019, 1, 1),
        repealed_on=date(2022, 3, 1),
        expires_on=date(2024, 1, 1),
    )
    make_document(
        organ, kind="regulation", issued_on=date(2022, 1, 1), repealed_on=date(2023, 1, 1)
    )
    assert counted(F2021, 2022) == {
        (organ.pk, "t2.regulation.issued"): 1,
        (organ.pk, "t2.regulation.repealed"): 2,
        (organ.pk, "t2.regulation.in_force"): 1,
    }
    assert counted(F2021, 2024) == {}


# -- Article 20 (8), (9): money --------------------------------------------------------------


def test_amounts_are_added_without_loss_and_given_in_wan_yuan():
    organ = make_organ()
    for amount in ("0.10", "0.20", "9999999999999.99"):
        make_fee(organ, amount=Decimal(amount))
    assert counted(F2021, 2021) == {(organ.pk, "t2.fee.amount"): Decimal("1000000000.000029")}


def test_procurement_is_counted_and_summed_in_the_year_of_the_contract():
    organ = make_organ()
    make_project(organ, amount=Decimal("375970000"))
    make_project(organ, amount=Decimal("50.00"))
    make_project(organ, contracted_on=date(2021, 1, 1))
    make_project(organ, void=True)
    assert counted(F2019, 2020) == {
        (organ.pk, "t2.procurement.items"): 2,
        (organ.pk, "t2.procurement.amount"): Decimal("37597.005"),
    }
    (row,) = [r for r in facts.procurement_rows(F2019, 2020, None) if r.cell.endswith("amount")]
    assert str(row.value) == "37597.005"


@pytest.mark.parametrize(
    ("fen", "shown"), [(1, "0.000001"), (3_000_000, "3"), (375970050000, "375970.05"), (0, "0")]
)
def test_wan_yuan_is_written_without_exponent_and_trailing_zeros(fen, shown):
    assert str(facts.wan_yuan(fen)) == shown


# -- whatever the records ---------------------------------------------------------------------

DAYS = st.dates(date(2018, 11, 1), date(2022, 3, 1))
SOME = st.one_of(st.none(), st.integers(0, 900))
AMOUNTS = st.decimals(0, 99_999_999, places=2)


@st.composite
def records(draw):
    """Plain dictionaries of every register, for three bodies."""
    organ = st.integers(0, 2)
    void = st.sampled_from([False, False, False, True])

    def later(day, days):
        return None if days is None else day + timedelta(days=days)

    items = [
        {"o": draw(organ), "kind": draw(st.sampled_from(["permit", "fee"])), "from": day,
         "until": later(day, draw(SOME)), "void": draw(void)}
        for day in draw(st.lists(DAYS, max_size=8))
    ]  # fmt: skip
    decisions = [
        {"o": draw(organ), "kind": draw(st.sampled_from(["permit", "service", "penalty"])),
         "on": day, "void": draw(void)}
        for day in draw(st.lists(DAYS, max_size=8))
    ]  # fmt: skip
    documents = [
        {"o": draw(organ), "kind": draw(st.sampled_from(["regulation", "normative"])),
         "on": day, "published": later(day, draw(SOME)), "repealed": later(day, draw(SOME)),
         "expires": later(day, draw(SOME)), "void": draw(void)}
        for day in draw(st.lists(DAYS, max_size=8))
    ]  # fmt: skip
    money = [
        {"o": draw(organ), "on": day, "amount": draw(AMOUNTS), "void": draw(void)}
        for day in draw(st.lists(DAYS, max_size=6))
    ]
    return items, decisions, documents, money


def naive(fmt, year, organ, items, decisions, documents, money):
    """Table two of one body, by plain counting."""
    first, last, before = date(year, 1, 1), date(year, 12, 31), date(year - 1, 12, 31)
    cells = Counter()

    def add(cell, value=1):
        if cell in fmt.cells and value:
            cells[cell] += value

    def own(rows):
        return [r for r in rows if r["o"] == organ and not r["void"]]

    for r in own(items):
        then, now = (
            r["from"] <= day and (r["until"] is None or r["until"] >= day) for day in (before, last)
        )
        add(f"t2.{r['kind']}.prev_items", int(then))
        add(f"t2.{r['kind']}.change", int(now) - int(then))
    for r in own(decisions):
        add(f"t2.{r['kind']}.decisions", int(r["on"].year == year))
    for r in own(documents):
        ended = min((d for d in (r["repealed"], r["expires"]) if d), default=date.max)
        kind = r["kind"]
        for column in ("made", "issued"):
            add(f"t2.{kind}.{column}", int(first <= r["on"] <= last))
        published = r["published"]
        add(f"t2.{kind}.published", int(published is not None and first <= published <= last))
        add(
            f"t2.{kind}.open_total",
            int(published is not None and published <= last and ended > last),
        )
        add(f"t2.{kind}.repealed", int(first <= ended <= last))
        add(f"t2.{kind}.in_force", int(r["on"] <= last and ended > last))
    for r in own(money):
        if r["on"].year == year:
            add("t2.fee.amount", r["amount"] / 10_000)
            add("t2.procurement.items", 1)
            add("t2.procurement.amount", r["amount"] / 10_000)
    return {cell: value for cell, value in cells.items() if value}


def store(rows):
    items, decisions, documents, money = rows
    for model in (Decision, FeeIncome, ProcurementProject, NormativeDocument, ActItem):
        model.objects.all().delete()
    Organ.objects.all().delete()
    organs = [make_organ() for _ in range(3)]
    for r in items:
        make_item(organs[r["o"]], kind=r["kind"], valid_from=r["from"], valid_until=r["until"],
                  void=r["void"])  # fmt: skip
    for r in decisions:
        make_decision(organs[r["o"]], kind=r["kind"], decided_on=r["on"], void=r["void"])
    for r in documents:
        make_document(organs[r["o"]], kind=r["kind"], issued_on=r["on"], published_on=r["published"],
                      repealed_on=r["repealed"], expires_on=r["expires"], void=r["void"])  # fmt: skip
    for r in money:
        make_fee(organs[r["o"]], collected_on=r["on"], amount=r["amount"], void=r["void"])
        make_project(organs[r["o"]], contracted_on=r["on"], amount=r["amount"], void=r["void"])
    return organs


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=records(), year=st.sampled_from([2019, 2020, 2021]))
def test_counts_equal_plain_counting_and_the_records_behind_each_figure_add_up_to_it(rows, year):
    organs = store(rows)
    for fmt in (F2019, F2021):
        found = counted(fmt, year)
        for place, organ in enumerate(organs):
            assert {c: v for (o, c), v in found.items() if o == organ.pk} == naive(
                fmt, year, place, *rows
            )
        for source in facts.sources:
            for cell in source.cells(fmt):
                for organ in organs:
                    one = Organ.objects.filter(pk=organ.pk)
                    behind = list(source.records(fmt, year, cell, one))
                    if cell.endswith("amount"):
                        total = sum((r.amount for r in behind), Decimal()) / 10_000
                    elif cell.endswith(("change", "prev_items")):
                        total = sum(r.effect for r in behind)
                    else:
                        total = len(behind)
                    assert total == found.get((organ.pk, cell), 0), cell


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=records())
def test_stocks_follow_from_last_years_stocks_whatever_the_records(rows):
    """X.items and X.stock of the formats hold by construction."""
    organs = store(rows)
    for year in (2020, 2021):
        before, now = counted(F2019, year - 1), counted(F2019, year)
        before21, now21 = counted(F2021, year - 1), counted(F2021, year)
        for organ in organs:
            for kind in ("permit", "fee"):
                assert now.get((organ.pk, f"t2.{kind}.prev_items"), 0) == before.get(
                    (organ.pk, f"t2.{kind}.prev_items"), 0
                ) + before.get((organ.pk, f"t2.{kind}.change"), 0)
            for kind in ("regulation", "normative"):
                assert now21.get((organ.pk, f"t2.{kind}.in_force"), 0) == (
                    before21.get((organ.pk, f"t2.{kind}.in_force"), 0)
                    + now21.get((organ.pk, f"t2.{kind}.issued"), 0)
                    - now21.get((organ.pk, f"t2.{kind}.repealed"), 0)
                )


def test_each_source_is_one_statement_however_many_bodies(django_assert_num_queries):
    for _ in range(5):
        make_item(), make_decision(), make_document(), make_fee(), make_project()
    organs = Organ.objects.filter(code__startswith="T")
    for fmt, year in ((F2019, 2020), (F2021, 2021)):
        for source in facts.sources:
            with django_assert_num_queries(1 if source.cells(fmt) else 0):
                rows = list(source.rows(fmt, year, organs))
            assert [r.organ_id for r in rows] == sorted(r.organ_id for r in rows)


def test_the_restriction_to_bodies_leaves_the_others_out():
    ours, theirs = make_decision(), make_decision()
    found = counted(F2019, 2020, Organ.objects.filter(pk=ours.organ_id))
    assert set(found) == {(ours.organ_id, "t2.permit.decisions")}
    assert theirs not in facts.decision_records(
        F2019, 2020, "t2.permit.decisions", Organ.objects.filter(pk=ours.organ_id)
    )


def test_the_sources_fill_every_leaf_of_table_two_once():
    for fmt in (F2019, F2021, format_for_year(2025)):
        cells = [cell for source in facts.sources for cell in source.cells(fmt)]
        leaves = [c for c in fmt.table_cells("t2") if not fmt.cells[c].derived]
        assert sorted(cells) == sorted(leaves)


def test_every_column_of_a_source_can_be_shown_for_its_records():
    make_item(), make_decision(), make_document(), make_fee(), make_project()
    for source in facts.sources:
        for fmt, year in ((F2019, 2020), (F2021, 2021)):
            for cell in source.cells(fmt):
                for record in source.records(fmt, year, cell, None):
                    for attribute, _heading in source.columns:
                        assert hasattr(record, attribute)

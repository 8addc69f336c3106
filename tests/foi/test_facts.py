"""Tables three and four: what is counted, and that the list behind a figure is the figure."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.foi import facts
from gongkai.foi.models import ApplicantKind, CaseLink, FoiRequest, RemedyCase
from gongkai.organs.models import Organ
from gongkai.statute.formats import APPLICANT_KINDS, fill_totals, get_format
from gongkai.statute.outcomes import OUTCOMES
from tests.factories.foi import make_case, make_remedy, make_request, received
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db

F2019, F2021 = get_format("2019"), get_format("2021")
DECISIONS = [code for code, outcome in OUTCOMES.items() if outcome.is_decision]


def counted(fmt, year, organs=None):
    """Both sources' rows as {(organ, cell): value}; a cell must not come twice."""
    found = {}
    for source in facts.sources:
        for row in source.rows(fmt, year, organs):
            assert (row.organ_id, row.cell) not in found
            assert row.cell in source.cells(fmt)
            found[row.organ_id, row.cell] = row.value
    return found


# -- table three -------------------------------------------------------------------------------


def test_a_request_is_new_in_the_year_of_receipt_and_counted_when_decided():
    organ = make_organ()
    make_request(organ, received_on=date(2021, 3, 1), decided_on=date(2021, 3, 20), outcome="GRANT")
    assert counted(F2021, 2021) == {
        (organ.pk, "t3.new.natural"): 1,
        (organ.pk, "t3.granted.natural"): 1,
    }
    assert counted(F2021, 2020) == counted(F2021, 2022) == {}


def test_a_request_decided_in_january_was_carried_over_at_the_end_of_the_year():
    organ = make_organ()
    make_request(
        organ,
        applicant_kind="legal",
        received_on=date(2021, 12, 31),
        decided_on=date(2022, 1, 1),
        outcome="PARTIAL",
    )
    assert counted(F2021, 2021) == {
        (organ.pk, "t3.new.legal"): 1,
        (organ.pk, "t3.carried_out.legal"): 1,
    }
    assert counted(F2021, 2022) == {
        (organ.pk, "t3.carried_in.legal"): 1,
        (organ.pk, "t3.partial.legal"): 1,
    }


@pytest.mark.parametrize(
    ("decided_on", "today", "years"),
    [
        (None, date(2019, 12, 31), ()),
        (None, date(2020, 1, 1), (2019,)),
        (None, date(2022, 5, 1), (2019, 2020, 2021)),
        (date(2019, 12, 31), date(2022, 5, 1), ()),
        (date(2021, 1, 4), date(2022, 5, 1), (2019, 2020)),
    ],
)
def test_the_years_a_request_is_carried_out_of_are_those_of_the_table(decided_on, today, years):
    outcome = "GRANT" if decided_on else ""
    request = make_request(
        make_organ(), received_on=date(2019, 6, 1), decided_on=decided_on, outcome=outcome
    )
    assert facts.years_carried(request, today) == years
    for year in range(2019, today.year):
        behind = facts.request_records(F2021, year, "t3.carried_out.natural", None)
        assert behind.exists() == (year in years)


def test_a_part_is_not_carried_over_where_the_whole_counts_once(settings):
    organ = make_organ()
    whole, part = (make_request(organ, received_on=date(2019, 6, 1)) for _ in range(2))
    CaseLink.objects.create(earlier=whole, later=part, kind="split", at=timezone.now(), by="甲")
    assert facts.years_carried(part, date(2020, 1, 2)) == (2019,)
    settings.REQUEST_SPLIT_COUNTING = "parent"
    assert facts.years_carried(part, date(2020, 1, 2)) == ()
    assert facts.years_carried(whole, date(2020, 1, 2)) == (2019,)


def test_a_request_open_for_years_is_carried_in_and_out_of_each():
    organ = make_organ()
    make_request(organ, received_on=date(2019, 6, 1))
    assert counted(F2019, 2019).keys() == {
        (organ.pk, "t3.new.natural"),
        (organ.pk, "t3.carried_out.natural"),
    }
    for fmt, year in ((F2019, 2020), (F2021, 2021), (F2021, 2025)):
        assert counted(fmt, year).keys() == {
            (organ.pk, "t3.carried_in.natural"),
            (organ.pk, "t3.carried_out.natural"),
        }


def test_the_formats_differ_in_other_handling_only():
    organ = make_organ()
    for code in ("OTHER_NO_SUPPLEMENT", "OTHER_NO_PAYMENT", "OTHER_MISC"):
        make_request(organ, received_on=date(2021, 3, 1), decided_on=date(2021, 3, 9), outcome=code)
    assert counted(F2019, 2021)[organ.pk, "t3.other.natural"] == 3
    new = counted(F2021, 2021)
    for row in ("other_no_correction", "other_no_payment", "other_misc"):
        assert new[organ.pk, f"t3.{row}.natural"] == 1
    assert facts.request_records(F2019, 2021, "t3.other.natural", None).count() == 3


def test_every_outcome_has_its_row_and_every_applicant_kind_its_column():
    organ = make_organ()
    assert set(ApplicantKind.values) == set(APPLICANT_KINDS)
    for code in DECISIONS:
        for kind in APPLICANT_KINDS:
            make_request(
                organ,
                applicant_kind=kind,
                received_on=date(2021, 3, 1),
                decided_on=date(2021, 3, 9),
                outcome=code,
            )
    found = counted(F2021, 2021)
    for row in F2021.t3.result_rows:
        for kind in APPLICANT_KINDS:
            assert found[organ.pk, f"t3.{row.id}.{kind}"] == 1


# -- table four --------------------------------------------------------------------------------


def test_a_case_filed_last_year_and_concluded_now_is_handled_but_not_filed_now(settings):
    organ = make_organ()
    make_remedy(
        organ, filed_on=date(2020, 12, 1), result="corrected", concluded_on=date(2021, 2, 1)
    )
    make_remedy(organ, kind="direct", filed_on=date(2020, 5, 1))
    make_remedy(organ, kind="after_review", filed_on=date(2021, 5, 1))
    settings.REMEDY_CASES_COUNTED = "handled"
    assert counted(F2021, 2021) == {
        (organ.pk, "t4.review.corrected"): 1,
        (organ.pk, "t4.direct.pending"): 1,
        (organ.pk, "t4.after_review.pending"): 1,
    }
    assert counted(F2019, 2020) == {
        (organ.pk, "t4.review.pending"): 1,
        (organ.pk, "t4.direct.pending"): 1,
    }
    settings.REMEDY_CASES_COUNTED = "filed"
    assert counted(F2021, 2021) == {(organ.pk, "t4.after_review.pending"): 1}
    assert facts.remedy_records(F2021, 2021, "t4.direct.total", None).count() == 0


def test_a_voided_case_counts_no_more():
    from django.utils import timezone

    make_remedy(voided_at=timezone.now(), void_reason="重复登记")
    assert counted(F2021, 2021) == {}
    assert not facts.remedy_records(F2021, 2021, "t4.review.total", None).exists()


def test_an_unknown_reading_is_refused(settings):
    settings.REMEDY_CASES_COUNTED = "all"
    with pytest.raises(ImproperlyConfigured, match="handled 或 filed"):
        list(facts.remedy_rows(F2021, 2021, None))


# -- whatever the history ----------------------------------------------------------------------

DAYS = st.dates(date(2019, 6, 1), date(2022, 6, 1))
SPAN = st.one_of(st.none(), st.integers(0, 900))


@st.composite
def histories(draw):
    requests = [
        {
            "o": draw(st.integers(0, 1)),
            "kind": draw(st.sampled_from(APPLICANT_KINDS)),
            "on": day,
            "decided": None if (span := draw(SPAN)) is None else day + timedelta(span),
            "outcome": draw(st.sampled_from(DECISIONS)),
        }
        for day in draw(st.lists(DAYS, max_size=14))
    ]
    remedies = [
        {
            "o": draw(st.integers(0, 1)),
            "kind": draw(st.sampled_from(["review", "direct", "after_review"])),
            "on": day,
            "concluded": None if (span := draw(SPAN)) is None else day + timedelta(span),
            "result": draw(st.sampled_from(["upheld", "corrected", "other"])),
        }
        for day in draw(st.lists(DAYS, max_size=8))
    ]
    return requests, remedies


def store(history):
    requests, remedies = history
    RemedyCase.objects.all().delete()
    FoiRequest.objects.all().delete()
    Organ.objects.all().delete()
    organs = [make_organ(), make_organ()]
    for r in requests:
        make_request(
            organs[r["o"]],
            applicant_kind=r["kind"],
            received_on=r["on"],
            decided_on=r["decided"],
            outcome=r["outcome"] if r["decided"] else "",
        )
    for r in remedies:
        make_remedy(
            organs[r["o"]],
            kind=r["kind"],
            filed_on=r["on"],
            concluded_on=r["concluded"],
            result=r["result"] if r["concluded"] else "",
        )
    return organs


def naive(fmt, year, reading, organ, history):
    """Tables three and four of one body, by plain counting."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    cells = Counter()
    for r in history[0]:
        if r["o"] != organ:
            continue
        kind, on, decided = r["kind"], r["on"], r["decided"]
        cells[f"t3.new.{kind}"] += first <= on <= last
        cells[f"t3.carried_in.{kind}"] += on < first and (decided is None or decided >= first)
        cells[f"t3.carried_out.{kind}"] += on <= last and (decided is None or decided > last)
        if decided is not None and first <= decided <= last:
            cells[f"t3.{OUTCOMES[r['outcome']].rows[fmt.id]}.{kind}"] += 1
    for r in history[1]:
        if r["o"] != organ or (reading == "filed" and r["on"].year != year):
            continue
        concluded = r["concluded"]
        if concluded is not None and first <= concluded <= last:
            cells[f"t4.{r['kind']}.{r['result']}"] += 1
        elif r["on"] <= last and (concluded is None or concluded > last):
            cells[f"t4.{r['kind']}.pending"] += 1
    return {cell: value for cell, value in cells.items() if value}


PROPERTY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@PROPERTY
@given(
    history=histories(),
    year=st.sampled_from([2019, 2020, 2021, 2022]),
    reading=st.sampled_from(["handled", "filed"]),
)
def test_counts_equal_plain_counting_and_the_records_behind_each_figure_are_as_many(
    settings, history, year, reading
):
    settings.REMEDY_CASES_COUNTED = reading
    organs = store(history)
    for fmt in (F2019, F2021):
        found = counted(fmt, year)
        for place, organ in enumerate(organs):
            own = {cell: value for (o, cell), value in found.items() if o == organ.pk}
            assert own == naive(fmt, year, reading, place, history)
        both = Organ.objects.all()
        for source in facts.sources[:2]:
            for cell in source.cells(fmt):
                assert source.records(fmt, year, cell, both).count() == sum(
                    found.get((organ.pk, cell), 0) for organ in organs
                ), cell


@PROPERTY
@given(history=histories())
def test_one_plus_two_is_three_plus_four_and_carried_over_arrives_next_year(history):
    """T3.B and X.carry of the formats hold in every column by construction."""
    organs = store(history)
    fmt = F2021
    years = {year: counted(fmt, year) for year in (2019, 2020, 2021, 2022)}
    for organ in organs:
        filled = {
            year: fill_totals(
                fmt,
                {cell: found.get((organ.pk, cell), 0) for cell in fmt.leaf_cells},
            )
            for year, found in years.items()
        }
        for year, cells in filled.items():
            for column in (*APPLICANT_KINDS, "total"):
                assert (
                    cells[f"t3.new.{column}"] + cells[f"t3.carried_in.{column}"]
                    == cells[f"t3.result_total.{column}"] + cells[f"t3.carried_out.{column}"]
                )
                if year + 1 in filled:
                    assert (
                        cells[f"t3.carried_out.{column}"]
                        == filled[year + 1][f"t3.carried_in.{column}"]
                    )


def test_totals_open_their_records_too():
    organ = make_organ()
    for kind in APPLICANT_KINDS:
        make_request(
            organ,
            applicant_kind=kind,
            received_on=date(2021, 3, 1),
            decided_on=date(2021, 3, 9),
            outcome="GRANT",
        )
    everybody = Organ.objects.all()
    for cell in ("t3.new.total", "t3.result_total.total", "t3.granted.total"):
        assert facts.request_records(F2021, 2021, cell, everybody).count() == 6
    assert facts.request_records(F2021, 2021, "t3.result_total.legal", everybody).count() == 1


def test_each_source_is_one_statement_however_many_bodies(django_assert_num_queries):
    for _ in range(5):
        make_remedy()
        make_case(None, *FEE_PAID)
    for source in facts.sources:
        with django_assert_num_queries(1):
            rows = list(source.rows(F2021, 2021, Organ.objects.filter(code__startswith="T")))
        assert len(rows) >= 5
        assert [r.organ_id for r in rows] == sorted(r.organ_id for r in rows)


def test_the_sources_fill_every_leaf_of_tables_three_and_four_once():
    for fmt in (F2019, F2021):
        cells = [cell for source in facts.sources[:2] for cell in source.cells(fmt)]
        leaves = [c for t in ("t3", "t4") for c in fmt.table_cells(t) if not fmt.cells[c].derived]
        assert sorted(cells) == sorted(leaves)


def test_every_column_of_a_source_can_be_shown_for_its_records():
    paid = make_case(None, *FEE_PAID)
    remedy = make_remedy(result="upheld", concluded_on=date(2021, 7, 1))
    (payment,) = facts.fee_records(F2021, 2021, "m.fee.amount", None)
    for source, record in zip(facts.sources, (paid, remedy, payment), strict=True):
        for path, _heading in source.columns:
            value = record
            for name in path.split("."):
                value = getattr(value, name)
    assert facts.sources[2].record_url(payment).endswith(f"/{paid.pk}/")


# -- processing fees ---------------------------------------------------------------------------

FEE_PAID = (
    received("2021-03-01"),
    {"type": "fee_noticed", "on": "2021-03-09", "amount": 200},
    {"type": "fee_paid", "on": "2021-03-15"},
)


def test_processing_fees_are_what_was_paid_in_the_year():
    organ = make_organ()
    make_case(organ, *FEE_PAID)
    make_case(
        organ,
        received("2021-03-01"),
        {"type": "fee_noticed", "on": "2021-03-09", "amount": 100},
        {"type": "fee_noticed", "on": "2021-03-10", "amount": 40},
        {"type": "fee_paid", "on": "2021-03-15", "amount": 15},
        {"type": "fee_paid", "on": "2021-03-16", "amount": 25},
    )
    make_case(
        organ,
        received("2021-12-06"),
        {"type": "fee_noticed", "on": "2021-12-20", "amount": 600},
        {"type": "fee_paid", "on": "2022-01-04"},
    )
    rows = {row.cell: row.value for row in facts.fee_rows(F2021, 2021, None)}
    assert rows == {"m.fee.requests": 2, "m.fee.amount": 240}
    ours = Organ.objects.filter(pk=organ.pk)
    assert facts.fee_records(F2021, 2021, "m.fee.amount", ours).count() == 3
    assert list(facts.fee_rows(F2021, 2022, Organ.objects.exclude(pk=organ.pk))) == []


def test_the_2019_format_has_no_paragraph_on_processing_fees():
    make_case(None, *FEE_PAID)
    assert facts.fee_measures(F2019) == frozenset()
    assert list(facts.fee_rows(F2019, 2021, None)) == []

"""Building a report: every cell equals a plain count over the records (条例第五十条)."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongkai.organs.models import Organ
from gongkai.reports.build import build, build_all
from gongkai.reports.models import State
from gongkai.reports.tree import BodyGone, NoSuchYear, ReportError, UnknownOrgan
from gongkai.statute.formats import APPLICANT_KINDS, get_format
from tests.factories.organs import make_organ
from tests.factories.reports import (
    CONSOLE,
    add_decisions,
    add_documents,
    add_fee,
    add_items,
    add_project,
    add_remedies,
    add_requests,
    make_report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Organ:
    return make_organ(name="测试市人民政府")


def test_table_three_equals_a_naive_count_over_every_request(city: Organ) -> None:
    """第五十条第二项: new, carried in, each outcome and carried out, by kind of applicant."""
    rng = random.Random(7)
    department = make_organ(parent=city)
    report_format = get_format("2021")
    codes = [code for row in report_format.t3.result_rows for code in row.outcomes]
    expected: Counter[str] = Counter()
    for _ in range(300):
        kind = rng.choice(APPLICANT_KINDS)
        outcome = rng.choice(codes)
        received = date(2020, 6, 1) + timedelta(days=rng.randrange(900))
        decided = received + timedelta(days=rng.randrange(90)) if rng.random() < 0.9 else None
        add_requests(department, kind=kind, received=received, decided=decided, outcome=outcome)
        if received > date(2021, 12, 31) or (decided and decided < date(2021, 1, 1)):
            continue
        rows = ["new" if received >= date(2021, 1, 1) else "carried_in"]
        if decided and decided <= date(2021, 12, 31):
            rows += [report_format.row_for_outcome(outcome), "result_total"]
        else:
            rows.append("carried_out")
        for row in rows:
            expected[f"t3.{row}.{kind}"] += 1
            expected[f"t3.{row}.total"] += 1

    built = build(department, 2021)

    wanted = {cell: expected[cell] for cell in report_format.table_cells("t3")}
    assert {cell: built.cells[cell] for cell in wanted} == wanted
    assert not built.violations


def test_table_two_counts_documents_items_decisions_and_amounts(city: Organ) -> None:
    """第二十条第一、五、六、八、九项, both formats."""
    add_documents(city, 2, issued=date(2021, 4, 1))
    add_documents(city, 3, issued=date(2018, 4, 1))
    add_documents(city, 1, issued=date(2018, 4, 1), repealed=date(2021, 5, 1))
    add_decisions(city, 4, kind="permit")
    add_decisions(city, 5, kind="penalty")
    add_fee(city, "12345.60")
    add_items(city, 3, kind="permit")
    add_items(city, 2, kind="permit", valid_from=date(2020, 5, 1))
    add_items(city, 1, kind="permit", valid_until=date(2020, 3, 31))
    add_project(city, "375970050.00")

    new = build(city, 2021, "own").cells
    old = build(city, 2020, "own").cells

    assert new["t2.normative.issued"] == 2
    assert new["t2.normative.repealed"] == 1
    assert new["t2.normative.in_force"] == 5
    assert new["t2.permit.decisions"] == 4
    assert new["t2.penalty.decisions"] == 5
    assert new["t2.coercion.decisions"] == 0
    assert new["t2.fee.amount"] == Decimal("1.23456")
    assert (old["t2.permit.prev_items"], old["t2.permit.change"]) == (4, 1)
    assert old["t2.procurement.items"] == 1
    assert old["t2.procurement.amount"] == Decimal("37597.005")


def test_table_four_counts_reviews_and_lawsuits(city: Organ) -> None:
    add_remedies(city, 2, kind="review", result="corrected")
    add_remedies(city, 1, kind="direct", concluded=None)

    cells = build(city, 2021, "own").cells

    assert cells["t4.review.corrected"] == 2
    assert cells["t4.review.total"] == 2
    assert cells["t4.direct.pending"] == 1
    assert cells["t4.after_review.total"] == 0


def test_a_source_that_finds_nothing_gives_zero_and_no_source_gives_blank(
    city: Organ, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“0 件，已核” is not the same as not filled in."""
    assert build(city, 2021, "own").cells["t3.new.total"] == 0

    from gongkai.reports import registry

    without = tuple(one for one in registry.all_sources() if not one.name.startswith("registers."))
    monkeypatch.setattr(registry, "all_sources", lambda: without)
    for cached in (registry._index, registry.sourced_cells, registry.measures):
        cached.cache_clear()
    try:
        built = build(city, 2021, "own")
        assert built.cells["t2.permit.decisions"] is None
        assert built.cells["t3.new.total"] == 0
        named = [spec.id for spec in registry.declared_only(get_format("2021"))]
        assert "t2.permit.decisions" in named
        assert "t3.new.natural" not in named
    finally:
        for cached in (registry._index, registry.sourced_cells, registry.measures):
            cached.cache_clear()


def test_an_aggregate_is_its_own_office_and_all_below_but_not_vertical_lines(city: Organ) -> None:
    """汇总: cell by cell, down the whole tree; 垂直管理 bodies report along their own line."""
    bureau = make_organ(parent=city)
    station = make_organ(parent=bureau)
    tax = make_organ(parent=city, vertical=True)
    tax_office = make_organ(parent=tax)
    for organ, number in ((city, 1), (bureau, 2), (station, 4), (tax, 8), (tax_office, 16)):
        add_requests(organ, number)

    assert build(city, 2021).cells["t3.new.natural"] == 7
    assert build(city, 2021, "own").cells["t3.new.natural"] == 1
    assert build(tax, 2021, "aggregate").cells["t3.new.natural"] == 24
    sums = {built.organ.pk: built for built in build_all(2021)}
    assert sums[city.pk].cells == build(city, 2021).cells
    assert sums[station.pk].scope == "own"


def test_an_abolished_body_is_counted_with_its_successor(city: Organ) -> None:
    """机构改革: the heir answers for what it took over, in that year and afterwards."""
    heir = make_organ(parent=city, name="市自然资源局")
    gone = make_organ(parent=city, name="市国土局", abolished_on=date(2021, 7, 1), successor=heir)
    add_requests(gone, 3, received=date(2021, 2, 1), decided=None)
    add_requests(gone, 1, received=date(2020, 12, 30), decided=None)
    add_requests(heir, 5)

    assert build(heir, 2021).cells["t3.new.total"] == 8
    assert build(heir, 2021).cells["t3.carried_in.total"] == 1
    assert build(heir, 2022).cells["t3.carried_in.total"] == 4
    assert build(city, 2021).cells["t3.new.total"] == 8
    assert build(gone, 2020).cells["t3.carried_out.total"] == 1
    # What the predecessor carried out is what the heir carried in.
    carry = [one for one in build(heir, 2021).findings if one.constraint == "X.carry.total"]
    assert [one.status for one in carry] == ["passed"]
    with pytest.raises(BodyGone, match=r"已于2021年7月1日撤销.*市自然资源局"):
        build(gone, 2021)
    with pytest.raises(BodyGone, match="没有2022年的年度报告"):
        build(gone, 2022)


def test_a_body_abolished_without_successor_counts_for_its_time_only(city: Organ) -> None:
    gone = make_organ(parent=city, abolished_on=date(2021, 7, 1))
    add_requests(gone, 3, decided=None)

    assert build(city, 2021).cells["t3.new.total"] == 3
    assert build(city, 2022).cells["t3.carried_in.total"] == 0
    assert build(gone, 2021).cells["t3.new.total"] == 3


def test_a_body_not_yet_set_up_has_no_report(city: Organ) -> None:
    young = make_organ(parent=city, established_on=date(2022, 1, 1))
    add_requests(young, 1)
    with pytest.raises(BodyGone, match="于2022年1月1日设立"):
        build(young, 2021)
    assert build(city, 2021).cells["t3.new.total"] == 0


@pytest.mark.parametrize(
    ("code", "year", "error", "words"),
    [
        ("NOWHERE", 2021, UnknownOrgan, "没有代码为“NOWHERE”的机关"),
        ("", 2018, NoSuchYear, "2018年没有可用的年度报告格式"),
        ("", 2999, NoSuchYear, "2999年尚未开始"),
    ],
)
def test_what_cannot_be_built_says_why(
    city: Organ, code: str, year: int, error: type[ReportError], words: str
) -> None:
    with pytest.raises(error, match=words):
        build(code or city.code, year)


def test_an_unknown_scope_is_refused(city: Organ) -> None:
    with pytest.raises(ReportError, match="没有名为“all”的口径"):
        build(city, 2021, "all")


def test_the_number_of_statements_does_not_grow_with_bodies_or_records(city: Organ) -> None:
    """第四十九条 asks for thousands of reports; each source is asked once."""

    def statements() -> tuple[int, int, int]:
        with CaptureQueriesContext(connection) as single:
            build(city, 2021)
        with CaptureQueriesContext(connection) as whole:
            reports = [(built, built.findings) for built in build_all(2021)]
        return len(single), len(whole), len(reports)

    bodies = [make_organ(parent=city) for _ in range(2)]
    for organ in (city, *bodies):
        add_requests(organ, 2)
        add_decisions(organ, 1)
    few_single, few_whole, few = statements()
    more = [make_organ(parent=city) for _ in range(57)]
    for organ in more:
        add_requests(organ, 5)
        add_decisions(organ, 3)
        add_documents(organ, 1)

    many_single, many_whole, many = statements()

    assert (few, many) == (3, 60)
    assert few_single == many_single
    assert few_whole == many_whole


def test_last_year_comes_from_the_published_report_else_from_the_records(city: Organ) -> None:
    department = make_organ(parent=city)
    add_requests(department, 3, received=date(2021, 5, 1), decided=None)
    counted = build(department, 2022)
    assert counted.previous_basis == "records"
    assert counted.previous is not None
    assert counted.previous["t3.carried_out.total"] == 3
    make_report(department, 2021, state=State.PUBLISHED)
    # A request entered late changes the records, not the published report.
    add_requests(department, 1, received=date(2021, 6, 1), decided=None)

    built = build(department, 2022)

    assert built.previous_basis == "published"
    assert built.previous is not None
    assert built.previous["t3.carried_out.total"] == 3
    carry = next(one for one in built.violations if one.constraint == "X.carry.total")
    assert "上年结转 4 ≠ 上一年报告的结转下年度 3" in carry.message


def test_a_declared_figure_stands_beside_the_counted_one_and_flows_into_the_sum(
    city: Organ,
) -> None:
    from gongkai.reports import services

    department = make_organ(parent=city)
    add_decisions(department, 4, kind="permit")
    report = make_report(department, 2021)
    services.declare_figure(CONSOLE, report, "t2.permit.decisions", 10, "另有6件在省系统办理。")

    figure = build(department, 2021).figures["t2.permit.decisions"]
    above = build(city, 2021).figures["t2.permit.decisions"]

    assert (figure.value, figure.computed, figure.difference) == (10, 4, 6)
    assert figure.note == "另有6件在省系统办理。"
    assert (above.value, above.computed, above.adjustment) == (10, 4, 6)
    services.declare_figure(CONSOLE, report, "t2.permit.decisions", None, "本机关没有这一职能。")
    assert build(department, 2021).cells["t2.permit.decisions"] is None
    assert build(city, 2021).cells["t2.permit.decisions"] == 0


def test_a_sum_is_compared_with_the_reports_sent_and_the_differing_body_is_named(
    city: Organ,
) -> None:
    """A.<cell>: what a department changed after sending its report shows in the sum."""
    from gongkai.reports import review

    department = make_organ(parent=city, name="市教育局")
    make_organ(parent=city, name="市水利局")
    add_requests(department, 2)
    make_report(department, 2021, state=State.SUBMITTED)
    assert not [one for one in build(city, 2021).warnings if one.kind == "aggregation"]
    add_requests(department, 1)

    built = build(city, 2021)
    failed = {one.constraint: one for one in built.warnings}

    assert "A.t3.new.natural" in failed
    assert "汇总 3 ≠ 3份报告之和 2" in failed["A.t3.new.natural"].message
    asked = {one.id: one.message for one in review.questions(built, {})}
    assert "不一致的单位：市教育局" in asked["A"]
    assert "还有1个所属单位没有提交2021年报告：市水利局" in asked["A.missing"]


def test_a_sum_over_most_bodies_is_the_same_however_it_is_asked(
    city: Organ, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a province every body is counted at once and the others are left out afterwards."""
    from gongkai.reports import tree

    elsewhere = make_organ(name="别市人民政府")
    bureau = make_organ(parent=city)
    for organ, number in ((city, 1), (bureau, 2), (elsewhere, 40)):
        add_requests(organ, number)
        add_decisions(organ, number)
    named = build(city, 2021).cells
    monkeypatch.setattr(tree, "FEW", 0)
    assert build(city, 2021).cells == named
    assert named["t3.new.total"] == 3


def test_a_year_without_any_record_is_no_last_year(city: Organ) -> None:
    """Where the records begin, figures are not compared with noughts."""
    add_items(city, 5)
    add_decisions(city, 50, on=date(2021, 6, 1))
    assert build(city, 2021, "own").previous is None
    assert build(city, 2022, "own").previous is not None


def test_amounts_bear_no_noughts_at_their_end(city: Organ) -> None:
    for amount in ("12.50", "37.50", "100.00"):
        add_fee(make_organ(parent=city), amount)
    assert str(build(city, 2021).cells["t2.fee.amount"]) == "0.015"

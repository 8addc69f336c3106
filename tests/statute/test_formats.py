"""年度报告法定格式（国办公开办函〔2019〕60号、〔2021〕30号）。"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute.formats import (
    APPLICANT_KINDS,
    UnknownFormat,
    compose,
    fill_totals,
    format_for_year,
    format_ids,
    get_format,
)
from tests.statute.shared_reports import SHARED, load

BOTH = pytest.mark.parametrize("format_id", ["2019", "2021"])


@BOTH
def test_cells_and_constraints_are_those_of_the_reference(format_id: str) -> None:
    reference_file = SHARED / "reference" / f"report_{format_id}.json"
    if not reference_file.exists():
        pytest.skip("the reference formats are not beside the project")
    reference = load(reference_file)
    report_format = get_format(format_id)
    tables = reference["tables"]

    cells = [
        (f"t2.{row['id']}.{column['id']}", column["type"], column.get("signed", False))
        for part in tables["t2"]["parts"]
        for row in part["rows"]
        for column in part["columns"]
    ]
    cells += [
        (f"t3.{row['id']}.{column['id']}", "int", False)
        for row in tables["t3"]["rows"]
        for column in tables["t3"]["columns"]
    ]
    cells += [
        (f"t4.{group['id']}.{column['id']}", "int", False)
        for group in tables["t4"]["groups"]
        for column in tables["t4"]["columns"]
    ]
    assert [(c.id, c.type, c.signed) for c in report_format.cells.values()] == cells

    rows = [(row.id, row.label, list(row.path), row.role) for row in report_format.t3.rows]
    assert rows == [(r["id"], r["label"], r["path"], r["role"]) for r in tables["t3"]["rows"]]
    assert report_format.t3.corner == tables["t3"]["corner"]

    assert [
        (c.id, c.kind, c.severity, c.scope, c.expr, c.printed) for c in report_format.constraints
    ] == [
        (
            c["id"],
            c["kind"],
            c["severity"],
            c["scope"],
            c["expr"] or "",
            c.get("printed_on_form", False),
        )
        for c in reference["constraints"]
    ]
    for year in reference["report_years"]:
        assert format_for_year(year) is report_format


@BOTH
def test_the_terms_of_a_constraint_write_its_expression(format_id: str) -> None:
    for constraint in get_format(format_id).constraints:
        if not constraint.relation:
            continue

        def side(terms) -> str:
            if not terms:
                return "0"
            text = "".join(f" {'-' if t.sign < 0 else '+'} {t}" for t in terms)
            return text.removeprefix(" + ")

        written = f"{side(constraint.left)} {constraint.relation} {side(constraint.right)}"
        assert written == constraint.expr


def test_the_2019_form_has_198_cells_and_the_2021_form_200() -> None:
    assert {one: len(get_format(one).cells) for one in format_ids()} == {"2019": 198, "2021": 200}


@pytest.mark.parametrize(
    ("year", "format_id"), [(2019, "2019"), (2020, "2019"), (2021, "2021"), (2040, "2021")]
)
def test_the_2021_form_serves_2021_and_every_later_year(year: int, format_id: str) -> None:
    assert format_for_year(year).id == format_id


def test_there_is_no_form_before_2019_and_the_message_says_so() -> None:
    with pytest.raises(UnknownFormat, match=r"2018年没有可用的年度报告格式.*2019年及以后"):
        format_for_year(2018)


def test_an_unknown_format_is_named_in_chinese() -> None:
    with pytest.raises(UnknownFormat, match="没有名为“1999”的年度报告格式，现有格式：2019、2021"):
        get_format("1999")


def test_a_mixed_report_takes_table_two_of_one_form_and_table_three_of_the_other() -> None:
    mixed = compose(t2="2021", t3="2019")
    assert mixed.table_cells("t2") == get_format("2021").table_cells("t2")
    assert mixed.table_cells("t3") == get_format("2019").table_cells("t3")
    assert mixed.constraints == get_format("2019").constraints
    assert len(mixed.cells) == 10 + 161 + 15
    assert mixed.table_formats == {"t2": "2021", "t3": "2019", "t4": "2021"}
    assert get_format(mixed.id) == mixed


def test_composing_one_form_with_itself_gives_that_form() -> None:
    assert compose(t2="2019", t3="2019") is get_format("2019")


def test_the_columns_of_table_three_are_the_kinds_of_applicant() -> None:
    for format_id in format_ids():
        columns = get_format(format_id).t3.leaf_columns
        assert tuple(column.id for column in columns) == APPLICANT_KINDS


def test_every_outcome_is_counted_in_exactly_one_row_and_2021_splits_the_other_row() -> None:
    old, new = get_format("2019"), get_format("2021")
    for code in ("OTHER_NO_SUPPLEMENT", "OTHER_NO_PAYMENT", "OTHER_MISC"):
        assert old.row_for_outcome(code) == "other"
    assert new.row_for_outcome("OTHER_NO_PAYMENT") == "other_no_payment"
    assert new.row_for_outcome("CARRIED") == "carried_out"
    codes = [code for row in new.t3.rows for code in row.outcomes]
    assert len(codes) == len(set(codes)) == 22
    assert sorted(codes) == sorted(code for row in old.t3.rows for code in row.outcomes)
    with pytest.raises(KeyError):
        new.row_for_outcome("NO_SUCH_OUTCOME")


def test_labels_tell_apart_rows_that_print_the_same_words() -> None:
    cells = get_format("2021").cells
    assert cells["t3.other_misc.natural"].label == "表三“（六）其他处理 3.其他”·自然人"
    assert cells["t2.fee.amount"].unit == "万元"
    labels = [cell.label for cell in cells.values()]
    assert len(labels) == len(set(labels))


def test_the_amount_of_procurement_prints_no_unit_and_is_kept_in_ten_thousand_yuan() -> None:
    amount = get_format("2019").cells["t2.procurement.amount"]
    assert (amount.type, amount.unit, amount.unit_printed) == ("decimal", "万元", False)
    assert get_format("2021").cells["t2.fee.amount"].unit_printed


def test_section_six_of_2021_must_report_the_processing_fee() -> None:
    assert get_format("2021").section("s6").must_contain == ("信息处理费收取情况",)
    assert get_format("2019").section("s6").must_contain == ()
    assert get_format("2021").section("s4").heading == "四、政府信息公开行政复议、行政诉讼情况"
    assert [s.kind for s in get_format("2021").sections].count("table") == 3
    with pytest.raises(KeyError):
        get_format("2021").section("s7")


@BOTH
def test_derived_cells_are_the_totals_and_nothing_else(format_id: str) -> None:
    report_format = get_format(format_id)
    derived = set(report_format.cells) - report_format.leaf_cells
    assert derived == {
        cell
        for cell in report_format.cells
        if not cell.startswith("t2.") and (cell.endswith(".total") or ".result_total." in cell)
    }


def test_totals_are_filled_from_the_leaves() -> None:
    fmt = get_format("2021")
    cells = {
        "t3.new.natural": 3,
        "t3.granted.natural": 2,
        "t3.granted.legal": 5,
        "t3.denied_law.legal": 4,
        "t4.review.upheld": 1,
        "t4.review.pending": 2,
        "t2.fee.amount": Decimal("1.50"),
        "t3.new.total": 99,
        "unknown.cell": 1,
    }
    filled = fill_totals(fmt, cells)
    assert tuple(filled) == tuple(fmt.cells)
    assert filled["t3.new.total"] == 3
    assert filled["t3.granted.total"] == 7
    assert filled["t3.result_total.natural"] == 2
    assert filled["t3.result_total.legal"] == 9
    assert filled["t3.result_total.total"] == 11
    assert filled["t4.review.total"] == 3
    assert filled["t2.fee.amount"] == Decimal("1.50")


def test_the_total_of_nothing_but_blanks_is_blank_and_not_zero() -> None:
    filled = fill_totals(get_format("2021"), {"t3.new.natural": 0})
    assert filled["t3.new.total"] == 0
    assert filled["t3.carried_in.total"] is None
    assert filled["t3.result_total.total"] is None
    assert filled["t4.direct.total"] is None


@given(st.data())
def test_filling_totals_twice_changes_nothing(data: st.DataObject) -> None:
    fmt = get_format(data.draw(st.sampled_from(format_ids())))
    values = st.one_of(st.none(), st.integers(0, 10**6))
    keys = data.draw(st.lists(st.sampled_from(tuple(fmt.cells)), max_size=40))
    cells = {key: data.draw(values) for key in keys}
    once = fill_totals(fmt, cells)
    assert fill_totals(fmt, once) == once


def test_three_sections_are_written_and_three_are_tables() -> None:
    for format_id in format_ids():
        kinds = [section.kind for section in get_format(format_id).sections]
        assert kinds == ["text", "table", "table", "table", "text", "text"]


def test_a_table_lists_its_own_cells_and_the_three_tables_list_all() -> None:
    fmt = get_format("2021")
    tables = [fmt.table_cells(table) for table in ("t2", "t3", "t4")]
    assert [cell for table in tables for cell in table] == list(fmt.cells)
    assert tables[2][0] == "t4.review.upheld"


def test_two_forms_are_two_and_a_form_is_nothing_but_itself() -> None:
    assert get_format("2019") != get_format("2021")
    assert get_format("2021") == get_format("2021")
    assert get_format("2021") != "2021"


@pytest.mark.parametrize(("t2", "t3"), [("2019", "2021"), ("2021", "2019")])
def test_a_mixed_report_has_the_sections_and_years_of_its_newer_form(t2: str, t3: str) -> None:
    mixed, newer = compose(t2=t2, t3=t3), get_format("2021")
    assert mixed.sections == newer.sections
    assert (mixed.first_year, mixed.last_year) == (newer.first_year, newer.last_year)
    assert mixed.source == newer.source


def test_each_table_of_a_mixed_report_has_a_form_that_exists() -> None:
    for unknown in ({"t2": "1999"}, {"t3": "1999"}, {"t2": "2021", "t3": "2021", "t4": "1999"}):
        with pytest.raises(UnknownFormat, match="1999"):
            compose(**unknown)

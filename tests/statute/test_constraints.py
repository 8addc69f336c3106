"""勾稽关系：表样自带的关系、各项之和、跨年关系、汇总关系，以及空白怎么算。"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute.constraints import Finding, evaluate, format_figure
from gongkai.statute.formats import CellValue, ReportFormat, compose, fill_totals, get_format
from tests.statute.shared_reports import SHARED, load

YIMA = Path(__file__).parents[1] / "reports" / "render" / "yima_2020.json"
SPOKEN = ("requests_received", "reviews", "litigation")


def yima_cells() -> dict[str, CellValue]:
    data = json.loads(YIMA.read_text(encoding="utf-8"), parse_float=Decimal)
    return {**dict.fromkeys(get_format("2019").cells, data["other_cells"]), **data["cells"]}


def zeros(fmt: ReportFormat, **cells: Any) -> dict[str, CellValue]:
    """A report full of zeros but for these cells (``t3__new__natural=3``)."""
    named = {key.replace("__", "."): value for key, value in cells.items()}
    return {**dict.fromkeys(fmt.cells, 0), **named}


def by_status(findings: list[Finding], status: str) -> list[str]:
    return [finding.constraint for finding in findings if finding.status == status]


def only(findings: list[Finding], constraint: str) -> Finding:
    (finding,) = [one for one in findings if one.constraint == constraint]
    return finding


def leaves(fmt: ReportFormat) -> st.SearchStrategy[dict[str, CellValue]]:
    """Every leaf filled, with the balance of table three kept by what is carried out."""

    def balance(values: list[int]) -> dict[str, CellValue]:
        cells: dict[str, CellValue] = dict(zip(sorted(fmt.leaf_cells), values, strict=True))
        for column in fmt.t3.leaf_columns:
            results = sum(cells[f"t3.{row.id}.{column.id}"] for row in fmt.t3.result_rows)
            carried = cells[f"t3.carried_out.{column.id}"] - cells[f"t3.carried_in.{column.id}"]
            cells[f"t3.new.{column.id}"] = results + carried
        return fill_totals(fmt, cells)

    count = len(fmt.leaf_cells)
    # Figures of like size: the results of a column always outweigh what was carried in.
    return st.lists(st.integers(50, 99), min_size=count, max_size=count).map(balance)


# --- what always holds ---------------------------------------------------------------------


@pytest.mark.parametrize("format_id", ["2019", "2021"])
@given(data=st.data())
def test_filled_totals_break_no_relation_within_the_report(
    format_id: str, data: st.DataObject
) -> None:
    fmt = get_format(format_id)
    findings = evaluate(fmt, data.draw(leaves(fmt)))
    single = [one for one in findings if not one.constraint.startswith("W.")]
    assert by_status(single, "passed") == [one.constraint for one in single]
    assert {one.constraint for one in single} == {
        c.id for c in fmt.constraints if c.scope == "single" and not c.id.startswith("W.")
    }


@pytest.mark.parametrize("format_id", ["2019", "2021"])
@given(data=st.data(), change=st.integers(1, 1000))
def test_one_changed_leaf_breaks_exactly_the_relations_that_contain_it(
    format_id: str, data: st.DataObject, change: int
) -> None:
    fmt = get_format(format_id)
    cells = data.draw(leaves(fmt))
    requests = sorted(cell for cell in fmt.leaf_cells if not cell.startswith("t2."))
    changed = data.draw(st.sampled_from(requests))
    table, row, column = changed.split(".")
    if table == "t4":
        broken = {f"T4.{row}"}
    elif row in ("new", "carried_in", "carried_out"):
        broken = {f"T3.R.{row}", f"T3.B.{column}"}
    else:
        broken = {f"T3.R.{row}", f"T3.C.{column}"}

    findings = evaluate(fmt, {**cells, changed: cells[changed] + change})

    failed = [one for one in findings if one.status == "failed" and one.severity == "error"]
    assert {one.constraint for one in failed} == broken
    for one in failed:
        assert changed in one.cells
        assert f"相差 {change}" in one.message


@given(data=st.data())
def test_a_blank_leaf_counts_as_zero_and_never_fails_a_report_where_it_was_zero(
    data: st.DataObject,
) -> None:
    fmt = get_format("2021")
    full = zeros(fmt, t3__new__natural=4, t3__granted__natural=4, t3__new__total=4)
    full.update({"t3.result_total.natural": 4, "t3.granted.total": 4, "t3.result_total.total": 4})
    zero_cells = [cell for cell, value in full.items() if value == 0]
    blanked = data.draw(st.sets(st.sampled_from(zero_cells)))
    findings = evaluate(fmt, {**full, **dict.fromkeys(blanked)})
    assert by_status(findings, "failed") == []


# --- each kind, once right and once wrong --------------------------------------------------


def test_column_total_is_explained_with_both_figures_their_difference_and_the_column() -> None:
    fmt = get_format("2021")
    cells = zeros(fmt, t3__granted__total=11, t3__result_total__total=12, t3__new__total=12)
    finding = only(evaluate(fmt, cells), "T3.C.total")
    assert finding.message == "（七）总计 12 ≠ 各分项之和 11，相差 1（总计列）。"
    assert (finding.kind, finding.severity, finding.status) == ("column_total", "error", "failed")
    assert finding.cells[-1] == "t3.result_total.total"


def test_row_total_names_the_row_with_its_head_and_the_columns_that_hold_figures() -> None:
    fmt = get_format("2021")
    cells = zeros(fmt, t3__other_misc__natural=2, t3__other_misc__legal=3, t3__other_misc__total=6)
    assert only(evaluate(fmt, cells), "T3.R.other_misc").message == (
        "表三“（六）其他处理 3.其他”行：总计 6 ≠ 六类申请人之和 5，相差 1；"
        "各列为 自然人 2 + 法律服务机构 3。"
    )


def test_the_balance_printed_on_the_form_shows_all_four_figures() -> None:
    fmt = get_format("2021")
    cells = zeros(fmt, t3__new__legal=5, t3__carried_in__legal=2, t3__carried_out__legal=4)
    finding = only(evaluate(fmt, cells), "T3.B.legal")
    assert finding.message == (
        "本年新收 5 + 上年结转 2 = 7 ≠ （七）总计 0 + 结转下年度 4 = 4，相差 3（法律服务机构列）。"
    )


def test_review_totals_of_zero_over_filled_parts_are_reported_as_printed() -> None:
    """A published report prints totals of 0 where the parts add to 11: kept, and reported."""
    fmt = get_format("2021")
    cells = zeros(fmt, t4__review__upheld=7, t4__review__pending=4)
    assert only(evaluate(fmt, cells), "T4.review").message == (
        "表四“行政复议”行：总计 0 ≠ 四种结果之和 11，相差 11；各列为 结果维持 7 + 尚未审结 4。"
    )


def test_carried_in_equals_last_years_carried_out() -> None:
    fmt = get_format("2021")
    previous = zeros(fmt, t3__carried_out__natural=4, t3__carried_out__total=4)
    cells = zeros(fmt, t3__carried_in__natural=3, t3__carried_in__total=4)
    findings = evaluate(fmt, cells, previous=previous)
    assert only(findings, "X.carry.total").status == "passed"
    finding = only(findings, "X.carry.natural")
    assert finding.message == "上年结转 3 ≠ 上一年报告的结转下年度 4，相差 1（自然人列）。"
    assert finding.severity == "warning"
    assert only(findings, "X.carry.total").severity == "error"


def test_without_last_years_report_no_cross_year_relation_is_asked() -> None:
    fmt = get_format("2021")
    assert not [one for one in evaluate(fmt, zeros(fmt)) if one.constraint.startswith("X.")]


def test_stock_of_documents_follows_from_last_years_stock() -> None:
    fmt = get_format("2021")
    previous = zeros(fmt, t2__normative__in_force=6)
    cells = zeros(
        fmt, t2__normative__in_force=8, t2__normative__issued=3, t2__normative__repealed=2
    )
    assert only(evaluate(fmt, cells, previous=previous), "X.stock.normative").message == (
        "“行政规范性文件”行：现行有效件数 8 ≠ 上年报告的现行有效件数 6 + 本年制发件数 3 − "
        "本年废止件数 2 = 7，相差 1。"
    )
    cells["t2.normative.in_force"] = 7
    assert only(evaluate(fmt, cells, previous=previous), "X.stock.normative").status == "passed"


def test_stock_cannot_be_followed_from_a_report_in_the_older_form() -> None:
    fmt = get_format("2021")
    findings = evaluate(fmt, zeros(fmt), previous=zeros(get_format("2019")))
    assert only(findings, "X.stock.normative").status == "unknown"
    assert only(findings, "X.carry.total").status == "passed"


def test_items_of_last_year_are_last_years_items_and_their_change() -> None:
    fmt = get_format("2019")
    previous = zeros(fmt, t2__permit__prev_items=80, t2__permit__change=-10)
    cells = zeros(fmt, t2__permit__prev_items=71)
    finding = only(evaluate(fmt, cells, previous=previous), "X.items.permit")
    assert finding.message == (
        "“行政许可”行：上一年项目数量 71 ≠ 上年报告的上一年项目数量 80 + 上年报告的本年增/减 -10 "
        "= 70，相差 1。"
    )


def test_more_new_documents_than_documents_open_is_asked_about() -> None:
    fmt = get_format("2019")
    cells = zeros(fmt, t2__normative__published=5, t2__normative__open_total=3)
    finding = only(evaluate(fmt, cells), "W.open.normative")
    assert finding.message == "“规范性文件”行：本年新公开数量 5 大于对外公开总数量 3。"
    assert finding.severity == "warning"
    cells["t2.normative.open_total"] = 5
    assert only(evaluate(fmt, cells), "W.open.normative").status == "passed"


def test_more_items_taken_away_than_there_were_is_asked_about() -> None:
    fmt = get_format("2019")
    cells = zeros(fmt, t2__permit__prev_items=416, t2__permit__change=-417)
    assert only(evaluate(fmt, cells), "W.items.permit").message == (
        "“行政许可”行：上一年项目数量 416 + 本年增/减 -417 = -1，不应为负。"
    )
    cells["t2.permit.prev_items"] = 417
    assert only(evaluate(fmt, cells), "W.items.permit").status == "passed"


def test_figures_of_section_one_are_compared_only_where_they_are_spoken_of() -> None:
    fmt = get_format("2021")
    cells = zeros(fmt, t3__new__total=95, t4__direct__total=2, t4__after_review__total=3)
    narrative = {"requests_received": 17, "reviews": None, "litigation": 5}
    findings = evaluate(fmt, cells, narrative=narrative)
    assert only(findings, "N.requests").message == (
        "第一部分写收到申请 17 件，表三为 95 件，相差 78。"
    )
    assert only(findings, "N.litigation").status == "passed"
    assert not [one for one in findings if one.constraint == "N.review"]
    cells["t3.new.total"] = None
    assert only(evaluate(fmt, cells, narrative=narrative), "N.requests").status == "unknown"


def test_each_cell_of_an_aggregate_is_the_sum_of_the_reports_in_it() -> None:
    fmt = get_format("2021")
    own = zeros(fmt, t2__fee__amount=Decimal("0.10"), t3__new__natural=1)
    other = zeros(fmt, t2__fee__amount=Decimal("0.20"), t3__new__natural=None)
    cells = zeros(fmt, t2__fee__amount=Decimal("0.30"), t3__new__natural=3)
    findings = evaluate(fmt, cells, children=[own, other])
    assert len([one for one in findings if one.kind == "aggregation"]) == len(fmt.cells)
    assert only(findings, "A.t2.fee.amount").status == "passed"
    finding = only(findings, "A.t3.new.natural")
    assert finding.message == (
        "表三“一、本年新收政府信息公开申请数量”·自然人：汇总 3 ≠ 2份报告之和 1，相差 2。"
    )
    assert (finding.severity, finding.cells) == ("warning", ("t3.new.natural",))


def test_an_aggregate_cell_is_undecided_when_blank_or_blank_in_every_report() -> None:
    fmt = get_format("2021")
    children = [zeros(fmt, t3__new__natural=None), zeros(fmt, t3__new__natural=None)]
    cells = zeros(fmt, t3__new__legal=None)
    findings = evaluate(fmt, cells, children=children)
    assert by_status(findings, "failed") == []
    aggregated = [one for one in findings if one.kind == "aggregation"]
    assert by_status(aggregated, "unknown") == ["A.t3.new.natural", "A.t3.new.legal"]


# --- blanks --------------------------------------------------------------------------------


def test_a_blank_total_leaves_the_sum_undecided() -> None:
    fmt = get_format("2021")
    findings = evaluate(fmt, zeros(fmt, t3__granted__natural=3, t3__granted__total=None))
    finding = only(findings, "T3.R.granted")
    assert finding.status == "unknown"
    assert "未填报" in finding.message


def test_a_total_over_nothing_but_blanks_is_undecided() -> None:
    fmt = get_format("2021")
    row = {f"t3.granted.{column.id}": None for column in fmt.t3.leaf_columns}
    cells = {**zeros(fmt), **row, "t3.granted.total": 5, "t3.result_total.total": 5}
    assert only(evaluate(fmt, cells), "T3.R.granted").status == "unknown"


def test_blanks_beside_figures_count_as_zero_and_the_message_counts_them() -> None:
    fmt = get_format("2021")
    cells = zeros(fmt, t3__granted__natural=3, t3__granted__legal=None, t3__granted__total=4)
    message = only(evaluate(fmt, cells), "T3.R.granted").message
    assert message.endswith("各列为 自然人 3（1个空白单元格按0计）。")


@pytest.mark.parametrize(
    ("blank", "status"),
    [
        (("result_total",), "unknown"),
        (("new", "carried_in"), "unknown"),
        (("carried_in", "carried_out"), "passed"),
        (("new",), "failed"),
        (("carried_in",), "passed"),
    ],
)
def test_the_balance_is_undecided_without_its_total_or_anything_that_came_in(
    blank: tuple[str, ...], status: str
) -> None:
    fmt = get_format("2021")
    cells = zeros(fmt, t3__new__natural=5, t3__result_total__natural=5)
    cells.update({f"t3.{row}.natural": None for row in blank})
    assert only(evaluate(fmt, cells), "T3.B.natural").status == status


def test_a_carried_figure_that_either_year_left_blank_is_undecided() -> None:
    fmt = get_format("2021")
    blank = zeros(fmt, t3__carried_in__total=None, t3__carried_out__total=None)
    filled = zeros(fmt, t3__carried_in__total=3, t3__carried_out__total=3)
    for cells, previous in ((blank, filled), (filled, blank)):
        findings = evaluate(fmt, cells, previous=previous)
        assert only(findings, "X.carry.total").status == "unknown"


# --- values and rows -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value", "why"),
    [
        ("t3.new.natural", -1, "不应为负"),
        ("t3.new.natural", Decimal("1.5"), "应为整数"),
        ("t4.review.total", Decimal("NaN"), "不是数"),
        ("t2.procurement.amount", Decimal("-0.01"), "不应为负"),
        ("t2.permit.prev_items", -1, "不应为负"),
    ],
)
def test_counts_are_whole_and_not_negative(cell: str, value: CellValue, why: str) -> None:
    fmt = get_format("2019")
    finding = only(evaluate(fmt, {**zeros(fmt), cell: value}), "V.int")
    assert (finding.status, finding.cells) == ("failed", (cell,))
    assert finding.message == f"{fmt.cells[cell].label}为 {format_figure(value)}，{why}。"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("t2.permit.change", -417),
        ("t2.procurement.amount", Decimal("37597.005")),
        ("t3.new.natural", Decimal("3.0")),
        ("t3.new.natural", None),
    ],
)
def test_changes_may_be_negative_and_amounts_may_have_decimals(cell: str, value: CellValue) -> None:
    fmt = get_format("2019")
    assert only(evaluate(fmt, {**zeros(fmt), cell: value}), "V.int").status == "passed"


def test_many_wrong_values_are_one_finding_that_counts_them() -> None:
    fmt = get_format("2021")
    wrong = {f"t3.{row.id}.natural": -1 for row in fmt.t3.rows[:7]}
    finding = only(evaluate(fmt, {**zeros(fmt), **wrong}), "V.int")
    assert finding.cells == tuple(wrong)
    assert finding.message.endswith("等7处。")
    assert finding.message.count("不应为负") == 5


@pytest.mark.parametrize("value", [1.5, "3", True])
def test_a_figure_that_cannot_be_compared_exactly_is_refused(value: Any) -> None:
    fmt = get_format("2021")
    with pytest.raises(TypeError, match=r"t2\.fee\.amount"):
        evaluate(fmt, {**zeros(fmt), "t2.fee.amount": value})


def test_a_row_taken_out_of_the_form_is_missing() -> None:
    fmt = get_format("2021")
    cells = {k: v for k, v in zeros(fmt).items() if not k.startswith("t3.denied_law.")}
    finding = only(evaluate(fmt, cells), "V.missing")
    assert finding.status == "failed"
    assert finding.message == (
        "缺少表样规定的行或列：表三“（三）不予公开 2.其他法律行政法规禁止公开”（共7格）。"
    )


def test_a_whole_table_left_out_is_missing() -> None:
    fmt = get_format("2021")
    cells = {k: v for k, v in zeros(fmt).items() if not k.startswith("t4.")}
    assert only(evaluate(fmt, cells), "V.missing").status == "failed"
    assert only(evaluate(fmt, {}), "V.missing").message.endswith("等34处（共200格）。")


def test_a_copy_that_breaks_off_inside_a_table_may_miss_rows_or_not() -> None:
    fmt = get_format("2021")
    first = dict.fromkeys(list(fmt.cells)[: 10 + 7], 0)
    finding = only(evaluate(fmt, first), "V.missing")
    assert finding.status == "unknown"
    assert finding.message.startswith("文件到表三“一、本年新收政府信息公开申请数量”行为止")


def test_a_cell_that_the_form_does_not_have_is_reported() -> None:
    fmt = get_format("2021")
    finding = only(evaluate(fmt, {**zeros(fmt), "t2.fee.change": 1}), "V.missing")
    assert finding.message == "有表样以外的单元格：t2.fee.change。"
    assert finding.status == "failed"


# --- real reports --------------------------------------------------------------------------


def test_yima_2020_breaks_nothing() -> None:
    findings = evaluate(get_format("2019"), yima_cells(), narrative={"requests_received": 0})
    assert {one.status for one in findings} == {"passed"}
    assert len([one for one in findings if not one.constraint.startswith("V.")]) == 48


def sidecars() -> list[Path]:
    return [
        *sorted((SHARED / "reports").glob("*.json")),
        *sorted((SHARED / "reference").glob("yima-2020.json")),
    ]


@pytest.mark.parametrize("sidecar", sidecars(), ids=lambda path: path.stem)
def test_published_reports_are_judged_as_their_sidecars_say(sidecar: Path) -> None:
    expected = load(sidecar)
    formats = expected.get("formats") or dict.fromkeys(("t2", "t3"), expected["format"])
    fmt = compose(t2=formats["t2"], t3=formats["t3"])
    narrative = {key: expected["narrative"].get(key) for key in SPOKEN}
    findings = evaluate(fmt, expected["cells"], narrative=narrative)
    judged = [one for one in findings if not one.constraint.startswith("V.")]
    assert by_status(judged, "failed") == expected["constraints"]["failed"]
    assert sorted(by_status(judged, "unknown")) == sorted(expected["constraints"]["unknown"])
    assert len(by_status(judged, "passed")) == expected["constraints"]["passed"]
    assert only(findings, "V.int").status == "passed"
    assert only(findings, "V.missing").status != "failed"


def test_figures_are_written_without_exponents() -> None:
    assert format_figure(Decimal("1E+3")) == "1000"
    assert format_figure(Decimal("59237.2449")) == "59237.2449"
    assert format_figure(0) == "0"
    assert format_figure(None) == "空白"

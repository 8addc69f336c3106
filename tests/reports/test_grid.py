"""表样的版面：跨行跨列铺满整张表，每个单元格恰好出现一次。"""

import pytest

from gongkai.reports.grid import Grid, tables
from gongkai.statute.formats import ReportFormat, compose, get_format

FORMATS = pytest.mark.parametrize(
    "fmt",
    [get_format("2019"), get_format("2021"), compose("2021", "2019"), compose("2019", "2021")],
    ids=lambda fmt: fmt.id,
)


def printed(grid: Grid) -> list[list[str]]:
    """The table as a plain rectangle in which spanning cells are repeated."""
    rows = [[""] * grid.column_count for _ in range(grid.row_count)]
    for cell in grid.cells:
        for row in range(cell.row, cell.row + cell.rowspan):
            for col in range(cell.col, cell.col + cell.colspan):
                rows[row][col] = cell.cell or cell.text
    return rows


@FORMATS
def test_spans_tile_each_table_exactly(fmt: ReportFormat) -> None:
    for grid in tables(fmt).values():
        covered: set[tuple[int, int]] = set()
        for cell in grid.cells:
            for row in range(cell.row, cell.row + cell.rowspan):
                for col in range(cell.col, cell.col + cell.colspan):
                    assert (row, col) not in covered
                    covered.add((row, col))
        every = {(r, c) for r in range(grid.row_count) for c in range(grid.column_count)}
        assert covered == every


@FORMATS
def test_every_cell_of_the_form_stands_in_its_table_once_and_in_order(fmt: ReportFormat) -> None:
    for table, grid in tables(fmt).items():
        ids = [cell.cell for row in grid.rows() for cell in row if cell.cell]
        assert tuple(ids) == fmt.table_cells(table)
        assert all(cell.header == (cell.cell is None) for cell in grid.cells)


@FORMATS
def test_widths_share_the_whole_width_and_header_rows_hold_no_figures(fmt: ReportFormat) -> None:
    for grid in tables(fmt).values():
        assert len(grid.widths) == grid.column_count
        assert sum(grid.widths) == pytest.approx(100)
        assert all(cell.header for cell in grid.cells if cell.row < grid.header_rows)


@FORMATS
def test_no_span_reaches_across_the_start_of_a_body(fmt: ReportFormat) -> None:
    for grid in tables(fmt).values():
        for cell in grid.cells:
            for start in (grid.header_rows, *grid.bodies):
                assert not cell.row < start < cell.row + cell.rowspan


def test_table_two_of_2021_is_laid_out_as_on_the_form() -> None:
    assert printed(tables(get_format("2021"))["t2"])[:7] == [
        ["第二十条第（一）项"] * 4,
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", *(f"t2.regulation.{one}" for one in ("issued", "repealed", "in_force"))],
        ["行政规范性文件", *(f"t2.normative.{one}" for one in ("issued", "repealed", "in_force"))],
        ["第二十条第（五）项"] * 4,
        ["信息内容", *["本年处理决定数量"] * 3],
        ["行政许可", *["t2.permit.decisions"] * 3],
    ]


def test_table_two_of_2019_ends_with_procurement_in_two_columns() -> None:
    assert printed(tables(get_format("2019"))["t2"])[-3:] == [
        ["第二十条第（九）项"] * 4,
        ["信息内容", "采购项目数量", "采购总金额", "采购总金额"],
        ["政府集中采购", "t2.procurement.items", *["t2.procurement.amount"] * 2],
    ]


def test_heads_of_table_three_stand_over_and_beside_what_they_name() -> None:
    rows = printed(tables(get_format("2021"))["t3"])
    corner = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    assert rows[0] == [corner] * 3 + ["申请人情况"] * 7
    assert rows[1] == [corner] * 3 + ["自然人"] + ["法人或其他组织"] * 5 + ["总计"]
    assert rows[2][3:] == [
        "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"
    ]  # fmt: skip
    assert rows[3][:3] == ["一、本年新收政府信息公开申请数量"] * 3
    assert rows[5][:3] == ["三、本年度办理结果", "（一）予以公开", "（一）予以公开"]
    assert rows[7][:3] == ["三、本年度办理结果", "（三）不予公开", "1.属于国家秘密"]
    assert rows[25][:3] == ["三、本年度办理结果", "（六）其他处理", "3.其他"]
    assert rows[26][:3] == ["三、本年度办理结果", "（七）总计", "（七）总计"]
    assert rows[27][:3] == ["四、结转下年度继续办理"] * 3
    assert len(rows) == 28
    old = printed(tables(get_format("2019"))["t3"])
    assert old[23][:3] == ["三、本年度办理结果", "（六）其他处理", "（六）其他处理"]


def test_table_four_has_three_rows_of_heads_and_one_of_figures() -> None:
    rows = printed(tables(get_format("2019"))["t4"])
    assert rows[0] == ["行政复议"] * 5 + ["行政诉讼"] * 10
    results = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    assert rows[1] == results + ["未经复议直接起诉"] * 5 + ["复议后起诉"] * 5
    assert rows[2] == results * 3
    assert rows[3][0] == "t4.review.upheld"
    assert rows[3][-1] == "t4.after_review.total"


def test_headers_say_whether_they_name_columns_or_rows() -> None:
    scopes = {cell.text: cell.scope for cell in tables(get_format("2021"))["t3"].cells}
    assert scopes["法人或其他组织"] == "colgroup"
    assert scopes["商业企业"] == "col"
    assert scopes["（三）不予公开"] == "rowgroup"
    assert scopes["1.属于国家秘密"] == "row"

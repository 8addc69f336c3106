"""The arithmetic of a report at the edges: nought, the fifth cell named, the last cell read."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from gongkai.statute.constraints import Finding, evaluate
from gongkai.statute.formats import CellValue, get_format

FORMAT = get_format("2021")
ZEROS: dict[str, CellValue] = dict.fromkeys(FORMAT.cells, 0)


def finding(constraint: str, cells: dict[str, CellValue], **others: Any) -> Finding:
    found = [one for one in evaluate(FORMAT, cells, **others) if one.constraint == constraint]
    assert len(found) == 1
    return found[0]


def without(left_out: Iterable[str]) -> Finding:
    """What V.missing says of a report of zeros that lacks these cells."""
    gone = set(left_out)
    return finding("V.missing", {k: v for k, v in ZEROS.items() if k not in gone})


@pytest.mark.parametrize("amount", ["0", "0.00", "0.01", "0.5"])
def test_an_amount_of_nought_or_less_than_one_is_not_negative(amount: str) -> None:
    cells = {**ZEROS, "t2.fee.amount": Decimal(amount)}
    assert finding("V.int", cells).status == "passed"


def test_five_wrong_cells_are_all_named_and_only_a_sixth_is_counted() -> None:
    wrong = [cell for cell in FORMAT.cells if cell.startswith("t3.new.")][:6]
    five = finding("V.int", {**ZEROS, **dict.fromkeys(wrong[:5], -1)})
    assert five.message.count("不应为负") == 5
    assert "等" not in five.message
    six = finding("V.int", {**ZEROS, **dict.fromkeys(wrong, -1)})
    assert six.message.count("不应为负") == 5
    assert six.message.endswith("等6处。")


def test_a_group_missing_before_another_is_left_out_and_not_broken_off() -> None:
    found = without(cell for cell in ZEROS if cell.startswith("t4.review."))
    assert found.status == "failed"
    assert "表四“行政复议”" in found.message


def test_a_copy_that_lacks_only_its_last_cell_is_broken_off() -> None:
    found = without([list(ZEROS)[-1]])
    assert found.status == "unknown"
    assert len(found.cells) == 1


def test_a_copy_that_breaks_off_within_a_row_names_that_row() -> None:
    cells = list(ZEROS)
    first_of_second_row = cells.index("t3.carried_in.natural")
    found = without(cells[first_of_second_row + 1 :])
    assert found.message.startswith("文件到表三“二、上年结转政府信息公开申请数量”行为止")


def test_only_the_balance_is_printed_on_the_form_itself() -> None:
    for format_id in ("2019", "2021"):
        printed = {one.kind for one in get_format(format_id).constraints if one.printed}
        assert printed == {"balance"}


def test_one_of_two_totals_left_blank_counts_as_nought_beside_section_one() -> None:
    cells = {**ZEROS, "t4.direct.total": None, "t4.after_review.total": 3}
    assert finding("N.litigation", cells, narrative={"litigation": 3}).status == "passed"


def test_documents_issued_left_blank_count_as_nought_in_the_stock() -> None:
    cells = {**ZEROS, "t2.normative.issued": None, "t2.normative.in_force": 6}
    previous = {**ZEROS, "t2.normative.in_force": 6}
    assert finding("X.stock.normative", cells, previous=previous).status == "passed"

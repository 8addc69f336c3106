"""勾稽关系的说明页：例子由程序算出，不是抄上去的。"""

import re
from pathlib import Path

import pytest

from gongkai.statute.constraints import evaluate
from gongkai.statute.formats import CellValue, format_ids, get_format

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "constraints.md"
FMT = get_format("2021")


def table(name: str) -> list[list[str]]:
    text = PAGE.read_text(encoding="utf-8")
    (found,) = re.findall(rf"<!-- example: {name} -->\n\n((?:\|.*\n)+)", text)
    lines = found.splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def report() -> dict[str, CellValue]:
    cells: dict[str, CellValue] = dict.fromkeys(FMT.cells, 0)
    for cell, figure in table("report"):
        assert cell.strip("`") in cells
        cells[cell.strip("`")] = int(figure)
    return cells


def changes() -> list[tuple[str, str, list[str]]]:
    """Each changed cell with everything the page says about it."""
    said: dict[tuple[str, str], list[str]] = {}
    for cell, value, conclusion in table("changes"):
        said.setdefault((cell.strip("`"), value), []).append(conclusion)
    return [(cell, value, conclusions) for (cell, value), conclusions in said.items()]


def test_the_report_of_the_example_holds_throughout() -> None:
    assert {one.status for one in evaluate(FMT, report())} <= {"passed"}


@pytest.mark.parametrize(
    ("cell", "value", "conclusions"), changes(), ids=lambda value: str(value)[:30]
)
def test_each_change_breaks_what_the_page_says_and_nothing_else(
    cell: str, value: str, conclusions: list[str]
) -> None:
    changed: CellValue = None if value == "空白" else int(value.replace("−", "-"))
    findings = evaluate(FMT, {**report(), cell: changed})
    failed = {f"`{one.constraint}` {one.message}" for one in findings if one.status == "failed"}
    assert failed == set(conclusions)


def test_a_blank_total_is_undecided_as_the_page_says() -> None:
    findings = evaluate(FMT, {**report(), "t3.granted.total": None})
    assert [one.constraint for one in findings if one.status == "unknown"] == ["T3.R.granted"]


def test_every_kind_of_relation_of_the_formats_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([A-Z]\d?\.[A-Za-z]*)", text, flags=re.MULTILINE))
    for format_id in format_ids():
        for constraint in get_format(format_id).constraints:
            assert any(constraint.id.startswith(name) for name in named), constraint.id

"""The worked examples on the algorithm pages are computed, not copied."""

import re
import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from gongkai.statute import document_numbers, index_numbers
from gongkai.statute.fees import fee_by_items, fee_by_pages
from gongkai.statute.remedies import remedy_for, suit_after_review
from gongkai.statute.workdays import LayeredCalendar, WorkingDayResult, add_working_days

PAGES = Path(__file__).resolve().parents[2] / "docs" / "algorithms"
NAMES = ("fees.md", "calendar.md", "remedies.md", "index-number.md")
ON = date(2026, 3, 6)
CALENDAR = LayeredCalendar()


def day(result: WorkingDayResult | None) -> str:
    return str(result.date) if result else "—"


def working_days(cells: list[str]) -> list[str]:
    start = date.fromisoformat(cells[0])
    return [day(add_working_days(start, n, CALENDAR)) for n in (7, 15, 20, 40)]


def remedies(cells: list[str]) -> list[str]:
    reading = remedy_for(
        cells[0],
        date.fromisoformat(cells[1]),
        received_on=date.fromisoformat(cells[2]),
        calendar=CALENDAR,
    )
    return [
        cells[1],
        cells[2],
        reading.paragraph,
        day(reading.review_until),
        day(reading.suit_until),
    ]


def items(cells: list[str]) -> list[str]:
    reading = fee_by_items(int(cells[0]), ON)
    return [str(reading.last_rate), str(reading.amount)]


def index_number(cells: list[str]) -> list[str]:
    series = index_numbers.series(
        cells[0].strip("`"),
        code="411281-003",
        credit_code="11411281005792345M",
        on=date(2020, 3, 5),
    )
    return [index_numbers.compose(series, 17)]


# What follows the first cell of a row, up to the remark.
EXAMPLES: dict[str, Callable[[list[str]], list[str]]] = {
    "fee_by_items": items,
    "fee_by_pages": lambda cells: [str(fee_by_pages(int(cells[0]), ON).amount)],
    "working_days": working_days,
    "remedies": remedies,
    "index_numbers": index_number,
    "document_numbers": lambda cells: [document_numbers.normalise(cells[0].strip("`"))],
    "after_review": lambda cells: [day(suit_after_review(date.fromisoformat(cells[0]), CALENDAR))],
}


def rows() -> list[tuple[str, list[str]]]:
    found = []
    for name in NAMES:
        text = (PAGES / name).read_text("utf-8")
        for kind, table in re.findall(r"<!-- examples: (\w+) -->\n\n((?:\|.*\n)+)", text):
            for line in table.splitlines()[2:]:
                found.append((kind, [cell.strip() for cell in line.strip("|").split("|")]))
    return found


@pytest.mark.parametrize(("kind", "cells"), rows(), ids=lambda value: str(value)[:40])
def test_every_row_of_examples_is_what_the_statute_computes(kind: str, cells: list[str]) -> None:
    computed = EXAMPLES[kind](cells)
    assert cells[1 : 1 + len(computed)] == computed


def test_every_kind_of_example_is_on_a_page() -> None:
    assert {kind for kind, _ in rows()} == set(EXAMPLES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_every_command_on_the_page_prints_what_the_page_says(name: str, capsys) -> None:
    """An … on the page stands for whatever follows."""
    text = (PAGES / name).read_text("utf-8")
    for block in re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL):
        command, shown = block.split("\n", 1)
        call_command(*shlex.split(command.removeprefix("$ gongkai ")))
        expected = re.escape(shown.strip()).replace("…", ".*")
        assert re.fullmatch(expected, capsys.readouterr().out.strip(), flags=re.DOTALL)

"""The sources of figures and the local due dates: what is checked when the site starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gongkai.reports import checks, registry
from gongkai.reports.due import due_date
from gongkai.statute.formats import format_ids, get_format
from gongkai.statute.workdays import LayeredCalendar

CALENDAR = LayeredCalendar({})


def test_every_leaf_cell_of_both_formats_is_counted_from_records() -> None:
    """Nothing of the statutory tables has to be typed by hand."""
    for format_id in format_ids():
        assert registry.declared_only(get_format(format_id)) == ()


def test_the_contributions_are_in_order() -> None:
    assert registry.problems() == []


def test_two_sources_of_one_cell_are_a_configuration_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = registry.all_sources()
    double = replace(sources[0], name="other.room")
    found = registry.problems([*sources, double])
    assert any("同时由" in one and "other.room" in one for one in found)
    monkeypatch.setattr(registry, "problems", lambda: found[:1])
    (error,) = checks.each_cell_has_one_source()
    assert error.id == "reports.E001"


def test_a_cell_that_no_format_has_is_a_configuration_error() -> None:
    stray = replace(
        registry.all_sources()[0],
        name="stray",
        cells=lambda fmt: frozenset({"t3.new.total", "m.some.measure"}),
    )
    found = registry.problems([stray])
    assert all("t3.new.total" in one for one in found)
    assert len(found) == len(format_ids())


@pytest.mark.parametrize(
    ("scope", "year", "on", "working_day"),
    [
        ("own", 2020, date(2021, 1, 31), date(2021, 1, 29)),
        ("own", 2025, date(2026, 1, 31), date(2026, 1, 30)),
        ("own", 2023, date(2024, 1, 31), date(2024, 1, 31)),
        ("aggregate", 2020, date(2021, 3, 31), date(2021, 3, 31)),
    ],
)
def test_due_dates_of_article_49_are_not_rolled_over(
    scope: str, year: int, on: date, working_day: date
) -> None:
    """第四十九条: 31 January and 31 March; work has to be done on the last working day."""
    due = due_date(scope, year, CALENDAR)
    assert (due.on, due.working_day, due.local) == (on, working_day, False)
    assert due.article == "条例第四十九条"


def test_a_place_may_ask_earlier_but_not_later(settings: object) -> None:
    settings.REPORT_DUE_DEPARTMENTS = "01-20"  # type: ignore[attr-defined]
    due = due_date("own", 2020, CALENDAR)
    assert (due.on, due.local) == (date(2021, 1, 20), True)
    assert checks.local_due_dates_are_not_later_than_the_law() == []
    settings.REPORT_DUE_DEPARTMENTS = "02-20"  # type: ignore[attr-defined]
    assert due_date("own", 2020, CALENDAR).on == date(2021, 1, 31)
    (error,) = checks.local_due_dates_are_not_later_than_the_law()
    assert (error.id, "晚于法定的 01-31" in error.msg) == ("reports.E002", True)
    settings.REPORT_DUE_DEPARTMENTS = "一月"  # type: ignore[attr-defined]
    (error,) = checks.local_due_dates_are_not_later_than_the_law()
    assert "应写作“月-日”" in error.msg


def test_urgency_says_done_overdue_soon_or_open() -> None:
    due = due_date("own", 2020, CALENDAR)
    assert due.urgency(done=True, today=date(2021, 6, 1)) == "done"
    assert due.urgency(done=False, today=date(2021, 2, 1)) == "overdue"
    assert due.urgency(done=False, today=date(2021, 1, 31)) == "soon"
    assert due.urgency(done=False, today=date(2021, 1, 2)) == "open"

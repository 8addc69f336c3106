"""Texts of notices, the operator at the console, and rooms that have deadlines."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from gongkai.ledger.actor import Actor
from gongkai.statute import workdays
from gongkai.statute.workdays import add_working_days
from gongkai.workdays import moves, queries
from gongkai.workdays.moves import MovedDeadline

HERE = Path(__file__).parent
REAL = HERE.parent / "statute" / "notices"


@pytest.fixture(autouse=True)
def _no_rooms(monkeypatch) -> None:
    """The other rooms' deadlines are their own tests' matter."""
    monkeypatch.setattr(moves, "_contributions", list)


@pytest.fixture(autouse=True)
def _package_until_2026(monkeypatch) -> None:
    """The package will have 2027 one day; these tests are about a year it lacks."""
    monkeypatch.setattr(workdays._PACKAGE, "last_year", 2026)
    monkeypatch.setattr(queries, "_kept", None)


@pytest.fixture
def of_2026() -> str:
    return (REAL / "2026.txt").read_text("utf-8")


@pytest.fixture
def of_2027() -> str:
    """An arrangement made up for a year that the package does not have."""
    return (HERE / "notices" / "2027.txt").read_text("utf-8")


@pytest.fixture
def console() -> Actor:
    return Actor.command("gongkai calendar import")


@pytest.fixture
def room(monkeypatch):
    """A room with one open deadline: 20 working days from 2027-01-20."""
    refreshed: list[str] = []

    def moved(old, new):
        start = date(2027, 1, 20)
        before, after = (add_working_days(start, 20, calendar).date for calendar in (old, new))
        if before != after:
            yield MovedDeadline("示例〔2027〕1号", "示例局", before, after, "/staff/foi/1/")

    def refresh(actor) -> int:
        refreshed.append(actor.name)
        return 1

    module = SimpleNamespace(sources=(moved,), refreshers=(refresh,))
    monkeypatch.setattr(moves, "_contributions", lambda: [module])
    return refreshed

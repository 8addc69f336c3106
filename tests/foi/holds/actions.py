"""Whole actions of people, by name, for the tests that kill a process in the middle of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gongkai.foi.models import FoiRequest, Intake
from gongkai.foi.services import record_event, retention
from gongkai.foi.services.intake import confirm_intake
from gongkai.organs.models import Organ
from gongkai.statute.clock import Decided
from tests.foi.holds.conftest import CONSOLE, days_ago, filed


def file_at_the_counter(organ: int) -> Any:
    """Intake, applicant, paper on disk, request with its number, event, message."""
    return filed(Organ.objects.get(pk=organ), 9)


def confirm(intake: int) -> Any:
    """An intake becomes a request with a number."""
    return confirm_intake(
        CONSOLE, Intake.objects.get(pk=intake), on=days_ago(0), subject="测试项目"
    )


def decide(request: int) -> Any:
    """An event with what follows from it."""
    event = Decided(on=days_ago(50), outcome="GRANT")
    return record_event(CONSOLE, FoiRequest.objects.get(pk=request), event)


def erase(intake: int) -> Any:
    """The rows in one commit, the papers after it."""
    return retention.erase_on_request(CONSOLE, Intake.objects.get(pk=intake), reason="测试")


ACTIONS: dict[str, Callable[[int], Any]] = {
    "file": file_at_the_counter,
    "confirm": confirm,
    "decide": decide,
    "erase": erase,
}

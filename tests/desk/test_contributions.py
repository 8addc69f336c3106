"""What every room that there is brings to the start page keeps the agreement of `organs.worklist`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gongkai.desk import queries
from gongkai.organs import shell
from gongkai.organs.models import Role
from gongkai.organs.worklist import BodyColumn, Task, WorkList
from tests.factories.foi import make_request
from tests.factories.organs import make_user

pytestmark = pytest.mark.django_db
SOURCES = list(queries.sources())
BODY_SOURCES = [
    source
    for module in shell.discover("worklist")
    for source in getattr(module, "body_sources", ())
]


def named(source) -> str:
    return f"{source.__module__}.{source.__name__}"


def test_the_rooms_are_found() -> None:
    assert {"gongkai.foi.worklist.open_requests", "gongkai.reports.worklist.reports_due"} <= set(
        map(named, SOURCES)
    )
    assert "gongkai.foi.worklist.requests_by_body" in set(map(named, BODY_SOURCES))


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_a_source_answers_every_role_with_a_list_that_adds_up(city, source) -> None:
    today = timezone.localdate()
    for days in (-3, 2, 40):
        make_request(city.bureau, due_on=today + timedelta(days=days))
    for role in Role:
        found = source(make_user(role, city.bureau), today)
        assert isinstance(found, WorkList)
        assert found.title
        assert len(found.tasks) <= found.total
        assert (found.late or 0) + (found.now or 0) <= found.total
        assert all(isinstance(task, Task) and task.title and task.url for task in found.tasks)
        if found.total:
            assert found.url.startswith("/staff/")


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_the_three_administrators_are_given_no_case(city, source) -> None:
    """三员分立: nothing that awaits a handler awaits an administrator."""
    make_request(city.bureau, due_on=timezone.localdate())
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER, Role.AUDITOR):
        assert source(make_user(role, city.top), timezone.localdate()).total == 0


@pytest.mark.parametrize("source", BODY_SOURCES, ids=named)
def test_figures_of_bodies_stay_within_the_scope(city, source) -> None:
    today = timezone.localdate()
    for organ in (city.bureau, city.far):
        make_request(organ, due_on=today - timedelta(days=3))
    for column in source(make_user(Role.SUPERIOR, city.top), today):
        assert isinstance(column, BodyColumn)
        assert city.far.pk not in column.cells
        assert all(cell.text and cell.url.startswith("/staff/") for cell in column.cells.values())
    for column in source(make_user(Role.AUDITOR, city.top), today):
        assert column.cells == {}

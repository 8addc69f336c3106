"""What a change of the calendar does to open requests, and `gongkai foi recompute`."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from gongkai.foi import deadlines
from gongkai.foi.models import FoiEvent
from gongkai.ledger.actor import Actor
from gongkai.statute.workdays import DayStatus, LayeredCalendar
from tests.factories.foi import make_case, make_request, received

pytestmark = pytest.mark.django_db

OLD = LayeredCalendar({})
NEW = LayeredCalendar({date(2026, 3, 23): DayStatus(False, False, "notice", "测试假日")})


def unlawful_case():
    """A case whose events no calendar allows."""
    broken = make_request(due_on=date(2026, 4, 1))
    FoiEvent.objects.create(
        request=broken, seq=1, type="delivered", on=date(2026, 3, 6),
        recorded_at=timezone.now(), recorded_by="测试",
    )  # fmt: skip
    return broken


def test_open_requests_that_move_are_listed_with_old_and_new(django_assert_num_queries):
    moving = make_case(None, received("2026-03-06"))
    make_case(None, received("2026-04-06"))
    make_case(None, received("2026-03-06"), {"type": "withdrawn", "on": "2026-03-09"})
    unlawful_case()
    with django_assert_num_queries(2):
        (move,) = deadlines.moved(OLD, NEW)
    assert (move.old, move.new, move.organ_name) == (
        date(2026, 4, 3), date(2026, 4, 7), moving.organ.label,
    )  # fmt: skip
    assert moving.number in move.label
    assert str(moving.pk) in move.url
    moving.refresh_from_db()
    assert moving.due_on == date(2026, 4, 3)


def test_waiting_for_a_correction_moves_with_its_period():
    make_case(
        None,
        received("2026-03-06"),
        {"type": "correction_requested", "on": "2026-03-10", "days": 15},
    )
    (move,) = deadlines.moved(OLD, NEW)
    assert move.days == 1


def test_the_index_follows_the_calendar_in_force():
    case = make_case(None, received("2026-03-06"), due_on=date(2026, 1, 1))
    assert deadlines.refresh(Actor.command("测试")) == 1
    case.refresh_from_db()
    assert case.due_on == date(2026, 4, 3)


def run(*args):
    out = StringIO()
    try:
        call_command("foi", "recompute", *args, stdout=out)
    except SystemExit as stopped:
        return stopped.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_lists_what_moved():
    case = make_case(None, received("2026-03-06"), due_on=date(2026, 1, 1))
    code, said = run("--dry-run")
    assert code == 0
    assert f"{case.number}：2026-01-01 → 2026-04-03" in said
    assert "将重算（未写入）1件未办结申请，期限变动1件" in said
    code, said = run("--json")
    answer = json.loads(said)
    assert answer["moved"] == [
        {"organ": case.organ.code, "number": case.number, "old": "2026-01-01", "new": "2026-04-03"}
    ]
    assert (answer["kept"], answer["changed"]) == (True, 1)
    assert "期限变动0件" in run()[1]


def test_the_command_ends_with_1_and_names_a_case_that_no_calendar_allows():
    broken = unlawful_case()
    code, said = run()
    assert code == 1
    assert broken.number in said
    assert "第三十一条" in said
    code, said = run("--json")
    assert json.loads(said)["unreadable"][0]["number"] == broken.number

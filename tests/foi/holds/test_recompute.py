"""A holiday that is announced late: gongkai foi recompute moves requests and waiting intakes."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from gongkai.foi.caseclock import read
from gongkai.foi.models import FoiRequest, Intake
from gongkai.foi.services import recompute_due_dates, recomputing
from gongkai.foi.services.intake import set_aside_intake
from gongkai.ledger.models import LedgerEntry
from gongkai.statute.clock import Received
from gongkai.statute.workdays import DayStatus, LayeredCalendar
from gongkai.workdays.queries import current_calendar
from tests.factories.foi import make_case, received
from tests.foi.holds.conftest import CONSOLE, days_ago, filed

pytestmark = pytest.mark.django_db


@pytest.fixture
def late_notice(monkeypatch):
    """The next working day is a holiday after all."""
    calendar = current_calendar()
    day = days_ago(-1)
    while not calendar.day(day).is_working:
        day += timedelta(1)
    table = {day: DayStatus(False, False, "notice", "测试假日")}
    later = LayeredCalendar(table)
    monkeypatch.setattr(recomputing, "current_calendar", lambda: later)
    return later


def test_a_waiting_intake_moves_with_the_calendar_and_a_settled_one_stays(organ, late_notice):
    waiting = filed(organ, 1, channel="ordinary_mail", days=1)
    settled = filed(organ, 2, channel="ordinary_mail", days=1)
    set_aside_intake(CONSOLE, settled, reason="广告函件，不是申请")
    old = waiting.shadow_due_on
    dry = recompute_due_dates(CONSOLE, dry_run=True)
    waiting.refresh_from_db()
    assert waiting.shadow_due_on == old
    done = recompute_due_dates(CONSOLE)
    assert dry.shadows == done.shadows
    (move,) = done.shadows
    assert (move.number, move.old) == (waiting.number, old)
    waiting.refresh_from_db()
    event = Received(on=waiting.arrived_on, channel=waiting.channel)
    assert waiting.shadow_due_on == move.new == read([event], late_notice, days_ago(0)).due_on
    assert move.new != old
    settled.refresh_from_db()
    assert settled.shadow_due_on == old
    assert LedgerEntry.objects.get(action="foi.recompute").changes == {"moved": 0, "intakes": 1}
    assert recompute_due_dates(CONSOLE).shadows == ()


def test_the_command_lists_requests_and_intakes_apart(organ, late_notice):
    request = filed(organ, 1, days=1).request
    waiting = filed(organ, 2, channel="ordinary_mail", days=1)
    out = StringIO()
    call_command("foi", "recompute", "--dry-run", stdout=out)
    said = out.getvalue()
    assert f"{request.number}：{request.due_on} → " in said
    assert f"来件 {waiting.number}（待确认，按到达日期计算）：{waiting.shadow_due_on} → " in said
    out = StringIO()
    call_command("foi", "recompute", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert [move["number"] for move in answer["moved"]] == [request.number]
    assert [move["number"] for move in answer["intakes"]] == [waiting.number]


def test_the_number_of_statements_of_a_run_without_moves_does_not_grow(
    organ, django_assert_num_queries
):
    def count():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as found:
            recompute_due_dates(CONSOLE)
        return len(found)

    filed(organ, 1, channel="ordinary_mail", days=1)
    few = count()
    for serial in range(2, 6):
        filed(organ, serial, channel="ordinary_mail", days=1)
    assert count() == few
    assert Intake.objects.count() == 5


def test_ended_requests_get_their_columns_when_asked_for_them_too():
    """Art. 33: whether the answer came in time is rebuilt from the events of ended cases as well."""
    case = make_case(
        None,
        received("2021-03-01"),
        {"type": "decided", "on": "2021-03-29", "outcome": "GRANT"},
        {"type": "delivered", "on": "2021-03-30"},
    )
    assert (case.answered_late, case.result_days) == (True, 20)
    FoiRequest.objects.update(answered_late=None, result_days=None)
    recompute_due_dates(CONSOLE)
    case.refresh_from_db()
    assert (case.answered_late, case.result_days) == (None, None)
    call_command("foi", "recompute", "--ended", stdout=(told := StringIO()))
    case.refresh_from_db()
    assert (case.answered_late, case.result_days) == (True, 20)
    assert "已重算1件申请，期限变动0件" in told.getvalue()

"""gongkai foi verify: every event has its ledger entry and every entry its event."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from gongkai.foi.models import FoiEvent, FoiRequest
from gongkai.foi.services import CaseRecord, import_cases, linking, record_event
from gongkai.foi.services.verifying import Verification
from gongkai.ledger.triggers import protect_sql, release_sql
from gongkai.organs.models import Organ
from gongkai.statute.clock import Extended, Withdrawn
from tests.factories.organs import make_organ
from tests.foi.holds.conftest import CONSOLE, closed, days_ago, filed

pytestmark = pytest.mark.django_db


@contextmanager
def unprotected(*tables: str):
    """What somebody with the password of the database can do."""
    with connection.cursor() as cursor:
        for table in tables:
            for statement in release_sql(connection.vendor, table):
                cursor.execute(statement)
        yield
        # What references checked late is checked now, so that triggers can be made again.
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            for statement in protect_sql(connection.vendor, table):
                cursor.execute(statement)


def differences() -> list[str]:
    return [f"{d.number} {d.seq} {d.message}" for d in Verification().differences()]


def an_import(organ, events: int = 1):
    record = CaseRecord(
        organ_code=organ.code, number="旧〔2019〕1号", applicant_kind="natural", subject="旧系统的申请",
        events=[
            {"type": "received", "on": "2019-06-03", "channel": "counter"},
            {"type": "decided", "on": "2019-06-20", "outcome": "GRANT"},
            {"type": "delivered", "on": "2019-06-21"},
        ][:events],
        remedies=[],
    )  # fmt: skip
    import_cases(CONSOLE, [record])


@pytest.fixture
def cases(organ):
    closed(organ, 1)
    running = filed(organ, 2, days=3)
    record_event(CONSOLE, running.request, Extended(on=days_ago(1), days=20))
    an_import(organ, events=3)
    return running.request


def test_what_the_services_wrote_agrees(cases, organ):
    assert differences() == []
    run = Verification()
    assert list(run.differences()) == []
    assert (run.requests, run.events, run.imported_events) == (3, 8, 3)
    out = StringIO()
    call_command("foi", "verify", stdout=out)
    assert "核对3件申请、8项办理事件，与台账全部一致" in out.getvalue()


def test_a_split_request_agrees_with_the_one_it_came_from(organ):
    running = filed(organ, 2, days=3).request
    (child,) = linking.split_request(CONSOLE, running, descriptions=["测试项目之二的批复"])
    record_event(CONSOLE, child, Withdrawn(on=days_ago(0)))
    assert differences() == []


def test_a_clock_that_was_moved_back_makes_no_difference(organ, monkeypatch):
    request = filed(organ, 2, days=3).request
    day, earlier = days_ago(1), timezone.now() - timedelta(hours=2)
    record_event(CONSOLE, request, Extended(on=day, days=20))
    monkeypatch.setattr(timezone, "now", lambda: earlier)
    record_event(CONSOLE, request, Withdrawn(on=day))
    assert differences() == []


def test_a_case_that_another_body_took_over_agrees(organ):
    request = filed(organ, 2, days=3).request
    heir = make_organ(name="承继机构", parent=organ)
    Organ.objects.filter(pk=organ.pk).update(abolished_on=days_ago(0), successor=heir)
    organ.refresh_from_db()
    linking.hand_over_cases(CONSOLE, organ)
    record_event(CONSOLE, request, Withdrawn(on=days_ago(0)))
    assert differences() == []


def test_an_event_that_was_slipped_in_is_named(cases):
    FoiEvent.objects.create(
        request=cases, seq=3, type="withdrawn", on=days_ago(0), data={},
        recorded_at=cases.events.last().recorded_at, recorded_by="某人",
    )  # fmt: skip
    assert differences() == [f"{cases.number} 3 “撤回申请”（{days_ago(0)}）在台账中没有记录。"]


def test_an_event_that_was_taken_away_is_named(cases):
    with unprotected("foi_foievent"):
        cases.events.filter(seq=2).delete()
    (found,) = differences()
    assert found.startswith(f"{cases.number} 0 台账第")
    assert "没有办理事件" in found


def test_a_day_that_was_moved_and_a_number_that_was_changed_are_named(cases):
    with unprotected("foi_foievent"):
        cases.events.filter(seq=1).update(on=date(2020, 1, 2))
        cases.events.filter(seq=2).update(data={"days": 19})
    one, other = differences()
    assert "2020-01-02" in one and str(cases.received_on) in one  # noqa: PT018
    assert f"{cases.number} 2 “延长答复期限”（{days_ago(1)}）的内容与台账第" in other


def test_an_imported_event_that_was_taken_away_is_missed(cases):
    imported = FoiRequest.objects.get(number="旧〔2019〕1号")
    with unprotected("foi_foievent"):
        imported.events.filter(seq=3).delete()
    assert any("共导入3项办理事件，现有2项" in found for found in differences())


def test_a_request_that_was_taken_away_is_missed_and_the_command_says_so(organ):
    gone = filed(organ, 3, channel="counter")
    request = gone.request
    with unprotected("foi_foievent"):
        gone.files.all().delete()
        gone.messages.all().delete()
        gone.applicant.delete()
        gone.delete()
        request.events.all().delete()
        request.delete()
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("foi", "verify", "--json", stdout=out)
    assert end.value.code == 1
    answer = json.loads(out.getvalue())
    assert not answer["ok"]
    assert "登记的申请不见了" in answer["differences"][0]["message"]


def test_the_number_of_statements_does_not_grow_with_the_requests(organ, django_assert_num_queries):
    closed(organ, 1)
    with django_assert_num_queries(9):
        assert differences() == []
    for serial in range(2, 6):
        closed(organ, serial)
    with django_assert_num_queries(9):
        assert differences() == []

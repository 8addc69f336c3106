"""Two people at once, with two real connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection, connections

from gongkai.foi import services
from gongkai.foi.models import FoiEvent, FoiRequest
from gongkai.ledger.actor import Actor
from gongkai.statute.clock import Decided, IllegalSequence
from tests.factories.foi import make_case, received
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db(transaction=True)

CONSOLE = Actor.command("测试")


def at_once(work, times):
    """Run `work(number)` in so many threads that start together; results or exceptions."""
    start = Barrier(times)

    def one(number):
        start.wait(timeout=30)
        try:
            return work(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_numbers_have_no_gaps_when_many_receive_at_once():
    organ = make_organ()

    def receive(_number):
        return services.receive_request(
            CONSOLE, organ, channel="counter", applicant_kind="natural", subject="某文件",
            received_on=date(2026, 3, 6),
        ).number  # fmt: skip

    found = at_once(receive, 6)
    assert sorted(found) == [f"〔2026〕{n}号" for n in range(1, 7)]
    assert FoiRequest.objects.count() == 6


def test_of_two_decisions_at_once_one_is_kept_and_the_other_refused():
    request = make_case(None, received("2026-03-06"))

    def decide(number):
        outcome = ("GRANT", "PARTIAL")[number]
        return services.record_event(
            CONSOLE, request, Decided(on=date(2026, 3, 20), outcome=outcome)
        )

    first, second = sorted(at_once(decide, 2), key=lambda r: isinstance(r, Exception))
    assert isinstance(first, FoiRequest)
    assert isinstance(second, IllegalSequence)
    assert "已于 2026-03-20 作出答复" in str(second)
    request.refresh_from_db()
    assert request.outcome == first.outcome
    assert FoiEvent.objects.filter(request=request).count() == 2
    assert connection.vendor in ("sqlite", "postgresql")

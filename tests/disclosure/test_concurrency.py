"""Several people at once: numbers without doubles or holes, one decision, one edit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone
from wagtail.models import Workflow

from gongkai.disclosure import queries, services
from gongkai.disclosure.models import DisclosedItem, ReviewDecision, Status, Step
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from tests.factories.disclosure import Office
from tests.factories.organs import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def race(works: list[Callable[[], object]]) -> list[BaseException | None]:
    """Everything at the same moment, each on a connection of its own; what each raised."""
    barrier = threading.Barrier(len(works))
    raised: list[BaseException | None] = [None] * len(works)

    def body(number: int) -> None:
        try:
            barrier.wait(30)
            works[number]()
        except BaseException as error:
            raised[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=body, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return raised


def test_publications_at_once_get_numbers_without_doubles_or_holes() -> None:
    office = Office()
    items = [office.approve(office.submit(), until=Step.APPROVAL) for _ in range(6)]
    leaders = [make_user("approving_leader", office.organ) for _ in items]
    raised = race(
        [
            lambda item=item, leader=leader: services.decide(
                Actor.for_user(leader), item, decision="approved"
            )
            for item, leader in zip(items, leaders, strict=True)
        ]
    )
    assert raised == [None] * 6
    numbers = sorted(DisclosedItem.objects.values_list("index_number", flat=True))
    assert [number[-5:] for number in numbers] == [f"{n:05d}" for n in range(1, 7)]


def test_one_step_is_decided_once() -> None:
    office = Office()
    item = office.approve(office.submit(), until=Step.APPROVAL)
    leaders = [make_user("approving_leader", office.organ) for _ in range(4)]
    raised = race(
        [
            lambda leader=leader: services.decide(Actor.for_user(leader), item, decision="approved")
            for leader in leaders
        ]
    )
    assert sum(error is None for error in raised) == 1
    assert all(
        isinstance(error, ValidationError) and "不在审核中" in str(error)
        for error in raised
        if error is not None
    )
    assert ReviewDecision.objects.filter(step=Step.APPROVAL).count() == 1
    assert LedgerEntry.objects.filter(action="disclosure.publish").count() == 1


def test_taking_back_and_deciding_at_once_have_one_winner() -> None:
    office = Office()
    item = office.approve(office.submit(), until=Step.APPROVAL)
    race(
        [
            lambda: services.recall(office.actor(), item),
            lambda: services.decide(office.actor(Step.APPROVAL), item, decision="approved"),
        ]
    )
    item = DisclosedItem.objects.get()
    assert (item.status, item.live) in ((Status.DRAFT, False), (Status.PUBLISHED, True))
    assert item.step == ""


def test_two_editors_at_once_lose_nothing_in_silence() -> None:
    office = Office()
    item = office.draft()
    seen = queries.seen_of(item)
    raised = race(
        [
            lambda name=name: services.update_item(office.actor(), item, {"title": name}, seen=seen)
            for name in ("甲", "乙", "丙")
        ]
    )
    assert sum(error is None for error in raised) == 1
    assert len(queries.versions(DisclosedItem.objects.get())) == 2


def test_two_schedulers_publish_an_item_once() -> None:
    office = Office()
    hour = timezone.now() + timedelta(days=1)
    items = [office.publish(go_live_at=hour) for _ in range(4)]
    reports: list[services.DueReport] = []
    raised = race(
        [lambda: reports.append(services.publish_due(Actor.system("定时发布"), hour))] * 3
    )
    assert raised == [None] * 3
    assert sum(report.published for report in reports) == len(items)
    assert LedgerEntry.objects.filter(action="disclosure.publish").count() == len(items)


def test_the_default_chain_is_made_once() -> None:
    office = Office()
    items = [office.draft() for _ in range(4)]
    raised = race([lambda item=item: services.submit(office.actor(), item) for item in items])
    assert raised == [None] * 4
    assert Workflow.objects.filter(name="默认审核流程").count() == 1
    assert DisclosedItem.objects.filter(step=Step.REVIEW).count() == 4

"""Whatever people do in whatever order: nothing is public that was not reviewed as it stands."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gongkai.catalogue.models import Publication
from gongkai.disclosure import queries, services
from gongkai.disclosure.content import content_hash
from gongkai.disclosure.models import UNPUBLISHED, DisclosedItem, PublicTrace, Status, Step
from gongkai.ledger.actor import Actor
from tests.factories.disclosure import Office

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("定时发布")
WITHHELD = {
    "disclosure_attribute": "withheld",
    "exemption": "16-1",
    "attribute_reason": "内部事务",
    "correction_note": "不再公开。",
}


def _edit(values: dict[str, object]) -> Callable[[Office, DisclosedItem, int], object]:
    def act(office: Office, item: DisclosedItem, number: int) -> object:
        fresh = {
            name: value.replace("#", str(number)) if isinstance(value, str) else value
            for name, value in values.items()
        }
        return services.update_item(office.actor(), item, fresh)

    return act


def _decide(decision: str) -> Callable[[Office, DisclosedItem, int], object]:
    def act(office: Office, item: DisclosedItem, number: int) -> object:
        step = item.step or Step.REVIEW
        return services.decide(office.actor(step), item, decision=decision, opinion="意见")

    return act


ACTS: dict[str, Callable[[Office, DisclosedItem, int], object]] = {
    "edit": _edit({"body": "<p>第#稿</p>", "correction_note": "第#次更正。"}),
    "edit to withhold": _edit(WITHHELD),
    "edit to publish": _edit({"disclosure_attribute": "proactive", "correction_note": "公开。"}),
    "edit with a number": _edit({"body": "<p>13800138000</p>", "correction_note": "更正。"}),
    "edit for tomorrow": _edit(
        {"go_live_at": timezone.now() + timedelta(days=1), "correction_note": "更正。"}
    ),
    "edit with an end": _edit(
        {"expire_at": timezone.now() + timedelta(days=2), "correction_note": "更正。"}
    ),
    "submit": lambda office, item, _n: services.submit(office.actor(), item),
    "edit and publish": lambda office, item, n: (
        ACTS["edit"](office, item, n),
        office.publish(item),
    ),
    "publish": lambda office, item, _n: office.publish(item),
    "approve": _decide("approved"),
    "approve all": lambda office, item, _n: office.approve(item),
    "return": _decide("returned"),
    "recall": lambda office, item, _n: services.recall(office.actor(), item),
    "discard": lambda office, item, _n: services.discard_version(office.actor(), item),
    "mask": lambda office, item, _n: services.mask_item(office.actor(), item),
    "withdraw": lambda office, item, _n: services.withdraw(
        office.actor(Step.APPROVAL), item, "有误"
    ),
    "restore": lambda office, item, _n: services.restore(office.actor(Step.APPROVAL), item, "无误"),
    "repeal": lambda office, item, _n: services.repeal(
        office.actor(Step.APPROVAL), item, date(2021, 1, 1), note="清理"
    ),
    "tomorrow": lambda office, item, _n: services.publish_due(
        SYSTEM, timezone.now() + timedelta(days=1, hours=1)
    ),
    "change behind the services": lambda office, item, n: DisclosedItem.objects.filter(
        pk=item.pk, live=False
    ).update(summary=f"偷改{n}"),
}


def reviewed(item: DisclosedItem) -> bool:
    """Whether all steps of one round approved exactly what the row says now.

    But for the hour of its end, which falls away when an item that came down is restored.
    """
    if item.expire_at is None:
        end = item.live_revision.content["expire_at"]
        item.expire_at = parse_datetime(end) if end else None
    given_to = item.decisions.filter(decision="approved", content_hash=content_hash(item))
    rounds: dict[int, set[str]] = {}
    for each in given_to:
        rounds.setdefault(each.round, set()).add(each.step)
    return any(steps == set(Step.values) for steps in rounds.values())


def hold(item: DisclosedItem, number_before: str | None) -> None:
    """What must be true after every act."""
    if item.live:
        assert item.disclosure_attribute == "proactive"
        assert item.status == Status.PUBLISHED
        assert item.index_number
        assert item.withdrawn_at is None
        assert "13800138000" not in item.body
        assert reviewed(item)
    else:
        assert item.status != Status.PUBLISHED
    if number_before:
        assert item.index_number == number_before
    if item.step:
        assert item.submitted_hash
        assert item.status not in (Status.DRAFT, Status.RETURNED)
        assert item.current_workflow_task.step == item.step
    else:
        assert item.status != Status.IN_REVIEW
        assert not item.workflow_in_progress
    assert (item.status == Status.SCHEDULED) <= (item.scheduled_for is not None)
    assert (item.published_at is None) >= (item.status in UNPUBLISHED)
    told = Publication.objects.filter(source="disclosure", source_id=str(item.pk)).first()
    assert (told is not None and told.withdrawn_on is None) is item.live
    if item.status in (Status.WITHDRAWN, Status.EXPIRED):
        assert PublicTrace.objects.filter(item=item).exists()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(ACTS)), min_size=3, max_size=14))
@example(["publish", "withdraw", "change behind the services", "restore"])
@example(["edit with an end", "publish", "tomorrow", "withdraw", "restore"])
@example(["edit for tomorrow", "publish", "change behind the services", "tomorrow"])
@example(["publish", "edit to withhold", "publish", "edit to publish", "publish", "repeal"])
@example(["publish", "edit for tomorrow", "publish", "withdraw", "restore", "tomorrow"])
def test_nothing_is_public_that_was_not_reviewed_as_it_stands(acts: list[str]) -> None:
    """Art. 17, under any sequence of what people, the schedule and a stray hand may do."""
    with transaction.atomic():
        office = Office()
        item = office.draft()
        for number, name in enumerate(acts):
            item = DisclosedItem.objects.get(pk=item.pk)
            before = item.index_number
            with (
                contextlib.suppress(ValidationError, PermissionDenied),
                transaction.atomic(),
            ):
                ACTS[name](office, item, number)
            item = DisclosedItem.objects.get(pk=item.pk)
            hold(item, before)
            queries.latest_version(item)
        transaction.set_rollback(True)

"""Wagtail's own views and commands are no way round the review (Arts. 4, 17)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from wagtail.models import Task, TaskState, Workflow, WorkflowState

from gongkai.disclosure.models import DisclosedItem, ReviewDecision, ReviewStep, Status
from gongkai.organs.models import Role
from tests.factories.disclosure import Office
from tests.factories.organs import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.parametrize("role", Role.values)
def test_wagtails_workflow_screens_are_closed_to_every_role(office: Office, role: str) -> None:
    item = office.submit(title="正在审核的信息")
    workflow, task = item.get_workflow(), ReviewStep.objects.order_by("pk")[0]
    before = Workflow.objects.count(), Task.objects.filter(active=True).count()
    client = Client()
    client.force_login(make_user(role, office.organ))
    for address in (
        "workflows/list/",
        "workflows/add/",
        f"workflows/edit/{workflow.pk}/",
        f"workflows/disable/{workflow.pk}/",
        f"workflows/usage/{workflow.pk}/",
        "workflows/tasks/index/",
        "workflows/tasks/select_type/",
        "workflows/tasks/add/disclosure/reviewstep/",
        f"workflows/tasks/edit/{task.pk}/",
        f"workflows/tasks/disable/{task.pk}/",
        "workflows/task_chooser/",
        "workflows/task_chooser/create/",
        "reports/workflow/",
        "reports/workflow_tasks/",
        "reports/site-history/",
        "snippets/",
        f"snippets/disclosure/discloseditem/edit/{item.pk}/",
    ):
        for method in (client.get, client.post):
            answer = method(f"/staff/{address}")
            assert answer.status_code != 500
            assert item.title not in answer.content.decode(), address
            assert workflow.name not in answer.content.decode(), address
    workflow.refresh_from_db()
    assert workflow.active
    assert (Workflow.objects.count(), Task.objects.filter(active=True).count()) == before


def test_approving_in_wagtail_alone_publishes_nothing(office: Office) -> None:
    """The engine may be driven by other code; without our decisions nothing goes public."""
    item = office.submit()
    root = make_user(is_superuser=True)

    def current() -> TaskState:
        return TaskState.objects.get(status=TaskState.STATUS_IN_PROGRESS)

    current().approve(user=root)
    current().approve(user=root)
    with pytest.raises(PermissionDenied, match="逐个环节签署"):
        current().approve(user=root)
    item.refresh_from_db()
    assert not item.live
    assert not ReviewDecision.objects.exists()
    with pytest.raises(PermissionDenied):
        WorkflowState.objects.get().finish(user=root)


def test_publishing_a_revision_needs_the_review(office: Office) -> None:
    item = office.draft()
    with pytest.raises(PermissionDenied, match="请送审"):
        item.latest_revision.publish()
    with pytest.raises(PermissionDenied, match="请送审"):
        item.publish(item.latest_revision, user=make_user(is_superuser=True))
    assert DisclosedItem.objects.get().status == Status.DRAFT


def test_taking_down_needs_a_reason(office: Office) -> None:
    item = office.publish()
    with pytest.raises(PermissionDenied, match="请用“撤回”"):
        item.unpublish()
    assert DisclosedItem.objects.get().live


def test_wagtails_schedule_command_goes_through_our_service(office: Office) -> None:
    soon = timezone.now() + timedelta(hours=1)
    item = office.publish(go_live_at=soon)
    assert item.status == Status.SCHEDULED
    call_command("publish_scheduled")
    assert DisclosedItem.objects.get().status == Status.SCHEDULED
    past = timezone.now() - timedelta(minutes=1)
    DisclosedItem.objects.update(scheduled_for=past)
    item.revisions.update(approved_go_live_at=past)
    call_command("publish_scheduled")
    item.refresh_from_db()
    assert item.status == Status.PUBLISHED
    assert item.index_number.endswith("-00001")

    DisclosedItem.objects.update(expire_at=past)
    call_command("publish_scheduled")
    item.refresh_from_db()
    assert (item.status, item.live) == (Status.EXPIRED, False)
    assert item.traces.count() == 1

"""Where an item stands in its review: rounds, and what is written of them on the item."""

from __future__ import annotations

from django.utils import timezone
from wagtail.models import WorkflowState

from gongkai.disclosure.models import DisclosedItem, Referral, Status


def round_of(item: DisclosedItem) -> int:
    """The number of the item's last submission; 0 before the first."""
    return int(WorkflowState.objects.for_instance(item).count())


def close(item: DisclosedItem) -> None:
    """The round of a locked item is over without a result; its version is a draft again."""
    end_round(item)
    Referral.objects.filter(item=item, replied_on=None, closed_on=None).update(
        closed_on=timezone.localdate()
    )
    item.step = ""
    item.scheduled_for = None
    item.submitted_hash = ""
    item.revisions.update(approved_go_live_at=None)
    if item.holds_draft:
        item.status = Status.DRAFT
    save_state(item)


def end_round(item: DisclosedItem) -> None:
    """Whatever workflow of Wagtail is open for the item is over."""
    state = item.current_workflow_state
    if state is not None:
        state.cancel()


def save_state(item: DisclosedItem) -> None:
    """Write where the item stands, and nothing of what it says."""
    DisclosedItem.objects.filter(pk=item.pk).update(
        status=item.status,
        step=item.step,
        returned=item.returned,
        scheduled_for=item.scheduled_for,
        submitted_hash=item.submitted_hash,
        submitted_by=item.submitted_by,
        submitted_at=item.submitted_at,
        updated_at=timezone.now(),
    )

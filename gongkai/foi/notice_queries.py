"""Reads about notices: which wait for their delivery, and how that is said."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import OuterRef, QuerySet

from gongkai.foi.models import Approval, Delivery, FoiEvent, Notice
from gongkai.foi.notices import wording
from gongkai.foi.notices.kinds import kind_of
from gongkai.organs import policy
from gongkai.statute.clock import EVENT_TYPES

NEED_NO_DELIVERY: Final = frozenset({"N01", "N24"})
"""The receipt is handed over or shown at once; the 送达回证 stays with the file."""


def deliveries_that_stand(notice: OuterRef | Any) -> QuerySet[Delivery]:
    """Deliveries of a notice that were not given back and whose day counts."""
    return Delivery.objects.filter(notice=notice, failed_on=None, counts_on__isnull=False)


def waits_for_delivery(notice: Notice) -> bool:
    """Whether the notice has to reach somebody and has not: what `Notice.undelivered` caches."""
    return (
        notice.state == Notice.State.ISSUED
        and notice.addressee != Notice.Addressee.FILE
        and notice.kind not in NEED_NO_DELIVERY
        and not deliveries_that_stand(notice).exists()
    )


def unrecorded_step(notice: Notice) -> str:
    """What a notice tells of and the case's events do not, in words; "" when they agree.

    The clock goes by the events: a 补正告知书 without its event would leave the case running.
    """
    kind = kind_of(notice.kind)
    types = ("decided",) if kind.is_decision else wording.OWN_EVENT.get(notice.kind, ())
    if not types or notice.state == Notice.State.DISCARDED:
        return ""
    if FoiEvent.objects.filter(request=notice.request_id, type__in=types).exists():
        return ""
    return "、".join(EVENT_TYPES[name].label for name in types)


def goes_out_with_step(notice: Notice) -> bool:
    """Whether the draft is sent by a step of the case: extension, delay, fee (Articles 33, 35, 42).

    There the clock hears of it in the same moment; issued by itself it would not.
    """
    approval = notice.approval
    return (
        notice.state == Notice.State.DRAFT
        and approval is not None
        and approval.kind in (Approval.Kind.EXTENSION, Approval.Kind.DELAY, Approval.Kind.FEE)
        and approval.carried_out_at is None
    )


def undelivered_notices(user: Any, action: str = "foi.handle") -> QuerySet[Notice]:
    """Notices within the user's reach that were issued and reached nobody, oldest first."""
    waiting = Notice.objects.filter(undelivered=True).select_related("organ", "request__organ")
    waiting = waiting.defer("fields_sealed", "docx_sealed", "pdf_sealed")
    return policy.scope(waiting, user, action, field="request__organ").order_by("issued_on", "pk")


def notice_status(notice: Notice) -> str:
    """Where a notice stands, in a few words."""
    if notice.state == Notice.State.ISSUED:
        if notice.undelivered:
            return "待送达"
        return "已印发" if notice.kind in NEED_NO_DELIVERY else "已送达"
    return str(notice.get_state_display())


def name_of(notice: Notice) -> str:
    """The name of the notice in the catalogue (文书)."""
    return kind_of(notice.kind).name

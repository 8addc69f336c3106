"""Receiving a request and recording what happens to it.

Two officers at one request: the row is locked while an event is judged and written
(PostgreSQL; on SQLite writers follow one another anyway), so the second event is judged after
the first. Who passes `seen`, the number of events his screen showed, is told when there are
more by now, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.caseclock import SUBTYPE, apply_columns, columns_of, read, subtype_in, to_event
from gongkai.foi.fingerprints import fingerprint
from gongkai.foi.models import ApplicantKind, Approval, Channel, FoiEvent, FoiRequest
from gongkai.foi.numbering import draw_number
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.models import Organ, OrganKind
from gongkai.organs.policy import authorise
from gongkai.statute.clock import ClockState, Decided, Event, Received, event_to_json
from gongkai.statute.outcomes import OUTCOMES, UnknownOutcome
from gongkai.workdays.queries import current_calendar

HANDLE: Final = "foi.handle"

DECIDED_BY: Final[Mapping[str, str]] = {
    Approval.Kind.EXTENSION: "foi.approve",
    Approval.Kind.DELAY: "foi.approve",
    Approval.Kind.FEE: "foi.approve",
    Approval.Kind.OVERRIDE: "foi.approve",
    Approval.Kind.DECISION: "foi.sign",
}
"""Who decides what needs an approval: the action of the policy."""

_UNDER_WAY: Final = frozenset(
    {
        ClockState.RUNNING,
        ClockState.PAUSED,
        ClockState.AWAITING_CORRECTION,
        ClockState.AWAITING_PAYMENT,
    }
)


def is_under_way(request: FoiRequest) -> bool:
    """Whether the body still has an answer to give.

    Not the same as having no result: a case that a review or a court has reopened keeps its first
    result for the yearly figures, and is to be answered anew all the same.
    """
    return request.state in _UNDER_WAY


def receive_request(
    actor: Actor,
    organ: Organ,
    *,
    channel: str,
    applicant_kind: str,
    subject: str,
    received_on: date,
    arrived_on: date | None = None,
) -> FoiRequest:
    """The request is in the register with the body's next number, and its clock runs.

    `received_on` is the day of receipt by Article 31 (for ordinary letters and online requests
    the day of confirmation), `arrived_on` the day it came unconfirmed.
    """
    authorise(actor, HANDLE, organ)
    return admit(
        actor,
        organ,
        channel=channel,
        applicant_kind=applicant_kind,
        subject=subject,
        received_on=received_on,
        arrived_on=arrived_on,
    )


def admit(
    actor: Actor,
    organ: Organ,
    *,
    channel: str,
    applicant_kind: str,
    subject: str,
    received_on: date,
    arrived_on: date | None = None,
) -> FoiRequest:
    """`receive_request` for services of this room that have asked the policy themselves."""
    today = timezone.localdate()
    subject = " ".join(subject.split())
    check_receipt(organ, channel, applicant_kind, subject, received_on, today)
    event = Received(on=received_on, channel=channel, arrived_on=arrived_on)
    columns = columns_of(read([event], current_calendar(), today))
    with transaction.atomic():
        request = FoiRequest.objects.create(
            organ=organ,
            number=draw_number(organ, received_on.year),
            channel=channel,
            applicant_kind=applicant_kind,
            subject=subject,
            received_on=received_on,
            **columns._asdict(),
        )
        row = FoiEvent.objects.create(**stored(event, {}), request=request, seq=1, **by(actor))
        record(
            actor,
            "foi.receive",
            chain=organ.code,
            obj=request,
            changes={
                "channel": channel,
                "applicant_kind": applicant_kind,
                "received_on": received_on,
                "due_on": request.due_on,
                "sm3": fingerprint(row.type, row.on, row.data),
            },
        )
    return request


def record_event(
    actor: Actor,
    request: FoiRequest,
    event: Event,
    *,
    subtype: str = "",
    seen: int | None = None,
) -> FoiRequest:
    """The event has happened to the request; state, result and due date follow from it.

    `subtype` names the variety of a decision's outcome. Raises `IllegalSequence` with the
    article when the law does not allow the event now.
    """
    authorise(actor, HANDLE, request.organ)
    return append_event(actor, request, event, subtype=subtype, seen=seen)


def append_event(
    actor: Actor,
    request: FoiRequest,
    event: Event,
    *,
    subtype: str = "",
    seen: int | None = None,
) -> FoiRequest:
    """`record_event` for services of this room that have asked the policy themselves."""
    today = timezone.localdate()
    if event.on > today:
        raise ValidationError({"on": f"发生日期 {event.on} 晚于今天（{today}），请核对日期。"})
    check_outcome(event, subtype)
    notes = {SUBTYPE: subtype} if subtype else {}
    with transaction.atomic():
        locked = (
            FoiRequest.objects.select_for_update(of=("self",))
            .select_related("organ")
            .get(pk=request.pk)
        )
        known = list(locked.events.order_by("seq"))
        if seen is not None and seen != len(known):
            raise ValidationError(
                f"{locked.number} 在您打开之后已由他人登记了新的事项，您填写的没有保存。"
                "请查看最新的办理过程，再决定是否登记。",
                code="changed",
            )
        reading = read([*map(to_event, known), event], current_calendar(), today)
        before = {"state": locked.state, "due_on": locked.due_on}
        columns = columns_of(reading, subtype_in([*(e.data for e in known), notes]))
        changed = apply_columns(locked, columns)
        if changed:
            locked.save(update_fields=changed)
        row = FoiEvent.objects.create(
            **stored(event, notes), request=locked, seq=len(known) + 1, **by(actor)
        )
        facts: dict[str, Any] = {
            "event": event.type,
            "on": event.on,
            "sm3": fingerprint(row.type, row.on, row.data),
        }
        facts |= {
            name: [old, getattr(locked, name)]
            for name, old in before.items()
            if old != getattr(locked, name)
        }
        if locked.outcome and "outcome" in changed:
            facts["outcome"] = locked.outcome
        record(actor, "foi.event", chain=locked.organ.code, obj=locked, changes=facts)
    return locked


# -- what imports share ----------------------------------------------------------------------


def check_receipt(
    organ: Organ, channel: str, applicant_kind: str, subject: str, received_on: date, today: date
) -> None:
    """Raise ValidationError unless such a request can have been received by this body."""
    complaints: dict[str, str] = {}
    if channel not in Channel.values:
        complaints["channel"] = f"没有“{channel}”这种申请渠道，请从列表中选择。"
    if applicant_kind not in ApplicantKind.values:
        complaints["applicant_kind"] = f"没有“{applicant_kind}”这类申请人，请从列表中选择。"
    if not subject:
        complaints["subject"] = "请填写申请内容的概括。"
    elif len(subject) > 500:
        complaints["subject"] = f"申请内容有{len(subject)}个字，最多500个字，请概括。"
    if received_on > today:
        complaints["received_on"] = f"收到日期晚于今天（{today}），请核对。"
    if organ.kind == OrganKind.PUBLIC_UTILITY:
        complaints["organ"] = "公共企事业单位不适用依申请公开程序（条例第五十五条）。"
    elif not organ.is_active(received_on):
        complaints["organ"] = f"{organ.name}在{received_on}不存在，请核对机关或者日期。"
    if complaints:
        raise ValidationError(complaints)


def check_outcome(event: Event, subtype: str) -> None:
    """Raise ValidationError unless a decision names an outcome that ends a case."""
    if not isinstance(event, Decided):
        if subtype:
            raise ValidationError({"subtype": "只有作出答复才有结果细目，请去掉细目。"})
        return
    outcome = OUTCOMES.get(event.outcome)
    if outcome is None or not outcome.is_decision:
        raise ValidationError(
            {"outcome": f"没有代码为“{event.outcome}”的处理结果，请从列表中选择。"}
        )
    if subtype:
        try:
            outcome.subtype(subtype)
        except UnknownOutcome as error:
            raise ValidationError({"subtype": str(error)}) from error


def stored(event: Event, notes: dict[str, Any]) -> dict[str, Any]:
    """The columns of `FoiEvent` that say what happened."""
    data = event_to_json(event)
    return {"type": data.pop("type"), "on": event.on, "data": _without(data, "on") | notes}


def _without(data: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


def by(actor: Actor) -> dict[str, Any]:
    """The columns of `FoiEvent` that say who recorded it and when."""
    return {"recorded_at": timezone.now(), "recorded_by": actor.name[:150]}

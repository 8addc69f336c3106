"""Reviews and lawsuits about disclosure on request: opened, concluded, corrected, voided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongkai.foi.caseclock import read, to_event
from gongkai.foi.models import FoiRequest, RemedyCase, RemedyDuty, RemedyResult, RemedyStage
from gongkai.foi.services.requests import HANDLE, record_event
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import diff, record, shorten
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise
from gongkai.statute.clock import ClockState, Reopened
from gongkai.workdays.queries import current_calendar

FIELDS: Final = (
    "kind",
    "number",
    "authority",
    "filed_on",
    "result",
    "concluded_on",
    "request",
    "stage",
    "duty",
    "duty_until",
    "duty_done_on",
)


def open_remedy_case(
    actor: Actor,
    organ: Organ,
    *,
    kind: str,
    number: str,
    filed_on: date,
    authority: str = "",
    request: FoiRequest | None = None,
) -> RemedyCase:
    """A review or lawsuit against the body was accepted on `filed_on` (受理、立案)."""
    authorise(actor, HANDLE, organ)
    case = RemedyCase(
        organ=organ,
        kind=kind,
        number=number,
        authority=authority,
        filed_on=filed_on,
        request=request,
    )
    _check(case)
    with transaction.atomic():
        _save(case)
        _note(actor, case, "open", diff({}, _values(case)))
    return case


def conclude_remedy_case(
    actor: Actor,
    case: RemedyCase,
    *,
    result: str,
    concluded_on: date,
    duty: str = "",
    duty_until: date | None = None,
    arrived_on: date | None = None,
) -> RemedyCase:
    """The case ended on `concluded_on` with `result` (upheld, corrected, other).

    `duty` is what the decision obliges the body to do, `duty_until` the last day that it sets. A
    request of the case that had been answered is on the clock again from `arrived_on`, the day
    the decision reached the body (default: the day it was made): until `duty_until`, or, when it
    sets none, for the whole answer period [reading].
    """
    authorise(actor, HANDLE, case.organ)
    arrived_on = arrived_on or concluded_on
    _check_duty(concluded_on, duty, duty_until, arrived_on)
    with transaction.atomic():
        current = _locked(case)
        if current.concluded_on is not None:
            raise ValidationError(
                f"该案已于 {current.concluded_on} 审结（{current.get_result_display()}）。"
                "登记有误的，请用“更正”。"
            )
        concluded = _changed(
            actor,
            current,
            "conclude",
            {
                "result": result,
                "concluded_on": concluded_on,
                "duty": duty,
                "duty_until": duty_until,
            },
        )
        if duty and concluded.request is not None:
            _put_back_on_the_clock(actor, concluded.request, arrived_on, duty_until)
    return concluded


def advance_remedy_case(actor: Actor, case: RemedyCase, *, stage: str) -> RemedyCase:
    """The case goes on in the next instance and is pending again; it stays one case.

    Table four counts it once, with the result of the last instance [reading].
    """
    authorise(actor, HANDLE, case.organ)
    order = RemedyStage.values
    with transaction.atomic():
        current = _locked(case)
        if stage not in order or order.index(stage) <= order.index(current.stage):
            raise ValidationError(
                {"stage": f"案件现为“{current.get_stage_display()}”，请选择其后的程序。"}
            )
        if current.concluded_on is None:
            raise ValidationError("现阶段尚未审结，请先登记审结，再登记进入下一程序。")
        changes = {"stage": stage, "result": "", "concluded_on": None}
        if current.duty_done_on is None:
            changes |= {"duty": "", "duty_until": None}
        return _changed(actor, current, "advance", changes)


def fulfil_duty(actor: Actor, case: RemedyCase, *, on: date) -> RemedyCase:
    """What the decision ordered was done on `on`.

    Where the case concerns a request, its new answer must have been delivered by then.
    """
    authorise(actor, HANDLE, case.organ)
    with transaction.atomic():
        current = _locked(case)
        if not current.duty:
            raise ValidationError("该案没有登记需要履行的事项。")
        if current.duty_done_on is not None:
            raise ValidationError(f"已于 {current.duty_done_on} 登记履行完毕。")
        if on > timezone.localdate():
            raise ValidationError({"on": f"履行日期晚于今天（{timezone.localdate()}），请核对。"})
        if current.concluded_on is not None and on < current.concluded_on:
            raise ValidationError(
                {"on": f"履行日期早于审结日期（{current.concluded_on}），请核对。"}
            )
        if current.request is not None:
            events = list(current.request.events.order_by("seq"))
            reading = read(map(to_event, events), current_calendar(), on)
            if reading.state is not ClockState.DELIVERED:
                raise ValidationError(
                    {
                        "on": f"申请 {current.request.number} 在 {on} 的状态是"
                        f"“{reading.state.label}”：重新答复送达以后才算履行完毕，请核对日期。"
                    }
                )
        return _changed(actor, current, "fulfil", {"duty_done_on": on})


def correct_remedy_case(
    actor: Actor, case: RemedyCase, *, reason: str, **changes: Any
) -> RemedyCase:
    """The case reads as `changes` say; `reason` stands in the ledger."""
    unknown = sorted(set(changes) - set(FIELDS))
    if unknown:
        raise TypeError(f"RemedyCase has no such field to correct: {', '.join(unknown)}")
    reason = _stated(reason, "请写明更正原因，例如“审结日期登记有误”。")
    authorise(actor, HANDLE, case.organ)
    with transaction.atomic():
        return _changed(actor, _locked(case), "correct", changes, reason=reason)


def void_remedy_case(actor: Actor, case: RemedyCase, *, reason: str) -> RemedyCase:
    """A case entered by mistake counts no more; it stays, with the reason."""
    reason = _stated(reason, "请写明作废原因，例如“重复登记”。")
    authorise(actor, HANDLE, case.organ)
    with transaction.atomic():
        current = _locked(case)
        _must_count(current)
        current.voided_at, current.void_reason = timezone.now(), reason
        current.save(update_fields=["voided_at", "void_reason"])
        _note(actor, current, "void", {"reason": reason})
    return current


def check_dates(case: RemedyCase, today: date) -> None:
    """Raise ValidationError for days that cannot be."""
    if case.filed_on > today:
        raise ValidationError({"filed_on": f"受理（立案）日期晚于今天（{today}），请核对。"})
    if case.concluded_on is not None and case.concluded_on > today:
        raise ValidationError({"concluded_on": f"审结日期晚于今天（{today}），请核对。"})
    if case.request is not None and case.filed_on < case.request.received_on:
        raise ValidationError(
            {
                "filed_on": f"受理（立案）日期早于所涉申请的收到日期（{case.request.received_on}），请核对。"
            }
        )


def _check_duty(concluded_on: date, duty: str, until: date | None, arrived_on: date) -> None:
    complaints = {}
    if duty and duty not in RemedyDuty.values:
        complaints["duty"] = f"没有“{duty}”这种履行事项，请从列表中选择。"
    if until is not None and until < arrived_on:
        complaints["duty_until"] = f"履行期限早于收到文书的日期（{arrived_on}），请核对。"
    if arrived_on < concluded_on:
        complaints["arrived_on"] = f"收到文书的日期早于审结日期（{concluded_on}），请核对。"
    elif arrived_on > max(concluded_on, timezone.localdate()):
        complaints["arrived_on"] = "收到文书的日期晚于今天，请核对。"
    if complaints:
        raise ValidationError(complaints)


def _put_back_on_the_clock(
    actor: Actor, request: FoiRequest, arrived_on: date, until: date | None
) -> None:
    """An answered request is reopened; one that is still open keeps its own, running clock."""
    events = list(request.events.order_by("seq"))
    reading = read(map(to_event, events), current_calendar(), timezone.localdate())
    answered = reading.state.is_final or reading.state is ClockState.DECIDED
    if answered and reading.state is not ClockState.WITHDRAWN:
        record_event(actor, request, Reopened(arrived_on, until=until), seen=len(events))


def _changed(
    actor: Actor, current: RemedyCase, verb: str, changes: Mapping[str, Any], reason: str = ""
) -> RemedyCase:
    _must_count(current)
    before = _values(current)
    for name, value in changes.items():
        setattr(current, name, value)
    differences: dict[str, Any] = diff(before, _values(current))
    if not differences:
        return current
    _check(current)
    _save(current)
    _note(actor, current, verb, differences | ({"reason": reason} if reason else {}))
    return current


def _check(case: RemedyCase) -> None:
    case.number = " ".join(case.number.split())
    if case.request is not None and case.request.organ_id != case.organ_id:
        raise ValidationError({"request": "所涉申请属于其他机关，请核对申请编号。"})
    check_dates(case, timezone.localdate())
    if case.duty and case.result != RemedyResult.CORRECTED:
        raise ValidationError(
            {"duty": "只有结果纠正的案件才有需要履行的事项：请核对结果，或者选择“没有”。"}
        )
    if case.duty_until is not None and not case.duty:
        raise ValidationError({"duty_until": "填写了履行期限，请同时选择需要履行的事项。"})
    case.full_clean()


def _must_count(case: RemedyCase) -> None:
    if case.is_void:
        raise ValidationError("该案的登记已经作废，不能再修改。")


def _locked(case: RemedyCase) -> RemedyCase:
    return (
        RemedyCase.objects.select_for_update(of=("self",))
        .select_related("organ", "request")
        .get(pk=case.pk)
    )


def _save(case: RemedyCase) -> None:
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        raise ValidationError({"number": "这个案号刚刚已由他人登记，请核对后再保存。"}) from error


def _stated(reason: str, message: str) -> str:
    stated = reason.strip()
    if not stated:
        raise ValidationError({"reason": message})
    if len(stated) > 200:
        raise ValidationError({"reason": f"原因有{len(stated)}个字，最多200个字，请缩短。"})
    return stated


def _values(case: RemedyCase) -> dict[str, Any]:
    return {name: shorten(getattr(case, name)) for name in FIELDS}


def _note(actor: Actor, case: RemedyCase, verb: str, facts: Mapping[str, Any]) -> None:
    record(actor, f"foi.remedy.{verb}", chain=case.organ.code, obj=case, changes=facts)

"""Reviews and lawsuits about disclosure on request: opened, concluded, corrected, voided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongkai.foi.models import FoiRequest, RemedyCase
from gongkai.foi.services.requests import HANDLE
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import diff, record, shorten
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise

FIELDS: Final = (
    "kind",
    "number",
    "authority",
    "filed_on",
    "result",
    "concluded_on",
    "request",
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
    actor: Actor, case: RemedyCase, *, result: str, concluded_on: date
) -> RemedyCase:
    """The case ended on `concluded_on` with `result` (upheld, corrected, other)."""
    authorise(actor, HANDLE, case.organ)
    with transaction.atomic():
        current = _locked(case)
        if current.concluded_on is not None:
            raise ValidationError(
                f"该案已于 {current.concluded_on} 审结（{current.get_result_display()}）。"
                "登记有误的，请用“更正”。"
            )
        return _changed(
            actor, current, "conclude", {"result": result, "concluded_on": concluded_on}
        )


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

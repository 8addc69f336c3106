"""Entering, correcting, ending and voiding single records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.services import diff, record, shorten
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise
from gongkai.registers.guard import personal_data_in
from gongkai.registers.models import (
    ActItem,
    Decision,
    FeeIncome,
    NormativeDocument,
    ProcurementProject,
    RegisterRecord,
)
from gongkai.registers.registry import Register, register_of

Record = TypeVar("Record", bound=RegisterRecord)

EDIT: Final = "registers.edit"
CHANGED_MESSAGE: Final = (
    "这条记录在您打开之后已被他人修改，您的修改没有保存。请另开一页查看最新内容，再决定是否改写。"
)


# -- items -----------------------------------------------------------------------------------


def create_item(
    actor: Actor,
    organ: Organ,
    *,
    kind: str,
    code: str,
    name: str,
    valid_from: date,
    valid_until: date | None = None,
    basis: str = "",
) -> ActItem:
    """A new item of the body stands in the register."""
    return _add(
        actor,
        ActItem(
            organ=organ,
            kind=kind,
            code=code,
            name=name,
            basis=basis,
            valid_from=valid_from,
            valid_until=valid_until,
        ),
    )


def update_item(
    actor: Actor, item: ActItem, *, seen: datetime | None = None, **changes: Any
) -> ActItem:
    """The item reads as `changes` say. Its kind stays while decisions or fees refer to it."""
    return _change(actor, item, "update", changes, seen=seen)


def end_item(
    actor: Actor, item: ActItem, *, valid_until: date, seen: datetime | None = None
) -> ActItem:
    """The item is valid for the last time on `valid_until` (取消、划转、停征)."""
    return _change(actor, item, "end", {"valid_until": valid_until}, seen=seen)


# -- decisions -------------------------------------------------------------------------------


def record_decision(
    actor: Actor,
    organ: Organ,
    *,
    kind: str,
    document_number: str,
    decided_on: date,
    title: str = "",
    item: ActItem | None = None,
) -> Decision:
    """A decision taken on `decided_on` stands in the register and counts in that year."""
    return _add(
        actor,
        Decision(
            organ=organ,
            kind=kind,
            document_number=document_number,
            title=title,
            decided_on=decided_on,
            item=item,
        ),
    )


def correct_decision(
    actor: Actor,
    decision: Decision,
    *,
    reason: str,
    seen: datetime | None = None,
    **changes: Any,
) -> Decision:
    """The decision reads as `changes` say; `reason` stands in the ledger."""
    return _change(actor, decision, "correct", changes, seen=seen, reason=reason)


# -- regulations and normative documents ---------------------------------------------------


def record_document(
    actor: Actor,
    organ: Organ,
    *,
    kind: str,
    document_number: str,
    title: str,
    issued_on: date,
    published_on: date | None = None,
    repealed_on: date | None = None,
    expires_on: date | None = None,
) -> NormativeDocument:
    """A document issued by the body stands in the register."""
    return _add(
        actor,
        NormativeDocument(
            organ=organ,
            kind=kind,
            document_number=document_number,
            title=title,
            issued_on=issued_on,
            published_on=published_on,
            repealed_on=repealed_on,
            expires_on=expires_on,
        ),
    )


def update_document(
    actor: Actor, document: NormativeDocument, *, seen: datetime | None = None, **changes: Any
) -> NormativeDocument:
    """The document reads as `changes` say."""
    return _change(actor, document, "update", changes, seen=seen)


def repeal_document(
    actor: Actor,
    document: NormativeDocument,
    *,
    repealed_on: date,
    seen: datetime | None = None,
) -> NormativeDocument:
    """From `repealed_on` on the document is no longer in force."""
    return _change(actor, document, "repeal", {"repealed_on": repealed_on}, seen=seen)


# -- fees and procurement --------------------------------------------------------------------


def record_fee(
    actor: Actor,
    organ: Organ,
    *,
    receipt_number: str,
    collected_on: date,
    amount: Decimal,
    item: ActItem | None = None,
) -> FeeIncome:
    """A fee of `amount` 元 collected on `collected_on` stands in the register."""
    return _add(
        actor,
        FeeIncome(
            organ=organ,
            receipt_number=receipt_number,
            collected_on=collected_on,
            amount=amount,
            item=item,
        ),
    )


def correct_fee(
    actor: Actor, fee: FeeIncome, *, reason: str, seen: datetime | None = None, **changes: Any
) -> FeeIncome:
    """The fee reads as `changes` say; `reason` stands in the ledger."""
    return _change(actor, fee, "correct", changes, seen=seen, reason=reason)


def record_project(
    actor: Actor,
    organ: Organ,
    *,
    project_number: str,
    title: str,
    contracted_on: date,
    amount: Decimal,
) -> ProcurementProject:
    """A procurement project with a contract over `amount` 元 stands in the register."""
    return _add(
        actor,
        ProcurementProject(
            organ=organ,
            project_number=project_number,
            title=title,
            contracted_on=contracted_on,
            amount=amount,
        ),
    )


def correct_project(
    actor: Actor,
    project: ProcurementProject,
    *,
    reason: str,
    seen: datetime | None = None,
    **changes: Any,
) -> ProcurementProject:
    """The project reads as `changes` say; `reason` stands in the ledger."""
    return _change(actor, project, "correct", changes, seen=seen, reason=reason)


# -- taking back -----------------------------------------------------------------------------


def void_record(actor: Actor, entry: Record, *, reason: str) -> Record:
    """The record counts no more, in any year; it stays, with who took it back and why."""
    reason = _stated(reason, "请写明作废原因，例如“重复登记”。")
    authorise(actor, EDIT, entry.organ)
    with transaction.atomic():
        current = _locked(entry)
        if current.is_void:
            raise ValidationError("这条记录已经作废，无需再次作废。")
        current.voided_at = timezone.now()
        current.void_reason = reason
        current.save(update_fields=["voided_at", "void_reason", "updated_at"])
        _note(actor, current, "void", {"reason": reason})
    return current


def restore_record(actor: Actor, entry: Record, *, reason: str) -> Record:
    """A record that was voided by mistake counts again."""
    reason = _stated(reason, "请写明恢复原因，例如“误作废”。")
    authorise(actor, EDIT, entry.organ)
    with transaction.atomic():
        current = _locked(entry)
        if not current.is_void:
            raise ValidationError("这条记录没有作废，无需恢复。")
        voided_for = current.void_reason
        current.voided_at, current.void_reason = None, ""
        current.save(update_fields=["voided_at", "void_reason", "updated_at"])
        _note(actor, current, "restore", {"reason": reason, "void_reason": [voided_for, ""]})
    return current


# -- how it is done --------------------------------------------------------------------------


def _add(actor: Actor, entry: Record) -> Record:
    authorise(actor, EDIT, entry.organ)
    register = register_of(entry)
    _check(register, entry)
    with transaction.atomic():
        _save(register, entry)
        _note(actor, entry, "create", diff({}, _values(register, entry)))
    return entry


def _change(
    actor: Actor,
    entry: Record,
    verb: str,
    changes: Mapping[str, Any],
    *,
    seen: datetime | None,
    reason: str | None = None,
) -> Record:
    register = register_of(entry)
    unknown = sorted(set(changes) - set(register.fields))
    if unknown:
        raise TypeError(f"{register.label} has no field {', '.join(unknown)}")
    if reason is not None:
        reason = _stated(reason, "请写明更正原因，例如“登记时日期有误”。")
    authorise(actor, EDIT, entry.organ)
    with transaction.atomic():
        current = _locked(entry)
        if seen is not None and current.updated_at != seen:
            raise ValidationError(CHANGED_MESSAGE, code="changed")
        if current.is_void:
            raise ValidationError("这条记录已经作废，不能修改。如系误作废，请先恢复。")
        before = _values(register, current)
        for name, value in changes.items():
            setattr(current, name, value)
        differences = diff(before, _values(register, current))
        if not differences:
            return current
        _check(register, current)
        _check_references(current, differences)
        _save(register, current)
        facts: dict[str, Any] = dict(differences)
        if reason is not None:
            facts["reason"] = reason
        _note(actor, current, verb, facts)
    return current


def _locked(entry: Record) -> Record:
    """The record as it is now, locked until the end of the transaction (PostgreSQL; on SQLite
    the transaction itself holds the lock)."""
    found: Record = (
        type(entry)
        ._default_manager.select_for_update(of=("self",))
        .select_related("organ")
        .get(pk=entry.pk)
    )
    return found


def _check(register: Register, entry: RegisterRecord) -> None:
    """Everything that must hold of one record, each complaint at its field."""
    complaints: dict[str, list[str]] = {}
    for name in (register.number, *register.texts):
        value = str(getattr(entry, name)).strip()
        setattr(entry, name, value)
        complaint = personal_data_in(value, is_number=name == register.number)
        if complaint:
            complaints.setdefault(name, []).append(f"{register.label_of(name)}{complaint}")
    today = timezone.localdate()
    for name in register.happened:
        value = getattr(entry, name)
        if isinstance(value, date) and value > today:
            complaints.setdefault(name, []).append(
                f"{register.label_of(name)}不能晚于今天（{today}），请核对。"
            )
    if register.has_item and getattr(entry, "item", None) is not None:
        complaint = _wrong_item(entry)
        if complaint:
            complaints.setdefault("item", []).append(complaint)
    if complaints:
        raise ValidationError(complaints)
    entry.full_clean()


def _wrong_item(entry: RegisterRecord) -> str:
    item: ActItem = getattr(entry, "item")  # noqa: B009 (only two of the five models have it)
    kind = getattr(entry, "kind", "fee")
    if item.organ_id != entry.organ_id:
        return "所选事项属于其他机关，请选择本机关的事项。"
    if item.kind != kind:
        return f"所选事项是“{item.get_kind_display()}”类，与本记录的类别不同，请重新选择。"
    return ""


def _check_references(entry: RegisterRecord, differences: Mapping[str, Any]) -> None:
    if not isinstance(entry, ActItem) or "kind" not in differences:
        return
    if entry.decisions.exists() or entry.incomes.exists():
        raise ValidationError(
            {"kind": "已有决定或收费登记在这个事项下，不能改变类别。请终止本事项，另建新事项。"}
        )


def _save(register: Register, entry: RegisterRecord) -> None:
    """Save; somebody else's record with the same number, entered this instant, is named."""
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as error:
        label = register.label_of(register.number)
        raise ValidationError(
            {register.number: f"这个{label}刚刚已由他人登记，请核对后再保存。"}
        ) from error


def _stated(reason: str, message: str) -> str:
    """The reason as it is kept; ValidationError when there is none, too long or personal."""
    stated = reason.strip()
    if not stated:
        raise ValidationError({"reason": message})
    if len(stated) > 200:
        raise ValidationError({"reason": f"原因有{len(stated)}个字，最多200个字，请缩短。"})
    complaint = personal_data_in(stated)
    if complaint:
        raise ValidationError({"reason": f"原因{complaint}"})
    return stated


def _values(register: Register, entry: RegisterRecord) -> dict[str, Any]:
    """What can be changed, as the ledger keeps it."""
    return {name: shorten(getattr(entry, name)) for name in register.fields}


def _note(actor: Actor, entry: RegisterRecord, verb: str, facts: Mapping[str, Any]) -> None:
    name = register_of(entry).name
    record(actor, f"registers.{name}.{verb}", chain=entry.organ.code, obj=entry, changes=facts)

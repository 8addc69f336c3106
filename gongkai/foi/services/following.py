"""What an applicant sees of the own request and does about it, with number and query code.

The code is compared in constant time, and an unknown number is answered like a wrong code, as fast
and with the same words. Wrong tries lock out, by number and by address (`tries`); a cache that
forgets them at worst lets somebody try a few times more at one of 2⁵⁹ codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.caseclock import latest_result
from gongkai.foi.models import (
    CaseFile,
    CaseNote,
    Complaint,
    Delivery,
    FoiEvent,
    FoiRequest,
    Intake,
    Letterhead,
    Notice,
)
from gongkai.foi.notice_queries import NEED_NO_DELIVERY
from gongkai.foi.persons import SUPPLY_FORMS, SUPPLY_WAYS, Wish, opened, seal_person
from gongkai.foi.queries import reading_of
from gongkai.foi.services import tries
from gongkai.foi.services.deliveries import note_received
from gongkai.foi.services.drafts import check_public_file
from gongkai.foi.services.files import add_file, is_given, name_of, read_file, store, whole
from gongkai.foi.services.intake import (
    Incoming,
    code_fits,
    confirm_by,
    lock,
    refuse_settled,
    withdraw_intake,
)
from gongkai.foi.services.messages import queue
from gongkai.foi.services.notices import read_notice
from gongkai.foi.services.requests import append_event
from gongkai.foi.services.supply import note_ask
from gongkai.foi.services.templates import letterhead_on
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise_public
from gongkai.statute.clock import (
    ClockReading,
    ClockState,
    CorrectionReceived,
    Event,
    IllegalSequence,
    Withdrawn,
)
from gongkai.statute.outcomes import OUTCOMES
from gongkai.statute.remedies import RemedyReading, remedy_for
from gongkai.vault.sealing import open_json, seal_json
from gongkai.workdays.queries import current_calendar

FOLLOW: Final = "foi.follow"
TRIES_PER_NUMBER: Final = 5
TRIES_PER_ADDRESS: Final = 20
MAX_TEXT: Final = 5000
MAX_COMPLAINT: Final = 2000
_MOST_HOPS: Final = 20

State = Intake.State


class WrongCode(Exception):
    """Number and code do not belong together, or there is no such number: nobody is told which."""


class LockedOut(Exception):
    """Too many wrong tries for this number or from this address; `tries.LOCKED_SECONDS` to wait."""


# -- coming in ---------------------------------------------------------------------------------


def follow(number: str, code: str, address: str) -> Intake:
    """The intake of that number, whose code this is. Raises `WrongCode`, `LockedOut`.

    `address` is the network address that asks; it is kept as a keyed hash, for a quarter of an hour.
    """
    authorise_public(Actor.applicant(), FOLLOW)
    number = tidy_number(number)
    # What cannot be a number is nobody's: a counter of it would lock out everybody who mistypes.
    counters = [(tries.counter("number", number), TRIES_PER_NUMBER)] if number else []
    if address:
        counters.append((tries.counter("address", address), TRIES_PER_ADDRESS))
    # Counted before the answer is known, so that tries side by side cannot slip through.
    exceeded = [most for name, most in counters if tries.count(name) > most]
    if exceeded:
        raise LockedOut
    intake = Intake.objects.filter(number=number).first()
    if not code_fits(intake, code) or intake is None:
        raise WrongCode
    tries.forget(counters[0][0])  # of the number: there is no intake without one
    for name, _most in counters[1:]:
        tries.uncount(name)
    return intake


def tidy_number(number: str) -> str:
    """The number as it was made, however it was typed; "" for what cannot be one."""
    kept = "".join(c for c in number.upper() if c.isascii() and c.isalnum())
    return f"{kept[:8]}-{kept[8:]}" if 8 < len(kept) <= 19 else ""


def intake_of(number: str) -> Intake | None:
    """The intake of a number whose code was asked for before."""
    return Intake.objects.filter(number=number).first()


def latest(intake: Intake) -> Intake:
    """Where the papers are now: the intake itself, or the one it was passed on as."""
    current = _whole_intake(intake.pk)
    for _hop in range(_MOST_HOPS):
        if current.forwarded_to_id is None:
            break
        current = _whole_intake(current.forwarded_to_id)
    return current


# -- what the applicant sees -------------------------------------------------------------------


@dataclass(frozen=True)
class SeenNotice:
    """A notice that went out to the applicant. `awaits_receipt`: he may say that he has it."""

    notice: Notice
    sent_on: date | None
    received_on: date | None
    awaits_receipt: bool


@dataclass(frozen=True)
class SeenFile:
    """A file with its name opened."""

    file: CaseFile
    name: str


@dataclass(frozen=True)
class SeenComplaint:
    """What the applicant complained about, and the answer."""

    on: date
    text: str
    answer: str


@dataclass(frozen=True)
class Followed:
    """A request as its applicant sees it today.

    `asked` is the intake whose number was typed, `intake` where the papers are now. `reading` is
    None before there is a request, and when its events await a person (a calendar that changed).
    `may` holds what can be done today: "correction", "slip", "withdraw", "supply", "complain".
    """

    asked: Intake
    intake: Intake
    organ: Organ
    request: FoiRequest | None
    reading: ClockReading | None
    events: tuple[FoiEvent, ...]
    confirm_by: date | None
    wish: Wish
    notices: tuple[SeenNotice, ...]
    released: tuple[SeenFile, ...]
    handed_in: tuple[SeenFile, ...]
    complaints: tuple[SeenComplaint, ...]
    letterhead: Letterhead | None
    outcome: str
    outcome_subtype: str
    remedy: RemedyReading | None
    may: frozenset[str]

    @property
    def amount(self) -> int | None:
        """The fee that is asked for and not paid yet, in yuan."""
        if self.reading is None or self.reading.state is not ClockState.AWAITING_PAYMENT:
            return None
        fee = self.reading.case.fee
        return fee.amount - self.reading.case.fee_received if fee else None


def look(intake: Intake) -> Followed:
    """Everything of the request that is the applicant's, a constant number of statements."""
    authorise_public(Actor.applicant(), FOLLOW)
    today, calendar = timezone.localdate(), current_calendar()
    now = latest(intake)
    request = now.request
    organ = request.organ if request is not None else now.organ
    events: tuple[FoiEvent, ...] = ()
    reading: ClockReading | None = None
    if request is not None:
        events = tuple(request.events.order_by("seq"))
        found = reading_of(events, calendar, today)
        reading = found if isinstance(found, ClockReading) else None
    notices = _notices(request)
    head = letterhead_on(organ, today)
    outcome, subtype = latest_result(events, reading) if reading is not None else ("", "")
    _, wish = opened(now.applicant)
    files = list(now.files.order_by("added_at", "pk"))
    if request is not None:
        known = {file.pk for file in files}
        files += [one for one in request.files.order_by("added_at", "pk") if one.pk not in known]
    return Followed(
        asked=intake,
        intake=now,
        organ=organ,
        request=request,
        reading=reading,
        events=events,
        confirm_by=confirm_by(now, calendar) if now.state == State.WAITING else None,
        wish=wish,
        notices=notices,
        released=_named(one for one in files if is_given(one, events)),
        handed_in=_named(one for one in files if one.kind in _HANDED_IN and not one.released),
        complaints=_complaints(request),
        letterhead=head,
        outcome=outcome,
        outcome_subtype=subtype,
        remedy=_remedy(outcome, reading, notices, organ, calendar),
        may=_may(now, request, reading),
    )


_HANDED_IN: Final = frozenset(
    {
        CaseFile.Kind.IDENTITY,
        CaseFile.Kind.APPLICATION,
        CaseFile.Kind.CORRECTION,
        CaseFile.Kind.SLIP,
    }
)
_CAN_CONFIRM: Final = frozenset({Delivery.Way.POST, Delivery.Way.ELECTRONIC})
"""Ways whose receipt is known to the recipient alone; what is handed over is signed for."""
_DECISIONS: Final = frozenset({f"N{number}" for number in range(10, 19)} | {"N21", "N22", "N00"})
"""Notices that say how a request ended; an applicant's periods run from their receipt."""


def _may(
    intake: Intake, request: FoiRequest | None, reading: ClockReading | None
) -> frozenset[str]:
    if request is None:
        waiting = intake.state == State.WAITING
        return frozenset({"withdraw", "supply"}) if waiting else frozenset()
    found = {"complain"}
    if reading is not None:
        allowed = {step.type for step in reading.next_events if step.allowed}
        if CorrectionReceived.type in allowed and reading.state is ClockState.AWAITING_CORRECTION:
            found.add("correction")
        if Withdrawn.type in allowed:
            found.add("withdraw")
        if reading.state is ClockState.AWAITING_PAYMENT:
            found.add("slip")
        if not reading.state.is_final or reading.state is ClockState.DELIVERED:
            found.add("supply")
    return frozenset(found)


def _notices(request: FoiRequest | None) -> tuple[SeenNotice, ...]:
    """What was sent to the applicant and did not come back, oldest first. Two statements."""
    if request is None:
        return ()
    rows = (
        request.notices.filter(
            addressee=Notice.Addressee.APPLICANT,
            state__in=[Notice.State.ISSUED, Notice.State.REPLACED],
        )
        .defer("fields_sealed", "docx_sealed", "pdf_sealed")
        .prefetch_related("deliveries")
        .order_by("issued_on", "pk")
    )
    seen = []
    for notice in rows:
        sent = [one for one in notice.deliveries.all() if one.failed_on is None]
        if not sent and notice.kind not in NEED_NO_DELIVERY:
            continue
        received = next((one.received_on for one in sent if one.received_on), None)
        waits = received is None and any(one.way in _CAN_CONFIRM for one in sent)
        seen.append(
            SeenNotice(notice, sent[0].sent_on if sent else notice.issued_on, received, waits)
        )
    return tuple(seen)


def _named(files: Any) -> tuple[SeenFile, ...]:
    return tuple(SeenFile(one, name_of(one)) for one in files if one.erased_at is None)


def _complaints(request: FoiRequest | None) -> tuple[SeenComplaint, ...]:
    if request is None:
        return ()
    return tuple(
        SeenComplaint(
            timezone.localdate(one.at),
            str(open_json(one.belongs_to, one.sealed).get("text", "")),
            one.answer,
        )
        for one in request.complaints.order_by("at", "pk")
    )


def _remedy(
    outcome: str,
    reading: ClockReading | None,
    notices: Sequence[SeenNotice],
    organ: Organ,
    calendar: Any,
) -> RemedyReading | None:
    """What can be done against the result, with its last days once its receipt is known."""
    known = OUTCOMES.get(outcome)
    if known is None or not known.is_decision or reading is None:
        return None
    decision = reading.case.decision
    decided_on = decision.on if decision is not None else reading.case.ended_on
    if decided_on is None or reading.state is ClockState.WITHDRAWN:
        return None
    told = [one for one in notices if one.notice.kind in _DECISIONS]
    received_on = told[-1].received_on if told else None
    head = letterhead_on(organ, decided_on) or letterhead_on(organ, timezone.localdate())
    if head is None:
        return remedy_for(outcome, decided_on, received_on=received_on, calendar=calendar)
    return remedy_for(
        outcome,
        decided_on,
        received_on=received_on,
        calendar=calendar,
        query_remedy="A" if head.query_remedy == "A" else "B",
        review_body=head.review_body,
        court=head.court,
        online_review=head.online_review,
    )


# -- what the applicant does -------------------------------------------------------------------


def answer_correction(
    actor: Actor,
    intake: Intake,
    *,
    text: str,
    files: Sequence[Incoming] = (),
    seen: int | None = None,
) -> FoiRequest:
    """The applicant supplies what the correction notice asked for (Article 30).

    Counts as received on the day it is sent [reading]: nobody has to confirm it, because the
    platform shows to both sides what came and when. `seen`: events that the page showed.
    """
    authorise_public(actor, FOLLOW)
    text = _checked_text(text, MAX_TEXT, "text", needed=not files)
    with whole():
        locked, request = _locked_case(intake)
        _hand_in(actor, request, files, CaseFile.Kind.CORRECTION)
        if text:
            store(
                actor,
                kind=CaseFile.Kind.CORRECTION,
                content=text.encode(),
                name="补正说明.txt",
                request=request,
                intake=None,
            )
        event = CorrectionReceived(on=timezone.localdate())
        request = _happen(actor, request, event, seen)
        record(
            actor,
            "foi.follow.correction",
            chain=request.organ.code,
            obj=locked,
            changes={"files": len(files), "text": bool(text)},
        )
    return request


def withdraw(actor: Actor, intake: Intake, *, seen: int | None = None) -> None:
    """The applicant takes the request back, before or after it is one."""
    authorise_public(actor, FOLLOW)
    now = latest(intake)
    if now.request is None:
        with transaction.atomic():
            withdraw_intake(actor, now)
            queue(now, "withdrawn")
        return
    with transaction.atomic():
        locked, request = _locked_case(intake)
        _happen(actor, request, Withdrawn(on=timezone.localdate()), seen)
        queue(locked, "withdrawn")


def hand_in_slip(actor: Actor, intake: Intake, files: Sequence[Incoming]) -> None:
    """The bank's slip lies with the case; the officer records the payment after checking it."""
    authorise_public(actor, FOLLOW)
    if not files:
        raise ValidationError({"files": "请选择缴费凭证的照片或者扫描件。"})
    with whole():
        locked, request = _locked_case(intake)
        reading = _reading(request)
        if reading is None or reading.state is not ClockState.AWAITING_PAYMENT:
            raise ValidationError("这件申请现在没有待缴的费用，不用提交缴费凭证。")
        _hand_in(actor, request, files, CaseFile.Kind.SLIP)
        _note(actor, request, "申请人在网上提交了缴费凭证，请核对到账后登记缴费。")
        record(
            actor,
            "foi.follow.slip",
            chain=request.organ.code,
            obj=locked,
            changes={"files": len(files)},
        )


def ask_supply(actor: Actor, intake: Intake, *, supply_form: str, supply_way: str) -> None:
    """The applicant wants the information in another form (Article 40)."""
    authorise_public(actor, FOLLOW)
    wrong = {}
    if supply_form not in SUPPLY_FORMS:
        wrong["supply_form"] = "请从列表中选择提供形式。"
    if supply_way not in SUPPLY_WAYS:
        wrong["supply_way"] = "请从列表中选择获取方式。"
    if wrong:
        raise ValidationError(wrong)
    with transaction.atomic():
        locked = lock(latest(intake))
        request = locked.request
        if request is None:
            refuse_settled(locked)
        elif "supply" not in _may(locked, request, _reading(request)):
            raise ValidationError("这件申请已经结束，不能再改变提供形式。")
        applicant = locked.applicant
        if applicant.erased_at is not None:
            raise ValidationError("申请人信息已按保存期限清除，不能更改。")
        person, wish = opened(applicant)
        if (wish.supply_form, wish.supply_way) == (supply_form, supply_way):
            return
        seal_person(
            applicant, person, replace(wish, supply_form=supply_form, supply_way=supply_way)
        )
        applicant.save(update_fields=["sealed"])
        organ = request.organ if request is not None else locked.organ
        if request is not None:
            _note(
                actor,
                request,
                f"申请人请求改以“{SUPPLY_FORMS[supply_form]}”形式、"
                f"以“{SUPPLY_WAYS[supply_way]}”方式提供（条例第四十条）。",
            )
            note_ask(request, supply_form=supply_form, supply_way=supply_way)
        record(
            actor,
            "foi.follow.supply",
            chain=organ.code,
            obj=locked,
            changes={"supply_form": supply_form, "supply_way": supply_way},
        )


def complain(actor: Actor, intake: Intake, *, text: str) -> Complaint:
    """The applicant complains about how the request is handled (Articles 47, 51)."""
    authorise_public(actor, FOLLOW)
    text = _checked_text(text, MAX_COMPLAINT, "text", needed=True)
    with transaction.atomic():
        locked, request = _locked_case(intake)
        if request.complaints.filter(answered_at=None).count() >= 5:
            raise ValidationError(
                "您已有5件投诉正在处理，请等候答复；情况紧急的，请直接联系政务公开主管部门。"
            )
        complaint = Complaint(request=request, at=timezone.now())
        complaint.sealed = seal_json(complaint.belongs_to, {"text": text})
        complaint.save()
        record(actor, "foi.follow.complaint", chain=request.organ.code, obj=locked)
    return complaint


def confirm_receipt(actor: Actor, intake: Intake, notice: int) -> None:
    """The applicant says that a notice has come: his own periods run from today.

    The time to pay as well, where it is a fee notice.
    """
    authorise_public(actor, FOLLOW)
    today = timezone.localdate()
    with transaction.atomic():
        locked, request = _locked_case(intake)
        seen = _own_notice(request, notice)
        if not seen.awaits_receipt:
            return
        delivery = (
            Delivery.objects.select_for_update()
            .filter(notice=seen.notice, failed_on=None, received_on=None, way__in=_CAN_CONFIRM)
            .order_by("-pk")
            .first()
        )
        if delivery is None:
            return
        delivery.received_on = max(today, delivery.sent_on)
        delivery.save(update_fields=["received_on"])
        note_received(actor, delivery, request)
        record(
            actor,
            "foi.follow.receipt",
            chain=request.organ.code,
            obj=locked,
            changes={"notice": seen.notice.number or seen.notice.kind, "received_on": today},
        )


def take_notice(actor: Actor, intake: Intake, notice: int) -> tuple[str, bytes]:
    """File name and PDF of a notice that was sent to the applicant. Raises ValidationError."""
    request = latest(intake).request
    if request is None:
        raise ValidationError("没有这份文书。")
    return read_notice(actor, Notice.objects.get(pk=_own_notice(request, notice).notice.pk))


def take_file(actor: Actor, intake: Intake, file: int) -> tuple[str, bytes]:
    """Name and content of a released file, or of one handed in. Raises ValidationError."""
    shown = look(intake)
    for one in (*shown.released, *shown.handed_in):
        if one.file.pk == file:
            return read_file(actor, one.file)
    raise ValidationError("没有这份材料，或者还没有提供。")


# -- inside ------------------------------------------------------------------------------------


def _whole_intake(key: int) -> Intake:
    return Intake.objects.select_related("organ__successor", "request__organ", "applicant").get(
        pk=key
    )


def _locked_case(intake: Intake) -> tuple[Intake, FoiRequest]:
    locked = lock(latest(intake))
    if locked.request is None:
        raise ValidationError("机关还没有确认收到这件申请，请稍后再试。")
    return locked, locked.request


def _reading(request: FoiRequest) -> ClockReading | None:
    found = reading_of(
        list(request.events.order_by("seq")), current_calendar(), timezone.localdate()
    )
    return found if isinstance(found, ClockReading) else None


def _happen(actor: Actor, request: FoiRequest, event: Event, seen: int | None) -> FoiRequest:
    try:
        return append_event(actor, request, event, seen=seen)
    except IllegalSequence as error:
        raise ValidationError(str(error)) from error


def _hand_in(
    actor: Actor, request: FoiRequest, files: Sequence[Incoming], kind: CaseFile.Kind
) -> None:
    for file in files:
        check_public_file(kind, file.name, len(file.content))
        add_file(actor, kind=kind, content=file.content, name=file.name, request=request)


def _note(actor: Actor, request: FoiRequest, text: str) -> None:
    note = CaseNote(request=request, at=timezone.now(), by=actor.name[:150])
    note.sealed = seal_json(note.belongs_to, {"text": text})
    note.save()


def _own_notice(request: FoiRequest, key: int) -> SeenNotice:
    for one in _notices(request):
        if one.notice.pk == key:
            return one
    raise ValidationError("没有这份文书，或者还没有送达。")


def _checked_text(text: str, limit: int, name: str, *, needed: bool) -> str:
    text = "\n".join(line.rstrip() for line in text.replace("\x00", "").splitlines()).strip()
    if needed and not text:
        raise ValidationError({name: "请填写内容。"})
    if len(text) > limit:
        raise ValidationError({name: f"有{len(text)}个字，最多{limit}个字，请精简或者另附文件。"})
    return text

"""征求意见 (Articles 32 and 34): third parties, whose silence is no consent, and other bodies, whose
silence is."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.models import Consultation, FoiRequest
from gongkai.foi.notices.wording import day
from gongkai.foi.services.notices import draft_notice, issue_notice
from gongkai.foi.services.requests import HANDLE, is_under_way, record_event
from gongkai.foi.services.steps.common import not_in_future, stated
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.statute.clock import (
    OrganAnswered,
    OrganConsulted,
    ThirdPartyAnswered,
    ThirdPartyConsulted,
)
from gongkai.statute.clock.rules import ORGAN, THIRD_PARTY
from gongkai.statute.parameters import parameter
from gongkai.statute.workdays import WorkCalendar, WorkingDayResult, add_working_days
from gongkai.vault.sealing import open_json, seal_json
from gongkai.workdays.queries import current_calendar

Kind, Reply = Consultation.Kind, Consultation.Reply


def consult_third_party(
    actor: Actor,
    request: FoiRequest,
    *,
    name: str,
    address: str,
    information: str,
    ground: str,
    phone: str = "",
    on: date | None = None,
    seen: int | None = None,
) -> Consultation:
    """N05 goes to the third party and N06 tells the applicant; the clock stands still meanwhile.

    `information` is what concerns the third party, without a word about the applicant; `ground`
    why it is asked, as N06 says it.
    """
    complaints = {}
    if not name.strip():
        complaints["name"] = "请填写第三方的姓名或者名称。"
    if not address.strip() and not phone.strip():
        complaints["address"] = "请填写第三方的地址或者电话，征求意见书须能送达。"
    if not information.strip():
        complaints["information"] = "请写明征求意见的信息。"
    if complaints:
        raise ValidationError(complaints)
    person = {"name": name.strip(), "address": address.strip(), "phone": phone.strip()}
    return _consult(
        actor,
        request,
        Kind.THIRD_PARTY,
        person,
        organ_name="",
        information=information,
        ground=ground,
        on=on,
        seen=seen,
    )


def consult_organ(
    actor: Actor,
    request: FoiRequest,
    *,
    organ_name: str,
    information: str,
    ground: str,
    on: date | None = None,
    seen: int | None = None,
) -> Consultation:
    """N07 goes to the body that made the information as well, N06 tells the applicant."""
    name = stated(organ_name, "organ_name", "请填写征求意见的机关的名称。", limit=120)
    if not information.strip():
        raise ValidationError({"information": "请写明征求意见的信息。"})
    return _consult(
        actor,
        request,
        Kind.ORGAN,
        {},
        organ_name=name,
        information=information,
        ground=ground,
        on=on,
        seen=seen,
    )


def note_arrival(actor: Actor, consultation: Consultation, *, on: date) -> Consultation:
    """The letter reached its addressee: from that day the time to reply is counted.

    The clock of the case goes on reckoning from the day of sending, the earlier and safer one.
    """
    authorise(actor, HANDLE, consultation.request.organ)
    not_in_future(on)
    with transaction.atomic():
        current = _locked(consultation)
        if on < current.sent_on:
            raise ValidationError({"on": f"收到日期早于发出日期（{current.sent_on}），请核对。"})
        if current.reply:
            raise ValidationError("已有答复，不必再登记收到日期。")
        current.received_on = on
        current.save(update_fields=["received_on"])
        _note(actor, current, "arrived", {"on": on})
    return current


def record_reply(
    actor: Actor,
    consultation: Consultation,
    *,
    on: date,
    reply: str,
    text: str = "",
    seen: int | None = None,
) -> Consultation:
    """The reply came on that day; the clock goes on from the next one."""
    authorise(actor, HANDLE, consultation.request.organ)
    not_in_future(on)
    if reply not in (Reply.AGREED, Reply.OBJECTED):
        raise ValidationError({"reply": "请选择对方同意还是不同意公开。"})
    if reply == Reply.OBJECTED and not text.strip():
        raise ValidationError({"text": "不同意公开的，请记下对方的理由。"})
    with transaction.atomic():
        current = _locked(consultation)
        if current.replied_on is not None:
            raise ValidationError(f"已于 {current.replied_on} 登记过答复，补充意见可附卷。")
        third = current.kind == Kind.THIRD_PARTY
        event = (ThirdPartyAnswered if third else OrganAnswered)(on, current.ref)
        record_event(actor, current.request, event, seen=seen)
        # What was found of a silence is no finding on the reasons that are given after it.
        current.reply, current.replied_on = reply, on
        current.accepted, current.assessment = None, ""
        kept = open_json(current.belongs_to, current.sealed)
        current.sealed = seal_json(current.belongs_to, kept | {"answer": text.strip()})
        current.save(update_fields=["reply", "replied_on", "accepted", "assessment", "sealed"])
        _note(actor, current, "replied", {"on": on, "reply": reply})
    return current


def record_silence(actor: Actor, consultation: Consultation) -> Consultation:
    """The time to reply is over. A third party's silence is no consent: the body decides.

    Raises ValidationError before that day, and while nothing shows that the letter arrived.
    """
    authorise(actor, HANDLE, consultation.request.organ)
    with transaction.atomic():
        current = _locked(consultation)
        if current.reply:
            raise ValidationError(f"已登记为“{current.get_reply_display()}”。")
        if current.received_on is None:
            raise ValidationError(
                "还没有登记对方收到的日期，答复期限无从起算。请先登记送达凭证上的收到日期"
                f"（{_article(current)}）。"
            )
        last = reply_until(current)
        if timezone.localdate() <= last.date:
            raise ValidationError(
                f"对方的答复期限至 {last.date} 届满，此前不能登记为逾期未答复（{_article(current)}）。"
            )
        if last.provisional:
            raise ValidationError("答复期限依暂定的日历推算，请先导入节假日安排。")
        current.reply = Reply.SILENT
        current.save(update_fields=["reply"])
        _note(actor, current, "silent", {"until": last.date})
    return current


def assess_reply(
    actor: Actor, consultation: Consultation, *, accepted: bool, assessment: str
) -> Consultation:
    """What the body makes of a third party's objection or silence (Articles 15 and 32)."""
    authorise(actor, HANDLE, consultation.request.organ)
    assessment = stated(assessment, "assessment", "请写明认定的理由。")
    with transaction.atomic():
        current = _locked(consultation)
        # A finding that was never recorded may still be, for the file (Article 45).
        if current.accepted is not None and not is_under_way(current.request):
            raise ValidationError(f"{current.request.number} 已经办结，不能再改动认定。")
        if current.kind != Kind.THIRD_PARTY or current.reply not in (Reply.OBJECTED, Reply.SILENT):
            raise ValidationError("只有第三方不同意公开或者逾期未答复，才需要认定。")
        current.accepted, current.assessment = accepted, assessment
        current.save(update_fields=["accepted", "assessment"])
        _note(actor, current, "assessed", {"accepted": accepted})
    return current


def reply_until(
    consultation: Consultation, calendar: WorkCalendar | None = None
) -> WorkingDayResult:
    """The last day of the addressee's time to reply: from receipt, else from sending."""
    third = consultation.kind == Kind.THIRD_PARTY
    key = "foi.third_party_days" if third else "foi.organ_consult_days"
    days = int(parameter(key, consultation.request.received_on).value)
    start = consultation.received_on or consultation.sent_on
    return add_working_days(start, days, calendar or current_calendar())


def _consult(
    actor: Actor,
    request: FoiRequest,
    kind: str,
    person: dict[str, str],
    *,
    organ_name: str,
    information: str,
    ground: str,
    on: date | None,
    seen: int | None,
) -> Consultation:
    authorise(actor, HANDLE, request.organ)
    on = on or timezone.localdate()
    ground = stated(ground, "ground", "请写明为什么征求意见。", limit=300)
    third = kind == Kind.THIRD_PARTY
    with transaction.atomic():
        asking = ThirdPartyConsulted if third else OrganConsulted
        # Counted from the events: what was split off has those of the whole and none of its letters.
        number = request.events.filter(type=asking.type).count() + 1
        ref = f"{'第三方' if third else '机关'}{number}"
        event = asking(on, ref)
        record_event(actor, request, event, seen=seen)
        asked = Consultation(request=request, kind=kind, ref=ref, organ_name=organ_name, sent_on=on)
        asked.sealed = seal_json(asked.belongs_to, person)
        asked.save()
        _note(actor, asked, "sent", {"kind": kind, "on": on})
        current = FoiRequest.objects.select_related("organ").get(pk=request.pk)
        letter = draft_notice(
            actor,
            current,
            "N05" if third else "N07",
            extra={"information": information},
            consultation_ref=ref,
            addressee="third_party" if third else "organ",
        )
        issue_notice(actor, letter, on=on)
        told = draft_notice(
            actor, current, "N06", extra={"ground": ground, "consulted_on": day(on)}
        )
        issue_notice(actor, told, on=on)
    return asked


def _article(consultation: Consultation) -> str:
    return THIRD_PARTY if consultation.kind == Kind.THIRD_PARTY else ORGAN


def _locked(consultation: Consultation) -> Consultation:
    return (
        Consultation.objects.select_for_update(of=("self",))
        .select_related("request__organ")
        .get(pk=consultation.pk)
    )


def _note(actor: Actor, asked: Consultation, verb: str, facts: dict[str, object]) -> None:
    record(
        actor,
        f"foi.consultation.{verb}",
        chain=asked.request.organ.code,
        obj=asked.request,
        changes={"ref": asked.ref, **facts},
    )

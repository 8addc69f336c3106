"""What comes in (来件): recorded, confirmed with the sender, passed on, or set aside.

Article 31 decides when an intake becomes a request with a clock:

| channel | becomes a request | day of receipt |
|---|---|---|
| counter, signed mail | at once | day of submission; day the body signed for it |
| ordinary mail, e-mail, fax | when confirmed with the applicant | day of confirmation |
| online | when the clerk confirms (setting ONLINE_RECEIPT=confirm) or, with "submission", at once on a working day and else on the next one [reading] | that day |
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi import similarity
from gongkai.foi.caseclock import read
from gongkai.foi.models import Applicant, CaseFile, Channel, FoiRequest, Intake, IntakeContact
from gongkai.foi.persons import (
    LABELS,
    Person,
    Wish,
    check_person,
    check_wish,
    opened,
    refuse_personal,
    refuse_unstorable,
    seal_person,
    subject_of,
)
from gongkai.foi.services.files import add_file, content_of, name_of, store, whole
from gongkai.foi.services.messages import queue
from gongkai.foi.services.requests import HANDLE, admit
from gongkai.ledger.actor import Actor
from gongkai.ledger.chain import sm3
from gongkai.ledger.services import record
from gongkai.organs.models import Organ, OrganKind
from gongkai.organs.policy import authorise, authorise_public
from gongkai.statute.clock import Received
from gongkai.statute.workdays import WorkCalendar, add_working_days, roll_to_working_day
from gongkai.vault.keys import looked_up_once
from gongkai.workdays.queries import current_calendar

State = Intake.State

AT_ONCE: Final = frozenset({Channel.COUNTER, Channel.REGISTERED_MAIL})
"""Channels whose day of receipt needs no confirmation (Article 31 (1), (2))."""

SAME_DAY: Final = frozenset({Channel.ORDINARY_MAIL})
"""Article 31 (2): to be confirmed on the very day the letter comes."""

FIRST_DAY: Final = date(2008, 5, 1)
"""The day from which the regulation was in force (条例（2007）第三十八条 [from knowledge]):
nothing came before."""

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 O 1 I L: codes are read aloud and copied by hand."""
_CODE_LENGTH: Final = 12
_TAIL_LENGTH: Final = 8


class Filed(NamedTuple):
    """An intake and its query code, which is told once and kept only as a digest."""

    intake: Intake
    code: str


@dataclass(frozen=True)
class Incoming:
    """A file that came with it; `kind` is `CaseFile.Kind.IDENTITY` or `APPLICATION`."""

    kind: str
    name: str
    content: bytes


# -- what comes in -----------------------------------------------------------------------------


def file_request(
    actor: Actor,
    organ: Organ,
    *,
    person: Person,
    wish: Wish,
    files: Sequence[Incoming] = (),
    needs_help: bool = False,
) -> Filed:
    """Somebody filed a request on the public site. Raises ValidationError by field."""
    authorise_public(actor, "foi.file")
    refuse_unfit(organ)
    wrong = {**check_person(person), **check_wish(wish)}
    if wrong:
        raise ValidationError(wrong)
    now = timezone.now()
    today = timezone.localdate(now)
    with whole(), looked_up_once():
        filed = _take(
            actor, organ, Channel.ONLINE, now, today, person, wish, files, needs_help=needs_help
        )
        if settings.ONLINE_RECEIPT == "submission" and _is_working_day(today):
            _confirm(actor, filed.intake, today, subject_of(wish), person.kind)
        else:
            queue(filed.intake, "received")
    return filed


def record_intake(
    actor: Actor,
    organ: Organ,
    *,
    channel: str,
    arrived_on: date,
    person: Person,
    wish: Wish,
    files: Sequence[Incoming] = (),
    posting_number: str = "",
    oral: bool = False,
    confirmation: str = "",
    needs_help: bool = False,
    subject: str = "",
) -> Filed:
    """An officer entered what came by letter, fax, e-mail or over the counter.

    `arrived_on`: the day of submission at the counter, the day the body signed for a letter, else
    the day it came. `oral` (Article 29): the clerk wrote down what was said, and `confirmation`
    says how the applicant confirmed the text. `subject` is what lists show; without it one is
    made of the wish.
    """
    authorise(actor, HANDLE, organ)
    refuse_unfit(organ)
    now = timezone.now()
    today = timezone.localdate(now)
    posting_number = " ".join(posting_number.split())
    confirmation = " ".join(confirmation.split())
    refuse_unstorable(person, wish)
    wrong: dict[str, str] = {}
    if channel not in Channel.values:
        wrong["channel"] = "请选择收件渠道。"
    if arrived_on > today:
        wrong["arrived_on"] = f"日期晚于今天（{today}），请核对。"
    elif arrived_on < FIRST_DAY:
        wrong["arrived_on"] = f"日期早于条例施行之日（{FIRST_DAY}），请核对年份。"
    if channel == Channel.REGISTERED_MAIL and not posting_number:
        wrong["posting_number"] = "签收的邮件请填写邮件编号，以便证明签收日期（条例第三十一条）。"
    if len(posting_number) > 40:
        wrong["posting_number"] = "邮件编号最多40个字，请核对。"
    if oral and channel != Channel.COUNTER:
        wrong["oral"] = "口头申请由受理机关当面代为填写（条例第二十九条），渠道请选“当面提交”。"
    if oral and not confirmation:
        wrong["confirmation"] = (
            "代为填写的，请写明申请人如何确认内容，例如“已当面宣读，申请人确认无误”。"
        )
    if not (wish.title.strip() or wish.description.strip() or wish.document_number.strip()):
        wrong["title"] = "请写明申请的内容；材料中没有写明的，照原样记录，再依第三十条补正。"
    if len(confirmation) > 200:
        wrong["confirmation"] = "最多200个字，请精简。"
    if wrong:
        raise ValidationError(wrong)
    refuse_personal(confirmation=confirmation, subject=subject)
    arrived_at = now if arrived_on == today else _midnight(arrived_on)
    with whole(), looked_up_once():
        filed = _take(
            actor,
            organ,
            channel,
            arrived_at,
            arrived_on,
            person,
            wish,
            files,
            posting_number=posting_number,
            oral=oral,
            needs_help=needs_help,
        )
        if oral:
            IntakeContact.objects.create(
                intake=filed.intake,
                at=now,
                way="当面",
                reached=True,
                note=confirmation,
                by=actor.name[:150],
            )
        if channel in AT_ONCE:
            _confirm(actor, filed.intake, arrived_on, subject or subject_of(wish), person.kind)
        else:
            queue(filed.intake, "received")
    return filed


def note_contact(
    actor: Actor, intake: Intake, *, way: str, reached: bool, note: str = ""
) -> IntakeContact:
    """Somebody tried to reach the sender (Article 31); the log shows it when the day is disputed."""
    authorise(actor, HANDLE, intake.organ)
    way, note = " ".join(way.split()), " ".join(note.split())
    if not way:
        raise ValidationError({"way": "请填写联系方式，例如“电话”。"})
    if len(way) > 60:
        raise ValidationError({"way": "最多60个字，请精简。"})
    if len(note) > 200:
        raise ValidationError({"note": f"有{len(note)}个字，最多200个字，请精简。"})
    refuse_personal(way=way, note=note)
    with transaction.atomic():
        locked = lock(intake)
        refuse_settled(locked)
        contact = IntakeContact.objects.create(
            intake=locked,
            at=timezone.now(),
            way=way,
            reached=reached,
            note=note,
            by=actor.name[:150],
        )
        record(
            actor,
            "foi.intake.contact",
            chain=locked.organ.code,
            obj=locked,
            changes={"reached": reached},
        )
    return contact


def confirm_intake(actor: Actor, intake: Intake, *, on: date, subject: str) -> FoiRequest:
    """Both sides confirmed on the day `on`: the intake is a request and its clock runs."""
    authorise(actor, HANDLE, intake.organ)
    today = timezone.localdate()
    subject = " ".join(subject.split())
    if on > today:
        raise ValidationError({"on": f"确认日期晚于今天（{today}），请核对。"})
    if on < intake.arrived_on:
        raise ValidationError(
            {"on": f"确认日期早于到达日期（{intake.arrived_on}），请核对（条例第三十一条）。"}
        )
    refuse_personal(subject=subject)
    with transaction.atomic():
        locked = lock(intake)
        refuse_settled(locked)
        refuse_unfit(locked.organ)
        return _confirm(actor, locked, on, subject, locked.applicant.kind)


def correct_intake(actor: Actor, intake: Intake, *, person: Person, wish: Wish) -> Intake:
    """What was entered of the applicant or the wish is put right (a slip of the pen).

    Changes nothing that counts: the column of table three stays the one that was registered once
    the intake is a request.
    """
    organ = intake.request.organ if intake.request is not None else intake.organ
    authorise(actor, HANDLE, organ)
    authorise(actor, "foi.reveal", organ)
    refuse_unstorable(person, wish)
    with transaction.atomic():
        locked = lock(intake)
        applicant = locked.applicant
        if applicant.erased_at is not None:
            raise ValidationError("申请人信息已按保存期限清除，不能更正。")
        if locked.state not in (State.WAITING, State.CONFIRMED):
            refuse_settled(locked)
        if locked.request is not None and person.kind != applicant.kind:
            raise ValidationError(
                {
                    "kind": f"申请已登记为“{applicant.get_kind_display()}”，类别计入年报，不能在此更改。"
                }
            )
        before = _texts(applicant)
        seal_person(applicant, person, wish)
        applicant.save()
        similarity.remember(locked, wish)
        after = _texts(applicant)
        changed = [LABELS[name] for name in LABELS if before[name] != after[name]]
        # The names of the fields alone: what stood in them is nobody's business.
        record(
            actor, "foi.intake.correct", chain=organ.code, obj=locked, changes={"fields": changed}
        )
    return locked


def set_aside_intake(actor: Actor, intake: Intake, *, reason: str) -> Intake:
    """What came in is no request for information (a petition, an advertisement, a duplicate)."""
    authorise(actor, HANDLE, intake.organ)
    reason = checked_reason(reason)
    with transaction.atomic():
        locked = lock(intake)
        refuse_settled(locked)
        _settle(actor, locked, State.SET_ASIDE, reason)
        queue(locked, "closed")
    return locked


def forward_intake(actor: Actor, intake: Intake, organ: Organ, reason: str) -> Intake:
    """What came to the wrong door goes to the body it was meant for, before it is a request.

    The other body gets an intake of its own that arrives today, with everything that came; the
    sender follows it by the old number. A request that is already running is answered by Article
    36 (5) instead.
    """
    authorise(actor, HANDLE, intake.organ)
    reason = checked_reason(reason)
    if organ.pk == intake.organ_id:
        raise ValidationError({"organ": "这正是收件机关，请选择其他机关。"})
    refuse_unfit(organ, field="organ")
    now = timezone.now()
    today = timezone.localdate(now)
    with whole(), looked_up_once():
        locked = lock(intake)
        refuse_settled(locked)
        person, wish = opened(locked.applicant)
        passed_on = _create(
            actor,
            organ,
            locked.channel,
            now,
            today,
            code=new_code(),
            posting_number=locked.posting_number,
            oral=locked.oral,
            needs_help=locked.needs_help,
        )
        _seal(passed_on, person, wish)
        for file in locked.files.order_by("pk"):
            store(
                actor,
                kind=file.kind,
                content=content_of(file),
                name=name_of(file),
                request=None,
                intake=passed_on,
            )
        locked.forwarded_to = passed_on
        _settle(actor, locked, State.FORWARDED, reason, to=organ.name)
        record(
            actor,
            "foi.intake.passed_on",
            chain=organ.code,
            obj=passed_on,
            changes={"from": locked.organ.name, "channel": locked.channel},
        )
        queue(locked, "forwarded")
    return passed_on


def renew_code(actor: Actor, intake: Intake) -> str:
    """A new query code, told once (printed on the receipt); the old one opens nothing any more."""
    organ = intake.request.organ if intake.request is not None else intake.organ
    authorise(actor, HANDLE, organ)
    code = new_code()
    with transaction.atomic():
        locked = lock(intake)
        locked.code_hash = code_hash(locked.number, code)
        locked.save(update_fields=["code_hash"])
        record(actor, "foi.intake.code", chain=organ.code, obj=locked)
    return code


def withdraw_intake(actor: Actor, intake: Intake) -> Intake:
    """The sender takes it back before it is a request (he proved himself by the query code)."""
    if actor.channel == "public":
        authorise_public(actor, "foi.follow")
    else:
        authorise(actor, HANDLE, intake.organ)
    with transaction.atomic():
        locked = lock(intake)
        refuse_settled(locked)
        _settle(actor, locked, State.WITHDRAWN, "申请人撤回")
    return locked


def add_scans(actor: Actor, intake: Intake, files: Sequence[Incoming]) -> list[CaseFile]:
    """More files of what came in, all or none."""
    organ = intake.request.organ if intake.request is not None else intake.organ
    authorise(actor, HANDLE, organ)
    with whole():
        locked = lock(intake)
        return [
            add_file(
                actor,
                kind=file.kind,
                content=file.content,
                name=file.name,
                intake=locked,
                request=locked.request,
            )
            for file in files
        ]


def confirm_submitted(actor: Actor) -> int:
    """Online filings of rest days become requests on the next working day; how many did.

    Only with ONLINE_RECEIPT = "submission". For `gongkai foi receipts`, daily.
    """
    today = timezone.localdate()
    if settings.ONLINE_RECEIPT != "submission" or not _is_working_day(today):
        return 0
    waiting = Intake.objects.filter(
        state=State.WAITING, channel=Channel.ONLINE, arrived_on__lte=today
    )
    done = 0
    for key in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            locked = lock(Intake(pk=key))
            if locked.state != State.WAITING or not locked.organ.is_active():
                continue
            authorise(actor, HANDLE, locked.organ)
            _, wish = opened(locked.applicant)
            on = roll_to_working_day(locked.arrived_on, current_calendar()).date
            _confirm(actor, locked, on, subject_of(wish), locked.applicant.kind)
            done += 1
    return done


# -- number and code ---------------------------------------------------------------------------


def new_code() -> str:
    """A query code: twelve characters, 59 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(_CODE_LENGTH))


def code_hash(number: str, code: str) -> str:
    """The digest under which a code is kept."""
    return sm3(f"foi.code\x00{number}\x00{tidy_code(code)}".encode())


def code_fits(intake: Intake | None, code: str) -> bool:
    """Whether `code` opens the intake; takes as long for a wrong number as for a wrong code."""
    number = intake.number if intake is not None else ""
    known = intake.code_hash if intake is not None else "0" * 64
    return hmac.compare_digest(code_hash(number, code), known) and intake is not None


def tidy_code(code: str) -> str:
    """The code as it was made, however it was typed: spaces, dashes, small letters."""
    return "".join(c for c in code.upper() if c.isalnum())


def shown_code(code: str) -> str:
    """In groups of four, for reading."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def new_number(on: date) -> str:
    """The number of an intake: its day and eight characters that nobody can guess."""
    tail = "".join(secrets.choice(ALPHABET) for _ in range(_TAIL_LENGTH))
    return f"{on:%Y%m%d}-{tail}"


# -- rules -------------------------------------------------------------------------------------


def confirm_by(intake: Intake, calendar: WorkCalendar | None = None) -> date:
    """The day until which an intake must be confirmed.

    A letter on the day it comes (Article 31), fax, e-mail and online by the next working day
    [reading]; on a rest day nobody is there, so the next working day counts as the day it comes.
    """
    calendar = calendar or current_calendar()
    came = roll_to_working_day(intake.arrived_on, calendar).date
    if intake.channel in SAME_DAY:
        return came
    return add_working_days(came, 1, calendar).date


def refuse_unfit(organ: Organ, *, field: str = "organ") -> None:
    """Raise ValidationError for a body that receives no requests (any more), naming who does."""
    if organ.kind == OrganKind.PUBLIC_UTILITY:
        raise ValidationError(
            {field: f"{organ.name}是公共企事业单位，不适用依申请公开程序（条例第五十五条）。"}
        )
    if organ.is_active():
        return
    if organ.abolished_on is None:
        raise ValidationError({field: f"{organ.name}于{organ.established_on}成立，届时才能受理。"})
    heir = heir_of(organ)
    then = f"请改选承继其职权的{heir.name}。" if heir is not None else "请咨询政务公开办。"
    raise ValidationError(
        {field: f"{organ.name}已于{organ.abolished_on}撤销，不再受理申请。{then}"}
    )


def heir_of(organ: Organ) -> Organ | None:
    """The body that exists today and took over, through however many reforms; None for nobody."""
    seen = {organ.pk}
    current: Organ | None = organ
    while current is not None and not current.is_active():
        current = current.successor
        if current is not None:
            if current.pk in seen:
                return None
            seen.add(current.pk)
    return current


def checked_reason(reason: str, *, field: str = "reason", limit: int = 500) -> str:
    """The reason in one line. Raises ValidationError when empty, too long or naming a person."""
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({field: "请写明原因。"})
    if len(reason) > limit:
        raise ValidationError({field: f"有{len(reason)}个字，最多{limit}个字，请精简。"})
    refuse_personal(**{field: reason})
    return reason


def lock(intake: Intake) -> Intake:
    """The row as it is now, locked; body, request and applicant with it."""
    return (
        Intake.objects.select_for_update(of=("self",))
        .select_related("organ__successor", "request__organ", "applicant")
        .get(pk=intake.pk)
    )


def refuse_settled(intake: Intake) -> None:
    """Raise ValidationError when the intake no longer waits (somebody was faster)."""
    if intake.state != State.WAITING:
        about = f"（申请编号 {intake.request.number}）" if intake.request is not None else ""
        raise ValidationError(
            f"来件 {intake.number} {intake.get_state_display()}{about}，不能再作此处理。"
            "可能是他人刚刚处理过，请返回查看。",
            code="changed",
        )


def _texts(applicant: Applicant) -> dict[str, str]:
    person, wish = opened(applicant)
    return {**asdict(person), **asdict(wish)}


def _settle(actor: Actor, intake: Intake, state: str, reason: str, **facts: str) -> None:
    before = intake.state
    intake.state, intake.closed_reason = state, reason
    intake.save(update_fields=["state", "closed_reason", "forwarded_to"])
    record(
        actor,
        f"foi.intake.{state}",
        chain=intake.organ.code,
        obj=intake,
        changes={"state": [before, state], "reason": reason, **facts},
    )


def _take(
    actor: Actor,
    organ: Organ,
    channel: str,
    arrived_at: datetime,
    arrived_on: date,
    person: Person,
    wish: Wish,
    files: Iterable[Incoming],
    *,
    posting_number: str = "",
    oral: bool = False,
    needs_help: bool = False,
) -> Filed:
    code = new_code()
    intake = _create(
        actor,
        organ,
        channel,
        arrived_at,
        arrived_on,
        code=code,
        posting_number=posting_number,
        oral=oral,
        needs_help=needs_help,
    )
    _seal(intake, person, wish)
    record(
        actor,
        "foi.intake.record",
        chain=organ.code,
        obj=intake,
        changes={"channel": channel, "arrived_on": arrived_on},
    )
    for file in files:
        add_file(actor, kind=file.kind, content=file.content, name=file.name, intake=intake)
    return Filed(intake, code)


def _create(
    actor: Actor,
    organ: Organ,
    channel: str,
    arrived_at: datetime,
    arrived_on: date,
    *,
    code: str,
    posting_number: str,
    oral: bool,
    needs_help: bool,
) -> Intake:
    number = new_number(arrived_on)
    reading = read(
        [Received(on=arrived_on, channel=channel)], current_calendar(), timezone.localdate()
    )
    return Intake.objects.create(
        organ=organ,
        number=number,
        code_hash=code_hash(number, code),
        channel=channel,
        arrived_at=arrived_at,
        arrived_on=arrived_on,
        posting_number=posting_number,
        shadow_due_on=reading.due_on,
        oral=oral,
        needs_help=needs_help,
        recorded_by=actor.name[:150],
    )


def _seal(intake: Intake, person: Person, wish: Wish) -> Applicant:
    applicant = Applicant(intake=intake)
    seal_person(applicant, person, wish)
    applicant.save()
    similarity.remember(intake, wish, is_new=True)
    return applicant


def _confirm(actor: Actor, intake: Intake, on: date, subject: str, kind: str) -> FoiRequest:
    """The intake, locked or just made, becomes a request received on the day `on`."""
    awaited = intake.channel not in AT_ONCE
    request = admit(
        actor,
        intake.organ,
        channel=intake.channel,
        applicant_kind=kind,
        subject=subject,
        received_on=on,
        arrived_on=intake.arrived_on if awaited else None,
    )
    intake.request, intake.state, intake.confirmed_on = request, State.CONFIRMED, on
    intake.save(update_fields=["request", "state", "confirmed_on"])
    CaseFile.objects.filter(intake=intake).update(request=request)
    record(
        actor,
        "foi.intake.confirmed",
        chain=intake.organ.code,
        obj=intake,
        changes={"state": [State.WAITING, State.CONFIRMED], "number": request.number},
    )
    queue(intake, "confirmed")
    return request


def _is_working_day(day: date) -> bool:
    return roll_to_working_day(day, current_calendar()).date == day


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def registered_late(intake: Intake, registered_on: date) -> timedelta | None:
    """How much later a letter was entered than it was signed for; None when it was not."""
    late = registered_on - intake.arrived_on
    return late if intake.channel in AT_ONCE and late.days > 0 else None

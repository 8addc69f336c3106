"""How cases go together, who works on them, and other bodies that help.

Links (疑似重复、相关、并案、分案), assignment, co-handling (协办), and what happens to the open cases of a
body that was abolished.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from gongkai.foi import similarity
from gongkai.foi.caseclock import columns_now, read, to_event
from gongkai.foi.models import (
    Applicant,
    CaseLink,
    CoHandling,
    FoiEvent,
    FoiRequest,
    Intake,
    Notice,
    RemedyCase,
)
from gongkai.foi.numbering import draw_number
from gongkai.foi.persons import (
    check_wish,
    clean_wish,
    opened,
    refuse_personal,
    seal_person,
    subject_of,
)
from gongkai.foi.services.intake import (
    checked_reason,
    code_hash,
    heir_of,
    new_code,
    new_number,
    refuse_unfit,
)
from gongkai.foi.services.requests import HANDLE, by, is_under_way
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import Act, record, record_many
from gongkai.organs import policy
from gongkai.organs.models import Organ, User
from gongkai.organs.policy import authorise
from gongkai.statute.clock import ClockState, FeePaid
from gongkai.statute.workdays import add_working_days
from gongkai.workdays.queries import current_calendar

CONFIGURE: Final = "foi.configure"
Kind = CaseLink.Kind

MANY: Final = 200
"""So many cases at most are reassigned at once: as many as a list's page can mark."""

CO_HANDLING_DAYS: Final = 5
"""Working days that a helping body is given unless the officer says otherwise (no rule of law)."""


# -- links -----------------------------------------------------------------------------------


def link_requests(actor: Actor, later: FoiRequest, earlier: FoiRequest, *, kind: str) -> CaseLink:
    """The officer compared two cases and says how they go together.

    `kind`: REPEAT, RELATED or DISTINCT (looked at, and not the same). A hint becomes a finding only
    so; none of them changes either case. A later word replaces an earlier one.
    """
    authorise(actor, HANDLE, later.organ)
    if kind not in (Kind.REPEAT, Kind.RELATED, Kind.DISTINCT):
        raise ValidationError({"kind": "请选择：疑似重复、相关，或者不是重复。"})
    _refuse_strangers(later, earlier)
    with transaction.atomic():
        _locked([later.pk, earlier.pk])
        first, second = sorted((earlier, later), key=lambda r: (r.received_on, r.pk))
        CaseLink.objects.filter(
            earlier=first, later=second, kind__in=[Kind.REPEAT, Kind.RELATED, Kind.DISTINCT]
        ).delete()
        return _link(actor, first, second, kind)


def merge_requests(actor: Actor, main: FoiRequest, others: Sequence[FoiRequest]) -> list[CaseLink]:
    """Several open requests are answered together with `main` (并案答复).

    Of one applicant and one body: an answer shows its reader nothing of another person's request.
    Each keeps its own clock, so the first to expire governs; when `main` is answered the others may
    end as OTHER_MISC "merged" [reading].
    """
    authorise(actor, HANDLE, main.organ)
    if not others:
        raise ValidationError("请选择要并入的申请。")
    if any(other.pk == main.pk for other in others):
        raise ValidationError(f"{main.number} 是主案，不能并入自己，请选择其他申请。")
    with transaction.atomic():
        rows = _locked([main.pk, *(o.pk for o in others)])
        for request in rows.values():
            if not is_under_way(request):
                raise ValidationError(f"{request.number} 已经办结，不能并案。")
            if request.pk != main.pk:
                _refuse_strangers(main, request)
        indexes = dict(
            Applicant.objects.filter(intake__request__in=rows).values_list(
                "intake__request_id", "identity_index"
            )
        )
        mine = indexes.get(main.pk, "")
        for request in rows.values():
            if not mine or indexes.get(request.pk, "") != mine:
                raise ValidationError(
                    f"{main.number} 与 {request.number} 的申请人证件号码不同或者没有登记，"
                    "不能并案答复：答复书会使一方看到另一方的申请。可以登记为“相关”，分别答复。"
                )
        if merged_into(rows[main.pk]) is not None:
            raise ValidationError(f"{main.number} 已并入另一件申请，请并入那一件。")
        made = []
        for other in others:
            if CaseLink.objects.filter(kind=Kind.MERGED).filter(
                Q(later=other.pk) | Q(earlier=other.pk)
            ):
                raise ValidationError(f"{other.number} 已经并案，请先解除。")
            made.append(_link(actor, main, other, Kind.MERGED))
    return made


def unlink(actor: Actor, link: CaseLink) -> None:
    """Take back a link (linked by mistake). A split stays: both numbers are given out."""
    authorise(actor, HANDLE, link.later.organ)
    if link.kind == Kind.SPLIT:
        raise ValidationError("分案的编号已经告知申请人，不能解除。不再办理的，请依程序办结。")
    with transaction.atomic():
        rows = _locked([link.earlier_id, link.later_id])
        if link.kind == Kind.MERGED and any(r.decided_on is not None for r in rows.values()):
            raise ValidationError("并案的申请已有办结的，不能解除。")
        facts = {"kind": link.kind, "with": link.earlier.number}
        CaseLink.objects.filter(pk=link.pk).delete()
        record(actor, "foi.unlink", chain=link.later.organ.code, obj=link.later, changes=facts)


def merged_into(request: FoiRequest) -> FoiRequest | None:
    """The case whose answer also answers this one; None when it is answered by itself."""
    link = (
        CaseLink.objects.filter(later=request, kind=Kind.MERGED).select_related("earlier").first()
    )
    return link.earlier if link is not None else None


def refuse_merged_outcome(request: FoiRequest, outcome: str, subtype: str) -> None:
    """Raise ValidationError unless "merged" is what this case may end with now.

    Only a merged case, and only once the main case is decided; and a merged case ends by itself
    only after it has been taken out again.
    """
    main = merged_into(request)
    as_merged = (outcome, subtype) == ("OTHER_MISC", "merged")
    if as_merged and main is None:
        raise ValidationError(f"{request.number} 没有并案，不能以“并案处理”办结。")
    if as_merged and main is not None and is_under_way(main):
        raise ValidationError(f"主案 {main.number} 还没有答复，答复后才能以“并案处理”办结。")
    if not as_merged and main is not None:
        raise ValidationError(
            f"{request.number} 已并入 {main.number}，应以“并案处理”办结；要单独答复，请先解除并案。"
        )


def split_request(
    actor: Actor, request: FoiRequest, *, descriptions: Sequence[str], seen: int | None = None
) -> list[FoiRequest]:
    """一事一申请: what is asked in one request becomes several, each with a number of its own.

    `descriptions` says for each new request what it asks for; the old one keeps the rest. The new
    ones were received when the old one was and take over its events, so their clocks are the same.
    Only while the clock simply runs: with a correction, a fee or a consultation under way nobody
    could say whose it is. Nor once money was paid for the whole, which the yearly figures would count
    with every part, nor after a reopening, where every part would have the result of the whole in a
    year that is reported. How they count is the setting REQUEST_SPLIT_COUNTING.
    """
    authorise(actor, HANDLE, request.organ)
    wishes = [" ".join(text.split()) for text in descriptions if text.strip()]
    if not wishes:
        raise ValidationError({"descriptions": "请写明分出的每一件申请什么，每行一件。"})
    if len(wishes) > 20:
        raise ValidationError({"descriptions": "一次最多分出20件，请核对。"})
    with transaction.atomic():
        locked = _locked([request.pk])[request.pk]
        events = list(locked.events.order_by("seq"))
        if seen is not None and seen != len(events):
            raise ValidationError(
                f"{locked.number} 在您打开之后已由他人登记了新的事项。请查看最新的办理过程，再决定是否分案。",
                code="changed",
            )
        reading = read(map(to_event, events), current_calendar(), timezone.localdate())
        if reading.state is not ClockState.RUNNING:
            raise ValidationError(
                f"{locked.number} 目前“{reading.state.label}”，只有正在计算答复期限的申请可以分案。"
            )
        if locked.decided_on is not None:
            raise ValidationError(
                f"{locked.number} 已有计入年报的结果，责令重新答复的申请不能分案，请一并答复。"
            )
        if any(event.type == FeePaid.type for event in events):
            raise ValidationError(
                f"{locked.number} 已收取信息处理费，费用是按整件申请计算的，不能再分案。"
            )
        source = Intake.objects.select_related("applicant").filter(request=locked).first()
        made = []
        for text in wishes:
            child = _split_off(actor, locked, events, source, text)
            _link(actor, locked, child, Kind.SPLIT)
            made.append(child)
    return made


def _split_off(
    actor: Actor,
    parent: FoiRequest,
    events: Sequence[FoiEvent],
    source: Intake | None,
    text: str,
) -> FoiRequest:
    person, wish = opened(source.applicant) if source is not None else (None, None)
    part = (
        replace(wish, title=text[:200], description=text, document_number="")
        if wish is not None
        else None
    )
    if part is not None and (wrong := check_wish(part)):
        raise ValidationError({"descriptions": "；".join(wrong.values())})
    if part is None:
        refuse_personal(descriptions=text)
    child = FoiRequest.objects.create(
        organ=parent.organ,
        number=draw_number(parent.organ, parent.received_on.year),
        channel=parent.channel,
        applicant_kind=parent.applicant_kind,
        subject=subject_of(part) if part is not None else text[:500],
        received_on=parent.received_on,
        handler=parent.handler,
        **columns_now(parent)._asdict(),
    )
    FoiEvent.objects.bulk_create(
        FoiEvent(request=child, seq=e.seq, type=e.type, on=e.on, data=e.data, **by(actor))
        for e in events
    )
    if source is not None and person is not None and part is not None:
        intake = _copy_intake(source, child)
        applicant = Applicant(intake=intake)
        seal_person(applicant, person, clean_wish(part))
        applicant.save()
        similarity.remember(intake, part)
    record(
        actor,
        "foi.split",
        chain=parent.organ.code,
        obj=child,
        changes={"from": parent.number, "received_on": child.received_on, "due_on": child.due_on},
    )
    return child


def _copy_intake(source: Intake, child: FoiRequest) -> Intake:
    number = new_number(source.arrived_on)
    return Intake.objects.create(
        organ=child.organ,
        number=number,
        code_hash=code_hash(number, new_code()),
        channel=source.channel,
        arrived_at=source.arrived_at,
        arrived_on=source.arrived_on,
        posting_number=source.posting_number,
        state=Intake.State.CONFIRMED,
        confirmed_on=source.confirmed_on,
        request=child,
        shadow_due_on=source.shadow_due_on,
        oral=source.oral,
        needs_help=source.needs_help,
        recorded_by=source.recorded_by,
    )


# -- who works on it ---------------------------------------------------------------------------


def handlers_of(organ: Organ) -> list[User]:
    """Who may be given a case of this body: the active staff that may handle its requests today."""
    from gongkai.organs.models import Deputation, Membership

    today = timezone.localdate()
    roles = [role for role, grants in policy.GRANTS.items() if HANDLE in grants]
    keys = set(
        Membership.objects.valid_on(today)
        .filter(organ=organ, role__in=roles)
        .values_list("user_id", flat=True)
    ) | set(
        Deputation.objects.valid_on(today)
        .filter(organ=organ, role__in=roles)
        .values_list("deputy_id", flat=True)
    )
    return list(User.objects.filter(pk__in=keys, is_active=True).order_by("display_name", "pk"))


def assign_requests(
    actor: Actor, requests: Sequence[FoiRequest], handler: User | None
) -> list[FoiRequest]:
    """These cases are `handler`'s to work on, or nobody's in particular; those that changed.

    Raises ValidationError (and changes nothing) when one of them is of a body whose requests
    `handler` may not handle.
    """
    if not requests:
        raise ValidationError("请先勾选申请。")
    if len(requests) > MANY:
        raise ValidationError(f"一次最多分派{MANY}件，请先筛选。")
    with transaction.atomic():
        rows = _locked([r.pk for r in requests])
        for organ in {r.organ_id: r.organ for r in rows.values()}.values():
            authorise(actor, HANDLE, organ)
            if handler is not None and handler.pk not in {u.pk for u in handlers_of(organ)}:
                raise ValidationError(
                    {"handler": f"{handler.display_name}没有{organ.name}的经办权限，请另选人员。"}
                )
        changed = []
        acts = []
        for request in rows.values():
            if request.handler_id == (handler.pk if handler is not None else None):
                continue
            before = request.handler.display_name if request.handler is not None else ""
            request.handler = handler
            changed.append(request)
            acts.append(
                Act(
                    "foi.assign",
                    request.organ.code,
                    request,
                    {"handler": [before, handler.display_name if handler else ""]},
                )
            )
        FoiRequest.objects.bulk_update(changed, ["handler"])
        record_many(actor, acts)
    return changed


# -- other bodies that help ----------------------------------------------------------------------


def ask_for_help(
    actor: Actor, request: FoiRequest, organ: Organ, *, question: str, due_on: date | None = None
) -> CoHandling:
    """Another body is asked to help (协办): it gets the question and nothing of the case.

    It is no consultation of Article 34 and stops no clock. `due_on` without a day: five working
    days from now.
    """
    authorise(actor, HANDLE, request.organ)
    question = " ".join(question.split())
    today = timezone.localdate()
    if not question:
        raise ValidationError({"question": "请写明请对方做什么。"})
    if len(question) > 1000:
        raise ValidationError({"question": f"有{len(question)}个字，最多1000个字，请精简。"})
    refuse_personal(question=question)
    if organ.pk == request.organ_id:
        raise ValidationError({"organ": "这正是受理机关，请选择其他机关。"})
    refuse_unfit(organ)
    if due_on is None:
        due_on = add_working_days(today, CO_HANDLING_DAYS, current_calendar()).date
    if due_on < today:
        raise ValidationError({"due_on": f"回复期限早于今天（{today}），请核对。"})
    with transaction.atomic():
        locked = _locked([request.pk])[request.pk]
        if not is_under_way(locked):
            raise ValidationError(f"{locked.number} 已经办结，不需要协办。")
        asked = CoHandling.objects.create(
            request=locked,
            organ=organ,
            question=question,
            asked_on=today,
            due_on=due_on,
            asked_by=actor.name[:150],
        )
        facts: dict[str, Any] = {"organ": organ.name, "due_on": due_on}
        record_many(
            actor,
            [
                Act("foi.help.ask", locked.organ.code, locked, facts),
                # The other body's ledger knows who asked, not about which case.
                Act("foi.help.asked", organ.code, asked, {"by": locked.organ.name}),
            ],
        )
    return asked


def answer_help(actor: Actor, asked: CoHandling, *, answer: str) -> CoHandling:
    """The other body answers; once."""
    authorise(actor, HANDLE, asked.organ)
    answer = answer.strip()
    if not answer:
        raise ValidationError({"answer": "请填写回复。"})
    if len(answer) > 2000:
        raise ValidationError({"answer": f"有{len(answer)}个字，最多2000个字，请精简。"})
    refuse_personal(answer=answer)
    with transaction.atomic():
        locked = (
            CoHandling.objects.select_for_update(of=("self",))
            .select_related("organ", "request__organ")
            .get(pk=asked.pk)
        )
        if locked.answered_on is not None:
            raise ValidationError(
                f"{locked.answered_by}已于{locked.answered_on}回复，不能再次回复。", code="changed"
            )
        locked.answer, locked.answered_on = answer, timezone.localdate()
        locked.answered_by = actor.name[:150]
        locked.save(update_fields=["answer", "answered_on", "answered_by"])
        record_many(
            actor,
            [
                Act("foi.help.answer", locked.organ.code, locked, {}),
                Act(
                    "foi.help.answered",
                    locked.request.organ.code,
                    locked.request,
                    {"organ": locked.organ.name},
                ),
            ],
        )
    return locked


# -- abolished bodies ----------------------------------------------------------------------------


_PENDING: Final = Q(voided_at=None) & (Q(concluded_on=None) | (~Q(duty="") & Q(duty_done_on=None)))
"""Reviews and lawsuits that are not concluded, or whose decision is still to be carried out."""

_UNDER_WAY: Final = (
    Q(decided_on=None)
    | Q(due_on__isnull=False)
    | Exists(RemedyCase.objects.filter(_PENDING, request=OuterRef("pk")))
)
"""Not decided, or decided and still to be delivered, or before a review body or a court."""

_LONGEST_NUMBER: Final = 40


@dataclass(frozen=True)
class Orphaned:
    """An abolished body that still has cases in hand, and who is to take them over."""

    organ: Organ
    heir: Organ | None
    requests: int
    intakes: int


def orphaned_for(user: Any) -> list[Orphaned]:
    """Abolished bodies with open cases that the user may hand over. Three statements.

    He handles the requests of the successor or configures the abolished body.
    """
    today = timezone.localdate()
    gone = (
        Organ.objects.filter(abolished_on__lte=today)
        .select_related("successor__successor__successor")
        .order_by("path")
    )
    bodies = {organ.pk: organ for organ in gone}
    requests = _counted(FoiRequest.objects.filter(_UNDER_WAY, organ__abolished_on__lte=today))
    intakes = _counted(
        Intake.objects.filter(state=Intake.State.WAITING, organ__abolished_on__lte=today)
    )
    found = []
    for key, organ in bodies.items():
        if key not in requests and key not in intakes:
            continue
        heir = heir_of(organ)
        able = heir is not None and policy.allows(user, HANDLE, heir)
        if able or policy.allows(user, CONFIGURE, organ):
            found.append(Orphaned(organ, heir, requests.get(key, 0), intakes.get(key, 0)))
    return found


def _counted(rows: QuerySet[Any]) -> dict[int, int]:
    counted = rows.order_by().values("organ_id").annotate(n=Count("pk"))
    return dict(counted.values_list("organ_id", "n"))


def hand_over_cases(actor: Actor, organ: Organ, *, reason: str = "机构改革") -> int:
    """What the abolished body had in hand is its successor's, who answers it; how many cases.

    By those who handle the successor's requests, or who configure the abolished body. A request
    keeps its clock and its number, with the old body's name behind it, so that the applicant knows
    it again and the successor's own numbers stay without gaps. Drafts of notices become the
    successor's, who issues them in its name and under its numbers; what was issued stays the old
    body's paper. Pending reviews and lawsuits go on against the successor (行政复议法第十九条、
    行政诉讼法第二十六条 [from knowledge]).
    """
    reason = checked_reason(reason)
    if organ.is_active():
        raise ValidationError(f"{organ.name}没有撤销，申请仍由本机关办理。")
    heir = heir_of(organ)
    if heir is None:
        raise ValidationError(f"{organ.name}没有填写承继机构，请先在机构管理中填写，再移交申请。")
    if actor.user is not None and policy.allows(actor.user, HANDLE, heir):
        authorise(actor, HANDLE, heir)
    else:
        authorise(actor, CONFIGURE, organ)
    with transaction.atomic():
        keys = FoiRequest.objects.filter(_UNDER_WAY, organ=organ).values_list("pk", flat=True)
        rows = _locked(list(keys))
        acts = []
        numbers = _numbers_at(heir, rows.values(), organ)
        for request in rows.values():
            number = numbers[request.pk]
            acts.append(
                Act(
                    "foi.hand_over",
                    organ.code,
                    request,
                    {"organ": [organ.name, heir.name], "number": [request.number, number]},
                )
            )
            acts.append(
                Act("foi.taken_over", heir.code, request, {"from": organ.name, "reason": reason})
            )
            request.organ, request.number, request.handler = heir, number, None
        FoiRequest.objects.bulk_update(rows.values(), ["organ", "number", "handler"])
        Notice.objects.filter(request__in=rows, state=Notice.State.DRAFT).update(organ=heir)
        intakes = Intake.objects.select_for_update(of=("self",)).filter(
            Q(state=Intake.State.WAITING) | Q(request__in=rows), organ=organ
        )
        moved = list(intakes.order_by("pk"))
        for intake in moved:
            if intake.state == Intake.State.WAITING:
                acts.append(
                    Act("foi.hand_over", organ.code, intake, {"organ": [organ.name, heir.name]})
                )
            intake.organ = heir
        Intake.objects.bulk_update(moved, ["organ"])
        acts += _hand_over_remedies(organ, heir)
        similarity.move([i.pk for i in moved], heir.pk)
        record_many(actor, acts)
    return len(rows) + sum(i.state == Intake.State.WAITING for i in moved)


def _numbers_at(heir: Organ, requests: Collection[FoiRequest], organ: Organ) -> dict[int, str]:
    """The numbers under which the successor has these requests, by key. One statement.

    The old body's name stands behind the number once: through a second reform it stays as it is. Two
    bodies may be called alike, and a number may be as long as its column.
    """
    names = {
        request.pk: request.number
        if "（原" in request.number or len(request.number) > _LONGEST_NUMBER - 4
        else f"{request.number}（原{organ.label[: _LONGEST_NUMBER - 3 - len(request.number)]}）"
        for request in requests
    }
    there = FoiRequest.objects.filter(
        Q(number__contains="（原") | Q(number__in=names.values()), organ=heir
    )
    taken = set(there.values_list("number", flat=True))
    found: dict[int, str] = {}
    for key, wanted in names.items():
        number, count = wanted, 2
        while number in taken:
            mark = f"（{count}）"
            number, count = f"{wanted[: _LONGEST_NUMBER - len(mark)]}{mark}", count + 1
        taken.add(number)
        found[key] = number
    return found


def _hand_over_remedies(organ: Organ, heir: Organ) -> list[Act]:
    """Pending reviews and lawsuits against the abolished body are the successor's; for the ledger.

    A court's number that the successor has too stays apart by the old body's name behind it.
    """
    rows = list(
        RemedyCase.objects.select_for_update(of=("self",))
        .filter(_PENDING, organ=organ)
        .order_by("pk")
    )
    taken = set(
        RemedyCase.objects.filter(organ=heir, number__in=[row.number for row in rows]).values_list(
            "number", flat=True
        )
    )
    acts = []
    for row in rows:
        facts = {"organ": [organ.name, heir.name]}
        acts.append(Act("foi.hand_over", organ.code, row, facts))
        acts.append(Act("foi.taken_over", heir.code, row, {"from": organ.name}))
        row.organ = heir
        if row.number in taken:
            row.number = f"{row.number[:60]}（原{organ.label[:36]}）"
    RemedyCase.objects.bulk_update(rows, ["organ", "number"])
    return acts


# -- shared ----------------------------------------------------------------------------------


def _locked(keys: Sequence[int]) -> dict[int, FoiRequest]:
    """The rows as they are now, locked in the order of their numbers (no two wait for each other)."""
    rows = (
        FoiRequest.objects.select_for_update(of=("self",))
        .select_related("organ", "handler")
        .filter(pk__in=keys)
        .order_by("pk")
    )
    return {row.pk: row for row in rows}


def _refuse_strangers(one: FoiRequest, other: FoiRequest) -> None:
    if one.pk == other.pk:
        raise ValidationError("请选择另一件申请。")
    if one.organ_id != other.organ_id:
        raise ValidationError("只能关联本机关的申请。")


def _link(actor: Actor, earlier: FoiRequest, later: FoiRequest, kind: str) -> CaseLink:
    link = CaseLink.objects.create(
        earlier=earlier, later=later, kind=kind, at=timezone.now(), by=actor.name[:150]
    )
    record(
        actor,
        "foi.link",
        chain=later.organ.code,
        obj=later,
        changes={"kind": kind, "with": earlier.number},
    )
    return link

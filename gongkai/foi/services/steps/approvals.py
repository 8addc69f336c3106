"""审批: what another person has to agree to first, and carrying it out once he has.

Extension, delay, fee and disclosure against a third party are decided by the person responsible for
disclosure (工作机构负责人, Article 33; "foi.approve"); answers are signed by the leader (`deciding`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gongkai.foi.models import Approval, Consultation, FoiRequest, Notice
from gongkai.foi.notices.wording import day
from gongkai.foi.services.deliveries import deliver_notice
from gongkai.foi.services.notices import draft_notice, issue_notice
from gongkai.foi.services.requests import DECIDED_BY, HANDLE, append_event, is_under_way
from gongkai.foi.services.steps.common import locked, made, reading_now, stated, user_of
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.models import Membership, Role
from gongkai.organs.policy import GRANTS, authorise
from gongkai.statute.clock import DelayStated, Event, Extended, FeeNoticed

Kind, State = Approval.Kind, Approval.State


def propose_extension(
    actor: Actor, request: FoiRequest, *, days: int, reason: str, seen: int | None = None
) -> Approval:
    """A longer period, once and by at most twenty working days (Article 33), is proposed.

    The notice N04 lies ready; the clock moves only when the applicant has been told.
    """
    authorise(actor, HANDLE, request.organ)
    event = made(lambda: Extended(timezone.localdate(), days), "days")
    due = reading_now(request, event).deadline
    new_due = day(due) if due is not None else ""
    return propose(
        actor,
        request,
        Kind.EXTENSION,
        {"days": days},
        reason,
        seen=seen,
        notice="N04",
        extra={"reason": " ".join(reason.split()), "days": str(days), "new_due": new_due},
    )


def propose_delay(
    actor: Actor, request: FoiRequest, *, until: date, reason: str, seen: int | None = None
) -> Approval:
    """An answer by a later day, where many requests came for good reasons (Article 35).

    The applicant must have been asked for his reasons (N03): without them nothing can be found good.
    """
    authorise(actor, HANDLE, request.organ)
    event = made(lambda: DelayStated(timezone.localdate(), until), "until")
    reading_now(request, event)
    refuse_without_reasons(request)
    return propose(
        actor,
        request,
        Kind.DELAY,
        {"until": until.isoformat()},
        reason,
        seen=seen,
        notice="N19",
        extra={"reason": " ".join(reason.split()), "until": day(until)},
    )


def propose_override(
    actor: Actor, request: FoiRequest, *, reason: str, seen: int | None = None
) -> Approval:
    """Disclosure although a third party objects, for the public interest (Article 32).

    Or although it was silent and the body finds that its rights would be harmed (Article 15). The
    proposal names the third parties: who objects later is not overridden with them.
    """
    authorise(actor, HANDLE, request.organ)
    asked = request.consultations.filter(kind=Consultation.Kind.THIRD_PARTY)
    against = asked.filter(
        Q(reply=Consultation.Reply.OBJECTED) | Q(reply=Consultation.Reply.SILENT, accepted=True)
    )
    refs = list(against.order_by("pk").values_list("ref", flat=True))
    if not refs:
        raise ValidationError("没有第三方表示不同意公开，不需要这项审批。")
    if not is_under_way(FoiRequest.objects.get(pk=request.pk)):
        raise ValidationError(f"{request.number} 已经办结，不再提出这项审批。")
    return propose(actor, request, Kind.OVERRIDE, {"refs": refs}, reason, seen=seen)


def refuse_without_reasons(request: FoiRequest) -> None:
    """Raise ValidationError unless the applicant was asked for his reasons (N03, Article 35)."""
    asked = Notice.objects.filter(
        request=request, kind="N03", state__in=[Notice.State.ISSUED, Notice.State.REPLACED]
    )
    if not asked.exists():
        raise ValidationError(
            "还没有要求申请人说明理由。请先发“说明理由告知书”，再根据其理由决定（条例第三十五条）。"
        )


def propose(
    actor: Actor,
    request: FoiRequest,
    kind: str,
    proposal: Mapping[str, Any],
    reason: str,
    *,
    seen: int | None = None,
    notice: str = "",
    extra: Mapping[str, str] | None = None,
) -> Approval:
    """The matter waits for the one who decides it, with its notice drafted."""
    authorise(actor, HANDLE, request.organ)
    reason = stated(reason, "reason", "请写明理由。")
    with transaction.atomic():
        case = locked(request)
        _refuse_changed(case, seen)
        _refuse_empty_post(actor, case, kind)
        if case.approvals.filter(kind=kind, state=State.PENDING).exists():
            raise ValidationError(f"“{Kind(kind).label}”已有待审批的，请等待审批，或者先收回。")
        approval = Approval.objects.create(
            request=case,
            kind=kind,
            proposal=dict(proposal),
            reason=reason,
            proposed_at=timezone.now(),
            proposed_by=user_of(actor),
        )
        if notice:
            draft_notice(actor, case, notice, extra=extra, approval=approval)
        _note(actor, approval, "propose", {"kind": kind, **proposal})
    return approval


def approve(actor: Actor, approval: Approval, *, comment: str = "") -> Approval:
    """Agreed. What was proposed, and nothing else, may be carried out now.

    What the law does not allow any more (the deadline has passed, the case has ended) is not agreed
    to: `IllegalSequence` says why, and the proposal can only be returned.
    """
    if approval.kind == Kind.DECISION:
        raise ValueError("A decision is signed (deciding.sign), not approved.")
    authorise(actor, DECIDED_BY[approval.kind], approval.request.organ)
    with transaction.atomic():
        settled = settle(actor, approval, State.APPROVED, comment)
        case = locked(settled.request)
        if settled.kind != Kind.OVERRIDE:
            reading_now(case, _event_of(settled, timezone.localdate(), None))
        elif not is_under_way(case):
            raise ValidationError(f"{case.number} 已经办结，请退回这项审批。")
    return settled


def return_proposal(actor: Actor, approval: Approval, *, comment: str) -> Approval:
    """Not like this: back to the officer, with the reason."""
    comment = stated(comment, "comment", "请写明退回的原因。")
    with transaction.atomic():
        settled = settle(actor, approval, State.RETURNED, comment)
        _discard_drafts(settled)
    return settled


def take_back(actor: Actor, approval: Approval) -> Approval:
    """The officer takes his proposal back before it was decided."""
    authorise(actor, HANDLE, approval.request.organ)
    with transaction.atomic():
        current = _locked(approval)
        _must_be_pending(current)
        current.state = State.TAKEN_BACK
        current.save(update_fields=["state"])
        _discard_drafts(current)
        _note(actor, current, "take_back", {"kind": current.kind})
    return current


def carry_out(
    actor: Actor,
    approval: Approval,
    *,
    way: str,
    sent_on: date,
    tracking_number: str = "",
    received_on: date | None = None,
    seen: int | None = None,
) -> Approval:
    """The approved notice goes out and the clock hears of it on the day that counts.

    For an extension, a delay and a fee; an extension counts only once the applicant was told
    (Article 33), so handing over needs the day of the signature.
    """
    organ = approval.request.organ
    authorise(actor, HANDLE, organ)
    with transaction.atomic():
        current = _locked(approval)
        if current.state != State.APPROVED:
            raise ValidationError("审批还没有通过，不能执行。")
        if current.carried_out_at is not None:
            raise ValidationError("这项审批已经执行。")
        agreed_on = timezone.localdate(current.decided_at) if current.decided_at else None
        if agreed_on is not None and sent_on < agreed_on:
            raise ValidationError(
                {"sent_on": f"审批于 {agreed_on} 通过，此前不能发出，请核对发出日期。"}
            )
        if current.kind not in (Kind.EXTENSION, Kind.DELAY, Kind.FEE):
            raise ValidationError("这项审批没有需要发出的告知书。")
        notice = current.notices.filter(state="draft").order_by("-pk").first()
        if notice is None:
            raise ValidationError("告知书的草稿已经作废，请收回后重新提出。")
        issued = issue_notice(actor, notice, on=sent_on)
        delivery = deliver_notice(
            actor,
            issued,
            way=way,
            sent_on=sent_on,
            tracking_number=tracking_number,
            received_on=received_on,
        )
        if delivery.counts_on is None:
            raise ValidationError({"received_on": "当面或者委托送达的，请填写签收日期。"})
        event = _event_of(current, delivery.counts_on, delivery.received_on)
        if current.kind == Kind.DELAY:
            refuse_without_reasons(current.request)
        append_event(actor, current.request, event, seen=seen)
        current.carried_out_at = timezone.now()
        current.save(update_fields=["carried_out_at"])
        _note(actor, current, "carry_out", {"kind": current.kind, "on": delivery.counts_on})
    return current


def settle(actor: Actor, approval: Approval, state: str, comment: str) -> Approval:
    """The approval is decided by another person than the one who proposed it."""
    authorise(actor, DECIDED_BY[approval.kind], approval.request.organ)
    comment = stated(comment, "comment", "", limit=500) if comment.strip() else ""
    with transaction.atomic():
        current = _locked(approval)
        _must_be_pending(current)
        user = user_of(actor)
        if user is not None and user.pk == current.proposed_by_id:
            raise ValidationError("提出人不能审批自己提出的事项，请由他人审批。")
        current.state, current.comment = state, comment
        current.decided_at, current.decided_by = timezone.now(), user
        current.save(update_fields=["state", "comment", "decided_at", "decided_by"])
        verb = "approve" if state == State.APPROVED else "return"
        _note(actor, current, verb, {"kind": current.kind})
    return current


def _event_of(approval: Approval, on: date, received_on: date | None) -> Event:
    proposal = approval.proposal
    if approval.kind == Kind.EXTENSION:
        return Extended(on, int(proposal["days"]))
    if approval.kind == Kind.DELAY:
        return DelayStated(on, date.fromisoformat(proposal["until"]))
    return FeeNoticed(
        on,
        int(proposal["amount"]),
        received_on=received_on,
        receipt_unknown=received_on is None,
    )


def _discard_drafts(approval: Approval) -> None:
    approval.notices.filter(state="draft").update(state="discarded", fields_sealed=b"")


def _refuse_empty_post(actor: Actor, request: FoiRequest, kind: str) -> None:
    """Without anybody else who could decide it, a proposal would only wait for its deadline.

    An answer may wait for a leader who is still to be named: its draft is needed all the same.
    """
    action = DECIDED_BY[kind]
    if action != "foi.approve":
        return
    roles = [role for role, actions in GRANTS.items() if action in actions]
    holders = Membership.objects.valid_on(timezone.localdate()).filter(
        role__in=roles, organ=request.organ_id, user__is_active=True
    )
    proposer = user_of(actor)
    if proposer is not None:
        holders = holders.exclude(user=proposer)
    if not holders.exists():
        post = "、".join(str(Role(role).label) for role in roles)
        raise ValidationError(
            f"{request.organ.name}现在没有其他在任的{post}，不能提交审批。"
            "请先由系统管理员配备人员（条例第四条、第三十三条）。"
        )


def _refuse_changed(request: FoiRequest, seen: int | None) -> None:
    if seen is not None and seen != request.events.count():
        raise ValidationError(
            f"{request.number} 在您打开之后已由他人登记了新的事项，您填写的没有保存。"
            "请查看最新的办理过程，再决定是否提出。",
            code="changed",
        )


def _must_be_pending(approval: Approval) -> None:
    if approval.state != State.PENDING:
        raise ValidationError(
            f"这项审批{approval.get_state_display()}，可能是他人刚刚处理过，请返回查看。",
            code="changed",
        )


def _locked(approval: Approval) -> Approval:
    return (
        Approval.objects.select_for_update(of=("self",))
        .select_related("request__organ")
        .get(pk=approval.pk)
    )


def _note(actor: Actor, approval: Approval, verb: str, facts: Mapping[str, Any]) -> None:
    record(
        actor,
        f"foi.approval.{verb}",
        chain=approval.request.organ.code,
        obj=approval.request,
        changes=dict(facts),
    )

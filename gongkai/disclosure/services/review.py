"""The review of an item (三审, Art. 17): sending, taking back, deciding, asking elsewhere.

Every submission is a round of its own. What a round decides holds for exactly one content
(`submitted_hash`): if that is no longer what lies there, nothing is decided or published. Wagtail's
workflow engine moves the item from step to step; who decided what, with which opinion, stands in
`ReviewDecision` and never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from wagtail.models import TaskState, WorkflowState

from gongkai.disclosure.content import content_hash
from gongkai.disclosure.models import (
    Decision,
    DisclosedItem,
    Referral,
    ReviewDecision,
    ReviewStep,
    Status,
    Step,
)
from gongkai.disclosure.services import chain, checking, publishing
from gongkai.disclosure.services.common import (
    EDIT,
    ensure_version,
    locked,
    newest,
    note,
    person,
    refuse_conflict,
    refuse_personal,
    stated,
    user_of,
)
from gongkai.disclosure.services.completeness import refuse_incomplete
from gongkai.disclosure.services.drafting import refuse_closed
from gongkai.disclosure.services.referrals import asked, refuse_unanswered
from gongkai.disclosure.services.standing import close, end_round, round_of, save_state
from gongkai.disclosure.workflow import ACTION_OF_STEP
from gongkai.ledger.actor import Actor
from gongkai.organs import policy
from gongkai.organs.models import User

MAX_OPINION: Final = 500
_acting: ContextVar[Actor | None] = ContextVar("disclosure_acting", default=None)


def submit(actor: Actor, item: DisclosedItem, *, seen: int | str | None = None) -> DisclosedItem:
    """The newest version goes into review and is closed for editing.

    It must be complete and free of serious findings. Raises ValidationError otherwise.
    """
    policy.authorise(actor, EDIT, item.organ)
    checking.look(item)
    with transaction.atomic():
        current = locked(item)
        policy.authorise(actor, EDIT, current.organ)
        refuse_conflict(current, seen)
        refuse_closed(current)
        ensure_version(current)
        version = newest(current)
        if not current.holds_draft and not current.has_unpublished_changes:
            raise ValidationError("没有需要送审的修改。")
        refuse_incomplete(current, version)
        checking.refuse_blocked(current, version, "送审")
        workflow = current.get_workflow()
        chain.check_steps(chain.steps_of(workflow))
        end_round(current)
        current.submitted_by, current.submitted_at = user_of(actor), timezone.now()
        current.submitted_hash = content_hash(version)
        current.returned = False
        # Nobody is named to Wagtail as the requester: its own views let requesters cancel.
        state = workflow.start(current, None)
        current.step = _step_of(state)
        if current.holds_draft:
            current.status = Status.IN_REVIEW
        save_state(current)
        note(
            actor,
            current,
            "submit",
            {"round": round_of(current), "sm3": current.submitted_hash, "step": current.step},
        )
    return current


def recall(actor: Actor, item: DisclosedItem) -> DisclosedItem:
    """Whoever drafted or sent the version takes it back from review; it can be edited again."""
    policy.authorise(actor, EDIT, item.organ)
    with transaction.atomic():
        current = locked(item)
        if not current.step and current.scheduled_for is None:
            raise ValidationError("这条信息不在审核中，无需收回。")
        user = user_of(actor)
        if user is not None and user.pk not in checking.writers(current):
            raise PermissionDenied("只有起草人或送审人可以收回。其他人员请由审核人退回。")
        was = current.step
        close(current)
        note(actor, current, "recall", {"step": [was, ""]})
    return current


def decide(
    actor: Actor,
    item: DisclosedItem,
    *,
    decision: str,
    opinion: str = "",
    basis: str = "",
    proofread: Sequence[str] = (),
    seen: int | str | None = None,
    refer_to: str = "",
    reply_due_on: date | None = None,
) -> DisclosedItem:
    """A person decides the step that the item awaits: approved, returned, or referred (提请确定).

    Returning and referring need an opinion; a referral also names the body asked and the day by
    which it shall answer, and leaves the step open (Art. 17). Whoever wrote the version decides
    nothing upon it, and (setting REVIEW_DISTINCT_PERSONS) each person takes one step of a round.
    `seen`: the number of the revision that the person read.
    """
    user = person(actor)
    if item.step in Step.values:
        policy.authorise(actor, ACTION_OF_STEP[item.step], item.organ)
    else:
        policy.authorise(actor, "disclosure.view", item.organ)
    if decision == Decision.APPROVED:
        checking.look(item)
    with transaction.atomic():
        current = locked(item)
        if current.step not in Step.values:
            raise ValidationError("这条信息不在审核中，可能已由他人办理或收回。")
        policy.authorise(actor, ACTION_OF_STEP[current.step], current.organ)
        principal = policy.acting_for(user, ACTION_OF_STEP[current.step], current.organ)
        state = _task_state(current)
        version = newest(current)
        fingerprint = content_hash(version)
        if seen not in (None, "") and str(seen) != str(current.latest_revision_id):
            raise ValidationError(
                "您打开之后送审的版本已经更换。请另开一页阅读最新版本，再签署意见。", code="changed"
            )
        refuse_same_person(current, user, principal)
        opinion = _opinion(decision, opinion)
        basis = basis.strip()
        if len(basis) > 300:
            raise ValidationError({"basis": f"依据写了{len(basis)}个字，最多300个字，请缩短。"})
        refuse_personal(basis, "basis")
        step: ReviewStep = state.task.specific
        ticked = _proofread(step, decision, proofread)
        if decision == Decision.APPROVED:
            refuse_unanswered(current)
            if fingerprint != current.submitted_hash:
                raise ValidationError(
                    "内容与送审时不一致，原审核意见不再有效。请退回，由起草人重新送审（条例第十七条）。"
                )
            checking.refuse_blocked(current, version, "通过审核")
        if decision == Decision.REFERRED:
            refer_to, due = asked(current, refer_to, reply_due_on)
        made = ReviewDecision.objects.create(
            item=current,
            revision_id=current.latest_revision_id,
            round=round_of(current),
            step=current.step,
            label=step.name,
            decision=decision,
            opinion=opinion,
            basis=basis,
            proofread=ticked,
            content_hash=fingerprint,
            decided_by=user,
            on_behalf_of=principal,
        )
        facts = {
            "step": step.name,
            "round": made.round,
            "opinion": opinion,
            "basis": basis,
            "proofread": ticked,
            "sm3": fingerprint,
        }
        if decision == Decision.APPROVED:
            note(actor, current, "approve", facts)
            _approve(actor, current, state, user)
        elif decision == Decision.RETURNED:
            note(actor, current, "return", facts)
            _return(current, state, user)
        else:
            Referral.objects.create(
                decision=made, item=current, referred_to=refer_to, reply_due_on=due
            )
            note(actor, current, "refer", facts | {"to": refer_to, "reply_due_on": due})
        current.refresh_from_db()
    return current


def decide_many(
    actor: Actor,
    items: Iterable[DisclosedItem],
    *,
    decision: str = Decision.APPROVED,
    opinion: str = "",
    basis: str = "",
    proofread: Sequence[str] = (),
    seen: dict[int, int | str] | None = None,
) -> list[tuple[DisclosedItem, str | None]]:
    """Each item by itself, in the order of their numbers: (item, None) or (item, what is wrong)."""
    results: list[tuple[DisclosedItem, str | None]] = []
    for item in sorted(items, key=lambda each: each.pk):
        try:
            done = decide(
                actor,
                item,
                decision=decision,
                opinion=opinion,
                basis=basis,
                proofread=proofread,
                seen=(seen or {}).get(item.pk),
            )
            results.append((done, None))
        except ValidationError as error:
            results.append((item, " ".join(error.messages)))
        except PermissionDenied as error:
            results.append((item, str(error)))
    return results


def finish_review(workflow_state: WorkflowState, user: Any = None) -> None:
    """Wagtail's engine says that the last step was approved: the version takes effect.

    Only if every step of the chain was decided through `decide`, on the content that lies there.
    Whatever else makes Wagtail finish a workflow publishes nothing.
    """
    with transaction.atomic():
        item = locked(DisclosedItem.objects.get(pk=workflow_state.object_id))
        actor = _acting.get()
        version = newest(item)
        steps = chain.steps_of(workflow_state.workflow)
        given = ReviewDecision.objects.filter(
            item=item,
            round=round_of(item),
            decision=Decision.APPROVED,
            content_hash=content_hash(version),
            revision_id=item.latest_revision_id,
        ).values_list("label", flat=True)
        missing = [step.name for step in steps if step.name not in set(given)]
        if actor is None or missing or not item.step:
            raise PermissionDenied("须在“政府信息”中逐个环节签署审核意见，不能由此发布。")
        publishing.take_effect(actor, item, version)


def refuse_same_person(item: DisclosedItem, user: User, principal: User | None = None) -> None:
    """起草与审核分离; one person, one step of a round (三审 by different people) [reading]."""
    people = {user.pk} | ({principal.pk} if principal is not None else set())
    if people & checking.writers(item):
        raise PermissionDenied("起草人、送审人不能审核自己的信息，请由其他人员办理。")
    if settings.REVIEW_DISTINCT_PERSONS != "all":
        return
    others = ReviewDecision.objects.filter(
        item=item, round=round_of(item), decision=Decision.APPROVED
    ).values_list("decided_by_id", "on_behalf_of_id", "label")
    for decided_by, on_behalf_of, label in others:
        if people & {decided_by, on_behalf_of}:
            raise PermissionDenied(f"您已在本轮办理“{label}”，同一轮的各个环节须由不同人员办理。")


# -- how it is done --------------------------------------------------------------------------


@contextmanager
def _as(actor: Actor) -> Iterator[None]:
    """The engine's callback learns who acts, with channel and address, from here."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)


def _approve(actor: Actor, item: DisclosedItem, state: TaskState, user: User) -> None:
    workflow_state = state.workflow_state
    with _as(actor):
        state.approve(user=user)
    workflow_state.refresh_from_db()
    if workflow_state.status == WorkflowState.STATUS_IN_PROGRESS:
        DisclosedItem.objects.filter(pk=item.pk).update(step=_step_of(workflow_state))


def _return(item: DisclosedItem, state: TaskState, user: User) -> None:
    state.reject(user=user)
    close(item)
    item.returned = True
    if item.holds_draft:
        item.status = Status.RETURNED
    save_state(item)


def _task_state(item: DisclosedItem) -> TaskState:
    state = item.current_workflow_state
    task_state = state.current_task_state if state is not None else None
    if task_state is None or task_state.status != TaskState.STATUS_IN_PROGRESS:
        raise ValidationError("审核流程已经中断，请由送审人收回后重新送审。")
    # One object for the state on both ends, so that the engine's changes are seen here.
    task_state.workflow_state = state
    return task_state


def _step_of(state: WorkflowState) -> str:
    """The kind of step that the workflow stands at."""
    current = state.current_task_state
    return str(current.task.specific.step) if current is not None else ""


def _opinion(decision: str, opinion: str) -> str:
    if decision not in Decision.values:
        raise ValidationError({"decision": "请选择通过、退回或提请确定。"})
    if decision == Decision.APPROVED:
        opinion = opinion.strip()
        if len(opinion) > MAX_OPINION:
            raise ValidationError(
                {"opinion": f"意见写了{len(opinion)}个字，最多{MAX_OPINION}个字，请缩短。"}
            )
        refuse_personal(opinion, "opinion")
        return opinion
    what = "退回" if decision == Decision.RETURNED else "提请确定"
    message = f"{what}须写明意见，让起草人知道要改什么。"
    if decision == Decision.REFERRED:
        message = "提请确定须写明不能确定的事项。"
    return stated(opinion, message, field="opinion", limit=MAX_OPINION)


def _proofread(step: ReviewStep, decision: str, proofread: Sequence[str]) -> list[str]:
    """The aspects ticked, in the usual order; whoever passes the step ticks all it asks for."""
    strange = [aspect for aspect in proofread if aspect not in chain.ASPECTS]
    if strange:
        raise ValidationError({"proofread": f"没有“{'、'.join(strange)}”这一校对内容。"})
    missing = [aspect for aspect in step.aspects if aspect not in proofread]
    if decision == Decision.APPROVED and missing:
        raise ValidationError(
            {"proofread": f"“{step.name}”须逐项校对，还没有勾选：{'、'.join(missing)}。"}
        )
    return [aspect for aspect in chain.ASPECTS if aspect in proofread]

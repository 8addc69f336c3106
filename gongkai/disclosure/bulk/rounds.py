"""The yearly validity review of normative documents (清理): opened, proposed, decided, closed.

A government opens a round; every normative document in force of its subtree is a row. Its body
proposes 继续有效, 修改, 废止 or 宣布失效 with a reason, the office decides, and closing applies the
results through the services that mark documents in public. How a round runs is local practice; no
national text sets its steps [reading].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gongkai.disclosure import services
from gongkai.disclosure.bulk.versions import patch_versions
from gongkai.disclosure.models import (
    DisclosedItem,
    DocumentKind,
    ReviewOutcome,
    TraceKind,
    ValidityReview,
    ValidityRound,
)
from gongkai.disclosure.services import publishing
from gongkai.disclosure.services.common import EDIT, locked, stated, user_of
from gongkai.disclosure.services.common import note as note_item
from gongkai.disclosure.signals import items_published
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.models import OrganKind as Kind

CLEAN: Final = "disclosure.clean"
MAX_REASON: Final = 240


def in_force(day: date) -> QuerySet[DisclosedItem]:
    """Normative documents in public that hold on `day` or will hold."""
    found: QuerySet[DisclosedItem] = DisclosedItem.objects.filter(
        Q(repealed_on=None) | Q(repealed_on__gt=day),
        Q(valid_until=None) | Q(valid_until__gt=day),
        document_kind=DocumentKind.NORMATIVE,
        live=True,
    )
    return found


def open_round(
    actor: Actor, organ: Organ, year: int, *, deadline: date, title: str = ""
) -> ValidityRound:
    """A round of the government `organ`, with every normative document in force below it."""
    policy.authorise(actor, CLEAN, organ)
    today = timezone.localdate()
    wrong: dict[str, str] = {}
    if organ.kind not in (Kind.GOVERNMENT, Kind.TOWNSHIP):
        wrong["organ"] = "清理由人民政府组织，请选择一级政府。"
    if not today.year - 1 <= year <= today.year + 1:
        wrong["year"] = f"只能发起{today.year - 1}至{today.year + 1}年度的清理。"
    if deadline < today:
        wrong["deadline"] = f"截止日期“{deadline}”已经过去，请重新填写。"
    if wrong:
        raise ValidationError(wrong)
    with transaction.atomic():
        if ValidityRound.objects.filter(organ=organ, year=year).exists():
            raise ValidationError({"year": f"{organ.name}已发起过{year}年度的清理。"})
        made = ValidityRound(
            organ=organ,
            year=year,
            title=title.strip() or f"{organ.name}{year}年行政规范性文件清理",
            deadline=deadline,
            opened_by=user_of(actor),
        )
        made.clean_fields(exclude=["organ", "opened_by", "closed_by", "closed_at", "result"])
        made.save()
        number = _gather(made)
        if not number:
            raise ValidationError(
                "本级政府和所属机关没有公开的、现行有效的行政规范性文件，无需清理。"
            )
        record(
            actor,
            "disclosure.round.open",
            chain=organ.code,
            obj=made,
            changes={"documents": number, "deadline": deadline},
        )
    return made


def gather(actor: Actor, round_: ValidityRound) -> int:
    """Documents published since the round was opened join it; how many."""
    policy.authorise(actor, CLEAN, round_.organ)
    with transaction.atomic():
        current = _open(round_)
        number = _gather(current)
        if not number:
            raise ValidationError("没有新的文件需要补入。")
        record(
            actor,
            "disclosure.round.gather",
            chain=current.organ.code,
            obj=current,
            changes={"documents": number},
        )
    return number


def _gather(round_: ValidityRound) -> int:
    known = round_.reviews.values("item")
    wanted = (
        in_force(timezone.localdate())
        .filter(organ__path__startswith=round_.organ.path)
        .exclude(pk__in=known)
        .values_list("pk", "organ_id")
    )
    made = ValidityReview.objects.bulk_create(
        [ValidityReview(round=round_, item_id=item, organ_id=organ) for item, organ in wanted],
        batch_size=500,
    )
    return len(made)


def propose(
    actor: Actor,
    review: ValidityReview,
    outcome: str,
    *,
    reason: str,
    valid_until: date | None = None,
    successor: DisclosedItem | None = None,
) -> ValidityReview:
    """The body of the document says what should become of it. Until the office has decided it
    may say otherwise."""
    policy.authorise(actor, EDIT, review.organ)
    if outcome not in ReviewOutcome.values:
        raise ValidationError({"outcome": "请选择清理意见。"})
    reason = stated(reason, "请写明理由，例如“上位法已修改”。", limit=MAX_REASON)
    today = timezone.localdate()
    if valid_until is not None and outcome != ReviewOutcome.CONTINUE:
        raise ValidationError({"valid_until": "只有继续有效的文件才填写新的有效期。"})
    if valid_until is not None and valid_until <= today:
        raise ValidationError({"valid_until": f"新的有效期须晚于今天（{today}）。"})
    if successor is not None and outcome not in (ReviewOutcome.REPEAL, ReviewOutcome.AMEND):
        raise ValidationError({"successor": "只有废止或修改的文件才填写替代文件。"})
    if successor is not None and successor.pk == review.item_id:
        raise ValidationError({"successor": "文件不能由它自己替代，请另选文件。"})
    with transaction.atomic():
        current = _locked(review)
        _open(current.round)
        if current.decision:
            raise ValidationError("政务公开办已经审核，不能再改。如确有需要，请联系其退回。")
        before = current.proposal
        current.proposal, current.reason = outcome, reason
        current.valid_until, current.successor = valid_until, successor
        current.proposed_by, current.proposed_at = user_of(actor), timezone.now()
        current.decision_note = ""
        current.save()
        record(
            actor,
            "disclosure.round.propose",
            chain=current.organ.code,
            obj=current.item,
            changes={"proposal": [before, outcome], "reason": reason, "valid_until": valid_until},
        )
    return current


def decide(actor: Actor, review: ValidityReview, outcome: str, *, note: str = "") -> ValidityReview:
    """The office decides. Another outcome than the proposed one needs a note saying why."""
    policy.authorise(actor, CLEAN, review.round.organ)
    if outcome not in ReviewOutcome.values:
        raise ValidationError({"outcome": "请选择审核结果。"})
    with transaction.atomic():
        current = _locked(review)
        _open(current.round)
        if outcome != current.proposal:
            message = "与单位意见不同（或单位没有提出意见），请写明理由。"
            note = stated(note, message, field="note", limit=MAX_REASON)
        _decide(actor, current, outcome, note.strip())
    return current


def decide_as_proposed(actor: Actor, reviews: Iterable[ValidityReview]) -> int:
    """Every proposal that was made and not decided yet is accepted; how many."""
    number = 0
    with transaction.atomic():
        for review in reviews:
            policy.authorise(actor, CLEAN, review.round.organ)
            current = _locked(review)
            _open(current.round)
            if current.proposal and not current.decision:
                _decide(actor, current, current.proposal, "")
                number += 1
    return number


def _decide(actor: Actor, review: ValidityReview, outcome: str, note: str) -> None:
    before = review.decision
    review.decision, review.decision_note = outcome, note
    review.decided_by, review.decided_at = user_of(actor), timezone.now()
    if outcome != ReviewOutcome.CONTINUE:
        review.valid_until = None
    if outcome not in (ReviewOutcome.REPEAL, ReviewOutcome.AMEND):
        review.successor = None
    review.save()
    record(
        actor,
        "disclosure.round.decide",
        chain=review.organ.code,
        obj=review.item,
        changes={"decision": [before, outcome], "proposal": review.proposal, "note": note},
    )


def send_back(actor: Actor, review: ValidityReview, *, note: str) -> ValidityReview:
    """The body is to think again; the note says about what."""
    policy.authorise(actor, CLEAN, review.round.organ)
    note = stated(note, "请写明退回的原因。", field="note", limit=MAX_REASON)
    with transaction.atomic():
        current = _locked(review)
        _open(current.round)
        if not current.proposal:
            raise ValidationError("单位还没有提出意见，无需退回。")
        before = current.proposal
        current.proposal, current.reason, current.decision = "", "", ""
        current.valid_until = current.successor = None
        current.decision_note = note
        current.decided_by = current.decided_at = None
        current.save()
        record(
            actor,
            "disclosure.round.send_back",
            chain=current.organ.code,
            obj=current.item,
            changes={"proposal": [before, ""], "note": note},
        )
    return current


def close_round(actor: Actor, round_: ValidityRound, *, on: date) -> ValidityRound:
    """The results hold from `on`: repealed and lapsed documents are marked in public, new terms
    are written. Every document must be decided; all or nothing."""
    policy.authorise(actor, CLEAN, round_.organ)
    with transaction.atomic():
        current = _open(round_)
        undecided = current.reviews.filter(decision="").count()
        if undecided:
            raise ValidationError(f"还有{undecided}件文件没有审核结果，不能办结。")
        if on < timezone.localtime(current.opened_at).date():
            raise ValidationError({"on": "结果施行日期不能早于清理发起的日期，请核对。"})
        numbers: dict[str, int] = {}
        for review in current.reviews.select_related("item__organ", "successor").order_by("pk"):
            numbers[review.decision] = numbers.get(review.decision, 0) + 1
            _apply(actor, current, review, on)
        current.closed_at, current.closed_by = timezone.now(), user_of(actor)
        current.save(update_fields=["closed_at", "closed_by"])
        record(
            actor,
            "disclosure.round.close",
            chain=current.organ.code,
            obj=current,
            changes={"on": on, **numbers},
        )
    return current


def _apply(actor: Actor, round_: ValidityRound, review: ValidityReview, on: date) -> None:
    item = DisclosedItem.objects.select_related("organ").get(pk=review.item_id)
    if item.repealed_on is not None or not item.live:
        return
    text = f"{round_.title}结果。"
    if review.decision == ReviewOutcome.REPEAL:
        services.repeal(actor, item, on, successor=review.successor, note=text)
    elif review.decision == ReviewOutcome.LAPSE:
        told = f"自{on.year}年{on.month}月{on.day}日起失效。{text}"
        _set_term(actor, item, on, told, TraceKind.EXPIRED)
    elif review.decision == ReviewOutcome.CONTINUE and review.valid_until:
        until = review.valid_until
        told = f"继续有效，有效期至{until.year}年{until.month}月{until.day}日。{text}"
        _set_term(actor, item, until, told, TraceKind.UPDATED)


def _set_term(actor: Actor, item: DisclosedItem, until: date, told: str, kind: TraceKind) -> None:
    """The document holds until this day; what the public reads says so and why."""
    current = locked(item)
    if current.step or current.scheduled_for is not None:
        raise ValidationError(
            f"《{current.title}》的新版本正在审核或待发布，请待其办结或收回后再办结清理。"
        )
    before = current.valid_until
    current.valid_until = until
    if current.effective_from is not None and until < current.effective_from:
        raise ValidationError(
            f"《{current.title}》的施行日期（{current.effective_from}）晚于{until}，请核对。"
        )
    current.updated_at = timezone.now()
    values: Mapping[str, Any] = {"valid_until": until.isoformat()}
    patch_versions([(current, values)], user_of(actor), current.updated_at)
    current.save(update_fields=["valid_until", "latest_revision", "live_revision", "updated_at"])
    publishing.trace(current, kind, told[:300])
    items_published.send(sender=DisclosedItem, keys=[current.pk])
    note_item(actor, current, "term", {"valid_until": [before, until], "note": told[:300]})


def _locked(review: ValidityReview) -> ValidityReview:
    found: ValidityReview = (
        ValidityReview.objects.select_for_update(of=("self",))
        .select_related("round__organ", "item", "organ", "successor")
        .get(pk=review.pk)
    )
    return found


def _open(round_: ValidityRound) -> ValidityRound:
    """The round as it is now, locked; ValidationError when it is closed."""
    current: ValidityRound = (
        ValidityRound.objects.select_for_update(of=("self",))
        .select_related("organ")
        .get(pk=round_.pk)
    )
    if current.closed_at is not None:
        raise ValidationError("这次清理已经办结，不能再改。")
    return current

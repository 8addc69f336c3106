"""Bodies answer the catalogue: 认领, 不涉及, 本期无; one by one and in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from gongkai.catalogue.models import (
    CatalogueEntry,
    Column,
    Duty,
    DutyState,
    Occasion,
    OccasionKind,
    StandardCatalogue,
    SubjectBody,
)
from gongkai.catalogue.services.periods import open_periods_of
from gongkai.catalogue.signals import catalogue_changed
from gongkai.catalogue.subjects import TOWNSHIP_KINDS, bodies_by_subject, parts_of
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import Act, record, record_many
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.policy import authorise

ADOPT: Final = "catalogue.adopt"
MANAGE: Final = "catalogue.manage"
LONGEST_STATEMENT: Final = 366
"""Days for which a statement (不涉及, 本期无) may hold: a year. [design rule]"""
NOT_IN_FORCE: Final = "只能认领现行标准目录里的事项。"


@dataclass(frozen=True)
class Proposal:
    """What a bulk adoption would add: the body and its entries."""

    organ: Organ
    entries: tuple[CatalogueEntry, ...]


def propose(catalogue: StandardCatalogue, organs: Sequence[Organ]) -> list[Proposal]:
    """Entries that each body has not answered and that its level and the subject give it.

    Townships and sub-districts take the entries of the township level; other bodies those of the
    county level whose 公开主体 means them. Three statements for any number of bodies.
    """
    entries = list(catalogue.entries.select_related("field").order_by("field__order", "seq"))
    bodies = bodies_by_subject((e.subject for e in entries), organs, assigned_bodies(catalogue))
    answered = set(
        Duty.objects.filter(entry__catalogue=catalogue).values_list("organ_id", "entry_id")
    )
    wanted: dict[int, list[CatalogueEntry]] = defaultdict(list)
    for entry in entries:
        named = {o.pk for part in parts_of(entry.subject) for o in bodies.get(part, ())}
        for organ in organs:
            is_township = organ.kind in TOWNSHIP_KINDS
            takes = (
                entry.level_township if is_township else entry.level_county and (organ.pk in named)
            )
            if takes and (organ.pk, entry.pk) not in answered:
                wanted[organ.pk].append(entry)
    return [Proposal(o, tuple(wanted[o.pk])) for o in organs if wanted[o.pk]]


def assigned_bodies(catalogue: StandardCatalogue) -> dict[str, list[Organ]]:
    """公开主体 → bodies, where the government has said so itself."""
    found: dict[str, list[Organ]] = defaultdict(list)
    rows = SubjectBody.objects.filter(government=catalogue.organ).select_related("organ")
    for row in rows:
        found[row.subject].append(row.organ)
    return dict(found)


def assign_subject(
    actor: Actor, catalogue: StandardCatalogue, subject: str, organs: Iterable[Organ]
) -> None:
    """The government's word on which bodies `subject` means; none takes it back."""
    government = catalogue.organ
    authorise(actor, MANAGE, government)
    subject = subject.strip()
    if not subject or len(subject) > 100:
        raise ValidationError({"subject": "公开主体不能为空，也不能超过100个字。"})
    listed = list({organ.pk: organ for organ in organs}.values())
    for organ in listed:
        if not organ.path.startswith(government.path):
            raise ValidationError({"organs": f"“{organ}”不在“{government}”之下，请重新选择。"})
    with transaction.atomic():
        SubjectBody.objects.filter(government=government, subject=subject).delete()
        SubjectBody.objects.bulk_create(
            [SubjectBody(government=government, subject=subject, organ=o) for o in listed]
        )
        record(
            actor,
            "catalogue.subject",
            chain=government.code,
            obj=government,
            changes={"subject": subject, "organs": [o.name for o in listed]},
        )


def adopt(actor: Actor, organ: Organ, entries: Iterable[CatalogueEntry]) -> int:
    """The body takes the entries on; those it has answered stay as they are."""
    authorise(actor, ADOPT, organ)
    return _adopt(actor, [Proposal(organ, tuple(entries))])


def adopt_many(actor: Actor, proposals: Iterable[Proposal]) -> int:
    """Every body takes on what is proposed; the actor must hold the right over each."""
    listed = list(proposals)
    _authorise_all(actor, [proposal.organ for proposal in listed])
    return _adopt(actor, listed)


def _adopt(actor: Actor, proposals: Sequence[Proposal]) -> int:
    entries = {entry.pk: entry for p in proposals for entry in p.entries}
    today = timezone.localdate()
    with transaction.atomic():
        _in_force(entries)
        pairs = [(p.organ, entry) for p in proposals for entry in p.entries]
        there = set(
            Duty.objects.filter(
                entry__in=list(entries), organ__in=[p.organ.pk for p in proposals]
            ).values_list("organ_id", "entry_id")
        )
        new = [
            Duty(entry_id=entry.pk, matter_id=entry.matter_id, organ=organ)
            for organ, entry in pairs
            if (organ.pk, entry.pk) not in there
        ]
        for organ in {p.organ.pk: p.organ for p in proposals}.values():
            if organ.abolished_on is not None and organ.abolished_on <= today:
                raise ValidationError(f"“{organ}”已撤销，不能认领公开事项。")
        Duty.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)
        if new:
            open_periods_of(_those(new), today)
        numbers: dict[int, int] = defaultdict(int)
        for duty in new:
            numbers[duty.organ_id] += 1
        organs = {p.organ.pk: p.organ for p in proposals}
        record_many(
            actor,
            [
                Act("catalogue.adopt", organs[pk].code, organs[pk], {"entries": number})
                for pk, number in numbers.items()
            ],
        )
        if new:
            catalogue_changed.send(
                StandardCatalogue, organs=[organs[pk] for pk in numbers], catalogue=None
            )
    return len(new)


def _those(duties: Sequence[Duty]) -> QuerySet[Duty]:
    return Duty.objects.filter(
        organ__in={d.organ_id for d in duties}, entry__in={d.entry_id for d in duties}
    )


def _in_force(entries: Iterable[int]) -> None:
    states = set(
        CatalogueEntry.objects.filter(pk__in=list(entries)).values_list(
            "catalogue__state", flat=True
        )
    )
    if states - {StandardCatalogue.State.IN_FORCE}:
        raise ValidationError(NOT_IN_FORCE)


# -- statements ------------------------------------------------------------------------------


def state_duties(
    actor: Actor,
    duties: Iterable[Duty],
    *,
    state: str,
    reason: str,
    valid_until: date,
    stated_on: date | None = None,
) -> int:
    """The bodies say of these duties 不涉及 or 本期无, why, and until when (at most a year).

    Periods that are not due yet are closed (本期无) or gone (不涉及) for that time; what is
    overdue stays overdue.
    """
    day = stated_on or timezone.localdate()
    reason = _statement(state, reason, valid_until, day)
    with transaction.atomic():
        listed = _locked(duties)
        _authorise_all(actor, [duty.organ for duty in listed])
        for duty in listed:
            duty.state, duty.reason = state, reason
            duty.stated_on, duty.valid_until, duty.reviewed_on = day, valid_until, None
            duty.updated_at = timezone.now()
        _save_states(listed)
        periods = _periods_of(listed).filter(due_on__gte=day)
        if state == DutyState.NOT_APPLICABLE:
            periods.filter(due_on__lte=valid_until).delete()
        else:
            periods.filter(due_on__lte=valid_until).update(empty_reason=reason)
        _record_states(actor, listed, f"catalogue.duty.{state}", {
            "reason": reason, "valid_until": valid_until,
        })  # fmt: skip
    return len(listed)


def take_up(actor: Actor, duties: Iterable[Duty]) -> int:
    """The bodies take the duties on again; periods open from now on."""
    with transaction.atomic():
        listed = _locked(duties)
        _authorise_all(actor, [duty.organ for duty in listed])
        _take_up(actor, listed, "catalogue.duty.applicable", {})
    return len(listed)


def _take_up(actor: Actor, listed: list[Duty], act: str, changes: Mapping[str, object]) -> None:
    today = timezone.localdate()
    for duty in listed:
        duty.state, duty.reason = DutyState.APPLICABLE, ""
        duty.stated_on = duty.valid_until = duty.reviewed_on = None
        duty.updated_at = timezone.now()
    _save_states(listed)
    closed = Occasion.objects.filter(_pairs(listed), kind=OccasionKind.PERIOD, due_on__gte=today)
    closed.exclude(empty_reason="").update(empty_reason="")
    if listed:
        open_periods_of(Duty.objects.filter(pk__in=[d.pk for d in listed]), today)
    _record_states(actor, listed, act, changes)


def mark_by_rule(
    actor: Actor,
    catalogue: StandardCatalogue,
    organs: Iterable[Organ],
    *,
    words: str = "",
    field_code: str = "",
    state: str = DutyState.NOT_APPLICABLE,
    reason: str,
    valid_until: date,
) -> int:
    """All entries of the field, or that name one of the words, are stated for these bodies.

    Also those that a body has not answered yet: it answers with the statement.
    """
    listed = list(organs)
    _authorise_all(actor, listed)
    wanted = [word for word in words.split() if word]
    if not wanted and not field_code:
        raise ValidationError("请选择领域，或者填写事项中的词，否则会把全部事项都标为不涉及。")
    entries = catalogue.entries.all()
    if field_code:
        entries = entries.filter(field__code=field_code)
    if wanted:
        named = Q()
        for word in wanted:
            named |= Q(level1__contains=word) | Q(level2__contains=word) | Q(subject__contains=word)
        entries = entries.filter(named)
    found = list(entries.select_related("catalogue"))
    if not found:
        raise ValidationError("没有符合条件的事项，请放宽条件。")
    _statement(state, reason, valid_until, timezone.localdate())
    with transaction.atomic():
        _in_force(entry.pk for entry in found)
        _adopt(actor, [Proposal(organ, tuple(found)) for organ in listed])
        duties = Duty.objects.filter(
            entry__in=[e.pk for e in found], organ__in=[o.pk for o in listed]
        ).exclude(state=state, valid_until__gte=valid_until)
        return state_duties(actor, duties, state=state, reason=reason, valid_until=valid_until)


def review_statement(actor: Actor, duty: Duty, *, accepted: bool, opinion: str = "") -> Duty:
    """The disclosure office accepts the statement, or sends the duty back to the body."""
    authorise(actor, MANAGE, duty.organ)
    opinion = opinion.strip()[:200]
    if not accepted and not opinion:
        raise ValidationError({"opinion": "不同意的，请写明理由，机关会看到。"})
    with transaction.atomic():
        (current,) = _locked([duty])
        if current.state == DutyState.APPLICABLE:
            raise ValidationError("这个事项没有“不涉及”或“本期无”的说明，不需要复核。")
        if accepted:
            current.reviewed_on = timezone.localdate()
            current.save(update_fields=["reviewed_on", "updated_at"])
            _record_states(actor, [current], "catalogue.duty.accepted", {"opinion": opinion})
        else:
            _take_up(actor, [current], "catalogue.duty.refused", {"opinion": opinion})
    return current


def set_duty_column(actor: Actor, duty: Duty, column: Column | None) -> Duty:
    """The body publishes the matter in this column of its own."""
    authorise(actor, ADOPT, duty.organ)
    if column is not None and column.closed_on is not None:
        raise ValidationError({"column": f"栏目“{column}”已停用，请选择其他栏目。"})
    with transaction.atomic():
        (current,) = _locked([duty])
        former = str(current.column or "")
        current.column = column
        current.save(update_fields=["column", "updated_at"])
        _record_states(
            actor, [current], "catalogue.duty.column", {"column": [former, str(column or "")]}
        )
    return current


def release(actor: Actor, duties: Iterable[Duty]) -> int:
    """Duties taken on by mistake are unanswered again. Only where nothing hangs on them yet."""
    with transaction.atomic():
        listed = _locked(duties)
        _authorise_all(actor, [duty.organ for duty in listed])
        met = Occasion.objects.filter(_pairs(listed), fulfilled_on__isnull=False)
        if listed and met.exists():
            raise ValidationError(
                "已有公开记录的事项不能取消认领。确不涉及的，请写明理由标为“不涉及”。"
            )
        if listed:
            _periods_of(listed).delete()
        _record_states(actor, listed, "catalogue.release", {})
        Duty.objects.filter(pk__in=[duty.pk for duty in listed]).delete()
    return len(listed)


# -- how it is done --------------------------------------------------------------------------


def _statement(state: str, reason: str, valid_until: date, day: date) -> str:
    if state not in (DutyState.EMPTY, DutyState.NOT_APPLICABLE):
        raise ValidationError({"state": "请选择“不涉及”或者“本期无此类信息”。"})
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "请写明理由，例如“本机关没有这项职能”。"})
    if len(reason) > 200:
        raise ValidationError({"reason": f"理由有{len(reason)}个字，最多200个字，请缩短。"})
    if valid_until < day:
        raise ValidationError({"valid_until": "有效期不能早于说明日期。"})
    if (valid_until - day).days > LONGEST_STATEMENT:
        raise ValidationError({"valid_until": "说明最长一年有效，到期后重新说明或者认领。"})
    return reason


def _authorise_all(actor: Actor, organs: Iterable[Organ]) -> None:
    """One statement for any number of bodies."""
    wanted = {organ.pk: organ for organ in organs}
    if actor.user is None or getattr(actor.user, "is_superuser", False):
        authorise(actor, ADOPT)
        return
    held = set(
        policy.organs_for(actor.user, ADOPT)
        .filter(pk__in=list(wanted))
        .order_by()
        .values_list("pk", flat=True)
    )
    for pk, organ in wanted.items():
        if pk not in held:
            raise PermissionDenied(f"您没有“{organ.name}”的“{policy.ACTIONS[ADOPT]}”权限。")


def _locked(duties: Iterable[Duty]) -> list[Duty]:
    keys = (
        duties.values_list("pk", flat=True)
        if isinstance(duties, QuerySet)
        else [duty.pk for duty in duties]
    )
    return list(
        Duty.objects.select_for_update(of=("self",))
        .filter(pk__in=list(keys))
        .select_related("organ", "entry", "column")
        .order_by("pk")
    )


def _save_states(duties: list[Duty]) -> None:
    Duty.objects.bulk_update(
        duties,
        ["state", "reason", "stated_on", "valid_until", "reviewed_on", "updated_at"],
        batch_size=500,
    )


def _pairs(duties: Sequence[Duty]) -> Q:
    """Occasions of these duties. Bodies × matters at once; every pair is answered together."""
    found = Q(pk__in=[])
    by_organ: dict[int, list[int]] = defaultdict(list)
    for duty in duties:
        by_organ[duty.organ_id].append(duty.matter_id)
    by_matters: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for organ, matters in by_organ.items():
        by_matters[tuple(sorted(matters))].append(organ)
    for those, organs in by_matters.items():
        found |= Q(organ_id__in=organs, matter_id__in=those)
    return found


def _periods_of(duties: Sequence[Duty]) -> QuerySet[Occasion]:
    return Occasion.objects.filter(
        _pairs(duties), kind=OccasionKind.PERIOD, fulfilled_on=None, voided_at=None
    )


def _record_states(
    actor: Actor, duties: Sequence[Duty], act: str, changes: Mapping[str, object]
) -> None:
    """One entry a body: a bulk act upon a thousand duties is one act of each body."""
    by_organ: dict[int, list[Duty]] = defaultdict(list)
    for duty in duties:
        by_organ[duty.organ_id].append(duty)
    acts = []
    for those in by_organ.values():
        single = those[0] if len(those) == 1 else None
        codes = "、".join(duty.entry.code for duty in those[:20])
        facts = {**changes, "entries": len(those), "codes": codes}
        acts.append(Act(act, those[0].organ.code, single or those[0].organ, facts))
    record_many(actor, acts)
    if by_organ:
        organs = [those[0].organ for those in by_organ.values()]
        catalogue_changed.send(StandardCatalogue, organs=organs, catalogue=None)

"""Reads of this room that are more than a filter. All are set-based."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from wagtail.models import Revision

from gongkai.disclosure.comparison import Difference, compare_versions
from gongkai.disclosure.models import (
    Decision,
    DisclosedItem,
    DisclosureAttribute,
    DocumentKind,
    DocumentPrefix,
    GuardOverride,
    GuardRun,
    Referral,
    ReviewDecision,
    Status,
    Step,
)
from gongkai.disclosure.services.chain import ChainStep, steps_of
from gongkai.disclosure.services.common import newest
from gongkai.disclosure.workflow import ACTION_OF_STEP
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import policy
from gongkai.organs.models import Organ
from gongkai.organs.shell import act_label
from gongkai.statute import document_numbers
from gongkai.statute.validity import Validity, validity_on

VIEW = "disclosure.view"
OPEN = Q(
    status__in=[Status.DRAFT, Status.IN_REVIEW, Status.RETURNED],
    disclosure_attribute=DisclosureAttribute.PROACTIVE,
    formed_on__isnull=False,
)
"""Drafts to be published without being asked, which came about on a known day (Art. 26)."""


# -- which items -----------------------------------------------------------------------------


def visible(user: Any) -> QuerySet[DisclosedItem]:
    """Every item that `user` may see in the staff shell."""
    return policy.scope(DisclosedItem.objects.all(), user, VIEW)


def awaiting(user: Any, step: str = "") -> QuerySet[DisclosedItem]:
    """Items in review at a step that `user` may take: not what he wrote, not twice in a round.

    What he may take for an absent person only is judged as that person's, too. The longest
    waiting first. With `step` only those at that step.
    """
    wanted = Q(pk__in=[])
    own = policy.in_capacity(user, None)
    for kind in [step] if step else Step.values:
        action = ACTION_OF_STEP[kind]
        in_own_right = Q(organ__in=policy.organs_for(own, action).order_by().values("pk"))
        wanted |= Q(step=kind) & in_own_right
        for principal in policy.principals_of(user):
            absent = policy.in_capacity(user, principal)
            theirs = Q(organ__in=policy.organs_for(absent, action).order_by().values("pk"))
            wanted |= Q(step=kind) & theirs & ~in_own_right & ~_had_a_hand(principal)
    found: QuerySet[DisclosedItem] = DisclosedItem.objects.filter(wanted)
    return found.exclude(_had_a_hand(user.pk)).order_by("submitted_at", "pk")


def returned_to(user: Any) -> QuerySet[DisclosedItem]:
    """Items that came back from review to the person who drafted or sent them, latest first."""
    return (
        policy.scope(DisclosedItem.objects.filter(returned=True), user, "disclosure.edit")
        .filter(Q(drafted_by=user.pk) | Q(submitted_by=user.pk))
        .order_by("-updated_at", "-pk")
    )


def blocked_for(user: Any) -> QuerySet[DisclosedItem]:
    """Drafts with serious findings: for their drafters, and for those who may let them through."""
    blocked = DisclosedItem.objects.filter(blocking__gt=0)
    own = policy.scope(blocked, user, "disclosure.edit").filter(
        Q(drafted_by=user.pk) | Q(submitted_by=user.pk)
    )
    passing = policy.scope(blocked, user, "guard.override")
    return (own | passing).distinct().order_by("-updated_at", "-pk")


def scheduled(user: Any) -> QuerySet[DisclosedItem]:
    """What goes live at its hour, the next first."""
    waiting = DisclosedItem.objects.filter(scheduled_for__isnull=False)
    return policy.scope(waiting, user, VIEW).order_by("scheduled_for", "pk")


def to_assess(user: Any, today: date) -> QuerySet[DisclosedItem]:
    """What was withheld and is to be assessed anew by `today` (Art. 18), the oldest first."""
    due = DisclosedItem.objects.filter(status=Status.DECIDED, next_assessment_on__lte=today)
    return policy.scope(due, user, "disclosure.edit").order_by("next_assessment_on", "pk")


def open_referrals(user: Any) -> QuerySet[Referral]:
    """Questions put to the competent department and not answered (Art. 17), the next due first."""
    asked = Referral.objects.filter(replied_on=None, closed_on=None)
    return (
        policy.scope(asked, user, "disclosure.secrecy", "item__organ")
        .select_related("item__organ")
        .order_by("reply_due_on", "pk")
    )


def orphaned(user: Any, today: date) -> QuerySet[Organ]:
    """Abolished bodies with items under way that `user` may hand over to their successors."""
    from gongkai.disclosure.services.handover import UNDER_WAY

    drafts = policy.organs_for(user, "disclosure.edit").order_by().values("pk")
    configures = policy.organs_for(user, "disclosure.configure").order_by().values("pk")
    return (
        Organ.objects.filter(Q(successor__in=drafts) | Q(pk__in=configures))
        .filter(abolished_on__lte=today)
        .filter(Exists(DisclosedItem.objects.filter(UNDER_WAY, organ=OuterRef("pk"))))
        .select_related("successor")
        .order_by("path")
    )


def running(user: Any) -> QuerySet[DisclosedItem]:
    """Drafts of the bodies for which `user` drafts, whose 20 working days run (Art. 26)."""
    drafts = DisclosedItem.objects.filter(OPEN)
    return policy.scope(drafts, user, "disclosure.edit").order_by("formed_on", "pk")


def _had_a_hand(user_pk: int | None) -> Q:
    """What the person wrote, or has already approved in the running round (三审)."""
    written = Revision.objects.filter(
        base_content_type=ContentType.objects.get_for_model(DisclosedItem),
        object_id=Cast(OuterRef("pk"), CharField()),
        user=user_pk,
        pk__gt=Coalesce(OuterRef("live_revision_id"), 0),
    )
    hand = (
        Q(submitted_by__isnull=False, submitted_by=user_pk)
        | Q(drafted_by__isnull=False, drafted_by=user_pk, live_revision=None)
        | Q(Exists(written))
    )
    if settings.REVIEW_DISTINCT_PERSONS == "all":
        taken = ReviewDecision.objects.filter(
            Q(decided_by=user_pk) | Q(on_behalf_of=user_pk),
            item=OuterRef("pk"),
            decision=Decision.APPROVED,
            decided_at__gte=OuterRef("submitted_at"),
        )
        hand |= Q(Exists(taken))
    return hand


# -- one item ----------------------------------------------------------------------------------


def latest_version(item: DisclosedItem) -> DisclosedItem:
    """The newest version: what an editor edits and a reviewer reads."""
    return newest(item)


def seen_of(item: DisclosedItem) -> str:
    """What a form keeps, so that a service can tell whether somebody saved a version since."""
    return str(item.latest_revision_id or "")


@dataclass(frozen=True)
class StepState:
    """A step of the running round: who took it when, or that the item awaits it."""

    step: ChainStep
    decision: ReviewDecision | None
    is_current: bool


def progress(item: DisclosedItem) -> list[StepState]:
    """The chain that the item goes (or would go) through, with what was decided in this round."""
    state = item.current_workflow_state if item.step else None
    steps = steps_of(state.workflow if state is not None else item.get_workflow())
    taken: dict[str, ReviewDecision] = {}
    current = ""
    if state is not None:
        decided = item.decisions.filter(decided_at__gte=item.submitted_at).select_related(
            "decided_by", "on_behalf_of"
        )
        taken = {each.label: each for each in decided}
        if state.current_task_state is not None:
            current = state.current_task_state.task.name
    return [StepState(step, taken.get(step.name), step.name == current) for step in steps]


def may_decide(user: Any, item: DisclosedItem) -> bool:
    """Whether `user` may decide the step that the item awaits now."""
    return bool(item.step in Step.values and awaiting(user).filter(pk=item.pk).exists())


def findings(item: DisclosedItem) -> GuardRun | None:
    """The guard's last word on the item."""
    found: GuardRun | None = item.guard_runs.order_by("-pk").first()
    return found


def overrides(item: DisclosedItem) -> dict[str, GuardOverride]:
    """Findings that were let through, by key."""
    return {
        each.finding_key: each
        for each in item.guard_overrides.select_related("overridden_by").order_by("pk")
    }


@dataclass(frozen=True)
class Version:
    """One saved version of an item."""

    number: int
    revision: Revision
    is_public: bool
    is_latest: bool
    decisions: tuple[ReviewDecision, ...]


def versions(item: DisclosedItem) -> list[Version]:
    """Every saved version, newest first, with what was decided upon it. Two statements."""
    decided: dict[int, list[ReviewDecision]] = defaultdict(list)
    for decision in item.decisions.select_related("decided_by", "on_behalf_of"):
        decided[decision.revision_id].append(decision)
    revisions = list(
        item.revisions.select_related("user").defer("content").order_by("created_at", "pk")
    )
    return [
        Version(
            number,
            revision,
            revision.pk == item.live_revision_id,
            revision.pk == item.latest_revision_id,
            tuple(decided.get(revision.pk, ())),
        )
        for number, revision in enumerate(revisions, 1)
    ][::-1]


def compare(item: DisclosedItem, a: Revision | int, b: Revision | int) -> list[Difference]:
    """What differs between two versions of the item, field by field, texts word by word.

    Raises Revision.DoesNotExist for a version that is not this item's.
    """
    keys = [each if isinstance(each, int) else each.pk for each in (a, b)]
    found = item.revisions.in_bulk(keys)
    missing = [key for key in keys if key not in found]
    if missing:
        raise Revision.DoesNotExist(f"no version {missing[0]} of item {item.pk}")
    return compare_versions(found[keys[0]].content, found[keys[1]].content)


@dataclass(frozen=True)
class HistoryEntry:
    """One act upon an item, as the ledger keeps it."""

    at: datetime
    actor: str
    act: str
    facts: dict[str, Any]


def history(item: DisclosedItem, limit: int = 200) -> list[HistoryEntry]:
    """Who did what to the item, latest first. One statement."""
    entries = LedgerEntry.objects.filter(
        object_type=item._meta.label_lower, object_id=str(item.pk)
    ).order_by("-pk")[:limit]
    return [
        HistoryEntry(entry.at, entry.actor_name, act_label(entry.action), entry.changes)
        for entry in entries
    ]


def validity(item: DisclosedItem, on: date | None = None) -> Validity | None:
    """Whether the document holds on the day; None for what is no normative document."""
    is_normative = item.document_kind in (DocumentKind.REGULATION, DocumentKind.NORMATIVE)
    if not is_normative and not (item.effective_from or item.valid_until or item.repealed_on):
        return None
    return validity_on(
        on or timezone.localdate(),
        effective_from=item.effective_from,
        valid_until=item.valid_until,
        repealed_on=item.repealed_on,
        amended_on=item.amended_on,
    )


# -- document numbers ------------------------------------------------------------------------


def number_doubts(item: DisclosedItem) -> list[str]:
    """What is odd about the item's document number; nothing of it blocks. Two statements."""
    if not item.document_number:
        return []
    prefixes = DocumentPrefix.objects.filter(organ=item.organ_id).values_list("prefix", flat=True)
    found = [
        doubt.message
        for doubt in document_numbers.doubts(
            item.document_number, formed_on=item.formed_on, prefixes=set(prefixes)
        )
    ]
    same = (
        DisclosedItem.objects.filter(organ=item.organ_id, document_number=item.document_number)
        .exclude(pk=item.pk)
        .exclude(document_kind=DocumentKind.INTERPRETATION)
        .only("pk", "title")
        .first()
    )
    if same is not None:
        found.append(f"本机关《{same.title}》已用这个发文字号，请核对是否重复发布。")
    return found


@dataclass(frozen=True)
class SeriesGap:
    """Numbers of a body's series that no item bears: not published, and why must be known."""

    prefix: str
    year: int
    first: int
    last: int

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.prefix}〔{self.year}〕{self.first}号"
        return f"{self.prefix}〔{self.year}〕{self.first}号至{self.last}号"


def series_gaps(organ: Organ, year: int, prefixes: Collection[str] = ()) -> list[SeriesGap]:
    """The gaps in the year's series of document numbers of a body. Two statements.

    By the body's registered prefixes; without any by those that its items bear. Items decided
    not to be published fill their number: their ground is known (Art. 13).
    """
    known = set(prefixes) or set(
        DocumentPrefix.objects.filter(organ=organ).values_list("prefix", flat=True)
    )
    serials: dict[str, list[int]] = defaultdict(list)
    for number in _numbers_of(organ, year):
        if number.serial is not None and (not known or number.prefix in known):
            serials[number.prefix].append(number.serial)
    return [
        SeriesGap(prefix, year, first, last)
        for prefix in sorted(serials)
        for first, last in document_numbers.gaps(serials[prefix])
    ]


def _numbers_of(organ: Organ, year: int) -> Iterable[document_numbers.DocumentNumber]:
    """The numbers of the year that the body's items bear, once published or decided upon."""
    texts = (
        DisclosedItem.objects.filter(organ=organ, document_number__contains=f"〔{year}〕")
        .filter(Q(published_at__isnull=False) | Q(status=Status.DECIDED))
        .values_list("document_number", flat=True)
    )
    for text in texts:
        number = document_numbers.parse(text)
        if number is not None and number.year == year:
            yield number

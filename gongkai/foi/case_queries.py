"""Reads for the page of one case: everything in one timeline, the bar of days, links, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from gongkai.foi.models import (
    Approval,
    CaseFile,
    CaseLink,
    CaseNote,
    FoiEvent,
    FoiRequest,
    Intake,
    Notice,
    Proof,
    SupplyAsk,
)
from gongkai.foi.notice_queries import name_of
from gongkai.foi.queries import BarPart, timeline
from gongkai.foi.services.supply import words_of
from gongkai.foi.services.triage import KEY as TRIAGE

WIDTH: Final = 1000
"""Of the bar of days, in its own units."""


@dataclass(frozen=True)
class Entry:
    """Something that happened: `kind` event, notice, delivery, approval or message."""

    on: date
    at: datetime
    kind: str
    label: str
    details: tuple[tuple[str, str], ...] = ()
    by: str = ""
    notice: int | None = None
    approval: int | None = None


def whole_timeline(
    events: Sequence[FoiEvent],
    notices: Iterable[Notice],
    approvals: Iterable[Approval],
    intake: Intake | None,
    words: Callable[[Approval], str],
    asks: Iterable[SupplyAsk] = (),
) -> list[Entry]:
    """All that happened to a case in the order of its days; no personal data.

    `notices` with their deliveries fetched.
    """
    found = [
        Entry(one.on, one.recorded_at, "event", one.label, one.details, one.recorded_by)
        for one in timeline(events)
    ]
    for notice in notices:
        if notice.issued_on is not None:
            at = notice.changed_at
            details = (("文号", notice.number),) if notice.number else ()
            label = f"印发{name_of(notice)}"
            found.append(
                Entry(
                    notice.issued_on, at, "notice", label, details, notice.changed_by,
                    notice=notice.pk,
                )
            )  # fmt: skip
        for sent in notice.deliveries.all():
            facts = [("方式", str(sent.get_way_display()))]
            if sent.received_on is not None:
                facts.append(("签收", f"{sent.received_on}"))
            if sent.failed_on is not None:
                facts.append(("未送达", f"{sent.failed_on} {sent.failure}"))
            found.append(
                Entry(
                    sent.sent_on, sent.recorded_at, "delivery", f"发出{name_of(notice)}",
                    tuple(facts), sent.recorded_by, notice=notice.pk,
                )
            )  # fmt: skip
    for approval in approvals:
        details = (("拟办", words(approval)),)
        found.append(
            Entry(
                timezone.localdate(approval.proposed_at), approval.proposed_at, "approval",
                f"提出审批：{approval.get_kind_display()}", details,
                _name(approval.proposed_by), approval=approval.pk,
            )
        )  # fmt: skip
        if approval.decided_at is not None:
            said = (("意见", approval.comment),) if approval.comment else ()
            found.append(
                Entry(
                    timezone.localdate(approval.decided_at), approval.decided_at, "approval",
                    f"审批{approval.get_state_display()}：{approval.get_kind_display()}", said,
                    _name(approval.decided_by), approval=approval.pk,
                )
            )  # fmt: skip
    for ask in asks:
        wanted = (("请求", words_of(ask)),)
        found.append(
            Entry(
                timezone.localdate(ask.asked_at), ask.asked_at, "event",
                "申请人请求改变提供形式", wanted,
            )
        )  # fmt: skip
        if ask.handled_at is not None:
            found.append(
                Entry(
                    timezone.localdate(ask.handled_at), ask.handled_at, "event",
                    "处理改变提供形式的请求", (("处理情况", ask.result),), ask.handled_by,
                )
            )  # fmt: skip
    if intake is not None:
        for message in intake.messages.defer("sealed"):
            at = message.sent_at or message.queued_at
            state = (("状态", str(message.get_state_display())),)
            label = f"通知申请人（{message.get_way_display()}）"
            found.append(Entry(timezone.localdate(at), at, "message", label, state))
    return sorted(found, key=lambda one: (one.on, one.at))


def _name(user: Any) -> str:
    return str(user.display_name) if user is not None else ""


@dataclass(frozen=True)
class Placed:
    """A piece of the bar where it is drawn: where it begins and how wide it is, of `WIDTH`."""

    x: int
    width: int
    kind: str
    title: str


def placed(parts: Sequence[BarPart]) -> list[Placed]:
    """The stretches of working days side by side, as wide as they are many."""
    total, before, found = sum(part.days for part in parts), 0, []
    for part in parts:
        x, end = before * WIDTH // total, (before + part.days) * WIDTH // total
        before += part.days
        found.append(Placed(x, max(end - x, 1), part.kind, part.title))
    return found


def links_of(request: FoiRequest) -> list[tuple[CaseLink, FoiRequest]]:
    """The case's links, each with the other case. One statement."""
    found = CaseLink.objects.filter(Q(earlier=request) | Q(later=request))
    found = found.select_related("earlier", "later").order_by("at", "pk")
    found = found.only(
        "kind", "earlier__number", "earlier__subject", "later__number", "later__subject"
    )
    return [(one, one.later if one.earlier_id == request.pk else one.earlier) for one in found]


def counts_of(request: FoiRequest) -> dict[str, int]:
    """How many files, proofs and notes the case has. One statement."""
    counts = (
        FoiRequest.objects.filter(pk=request.pk)
        .order_by()
        .values_list(
            _counted(CaseFile.objects.all(), Count("pk")),
            _counted(Proof.objects.exclude(key=TRIAGE), Count("key", distinct=True)),
            _counted(CaseNote.objects.all(), Count("pk")),
        )
        .get()
    )
    return dict(zip(("files", "proofs", "notes"), counts, strict=True))


def _counted(rows: QuerySet[Any], count: Count) -> Coalesce:
    """How many `rows` there are of a case, as a part of a statement about it."""
    own = rows.filter(request=OuterRef("pk")).order_by().values("request")
    return Coalesce(Subquery(own.annotate(counted=count).values("counted")), 0)

"""What awaits information officers, and what the disclosure office looks after (for the desk)."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Count, Q
from django.urls import reverse

from gongkai.catalogue.models import Occasion
from gongkai.catalogue.queries import coverage as cov
from gongkai.catalogue.queries.missing import UNMET
from gongkai.organs import policy
from gongkai.organs.worklist import BodyCell, BodyColumn, Task, WorkList, soon_until

LISTED: Final = 10
KEPT_SECONDS: Final = 600
"""How long the coverage on the start page is kept: two statements over all duties make it."""
AHEAD: Final = timedelta(days=30)
"""How long before its due date an obligation appears on the start page."""


def due_publications(user: Any, today: date) -> WorkList:
    """What the user's own bodies must publish: overdue, and due within a month."""
    waiting = policy.scope(
        Occasion.objects.filter(UNMET, due_on__lte=today + AHEAD, opens_on__lte=today),
        user,
        "disclosure.edit",
    )
    counted = waiting.aggregate(
        total=Count("pk"),
        late=Count("pk", filter=Q(due_on__lt=today)),
        soon=Count("pk", filter=Q(due_on__lte=soon_until(today))),
    )
    rows = waiting.select_related("organ", "entry").order_by("due_on", "pk")[:LISTED]
    tasks = [
        Task(
            title=f"公开“{row.entry}”（{row.label or row.get_kind_display()}）",
            url=reverse("catalogue:occasion_detail", args=[row.pk]),
            organ=row.organ.label,
            due_on=row.due_on,
            due_label=due_words(row.due_on, today),
            is_urgent=row.due_on is not None and row.due_on < today,
        )
        for row in rows
    ]
    return WorkList(
        title="应主动公开的信息",
        url=reverse("catalogue:occasions") + "?state=open",
        tasks=tasks,
        total=counted["total"],
        late=counted["late"],
        now=counted["soon"] - counted["late"],
    )


def due_words(due_on: date | None, today: date) -> str:
    """Days left or days late, in words."""
    if due_on is None:
        return ""
    days = (due_on - today).days
    if days < 0:
        return f"已逾期{-days}天"
    return "今天到期" if days == 0 else f"还有{days}天"


def overdue_by_body(user: Any, today: date) -> list[BodyColumn]:
    """Overdue publications of every body that the user looks after. One statement."""
    address = reverse("catalogue:occasions")
    rows = (
        policy.scope(
            Occasion.objects.filter(UNMET, due_on__lt=today, opens_on__lte=today),
            user,
            "catalogue.view",
        )
        .order_by()
        .values("organ_id", "organ__code")
        .annotate(number=Count("pk"))
    )
    cells = {
        row["organ_id"]: BodyCell(
            f"{row['number']:,}",
            f"{address}?organ={row['organ__code']}&state=overdue",
            row["number"],
        )
        for row in rows
    }
    return [BodyColumn("应公开未公开", cells)]


def coverage_by_body(user: Any, today: date) -> list[BodyColumn]:
    """This year's coverage of every body that the user looks after, kept for ten minutes.

    What is kept belongs to the rights the user has now: other rights are another key.
    """
    if not policy.allows(user, "catalogue.view"):
        return []
    rights = hashlib.sha256(repr(policy.grants_of(user)).encode()).hexdigest()
    key = f"catalogue.coverage_by_body:{user.pk}:{rights}:{today}"
    shares: dict[int, float] | None = cache.get(key)
    if shares is None:
        organs = policy.organs_for(user, "catalogue.view")
        tallies = cov.by_organ(cov.coverage(organs, cov.Window.year(today.year, today)))
        shares = {pk: tally.coverage for pk, tally in tallies.items() if tally.coverage is not None}
        cache.set(key, shares, KEPT_SECONDS)
    codes = dict(
        policy.organs_for(user, "catalogue.view").order_by().values_list("pk", "code")
        if shares
        else ()
    )
    address = reverse("catalogue:duties")
    cells = {
        pk: BodyCell(f"{share * 100:.1f}%", f"{address}?answer=missing&organ={codes[pk]}")
        for pk, share in shares.items()
        if pk in codes
    }
    return [BodyColumn("目录覆盖率", cells)]


sources = (due_publications,)
body_sources = (overdue_by_body, coverage_by_body)

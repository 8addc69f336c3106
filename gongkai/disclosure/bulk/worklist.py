"""What bulk work puts on people's task lists: interpretations owed, opinions owed in a review,
documents about to expire, and what a review decided to amend."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from gongkai.disclosure.bulk import interpretation
from gongkai.disclosure.links import staff_url
from gongkai.disclosure.models import (
    DisclosedItem,
    DocumentKind,
    ReviewOutcome,
    ValidityReview,
    ValidityRound,
)
from gongkai.organs import policy
from gongkai.organs.worklist import BodyCell, BodyColumn, Task, WorkList, soon_until
from gongkai.statute import interpretation as rule
from gongkai.statute.parameters import number
from gongkai.workdays.queries import current_calendar

EDIT, CLEAN, VIEW = "disclosure.edit", "disclosure.clean", "disclosure.view"
LISTED = 8


def to_interpret(user: Any, today: date) -> WorkList:
    """Published policies of my bodies without an interpretation, the first due first."""
    owed = policy.scope(interpretation.owed(today), user, EDIT)
    calendar = current_calendar()
    late = rule.late_before(today, calendar)
    counted = owed.order_by().aggregate(
        total=Count("pk"), late=Count("pk", filter=Q(published_at__date__lt=late))
    )
    tasks = []
    shown = interpretation.with_draft(owed).select_related("organ").defer("body", "summary")
    for item in shown[:LISTED] if counted["total"] else ():
        due = rule.due_on(timezone.localdate(item.published_at), calendar).date
        left = (due - today).days
        words = f"已逾期{-left}天" if left < 0 else f"{due}前解读"
        drafted = "（起草中）" if item.interpretation_drafted else ""
        tasks.append(
            Task(
                title=item.title,
                url=staff_url(item),
                organ=item.organ.label,
                due_on=due,
                due_label=words + drafted,
            )
        )
    return WorkList(
        "待解读的文件（公开后3个工作日内）",
        reverse("disclosure:interpretations"),
        tasks,
        counted["total"],
        late=counted["late"],
        # Three working days are never more than "soon".
        now=counted["total"] - counted["late"],
    )


def to_propose(user: Any, today: date) -> WorkList:
    """Documents of my bodies in an open review for which no opinion was given, round by round."""
    open_reviews = ValidityReview.objects.filter(round__closed_at=None, proposal="", decision="")
    rows = list(
        policy.scope(open_reviews, user, EDIT)
        .order_by()
        .values("round", "round__title", "round__deadline")
        .annotate(number=Count("pk"))
        .order_by("round__deadline", "round")
    )
    tasks = [
        Task(
            title=f"{row['round__title']}：{row['number']:,}件文件待提意见",
            url=reverse("disclosure:round", args=[row["round"]]) + "?state=missing",
            due_on=row["round__deadline"],
            due_label=_until(row["round__deadline"], today, "前提出意见"),
        )
        for row in rows[:LISTED]
    ]
    return WorkList("规范性文件清理待提意见", reverse("disclosure:rounds"), tasks, len(rows))


def to_decide(user: Any, today: date) -> WorkList:
    """Open reviews of my governments: opinions to decide, bodies that owe theirs."""
    rounds = policy.scope(ValidityRound.objects.filter(closed_at=None), user, CLEAN)
    rows = list(
        rounds.annotate(
            waiting=Count("reviews", filter=~Q(reviews__proposal="") & Q(reviews__decision="")),
            missing=Count("reviews", filter=Q(reviews__proposal="", reviews__decision="")),
        ).order_by("deadline", "pk")
    )
    tasks = [
        Task(
            title=f"{row.title}：待审核{row.waiting:,}件，未提意见{row.missing:,}件",
            url=reverse("disclosure:round", args=[row.pk]),
            due_on=row.deadline,
            due_label=_until(row.deadline, today, "截止"),
        )
        for row in rows[:LISTED]
    ]
    return WorkList("组织中的规范性文件清理", reverse("disclosure:rounds"), tasks, len(rows))


def expiring(user: Any, today: date) -> WorkList:
    """Normative documents of my bodies whose term ends soon: to be assessed before it does."""
    items = policy.scope(expiring_documents(today), user, EDIT)
    total = items.count()
    tasks = [
        Task(
            title=item.title,
            url=staff_url(item),
            organ=item.organ.label,
            due_on=item.valid_until,
            due_label=f"有效期至{item.valid_until}，请评估是否延续、修改或废止",
        )
        for item in (
            items.select_related("organ").defer("body", "summary")[:LISTED] if total else ()
        )
    ]
    soon = items.filter(valid_until__lte=soon_until(today)).count() if total else 0
    return WorkList(
        "即将到期的规范性文件", reverse("disclosure:index"), tasks, total, late=0, now=soon
    )


def expiring_documents(today: date) -> QuerySet[DisclosedItem]:
    """Documents in force whose term ends within the days of notice, the first first."""
    until = today + timedelta(days=number("policy.expiry_notice_days", today))
    found: QuerySet[DisclosedItem] = DisclosedItem.objects.filter(
        Q(repealed_on=None) | Q(repealed_on__gt=today),
        live=True,
        document_kind__in=[DocumentKind.NORMATIVE, DocumentKind.REGULATION],
        valid_until__gt=today,
        valid_until__lte=until,
    ).order_by("valid_until", "pk")
    return found


def to_amend(user: Any, today: date) -> WorkList:
    """Documents that a closed review decided to amend, and that were not amended since."""
    reviews = (
        ValidityReview.objects.filter(
            decision=ReviewOutcome.AMEND,
            round__closed_at__isnull=False,
            item__live=True,
            item__repealed_on=None,
        )
        .filter(Q(item__amended_on=None) | Q(item__amended_on__lt=F("round__closed_at__date")))
        .select_related("item", "organ", "round")
        .defer("item__body")
        .order_by("round__closed_at", "pk")
    )
    reviews = policy.scope(reviews, user, EDIT)
    total = reviews.count()
    tasks = [
        Task(
            title=review.item.title,
            url=staff_url(review.item_id),
            organ=review.organ.label,
            due_label=f"{review.round.year}年清理确定修改",
        )
        for review in (reviews[:LISTED] if total else ())
    ]
    return WorkList("清理确定修改的文件", reverse("disclosure:rounds"), tasks, total)


def uninterpreted_by_body(user: Any, today: date) -> list[BodyColumn]:
    """Policies past their three working days of every body that the user looks after."""
    late = rule.late_before(today, current_calendar())
    rows = (
        policy.scope(interpretation.owed(today), user, VIEW)
        .filter(published_at__date__lt=late)
        .order_by()
        .values("organ_id", "organ__code")
        .annotate(late=Count("pk"))
    )
    address = reverse("disclosure:interpretations")
    cells = {
        row["organ_id"]: BodyCell(
            f"{row['late']:,}", f"{address}?organ={row['organ__code']}", row["late"]
        )
        for row in rows
    }
    return [BodyColumn("逾期未解读", cells)]


def _until(day: date, today: date, words: str) -> str:
    left = (day - today).days
    return f"已超过截止日期{-left}天" if left < 0 else f"{day}{words}"


sources = (to_interpret, to_propose, to_decide, expiring, to_amend)
body_sources = (uninterpreted_by_body,)

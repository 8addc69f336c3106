"""What awaits the request officers (contribution to the start page)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from gongkai.foi import queries
from gongkai.organs.worklist import BodyCell, BodyColumn, Task, WorkList, soon_until
from gongkai.statute.workdays import add_working_days
from gongkai.workdays.queries import current_calendar

LISTED = 10


def open_requests(user: Any, today: date) -> WorkList:
    """Requests that the user may handle and that wait for somebody, by due date."""
    waiting = queries.waiting_requests(user)
    calendar = current_calendar()
    urgent_until = add_working_days(today, queries.URGENT_DAYS, calendar).date
    counted = waiting.order_by().aggregate(
        total=Count("pk"),
        late=Count("pk", filter=Q(due_on__lt=today)),
        soon=Count("pk", filter=Q(due_on__lte=max(urgent_until, soon_until(today)))),
    )
    tasks = []
    for request in waiting[:LISTED]:
        due = queries.due_in_words(request, calendar, today)
        tasks.append(
            Task(
                title=f"{request.number} {request.subject}",
                url=reverse("foi:request_detail", args=[request.pk]),
                organ=request.organ.label,
                due_on=request.due_on,
                due_label=due.text,
                is_urgent=due.is_urgent,
                # Applicants write the subject: it does not leave the platform.
                mail_title=f"政府信息公开申请 {request.number}",
            )
        )
    return WorkList(
        title="待办的政府信息公开申请",
        url=reverse("foi:index") + "?stage=waiting",
        tasks=tasks,
        total=counted["total"],
        late=counted["late"],
        now=counted["soon"] - counted["late"],
    )


def requests_by_body(user: Any, today: date) -> list[BodyColumn]:
    """Open and overdue requests of every body that the user looks after. One statement."""
    address = reverse("foi:index")
    overdue = Q(due_on__lt=today, state__in=queries.OWN_CLOCK)
    rows = (
        queries.waiting_requests(user, "foi.view")
        .order_by()
        .values("organ_id", "organ__code")
        .annotate(open=Count("pk"), late=Count("pk", filter=overdue))
    )
    in_hand: dict[int, BodyCell] = {}
    late: dict[int, BodyCell] = {}
    for row in rows:
        link = f"{address}?organ={row['organ__code']}&stage="
        in_hand[row["organ_id"]] = BodyCell(f"{row['open']:,}", f"{link}waiting")
        if row["late"]:
            late[row["organ_id"]] = BodyCell(f"{row['late']:,}", f"{link}overdue", row["late"])
    return [BodyColumn("申请在办", in_hand), BodyColumn("申请逾期", late)]


sources = (open_requests,)
body_sources = (requests_by_body,)

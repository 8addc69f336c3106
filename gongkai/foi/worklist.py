"""What awaits the request officers (contribution to the start page)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from gongkai.foi import queries
from gongkai.organs.worklist import Task, WorkList
from gongkai.workdays.queries import current_calendar

LISTED = 10


def open_requests(user: Any, today: date) -> WorkList:
    """Requests that the user may handle and that wait for somebody, by due date."""
    waiting = queries.waiting_requests(user)
    calendar = current_calendar()
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
            )
        )
    return WorkList(
        title="待办的政府信息公开申请",
        url=reverse("foi:index") + "?stage=waiting",
        tasks=tasks,
        total=waiting.count(),
    )


sources = (open_requests,)

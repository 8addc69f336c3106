"""What awaits a person in annual reports: to be sent, mended, reviewed, published."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from gongkai.organs import policy
from gongkai.organs.worklist import SOON_DAYS, BodyCell, BodyColumn, Task, WorkList
from gongkai.reports import queries
from gongkai.reports.models import AnnualReport, State
from gongkai.reports.tree import NoSuchYear, require_format

LISTED = 8
SEASON_OPENS_DAYS = 60
"""Reports not yet sent are shown from this many days before they are due."""


def reports_due(user: Any, today: date) -> WorkList:
    """Last year's reports of my own bodies that are not yet sent, the most pressing first."""
    year = today.year - 1
    title, url = f"{year}年度报告：待提交", f"{reverse('reports:index')}?year={year}&state=missing"
    try:
        require_format(year, today=today)
    except NoSuchYear:
        return WorkList(title, url, [], 0)
    mine = policy.organs_for(user, "reports.edit") | policy.organs_for(user, "reports.submit")
    rows = [
        row
        for row in queries.overview(mine.distinct(), year, today=today)
        if row.is_missing and row.state != State.RETURNED
    ]
    rows = [row for row in rows if row.due.days_left(today) <= SEASON_OPENS_DAYS]
    rows.sort(key=lambda row: (row.due.on, row.body.path))
    tasks = []
    for row in rows[:LISTED]:
        address = (
            reverse("reports:detail", args=[row.report.pk])
            if row.report
            else f"{reverse('reports:preview', args=[row.body.code, year])}?scope={row.scope}"
        )
        left = row.due.days_left(today)
        tasks.append(
            Task(
                title=f"{year}年政府信息公开工作年度报告",
                url=address,
                organ=row.body.label,
                due_on=row.due.on,
                due_label=due_words(left),
                is_urgent=left <= SOON_DAYS,
            )
        )
    days_left = [row.due.days_left(today) for row in rows]
    return WorkList(
        title,
        url,
        tasks,
        len(rows),
        late=sum(left < 0 for left in days_left),
        now=sum(0 <= left <= SOON_DAYS for left in days_left),
    )


def due_words(left: int) -> str:
    """Days left, in words."""
    if left < 0:
        return f"已逾期{-left}天"
    return "今天到期" if left == 0 else f"还有{left}天"


def reports_returned(user: Any, today: date) -> WorkList:
    """Reports that the superior sent back to me."""
    return _list("年度报告：退回待修改", "returned", queries.returned_to(user), "退回", urgent=True)


def reports_to_review(user: Any, today: date) -> WorkList:
    """Reports that wait for my review."""
    return _list("年度报告：待审核", "submitted", queries.awaiting_review(user), "提交")


def reports_to_publish(user: Any, today: date) -> WorkList:
    """Accepted reports that wait to be published."""
    return _list("年度报告：待发布", "accepted", queries.awaiting_publication(user), "审核通过")


def _list(title: str, state: str, reports: Any, did: str, *, urgent: bool = False) -> WorkList:
    total = reports.count()
    shown: list[AnnualReport] = list(reports[:LISTED]) if total else []
    url = f"{reverse('reports:index')}?state={state}"
    if shown:
        url += f"&year={shown[0].year}"
    return WorkList(
        title,
        url,
        [
            Task(
                title=f"{report.year}年政府信息公开工作年度报告",
                url=reverse("reports:detail", args=[report.pk]),
                organ=report.organ.label,
                due_on=None,
                due_label=f"{_day(report)}{did}",
                is_urgent=urgent,
            )
            for report in shown
        ],
        total,
        late=0,
        now=total,
    )


def reports_by_body(user: Any, today: date) -> list[BodyColumn]:
    """In the season: where last year's report of every body that I look after stands."""
    year = today.year - 1
    try:
        require_format(year, today=today)
    except NoSuchYear:
        return []
    rows = queries.overview(policy.organs_for(user, "reports.view"), year, today=today)
    if not any(row.is_missing and row.due.days_left(today) <= SEASON_OPENS_DAYS for row in rows):
        return []
    cells: dict[int, BodyCell] = {}
    for row in rows:
        late = row.is_missing and row.due.days_left(today) < 0
        address = (
            reverse("reports:detail", args=[row.report.pk])
            if row.report
            else f"{reverse('reports:preview', args=[row.body.code, year])}?scope={row.scope}"
        )
        # A body's usual report comes first; a second one of another scope adds nothing here.
        cells.setdefault(row.body.pk, BodyCell(row.state_label, address, weight=1 if late else 0))
    return [BodyColumn(f"{year}年报告", cells)]


def _day(report: AnnualReport) -> str:
    at = timezone.localtime(report.updated_at)
    return f"{at.month}月{at.day}日"


sources = (reports_due, reports_returned, reports_to_review, reports_to_publish)
body_sources = (reports_by_body,)

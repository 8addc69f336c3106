"""What awaits a person in publishing: to decide, to mend, to let through, to hand over."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from gongkai.disclosure import leaders, queries, timeliness
from gongkai.disclosure.bulk import worklist as bulk
from gongkai.disclosure.links import staff_url
from gongkai.disclosure.models import DisclosedItem, Step
from gongkai.organs import policy
from gongkai.organs.worklist import BodyCell, BodyColumn, Task, WorkList, soon_until
from gongkai.workdays.queries import current_calendar

LISTED = 8


def to_decide(user: Any, today: date) -> WorkList:
    """Items that await my decision, the longest waiting first (三审)."""
    return _items(
        "待我审核的信息",
        reverse("disclosure:awaiting"),
        queries.awaiting(user),
        lambda item: f"{Step(item.step).label}，{_day(item.submitted_at)}送审",
    )


def returned(user: Any, today: date) -> WorkList:
    """Items that came back to me."""
    return _items(
        "退回待修改的信息",
        _list(state="returned"),
        queries.returned_to(user),
        lambda item: f"{_day(item.updated_at)}退回",
        urgent=True,
    )


def blocked(user: Any, today: date) -> WorkList:
    """Drafts with serious findings: to be mended, or let through by name and reason."""
    return _items(
        "内容审查有严重问题的信息",
        _list(state="blocked"),
        queries.blocked_for(user),
        lambda item: f"{item.blocking}处严重问题",
        # A draft's title may hold the very number that was found.
        mail_title="一条信息的内容审查有严重问题",
    )


def running(user: Any, today: date) -> WorkList:
    """Drafts of my bodies whose 20 working days run (Art. 26), the next due first."""
    calendar = current_calendar()
    drafts = queries.running(user)
    begun = Coalesce("changed_on", "formed_on")
    late_before = timeliness.late_before(today, calendar)
    soon_before = timeliness.late_before(soon_until(today), calendar)
    counted = (
        drafts.order_by()
        .alias(begun=begun)
        .aggregate(
            total=Count("pk"),
            late=Count("pk", filter=Q(begun__lt=late_before)),
            soon=Count("pk", filter=Q(begun__lt=soon_before)),
        )
    )
    tasks = []
    for item in drafts.alias(begun=begun).order_by("begun", "pk").select_related("organ")[:LISTED]:
        due = timeliness.due_on(item.changed_on or item.formed_on, calendar)
        left = (due.date - today).days
        tasks.append(
            Task(
                title=item.title,
                url=staff_url(item),
                organ=item.organ.label,
                due_on=due.date,
                due_label=f"已逾期{-left}天" if left < 0 else f"{due.date}前公开",
                mail_title="一条待公开的信息",
            )
        )
    return WorkList(
        "待公开的信息（自形成之日起20个工作日）",
        _list(status="draft"),
        tasks,
        counted["total"],
        late=counted["late"],
        now=counted["soon"] - counted["late"],
    )


def scheduled(user: Any, today: date) -> WorkList:
    """What goes live at its hour."""
    if not policy.allows(user, "disclosure.approve") and not policy.allows(user, "disclosure.edit"):
        return WorkList("待定时发布的信息", "", [], 0)
    items = queries.scheduled(user).select_related("organ")
    tasks = [
        Task(
            title=item.title,
            url=staff_url(item),
            organ=item.organ.label,
            due_on=timezone.localtime(item.scheduled_for).date(),
            due_label=f"{timezone.localtime(item.scheduled_for):%m月%d日 %H:%M}发布",
        )
        for item in items[:LISTED]
    ]
    return WorkList(
        "待定时发布的信息", _list(status="scheduled"), tasks, items.count(), kind="watch"
    )


def to_assess(user: Any, today: date) -> WorkList:
    """What was withheld and is to be assessed anew (Art. 18)."""
    items = queries.to_assess(user, today).select_related("organ")
    tasks = [
        Task(
            title=item.title,
            url=staff_url(item),
            organ=item.organ.label,
            due_on=item.next_assessment_on,
            due_label=f"{item.next_assessment_on}应评估",
        )
        for item in items[:LISTED]
    ]
    counted = items.order_by().aggregate(
        total=Count("pk"), late=Count("pk", filter=Q(next_assessment_on__lt=today))
    )
    return WorkList(
        "不予公开信息到期评估",
        reverse("disclosure:assessments"),
        tasks,
        counted["total"],
        late=counted["late"],
        now=counted["total"] - counted["late"],
    )


def referrals(user: Any, today: date) -> WorkList:
    """Questions put to the competent department (Art. 17) whose answer is awaited."""
    asked = queries.open_referrals(user)
    tasks = [
        Task(
            title=f"{each.referred_to}：{each.item.title}",
            url=staff_url(each.item),
            organ=each.item.organ.label,
            due_on=each.reply_due_on,
            due_label=f"{each.reply_due_on}前答复",
            mail_title="一件提请确定的答复",
        )
        for each in asked[:LISTED]
    ]
    counted = asked.order_by().aggregate(
        total=Count("pk"),
        late=Count("pk", filter=Q(reply_due_on__lt=today)),
        soon=Count("pk", filter=Q(reply_due_on__lte=soon_until(today))),
    )
    return WorkList(
        "提请确定、等待答复",
        reverse("disclosure:awaiting"),
        tasks,
        counted["total"],
        late=counted["late"],
        now=counted["soon"] - counted["late"],
    )


def orphans(user: Any, today: date) -> WorkList:
    """Abolished bodies whose items under way wait to be handed over to their successors."""
    bodies = list(queries.orphaned(user, today))
    tasks = [
        Task(
            title=(
                f"{organ.name}已撤销，在办信息移交{organ.successor.name}"
                if organ.successor is not None
                else f"{organ.name}已撤销，尚未填写承继机构"
            ),
            url=reverse("disclosure:hand_over", args=[organ.pk]),
            organ=organ.label,
            due_label=f"{organ.abolished_on}撤销",
            is_urgent=True,
        )
        for organ in bodies[:LISTED]
    ]
    return WorkList("已撤销机关的在办信息", _list(), tasks, len(bodies))


def leaders_to_approve(user: Any, today: date) -> WorkList:
    """Leaders' records that wait for somebody who did not write them."""
    waiting = leaders.awaiting(user)
    tasks = [
        Task(
            title=f"{version.leader.organ.label}：{version}",
            url=reverse("disclosure:leader_decide", args=[version.leader_id]),
            organ=version.leader.organ.label,
            due_label=f"{_day(version.drafted_at)}送审",
            mail_title="一份领导信息待审批",
        )
        for version in waiting[:LISTED]
    ]
    return WorkList("待审批的领导信息", reverse("disclosure:leaders"), tasks, waiting.count())


def leaders_returned(user: Any, today: date) -> WorkList:
    """Leaders' records that came back to me."""
    those = leaders.returned_to(user)
    tasks = [
        Task(
            title=f"{version.leader.organ.label}：{version}",
            url=reverse("disclosure:leader_edit", args=[version.leader_id]),
            organ=version.leader.organ.label,
            due_label=f"{_day(version.decided_at)}退回",
            is_urgent=True,
            mail_title="一份领导信息被退回",
        )
        for version in those[:LISTED]
    ]
    return WorkList("退回待修改的领导信息", reverse("disclosure:leaders"), tasks, those.count())


def late_by_body(user: Any, today: date) -> list[BodyColumn]:
    """Drafts past their 20 working days of every body that the user looks after. One statement."""
    before = timeliness.late_before(today, current_calendar())
    rows = (
        queries.visible(user)
        .filter(queries.OPEN)
        .alias(begun=Coalesce("changed_on", "formed_on"))
        .filter(begun__lt=before)
        .order_by()
        .values("organ_id", "organ__code")
        .annotate(late=Count("pk"))
    )
    cells = {
        row["organ_id"]: BodyCell(
            f"{row['late']:,}", _list(organ=row["organ__code"], state="overdue"), row["late"]
        )
        for row in rows
    }
    return [BodyColumn("逾期未公开", cells)]


def _items(
    title: str,
    url: str,
    items: QuerySet[DisclosedItem],
    label: Any,
    *,
    urgent: bool = False,
    mail_title: str = "",
) -> WorkList:
    total = items.count()
    shown = items.select_related("organ").defer("body")[:LISTED] if total else []
    tasks = [
        Task(
            title=item.title,
            url=staff_url(item),
            organ=item.organ.label,
            due_label=label(item),
            is_urgent=urgent,
            mail_title=mail_title,
        )
        for item in shown
    ]
    return WorkList(title, url, tasks, total)


def _list(**filters: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return reverse("disclosure:index") + (f"?{query}" if query else "")


def _day(at: Any) -> str:
    local = timezone.localtime(at)
    return f"{local.month}月{local.day}日"


sources = (
    to_decide,
    returned,
    blocked,
    running,
    referrals,
    to_assess,
    orphans,
    scheduled,
    leaders_to_approve,
    leaders_returned,
    *bulk.sources,
)
body_sources = (late_by_body, *bulk.body_sources)

"""What awaits the request officers (contribution to the start page)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from gongkai.foi import notice_queries, queries
from gongkai.foi.models import (
    Approval,
    CaseFile,
    CoHandling,
    Complaint,
    FoiRequest,
    Intake,
    RemedyCase,
    SupplyAsk,
)
from gongkai.foi.services.complaints import answer_by
from gongkai.foi.services.intake import confirm_by
from gongkai.foi.services.linking import orphaned_for
from gongkai.foi.services.supply import words_of
from gongkai.organs import policy
from gongkai.organs.worklist import BodyCell, BodyColumn, Task, WorkList, soon_until
from gongkai.statute.clock import ClockState
from gongkai.statute.workdays import add_working_days
from gongkai.workdays.queries import current_calendar

LISTED = 10


def unconfirmed_intakes(user: Any, today: date) -> WorkList:
    """What came in and waits to be confirmed with its sender (Article 31), oldest first.

    Due the same day (letters) or the next working day: what is late stands on top of the page.
    """
    waiting = Intake.objects.filter(state=Intake.State.WAITING).select_related("organ")
    waiting = policy.scope(waiting, user, "foi.handle").order_by("arrived_on", "pk")
    return _intakes(waiting, today, "待确认的来件", "act")


def unconfirmed_elsewhere(user: Any, today: date) -> WorkList:
    """Escalation: what bodies below have left unconfirmed beyond its day, for who oversees them."""
    waiting = Intake.objects.filter(
        queries.late_intakes(today), state=Intake.State.WAITING
    ).select_related("organ")
    watched = policy.scope(waiting, user, "foi.configure").exclude(
        organ__in=policy.organs_for(user, "foi.handle").order_by().values("pk")
    )
    return _intakes(watched.order_by("arrived_on", "pk"), today, "逾期未确认的来件", "watch")


def _intakes(
    waiting: QuerySet[Intake], today: date, title: str, kind: Literal["act", "watch"]
) -> WorkList:
    calendar = current_calendar()
    late = queries.late_intakes(today)
    counted = waiting.order_by().aggregate(total=Count("pk"), late=Count("pk", filter=late))
    tasks = []
    for intake in waiting[:LISTED]:
        due = confirm_by(intake, calendar)
        words = "超过确认期限" if due < today else "今天须确认" if due == today else "待确认"
        tasks.append(
            Task(
                title=f"来件 {intake.number}（{intake.get_channel_display()}）",
                url=reverse("foi:intake_detail", args=[intake.pk]),
                organ=intake.organ.label,
                due_on=due,
                due_label=words,
                is_urgent=due <= today,
            )
        )
    return WorkList(
        title=title,
        url=reverse("foi:intake_list") + "?state=waiting",
        tasks=tasks,
        total=counted["total"],
        kind=kind,
        late=counted["late"],
        # Confirmation is a matter of a day or two: none of it can be left for later.
        now=counted["total"] - counted["late"],
    )


def asked_for_help(user: Any, today: date) -> WorkList:
    """What other bodies ask of the user's body (协办) and that nobody has answered yet."""
    asked = CoHandling.objects.filter(answered_on=None).select_related("organ", "request__organ")
    asked = policy.scope(asked, user, "foi.handle").order_by("due_on", "pk")
    counted = asked.order_by().aggregate(
        total=Count("pk"),
        late=Count("pk", filter=Q(due_on__lt=today)),
        soon=Count("pk", filter=Q(due_on__lte=soon_until(today))),
    )
    tasks = [
        Task(
            title=f"{each.request.organ.label}请求协办：{each.question[:40]}",
            url=reverse("foi:help_detail", args=[each.pk]),
            organ=each.organ.label,
            due_on=each.due_on,
            mail_title=f"{each.request.organ.label}请求协办的事项",
        )
        for each in asked[:LISTED]
    ]
    return WorkList(
        title="其他机关请求协办",
        url=reverse("foi:help_list") + "?answered=no",
        tasks=tasks,
        total=counted["total"],
        late=counted["late"],
        now=counted["soon"] - counted["late"],
    )


def orphaned_cases(user: Any, today: date) -> WorkList:
    """Open cases of abolished bodies, for whoever may hand them over to the successor."""
    tasks = [
        Task(
            title=f"{each.organ.name}已撤销，未办结申请{each.requests}件、来件{each.intakes}件待移交",
            url=reverse("foi:hand_over_body", args=[each.organ.code]),
            organ=each.heir.label if each.heir is not None else "",
            is_urgent=True,
        )
        for each in orphaned_for(user)
    ]
    return WorkList(
        title="已撤销机关的申请", url=reverse("foi:hand_over"), tasks=tasks, total=len(tasks)
    )


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


def undelivered_notices(user: Any, today: date) -> WorkList:
    """Notices that were issued and reached nobody yet, oldest first: late from the next day on."""
    waiting = notice_queries.undelivered_notices(user)
    counted = waiting.order_by().aggregate(
        total=Count("pk"), late=Count("pk", filter=Q(issued_on__lt=today))
    )
    tasks = [
        Task(
            title=f"{notice.number or notice.request.number} {notice_queries.name_of(notice)}",
            url=reverse("foi:notice_detail", args=[notice.pk]),
            organ=notice.organ.label,
            due_on=notice.issued_on,
            due_label="待送达",
            is_urgent=notice.issued_on is not None and notice.issued_on < today,
        )
        for notice in waiting[:LISTED]
    ]
    return WorkList(
        title="待送达的文书",
        url=reverse("foi:notice_list"),
        tasks=tasks,
        total=counted["total"],
        late=counted["late"],
        now=counted["total"] - counted["late"],
    )


def duties_of_decisions(user: Any, today: date) -> WorkList:
    """What reviews and courts have ordered and nobody has done yet, by the day that they set."""
    owed = RemedyCase.objects.filter(duty_done_on=None, voided_at=None).exclude(duty="")
    owed = policy.scope(owed.select_related("organ"), user, "foi.handle")
    owed = owed.order_by(F("duty_until").asc(nulls_last=True), "pk")
    counted = owed.order_by().aggregate(
        total=Count("pk"),
        late=Count("pk", filter=Q(duty_until__lt=today)),
        soon=Count("pk", filter=Q(duty_until__lte=soon_until(today))),
    )
    tasks = [
        Task(
            title=f"{case.number} {case.get_duty_display()}",
            url=reverse("foi:case_detail", args=[case.pk]),
            organ=case.organ.label,
            due_on=case.duty_until,
            is_urgent=case.duty_until is not None and case.duty_until <= soon_until(today),
        )
        for case in owed[:LISTED]
    ]
    return WorkList(
        title="待履行的复议决定、裁判",
        url=reverse("foi:case_list") + "?duty=open",
        tasks=tasks,
        total=counted["total"],
        late=counted["late"],
        now=counted["soon"] - counted["late"],
    )


def pending_approvals(user: Any, today: date) -> WorkList:
    """What waits for the user's own decision: extensions, fees, answers to be signed."""
    pending = Approval.objects.filter(state=Approval.State.PENDING).exclude(proposed_by=user.pk)
    signing = policy.scope(pending, user, "foi.sign", field="request__organ")
    others = policy.scope(pending, user, "foi.approve", field="request__organ")
    mine = Approval.objects.filter(
        Q(pk__in=signing.filter(kind=Approval.Kind.DECISION).order_by().values("pk"))
        | Q(pk__in=others.exclude(kind=Approval.Kind.DECISION).order_by().values("pk"))
    ).order_by("request__due_on", "pk")
    counted = mine.order_by().aggregate(
        total=Count("pk"),
        late=Count("pk", filter=Q(request__due_on__lt=today)),
        soon=Count("pk", filter=Q(request__due_on__lte=soon_until(today))),
    )
    tasks = [
        Task(
            title=f"{approval.request.number} {approval.get_kind_display()}",
            url=reverse("foi:approval_detail", args=[approval.pk]),
            organ=approval.request.organ.label,
            due_on=approval.request.due_on,
        )
        for approval in mine.select_related("request__organ")[:LISTED]
    ]
    return WorkList(
        title="待审批、签发的事项",
        url=reverse("foi:approval_list") + "?mine=1",
        tasks=tasks,
        total=counted["total"],
        late=counted["late"],
        now=counted["soon"] - counted["late"],
    )


def open_complaints(user: Any, today: date) -> WorkList:
    """What applicants complain about and nobody has answered, oldest first."""
    waiting = Complaint.objects.filter(answered_at=None).select_related("request__organ")
    waiting = policy.scope(waiting, user, "foi.complaints", field="request__organ")
    calendar = current_calendar()
    found = [(one, answer_by(one, calendar)) for one in waiting.order_by("at", "pk")[:LISTED]]
    tasks = [
        Task(
            title=f"{one.request.number} 的投诉",
            url=reverse("foi:complaint_detail", args=[one.pk]),
            organ=one.request.organ.label,
            due_on=due,
            is_urgent=due <= today,
        )
        for one, due in found
    ]
    total = waiting.order_by().count()
    # They come in the order of their days, so the late ones are among the first.
    late = sum(1 for _, due in found if due < today)
    return WorkList(
        title="待答复的投诉",
        url=reverse("foi:complaint_list") + "?answered=no",
        tasks=tasks,
        total=total,
        late=late,
        now=total - late,
    )


def slips_to_check(user: Any, today: date) -> WorkList:
    """Bank slips that applicants have handed in: whether the money came is for the officer to see."""
    waiting = FoiRequest.objects.filter(
        state=ClockState.AWAITING_PAYMENT,
        pk__in=CaseFile.objects.filter(kind=CaseFile.Kind.SLIP).values("request"),
    ).select_related("organ")
    waiting = policy.scope(waiting, user, "foi.handle").order_by("due_on", "pk")
    total = waiting.order_by().count()
    tasks = [
        Task(
            title=f"{request.number} 的缴费凭证",
            url=reverse("foi:request_detail", args=[request.pk]),
            organ=request.organ.label,
            due_on=request.due_on,
        )
        for request in waiting[:LISTED]
    ]
    return WorkList(
        title="待核对的缴费凭证",
        url=reverse("foi:index") + f"?state={ClockState.AWAITING_PAYMENT.value}",
        tasks=tasks,
        total=total,
        now=total,
    )


def supply_asks(user: Any, today: date) -> WorkList:
    """Applicants who want the information in another form (Article 40), longest waiting first."""
    waiting = SupplyAsk.objects.filter(handled_at=None).select_related("request__organ")
    waiting = policy.scope(waiting, user, "foi.handle", field="request__organ")
    total = waiting.order_by().count()
    tasks = [
        Task(
            title=f"{one.request.number} 请求{words_of(one)}",
            url=reverse("foi:request_detail", args=[one.request_id]),
            organ=one.request.organ.label,
            due_on=one.request.due_on,
            mail_title=f"{one.request.number} 请求改变提供形式",
        )
        for one in waiting.order_by("asked_at", "pk")[:LISTED]
    ]
    return WorkList(
        title="申请人请求改变提供形式",
        url=reverse("foi:index") + "?asked=supply",
        tasks=tasks,
        total=total,
        now=total,
    )


sources = (
    open_complaints,
    slips_to_check,
    supply_asks,
    pending_approvals,
    unconfirmed_intakes,
    open_requests,
    asked_for_help,
    orphaned_cases,
    duties_of_decisions,
    undelivered_notices,
    unconfirmed_elsewhere,
)
body_sources = (requests_by_body,)

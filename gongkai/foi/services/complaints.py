"""投诉 (Articles 47 and 51): what applicants complain about, read and answered.

The responsible person answers for his own body, the disclosure office for every body that it
oversees. The law sets no time [reading: setting FOI_COMPLAINT_DAYS, working days].
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.models import Complaint, Intake
from gongkai.foi.persons import refuse_personal
from gongkai.foi.services.messages import queue
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.statute.workdays import WorkCalendar, add_working_days
from gongkai.vault.sealing import open_json
from gongkai.workdays.queries import current_calendar

ACTION = "foi.complaints"
LONGEST = 1000


def read_complaint(actor: Actor, complaint: Complaint) -> str:
    """What the applicant wrote, against a ledger entry."""
    organ = complaint.request.organ
    authorise(actor, ACTION, organ)
    with transaction.atomic():
        record(actor, "foi.complaint.read", chain=organ.code, obj=complaint.request)
    return str(open_json(complaint.belongs_to, complaint.sealed).get("text", ""))


def answer_complaint(actor: Actor, complaint: Complaint, *, answer: str) -> Complaint:
    """The applicant is told, and reads the answer where he follows the request. It is given once."""
    organ = complaint.request.organ
    authorise(actor, ACTION, organ)
    answer = "\n".join(line.rstrip() for line in answer.splitlines()).strip()
    if not answer:
        raise ValidationError({"answer": "请填写处理结果。"})
    if len(answer) > LONGEST:
        raise ValidationError({"answer": f"有{len(answer)}个字，最多{LONGEST}个字，请精简。"})
    refuse_personal(answer=answer)
    with transaction.atomic():
        locked = Complaint.objects.select_for_update(of=("self",)).get(pk=complaint.pk)
        if locked.answered_at is not None:
            raise ValidationError(
                f"{locked.answered_by}已于{timezone.localtime(locked.answered_at):%Y年%m月%d日}答复。",
                code="changed",
            )
        locked.answer, locked.answered_at = answer, timezone.now()
        locked.answered_by = actor.name[:150]
        locked.save(update_fields=["answer", "answered_at", "answered_by"])
        record(actor, "foi.complaint.answer", chain=organ.code, obj=complaint.request)
        intake = Intake.objects.select_related("organ", "applicant").filter(
            request=complaint.request
        ).first()  # fmt: skip
        if intake is not None:
            queue(intake, "complaint")
    return locked


def answer_by(complaint: Complaint, calendar: WorkCalendar | None = None) -> date:
    """The day until which the site wants complaints answered."""
    came = timezone.localtime(complaint.at).date()
    days = int(settings.FOI_COMPLAINT_DAYS)
    return add_working_days(came, days, calendar or current_calendar()).date

"""补正 (Article 30): told once, completely, within seven working days; answered, or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from gongkai.foi.models import CaseFile, FoiRequest, Notice
from gongkai.foi.notices.wording import day
from gongkai.foi.services.files import add_file, whole
from gongkai.foi.services.intake import Incoming
from gongkai.foi.services.notices import draft_notice, issue_notice
from gongkai.foi.services.requests import HANDLE, record_event
from gongkai.foi.services.steps.common import made
from gongkai.ledger.actor import Actor
from gongkai.organs.policy import authorise
from gongkai.statute.clock import CorrectionReceived, CorrectionRequested
from gongkai.statute.parameters import parameter


def request_correction(
    actor: Actor,
    request: FoiRequest,
    *,
    points: str,
    guidance: str = "",
    days: int | None = None,
    until: date | None = None,
    on: date | None = None,
    seen: int | None = None,
) -> Notice:
    """The correction notice N02 is issued and the answer clock stands still.

    The period is `days` working days or ends on `until`; without either the default of
    `foi.correction_period_days` [reading]. `points` is everything that is unclear: the law allows
    no second notice.
    """
    authorise(actor, HANDLE, request.organ)
    on = on or timezone.localdate()
    if days is None and until is None:
        days = int(parameter("foi.correction_period_days", request.received_on).value)
    if not points.strip():
        raise ValidationError({"points": "请写明全部补正事项：补正只能告知一次。"})
    period = f"{days}个工作日" if until is None else f"截至{day(until)}"
    with whole():
        event = made(
            lambda: CorrectionRequested(on, until=until, days=days), "days" if days else "until"
        )
        record_event(actor, request, event, seen=seen)
        fresh = FoiRequest.objects.select_related("organ").get(pk=request.pk)
        extra = {"points": points, "guidance": guidance, "period": period}
        draft = draft_notice(actor, fresh, "N02", extra=extra)
        return issue_notice(actor, draft, on=on)


def receive_correction(
    actor: Actor,
    request: FoiRequest,
    *,
    on: date,
    justified: bool = False,
    files: Sequence[Incoming] = (),
    seen: int | None = None,
) -> FoiRequest:
    """The supplement came: the whole answer period runs anew from that day.

    `justified`: it was late for a good reason, which takes up a case that had lapsed.
    """
    authorise(actor, HANDLE, request.organ)
    with whole():
        for file in files:
            add_file(
                actor,
                kind=CaseFile.Kind.CORRECTION,
                content=file.content,
                name=file.name,
                request=request,
            )
        return record_event(actor, request, CorrectionReceived(on, justified), seen=seen)

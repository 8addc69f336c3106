"""信息处理费 (Article 42): computed, never typed; proposed, approved, noticed, paid.

And Article 35's question for reasons, which comes before refusing or delaying for sheer number.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.foi.models import Applicant, Approval, FoiRequest, Notice
from gongkai.foi.services.notices import draft_notice, issue_notice
from gongkai.foi.services.requests import HANDLE, is_under_way, record_event
from gongkai.foi.services.steps.approvals import propose
from gongkai.foi.services.steps.common import locked, made, not_in_future, reading_now, stated
from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs.policy import authorise
from gongkai.statute.clock import ClockState, FeeNoticed, FeePaid
from gongkai.statute.fees import FeeError, FeeReading, fee_by_items, fee_by_pages

Method = Literal["item", "page"]


def items_this_month(request: FoiRequest) -> int:
    """The how-manyeth request of its applicant to this body in the month of receipt it is, from 1.

    Counted by the day of receipt, in the order of receipt, to this body alone; who has withdrawn is
    counted too [reading]. The same applicant is told by the blind index of the identity document:
    0 when the request has none, so that nobody is counted by his name.
    """
    index = (
        Applicant.objects.filter(intake__request=request)
        .exclude(identity_index="")
        .values_list("identity_index", flat=True)
        .first()
    )
    if not index:
        return 0
    on = request.received_on
    same = FoiRequest.objects.filter(
        organ_id=request.organ_id,
        received_on__gte=on.replace(day=1),
        received_on__lte=on,
        intake__applicant__identity_index=index,
    ).values_list("received_on", "pk")
    return sum(1 for row in same if row <= (on, request.pk))


def fee_for(request: FoiRequest, method: Method, pages: int = 0) -> tuple[int, FeeReading]:
    """What this request costs in yuan, and the calculation. Raises ValidationError.

    By item: the rate of the how-manyeth of the month it is (办法第四条; not the month's whole sum,
    since each request has its own notice); by page: of its own pages alone (第五条).
    """
    on = request.received_on
    try:
        if method == "page":
            reading = fee_by_pages(pages, on)
            amount = int(reading.amount)
        else:
            count = items_this_month(request)
            if count == 0:
                raise ValidationError(
                    {"method": "申请人没有登记证件号码，不能认定是同一申请人，不能按件计收。"}
                )
            reading = fee_by_items(count, on)
            amount = reading.last_rate
    except FeeError as error:
        raise ValidationError({"pages" if method == "page" else "method": str(error)}) from error
    if amount == 0:
        unit = "页" if method == "page" else "件"
        raise ValidationError(
            f"按现行标准，第{reading.count}{unit}不收费，不需要发收费通知（条例第四十二条）。"
        )
    return amount, reading


def propose_fee(
    actor: Actor,
    request: FoiRequest,
    *,
    method: Method,
    pages: int = 0,
    reason: str,
    offered: str,
    seen: int | None = None,
) -> Approval:
    """A fee, computed by one method, is proposed with why the range is clearly exceeded.

    `offered`: which cheaper ways were offered to the applicant first (查阅、抄录, a narrower
    request) [reading]; it stands in the ledger with the proposal.
    """
    authorise(actor, HANDLE, request.organ)
    amount, reading = fee_for(request, method, pages)
    reading_now(request, FeeNoticed(timezone.localdate(), amount))
    offered = stated(offered, "offered", "请写明事先提供过哪些免费或者少收费的办法。", limit=300)
    if method == "item":
        lines = [f"本次申请为本月第{reading.count}件，第{reading.count}件{amount}元。"]
        lines.append(f"依据：{reading.rule.article}。")
    else:
        lines = reading.lines()
    proposal = {
        "amount": amount,
        "method": method,
        "count": reading.count,
        "rule": reading.rule.valid_from.isoformat(),
        "offered": offered,
    }
    extra = {"calculation": "\n".join(lines), "amount": str(amount)}
    return propose(
        actor,
        request,
        Approval.Kind.FEE,
        proposal,
        reason,
        seen=seen,
        notice="N09",
        extra=extra,
    )


def note_fee_arrival(
    actor: Actor, request: FoiRequest, *, on: date, seen: int | None = None
) -> FoiRequest:
    """The day on which the fee notice is proven to have arrived: from it the time to pay counts."""
    authorise(actor, HANDLE, request.organ)
    not_in_future(on)
    with transaction.atomic():
        case = locked(request)
        reading = reading_now(case)
        fee = reading.case.fee
        waits = reading.state is ClockState.AWAITING_PAYMENT
        if fee is None or not waits or not fee.receipt_unknown:
            raise ValidationError("没有送达日期未知的收费通知。")
        if on < fee.on:
            raise ValidationError({"on": f"收到日期早于发出日期（{fee.on}），请核对。"})
        # Recorded today: what became known today cannot have been known before.
        event = FeeNoticed(fee.on, fee.amount, received_on=on)
        return record_event(actor, case, event, seen=seen)


def record_payment(
    actor: Actor,
    request: FoiRequest,
    *,
    on: date,
    amount: int | None = None,
    seen: int | None = None,
) -> FoiRequest:
    """Money came: in full, or `amount` yuan, which is no payment until the notice is met.

    "In full" after a part was paid is the rest: the event then names it, since the yearly figures
    take a payment without an amount for the whole sum.
    """
    authorise(actor, HANDLE, request.organ)
    with transaction.atomic():
        case = locked(request)
        known = reading_now(case).case
        if amount is None and known.fee is not None and known.fee_received:
            amount = max(known.fee.amount - known.fee_received, 0) or None
        event = made(lambda: FeePaid(on, amount), "amount")
        return record_event(actor, case, event, seen=seen)


def ask_reasons(
    actor: Actor, request: FoiRequest, *, counts: str, points: str, period: str
) -> Notice:
    """N03 asks the applicant why so many requests (Article 35); the clock goes on [reading]."""
    authorise(actor, HANDLE, request.organ)
    with transaction.atomic():
        case = locked(request)
        if not is_under_way(case):
            raise ValidationError(f"{case.number} 已经办结，不再要求说明理由。")
        extra = {"counts": counts, "points": points, "period": period}
        draft = draft_notice(actor, case, "N03", extra=extra)
        notice = issue_notice(actor, draft, on=timezone.localdate())
        record(actor, "foi.reasons", chain=case.organ.code, obj=case, changes={})
    return notice

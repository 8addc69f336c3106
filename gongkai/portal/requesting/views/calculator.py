"""The public calculator: questions in the address, so that a reckoning can be passed on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.portal.delivery.pages import deliver
from gongkai.portal.requesting import calculating
from gongkai.portal.requesting.answering import page
from gongkai.portal.requesting.calculating import DeadlineForm, FeeForm
from gongkai.portal.requesting.views.applying import Wrong


@require_safe
def calculator(request: HttpRequest) -> HttpResponseBase:
    """When an answer is due and what may be charged at most, line by line with its articles."""
    asks_deadline, asks_fee = "received" in request.GET, "count" in request.GET
    deadline_form = DeadlineForm(request.GET if asks_deadline else None)
    fee_form = FeeForm(request.GET if asks_fee else None, initial={"method": "item"}, prefix=None)
    deadline = fee = None
    fee_problem = ""
    if asks_deadline and deadline_form.is_valid():
        deadline = calculating.deadline(deadline_form)
    if asks_fee and fee_form.is_valid():
        fee, fee_problem = calculating.fee(fee_form)
    context = {
        "page": page(
            _("答复期限和费用计算"),
            public=True,
            description=_("按条例和工作日历计算答复期限，按收费标准计算信息处理费"),
        ),
        "deadline_form": deadline_form,
        "fee_form": fee_form,
        "deadline": deadline,
        "fee": fee,
        "fee_problem": fee_problem,
        "wrong": [
            Wrong(f"#{target}", text) for target, text in (*deadline_form.wrong, *fee_form.wrong)
        ],
        "today": timezone.localdate(),
    }
    return deliver(
        request, "gongkai/portal/requesting/calculator.html", context, tags=(), private=True
    )

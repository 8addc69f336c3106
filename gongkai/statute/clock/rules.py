"""Which event may follow, and what it does to the clock: table C1–C17 of the statutory clock.

`apply` returns the next `Case` or raises `IllegalSequence`, which names the article and says in
Chinese what is wrong and what may be done instead. The same function answers "may this be done
today?" for the list of next steps, so the two can never disagree.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, NoReturn

from gongkai.statute.clock.case import Case, ClockState, Consultation, Period
from gongkai.statute.clock.events import (
    CorrectionLapsed,
    CorrectionReceived,
    CorrectionRequested,
    Decided,
    DelayStated,
    Delivered,
    Event,
    Extended,
    FeeLapsed,
    FeeNoticed,
    FeePaid,
    OrganAnswered,
    OrganConsulted,
    Received,
    Reopened,
    ThirdPartyAnswered,
    ThirdPartyConsulted,
    Withdrawn,
)
from gongkai.statute.parameters import NoParameterValue, parameter
from gongkai.statute.workdays import Pause, WorkingDayResult, add_working_days

ANSWERING: Final = "条例第三十三条"
CORRECTION: Final = "条例第三十条"
RECEIPT: Final = "条例第三十一条"
THIRD_PARTY: Final = "条例第三十二条"
ORGAN: Final = "条例第三十四条"
DELAY: Final = "条例第三十五条"
FEE: Final = "信息处理费管理办法"
REMEDY: Final = "条例第五十一条"

#: The results that only the lapse or the withdrawal itself can bring about.
_CLOSING: Final = {
    ClockState.CLOSED_NO_CORRECTION: "OTHER_NO_SUPPLEMENT",
    ClockState.CLOSED_NO_PAYMENT: "OTHER_NO_PAYMENT",
    ClockState.WITHDRAWN: "OTHER_MISC",
}


class IllegalSequence(ValueError):
    """An event that the law does not allow at this point of a case.

    `article` is the provision, `message` says in Chinese what is wrong and what may be done
    instead; `str()` gives both.
    """

    def __init__(self, article: str, message: str) -> None:
        super().__init__(article, message)
        self.article = article
        self.message = message

    def __str__(self) -> str:
        return f"{self.message}（{self.article}）"


def apply(case: Case, event: Event) -> Case:
    """The case after `event`; raises `IllegalSequence` when it may not happen now."""
    try:
        return _RULES[type(event)](case, event)
    except NoParameterValue as error:
        article = FEE if isinstance(event, FeeNoticed) else "条例第五十六条"
        raise IllegalSequence(article, str(error)) from error


# -- receipt and correction ----------------------------------------------------------------


def _received(case: Case, event: Event) -> Case:
    raise IllegalSequence(
        RECEIPT,
        f"收到申请只能登记一次：该申请已于 {case.received.on} 收到。另一件申请应另立案卷。",
    )


def _correction_requested(case: Case, event: CorrectionRequested) -> Case:
    _must_be_open(case, event, CORRECTION)
    if case.correction is not None:
        raise IllegalSequence(
            CORRECTION,
            f"补正只能一次性告知，已于 {case.correction.on} 告知过。"
            "补正后内容仍不明确的，可以作出无法提供的答复，不得再次要求补正。",
        )
    if case.stage is ClockState.AWAITING_PAYMENT:
        raise IllegalSequence(
            CORRECTION, "已发出收费通知，说明申请内容明确，不得再要求补正。请等待缴费或者逾期。"
        )
    days = case.days("foi.correction_notice_days")
    limit = add_working_days(case.received.on, int(days.value), case.calendar)
    if event.on > limit.date:
        raise IllegalSequence(
            CORRECTION,
            f"补正告知应当自收到申请之日起 {days.value} 个工作日内作出，至 {limit.date} 为止"
            f"{_provisional(limit)}。逾期不得再要求补正，原答复期限继续计算，"
            f"应在 {case.deadline.date}（含当日）前按现有内容答复。",
        )
    return replace(
        case,
        stage=ClockState.AWAITING_CORRECTION,
        correction=event,
        period=replace(case.period, stopped=event, stopped_on=event.on),
    )


def _correction_received(case: Case, event: CorrectionReceived) -> Case:
    if case.stage is ClockState.CLOSED_NO_CORRECTION:
        if not event.justified:
            raise IllegalSequence(
                CORRECTION,
                f"该申请已因逾期不补正于 {case.ended_on} 视为放弃。申请人有正当理由的，"
                "登记收到补正时注明（justified）即可恢复办理；否则按新的申请登记。",
            )
    elif case.stage is not ClockState.AWAITING_CORRECTION:
        _must_be_open(case, event, CORRECTION)
        raise IllegalSequence(
            CORRECTION, "没有待补正的告知，不能登记收到补正。申请人主动补充的材料可附卷。"
        )
    return _fresh_period(case, event)


def _correction_lapsed(case: Case, event: Event) -> Case:
    if case.stage is not ClockState.AWAITING_CORRECTION:
        _must_be_open(case, event, CORRECTION)
        raise IllegalSequence(CORRECTION, "没有待补正的告知，不能以逾期不补正结案。")
    asked = case.correction
    assert asked is not None
    # The law fixes no number: where the record does not hold the period that the notice stated,
    # only the order of the days can be judged.
    stated = asked.until is not None or asked.days is not None
    last = case.correction_due().on if stated else asked.on
    if event.on <= last:
        raise IllegalSequence(
            CORRECTION,
            f"补正期限至 {last} 届满，当日仍可补正，最早次日才能以逾期不补正结案。",
        )
    return _end(case, event, ClockState.CLOSED_NO_CORRECTION)


# -- consultations -------------------------------------------------------------------------


def _consulted(case: Case, event: ThirdPartyConsulted | OrganConsulted) -> Case:
    third = isinstance(event, ThirdPartyConsulted)
    article = THIRD_PARTY if third else ORGAN
    _must_be_open(case, event, article)
    if _find(case, event) is not None:
        raise IllegalSequence(
            article,
            f"{event.label}{_ref(event.ref)}已经登记过，同一对象不得重复征求以延长办理时间。"
            "确系另一对象的，请用不同的 ref 区分。",
        )
    days = case.days("foi.third_party_days" if third else "foi.organ_consult_days")
    lapse = add_working_days(event.received_on or event.on, int(days.value), case.calendar)
    return replace(case, consultations=(*case.consultations, Consultation(event, days, lapse)))


def _answered(case: Case, event: ThirdPartyAnswered | OrganAnswered) -> Case:
    third = isinstance(event, ThirdPartyAnswered)
    article = THIRD_PARTY if third else ORGAN
    found = _find(case, event)
    if found is None:
        sent = "、".join(_ref(item.sent.ref) or "（未注明 ref）" for item in _same(case, event))
        raise IllegalSequence(
            article,
            f"没有登记过相应的征求意见，不能登记{event.label}{_ref(event.ref)}。"
            + (f"已征求的是 {sent}，请核对 ref。" if sent else "请先登记征求意见的发出日期。"),
        )
    if found.answered_on is not None:
        raise IllegalSequence(
            article,
            f"{event.label}{_ref(event.ref)}已于 {found.answered_on} 登记过。"
            "补充意见可附卷，不影响期限。",
        )
    # What outsiders do is a fact whenever it happens; after the decision it moves nothing.
    answered = replace(found, answered_on=event.on)
    return replace(
        case,
        consultations=tuple(answered if item is found else item for item in case.consultations),
    )


# -- longer periods ------------------------------------------------------------------------


def _extended(case: Case, event: Extended) -> Case:
    _must_run(case, event, ANSWERING)
    if case.period.delays:
        raise IllegalSequence(DELAY, "已告知延迟答复的合理期限，不能再按第三十三条延长。")
    _must_not_be_set(case, event)
    if case.period.extension is not None:
        raise IllegalSequence(
            ANSWERING,
            f"答复期限只能延长一次，已于 {case.period.extension.on} 延长 "
            f"{case.period.extension.days} 个工作日，应在 {case.deadline.date}（含当日）前答复。",
        )
    most = case.days("foi.extension_days_max")
    if event.days > int(most.value):
        raise IllegalSequence(
            most.article,
            f"延长的期限最长不得超过 {most.value} 个工作日，现为 {event.days} 个。请减少天数。",
        )
    _must_be_in_time(case, event, ANSWERING, "延长答复期限应当在原期限届满前批准并告知申请人")
    return replace(case, period=replace(case.period, extension=event))


def _delay_stated(case: Case, event: DelayStated) -> Case:
    _must_run(case, event, DELAY)
    _must_not_be_set(case, event)
    _must_be_in_time(case, event, DELAY, "延迟答复应当在答复期限届满前告知申请人")
    if event.until <= case.deadline.date:
        raise IllegalSequence(
            DELAY,
            f"延迟答复的日期 {event.until} 不晚于现有期限 {case.deadline.date}，不必告知延迟，"
            "在现有期限内答复即可。",
        )
    return replace(case, period=replace(case.period, delays=(*case.period.delays, event)))


# -- fees ----------------------------------------------------------------------------------


def _fee_noticed(case: Case, event: FeeNoticed) -> Case:
    _must_be_open(case, event, FEE)
    parameter("fee.payment_days", event.on)
    if case.fee_settled:
        raise IllegalSequence(FEE, "该申请的信息处理费已经缴清，同一申请不得再次收费。")
    if case.stage is ClockState.AWAITING_CORRECTION:
        raise IllegalSequence(FEE, "申请正待补正，尚不能确定收费。收到补正后再发收费通知。")
    if case.stage is ClockState.AWAITING_PAYMENT:
        assert case.fee is not None
        if case.fee.receipt_unknown and event.amount == case.fee.amount and event.received_on:
            # The same notice: now it is known when it arrived.
            return replace(case, fee=event)
        if event.amount >= case.fee.amount:
            raise IllegalSequence(
                FEE,
                f"已于 {case.fee.on} 发出 {case.fee.amount} 元的收费通知，不得重复或者加收。"
                "发现多收的，可以发出金额更低的更正通知。",
            )
        return replace(case, fee=event)
    _must_be_in_time(case, event, FEE, "收费通知应当在申请处理期限内发出")
    return replace(
        case,
        stage=ClockState.AWAITING_PAYMENT,
        fee=event,
        period=replace(case.period, stopped=event, stopped_on=event.on),
    )


def _fee_paid(case: Case, event: FeePaid) -> Case:
    if case.stage is not ClockState.AWAITING_PAYMENT or case.fee is None:
        if case.stage is ClockState.CLOSED_NO_PAYMENT:
            raise IllegalSequence(
                FEE, f"该申请已因逾期未缴费于 {case.ended_on} 视为放弃，款项应予退还。"
            )
        _must_be_open(case, event, FEE)
        raise IllegalSequence(FEE, "没有待缴的收费通知，不能登记缴费。误缴的款项应予退还。")
    # Part of the fee is no payment: the case goes on waiting. [reading]
    paid = case.fee.amount if event.amount is None else case.fee_received + event.amount
    if paid < case.fee.amount:
        return replace(case, fee_received=paid)
    case = replace(case, fee_received=paid, fee_settled=True)
    if case.fee_payment_effect == "restart":
        return _fresh_period(case, event)
    stopped_on = case.period.stopped_on
    assert stopped_on is not None
    pauses = (*case.period.fee_pauses, Pause(stopped_on, event.on))
    period = replace(case.period, fee_pauses=pauses, stopped=None, stopped_on=None)
    return replace(case, stage=ClockState.RUNNING, period=period)


def _fee_lapsed(case: Case, event: Event) -> Case:
    if case.stage is not ClockState.AWAITING_PAYMENT or case.fee is None:
        _must_be_open(case, event, FEE)
        raise IllegalSequence(FEE, "没有待缴的收费通知，不能以逾期未缴费结案。")
    due = case.payment_due()
    if case.fee.receipt_unknown:
        raise IllegalSequence(
            due.article, "收费通知何时送达尚无凭证，缴费期限无从起算，不得以逾期未缴费结案。"
        )
    if event.on <= due.on:
        raise IllegalSequence(
            due.article,
            f"缴费期限至 {due.on} 届满，当日仍可缴费，最早次日才能以逾期未缴费结案。",
        )
    return _end(case, event, ClockState.CLOSED_NO_PAYMENT)


# -- the end -------------------------------------------------------------------------------


def _decided(case: Case, event: Decided) -> Case:
    # The closing note of a case that has lapsed or was withdrawn carries that result.
    if _CLOSING.get(case.stage) == event.outcome and case.closing is None:
        return replace(case, closing=event)
    _must_be_open(case, event, ANSWERING)
    if event.outcome == _CLOSING[ClockState.CLOSED_NO_CORRECTION]:
        raise IllegalSequence(
            CORRECTION, "逾期不补正须先有补正告知且期限届满：请登记 correction_lapsed。"
        )
    if event.outcome == _CLOSING[ClockState.CLOSED_NO_PAYMENT]:
        raise IllegalSequence(FEE, "逾期未缴费须先有收费通知且期限届满：请登记 fee_lapsed。")
    return replace(case, stage=ClockState.DECIDED, decision=event)


def _delivered(case: Case, event: Event) -> Case:
    if case.stage is ClockState.DECIDED:
        return _end(case, event, ClockState.DELIVERED)
    if case.stage in _CLOSING and not case.closing_delivered:
        return replace(case, closing_delivered=True)
    _must_be_open(case, event, ANSWERING)
    raise IllegalSequence(
        ANSWERING, "尚未作出答复，没有可以送达的决定。请先登记作出答复（decided）。"
    )


def _withdrawn(case: Case, event: Event) -> Case:
    if case.stage.is_final:
        _must_be_open(case, event, ANSWERING)
    return _end(case, event, ClockState.WITHDRAWN)


def _reopened(case: Case, event: Reopened) -> Case:
    """The answer was quashed, or giving none was: the body answers anew.

    With no day set, the whole period runs from the day the decision arrived [reading].
    """
    if not case.stage.is_final and case.stage is not ClockState.DECIDED:
        raise IllegalSequence(
            REMEDY,
            "该申请尚未办结，不必恢复办理：原答复期限继续计算；复议决定、裁判另定期限的，"
            "在案件的履行期限中登记。",
        )
    if case.stage is ClockState.WITHDRAWN:
        raise IllegalSequence(
            REMEDY, f"申请人已于 {case.ended_on} 撤回申请。另有请求的，按新的申请登记。"
        )
    answered = case.decision.on if case.decision else case.ended_on
    assert answered is not None
    period = case.period
    if period.stopped_on is None:
        period = replace(period, stopped=case.decision or event, stopped_on=answered)
    return replace(
        case,
        stage=ClockState.RUNNING,
        earlier=(*case.earlier, period),
        period=Period(event, set_until=event.until),
        consultations=tuple(
            replace(item, closed_on=item.closed_on or answered) for item in case.consultations
        ),
        decision=None,
        closing=None,
        closing_delivered=False,
        ended_on=None,
        reopened_from=case,
    )


# -- what the rules share ------------------------------------------------------------------


def _fresh_period(case: Case, event: Event) -> Case:
    """C3 and C13: the whole period anew; days used and an extension are gone with the old one."""
    return replace(
        case,
        stage=ClockState.RUNNING,
        earlier=(*case.earlier, case.period),
        period=Period(event),
        ended_on=None,
        closing=None,
        closing_delivered=False,
    )


def _end(case: Case, event: Event, stage: ClockState) -> Case:
    return replace(case, stage=stage, ended_on=event.on)


def _must_be_open(case: Case, event: Event, article: str) -> None:
    """The case is neither answered nor ended."""
    if case.stage.is_final:
        raise IllegalSequence(
            article,
            f"该申请已于 {case.ended_on} 办结（{case.stage.label}），不能再登记{event.label}。"
            "对结果不服的，走行政复议或者行政诉讼；另有请求的，按新的申请登记。",
        )
    if case.stage is ClockState.DECIDED:
        assert case.decision is not None
        raise IllegalSequence(
            article,
            f"已于 {case.decision.on} 作出答复，不能再登记{event.label}。请送达该答复。",
        )


def _must_run(case: Case, event: Event, article: str) -> None:
    """The answer clock is running or paused, so that its period can be made longer."""
    _must_be_open(case, event, article)
    if case.stage is not ClockState.RUNNING:
        raise IllegalSequence(
            article,
            f"{case.stage.label}期间答复期限不计算，没有可以延长的期限，不能登记{event.label}。",
        )


def _must_not_be_set(case: Case, event: Event) -> None:
    """The period is the law's own, not one that a review or a court has set."""
    if case.period.set_until is not None:
        raise IllegalSequence(
            REMEDY,
            f"复议决定或者裁判限定于 {case.period.set_until} 前重新答复，不能登记{event.label}。",
        )


def _must_be_in_time(case: Case, event: Event, article: str, rule: str) -> None:
    """`event` happens on or before the deadline as it stands; `rule` says so in Chinese."""
    if event.on > case.deadline.date:
        _refuse_late(case.deadline, article, rule)


def _refuse_late(deadline: WorkingDayResult, article: str, rule: str) -> NoReturn:
    raise IllegalSequence(
        article,
        f"{rule}；期限已于 {deadline.date} 届满{_provisional(deadline)}，请尽快作出答复。",
    )


def _provisional(result: WorkingDayResult) -> str:
    return "（节假日安排未导入，为暂定日期，请先核对）" if result.provisional else ""


def _same(
    case: Case,
    event: ThirdPartyConsulted | OrganConsulted | ThirdPartyAnswered | OrganAnswered,
) -> list[Consultation]:
    third = isinstance(event, ThirdPartyConsulted | ThirdPartyAnswered)
    return [
        item for item in case.consultations if isinstance(item.sent, ThirdPartyConsulted) is third
    ]


def _find(
    case: Case,
    event: ThirdPartyConsulted | OrganConsulted | ThirdPartyAnswered | OrganAnswered,
) -> Consultation | None:
    return next((item for item in _same(case, event) if item.sent.ref == event.ref), None)


def _ref(ref: str) -> str:
    return f"“{ref}”" if ref else ""


_RULES: Final[dict[type[Event], Callable[[Case, Any], Case]]] = {
    Received: _received,
    CorrectionRequested: _correction_requested,
    CorrectionReceived: _correction_received,
    CorrectionLapsed: _correction_lapsed,
    ThirdPartyConsulted: _consulted,
    ThirdPartyAnswered: _answered,
    OrganConsulted: _consulted,
    OrganAnswered: _answered,
    Extended: _extended,
    DelayStated: _delay_stated,
    FeeNoticed: _fee_noticed,
    FeePaid: _fee_paid,
    FeeLapsed: _fee_lapsed,
    Decided: _decided,
    Delivered: _delivered,
    Withdrawn: _withdrawn,
    Reopened: _reopened,
}

"""The clock's reading in one Chinese sentence, for the officer's desk and the applicant's page."""

from datetime import date

from gongkai.statute.clock.case import Case, ClockState, OtherDue
from gongkai.statute.clock.events import CorrectionReceived, Reopened
from gongkai.statute.clock.segments import Segment
from gongkai.statute.workdays import working_days_between


def chinese_date(on: date) -> str:
    """2026年4月3日"""
    return f"{on.year}年{on.month}月{on.day}日"


def explain(
    case: Case,
    state: ClockState,
    parts: tuple[Segment, ...],
    other_due: OtherDue | None,
    *,
    days_left: int | None,
    late: bool | None,
    provisional: bool,
    later_events: int,
) -> str:
    """What the figures mean, what was left out of the count, and what is uncertain."""
    if days_left is not None and case.decision is None and state is not ClockState.PAUSED:
        clauses = [_running(case, days_left)]
    else:
        clauses = [_standing(case, state, other_due, days_left, late)]
    clauses += _excluded(parts)
    clauses += _changes(case)
    if provisional:
        clauses.append("部分日期的节假日安排尚未公布或者导入，相关期限为暂定")
    if later_events:
        clauses.append(f"另有 {later_events} 项登记的日期晚于 {chinese_date(case.today)}，未计入")
    return "；".join(clauses) + "。"


def _running(case: Case, days_left: int) -> str:
    deadline, used = case.deadline.date, case.used.days
    by = f"应在{chinese_date(deadline)}（含当日）前答复"
    if case.today > deadline:
        over = f"，已逾期 {-days_left} 个工作日" if days_left < 0 else ""
        return f"答复期限已于{chinese_date(deadline)}届满{over}，尚未答复，应立即答复"
    if case.today == deadline:
        return f"第 {used} 个工作日，今日为答复期限的最后一日，应在今日内答复"
    if used == 0:
        return f"尚未计入工作日，还剩 {days_left} 个，{by}"
    counted_today = case.calendar.day(case.today).is_working and not any(
        pause.covers(case.today) for pause in case.pauses
    )
    how = f"第 {used} 个工作日" if counted_today else f"已用 {used} 个工作日"
    return f"{how}，还剩 {days_left} 个，{by}"


def _standing(
    case: Case,
    state: ClockState,
    other_due: OtherDue | None,
    days_left: int | None,
    late: bool | None,
) -> str:
    used, deadline = case.used.days, chinese_date(case.deadline.date)
    due = f"{other_due.label} {chinese_date(other_due.on)}" if other_due else ""
    if other_due and case.fee and case.fee.receipt_unknown:
        due += "（送达凭证未到，暂按发出之日推算）"
    end = chinese_date(case.ended_on or case.today)
    match state:
        case ClockState.PAUSED:
            return (
                f"征求意见期间暂停计算：已用 {used} 个工作日，还剩 {days_left} 个，{due}，"
                f"最迟应在{deadline}（含当日）前答复，提前收到意见的相应提前"
            )
        case ClockState.AWAITING_CORRECTION:
            return f"待申请人补正，答复期限不计算，{due}，收到补正后重新计算"
        case ClockState.AWAITING_PAYMENT:
            how = "重新计算" if case.fee_payment_effect == "restart" else "继续计算"
            return f"待申请人缴费，答复期限不计算，{due}，足额缴纳后{how}"
        case ClockState.DECIDED:
            assert case.decision is not None
            decided = f"已于{chinese_date(case.decision.on)}作出答复，尚未送达"
            if case.period.stopped_on is not None:
                return decided
            if case.today > case.deadline.date:
                return f"{decided}，送达期限已于{deadline}届满，应立即送达"
            return f"{decided}，应在{deadline}（含当日）前送达或者交邮"
        case ClockState.DELIVERED:
            return f"已于{end}送达，用 {used} 个工作日" + _timeliness(case, late)
        case _:
            return f"{end}结案：{state.label}"


def _timeliness(case: Case, late: bool | None) -> str:
    if late is None:
        return "，送达时答复期限未在计算"
    deadline, answered = case.deadline.date, case.answered_on
    if not late or answered is None:
        return f"，在期限（{chinese_date(deadline)}）内"
    over = working_days_between(deadline, answered, case.calendar).days
    return f"，超过期限（{chinese_date(deadline)}）" + (f" {over} 个工作日" if over else "")


def _excluded(parts: tuple[Segment, ...]) -> list[str]:
    """The stretches of working days that a consultation or a payment kept out of the count."""
    return [
        f"{chinese_date(part.first)}至{chinese_date(part.last)}{part.why}"
        f"（{part.working_days} 个工作日）"
        for part in parts
        if not part.counts
        and not part.future
        and part.why.endswith("，不计入")
        and part.working_days
    ]


def _changes(case: Case) -> list[str]:
    """What made the current period other than twenty days from the receipt."""
    period, clauses = case.period, []
    if case.earlier:
        if isinstance(period.opened, CorrectionReceived):
            what = "收到补正"
        elif isinstance(period.opened, Reopened):
            what = "收到责令重新答复的决定"
        else:
            what = "缴费"
        clauses.append(f"{chinese_date(period.start)}{what}后答复期限重新计算")
    if period.set_until:
        clauses.append(f"复议决定或者裁判限定于{chinese_date(period.set_until)}前重新答复")
    if period.extension:
        day = chinese_date(period.extension.on)
        clauses.append(f"{day}延长答复期限 {period.extension.days} 个工作日")
    if period.delays:
        last = period.delays[-1]
        clauses.append(f"{chinese_date(last.on)}告知延迟至{chinese_date(last.until)}答复")
    return clauses

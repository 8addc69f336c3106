"""Reading the column 公开时限 of a standard catalogue.

Only what is written is read: a number of days with its unit, what starts it, a cycle, a stated
day, a notice period. A text that says something else is not guessed; `warnings` names it, and the
legal default (Art. 26) holds until a person has entered the rule.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from gongkai.statute.duties import Cycle, DayType, Trigger, trigger_of

_NUMERALS: Final = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMBER: Final = r"(\d{1,3}|[零〇一二两三四五六七八九十]{1,4})"
_LIMIT: Final = re.compile(
    r"(?<![月\d])" + _NUMBER + r"\s*个?\s*(工作日|自然日|日历日|日|天)(?!(?:之|以)?前)"
)
_NOTICE: Final = re.compile(
    r"公示(?:期|时间)?(?:为|不少于|不得少于|至少|期限为)*\s*" + _NUMBER + r"\s*个?\s*(工作日|日|天)"
)
_BY_DATE: Final = re.compile(_NUMBER + r"月" + _NUMBER + r"日(?:之|以)?前")
_BY_MONTH_END: Final = re.compile(_NUMBER + r"月(?:底|末)(?:之|以)?前?")
_BY_DAY: Final = re.compile(r"(?:每月|当月|每个月)" + _NUMBER + r"日(?:之|以)?前")
_NEXT_MONTH: Final = re.compile(r"(?:次月|下月)" + _NUMBER + r"日(?:之|以)?前")
_BY_NTH: Final = re.compile(
    r"(?:首月|第一个月|末月|最后一个月|第二个月)(?:的)?" + _NUMBER + r"日(?:之|以)?前"
)
_CYCLES: Final = (
    (Cycle.SCHOOL_YEAR, ("每学年", "每个学年")),
    (Cycle.HALF_YEARLY, ("每半年", "半年一次")),
    (Cycle.QUARTERLY, ("每季度", "每季", "按季", "季度结束", "季度终了")),
    (Cycle.MONTHLY, ("每月", "每个月", "按月", "逐月", "月度结束", "月结束")),
    (Cycle.YEARLY, ("每年", "每年度", "按年", "年度结束", "年度终了", "一年一次")),
    (Cycle.REALTIME, ("实时", "即时", "及时公开", "动态更新", "随时")),
    (Cycle.LONG_TERM, ("长期公开", "长期", "常年公开")),
)
_TRIGGERS: Final = re.compile(
    r"((?:信息|文件|政策|扶持政策|备案政策)*(?:形成|制定|制作|获取|变更|印发|出台|作出)"
    r"(?:或者?|、)?(?:形成|制定|制作|获取|变更|修改|更新)?[一-龥]{0,10}?)(?:之|起|后)"
)
_APPROVED: Final = re.compile(r"((?:本级)?[一-龥（）()、]{0,24}?(?:批准|批复|审议通过|审查通过))")
_PERIOD_END: Final = re.compile(r"((?:每个?)?(?:季度|月度?|年度|半年|学年)(?:结束|终了))")
_ADVANCE: Final = re.compile(r"(事前公开|事前|[一-龥]{0,8}(?:实施|开展|作出|决策)(?:之)?前)")
_ABOVE: Final = {"同上", "〃", "″", '"', "“", "”"}


@dataclass(frozen=True)
class TimeLimit:
    """What a text of the column says, and what of it was not understood."""

    limit_days: int | None = None
    day_type: str = ""
    trigger: str = ""
    cycle: str = Cycle.EVENT
    by: str = ""
    notice_days: int | None = None
    warnings: tuple[str, ...] = ()


def parse_time_limit(text: str) -> TimeLimit:
    """Read a text such as 信息形成或者变更之日起20个工作日内, 每季度结束后10个工作日内, 9月底前."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if not plain or plain in _ABOVE or plain in ("-", "—", "无"):
        return TimeLimit()
    notice_days, plain = _take_notice(plain)
    cycle = next((c for c, words in _CYCLES if any(w in plain for w in words)), None)
    if match := _NEXT_MONTH.search(plain):
        # The 10th of the next month is the 10th day after the month's end.
        return TimeLimit(
            number_of(match[1]), DayType.CALENDAR.value, "月度结束", cycle or Cycle.MONTHLY
        )
    by, cycle = _stated(plain, cycle)
    trigger = _trigger(plain)
    days, day_type, warnings = _limit([] if by else _LIMIT.findall(plain), plain)
    if "部分" in plain and days is not None and cycle is not None:
        cycle = None
        warnings.append(f"公开时限“{plain[:60]}”只对部分内容规定了周期，没有采用，请核对周期。")
    if days is None and not by and cycle is None and trigger_of(trigger) != Trigger.ADVANCE:
        warnings.append(
            f"没有读懂公开时限“{text.strip()[:60]}”，暂按法定20个工作日计算，请补填天数。"
        )
    return TimeLimit(
        limit_days=days,
        day_type=day_type,
        trigger=trigger,
        cycle=cycle or Cycle.EVENT,
        by=by,
        notice_days=notice_days,
        warnings=tuple(warnings),
    )


def _take_notice(plain: str) -> tuple[int | None, str]:
    match = _NOTICE.search(plain)
    if match is None:
        return None, plain
    return number_of(match[1]), plain[: match.start()] + plain[match.end() :]


def _stated(plain: str, cycle: Cycle | None) -> tuple[str, Cycle | None]:
    """The stated day within the cycle; a date without a cycle recurs every year."""
    if match := _BY_DATE.search(plain):
        month, day = number_of(match[1]), number_of(match[2])
        if _exists(month, day):
            return f"{month:02d}-{day:02d}", cycle or Cycle.YEARLY
    if match := _BY_MONTH_END.search(plain):
        month = number_of(match[1])
        if _exists(month, 1):
            return f"{month:02d}-31", cycle or Cycle.YEARLY
    if cycle is not None and (match := _BY_NTH.search(plain)):
        nth = {"首": 1, "第一": 1, "第二": 2}.get(
            match[0][:2] if match[0][0] == "第" else match[0][0]
        )
        last = {Cycle.QUARTERLY: 3, Cycle.HALF_YEARLY: 6}.get(cycle, 1)
        return f"{nth or last:02d}-{number_of(match[1]):02d}", cycle
    if match := _BY_DAY.search(plain):
        return str(number_of(match[1])), cycle or Cycle.MONTHLY
    return "", cycle


def _exists(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def _trigger(plain: str) -> str:
    for pattern in (_PERIOD_END, _APPROVED, _TRIGGERS, _ADVANCE):
        if match := pattern.search(plain):
            return match[1].strip("、,，")[-60:]
    return ""


def _limit(limits: list[tuple[str, str]], plain: str) -> tuple[int | None, str, list[str]]:
    found = []
    for digits, unit in limits:
        days = number_of(digits)
        if days:
            found.append((days, DayType.WORKDAY if unit == "工作日" else DayType.CALENDAR))
    if not found:
        return None, "", []
    days, day_type = found[0]
    warnings = []
    if len(set(found)) > 1:
        warnings.append(f"公开时限“{plain[:60]}”有几个天数，按第一个（{days}）计算，请核对。")
    return days, day_type.value, warnings


def number_of(digits: str) -> int:
    """20, 二十, 十五 as a number; 0 when it is none."""
    if digits.isdigit():
        return int(digits)
    tens, found, ones = digits.partition("十")
    if not found:
        return _NUMERALS.get(digits, 0) if len(digits) == 1 else 0
    return (_NUMERALS.get(tens, 0) if tens else 1) * 10 + (_NUMERALS.get(ones, 0) if ones else 0)

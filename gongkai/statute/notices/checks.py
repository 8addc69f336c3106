"""Whether the days of a notice hold together, and with the law on holidays."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ..parameters import NoParameterValue, parameter
from .model import WEEKDAYS, NoticeEntry, NoticeProblem, date_or_none


def statutory(on: date) -> Sequence[Mapping[str, Any]]:
    try:
        return tuple(parameter("holiday.statutory", on).value)
    except NoParameterValue:
        return ()


def fixed_holiday(on: date) -> str:
    """The holiday of that calendar date, or the plain word where a notice names none."""
    for holiday in statutory(on):
        if on.strftime("%m-%d") in holiday.get("dates", ()):
            return str(holiday["name"])
    return "放假"


def check_days(entries: Sequence[NoticeEntry], problems: list[NoticeProblem]) -> None:
    if not entries:
        problems.append(
            NoticeProblem(
                "nothing",
                "没有读到任何放假或上班的日期",
                "请粘贴通知正文，如“一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。”",
            )
        )
    for on, times in Counter(entry.date for entry in entries).items():
        if times > 1:
            said = [entry for entry in entries if entry.date == on]
            kinds = "、".join("上班" if entry.working else "放假" for entry in said)
            problems.append(
                NoticeProblem(
                    "twice",
                    f"{on.isoformat()} 出现了{times}次（{kinds}）",
                    "请删去多余的一处；未改正时按先出现的一处",
                    said[-1].sentence,
                )
            )
    for entry in entries:
        if entry.working and entry.date.weekday() < 5:
            problems.append(
                NoticeProblem(
                    "weekend",
                    f"{entry.date.isoformat()}（周{WEEKDAYS[entry.date.weekday()]}）写作上班，但不是周末",
                    "调休上班的日子只会是周六、周日，请核对日期",
                    entry.sentence,
                )
            )


def check_holidays(
    year: int, entries: Sequence[NoticeEntry], problems: list[NoticeProblem]
) -> None:
    """A yearly notice names every statutory holiday and gives its fixed days as rest days."""
    holidays = statutory(date(year, 1, 1))
    if not entries or not holidays:
        return
    rest = {entry.date for entry in entries if not entry.working}
    named = {name for entry in entries if not entry.working for name in entry.name.split("、")}
    missing = [str(holiday["name"]) for holiday in holidays if holiday["name"] not in named]
    if missing:
        problems.append(
            NoticeProblem(
                "missing",
                f"没有读到{'、'.join(missing)}的安排",
                "请粘贴通知全文；只调整个别假期的通知，请连同标题（含“调整”字样）一起粘贴",
            )
        )
    for holiday in holidays:
        dates = [date.fromisoformat(f"{year}-{day}") for day in holiday.get("dates", ())]
        left_out = [on.isoformat() for on in dates if on not in rest]
        if left_out and holiday["name"] not in missing:
            problems.append(
                NoticeProblem(
                    "statutory",
                    f"{'、'.join(left_out)} 是法定的{holiday['name']}，却不在放假日期之内",
                    "请核对起止日期",
                )
            )
    make_up = sum(entry.working for entry in entries)
    weekdays_off = sum(on.weekday() < 5 for on in rest)
    due = sum(int(str(holiday["days"])) for holiday in holidays)
    if not missing and weekdays_off - make_up != due:
        problems.append(
            NoticeProblem(
                "balance",
                f"工作日改为休息的有{weekdays_off}天，周末改为上班的有{make_up}天，"
                f"相差{weekdays_off - make_up}天，而法定节日共{due}天",
                "两者通常相等：请核对是否漏读了放假或上班的日期",
                blocking=False,
            )
        )


def year_that_fits(
    year: int, weekdays: Sequence[tuple[date, int]], problems: list[NoticeProblem]
) -> bool:
    """Where the weekdays written fit another year throughout, one problem says so instead.

    `weekdays` are the dates that carry a weekday, with the weekday written. Returns whether the
    notice is evidently for another year; with fewer than four weekdays that is chance.
    """
    wrong = [problem for problem in problems if problem.kind == "weekday"]
    if not wrong or len(weekdays) < 4:
        return False
    for other in (year - 1, year + 1, year - 2, year + 2):
        shifted = [
            (date_or_none(on.year + other - year, on.month, on.day), day) for on, day in weekdays
        ]
        if all(on is not None and on.weekday() == day for on, day in shifted):
            problems[:] = [problem for problem in problems if problem.kind != "weekday"]
            problems.append(
                NoticeProblem(
                    "year",
                    f"所写的星期有{len(wrong)}处与{year}年不符（如 {wrong[0].read}），"
                    f"却与{other}年全部相符",
                    f"请核对年度是否应为{other}年",
                    wrong[0].sentence,
                )
            )
            return True
    return False

"""The inside of a notice: sentences, in which dates are followed by what happens on them."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from .checks import fixed_holiday
from .model import WEEKDAYS, NoticeEntry, NoticeProblem, date_or_none
from .text import Section

#: The longest holiday ever arranged had ten days; a longer range is a slip of the pen.
LONGEST: Final = 14

_DAY: Final = (
    r"(?:(?P<{0}year>20\d\d)年)?(?:(?P<{0}month>\d{{1,2}})月)?(?<![共计假休\d])"
    r"(?P<{0}day>\d{{1,2}})[日号](?:\((?P<{0}note>[^()]*)\))?"
)
_DATE: Final = re.compile(
    _DAY.format("from_") + "(?:起?(?:至|到|-+)" + _DAY.format("to_") + ")?(?P<open>起|开始|以后)?"
)
_VERBS: Final = re.compile(r"(?P<no>不)?(?P<verbs>(?:放假|补休|休息|调休|公休(?!日)|上班|工作)+)")
_COUNT: Final = re.compile(r"(?:共计?|放假|调休|连休|休息)(\d+|[一二三四五六七八九])[天日]")
_WEEKDAY: Final = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_ONLY_ADVICE: Final = re.compile(r"鼓励|倡导|提倡|建议|结合")
_EXPLAINS: Final = re.compile(r"为\w*(?:节假日|节日|公休日|休息日)|公休日调至|调至")


class Reader:
    """Reads the sections of one notice; remembers the weekdays written for the year check."""

    def __init__(self, year: int, problems: list[NoticeProblem]) -> None:
        self.year = year
        self.problems = problems
        self.weekdays: list[tuple[date, int]] = []
        self._written = ""

    def read(self, section: Section) -> list[NoticeEntry]:
        """The days of one section, in the order in which they are said."""
        entries: list[NoticeEntry] = []
        for written, plain in section.sentences:
            if not _DATE.search(plain):
                continue
            self._written = written
            days = self._sentence(section.name, plain)
            if plain.startswith("其中"):  # says once more how the days just named come about
                said = {(entry.date, entry.working) for entry in entries}
                days = [(on, working) for on, working in days if (on, working) not in said]
            else:
                self._check_count(plain, [on for on, working in days if not working])
            entries += [
                NoticeEntry(on, working, section.name or fixed_holiday(on), written)
                for on, working in days
            ]
        return entries

    def _sentence(self, name: str, plain: str) -> list[tuple[date, bool]]:
        if _ONLY_ADVICE.search(plain):
            self._problem(
                "unread", "这一句是倡导，不改变工作日", "其中的日期没有采用", blocking=False
            )
            return []
        if "延长" in plain and "放假" not in plain:
            self._problem(
                "open",
                "只写了假期延长到哪一天，没有写从哪一天起",
                "请按调整后的整个假期改写，如“春节：1月24日至2月2日放假调休，共10天”",
            )
            return []
        days: list[tuple[date, bool]] = []
        waiting: list[date] = []
        for clause in plain.split(","):
            if _EXPLAINS.search(clause):
                continue
            at = 0
            for verb in _VERBS.finditer(clause):
                dates = [*waiting, *self._dates(name, clause[at : verb.start()])]
                at, waiting = verb.end(), []
                if dates and verb["no"]:
                    self._unread(verb.group())
                else:
                    working = bool(re.search("上班|工作", verb["verbs"]))
                    days += [(on, working) for on in dates]
            rest = clause[at:]
            if not _DATE.search(rest):
                continue
            if _DATE.sub("", rest).strip("、和及与。;"):
                self._unread(rest)
            else:
                waiting += self._dates(name, rest)
        if waiting:
            self._unread(plain)
        return days

    def _dates(self, name: str, text: str) -> list[date]:
        days: list[date] = []
        year, month = self.year, 0
        for match in _DATE.finditer(text):
            if match["from_month"]:
                month = int(match["from_month"])
                year = int(match["from_year"] or self._year_of(name, month))
            if not month:
                self._problem("date", f"“{match.group()}”没有写月份", "请补上月份")
                continue
            first = self._day(year, month, match["from_day"], match["from_note"])
            if match["open"]:
                continue  # 起正常上班: the rest ends before that day, which is an ordinary one
            if not match["to_day"]:
                days += [first] if first else []
                continue
            earlier, month = month, int(match["to_month"] or month)
            year = int(match["to_year"] or (year + 1 if month < earlier else year))
            last = self._day(year, month, match["to_day"], match["to_note"])
            if first and last:
                days += self._range(first, last, match.group())
        return days

    def _year_of(self, name: str, month: int) -> int:
        """New Year's arrangement may name days of the December before."""
        return self.year - 1 if "元旦" in name and month > 10 else self.year

    def _day(self, year: int, month: int, day: str, note: str | None) -> date | None:
        on = date_or_none(year, month, int(day))
        if on is None:
            self._problem("date", f"{year}年没有{month}月{day}日", "请对照通知原文改正日期")
            return None
        if said := _WEEKDAY.search(note or ""):
            weekday = WEEKDAYS.index(said[1].replace("天", "日"))
            self.weekdays.append((on, weekday))
            if on.weekday() != weekday:
                self._problem(
                    "weekday",
                    f"{on.isoformat()} 写作“{said.group()}”，而该日是周{WEEKDAYS[on.weekday()]}",
                    "请核对年度、日期和星期，以通知原文为准",
                )
        return on

    def _range(self, first: date, last: date, quoted: str) -> list[date]:
        length = (last - first).days + 1
        if 0 < length <= LONGEST:
            return [first + timedelta(days=n) for n in range(length)]
        what = "结束早于开始" if length < 1 else f"长达{length}天"
        self._problem("range", f"“{quoted}”{what}", "没有采用这一段，请核对起止日期")
        return []

    def _check_count(self, plain: str, rest: list[date]) -> None:
        for match in _COUNT.finditer(plain):
            said = int(match[1]) if match[1].isdigit() else "一二三四五六七八九".index(match[1]) + 1
            whole = with_weekends(rest) if "连休" in plain else set(rest)
            if rest and said not in (len(set(rest)), len(whole)):
                self._problem(
                    "count",
                    f"写的是“{match.group()}”，读到的放假日期是{len(set(rest))}天"
                    f"（{min(rest).isoformat()} 至 {max(rest).isoformat()}）",
                    "请核对起止日期，或者改正天数",
                )

    def _unread(self, what: str) -> None:
        self._problem(
            "unread",
            f"“{what}”有日期，但看不出是放假还是上班",
            "请改写为“某月某日放假”或者“某月某日上班”；与放假无关的，删去这一句",
        )

    def _problem(self, kind: str, read: str, advice: str, *, blocking: bool = True) -> None:
        self.problems.append(NoticeProblem(kind, read, advice, self._written, blocking))


def with_weekends(days: Iterable[date]) -> set[date]:
    """The days and the Saturdays and Sundays that adjoin them (与周末连休)."""
    whole = set(days)
    for step in (timedelta(days=1), timedelta(days=-1)):
        for on in sorted(whole):
            following = on + step
            while following.weekday() >= 5:
                whole.add(following)
                following += step
    return whole

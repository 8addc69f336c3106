"""What reading a holiday notice gives: its days, and what does not fit."""

from dataclasses import dataclass
from datetime import date
from typing import Final

#: Monday to Sunday, as 周一 … 周日.
WEEKDAYS: Final = "一二三四五六日"


@dataclass(frozen=True)
class NoticeEntry:
    """One day the notice names: a rest day, or a weekend day that becomes a working day."""

    date: date
    working: bool
    name: str
    sentence: str


@dataclass(frozen=True)
class NoticeProblem:
    """Something that does not fit: what was read and what to do about it, in Chinese.

    `kind` is stable: year, nothing, date, range, weekday, count, weekend, twice, missing,
    statutory, open, unread, balance. A problem that is not `blocking` is for the reader's eye.
    """

    kind: str
    read: str
    advice: str
    sentence: str = ""
    blocking: bool = True

    @property
    def message(self) -> str:
        """Both halves in one line."""
        return f"{self.read}。{self.advice}"


@dataclass(frozen=True)
class HolidayNoticeReading:
    """What a notice says: its days in order, each date once, and what does not fit.

    `year` is None when it cannot be told; then no day is read. `amendment` is a notice that
    changes part of a year already arranged (调整、延长), so that holidays may be absent.
    """

    year: int | None
    entries: tuple[NoticeEntry, ...]
    problems: tuple[NoticeProblem, ...]
    title: str = ""
    document_number: str = ""
    published_on: date | None = None
    amendment: bool = False

    @property
    def blocking(self) -> tuple[NoticeProblem, ...]:
        """The problems that must be put right, or overridden with a reason, before acceptance."""
        return tuple(problem for problem in self.problems if problem.blocking)

    @property
    def rest_days(self) -> frozenset[date]:
        """The days off the notice names."""
        return frozenset(entry.date for entry in self.entries if not entry.working)

    @property
    def make_up_days(self) -> frozenset[date]:
        """The weekend days on which people work."""
        return frozenset(entry.date for entry in self.entries if entry.working)


def date_or_none(year: int, month: int, day: int) -> date | None:
    """The date, or None for a day the calendar does not have (2月30日)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None

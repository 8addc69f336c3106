"""Reading the State Council's yearly holiday notice (国务院办公厅关于……部分节假日安排的通知).

The notice is prose, and its wording changes from year to year; what it decides is two sets of
days: rest days, and weekend days on which people work (调休上班). `parse_holiday_notice` reads
both, quotes the sentence behind every day, and checks the text against itself: weekdays against
dates, 共N天 against the days counted, make-up days against weekends, the holidays against the
list of 全国年节及纪念日放假办法. Whatever does not fit is a problem that says what was read and
what to do; nothing is guessed silently.
"""

import re
from dataclasses import replace

from .checks import check_days, check_holidays, year_that_fits
from .model import WEEKDAYS, HolidayNoticeReading, NoticeEntry, NoticeProblem
from .reader import Reader
from .text import document_number, find_year, plain_text, published_on, sections, title_of

__all__ = [
    "WEEKDAYS",
    "HolidayNoticeReading",
    "NoticeEntry",
    "NoticeProblem",
    "parse_holiday_notice",
]


def parse_holiday_notice(text: str, year: int | None = None) -> HolidayNoticeReading:
    """Read a notice; `year` is needed only where the text does not say it.

    Never raises for a text: what cannot be read is among the problems.
    """
    plain = plain_text(text)
    title = title_of(plain)
    problems: list[NoticeProblem] = []
    found = find_year(plain, year, problems)
    reading = HolidayNoticeReading(
        year=found,
        entries=(),
        problems=(),
        title=title,
        document_number=document_number(plain),
        published_on=published_on(plain),
        amendment=_concerns_part_of_a_year(title or plain[:80]),
    )
    if found is None:
        return replace(reading, problems=tuple(problems))
    reader = Reader(found, problems)
    entries = [entry for section in sections(text, plain) for entry in reader.read(section)]
    if not year_that_fits(found, reader.weekdays, problems):
        check_days(entries, problems)
        if not reading.amendment:
            check_holidays(found, entries, problems)
    first_said = {entry.date: entry for entry in reversed(entries)}
    ordered = tuple(first_said[on] for on in sorted(first_said))
    return replace(reading, entries=ordered, problems=tuple(problems))


def _concerns_part_of_a_year(title: str) -> bool:
    """调整、延长 of what was arranged, or a notice on a single holiday, by its title."""
    if re.search(r"调整|延长|补充", title):
        return True
    return title.endswith("通知") and "节假日" not in title

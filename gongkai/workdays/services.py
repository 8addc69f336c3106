"""Accepting the State Council's holiday notices: the only writes of this room.

Assumption: the text was read by a person who knows it; what the program cannot reconcile is
shown as a problem and stops the acceptance until it is put right or overridden with a reason.
Remaining risk: a notice that is wrong in itself and consistent (every check passes) is
accepted; the list of deadlines that move is the last chance to notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongkai.ledger.services import record
from gongkai.organs import policy
from gongkai.statute.notices import HolidayNoticeReading, parse_holiday_notice
from gongkai.statute.workdays import DayStatus, LayeredCalendar
from gongkai.workdays import queries
from gongkai.workdays.models import CalendarDay, HolidayNotice
from gongkai.workdays.moves import MovedDeadline, moved_deadlines, refresh_deadlines

if TYPE_CHECKING:
    from gongkai.ledger.actor import Actor

#: No notice is longer than two pages; a whole web page pasted by mistake is.
MOST_CHARACTERS = 20_000

CHANGED_MEANWHILE = "预览之后工作日历已被他人更新，请核对新的预览后再接受。"

#: The first regulation on holidays is of December 1949; the end guards against typing errors.
YEARS = range(1949, 2200)


@dataclass(frozen=True)
class DayChange:
    """A day as the calendar has it now and as it would be.

    `named` is whether the notice names it. A day it leaves out may turn as well: the notice
    decides its whole year, so what the calendar had there before falls away.
    """

    date: date
    old: DayStatus
    new: DayStatus
    named: bool

    @property
    def turns(self) -> bool:
        """Whether a working day becomes a rest day, or the reverse."""
        return self.old.is_working != self.new.is_working


@dataclass(frozen=True)
class NoticePreview:
    """What accepting a text would do. Nothing is written.

    `draft` is the notice as it would be stored, with the one it `replaces`. `changes` are the
    days it names and those that turn without being named, in order.
    """

    reading: HolidayNoticeReading
    draft: HolidayNotice
    changes: tuple[DayChange, ...]
    moved: tuple[MovedDeadline, ...]
    calendar: LayeredCalendar
    version: int

    @property
    def is_acceptable(self) -> bool:
        """Whether it can be accepted without overriding a problem."""
        return bool(self.reading.entries) and not self.reading.blocking

    @property
    def is_known(self) -> bool:
        """Whether the notice in force is this very text, so that nothing is left to do."""
        return self.draft.replaces is not None and self.draft.replaces.text == self.draft.text


@dataclass(frozen=True)
class AcceptedNotice:
    """An accepted notice, with what it moved and how many stored deadlines were rebuilt."""

    notice: HolidayNotice
    preview: NoticePreview
    refreshed: int


def preview_notice(text: str, year: int | None = None) -> NoticePreview:
    """Read a notice and say what would change; writes nothing.

    Raises ValidationError for a text far too long to be a notice.
    """
    # Browsers send CRLF, and PostgreSQL cannot store NUL.
    text = text.replace("\r\n", "\n").replace("\x00", "")
    if year is not None and year not in YEARS:
        raise ValidationError(f"年度应在{YEARS.start}至{YEARS.stop - 1}之间，现为{year}。")
    if len(text) > MOST_CHARACTERS:
        raise ValidationError(
            f"文字有{len(text)}字，远长于一份放假通知。请只粘贴通知的标题和正文。"
        )
    reading = parse_holiday_notice(text, year)
    draft = _draft(reading, text)
    replaced = draft.replaces
    in_force = [notice for notice in queries.notices_in_force() if notice != replaced]
    if reading.year is not None and reading.entries:
        in_force.append(draft)
    in_force.sort(key=lambda notice: (notice.year, notice.is_amendment, notice.version))
    table = {
        on: queries.day_status(working, name)
        for on, (working, name, _) in queries.fold(in_force).items()
    }
    years = {notice.year for notice in in_force if not notice.is_amendment}
    old, new = queries.current_calendar(), LayeredCalendar(table, years=years)
    return NoticePreview(
        reading=reading,
        draft=draft,
        changes=_day_changes(reading, replaced, old, new),
        moved=moved_deadlines(old, new) if reading.entries else (),
        calendar=new,
        version=queries.calendar_version(),
    )


def accept_notice(
    actor: Actor,
    text: str,
    *,
    year: int | None = None,
    override_reason: str = "",
    seen_version: int | None = None,
) -> AcceptedNotice:
    """The notice is in force: its days are in the calendar, the moved deadlines rebuilt.

    Needs "calendar.manage". A notice for a year that has one replaces it, and the old one is
    kept. Raises PermissionDenied; ValidationError for the very text in force, while a problem stands (unless
    `override_reason` says why it is accepted all the same), when no day was read, and when the
    calendar changed since the version that the person saw (`seen_version`).
    """
    policy.authorise(actor, "calendar.manage")
    with transaction.atomic():
        return _accept(actor, text, year, override_reason.strip(), seen_version)


def _accept(
    actor: Actor, text: str, year: int | None, reason: str, seen_version: int | None
) -> AcceptedNotice:
    preview = preview_notice(text, year)
    reading = preview.reading
    if preview.is_known:
        raise ValidationError("现行的放假通知与此逐字相同，无须再次导入。")
    if not reading.entries:
        raise ValidationError([problem.message for problem in reading.problems])
    if reading.blocking and not reason:
        raise ValidationError(
            {
                "override_reason": f"通知有{len(reading.blocking)}个问题（如 "
                f"{reading.blocking[0].read}）。请改正文字后重新预览，或者写明仍然接受的理由。"
            }
        )
    if seen_version is not None and seen_version != preview.version:
        raise ValidationError(CHANGED_MEANWHILE)
    notice = preview.draft
    notice.override_reason = reason if reading.blocking else ""
    notice.accepted_by = actor.name[:150]
    notice.accepted_at = timezone.now()
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
    except IntegrityError as error:
        # Two people at once: the number of the version is unique, so one of them comes first.
        raise ValidationError(CHANGED_MEANWHILE) from error
    _rewrite_days()
    record(actor, "calendar.accept", chain="site", obj=notice, changes=_changes(notice, preview))
    refreshed = refresh_deadlines(actor)
    return AcceptedNotice(notice, preview, refreshed)


def _draft(reading: HolidayNoticeReading, text: str) -> HolidayNotice:
    """The notice as it would be stored; of the highest version, so that it applies last."""
    draft = HolidayNotice(
        year=reading.year or 0,
        version=queries.calendar_version() + 1,
        is_amendment=reading.amendment,
        title=(reading.title or f"{reading.year}年节假日安排")[:200],
        document_number=reading.document_number[:60],
        published_on=reading.published_on,
        text=text,
        days=[
            {
                "date": entry.date.isoformat(),
                "working": entry.working,
                "name": entry.name[:60],
                "sentence": entry.sentence,
            }
            for entry in reading.entries
        ],
    )
    draft.replaces = _replaced_by(draft)
    return draft


def _replaced_by(draft: HolidayNotice) -> HolidayNotice | None:
    """The notice in force that this one replaces: the year's, or the amendment so titled."""
    same = HolidayNotice.objects.filter(
        successor=None, year=draft.year, is_amendment=draft.is_amendment
    )
    return (same.filter(title=draft.title) if draft.is_amendment else same).first()


def _day_changes(
    reading: HolidayNoticeReading,
    replaced: HolidayNotice | None,
    old: LayeredCalendar,
    new: LayeredCalendar,
) -> tuple[DayChange, ...]:
    named = {entry.date for entry in reading.entries}
    candidates = set(named)
    if replaced is not None:
        candidates |= {date.fromisoformat(day["date"]) for day in replaced.days}
    if reading.year is not None and named:
        first = date(reading.year, 1, 1)
        length = (date(reading.year, 12, 31) - first).days + 1
        candidates |= {first + timedelta(days=n) for n in range(length)}
    changes = [DayChange(on, old.day(on), new.day(on), on in named) for on in sorted(candidates)]
    return tuple(change for change in changes if change.named or change.turns)


def _rewrite_days() -> None:
    """`CalendarDay` equals the sum of the notices in force; untouched days keep their rows."""
    wanted = queries.fold(queries.notices_in_force())
    held = {day.date: day for day in CalendarDay.objects.all()}
    stale = [
        day.pk
        for on, day in held.items()
        if on not in wanted
        or (day.is_working, day.name, day.notice_id) != (*wanted[on][:2], wanted[on][2].pk)
    ]
    CalendarDay.objects.filter(pk__in=stale).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=on, is_working=working, name=name, notice=notice)
        for on, (working, name, notice) in wanted.items()
        if on not in held or held[on].pk in set(stale)
    )


def _changes(notice: HolidayNotice, preview: NoticePreview) -> dict[str, object]:
    changes: dict[str, object] = {
        "year": notice.year,
        "version": notice.version,
        "days": [
            f"{change.date.isoformat()} {'上班' if change.new.is_working else '休息'}"
            for change in preview.changes
            if change.turns
        ],
        "moved_deadlines": len(preview.moved),
    }
    if notice.replaces is not None:
        changes["replaces"] = notice.replaces.version
    if notice.override_reason:
        changes["override_reason"] = notice.override_reason
        changes["problems"] = [problem.message[:400] for problem in preview.reading.blocking]
    return changes

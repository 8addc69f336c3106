"""Accepting a holiday notice: what it writes, what stops it, what it keeps."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.statute.workdays import add_working_days
from gongkai.workdays.models import CalendarDay, HolidayNotice
from gongkai.workdays.queries import current_calendar
from gongkai.workdays.services import accept_notice, preview_notice
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

SPRING_FESTIVAL = date(2027, 2, 8)
MAKE_UP_DAY = date(2027, 2, 13)


def test_a_preview_writes_nothing(of_2027, console, room) -> None:
    preview = preview_notice(of_2027)
    assert preview.is_acceptable
    assert preview.draft.year == 2027
    assert not HolidayNotice.objects.exists()
    assert not CalendarDay.objects.exists()
    assert current_calendar().day(SPRING_FESTIVAL).is_working
    assert not preview.calendar.day(SPRING_FESTIVAL).is_working


def test_an_accepted_notice_decides_the_days_it_names_and_settles_the_year(
    of_2027, console
) -> None:
    accepted = accept_notice(console, of_2027)
    calendar = current_calendar()
    assert calendar.day(SPRING_FESTIVAL) == (False, False, "notice", "春节")
    assert calendar.day(MAKE_UP_DAY) == (True, False, "notice", "春节调休上班")
    assert calendar.day(date(2027, 3, 1)) == (True, False, "notice", "")
    assert CalendarDay.objects.count() == len(accepted.preview.reading.entries)
    assert accepted.notice.accepted_by == "gongkai calendar import"
    assert accepted.notice.published_on == date(2026, 11, 12)


def test_a_deadline_across_the_new_year_is_provisional_until_the_notice_is_accepted(
    of_2027, console
) -> None:
    received = date(2026, 12, 10)
    before = add_working_days(received, 20, current_calendar())
    assert before.provisional
    accept_notice(console, of_2027)
    after = add_working_days(received, 20, current_calendar())
    assert after == (date(2027, 1, 8), False)


def test_every_open_deadline_that_moves_is_listed_before_and_rebuilt_after(
    of_2027, console, room
) -> None:
    [move] = preview_notice(of_2027).moved
    assert (move.old, move.new, move.days) == (date(2027, 2, 17), date(2027, 2, 23), 6)
    assert room == []
    accepted = accept_notice(console, of_2027)
    assert accepted.preview.moved == (move,)
    assert accepted.refreshed == 1
    assert room == ["gongkai calendar import"]
    assert preview_notice(of_2027).moved == ()


def test_the_ledger_keeps_who_accepted_what(of_2027, console, room) -> None:
    accept_notice(console, of_2027)
    entry = LedgerEntry.objects.get(action="calendar.accept")
    assert entry.chain.name == "site"
    assert entry.changes["year"] == 2027
    assert "2027-02-08 休息" in entry.changes["days"]
    assert "2027-02-13 上班" in entry.changes["days"]
    assert entry.changes["moved_deadlines"] == 1
    assert "override_reason" not in entry.changes


def test_a_notice_with_a_problem_is_refused_until_a_reason_is_given(of_2027, console) -> None:
    wrong = of_2027.replace("2月13日（周六）", "2月13日（周五）")
    with pytest.raises(ValidationError, match=r"1个问题.*2027-02-13 写作“周五”"):
        accept_notice(console, wrong)
    with pytest.raises(ValidationError):
        accept_notice(console, wrong, override_reason="  ")
    assert not HolidayNotice.objects.exists()
    accepted = accept_notice(console, wrong, override_reason="电话核实，通知印刷有误")
    assert accepted.notice.override_reason == "电话核实，通知印刷有误"
    entry = LedgerEntry.objects.get(action="calendar.accept")
    assert entry.changes["override_reason"] == "电话核实，通知印刷有误"
    assert "写作“周五”" in entry.changes["problems"][0]


def test_a_reason_given_where_none_is_needed_is_not_kept(of_2027, console) -> None:
    assert accept_notice(console, of_2027, override_reason="随手").notice.override_reason == ""


@pytest.mark.parametrize("text", ["", "没有日期的文字"])
def test_a_text_without_days_is_refused_even_with_a_reason(console, text: str) -> None:
    with pytest.raises(ValidationError, match="没有读到"):
        accept_notice(console, text, year=2027, override_reason="就要")


def test_a_second_notice_for_the_year_replaces_the_first_and_keeps_it(of_2027, console) -> None:
    first = accept_notice(console, of_2027).notice
    changed = of_2027.replace("2月13日（周六）上班", "2月14日（周日）上班")
    preview = preview_notice(changed)
    assert preview.draft.replaces == first
    turned = {change.date: change.new.is_working for change in preview.changes if change.turns}
    assert turned == {MAKE_UP_DAY: False, date(2027, 2, 14): True}
    assert {change.date for change in preview.changes if not change.named} == {MAKE_UP_DAY}
    second = accept_notice(console, changed).notice
    first.refresh_from_db()
    assert first.successor == second
    assert (first.version, second.version) == (1, 2)
    assert first.text == of_2027
    assert not current_calendar().day(MAKE_UP_DAY).is_working
    assert not CalendarDay.objects.filter(notice=first).exists()


def test_the_notice_in_force_a_second_time_changes_nothing(of_2027, console) -> None:
    accept_notice(console, of_2027)
    assert preview_notice(of_2027).is_known
    with pytest.raises(ValidationError, match="逐字相同"):
        accept_notice(console, of_2027)
    assert HolidayNotice.objects.count() == 1


AMENDMENT = (
    "关于调整2027年劳动节假期安排的通知\n一、2027年5月1日至6日放假调休，共6天。5月8日（周六）上班。"
)


def test_an_amendment_lies_over_the_year_and_a_new_yearly_notice_keeps_it(of_2027, console) -> None:
    accept_notice(console, of_2027)
    amendment = accept_notice(console, AMENDMENT).notice
    assert amendment.is_amendment
    assert amendment.replaces is None
    assert not current_calendar().day(date(2027, 5, 6)).is_working
    assert current_calendar().day(date(2027, 5, 8)).is_working
    assert not current_calendar().day(SPRING_FESTIVAL).is_working
    accept_notice(console, of_2027.replace("妥善", "认真"))
    assert not current_calendar().day(date(2027, 5, 6)).is_working
    corrected = AMENDMENT.replace("至6日放假调休，共6天", "至5日放假调休，共5天")
    assert accept_notice(console, corrected).notice.replaces == amendment
    assert current_calendar().day(date(2027, 5, 6)).is_working


def test_an_amendment_alone_does_not_settle_the_year(console) -> None:
    accept_notice(console, AMENDMENT)
    assert not current_calendar().knows_year(2027)
    assert current_calendar().day(date(2027, 3, 1)).provisional
    assert not current_calendar().day(date(2027, 5, 6)).provisional


def test_a_notice_overrides_the_packages_data_for_its_whole_year(of_2026, console) -> None:
    text = of_2026.replace(
        "5日（周二）放假调休，共5天。5月9日（周六）上班", "3日（周日）放假，共3天"
    )
    preview = preview_notice(text)
    turned = {change.date: change.named for change in preview.changes if change.turns}
    assert turned == {date(2026, 5, 4): False, date(2026, 5, 5): False, date(2026, 5, 9): False}
    accept_notice(console, text)
    assert current_calendar().day(date(2026, 5, 4)).is_working
    assert not current_calendar().day(date(2026, 5, 9)).is_working
    assert current_calendar().day(date(2025, 10, 11)).source == "package"


def test_the_decembers_of_two_notices_do_not_collide(of_2026, of_2027, console) -> None:
    accept_notice(console, of_2026)
    reaching_back = of_2027.replace(
        "1月1日（周五）至3日（周日）放假，共3天", "2026年12月31日（周四）至2027年1月2日放假，共3天"
    ).replace("元旦：", "元旦：2026年12月27日（周日）上班。")
    accept_notice(console, reaching_back)
    assert not current_calendar().day(date(2026, 12, 31)).is_working
    assert current_calendar().day(date(2026, 12, 27)).is_working


def test_somebody_elses_acceptance_after_the_preview_stops_mine(of_2026, of_2027, console) -> None:
    seen = preview_notice(of_2027).version
    accept_notice(console, of_2026)
    with pytest.raises(ValidationError, match="已被他人更新"):
        accept_notice(console, of_2027, seen_version=seen)
    assert accept_notice(console, of_2027, seen_version=preview_notice(of_2027).version)


def test_two_at_the_same_moment_cannot_make_the_same_version(of_2027, console, monkeypatch) -> None:
    accept_notice(console, of_2027)
    monkeypatch.setattr("gongkai.workdays.queries.calendar_version", lambda: 0)
    with pytest.raises(ValidationError, match="已被他人更新"):
        accept_notice(console, AMENDMENT)
    assert HolidayNotice.objects.count() == 1


def test_accepting_needs_the_right_to_manage_the_calendar(of_2027) -> None:
    city = make_organ()
    office = make_organ(parent=city)
    allowed = make_user(Role.DISCLOSURE_OFFICE, city)
    for user in (make_user(Role.INFORMATION_OFFICER, city), make_user(Role.SYSTEM_ADMIN, office)):
        with pytest.raises(PermissionDenied):
            accept_notice(Actor.for_user(user), of_2027)
    assert not HolidayNotice.objects.exists()
    accept_notice(Actor.for_user(allowed), of_2027)
    assert HolidayNotice.objects.get().accepted_by == allowed.display_name


def test_a_whole_web_page_or_an_impossible_year_is_refused(of_2027) -> None:
    with pytest.raises(ValidationError, match="远长于一份放假通知"):
        preview_notice(of_2027 * 60)
    with pytest.raises(ValidationError, match="年度应在1949至2199之间"):
        preview_notice(of_2027, 20270)


def test_a_nul_character_in_the_paste_does_no_harm(of_2027, console) -> None:
    notice = accept_notice(console, of_2027 + "\x00").notice
    assert "\x00" not in HolidayNotice.objects.get(pk=notice.pk).text


def test_accepted_notices_cannot_be_changed_or_deleted(of_2027, console) -> None:
    notice = accept_notice(console, of_2027).notice
    with pytest.raises(DatabaseError), transaction.atomic():
        HolidayNotice.objects.filter(pk=notice.pk).update(text="")
    with pytest.raises(DatabaseError), transaction.atomic():
        HolidayNotice.objects.filter(pk=notice.pk)._raw_delete("default")


def test_the_database_refuses_a_fork_of_a_years_history(of_2027, console) -> None:
    first = accept_notice(console, of_2027).notice
    for replaces in (None, first):
        fork = preview_notice(of_2027.replace("妥善", "认真")).draft
        fork.accepted_by, fork.accepted_at = "x", first.accepted_at
        fork.replaces = replaces
        fork.version += 1
        if replaces is first:
            fork.save(force_insert=True)
            fork.pk, fork.version = None, fork.version + 1
        with pytest.raises(IntegrityError), transaction.atomic():
            fork.save(force_insert=True)

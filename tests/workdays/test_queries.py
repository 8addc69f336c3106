"""The calendar in force, its cache, and the warnings about a missing year."""

from datetime import date, timedelta

import pytest
from django.core.checks import run_checks
from django.db import transaction

from gongkai.workdays import queries
from gongkai.workdays.queries import (
    calendar_version,
    calendar_warning,
    current_calendar,
    holidays_of,
    months_of,
)
from gongkai.workdays.services import accept_notice, preview_notice

pytestmark = pytest.mark.django_db


def test_without_any_notice_the_package_speaks_and_then_the_provisional_rule() -> None:
    assert calendar_version() == 0
    assert current_calendar().day(date(2026, 2, 28)) == (True, False, "package", "春节调休上班")
    assert current_calendar().day(date(2027, 2, 8)).provisional


def test_a_year_of_days_costs_one_statement(of_2027, console, django_assert_num_queries) -> None:
    accept_notice(console, of_2027)
    current_calendar()
    with django_assert_num_queries(1):
        calendar = current_calendar()
        working = sum(
            calendar.day(date(2027, 1, 1) + timedelta(days=n)).is_working for n in range(365)
        )
    assert working == 248


def test_a_new_notice_is_seen_at_once_and_a_rolled_back_one_never(of_2027, console) -> None:
    assert current_calendar().day(date(2027, 2, 8)).is_working
    with transaction.atomic():
        accept_notice(console, of_2027)
        assert not current_calendar().day(date(2027, 2, 8)).is_working
        transaction.set_rollback(True)
    assert current_calendar().day(date(2027, 2, 8)).is_working
    accept_notice(console, of_2027)
    assert not current_calendar().day(date(2027, 2, 8)).is_working


@pytest.mark.parametrize(
    ("today", "level", "text"),
    [
        (date(2026, 9, 30), None, None),
        (date(2026, 10, 1), "reminder", "2027年节假日安排尚未导入"),
        (date(2026, 11, 30), "reminder", "2027年节假日安排尚未导入"),
        (date(2026, 12, 1), "banner", "下一年度节假日安排未导入，期限为暂定"),
        (date(2026, 12, 31), "banner", "下一年度节假日安排未导入，期限为暂定"),
        (date(2027, 1, 1), "banner", "2027年节假日安排未导入，期限为暂定"),
        (date(2025, 12, 31), None, None),
    ],
)
def test_a_missing_next_year_is_announced_from_october_and_bannered_from_december(
    today: date, level: str | None, text: str | None
) -> None:
    warning = calendar_warning(today)
    if level is None:
        assert warning is None
        return
    assert warning is not None
    assert warning.level == level
    assert warning.year == 2027
    assert str(warning).startswith(text)


def test_the_warning_ends_with_the_import(of_2027, console) -> None:
    accept_notice(console, of_2027)
    assert calendar_warning(date(2026, 12, 1)) is None
    assert calendar_warning(date(2027, 9, 30)) is None
    assert calendar_warning(date(2027, 10, 1)).year == 2028


def test_the_system_check_speaks_where_the_database_is_asked(of_2027, console, monkeypatch) -> None:
    monkeypatch.setattr(queries.timezone, "localdate", lambda: date(2026, 12, 1))

    def found(**kwargs) -> list[str]:
        messages = run_checks(include_deployment_checks=False, **kwargs)
        return [message.hint for message in messages if message.id == "workdays.W001"]

    assert found() == []
    [hint] = found(databases=["default"])
    assert "2027年" in hint
    accept_notice(console, of_2027)
    assert found(databases=["default"]) == []


def test_months_begin_on_monday_and_hold_every_day_once() -> None:
    months = months_of(2026)
    assert [month.working_days for month in months][:5] == [21, 16, 22, 21, 19]
    assert sum(len(month.days) for month in months) == 365
    for month in months:
        assert all(len(week) == 7 for week in month.weeks)
        assert all(
            day.date.weekday() == n for week in month.weeks for n, day in enumerate(week) if day
        )
    special = [day.date for day in months[0].days if day.is_special]
    assert special == [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 4)]


def test_a_notices_days_are_told_by_holiday_with_the_sentences_in_their_order(of_2027) -> None:
    holidays = holidays_of(preview_notice(of_2027).draft)
    assert [holiday.name for holiday in holidays] == [
        "元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节",
    ]  # fmt: skip
    labour_day = holidays[3]
    assert labour_day.work == (date(2027, 4, 25),)
    assert labour_day.sentences[-1] == "4月25日（周日）上班。"

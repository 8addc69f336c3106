"""System checks of the calendar, with stable ids."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from gongkai.workdays.queries import calendar_warning


@register(Tags.database)
def check_next_year(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """workdays.W001: next year's arrangement is missing (from 1 October), so deadlines across
    the year's end are provisional. Asks the database: `check --database default`, `migrate`.
    """
    if not databases:
        return []
    try:
        warning = calendar_warning()
    except DatabaseError:  # before the first migration
        return []
    if warning is None:
        return []
    return [
        Warning(
            warning.text,
            hint=(
                f"请导入国务院办公厅关于{warning.year}年部分节假日安排的通知："
                "gongkai calendar import 通知.txt，或在后台“工作日历”中粘贴。"
            ),
            id="workdays.W001",
        )
    ]

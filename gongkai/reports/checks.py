"""System checks of this room: what the rooms contribute, and the local due dates."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from gongkai.reports import registry
from gongkai.reports.due import month_day
from gongkai.statute.parameters import parameter

DUE_SETTINGS = {
    "REPORT_DUE_DEPARTMENTS": "report.department_due",
    "REPORT_DUE_GOVERNMENTS": "report.government_due",
}


@register()
def each_cell_has_one_source(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """reports.E001: a figure counted by two rooms would be counted twice."""
    return [
        Error(problem, hint="修改相应模块 facts.py 的 cells。", id="reports.E001")
        for problem in registry.problems()
    ]


@register()
def local_due_dates_are_not_later_than_the_law(
    app_configs: Any = None, **kwargs: Any
) -> list[CheckMessage]:
    """reports.E002: a local notice may shorten the term of 条例第四十九条, not lengthen it."""
    found: list[CheckMessage] = []
    for name, key in DUE_SETTINGS.items():
        text = str(getattr(settings, name, "") or "")
        if not text:
            continue
        statutory = str(parameter(key, date.today()).value)  # noqa: DTZ011
        try:
            late = month_day(text, 2023) > month_day(statutory, 2023)
        except ValueError:
            found.append(
                Error(f"{name} 应写作“月-日”，如 01-28；现为“{text}”。", id="reports.E002")
            )
            continue
        if late:
            found.append(
                Error(
                    f"{name} 为 {text}，晚于法定的 {statutory}（条例第四十九条）。",
                    hint="地方规定的日期只能早于法定日期；留空则用法定日期。",
                    id="reports.E002",
                )
            )
    return found

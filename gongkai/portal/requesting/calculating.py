"""The deadline and the fee, reckoned in public with the functions that the city itself uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongkai.foi.caseclock import read
from gongkai.portal.requesting import wording
from gongkai.portal.requesting.forms import CitizenForm
from gongkai.portal.requesting.wording import Bar
from gongkai.statute.clock import (
    CHANNELS,
    ClockReading,
    CorrectionReceived,
    CorrectionRequested,
    Event,
    EventError,
    Extended,
    IllegalSequence,
    Received,
    ThirdPartyAnswered,
    ThirdPartyConsulted,
)
from gongkai.statute.fees import FeeError, FeeReading, fee_by_items, fee_by_pages
from gongkai.workdays.queries import current_calendar

LATEST_YEARS: Final = 2
MOST: Final = 100_000


def day(label: Any, help_text: Any = "", *, required: bool = False) -> forms.DateField:
    """A day, typed or chosen."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y年%m月%d日"],
        error_messages={
            "invalid": _("日期写作 2026-03-05 的样子。"),
            "required": _("请填写收到申请的日期。"),
        },
    )


class DeadlineForm(CitizenForm):
    """When an answer is due. The names are those of the address."""

    received = day(
        _("机关收到申请的日期"),
        _("当面提交为提交之日，邮寄为签收之日，网上和电子邮件为双方确认之日"),
        required=True,
    )
    correction_asked = day(_("要求补正的日期（有的话）"))
    correction_came = day(_("收到补正的日期"))
    consulted = day(_("征求第三方意见的日期（有的话）"))
    replied = day(_("第三方答复的日期"), _("没有答复的不填，按期满计算"))
    extended_on = day(_("告知延期的日期（有的话）"))
    extended_days = forms.IntegerField(
        label=_("延长的工作日数"),
        required=False,
        min_value=1,
        max_value=60,
        error_messages={
            "invalid": _("请填写整数。"),
            "min_value": _("延长的工作日数至少为1。"),
            "max_value": _("延长的工作日数太大，请核对。"),
        },
    )

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        today = timezone.localdate()
        for name, value in cleaned.items():
            if isinstance(value, date) and value.year > today.year + LATEST_YEARS:
                self.add_error(name, _("日期太晚，节假日安排还没有公布，请核对。"))
        for first, then, said in (
            ("correction_asked", "correction_came", _("请一并填写要求补正的日期。")),
            ("consulted", "replied", _("请一并填写征求意见的日期。")),
            ("extended_on", "extended_days", _("请一并填写告知延期的日期。")),
        ):
            if cleaned.get(then) and not cleaned.get(first) and first not in self.errors:
                self.add_error(first, said)
        days_missing = cleaned.get("extended_on") and not cleaned.get("extended_days")
        if days_missing and "extended_days" not in self.errors:
            self.add_error("extended_days", _("请填写延长的工作日数。"))
        return cleaned

    def events(self) -> list[Event]:
        """What was entered as the clock's events, in the order of their days."""
        said = self.cleaned_data
        found: list[Event] = [Received(on=said["received"], channel=next(iter(CHANNELS)))]
        if said.get("correction_asked"):
            found.append(CorrectionRequested(on=said["correction_asked"]))
        if said.get("correction_came"):
            found.append(CorrectionReceived(on=said["correction_came"]))
        if said.get("consulted"):
            found.append(ThirdPartyConsulted(on=said["consulted"]))
        if said.get("replied"):
            found.append(ThirdPartyAnswered(on=said["replied"]))
        if said.get("extended_on"):
            found.append(Extended(on=said["extended_on"], days=said["extended_days"]))
        order = {id(event): place for place, event in enumerate(found)}
        return sorted(found, key=lambda event: (event.on, order[id(event)]))


class FeeForm(CitizenForm):
    """What is charged at most. The names are those of the address."""

    method = forms.ChoiceField(
        label=_("计费方式"),
        choices=[("item", _("按件：一个月内申请的件数")), ("page", _("按量：一件申请的页数"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择一项。"), "invalid_choice": _("请从列表中选择。")},
    )
    count = forms.IntegerField(
        label=_("件数或者页数"),
        min_value=0,
        max_value=MOST,
        error_messages={
            "required": _("请填写件数或者页数。"),
            "invalid": _("请填写整数。"),
            "min_value": _("不能是负数。"),
            "max_value": _("数目太大，请核对。"),
        },
    )


@dataclass(frozen=True)
class Deadline:
    """The reckoning, or why it cannot be done (`problem`, in Chinese, with the article)."""

    reading: ClockReading | None
    bar: Bar | None
    problem: str = ""


def deadline(form: DeadlineForm) -> Deadline:
    """The clock's reading today; for a deadline that has passed, on the last day entered, since
    nobody who reckons afterwards wants to count up to today."""
    try:
        events, calendar, today = form.events(), current_calendar(), timezone.localdate()
        last = max(event.on for event in events)
        reading = read(events, calendar, last)
        if reading.deadline is None or today <= reading.deadline:
            reading = read(events, calendar, max(today, last))
    except (IllegalSequence, EventError) as error:
        return Deadline(None, None, str(error))
    return Deadline(reading, wording.bar(reading))


def fee(form: FeeForm) -> tuple[FeeReading | None, str]:
    """The fee by the schedule of today, or why there is none."""
    reckon = fee_by_items if form.cleaned_data["method"] == "item" else fee_by_pages
    try:
        return reckon(form.cleaned_data["count"], timezone.localdate()), ""
    except FeeError as error:
        return None, str(error)

"""The site's own calendar: the holiday notices that were accepted, and the days they settle.

A notice is never changed after acceptance (the table only grows, held by triggers). A later
notice on the same matter names the one it replaces and both stay, so that anyone can see by
which calendar a past deadline was computed. In force is what nothing replaces; `CalendarDay` is
the sum of the notices in force, rebuilt by `services`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class HolidayNotice(models.Model):
    """A notice of the State Council on holidays, as accepted. `version` numbers the calendar."""

    year = models.PositiveSmallIntegerField("年度")
    version = models.PositiveIntegerField("日历版本", unique=True)
    is_amendment = models.BooleanField("调整通知", help_text="只调整部分日期，不含全年安排。")
    title = models.CharField("标题", max_length=200)
    document_number = models.CharField("发文字号", max_length=60, blank=True)
    published_on = models.DateField("成文日期", null=True, blank=True)
    text = models.TextField("通知正文")
    days = models.JSONField("读到的日期", help_text="日期、是否上班、节日、原句，按日期排列。")
    override_reason = models.CharField("仍然接受的理由", max_length=300, blank=True)
    accepted_by = models.CharField("接受人", max_length=150)
    accepted_at = models.DateTimeField("接受时间")
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successor",
        verbose_name="取代",
    )

    class Meta:
        verbose_name = "放假通知"
        verbose_name_plural = "放假通知"
        ordering = ["-version"]
        constraints = [
            # A year's arrangements form one line: one first, and each replaced at most once.
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(replaces=None, is_amendment=False),
                name="workdays_first_notice_of_year",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=1949, year__lte=2199), name="workdays_notice_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（日历第{self.version}版）"


class CalendarDay(models.Model):
    """A day that a notice in force names: a rest day, or a weekend day people work on."""

    date = models.DateField("日期", unique=True)
    is_working = models.BooleanField("是否上班")
    name = models.CharField("节日", max_length=60)
    notice = models.ForeignKey(
        HolidayNotice, on_delete=models.PROTECT, related_name="calendar_days", verbose_name="依据"
    )

    class Meta:
        verbose_name = "日历日"
        verbose_name_plural = "日历日"
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date.isoformat()} {'上班' if self.is_working else '休息'}（{self.name}）"

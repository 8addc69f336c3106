"""Which person was sent the reminder of which day."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Reminder(models.Model):
    """One person's reminder of one day: claimed, then sent, so that nobody gets two.

    A claim that was never sent (the process died in between) may be taken up again after
    `services.CLAIM_MINUTES`.
    """

    user = models.ForeignKey("organs.User", on_delete=models.CASCADE, related_name="+")
    day = models.DateField("日期")
    claimed_at = models.DateTimeField("开始发送", default=timezone.now)
    sent_at = models.DateTimeField("发送时间", null=True)
    tasks = models.PositiveIntegerField("事项数", default=0)

    class Meta:
        verbose_name = "待办提醒"
        verbose_name_plural = "待办提醒"
        ordering = ["-day", "user_id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="desk_reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.day}"

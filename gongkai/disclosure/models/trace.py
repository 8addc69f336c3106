"""What the public is told of an item's corrections and its end."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class TraceKind(models.TextChoices):
    CORRECTED = "corrected", "更正"
    UPDATED = "updated", "更新"
    AMENDED = "amended", "修改"
    REPEALED = "repealed", "废止"
    EXPIRED = "expired", "到期下架"
    WITHDRAWN = "withdrawn", "撤回"
    RESTORED = "restored", "恢复发布"


class PublicTrace(models.Model):
    """A line under the item that everybody reads: what was changed when, and why."""

    item = models.ForeignKey(
        "disclosure.DisclosedItem", on_delete=models.PROTECT, related_name="traces"
    )
    kind = models.CharField("类型", max_length=12, choices=TraceKind.choices)
    note = models.CharField("说明", max_length=300)
    revision = models.ForeignKey(
        "wagtailcore.Revision", on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "公开说明"
        verbose_name_plural = "公开说明"
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(note=""), name="disclosure_trace_note"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.note}"

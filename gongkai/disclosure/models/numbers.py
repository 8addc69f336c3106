"""What numbers go by: the serials given, and the prefixes that bodies use."""

from __future__ import annotations

from django.db import models


class IndexCounter(models.Model):
    """The last serial given for index numbers of one prefix (body and year). Never goes back."""

    prefix = models.CharField("前缀", max_length=60, unique=True)
    last = models.PositiveIntegerField("最后序号", default=0)

    class Meta:
        verbose_name = "索引号序列"
        verbose_name_plural = "索引号序列"

    def __str__(self) -> str:
        return f"{self.prefix} {self.last}"


class DocumentPrefix(models.Model):
    """A 机关代字 that a body uses in its document numbers (义政办); others raise a doubt."""

    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="机关"
    )
    prefix = models.CharField("机关代字", max_length=40)

    class Meta:
        verbose_name = "机关代字"
        verbose_name_plural = "机关代字"
        ordering = ["organ_id", "prefix"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "prefix"],
                name="disclosure_prefix_once",
                violation_error_message="本机关已登记这个代字。",
            ),
        ]

    def __str__(self) -> str:
        return self.prefix

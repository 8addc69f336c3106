"""The keys that seal personal data, themselves sealed with the master key."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class DataKey(models.Model):
    """One key (密钥). `wrapped` is the key sealed with the master key (信封加密).

    Of each purpose exactly one is in use: what is sealed from now on is sealed with it. Retired
    ones still open what was sealed with them; `gongkai vault rotate` seals that anew, after which
    they are destroyed: the row stays for the record, the key is gone.
    """

    class Purpose(models.TextChoices):
        DATA = "data", "加密"
        INDEX = "index", "盲索引"

    class State(models.TextChoices):
        ACTIVE = "active", "使用中"
        RETIRED = "retired", "已停用"
        DESTROYED = "destroyed", "已销毁"

    purpose = models.CharField("用途", max_length=8, choices=Purpose.choices)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.ACTIVE)
    wrapped = models.BinaryField("密钥（密文）", blank=True, default=b"")
    master = models.CharField("主密钥标识", max_length=16)
    created_at = models.DateTimeField("启用时间", default=timezone.now)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "数据密钥"
        verbose_name_plural = "数据密钥"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"], condition=Q(state="active"), name="vault_key_one_active"
            ),
            models.CheckConstraint(
                condition=Q(state="active", ended_at=None)
                | (~Q(state="active") & Q(ended_at__isnull=False)),
                name="vault_key_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}密钥 {self.pk}（{self.get_state_display()}）"

"""Accounts of applicants on the public site (申请人账号): a convenience, never a condition.

Article 29 says what a request holds; an account is not among it [reading], so everything that an
account opens number and query code open as well. An account is no login of the staff: it has no
role, no permission and no page in the staff shell.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from gongkai.foi.models.intake import Intake
from gongkai.foi.models.papers import Outgoing


class Account(models.Model):
    """Somebody who wants to see the own requests together (申请人账号).

    `sealed` holds e-mail and phone, both optional texts, at least one of them there and each proven
    by a code; the indexes are their blind indexes. `mark` stands in the sessions that are signed
    in: a new one ends them all. A row exists only once the first code was right.
    """

    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    sealed = models.BinaryField("联系方式（密文）", default=b"", blank=True)
    email_index = models.CharField("电子邮箱（盲索引）", max_length=64, blank=True)
    phone_index = models.CharField("手机号码（盲索引）", max_length=64, blank=True)
    password = models.CharField("密码（摘要）", max_length=128)
    mark = models.CharField("登录标记", max_length=32)
    opened_on = models.DateField("开通日期")
    used_on = models.DateField("最近使用日期", db_index=True)

    class Meta:
        verbose_name = "申请人账号"
        verbose_name_plural = "申请人账号"
        constraints = [
            models.CheckConstraint(
                condition=~Q(email_index="") | ~Q(phone_index=""), name="foi_account_reachable"
            ),
            models.UniqueConstraint(
                fields=["email_index"], condition=~Q(email_index=""), name="foi_account_email"
            ),
            models.UniqueConstraint(
                fields=["phone_index"], condition=~Q(phone_index=""), name="foi_account_phone"
            ),
        ]

    def __str__(self) -> str:
        return f"申请人账号 {self.pk}"

    @property
    def belongs_to(self) -> str:
        """What the sealed value is bound to."""
        return f"foi.account:{self.seal_name}"


class AccountIntake(models.Model):
    """A request in the list of an account.

    `code_hash` is the digest of the query code that was shown when it was added; empty for what was
    filed while signed in. A code that was changed since opens nothing any more, here neither.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="held", verbose_name="账号", db_index=False
    )
    intake = models.ForeignKey(
        Intake, on_delete=models.PROTECT, related_name="+", verbose_name="来件"
    )
    code_hash = models.CharField("查询码（摘要）", max_length=64, blank=True)
    added_at = models.DateTimeField("加入时间")

    class Meta:
        verbose_name = "账号中的申请"
        verbose_name_plural = "账号中的申请"
        ordering = ["-intake__arrived_at", "-intake_id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "intake"], name="foi_account_intake")
        ]

    def __str__(self) -> str:
        return f"账号中的申请 {self.pk}"


class AccountMessage(Outgoing):
    """A code, or a notice of a change, to a contact; gone when its time is over.

    Written alike whether the contact has an account or not (`code_hash` is empty where no code can
    be right), so that nobody learns it from the answer. The key is in the visitor's session alone;
    the code can be told from the row only with it.
    """

    class Purpose(models.TextChoices):
        OPEN = "open", "开通账号"
        RESET = "reset", "重设密码"
        CONTACT = "contact", "更换联系方式"
        TOLD = "told", "账号变动提醒"

    key_hash = models.CharField("标识（摘要）", max_length=64, unique=True)
    purpose = models.CharField("用途", max_length=8, choices=Purpose.choices)
    account = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name="账号",
    )
    code_hash = models.CharField("验证码（摘要）", max_length=64, blank=True)
    guesses = models.PositiveSmallIntegerField("已输次数", default=0)
    passed = models.BooleanField("验证码已核对", default=False)
    expires_at = models.DateTimeField("有效至", db_index=True)

    class Meta:
        verbose_name = "账号消息"
        verbose_name_plural = "账号消息"
        indexes = [
            models.Index(
                fields=["try_at"], condition=Q(state="queued"), name="foi_account_message_queue"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.pk}"

    @property
    def belongs_to(self) -> str:
        """What the sealed value is bound to."""
        return f"foi.account.message:{self.seal_name}"

"""Who leads a body (领导信息), as the public reads it and as it waits for approval.

国办发〔2017〕47号: a leader's record is name, picture, career, duties and speeches. What a version
says never changes: a change is a new version, and the one that somebody else approved is public.
So what was approved is what is shown, and every former version stays for the record.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from gongkai.disclosure.models.files import StoredFile
from gongkai.organs.models import Organ, User


class Leader(models.Model):
    """One person in one office of a body. `current` is the public version, if there is one.

    From `left_on` the page no longer shows the person; the record is kept.
    """

    organ = models.ForeignKey(
        Organ, on_delete=models.PROTECT, related_name="leaders", verbose_name="机关"
    )
    order = models.PositiveIntegerField("排序", default=0)
    current = models.OneToOneField(
        "disclosure.LeaderVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="public_of",
        verbose_name="公开的版本",
    )
    left_on = models.DateField("离任日期", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "领导"
        verbose_name_plural = "领导"
        ordering = ["organ", "order", "pk"]

    def __str__(self) -> str:
        version = self.current
        return f"{version.position} {version.name}" if version is not None else "（尚未公开）"


class LeaderVersion(models.Model):
    """What is said of a leader at one time. Written once; only its decision is added.

    `content_hash` is over what the public would read (`services.leaders.hash_of`), the picture's
    content included: it is compared when the version is approved.
    """

    class State(models.TextChoices):
        PENDING = "pending", "待审批"
        APPROVED = "approved", "已通过"
        RETURNED = "returned", "已退回"
        REPLACED = "replaced", "已被改写"
        TAKEN_BACK = "taken_back", "已撤回"

    leader = models.ForeignKey(
        Leader, on_delete=models.CASCADE, related_name="versions", verbose_name="领导"
    )
    name = models.CharField("姓名", max_length=40)
    position = models.CharField("职务", max_length=80)
    duties = models.TextField("工作分工", max_length=1000)
    biography = models.TextField("简历", max_length=3000, blank=True)
    portrait = models.ForeignKey(
        StoredFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="照片",
    )
    office_phone = models.CharField("办公电话", max_length=40, blank=True)
    in_office_from = models.DateField("任职日期", null=True, blank=True)
    content_hash = models.CharField("内容 SM3", max_length=64)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.PENDING)
    drafted_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="起草人",
    )
    drafted_at = models.DateTimeField("起草时间", default=timezone.now)
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审批人",
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    opinion = models.CharField("意见", max_length=300, blank=True)

    class Meta:
        verbose_name = "领导信息版本"
        verbose_name_plural = "领导信息版本"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["pending", "approved", "returned", "replaced", "taken_back"],
                ),
                name="disclosure_leader_state",
            ),
            models.CheckConstraint(
                condition=Q(drafted_by=None) | Q(decided_by=None) | ~Q(drafted_by=F("decided_by")),
                name="disclosure_leader_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(decided_at__isnull=False),
                name="disclosure_leader_decided",
            ),
            models.UniqueConstraint(
                fields=["leader"], condition=Q(state="pending"), name="disclosure_leader_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.name}"

    @property
    def surname(self) -> str:
        """What stands in the place of a picture that there is none of."""
        return self.name[:1]

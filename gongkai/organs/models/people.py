"""The people who work in the bodies, and their roles."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from gongkai.organs.models.tree import Organ


class User(AbstractUser):
    """A person who logs in. What they may do follows from memberships alone (`policy`).

    `organ` is the body whose system administrator looks after the account; it gives no right.
    """

    display_name = models.CharField("姓名", max_length=60)
    organ = models.ForeignKey(
        Organ,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff",
        verbose_name="所属机构",
    )

    REQUIRED_FIELDS = ["display_name"]

    class Meta(AbstractUser.Meta):
        verbose_name = "人员"
        verbose_name_plural = "人员"

    def __str__(self) -> str:
        return self.display_name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Wagtail's shell greets people by their first name; a Chinese name is one word.
        self.first_name, self.last_name = self.display_name, ""
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.display_name or self.username

    def get_short_name(self) -> str:
        return self.display_name or self.username

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whoever holds a role enters the staff shell; all else is asked of the policy."""
        if perm == "wagtailadmin.access_admin" and self.is_active:
            from gongkai.organs import policy

            if policy.is_staff_member(self):
                return True
        return super().has_perm(perm, obj)


class Role(models.TextChoices):
    """What a person is in a body. The last three are the separated administrators (三员)."""

    INFORMATION_OFFICER = "information_officer", "信息员"
    REQUEST_OFFICER = "request_officer", "依申请公开经办人"
    REVIEWER = "reviewer", "审核"
    SECRECY_REVIEWER = "secrecy_reviewer", "保密审查"
    APPROVING_LEADER = "approving_leader", "分管领导"
    RESPONSIBLE_PERSON = "responsible_person", "工作机构负责人"
    DISCLOSURE_OFFICE = "disclosure_office", "政务公开办"
    SUPERIOR = "superior", "上级主管部门"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_OFFICER = "security_officer", "安全保密管理员"
    AUDITOR = "auditor", "安全审计员"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def valid_on(self, day: date) -> MembershipQuerySet:
        """Memberships that give rights on `day`."""
        return self.filter(
            Q(ended_on=None) | Q(ended_on__gt=day),
            started_on__lte=day,
        )


class Membership(models.Model):
    """A person holds a role in a body from `started_on` until the day before `ended_on`.

    Ended, never deleted: who was responsible when is part of the record (Art. 4).
    """

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="memberships", verbose_name="人员"
    )
    organ = models.ForeignKey(
        Organ, on_delete=models.PROTECT, related_name="memberships", verbose_name="机构"
    )
    role = models.CharField("角色", max_length=24, choices=Role.choices)
    started_on = models.DateField("任职起", default=timezone.localdate)
    ended_on = models.DateField("任职止", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        ordering = ["organ__path", "user__username", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organ", "role"],
                condition=Q(ended_on=None),
                name="organs_membership_once",
                violation_error_message="此人在该机构已担任这一角色。",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="organs_membership_role"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="organs_membership_term",
                violation_error_message="任职止日期不能早于任职起日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.organ} {self.get_role_display()}"

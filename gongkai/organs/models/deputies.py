"""Deputies (代理): who acts for whom while a person is away."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from gongkai.organs.models.people import Membership, Role, User
from gongkai.organs.models.tree import Organ

SEPARATED = (Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER, Role.AUDITOR)
"""The three separated administrators (三员): nobody stands in for them."""


class DeputationQuerySet(models.QuerySet["Deputation"]):
    """Sets of deputations."""

    def valid_on(self, day: date) -> DeputationQuerySet:
        """Deputations that give rights on `day`.

        They give no more than the principal has: his account is open and he holds the role.
        """
        held = Membership.objects.valid_on(day).filter(
            user=OuterRef("principal"), organ=OuterRef("organ"), role=OuterRef("role")
        )
        return self.not_over_on(day).filter(
            Exists(held), first_day__lte=day, principal__is_active=True
        )

    def not_over_on(self, day: date) -> DeputationQuerySet:
        """Deputations that hold on `day` or begin later, as far as they themselves say."""
        return self.filter(Q(revoked_on=None) | Q(revoked_on__gt=day), last_day__gte=day)


class Deputation(models.Model):
    """`deputy` acts in one role of one body for `principal`, both days included.

    The right ends with the last day, on the day it is revoked, and when the principal no longer
    holds the role. Revoked, never deleted: who decided for whom is part of the record (Art. 4).
    """

    principal = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="deputations", verbose_name="委托人"
    )
    deputy = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="deputised", verbose_name="代理人"
    )
    organ = models.ForeignKey(
        Organ, on_delete=models.PROTECT, related_name="+", verbose_name="机构"
    )
    role = models.CharField("角色", max_length=24, choices=Role.choices)
    first_day = models.DateField("代理起")
    last_day = models.DateField("代理止")
    reason = models.CharField("事由", max_length=200)
    revoked_on = models.DateField("撤销日期", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = DeputationQuerySet.as_manager()

    class Meta:
        verbose_name = "代理"
        verbose_name_plural = "代理"
        ordering = ["-first_day", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(principal=F("deputy")),
                name="organs_deputation_other",
                violation_error_message="不能委托自己代理，请另选人员。",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values) & ~Q(role__in=SEPARATED),
                name="organs_deputation_role",
                violation_error_message="系统管理员、安全保密管理员、安全审计员不能委托代理。",
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="organs_deputation_term",
                violation_error_message="代理止日期不能早于代理起日期。",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="organs_deputation_reason"),
            models.CheckConstraint(
                condition=Q(revoked_on=None) | Q(revoked_on__lte=F("last_day")),
                name="organs_deputation_revoked",
            ),
            models.UniqueConstraint(
                fields=["principal", "organ", "role", "first_day"],
                condition=Q(revoked_on=None),
                name="organs_deputation_once",
                violation_error_message="这一角色从这一天起已委托他人代理。",
            ),
        ]
        indexes = [
            models.Index(fields=["deputy", "last_day"], name="organs_deputation_deputy"),
        ]

    def __str__(self) -> str:
        return f"{self.deputy}代{self.principal}（{self.organ}{self.get_role_display()}）"

    def state_on(self, day: date) -> str:
        """Where it stands by its own days: revoked, over, future or current."""
        if self.revoked_on is not None and self.revoked_on <= day:
            return "revoked"
        if self.last_day < day:
            return "over"
        return "future" if self.first_day > day else "current"

"""The yearly validity review (清理) of normative documents: a round, and a row a document."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class ReviewOutcome(models.TextChoices):
    """清理意见."""

    CONTINUE = "continue", "继续有效"
    AMEND = "amend", "修改"
    REPEAL = "repeal", "废止"
    LAPSE = "lapse", "宣布失效"


class ValidityRound(models.Model):
    """A round of a government: every normative document in force in its subtree is looked at."""

    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="组织清理的政府"
    )
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=120)
    deadline = models.DateField("提出意见的截止日期")
    opened_by = models.ForeignKey(
        "organs.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    opened_at = models.DateTimeField("发起时间", default=timezone.now)
    closed_by = models.ForeignKey(
        "organs.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="办结人"
    )
    closed_at = models.DateTimeField("办结时间", null=True)
    result = models.ForeignKey(
        "disclosure.DisclosedItem",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="清理结果",
    )

    class Meta:
        verbose_name = "规范性文件清理"
        verbose_name_plural = "规范性文件清理"
        ordering = ["-year", "organ_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "year"],
                name="disclosure_round_year",
                violation_error_message="本政府已发起过这一年度的清理。",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2008, year__lte=2100), name="disclosure_round_range"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ledger_label(self) -> str:
        return f"{self.organ.code} {self.year}年清理"


class ValidityReview(models.Model):
    """One document in a round: what its body proposes, what the office decides."""

    round = models.ForeignKey(ValidityRound, on_delete=models.PROTECT, related_name="reviews")
    item = models.ForeignKey(
        "disclosure.DisclosedItem", on_delete=models.PROTECT, related_name="validity_reviews"
    )
    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="机关"
    )
    proposal = models.CharField(
        "清理意见", max_length=12, choices=ReviewOutcome.choices, blank=True
    )
    reason = models.CharField("理由", max_length=500, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    successor = models.ForeignKey(
        "disclosure.DisclosedItem",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="替代文件",
    )
    proposed_by = models.ForeignKey(
        "organs.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField("提出时间", null=True)
    decision = models.CharField(
        "审核结果", max_length=12, choices=ReviewOutcome.choices, blank=True
    )
    decision_note = models.CharField("审核意见", max_length=500, blank=True)
    """Why the office decided otherwise, or sent the proposal back."""
    decided_by = models.ForeignKey(
        "organs.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField("审核时间", null=True)

    class Meta:
        verbose_name = "清理文件"
        verbose_name_plural = "清理文件"
        ordering = ["organ__path", "item_id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "item"], name="disclosure_review_once"),
            models.CheckConstraint(
                condition=Q(proposal="") | ~Q(reason=""), name="disclosure_review_reason"
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("item")),
                name="disclosure_review_successor",
            ),
        ]
        indexes = [
            models.Index(fields=["organ", "proposal"], name="disclosure_review_open"),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.item_id}"

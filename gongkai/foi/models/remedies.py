"""Review and litigation (行政复议、行政诉讼) about disclosure on request."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gongkai.foi.models.requests import FoiRequest


class RemedyKind(models.TextChoices):
    """The three groups of table four."""

    REVIEW = "review", "行政复议"
    DIRECT = "direct", "未经复议直接起诉"
    AFTER_REVIEW = "after_review", "复议后起诉"


class RemedyResult(models.TextChoices):
    """How a review or a lawsuit ended (table four)."""

    UPHELD = "upheld", "结果维持"
    CORRECTED = "corrected", "结果纠正"
    OTHER = "other", "其他结果"


class RemedyStage(models.TextChoices):
    """Which instance the case has come to; table four counts a case once, whatever the stage."""

    FIRST = "first", "复议／一审"
    APPEAL = "appeal", "二审"
    RETRIAL = "retrial", "再审"


class RemedyDuty(models.TextChoices):
    """What a decision obliges the body to do about the request."""

    ANSWER = "answer", "限期答复"
    DECIDE_ANEW = "anew", "撤销并重新答复"
    DISCLOSE = "disclose", "公开指定的信息"


class RemedyCase(models.Model):
    """A review (行政复议) or a lawsuit (行政诉讼) about disclosure on request."""

    organ = models.ForeignKey(
        "organs.Organ",
        on_delete=models.PROTECT,
        related_name="remedy_cases",
        db_index=False,
        verbose_name="被申请（被告）机关",
    )
    request = models.ForeignKey(
        FoiRequest,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="remedy_cases",
        verbose_name="所涉申请",
    )
    number = models.CharField("案号", max_length=100)
    kind = models.CharField("类型", max_length=16, choices=RemedyKind.choices)
    authority = models.CharField("复议机关或者法院", max_length=200, blank=True)
    filed_on = models.DateField("受理（立案）日期")
    result = models.CharField("结果", max_length=16, blank=True, choices=RemedyResult.choices)
    concluded_on = models.DateField("审结日期", null=True, blank=True)

    stage = models.CharField(
        "程序阶段", max_length=16, choices=RemedyStage.choices, default=RemedyStage.FIRST
    )
    duty = models.CharField("决定的履行", max_length=16, blank=True, choices=RemedyDuty.choices)
    duty_until = models.DateField("履行期限", null=True, blank=True)
    duty_done_on = models.DateField("履行日期", null=True, blank=True)

    voided_at = models.DateTimeField("作废时间", null=True, blank=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, editable=False)

    class Meta:
        verbose_name = "行政复议、行政诉讼案件"
        verbose_name_plural = "行政复议、行政诉讼案件"
        ordering = ["-filed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "number"],
                name="foi_remedy_number",
                violation_error_message="本机关已有这个案号，请核对案号。",
            ),
            models.CheckConstraint(condition=Q(kind__in=RemedyKind.values), name="foi_remedy_kind"),
            models.CheckConstraint(
                condition=Q(result="", concluded_on=None)
                | Q(result__in=RemedyResult.values, concluded_on__isnull=False),
                name="foi_remedy_result_and_day",
                violation_error_message="结果与审结日期须同时填写。",
            ),
            models.CheckConstraint(
                condition=Q(concluded_on=None) | Q(concluded_on__gte=F("filed_on")),
                name="foi_remedy_concluded_after_filing",
                violation_error_message="审结日期不能早于受理（立案）日期，请核对。",
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None, void_reason="")
                | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="foi_remedy_void_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organ", "kind", "result", "filed_on", "concluded_on"],
                condition=Q(voided_at=None),
                name="foi_remedy_count",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_void(self) -> bool:
        """Whether the case was entered by mistake and counts no more."""
        return self.voided_at is not None

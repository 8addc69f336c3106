"""What answers leave behind: model paragraphs of a body, and the way to proactive disclosure."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from gongkai.foi.models.requests import FoiRequest


class AnswerTemplate(models.Model):
    """A model paragraph for reasoned answers (答复说理范例), written by the office for its body.

    It names no person and no case; `outcome` is a code of `statute.outcomes`, `ground` a limb of
    `statute.exemptions`, both empty when it fits any.
    """

    organ = models.ForeignKey(
        "organs.Organ",
        on_delete=models.PROTECT,
        related_name="answer_templates",
        db_index=False,
        verbose_name="机关",
    )
    title = models.CharField("标题", max_length=100)
    outcome = models.CharField("适用的处理结果", max_length=32, blank=True)
    ground = models.CharField("适用的不予公开情形", max_length=8, blank=True)
    article = models.CharField("法律依据", max_length=200, blank=True)
    keywords = models.CharField("关键词", max_length=200, blank=True)
    body = models.TextField("说理段落", max_length=4000)
    version = models.PositiveIntegerField("版本", default=1)
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=150)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "答复说理范例"
        verbose_name_plural = "答复说理范例"
        ordering = ["organ_id", "title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "title"],
                condition=Q(retired_at=None),
                name="foi_answer_title",
                violation_error_message="本机关已有同名的范例，请换一个标题。",
            )
        ]
        indexes = [models.Index(fields=["organ", "outcome"], name="foi_answer_list")]

    def __str__(self) -> str:
        return self.title


class Suggestion(models.Model):
    """An applicant suggests proactive disclosure (Article 44 (2)); the text is sealed.

    `decision` is the body's after examining it, with a reason.
    """

    class Decision(models.TextChoices):
        TAKEN_UP = "taken_up", "纳入主动公开"
        DECLINED = "declined", "不纳入主动公开"

    request = models.ForeignKey(
        FoiRequest, on_delete=models.PROTECT, related_name="suggestions", verbose_name="申请"
    )
    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    sealed = models.BinaryField("建议内容（密文）", default=b"", blank=True)
    made_on = models.DateField("提出日期")
    at = models.DateTimeField("登记时间")
    by = models.CharField("登记人", max_length=150)
    decision = models.CharField("审核结果", max_length=12, choices=Decision.choices, blank=True)
    decision_reason = models.CharField("审核理由", max_length=500, blank=True)
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_by = models.CharField("审核人", max_length=150, blank=True)

    class Meta:
        verbose_name = "转为主动公开的建议"
        verbose_name_plural = "转为主动公开的建议"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | (~Q(decision="") & Q(decided_at__isnull=False) & ~Q(decision_reason="")),
                name="foi_suggestion_decided",
            )
        ]

    def __str__(self) -> str:
        return f"建议 {self.pk}"

    @property
    def belongs_to(self) -> str:
        """What the sealed value is bound to."""
        return f"foi.suggestion:{self.seal_name}"


class Conversion(models.Model):
    """A case's information became a draft for proactive disclosure (Article 44).

    `item` is the number of the draft in the room that publishes, which this room does not know.
    """

    request = models.OneToOneField(
        FoiRequest, on_delete=models.PROTECT, related_name="conversion", verbose_name="申请"
    )
    item = models.PositiveBigIntegerField("政府信息")
    title = models.CharField("标题", max_length=200)
    at = models.DateTimeField("时间")
    by = models.CharField("经办人", max_length=150)

    class Meta:
        verbose_name = "转为主动公开"
        verbose_name_plural = "转为主动公开"

    def __str__(self) -> str:
        return self.title

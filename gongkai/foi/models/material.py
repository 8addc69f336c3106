"""Files of a case, what was struck out of them, and the proofs that an outcome needs."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from gongkai.foi.models.intake import Intake
from gongkai.foi.models.requests import FoiRequest


class CaseFile(models.Model):
    """A file of a case (案卷材料), sealed on disk; its name is sealed too.

    `released`: the applicant may download it. An original from which something was struck out is
    never released; what is given out is another file that names it.
    """

    class Kind(models.TextChoices):
        IDENTITY = "identity", "身份证明"
        APPLICATION = "application", "申请书及附件"
        CORRECTION = "correction", "补正材料"
        SLIP = "slip", "缴费凭证"
        ORIGINAL = "original", "拟提供的文件（原件）"
        REDACTED = "redacted", "区分处理后的文件"
        REPLY = "reply", "意见答复"
        PROOF = "proof", "办理依据材料"
        DELIVERY = "delivery", "送达凭证"
        REMEDY = "remedy", "复议诉讼文书"

    intake = models.ForeignKey(
        Intake,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="files",
        verbose_name="来件",
    )
    request = models.ForeignKey(
        FoiRequest,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="files",
        verbose_name="申请",
    )
    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=12, choices=Kind.choices)
    name_sealed = models.BinaryField("文件名（密文）", default=b"", blank=True)
    path = models.CharField("存放位置", max_length=160, blank=True)
    extension = models.CharField("扩展名", max_length=8)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小（字节）")
    pages = models.PositiveIntegerField("页数", null=True, blank=True)
    sm3 = models.CharField("SM3", max_length=64)
    original = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="redacted",
        verbose_name="原件",
    )
    released = models.BooleanField("提供给申请人", default=False)
    added_at = models.DateTimeField("加入时间")
    added_by = models.CharField("加入人", max_length=150)
    erased_at = models.DateTimeField("清除时间", null=True, blank=True)

    class Meta:
        verbose_name = "案卷材料"
        verbose_name_plural = "案卷材料"
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(intake__isnull=False) | Q(request__isnull=False),
                name="foi_file_has_case",
            ),
            models.CheckConstraint(
                condition=Q(kind="redacted", original__isnull=False)
                | (~Q(kind="redacted") & Q(original=None)),
                name="foi_file_redacted_has_original",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def belongs_to(self) -> str:
        """What the sealed content is bound to; its name has ":name" behind it."""
        return f"foi.file:{self.seal_name}"


class Redaction(models.Model):
    """One block struck out of a file (区分处理, Article 37), with the legal ground; only added.

    `left`, `top`, `right`, `bottom`: thousandths of the page's width and height as displayed, from
    the upper left corner. `ground` is a limb of `statute.exemptions`.
    """

    file = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, related_name="redactions", verbose_name="处理后的文件"
    )
    page = models.PositiveIntegerField("页码")
    left = models.PositiveSmallIntegerField("左")
    top = models.PositiveSmallIntegerField("上")
    right = models.PositiveSmallIntegerField("右")
    bottom = models.PositiveSmallIntegerField("下")
    ground = models.CharField("不予公开情形", max_length=8)
    reason = models.CharField("理由", max_length=300)

    class Meta:
        verbose_name = "遮盖"
        verbose_name_plural = "遮盖"
        ordering = ["file_id", "page", "top", "left"]
        constraints = [
            models.CheckConstraint(
                condition=Q(left__lt=models.F("right"), top__lt=models.F("bottom"))
                & Q(right__lte=1000, bottom__lte=1000, page__gte=1),
                name="foi_redaction_block",
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.page}页 {self.ground}"


class RedactionDraft(models.Model):
    """Blocks that are being drawn over a file (区分处理的底稿), one a file, kept between visits.

    `sealed` holds blocks with ground and reason. `result_*` is the finished file as it was shown
    before it is accepted: what is accepted is exactly what was looked at (`result_sm3`).
    """

    file = models.OneToOneField(
        CaseFile, on_delete=models.PROTECT, related_name="redaction_draft", verbose_name="原件"
    )
    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField("版本", default=0)
    sealed = models.BinaryField("遮盖（密文）", default=b"", blank=True)
    result_path = models.CharField("预览文件存放位置", max_length=160, blank=True)
    result_sm3 = models.CharField("预览文件的 SM3", max_length=64, blank=True)
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=150)

    class Meta:
        verbose_name = "区分处理底稿"
        verbose_name_plural = "区分处理底稿"
        constraints = [
            models.CheckConstraint(
                condition=Q(result_path="", result_sm3="") | ~Q(result_path="") & ~Q(result_sm3=""),
                name="foi_redaction_draft_result",
            ),
        ]

    def __str__(self) -> str:
        return f"区分处理底稿 {self.file_id}"

    @property
    def belongs_to(self) -> str:
        """What the sealed values are bound to, with ":blocks" or ":result" behind it."""
        return f"foi.redaction:{self.seal_name}"


class Proof(models.Model):
    """What an outcome needs before it may be decided (`statute.outcomes` proofs); only added.

    A later row with the same key replaces an earlier one; both stay. The text is sealed.
    """

    request = models.ForeignKey(
        FoiRequest, on_delete=models.PROTECT, related_name="proofs", verbose_name="申请"
    )
    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField("依据", max_length=40)
    sealed = models.BinaryField("内容（密文）", default=b"", blank=True)
    file = models.ForeignKey(
        CaseFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="材料",
    )
    at = models.DateTimeField("登记时间")
    by = models.CharField("登记人", max_length=150)

    class Meta:
        verbose_name = "办理依据"
        verbose_name_plural = "办理依据"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.key

    @property
    def belongs_to(self) -> str:
        """What the sealed value is bound to."""
        return f"foi.proof:{self.seal_name}"


class CaseNote(models.Model):
    """A note of those who handle the case (办理备注), sealed; only added."""

    request = models.ForeignKey(
        FoiRequest, on_delete=models.PROTECT, related_name="notes", verbose_name="申请"
    )
    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    sealed = models.BinaryField("内容（密文）", default=b"", blank=True)
    at = models.DateTimeField("时间")
    by = models.CharField("记录人", max_length=150)

    class Meta:
        verbose_name = "办理备注"
        verbose_name_plural = "办理备注"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"备注 {self.pk}"

    @property
    def belongs_to(self) -> str:
        """What the sealed value is bound to."""
        return f"foi.note:{self.seal_name}"

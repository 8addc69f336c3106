"""Notices (告知书): their templates, the paper as it was issued, and how it was delivered."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from gongkai.foi.models.material import CaseFile
from gongkai.foi.models.requests import FoiRequest
from gongkai.foi.models.steps import Approval


class NoticeTemplate(models.Model):
    """A template of a notice as a body uploaded it; the newest row of a body and kind is in force.

    `kind` is a number of `statute.outcomes.NOTICES` ("N02"). The packaged templates need no row.
    """

    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="机关"
    )
    kind = models.CharField("文书", max_length=4)
    version = models.PositiveIntegerField("版本")
    docx = models.BinaryField("模板（DOCX）", blank=True, default=b"")
    """Empty: the body has gone back to the packaged template."""
    sm3 = models.CharField("SM3", max_length=64)
    note = models.CharField("修改说明", max_length=200, blank=True)
    at = models.DateTimeField("上传时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "文书模板"
        verbose_name_plural = "文书模板"
        ordering = ["organ_id", "kind", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "kind", "version"], name="foi_template_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} 第{self.version}版"


class Letterhead(models.Model):
    """What a body's notices bear (文书设置): name of the series, seal, remedies, contact.

    Who decides a review and which court is competent is a matter of place and time: `valid_from`.
    """

    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="letterheads", verbose_name="机关"
    )
    valid_from = models.DateField("启用日期")
    series = models.CharField("文号代字", max_length=20, help_text="例如“义教公复”。")
    review_body = models.CharField("行政复议机关", max_length=120)
    court = models.CharField("有管辖权的人民法院", max_length=120)
    online_review = models.URLField("网上申请复议的地址", blank=True)
    query_remedy = models.CharField(
        "行政查询事项的救济告知",
        max_length=1,
        choices=[("B", "先行复议（稳妥）"), ("A", "复议或者诉讼")],
        default="B",
    )
    payee = models.CharField("缴费方式", max_length=300, blank=True)
    seal = models.BinaryField("印章图片（PNG）", blank=True, default=b"")

    class Meta:
        verbose_name = "文书设置"
        verbose_name_plural = "文书设置"
        ordering = ["organ_id", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["organ", "valid_from"], name="foi_letterhead_day")
        ]

    def __str__(self) -> str:
        return f"{self.series}（{self.valid_from} 起）"


class NoticeSerial(models.Model):
    """The last number of a body's notices in a year (文号不跳号)."""

    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("末号", default=0)

    class Meta:
        verbose_name = "文号计数"
        verbose_name_plural = "文号计数"
        constraints = [
            models.UniqueConstraint(fields=["organ", "year"], name="foi_notice_serial_year")
        ]

    def __str__(self) -> str:
        return f"〔{self.year}〕{self.last}号"


class Notice(models.Model):
    """A paper of a case (文书). A draft may change; once issued it is frozen with its hash.

    What the template was filled with is sealed (`fields_sealed`), and so are the files. A mistake
    is put right by a new notice that names the old one (`replaces`) with the reason.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        ISSUED = "issued", "已印发"
        REPLACED = "replaced", "已被替换"
        DISCARDED = "discarded", "已作废（未印发）"

    class Addressee(models.TextChoices):
        APPLICANT = "applicant", "申请人"
        THIRD_PARTY = "third_party", "第三方"
        ORGAN = "organ", "其他机关"
        FILE = "file", "存档"

    request = models.ForeignKey(
        FoiRequest, on_delete=models.PROTECT, related_name="notices", verbose_name="申请"
    )
    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="发文机关"
    )
    kind = models.CharField("文书", max_length=4)
    addressee = models.CharField("送达对象", max_length=12, choices=Addressee.choices)
    consultation_ref = models.CharField("征求意见编号", max_length=20, blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    year = models.PositiveSmallIntegerField("年度", null=True, blank=True)
    serial = models.PositiveIntegerField("序号", null=True, blank=True)
    number = models.CharField("文号", max_length=60, blank=True)
    issued_on = models.DateField("印发日期", null=True, blank=True)
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    fields_sealed = models.BinaryField("内容（密文）", default=b"", blank=True)
    docx_sealed = models.BinaryField("DOCX（密文）", default=b"", blank=True)
    pdf_sealed = models.BinaryField("PDF（密文）", default=b"", blank=True)
    sm3 = models.CharField("PDF 的 SM3", max_length=64, blank=True)
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name="替换",
    )
    reason = models.CharField("替换原因", max_length=300, blank=True)
    undelivered = models.BooleanField("待送达", default=False)
    """Issued, and no delivery that stands: kept by the services, so that lists need no joins."""
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=150)

    class Meta:
        verbose_name = "文书"
        verbose_name_plural = "文书"
        ordering = ["request_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "year", "serial"],
                condition=Q(serial__isnull=False),
                name="foi_notice_number",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded"], issued_on=None)
                | (Q(state__in=["issued", "replaced"], issued_on__isnull=False) & ~Q(sm3="")),
                name="foi_notice_issued",
            ),
            models.CheckConstraint(
                condition=Q(undelivered=False) | Q(state="issued"),
                name="foi_notice_undelivered_is_issued",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organ", "issued_on"],
                condition=Q(undelivered=True),
                name="foi_notice_undelivered",
            ),
            models.Index(fields=["organ", "-issued_on", "-id"], name="foi_notice_list"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.kind} {self.pk}"

    @property
    def belongs_to(self) -> str:
        """What the sealed values are bound to, with ":fields", ":docx" or ":pdf" behind it."""
        return f"foi.notice:{self.seal_name}"


class Delivery(models.Model):
    """How a notice went out (送达) and the day that counts (国办公开办函〔2016〕235号)."""

    class Way(models.TextChoices):
        IN_PERSON = "in_person", "当面送达（签收）"
        ENTRUSTED = "entrusted", "委托其他机关送达"
        POST = "post", "邮政企业邮寄"
        ELECTRONIC = "electronic", "电子送达"

    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, related_name="deliveries", verbose_name="文书"
    )
    way = models.CharField("方式", max_length=12, choices=Way.choices)
    tracking_number = models.CharField("邮件编号", max_length=40, blank=True)
    sent_on = models.DateField("发出（交邮）日期")
    received_on = models.DateField("签收日期", null=True, blank=True)
    counts_on = models.DateField("计算期限的日期", null=True, blank=True)
    failed_on = models.DateField("退回日期", null=True, blank=True)
    failure = models.CharField("未送达原因", max_length=200, blank=True)
    proof = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.CharField("登记人", max_length=150)

    class Meta:
        verbose_name = "送达"
        verbose_name_plural = "送达"
        ordering = ["notice_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(way="post") | ~Q(tracking_number=""), name="foi_delivery_posting"
            ),
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(received_on__gte=F("sent_on")),
                name="foi_delivery_received_after_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.sent_on}"


class Outgoing(models.Model):
    """A mail or a text message (短信、邮件): queued, tried again. Address and text are sealed."""

    class Way(models.TextChoices):
        EMAIL = "email", "电子邮件"
        SMS = "sms", "短信"

    class State(models.TextChoices):
        QUEUED = "queued", "待发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"
        CANCELLED = "cancelled", "已取消"

    way = models.CharField("方式", max_length=8, choices=Way.choices)
    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    sealed = models.BinaryField("内容（密文）", default=b"", blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.QUEUED)
    queued_at = models.DateTimeField("排队时间")
    try_at = models.DateTimeField("下次尝试", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("尝试次数", default=0)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    problem = models.CharField("失败原因", max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def belongs_to(self) -> str:
        """What the sealed value is bound to."""
        raise TypeError(f"{type(self).__name__} must say what its sealed value is bound to.")


class Message(Outgoing):
    """A message to an applicant about a case: visible to the body that handles it.

    It holds no more of a case than its number.
    """

    intake = models.ForeignKey(
        "foi.Intake", on_delete=models.PROTECT, related_name="messages", verbose_name="来件"
    )
    about = models.CharField("事由", max_length=40)

    class Meta:
        verbose_name = "通知消息"
        verbose_name_plural = "通知消息"
        ordering = ["-queued_at", "-pk"]
        indexes = [
            models.Index(fields=["try_at"], condition=Q(state="queued"), name="foi_message_queue")
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.about}"

    @property
    def belongs_to(self) -> str:
        """What the sealed value is bound to."""
        return f"foi.message:{self.seal_name}"

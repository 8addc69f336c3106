"""What came in (来件) before it is a request with a clock, and who sent it.

Article 31 makes the day of receipt depend on the channel: a letter that nobody signed for, a fax
and an online filing count from the day that both sides confirmed. Until then there is an intake and
no request, and the statutory clock does not run; `shadow_due_on` shows when it would end had it
begun on arrival, because leaving something unconfirmed protects nobody.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from gongkai.foi.models.requests import ApplicantKind, Channel, FoiRequest


class Intake(models.Model):
    """A paper or filing that came to a body (来件)."""

    class State(models.TextChoices):
        WAITING = "waiting", "待确认"
        CONFIRMED = "confirmed", "已登记为申请"
        FORWARDED = "forwarded", "已转交其他机关"
        SET_ASIDE = "set_aside", "不作为申请办理"
        WITHDRAWN = "withdrawn", "申请人撤回"

    organ = models.ForeignKey(
        "organs.Organ",
        on_delete=models.PROTECT,
        related_name="intakes",
        db_index=False,
        verbose_name="收件机关",
    )
    number = models.CharField("来件编号", max_length=20, unique=True)
    """What the applicant follows it by, with the code: nothing can be guessed from it."""
    code_hash = models.CharField("查询码（摘要）", max_length=64)
    channel = models.CharField("渠道", max_length=20, choices=Channel.choices)
    arrived_at = models.DateTimeField("到达时间")
    arrived_on = models.DateField("到达日期")
    posting_number = models.CharField("邮件编号", max_length=40, blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.WAITING)
    confirmed_on = models.DateField("确认日期", null=True, blank=True)
    closed_reason = models.CharField("处理说明", max_length=500, blank=True)
    request = models.OneToOneField(
        FoiRequest,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="intake",
        verbose_name="申请",
    )
    forwarded_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="forwarded_from",
        verbose_name="转至",
    )
    shadow_due_on = models.DateField("按到达日期计算的期限", null=True, blank=True)
    oral = models.BooleanField("口头申请，代为填写", default=False)
    needs_help = models.BooleanField("阅读困难或者视听障碍，需要帮助", default=False)
    recorded_by = models.CharField("登记人", max_length=150)

    class Meta:
        verbose_name = "来件"
        verbose_name_plural = "来件"
        ordering = ["-arrived_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="confirmed", request__isnull=False, confirmed_on__isnull=False)
                | (~Q(state="confirmed") & Q(request=None)),
                name="foi_intake_confirmed_has_request",
            ),
        ]
        indexes = [
            models.Index(fields=["organ", "-arrived_at"], name="foi_intake_list"),
            models.Index(
                fields=["organ", "arrived_on"],
                condition=Q(state="waiting"),
                name="foi_intake_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class IntakeContact(models.Model):
    """An attempt to reach the sender (Article 31; 开放的联系记录): only ever added."""

    intake = models.ForeignKey(
        Intake, on_delete=models.PROTECT, related_name="contacts", verbose_name="来件"
    )
    at = models.DateTimeField("时间")
    way = models.CharField("方式", max_length=60)
    reached = models.BooleanField("联系上")
    note = models.CharField("情况", max_length=200, blank=True)
    by = models.CharField("联系人员", max_length=150)

    class Meta:
        verbose_name = "联系记录"
        verbose_name_plural = "联系记录"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.way}"


class IdentityKind(models.TextChoices):
    """What an applicant proves who he is with (Article 29)."""

    ID_CARD = "id_card", "居民身份证"
    PASSPORT = "passport", "护照"
    HK_MACAO_TAIWAN = "hmt", "港澳台居民证件"
    CREDIT_CODE = "credit_code", "统一社会信用代码证"
    OTHER = "other", "其他证件"


class Applicant(models.Model):
    """Who asks (申请人), sealed. One row an intake, so that it can be erased by itself.

    `sealed` holds (all optional texts): name, identity_number, contact_name, phone, email, address,
    postcode, representative, agent_name, agent_identity_number, agent_phone; and what the applicant
    wrote, which may hold personal data as well: title, description, document_number, search_hint,
    supply_form, supply_way. `identity_index` is the blind index of kind and number.
    """

    intake = models.OneToOneField(
        Intake, on_delete=models.PROTECT, related_name="applicant", verbose_name="来件"
    )
    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("申请人类别", max_length=16, choices=ApplicantKind.choices)
    identity_kind = models.CharField(
        "证件类型", max_length=16, choices=IdentityKind.choices, blank=True
    )
    identity_index = models.CharField("证件（盲索引）", max_length=64, blank=True, db_index=True)
    sealed = models.BinaryField("个人信息（密文）", default=b"", blank=True)
    retain_until = models.DateField("保存至", null=True, blank=True)
    erased_at = models.DateTimeField("清除时间", null=True, blank=True)

    class Meta:
        verbose_name = "申请人"
        verbose_name_plural = "申请人"
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(erased_at__isnull=False, identity_index=""),
                name="foi_applicant_erased",
            ),
        ]
        indexes = [
            models.Index(
                fields=["retain_until"],
                condition=Q(erased_at=None, retain_until__isnull=False),
                name="foi_applicant_retention",
            )
        ]

    def __str__(self) -> str:
        return f"申请人（{self.get_kind_display()}）"

    @property
    def belongs_to(self) -> str:
        """What the sealed value is bound to."""
        return f"foi.applicant:{self.seal_name}"


class Draft(models.Model):
    """A form that is being filled in, kept for the person who holds its key, sealed, for some days.

    The key is in the visitor's session alone; `key_hash` finds the row.
    """

    key_hash = models.CharField("标识（摘要）", max_length=64, unique=True)
    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    sealed = models.BinaryField("内容（密文）", default=b"", blank=True)
    changed_at = models.DateTimeField("修改时间", db_index=True)

    class Meta:
        verbose_name = "未提交的申请"
        verbose_name_plural = "未提交的申请"

    def __str__(self) -> str:
        return f"未提交的申请 {self.pk}"

    @property
    def belongs_to(self) -> str:
        """What the sealed value is bound to."""
        return f"foi.draft:{self.seal_name}"

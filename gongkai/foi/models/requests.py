"""Disclosure on request (依申请公开) as records: requests, their events, review and litigation.

The events are the truth of a case and are only ever added; the columns `state`, `outcome`,
`decided_on`, `due_on` and their like of a request are an index over them, rebuilt by `services` from
`gongkai.statute.clock` and never written elsewhere.

No applicant's name, address or identity number is held here: what is kept about the person
is the column of table three. The rest is sealed, in `gongkai.foi.models.intake`.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from gongkai.statute.clock import ClockState
from gongkai.statute.outcomes import OUTCOMES


class Channel(models.TextChoices):
    """How the request came (Articles 29 and 31: it decides the date of receipt)."""

    COUNTER = "counter", "当面提交"
    REGISTERED_MAIL = "registered_mail", "邮寄（签收）"
    ORDINARY_MAIL = "ordinary_mail", "平常信函"
    ONLINE = "online", "网上提交"
    EMAIL = "email", "电子邮件"
    FAX = "fax", "传真"


class ApplicantKind(models.TextChoices):
    """The columns of table three."""

    NATURAL = "natural", "自然人"
    ENTERPRISE = "enterprise", "商业企业"
    RESEARCH = "research", "科研机构"
    WELFARE = "welfare", "社会公益组织"
    LEGAL = "legal", "法律服务机构"
    OTHER = "other", "其他组织"


class FoiRequest(models.Model):
    """A request for government information (政府信息公开申请)."""

    organ = models.ForeignKey(
        "organs.Organ",
        on_delete=models.PROTECT,
        related_name="foi_requests",
        db_index=False,  # the unique constraint begins with it
        verbose_name="受理机关",
    )
    number = models.CharField("申请编号", max_length=40)
    channel = models.CharField("申请渠道", max_length=20, choices=Channel.choices)
    applicant_kind = models.CharField("申请人类别", max_length=16, choices=ApplicantKind.choices)
    subject = models.CharField("申请内容", max_length=500)
    received_on = models.DateField("收到日期", help_text="《条例》第三十一条规定的收到申请之日。")
    state = models.CharField(
        "办理状态", max_length=32, choices=[(state.value, state.label) for state in ClockState]
    )
    outcome = models.CharField("办理结果", max_length=32, blank=True)
    outcome_subtype = models.CharField("结果细目", max_length=32, blank=True)
    decided_on = models.DateField(
        "办结日期", null=True, blank=True, help_text="作出决定、视为放弃或者撤回之日。"
    )
    due_on = models.DateField("当前期限", null=True, blank=True)
    """The day the request waits for: of the answer while its clock runs, else of whoever must
    act (补正、缴费、送达); None once nothing more is to be done."""
    due_provisional = models.BooleanField("期限为暂定", default=False)
    answered_late = models.BooleanField("逾期答复", null=True, blank=True)
    """Whether the first answer reached the applicant after its deadline (as extended, without the
    days that do not count); None before it is delivered and where no answer was owed."""
    result_days = models.PositiveSmallIntegerField("办结用时", null=True, blank=True)
    """Working days from the day after receipt to `decided_on`, none left out; None while open."""
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="经办人",
    )
    archived_on = models.DateField("归档日期", null=True, blank=True)

    class Meta:
        verbose_name = "政府信息公开申请"
        verbose_name_plural = "政府信息公开申请"
        ordering = ["-received_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "number"],
                name="foi_request_number",
                violation_error_message="本机关已有这个申请编号，请核对编号。",
            ),
            models.CheckConstraint(
                condition=Q(applicant_kind__in=ApplicantKind.values),
                name="foi_request_applicant_kind",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="foi_request_channel"
            ),
            # A request has a result exactly when it has the day on which that result counts.
            models.CheckConstraint(
                condition=Q(decided_on=None, outcome="")
                | (Q(decided_on__isnull=False) & ~Q(outcome="")),
                name="foi_request_result_and_day",
            ),
            models.CheckConstraint(
                condition=Q(decided_on=None) | Q(decided_on__gte=F("received_on")),
                name="foi_request_decided_after_receipt",
            ),
        ]
        indexes = [
            # Table three reads this index alone, in the order of its GROUP BY.
            models.Index(
                fields=["organ", "applicant_kind", "outcome", "received_on", "decided_on"],
                name="foi_request_count",
            ),
            models.Index(fields=["-received_on", "-id"], name="foi_request_list"),
            # The same list of one body, as its officers open it.
            models.Index(fields=["organ", "-received_on", "-id"], name="foi_request_own_list"),
            # The dashboard reads what was decided from this index alone.
            models.Index(
                fields=[
                    "organ",
                    "decided_on",
                    "outcome",
                    "received_on",
                    "applicant_kind",
                    "answered_late",
                    "result_days",
                ],
                name="foi_request_decided",
            ),
            # What still waits for somebody, most pressing first.
            models.Index(
                fields=["due_on", "id"],
                condition=Q(due_on__isnull=False),
                name="foi_request_waiting",
            ),
            # The counts by due date above the lists read this index alone.
            models.Index(
                fields=["organ", "due_on", "id", "state"],
                condition=Q(due_on__isnull=False),
                name="foi_request_own_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether the request still waits for its result."""
        return self.decided_on is None

    @property
    def outcome_label(self) -> str:
        """The words of table three for the result; "" while there is none."""
        outcome = OUTCOMES.get(self.outcome)
        return outcome.label if outcome else self.outcome


class FoiEvent(models.Model):
    """Something that happened to a request; the database refuses to change or delete it.

    `type`, `on` and `data` are what `statute.clock.event_from_json` reads.
    """

    request = models.ForeignKey(
        FoiRequest,
        on_delete=models.PROTECT,
        related_name="events",
        db_index=False,
        verbose_name="申请",
    )
    seq = models.PositiveSmallIntegerField("序号")
    type = models.CharField("事件", max_length=32)
    on = models.DateField("发生日期")
    data = models.JSONField("内容", default=dict)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.CharField("登记人", max_length=150)

    class Meta:
        verbose_name = "办理事件"
        verbose_name_plural = "办理事件"
        ordering = ["request_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["request", "seq"], name="foi_event_seq"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="foi_event_seq_from_1"),
        ]
        indexes = [
            # Few of many events: the report's paragraph on processing fees reads these alone.
            models.Index(fields=["on"], condition=Q(type="fee_paid"), name="foi_event_fee_paid")
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.type} {self.on}"


class FoiSerial(models.Model):
    """The last serial number given to a request by a body in a year (编号不跳号)."""

    organ = models.ForeignKey(
        "organs.Organ",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name="行政机关",
    )
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("末号", default=0)

    class Meta:
        verbose_name = "申请编号计数"
        verbose_name_plural = "申请编号计数"
        constraints = [models.UniqueConstraint(fields=["organ", "year"], name="foi_serial_year")]

    def __str__(self) -> str:
        return f"〔{self.year}〕{self.last}号"

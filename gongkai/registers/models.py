"""The administrative acts that Article 20 of the Regulations wants counted, as records.

Items (1), (5), (6), (8) and (9) of 《政府信息公开条例》第二十条: normative documents, permits and
other services, penalties and coercion, administrative fees, government procurement. Table two
of the annual report counts these rows and nothing else.

Assumptions:
- A record says which act there was, never to whom: there is no column for a person, and
  `guard.py` refuses identity and telephone numbers in the free texts.
- A record is never deleted. What was entered by mistake is *voided*, with a reason, and no
  longer counts in any year; a report that was already published keeps its own figures.
- Amounts are in 元 with two decimals, at most 15 digits, so that the same sum is exact on
  both databases (SQLite keeps decimals as binary floating point; `facts.py` adds 分).
"""

from __future__ import annotations

from datetime import date

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q


class ItemKind(models.TextChoices):
    """Rows of table two that count matters."""

    PERMIT = "permit", "行政许可"
    SERVICE = "service", "其他对外管理服务事项"
    PENALTY = "penalty", "行政处罚"
    COERCION = "coercion", "行政强制"
    FEE = "fee", "行政事业性收费"


class DecisionKind(models.TextChoices):
    """Rows of table two that count decisions."""

    PERMIT = "permit", "行政许可"
    SERVICE = "service", "其他对外管理服务事项"
    PENALTY = "penalty", "行政处罚"
    COERCION = "coercion", "行政强制"


class DocumentKind(models.TextChoices):
    """Rows of table two that count documents."""

    REGULATION = "regulation", "规章"
    NORMATIVE = "normative", "行政规范性文件"


class RegisterRecord(models.Model):
    """What all registers share: the body, and how a mistaken entry is taken back."""

    organ = models.ForeignKey(
        "organs.Organ",
        on_delete=models.PROTECT,
        related_name="+",
        # Each register's unique constraint begins with the body and serves as its index.
        db_index=False,
        verbose_name="行政机关",
    )
    voided_at = models.DateTimeField("作废时间", null=True, blank=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("最近修改", auto_now=True)

    class Meta:
        abstract = True

    @property
    def is_void(self) -> bool:
        """Whether the record was taken back and counts no more."""
        return self.voided_at is not None


def _void_has_reason(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(voided_at=None, void_reason="")
        | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
        name=f"registers_{name}_void_reason",
    )


def _one_of(name: str, field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": list(choices.values)}), name=f"registers_{name}_{field}"
    )


class ActItem(RegisterRecord):
    """A matter that a body may decide or charge for (权责清单、收费目录清单 中的一项).

    Valid from `valid_from` to `valid_until`, both days included [reading]; None: until further
    notice.
    """

    kind = models.CharField("类别", max_length=16, choices=ItemKind.choices)
    code = models.CharField("事项编码", max_length=100)
    name = models.CharField("事项名称", max_length=300)
    basis = models.CharField("设定依据", max_length=1000, blank=True)
    valid_from = models.DateField("生效日期")
    valid_until = models.DateField("失效日期", null=True, blank=True)

    class Meta:
        verbose_name = "行政事项"
        verbose_name_plural = "行政事项"
        ordering = ["organ_id", "kind", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "kind", "code"],
                name="registers_item_code",
                violation_error_message="本机关同类事项中已有这个事项编码，请核对编码，或修改已有事项。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="registers_item_period",
                violation_error_message="失效日期不能早于生效日期，请核对两个日期。",
            ),
            _one_of("item", "kind", ItemKind),
            _void_has_reason("item"),
        ]
        indexes = [
            # In the order of the yearly count's GROUP BY and holding all it reads.
            models.Index(
                fields=["organ", "kind", "valid_from", "valid_until"],
                condition=Q(voided_at=None),
                name="registers_item_count",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"

    def valid_on(self, on: date) -> bool:
        """Whether the item was valid on this day."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)

    @property
    def effect_label(self) -> str:
        """What the item adds to the cell whose records are listed ("＋1", "－1"; "" outside)."""
        effect = getattr(self, "effect", None)
        if effect is None:
            return ""
        return {1: "＋1", -1: "－1", 0: "±0（年内新增又取消）"}[effect]


class Decision(RegisterRecord):
    """A decision taken on such a matter (处理决定), counted on the day it was made."""

    kind = models.CharField("类别", max_length=16, choices=DecisionKind.choices)
    document_number = models.CharField("决定文号", max_length=100)
    title = models.CharField("决定名称", max_length=300, blank=True)
    item = models.ForeignKey(
        ActItem,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        db_index=False,
        verbose_name="所依事项",
    )
    decided_on = models.DateField("决定日期")

    class Meta:
        verbose_name = "处理决定"
        verbose_name_plural = "处理决定"
        ordering = ["-decided_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "kind", "document_number"],
                name="registers_decision_number",
                violation_error_message="本机关同类决定中已有这个文号，请核对文号，或更正已有决定。",
            ),
            _one_of("decision", "kind", DecisionKind),
            _void_has_reason("decision"),
        ]
        indexes = [
            models.Index(
                fields=["organ", "kind", "decided_on"],
                condition=Q(voided_at=None),
                name="registers_decision_count",
            ),
            models.Index(fields=["-decided_on", "-id"], name="registers_decision_list"),
            models.Index(
                fields=["item"], condition=Q(item__isnull=False), name="registers_decision_item"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_number} {self.title}".strip()


class NormativeDocument(RegisterRecord):
    """A regulation (规章) or an administrative normative document (行政规范性文件).

    It ends on the earlier of `repealed_on` and `expires_on`, and is no longer in force on that
    day [reading]: a document that expires on 31 December counts as ended in that year.
    """

    kind = models.CharField("类别", max_length=16, choices=DocumentKind.choices)
    document_number = models.CharField("发文字号", max_length=100)
    title = models.CharField("标题", max_length=300)
    issued_on = models.DateField("制发日期")
    published_on = models.DateField("公开日期", null=True, blank=True)
    repealed_on = models.DateField("废止日期", null=True, blank=True)
    expires_on = models.DateField("有效期届满日期", null=True, blank=True)

    class Meta:
        verbose_name = "规章、规范性文件"
        verbose_name_plural = "规章、规范性文件"
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "document_number"],
                name="registers_document_number",
                violation_error_message="本机关已有这个发文字号，请核对字号，或修改已有文件。",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{field: None}) | Q(**{f"{field}__gte": F("issued_on")}),
                    name=f"registers_document_{field}",
                    violation_error_message=message,
                )
                for field, message in (
                    ("published_on", "公开日期不能早于制发日期，请核对。"),
                    ("repealed_on", "废止日期不能早于制发日期，请核对。"),
                    ("expires_on", "有效期届满日期不能早于制发日期，请核对。"),
                )
            ),
            _one_of("document", "kind", DocumentKind),
            _void_has_reason("document"),
        ]
        indexes = [
            models.Index(
                fields=["organ", "kind", "issued_on", "published_on", "repealed_on", "expires_on"],
                condition=Q(voided_at=None),
                name="registers_document_count",
            )
        ]

    def __str__(self) -> str:
        return f"《{self.title}》（{self.document_number}）"

    @property
    def ended_on(self) -> date | None:
        """The day from which the document is no longer in force; None while it is open."""
        return min((d for d in (self.repealed_on, self.expires_on) if d), default=None)


class FeeIncome(RegisterRecord):
    """An administrative fee collected (行政事业性收费收入), in 元."""

    item = models.ForeignKey(
        ActItem,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="incomes",
        db_index=False,
        verbose_name="收费项目",
    )
    receipt_number = models.CharField("票据号", max_length=100)
    collected_on = models.DateField("收费日期")
    amount = models.DecimalField(
        "金额（元）", max_digits=15, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = "收费收入"
        verbose_name_plural = "收费收入"
        ordering = ["-collected_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "receipt_number"],
                name="registers_fee_receipt",
                violation_error_message="本机关已有这个票据号，请核对票据号，或更正已有收入。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="registers_fee_amount",
                violation_error_message="金额不能小于零。",
            ),
            _void_has_reason("fee"),
        ]
        indexes = [
            models.Index(
                fields=["organ", "collected_on", "amount"],
                condition=Q(voided_at=None),
                name="registers_fee_count",
            ),
            models.Index(fields=["-collected_on", "-id"], name="registers_fee_list"),
            models.Index(
                fields=["item"], condition=Q(item__isnull=False), name="registers_fee_item"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_number}（{self.amount}元）"


class ProcurementProject(RegisterRecord):
    """A project of centralised government procurement (政府集中采购), its contract sum in 元."""

    project_number = models.CharField("项目编号", max_length=100)
    title = models.CharField("项目名称", max_length=300)
    contracted_on = models.DateField("合同签订日期")
    amount = models.DecimalField(
        "合同金额（元）", max_digits=15, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = "政府集中采购项目"
        verbose_name_plural = "政府集中采购项目"
        ordering = ["-contracted_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "project_number"],
                name="registers_project_number",
                violation_error_message="本机关已有这个项目编号，请核对编号，或更正已有项目。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="registers_project_amount",
                violation_error_message="金额不能小于零。",
            ),
            _void_has_reason("project"),
        ]
        indexes = [
            models.Index(
                fields=["organ", "contracted_on", "amount"],
                condition=Q(voided_at=None),
                name="registers_project_count",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.project_number}）"

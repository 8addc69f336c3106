"""What happens on the way to an answer: approvals, consultations, help of other bodies, links."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from gongkai.foi.models.requests import FoiRequest


class Approval(models.Model):
    """A decision that somebody else has to take first (审批), proposed with all its particulars.

    `proposal` holds what the step needs (days, amount, outcome …) and no personal data; it is what
    is carried out once it is approved, never something else.
    """

    class Kind(models.TextChoices):
        EXTENSION = "extension", "延长答复期限"
        DELAY = "delay", "延迟答复"
        FEE = "fee", "收取信息处理费"
        DECISION = "decision", "作出答复"
        OVERRIDE = "override", "不采纳第三方意见而公开"

    class State(models.TextChoices):
        PENDING = "pending", "待审批"
        APPROVED = "approved", "已同意"
        RETURNED = "returned", "已退回"
        TAKEN_BACK = "taken_back", "已收回"

    request = models.ForeignKey(
        FoiRequest, on_delete=models.PROTECT, related_name="approvals", verbose_name="申请"
    )
    kind = models.CharField("事项", max_length=12, choices=Kind.choices)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.PENDING)
    proposal = models.JSONField("拟办内容", default=dict)
    reason = models.CharField("理由", max_length=500)
    proposed_at = models.DateTimeField("提出时间")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="提出人",
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审批人",
    )
    comment = models.CharField("审批意见", max_length=500, blank=True)
    carried_out_at = models.DateTimeField("执行时间", null=True, blank=True)

    class Meta:
        verbose_name = "审批"
        verbose_name_plural = "审批"
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "kind"],
                condition=Q(state="pending"),
                name="foi_approval_one_pending",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "taken_back"]) | Q(decided_at__isnull=False),
                name="foi_approval_decided",
            ),
            # Nobody approves what he proposed.
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(proposed_by=None)
                | ~Q(decided_by=F("proposed_by")),
                name="foi_approval_other_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["proposed_at"], condition=Q(state="pending"), name="foi_approval_pending"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.get_state_display()}）"


class Consultation(models.Model):
    """Somebody's opinion is asked (征求意见): a third party (Art. 32) or another body (Art. 34).

    `ref` is the reference of the clock's events. Who a third party is, and what it answered, is
    sealed: name, address, phone, answer.
    """

    class Kind(models.TextChoices):
        THIRD_PARTY = "third_party", "第三方"
        ORGAN = "organ", "其他行政机关"

    class Reply(models.TextChoices):
        AGREED = "agreed", "同意公开"
        OBJECTED = "objected", "不同意公开"
        SILENT = "silent", "逾期未答复"

    request = models.ForeignKey(
        FoiRequest, on_delete=models.PROTECT, related_name="consultations", verbose_name="申请"
    )
    kind = models.CharField("对象", max_length=12, choices=Kind.choices)
    ref = models.CharField("编号", max_length=20)
    organ_name = models.CharField("机关名称", max_length=120, blank=True)
    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    sealed = models.BinaryField("第三方信息（密文）", default=b"", blank=True)
    sent_on = models.DateField("发出日期")
    received_on = models.DateField("对方收到日期", null=True, blank=True)
    replied_on = models.DateField("答复日期", null=True, blank=True)
    reply = models.CharField("答复", max_length=12, choices=Reply.choices, blank=True)
    accepted = models.BooleanField("认定理由合理", null=True, blank=True)
    assessment = models.CharField("认定说明", max_length=500, blank=True)
    told_on = models.DateField("书面告知第三方日期", null=True, blank=True)

    class Meta:
        verbose_name = "征求意见"
        verbose_name_plural = "征求意见"
        ordering = ["sent_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "ref"], name="foi_consultation_ref"),
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(received_on__gte=F("sent_on")),
                name="foi_consultation_received_after_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ref}"

    @property
    def belongs_to(self) -> str:
        """What the sealed value is bound to."""
        return f"foi.consultation:{self.seal_name}"


class CoHandling(models.Model):
    """Another body of the city is asked to help (协办): it sees this question, never the case."""

    request = models.ForeignKey(
        FoiRequest, on_delete=models.PROTECT, related_name="co_handlings", verbose_name="申请"
    )
    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="协办机关"
    )
    question = models.CharField("协办事项", max_length=1000)
    asked_on = models.DateField("提出日期")
    due_on = models.DateField("请于何时前回复")
    answer = models.CharField("回复", max_length=2000, blank=True)
    answered_on = models.DateField("回复日期", null=True, blank=True)
    answered_by = models.CharField("回复人", max_length=150, blank=True)
    asked_by = models.CharField("提出人", max_length=150)

    class Meta:
        verbose_name = "协办"
        verbose_name_plural = "协办"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on=None, answer="")
                | (Q(answered_on__isnull=False) & ~Q(answer="")),
                name="foi_cohandling_answer_and_day",
            ),
        ]

    def __str__(self) -> str:
        return f"协办 {self.pk}"


class SupplyAsk(models.Model):
    """The applicant wants the information in another form (Article 40); the officer deals with it.

    `supply_form` and `supply_way` are keys of `persons.SUPPLY_FORMS` and `SUPPLY_WAYS`. Of a case one
    at most waits: who changes his mind again has changed the one that waits.
    """

    request = models.ForeignKey(
        FoiRequest, on_delete=models.PROTECT, related_name="supply_asks", verbose_name="申请"
    )
    supply_form = models.CharField("提供形式", max_length=12)
    supply_way = models.CharField("获取方式", max_length=12)
    asked_at = models.DateTimeField("提出时间")
    handled_at = models.DateTimeField("处理时间", null=True, blank=True)
    handled_by = models.CharField("处理人", max_length=150, blank=True)
    result = models.CharField("处理情况", max_length=200, blank=True)

    class Meta:
        verbose_name = "改变提供形式的请求"
        verbose_name_plural = "改变提供形式的请求"
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(handled_at=None), name="foi_supply_ask_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(handled_at=None, result="")
                | (Q(handled_at__isnull=False) & ~Q(result="")),
                name="foi_supply_ask_handled",
            ),
        ]

    def __str__(self) -> str:
        return f"改变提供形式 {self.pk}"


class CaseLink(models.Model):
    """How one case goes with another (案件关联); `earlier` is the one that was there before."""

    class Kind(models.TextChoices):
        REPEAT = "repeat", "疑似重复"
        MERGED = "merged", "并案答复"
        SPLIT = "split", "分案办理"
        RELATED = "related", "相关"
        DISTINCT = "distinct", "经比对不是重复"

    earlier = models.ForeignKey(
        FoiRequest, on_delete=models.PROTECT, related_name="later_links", verbose_name="在先申请"
    )
    later = models.ForeignKey(
        FoiRequest, on_delete=models.PROTECT, related_name="earlier_links", verbose_name="在后申请"
    )
    kind = models.CharField("关系", max_length=12, choices=Kind.choices)
    at = models.DateTimeField("登记时间")
    by = models.CharField("登记人", max_length=150)

    class Meta:
        verbose_name = "案件关联"
        verbose_name_plural = "案件关联"
        constraints = [
            models.UniqueConstraint(fields=["earlier", "later", "kind"], name="foi_link_once"),
            models.CheckConstraint(condition=~Q(earlier=F("later")), name="foi_link_two_cases"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Complaint(models.Model):
    """The applicant complains about how the case is handled (投诉), sealed."""

    request = models.ForeignKey(
        FoiRequest, on_delete=models.PROTECT, related_name="complaints", verbose_name="申请"
    )
    seal_name = models.UUIDField("密文名", default=uuid.uuid4, unique=True, editable=False)
    sealed = models.BinaryField("内容（密文）", default=b"", blank=True)
    at = models.DateTimeField("提出时间")
    answer = models.CharField("处理结果", max_length=1000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.CharField("答复人", max_length=150, blank=True)

    class Meta:
        verbose_name = "投诉"
        verbose_name_plural = "投诉"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"投诉 {self.pk}"

    @property
    def belongs_to(self) -> str:
        """What the sealed value is bound to."""
        return f"foi.complaint:{self.seal_name}"


class SavedFilter(models.Model):
    """A list as somebody likes to see it (常用筛选)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="用户"
    )
    name = models.CharField("名称", max_length=40)
    query = models.CharField("条件", max_length=500)
    order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = "常用筛选"
        verbose_name_plural = "常用筛选"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="foi_saved_filter_name")
        ]

    def __str__(self) -> str:
        return self.name

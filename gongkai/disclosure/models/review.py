"""The review chain (三审): Wagtail workflows whose steps a body configures, and what was decided."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from wagtail.models import Task, TaskState


class Step(models.TextChoices):
    """The kinds of step. Secrecy review (Art. 17) and approval are in every chain."""

    REVIEW = "review", "审核"
    SECRECY = "secrecy", "保密审查"
    APPROVAL = "approval", "审批发布"


class Decision(models.TextChoices):
    """What a person decided at a step."""

    APPROVED = "approved", "通过"
    RETURNED = "returned", "退回"
    REFERRED = "referred", "提请确定"


class ReviewStep(Task):
    """A step as a Wagtail task; the policy says who may take it, in the item's own body."""

    step = models.CharField("环节", max_length=12, choices=Step.choices)
    aspects = models.JSONField("须逐项校对", default=list, blank=True)
    """What must be ticked before this step is passed (三校: 政治关、法律关、政策关、保密关、文字关)."""

    class Meta:
        verbose_name = "审核环节"
        verbose_name_plural = "审核环节"

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:
        from gongkai.disclosure.workflow import may_decide

        if not may_decide(user, obj, self.step):
            return []
        return [("approve", "通过", False), ("reject", "退回", True)]

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        """Nobody edits what is under review: a change would not be what was reviewed."""
        return True

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> Any:
        """Wagtail's own lists show nothing: ours are scoped (`queries.awaiting`)."""
        return TaskState.objects.none()


class ReviewChain(models.Model):
    """The chain of a body. Bodies without one use that of the nearest body above, or the default.

    A changed chain is a new workflow: items under way finish on the one they started with.
    """

    organ = models.OneToOneField(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="机关"
    )
    workflow = models.ForeignKey(
        "wagtailcore.Workflow", on_delete=models.PROTECT, related_name="+", verbose_name="流程"
    )
    updated_at = models.DateTimeField("最近修改", auto_now=True)

    class Meta:
        verbose_name = "审核流程"
        verbose_name_plural = "审核流程"

    def __str__(self) -> str:
        return f"{self.organ}审核流程"


class ReviewDecision(models.Model):
    """What one person decided at one step on one exact content. Never changed (Art. 17)."""

    item = models.ForeignKey(
        "disclosure.DisclosedItem", on_delete=models.PROTECT, related_name="decisions"
    )
    revision = models.ForeignKey("wagtailcore.Revision", on_delete=models.PROTECT, related_name="+")
    round = models.PositiveIntegerField("轮次")
    """The number of the submission: decisions of one round stand together."""
    step = models.CharField("环节", max_length=12, choices=Step.choices)
    label = models.CharField("环节名称", max_length=40)
    decision = models.CharField("决定", max_length=12, choices=Decision.choices)
    opinion = models.CharField("意见", max_length=500, blank=True)
    basis = models.CharField("依据", max_length=300, blank=True)
    proofread = models.JSONField("校对", default=list, blank=True)
    """The aspects ticked (政治关、法律关、政策关、保密关、文字关)."""
    content_hash = models.CharField("内容 SM3", max_length=64)
    decided_by = models.ForeignKey("organs.User", on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(
        "organs.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "审核意见"
        verbose_name_plural = "审核意见"
        ordering = ["decided_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision__in=["returned", "referred"]) | ~Q(opinion=""),
                name="disclosure_decision_opinion",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}：{self.get_decision_display()}"


class Referral(models.Model):
    """提请确定 (Art. 17): what the body cannot decide goes to the competent department.

    While it is unanswered the secrecy review cannot be passed.
    """

    class Conclusion(models.TextChoices):
        MAY = "may", "可以公开"
        MAY_NOT = "may_not", "不得公开"
        PARTLY = "partly", "处理后可以公开"

    decision = models.OneToOneField(
        ReviewDecision, on_delete=models.PROTECT, related_name="referral", verbose_name="提请"
    )
    item = models.ForeignKey(
        "disclosure.DisclosedItem", on_delete=models.PROTECT, related_name="referrals"
    )
    referred_to = models.CharField("提请机关", max_length=120)
    reply_due_on = models.DateField("答复期限")
    replied_on = models.DateField("答复日期", null=True, blank=True)
    conclusion = models.CharField("答复结论", max_length=12, choices=Conclusion.choices, blank=True)
    reply = models.CharField("答复内容", max_length=500, blank=True)
    closed_on = models.DateField("终止日期", null=True, blank=True)
    """The version was taken back before an answer came."""

    class Meta:
        verbose_name = "提请确定"
        verbose_name_plural = "提请确定"
        ordering = ["reply_due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(replied_on=None, conclusion="")
                | (Q(replied_on__isnull=False) & ~Q(conclusion="")),
                name="disclosure_referral_reply",
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(replied_on=None, closed_on=None),
                name="disclosure_referral_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referred_to}：{self.item}"

    @property
    def is_open(self) -> bool:
        return self.replied_on is None and self.closed_on is None


class GuardRun(models.Model):
    """What the guard found in one exact content (values masked, never the number itself)."""

    item = models.ForeignKey(
        "disclosure.DisclosedItem", on_delete=models.CASCADE, related_name="guard_runs"
    )
    content_hash = models.CharField("内容 SM3", max_length=64)
    lexicon_version = models.CharField("词库版本", max_length=64)
    findings = models.JSONField("发现", default=list)
    unread = models.JSONField("未读取的附件", default=list)
    run_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "内容审查记录"
        verbose_name_plural = "内容审查记录"
        ordering = ["-run_at", "-id"]

    def __str__(self) -> str:
        return f"{self.item} {timezone.localtime(self.run_at):%Y-%m-%d %H:%M}"


class GuardOverride(models.Model):
    """A serious finding that a named person let through, with the reason. Never changed."""

    item = models.ForeignKey(
        "disclosure.DisclosedItem", on_delete=models.CASCADE, related_name="guard_overrides"
    )
    finding_key = models.CharField("发现", max_length=64)
    """The finding's keyed hash: the same finding at the same place in any later version."""
    check_id = models.CharField("检查项", max_length=32)
    masked = models.CharField("内容", max_length=120)
    reason = models.CharField("理由", max_length=300)
    overridden_by = models.ForeignKey("organs.User", on_delete=models.PROTECT, related_name="+")
    overridden_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "放行记录"
        verbose_name_plural = "放行记录"
        constraints = [
            models.UniqueConstraint(
                fields=["item", "finding_key"], name="disclosure_override_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="disclosure_override_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.check_id} {self.masked}"

"""The disclosed item (政府信息): its metadata, its text, and where it stands.

Versions are Wagtail revisions: the row holds what is public (or, before the first publication,
the latest draft); later drafts live in revisions until they are approved. What belongs to the
item as a whole and not to a version (`OBJECT_FIELDS`) never comes back from an old revision.

`status` and `step` are an index over the Wagtail workflow, kept by `services`, so that lists of a
million items filter on plain columns.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.models import DraftStateMixin, RevisionMixin, WorkflowMixin

from gongkai.disclosure.models.choices import (
    UNPUBLISHED,
    DisclosureAttribute,
    DocumentKind,
    Genre,
    InterpretationForm,
    Status,
)

_LONG_FIGURE = re.compile(r"\d[\d\s-]{9,}[\dXx]")

OBJECT_FIELDS = (
    "index_number",
    "legacy_index_number",
    "organ",
    "status",
    "step",
    "returned",
    "scheduled_for",
    "submitted_hash",
    "blocking",
    "repealed_on",
    "amended_on",
    "successor",
    "next_assessment_on",
    "drafted_by",
    "submitted_by",
    "submitted_at",
    "live",
    "has_unpublished_changes",
    "published_at",
    "first_published_at",
    "last_published_at",
    "live_revision",
    "latest_revision",
    "expired",
    "withdrawn_at",
    "withdraw_reason",
    "created_at",
    "updated_at",
)
"""Fields of the item as a whole; a revision never brings them back."""


class DisclosedItem(WorkflowMixin, DraftStateMixin, RevisionMixin, ClusterableModel):
    """A piece of government information that a body publishes, or has decided not to.

    `organ` is the body responsible for disclosure (Art. 10), whose people handle the item;
    `issuers` are the bodies that issued it, the lead first. `formed_on` is the day of signature
    or coming about, `changed_on` that of the last change; both start Art. 26's 20 working days.
    """

    # -- identity ----------------------------------------------------------------------------
    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="公开责任机关"
    )
    index_number = models.CharField(
        "索引号", max_length=60, null=True, blank=True, unique=True, editable=False
    )
    legacy_index_number = models.CharField("原索引号", max_length=80, blank=True)
    title = models.CharField("标题", max_length=200)
    document_kind = models.CharField(
        "文件类别",
        max_length=16,
        choices=DocumentKind.choices,
        default=DocumentKind.INFORMATION,
    )
    genre = models.CharField("体裁", max_length=16, choices=Genre.choices, blank=True)
    document_number = models.CharField("发文字号", max_length=100, blank=True)
    registration_number = models.CharField("规范性文件登记号", max_length=60, blank=True)

    # -- classification ----------------------------------------------------------------------
    column = models.ForeignKey(
        "catalogue.Column", on_delete=models.PROTECT, related_name="+", verbose_name="主栏目"
    )
    mounts = ParentalManyToManyField(
        "catalogue.Column", blank=True, related_name="+", verbose_name="同时显示在"
    )
    topic = models.ForeignKey(
        "catalogue.Topic",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="主题分类",
    )
    statutory_item = models.CharField("法定公开内容", max_length=8, blank=True)
    """A code of Articles 20 and 21, "20-01" … "21B-08" (`gongkai.statute.proactive`)."""
    entries = ParentalManyToManyField(
        "catalogue.CatalogueEntry", blank=True, related_name="items", verbose_name="标准目录事项"
    )
    keywords = models.JSONField("关键词", default=list, blank=True)
    audience = models.CharField("公开对象", max_length=120, blank=True)

    # -- dates and validity ------------------------------------------------------------------
    formed_on = models.DateField("成文（形成）日期", null=True, blank=True)
    changed_on = models.DateField("变更日期", null=True, blank=True)
    effective_from = models.DateField("施行日期", null=True, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    repealed_on = models.DateField("废止日期", null=True, blank=True)
    amended_on = models.DateField("修改日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name="替代（废止、修改）文件",
    )

    # -- disclosure attribute ----------------------------------------------------------------
    disclosure_attribute = models.CharField(
        "公开属性",
        max_length=12,
        choices=DisclosureAttribute.choices,
        default=DisclosureAttribute.PROACTIVE,
    )
    exemption = models.CharField("不公开的法定情形", max_length=24, blank=True)
    """A limb of Articles 14–16 (`gongkai.statute.exemptions`)."""
    attribute_reason = models.CharField("不主动公开的理由", max_length=500, blank=True)
    attribute_basis = models.CharField("依据材料或征求意见情况", max_length=500, blank=True)
    """What the limb asks for besides the reason: evidence, consultation, the check of duties."""
    next_assessment_on = models.DateField("下次评估日期", null=True, blank=True)
    """Art. 18: what is withheld is assessed anew."""

    # -- content -----------------------------------------------------------------------------
    summary = models.CharField("内容概述", max_length=300, blank=True)
    body = models.TextField("正文", blank=True)
    """HTML as `disclosure.richtext.clean` lets it through."""
    source = models.CharField("信息来源", max_length=120, blank=True)
    source_url = models.URLField("转载来源网址", max_length=500, blank=True)
    source_published_at = models.DateTimeField("来源发布时间", null=True, blank=True)
    correction_note = models.CharField("更正（更新）说明", max_length=300, blank=True)
    """What the public is told of this version when it replaces a published one."""

    # -- interpretation ----------------------------------------------------------------------
    interprets = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="interpretations",
        verbose_name="所解读的文件",
    )
    interpretation_form = models.CharField(
        "解读形式", max_length=12, choices=InterpretationForm.choices, blank=True
    )
    needs_interpretation = models.BooleanField("需要解读", default=False)
    interpretation_exemption = models.CharField("不解读的理由", max_length=300, blank=True)

    # -- where it stands ---------------------------------------------------------------------
    status = models.CharField(
        "状态", max_length=12, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    step = models.CharField("当前环节", max_length=12, blank=True, editable=False)
    """While a version is under review: the `Step` that it awaits."""
    returned = models.BooleanField("退回待修改", default=False, editable=False)
    """The newest version came back from review and has not been sent again."""
    scheduled_for = models.DateTimeField("定时发布时间", null=True, editable=False)
    """When the approved newest version goes live."""
    submitted_hash = models.CharField("送审内容 SM3", max_length=64, blank=True, editable=False)
    """Of the version under review; what is approved and published must have it (Art. 17)."""
    blocking = models.PositiveSmallIntegerField("未放行的严重问题", default=0, editable=False)
    """Serious findings of the last check that nobody let through."""
    drafted_by = models.ForeignKey(
        "organs.User",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="起草人",
    )
    submitted_by = models.ForeignKey(
        "organs.User",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="送审人",
    )
    submitted_at = models.DateTimeField("送审时间", null=True, editable=False)
    published_at = models.DateTimeField("发布时间", null=True, editable=False)
    """The first publication; imported items keep the day their old site gave."""
    withdrawn_at = models.DateTimeField("撤回时间", null=True, editable=False)
    withdraw_reason = models.CharField("撤回原因", max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField("起草时间", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("最近修改", auto_now=True)

    wagtail_reference_index_ignore = True
    """Nothing asks Wagtail where columns and bodies are used; keeping count costs every save."""

    _revisions = GenericRelation(
        "wagtailcore.Revision", content_type_field="base_content_type", object_id_field="object_id"
    )

    class Meta:
        verbose_name = "政府信息"
        verbose_name_plural = "政府信息"
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="disclosure_item_status"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PUBLISHED)
                | Q(live=True, index_number__isnull=False, published_at__isnull=False),
                name="disclosure_item_published",
            ),
            models.CheckConstraint(
                condition=Q(live=False) | Q(disclosure_attribute=DisclosureAttribute.PROACTIVE),
                name="disclosure_item_attribute",
                violation_error_message="只有公开属性为“主动公开”的信息才能发布。",
            ),
            models.CheckConstraint(
                condition=Q(disclosure_attribute=DisclosureAttribute.PROACTIVE)
                | ~Q(attribute_reason=""),
                name="disclosure_item_reason",
                violation_error_message="不主动公开的，请写明理由。",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.DECIDED)
                | (Q(live=False) & ~Q(disclosure_attribute=DisclosureAttribute.PROACTIVE)),
                name="disclosure_item_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.WITHDRAWN)
                | (Q(withdrawn_at__isnull=False) & ~Q(withdraw_reason="")),
                name="disclosure_item_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(effective_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gte=F("effective_from")),
                name="disclosure_item_validity",
                violation_error_message="有效期至不能早于施行日期，请核对两个日期。",
            ),
        ]
        indexes = [
            # The staff list: newest first within a body, by status.
            models.Index(fields=["organ", "-updated_at", "-id"], name="disclosure_item_list"),
            models.Index(fields=["-updated_at", "-id"], name="disclosure_item_all"),
            models.Index(fields=["organ", "status", "-updated_at"], name="disclosure_item_state"),
            # The same for those who look after many bodies, by status, column and day.
            models.Index(fields=["status", "-updated_at", "-id"], name="disclosure_item_where"),
            models.Index(fields=["column", "-updated_at", "-id"], name="disclosure_item_shelf"),
            models.Index(fields=["-formed_on", "-id"], name="disclosure_item_formed"),
            models.Index(
                fields=["step", "organ"], condition=~Q(step=""), name="disclosure_item_step"
            ),
            # What awaits people: few rows among many.
            models.Index(
                fields=["organ"], condition=Q(returned=True), name="disclosure_item_returned"
            ),
            models.Index(
                fields=["organ"], condition=Q(blocking__gt=0), name="disclosure_item_blocked"
            ),
            # The yearly counts, and the public lists.
            models.Index(
                fields=["published_at", "organ", "column"],
                condition=Q(published_at__isnull=False),
                name="disclosure_item_year",
            ),
            models.Index(
                fields=["column", "-published_at", "-id"],
                condition=Q(live=True),
                name="disclosure_item_column",
            ),
            models.Index(
                fields=["organ", "-published_at", "-id"],
                condition=Q(live=True),
                name="disclosure_item_public",
            ),
            models.Index(
                fields=["topic", "-published_at", "-id"],
                condition=Q(live=True),
                name="disclosure_item_topic",
            ),
            # What the law wants published (Arts. 20, 21): of all bodies, and of one.
            models.Index(
                fields=["statutory_item", "-published_at", "-id"],
                condition=Q(live=True),
                name="disclosure_item_statutory",
            ),
            models.Index(
                fields=["organ", "statutory_item", "-published_at", "-id"],
                condition=Q(live=True),
                name="disclosure_item_owed",
            ),
            # The policy library: documents of some kinds, newest first, and how many there are.
            models.Index(
                fields=["document_kind", "-published_at", "-id"],
                condition=Q(live=True),
                name="disclosure_item_kind",
            ),
            # All of the site, newest first, and the counts of a year, from the index alone.
            models.Index(
                fields=["-published_at", "-id", "live", "organ", "column"],
                name="disclosure_item_newest",
            ),
            models.Index(
                fields=["organ", "document_number"],
                condition=~Q(document_number=""),
                name="disclosure_item_number",
            ),
            # What explains a document: few items refer to another, and an index that also held the
            # many that do not would look useless to SQLite's planner.
            models.Index(
                fields=["interprets", "published_at", "id"],
                condition=Q(interprets__isnull=False),
                name="disclosure_item_explains",
            ),
            models.Index(
                fields=["scheduled_for"],
                condition=Q(scheduled_for__isnull=False),
                name="disclosure_item_due",
            ),
            models.Index(
                fields=["next_assessment_on"],
                condition=Q(next_assessment_on__isnull=False),
                name="disclosure_item_assess",
            ),
            models.Index(
                fields=["expire_at"], condition=Q(live=True), name="disclosure_item_expire"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ledger_label(self) -> str:
        """For the ledger, which keeps no person's number: long figures in a draft's title go."""
        return f"{self.index_number or '未发布'} {_LONG_FIGURE.sub('…', self.title)}"

    @property
    def is_editable(self) -> bool:
        """Whether a new version may be written: not while one is under review or scheduled."""
        return not self.step and self.scheduled_for is None

    @property
    def holds_draft(self) -> bool:
        """Whether the row itself is the latest draft, the item never having been published."""
        return self.status in UNPUBLISHED

    def get_workflow(self) -> Any:
        """The review chain of the responsible body (`disclosure.workflow.workflow_for`)."""
        from gongkai.disclosure.workflow import workflow_for

        return workflow_for(self.organ)

    def publish(self, revision: Any, user: Any = None, **options: Any) -> None:
        """Wagtail's way to publish (its schedule command, its views) leads through our service."""
        from gongkai.disclosure.services import publishing

        publishing.publish_revision(revision, user)

    def unpublish(self, set_expired: bool = False, **options: Any) -> None:
        """Wagtail's way to take down, which is for what has reached its hour only."""
        from gongkai.disclosure.services import publishing

        publishing.expire_now(self)

    def with_content_json(self, content: dict[str, Any]) -> DisclosedItem:
        """A version as an object; what belongs to the whole item stays as it is now."""
        item: DisclosedItem = super().with_content_json(content)
        for name in OBJECT_FIELDS:
            setattr(item, name, getattr(self, name))
        return item


class ItemIssuer(models.Model):
    """An issuing body of an item, in the order of the joint document; the lead has order 0."""

    item = ParentalKey(DisclosedItem, on_delete=models.CASCADE, related_name="issuers")
    organ = models.ForeignKey(
        "organs.Organ",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="发文机关",
    )
    name = models.CharField("机关名称", max_length=120)
    """As printed; bodies outside this installation have a name only."""
    order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = "发文机关"
        verbose_name_plural = "发文机关"
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name

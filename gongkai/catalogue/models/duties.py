"""Who must publish what, by when, and what was published.

`Duty` is a body's answer to an entry: 认领, 不涉及, 本期无. `Occasion` is one obligation that arose
(a document came about, a budget was approved, a quarter began) with its due date, an index over
the law and the calendar that `services.recompute_due_dates` rebuilds. `Publication` is what an
upper room published, told through `services.record_publication`.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from gongkai.catalogue.models.standard import CatalogueEntry, Matter
from gongkai.catalogue.models.tree import Column


class SubjectBody(models.Model):
    """Which bodies play a role of the column 公开主体 (教育行政部门) under a government."""

    government = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="制定政府"
    )
    subject = models.CharField("公开主体", max_length=100)
    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="机关"
    )

    class Meta:
        verbose_name = "公开主体对应机关"
        verbose_name_plural = "公开主体对应机关"
        constraints = [
            models.UniqueConstraint(
                fields=["government", "subject", "organ"], name="catalogue_subject_body"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}：{self.organ}"


class DutyState(models.TextChoices):
    """A body's answer to an entry."""

    APPLICABLE = "applicable", "认领"
    EMPTY = "empty", "本期无此类信息"
    NOT_APPLICABLE = "not_applicable", "不涉及"


class Duty(models.Model):
    """A body's answer to one entry of a version. `matter` is the entry's, for set-based reads.

    A statement (本期无, 不涉及) holds until `valid_until`, at most a year; after that day the
    duty counts as taken on again, without anybody having to remember it.
    """

    entry = models.ForeignKey(
        CatalogueEntry, on_delete=models.PROTECT, related_name="duties", verbose_name="公开事项"
    )
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+", editable=False)
    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="机关"
    )
    state = models.CharField(
        "认领情况", max_length=16, choices=DutyState.choices, default=DutyState.APPLICABLE
    )
    reason = models.CharField("理由", max_length=200, blank=True)
    stated_on = models.DateField("说明日期", null=True, blank=True)
    valid_until = models.DateField("说明有效至", null=True, blank=True)
    reviewed_on = models.DateField("复核日期", null=True, blank=True)
    column = models.ForeignKey(
        Column,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="发布栏目",
    )
    created_at = models.DateTimeField("认领时间", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("最近修改", auto_now=True)

    class Meta:
        verbose_name = "公开职责"
        verbose_name_plural = "公开职责"
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "organ"],
                name="catalogue_duty_once",
                violation_error_message="该机关已答复过这个事项。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DutyState.values), name="catalogue_duty_state"
            ),
            models.CheckConstraint(
                condition=Q(state=DutyState.APPLICABLE)
                | (~Q(reason="") & Q(stated_on__isnull=False, valid_until__gte=F("stated_on"))),
                name="catalogue_duty_statement",
                violation_error_message="不涉及或者本期无的，请写明理由和有效期。",
            ),
        ]
        indexes = [
            models.Index(fields=["organ", "matter"], name="catalogue_duty_organ"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.organ}"

    @property
    def ledger_label(self) -> str:
        return f"{self.entry.code} {self.entry}"


class Publication(models.Model):
    """A piece of information that was published, as far as the catalogue needs to know it.

    `source` and `source_id` name it in the room that published it; this room never looks there.
    `published_on` is the first day, `last_published_on` that of the latest version.
    """

    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="机关"
    )
    source = models.CharField("来源", max_length=40)
    source_id = models.CharField("来源编号", max_length=64)
    title = models.CharField("标题", max_length=200)
    url = models.CharField("网址", max_length=500, blank=True)
    formed_on = models.DateField("形成日期", null=True, blank=True)
    changed_on = models.DateField("变更日期", null=True, blank=True)
    published_on = models.DateField("公开日期")
    last_published_on = models.DateField("最近公开日期")
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True)

    class Meta:
        verbose_name = "公开记录"
        verbose_name_plural = "公开记录"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"], name="catalogue_publication_source"
            ),
            models.CheckConstraint(
                condition=Q(last_published_on__gte=F("published_on")),
                name="catalogue_publication_days",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PublicationLink(models.Model):
    """That a publication answers a matter. The days are the publication's, for set-based reads.

    `elements_found` of `elements_total` elements of the entry were seen in the text; both are
    empty where no text was at hand.
    """

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="links")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    organ = models.ForeignKey("organs.Organ", on_delete=models.PROTECT, related_name="+")
    published_on = models.DateField("公开日期")
    last_published_on = models.DateField("最近公开日期")
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True)
    elements_found = models.PositiveSmallIntegerField(null=True, blank=True)
    elements_total = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = "公开记录的事项"
        verbose_name_plural = "公开记录的事项"
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "matter"], name="catalogue_publication_link"
            ),
        ]
        indexes = [
            # Covers the two groupings of `queries.coverage` over all publications.
            models.Index(
                fields=["organ", "matter", "published_on", "last_published_on", "withdrawn_on"],
                name="catalogue_link_days",
            ),
            models.Index(fields=["matter", "-last_published_on"], name="catalogue_link_matter"),
        ]

    def __str__(self) -> str:
        return str(self.publication)


class OccasionKind(models.TextChoices):
    """What made the obligation arise."""

    FORMED = "formed", "信息形成"
    CHANGED = "changed", "信息变更"
    APPROVED = "approved", "批准、批复"
    PERIOD = "period", "周期更新"
    ACT = "act", "拟实施（事前公开）"


class Occasion(models.Model):
    """One obligation to publish: what happened when, until when, and when it was met.

    `happened_on` is the day the limit starts from; empty when nobody knows it, and then there
    is no due date and timeliness is unknown. `opens_on` is the first day on which a publication
    can meet it. `fulfilled_on` stays when the publication is withdrawn later, and so do the days
    late (Art. 26 was broken all the same). `empty_reason` closes a period in which there was
    nothing to publish.
    """

    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="机关"
    )
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+", editable=False)
    entry = models.ForeignKey(
        CatalogueEntry, on_delete=models.PROTECT, related_name="+", verbose_name="公开事项"
    )
    kind = models.CharField("事由", max_length=10, choices=OccasionKind.choices)
    label = models.CharField("说明", max_length=200, blank=True)
    happened_on = models.DateField("发生日期", null=True, blank=True)
    opens_on = models.DateField(null=True, blank=True, editable=False)
    period_start = models.DateField(null=True, blank=True, editable=False)
    period_end = models.DateField(null=True, blank=True, editable=False)
    due_on = models.DateField("应公开日期", null=True, blank=True, editable=False)
    due_provisional = models.BooleanField("期限暂定", default=False, editable=False)
    fulfilled_on = models.DateField("公开日期", null=True, blank=True, editable=False)
    publication = models.ForeignKey(
        Publication,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="occasions",
        editable=False,
    )
    empty_reason = models.CharField("本期无的理由", max_length=200, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "公开时点"
        verbose_name_plural = "公开时点"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OccasionKind.values), name="catalogue_occasion_kind"
            ),
            models.CheckConstraint(
                condition=~Q(kind=OccasionKind.PERIOD)
                | Q(period_start__isnull=False, period_end__gte=F("period_start")),
                name="catalogue_occasion_period",
            ),
            models.CheckConstraint(
                condition=Q(due_on=None)
                | Q(happened_on__isnull=False)
                | Q(kind=OccasionKind.PERIOD),
                name="catalogue_occasion_due",
            ),
            models.UniqueConstraint(
                fields=["organ", "matter", "period_start", "period_end"],
                condition=Q(kind=OccasionKind.PERIOD),
                name="catalogue_occasion_once_a_period",
            ),
            models.UniqueConstraint(
                fields=["publication", "matter"],
                condition=Q(kind=OccasionKind.FORMED, voided_at=None),
                name="catalogue_occasion_formed_once",
            ),
            models.UniqueConstraint(
                fields=["publication", "matter", "happened_on"],
                condition=Q(kind=OccasionKind.CHANGED, voided_at=None),
                name="catalogue_occasion_changed_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organ", "due_on"],
                condition=Q(fulfilled_on=None, voided_at=None, empty_reason=""),
                name="catalogue_occasion_open",
            ),
            models.Index(fields=["due_on", "organ"], name="catalogue_occasion_due_on"),
            models.Index(fields=["organ", "matter"], name="catalogue_occasion_matter"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.label or self.get_kind_display()}"

    @property
    def ledger_label(self) -> str:
        return f"{self.entry.code} {self.label or self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a publication."""
        return self.fulfilled_on is None and self.voided_at is None and not self.empty_reason

    def days_late(self, today: Any) -> int:
        """Days beyond the due date, kept after a late publication; 0 when in time or unknown."""
        if self.due_on is None or self.voided_at is not None or self.empty_reason:
            return 0
        return max(((self.fulfilled_on or today) - self.due_on).days, 0)

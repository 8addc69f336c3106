"""Topics and the portal's columns."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q


class Topic(models.Model):
    """A topic (主题) of the two-level classification; `code` is ours, "02" or "02-01"."""

    code = models.CharField("代码", max_length=8, unique=True)
    name = models.CharField("名称", max_length=60)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级主题",
    )
    alias = models.CharField("本地名称", max_length=60, blank=True)

    class Meta:
        verbose_name = "主题"
        verbose_name_plural = "主题"
        ordering = ["code"]

    def __str__(self) -> str:
        r"""The written form of the metadata: 综合政务\政务公开."""
        return f"{self.parent.label}\\{self.label}" if self.parent_id else self.label

    @property
    def label(self) -> str:
        """The local name where there is one."""
        return self.alias or self.name


class ColumnKind(models.TextChoices):
    """What a column holds; the website's annual statement counts by it (国办函〔2018〕12号)."""

    OVERVIEW = "overview", "概况信息"
    NEWS = "news", "政务动态"
    CATALOGUE = "catalogue", "信息公开目录"
    NOTICE = "notice", "通知公告"
    POLICY = "policy", "政策文件"
    INTERPRETATION = "interpretation", "政策解读"
    KEY_FIELD = "key_field", "重点领域"
    DATA = "data", "数据发布"
    LEADERS = "leaders", "领导信息"
    FUNCTIONS = "functions", "机构职能"
    SPECIAL = "special", "专题专栏"
    OTHER = "other", "其他"


class Column(models.Model):
    """A column of the portal (栏目). Items stand in one column and may be mounted in others.

    `description` says what it holds. A column that is rightly empty says so with a dated note
    (61号: no 空栏目): `empty_note`, stated on a day and valid for a year at most.
    """

    slug = models.SlugField("网址标识", max_length=60, unique=True)
    title = models.CharField("栏目名称", max_length=60)
    kind = models.CharField("类型", max_length=16, choices=ColumnKind.choices)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级栏目",
    )
    owner = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="责任单位"
    )
    order = models.PositiveIntegerField("排序", default=0)
    max_age_days = models.PositiveIntegerField("最长不更新天数", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)
    description = models.CharField("栏目说明", max_length=300, blank=True)
    empty_note = models.CharField("暂无内容的说明", max_length=200, blank=True)
    empty_note_on = models.DateField("说明日期", null=True, blank=True)
    empty_note_until = models.DateField("说明有效至", null=True, blank=True)

    class Meta:
        verbose_name = "栏目"
        verbose_name_plural = "栏目"
        ordering = ["order", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ColumnKind.values), name="catalogue_column_kind"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="catalogue_column_parent"),
            models.CheckConstraint(
                condition=Q(empty_note="", empty_note_on=None, empty_note_until=None)
                | Q(
                    empty_note_on__isnull=False,
                    empty_note_until__isnull=False,
                    empty_note_until__gte=F("empty_note_on"),
                )
                & ~Q(empty_note=""),
                name="catalogue_column_empty_note",
                violation_error_message="“暂无内容的说明”要同时写明说明日期和有效期。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def empty_note_valid(self, on: date) -> bool:
        """Whether the note that the column is rightly empty stands on that day."""
        return (
            self.empty_note_on is not None
            and self.empty_note_until is not None
            and self.empty_note_on <= on <= self.empty_note_until
        )

"""What must be published: topics, columns, the standard catalogue, and the duties it makes.

`Topic` is the State Council's two-level subject classification (主题分类) with local aliases;
`Column` the portal's column tree (栏目); `StandardCatalogue` a government's 基层政务公开标准目录 of
one version with its `CatalogueEntry` rows (国办发〔2019〕54号).
"""

from __future__ import annotations

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
    """A column of the portal (栏目). Items stand in one column and may be mounted in others."""

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

    class Meta:
        verbose_name = "栏目"
        verbose_name_plural = "栏目"
        ordering = ["order", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ColumnKind.values), name="catalogue_column_kind"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="catalogue_column_parent"),
        ]

    def __str__(self) -> str:
        return self.title


class Field(models.Model):
    """One of the 26 fields (试点领域), or one that a place added: data, not an enumeration."""

    code = models.CharField("领域代码", max_length=12, unique=True)
    name = models.CharField("领域名称", max_length=40, unique=True)
    guided_by = models.CharField("指引制定部门", max_length=60, blank=True)
    order = models.PositiveIntegerField("排序", default=0)

    class Meta:
        verbose_name = "领域"
        verbose_name_plural = "领域"
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class StandardCatalogue(models.Model):
    """A government's standard catalogue in one version; entries of a version in force are fixed."""

    class State(models.TextChoices):
        DRAFT = "draft", "编制中"
        IN_FORCE = "in_force", "现行"
        SUPERSEDED = "superseded", "已被替代"

    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="制定政府"
    )
    year = models.PositiveSmallIntegerField("版本年度")
    version = models.PositiveSmallIntegerField("版次", default=1)
    title = models.CharField("名称", max_length=120)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    in_force_from = models.DateField("施行日期", null=True, blank=True)
    superseded_on = models.DateField("被替代日期", null=True, blank=True)

    class Meta:
        verbose_name = "标准目录"
        verbose_name_plural = "标准目录"
        ordering = ["organ_id", "-year", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "year", "version"],
                name="catalogue_standard_version",
                violation_error_message="本政府已有这一年度、这一版次的标准目录。",
            ),
            models.UniqueConstraint(
                fields=["organ"],
                condition=Q(state="in_force"),
                name="catalogue_standard_in_force",
                violation_error_message="同一政府同时只能有一个现行的标准目录。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.year}年第{self.version}版）"


class CatalogueEntry(models.Model):
    """One matter of publication (公开事项): a row of the official table.

    `limit_days` counts in `day_type`; `cycle` says when a duty arises (see
    `gongkai.statute.duties`). `channels` is a list of the official channel labels.
    """

    class DayType(models.TextChoices):
        WORKDAY = "workday", "工作日"
        CALENDAR = "calendar", "日"

    catalogue = models.ForeignKey(
        StandardCatalogue, on_delete=models.PROTECT, related_name="entries", verbose_name="标准目录"
    )
    code = models.CharField("事项编码", max_length=40)
    field = models.ForeignKey(
        Field, on_delete=models.PROTECT, related_name="entries", verbose_name="领域"
    )
    seq = models.PositiveIntegerField("序号")
    level1 = models.CharField("一级事项", max_length=200)
    level2 = models.CharField("二级事项", max_length=200, blank=True)
    elements = models.TextField("公开内容（要素）", blank=True)
    basis = models.TextField("公开依据", blank=True)
    time_limit_text = models.CharField("公开时限", max_length=300, blank=True)
    limit_days = models.PositiveSmallIntegerField("时限天数", null=True, blank=True)
    day_type = models.CharField("天数种类", max_length=10, choices=DayType.choices, blank=True)
    trigger = models.CharField("起算事由", max_length=60, blank=True)
    cycle = models.CharField("周期", max_length=24, blank=True)
    notice_days = models.PositiveSmallIntegerField("公示天数", null=True, blank=True)
    subject = models.CharField("公开主体", max_length=200, blank=True)
    channels = models.JSONField("公开渠道和载体", default=list, blank=True)
    audience_all = models.BooleanField("全社会", default=True)
    audience_specific = models.CharField("特定群体", max_length=120, blank=True)
    mode_proactive = models.BooleanField("主动公开", default=True)
    mode_on_request = models.BooleanField("依申请公开", default=False)
    level_county = models.BooleanField("县级", default=True)
    level_township = models.BooleanField("乡级", default=False)
    pii_risk = models.CharField("个人信息风险", max_length=20, blank=True)
    pii_rule = models.CharField("个人信息处理规则", max_length=200, blank=True)
    coverage_test = models.CharField("覆盖判定", max_length=200, blank=True)
    columns = models.ManyToManyField(
        Column, blank=True, related_name="entries", verbose_name="对应栏目"
    )

    class Meta:
        verbose_name = "公开事项"
        verbose_name_plural = "公开事项"
        ordering = ["catalogue_id", "field__order", "seq"]
        constraints = [
            models.UniqueConstraint(
                fields=["catalogue", "code"],
                name="catalogue_entry_code",
                violation_error_message="这一版目录中已有这个事项编码。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level1}—{self.level2}" if self.level2 else self.level1

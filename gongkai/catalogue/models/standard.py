"""The standard catalogue: fields, versions, matters and entries."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gongkai.catalogue.models.tree import Column
from gongkai.statute.duties import CYCLE_LABELS, Cycle, Rule, trigger_of

CHANNELS = (
    "政府网站",
    "政府公报",
    "两微一端",
    "发布会/听证会",
    "广播电视",
    "纸质媒体",
    "公开查阅点",
    "政务服务中心",
    "便民服务站",
    "入户/现场",
    "社区/企事业单位/村公示栏(电子屏)",
    "精准推送",
    "其他",
)
"""The thirteen boxes of the official table, in its order."""

CYCLES = [(str(cycle), label) for cycle, label in CYCLE_LABELS.items()]


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

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


class Matter(models.Model):
    """A matter of publication as it lasts over the versions of a government's catalogue.

    An entry is what one version says of it. What was published and what must be published
    hangs on the matter, so that a new version does not begin with nothing.
    """

    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="制定政府"
    )

    class Meta:
        verbose_name = "公开事项（跨版次）"
        verbose_name_plural = "公开事项（跨版次）"

    def __str__(self) -> str:
        return f"{self.organ_id}-{self.pk}"


class CatalogueEntry(models.Model):
    """One matter of publication (公开事项): a row of the official table.

    `limit_days` counts in `day_type`; `cycle` says when a duty arises and `cycle_by` by which
    day of the period (see `gongkai.statute.duties`). `channels` is a list of the official channel
    labels. A row that nobody has held against the ministry's guide yet says 待核 in `confidence`.
    """

    class DayType(models.TextChoices):
        WORKDAY = "workday", "工作日"
        CALENDAR = "calendar", "日"

    catalogue = models.ForeignKey(
        StandardCatalogue, on_delete=models.PROTECT, related_name="entries", verbose_name="标准目录"
    )
    matter = models.ForeignKey(
        Matter, on_delete=models.PROTECT, related_name="entries", editable=False
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
    cycle = models.CharField("周期", max_length=24, choices=CYCLES, default=Cycle.EVENT.value)
    cycle_by = models.CharField("周期内截止日", max_length=5, blank=True)
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
    confidence = models.CharField("核对情况", max_length=120, blank=True)
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
            models.UniqueConstraint(
                fields=["catalogue", "matter"],
                name="catalogue_entry_matter",
                violation_error_message="这一版目录中已有这个事项。",
            ),
            models.CheckConstraint(
                condition=Q(cycle__in=[cycle for cycle, _ in CYCLES]), name="catalogue_entry_cycle"
            ),
            models.CheckConstraint(
                condition=Q(level_county=True) | Q(level_township=True),
                name="catalogue_entry_level",
                violation_error_message="公开层级至少选一个：县级、乡级。",
            ),
            models.CheckConstraint(
                condition=Q(mode_proactive=True) | Q(mode_on_request=True),
                name="catalogue_entry_mode",
                violation_error_message="公开方式至少选一个：主动、依申请。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level1}—{self.level2}" if self.level2 else self.level1

    @property
    def rule(self) -> Rule:
        """When it must be published, for `gongkai.statute.duties`."""
        return Rule(
            limit_days=self.limit_days,
            day_type=self.day_type or self.DayType.WORKDAY,
            trigger=trigger_of(self.trigger),
            cycle=self.cycle,
            by=self.cycle_by,
            notice_days=self.notice_days,
        )

    @property
    def is_unchecked(self) -> bool:
        """Whether nobody has held the row against the ministry's guide yet."""
        return "待核" in self.confidence

    @property
    def ledger_label(self) -> str:
        return f"{self.code} {self}"

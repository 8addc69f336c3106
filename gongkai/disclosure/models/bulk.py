"""Work upon many items at once: imports, migration from an old site, reclassification."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from gongkai.disclosure.models.items import DocumentKind


class ImportBatch(models.Model):
    """One import of items: from which file or old site, by whom, what came of it."""

    class Kind(models.TextChoices):
        TABLE = "table", "表格导入"
        MIGRATION = "migration", "网站迁移"

    kind = models.CharField("方式", max_length=12, choices=Kind.choices)
    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="机关"
    )
    """The body of all its items; None when they belong to several."""
    name = models.CharField("来源", max_length=200)
    sm3 = models.CharField("文件 SM3", max_length=64, blank=True)
    as_published = models.BooleanField("历史数据（已在别处发布）", default=False)
    created = models.PositiveIntegerField("新增", default=0)
    unchanged = models.PositiveIntegerField("已有", default=0)
    imported_by = models.ForeignKey(
        "organs.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    imported_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "导入批次"
        verbose_name_plural = "导入批次"
        ordering = ["-imported_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["table", "migration"]), name="disclosure_batch_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{timezone.localtime(self.imported_at):%Y-%m-%d %H:%M}）"


class ImportedItem(models.Model):
    """Where an imported item came from: the row of the table, or the address of the old page."""

    item = models.OneToOneField(
        "disclosure.DisclosedItem",
        on_delete=models.CASCADE,
        related_name="imported",
        verbose_name="政府信息",
    )
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.PROTECT, related_name="items", verbose_name="批次"
    )
    row = models.PositiveIntegerField("行号", default=0)
    address = models.CharField("原网址", max_length=500, blank=True)
    identity = models.CharField("识别码", max_length=64, default="", db_index=True, editable=False)
    """Hash of body and title: finds the item again when the same file comes twice."""

    class Meta:
        verbose_name = "导入来源"
        verbose_name_plural = "导入来源"

    def __str__(self) -> str:
        return self.address or f"第{self.row}行"


class MigrationSource(models.Model):
    """An existing site whose items are brought over: where its lists are and how to read them.

    `mapping` is data laid over the profile: selectors, labels and target columns (see
    `disclosure.bulk.profiles`).
    """

    name = models.CharField("名称", max_length=80)
    organ = models.ForeignKey(
        "organs.Organ", on_delete=models.PROTECT, related_name="+", verbose_name="机关"
    )
    profile = models.CharField("页面类型", max_length=24, default="generic")
    lists = models.JSONField("列表页网址", default=list)
    """Addresses; {page}, {start} and {end} stand for the number of the page and its rows."""
    first_page = models.PositiveIntegerField("起始页码", default=1)
    last_page = models.PositiveIntegerField("最后页码", null=True, blank=True)
    page_size = models.PositiveIntegerField("每页条数", default=20)
    hosts = models.JSONField("允许访问的主机", default=list)
    """Host names ("www.example.gov.cn", with ":8080" for another port); nothing else is asked."""
    own_site = models.BooleanField("本单位的网站", default=False)
    """Our own site may be read whatever its robots.txt says."""
    per_second = models.DecimalField(
        "每秒请求数",
        max_digits=4,
        decimal_places=1,
        default=2,
        validators=[MinValueValidator(0.1), MaxValueValidator(20)],
    )
    column = models.ForeignKey(
        "catalogue.Column", on_delete=models.PROTECT, related_name="+", verbose_name="目标栏目"
    )
    document_kind = models.CharField(
        "默认文件类别",
        max_length=16,
        choices=DocumentKind.choices,
        default=DocumentKind.INFORMATION,
    )
    mapping = models.JSONField("字段对应", default=dict, blank=True)
    closed_at = models.DateTimeField("停用时间", null=True, blank=True)
    created_by = models.ForeignKey(
        "organs.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("登记时间", default=timezone.now)
    updated_at = models.DateTimeField("最近修改", auto_now=True)

    class Meta:
        verbose_name = "迁移来源"
        verbose_name_plural = "迁移来源"
        ordering = ["organ_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "name"],
                name="disclosure_source_name",
                violation_error_message="本机关已有同名的迁移来源，请换一个名称。",
            ),
            models.CheckConstraint(condition=Q(per_second__gt=0), name="disclosure_source_rate"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_label(self) -> str:
        return f"{self.organ.code} {self.name}"


class MigrationRun(models.Model):
    """One attempt to bring a source over. A killed run is taken up again where it stopped.

    `beat_at` is written with every portion: a running run without a beat has died.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待开始"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        STOPPED = "stopped", "已停止"
        FAILED = "failed", "已中断"

    source = models.ForeignKey(
        MigrationSource, on_delete=models.PROTECT, related_name="runs", verbose_name="来源"
    )
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.WAITING)
    phase = models.CharField("环节", max_length=12, blank=True)
    as_published = models.BooleanField("历史数据（已在别处发布）", default=False)
    dry_run = models.BooleanField("只试读，不导入", default=False)
    message = models.CharField("说明", max_length=300, blank=True)
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="导入批次"
    )
    started_by = models.ForeignKey(
        "organs.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    created_at = models.DateTimeField("发起时间", default=timezone.now)
    beat_at = models.DateTimeField("最近进展", default=timezone.now)
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = "迁移任务"
        verbose_name_plural = "迁移任务"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(state__in=["waiting", "running"]),
                name="disclosure_run_once",
                violation_error_message="这个来源已有任务在进行，请等它结束或先停止它。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"


class MigrationPage(models.Model):
    """An address of a source and how far it got. What was read is kept until it is imported."""

    class Kind(models.TextChoices):
        LIST = "list", "列表页"
        ITEM = "item", "信息页"

    class State(models.TextChoices):
        FOUND = "found", "已发现"
        FETCHED = "fetched", "已取回"
        READ = "read", "已读懂"
        IMPORTED = "imported", "已导入"
        FAILED = "failed", "未能读取"

    source = models.ForeignKey(MigrationSource, on_delete=models.CASCADE, related_name="pages")
    kind = models.CharField("类型", max_length=8, choices=Kind.choices)
    address = models.CharField("网址", max_length=500)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.FOUND)
    title = models.CharField("列表中的标题", max_length=300, blank=True)
    listed_on = models.DateField("列表中的日期", null=True)
    list_number = models.PositiveIntegerField("列表序号", default=0)
    """Which of the source's lists it stands in, and, for list pages, its place in the chain."""
    page_number = models.PositiveIntegerField("页码", default=0)
    html = models.TextField("网页", blank=True)
    """The page as it was read; emptied once it is understood."""
    record: models.JSONField[dict[str, Any]] = models.JSONField("读出的内容", default=dict)
    reason = models.CharField("原因", max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    item = models.ForeignKey(
        "disclosure.DisclosedItem", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    updated_at = models.DateTimeField("时间", auto_now=True)

    class Meta:
        verbose_name = "迁移网页"
        verbose_name_plural = "迁移网页"
        ordering = ["kind", "list_number", "page_number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "address"], name="disclosure_page_once"),
        ]
        indexes = [
            models.Index(fields=["source", "kind", "state"], name="disclosure_page_state"),
        ]

    def __str__(self) -> str:
        return self.address


class ReclassifyBatch(models.Model):
    """A bulk reclassification: what was asked, of how many items, and whether it was undone."""

    changes = models.JSONField("改动", default=dict)
    reason = models.CharField("原因", max_length=300)
    number = models.PositiveIntegerField("条数")
    made_by = models.ForeignKey(
        "organs.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="办理人"
    )
    made_at = models.DateTimeField("时间", default=timezone.now)
    undone_by = models.ForeignKey(
        "organs.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="撤销人"
    )
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "批量调整分类"
        verbose_name_plural = "批量调整分类"
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.made_at):%Y-%m-%d %H:%M} {self.number}条"


class ReclassifiedItem(models.Model):
    """What one item was before and became in a batch: field → value (numbers of records)."""

    batch = models.ForeignKey(ReclassifyBatch, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey("disclosure.DisclosedItem", on_delete=models.CASCADE, related_name="+")
    organ = models.ForeignKey("organs.Organ", on_delete=models.PROTECT, related_name="+")
    before = models.JSONField("原值", default=dict)
    after = models.JSONField("新值", default=dict)

    class Meta:
        verbose_name = "分类调整"
        verbose_name_plural = "分类调整"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "item"], name="disclosure_reclassified_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}"

"""Annual reports (年度报告) as rows: one per body, year, scope and version.

What is stored is what a person decided or what must never change again: the text, the
declared figures, the answers to review flags, who moved the report and when, and, from the
moment of submission, the figures themselves. Until then no figure is stored at all; it is
counted from the records whenever somebody looks (`gongkai.reports.build`).

A published report is frozen (条例第四十九条、第五十条): triggers on both engines refuse to
change it, its declared figures or its history (see `gongkai.reports.immutability`). A
correction is a new version that says what changed.
"""

from django.db import models
from django.db.models import F, Q

from gongkai.organs.models import Organ


class Scope(models.TextChoices):
    """Whose work the report covers."""

    OWN = "own", "本机关"
    AGGREGATE = "aggregate", "汇总（本机关及所属）"


class State(models.TextChoices):
    """Where a report stands. Only `gongkai.reports.services` moves it."""

    DRAFT = "draft", "编制中"
    SUBMITTED = "submitted", "已提交"
    RETURNED = "returned", "已退回"
    ACCEPTED = "accepted", "审核通过"
    PUBLISHED = "published", "已发布"


#: States in which the body itself may still change text and figures.
OPEN_STATES = (State.DRAFT, State.RETURNED)
#: States in which the figures are frozen.
FROZEN_STATES = (State.SUBMITTED, State.ACCEPTED, State.PUBLISHED)
#: What may follow what, and the permission the step asks for.
LAWFUL_STEPS: dict[str, tuple[tuple[str, str], ...]] = {
    State.DRAFT: ((State.SUBMITTED, "reports.submit"),),
    State.RETURNED: ((State.SUBMITTED, "reports.submit"),),
    State.SUBMITTED: ((State.RETURNED, "reports.review"), (State.ACCEPTED, "reports.review")),
    State.ACCEPTED: ((State.RETURNED, "reports.review"), (State.PUBLISHED, "reports.publish")),
    State.PUBLISHED: (),
}


class AnnualReport(models.Model):
    """One version of one body's report for one year.

    ``cells`` holds the figures as sent (cell id → integer, decimal as text, or null for a
    figure not filled in). While the report is a draft it is null; after a return it still
    holds what was sent last, so that the superior sees what has been mended since.
    """

    organ = models.ForeignKey(
        Organ, on_delete=models.PROTECT, related_name="annual_reports", verbose_name="机关"
    )
    issuer = models.CharField(
        "报告机关名称",
        max_length=120,
        blank=True,
        help_text="提交时的机关名称；机关以后更名，报告不变",
    )
    year = models.PositiveSmallIntegerField("报告年度")
    scope = models.CharField("口径", max_length=10, choices=Scope)
    format_id = models.CharField("格式", max_length=10)
    version = models.PositiveSmallIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    cells = models.JSONField("提交的数据", null=True, blank=True)
    evidence = models.JSONField(
        "提交时的依据",
        default=dict,
        blank=True,
        help_text="提交时各数字的计算值、填报值、核对结果与疑点答复",
    )
    sections = models.JSONField("文字部分", default=dict, blank=True)
    checksum = models.CharField("校验值（SM3）", max_length=64, blank=True)
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name="更正的版本",
    )
    change_note = models.TextField("更正说明", blank=True)
    lock = models.PositiveIntegerField("编辑序号", default=0)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)

    class Meta:
        verbose_name = "年度报告"
        verbose_name_plural = "年度报告"
        ordering = ("-year", "organ", "scope", "-version")
        indexes = [
            models.Index(fields=["year", "scope", "state"], name="report_year_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "year", "scope", "version"], name="report_version_unique"
            ),
            models.UniqueConstraint(
                fields=["organ", "year", "scope"],
                condition=~Q(state="published"),
                name="report_one_open_version",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="report_state_known"),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="report_scope_known"),
            models.CheckConstraint(condition=Q(version__gte=1), name="report_version_positive"),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "returned")) | Q(cells__isnull=False),
                name="report_frozen_has_cells",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | (~Q(checksum="") & Q(published_at__isnull=False)),
                name="report_published_is_sealed",
            ),
            models.CheckConstraint(
                condition=Q(version=1, supersedes__isnull=True)
                | Q(version__gt=1, supersedes__isnull=False),
                name="report_correction_names_original",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name under which such reports are published (report_formats, 第七节)."""
        return f"{self.issuer or self.organ.name}{self.year}年政府信息公开工作年度报告"

    @property
    def is_open(self) -> bool:
        """Whether the body may still change it."""
        return self.state in OPEN_STATES

    @property
    def is_frozen(self) -> bool:
        """Whether its figures are those of ``cells`` rather than of the records."""
        return self.state in FROZEN_STATES


class DeclaredFigure(models.Model):
    """A figure the body states itself, with the reason; the counted one is kept beside it.

    ``value`` null means "not filled in" on purpose: the cell is printed empty.
    """

    report = models.ForeignKey(
        AnnualReport, on_delete=models.CASCADE, related_name="declared", verbose_name="报告"
    )
    cell = models.CharField("单元格", max_length=60)
    value = models.DecimalField("填报值", max_digits=15, decimal_places=6, null=True, blank=True)
    note = models.TextField("说明")
    by = models.CharField("填报人", max_length=150)
    at = models.DateTimeField("填报时间", auto_now=True)

    class Meta:
        verbose_name = "填报数字"
        verbose_name_plural = "填报数字"
        ordering = ("report", "cell")
        constraints = [
            models.UniqueConstraint(fields=["report", "cell"], name="declared_once"),
            models.CheckConstraint(condition=~Q(note=""), name="declared_has_note"),
        ]

    def __str__(self) -> str:
        return f"{self.cell} = {self.value}"


class FlagAnswer(models.Model):
    """A person's answer to a review flag (疑点): looked at, and why the figure stands.

    It holds for the very words of the flag; when the figure changes, the flag reads
    differently and asks again.
    """

    report = models.ForeignKey(
        AnnualReport, on_delete=models.CASCADE, related_name="flag_answers", verbose_name="报告"
    )
    flag = models.CharField("疑点", max_length=80)
    message = models.TextField("疑点内容")
    reason = models.TextField("答复", blank=True)
    by = models.CharField("答复人", max_length=150)
    at = models.DateTimeField("答复时间", auto_now=True)

    class Meta:
        verbose_name = "疑点答复"
        verbose_name_plural = "疑点答复"
        ordering = ("report", "flag", "id")

    def __str__(self) -> str:
        return f"{self.flag}：{self.reason or '已核实'}"


class ReportTransition(models.Model):
    """Who moved a report from which state to which, when, and with what words. Append-only."""

    report = models.ForeignKey(
        AnnualReport, on_delete=models.PROTECT, related_name="transitions", verbose_name="报告"
    )
    from_state = models.CharField("原状态", max_length=10, blank=True, choices=State)
    to_state = models.CharField("新状态", max_length=10, choices=State)
    actor_id = models.BigIntegerField("经办人编号", null=True, blank=True)
    actor_name = models.CharField("经办人", max_length=150)
    at = models.DateTimeField("时间", auto_now_add=True)
    comment = models.TextField("意见", blank=True)

    class Meta:
        verbose_name = "报告流转"
        verbose_name_plural = "报告流转"
        ordering = ("report", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_state=F("to_state")), name="transition_moves_somewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"

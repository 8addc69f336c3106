"""The word lists as a city keeps them: terms that are added, changed, ended and never deleted.

The packaged lists (`seed/`) stay files. A term of the database with the same kind and word stands
in the place of the packaged one, for as long as it is there: changed when it is in force, switched
off when it was ended. So a new release of the platform never brings back what a city gave up.

A term belongs to the whole site, or to one body: its own white-list phrases and office telephones,
which silence findings in that body's texts alone.

`LexiconVersion` counts the changes. It is raised in the transaction that changes a term, so that
every process knows by one small statement whether the words it holds are still those in force.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from gongkai.guard.findings import SEVERITIES
from gongkai.guard.lexicon import SILENCING, Term


class TermKind(models.TextChoices):
    """What a term is (`lexicon.KINDS`)."""

    WRONG_WORD = "wrong_word", "错别字、错误表述"
    OUTDATED_TITLE = "outdated_title", "过时称谓"
    REMOVED_OFFICIAL = "removed_official", "已离任人员"
    FORBIDDEN = "forbidden", "禁用语"
    SENSITIVE = "sensitive", "慎用语"
    SECRECY_MARK = "secrecy_mark", "密级标志用语"
    ALLOWED = "allowed", "白名单语句"
    OFFICE_PHONE = "office_phone", "办公电话白名单"


class LexiconTerm(models.Model):
    """One term. In force until it is ended; a term may be restored, and its history is the ledger's."""

    kind = models.CharField("类别", max_length=20, choices=TermKind.choices)
    word = models.CharField("词条", max_length=100)
    key = models.CharField("比对用词条", max_length=100, editable=False)
    organ = models.ForeignKey(
        "organs.Organ",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="适用机关",
    )
    suggestion = models.CharField("建议写法", max_length=200, blank=True)
    post = models.CharField("职务", max_length=200, blank=True)
    alone = models.BooleanField("只凭姓名提示", default=False)
    severity = models.CharField("级别", max_length=10, blank=True, choices=[*SEVERITIES.items()])
    valid_from = models.DateField("起始日期", null=True, blank=True)
    valid_until = models.DateField("截止日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    source = models.CharField("来源", max_length=200, blank=True)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True, editable=False)
    end_reason = models.CharField("停用原因", max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("最近修改", auto_now=True)

    class Meta:
        verbose_name = "词条"
        verbose_name_plural = "词条"
        ordering = ["kind", "word", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(organ=None),
                name="guard_term_site",
                violation_error_message="这一类别中已有这个词条，请修改已有词条；已停用的，请恢复。",
            ),
            models.UniqueConstraint(
                fields=["kind", "key", "organ"],
                condition=Q(organ__isnull=False),
                name="guard_term_organ",
                violation_error_message="本机关已有这个词条，请修改已有词条；已停用的，请恢复。",
            ),
            models.CheckConstraint(condition=Q(kind__in=TermKind.values), name="guard_term_kind"),
            models.CheckConstraint(
                condition=Q(severity__in=["", *SEVERITIES]), name="guard_term_severity"
            ),
            models.CheckConstraint(
                condition=Q(organ=None) | Q(kind__in=sorted(SILENCING)),
                name="guard_term_owner",
                violation_error_message="机关自己的词条只能是白名单语句或办公电话。",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gte=F("valid_from")),
                name="guard_term_period",
                violation_error_message="截止日期不能早于起始日期，请核对两个日期。",
            ),
            models.CheckConstraint(condition=~Q(word="") & ~Q(key=""), name="guard_term_word"),
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="")
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="guard_term_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organ"], condition=Q(organ__isnull=False), name="guard_term_of_organ"
            )
        ]

    def __str__(self) -> str:
        return self.shown_word

    @property
    def is_mobile(self) -> bool:
        """Whether this is a mobile number used as an office telephone; it may be a person's too."""
        return self.kind == TermKind.OFFICE_PHONE and len(self.key) == 11 and self.key[0] == "1"

    @property
    def shown_word(self) -> str:
        """The word as it stands in the ledger and in titles: of a mobile number only the ends."""
        return f"{self.key[:3]}****{self.key[-4:]}" if self.is_mobile else self.word

    @property
    def ledger_label(self) -> str:
        return f"{self.get_kind_display()}：{self.shown_word}"

    @property
    def is_ended(self) -> bool:
        """Whether the term is no longer looked for."""
        return self.ended_at is not None

    @property
    def owner(self) -> str:
        """For whose texts the term speaks."""
        return self.organ.name if self.organ is not None else "全站"

    def state(self, on: date | None = None) -> str:
        """Where the term stands on the day (today), in a word."""
        if self.is_ended:
            return "已停用"
        day = on or timezone.localdate()
        if self.valid_until is not None and self.valid_until < day:
            return "已过截止日期"
        if self.valid_from is not None and self.valid_from > day:
            return "未到起始日期"
        return "使用中"

    def as_term(self) -> Term:
        """The term as the engine knows it."""
        return Term(
            kind=self.kind,
            word=self.word,
            suggestion=self.suggestion,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            post=self.post,
            alone=self.alone,
            severity=self.severity,
            note=self.note,
        )


class LexiconVersion(models.Model):
    """How often the terms were changed: one row, locked by whoever changes them."""

    number = models.PositiveBigIntegerField("版本", default=0)
    changed_at = models.DateTimeField("变更时间", default=timezone.now)

    class Meta:
        verbose_name = "词库版本"
        verbose_name_plural = "词库版本"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="guard_version_single")]

    def __str__(self) -> str:
        return f"第{self.number}版"

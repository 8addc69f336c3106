"""What the office keeps for search, and what is counted of what people ask.

Nothing here says who asked: a question, a day and how often. `WordsVersion` counts the changes of
each list, so that every process learns by one small statement a second at most whether the words
it holds are still those in force.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

SEPARATOR: Final = "、"
LONGEST_ASKED: Final = 60


class SynonymKind(models.TextChoices):
    """Whether the words stand for each other, or some lead to others."""

    TWO_WAY = "two_way", "同义"
    ONE_WAY = "one_way", "单向"


class SynonymGroup(models.Model):
    """Words that are searched for together.

    Two-way: each of `words` finds all. One-way: who asks for one of `words` (what people say) also
    finds `meant` (what documents say), not the other way round.
    """

    kind = models.CharField("类别", max_length=10, choices=SynonymKind.choices)
    words = models.CharField("词语", max_length=300)
    meant = models.CharField("规范用词", max_length=300, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("最近修改", auto_now=True)

    class Meta:
        verbose_name = "同义词"
        verbose_name_plural = "同义词"
        ordering = ["kind", "words", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "words"],
                name="search_synonym_once",
                violation_error_message="已有同样词语的一组，请修改已有的一组。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SynonymKind.values), name="search_synonym_kind"
            ),
            models.CheckConstraint(
                condition=(Q(kind="two_way", meant="") | (Q(kind="one_way") & ~Q(meant="")))
                & ~Q(words=""),
                name="search_synonym_sides",
                violation_error_message="单向的须有规范用词，同义的把所有词写在“词语”里。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words} → {self.meant}" if self.meant else self.words

    @property
    def ledger_label(self) -> str:
        return f"{self.get_kind_display()}：{self}"[:200]

    @property
    def said(self) -> list[str]:
        """The words one by one."""
        return [word for word in self.words.split(SEPARATOR) if word]

    @property
    def targets(self) -> list[str]:
        """The official words one by one; of a two-way group none."""
        return [word for word in self.meant.split(SEPARATOR) if word]


class CuratedWord(models.Model):
    """A word that the office shows under the search box while too little is asked."""

    word = models.CharField("词语", max_length=40, unique=True)
    position = models.PositiveSmallIntegerField("顺序")

    class Meta:
        verbose_name = "推荐搜索词"
        verbose_name_plural = "推荐搜索词"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.word


class AskedWords(models.Model):
    """How often a question was asked on a day, and how often nothing was found."""

    day = models.DateField("日期")
    text = models.CharField("搜索词", max_length=LONGEST_ASKED)
    times = models.PositiveIntegerField("次数")
    empty = models.PositiveIntegerField("无结果次数")

    class Meta:
        verbose_name = "搜索词计数"
        verbose_name_plural = "搜索词计数"
        constraints = [
            models.UniqueConstraint(fields=["day", "text"], name="search_asked_once"),
            models.CheckConstraint(
                condition=Q(empty__lte=models.F("times")), name="search_asked_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text}（{self.day}）"


class KnownWord(models.Model):
    """A word, title, body or number that can be suggested, and by which mistakes are mended.

    Made anew from the index and the lists (`gongkai.search.vocabulary`); bounded.
    """

    class Kind(models.TextChoices):
        TERM = "term", "词"
        TITLE = "title", "标题"
        ORGAN = "organ", "机关"
        NUMBER = "number", "文号"
        WORD = "word", "词汇"

    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    text = models.CharField("文字", max_length=300)
    key = models.CharField("键", max_length=80, blank=True)
    weight = models.FloatField("权重")
    sound = models.CharField("拼音", max_length=1_000, blank=True)
    """Syllables without tones, parted by blanks; empty where nobody types it by sound."""

    class Meta:
        verbose_name = "词汇"
        verbose_name_plural = "词汇"

    def __str__(self) -> str:
        return self.text


class WordsVersion(models.Model):
    """The number of the last change of a list."""

    name = models.CharField("名称", max_length=20, primary_key=True)
    number = models.PositiveBigIntegerField("次数", default=0)
    changed_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "词表版本"
        verbose_name_plural = "词表版本"

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

"""The index's own tables: what is indexed, in which generation, and what waits to be.

Everything here can be made anew from the records of the rooms (`gongkai search rebuild`); nothing
of it is a record itself. The tables of words belong to the engines (`gongkai.search.engines`).

A document's `id` is its place in the list of all documents by time:

    generation << 46 | day of publication (proleptic ordinal) << 24 | number within the generation

so that "newest first" is the order of the key, a span of days is a span of keys, and the tables of
words need no other key. Assumption: 16,777,216 documents a generation (`MAX_NUMBER`); a rebuild
numbers anew, and more are refused by name.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

NUMBER_BITS: Final = 24
DAY_BITS: Final = 22
MAX_NUMBER: Final = (1 << NUMBER_BITS) - 1


def place_of(generation: int, day: date, number: int) -> int:
    """The key of a document: see the module's text."""
    return (generation << DAY_BITS | day.toordinal()) << NUMBER_BITS | number


def number_of(place: int) -> int:
    """The document's number within its generation."""
    return place & MAX_NUMBER


def day_of(place: int) -> int:
    """The day on which the document was published (proleptic ordinal)."""
    return (place >> NUMBER_BITS) & ((1 << DAY_BITS) - 1)


class Generation(models.Model):
    """One whole index. Searches read the one that is LIVE; a rebuild makes the next beside it.

    `shape` is the layout of the engine's tables, `language` the version of the dictionary that
    cut the words. `partial`: begun empty on a site that has more than is in it; the follow loop
    makes the next. `progress` holds the last key of each source while it is being built.
    """

    class State(models.TextChoices):
        BUILDING = "building", "正在建立"
        LIVE = "live", "使用中"
        BROKEN = "broken", "已损坏"
        RETIRED = "retired", "待清理"

    state = models.CharField("状态", max_length=10, choices=State.choices)
    shape = models.PositiveSmallIntegerField("表结构版本")
    language = models.CharField("词典版本", max_length=80)
    partial = models.BooleanField("尚不完整", default=False)
    last_number = models.PositiveIntegerField("最后编号", default=0)
    progress = models.JSONField("进度", default=dict)
    beat_at = models.DateTimeField("最近动作", default=timezone.now)
    begun_at = models.DateTimeField("开始时间", default=timezone.now)
    live_at = models.DateTimeField("启用时间", null=True)

    class Meta:
        verbose_name = "检索索引"
        verbose_name_plural = "检索索引"
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="live"), name="search_generation_live"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="building"), name="search_generation_building"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}（{self.get_state_display()}）"


class SearchFacet(models.Model):
    """A value by which documents are narrowed: organ 411281-003. Documents name it by its key."""

    name = models.CharField("分面", max_length=20)
    value = models.CharField("值", max_length=80)

    class Meta:
        verbose_name = "检索分面"
        verbose_name_plural = "检索分面"
        constraints = [
            models.UniqueConstraint(fields=["name", "value"], name="search_facet_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}:{self.value}"


class SearchDocument(models.Model):
    """What a list of hits needs of a document. Narrow, so that a million can be read through."""

    id = models.BigIntegerField(primary_key=True)
    generation = models.PositiveIntegerField("索引")
    source = models.CharField("来源", max_length=20)
    key = models.BigIntegerField("主键")
    title = models.CharField("标题", max_length=300)
    numbers = models.TextField("文号、索引号", blank=True)
    """In the index's own form, each on a line of its own and ended by a line break."""
    facets = models.BinaryField("分面", default=b"")
    """Keys of `SearchFacet` as unsigned 32-bit integers, little-endian."""
    published_at = models.DateTimeField("发布时间")
    changes_on = models.DateField("分面自动变化日期", null=True)

    class Meta:
        verbose_name = "检索文档"
        verbose_name_plural = "检索文档"
        constraints = [
            models.UniqueConstraint(
                fields=["generation", "source", "key"], name="search_document_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["changes_on"],
                condition=Q(changes_on__isnull=False),
                name="search_document_changes",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SearchText(models.Model):
    """The long texts of a document, packed: for excerpts, for quoted words, and for taking it out.

    `tokens` are the very words that the engine was given, of title, text, attachments and facets:
    SQLite's contentless tables give up a document only to who repeats them.
    """

    document = models.OneToOneField(
        SearchDocument, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    body = models.BinaryField("正文")
    attachments = models.BinaryField("附件文字")
    tokens = models.BinaryField("词")

    class Meta:
        verbose_name = "检索文本"
        verbose_name_plural = "检索文本"

    def __str__(self) -> str:
        return str(self.pk)


class PendingChange(models.Model):
    """A record that changed and is to be looked at anew (the outbox).

    Written in the transaction of the change itself. `bulk` waits behind what a person has just
    published. While a new generation is being built, what is `done` stays until it is live, so
    that the builder sees which records changed while it read them.
    """

    source = models.CharField("来源", max_length=20)
    key = models.BigIntegerField("主键")
    bulk = models.BooleanField("批量", default=False)
    done = models.BooleanField("已处理", default=False)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    due_at = models.DateTimeField("不早于", default=timezone.now)
    created_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "待更新的检索文档"
        verbose_name_plural = "待更新的检索文档"
        indexes = [
            models.Index(fields=["done", "bulk", "id"], name="search_pending_next"),
            models.Index(fields=["source", "key"], name="search_pending_record"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"

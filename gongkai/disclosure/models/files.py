"""Files of items: stored once by content, named by each item that carries them."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils import timezone
from modelcluster.fields import ParentalKey

MAX_FILE_TEXT: Final = 200_000
"""Characters kept of one file for the search: some four hundred printed pages."""


def path_of(stored: StoredFile, filename: str) -> str:
    """Where the content lies: by its hash alone, so that no name a person typed is a path."""
    return f"disclosure/{stored.sha256[:2]}/{stored.sha256}{stored.extension}"


class StoredFile(models.Model):
    """Content that passed `guard`'s file checks, metadata cleaned; kept once by its SHA-256.

    `original_sha256` is the hash before cleaning, so that the same upload is recognised.
    `text_state` says whether the guard could read it.
    """

    class TextState(models.TextChoices):
        READ = "read", "已读取"
        NO_TEXT = "no_text", "无文字（未检查）"
        UNREADABLE = "unreadable", "无法读取"

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    original_sha256 = models.CharField("原文件 SHA-256", max_length=64, db_index=True)
    file = models.FileField("文件", upload_to=path_of, max_length=160)
    extension = models.CharField("扩展名", max_length=8)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小（字节）")
    text_state = models.CharField("可读性", max_length=12, choices=TextState.choices)
    created_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = "文件"
        verbose_name_plural = "文件"

    def __str__(self) -> str:
        return f"{self.sha256[:12]}{self.extension}"


class FileText(models.Model):
    """What a stored file says, as the guard read it; for the search.

    A file without a row has not been read yet; one that holds no words has an empty text. Files of
    drafts have theirs too: what may be found is decided by the items that carry them.
    """

    stored = models.OneToOneField(
        StoredFile, models.CASCADE, primary_key=True, related_name="text", verbose_name="文件"
    )
    text = models.TextField("文字", blank=True)
    cut = models.BooleanField("未全部保留", default=False)

    class Meta:
        verbose_name = "文件文字"
        verbose_name_plural = "文件文字"

    def __str__(self) -> str:
        return str(self.stored_id)


class Attachment(models.Model):
    """A file of an item under the name that readers see."""

    item = ParentalKey(
        "disclosure.DisclosedItem", on_delete=models.CASCADE, related_name="attachments"
    )
    stored = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name="文件"
    )
    name = models.CharField("文件名", max_length=160)
    order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = "附件"
        verbose_name_plural = "附件"
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name

"""Files between their preview and their import."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from gongkai.organs.models.people import User


class StagedUpload(models.Model):
    """A file between its preview and its import. Removed with the import, or after a day.

    Kept in the database so that any of several servers can finish what another began, and so
    that it never lies where published media are served from.
    """

    token = models.UUIDField("凭据", primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, verbose_name="上传人")
    purpose = models.CharField("用途", max_length=64)
    name = models.CharField("文件名", max_length=200)
    data = models.BinaryField("内容")
    created_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = "待导入文件"
        verbose_name_plural = "待导入文件"

    def __str__(self) -> str:
        return self.name

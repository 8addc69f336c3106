"""旧网址: addresses that pages once had, and where they are now."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class MovedAddress(models.Model):
    """A page once stood at `path` and stands at `target` now. Asked only when nothing is there.

    Both are local, with their query where the old site had one. With `below` whatever lay below
    `path` lies below `target` in the same way. `target` is never itself a moved address: who
    writes a row keeps it so (`gongkai.portal.moved.services`).
    """

    class Reason(models.TextChoices):
        COLUMN = "column", "栏目改了网址标识"
        ORGAN = "organ", "机构改了代码"
        MIGRATION = "migration", "旧网站迁移"
        MANUAL = "manual", "人工登记"

    path = models.CharField("旧网址", max_length=500, unique=True)
    target = models.CharField("现网址", max_length=500, db_index=True)
    below = models.BooleanField("包括下级网址", default=False)
    since = models.DateTimeField("登记时间", default=timezone.now)
    reason = models.CharField("来由", max_length=12, choices=Reason.choices)
    note = models.CharField("说明", max_length=120, blank=True)

    class Meta:
        verbose_name = "旧网址"
        verbose_name_plural = "旧网址"
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(path__startswith="/") & Q(target__startswith="/"),
                name="portal_moved_local",
            ),
            models.CheckConstraint(
                # "//host" and "/\\host" would lead browsers to another site.
                condition=~Q(target__startswith="//") & ~Q(target__contains="\\"),
                name="portal_moved_within",
            ),
            models.CheckConstraint(condition=~Q(path=F("target")), name="portal_moved_elsewhere"),
        ]
        indexes = [
            models.Index(fields=["-since", "-id"], name="portal_moved_newest"),
        ]

    def __str__(self) -> str:
        return self.path

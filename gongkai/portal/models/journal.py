"""The journal of what changed in public: one tag a row, written by triggers (`portal.triggers`).

Whoever keeps public pages (each process's page cache, the static copy) reads on from where it
stopped and lets go of the pages that carry one of the tags. Wholly technical: nothing is told of
people or acts, and old rows go (`delivery.journal.tidy`).
"""

from __future__ import annotations

from django.db import models


class PublicChange(models.Model):
    """Something under the tag changed in a transaction that was committed.

    A later change of the same tag takes the place of the row on SQLite, where writers come one
    after another and keys follow the order of commits. On PostgreSQL each transaction writes rows
    of its own under its number, so that two that publish at once never wait for each other.
    """

    tag = models.CharField("标签", max_length=120)
    transaction = models.BigIntegerField("事务", default=0)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "公开变动"
        verbose_name_plural = "公开变动"
        constraints = [
            models.UniqueConstraint(fields=["transaction", "tag"], name="portal_change_once"),
        ]
        indexes = [
            models.Index(fields=["tag"], name="portal_change_tag"),
            models.Index(fields=["at"], name="portal_change_at"),
        ]

    def __str__(self) -> str:
        return self.tag

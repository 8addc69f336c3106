"""The append-only, hash-chained record of every act (台账): who, when, from where, what changed."""

from __future__ import annotations

from django.db import models

SITE_CHAIN = "site"
"""The chain of acts that belong to no body (accounts, calendar, ledger checks)."""


class LedgerChain(models.Model):
    """One chain: its head tells how long it must be, so that a cut-off tail is missed."""

    name = models.CharField("链", max_length=32, unique=True)
    last_seq = models.PositiveBigIntegerField("末条序号", default=0)
    last_hash = models.CharField("末条杂凑值", max_length=64)

    class Meta:
        verbose_name = "台账链"
        verbose_name_plural = "台账链"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LedgerEntry(models.Model):
    """One act. Written by `services.record` alone; the database refuses changes to it.

    The actor is a plain number and name: an entry outlives the account.
    `version` is the version of the canonical serialisation (see `chain.py`).
    """

    chain = models.ForeignKey(
        LedgerChain, on_delete=models.PROTECT, related_name="entries", verbose_name="链"
    )
    seq = models.PositiveBigIntegerField("序号")
    version = models.PositiveSmallIntegerField("序列化版本", default=1)
    at = models.DateTimeField("时间")
    actor_id = models.BigIntegerField("操作人编号", null=True)
    actor_name = models.CharField("操作人", max_length=150)
    channel = models.CharField("途径", max_length=16)
    address = models.CharField("网络地址", max_length=45, blank=True)
    action = models.CharField("操作", max_length=64)
    object_type = models.CharField("对象类型", max_length=64, blank=True)
    object_id = models.CharField("对象编号", max_length=64, blank=True)
    object_label = models.CharField("对象", max_length=255, blank=True)
    changes = models.JSONField("变更", default=dict)
    previous_hash = models.CharField("前条杂凑值", max_length=64)
    hash = models.CharField("杂凑值", max_length=64)

    class Meta:
        verbose_name = "台账记录"
        verbose_name_plural = "台账记录"
        ordering = ["chain_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="ledger_entry_seq"),
            # No two entries may follow the same one: a fork is impossible, not only unlikely.
            models.UniqueConstraint(fields=["chain", "previous_hash"], name="ledger_entry_no_fork"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="ledger_entry_seq_from_1"),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="ledger_entry_newest"),
            models.Index(fields=["object_type", "object_id"], name="ledger_entry_object"),
        ]

    def __str__(self) -> str:
        return f"{self.chain.name} #{self.seq} {self.action}"

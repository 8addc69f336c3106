"""Giving index numbers (Art. 12): in the publishing transaction, under a lock, never twice."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import connection, transaction

from gongkai.disclosure.models import IndexCounter
from gongkai.organs.models import Organ
from gongkai.statute import index_numbers


def issue(organ: Organ, on: date, count: int = 1) -> list[str]:
    """The next `count` numbers of the body for a publication on `on`, in order.

    Call it in the transaction that publishes: the series stays locked until its end, so that
    another publication waits, and what is rolled back gives its numbers back.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("索引号必须在发布的事务中取得。")
    series = index_numbers.series(
        settings.INDEX_NUMBER_PATTERN, code=organ.code, credit_code=organ.credit_code, on=on
    )
    counter = _locked(series)
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return [index_numbers.compose(series, serial) for serial in range(first, first + count)]


def _locked(series: str) -> IndexCounter:
    rows = IndexCounter.objects.select_for_update().filter(prefix=series)
    counter = rows.first()
    if counter is None:
        # Two publications may open the same series at once: one insert wins, both then lock it.
        IndexCounter.objects.bulk_create([IndexCounter(prefix=series)], ignore_conflicts=True)
        counter = rows.get()
    return counter

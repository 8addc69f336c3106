"""Columns of lists and exports: how a value of a record is got and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone


@dataclass(frozen=True)
class Column:
    """One column: `name` is an attribute path ("item.name") unless `value` computes it.

    `sort` is the ORM path to order by (an indexed one); `link` makes the cell lead to the
    record; `numeric` aligns right with tabular figures; `wide` gives the text room to wrap.
    """

    name: str
    label: str
    sort: str = ""
    value: Callable[[Any], Any] | None = None
    link: bool = False
    numeric: bool = False
    wide: bool = False

    def raw(self, record: Any) -> Any:
        """The value itself: a choice in words, a relation as text, a number as number."""
        if self.value is not None:
            return self.value(record)
        return attribute(record, self.name)

    def text(self, record: Any) -> str:
        """The value as people read it; empty for none."""
        return as_text(self.raw(record))


def attribute(record: Any, path: str) -> Any:
    """Follow "a.b.c"; a choice field answers with its words, a missing link with None."""
    value = record
    for name in path.split("."):
        if value is None:
            return None
        display = getattr(value, f"get_{name}_display", None)
        try:
            value = display() if display is not None else getattr(value, name)
        except ObjectDoesNotExist:
            return None
        if callable(value) and not hasattr(value, "all"):
            value = value()
    return value


def as_text(value: Any) -> str:
    """How lists, details and CSV files write a value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def as_grouped(value: Any) -> str:
    """As `as_text`, with digits of numbers grouped for the eye."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return format(value, ",f") if isinstance(value, Decimal) else format(value, ",")
    return as_text(value)

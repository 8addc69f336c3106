"""Whether a document holds on a day (有效性): 尚未施行、有效、已修改、失效、废止.

A document ends on the earlier of its repeal and the day until which it is valid, and is no longer
in force on that day [reading]: one that expires on 31 December counts as ended in that year, as
the registers of Article 20 count it.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class Validity(StrEnum):
    """Where a document stands; the value is a code, `label` the word that is printed."""

    PENDING = "pending"
    IN_FORCE = "in_force"
    AMENDED = "amended"
    EXPIRED = "expired"
    REPEALED = "repealed"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def holds(self) -> bool:
        """Whether people must follow it: 已修改 is in force as amended."""
        return self in (Validity.IN_FORCE, Validity.AMENDED)


_LABELS = {
    Validity.PENDING: "尚未施行",
    Validity.IN_FORCE: "有效",
    Validity.AMENDED: "已修改",
    Validity.EXPIRED: "失效",
    Validity.REPEALED: "废止",
}


def validity_on(
    day: date,
    *,
    effective_from: date | None = None,
    valid_until: date | None = None,
    repealed_on: date | None = None,
    amended_on: date | None = None,
) -> Validity:
    """Where the document stands on `day`.

    What ended stays ended by what ended it first; on one and the same day repeal goes before
    expiry. A document repealed before it came into force never holds.
    """
    repealed = repealed_on is not None and repealed_on <= day
    expired = valid_until is not None and valid_until <= day
    if repealed and not (expired and valid_until < repealed_on):  # type: ignore[operator]
        return Validity.REPEALED
    if expired:
        return Validity.EXPIRED
    if effective_from is not None and effective_from > day:
        return Validity.PENDING
    if amended_on is not None and amended_on <= day:
        return Validity.AMENDED
    return Validity.IN_FORCE


def ends_on(*, valid_until: date | None, repealed_on: date | None) -> date | None:
    """The first day on which the document no longer holds; None while no end is known."""
    days = [day for day in (valid_until, repealed_on) if day is not None]
    return min(days) if days else None

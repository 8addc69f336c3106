"""The information processing fee (信息处理费), computed and printed line by line.

Disclosure is free (条例第四十二条); only where the number or frequency of requests clearly
exceeds what is reasonable may a fee be charged, by item or by page, never both for one request
(信息处理费管理办法第三条). Both schedules are marginal (超额累进): a higher rate applies to
the items or pages above its threshold and never to those below.

Amounts are whole yuan, held as `Decimal` as all money is. The schedule is a dated parameter
(`fee.by_item`, `fee.by_page`) and is chosen by the date on which the request was received.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, Literal

from .parameters import NoParameterValue, Parameter, parameter

Method = Literal["item", "page"]

# Nobody files more in a month; beyond it a typing mistake is certain, and the printed
# calculation (one line for every ten items) would no longer be a page anybody reads.
MOST_ITEMS: Final = 1_000_000

_KEYS: Final = {"item": "fee.by_item", "page": "fee.by_page"}
_UNITS: Final = {"item": "件", "page": "页"}
_NAMES: Final = {"item": "按件计收", "page": "按量计收"}


class FeeError(ValueError):
    """The fee cannot be computed; the Chinese message says why and what to do."""


@dataclass(frozen=True)
class BracketLine:
    """One printed line of the calculation: items or pages `first` to `last` at one rate."""

    first: int
    last: int
    rate: int
    unit: str

    @property
    def count(self) -> int:
        """How many items or pages fall into this bracket."""
        return self.last - self.first + 1

    @property
    def amount(self) -> Decimal:
        """What they cost, in yuan."""
        return Decimal(self.count * self.rate)

    @property
    def text(self) -> str:
        """The line as a notice prints it, e.g. 第11至12件：2件 × 100元/件 = 200元."""
        span = f"第{self.first}{self.unit}"
        if self.last > self.first:
            span = f"第{self.first}至{self.last}{self.unit}"
        if not self.rate:
            return f"{span}：{self.count}{self.unit}，不收费"
        return f"{span}：{self.count}{self.unit} × {self.rate}元/{self.unit} = {self.amount}元"

    def as_json(self) -> dict[str, Any]:
        """The line as plain data."""
        return {
            "from": self.first,
            "to": self.last,
            "count": self.count,
            "rate": self.rate,
            "amount": int(self.amount),
            "text": self.text,
        }


@dataclass(frozen=True)
class FeeReading:
    """A fee with the lines that lead to it and the rule that gave it.

    `amount` is the sum for `count` items in one month, or `count` pages of one request. What a
    single request counted by item costs is `last_rate`: the rate of the request that was the
    `count`-th of the month (each request has its own notice and its own payment term).
    """

    method: Method
    count: int
    on: date
    brackets: tuple[BracketLine, ...]
    rule: Parameter

    @property
    def amount(self) -> Decimal:
        """The whole fee, in yuan."""
        return sum((line.amount for line in self.brackets), Decimal(0))

    @property
    def last_rate(self) -> int:
        """The rate of the last item or page, in yuan; 0 when there is none."""
        return self.brackets[-1].rate if self.brackets else 0

    def lines(self) -> list[str]:
        """The calculation in Chinese, line by line, ending with the sum and its basis."""
        unit = _UNITS[self.method]
        return [
            *(line.text for line in self.brackets),
            f"{_NAMES[self.method]}，共{self.count}{unit}，合计{self.amount}元",
            f"依据：{self.rule.article}（自{self.rule.valid_from.isoformat()}起施行）",
        ]

    def as_json(self) -> dict[str, Any]:
        """The reading as plain data: amounts are whole numbers of yuan."""
        return {
            "method": self.method,
            "count": self.count,
            "on": self.on.isoformat(),
            "amount": int(self.amount),
            "last_rate": self.last_rate,
            "brackets": [line.as_json() for line in self.brackets],
            "article": self.rule.article,
            "rule_version": self.rule.valid_from.isoformat(),
        }


def fee_by_items(n: int, on: date) -> FeeReading:
    """The fee for the `n` requests one applicant filed within one natural month.

    信息处理费管理办法第四条. Raises `FeeError` for a count that is no whole number ≥ 0 and for
    a date before the rules.
    """
    return _read("item", n, on)


def fee_by_pages(n: int, on: date) -> FeeReading:
    """The fee for the `n` pages supplied on one request; pages of several are never added.

    信息处理费管理办法第五条. Raises `FeeError` as `fee_by_items` does.
    """
    return _read("page", n, on)


def rate_of_item(k: int, on: date) -> int:
    """What the `k`-th request of the month costs, in yuan (k ≥ 1)."""
    return _rate("item", k, on)


def rate_of_page(k: int, on: date) -> int:
    """What the `k`-th page of a request costs, in yuan (k ≥ 1)."""
    return _rate("page", k, on)


def _rate(method: Method, k: int, on: date) -> int:
    if _whole(method, k) == 0:
        raise FeeError(f"第几{_UNITS[method]}应从1数起，现为0")
    return _read(method, k, on).last_rate


def _read(method: Method, n: int, on: date) -> FeeReading:
    count = _whole(method, n)
    rule = _schedule(method, on)
    lines: list[BracketLine] = []
    for first, last, rate in _brackets(rule):
        if first > count:
            break
        end = count if last is None else min(last, count)
        lines.append(BracketLine(first, end, rate, _UNITS[method]))
    return FeeReading(method, count, on, tuple(lines), rule)


def _brackets(rule: Parameter) -> Iterator[tuple[int, int | None, int]]:
    """Every bracket as (first, last, rate); the last of an open schedule has no `last`."""
    rows = rule.value
    for row, following in pairwise(rows):
        yield row["from"], following["from"] - 1, row["rate"]
    top = rows[-1]
    if "step" not in top:
        yield top["from"], None, top["rate"]
        return
    first, rate = top["from"], top["rate"]
    while True:
        yield first, first + top["step"] - 1, rate
        first, rate = first + top["step"], rate + top["increase"]


def _schedule(method: Method, on: date) -> Parameter:
    try:
        return parameter(_KEYS[method], on)
    except NoParameterValue as error:
        raise FeeError(
            f"{on.isoformat()} 没有信息处理费标准：现行标准自2021年1月1日起施行，"
            "对此前收到的申请不收取信息处理费。请核对收到申请的日期。"
        ) from error


def _whole(method: Method, n: int) -> int:
    unit = _UNITS[method]
    if isinstance(n, bool) or not isinstance(n, int):
        raise FeeError(f"{unit}数应为整数，现为“{n}”")
    if n < 0:
        raise FeeError(f"{unit}数不能为负数，现为{n}")
    if method == "item" and n > MOST_ITEMS:
        raise FeeError(f"一个月内的件数不会超过{MOST_ITEMS}件，现为{n}；请核对是否多打了数字")
    return n

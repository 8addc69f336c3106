"""Index numbers (索引号) of disclosed items, Art. 12: the scheme, and reading numbers of any kind.

The national guide of 2009 (国办《政府信息公开目录系统实施指引（试行）》): the publisher's code, the year
of publication and a serial, given by the computer in the order of publication, unique for ever.
Its form `000014349/2017-00110` is kept, with the 统一社会信用代码 in the place of the 组织机构代码
that it replaced [reading]:

    <统一社会信用代码>/<年>-<五位序号>        11411281005792345X/2020-00017

A city may write another pattern; the places it can use are `PLACES`. The serial runs by all that
stands before it (the *series*), starts at 1, is never used twice, and grows to six figures after
99,999 instead of starting again. An item keeps its number when its body is renamed or merged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Final

DEFAULT_PATTERN: Final = "{body}/{year}-{serial}"
PLACES: Final = {
    "body": "统一社会信用代码，没有的用机构代码",
    "organization": "组织机构代码（统一社会信用代码的第9至17位），没有的用机构代码",
    "code": "机构代码",
    "year": "发布年份，四位",
    "month": "发布月份，两位",
    "serial": "序号，至少五位",
}
_BODIES: Final = ("body", "organization", "code")
SERIAL_DIGITS: Final = 5
MAX_OWN_TEXT: Final = 14
"""Characters a pattern may add: with the longest code, year, month and serial it fits the column."""
_OWN_TEXT: Final = re.compile(r"[0-9A-Za-z一-鿿/\-_.()（）〔〕]*")

_NATIONAL: Final = re.compile(
    r"(?P<body>[0-9A-HJ-NPQRTUWXY]{18}|[0-9A-Z]{8}-?[0-9X])"
    r"[/\-](?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])?-(?P<serial>\d{4,6})"
)


@dataclass(frozen=True)
class IndexNumber:
    """A number of the national form or one of its common varieties."""

    body: str
    year: int
    serial: int


def problems(pattern: str) -> list[str]:
    """What is wrong with a city's pattern, in Chinese; empty when it can be used.

    A usable pattern names a body and the year and ends in the serial, each parted from what
    follows, so that no two series can ever bring forth the same number.
    """
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError:
        return ["花括号没有成对，请检查“{”和“}”。"]
    found = []
    names = [name for _text, name, _spec, _conversion in parts if name is not None]
    unknown = sorted({name for name in names if name not in PLACES})
    if unknown:
        known = "、".join(f"{{{name}}}" for name in PLACES)
        found.append(f"没有“{'、'.join(unknown)}”这样的占位符，可用：{known}。")
    if any(spec or conversion for _t, name, spec, conversion in parts if name is not None):
        found.append("占位符里只写名称，不写格式，例如 {serial}。")
    if not all(_OWN_TEXT.fullmatch(text) for text, *_rest in parts):
        found.append("索引号只能用汉字、字母、数字和 / - _ . ( )。")
    if sum(len(text) for text, *_rest in parts) > MAX_OWN_TEXT:
        found.append(f"占位符以外的文字最多{MAX_OWN_TEXT}个字。")
    if sum(names.count(name) for name in _BODIES) != 1:
        found.append("须有且只有一个机关占位符：{body}、{organization} 或 {code}。")
    if names.count("year") != 1:
        found.append("须有且只有一个 {year}：序号按年编排。")
    if names.count("month") > 1:
        found.append("{month} 最多用一次。")
    if names.count("serial") != 1 or not pattern.endswith("{serial}"):
        found.append("须以 {serial} 结尾，且只出现一次。")
    if re.search(r"\}[0-9A-Za-z]|[0-9A-Za-z]\{|\}\{", pattern.replace("{year}{month}", "{year}")):
        found.append("占位符之间、占位符与字母数字之间须有分隔符，例如 {body}/{year}-{serial}。")
    return found


def series(pattern: str, *, code: str, credit_code: str, on: date) -> str:
    """All of a number that stands before its serial, for a body and a day of publication."""
    organization = credit_code[8:17] if len(credit_code) == 18 else code
    return pattern.removesuffix("{serial}").format(
        body=credit_code or code,
        organization=organization,
        code=code,
        year=f"{on.year:04d}",
        month=f"{on.month:02d}",
    )


def compose(of_series: str, serial: int) -> str:
    """The number with this serial in its series.

    >>> compose("011336909/2020-", 12335)
    '011336909/2020-12335'
    """
    if serial < 1:
        raise ValueError("序号从 1 开始。")
    return f"{of_series}{serial:0{SERIAL_DIGITS}d}"


def parse(text: str) -> IndexNumber | None:
    """A number of the national form or its varieties; None for anything else.

    Numbers of other systems are kept word for word beside the new one, whatever they look like.
    """
    found = _NATIONAL.fullmatch(text.strip())
    if found is None:
        return None
    return IndexNumber(found["body"].replace("-", ""), int(found["year"]), int(found["serial"]))

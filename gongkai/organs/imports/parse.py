"""From what a cell holds to what is meant. Parsers raise ValueError with a Chinese message.

A cell arrives as text (CSV) or as text, number, truth value, date or datetime (workbook).
`None` and blank text never reach a parser.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

Parser = Callable[[Any], Any]

_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?"
)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+\d{2,}")
_FORMULA_GUARD = re.compile(r"'(?=[=+\-@＝＋－＠\t\r])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?([Ee][-+]?\d{1,2})?")
_SPACES = re.compile(r"\s")
BLANK = " \t\r\n　\ufeff"
_EXACT = 10**15


def as_text(value: Any) -> str:
    """A cell as the text that the spreadsheet shows; numbers without a false ".0"."""
    if isinstance(value, str):
        found = value.strip(BLANK)
        return _FORMULA_GUARD.sub("", found, count=1) if found[:1] == "'" else found
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        if abs(value) >= _EXACT:
            raise ValueError("数字超过15位，表格软件已丢失末位。请将该列设为文本格式后重新填写。")
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def text(max_length: int | None = None, *, lines: bool = False) -> Parser:
    """Text without control characters, of at most `max_length` characters.

    Line breaks become spaces unless `lines`.
    """

    def parse(value: Any) -> str:
        found = as_text(value)
        if _SCIENTIFIC.fullmatch(found):
            raise ValueError(
                f"“{found}”是表格软件改成的科学计数法，请将该列设为文本格式后重新填写。"
            )
        if not lines and _SPACES.search(found):
            found = " ".join(found.split())
        if _CONTROL.search(found):
            raise ValueError("含有不可见的控制字符，请删除后重新填写。")
        if max_length is not None and len(found) > max_length:
            raise ValueError(f"有{len(found)}个字，最多{max_length}个字，请缩短。")
        return found

    return parse


def day(value: Any) -> date:
    """A calendar day: 2020-01-05, 2020/1/5, 2020.1.5, 2020年1月5日, 20200105, or a date cell."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return _day_of(as_text(value))


@lru_cache(maxsize=4096)
def _day_of(shown: str) -> date:
    plain = unicodedata.normalize("NFKC", shown)
    match = _DAY.fullmatch(plain) or _COMPACT_DAY.fullmatch(plain)
    if match is None:
        raise ValueError(f"“{shown}”不是日期，请写成 2020-01-05 的形式。")
    try:
        found = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise ValueError(f"没有“{shown}”这一天，请核对。") from None
    if not 1900 <= found.year <= 2100:
        raise ValueError(f"“{shown}”的年份不在1900至2100之间，请核对。")
    return found


def _number(value: Any) -> Decimal:
    if isinstance(value, bool | date):
        raise ValueError(f"“{as_text(value)}”不是数字，请填写阿拉伯数字。")
    shown = as_text(value) if not isinstance(value, float) else repr(value)
    plain = unicodedata.normalize("NFKC", shown).replace(",", "").replace(" ", "")
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"“{shown}”不是数字，请填写阿拉伯数字，不要带单位。")
    try:
        return Decimal(plain)
    except InvalidOperation:
        raise ValueError(f"“{shown}”不是数字，请填写阿拉伯数字，不要带单位。") from None


def integer(minimum: int | None = 0, maximum: int | None = None) -> Parser:
    """A whole number within the bounds."""

    def parse(value: Any) -> int:
        number = _number(value)
        if number != number.to_integral_value():
            raise ValueError(f"“{as_text(value)}”应为整数。")
        whole = int(number)
        if minimum is not None and whole < minimum:
            raise ValueError(f"“{whole}”不能小于{minimum}。")
        if maximum is not None and whole > maximum:
            raise ValueError(f"“{whole}”不能大于{maximum}。")
        return whole

    return parse


def decimal(max_digits: int, places: int, *, negative: bool = False) -> Parser:
    """A number with at most `places` digits after the point, `max_digits` in all."""

    def parse(value: Any) -> Decimal:
        number = _number(value)
        if isinstance(value, float):
            # 0.1 + 0.2 in a workbook is no third decimal that somebody typed.
            number = round(number, max(places, 6)).normalize()
        if number < 0 and not negative:
            raise ValueError(f"“{as_text(value)}”不能为负数。")
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > places:
            raise ValueError(f"“{as_text(value)}”的小数超过{places}位，请核对。")
        if abs(number) >= Decimal(10) ** (max_digits - places):
            raise ValueError(f"“{as_text(value)}”过大，整数部分最多{max_digits - places}位。")
        return number.quantize(Decimal(1).scaleb(-places))

    return parse


def choice(choices: Iterable[tuple[str, str]], **synonyms: str) -> Parser:
    """One of `choices` (value, label): the value or the label may stand in the cell.

    `synonyms`: further words → value.
    """
    listed = [(str(value), str(label)) for value, label in choices]
    known: dict[str, str] = {}
    for value, label in listed:
        known[_key(label)] = known[_key(value)] = value
    known.update({_key(word): value for word, value in synonyms.items()})
    labels = "、".join(label for _, label in listed)

    def parse(value: Any) -> str:
        shown = as_text(value)
        found = known.get(_key(shown))
        if found is None:
            raise ValueError(f"“{shown}”不在可选范围内，请填写：{labels}。")
        return found

    return parse


_TRUE = {"是", "有", "√", "1", "true", "yes", "y", "对"}
_FALSE = {"否", "无", "×", "0", "false", "no", "n", "不是"}


def boolean(value: Any) -> bool:
    """是 or 否."""
    if isinstance(value, bool):
        return value
    key = _key(as_text(value))
    if key in _TRUE:
        return True
    if key in _FALSE:
        return False
    raise ValueError(f"“{as_text(value)}”请填写“是”或“否”。")


def _key(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).split()).casefold()

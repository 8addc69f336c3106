"""What stands in a cell → a number, a blank, or text that is neither.

A blank is never 0: “/”, “—”, “-”, “无” and an empty cell say “not filled in”. Nothing is guessed:
what cannot be read as one number stays text and is shown to the reader as printed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache

from gongkai.reports.reading.normalise import chinese_number, tidy, visible


class Kind(Enum):
    """``EMPTY``: nothing; ``MARK``: a sign for nothing (“/”); ``NUMBER``; ``TEXT``: neither."""

    EMPTY = "empty"
    MARK = "mark"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Value:
    """A cell's content. ``plain`` is false where the printed text holds more than the number.

    ``unit`` is the unit printed beside the number (元, 万元, 件 …) or empty; ``doubtful`` marks
    numbers that had to be interpreted (“O” for 0, “约”, Chinese numerals).
    """

    kind: Kind
    number: int | Decimal | None = None
    unit: str = ""
    printed: str = ""
    plain: bool = True
    doubtful: bool = False

    @property
    def blank(self) -> bool:
        return self.kind in (Kind.EMPTY, Kind.MARK)


MAX_TEXT = 120
_MARKS = frozenset(
    [
        "/",
        "//",
        "\\",
        "-",
        "--",
        "---",
        "—",
        "——",
        "———",
        "————",
        "–",
        "––",
        "−",
        "－",
        "﹣",
        "─",
        "──",
        "‐",
        "‑",
        "―",
        "――",
        "_",
        "__",
        "___",
        "~",
        "～",
        "*",
        "**",
        "·",
        "…",
        "……",
        ".",
        "。",
        "×",
        "无",
        "无。",
        "暂无",
        "空",
        "空白",
        "未填",
        "未填报",
        "未填写",
        "不涉及",
        "不适用",
        "N/A",
        "NA",
        "n/a",
        "na",
        "NULL",
        "null",
        "None",
        "none",
        "nan",
        "NaN",
        "无此项",
        "(空)",
        "(无)",
        "(空白)",
        "[空]",
        "()",
        "〇〇",
        "/",
        "/",
    ]
)
_FOOTNOTE = re.compile("(?<=[0-9０-９])[\u00b9\u00b2\u00b3\u2070-\u2079①-⑳❶-❿*＊※†‡]+$")
_QUOTES = "“”\"'‘’「」『』`´"
_UNITS = "万元|亿元|千元|百元|元|万件|件次|件|项次|项|个|宗|条|份|起|次|人次|人|例|部|篇|封|批|家|户|笔|万"
_WORDS_DOWN = "减少|净减少|净减|下降|降低|取消|减|降|下降了|↓|▼"
_WORDS_UP = "增加|净增加|净增|新增|上升|增长|增|升|↑|▲"
_NUMBER = re.compile(
    rf"(?:本年)?(?:增/减[:：]?)?"
    rf"(?P<sign>[+\-]|(?:{_WORDS_DOWN}|{_WORDS_UP})了?[:：]?[+\-]?)?"
    rf"(?P<about>约|近|超|逾|共计|共|计|合计)?[¥￥$]?"
    rf"(?P<number>\d{{1,3}}(?:[,'’]\s?\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?: \d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    rf"(?P<more>余|多|左右|以上)?(?P<unit>{_UNITS})?(?P<more2>余|多|左右)?"
    rf"(?P<note>(?:[(\[【〔{{<].*[)\]】〕}}>]?|(?:其中|注|含|备注|包括|\*|※).*|[,;、。:](?:其中|含|注|包括).*|[增减]加?))?"
    rf"[。.;、]?",
    re.DOTALL,
)
_GROUPING = re.compile(r"[,'’\s]")
_SPLIT = re.compile(r"\d \d")
_CHINESE = re.compile(r"[〇零一二三四五六七八九十百千万两]+")
_SCALE = {"百元": 100, "千元": 1000}


@lru_cache(maxsize=16384)
def read_value(text: str) -> Value:
    """The content of a cell."""
    printed = tidy(text)
    if not printed:
        return Value(Kind.EMPTY)
    if printed in _MARKS:
        return Value(Kind.MARK, printed=printed, plain=False)
    if printed.isascii() and printed.isdigit() and len(printed) <= 18:
        return Value(Kind.NUMBER, int(printed), printed=printed, plain=str(int(printed)) == printed)
    if len(printed) > MAX_TEXT:
        return Value(Kind.TEXT, printed=printed[:MAX_TEXT], plain=False)
    return _read(printed)


def _read(printed: str) -> Value:
    text = _FOOTNOTE.sub("", visible(printed).strip())
    footnote = text != printed
    text = unicodedata.normalize("NFKC", text).strip(_QUOTES + " ").strip()
    text = re.sub("[−–—―‐‑─]", "-", text)
    if not text or text in _MARKS or not text.strip("-_/\\ .·*~"):
        return Value(Kind.MARK, printed=printed, plain=False)
    if text in ("O", "o", "Ｏ", "○", "〇", "零", "O件", "零件"):
        return Value(
            Kind.NUMBER, 0, printed=printed, plain=False, doubtful=text not in ("零", "〇")
        )
    match, spaced = _NUMBER.fullmatch(text), False
    if not match and " " in text:
        match, spaced = _NUMBER.fullmatch(text.replace(" ", "")), bool(_SPLIT.search(text))
    if not match:
        return _chinese(text, printed)
    sign, note = match["sign"] or "", match["note"] or ""
    down = sign.endswith("-") or bool(re.match(rf"(?:{_WORDS_DOWN})", sign))
    if note.strip("()[]") in ("减", "减少", "下降"):
        down = not sign
    try:
        number = Decimal(_GROUPING.sub("", match["number"]))
    except InvalidOperation:  # pragma: no cover - the pattern admits numbers only
        return Value(Kind.TEXT, printed=printed, plain=False)
    unit = match["unit"] or ""
    if unit in ("万", "万件"):
        number, unit = number * 10000, unit.removeprefix("万")
    elif unit in _SCALE:
        number, unit = number * _SCALE[unit], "元"
    doubtful = spaced or bool(
        match["about"] in ("约", "近", "超", "逾") or match["more"] or match["more2"]
    )
    value = whole(-number if down else number)
    return Value(
        Kind.NUMBER,
        value,
        unit,
        printed,
        plain=not footnote and printed == format_plain(value),
        doubtful=doubtful,
    )


def _chinese(text: str, printed: str) -> Value:
    """A Chinese numeral. One character alone (一, 三) is a dash or a piece of a label: text."""
    figure = text
    for unit in ("件", "项", "个", "元"):
        figure = figure.removesuffix(unit)
    if _CHINESE.fullmatch(figure) and len(text) > 1 and figure.strip("一"):
        number = chinese_number(figure)
        if number is not None:
            return Value(Kind.NUMBER, number, printed=printed, plain=False, doubtful=True)
    return Value(Kind.TEXT, printed=printed, plain=False)


def whole(number: Decimal) -> int | Decimal:
    """An ``int`` where nothing stands after the point, else the ``Decimal`` as printed."""
    if number == number.to_integral_value():
        return int(number)
    return number


def format_plain(value: int | Decimal | None) -> str:
    """The value without grouping or exponent, as the form would print it."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def in_ten_thousands(number: int | Decimal, unit: str) -> int | Decimal:
    """An amount in 万元, from the unit printed beside it. Without a unit it stays as printed."""
    if unit == "元":
        return whole((Decimal(number) / 10000).normalize())
    if unit == "亿元":
        return whole((Decimal(number) * 10000).normalize())
    return number
